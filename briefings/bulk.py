"""A worksheet that writes the columns of a long list in bulk: XlsxWriter's own way costs five times as much."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from xml.sax.saxutils import escape

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

# What XML 1.0 cannot hold.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_EPOCH = datetime(1899, 12, 30)
_FIRST_DAY = _EPOCH.date()
_DAY = 86400.0


class BulkSheet(Worksheet):  # type: ignore[misc]  # the library has no types
    """A worksheet whose cells stand in two parts: those written as usual above, and the columns of `fill` below.

    It overrides how XlsxWriter (pinned in requirements.txt) writes its rows; all else, from the frozen head to the
    print set-up, is XlsxWriter's.
    """

    def fill(self, first_row: int, columns: Sequence[Sequence[object]], moment: Format, day: Format) -> None:
        """Take columns of text, numbers, datetimes, dates and None for the rows from `first_row` on (0 is the top)."""
        self._first, self._bulk, self._dates = first_row, columns, (moment, day)
        if columns and columns[0]:
            self._check_dimensions(first_row, 0)
            self._check_dimensions(first_row + len(columns[0]) - 1, len(columns) - 1)

    def _write_rows(self) -> None:
        last: int = getattr(self, "dim_rowmax")  # noqa: B009 — the library has no types
        self.dim_rowmax = self._first - 1
        super()._write_rows()
        self.dim_rowmax = last
        moment, day = (style._get_xf_index() for style in self._dates)
        columns = [
            _column(xl_col_to_name(place), values, self._first + 1, _writer(moment, day))
            for place, values in enumerate(self._bulk)
        ]
        rows = enumerate(zip(*columns, strict=True), start=self._first + 1)
        self.fh.write("".join(f'<row r="{number}">{"".join(cells)}</row>' for number, cells in rows))


def _column(name: str, values: Sequence[object], first: int, write: Callable[[object], str]) -> list[str]:
    """The cells of a column; what stands in it many times is put into words once."""
    known = {value: write(value) for value in set(values)}
    return [known[value] and f'<c r="{name}{row}"{known[value]}' for row, value in enumerate(values, start=first)]


def _writer(moment: int, day: int) -> Callable[[object], str]:
    """Turns a value into a cell but for its place; "" for none."""

    def write(value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            return f' t="inlineStr">{_inline(value)}</c>'
        if isinstance(value, datetime):
            return f' s="{moment}"><v>{(value - _EPOCH).total_seconds() / _DAY:.10g}</v></c>'
        if isinstance(value, date):
            return f' s="{day}"><v>{(value - _FIRST_DAY).days}</v></c>'
        return f"><v>{value}</v></c>"

    return write


def _inline(text: str) -> str:
    """Text as an inline string; spaces at its ends are kept."""
    clean = escape(_CONTROL.sub("", text))
    keep = ' xml:space="preserve"' if clean != clean.strip() else ""
    return f"<is><t{keep}>{clean}</t></is>"
