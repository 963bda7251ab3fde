"""数字明细: the list behind a number, exactly as long as the number says."""

from functools import partial

import streamlit as st

from access.entry import Action
from cockpit import kpis
from cockpit.view import View
from pages.parts import empty_period, filters, history, layout, lists, menu, notices, recording, tab
from queries.cases import Part
from queries.model import Kind
from queries.scans import TIME
from queries.subjects import DIMENSIONS
from views import words


def parts(view: View, question: lists.Question) -> Part:
    """Hits, misses or all of a rate, each with its number of rows; the choice stands in the address."""
    if question.metric.kind is not Kind.RATE:
        return Part.HITS
    hits, misses = question.metric.sides
    called = {Part.HITS: hits, Part.MISSES: misses, Part.AMONG: "合计"}
    counts = {part: lists.count_rows(question, view, part) for part in called}
    key = f"part_of_{question.metric.id}_{question.part}"
    return st.segmented_control(
        "明细",
        list(called),
        default=question.part,
        required=True,
        format_func=lambda part: f"{called[part]} {words.full_count(counts[part])}",
        key=key,
        on_change=lambda: st.query_params.update(part=st.session_state[key].value),
        label_visibility="collapsed",
    )


def table(view: View, question: lists.Question, part: Part) -> None:
    """One page of the list, and the whole of it as a file."""
    chosen, metric = lists.Question(question.metric, part, question.cell), question.metric
    total = lists.count_rows(chosen, view, part)
    unseen = [] if total else lists.out_of_sight(chosen, view)
    for name, value in unseen:
        filters.warn_of_unknown(DIMENSIONS[name], value, "这里没有记录")
    if unseen:
        return  # refused, and no list that was seen
    if not total and not metric.is_stock and not _looks_at_any(view, chosen):
        offer_another_period(view, chosen)
    recording.opened("list", Action.VIEW_LIST, filters.address_text(chosen.parameters))
    lists.paged(
        view,
        metric.name,
        total,
        partial(lists.rows, chosen, view, lists.PAGE_ROWS),
        partial(lists.all_rows, chosen, view),
        {Part.MISSES: metric.sides[1], Part.AMONG: "合计"}.get(part, ""),
        *(lists.named(view, name, value) for name, value in chosen.cell),
        *lists.parts_of(view, dated=not metric.is_stock),
        key=f"rows_{part}",
        alt=f"{metric.name}的明细",
        lead=chosen.size_text(view, total),
    )


def _looks_at_any(view: View, question: lists.Question) -> bool:
    """Whether a number without rows in its list looks at any: a rate of which none failed does."""
    return question.metric.kind is Kind.RATE and lists.count_rows(question, view, Part.AMONG) > 0


def offer_another_period(view: View, question: lists.Question) -> None:
    """Say when the number had anything last, where its period alone says of when the list is, and no month of it."""
    if not any(name in TIME for name, _ in question.cell):
        empty_period.offer(view, question.metric, question.scope(view)["within"])


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    question = lists.read_question()
    if question is None:
        layout.header(view, "数字明细", "任何页面上的数字、柱、点或地图块，点开都到这里，列出它数的每一件。")
        notices.hint("在任一页面点击数字，即可在此查看明细；全部指标见「指标口径」。")
        notices.link("overview", "dictionary")
    else:
        view = kpis.applied(view, question.metric)
        question = lists.answerable(question, view)
        title = f"{question.metric.name}：明细"
        tab.name_tab(title)
        layout.header(view, title, question.sentence(view))
        if layout.explain_missing(view, question.metric.id):
            st.caption("下面所列是目前数到的件，不是这个数。")
        with st.container(horizontal=True, vertical_alignment="center"):
            history.way_back("← 返回", lambda: st.switch_page(menu.page_of(question.metric), query_params={}))
            part = parts(view, question)
        table(view, question, part)
