"""The floor of 一屏总览, written by hand: the least SQL that gives its numbers, from the tables of the cases alone.

Its six numbers now, in the same part of last month and of the year before; month by month; the rate of the promise by
district; and day by day what came, what went and what lay there. One grouped statement for each column that rows are
found by, in SQL of its own, which knows nothing of the registry. `differences` holds it to what the page asks.

What stands beside a number and the alerts are not in it: they need more, so that the floor is too low by them.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from benchmarks.floors import quickest_ms
from casebase.engine import Casebase
from queries.compare import by_month, compare, daily_flow
from queries.measure import measure
from queries.periods import Against, Period, Preset, compared_period, end_of_day, last_months, period_of

# By what it is of and its metric: hits and what they are among.
Numbers = dict[tuple[str, str], tuple[int, int]]
SIX = ("registered", "backlog", "five_day_closure", "overdue", "unit_satisfaction", "reached_in_24h")
STOCKS = ("backlog", "overdue")
MONTHS, DAYS = 12, 90
_HOTLINE = "12345转办"
_NOT_HANDLED = "coalesce(status IN ('不予受理', '不再受理', '存'), false)"


@dataclass(frozen=True)
class Moments:
    """What the page speaks of: this month up to a moment, and the same part of last month and of the year before."""

    as_of: datetime

    @property
    def period(self) -> Period:
        return period_of(Preset.MONTH, self.as_of.date())

    @property
    def spans(self) -> dict[str, tuple[Period, datetime]]:
        """The periods that are compared, each with the moment that it is looked at."""
        earlier = {one.value: compared_period(self.period, self.as_of, one) for one in Against}
        return {"now": (self.period, self.as_of), **earlier}

    @property
    def months(self) -> Period:
        return last_months(self.as_of.date(), MONTHS)

    @property
    def first(self) -> date:
        """The first day that anything dated is asked for."""
        return min(self.months.start, *(period.start for period, _ in self.spans.values()))

    @property
    def flow_start(self) -> date:
        return self.as_of.date() - timedelta(days=DAYS - 1)

    @property
    def stocks(self) -> dict[str, datetime]:
        """The moments that stocks are asked for, in their order: ends of months, the compared ones, before the flow."""
        ends = {
            str(month): min(self.as_of, end_of_day(month.end_time.date()))
            for month in pd.period_range(self.months.start, self.months.end, freq="M")
        }
        asked = {**ends, **{name: at for name, (_, at) in self.spans.items()}}
        asked["flow"] = end_of_day(self.flow_start - timedelta(days=1))
        return dict(sorted(asked.items(), key=lambda one: one[1]))


def _known(at: datetime, case: str = "") -> str:
    return (
        f"{case}registered_at <= '{at}' AND NOT {case}restricted "
        f"AND ({case}channel IS NULL OR {case}channel <> '{_HOTLINE}')"
    )


def _counts(moments: Moments, among: Any, hit: Any, dated: str, last: str) -> str:
    """Columns of a grouped statement: by today's knowledge of each day, and of each compared span by its own."""
    columns = []
    for name, (period, at) in moments.spans.items():
        inside = "true" if name == "now" else f"{dated} BETWEEN '{period.start}' AND {last.format(day=period.end)}"
        columns += [
            f"count(*) FILTER (WHERE {inside} AND {among(at)}) AS {name}_among",
            f"count(*) FILTER (WHERE {inside} AND {among(at)} AND {hit(at)}) AS {name}_hits",
        ]
    return ", ".join(columns)


_MOMENT, _DAY = "TIMESTAMP '{day} 23:59:59.999999'", "DATE '{day}'"


def registered(moments: Moments) -> str:
    """What came, by day."""
    counts = _counts(moments, _known, lambda _: "true", "registered_at", _MOMENT)
    return f"""
        SELECT registered_at::DATE AS day, {counts} FROM petition
        WHERE registered_at BETWEEN '{moments.first}' AND '{moments.as_of}' GROUP BY day"""


def ended(moments: Moments) -> str:
    """What went in the days of the flow, by day: closed, and ended without being handled."""
    return f"""
        SELECT closed_at::DATE AS day, count(*) FILTER (WHERE NOT {_NOT_HANDLED}) AS closed,
            count(*) FILTER (WHERE {_NOT_HANDLED}) AS not_handled
        FROM petition WHERE closed_at BETWEEN '{moments.flow_start}' AND '{moments.as_of}' AND {_known(moments.as_of)}
        GROUP BY day"""


