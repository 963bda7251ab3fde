"""到期预警: what falls out of its limit in the next working days, whose it is, and what the month would lose."""

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from cockpit import kpis, places, splits
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import clicks, filters, layout, notices
from pages.parts.navigation import open_link
from pages.parts.number_cards import number_cards
from pages.parts.rankings import ranking
from pages.parts.tables import RIGHT, pick_cell
from queries import forward
from queries.cases import Part, count_cases
from queries.measure import metric_of
from queries.registry.common import HORIZONS
from views import charts, words
from wording import findings
from wording.names import PLACE_NAMES

CLOCKS = {"five_day": "五日期限", "handling": "办结期限"}
CARDS = tuple(f"{due}_{days}" for due in forward.DUE_METRICS.values() for days in HORIZONS)
ROWS = 16
TABLE_ROWS = 10
OUTLOOK_ROW = 36
UNIT = "责任单位"


def misses_link(view: View, metric: str, **cell: str | None) -> str:
    """What misses a rate of the month."""
    return list_link(metric, Part.MISSES, period=view.link_period, **cell)


def outlook(view: View, clock: str) -> None:
    """The month's rate now and if nothing closes until then; a dot opens what would miss the limit by then."""
    rate, month = metric_of(forward.RATE_METRICS[clock]), words.month(view.as_of.date(), year=False)
    if layout.explain_missing(view, rate.id):
        return
    rates = view.ask(forward.outlook, clock, as_of=view.as_of, within=view.within)
    if not rates["among"].any():
        layout.heading(findings.outlook(rates, rate.name, month), f"{month}{rate.name}", define=rate)
        return
    rates = rates[_changes(rates)]
    crossing = ""
    if view.workday(view.as_of, HORIZONS[-1]) > view.period.end:
        crossing = f"；{words.day(view.period.end)}以后到期的计入下月，不在此列"
    few = view.settings.lights.small_sample

    def link(row: Any) -> str:
        state = {forward.STATE_DIMENSIONS[clock]: "在期未结"} if row["days"] and row["falling"] else {}
        return misses_link(view, row["metric"], **state)

    ranking(
        view,
        rates.assign(
            code=rates["days"].astype(str),
            name=steps(view, rates["days"].tolist()),
            small=[words.is_small_sample(among, few) for among in rates["among"]],
            role=[kpis.role(view, rate, *pair) for pair in zip(rates["value"], rates["among"], strict=True)],
        ),
        rate.id,
        key=f"outlook_{clock}",
        alt=f"若不再办结的{rate.name}",
        title=findings.outlook(rates, rate.name, month),
        subtitle=f"{month}{rate.name}，按期／应办结；不是预测，只把期限往后推{crossing}",
        largest_first=True,
        from_zero=False,
        row=OUTLOOK_ROW,
        link=link,
    )


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
    metrics = {clock: f"{forward.DUE_METRICS[clock]}_{HORIZONS[-1]}" for clock in CLOCKS}
    clocks = [clock for clock, name in metrics.items() if not kpis.missing_reason(view, metric_of(name))]
    if not clocks:
        layout.explain_missing(view, *metrics.values())
        return
    due = {clock: view.ask(forward.due, clock, HORIZONS[-1], as_of=view.as_of, within=view.within) for clock in clocks}
    today = view.as_of.date()
    working = [view.workday(view.as_of, n) for n in range(1, HORIZONS[-1] + 1)]
    days = sorted({today, *working, *(day.date() for frame in due.values() for day in frame["day"])})
    rows = []
    for clock, frame in due.items():
        cases = dict(zip(frame["day"].dt.date, frame["cases"], strict=True))
        rows += [{"clock": clock, "row": CLOCKS[clock], "day": day, "value": cases.get(day, 0)} for day in days]
    table = pd.DataFrame(rows)
    drawing = clicks.draw(
        charts.heat,
        table.drop(columns=["day", "clock"]).assign(
            column=[words.short_day(day, today) for day in table["day"]],
            tip=[
                f"{name} {words.day(day)}（{words.weekday(day)}）到期 {words.full(cases)} 件次"
                for name, day, cases in table[["row", "day", "value"]].itertuples(index=False)
            ],
        ),
        title=findings.peak(table),
        subtitle="尚未办结、期限未过的件，按期限所在日（件次），点一格看明细",
        unit="件次",
        row=72,
    )

    def link(cell: tuple[str, str]) -> str:
        clock = next(clock for clock, name in CLOCKS.items() if name == cell[0])
        day: Any = next(day for day in days if words.short_day(day, today) == cell[1])
        return list_link(metrics[clock], period=view.link_period, **{forward.DAY_DIMENSIONS[clock]: day.isoformat()})

    clicks.chart(drawing, "calendar", alt="今后 5 个工作日到期件", pick=("row", "column"), link=link)


