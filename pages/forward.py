"""到期预警: what falls out of its limit in the next working days, whose it is, and what the month would lose."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from pages.parts import filters, live, places, show, splits, waiting
from pages.parts.drawing import drawn
from queries import forward
from queries.cases import Part, count_cases
from queries.measure import metric_of
from queries.registry.common import HORIZONS
from views import charts, words
from wording import findings
from wording.names import PLACES

CLOCKS = {"five_day": "五日期限", "handling": "办结期限"}
CARDS = tuple(f"{due}_{days}" for due in forward.DUE.values() for days in HORIZONS)
ROWS = 16
TABLE_ROWS = 10
OUTLOOK_ROW = 36
UNIT = "责任单位"

bar = filters.current()
today = bar.as_of.date()
month = forward.month_of(bar.as_of)
# What lies ahead is ahead of the moment, whatever period was chosen.
now = replace(bar, period=month)
elsewhere = None if month == bar.period else month
last = live.workday(bar.as_of, HORIZONS[-1])


def missed(metric: str, **cell: str | None) -> None:
    """Open what misses a rate of the month."""
    show.open_list(show.link(metric, Part.MISSES, period=elsewhere, **cell))


def outlook(clock: str) -> None:
    """The month's rate now and if nothing closes until then; a dot opens what would miss the limit by then."""
    rate = metric_of(forward.RATES[clock])
    if show.lacking(rate.id):
        return
    frame = live.ask(forward.outlook, clock, as_of=now.as_of, within=now.within)
    target = show.target_of(rate.id)
    frame = frame[_changes(frame)]
    crossing = ""
    if last > month.end:
        crossing = f"；{words.day(month.end)}以后到期的计入下月，不在此列"
    chart = drawn(
        charts.ranking,
        frame.assign(
            code=frame["days"].astype(str),
            name=steps(frame["days"].tolist()),
            small=[words.small(among, live.settings().lights.small_sample) for among in frame["among"]],
        ),
        show.theme(),
        title=findings.outlook(frame, rate.name, words.month(today, year=False)),
        subtitle=f"{words.month(today, year=False)}{rate.name}，按期／应办结；不是预测，只把期限往后推{crossing}",
        kind="rate",
        target=target,
        from_zero=False,
        row=OUTLOOK_ROW,
    )
    code = show.chart(chart, f"outlook_{clock}", alt=f"若不再办结的{rate.name}", pick="code")
    if code is not None:
        row = frame[frame["days"] == int(code)].iloc[0]
        state = {forward.STATES[clock]: "在期未结"} if row["days"] and row["falling"] else {}
        missed(row["metric"], **state)


def _changes(frame: pd.DataFrame) -> pd.Series:
    """Now, and what differs from the step before: a rate that stays is drawn once."""
    same: pd.Series = frame[["hits", "among"]].eq(frame[["hits", "among"]].shift()).all(axis=1)
    return ~same | (frame["days"] <= HORIZONS[0])


def steps(days: list[int]) -> list[str]:
    """现在, 1个工作日后（23日）; the last that is drawn says if the same holds for all after it."""
    return [step(day) + ("起不变" if day and day == days[-1] != HORIZONS[-1] else "") for day in days]


def step(days: int) -> str:
    """现在, 1个工作日后（23日）."""
    if not days:
        return "现在"
    return f"{days}个工作日后（{words.short_day(live.workday(bar.as_of, days), today)}）"


