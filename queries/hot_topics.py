"""热点问题: what is rising, by class and place, by words and by square kilometre, with a bound on false alarms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, case, func, select

from casebase.engine import ScopedCasebase, frame_of
from casebase.errors import CasebaseError
from casebase.workdays import Workdays
from queries.beginnings import beginnings
from queries.frames import Counts
from queries.hot_cells import hot_cells
from queries.measure import conditions, in_slice, measure, metric_of
from queries.model import EVERYTHING, Slice, moment
from queries.names import categories, names_of
from queries.periods import Against, Period, compared_period
from queries.segmentation import occurrences
from queries.subjects import as_key, p
from queries.surges import LEAST, STRETCHES, rising

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

METRIC = "registered"
FALSE_ALARM_CHANCE = 0.05
"""Chance of any false alarm where nothing rises, over classes and places, words and squares together."""
_LEVEL = FALSE_ALARM_CHANCE / 3
WINDOWS = (7, 14, 28)
"""Days that can be looked at: whole weeks, so that every stretch has the same days of the week."""
_COMPANIONS = 4
# A word in more of all texts than this names no topic (居民, 请求).
_COMMON = 0.1
_SAME = 0.5

Cell = tuple[tuple[str, str], ...]


class Asked(TypedDict):
    """Moment and length of the latest stretch."""

    as_of: datetime
    days: int


@dataclass(frozen=True)
class Stretches:
    """The latest `days` days up to the moment (stretch 0) and the STRETCHES before it, each cut at the same phase."""

    as_of: datetime
    days: int

    @property
    def asked(self) -> "Asked":
        """The stretches as arguments of this module's questions."""
        return {"as_of": self.as_of, "days": self.days}

    @property
    def window(self) -> Period:
        """The days of the latest stretch."""
        return self._days(0)

    @property
    def all_days(self) -> Period:
        """The days of all stretches."""
        return Period(self._days(STRETCHES).start, self.window.end)

    @property
    def before(self) -> Period:
        """The days of the earlier stretches."""
        return Period(self._days(STRETCHES).start, self._days(1).end)

    def working_days(self, calendar: Workdays) -> Counts | None:
        """The working days of each stretch, the latest first; None where the calendar does not reach."""
        spans = [self._days(n) for n in range(STRETCHES + 1)]
        try:
            return np.array([calendar.within(span.start, span.end) for span in spans], dtype="int64")
        except CasebaseError:
            return None

    def number(self) -> ColumnElement[int]:
        """The stretch that a case was registered in; null in the rest of a day that today has not seen yet."""
        spans = []
        for n in range(STRETCHES + 1):
            back = timedelta(days=self.days * n)
            midnight = datetime.combine(self._days(n).start, datetime.min.time())
            spans.append((and_(p.registered_at >= midnight, p.registered_at <= self.as_of - back), n))
        return case(*spans)

    def _days(self, n: int) -> Period:
        end = self.as_of.date() - timedelta(days=self.days * n)
        return Period(end - timedelta(days=self.days - 1), end)


def topics(
    casebase: ScopedCasebase,
    *,
    as_of: datetime,
    days: int = 7,
    within: Slice = EVERYTHING,
    place: str = "district",
    most: int = 12,
    with_year_before: bool = True,
) -> pd.DataFrame:
    """Classes, places (of the dimension `place`) and classes at places that rise, least likely by chance first.

    Columns: cell (names and values of the dimensions that open its cases in `Stretches.window`), name, observed,
    expected, p, alarm (see surges.rising), course (cases of the stretches, oldest first), year_before (cases of the
    same days a year ago; None where the records begin later, and where nobody asks). Of a class and its parts only the
    most striking is named. At most `most` rows; those without alarm are within chance.
    """
    stretches = Stretches(as_of, days)
    counts_by_cell = counts_by_stretch(casebase, stretches, within, ["subcategory", place])
    parents = _parents(casebase)
    cells, counts = class_series(counts_by_cell, parents, place)
    tested = rising(counts, totals_of(counts_by_cell), _LEVEL, stretches.working_days(casebase.workdays))
    chosen = _without_nested(cells, tested, parents, most)
    numbers = tested.iloc[chosen]
    names = {name: names_of(casebase, name) or {} for name in ("category", "subcategory", place)}
    chosen_cells = [cells[n] for n in chosen]
    return pd.DataFrame(
        {
            "cell": pd.Series(chosen_cells, dtype=object),
            "name": pd.Series(
                [" · ".join(names[name].get(code, code) for name, code in cell) for cell in chosen_cells], dtype=str
            ),
            **{name: numbers[name].to_numpy() for name in numbers.columns},
            "course": pd.Series([counts[n][::-1].tolist() for n in chosen], dtype=object),
            "year_before": _year_before(casebase, stretches, within, chosen_cells, place) if with_year_before else None,
        }
    )


