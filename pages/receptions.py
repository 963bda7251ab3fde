"""领导接访: receptions by leader's office and month, the cases taken on, and those still open."""

import pandas as pd
import streamlit as st

from cockpit import kpis, places
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import clicks, filters, layout, lists, notices, pictures
from pages.parts.drawing import specification
from pages.parts.navigation import open_link
from pages.parts.number_cards import number_cards
from queries.cases import cases
from queries.measure import measure, metric_of
from queries.subjects import RECEPTION_AGES
from views import charts, words
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
    found = view.ask(measure, [OPEN], as_of=view.stocks_at, within=view.within, by=["reception_age"])
    counts = found.set_index("reception_age")["hits"].reindex(RECEPTION_AGES, fill_value=0)
    total, old = int(counts.sum()), int(counts.iloc[-1])
    said = f"，{words.full(old)} 批次超过 60 天" if old else "，都在 60 天以内"
    chart = specification(
        charts.bars,
        pd.DataFrame({"label": RECEPTION_AGES, "value": counts.to_numpy()}),
        layout.theme(),
        title=f"未办结 {words.full(total)} 批次{said}" if total else "接访的事都已办结",
        subtitle="接访至今的自然日（批次）",
        unit="批次",
        height=170,
    )
    band = clicks.chart(chart, "reception_ages", alt="接访后未办结的天数", pick="key")
    if band is not None:
        open_link(list_link(OPEN, reception_age=band))


def waiting_list(view: View) -> None:
    """What leaders received and is not closed, longest first; a row opens its case."""
    if layout.explain_missing(view, OPEN):
        return
    rows = view.ask(cases, OPEN, as_of=view.stocks_at, within=view.within, limit=MOST_OPEN)
    if rows.empty:
        layout.heading("没有未办结的接访事项", "接访在先、尚未办结的", define=metric_of(OPEN))
        return
    shown = f"最久的 {MOST_OPEN} 批次" if len(rows) == MOST_OPEN else f"未办结的 {words.full(len(rows))} 批次"
    layout.heading(
        f"{shown}，最久的已 {days(view, rows).iloc[0]} 天",
        "接访早的在前；选中一行，看这一件的全程",
        define=metric_of(OPEN),
    )
    table = pd.DataFrame(
        {
            "接访时间": rows["received_at"].dt.strftime("%Y-%m-%d"),
            "已过天数": days(view, rows),
            "接访领导": rows["leader"],
            "接访地点": rows["reception_place"].fillna(words.NONE),
            "办理环节": stages(view, rows),
            "责任单位": rows["unit"].fillna("未分派"),
            "内容分类": rows["category"].fillna(words.NONE),
            "标题": rows["title"].fillna(words.NONE),
            "信访编号": rows["case_no"].fillna(words.NONE),
        }
    )
    event = st.dataframe(
        table,
        hide_index=True,
        height=layout.rows_high(len(rows), 10),
        key="open_receptions",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "已过天数": st.column_config.NumberColumn(format="%d 天"),
            "标题": st.column_config.Column(width="large"),
        },
        alt="未办结的接访事项",
    )
    picked = clicks.once("open_receptions", tuple(event["selection"]["rows"]) or None)
    if picked and pd.notna(rows["petition_id"].iloc[picked[0]]):
        lists.open_case(int(rows["petition_id"].iloc[picked[0]]))


def stages(view: View, rows: pd.DataFrame) -> list[str]:
    """The stage of the case that was received; — where nobody wrote down which one it was."""
    told = kpis.stage_names(view, rows["stage"])
    return [stage if pd.notna(case) else words.NONE for stage, case in zip(told, rows["petition_id"], strict=True)]


def days(view: View, rows: pd.DataFrame) -> pd.Series:
    """Natural days since the reception."""
    since: pd.Series = (pd.Timestamp(view.stocks_at.date()) - rows["received_at"].dt.normalize()).dt.days
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
            pictures.table(view, BY_LEADER, "leader", "接访领导", key="leaders")
        left, middle, right = st.columns(3)
        below = places.dimension_below(view)
        with left, layout.block("places"):
            pictures.ranked(view, HELD, below, PLACE_NAMES[below], key=f"reception_{below}")
        with middle, layout.block("classes"):
            pictures.ranked(view, HELD, "category", "内容分类", key="reception_classes")
        with right, layout.block("rooms"):
            pictures.ranked(view, HELD, "reception_place", "接访地点", key="reception_rooms")
        with layout.block("open_receptions"):
            waiting_list(view)


if __name__ == "__main__":
    page(filters.current())
