"""案件督查: orders by level, whether they were answered in time and with what, and the units that owe an answer."""

from datetime import date

import pandas as pd
import streamlit as st

from cockpit import kpis, places, splits
from cockpit import rows as table_rows
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import clicks, filters, layout, lists, notices, pictures, tables
from pages.parts.number_cards import number_cards
from pages.parts.rankings import ranked, ranking
from queries.cases import Part, cases
from queries.measure import measure, metric_of
from queries.subjects import ANSWERS
from views import charts, words
from wording.names import PLACE_NAMES

ISSUED, IN_TIME = "supervision_issued", "supervision_in_time"
WAITING, OVERDUE = "supervision_waiting", "supervision_overdue"
RESULTS = "supervision_settled"
CARDS = (ISSUED, IN_TIME, RESULTS, WAITING, OVERDUE, "supervision_due_in_3")
OWED = {WAITING: "待答复（件）", OVERDUE: "逾期（件）", "supervision_due_in_3": "3 个工作日内（件）"}
# Answered or open after the limit.
LATE = ANSWERS[1:3]
SOON = 3
MOST_ORDERS = 200


def answers(view: View) -> None:
    """Orders of the period by level and by what became of their limit; a cell opens its orders."""
    if layout.explain_missing_split(view, ISSUED, "supervision_level", "answer"):
        return
    orders_issued = view.ask(measure, [ISSUED], by=["supervision_level", "answer"], **view.scope)
    by_level = orders_issued.pivot_table(index="supervision_level", columns="answer", values="hits", aggfunc="sum")
    by_level = by_level.reindex(columns=list(ANSWERS)).fillna(0).astype(int)
    late, total = int(by_level[list(LATE)].to_numpy().sum()), int(by_level.to_numpy().sum())
    cells = by_level.rename_axis("row").reset_index().melt(id_vars="row", var_name="column", value_name="value")
    cells["role"] = ["bad" if answer in LATE else "none" for answer in cells["column"]]
    drawing = clicks.draw(
        charts.heat,
        cells,
        title=f"下达 {words.full(total)} 件，{words.full(late)} 件逾期" if total else "这一时段没有下达督查",
        subtitle="按督查层级和答复情况（件），逾期的为红色",
        unit="件",
        row=56,
    )
    clicks.chart(
        drawing,
        "answers",
        alt="督查件按层级和答复情况",
        pick=("row", "column"),
        link=lambda cell: list_link(ISSUED, supervision_level=cell[0], answer=cell[1]),
    )


def results(view: View) -> None:
    """What the answers said; a bar opens its orders."""
    if layout.explain_missing_split(view, RESULTS, "supervision_result"):
        return
    by_result = splits.split(view, [RESULTS], "supervision_result")
    answered = int(by_result["among"].sum())
    share = words.percent(by_result["hits"].sum() / answered) if answered else ""
    ranking(
        view,
        by_result.assign(value=by_result["among"].astype(float), small=False).drop(columns=["hits", "among"]),
        RESULTS,
        "supervision_result",
        key="results",
        alt="督查结果",
        title=f"答复 {words.full(answered)} 件，已办结 {share}" if answered else "这一时段没有答复",
        subtitle="按督查结果（件）",
        kind="count",
        largest_first=True,
        none="这一时段没有答复的督查件",
        part=Part.AMONG,
    )


def debtors(view: View) -> None:
    """The units that owe an answer."""
    if layout.explain_missing(view, WAITING):
        return
    units = splits.of(splits.split(view, [WAITING], "unit"), WAITING)
    if units.empty:
        layout.heading("没有单位欠答复", "已下达、尚未答复的督查件", define=metric_of(WAITING))
        return
    layout.heading(
        f"{words.full(len(units))} 个单位待答复 {words.full(int(units['hits'].sum()))} 件",
        "按待答复由多到少；点一个数看它数的督查件",
        define=metric_of(WAITING),
    )
    tables.metric_table(view, OWED, "unit", "责任单位", key="debtors")


def orders(view: View) -> None:
    """The orders without an answer, the nearest limit first; a row opens its case."""
    if layout.explain_missing(view, WAITING):
        return
    waiting = view.ask(cases, WAITING, as_of=view.stocks_at, within=view.within)
    if waiting.empty:
        layout.heading("没有待答复的督查件", "已下达、尚未答复", define=metric_of(WAITING))
        return
    waiting = waiting.sort_values("answer_due_at", kind="stable").head(MOST_ORDERS).reset_index(drop=True)
    layout.heading(
        f"最急的一件 {limit(view, waiting['answer_due_at'].iloc[0])}",
        "答复期限近的在前；选中一行，看这一件的全程",
        define=metric_of(WAITING),
    )
    written = pd.DataFrame(
        {
            "督查层级": waiting["supervision_level"],
            "下达": table_rows.days(waiting["issued_at"]),
            "答复期限": table_rows.days(waiting["answer_due_at"]),
            "期限状态": [limit(view, at) for at in waiting["answer_due_at"]],
            "责任单位": waiting["unit"].fillna("未分派"),
            "办理环节": kpis.stage_names(view, waiting["stage"]),
            "标题": waiting["title"].fillna(words.NONE),
            "信访编号": waiting["case_no"],
        }
    )
    row = tables.pick_row(
        written.style.apply(tables.colour_states, subset=["期限状态"]),
        key="orders",
        alt="待答复的督查件",
        high=10,
        columns={"标题": st.column_config.Column(width="medium"), "信访编号": st.column_config.Column(width=160)},
    )
    if row is not None:
        lists.open_case(waiting["petition_id"].iloc[row])


def limit(view: View, due: pd.Timestamp) -> str:
    """■ 超期 3 天, ▲ 临期 剩 2 天, ● 正常 剩 9 天, by natural days to the end of the limit."""
    left = (due.date() - view.stocks_at.date()).days
    if due < view.stocks_at:
        return f"{words.OVERDUE.text} {max(-left, 1)} 天"
    state = words.DUE_SOON if due.date() <= soon(view) else words.GOOD
    return f"{state.text} 剩 {left} 天" if left else f"{state.text} 今日"


def soon(view: View) -> date:
    """The last of the working days that count as near."""
    return view.workday(view.stocks_at, SOON)


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    layout.header(
        view, "案件督查", f"{view.text}。督查件须在答复期限前答复；待答复、逾期为{view.stock_moment_text}的时点数。"
    )
    if view.ask(measure, [ISSUED], as_of=view.as_of)["hits"].iloc[0] == 0:
        notices.missing("案件督查", {"supervision": "案件督查"})
    else:
        number_cards(view, CARDS, key="supervision_cards")
        left, right = st.columns([3, 2])
        with left, layout.block("months"):
            pictures.rate_by_month(view, IN_TIME, key="supervision_months", height=340)
        with right:
            with layout.block("answers", stretch=False):
                answers(view)
            with layout.block("results"):
                results(view)
        left, right = st.columns([2, 3])
        with left, layout.block("debtors"):
            debtors(view)
        with right, layout.block("orders"):
            orders(view)
        left, right = st.columns(2)
        below = places.dimension_below(view)
        with left, layout.block("places"):
            ranked(view, IN_TIME, below, PLACE_NAMES[below], key=f"supervision_{below}", most=20)
        with right, layout.block("levels"):
            ranked(view, ISSUED, "category", "内容分类", key="supervision_classes")


if __name__ == "__main__":
    page(filters.current())
