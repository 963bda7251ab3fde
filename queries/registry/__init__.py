"""The metric registry: every number of the cockpit, defined once.

Adding a KPI is one entry in the module of its group; it then shows in the dictionary, in drill-down, in documents and
in `python -m queries`. Rules are those of domain.md §2; [L] is the 信访工作条例, [G] the formulas of
a provincial bureau's open statistics, [S] the city's public document, [C] common practice.
"""

from queries.model import Metric, metrics_by_id
from queries.registry import (
    agents,
    dispatch,
    five_day,
    grids,
    hearings,
    hotline,
    mediation,
    outcomes,
    priority,
    proposals,
    receptions,
    supervision,
    timeliness,
    visits,
    volume,
)

_GROUPS = (
    volume,
    visits,
    hotline,
    five_day,
    timeliness,
    outcomes,
    priority,
    grids,
    agents,
    dispatch,
    hearings,
    mediation,
    receptions,
    supervision,
    proposals,
)
METRICS: dict[str, Metric] = metrics_by_id(metric for group in _GROUPS for metric in group.METRICS)
