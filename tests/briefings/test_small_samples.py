"""A rate over too few cases is marked in every table, and the note says what the mark means."""

from collections.abc import Callable
from io import BytesIO

import openpyxl

from briefings import tables
from briefings.files import File
from briefings.frozen import Frozen
from briefings.model import Table, Valued
from casebase.settings import Settings

FEW = Settings().lights.small_sample


def marked(table: Table, frame_of: Callable[[str, str], float | None]) -> int:
    """How many rates of the table are marked; each exactly where its own denominator is too small."""
    name = next(place for place, column in enumerate(table.columns) if column.kind == "text")
    count = 0
    for row in table.rows:
        for column, cell in zip(table.columns, row, strict=True):
            if column.kind == "rate" and isinstance(cell, Valued) and cell.value is not None:
                among = frame_of(column.metric, str(row[name]))
                assert among is not None
                assert cell.small == (among < FEW), (row[name], column.name)
                count += cell.small
    return count


def test_rates_of_small_samples_are_marked_by_their_own_denominator(frozen_of: Callable[..., Frozen]) -> None:
    frozen = frozen_of("month")
    frame = frozen.splits["place"]
    amongs = {(row["metric"], row["name"]): row["among"] for row in frame.to_dict("records")}
    table = tables.places(frozen)
    assert table is not None
    assert marked(table, lambda metric, name: amongs.get((metric, name))) > 5
    assert f"标○的率，分母不足{FEW}的，样本少。" in table.note


def test_the_ledger_keeps_the_number_and_shows_the_mark(made_of: Callable[..., tuple[File, ...]]) -> None:
    book = openpyxl.load_workbook(BytesIO(made_of("month")[2].data), data_only=True)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows(max_row=60) for cell in row]
    small = [cell for cell in cells if cell.number_format.startswith('"○"')]
    assert len(small) > 5
    assert all(isinstance(cell.value, int | float) for cell in small)