def calendar() -> None:
    """Both limits by the day they end; a cell opens its cases."""
    clocks = [clock for clock in CLOCKS if not show.lacks(metric_of(f"{forward.DUE[clock]}_{HORIZONS[-1]}"))]
    if not clocks:
        show.lacking(*(f"{forward.DUE[clock]}_{HORIZONS[-1]}" for clock in CLOCKS))
        return
    found = {clock: live.ask(forward.due, clock, HORIZONS[-1], as_of=now.as_of, within=now.within) for clock in clocks}
    working = [live.workday(bar.as_of, n) for n in range(1, HORIZONS[-1] + 1)]
    days = sorted({today, *working, *(day.date() for frame in found.values() for day in frame["day"])})
    rows = []
    for clock, frame in found.items():
        cases = dict(zip(frame["day"].dt.date, frame["cases"], strict=True))
        rows += [{"clock": clock, "row": CLOCKS[clock], "day": day, "value": cases.get(day, 0)} for day in days]
    table = pd.DataFrame(rows)
    chart = drawn(
        charts.heat,
        table.drop(columns=["day", "clock"]).assign(
            column=[words.short_day(day, today) for day in table["day"]],
            tip=[
                f"{name} {words.day(day)}（{words.weekday(day)}）到期 {words.full(cases)} 件次"
                for name, day, cases in table[["row", "day", "value"]].itertuples(index=False)
            ],
        ),
        show.theme(),
        title=findings.peak(table),
        subtitle="尚未办结、期限未过的件，按期限所在日（件次），点一格看明细",
        unit="件次",
        row=72,
    )
    cell = show.chart(chart, "calendar", alt="今后 5 个工作日到期件", pick=("row", "column"))
    if cell is not None:
        clock = next(clock for clock, name in CLOCKS.items() if name == cell[0])
        day = next(day for day in days if words.short_day(day, today) == cell[1])
        show.open_list(
            show.link(
                f"{forward.DUE[clock]}_{HORIZONS[-1]}", period=elsewhere, **{forward.DAYS[clock]: day.isoformat()}
            )
        )


def ranked(clock: str, days: int, dimension: str) -> None:
    """Where the cases lie that fall due; a bar opens them."""
    name = f"{forward.DUE[clock]}_{days}"
    if show.lacking(name):
        return
    frame = splits.split(now, [name], dimension)
    noun = PLACES[dimension]
    said = f"{days} 个工作日内{CLOCKS[clock]}到期"
    even = spread(frame, noun)
    if even and len(frame) > ROWS:
        show.heading(even, f"各{noun}{said}（件次），没有一个比别的多")
        if st.button(f"打开全部 {words.full(int(frame['value'].sum()))} 件次", key=f"even_{dimension}"):
            show.open_list(show.link(name))
        return
    chart = drawn(
        charts.ranking,
        frame[["code", "name", "value"]],
        show.theme(),
        title=even or findings.most(frame, now.place, none=f"{now.place}没有{said}的件"),
        subtitle=f"各{noun}{said}（件次）" + (f"，{len(frame)} 个中前 {ROWS}" if len(frame) > ROWS else ""),
        kind="count",
        most=ROWS,
        none=f"没有{said}的件。",
    )
    code = show.chart(chart, f"forward_{dimension}", alt=f"各{noun}{said}", pick="code")
    if code is not None:
        show.open_list(show.link(name, period=elsewhere, **{dimension: code}))


def spread(frame: pd.DataFrame, noun: str) -> str:
    """分散在 213 个网格，各 1 件次: where no place has more than another, none is named first."""
    even = len(frame) > 1 and (frame["code"] != "").all() and frame["value"].nunique() == 1
    return f"分散在 {words.full(len(frame))} 个{noun}，各 {words.full(frame['value'].iloc[0])} 件次" if even else ""


