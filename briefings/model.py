"""What a briefing is made of: blocks that Word sets, tables and figures that all three files share."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from views.words import NumberFormat

ColumnKind = Literal["text", "count", "rate", "days", "number", "change", "pieces", "points", "moment"]


@dataclass(frozen=True)
class Column:
    """A column: `kind` says how its cells are written, `metric` which number of the registry they are ("": none).

    Cells are raw: counts int or None, rates ratios 0 … 1, change a ratio of a count (None: no base), pieces a
    difference of two counts, points one of two ratios, moment a datetime; words come at writing. `sums` says that the
    rows add up to the whole;
    `of` names the two columns (hits, among) whose quotient a rate is.
    """

    name: str
    kind: ColumnKind = "text"
    metric: str = ""
    sums: bool = False
    of: tuple[str, str] | None = None


@dataclass(frozen=True)
class Valued:
    """A cell that is written by a kind of its own, where a column holds numbers of several kinds.

    `small`: a rate over too few to be read closely, which is marked.
    """

    value: float | None
    kind: ColumnKind
    small: bool = False


@dataclass(frozen=True)
class Table:
    """A table with its title, a note below it, and the row of the whole (全市) where it has one."""

    id: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[object, ...], ...]
    whole: tuple[object, ...] | None = None


@dataclass(frozen=True)
class Series:
    """One line or set of bars: a value for each label of its figure (None: nothing to show)."""

    name: str
    values: tuple[float | None, ...]
    small: tuple[bool, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A picture's data, drawn by Word as a picture and by slides as a native chart.

    `title` says the finding, `subtitle` what is drawn. `form`: months run along the foot, rankings down the side.
    `metrics` are the numbers of the registry that it shows (the source in the notes).
    """

    id: str
    title: str
    subtitle: str
    form: Literal["months", "ranking"]
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    kind: NumberFormat
    unit: str
    metrics: tuple[str, ...]
    target: float | None = None


@dataclass(frozen=True)
class Heading:
    """A heading: level 1 is 一、, 2 is （一）, 3 is 1. — numbered already."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of running text."""

    text: str


@dataclass(frozen=True)
class Annex:
    """What follows is an annex of this title, on a page of its own."""

    number: int
    title: str


Block = Heading | Paragraph | Table | Figure | Annex


@dataclass(frozen=True)
class Imprint:
    """What every page of every file says of its numbers, and by `watermark` who took them out and when, if anybody."""

    bureau: str
    place: str
    period: str
    as_of: str
    snapshot: str
    definitions: str
    demonstration: bool
    watermark: str | None = None

    @property
    def line(self) -> str:
        """2026年10月1日—31日　郑州市　截至 2026年11月23日2时: what a reader of any page must know."""
        parts = [self.period, self.place, f"截至 {self.as_of}"]
        return "　".join([*parts, "演示数据"] if self.demonstration else parts)

    @property
    def foot(self) -> tuple[str, ...]:
        """The lines at the foot of every page: `line`, and the watermark."""
        return (self.line, self.watermark) if self.watermark else (self.line,)

    @property
    def traced(self) -> str:
        """The same with the snapshot's id and the version of the definitions: for who looks a number up again."""
        return "　".join([self.line, f"快照 {self.snapshot}", f"口径 {self.definitions}"])


@dataclass(frozen=True)
class Document:
    """The Word briefing: title, the line under it (cover line), blocks in order, and the imprint."""

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    imprint: Imprint


@dataclass(frozen=True)
class Slide:
    """One message: the title says it; a figure or a table shows it, lines say more; notes tell the source."""

    title: str
    lines: tuple[str, ...]
    visual: Figure | Table | None
    notes: str


@dataclass(frozen=True)
class Deck:
    """The slides of a briefing; the first is the cover."""

    title: str
    subtitle: str
    slides: tuple[Slide, ...]
    imprint: Imprint


@dataclass(frozen=True)
class Counted:
    """A number that a list stands behind: `column` (by place) holds `sides[0]` in the rows that it counts,

    `sides[1]` in those that it looks at and does not count, None in the others; so it is hits (and among) rows.
    `amount` is the column (by place) that a sum adds up over the rows that it counts.
    """

    metric: str
    name: str
    column: int
    sides: tuple[str, str]
    hits: int
    among: int
    amount: int | None = None


@dataclass(frozen=True)
class CaseList:
    """The cases behind numbers of the same rows (信访件, by registration): one row a case, one column a number.

    `columns` are the cells below each of `heads`: text, numbers, dates or times, each with gaps.
    """

    name: str
    heads: tuple[str, ...]
    columns: tuple[pd.Series, ...]
    counted: tuple[Counted, ...]

    def __len__(self) -> int:
        return len(self.columns[0])


@dataclass(frozen=True)
class Ledger:
    """The workbook: a first sheet with all numbers, the tables, the lists behind the numbers, the definitions.

    `metrics` are the ids of the rows of `numbers`, in their order.
    """

    title: str
    numbers: Table
    metrics: tuple[str, ...]
    tables: tuple[Table, ...]
    lists: tuple[CaseList, ...]
    definitions: Table
    imprint: Imprint
