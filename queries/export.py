"""Rows as CSV that a spreadsheet opens as what they are (casebase.spreadsheets). Numbers stay numbers, negative too."""

import re
from datetime import date, datetime
from typing import Any

import pandas as pd

from casebase.spreadsheets import harmless

_NAME = re.compile(r'[\x00-\x20\x7f\\/:*?"<>|\ud800-\udfff\ufffe\uffff]+')
_LONGEST_NAME = 80


def csv(rows: pd.DataFrame, *, to_be_read: bool = True) -> str:
    """Rows as CSV, what is missing empty, times to the minute.

    Where it is not `to_be_read` by a person but by a program, digits stand without a tab and times to the second.
    """
    table = pd.DataFrame({name: _column_text(rows[name], to_be_read) for name in rows.columns}, index=rows.index)
    return table.to_csv(index=False, lineterminator="\r\n" if to_be_read else "\n")


def csv_file(rows: pd.DataFrame, watermark: str | None = None) -> bytes:
    """The same as a file that spreadsheet programs know to be UTF-8, its last line the watermark, if there is one."""
    last = csv(pd.DataFrame(columns=[harmless(watermark)])) if watermark else ""
    return (csv(rows) + last).encode("utf-8-sig", errors="replace")


def file_name(*parts: str) -> str:
    """A name of a file, without its ending, from words: 信访件清单_金水区_2026年10月. Characters no system bears go."""
    words = (_NAME.sub("", part).strip(".") for part in parts)
    return "_".join(word for word in words if word)[:_LONGEST_NAME]


def _column_text(column: "pd.Series[Any]", to_be_read: bool) -> "pd.Series[Any]":
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        return column
    if pd.api.types.is_datetime64_any_dtype(column):
        times: pd.Series[Any] = column.dt.strftime("%Y-%m-%d %H:%M" if to_be_read else "%Y-%m-%d %H:%M:%S")
        return times
    return pd.Series([_cell_text(value, to_be_read) for value in column], index=column.index, dtype=object)


def _cell_text(value: object, to_be_read: bool) -> object:
    if isinstance(value, str):
        return harmless(value, digits=to_be_read)
    if value is None or value is pd.NaT:
        return None
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}" if to_be_read else f"{value:%Y-%m-%d %H:%M:%S}"
    return value.isoformat() if isinstance(value, date) else value
