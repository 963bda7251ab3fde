"""协同分派: the three kinds of task pushed to the grid platform, from push to first contact to finish."""

from functools import partial

import pandas as pd
import streamlit as st

from cockpit import kpis, places, splits
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import clicks, filters, layout, lists, notices, pictures
from pages.parts.navigation import open_link
from pages.parts.number_cards import number_cards
from pages.parts.rankings import ranking
from queries.cases import Part, cases, count_cases
from queries.measure import measure, metric_of
from queries.model import Kind
from queries.spread import spread
from queries.subjects import CONTACT_BANDS
from queries.targets import target_of
from views import charts, words
from wording import findings, unknown
from wording.names import PLACE_NAMES

CARDS = ("tasks_pushed", "tasks_open", "tasks_uncontacted", "reached_in_24h", "contact_hours", "task_days")
KINDS = ("协助化解", "人员核查", "人员关怀")
SPOT = "就地化解"
# From push to outcome: what is counted at each step, of the tasks pushed in the period.
STEPS = ("已推送", "已联系", "已办结", SPOT)
SPEEDS = ("contact_hours", "reached_in_24h", "task_days")
MOST_PLACES = 12
MOST_TASKS = 50
TASK_COLUMNS = ["task_kind", "waited", "pushed_at", "contacted_at", "contact_method", "grid", "case_no", "title"]
TASK_COLUMNS += ["category", "district", "street", "unit", "petition_id"]


def step_link(kind: str, step: str) -> str:
    """The tasks of a kind that came to a step."""
    if step == SPOT:
        return list_link("tasks_finished", task_kind=kind, outcome=SPOT)
    metric_ids = {"已推送": "tasks_pushed", "已联系": "tasks_contacted", "已办结": "tasks_finished"}
    return list_link(metric_ids[step], task_kind=kind)


def by_kind(view: View, metrics: list[str], *more: str) -> pd.DataFrame:
    """Numbers of the filter bar's period and slice by kind of task (see queries.measure.measure)."""
    return view.ask(measure, metrics, by=["task_kind", *more], **view.scope).drop(columns=["as_of", "unknown"])


def median_by_kind(view: View, metric: str) -> pd.Series:
    """The median behind a mean, by kind of task."""
    return view.ask(spread, metric, by=["task_kind"], **view.scope).set_index("task_kind")["median"]


def known_steps(view: View) -> tuple[set[str], dict[str, tuple[str, ...]]]:
    """The steps that the data can tell, and what the others lack."""
    lacks = {
        "已联系": kpis.missing_for_split(view, "tasks_contacted"),
        "已办结": kpis.missing_for_split(view, "tasks_finished"),
        SPOT: kpis.missing_for_split(view, "tasks_finished", "outcome"),
    }
    lacks = {step: names for step, names in lacks.items() if names}
    return set(STEPS) - lacks.keys(), lacks


def steps(view: View) -> None:
    """Each kind by itself: how many of the tasks pushed came how far."""
    progress = by_kind(view, ["tasks_contacted", "tasks_finished"]).pivot_table(index="task_kind", columns="metric")
    outcomes = by_kind(view, ["tasks_finished"], "outcome")
    on_the_spot = outcomes[outcomes["outcome"] == SPOT].set_index("task_kind")["hits"]
    contact, finish = median_by_kind(view, "contact_hours"), median_by_kind(view, "task_days")
    known, lacks = known_steps(view)
    kinds = [*KINDS, *sorted(set(progress.index) - set(KINDS))]
    for column, kind in zip(st.columns(len(kinds)), kinds, strict=True):
        counts = [0, 0, 0, 0]
        if kind in progress.index:
            row = progress.loc[kind]
            contacted, finished = row["hits", "tasks_contacted"], row["hits", "tasks_finished"]
            counts = [int(row["among", "tasks_contacted"]), int(contacted), int(finished), on_the_spot.get(kind, 0)]
        done = f"，已办结 {words.percent(counts[2] / counts[0])}" if counts[0] and "已办结" in known else ""
        medians = [f"{words.days(contact.get(kind), '小时')}联系上"] if "已联系" in known else []
        medians += [f"{words.days(finish.get(kind))}办结"] if "已办结" in known else []
        drawing = clicks.draw(
            charts.bars,
            pd.DataFrame([(step, n) for step, n in zip(STEPS, counts, strict=True) if step in known]).set_axis(
                ["label", "value"], axis="columns"
            ),
            title=f"{kind} {words.full(counts[0])} 件{done}" if counts[0] else f"这一时段没有推送{kind}任务",
            subtitle="期内推送的任务走到哪一步（件）"
            + (f"；中位数 {'，'.join(medians)}" if medians else "")
            + "".join(f"；{step} {unknown.placeholder(names)}" for step, names in lacks.items()),
            unit="件",
            height=150,
        )
        with column, layout.block(f"steps_{kind}"):
            alt = f"{kind}任务从推送到办结"
            clicks.chart(drawing, f"steps_{kind}", alt=alt, pick="key", link=partial(step_link, kind))


def ranked(view: View) -> None:
    """Places by how fast they are, the slowest first."""
    levels = [name for name in places.levels_below(view) if name != "grid"] or ["grid"]
    with st.container(horizontal=True):
        otherwise = "street" if "street" in levels else levels[0]
        dimension = filters.choose("排名到", levels, "dispatch_level", otherwise, PLACE_NAMES.__getitem__)
        speed = filters.choose("按", SPEEDS, "dispatch_speed", SPEEDS[0], lambda name: metric_of(name).name)
    if not layout.explain_missing(view, speed):
        speeds(view, speed, dimension)


