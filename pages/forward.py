"""到期预警: what falls out of its limit in the next working days, whose it is, and what the month would lose."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from cockpit import kpis, places, splits
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import clicks, filters, layout, notices
from pages.parts.drawing import specification
from pages.parts.navigation import open_link
from pages.parts.number_cards import number_cards
from queries import forward
from queries.cases import Part, count_cases
from queries.measure import metric_of
from queries.registry.common import HORIZONS
from queries.targets import target_of
from views import charts, words
from wording import findings
from wording.names import PLACE_NAMES

CLOCKS = {"five_day": "五日期限", "handling": "办结期限"}
CARDS = tuple(f"{due}_{days}" for due in forward.DUE_METRICS.values() for days in HORIZONS)
ROWS = 16
TABLE_ROWS = 10
OUTLOOK_ROW = 36
UNIT = "责任单位"


# What lies ahead is ahead of the moment, whatever period was chosen.


def missed(view: View, metric: str, **cell: str | None) -> None:
    """Open what misses a rate of the month."""
    open_link(list_link(metric, Part.MISSES, period=view.link_period, **cell))


def outlook(view: View, clock: str) -> None:
    """The month's rate now and if nothing closes until then; a dot opens what would miss the limit by then."""
    rate = metric_of(forward.RATE_METRICS[clock])
    if layout.explain_missing(view, rate.id):
        return
    frame = view.ask(forward.outlook, clock, as_of=view.as_of, within=view.within)
    target = target_of(view.settings, rate.id)
    frame = frame[_changes(frame)]
    crossing = ""
    if view.workday(view.as_of, HORIZONS[-1]) > view.period.end:
        crossing = f"；{words.day(view.period.end)}以后到期的计入下月，不在此列"
    chart = specification(
        charts.ranking,
        frame.assign(
            code=frame["days"].astype(str),
            name=steps(view, frame["days"].tolist()),
            small=[words.is_small_sample(among, view.settings.lights.small_sample) for among in frame["among"]],
        ),
        layout.theme(),
        title=findings.outlook(frame, rate.name, words.month(view.as_of.date(), year=False)),
        subtitle=f"{words.month(view.as_of.date(), year=False)}{rate.name}，按期／应办结；"
        f"不是预测，只把期限往后推{crossing}",
        kind="rate",
        target=target,
        from_zero=False,
        row=OUTLOOK_ROW,
    )
    code = clicks.chart(chart, f"outlook_{clock}", alt=f"若不再办结的{rate.name}", pick="code")
    if code is not None:
        row = frame[frame["days"] == int(code)].iloc[0]
        state = {forward.STATE_DIMENSIONS[clock]: "在期未结"} if row["days"] and row["falling"] else {}
        missed(view, row["metric"], **state)


def _changes(frame: pd.DataFrame) -> pd.Series:
    """Now, and what differs from the step before: a rate that stays is drawn once."""
    same: pd.Series = frame[["hits", "among"]].eq(frame[["hits", "among"]].shift()).all(axis=1)
    return ~same | (frame["days"] <= HORIZONS[0])


def steps(view: View, days: list[int]) -> list[str]:
    """现在, 1个工作日后（23日）; the last that is drawn says if the same holds for all after it."""
    return [step(view, day) + ("起不变" if day and day == days[-1] != HORIZONS[-1] else "") for day in days]


def step(view: View, days: int) -> str:
    """现在, 1个工作日后（23日）."""
    if not days:
        return "现在"
    today = view.as_of.date()
    return f"{days}个工作日后（{words.short_day(view.workday(view.as_of, days), today)}）"