def units(clock: str, days: int) -> None:
    """Who holds them, and what each would lose; every number in the table opens its cases."""
    due = {n: f"{forward.DUE[clock]}_{n}" for n in HORIZONS}
    if show.lacking(due[days]):
        return
    wide = splits.split(now, list(due.values()), "unit").pivot_table(
        index=["code", "name"], columns="metric", values="hits", aggfunc="sum", fill_value=0
    )
    wide = wide.reindex(columns=list(due.values()), fill_value=0)
    if wide.empty:
        show.heading(f"{HORIZONS[-1]} 个工作日内没有{CLOCKS[clock]}到期的件", "按责任单位", define=metric_of(due[days]))
        return
    ahead = live.ask(forward.outlook, clock, as_of=now.as_of, within=now.within, by=["unit"])
    ahead = ahead.assign(code=ahead["unit"].fillna(""))
    rate = {n: ahead[ahead["days"] == n].set_index("code") for n in (0, days)}
    wide = (
        wide.reset_index()
        .sort_values([due[days], *due.values()], ascending=False, kind="stable")
        .reset_index(drop=True)
    )
    total, holders = wide[due[days]].sum(), int((wide[due[days]] > 0).sum())
    alone = holders > 1 and wide[due[days]].nlargest(2).is_unique and wide["code"].iloc[0]
    show.heading(
        f"{days} 个工作日内 {words.full(total)} 件次{CLOCKS[clock]}到期，涉及 {holders} 个单位"
        + (f"，{wide['name'].iloc[0]}最多" if alone else ""),
        f"点一个数看它的件；率为{words.month(today, year=False)}{metric_of(forward.RATES[clock]).name}，"
        f"「届时」指 {days} 个工作日后、其间不再办结",
        define=metric_of(due[days]),
    )
    columns = {f"{n}个工作日内": due[n] for n in HORIZONS}
    rates = {"现在": forward.RATES[clock], "届时": f"{forward.RATES[clock]}_in_{days}"}
    table = pd.DataFrame(
        {
            UNIT: wide["name"],
            **{head: wide[name] for head, name in columns.items()},
            "现在": written_rates(wide["code"], rate[0]),
            "届时": written_rates(wide["code"], rate[days]),
            "变化": [words.points(value) for value in wide["code"].map(rate[days]["value"] - rate[0]["value"])],
        }
    )
    event = st.dataframe(
        table,
        hide_index=True,
        height=show.rows_high(len(table), TABLE_ROWS),
        key="forward_units",
        on_select="rerun",
        selection_mode="single-cell",
        column_config={
            UNIT: st.column_config.Column(width="medium"),
            **{head: st.column_config.Column(alignment="right") for head in (*rates, "变化")},
        },
        alt="将要到期的件按责任单位",
    )
    cell = show.once("forward_units", next(iter(event["selection"]["cells"]), None))
    if cell is not None:
        code = wide["code"].iloc[cell[0]]
        if cell[1] in rates:
            missed(rates[cell[1]], unit=code)
        elif cell[1] == "变化":
            missed(rates["届时"], unit=code, **{forward.STATES[clock]: "在期未结"})
        else:
            show.open_list(show.link(columns.get(cell[1], due[days]), period=elsewhere, unit=code))


def written_rates(codes: pd.Series, rates: pd.DataFrame) -> list[str]:
    """The rates of units, — where there is none, and marked where they rest on few cases. `rates` by code."""
    few = live.settings().lights.small_sample
    known = rates.reindex(codes)
    return [
        words.percent(value) + (f" {words.SMALL}" if words.small(among, few) else "")
        for value, among in known[["value", "among"]].itertuples(index=False)
    ]


def details() -> None:
    """One limit and one horizon at a time: units, places and grids."""
    with st.container(horizontal=True, gap="small"):
        clock = filters.choose("期限", list(CLOCKS), "limit", "five_day", CLOCKS.__getitem__)
        days = filters.choose("今后", list(HORIZONS), "ahead", HORIZONS[1], lambda n: f"{n}个工作日")
    with show.block("units", stretch=False):
        units(clock, days)
    below = dict.fromkeys([places.dimension_below(now), "grid"])
    for column, dimension in zip(st.columns(len(below)), below, strict=True):
        with column, show.block(f"at_{dimension}"):
            ranked(clock, days, dimension)


show.header(
    "到期预警",
    f"{now.place}，今后 {HORIZONS[-1]} 个工作日（至{words.day(last)}）期限将到、尚未办结的件；"
    f"均为截至此刻的时点数{'' if elsewhere is None else '，不随所选时段'}。",
)
show.numbers(now, CARDS, key="forward_cards", spark=False)
if show.lacks(metric_of("backlog")):
    with show.block("unknown", stretch=False):
        show.lacking("backlog")
elif live.ask(count_cases, "backlog", as_of=now.as_of, within=now.within):
    first, second, third = st.columns(3)
    with first, show.block("outlook_five_day"):
        outlook("five_day")
    with second, show.block("outlook_handling"):
        outlook("handling")
    with third, show.block("calendar"):
        calendar()
    details()
else:
    waiting.hint("没有在办件，也就没有将到期的件。换一个区域、分类或截至日期，或装入信访件。")
