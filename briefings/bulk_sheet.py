"""A worksheet that writes the columns of a long list in bulk: XlsxWriter's own way costs ten times as much."""

from collections.abc import Iterator, Sequence
from typing import Any
from zipfile import ZipFile, ZipInfo

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter.workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from briefings import cell_text

# A cell of Excel holds no more.
_MOST_LETTERS = 32_767
_EPOCH = pd.Timestamp(1899, 12, 30)
_A_DAY = 86_400e6
_EMPTY = "<c/>"
# What XML cannot hold (as briefings.cell_text.plain, in Arrow's words) or would read as its own, and so Excel.
_ESCAPES = (
    (r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]", ""),
    ("&", "&amp;"),
    ("<", "&lt;"),
    (">", "&gt;"),
    ("(_x[0-9a-fA-F]{4}_)", r"_x005F\1"),
)
# A value is put into words once where each stands in so many rows of a column, to judge by the first of them.
_OFTEN, _JUDGED = 10, 2_000
_SPACED = r"^\s|\s$|\n"
_ODD = "|".join([*(old for old, _ in _ESCAPES), _SPACED])
# Rows joined at once: Arrow's texts end at two gigabytes.
_AT_ONCE = 100_000
# Of zlib's levels the last that is quick: 6, its own choice, takes twice as long for a seventh less.
LEVEL = 3


class _QuickZip(ZipFile):
    """What XlsxWriter packs a workbook with, at a level that it offers no option for."""

    def writestr(self, zinfo_or_arcname: str | ZipInfo, data: Any, *_: Any) -> None:
        super().writestr(zinfo_or_arcname, data, compresslevel=LEVEL)


xlsxwriter.workbook.ZipFile = _QuickZip


class BulkSheet(Worksheet):  # type: ignore[misc]  # the library has no types
    """A worksheet whose cells stand in two parts: those written as usual above, and the columns of `fill` below.

    It overrides how XlsxWriter (pinned in requirements.txt) writes its rows; all else, from the frozen head to the
    print set-up, is XlsxWriter's.
    """

    # XlsxWriter closes a workbook in which something failed, and what failed should be what is told.
    _first: int = 0
    _bulk: Sequence[pa.Array] = ()

    def fill(self, first_row: int, columns: Sequence[pd.Series], moment: Format, day: Format) -> None:
        """Take columns for the rows from `first_row` on (0: top): each of texts, numbers, days, times or yes/no."""
        self._first, self._dates = first_row, (moment, day)
        # Styles are numbered now: when rows are written, XlsxWriter has closed their list.
        self._bulk = [self._column(values) for values in columns]
        if len(columns) and len(columns[0]):
            self._check_dimensions(first_row, 0)
            self._check_dimensions(first_row + len(columns[0]) - 1, len(columns) - 1)

    def _write_rows(self) -> None:
        last: int = getattr(self, "dim_rowmax")  # noqa: B009 — the library has no types
        self.dim_rowmax = self._first - 1
        super()._write_rows()
        self.dim_rowmax = last
        for rows in self._rows():
            self.fh.write(rows)

    def _rows(self) -> Iterator[str]:
        """The rows as XML, many at once; cells without an address stand one after the other."""
        count = len(self._bulk[0]) if self._bulk else 0
        for begin in range(0, count, _AT_ONCE):
            part = [column.slice(begin, _AT_ONCE) for column in self._bulk]
            first = self._first + 1 + begin
            numbers = pc.cast(pa.array(range(first, first + len(part[0]))), pa.string())
            rows = pc.binary_join_element_wise('<row r="', numbers, '">', *part, "</row>", "")
            yield pc.binary_join(pa.ListArray.from_arrays([0, len(rows)], rows), "")[0].as_py()

    def _column(self, values: pd.Series) -> pa.Array:
        """The cells of a column as XML; what stands in it many times is put into words once."""
        whole = _array(values)
        first = whole.slice(0, _JUDGED)
        if len(first.unique()) * _OFTEN > len(first):
            return pc.fill_null(self._cells(whole, often=False), _EMPTY)
        known = whole.dictionary_encode()
        distinct_cells = self._cells(known.dictionary, often=True)
        return pc.fill_null(distinct_cells.take(known.indices), _EMPTY)

    def _cells(self, values: pa.Array, *, often: bool) -> pa.Array:
        """Values of one kind as the XML of their cells; `often` if each stands in many, and none is missing."""
        moment, day = (form._get_xf_index() for form in self._dates)
        kind = values.type
        if pa.types.is_date(kind):
            return _around(f'<c s="{day}"><v>', pc.cast(_days(values), pa.string()), "</v></c>")
        if pa.types.is_timestamp(kind):
            return _around(f'<c s="{moment}"><v>', pc.cast(_days(values), pa.string()), "</v></c>")
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            texts = pc.utf8_slice_codeunits(values.cast(pa.string()), 0, _MOST_LETTERS)
            return self._shared(texts) if often else _inline(texts)
        return _around("<c><v>", pc.cast(values, pa.string()), "</v></c>")

    def _shared(self, texts: pa.Array) -> pa.Array:
        """Texts by their number in XlsxWriter's list, where each is kept once."""
        plain = (cell_text.plain(text) for text in texts.to_pylist())
        places = [str(self.str_table._get_shared_string_index(text)) for text in plain]
        return _around('<c t="s"><v>', pa.array(places, pa.string()), "</v></c>")


def _array(values: pd.Series) -> pa.Array:
    """A column in one piece: more rows than a database hands over at once come in several."""
    array = pa.array(cell_text.yes_or_no(values), from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _days(values: pa.Array) -> pa.Array:
    """Days since Excel's beginning, to the millisecond."""
    microseconds = pc.subtract(values.cast(pa.timestamp("us")), pa.scalar(_EPOCH, pa.timestamp("us"))).cast(pa.int64())
    return pc.round(pc.divide(microseconds.cast(pa.float64()), _A_DAY), 9)


def _inline(texts: pa.Array) -> pa.Array:
    """Texts in their cells: of texts that differ from row to row a list of all takes longer to write."""
    if not pc.any(pc.match_substring_regex(texts, _ODD)).as_py():
        return _around('<c t="inlineStr"><is><t>', texts, "</t></is></c>")
    for old, new in _ESCAPES:
        texts = pc.replace_substring_regex(texts, old, new)
    spaced = pc.if_else(pc.match_substring_regex(texts, _SPACED), ' xml:space="preserve"', "")
    return pc.binary_join_element_wise('<c t="inlineStr"><is><t', spaced, ">", texts, "</t></is></c>", "")


def _around(before: str, values: pa.Array, after: str) -> pa.Array:
    return pc.binary_join_element_wise(before, values, after, "")