def promised(moments: Moments) -> str:
    """Simple claims whose fifth working day is over, by that day and district."""

    def among(at: datetime) -> str:
        ended_without = f"closed_at IS NOT NULL AND closed_at <= '{at}' AND {_NOT_HANDLED}"
        return f"{_known(at)} AND NOT ({ended_without}) AND five_day_due < '{at.date()}'"

    def hit(at: datetime) -> str:
        return f"closed_at <= '{at}' AND NOT {_NOT_HANDLED} AND closed_at::DATE <= five_day_due"

    return f"""
        SELECT five_day_due AS day, district_code, {_counts(moments, among, hit, "five_day_due", _DAY)} FROM petition
        WHERE five_day_due BETWEEN '{moments.first}' AND '{moments.as_of.date()}'
            AND is_simple AND is_first AND counted GROUP BY day, district_code"""


def evaluated(moments: Moments) -> str:
    """Cases of which the unit was evaluated, by the day of the evaluation."""

    def among(at: datetime) -> str:
        handled = f"closed_at <= '{at}' AND NOT {_NOT_HANDLED} AND forwarded_at <= '{at}'"
        return f"{_known(at)} AND {handled} AND evaluated_at <= '{at}'"

    counts = _counts(moments, among, lambda _: "satisfaction_unit IN ('满意', '基本满意')", "evaluated_at", _MOMENT)
    return f"""
        SELECT evaluated_at::DATE AS day, {counts} FROM petition
        WHERE evaluated_at BETWEEN '{moments.first}' AND '{moments.as_of}' AND is_first AND counted
            AND satisfaction_unit IN ('满意', '基本满意', '不满意') GROUP BY day"""


def reached(moments: Moments) -> str:
    """Tasks of the grid that were pushed a day ago or earlier, by the day after the push."""
    due, first = "pushed_at + INTERVAL 1 DAY", moments.first - timedelta(days=1)

    def among(at: datetime) -> str:
        return f"{_known(at, 'p.')} AND {due} <= '{at}'"

    def hit(at: datetime) -> str:
        return f"contacted_at <= '{at}' AND contacted_at <= {due}"

    return f"""
        SELECT ({due})::DATE AS day, {_counts(moments, among, hit, due, _MOMENT)}
        FROM grid_task JOIN petition p USING (petition_id)
        WHERE pushed_at BETWEEN '{first}' AND '{moments.as_of - timedelta(days=1)}' GROUP BY day"""


def stocks(moments: Moments) -> str:
    """What was open at any of the moments, by the first of them at which it had come, was overdue, and had left."""
    times = list(moments.stocks.values())

    def step(time: str) -> str:
        cases = " ".join(f"WHEN {time} <= '{at}' THEN {n}" for n, at in enumerate(times))
        return f"CASE {cases} ELSE {len(times)} END"

    late = "greatest(registered_at, (due_at::DATE + 1)::TIMESTAMP)"
    return f"""
        SELECT {step("registered_at")} AS came, {step("closed_at")} AS gone, count(*) AS cases,
            CASE WHEN due_at IS NULL THEN {len(times)} ELSE {step(late)} END AS late
        FROM petition WHERE settled_by > '{times[0]}' AND (closed_at IS NULL OR closed_at > '{times[0]}')
            AND {_known(moments.as_of)} GROUP BY came, late, gone"""


DATED = {
    "registered": registered,
    "five_day_closure": promised,
    "unit_satisfaction": evaluated,
    "reached_in_24h": reached,
}


def floor_ms(connection: Connection, as_of: datetime, *, times: int = 5) -> float:
    """Milliseconds of all statements, each the quickest of several runs."""
    moments = Moments(as_of)
    statements = [statement(moments) for statement in (*DATED.values(), ended, stocks)]
    return sum(quickest_ms(connection, statement, times=times) for statement in statements)


def floor_numbers(connection: Connection, as_of: datetime) -> Numbers:
    """The numbers that the floor's statements give."""
    moments = Moments(as_of)
    numbers: Numbers = {}
    for metric, statement in DATED.items():
        rows = _rows(connection, statement(moments))
        numbers |= dict(_of_metric(moments, metric, rows))
        if metric == "registered":
            numbers |= _of_days(rows, {"inflow": "now_hits"}, moments)
    gone = _rows(connection, ended(moments))
    numbers |= _of_days(gone, {"outflow": "closed", "not_handled": "not_handled"}, moments)
    return numbers | dict(_of_stocks(moments, _rows(connection, stocks(moments))))


def _rows(connection: Connection, statement: str) -> pd.DataFrame:
    result = connection.exec_driver_sql(statement)
    return pd.DataFrame([tuple(row) for row in result.all()], columns=list(result.keys()))


