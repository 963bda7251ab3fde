"""案件督办: orders and their answers, the units that owe one, what was escalated, and the bureau's proposals."""

from functools import partial

import streamlit as st

from cockpit import cells, places, rows, splits
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import empty_period, layout, lists, number_cards, pictures, rankings, tables
from queries.cases import Part
from queries.measure import metric_of
from wording import findings, headlines

ISSUED, IN_TIME = "supervision_issued", "supervision_in_time"
WAITING, OVERDUE = "supervision_waiting", "supervision_overdue"
RESULTS = "supervision_settled"
OWED = (WAITING, OVERDUE, "supervision_due_in_3")
CARDS = (ISSUED, IN_TIME, RESULTS, *OWED)
ESCALATED = "supervision_escalated"
MADE, FEEDBACK, ADOPTED = "proposals_made", "proposals_answered", "proposals_adopted"
PROPOSALS = (MADE, FEEDBACK, ADOPTED, "proposals_waiting")
MOST_ORDERS = 200
# The column of titles in px: beside the units that owe an answer there is room for so much.
TITLE_WIDTH = 200


@layout.needs(ISSUED, by=("supervision_level", "answer"))
def answers(view: View) -> None:
    """Orders of the period by level and by what became of their limit; a cell opens its orders."""
    issued = cells.orders_by_answer(view)
    pictures.heat(
        view,
        issued,
        key="answers",
        alt="督办件按层级和反馈情况",
        title=view.derive(findings.answers, issued),
        subtitle="按督办层级和反馈情况（件），逾期的为红色",
        unit="件",
        row=56,
        link=lambda cell: list_link(ISSUED, supervision_level=cell["row"], answer=cell["column"]),
    )


@layout.needs(RESULTS, by=("supervision_result",))
def results(view: View) -> None:
    """What the answers said, of whatever share; a bar opens its orders."""
    by_result = splits.split(view, [RESULTS], "supervision_result")
    rankings.counted(
        view,
        RESULTS,
        "supervision_result",
        "",
        counts=view.derive(splits.among_of, by_result),
        key="results",
        alt="督办结果",
        title=view.derive(findings.answered, by_result),
        subtitle="按督办结果（件）",
        none="这一时段没有反馈的督办件",
        part=Part.AMONG,
    )


def escalations(view: View) -> None:
    """What the joint conference took beyond an order (article 39); a bar opens its orders."""
    rankings.counted(
        view,
        ESCALATED,
        "escalation",
        "升级督办",
        key="escalations",
        alt="升级督办按措施",
        subtitle="约谈、通报、挂牌督办、责令限期整改（件），《条例》第三十九条",
        none="这一时段没有升级督办",
    )


def proposals(view: View, dimension: str, title: str) -> None:
    """The three kinds of proposal by kind or addressee; every number opens its proposals."""
    note = "《条例》第四十条：改进工作、完善政策、追究责任"
    tables.metric_table(view, PROPOSALS, dimension, key=f"proposals_{dimension}", title=title, note=note)


@layout.needs(WAITING)
def debtors(view: View) -> None:
    """The units that owe an answer; every number opens its orders."""
    units = splits.split(view, [WAITING], "unit")
    title = view.derive(headlines.debtors, units)
    if units.empty:
        layout.heading(title, "已发出、尚未反馈的督办件", define=metric_of(WAITING))
    else:
        tables.metric_table(view, OWED, "unit", key="debtors", title=title, note="按尚未反馈由多到少")


@layout.needs(WAITING)
def orders(view: View) -> None:
    """The orders without an answer, the nearest limit first; a row opens its case."""
    waiting = rows.in_hand(view, WAITING, "answer_due_at", MOST_ORDERS)
    written = view.derive(tables.with_cut_titles, rows.open_orders(view, waiting), TITLE_WIDTH)
    tables.headed(
        written,
        headlines.open_orders(written[rows.LIMIT_STATE]),
        "反馈期限近的在前；选中一行查看办理全程",
        none="已发出、尚未反馈",
        define=WAITING,
        open_row=lambda row: lists.open_case(waiting["petition_id"].iloc[row]),
        key="orders",
        alt="尚未反馈的督办件",
        high=10,
        columns={
            tables.TITLE: st.column_config.Column(width=TITLE_WIDTH),
            "信访编号": st.column_config.Column(width=160),
        },
    )


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    layout.header(
        view, "案件督办", f"{view.text}。督办件须在反馈期限前反馈；尚未反馈、逾期为{view.stock_moment_text}的时点数。"
    )
    if layout.page_is_empty(view, [ISSUED, MADE], "案件督办", "案件督办", "三项建议"):
        return
    empty_period.tell(view, CARDS)
    number_cards.show(view, CARDS, key="supervision_cards")
    months = partial(pictures.rate_by_month, metric_id=IN_TIME, key="supervision_months", height=340)
    layout.row(view, {"months": months}, {"answers": answers, "results": results}, widths=(3, 2))
    layout.row(view, debtors, orders, widths=(2, 3))
    number_cards.show(view, (ESCALATED, *PROPOSALS), key="proposal_cards")
    layout.row(
        view,
        escalations,
        {"proposal_kinds": partial(proposals, dimension="proposal_kind", title="三项建议按类别")},
        {"addressees": partial(proposals, dimension="addressee", title="三项建议按建议对象")},
    )
    below = places.dimension_below(view)
    layout.row(
        view,
        {"places": partial(rankings.ranked, metric_id=IN_TIME, dimension=below, key=f"supervision_{below}", most=20)},
        {"levels": partial(rankings.ranked, metric_id=ISSUED, dimension="category", key="supervision_classes")},
    )
