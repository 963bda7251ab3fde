"""数字明细: the list behind a number, exactly as long as the number says."""

import streamlit as st

from pages.parts import filters, lists, show, waiting
from queries.cases import Part
from queries.model import Kind
from views import words

PAGE_ROWS = 200

now = filters.current()
question = lists.asked()


def parts(question: lists.Asked) -> Part:
    """Hits, misses or all of a rate, each with its number of rows; the choice stands in the address."""
    if question.metric.kind is not Kind.RATE:
        return Part.HITS
    hits, misses = question.metric.sides
    called = {Part.HITS: hits, Part.MISSES: misses, Part.AMONG: "合计"}
    counts = {part: lists.length(question, now, part) for part in called}
    key = f"part_of_{question.metric.id}_{question.part}"
    return st.segmented_control(
        "明细",
        list(called),
        default=question.part,
        required=True,
        format_func=lambda part: f"{called[part]} {words.full(counts[part])}",
        key=key,
        on_change=lambda: st.query_params.update(part=st.session_state[key].value),
        label_visibility="collapsed",
    )


def table(question: lists.Asked, part: Part) -> None:
    """One page of the list, and the whole of it as CSV."""
    chosen = lists.Asked(question.metric, part, question.cell)
    total = lists.length(chosen, now, part)
    unit = question.metric.lists.unit if question.metric.lists else question.metric.subject.unit
    pages = max(1, -(-total // PAGE_ROWS))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.markdown(f"共 **{words.full(total)}** {unit}")
        number = st.number_input("页", 1, pages, 1, key=f"page_{part}", width=140) if pages > 1 else 1
        st.download_button(
            "导出 CSV",
            data=lambda: lists.csv(chosen, now),
            file_name=f"{question.metric.name}_{now.as_of:%Y%m%d%H%M}.csv",
            mime="text/csv",
        )
    rows = lists.shown(lists.rows(chosen, now, PAGE_ROWS, (int(number) - 1) * PAGE_ROWS))
    if rows.empty:
        st.info("这一格没有记录。")
    else:
        st.dataframe(rows, hide_index=True, height=560, key="rows", alt=f"{question.metric.name}的明细")


if question is None:
    show.header("数字明细", "任何页面上的数字、柱、点或地图块，点开都到这里，列出它数的每一件。")
    waiting.hint("从任一页面点一个数字，即可在此看到它的明细。")
else:
    parts_said = [now.said, question.said(), "" if question.metric.is_stock else f"按{question.metric.period_text}归期"]
    show.header(f"{question.metric.name}：明细", f"{'，'.join(filter(None, parts_said))}。{question.metric.definition}")
    table(question, parts(question))
