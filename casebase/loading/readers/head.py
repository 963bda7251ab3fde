"""The row with the names of the columns: often not the first of a spreadsheet, sometimes two."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

# Titles, dates of export and notes above the table; nobody puts more rows there.
DEPTH = 30
_LETTERS = re.compile(r"(?<=[A-Za-z0-9])\s*[\r\n]+\s*(?=[A-Za-z0-9])")


@dataclass(frozen=True)
class Head:
    """Names of the columns, trimmed, in the order of the file; `rows` are the places of their rows among the first."""

    names: list[str]
    rows: tuple[int, ...] = (0,)

    def places(self, name: str) -> list[int]:
        """Where a column stands: under exactly this name, or else under one that differs in blanks and width alone."""
        wanted = column_name(name)
        exact = [i for i, own in enumerate(self.names) if own == wanted]
        return exact or [i for i, own in enumerate(self.names) if own and _key(own) == _key(wanted)]

    def has(self, wanted: list[str]) -> bool:
        """Whether every wanted column is there."""
        return all(self.places(name) for name in wanted)


@lru_cache(maxsize=4096)
def column_name(text: str) -> str:
    """A head without blanks around, line breaks and invisible characters."""
    visible = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cc") or c in "\t\r\n")
    joined = re.sub(r"\s*[\r\n]+\s*", "", _LETTERS.sub(" ", visible))
    return re.sub(r"\s+", " ", joined).strip()


@lru_cache(maxsize=4096)
def _key(name: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))


def find_head(rows: list[list[str]], wanted: list[str]) -> Head | None:
    """The first row, or pair of rows, that names every wanted column; otherwise the first row that is not blank."""
    filled = [i for i, row in enumerate(rows[:DEPTH]) if any(cell.strip() for cell in row)]
    if not filled:
        return None
    single = [head_at(rows, (i,)) for i in filled]
    pairs = [head_at(rows, (i, i + 1)) for i in filled if i + 1 in filled]
    named = [head for head in (*single, *pairs) if wanted and head.has(wanted)]
    return named[0] if named else single[0]


def head_at(rows: list[list[str]], places: tuple[int, ...]) -> Head:
    """The names that stand in a row, or in two rows of which the upper one names groups."""
    lower = [column_name(cell) for cell in rows[places[-1]]]
    if len(places) == 1:
        return Head(lower, places)
    upper = [column_name(cell) for cell in rows[places[0]]]
    width = max(len(lower), len(upper))
    lower += [""] * (width - len(lower))
    upper += [""] * (width - len(upper))
    count = Counter(lower)
    names, group = [], ""
    for above, below in zip(upper, lower, strict=True):
        group = above or (group if below else "")
        names.append(f"{group} {below}" if below and group and count[below] > 1 else below or above)
    return Head(names, places)
