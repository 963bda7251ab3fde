"""待办积压: what is open now, where it stands and how old it is, what comes in and goes out, and what is due."""

import pandas as pd
import streamlit as st

from cockpit import kpis, places, splits
from cockpit import rows as table_rows
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import clicks, filters, layout, lists, notices, tables
from pages.parts.number_cards import number_cards
from pages.parts.rankings import ranking
from queries import backlog
from queries.cases import count_cases
from queries.compare import daily_flow
from queries.measure import measure, metric_of
from queries.subjects import AGE_BANDS, STAGES
from views import charts, words
from wording import findings, unknown
from wording.names import PLACE_NAMES

CARDS = ("backlog", "overdue", "due_today", "due_in_1", "due_in_3", "due_in_5")
# Each is read with what stands beside it: closed is not resolved, in time is not early, once is not for good.
QUALITY = ("closed", "on_time_completion", "one_pass_resolution")
KINDS = {"backlog": "在办积压", "overdue": "超期未结", "due_in_5": "5个工作日内到期"}
OLD = AGE_BANDS[-2:]
DAYS = 90
ROWS = 16
FLOW_HEIGHT = 190
DUE_HEIGHT = 185
OLDEST = 50
_STATES = {backlog.OVERDUE: words.OVERDUE, backlog.NEAR: words.DUE_SOON, backlog.IN_TIME: words.GOOD}


def sentence(view: View) -> str:
    """What is open, in one sentence."""
    if kpis.missing_reason(view, metric_of("backlog")):
        return f"{view.place}在办多少算不出：{kpis.missing_reason(view, metric_of('backlog'))}。"
    row = view.ask(backlog.open_days, as_of=view.stocks_at, within=view.within).iloc[0]
    if not row["cases"]:
        return f"{view.place}没有在办的信访件。"
    return (
        f"{view.place}在办 {words.full(row['cases'])} 件次，登记至今的中位数 {words.days(row['median'])}，"
        f"最长 {words.days(row['longest'])}；均为{view.stock_moment_text}的时点数。"
    )


def flow(view: View) -> None:
    """Inflow and outflow above, the backlog below; a day opens what came, went or lay there."""
    days = view.ask(daily_flow, as_of=view.stocks_at, days=DAYS, within=view.within).rename(columns={"day": "at"})
    moves, stock = clicks.draw(
        charts.flow,
        days,
        title=findings.flow(days),
        subtitle="每日新收与办结（件次），点一天看明细",
        height=FLOW_HEIGHT,
    )
    with layout.block("flow"):
        clicks.chart(moves, "flow_moved", alt="近 90 天每日新收与办结", pick=("at", "way"), link=flow_link)
        clicks.chart(
            stock,
            "flow_stock",
            alt="近 90 天每日末在办积压",
            pick="at",
            link=lambda at: clicks.day_link("backlog", at),
        )


def flow_link(clicked: tuple[float, str]) -> str:
    """What came or went on the day that was clicked."""
    at, way = clicked
    return clicks.day_link("closed" if "办结" in way else "registered", at)


def stages_and_ages(view: View) -> None:
    """One cell for each stage and age band."""
    by_stage = view.ask(measure, ["backlog"], as_of=view.stocks_at, within=view.within, by=["stage", "age"])
    lacks = kpis.missing_for_split(view, "backlog", "stage")
    # Where a time that tells the stage was never loaded, some or all cases have none; the ages are known even so.
    nameless = unknown.placeholder(lacks) if by_stage["stage"].notna().any() else "在办"
    by_stage = by_stage.assign(stage=[stage if isinstance(stage, str) else nameless for stage in by_stage["stage"]])
    stages = [stage for stage in STAGES[:-1] if not lacks or (by_stage["stage"] == stage).any()]
    every = pd.MultiIndex.from_product([stages + [nameless] * bool(lacks), AGE_BANDS], names=["stage", "age"])
    cells = by_stage.set_index(["stage", "age"])[["value"]].reindex(every, fill_value=0).reset_index()
    drawing = clicks.draw(
        charts.heat,
        cells.rename(columns={"stage": "row", "age": "column"}),
        title=findings.ages(cells.assign(stage=cells["stage"].replace(nameless, "")), OLD),
        subtitle="在办件按办理环节、登记后自然日（件次）"
        if stages
        else f"在办件按登记后自然日（件次）；办理环节看不出（{unknown.reason(lacks)}）",
        unit="件次",
        row=40,
    )
    with layout.block("stages"):
        clicks.chart(
            drawing,
            "stages_ages",
            alt="办理环节与积压时长",
            pick=("row", "column"),
            link=lambda cell: list_link("backlog", stage="" if cell[0] == nameless else cell[0], age=cell[1]),
        )


def coming(view: View) -> None:
    """Handling deadlines of the next five working days."""
    with layout.block("coming", stretch=False):
        if not layout.explain_missing(view, "due_in_5"):
            due_days(view)


def due_days(view: View) -> None:
    """What falls due by its day; a day opens its cases."""
    due = view.ask(measure, ["due_in_5"], as_of=view.stocks_at, within=view.within, by=["due_day"])
    cases_due = dict(zip(pd.to_datetime(due["due_day"]).dt.date, due["hits"], strict=True))
    today = view.stocks_at.date()
    working = [view.workday(view.stocks_at, n) for n in range(1, backlog.NEAR_WORKING_DAYS + 1)]
    days = sorted({today, *working, *cases_due})
    frame = pd.DataFrame({"day": days, "value": [cases_due.get(day, 0) for day in days]})
    title = findings.due(frame, backlog.NEAR_WORKING_DAYS)
    if cases_due:
        drawing = clicks.draw(
            charts.bars,
            frame.assign(
                key=[day.isoformat() for day in days],
                label=[words.day(day) if view.is_over else words.short_day(day, today) for day in days],
                tip=[
                    f"{words.day(day)}（{words.weekday(day)}）到期 {words.full(cases)} 件次"
                    for day, cases in frame.itertuples(index=False)
                ],
            ),
            title=title,
            subtitle="未超期在办件按办结期限（件次）",
            unit="件次",
            height=DUE_HEIGHT,
        )
    else:
        drawing = clicks.draw(charts.empty_chart, f"{title}。", height=DUE_HEIGHT)
    clicks.chart(
        drawing,
        "coming",
        alt="今后 5 个工作日到期件",
        pick="key",
        link=lambda day: list_link("due_in_5", due_day=day),
    )


