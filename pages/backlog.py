"""待办积压: what is open now, where it stands and how old it is, what comes in and goes out, and what is due."""

import pandas as pd
import streamlit as st

from cockpit import kpis, places, splits
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import clicks, filters, layout, lists, notices
from pages.parts.drawing import specification
from pages.parts.navigation import open_link
from pages.parts.number_cards import number_cards
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
VIEWS = {"backlog": "在办积压", "overdue": "超期未结", "due_in_5": "5个工作日内到期"}
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
    frame = view.ask(daily_flow, as_of=view.stocks_at, days=DAYS, within=view.within).rename(columns={"day": "at"})
    chart = specification(
        charts.flow,
        frame,
        layout.theme(),
        title=findings.flow(frame),
        subtitle="每日新收与办结（件次），点一天看明细",
        height=FLOW_HEIGHT,
    )
    with layout.block("flow"):
        moved = clicks.chart(chart[0], "flow_moved", alt="近 90 天每日新收与办结", pick=("at", "way"))
        stock = clicks.chart(chart[1], "flow_stock", alt="近 90 天每日末在办积压", pick="at")
    if moved is not None:
        open_link(clicks.day_link("closed" if "办结" in moved[1] else "registered", moved[0]))
    if stock is not None:
        open_link(clicks.day_link("backlog", stock))


def stages_and_ages(view: View) -> None:
    """One cell for each stage and age band."""
    found = view.ask(measure, ["backlog"], as_of=view.stocks_at, within=view.within, by=["stage", "age"])
    lacks = kpis.missing_for_split(view, "backlog", "stage")
    # Where a time that tells the stage was never loaded, some or all cases have none; the ages are known even so.
    nameless = unknown.placeholder(lacks)
    found = found.assign(stage=[stage if isinstance(stage, str) else nameless for stage in found["stage"]])
    rows = [stage for stage in STAGES[:-1] if not lacks or (found["stage"] == stage).any()] + [nameless] * bool(lacks)
    every = pd.MultiIndex.from_product([rows, AGE_BANDS], names=["stage", "age"])
    frame = found.set_index(["stage", "age"])[["value"]].reindex(every, fill_value=0).reset_index()
    chart = specification(
        charts.heat,
        frame.rename(columns={"stage": "row", "age": "column"}),
        layout.theme(),
        title=findings.ages(frame, OLD),
        subtitle="在办件按办理环节、登记后自然日（件次）",
        unit="件次",
        row=40,
    )
    with layout.block("stages"):
        cell = clicks.chart(chart, "stages_ages", alt="办理环节与积压时长", pick=("row", "column"))
    if cell is not None:
        open_link(list_link("backlog", stage="" if cell[0] == nameless else cell[0], age=cell[1]))


def coming(view: View) -> None:
    """Handling deadlines of the next five working days."""
    if kpis.missing_reason(view, metric_of("due_in_5")):
        with layout.block("coming", stretch=False):
            layout.explain_missing(view, "due_in_5")
        return
    found = view.ask(measure, ["due_in_5"], as_of=view.stocks_at, within=view.within, by=["due_day"])
    cases = dict(zip(pd.to_datetime(found["due_day"]).dt.date, found["hits"], strict=True))
    today = view.stocks_at.date()
    working = [view.workday(view.stocks_at, n) for n in range(1, backlog.NEAR_WORKING_DAYS + 1)]
    days = sorted({today, *working, *cases})
    frame = pd.DataFrame({"day": days, "value": [cases.get(day, 0) for day in days]})
    labels = [words.day(day) if view.is_over else words.short_day(day, today) for day in days]
    tips = [
        f"{words.day(day)}（{words.weekday(day)}）到期 {words.full(cases)} 件次"
        for day, cases in frame.itertuples(index=False)
    ]
    title = findings.due(frame, backlog.NEAR_WORKING_DAYS)
    if cases:
        chart = specification(
            charts.bars,
            frame.assign(label=labels, key=[day.isoformat() for day in days], tip=tips),
            layout.theme(),
            title=title,
            subtitle="未超期在办件按办结期限（件次）",
            unit="件次",
            height=DUE_HEIGHT,
        )
    else:
        chart = specification(charts.empty_chart, f"{title}。", layout.theme(), height=DUE_HEIGHT)
    with layout.block("coming", stretch=False):
        day = clicks.chart(chart, "coming", alt="今后 5 个工作日到期件", pick="key")
    if day is not None:
        open_link(list_link("due_in_5", due_day=day))