def _of_metric(moments: Moments, metric: str, rows: pd.DataFrame) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
    """Of a metric that is dated: its spans, its months, and by district where it is split so."""
    days = pd.to_datetime(rows["day"])
    own = rows[(days >= pd.Timestamp(moments.period.start)) & (days <= pd.Timestamp(moments.period.end))]
    yield ("now", metric), _pair(own, "now")
    for name in moments.spans:
        if name != "now":
            yield (name, metric), _pair(rows, name)
    for month, part in rows.groupby(days.dt.to_period("M")):
        if month >= pd.Period(moments.months.start, freq="M"):
            yield (str(month), metric), _pair(part, "now")
    if "district_code" in rows:
        for code, part in own.groupby("district_code"):
            yield (f"district {code}", metric), _pair(part, "now")


def _pair(rows: pd.DataFrame, name: str) -> tuple[int, int]:
    return int(rows[f"{name}_hits"].sum()), int(rows[f"{name}_among"].sum())


def _of_days(rows: pd.DataFrame, columns: dict[str, str], moments: Moments) -> Numbers:
    """The days of the flow."""
    recent = rows[pd.to_datetime(rows["day"]) >= pd.Timestamp(moments.flow_start)]
    return {
        (str(row["day"]), name): (int(row[column]), int(row[column]))
        for row in recent.to_dict("records")
        for name, column in columns.items()
    }


def _of_stocks(moments: Moments, rows: pd.DataFrame) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
    for n, name in enumerate(moments.stocks):
        there = rows[(rows["came"] <= n) & (rows["gone"] > n)]
        counts = {"backlog": int(there["cases"].sum()), "overdue": int(there.loc[there["late"] <= n, "cases"].sum())}
        for metric in STOCKS if name != "flow" else ("backlog",):
            yield (name, metric), (counts[metric], counts[metric])


def page_numbers(casebase: Casebase, as_of: datetime) -> Numbers:
    """The same numbers by the questions that the page asks."""
    moments = Moments(as_of)
    asked: dict[str, Any] = {"as_of": as_of, "period": moments.period}
    numbers: Numbers = {}
    whole = casebase.whole
    with whole.one_state():
        for row in compare(whole, SIX, **asked).to_dict("records"):
            numbers["now", row["metric"]] = row["hits"], row["among"]
            for name in (one.value for one in Against):
                numbers |= _earlier(row, name)
        for row in by_month(whole, SIX, as_of=as_of, months=MONTHS).to_dict("records"):
            numbers[row["month"], row["metric"]] = row["hits"], row["among"]
        places = measure(whole, ["five_day_closure"], by=["district"], **asked)
        for row in places[places["district"].notna()].to_dict("records"):
            numbers[f"district {row['district']}", row["metric"]] = row["hits"], row["among"]
        flow = daily_flow(whole, as_of=as_of, days=DAYS)
        for row in flow.to_dict("records"):
            for name in ("inflow", "outflow", "not_handled"):
                numbers[str(row["day"].date()), name] = row[name], row[name]
        first = flow.iloc[0]
        before = int(first["backlog"] - first["inflow"] + first["outflow"] + first["not_handled"])
        numbers["flow", "backlog"] = before, before
    return numbers


def _earlier(row: dict[Any, Any], name: str) -> Numbers:
    """An earlier number of a compared row, whose hits are told by its value; none where it is not known."""
    value, among = row[name], row[f"{name}_among"]
    if math.isnan(value):
        return {}
    hits = round(value * among) if row["metric"] not in ("registered", *STOCKS) else round(value)
    return {(name, row["metric"]): (hits, int(among))}


def differences(floor: Numbers, page: Numbers) -> list[str]:
    """Numbers of the page that the floor does not give: one of which nothing happened may be missing from either."""
    keys = sorted({*floor, *page})
    return [
        f"{of} {metric}: {floor.get((of, metric))} by the floor, {page.get((of, metric))} on the page"
        for of, metric in keys
        if floor.get((of, metric), (0, 0)) != page.get((of, metric), (0, 0))
    ]


def checked_floor_ms(casebase: Casebase, as_of: datetime) -> float:
    """The floor in milliseconds. Raises SystemExit where its numbers are not those of the page."""
    with casebase.one_state(), casebase.reading() as connection:
        wrong = differences(floor_numbers(connection, as_of), page_numbers(casebase, as_of))
        if wrong:
            raise SystemExit("the floor of 一屏总览 gives other numbers than the page:\n" + "\n".join(_few(wrong)))
        return floor_ms(connection, as_of)


def _few(texts: Sequence[str]) -> list[str]:
    return [*texts[:10], f"… {len(texts)} in all"]
