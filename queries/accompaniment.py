"""What becomes of cases that an agent accompanies, and how the agents share them."""

from datetime import datetime

import pandas as pd

from casebase.engine import ScopedCasebase
from queries.comparable import beside_comparable
from queries.measure import measure
from queries.model import EVERYTHING, Slice
from queries.periods import Period
from queries.subjects import p

MINE, COMPARABLE = "代办件", "可比件"


def against_comparable(
    casebase: ScopedCasebase, metric: str, *, as_of: datetime, period: Period | None = None, within: Slice = EVERYTHING
) -> pd.DataFrame:
    """A rate of accompanied cases beside comparable ones without an agent (see queries.comparable)."""
    return beside_comparable(
        casebase, metric, p.agent_id.is_not(None), (MINE, COMPARABLE), as_of=as_of, period=period, within=within
    )


def load(
    casebase: ScopedCasebase, *, as_of: datetime, period: Period | None = None, within: Slice = EVERYTHING
) -> pd.DataFrame:
    """How many agents accompany how many cases registered in the period: cases (int, from 1 on), agents (int)."""
    per_agent = measure(casebase, ["cases_accompanied"], as_of=as_of, period=period, within=within, by=["agent"])
    agents_by_cases = per_agent["hits"].value_counts().sort_index()
    return pd.DataFrame({"cases": agents_by_cases.index.astype("int64"), "agents": agents_by_cases.to_numpy("int64")})


def grouped(loads: pd.DataFrame, most: int) -> pd.DataFrame:
    """A frame of `load` as bars: label (cases an agent: 1, 2 … 9以上), value (agents). More than `most` are one bar."""
    capped = loads["cases"].clip(upper=most + 1)
    numbers = range(1, int(capped.max()) + 1) if len(loads) else range(0)
    counts = loads.groupby(capped)["agents"].sum().reindex(numbers, fill_value=0)
    labels = [str(number) if number <= most else f"{most}以上" for number in counts.index]
    return pd.DataFrame({"label": labels, "value": counts.to_numpy()})


def busiest(
    casebase: ScopedCasebase,
    *,
    as_of: datetime,
    period: Period | None = None,
    within: Slice = EVERYTHING,
    most: int = 20,
) -> pd.DataFrame:
    """The agents with most cases registered in the period: agent, origin ("": not known), cases, open.

    `open` counts all cases of the agent that are open at the moment, whenever they were registered.
    """
    metrics = ["cases_accompanied", "accompanied_open"]
    per_agent = measure(casebase, metrics, as_of=as_of, period=period, within=within, by=["agent", "origin"])
    per_agent = per_agent.assign(origin=per_agent["origin"].fillna(""))
    wide = per_agent.pivot_table(
        index=["agent", "origin"], columns="metric", values="hits", aggfunc="sum", fill_value=0
    )
    wide = wide.reindex(columns=metrics, fill_value=0).astype("int64").reset_index()
    wide = wide[wide["cases_accompanied"] > 0].sort_values(["cases_accompanied", "agent"], ascending=[False, True])
    return wide.head(most).rename(columns={"cases_accompanied": "cases", "accompanied_open": "open"})
