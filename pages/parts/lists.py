"""The list behind a number: what the address asks for, and how its rows are shown."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import TypedDict

import pandas as pd
import streamlit as st

from pages.parts import live, menu, show
from pages.parts.filters import BOUND, Filters, kept, turn
from queries.cases import Part, cases, count_cases
from queries.measure import metric_of
from queries.model import Metric, Slice
from queries.names import names_of
from queries.periods import Period
from queries.subjects import CELLS_PER_DEGREE, DIMENSIONS
from views import words
from wording.columns import CLOCKS, COLUMNS, DAYS_LEFT, HIDDEN

CASE_PAGE = menu.script("case_course")
PAGE_ROWS = 200
# Of more rows a workbook takes minutes to make and longer to open.
XLSX_ROWS = 200_000
_CAME_FROM = "_case_opened_from"


class Scope(TypedDict):
    """Moment, period and slice, as arguments of queries.cases."""

    as_of: datetime
    period: Period
    within: Slice


@dataclass(frozen=True)
class Asked:
    """The number whose list is asked for."""

    metric: Metric
    part: Part
    cell: tuple[tuple[str, str | None], ...]

    def scope(self, filters: Filters) -> Scope:
        """What the list is asked for as of, in and within."""
        return {
            "as_of": filters.as_of,
            "period": filters.period,
            "within": replace(filters.within, cell=self.cell),
        }

    def said(self) -> str:
        """The cell in words: 责任单位 市住建局，月份 2026-10."""
        return "，".join(f"{DIMENSIONS.get(name, name)} {named(name, value)}" for name, value in self.cell)


def asked() -> Asked | None:
    """What the address asks for; None without a metric. Raises UsageError for an unknown metric."""
    _recalled()
    params = st.query_params
    if "metric" not in params:
        return None
    cell = tuple((key.removeprefix("by_"), value or None) for key, value in params.items() if key.startswith("by_"))
    part = params.get("part", Part.HITS.value)
    return Asked(metric_of(params["metric"]), Part(part) if part in list(Part) else Part.HITS, cell)


def _recalled() -> None:
    """The browser's own way back from a case stops at the list under the case's address: ask again what was asked."""
    page, params, bar = st.session_state.get(_CAME_FROM, (None, {}, {}))
    if "case" in st.query_params and page == menu.current():
        del st.query_params["case"]
        st.query_params.update(params)
        if bar != kept():
            turn(**bar)
            st.rerun()


def named(dimension: str, value: str | None) -> str:
    """A value of a dimension by its name; 未填写 for none."""
    if value is None:
        return "未填写"
    if dimension == "hot_cell":
        return _square(value)
    return (live.ask(names_of, dimension) or {}).get(value, value)


def _square(value: str) -> str:
    """A hot cell by its sides: 经度 113.47—113.48，纬度 34.81—34.82; what is none as it is."""
    corner = re.fullmatch(r"(-?\d+)_(-?\d+)", value)
    if corner is None:
        return value
    sides = [f"{int(at) / CELLS_PER_DEGREE:.2f}—{(int(at) + 1) / CELLS_PER_DEGREE:.2f}" for at in corner.groups()]
    return f"经度 {sides[0]}，纬度 {sides[1]}"


def length(question: Asked, filters: Filters, part: Part) -> int:
    """How many rows the list has."""
    return live.ask(count_cases, question.metric.id, part, **question.scope(filters))


def rows(question: Asked, filters: Filters, limit: int | None = None, offset: int = 0) -> pd.DataFrame:
    """Rows of the list, oldest first."""
    return live.ask(cases, question.metric.id, question.part, **question.scope(filters), limit=limit, offset=offset)


def whole(question: Asked, filters: Filters) -> pd.DataFrame:
    """The whole list, for a file.

    Made when the button is pressed, outside any run of a page: there is no reading to ask by, so the case base is
    asked itself, as of the filters' own moment.
    """
    return cases(live.casebase(), question.metric.id, question.part, **question.scope(filters))


def csv(rows: pd.DataFrame) -> bytes:
    """Rows as a CSV file that a spreadsheet program opens in Chinese."""
    return shown(rows).to_csv(index=False).encode("utf-8-sig")


def xlsx(rows: pd.DataFrame, title: str) -> bytes:
    """Rows as a workbook: the head stays in view and filters, columns are as wide as what they hold."""
    table, file = shown(rows), BytesIO()
    with pd.ExcelWriter(file, engine="xlsxwriter") as writer:
        table.to_excel(writer, sheet_name=title[:31], index=False, freeze_panes=(1, 0))
        sheet = writer.sheets[title[:31]]
        sheet.autofit(max_width=360)
        sheet.autofilter(0, 0, len(table), max(len(table.columns) - 1, 0))
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
    return file.getvalue()


def downloads(name: str, rows: Callable[[], pd.DataFrame], total: int, as_of: datetime) -> None:
    """Two buttons that hand out all rows of a list; the file is made when one is pressed, outside any page run."""
    file = f"{name}_{as_of:%Y%m%d%H%M}"
    st.download_button("导出 CSV", data=lambda: csv(rows()), file_name=f"{file}.csv", mime="text/csv")
    st.download_button(
        "导出 XLSX",
        data=lambda: xlsx(rows(), name),
        file_name=f"{file}.xlsx",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        disabled=total > XLSX_ROWS,
        help=f"超过 {words.full(XLSX_ROWS)} 行的清单请导出 CSV。" if total > XLSX_ROWS else None,
    )


def page_offset(total: int, key: str) -> int:
    """Where the page of a list begins that the reader turned to; no choice where all rows are on one."""
    pages = -(-total // PAGE_ROWS)
    return (st.number_input("页", 1, pages, 1, key=key, width=140) - 1) * PAGE_ROWS if pages > 1 else 0


def table(rows: pd.DataFrame, key: str, *, alt: str, most: int = 17) -> None:
    """Rows as a table, at most so many high; a click on a row of a case opens the case."""
    height = show.rows_high(len(rows), most)
    if "petition_id" not in rows.columns:
        st.dataframe(shown(rows), hide_index=True, height=height, key=key, alt=alt)
        return
    event = st.dataframe(
        shown(rows),
        hide_index=True,
        height=height,
        key=key,
        alt=alt,
        on_select="rerun",
        selection_mode="single-cell",
    )
    if any(name.endswith("_left") and rows[name].notna().any() for name in rows.columns):
        st.caption(DAYS_LEFT)
    cells = event["selection"]["cells"]
    picked = show.once(key, tuple(cells[0]) if cells else None)
    if picked and not pd.isna(rows["petition_id"].iloc[picked[0]]):
        open_case(int(rows["petition_id"].iloc[picked[0]]))


def open_case(petition_id: int) -> None:
    """Go to a case; the page that it was opened from is remembered for the way back, the filters stay by themselves."""
    asked = {name: value for name, value in st.query_params.items() if name not in BOUND}
    if menu.current() != CASE_PAGE:
        st.session_state[_CAME_FROM] = (menu.current(), asked, kept())
    st.switch_page(CASE_PAGE, query_params={"case": str(petition_id)})


def way_back() -> None:
    """A button back to the list that the case was opened from, as it was."""
    came = st.session_state.get(_CAME_FROM)
    if came and st.button("← 返回清单"):
        page, params, _ = came
        st.switch_page(page, query_params=params)


def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows as a person reads them: Chinese heads, times to the minute, — where nothing is known.

    Without keys, and without the clocks that do not run for any of them.
    """
    unused = [name for name in CLOCKS if name in frame.columns and frame[name].isna().all()]
    table = frame.drop(columns=[*unused, *(name for name in HIDDEN if name in frame.columns)])
    for name in table.columns:
        if name.endswith("_at") or name == "active_from":
            table[name] = pd.to_datetime(table[name]).dt.strftime("%Y-%m-%d %H:%M")
        elif pd.api.types.is_bool_dtype(table[name]):
            table[name] = table[name].map({True: "是", False: "否"})
        elif pd.api.types.is_numeric_dtype(table[name]) and table[name].isna().any():
            # A column of numbers and dashes is none that can be sent to the browser.
            table[name] = [words.NONE if words.missing(number) else f"{number:.0f}" for number in table[name]]
        elif name in ("five_day_due", "joined_on", "founded_on"):
            table[name] = pd.to_datetime(table[name]).dt.strftime("%Y-%m-%d")
    table = table.astype(object).where(table.notna(), words.NONE)
    return table.rename(columns=COLUMNS)
