"""专家听证: hearings and what came of them, waiting, what experts take part in, and how they share the work."""

from datetime import datetime
from functools import partial

import pandas as pd
import streamlit as st

from cockpit import cells, comparisons, experts, kpis, places, rows
from cockpit.ahead import ask_ahead
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import clicks, empty_period, layout, lists, number_cards, pictures, rankings, tables
from queries import hearing_outcomes
from queries.measure import measure, metric_of
from queries.subjects import WAIT_BANDS
from views import charts, words
from wording import findings, headlines

CARDS = ("hearings_held", "cases_heard", "open_hearings", "settled_after_hearing", "hearing_wait_days")
TAKING_PART = ("expert_cases", "expert_participations", "experts_active", "third_parties")
MONTHLY = ("hearings_held", "cases_heard", "expert_participations")
MONTHS = 12


def monthly(view: View) -> None:
    """场次, 件次 and 人次 each in a picture of its own: units of count never share an axis."""
    counts = {name: kpis.months(view, [name], MONTHS)["value"] for name in MONTHLY}
    # Where every hearing is of one case, both counts are one picture.
    alike = counts[MONTHLY[0]].equals(counts[MONTHLY[1]])
    names = MONTHLY[:1] + MONTHLY[2:] if alike else MONTHLY
    for column, name in zip(st.columns(len(names)), names, strict=True):
        more = f"；{metric_of(MONTHLY[1]).name}每月同数" if alike and name == MONTHLY[0] else ""
        with column, layout.block(f"monthly_{name}"):
            pictures.count_by_month(view, name, key=f"monthly_{name}", number=MONTHS, more=more)


def conclusions(view: View) -> None:
    """What hearings concluded."""
    rankings.counted(
        view,
        "hearings_held",
        "conclusion",
        "全部听证",
        key="conclusions",
        alt="听证结论",
        subtitle="按听证结论（场次）",
        none="这一时段没有举行听证",
    )


@layout.needs("resolution", "cases_heard")
def compared(view: View) -> None:
    """Heard cases beside comparable ones without a hearing."""
    subtitle = f"截至{words.day(view.as_of, year=True)}的化解率"
    pictures.compared(view, comparisons.with_hearing(view), subtitle=subtitle, alt="听证件与可比件的化解率")


@layout.needs("hearing_wait_days", by=("wait",))
def waits(view: View) -> None:
    """How long people wait for a hearing."""
    median = view.ask(hearing_outcomes.median_wait, **view.scope)
    pictures.count_by_band(
        view,
        "hearing_wait_days",
        "wait",
        WAIT_BANDS,
        key="waits",
        alt="听证等待天数分布",
        title="没有可计等待的听证" if words.is_missing(median) else f"等待天数中位数 {words.days(median)}",
        subtitle="从申请到举行的自然日",
    )


@layout.needs("experts_in_pool", by=("source", "field"))
def pool(view: View) -> None:
    """The pool by origin and field."""
    by_field = cells.experts_by_field(view)
    pictures.heat(
        view,
        by_field,
        key="pool",
        alt="专家库按来源和领域",
        title=view.derive(experts.pool_text, by_field),
        subtitle="按专业领域和来源（人）",
        unit="人",
        link=lambda cell: list_link("experts_in_pool", field=cell["field"], source=cell["source"]),
    )


@layout.needs("expert_cases")
def ways(view: View) -> None:
    """In which ways experts took part; one case may stand in several."""
    total = int(view.ask(measure, ["expert_cases"], **view.scope)["hits"].iloc[0])
    rankings.counted(
        view,
        "expert_cases",
        "way",
        "",
        key="ways",
        alt="专家参与件次按参与方式",
        title=f"专家参与 {words.full_count(total)} 件次" if total else "",
        subtitle="按参与方式（件次）；一件可有几种方式，各计一次",
        none="这一时段没有专家参与",
    )