def calendar(view: View) -> None:
    """Both limits by the day they end; a cell opens its cases."""
    clocks = [
        clock
        for clock in CLOCKS
        if not kpis.missing_reason(view, metric_of(f"{forward.DUE_METRICS[clock]}_{HORIZONS[-1]}"))
    ]
    if not clocks:
        layout.explain_missing(view, *(f"{forward.DUE_METRICS[clock]}_{HORIZONS[-1]}" for clock in CLOCKS))
        return
    found = {
        clock: view.ask(forward.due, clock, HORIZONS[-1], as_of=view.as_of, within=view.within) for clock in clocks
    }
    today = view.as_of.date()
    working = [view.workday(view.as_of, n) for n in range(1, HORIZONS[-1] + 1)]
    days = sorted({today, *working, *(day.date() for frame in found.values() for day in frame["day"])})
    rows = []
    for clock, frame in found.items():
        cases = dict(zip(frame["day"].dt.date, frame["cases"], strict=True))
        rows += [{"clock": clock, "row": CLOCKS[clock], "day": day, "value": cases.get(day, 0)} for day in days]
    table = pd.DataFrame(rows)
    chart = specification(
        charts.heat,
        table.drop(columns=["day", "clock"]).assign(
            column=[words.short_day(day, today) for day in table["day"]],
            tip=[
                f"{name} {words.day(day)}（{words.weekday(day)}）到期 {words.full(cases)} 件次"
                for name, day, cases in table[["row", "day", "value"]].itertuples(index=False)
            ],
        ),
        layout.theme(),
        title=findings.peak(table),
        subtitle="尚未办结、期限未过的件，按期限所在日（件次），点一格看明细",
        unit="件次",
        row=72,
    )
    cell = clicks.chart(chart, "calendar", alt="今后 5 个工作日到期件", pick=("row", "column"))
    if cell is not None:
        clock = next(clock for clock, name in CLOCKS.items() if name == cell[0])
        day = next(day for day in days if words.short_day(day, today) == cell[1])
        open_link(
            list_link(
                f"{forward.DUE_METRICS[clock]}_{HORIZONS[-1]}",
                period=view.link_period,
                **{forward.DAY_DIMENSIONS[clock]: day.isoformat()},
            )
        )


def ranked(view: View, clock: str, days: int, dimension: str) -> None:
    """Where the cases lie that fall due; a bar opens them."""
    name = f"{forward.DUE_METRICS[clock]}_{days}"
    if layout.explain_missing(view, name):
        return
    frame = splits.split(view, [name], dimension)
    noun = PLACE_NAMES[dimension]
    said = f"{days} 个工作日内{CLOCKS[clock]}到期"
    even = spread(frame, noun)
    if even and len(frame) > ROWS:
        layout.heading(even, f"各{noun}{said}（件次），没有一个比别的多")
        if st.button(f"打开全部 {words.full(int(frame['value'].sum()))} 件次", key=f"even_{dimension}"):
            open_link(list_link(name))
        return
    chart = specification(
        charts.ranking,
        frame[["code", "name", "value"]],
        layout.theme(),
        title=even or findings.most(frame, view.place, none=f"{view.place}没有{said}的件"),
        subtitle=f"各{noun}{said}（件次）" + (f"，{len(frame)} 个中前 {ROWS}" if len(frame) > ROWS else ""),
        kind="count",
        most=ROWS,
        none=f"没有{said}的件。",
    )
    code = clicks.chart(chart, f"forward_{dimension}", alt=f"各{noun}{said}", pick="code")
    if code is not None:
        open_link(list_link(name, period=view.link_period, **{dimension: code}))


def spread(frame: pd.DataFrame, noun: str) -> str:
    """分散在 213 个网格，各 1 件次: where no place has more than another, none is named first."""
    even = len(frame) > 1 and (frame["code"] != "").all() and frame["value"].nunique() == 1
    return f"分散在 {words.full(len(frame))} 个{noun}，各 {words.full(frame['value'].iloc[0])} 件次" if even else ""