def words(
    casebase: ScopedCasebase, *, as_of: datetime, days: int = 7, within: Slice = EVERYTHING, most: int = 12
) -> pd.DataFrame:
    """Words of titles and texts that rise beyond chance, least likely by chance first; words of the same cases as one.

    Columns: word, with_it (further rising words of its cases), observed, expected, p, course. Cases are those whose
    title or text holds the word to the letter, as the cell `word` of a slice has it. Reads the texts of the stretches
    alone, whatever else the case base holds.
    """
    stretches = Stretches(as_of, days)
    rows = _read(casebase, stretches, within, {"title": p.title, "body": p.body, "person": p.petitioner_name})
    people = rows["person"].fillna("").tolist()
    texts = (rows["title"].fillna("") + "\n" + rows["body"].fillna("")).tolist()
    matrix, vocabulary = occurrences(texts, LEAST, _COMMON)
    stretch = rows["stretch"].to_numpy("int64")
    working = stretches.working_days(casebase.workdays)
    tested = rising_words(matrix, stretch, working)
    # Of words that only occur together the longest is named.
    tested = tested.assign(length=[len(word) for word in vocabulary])
    order = ["p", "observed", "length"]
    risen = tested[tested["alarm"]].sort_values(order, ascending=[True, False, False], kind="stable")
    entries: list[dict[str, Any]] = []
    for word in (vocabulary[n] for n in risen.index):
        holds = np.fromiter((word in text for text in texts), dtype=bool, count=len(texts))
        if _is_of_names(word, holds, texts, people):
            continue
        if not _joins_entry(word, holds & (stretch == 0), entries):
            course = np.bincount(stretch[holds], minlength=STRETCHES + 1)
            entries.append({"word": word, "with_it": [], "rows": holds, "counts": course})
    return _literal_words(entries, _totals(stretch), working, risen["p"].max(), most)


def clusters(
    casebase: ScopedCasebase, *, as_of: datetime, days: int = 7, within: Slice = EVERYTHING, most: int = 200
) -> pd.DataFrame:
    """Square kilometres with more cases in the latest stretch than expected, the least likely by chance first.

    Columns: those of hot_cells.hot_cells (code, lon, lat, cases, place), expected, p, alarm. At most `most` rows.
    """
    stretches = Stretches(as_of, days)
    counts_by_cell = counts_by_stretch(casebase, stretches, within, ["hot_cell"])
    cells, counts = _series(counts_by_cell, ("hot_cell",))
    if not cells:
        return pd.DataFrame(columns=["code", "lon", "lat", "cases", "place", "expected", "p", "alarm"])
    working = stretches.working_days(casebase.workdays)
    tested = rising(counts, totals_of(counts_by_cell), _LEVEL, working).assign(code=[cell[0][1] for cell in cells])
    squares = hot_cells(casebase, as_of=as_of, period=stretches.window, within=within, most=len(tested))
    risen = squares.merge(tested[["code", "expected", "p", "alarm"]], on="code", how="inner")
    risen = risen[risen["cases"] > risen["expected"]]
    return risen.sort_values(["p", "cases"], ascending=[True, False], kind="stable").head(most).reset_index(drop=True)


def counts_by_stretch(casebase: ScopedCasebase, stretches: Stretches, within: Slice, by: Sequence[str]) -> pd.DataFrame:
    """Cases registered by dimensions and stretch: the `by` columns (None where not filled in), stretch, hits."""
    at = moment(casebase, stretches.as_of)
    dimensions = metric_of(METRIC).subject.dimensions
    rows = _of_stretches(casebase, stretches, within, {name: as_key(dimensions[name](at)) for name in by})
    flags = rows.subquery()
    statement = select(*flags.c, func.count().label("hits")).group_by(*flags.c)
    return casebase.frame(statement)


def class_series(counts_by_cell: pd.DataFrame, parents: dict[str, str], place: str) -> tuple[list[Cell], Counts]:
    """The series of classes and places: their cells, and counts by stretch (the latest first).

    `counts_by_cell`: subcategory, `place`, stretch, hits; `parents`: first-level class of each class.
    """
    rows = counts_by_cell.assign(category=counts_by_cell["subcategory"].map(parents))
    # A case of a first-level class itself is in that class's series already.
    rows["subcategory"] = rows["subcategory"].mask(rows["subcategory"] == rows["category"])
    cells: list[Cell] = []
    counts = []
    for by in (("category",), ("subcategory",), (place,), ("category", place), ("subcategory", place)):
        more, numbers = _series(rows, by)
        cells += more
        counts.append(numbers)
    return cells, np.concatenate(counts)


def rising_words(matrix: "csr_matrix", stretch: Counts, working: Counts | None = None) -> pd.DataFrame:
    """surges.rising of each column of a matrix of texts × words, the texts being of these stretches."""
    from scipy.sparse import csr_matrix

    into = csr_matrix(
        (np.ones(len(stretch), dtype="int32"), (stretch, np.arange(len(stretch)))), shape=(STRETCHES + 1, len(stretch))
    )
    return rising((into @ matrix).toarray().T.astype("int64"), _totals(stretch), _LEVEL, working)


def totals_of(counts_by_cell: pd.DataFrame) -> Counts:
    """All cases by stretch, the latest first."""
    return counts_by_cell.groupby("stretch")["hits"].sum().reindex(range(STRETCHES + 1), fill_value=0).to_numpy("int64")


