"""案件查询: cases by number, words, flags and clock; sorted, paged and counted by the database."""

import streamlit as st

from pages.parts import filters, lists, live, show, waiting
from pages.parts.drawing import drawn
from queries.measure import metric_of
from queries.periods import Period, Preset, period_of
from queries.search import CLOCKS, COLUMNS, DEFAULT_COLUMNS, FLAGS, ORDERS, Found, Search, by_month, search
from views import charts, words
from wording import columns as heads
from wording import findings

EVERY = "不限"
SPAN = "所选时段"
DAYS = ("period", "from", "to")

now = filters.current()


def asked() -> Search:
    """What the reader looks for, bound to the address."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        text = st.text_input(
            "查找",
            key="q",
            bind="query-params",
            width=320,
            placeholder="编号、标题、内容、单位或地点，空格分开",
        )
        clock = st.selectbox(
            "时限状态",
            [EVERY, *CLOCKS],
            format_func=lambda name: name if name == EVERY else metric_of(name).name,
            key="clock",
            bind="query-params",
            width=200,
        )
        flags = st.multiselect("标记", list(FLAGS), key="flags", bind="query-params", width=280, placeholder="不限")
        span = registered_in()
    return Search(
        text=text,
        flags=tuple(flags),
        clock=None if clock == EVERY else clock,
        registered=None if span == EVERY else now.period,
    )


def registered_in() -> str:
    """Whether the days of the bar apply: from the moment that the reader turns to other days than it begins with."""
    days = {name: filters.kept().get(name) for name in DAYS}
    begins = {"period": filters.DEFAULT, "from": None, "to": None}
    if days != st.session_state.get("_searched_days", begins):
        st.session_state["span"] = SPAN
    st.session_state["_searched_days"] = days
    otherwise = EVERY if days == begins else SPAN
    chosen: str = st.segmented_control(
        "登记时间", [EVERY, SPAN], default=otherwise, required=True, key="span", bind="query-params"
    )
    return chosen


def order() -> tuple[str, bool]:
    """The column to sort by, and whether the latest come first."""
    chosen = st.selectbox(
        "排序", ORDERS, format_func=heads.COLUMNS.__getitem__, key="order", bind="query-params", width=140
    )
    way = st.segmented_control("顺序", ["降序", "升序"], default="降序", required=True, key="way", bind="query-params")
    return chosen, way == "降序"


def columns() -> tuple[str, ...]:
    """The columns that the reader wants to see."""
    known = [name for name in COLUMNS if name in heads.COLUMNS]
    chosen = st.multiselect(
        "显示的列",
        known,
        default=list(DEFAULT_COLUMNS),
        format_func=heads.COLUMNS.__getitem__,
        key="columns",
        bind="query-params",
    )
    return tuple(chosen) or DEFAULT_COLUMNS


def said(wanted: Search) -> str:
    """The filters that apply here, in words."""
    parts = [now.place, *filter(None, (now.within.channel, now.category))]
    if wanted.registered:
        parts.insert(0, f"{words.span(wanted.registered.start, wanted.registered.end)}登记")
    return f"{'，'.join(parts)}；登记时间{'按所选时段' if wanted.registered else '不限'}。检举控告件不在查询之列。"


def page(offset: int) -> Found:
    """A page of what is found."""
    return live.ask(
        search,
        wanted,
        as_of=now.as_of,
        within=now.within,
        columns=shown,
        order=by,
        descending=descending,
        limit=lists.PAGE_ROWS,
        offset=offset,
    )


def in_months() -> None:
    """What is looked for by month of registration, beside the year before; a month narrows the search to it."""
    months = live.ask(by_month, wanted, as_of=now.as_of, within=now.within)
    chart = drawn(
        charts.trend,
        months,
        show.theme(),
        title=findings.searched(months),
        subtitle="查找的信访件按登记月份（件次），灰线为上年同月，本月只比到同一天；点一个月只看这个月",
        unit="件次",
        height=150,
    )
    with show.block("search_months"):
        show.chart(chart, "search_months", alt="查找的信访件按登记月份", pick="at", on_pick=turn_to_month)


def turn_to_month(clicked: float) -> None:
    """Search in the month that was clicked. For a callback, before the bar is drawn again."""
    month = period_of(Preset.MONTH, show.day_of(clicked))
    until = min(month.end, now.as_of.date())
    st.query_params.update(filters.turn_to(Period(month.start, until)))


head = st.container()
wanted = asked()
with head:
    show.header("案件查询", said(wanted))
if wanted.too_much:
    waiting.hint(f"{wanted.too_much}。请减少后再查。")
    st.stop()
with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    by, descending = order()
    total_at = st.empty()
    page_at = st.container(width="content")
    files_at = st.container(horizontal=True, width="content")
with st.expander("选择显示的列"):
    shown = columns()
first = page(0)
total_at.markdown(f"共 **{words.full(first.total)}** 件次")
with page_at:
    offset = lists.page_offset(first.total, "page_of_search")
with files_at:
    lists.downloads(
        "案件查询",
        lambda: (
            search(
                live.casebase(),
                wanted,
                as_of=now.as_of,
                within=now.within,
                columns=shown,
                order=by,
                descending=descending,
            ).rows
        ),
        first.total,
        *lists.parts_of(now, dated=wanted.registered is not None),
    )
if first.total:
    found = page(offset) if offset else first
    lists.table(found.rows, "found", alt="查到的信访件")
    in_months()
else:
    waiting.hint("没有查到。减少查找的词或标记，或放宽区域、形式、分类和登记时间。")
