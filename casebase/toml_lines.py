"""The line of a key in a TOML text, which no TOML reader keeps."""

import re
from collections.abc import Sequence

_HEADER = re.compile(r"\s*(\[+)\s*([^\]]+?)\s*\]+")
_KEY = re.compile(r"""\s*(?:("[^"]*"|'[^']*')|([^"'=\s#]+))\s*=""")


def line_of(text: str, path: Sequence[str]) -> int | None:
    """The line of a key, or of the innermost section or key that holds it; None where there is neither.

    `path` is a key's way as pydantic names it; one of several sections of a name ([[name]]) is counted from "0".
    """
    section, nearest = "", None
    tables: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            section = header[2]
            if header[1] == "[[":
                tables[section] = tables.get(section, -1) + 1
        elif not key:
            continue
        place = f"{section}.{tables[section]}" if section in tables else section
        here = [part for part in place.split(".") if part]
        if key and not header:
            here += key[2].split(".") if key[2] else [key[1][1:-1]]
        wanted = list(path) if section in tables else [part for part in path if not part.isdigit()]
        if here and wanted[: len(here)] == here:
            nearest = number
            if len(here) == len(wanted):
                break
    return nearest
