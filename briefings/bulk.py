"""A worksheet that writes the rows of a long list in bulk: XlsxWriter's own way costs five times as much."""

import re
from collections.abc import Sequence
from datetime import datetime
from xml.sax.saxutils import escape

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

# What XML 1.0 cannot hold.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_EPOCH = datetime(1899, 12, 30)
_DAY = 86400.0


class BulkSheet(Worksheet):  # type: ignore[misc]  # the library has no types
    """A worksheet whose cells stand in two parts: those written as usual above, and the rows of `fill` below.

    It overrides how XlsxWriter (pinned in requirements.txt) writes its rows; all else, from the frozen head to the
    print set-up, is XlsxWriter's.
    """

    def fill(self, first_row: int, rows: Sequence[Sequence[object]], moment: Format) -> None:
        """Take rows of text, numbers, datetimes and None for the rows from `first_row` on (0 is the top)."""
        self._first, self._bulk, self._moment = first_row, rows, moment
        if rows:
            self._check_dimensions(first_row, 0)
            self._check_dimensions(first_row + len(rows) - 1, len(rows[0]) - 1)

    def _write_head_rows(self) -> None:
        last: int = getattr(self, "dim_rowmax")  # noqa: B009 — the library has no types
        self.dim_rowmax = self._first - 1
        super()._write_rows()
        self.dim_rowmax = last

    def _write_rows(self) -> None:
        self._write_head_rows()
        columns = [xl_col_to_name(n) for n in range(len(self._bulk[0]))] if self._bulk else []
        style = self._moment._get_xf_index()
        seen: dict[object, str] = {}
        lines = []
        for number, row in enumerate(self._bulk, start=self._first + 1):
            cells = [f'<row r="{number}">']
            for name, value in zip(columns, row, strict=True):
                if value is None:
                    continue
                if type(value) is str:
                    text = seen.get(value)
                    if text is None:
                        text = seen[value] = _inline(value)
                    cells.append(f'<c r="{name}{number}" t="inlineStr">{text}</c>')
                elif isinstance(value, datetime):
                    days = (value - _EPOCH).total_seconds() / _DAY
                    cells.append(f'<c r="{name}{number}" s="{style}"><v>{days:.10g}</v></c>')
                else:
                    cells.append(f'<c r="{name}{number}"><v>{value}</v></c>')
            cells.append("</row>")
            lines.append("".join(cells))
        self.fh.write("".join(lines))


def _inline(text: str) -> str:
    """Text as an inline string; spaces at its ends are kept."""
    clean = escape(_CONTROL.sub("", text))
    keep = ' xml:space="preserve"' if clean != clean.strip() else ""
    return f"<is><t{keep}>{clean}</t></is>"