def ranked(view: View, clock: str, days: int, dimension: str) -> None:
    """Where the cases lie that fall due; a bar opens them."""
    metric_id = f"{forward.DUE_METRICS[clock]}_{days}"
    if layout.explain_missing(view, metric_id):
        return
    due, noun = splits.split(view, [metric_id], dimension), PLACE_NAMES[dimension]
    falling_due = f"{days} 个工作日内{CLOCKS[clock]}到期"
    even = spread(due, noun)
    if even and len(due) > ROWS:
        layout.heading(even, f"各{noun}{falling_due}（件次），没有一个比别的多")
        if st.button(f"打开全部 {words.full(int(due['value'].sum()))} 件次", key=f"even_{dimension}"):
            open_link(list_link(metric_id))
        return
    ranking(
        view,
        due[["code", "name", "value"]],
        metric_id,
        dimension,
        key=f"forward_{dimension}",
        alt=f"各{noun}{falling_due}",
        title=even or findings.most(due, view.place, none=f"{view.place}没有{falling_due}的件"),
        subtitle=f"各{noun}{falling_due}（件次）" + (f"，{len(due)} 个中前 {ROWS}" if len(due) > ROWS else ""),
        most=ROWS,
        none=f"没有{falling_due}的件",
    )


def spread(frame: pd.DataFrame, noun: str) -> str:
    """分散在 213 个网格，各 1 件次: where no place has more than another, none is named first."""
    even = len(frame) > 1 and (frame["code"] != "").all() and frame["value"].nunique() == 1
    return f"分散在 {words.full(len(frame))} 个{noun}，各 {words.full(frame['value'].iloc[0])} 件次" if even else ""


