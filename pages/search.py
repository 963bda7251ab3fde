"""案件查询: cases by number, words, flags and clock; sorted, paged and counted by the database."""

from functools import partial
from typing import Any

import streamlit as st

from access.entry import Action
from cockpit.view import DEFAULT_PERIOD, View
from pages.parts import clicks, filters, layout, lists, not_offered, notices, recording
from queries import columns as heads
from queries.measure import metric_of
from queries.periods import Period, Preset, period_of
from queries.search import CLOCK_STATES, DEFAULT_COLUMNS, FLAGS, ORDERS, SEARCH_COLUMNS, Search, by_month, search
from views import charts, words
from wording import findings

EVERY = "不限"
SPAN = "所选时段"
NOT_NARROWED = "未按它查找"
DAYS = ("period", "from", "to")


def wanted_cases(view: View) -> Search:
    """What the reader looks for, bound to the address."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        text = st.text_input(
            "查找",
            key="q",
            bind="query-params",
            width=320,
            placeholder="编号、标题、内容、单位或地点，空格分开",
        )
        clocks = {EVERY: EVERY} | {name: metric_of(name).name for name in CLOCK_STATES}
        not_offered.check("clock", "时限状态", clocks.values(), EVERY, NOT_NARROWED)
        clock = st.selectbox(
            "时限状态",
            list(clocks),
            format_func=clocks.__getitem__,
            key="clock",
            bind="query-params",
            width=200,
        )
        not_offered.check("flags", "标记", FLAGS, [], NOT_NARROWED)
        flags = st.multiselect("标记", list(FLAGS), key="flags", bind="query-params", width=280, placeholder="不限")
        span = registered_in()
    return Search(
        text=text,
        flags=tuple(flags),
        clock=None if clock == EVERY else clock,
        registered=None if span == EVERY else view.period,
    )


def written(wanted: Search) -> dict[str, str]:
    """What is looked for, as the address has it; how it is sorted and shown finds no other cases."""
    asked = {"q": wanted.text.strip(), "flags": "、".join(wanted.flags), "clock": wanted.clock or ""}
    return {name: text for name, text in asked.items() if text}


def registered_in() -> str:
    """Whether the days of the bar apply: from the moment that the reader turns to other days than it begins with."""
    days = {name: filters.bar_choices().get(name) for name in DAYS}
    begins = {"period": DEFAULT_PERIOD, "from": None, "to": None}
    if days != st.session_state.get("_searched_days", begins):
        st.session_state["span"] = SPAN
    st.session_state["_searched_days"] = days
    otherwise = EVERY if days == begins else SPAN
    not_offered.check("span", "登记时间", [EVERY, SPAN], otherwise, not_offered.shown_instead(otherwise))
    chosen: str = st.segmented_control(
        "登记时间", [EVERY, SPAN], default=otherwise, required=True, key="span", bind="query-params"
    )
    return chosen


def order() -> tuple[str, bool]:
    """The column to sort by, and whether the latest come first."""
    labels = {column: heads.COLUMN_NAMES[column] for column in ORDERS}
    first = next(iter(labels))
    not_offered.check("order", "排序", labels.values(), first, not_offered.shown_instead(labels[first]))
    chosen = st.selectbox(
        "排序", list(labels), format_func=labels.__getitem__, key="order", bind="query-params", width=140
    )
    return chosen, filters.choose("顺序", ["降序", "升序"], "way") == "降序"


def columns() -> tuple[str, ...]:
    """The columns that the reader wants to see."""
    known = {name: heads.COLUMN_NAMES[name] for name in SEARCH_COLUMNS if name in heads.COLUMN_NAMES}
    not_offered.check("columns", "显示的列", known.values(), list(DEFAULT_COLUMNS), "未列出")
    chosen = st.multiselect(
        "显示的列",
        list(known),
        default=list(DEFAULT_COLUMNS),
        format_func=known.__getitem__,
        key="columns",
        bind="query-params",
    )
    return tuple(chosen) or DEFAULT_COLUMNS


def scope_text(view: View, wanted: Search) -> str:
    """The filters that apply here, in words."""
    days = wanted.registered
    registered = f"{words.span(days.start, days.end)}登记，" if days else ""
    return f"{registered}{view.slice_text}；登记时间{'按所选时段' if days else '不限'}。检举控告件不在查询之列。"


def in_months(view: View, wanted: Search) -> None:
    """What is looked for by month of registration, beside the year before; a month narrows the search to it."""
    months = view.hold(by_month, wanted, as_of=view.as_of, within=view.within)
    beside = "，灰线为上年同期，本月只比到同一天" if months["last_year"].notna().any() else ""
    drawing = clicks.draw(
        view,
        charts.trend,
        months,
        title=view.derive(findings.search_result, months, few=view.settings.lights.small_sample),
        subtitle=f"查找的信访件按登记月份（件次）{beside}；点击某月只看该月",
        unit="件次",
        height=150,
    )
    with layout.block("search_months"):
        alt, on_pick = "查找的信访件按登记月份", partial(search_in_month, view)
        clicks.chart(drawing, "search_months", alt=alt, pick="at", on_pick=on_pick)


def search_in_month(view: View, clicked: float) -> None:
    """Search in the month that was clicked. For a callback, before the bar is drawn again."""
    month = period_of(Preset.MONTH, clicks.day_of(clicked))
    until = min(month.end, view.as_of.date())
    st.query_params.update(filters.set_period(Period(month.start, until)))


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    head = st.container()
    wanted = wanted_cases(view)
    ignored = DAYS if wanted.registered is None else ()
    recording.opened("search", Action.SEARCH, filters.address_text(written(wanted), without=ignored))
    with head:
        layout.header(view, "案件查询", scope_text(view, wanted))
    if layout.page_is_empty(view, ["registered", "hotline_registered"], "信访件"):
        return
    if wanted.too_much:
        notices.hint(f"{wanted.too_much}。请减少后再查。")
        st.stop()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        by, descending = order()
        total_at = st.empty()
        page_at = st.container(width="content")
        files_at = st.container(horizontal=True, width="content")
    with st.expander("选择显示的列"):
        chosen_columns = columns()
    how: dict[str, Any] = {
        "as_of": view.as_of,
        "within": view.within,
        "columns": chosen_columns,
        "order": by,
        "descending": descending,
    }
    first = view.hold(search, wanted, **how, limit=lists.PAGE_ROWS)
    total_at.markdown(f"共 **{words.full_count(first.total)}** 件次")
    with page_at:
        offset = lists.page_offset(first.total, "page_of_search")
    with files_at:
        lists.downloads(
            "案件查询",
            lambda: search(view.casebase, wanted, **how).rows,
            first.total,
            *lists.parts_of(view, dated=wanted.registered is not None),
        )
    if first.total:
        rows = view.hold(search, wanted, **how, limit=lists.PAGE_ROWS, offset=offset).rows if offset else first.rows
        lists.case_table(view, rows, "found", alt="查到的信访件")
        in_months(view, wanted)
    else:
        notices.hint("没有查到。减少查找的词或标记，或放宽区域、形式、分类和登记时间。")