def _totals(stretch: Counts) -> Counts:
    return np.bincount(stretch, minlength=STRETCHES + 1)


def _series(rows: pd.DataFrame, by: tuple[str, ...]) -> tuple[list[Cell], Counts]:
    wide = rows.dropna(subset=list(by)).groupby([*by, "stretch"])["hits"].sum().unstack("stretch", fill_value=0)
    wide = wide.reindex(columns=range(STRETCHES + 1), fill_value=0)
    keys = [key if isinstance(key, tuple) else (key,) for key in wide.index]
    return [tuple(zip(by, map(str, key), strict=True)) for key in keys], wide.to_numpy("int64")


def _read(
    casebase: ScopedCasebase, stretches: Stretches, within: Slice, columns: dict[str, ColumnElement[Any]]
) -> pd.DataFrame:
    with casebase.reading() as connection:
        return frame_of(connection, _of_stretches(casebase, stretches, within, columns))


def _of_stretches(
    casebase: ScopedCasebase, stretches: Stretches, within: Slice, columns: dict[str, ColumnElement[Any]]
) -> Select[Any]:
    """The cases of all stretches, by the predicates of the metric, with the stretch of each."""
    metric = metric_of(METRIC)
    at = moment(casebase, stretches.as_of)
    among, _ = conditions(at, metric, stretches.all_days)
    number = stretches.number()
    labels = [column.label(name) for name, column in columns.items()]
    where = (among, number.is_not(None), *in_slice(casebase, metric.subject, at, within))
    return select(*labels, number.label("stretch")).select_from(metric.subject.rows).where(*where)


def _is_of_names(word: str, holds: np.ndarray, texts: list[str], people: list[str]) -> bool:
    """Whether most of the texts that hold a word hold it in their petitioner's name: who comes often is no topic."""
    held = [(texts[n], people[n]) for n in np.flatnonzero(holds)]
    return 2 * sum(word in (text.replace(name, "") if len(name) > 1 else text) for text, name in held) < len(held)


def _parents(casebase: ScopedCasebase) -> dict[str, str]:
    table = categories(casebase)
    return dict(zip(table["code"], table["parent_code"].fillna(table["code"]), strict=True))


def _without_nested(cells: list[Cell], tested: pd.DataFrame, parents: dict[str, str], most: int) -> list[int]:
    """Positions of the series in order of chance, without those that hold, or lie in, one named before."""
    risen = tested[(tested["p"] < 1) & (tested["observed"] > tested["expected"])]
    positions: list[int] = []
    named_before: list[set[tuple[str, str]]] = []
    for n in risen.sort_values(["p", "observed"], ascending=[True, False], kind="stable").index:
        fixed = _whole_cell(cells[n], parents)
        if not any(fixed <= other or other <= fixed for other in named_before):
            positions.append(int(n))
            named_before.append(fixed)
        if len(positions) == most:
            break
    return positions


def _whole_cell(cell: Cell, parents: dict[str, str]) -> set[tuple[str, str]]:
    """A cell with the class that its subclass belongs to."""
    above = {("category", parents[code]) for name, code in cell if name == "subcategory" and code in parents}
    return {*cell, *above}


def _year_before(
    casebase: ScopedCasebase, stretches: Stretches, within: Slice, cells: list[Cell], place: str
) -> list[int | None]:
    period, as_of = compared_period(stretches.window, stretches.as_of, Against.YEAR_BEFORE)
    if not cells or not beginnings(casebase).cover(metric_of(METRIC), period, period.end):
        return [None] * len(cells)
    by = ["category", "subcategory", place]
    last_year = measure(casebase, [METRIC], as_of=as_of, period=period, within=within, by=by)
    return [
        int(last_year["hits"][np.logical_and.reduce([last_year[name] == code for name, code in cell])].sum())
        for cell in cells
    ]


def _joins_entry(word: str, in_latest: npt.NDArray[np.bool_], entries: list[dict[str, Any]]) -> bool:
    """Whether half of the cases of a word are those of an entry before it, which then names it as well."""
    for topic in entries:
        if (in_latest & topic["rows"]).sum() >= _SAME * in_latest.sum():
            if len(topic["with_it"]) < _COMPANIONS and word not in topic["word"] and topic["word"] not in word:
                topic["with_it"].append(word)
            return True
    return False


def _literal_words(
    entries: list[dict[str, Any]], totals: Counts, working: Counts | None, cut: float, most: int
) -> pd.DataFrame:
    """The words by the cases that hold them to the letter; one that has not risen so is dropped."""
    columns = ["word", "with_it", "observed", "expected", "p", "course"]
    if not entries:
        return pd.DataFrame(columns=columns)
    counts = np.stack([topic["counts"] for topic in entries])
    tested = rising(counts, totals, _LEVEL, working)
    frame = tested.assign(
        word=[topic["word"] for topic in entries],
        with_it=[topic["with_it"] for topic in entries],
        course=[course[::-1].tolist() for course in counts],
    )
    return frame[frame["p"] <= cut].sort_values("p", kind="stable")[columns].head(most).reset_index(drop=True)