def units(view: View, clock: str, days: int) -> None:
    """Who holds them, and what each would lose; every number in the table opens its cases."""
    due = {n: f"{forward.DUE_METRICS[clock]}_{n}" for n in HORIZONS}
    if layout.explain_missing(view, due[days]):
        return
    by_unit = due_by_unit(view, list(due.values()), due[days])
    if by_unit.empty:
        layout.heading(
            f"{HORIZONS[-1]} 个工作日内没有{CLOCKS[clock]}到期的件", "按责任单位", define=metric_of(due[days])
        )
        return
    total, holders = by_unit[due[days]].sum(), int((by_unit[due[days]] > 0).sum())
    alone = holders > 1 and by_unit[due[days]].nlargest(2).is_unique and by_unit["code"].iloc[0]
    layout.heading(
        f"{days} 个工作日内 {words.full(total)} 件次{CLOCKS[clock]}到期，涉及 {holders} 个单位"
        + (f"，{by_unit['name'].iloc[0]}最多" if alone else ""),
        f"点一个数看它的件；率为{words.month(view.as_of.date(), year=False)}"
        f"{metric_of(forward.RATE_METRICS[clock]).name}，"
        f"「届时」指 {days} 个工作日后、其间不再办结",
        define=metric_of(due[days]),
    )
    now, then = rates_by_unit(view, clock, 0), rates_by_unit(view, clock, days)
    counts = {f"{n}个工作日内": name for n, name in due.items()}
    rates = {"现在": forward.RATE_METRICS[clock], "届时": f"{forward.RATE_METRICS[clock]}_in_{days}"}
    written = pd.DataFrame(
        {
            UNIT: by_unit["name"],
            **{head: by_unit[name] for head, name in counts.items()},
            "现在": written_rates(view, by_unit["code"], now),
            "届时": written_rates(view, by_unit["code"], then),
            "变化": [words.points(value) for value in by_unit["code"].map(then["value"] - now["value"])],
        }
    )
    cell = pick_cell(
        written,
        key="forward_units",
        alt="将要到期的件按责任单位",
        high=TABLE_ROWS,
        columns={UNIT: st.column_config.Column(width="medium"), **dict.fromkeys((*rates, "变化"), RIGHT)},
    )
    if cell is None:
        return
    code, head = by_unit["code"].iloc[cell[0]], cell[1]
    if head in rates:
        open_link(misses_link(view, rates[head], unit=code))
    elif head == "变化":
        open_link(misses_link(view, rates["届时"], unit=code, **{forward.STATE_DIMENSIONS[clock]: "在期未结"}))
    else:
        open_link(list_link(counts.get(head, due[days]), period=view.link_period, unit=code))


def due_by_unit(view: View, metric_ids: list[str], first: str) -> pd.DataFrame:
    """What falls due by unit: code, name, and each metric as a column; most of the `first` metric first."""
    by_unit = splits.split(view, metric_ids, "unit").pivot_table(
        index=["code", "name"], columns="metric", values="hits", aggfunc="sum", fill_value=0
    )
    by_unit = by_unit.reindex(columns=metric_ids, fill_value=0).reset_index()
    return by_unit.sort_values([first, *metric_ids], ascending=False, kind="stable").reset_index(drop=True)


def rates_by_unit(view: View, clock: str, days: int) -> pd.DataFrame:
    """The month's rates so many working days on had nothing closed since, by the unit's code."""
    rates = view.ask(forward.outlook, clock, as_of=view.as_of, within=view.within, by=["unit"])
    rates = rates.assign(code=rates["unit"].fillna(""))
    return rates[rates["days"] == days].set_index("code")


def written_rates(view: View, codes: pd.Series, rates: pd.DataFrame) -> list[str]:
    """The rates of units, — where there is none, and marked where they rest on few cases. `rates` by code."""
    few = view.settings.lights.small_sample
    known = rates.reindex(codes)
    return [
        words.percent(value) + (f" {words.SMALL}" if words.is_small_sample(among, few) else "")
        for value, among in known[["value", "among"]].itertuples(index=False)
    ]


def first_clock(view: View) -> str:
    """The limit to begin with: the first of which the data tells what falls due."""
    due = {f"{name}_{HORIZONS[0]}": clock for clock, name in forward.DUE_METRICS.items()}
    return due[kpis.first_known(view, list(due))]


def details(view: View) -> None:
    """One limit and one horizon at a time: units, places and grids."""
    with st.container(horizontal=True, gap="small"):
        clock = filters.choose("期限", list(CLOCKS), "limit", first_clock(view), CLOCKS.__getitem__)
        days = filters.choose("今后", list(HORIZONS), "ahead", HORIZONS[1], lambda n: f"{n}个工作日")
    with layout.block("units", stretch=False):
        units(view, clock, days)
    dimensions = dict.fromkeys([places.dimension_below(view), "grid"])
    below = [name for name in dimensions if not kpis.missing_for_split(view, "backlog", name)]
    if not below:
        return
    for column, dimension in zip(st.columns(len(below)), below, strict=True):
        with column, layout.block(f"at_{dimension}"):
            ranked(view, clock, days, dimension)


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    # What lies ahead is ahead of the moment, whatever period was chosen.
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