def third_parties(view: View) -> None:
    """Who else sat at hearings: volunteers, deputies."""
    rankings.counted(
        view,
        "third_parties",
        "participant_kind",
        "第三方",
        key="third_parties",
        alt="听证第三方参加人",
        subtitle="专家库以外的听证参加人，按类别（人次）",
        none="这一时段的听证没有第三方参加",
    )


def shares(view: View, loads: pd.DataFrame) -> None:
    """One dot an expert who took part; a dot opens what it was in."""
    metric = experts.load_metric(view)
    who = f"每个点一位{'参与听证、调解或办理' if metric.id == 'expert_cases' else '出席听证'}的专家"
    drawing = clicks.draw(
        view,
        charts.dots,
        view.derive(experts.active, loads),
        title=view.derive(findings.expert_load, loads, metric.unit),
        subtitle=f"{who}，横轴为参与{metric.unit}",
        axis_title=f"参与{metric.unit}",
        unit=metric.unit,
        height=130,
    )
    clicks.chart(
        drawing,
        "load",
        alt="每位专家的参与人次",
        pick="code",
        link=lambda code: list_link(metric.id, expert=code),
    )


def idle(view: View, loads: pd.DataFrame) -> None:
    """Who has not been asked, longest idle first."""
    unasked = view.derive(experts.unasked, loads)
    written = view.derive(rows.idle_experts, unasked)
    tables.headed(
        written,
        view.derive(headlines.idle, unasked),
        "从未参与的在前，其后按最近一次参与由早到晚",
        none="没有闲置的专家",
        key="idle",
        alt="未参与的专家",
        high=8,
    )
    if len(written):
        with st.container(horizontal=True):
            lists.downloads("未参与的专家", lambda: written, len(written), *lists.parts_of(view), key="idle")


@layout.needs("hearings_coming")
def coming_hearings(view: View) -> None:
    """The hearings to come, with their panels; no private data."""
    hearings = rows.in_hand(view, "hearings_coming", "scheduled_at")
    panels = view.hold(hearing_outcomes.coming_panels, as_of=view.stocks_at)
    tables.headed(
        view.derive(rows.coming_hearings, hearings, panels),
        view.derive(headlines.coming_hearings, hearings),
        "已排期、未举行、未取消",
        define="hearings_coming",
        key="coming_hearings",
        alt="待举行的听证",
        high=8,
    )
    lists.open_all(
        "hearings_coming", f"全部 {words.full_count(len(hearings))} 场次，可导出", len(hearings), key="all_coming"
    )


def experts_or_hearings(view: View, at: datetime) -> bool:
    """Whether there are any experts, or was any hearing, by a moment."""
    if not view.hold(hearing_outcomes.experts, as_of=at).empty:
        return True
    return bool(view.ask(measure, ["hearings_held"], as_of=at)["hits"].iloc[0])


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    layout.header(view, "专家听证", f"{view.text}。场次、件次、人次分开计。")
    if layout.says_missing(
        view, partial(experts_or_hearings, view), "专家和听证", "专家库", "听证", "听证评议团", "专家参与调解和办理"
    ):
        return
    ask_ahead(view, comparisons.with_hearing)
    ask_ahead(view, kpis.comparison, TAKING_PART)
    empty_period.tell(view, CARDS)
    number_cards.show(view, CARDS, key="hearing_cards")
    monthly(view)
    layout.row(view, compared, conclusions, waits)
    number_cards.show(view, TAKING_PART, key="expert_cards")
    below = places.dimension_below(view)
    open_places = partial(rankings.ranked, metric_id="open_hearings", dimension=below, key="open_places")
    layout.row(view, ways, third_parties, {"open_places": open_places})
    loads = experts.load(view, view.hold(hearing_outcomes.experts, as_of=view.as_of))
    layout.row(view, pool, {"load": partial(shares, loads=loads), "idle": partial(idle, loads=loads)}, widths=(2, 3))
    layout.row(view, coming_hearings)
