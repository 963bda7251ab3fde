"""Counts by two dimensions at once, as cells: what pictures of cells draw (see views.charts.heat).

Each has row, column (text) and value (the count) besides the codes that a link takes.
"""

from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd

from casebase.case_words import OPEN_STATUSES
from cockpit import kpis, places
from cockpit.kept import kept
from cockpit.view import View
from queries import backlog, forward
from queries.measure import measure
from queries.names import told_apart
from queries.registry.common import HORIZONS
from queries.subjects import AGE_BANDS, ANSWERS, CLOSING_DAYS
from views import words
from wording import unknown
from wording.names import PLACE_NAMES

UNKNOWN_ORIGIN = "来源未填写"
# Answered or open after the limit.
LATE = ANSWERS[1:3]


@kept
def agents_by_origin(view: View, agents: pd.DataFrame, dimension: str, most: int) -> pd.DataFrame:
    """Agents, measured by place and origin, of the `most` places with most of them; places and origins largest first.

    Columns: code (of the place), origin ("" where not filled in), row, column, value.
    """
    by_place = _sizes(agents[dimension].fillna(""), agents["hits"])
    by_origin = _sizes(agents["origin"].fillna(""), agents["hits"])
    labels = place_labels(view, dimension, by_place.head(most).index)
    every = pd.MultiIndex.from_product([list(labels), by_origin.index], names=["code", "origin"])
    counts = agents.fillna({dimension: "", "origin": ""}).set_index([dimension, "origin"])["hits"]
    cells = counts.reindex(every, fill_value=0).rename("value").reset_index()
    return cells.assign(row=cells["code"].map(labels), column=cells["origin"].replace("", UNKNOWN_ORIGIN))


def _sizes(codes: pd.Series, counts: pd.Series) -> pd.Series:
    """The sums of counts by code, the largest first."""
    return counts.groupby(codes).sum().sort_values(ascending=False)


def place_labels(view: View, dimension: str, codes: Iterable[str]) -> dict[str, str]:
    """Places by code as the rows of a picture: two streets may share a name and then carry their code."""
    own = places.areas(view.data)["name"]
    return told_apart({code: own.get(code, code) or f"{PLACE_NAMES[dimension]}未填写" for code in codes})


@kept
def experts_by_field(view: View) -> pd.DataFrame:
    """The experts in the pool by field (row) and source (column), both largest first."""
    experts = view.ask(measure, ["experts_in_pool"], as_of=view.stocks_at, by=["source", "field"])
    orders = {name: _sizes(experts[name], experts["hits"]).index for name in ("field", "source")}
    row, column = (pd.Categorical(experts[name], orders[name]) for name in ("field", "source"))
    cells = experts.assign(row=row, column=column)
    return cells.sort_values(["row", "column"]).astype({"row": str, "column": str})


@kept
def backlog_by_stage(view: View) -> pd.DataFrame:
    """Open cases by stage (row) and age (column), in the order of the process.

    Where a time that tells the stage was never loaded, some or all cases have none: their row is called by what is
    missing (在办, where it is the only one) and has "" as `code` and `stage`; their ages are known even so.
    """
    by_stage = view.ask(measure, ["backlog"], as_of=view.stocks_at, within=view.within, by=["stage", "age"])
    lacks = kpis.missing_for_split(view, "backlog", "stage")
    nameless = unknown.placeholder(lacks) if by_stage["stage"].notna().any() else "在办"
    by_stage = by_stage.assign(stage=[stage if isinstance(stage, str) else nameless for stage in by_stage["stage"]])
    stages = [stage for stage in OPEN_STATUSES if not lacks or (by_stage["stage"] == stage).any()]
    every = pd.MultiIndex.from_product([stages + [nameless] * bool(lacks), AGE_BANDS], names=["stage", "age"])
    cells = by_stage.set_index(["stage", "age"])[["value"]].reindex(every, fill_value=0).reset_index()
    codes = cells["stage"].replace(nameless, "")
    return cells.assign(row=cells["stage"], column=cells["age"], code=codes, stage=codes)


