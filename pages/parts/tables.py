"""Tables that can be clicked: which row or cell, once for each click; and tables of numbers that open their cases."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import ceil
from threading import Lock
from typing import Any, Required, TypedDict, TypeVar, Unpack

import pandas as pd
import streamlit as st
from cachetools import LRUCache, cached
from pandas.api.types import infer_dtype
from pandas.io.formats.style import Styler

from cockpit import rows
from cockpit.answers import frozen
from cockpit.metric_rows import link_of, metric_rows
from cockpit.view import View
from pages.parts import clicks, layout
from pages.parts.navigation import open_link
from pages.parts.paint import painted
from queries.measure import metric_of
from queries.model import Kind, Metric
from queries.subjects import DIMENSIONS
from views import words
from views.tokens import Palette

# A table's row in px: 2.1875 times the font size of .streamlit/config.toml.
ROW = 31
COUNT = st.column_config.NumberColumn(format="localized")
RIGHT = st.column_config.Column(alignment="right")
# Left and right of a cell's text, and the longest name, in px, that a column grows for.
_PADDING = 20
# How wide a letter of a table is, in px.
_CHINESE, _LATIN = 12.25, 6.4
_WIDEST_NAME = 380
_FAR_LONGER = 1.5
_FEW_COLUMNS = 7
# The tables of a view or two whose columns are measured.
_KEPT = 64
# So many rows more than a table should have are shown all the same.
_FEW_MORE = 4
RIGHT_TEXT = st.column_config.TextColumn(alignment="right")
# The column of titles, and how wide (px) it is.
TITLE, _TITLE = "标题", 400
WIDE = st.column_config.Column(width=_TITLE)


T = TypeVar("T")


class Look(TypedDict, total=False):
    """How a table looks: its key, what it is called aloud, how many rows are seen at once, its columns by head."""

    key: Required[str]
    alt: Required[str]
    high: int | None
    columns: Mapping[str, Any]


def table(frame: pd.DataFrame | Styler, **look: Unpack[Look]) -> None:
    """Show a table in which nothing is clicked."""
    _dataframe(frame, look)


def pick_row(
    frame: pd.DataFrame | Styler,
    *,
    on_pick: Callable[[int], None] | None = None,
    stays: bool = False,
    **look: Unpack[Look],
) -> int | None:
    """Show a table; returns the position of the row that was selected, once for each click.

    `on_pick` is called with it instead, before the page is drawn again (to change the filter bar). A click leads away
    unless the row `stays` selected, for what the page shows of it.
    """
    if on_pick is None:
        event = _dataframe(frame, look, on_select="rerun", selection_mode="single-row")
        row = clicks.once(clicks.key_now(look["key"]), next(iter(event["selection"]["rows"]), None))
        return row if stays else _led_away(look, row)
    put = clicks.key_now(look["key"])

    def clicked() -> None:
        for selected in st.session_state[put]["selection"]["rows"]:
            if not stays:
                clicks.led_away(look["key"])
            on_pick(selected)

    _dataframe(frame, look, on_select=clicked, selection_mode="single-row")
    return None


def pick_cell(frame: pd.DataFrame | Styler, **look: Unpack[Look]) -> tuple[int, str] | None:
    """Show a table; returns the position of the row and the head of the cell that was clicked, once for each click.

    It leads away.
    """
    event = _dataframe(frame, look, on_select="rerun", selection_mode="single-cell")
    cell = next(iter(event["selection"].get("cells", [])), None)
    value = None if cell is None else (int(cell[0]), str(cell[1]))
    return _led_away(look, clicks.once(clicks.key_now(look["key"]), value))


def _led_away(look: Look, clicked: T | None) -> T | None:
    """What was clicked; the table is another one when it is shown again (see clicks.led_away)."""
    if clicked is not None:
        clicks.led_away(look["key"])
    return clicked


def headed(
    frame: pd.DataFrame,
    title: str,
    note: str,
    *,
    none: str = "",
    define: str | None = None,
    open_row: Callable[[int], object] | None = None,
    open_cell: Callable[[int, str], object] | None = None,
    **look: Unpack[Look],
) -> None:
    """Show a table under the finding of what it lists, in the colours of its limits; of nothing, the finding alone.

    `none` is the note in that case, if another; `define` the metric whose 口径 is at hand. `open_row` is called with
    the position of a row that was clicked, `open_cell` with that and the head of a cell, to go where it leads.
    """
    heading = none if none and not len(frame.index) else note
    layout.heading(title, heading, define=None if define is None else metric_of(define))
    if not len(frame.index):
        return
    has_limits = rows.LIMIT_STATE in frame.columns
    written = painted(frame, _colours_of_limits) if has_limits else frame
    if open_cell is not None:
        cell = pick_cell(written, **look)
        if cell is not None:
            open_cell(*cell)
    elif open_row is not None:
        position = pick_row(written, **look)
        if position is not None:
            open_row(position)
    else:
        table(written, **look)


def _dataframe(frame: pd.DataFrame | Styler, look: Look, **selection: Any) -> Any:
    high, rows = look.get("high"), frame if isinstance(frame, pd.DataFrame) else frame.data  # type: ignore[attr-defined]
    if not len(frame.index):
        st.caption("没有记录。")
        return {"selection": {"rows": [], "cells": []}}
    return st.dataframe(
        frame,
        hide_index=True,
        column_config=_with_widths(frame, rows, look.get("columns") or {}),
        placeholder=words.NONE,
        height="auto" if high is None else height(len(frame.index), high),
        key=clicks.key_now(look["key"]),
        alt=look["alt"],
        **selection,
    )


def text_width(texts: Iterable[str], most: int) -> int | None:
    """The width in px of a column that shows all of these texts, where one is far longer than they are on average.

    None where none is, which the grid fits by itself, and where it would be more than `most`.
    """
    widths = [cell_width(text) for text in texts] or [0.0]
    widest = max(widths)
    return round(widest) if sum(widths) / len(widths) * _FAR_LONGER < widest <= most else None


def cell_width(text: str) -> float:
    """How wide in px a cell must be for a text to be seen whole."""
    # Of the bytes of a text a Chinese letter has three, a Latin one has one.
    letters, more = len(text), len(text.encode(errors="replace")) - len(text)
    return letters * _LATIN + more / 2 * (_CHINESE - _LATIN) + _PADDING


def width_of(texts: Iterable[str]) -> int:
    """The width in px of a column that shows all of these texts; the grid judges by the usual one."""
    return ceil(max(map(cell_width, texts), default=0.0))


def cut(text: str, width: float) -> str:
    """A text as a cell so many px wide can show it, with … where it is cut: the grid itself cuts without a mark."""
    if cell_width(text) <= width:
        return text
    kept = next(end for end in range(len(text), -1, -1) if cell_width(f"{text[:end]}…") <= width or end == 0)
    return f"{text[:kept].rstrip()}…"


def with_cut_titles(frame: pd.DataFrame, width: int = _TITLE) -> pd.DataFrame:
    """Rows whose titles end with … where their column, so many px wide, has no room for more."""
    return frame.assign(**{TITLE: [cut(title, width) for title in frame[TITLE]]})


def _with_widths(table: pd.DataFrame | Styler, frame: pd.DataFrame, columns: Mapping[str, Any]) -> dict[str, Any]:
    """A width for each column of names that has none, in a table that has room for it.

    Left alone, the grid judges a column by its usual row and cuts the one that is twice as long. Of many columns, each
    so widened would push the last ones out of sight.
    """
    config = {str(head): column for head, column in columns.items()}
    if len(frame.columns) > _FEW_COLUMNS:
        return config
    for head, width in _widths_of_names(table, frame):
        if (config.get(head) or {}).get("width") is None:
            config[head] = {**(config.get(head) or st.column_config.Column()), "width": width}
    return config


def _widths_of_names(table: pd.DataFrame | Styler, frame: pd.DataFrame) -> tuple[tuple[str, int], ...]:
    """The columns of names that need a width, measured once of a table that is shared."""
    try:
        key = frozen(table)
    except TypeError:
        return _measure_names(None, frame)
    return _measured(key, frame)


def _measure_names(_key: Any, frame: pd.DataFrame) -> tuple[tuple[str, int], ...]:
    heads = [head for head in frame.columns if infer_dtype(frame[head]) == "string"]
    widths = [(head, text_width([str(head), *frame[head].dropna()], _WIDEST_NAME)) for head in heads]
    return tuple((head, width) for head, width in widths if width is not None)


_measured = cached(LRUCache(_KEPT), key=lambda key, _: key, lock=Lock())(_measure_names)


def height(rows: int, most: int) -> int:
    """Height of a table in px that shows its rows, at most `most` of them and a half before it scrolls.

    The half row tells that it goes on. Where few more are left, all are shown.
    """
    if rows <= most + _FEW_MORE:
        return ROW * (max(rows, 1) + 1) + 2
    return ROW * (most + 1) + ROW // 2 + 2


def _colours_of_limits(frame: pd.DataFrame, palette: Palette) -> pd.DataFrame:
    """The colours that go with the shapes of states written in a column, as CSS."""
    known = (words.OVERDUE, words.DUE_SOON, words.GOOD)
    colours = {state.shape: f"color: {palette.state(state.role)}" for state in known}
    css = [colours.get(str(text)[0], "") for text in frame[rows.LIMIT_STATE]]
    return pd.DataFrame({rows.LIMIT_STATE: css}, index=frame.index)


def metric_table(
    view: View,
    metrics: Sequence[str],
    dimension: str,
    *,
    key: str,
    title: str,
    note: str,
    define: str | None = None,
    high: int = 10,
    filled: bool = False,
) -> None:
    """Metrics as columns under a heading, one row a value of the dimension; a cell opens the cases it counts.

    Ordered by the first metric, largest first, of which `high` rows are seen at once. `define` is the metric whose 口径
    is at hand, if not the first. `filled` leaves out what has no value of the dimension.
    """
    layout.heading(title, f"{note}；点击数字查看明细", define=metric_of(define or metrics[0]))
    table_rows = metric_rows(view, metrics, dimension, filled=filled)
    few, written, heads = table_rows.few, table_rows.written, table_rows.heads
    is_marked = bool(few.to_numpy().any())
    cell = pick_cell(
        painted(written, _pale, few) if is_marked else written,
        key=key,
        alt=f"各{DIMENSIONS[dimension]}{'、'.join(heads.values())}",
        high=high,
        columns={head: _numbers(metric_of(name), "%.2f%%") for name, head in heads.items()},
    )
    if is_marked:
        st.caption(f"浅色斜体的率{words.SMALL}：分母不足 {view.settings.lights.small_sample}，不宜比较。")
    if cell is not None:
        open_link(link_of(view, table_rows, dimension, *cell))


def _pale(_written: pd.DataFrame, palette: Palette, few: pd.DataFrame) -> pd.DataFrame:
    """The look of rates over too few, as CSS."""
    look = f"color: {palette.muted}; font-style: italic"
    return pd.DataFrame(look, index=few.index, columns=few.columns).where(few, "")


def number_columns(written: pd.DataFrame, metric: Metric, *, is_count: bool = False) -> dict[str, Any]:
    """Columns of a table of names, a metric (its counts, if `is_count`) and the counts that it is made of."""
    first, *counts = (head for head in written.columns[1:] if head != rows.SAMPLE)
    return {first: COUNT if is_count else _numbers(metric, "%.2f"), **dict.fromkeys(counts, COUNT)}


def _numbers(metric: Metric, rates: str) -> Any:
    """The column of a metric: counts with thousands, `rates` as that says, others with one place."""
    if metric.is_total:
        return COUNT
    return st.column_config.NumberColumn(format=rates if metric.kind is Kind.RATE else "%.1f")
