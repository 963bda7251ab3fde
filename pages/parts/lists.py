"""The list behind a number: what the address asks for, its rows as a table and as a file."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st
from pandas.api.types import infer_dtype

from briefings.cell_text import yes_or_no
from briefings.listing import workbook
from briefings.request import Request
from casebase.errors import UsageError
from casebase.personal import masked
from cockpit import kpis
from cockpit.links import list_link
from cockpit.view import Scope, View
from pages.parts import history, marking, menu, not_offered, recording, tables
from pages.parts.exports import export_button
from pages.parts.filters import BAR_KEYS, bar_choices, set_choices
from pages.parts.layout import on_phone
from pages.parts.markdown import escape_markdown
from pages.parts.navigation import open_link
from queries.cases import Part, cases, count_cases
from queries.columns import COLUMN_NAMES, DAYS_LEFT, KEY_COLUMNS, OPTIONAL_COLUMNS
from queries.dictionary import counted_in
from queries.export import csv_file, file_name
from queries.measure import check_cell, measure, metric_of, span_of
from queries.model import Kind, Metric, Slice
from queries.names import codes, names_of
from queries.registry import METRICS
from queries.subjects import CELLS_PER_DEGREE, DIMENSIONS
from views import words
from wording.names import short_names

CASE_PAGE = menu.script("case_course")
PAGE_ROWS = 200
# Of more rows a workbook takes minutes to make and longer to open.
XLSX_ROWS = 200_000
_CAME_FROM = "_case_opened_from"
# Of a case: what a reader of late ones looks for first.
_CLOCKS = ("registered_at", "five_day_due", "five_day_left", "due_at", "days_left", "closed_at")
# How wide (px) columns are: those of a minute and a day show it whole; the others are as wide as what they say, but
# titles and what is wider than any name, which are cut.
_TIME, _DAY = 114, 80
_TITLE = 230
# On a phone, beside the days left.
_NARROW = {"title": 140, "unit": 100}
_WIDEST = 240


@dataclass(frozen=True)
class Question:
    """The number whose list is asked for."""

    metric: Metric
    part: Part
    cell: tuple[tuple[str, str | None], ...]

    @property
    def parameters(self) -> dict[str, str]:
        """How the address asks for it."""
        cell = {f"by_{name}": value or "" for name, value in self.cell}
        return {"metric": self.metric.id, "part": self.part.value, **cell}

    def scope(self, view: View) -> Scope:
        """What the list is asked for as of, in and within."""
        return replace(view, within=replace(view.within, cell=self.cell)).scope

    def scope_text(self, view: View) -> str:
        """What the list is of: the bar's period and slice, or the moment of a stock and the slice."""
        if not self.metric.is_stock:
            return view.text
        at, _, _ = span_of(self.metric, view.as_of, view.period, Slice(cell=self.cell))
        return f"截至{words.moment(at, year=True)}，{view.slice_text}"

    def cell_text(self, view: View) -> str:
        """The cell in words: 责任单位 市住建局，月份 2026-10."""
        pairs = ((DIMENSIONS.get(name, name), named(view, name, value)) for name, value in self.cell)
        # A bracket of full width brings its own space.
        return "，".join(f"{head}{'' if head.endswith('）') else ' '}{value}" for head, value in pairs)

    def sentence(self, view: View) -> str:
        """What the list is of, by which date, and the number's definition."""
        metric = self.metric.under(view.settings.deadlines)
        dated = "" if metric.is_stock else f"按{metric.period_text}归期"
        return f"{'，'.join(filter(None, (self.scope_text(view), self.cell_text(view), dated)))}。{metric.definition}"

    def size_text(self, view: View, total: int) -> str:
        """共 **1,234** 件次, and of a sum what its rows add up to: ，计 **5,230** 人次 (Markdown)."""
        metric, text = self.metric, f"共 **{words.full_count(total)}** {counted_in(self.metric)}"
        if metric.kind is not Kind.SUM or kpis.missing_reason(view, metric):
            return text
        value = view.ask(measure, [metric.id], **self.scope(view))["value"].iloc[0]
        return f"{text}，计 **{words.full_count(value)}** {metric.unit}"


