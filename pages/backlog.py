"""在办件: what is open now, where it stands and how old it is, what comes in and goes out, and what is due."""

from functools import partial

import pandas as pd
import streamlit as st

from cockpit import cells, kpis, places, rows, splits
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import clicks, filters, layout, lists, notices, number_cards, pictures, rankings, tables
from queries import backlog
from queries.cases import count_cases
from queries.measure import metric_of
from queries.subjects import AGE_BANDS, DIMENSIONS
from views import charts
from wording import findings, headlines, unknown

CARDS = ("backlog", "overdue", "due_today", "due_in_1", "due_in_3", "due_in_5")
# Each is read with what stands beside it: closed is not resolved, in time is not early, once is not for good.
QUALITY = ("closed", "on_time_completion", "one_pass_resolution")
# What leaders take on themselves, and what must not be lost among the others.
VISITS = ("visits", "visit_people", "collective_visits", "collective_people")
PRIORITY = ("long_standing", "leader_assigned", "provincial", "national", "skip_level", "joint", "threat")
KINDS = {"backlog": "在办件", "overdue": "超期未结", "due_in_5": "5个工作日内到期"}
OLD = AGE_BANDS[-2:]
ROWS = 16
FLOW_HEIGHT = 190
DUE_HEIGHT = 185
OLDEST = 50


def flow(view: View) -> None:
    """Inflow and outflow above, the backlog below; a day opens what came, went or lay there."""
    pictures.daily_flow(view, subtitle="每日新收与办结（件次），点击某日查看明细", height=FLOW_HEIGHT, is_clicked=True)


def stages(view: View) -> None:
    """One cell for each stage and age band."""
    by_stage = cells.backlog_by_stage(view)
    subtitle = "在办件按办理环节、登记后自然日（件次）"
    if not by_stage["code"].any():
        lacks = unknown.reason(kpis.missing_for_split(view, "backlog", "stage"))
        subtitle = f"在办件按登记后自然日（件次）；办理环节看不出（{lacks}）"
    pictures.heat(
        view,
        by_stage,
        key="stages_ages",
        alt="办理环节与在办时长",
        title=view.derive(findings.ages, by_stage, OLD),
        subtitle=subtitle,
        unit="件次",
        row=40,
        link=lambda cell: list_link("backlog", stage=cell["code"], age=cell["column"]),
    )


@layout.needs("due_in_5")
def coming(view: View) -> None:
    """What falls due in the next five working days by its day; a day opens its cases."""
    days = cells.due_days(view)
    title = view.derive(findings.due, days, backlog.NEAR_WORKING_DAYS)
    subtitle = "未超期在办件按办结期限（件次）"
    drawing = clicks.draw(view, charts.bars, days, title=title, subtitle=subtitle, unit="件次", height=DUE_HEIGHT)
    alt = "今后 5 个工作日到期件"
    clicks.chart(drawing, "coming", alt=alt, pick="key", link=lambda day: list_link("due_in_5", due_day=day))


def ranked(view: View, measured: str, frame: pd.DataFrame, dimension: str, noun: str, whole: str) -> None:
    """Bars of one of KINDS; each opens its list. Shares are of the `whole` that is drawn."""
    if layout.explain_missing_split(view, measured, dimension):
        return
    counts = view.derive(splits.counts_of, frame, measured)
    rankings.counted(
        view,
        measured,
        dimension,
        whole,
        counts=counts,
        key=f"by_{dimension}",
        alt=f"各{noun}{KINDS[measured]}",
        subtitle=f"{noun}{KINDS[measured]}（件次）{rankings.first_of(len(counts), ROWS)}",
        most=ROWS,
        none=f"{noun}没有{KINDS[measured]}件",
    )


def details(view: View) -> None:
    """Where the cases lie: by place, unit and class. Kinds of units are ranked apart."""
    units = splits.by_kind(view, splits.split(view, list(KINDS), "unit"))
    with st.container(horizontal=True, gap="small"):
        measured: str = filters.choose("分布指标", KINDS, "backlog_view")
        unit_kind = filters.choose_unit_kind(units)

    def by(view: View, dimension: str) -> None:
        frame = splits.split(view, list(KINDS), dimension)
        ranked(view, measured, frame, dimension, DIMENSIONS[dimension], view.place)

    def by_unit(view: View) -> None:
        if unit_kind is not None:
            ranked(view, measured, units[unit_kind[0]], "unit", unit_kind[1], unit_kind[0])

    below = partial(by, dimension=places.dimension_below(view))
    layout.row(view, {"places": below}, {"units": by_unit}, {"classes": partial(by, dimension="category")})
    layout.row(view, {"paths": partial(by, dimension="handling_path")}, {"purposes": partial(by, dimension="purpose")})


def priority(view: View) -> None:
    """The cases that a source flags; nothing where it flags none."""
    known = [name for name in PRIORITY if not kpis.missing_reason(view, metric_of(name))]
    if known:
        layout.heading("重点信访事项", f"在办积案和领导包案为{view.stock_moment_text}，其余为{view.text}登记")
        number_cards.show(view, known, key="backlog_priority", spark=False, compact=True)


def visits(view: View) -> None:
    """Who came in person, in groups and in people side by side; nothing where no case says how it came."""
    if not kpis.missing_reason(view, metric_of("visits")):
        layout.heading("来访", f"{view.text}登记；批次与人次分开计，互不相加")
        number_cards.show(view, VISITS, key="backlog_visits", spark=False, compact=True)


def oldest(view: View) -> None:
    """The cases that have been open longest; a row opens its case."""
    longest = view.hold(backlog.oldest, as_of=view.stocks_at, within=view.within, limit=OLDEST)
    tables.headed(
        view.derive(tables.with_cut_titles, rows.oldest_cases(view, longest)),
        headlines.oldest(longest, kpis.missing_reason(view, metric_of("overdue"))),
        "按登记时间由早到晚；点击一行查看办理全程",
        define="backlog",
        open_cell=lambda row, _: lists.open_case(longest["petition_id"].iloc[row]),
        key="oldest",
        alt="在办最久的信访件",
        high=12,
        columns={"已办天数": tables.COUNT, tables.TITLE: tables.WIDE},
    )


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    layout.header(view, "在办件", kpis.backlog_text(view))
    number_cards.show(view, CARDS, key="backlog_cards", spark=False)
    if layout.page_lacks(view, "backlog"):
        return
    if not view.ask(count_cases, "backlog", as_of=view.stocks_at, within=view.within):
        notices.hint("没有在办件。换一个区域、分类或截至日期。")
        return
    layout.row(view, flow, {"coming": coming, "stages": stages}, widths=(8, 5))
    layout.heading("办得怎样：每个数字都和它的另一面同看", f"{view.text}；办结不等于化解，按期不等于不压线、不延期")
    number_cards.show(view, QUALITY, key="backlog_quality", spark=False, compact=True)
    priority(view)
    visits(view)
    details(view)
    oldest(view)