def units(view: View, clock: str, days: int) -> None:
    """Who holds them, and what each would lose; every number in the table opens its cases."""
    due = {n: f"{forward.DUE_METRICS[clock]}_{n}" for n in HORIZONS}
    if layout.explain_missing(view, due[days]):
        return
    wide = splits.split(view, list(due.values()), "unit").pivot_table(
        index=["code", "name"], columns="metric", values="hits", aggfunc="sum", fill_value=0
    )
    wide = wide.reindex(columns=list(due.values()), fill_value=0)
    if wide.empty:
        layout.heading(
            f"{HORIZONS[-1]} 个工作日内没有{CLOCKS[clock]}到期的件", "按责任单位", define=metric_of(due[days])
        )
        return
    ahead = view.ask(forward.outlook, clock, as_of=view.as_of, within=view.within, by=["unit"])
    ahead = ahead.assign(code=ahead["unit"].fillna(""))
    rate = {n: ahead[ahead["days"] == n].set_index("code") for n in (0, days)}
    wide = (
        wide.reset_index()
        .sort_values([due[days], *due.values()], ascending=False, kind="stable")
        .reset_index(drop=True)
    )
    total, holders = wide[due[days]].sum(), int((wide[due[days]] > 0).sum())
    alone = holders > 1 and wide[due[days]].nlargest(2).is_unique and wide["code"].iloc[0]
    layout.heading(
        f"{days} 个工作日内 {words.full(total)} 件次{CLOCKS[clock]}到期，涉及 {holders} 个单位"
        + (f"，{wide['name'].iloc[0]}最多" if alone else ""),
        f"点一个数看它的件；率为{words.month(view.as_of.date(), year=False)}"
        f"{metric_of(forward.RATE_METRICS[clock]).name}，"
        f"「届时」指 {days} 个工作日后、其间不再办结",
        define=metric_of(due[days]),
    )
    columns = {f"{n}个工作日内": due[n] for n in HORIZONS}
    rates = {"现在": forward.RATE_METRICS[clock], "届时": f"{forward.RATE_METRICS[clock]}_in_{days}"}
    table = pd.DataFrame(
        {
            UNIT: wide["name"],
            **{head: wide[name] for head, name in columns.items()},
            "现在": written_rates(view, wide["code"], rate[0]),
            "届时": written_rates(view, wide["code"], rate[days]),
            "变化": [words.points(value) for value in wide["code"].map(rate[days]["value"] - rate[0]["value"])],
        }
    )
    event = st.dataframe(
        table,
        hide_index=True,
        height=layout.rows_high(len(table), TABLE_ROWS),
        key="forward_units",
        on_select="rerun",
        selection_mode="single-cell",
        column_config={
            UNIT: st.column_config.Column(width="medium"),
            **{head: st.column_config.Column(alignment="right") for head in (*rates, "变化")},
        },
        alt="将要到期的件按责任单位",
    )
    cell = clicks.once("forward_units", next(iter(event["selection"]["cells"]), None))
    if cell is not None:
        code = wide["code"].iloc[cell[0]]
        if cell[1] in rates:
            missed(view, rates[cell[1]], unit=code)
        elif cell[1] == "变化":
            missed(view, rates["届时"], unit=code, **{forward.STATE_DIMENSIONS[clock]: "在期未结"})
        else:
            open_link(list_link(columns.get(cell[1], due[days]), period=view.link_period, unit=code))


def written_rates(view: View, codes: pd.Series, rates: pd.DataFrame) -> list[str]:
    """The rates of units, — where there is none, and marked where they rest on few cases. `rates` by code."""
    few = view.settings.lights.small_sample
    known = rates.reindex(codes)
    return [
        words.percent(value) + (f" {words.SMALL}" if words.is_small_sample(among, few) else "")
        for value, among in known[["value", "among"]].itertuples(index=False)
    ]


def details(view: View) -> None:
    """One limit and one horizon at a time: units, places and grids."""
    with st.container(horizontal=True, gap="small"):
        clock = filters.choose("期限", list(CLOCKS), "limit", "five_day", CLOCKS.__getitem__)
        days = filters.choose("今后", list(HORIZONS), "ahead", HORIZONS[1], lambda n: f"{n}个工作日")
    with layout.block("units", stretch=False):
        units(view, clock, days)
    below = dict.fromkeys([places.dimension_below(view), "grid"])
    for column, dimension in zip(st.columns(len(below)), below, strict=True):
        with column, layout.block(f"at_{dimension}"):
            ranked(view, clock, days, dimension)


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    view = replace(view, period=forward.month_of(view.as_of))
    last = view.workday(view.as_of, HORIZONS[-1])
    layout.header(
        view,
        "到期预警",
        f"{view.place}，今后 {HORIZONS[-1]} 个工作日（至{words.day(last)}）期限将到、尚未办结的件；"
        f"均为截至此刻的时点数{'，不随所选时段' if view.link_period else ''}。",
    )
    number_cards(view, CARDS, key="forward_cards", spark=False)
    if kpis.missing_reason(view, metric_of("backlog")):
        with layout.block("unknown", stretch=False):
            layout.explain_missing(view, "backlog")
    elif view.ask(count_cases, "backlog", as_of=view.as_of, within=view.within):
        first, second, third = st.columns(3)
        with first, layout.block("outlook_five_day"):
            outlook(view, "five_day")
        with second, layout.block("outlook_handling"):
            outlook(view, "handling")
        with third, layout.block("calendar"):
            calendar(view)
        details(view)
    else:
        notices.hint("没有在办件，也就没有将到期的件。换一个区域、分类或截至日期，或装入信访件。")


if __name__ == "__main__":
    page(filters.current())