def read_question() -> Question | None:
    """What the address asks for; None without a metric, and for an unknown one, of which it says so."""
    _restore_question()
    params = st.query_params
    if "metric" not in params or refuse_unknown(params["metric"]):
        return None
    cell = tuple((key.removeprefix("by_"), value or None) for key, value in params.items() if key.startswith("by_"))
    metric, part = metric_of(params["metric"]), params.get("part", Part.HITS.value)
    if part not in list(Part):
        first = metric.sides[0] if metric.kind is Kind.RATE else metric.name
        not_offered.note(f"地址里的明细「{escape_markdown(part)}」不在可选之列，{not_offered.shown_instead(first)}。")
    return Question(metric, Part(part) if part in list(Part) else Part.HITS, cell)


def answerable(question: Question, view: View) -> Question:
    """The question without what the address asks of its cell in vain, which is noted."""
    cell = tuple(pair for pair in question.cell if _can_be_asked(question.metric, view, *pair))
    return replace(question, cell=cell)


def _can_be_asked(metric: Metric, view: View, name: str, value: str | None) -> bool:
    try:
        check_cell(view.casebase, metric, view.as_of, view.period, name, value)
    except UsageError:
        head, asked = (DIMENSIONS[name], value or "") if name in DIMENSIONS else ("", f"by_{name}={value or ''}")
        not_offered.note(
            f"地址里的{head}「{escape_markdown(asked)}」不在「{metric.name}」的这份明细可选之列，以下未按它筛选。"
        )
        return False
    return True


def refuse_unknown(metric_id: str) -> bool:
    """Whether there is no such metric as the address asks for; says so, and the log has it as refused."""
    if metric_id in METRICS:
        return False
    recording.refused("metric", f"指标 {metric_id}")
    st.warning(f"没有「{escape_markdown(metric_id)}」这个指标，全部指标见「指标口径」。")
    return True


def _restore_question() -> None:
    """The browser's own way back from a case stops at the list under the case's address: ask again what was asked."""
    page, params, bar = st.session_state.get(_CAME_FROM, (None, {}, {}))
    if "case" in st.query_params and page == menu.current_page():
        del st.query_params["case"]
        st.query_params.update(params)
        if bar != bar_choices():
            set_choices(**bar)
            st.rerun()


def named(view: View, dimension: str, value: str | None) -> str:
    """A value of a dimension by its name; 未填写 for none."""
    if value is None:
        return "未填写"
    if dimension == "hot_cell":
        return _square(value)
    return masked((view.ask(names_of, dimension) or {}).get(value, value))


def _square(value: str) -> str:
    """A hot cell by its sides: 经度 113.47—113.48，纬度 34.81—34.82; what is none as it is."""
    corner = re.fullmatch(r"(-?\d+)_(-?\d+)", value)
    if corner is None:
        return value
    sides = [f"{int(at) / CELLS_PER_DEGREE:.2f}—{(int(at) + 1) / CELLS_PER_DEGREE:.2f}" for at in corner.groups()]
    return f"经度 {sides[0]}，纬度 {sides[1]}"


def count_rows(question: Question, view: View, part: Part) -> int:
    """How many rows the list has."""
    return view.ask(count_cases, question.metric.id, part, **question.scope(view))


def out_of_sight(question: Question, view: View) -> list[tuple[str, str]]:
    """Of a list without rows: the places, units and classes of its cell that there are not for this reader."""
    known = {name: view.ask(codes, name) for name, value in question.cell if value is not None and name in DIMENSIONS}
    return [
        (name, value)
        for name, value in question.cell
        if value is not None and (found := known.get(name)) is not None and value not in found
    ]


def rows(question: Question, view: View, limit: int | None = None, offset: int = 0) -> pd.DataFrame:
    """Rows of the list, oldest first."""
    return view.hold(cases, question.metric.id, question.part, **question.scope(view), limit=limit, offset=offset)


def all_rows(question: Question, view: View) -> pd.DataFrame:
    """The whole list, for a file.

    It is asked for once, when the button is pressed, and kept nowhere.
    """
    return cases(view.casebase, question.metric.id, question.part, **question.scope(view))


def downloads(name: str, rows: Callable[[], pd.DataFrame], total: int, *parts: str, key: str = "") -> None:
    """Two buttons that hand out all rows of a list; the file is made when one is pressed, outside any page run.

    `parts` say in the file's name what it holds (see `parts_of`); `key` tells lists of one page apart.
    """
    file, mark = file_name(name, *parts), marking.marker()
    export_button(
        "导出 CSV",
        lambda: csv_file(typed(rows()), mark()),
        f"{file}.csv",
        "text/csv",
        key=f"csv_{key}" if key else None,
    )
    export_button(
        "导出 XLSX",
        lambda: workbook(typed(rows()), name, mark()),
        f"{file}.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key=f"xlsx_{key}" if key else None,
        is_disabled=total > XLSX_ROWS,
        help_text=f"超过 {words.full_count(XLSX_ROWS)} 行的清单请导出 CSV。" if total > XLSX_ROWS else None,
    )


