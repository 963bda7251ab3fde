"""领导接访: receptions by leader's office and month and what became of them; visits, letters read and cases led."""

from functools import partial

import pandas as pd
import streamlit as st

from cockpit import places, rows
from cockpit.kept import kept
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import layout, lists, notices, pictures, tables
from pages.parts.number_cards import number_cards
from pages.parts.rankings import ranked
from queries.cases import cases
from queries.measure import measure, metric_of
from queries.subjects import RECEPTION_AGES
from wording import findings, headlines

HELD, OPEN = "receptions", "receptions_open"
CARDS = (HELD, "cases_received", "receptions_closed", "reception_days", OPEN, "reception_days_open")
BY_LEADER = {
    HELD: "接访（批次）",
    "receptions_closed": "办结率",
    "reception_days": "办结用时（天）",
    OPEN: "现未办结（批次）",
    "reception_days_open": "未办结天数（天）",
}
# Article 18: each counted in its own unit, so that they have no sum.
DUTIES = {
    HELD: "接访（批次）",
    "visits_down": "下访（批次）",
    "letters_read": "阅批（件次）",
    "cases_led": "包案（件次）",
    "cases_led_closed": "包案办结率",
}
MOST_OPEN = 200


@kept
def open_by_age(view: View) -> pd.DataFrame:
    """Open receptions by the band of days that they have been open: code, hits."""
    by_age = view.ask(measure, [OPEN], as_of=view.stocks_at, within=view.within, by=["reception_age"])
    return by_age.rename(columns={"reception_age": "code"})[["code", "hits"]]


@layout.needs(OPEN, by=("reception_age",))
def ages(view: View) -> None:
    """How long what is open has been open; a bar opens its receptions."""
    counts = open_by_age(view)
    pictures.count_by_band(
        view,
        counts,
        RECEPTION_AGES,
        key="reception_ages",
        alt="接访后未办结的天数",
        title=findings.open_receptions(counts.set_index("code")["hits"]),
        subtitle="接访至今的自然日（批次）",
        unit="批次",
        link=lambda band: list_link(OPEN, reception_age=band),
    )


def leaders(view: View) -> None:
    """The offices of leaders with what they received and closed; every number opens its receptions."""
    layout.heading("各级领导接访与办结", "按接访批次由多到少；点击数字查看明细", define=metric_of(HELD))
    tables.metric_table(view, BY_LEADER, "leader", key="leaders")


def duties(view: View) -> None:
    """What leaders did themselves, by office; every number opens what it counts."""
    note = "《信访工作条例》第十八条：阅批、接访、下访、包案；点击数字查看明细"
    layout.heading("各级领导接访、下访、阅批和包案", note, define=metric_of("cases_led"))
    tables.metric_table(view, DUTIES, "leader", key="duties")


@layout.needs(OPEN)
def open_receptions(view: View) -> None:
    """What leaders received and is not closed, longest first; a row opens its case."""
    receptions = view.hold(cases, OPEN, as_of=view.stocks_at, within=view.within, limit=MOST_OPEN)
    tables.headed(
        rows.open_receptions(view, receptions),
        headlines.open_receptions(rows.days_since(view, receptions["received_at"]), MOST_OPEN),
        "接访早的在前；选中一行查看办理全程",
        none="接访在先、尚未办结的",
        define=OPEN,
        open_row=lambda row: lists.open_case(receptions["petition_id"].iloc[row]),
        key="open_receptions",
        alt="未办结的接访事项",
        high=10,
        columns={"已过天数": st.column_config.NumberColumn(format="%d 天"), "标题": tables.WIDE},
    )


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    layout.header(view, "领导接访", f"{view.text}。接访、下访计批次，阅批、包案计件次；只列职务，不列姓名。")
    done = view.ask(measure, [HELD, "visits_down", "letters_read", "cases_led"], as_of=view.as_of)
    if done["hits"].sum() == 0:
        notices.missing("领导接访", {"reception": "领导接访"})
        return
    number_cards(view, CARDS, key="reception_cards")
    number_cards(view, tuple(DUTIES)[1:], key="duty_cards")
    months = partial(pictures.count_by_month, metric_id=HELD, key="reception_months", height=170)
    layout.row(view, {"months": months}, ages, widths=(3, 2))
    layout.row(view, leaders, duties)
    below = places.dimension_below(view)
    layout.row(
        view,
        {"places": partial(ranked, metric_id=HELD, dimension=below, key=f"reception_{below}")},
        {"classes": partial(ranked, metric_id=HELD, dimension="category", key="reception_classes")},
        {"rooms": partial(ranked, metric_id=HELD, dimension="reception_place", key="reception_rooms")},
    )
    layout.row(view, open_receptions)
