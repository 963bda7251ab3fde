"""协同分派: the three kinds of task pushed to the grid platform, from push to first contact to finish."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from cockpit import places, rows, splits, task_steps
from cockpit.kept import kept
from cockpit.view import View
from pages.parts import clicks, filters, layout, lists, notices, pictures
from pages.parts.number_cards import number_cards
from pages.parts.rankings import counted, ranking
from queries.cases import Part, cases, count_cases, has_cases
from queries.measure import metric_of
from queries.model import Kind
from queries.spread import spread
from queries.subjects import CONTACT_BANDS
from queries.targets import target_of
from views import charts, words
from wording import findings, headlines
from wording.names import PLACE_NAMES

CARDS = ("tasks_pushed", "tasks_open", "tasks_uncontacted", "reached_in_24h", "contact_hours", "task_days")
# What each kind of task is for: settled, verified, visited.
RESULTS = ("on_the_spot", "verified", "visited")
SPEEDS = ("contact_hours", "reached_in_24h", "task_days")
MOST_PLACES = 12
MOST_TASKS = 50
TASK_COLUMNS = ["task_kind", "waited", "pushed_at", "contacted_at", "contact_method", "grid", "case_no", "title"]
TASK_COLUMNS += ["category", "district", "street", "unit", "petition_id"]


def steps(view: View) -> None:
    """Each kind by itself: how many of the tasks pushed came how far; a step opens its tasks."""
    progress = task_steps.progress(view)
    columns = st.columns(len(progress))
    for column, (kind, came) in zip(columns, progress.items(), strict=True):
        drawing = clicks.draw(
            view,
            charts.bars,
            came.counts,
            title=came.title,
            subtitle=came.subtitle,
            unit="件",
            height=150,
        )
        with column, layout.block(f"steps_{kind}"):
            alt, link = f"{kind}任务从推送到办结", partial(task_steps.link, kind)
            clicks.chart(drawing, f"steps_{kind}", alt=alt, pick="key", link=link)


def ranked(view: View) -> None:
    """Places by how fast they are, the slowest first."""
    levels = places.levels_below(view, without=("grid",)) or ("grid",)
    with st.container(horizontal=True):
        dimension = filters.choose(
            "排名层级", levels, "dispatch_level", rankable_level(view, levels), PLACE_NAMES.__getitem__
        )
        speed = filters.choose("排名指标", SPEEDS, "dispatch_speed", SPEEDS[0], lambda name: metric_of(name).name)
    if not layout.explain_missing(view, speed):
        speeds(view, speed, dimension)


def speeds(view: View, speed: str, dimension: str) -> None:
    """Places by one of SPEEDS; a bar opens the tasks, of a rate those that failed."""
    metric, noun, few = metric_of(speed), PLACE_NAMES[dimension], view.settings.lights.small_sample
    is_rate = metric.kind is Kind.RATE
    by_place = with_small(view, speed, dimension)
    none = f"这一时段没有可计{metric.name}的任务"
    if is_rate:
        title = view.derive(
            findings.lowest, by_place, target_of(view.settings, speed), f"各{noun}", few=few, nothing=none
        )
    else:
        title = view.derive(findings.slowest, by_place, metric.unit, f"各{noun}", few=few, nothing=none)
    ranked_places = view.derive(judged, by_place)
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


@kept
def with_small(view: View, speed: str, dimension: str) -> pd.DataFrame:
    """Places by one of SPEEDS, each small that has hardly a task, and so is slow or fast by chance."""
    by_place = splits.split(view, [speed], dimension)
    return by_place.assign(small=by_place["among"] < view.settings.lights.small_sample)


@kept
def rankable_level(view: View, levels: Sequence[str]) -> str:
    """The finest level down to the street at which at least half of the places can be judged, else the first."""
    down_to_street = levels[: levels.index("street") + 1] if "street" in levels else levels[:1]
    for level in reversed(down_to_street[1:]):
        small = with_small(view, SPEEDS[0], level)["small"]
        if small.size and small.mean() <= 0.5:
            return level
    return levels[0]


def judged(by_place: pd.DataFrame) -> pd.DataFrame:
    """The places that can be judged; all where none can."""
    enough = by_place[~by_place["small"]]
    return by_place if enough.empty else enough


@layout.needs("contact_hours", by=("contact_band",))
def contact_times(view: View) -> None:
    """How long people wait for the first contact."""
    waits = view.ask(spread, "contact_hours", **view.scope).iloc[0]
    title = f"一半在 {words.days(waits['median'], '小时')}内联系上，九成在 {words.days(waits['p90'], '小时')}内"
    pictures.count_by_band(
        view,
        "contact_hours",
        "contact_band",
        CONTACT_BANDS,
        key="contact_bands",
        alt="从推送到首次联系的时间",
        title=title if waits["hits"] else "这一时段没有联系上的任务",
        subtitle="期内首次联系上的任务，按推送到联系的时间",
    )


@kept
def ended(view: View) -> pd.DataFrame:
    """The tasks finished in the period by their outcome, as counts."""
    by_outcome = splits.split(view, ["task_days"], "outcome")
    return by_outcome.assign(value=by_outcome["hits"])


@layout.needs("task_days", by=("outcome",))
def outcomes(view: View) -> None:
    """What came of the tasks finished in the period."""
    counted(
        view,
        "task_days",
        "outcome",
        "办结任务",
        counts=ended(view),
        key="task_outcomes",
        alt="任务办理结果",
        subtitle="期内办结的任务，按办理结果（件）",
        none="这一时段没有办结的任务",
    )


@kept
def longest_open(view: View) -> pd.DataFrame:
    """The open tasks that were pushed first, with the days that they have `waited`."""
    tasks = view.ask(cases, "tasks_open", as_of=view.stocks_at, within=view.within, limit=MOST_TASKS)
    return tasks.assign(waited=rows.days_since(view, tasks["pushed_at"]))[TASK_COLUMNS]


@layout.needs("tasks_open")
def open_tasks(view: View) -> None:
    """The open tasks, the longest pushed first; the list behind is ordered the same."""
    total, late = (
        view.ask(count_cases, name, as_of=view.stocks_at, within=view.within)
        for name in ("tasks_open", "tasks_uncontacted_24h")
    )
    tasks = longest_open(view)
    order = f"推送最早的 {len(tasks)} 件在前" if total > len(tasks) else "推送最早的在前"
    layout.heading(
        headlines.open_tasks(total, tasks["waited"], late),
        order if total else "已推送、尚未办结的任务",
        define=metric_of("tasks_open"),
    )
    if total:
        lists.case_table(view, tasks, "open_tasks", alt="最久的在办任务", high=8)
        with st.container(horizontal=True):
            lists.open_all("tasks_open", f"全部在办 {words.full_count(total)} 件", total, key="all_open")
            lists.open_all("tasks_uncontacted_24h", f"超24小时未联系 {words.full_count(late)} 件", late, key="all_late")


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    layout.header(
        view, "协同分派", f"{view.text}。推送到网格平台的协助化解、人员核查、人员关怀：从推送到首次联系、到办结。"
    )
    if not view.ask(has_cases, "tasks_pushed", as_of=view.as_of):
        notices.missing("推送到网格平台的任务", "网格任务")
        return
    number_cards(view, CARDS, key="dispatch_cards")
    steps(view)
    number_cards(view, RESULTS, key="dispatch_results", spark=False, compact=True)
    layout.row(view, ranked, {"contact_times": contact_times, "task_outcomes": outcomes}, widths=(3, 2))
    layout.row(view, open_tasks)
