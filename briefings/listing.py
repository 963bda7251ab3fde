"""A list of a page as a workbook: texts as texts, dates as dates, the head in view, columns wide enough for Chinese."""

from io import BytesIO

import pandas as pd

from briefings import cell_text

_SAMPLE = 1_000


def workbook(rows: pd.DataFrame, title: str, watermark: str | None = None) -> bytes:
    """Rows with the heads of their columns as the one sheet of a workbook, called `title`; a watermark is at its foot.

    Columns of texts, numbers, dates, times, yes and no, with gaps; what else stands in one is text. No text becomes
    a formula, a link or a number: a case number keeps all its digits.
    """
    # Every page that has a list brings this module, and few readers take a workbook.
    from xlsxwriter import Workbook

    from briefings.bulk_sheet import BulkSheet
    from briefings.ledger import DAY_FORMAT, FONT, HEAD, MOMENT_FORMAT, OPTIONS, fit_columns, footer, sheet_name

    held = BytesIO()
    with Workbook(held, OPTIONS) as book:
        head = book.add_format({**FONT, **HEAD})
        moment, day = (book.add_format({**FONT, "num_format": form}) for form in (MOMENT_FORMAT, DAY_FORMAT))
        sheet = book.add_worksheet(sheet_name(title, []), BulkSheet)
        for place, name in enumerate(rows.columns):
            sheet.write_string(0, place, str(name), head)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(footer([watermark] if watermark else []))
        sheet.fill(1, [_column(rows[name]) for name in rows.columns], moment, day)
        if len(rows.columns):
            sheet.autofilter(0, 0, len(rows), len(rows.columns) - 1)
            # A number of 18 digits is no number; the green corner in every cell would say that it should be one.
            sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{len(rows) + 1}"})
        sample = rows.head(_SAMPLE)
        fit_columns(
            sheet,
            [str(name) for name in rows.columns],
            [[cell_text.plain_text(cell) for cell in row] for row in sample.to_numpy(object)],
        )
    return held.getvalue()


def _column(values: pd.Series) -> pd.Series:
    """A column of one kind: what is of several is written as it reads."""
    kinds = {type(value) for value in values if not cell_text.is_missing(value)}
    if len(kinds) <= 1 or pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        return values
    return values.map(lambda value: cell_text.plain_text(value) or None)