def ranked(view: View, measured: str, frame: pd.DataFrame, dimension: str, noun: str, whole: str) -> None:
    """Bars of one of KINDS; each opens its list. Shares are of the `whole` that is drawn."""
    if layout.explain_missing_split(view, measured, dimension):
        return
    counts = splits.of(frame, measured)
    counts = counts[counts["value"] > 0]
    none = f"{noun}没有{KINDS[measured]}件"
    ranking(
        view,
        counts[["code", "name", "value"]],
        measured,
        dimension,
        key=f"by_{dimension}",
        alt=f"各{noun}{KINDS[measured]}",
        title=findings.most(counts, whole, none=none),
        subtitle=f"{noun}{KINDS[measured]}（件次）" + (f"，{len(counts)} 个中前 {ROWS}" if len(counts) > ROWS else ""),
        most=ROWS,
        none=none,
    )


def details(view: View) -> None:
    """Where the cases lie: by place, unit and class. Kinds of units are ranked apart."""
    below = places.dimension_below(view)
    units = splits.by_kind(view, splits.split(view, list(KINDS), "unit"))
    with st.container(horizontal=True, gap="small"):
        measured: str = filters.choose("分布看", list(KINDS), "backlog_view", "backlog", KINDS.__getitem__)
        unit_kind = filters.choose_unit_kind(units)
    left, middle, right = st.columns(3)
    with left, layout.block("places"):
        ranked(view, measured, splits.split(view, list(KINDS), below), below, PLACE_NAMES[below], view.place)
    with middle, layout.block("units"):
        if unit_kind is not None:
            ranked(view, measured, units[unit_kind[0]], "unit", unit_kind[1], unit_kind[0])
    with right, layout.block("classes"):
        ranked(view, measured, splits.split(view, list(KINDS), "category"), "category", "内容分类", view.place)


def state_of(state: str | None, days_left: float) -> str:
    """■ 超期 51 天, ▲ 临期 剩 3 天, ● 正常."""
    if state is None or pd.isna(state):
        return words.NONE
    left = {backlog.OVERDUE: f" {-days_left:.0f} 天", backlog.NEAR: f" 剩 {days_left:.0f} 天"}
    return _STATES[state].text + (left.get(state, "") if days_left else "")


def oldest(view: View) -> None:
    """The cases that have been open longest; a row opens its case."""
    cases = view.ask(backlog.oldest, as_of=view.stocks_at, within=view.within, limit=OLDEST)
    overdue = int((cases["state"] == backlog.OVERDUE).sum())
    lacks = kpis.missing_reason(view, metric_of("overdue"))
    of_whom = f"是否超期看不出（{lacks}）" if lacks else f"其中超期 {overdue} 件"
    layout.heading(
        f"最久的 {len(cases)} 件，登记至今 {cases['days_open'].min()}—{cases['days_open'].max()} 天，{of_whom}",
        "按登记时间由早到晚；点一行看这一件的全程",
        define=metric_of("backlog"),
    )
    written = pd.DataFrame(
        {
            "登记日期": table_rows.days(cases["registered_at"]),
            "已办天数": cases["days_open"],
            "办结期限": table_rows.days(cases["due_at"]),
            "期限状态": [state_of(*pair) for pair in zip(cases["state"], cases["days_left"], strict=True)],
            **({"办理环节": kpis.stage_names(view, cases["stage"])} if cases["stage"].notna().any() else {}),
            "责任单位": cases["unit"].fillna("未分派"),
            "区县": cases["district"].fillna(words.NONE),
            "标题": cases["title"].fillna(words.NONE),
            "信访编号": cases["case_no"],
        }
    )
    cell = tables.pick_cell(
        written.style.apply(tables.colour_states, subset=["期限状态"]),
        key="oldest",
        alt="在办最久的信访件",
        high=12,
        columns={"已办天数": st.column_config.NumberColumn(format="%d 天"), "标题": tables.WIDE},
    )
    if cell is not None:
        lists.open_case(cases["petition_id"].iloc[cell[0]])


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    layout.header(view, "待办积压", sentence(view))
    number_cards(view, CARDS, key="backlog_cards", spark=False)
    if kpis.missing_reason(view, metric_of("backlog")):
        with layout.block("unknown", stretch=False):
            layout.explain_missing(view, "backlog")
    elif view.ask(count_cases, "backlog", as_of=view.stocks_at, within=view.within):
        left, right = st.columns([8, 5])
        with left:
            flow(view)
        with right:
            coming(view)
            stages_and_ages(view)
        layout.heading("办得怎样：每个数字都和它的另一面同看", f"{view.text}；办结不等于化解，按期不等于不压线、不延期")
        number_cards(view, QUALITY, key="backlog_quality", spark=False, compact=True)
        details(view)
        oldest(view)
    else:
        notices.hint("没有在办件。换一个区域、分类或截至日期，或装入信访件。")


if __name__ == "__main__":
    page(filters.current())