def speeds(view: View, speed: str, dimension: str) -> None:
    """Places by one of SPEEDS; a bar opens the tasks, of a rate those that failed."""
    metric, noun, few = metric_of(speed), PLACE_NAMES[dimension], view.settings.lights.small_sample
    is_rate = metric.kind is Kind.RATE
    by_place = splits.split(view, [speed], dimension)
    by_place = by_place.assign(small=by_place["among"] < few)
    none = f"这一时段没有可计{metric.name}的任务"
    if is_rate:
        title = findings.lowest(by_place, target_of(view.settings, speed), f"各{noun}", few=few, nothing=none)
    else:
        title = findings.slowest(by_place, metric.unit, f"各{noun}", few=few, nothing=none)
    # A place with hardly a task is slow or fast by chance: those that can be judged come first.
    judged = by_place[~by_place["small"]]
    ranked_places = by_place if judged.empty else judged
    unlisted = len(by_place) - len(ranked_places)
    ranking(
        view,
        ranked_places,
        speed,
        dimension,
        key=f"ranked_{dimension}_{speed}",
        alt=f"各{noun}{metric.name}",
        title=title,
        subtitle=f"各{noun}{metric.name}（{metric.unit}），最慢的 {min(MOST_PLACES, len(ranked_places))} 个"
        + (f"；另有 {unlisted} 个不足 {few} 件，未列" if unlisted else ""),
        from_zero=not is_rate,
        most=MOST_PLACES,
        none=none,
        part=Part.MISSES if is_rate else Part.HITS,
    )


def contact_times(view: View) -> None:
    """How long people wait for the first contact."""
    if layout.explain_missing_split(view, "contact_hours", "contact_band"):
        return
    waits = view.ask(spread, "contact_hours", **view.scope).iloc[0]
    title = f"一半在 {words.days(waits['median'], '小时')}内联系上，九成在 {words.days(waits['p90'], '小时')}内"
    pictures.count_by_band(
        splits.split(view, ["contact_hours"], "contact_band").set_index("code")["hits"],
        CONTACT_BANDS,
        key="contact_bands",
        alt="从推送到首次联系的时间",
        title=title if waits["hits"] else "这一时段没有联系上的任务",
        subtitle="期内首次联系上的任务，按推送到联系的时间（件）",
        unit="件",
        link=lambda band: list_link("contact_hours", contact_band=band),
    )


def outcomes(view: View) -> None:
    """What came of the tasks finished in the period."""
    if layout.explain_missing_split(view, "task_days", "outcome"):
        return
    by_outcome = splits.split(view, ["task_days"], "outcome").assign(value=lambda frame: frame["hits"])
    none = "这一时段没有办结的任务"
    ranking(
        view,
        by_outcome,
        "task_days",
        "outcome",
        key="task_outcomes",
        alt="任务办理结果",
        title=findings.most(by_outcome, "办结任务", none=none, unit="件"),
        subtitle="期内办结的任务，按办理结果（件）",
        kind="count",
        none=none,
    )


def waiting_longest(view: View) -> None:
    """The open tasks, the longest pushed first; the list behind is ordered the same."""
    metric = metric_of("tasks_open")
    if layout.explain_missing(view, metric.id):
        return
    total = view.ask(count_cases, metric.id, as_of=view.stocks_at, within=view.within)
    late = view.ask(count_cases, "tasks_uncontacted_24h", as_of=view.stocks_at, within=view.within)
    if not total:
        layout.heading("没有在办的网格任务", "已推送、尚未办结的任务", define=metric)
        return
    tasks = view.ask(cases, metric.id, as_of=view.stocks_at, within=view.within, limit=MOST_TASKS)
    waited = [(view.stocks_at.date() - pushed.date()).days for pushed in tasks["pushed_at"]]
    layout.heading(
        f"在办 {words.full(total)} 件，最久的已推送 {words.days(waited[0])}，超 24 小时未联系 {words.full(late)} 件",
        f"推送最早的 {len(tasks)} 件在前" if total > len(tasks) else "推送最早的在前",
        define=metric,
    )
    lists.case_table(tasks.assign(waited=waited)[TASK_COLUMNS], "open_tasks", alt="最久的在办任务", high=8)
    with st.container(horizontal=True):
        if st.button(f"打开全部在办 {words.full(total)} 件", key="all_open"):
            open_link(list_link(metric.id))
        if late and st.button(f"打开超24小时未联系 {words.full(late)} 件", key="all_late"):
            open_link(list_link("tasks_uncontacted_24h"))


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    layout.header(
        view, "协同分派", f"{view.text}。推送到网格平台的协助化解、人员核查、人员关怀：从推送到首次联系、到办结。"
    )
    if view.ask(count_cases, "tasks_pushed", as_of=view.as_of):
        number_cards(view, CARDS, key="dispatch_cards")
        steps(view)
        left, right = st.columns([3, 2])
        with left, layout.block("ranked"):
            ranked(view)
        with right:
            with layout.block("contact_times", stretch=False):
                contact_times(view)
            with layout.block("task_outcomes"):
                outcomes(view)
        with layout.block("open_tasks"):
            waiting_longest(view)
    else:
        notices.missing("推送到网格平台的任务", {"grid_task": "网格任务"})


if __name__ == "__main__":
    page(filters.current())
