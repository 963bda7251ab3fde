"""How far the tasks come that the grid platform was sent: of each kind, from push to outcome."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cockpit import kpis
from cockpit.kept import kept
from cockpit.links import list_link
from cockpit.view import View
from queries.measure import measure
from queries.spread import spread
from views import words
from wording import unknown

# What a task of each kind is for: the outcome that is its last step.
AIMS = {"协助化解": "就地化解", "人员核查": "已核实", "人员关怀": "已走访"}
PUSHED, CONTACTED, FINISHED, ACHIEVED = "已推送", "已联系", "已办结", "达到目的"
# What is counted at each step, of the tasks pushed in the period.
_METRICS = {
    PUSHED: "tasks_pushed",
    CONTACTED: "tasks_contacted",
    FINISHED: "tasks_finished",
    ACHIEVED: "tasks_finished",
}


@dataclass(frozen=True)
class Progress:
    """One kind of task: how many came to each step, as bars (label, value), with what is said of it."""

    counts: pd.DataFrame
    title: str
    subtitle: str


@kept
def progress(view: View) -> Mapping[str, Progress]:
    """The kinds of task, the known ones first; steps that the data cannot tell are left out and named."""
    counts, lacks = _counts(view), _lacks(view)
    known = [step for step in _METRICS if step not in lacks]
    contact, finish = _median(view, "contact_hours"), _median(view, "task_days")
    tasks = {}
    for kind in [*AIMS, *sorted(set(counts.index) - set(AIMS))]:
        came = counts.loc[kind] if kind in counts.index else pd.Series(0, index=list(_METRICS))
        medians = [f"{words.days(contact.get(kind), '小时')}联系上"] if CONTACTED in known else []
        medians += [f"{words.days(finish.get(kind))}办结"] if FINISHED in known else []
        tasks[kind] = Progress(
            pd.DataFrame(
                [
                    {"label": _label(kind, step), "value": int(came[step])}
                    for step in known
                    if step != ACHIEVED or kind in AIMS
                ]
            ),
            title=_title(kind, int(came[PUSHED]), int(came[FINISHED]) if FINISHED in known else None),
            subtitle="期内推送的任务走到哪一步（件）"
            + (f"；中位数 {'，'.join(medians)}" if medians and came[PUSHED] else "")
            + "".join(f"；{_label(kind, step)} {unknown.placeholder(names)}" for step, names in lacks.items()),
        )
    return tasks


def link(kind: str, step: str) -> str:
    """The tasks of a kind that came to a step, by its label."""
    if step == AIMS.get(kind):
        return list_link(_METRICS[ACHIEVED], task_kind=kind, outcome=step)
    return list_link(_METRICS[step], task_kind=kind)


def _label(kind: str, step: str) -> str:
    """A step as it is called of a kind."""
    return AIMS.get(kind, step) if step == ACHIEVED else step


def _title(kind: str, pushed: int, finished: int | None) -> str:
    """协助化解 1,234 件，已办结 81.20%."""
    if not pushed:
        return f"这一时段没有推送{kind}任务"
    share = "" if finished is None else f"，{FINISHED} {words.percent(finished / pushed)}"
    return f"{kind} {words.full_count(pushed)} 件{share}"


def _counts(view: View) -> pd.DataFrame:
    """How many tasks of each kind (index) came to each step (columns)."""
    metrics = [_METRICS[CONTACTED], _METRICS[FINISHED]]
    counts = view.ask(measure, metrics, by=["task_kind"], **view.scope)
    wide = counts.pivot(index="task_kind", columns="metric", values=["hits", "among"])
    wide = wide.reindex(columns=pd.MultiIndex.from_product([["hits", "among"], metrics]))  # of no task it has none
    outcomes = view.ask(measure, [_METRICS[ACHIEVED]], by=["task_kind", "outcome"], **view.scope)
    achieved = outcomes[outcomes["outcome"] == outcomes["task_kind"].map(AIMS)].set_index("task_kind")["hits"]
    return pd.DataFrame(
        {
            PUSHED: wide["among", _METRICS[CONTACTED]],
            CONTACTED: wide["hits", _METRICS[CONTACTED]],
            FINISHED: wide["hits", _METRICS[FINISHED]],
            ACHIEVED: achieved.reindex(wide.index),
        }
    ).fillna(0)


def _lacks(view: View) -> dict[str, tuple[str, ...]]:
    """What the data lacks for each step that it cannot tell."""
    dimensions = {CONTACTED: (), FINISHED: (), ACHIEVED: ("outcome",)}
    lacks = {step: kpis.missing_for_split(view, _METRICS[step], *by) for step, by in dimensions.items()}
    return {step: names for step, names in lacks.items() if names}


def _median(view: View, metric: str) -> pd.Series:
    """The median behind a mean, by kind of task."""
    return view.ask(spread, metric, by=["task_kind"], **view.scope).set_index("task_kind")["median"]
