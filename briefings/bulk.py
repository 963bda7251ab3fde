"""A worksheet that writes the columns of a long list in bulk: XlsxWriter's own way costs five times as much."""

from collections.abc import Sequence
from datetime import date, datetime

import pandas as pd
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from briefings import cells

# A cell of Excel holds no more.
_MOST_LETTERS = 32_767
_EPOCH = pd.Timestamp(1899, 12, 30)
_EMPTY = "<c/>"
Cells = Sequence[object] | pd.Series


class BulkSheet(Worksheet):  # type: ignore[misc]  # the library has no types
    """A worksheet whose cells stand in two parts: those written as usual above, and the columns of `fill` below.

    It overrides how XlsxWriter (pinned in requirements.txt) writes its rows; all else, from the frozen head to the
    print set-up, is XlsxWriter's.
    """

    def fill(self, first_row: int, columns: Sequence[Cells], moment: Format, day: Format) -> None:
        """Take columns for the rows from `first_row` on (0 is the top): text, numbers, dates, datetimes or None.

        Times may come as a Series of datetime64, which is much faster.
        """
        self._first, self._dates = first_row, (moment, day)
        # Texts and styles are numbered now: when rows are written, XlsxWriter has closed both lists.
        self._bulk = [self._column(values) for values in columns]
        if len(columns) and len(columns[0]):
            self._check_dimensions(first_row, 0)
            self._check_dimensions(first_row + len(columns[0]) - 1, len(columns) - 1)

    def _write_rows(self) -> None:
        last: int = getattr(self, "dim_rowmax")  # noqa: B009 — the library has no types
        self.dim_rowmax = self._first - 1
        super()._write_rows()
        self.dim_rowmax = last
        # Cells without an address stand one after the other.
        rows = enumerate(zip(*self._bulk, strict=True), start=self._first + 1)
        self.fh.write("".join(f'<row r="{number}">{"".join(row)}</row>' for number, row in rows))

    def _column(self, values: Cells) -> list[str]:
        """The cells of a column; what stands in it many times is put into words once."""
        if isinstance(values, pd.Series):
            style = self._dates[0]._get_xf_index()
            days = ((values - _EPOCH) / pd.Timedelta(days=1)).tolist()
            return [f'<c s="{style}"><v>{at:.12g}</v></c>' if at == at else _EMPTY for at in days]
        known = {value: self._cell(value) for value in set(values)}
        return [known[value] for value in values]

    def _cell(self, value: object) -> str:
        if value is None:
            return _EMPTY
        if isinstance(value, str):
            # As XlsxWriter itself keeps every text: once, by its number.
            place = self.str_table._get_shared_string_index(cells.plain(value)[:_MOST_LETTERS])
            return f'<c t="s"><v>{place}</v></c>'
        if isinstance(value, date):
            style = self._dates[not isinstance(value, datetime)]._get_xf_index()
            at = pd.Timestamp(value) - _EPOCH
            return f'<c s="{style}"><v>{at / pd.Timedelta(days=1):.12g}</v></c>'
        return f"<c><v>{value}</v></c>"
