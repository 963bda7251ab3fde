"""领导接访: receptions by leader's office and month, the cases taken on, and those still open."""

import pandas as pd
import streamlit as st

from cockpit import kpis, places
from cockpit import rows as table_rows
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import filters, layout, lists, notices, pictures, tables
from pages.parts.number_cards import number_cards
from pages.parts.rankings import ranked
from queries.cases import cases
from queries.measure import measure, metric_of
from queries.subjects import RECEPTION_AGES
from views import words
from wording.names import PLACE_NAMES

HELD, OPEN = "receptions", "receptions_open"
CARDS = (HELD, "cases_received", "receptions_closed", "reception_days", OPEN, "reception_days_open")
BY_LEADER = {
    HELD: "接访（批次）",
    "receptions_closed": "办结率",
    "reception_days": "办结用时（天）",
    OPEN: "现未办结（批次）",
    "reception_days_open": "未办结天数（天）",
}
MOST_OPEN = 200


def ages(view: View) -> None:
    """How long what is open has been open; a bar opens its receptions."""
    if layout.explain_missing_split(view, OPEN, "reception_age"):
        return
    by_age = view.ask(measure, [OPEN], as_of=view.stocks_at, within=view.within, by=["reception_age"])
    counts = by_age.set_index("reception_age")["hits"]
    total, old = int(counts.sum()), int(counts.get(RECEPTION_AGES[-1], 0))
    of_age = f"，{words.full(old)} 批次超过 60 天" if old else "，都在 60 天以内"
    pictures.count_by_band(
        counts,
        RECEPTION_AGES,
        key="reception_ages",
        alt="接访后未办结的天数",
        title=f"未办结 {words.full(total)} 批次{of_age}" if total else "接访的事都已办结",
        subtitle="接访至今的自然日（批次）",
        unit="批次",
        link=lambda band: list_link(OPEN, reception_age=band),
    )


def waiting_list(view: View) -> None:
    """What leaders received and is not closed, longest first; a row opens its case."""
    if layout.explain_missing(view, OPEN):
        return
    receptions = view.ask(cases, OPEN, as_of=view.stocks_at, within=view.within, limit=MOST_OPEN)
    if receptions.empty:
        layout.heading("没有未办结的接访事项", "接访在先、尚未办结的", define=metric_of(OPEN))
        return
    count = len(receptions)
    listed = f"最久的 {MOST_OPEN} 批次" if count == MOST_OPEN else f"未办结的 {words.full(count)} 批次"
    layout.heading(
        f"{listed}，最久的已 {days(view, receptions).iloc[0]} 天",
        "接访早的在前；选中一行，看这一件的全程",
        define=metric_of(OPEN),
    )
    written = pd.DataFrame(
        {
            "接访时间": table_rows.days(receptions["received_at"]),
            "已过天数": days(view, receptions),
            "接访领导": receptions["leader"],
            "接访地点": receptions["reception_place"].fillna(words.NONE),
            "办理环节": stages(view, receptions),
            "责任单位": receptions["unit"].fillna("未分派"),
            "内容分类": receptions["category"].fillna(words.NONE),
            "标题": receptions["title"].fillna(words.NONE),
            "信访编号": receptions["case_no"].fillna(words.NONE),
        }
    )
    row = tables.pick_row(
        written,
        key="open_receptions",
        alt="未办结的接访事项",
        high=10,
        columns={"已过天数": st.column_config.NumberColumn(format="%d 天"), "标题": tables.WIDE},
    )
    if row is not None:
        lists.open_case(receptions["petition_id"].iloc[row])


def stages(view: View, receptions: pd.DataFrame) -> list[str]:
    """The stage of the case that was received; — where nobody wrote down which one it was."""
    names = kpis.stage_names(view, receptions["stage"])
    return [name if pd.notna(case) else words.NONE for name, case in zip(names, receptions["petition_id"], strict=True)]


def days(view: View, receptions: pd.DataFrame) -> pd.Series:
    """Natural days since the reception."""
    since: pd.Series = (pd.Timestamp(view.stocks_at.date()) - receptions["received_at"].dt.normalize()).dt.days
    return since


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    layout.header(view, "领导接访", f"{view.text}。一次接待一批计一批次；只列职务，不列姓名。")
    if view.ask(measure, [HELD], as_of=view.as_of)["hits"].iloc[0] == 0:
        notices.missing("领导接访", {"reception": "领导接访"})
    else:
        number_cards(view, CARDS, key="reception_cards")
        left, right = st.columns([3, 2])
        with left, layout.block("months"):
            pictures.count_by_month(view, HELD, key="reception_months", height=170)
        with right, layout.block("ages"):
            ages(view)
        with layout.block("leaders"):
            layout.heading("各级领导接访与办结", "按接访批次由多到少；点一个数看它数的接访", define=metric_of(HELD))
            tables.metric_table(view, BY_LEADER, "leader", "接访领导", key="leaders")
        left, middle, right = st.columns(3)
        below = places.dimension_below(view)
        with left, layout.block("places"):
            ranked(view, HELD, below, PLACE_NAMES[below], key=f"reception_{below}")
        with middle, layout.block("classes"):
            ranked(view, HELD, "category", "内容分类", key="reception_classes")
        with right, layout.block("rooms"):
            ranked(view, HELD, "reception_place", "接访地点", key="reception_rooms")
        with layout.block("open_receptions"):
            waiting_list(view)


if __name__ == "__main__":
    page(filters.current())