@kept
def orders_by_answer(view: View) -> pd.DataFrame:
    """Orders of supervision of the period by level (row) and what became of their limit (column).

    `role` marks those that were or are late.
    """
    orders = view.ask(measure, ["supervision_issued"], by=["supervision_level", "answer"], **view.scope)
    by_level = orders.pivot_table(index="supervision_level", columns="answer", values="hits", aggfunc="sum")
    by_level = by_level.reindex(columns=list(ANSWERS)).fillna(0).astype(int)
    cells = by_level.rename_axis("row").reset_index().melt(id_vars="row", var_name="column", value_name="value")
    return cells.assign(role=["bad" if answer in LATE else "none" for answer in cells["column"]])


@kept
def due_days(view: View) -> pd.DataFrame:
    """Open cases by the day their handling limit ends, today and the five working days to come, as bars.

    Columns: day (date), value, key (the day as a link takes it), label, tip.
    """
    due = view.ask(measure, ["due_in_5"], as_of=view.stocks_at, within=view.within, by=["due_day"])
    cases = dict(zip(pd.to_datetime(due["due_day"]).dt.date, due["hits"], strict=True))
    today, days = view.stocks_at.date(), days_ahead(view, backlog.NEAR_WORKING_DAYS, cases)
    counts = [cases.get(day, 0) for day in days]
    return pd.DataFrame(
        {
            "day": days,
            "value": counts,
            "key": [day.isoformat() for day in days],
            "label": [words.short_day(day, today) if today == view.data.today else words.day(day) for day in days],
            "tip": [due_text(day, count) for day, count in zip(days, counts, strict=True)],
        }
    )


@kept
def limits_by_day(view: View, limits: Mapping[str, str]) -> pd.DataFrame:
    """Open cases by limit (row) and the day on which it ends (column), today and the working days to come.

    `limits` are clocks of queries.forward by their names. Columns besides: clock, day (date), tip.
    """
    last = HORIZONS[-1]
    due = {name: view.ask(forward.due, name, last, as_of=view.as_of, within=view.within) for name in limits}
    cases = {name: dict(zip(frame["day"].dt.date, frame["cases"], strict=True)) for name, frame in due.items()}
    today, days = view.as_of.date(), days_ahead(view, last, [day for counts in cases.values() for day in counts])
    rows = [
        {"clock": name, "row": limits[name], "day": day, "value": counts.get(day, 0)}
        for name, counts in cases.items()
        for day in days
    ]
    tips = [f"{row['row']} {due_text(row['day'], row['value'])}" for row in rows]
    return pd.DataFrame(rows).assign(column=[words.short_day(row["day"], today) for row in rows], tip=tips)


def days_ahead(view: View, working_days: int, due: Iterable[date]) -> list[date]:
    """Today, so many working days to come, and the days between them on which something falls due."""
    numbers = range(1, working_days + 1)
    return sorted({view.stocks_at.date(), *(view.workday(view.stocks_at, number) for number in numbers), *due})


def due_text(day: date, cases: int) -> str:
    """11月24日（周二）到期 41 件次."""
    return f"{words.day(day)}（{words.weekday(day)}）到期 {words.full_count(cases)} 件次"


@kept
def closing_days(view: View) -> pd.DataFrame:
    """Simple claims closed in the period by the working days that it took: days (int, the last: more), cases (int)."""
    closed = view.ask(measure, ["five_day_closure"], by=["closing_days"], **view.scope).dropna(subset=["closing_days"])
    counts = closed.set_index("closing_days")["among"].reindex(CLOSING_DAYS, fill_value=0)
    return pd.DataFrame({"days": range(len(CLOSING_DAYS)), "cases": counts.to_numpy()})