def ranked(view: View, chosen: str, frame: pd.DataFrame, dimension: str, noun: str, whole: str) -> None:
    """Bars of the chosen kind; each opens its list. Shares are of the `whole` that is drawn."""
    if layout.explain_missing(view, chosen):
        return
    rows = splits.of(frame, chosen)
    rows = rows[rows["value"] > 0]
    chart = specification(
        charts.ranking,
        rows[["code", "name", "value"]],
        layout.theme(),
        title=findings.most(rows, whole, none=f"{noun}没有{VIEWS[chosen]}件"),
        subtitle=f"{noun}{VIEWS[chosen]}（件次）" + (f"，{len(rows)} 个中前 {ROWS}" if len(rows) > ROWS else ""),
        kind="count",
        most=ROWS,
        none=f"{noun}没有{VIEWS[chosen]}件。",
    )
    code = clicks.chart(chart, f"by_{dimension}", alt=f"各{noun}{VIEWS[chosen]}", pick="code")
    if code is not None:
        open_link(list_link(chosen, **{dimension: code}))


def details(view: View) -> None:
    """Where the cases lie: by place, unit and class. Kinds of units are ranked apart."""
    dimension = places.dimension_below(view)
    units = splits.by_kind(view, splits.split(view, list(VIEWS), "unit"))
    with st.container(horizontal=True, gap="small"):
        chosen: str = filters.choose("分布看", list(VIEWS), "backlog_view", "backlog", VIEWS.__getitem__)
        kind = filters.choose_unit_kind(units)
    left, middle, right = st.columns(3)
    with left, layout.block("places"):
        ranked(view, chosen, splits.split(view, list(VIEWS), dimension), dimension, PLACE_NAMES[dimension], view.place)
    with middle, layout.block("units"):
        if kind is not None:
            ranked(view, chosen, units[kind[0]], "unit", kind[1], kind[0])
    with right, layout.block("classes"):
        ranked(view, chosen, splits.split(view, list(VIEWS), "category"), "category", "内容分类", view.place)


def state_of(state: str | None, days_left: float) -> str:
    """■ 超期 51 天, ▲ 临期 剩 3 天, ● 正常."""
    if state is None or pd.isna(state):
        return words.NONE
    left = {backlog.OVERDUE: f" {-days_left:.0f} 天", backlog.NEAR: f" 剩 {days_left:.0f} 天"}
    return _STATES[state].text + (left.get(state, "") if days_left else "")


def oldest(view: View) -> None:
    """The cases that have been open longest; a row opens its case."""
    rows = view.ask(backlog.oldest, as_of=view.stocks_at, within=view.within, limit=OLDEST)
    late = int((rows["state"] == backlog.OVERDUE).sum())
    lacks = kpis.missing_reason(view, metric_of("overdue"))
    told = f"是否超期看不出（{lacks}）" if lacks else f"其中超期 {late} 件"
    layout.heading(
        f"最久的 {len(rows)} 件，登记至今 {rows['days_open'].min()}—{rows['days_open'].max()} 天，{told}",
        "按登记时间由早到晚；点一行看这一件的全程",
        define=metric_of("backlog"),
    )
    table = pd.DataFrame(
        {
            "登记日期": rows["registered_at"].dt.strftime("%Y-%m-%d"),
            "已办天数": rows["days_open"],
            "办结期限": [f"{at:%Y-%m-%d}" if pd.notna(at) else words.NONE for at in rows["due_at"]],
            "期限状态": [state_of(*pair) for pair in zip(rows["state"], rows["days_left"], strict=True)],
            "办理环节": kpis.stage_names(view, rows["stage"]),
            "责任单位": rows["unit"].fillna("未分派"),
            "区县": rows["district"].fillna(words.NONE),
            "标题": rows["title"].fillna(words.NONE),
            "信访编号": rows["case_no"],
        }
    )
    event = st.dataframe(
        table.style.apply(layout.coloured, subset=["期限状态"]),
        hide_index=True,
        height=layout.rows_high(len(rows), 12),
        key="oldest",
        on_select="rerun",
        selection_mode="single-cell",
        column_config={
            "已办天数": st.column_config.NumberColumn(format="%d 天"),
            "标题": st.column_config.Column(width="large"),
        },
        alt="在办最久的信访件",
    )
    cells = event["selection"]["cells"]
    picked = clicks.once("oldest", tuple(cells[0]) if cells else None)
    if picked:
        lists.open_case(int(rows["petition_id"].iloc[picked[0]]))


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