def parts_of(view: View, *, dated: bool = True) -> tuple[str, ...]:
    """What a list is narrowed to, for the name of its file: place, channel, class, period (a stock: its moment)."""
    span = Request(view.period).label if dated else f"截至{words.day(view.as_of.date(), year=True)}"
    return (view.place, view.within.channel or "", view.category or "", span)


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows for a file: Chinese heads and no keys as on the page, times as times, numbers as numbers, gaps as gaps."""
    empty = [name for name in ("unit_contact",) if name in frame.columns and frame[name].isna().all()]
    table = frame.drop(columns=[*empty, *(name for name in KEY_COLUMNS if name in frame.columns)])
    for name in table.columns:
        table[name] = yes_or_no(table[name])
        if pd.api.types.is_float_dtype(table[name]) and (table[name].dropna() % 1 == 0).all():
            table[name] = table[name].astype("Int64")
    return table.rename(columns=COLUMN_NAMES)


def _is_of_times(column: "pd.Series[Any]") -> bool:
    return pd.api.types.is_datetime64_any_dtype(column)


def _is_of_days(column: "pd.Series[Any]") -> bool:
    return infer_dtype(column) == "date"


def page_offset(total: int, key: str) -> int:
    """Where the page of a list begins that the reader turned to; no choice where all rows are on one."""
    pages = -(-total // PAGE_ROWS)
    if pages < 2:
        return 0
    label = f"第几页（共 {words.full_count(pages)} 页）"
    return (st.number_input(label, 1, pages, 1, key=key, width=140) - 1) * PAGE_ROWS


def case_table(view: View, rows: pd.DataFrame, key: str, *, alt: str, high: int = 26) -> None:
    """Rows of a list as a table, at most so many high; a click on a row of a case opens the case."""
    listed = view.derive(readable, rows, view.settings.city.name, is_narrow=on_phone())
    columns = looks(rows, view.derive(widths, rows, listed))
    if "petition_id" not in rows.columns:
        tables.table(listed, key=key, alt=alt, high=high, columns=columns)
        return
    cell = tables.pick_cell(listed, key=key, alt=alt, high=high, columns=columns)
    if any(name.endswith("_left") and rows[name].notna().any() for name in rows.columns):
        st.caption(DAYS_LEFT)
    if cell is not None:
        open_case(rows["petition_id"].iloc[cell[0]])


def paged(
    view: View,
    name: str,
    total: int,
    page_of: Callable[[int], pd.DataFrame],
    every: Callable[[], pd.DataFrame],
    *parts: str,
    key: str,
    alt: str,
    high: int = 26,
    lead: str = "",
) -> None:
    """A long list: `lead` (Markdown), the page turned to with its rows, and all as a file (see `downloads`).

    `page_of` gives the PAGE_ROWS rows from a place on, `every` all of them.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"head_of_{key}"):
        if lead:
            st.markdown(lead)
        offset = page_offset(total, f"page_{key}")
        downloads(name, every, total, *parts)
    rows = page_of(offset)
    if rows.empty:
        st.info("这一格没有记录。")
    else:
        case_table(view, rows, key, alt=alt, high=high)


def open_all(metric_id: str, named: str, count: int, *, key: str, part: Part = Part.HITS) -> None:
    """A button that opens the whole list behind a number, where it has any: 打开全部 10 场次，可导出."""
    if count and st.button(f"打开{named}", key=key):
        open_link(list_link(metric_id, part))


def open_case(petition_id: float) -> None:
    """Go to a case, nowhere where there is none (NaN); the page that it was opened from is remembered for the way back.

    The filters stay by themselves.
    """
    if pd.isna(petition_id):
        return
    asked = {name: value for name, value in st.query_params.items() if name not in BAR_KEYS}
    if menu.current_page() != CASE_PAGE:
        st.session_state[_CAME_FROM] = (menu.current_page(), asked, bar_choices())
    st.switch_page(CASE_PAGE, query_params={"case": str(int(petition_id))})


