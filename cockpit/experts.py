"""How the experts of the pool share the work: what each took part in, who did, and who was not asked."""

import pandas as pd

from cockpit import kpis
from cockpit.kept import kept
from cockpit.view import View
from queries.measure import measure, metric_of
from queries.model import Metric
from views import words
from wording import findings


def load_metric(view: View) -> Metric:
    """By what the experts' work is counted: their cases, or where the data knows hearings alone, their seats there."""
    return metric_of(kpis.first_known(view, ["expert_cases", "expert_participations"]))


@kept
def load(view: View, experts: pd.DataFrame) -> pd.DataFrame:
    """The pool (queries.hearing_outcomes.experts) with what each one took part in as `value`."""
    metric = load_metric(view)
    participations = view.ask(measure, [metric.id], by=["expert"], **view.scope)
    counts = dict(zip(participations["expert"], participations["hits"], strict=True))
    return experts.assign(value=[int(counts.get(code, 0)) for code in experts["code"]])


def active(loads: pd.DataFrame) -> pd.DataFrame:
    """Who took part in anything, grouped by source."""
    experts = loads[loads["value"] > 0]
    return experts.assign(group=experts["source"])


def unasked(loads: pd.DataFrame) -> pd.DataFrame:
    """Who took part in nothing, longest idle first."""
    return loads[loads["value"] == 0].sort_values(["last_on", "joined_on"], na_position="first")


def pool_text(experts: pd.DataFrame) -> str:
    """在库 1,120 人，… of the experts by source (cockpit.cells.experts_by_field)."""
    by_source = experts.groupby("source")["hits"].sum().sort_values(ascending=False)
    return f"在库 {words.full_count(by_source.sum())} 人，{findings.leading(by_source, '人')}"