def way_back() -> None:
    """A button back to the list that the case was opened from, as it was."""
    came = st.session_state.get(_CAME_FROM)
    if came:
        page, params, _ = came
        history.way_back("← 返回清单", lambda: st.switch_page(page, query_params=params))


def readable(frame: pd.DataFrame, city: str = "", *, is_narrow: bool = False) -> pd.DataFrame:
    """Rows as a person reads them: Chinese heads, times to the minute, — where nothing is known.

    Units of the `city` are called as rankings call them.

    Without keys, the clocks that do not run for any of them, contacts that nobody filled in, and 人次 where all are 1.
    What is wider than its column ends with …. Where the screen `is_narrow`, what a case is and how late comes first.
    """
    unused = [name for name in OPTIONAL_COLUMNS if name in frame.columns and frame[name].isna().all()]
    unused += ["people"] if "people" in frame.columns and frame["people"].fillna(1).eq(1).all() else []
    table = frame.drop(columns=[*unused, *(name for name in KEY_COLUMNS if name in frame.columns)])
    if city and "unit" in table.columns:
        table["unit"] = table["unit"].map(short_names(set(table["unit"].dropna()), city).get, na_action="ignore")
    for name in table.columns:
        table[name] = yes_or_no(table[name])
        if _is_of_times(table[name]):
            table[name] = table[name].dt.strftime("%Y-%m-%d %H:%M")
        elif pd.api.types.is_numeric_dtype(table[name]) and table[name].isna().any():
            # A column of numbers and dashes is none that can be sent to the browser.
            table[name] = [words.NONE if words.is_missing(number) else f"{number:.0f}" for number in table[name]]
        elif _is_of_days(table[name]):
            table[name] = pd.to_datetime(table[name]).dt.strftime("%Y-%m-%d")
        else:
            widest = _TITLE if name == "title" else _WIDEST
            widest = _NARROW.get(name, widest) if is_narrow else widest
            table[name] = [tables.cut(text, widest) if isinstance(text, str) else text for text in table[name]]
    table = table.astype(object).where(table.notna(), words.NONE)
    ordered = (_case_first if is_narrow else _clocks_first)(list(table.columns))
    return table[ordered].rename(columns=COLUMN_NAMES)


def _clocks_first(names: list[str]) -> list[str]:
    """The columns of a list of cases with limits and closing before title and names, which fill a narrow screen.

    Who is to act stands beside the title: behind category and places a screen 1366 wide does not reach it.
    """
    if "title" not in names:
        return names
    clocks, who = ([name for name in wanted if name in names] for wanted in (_CLOCKS, ("unit",)))
    rest = [name for name in names if name not in (*clocks, *who)]
    place = rest.index("title")
    return [*rest[:place], *clocks, "title", *who, *rest[place + 1 :]]


def _case_first(names: list[str]) -> list[str]:
    """The columns of a list of cases on a phone, which shows three: the title, who is to act, the days left."""
    if "title" not in names:
        return names
    first = [name for name in ("title", "unit", "five_day_left", "days_left") if name in names]
    return [*first, *(name for name in names if name not in first)]


def widths(rows: pd.DataFrame, listed: pd.DataFrame) -> dict[str, int]:
    """The widths in px that show each text of `rows` as they are readably `listed`, by the heads of its columns.

    Left alone, the grid judges a column by its usual rows, and cuts the dates of one that begins with dashes.
    """
    fixed = {COLUMN_NAMES.get(name, name): _TIME for name in rows.columns if _is_of_times(rows[name])}
    fixed |= {COLUMN_NAMES.get(name, name): _DAY for name in rows.columns if _is_of_days(rows[name])}
    texts = [head for head in listed.columns if infer_dtype(listed[head]) == "string"]
    return {head: fixed.get(head) or tables.width_of([head, *listed[head]]) for head in texts}


def looks(rows: pd.DataFrame, widths: Mapping[str, int]) -> dict[str, Any]:
    """How the columns of a list look, by their heads: so wide, numbers at the right.

    Numbers with a dash among them are texts to the grid; it fits them itself.
    """
    numbers = {COLUMN_NAMES[name] for name in rows.select_dtypes("number").columns if name in COLUMN_NAMES}
    right = {head: st.column_config.Column(alignment="right") for head in numbers}
    return {head: st.column_config.Column(width=width) for head, width in widths.items()} | right
