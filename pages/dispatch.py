"""协同分派: the three kinds of task pushed to the grid platform, from push to first contact to finish."""

from functools import partial

import streamlit as st

from cockpit import places, task_speeds, task_steps
from cockpit.task_speeds import MOST_PLACES, SPEEDS
from cockpit.view import View
from pages.parts import clicks, empty_period, filters, layout, lists, number_cards, pictures, rankings
from queries.cases import Part, count_cases
from queries.measure import metric_of
from queries.model import Kind
from queries.spread import spread
from queries.subjects import CONTACT_BANDS
from views import charts, words
from wording import headlines
from wording.names import PLACE_NAMES

CARDS = ("tasks_pushed", "tasks_open", "tasks_uncontacted", "reached_in_24h", "contact_hours", "task_days")
# What each kind of task is for: settled, verified, visited.
RESULTS = ("on_the_spot", "verified", "visited")


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
        level = task_speeds.rankable_level(view, levels)
        dimension = filters.choose("排名层级", levels, "dispatch_level", level, PLACE_NAMES.__getitem__)
        speed = filters.choose("排名指标", {name: metric_of(name).name for name in SPEEDS}, "dispatch_speed")
    if not layout.explain_missing(view, speed):
        speeds(view, speed, dimension)


def speeds(view: View, speed: str, dimension: str) -> None:
    """Places by one of SPEEDS; a bar opens the tasks, of a rate those that failed."""
    metric, fast = metric_of(speed), task_speeds.ranked(view, speed, dimension)
    is_rate = metric.kind is Kind.RATE
    rankings.ranking(
        view,
        fast.places,
        speed,
        dimension,
        key=f"ranked_{dimension}_{speed}",
        alt=f"各{PLACE_NAMES[dimension]}{metric.name}",
        title=fast.title,
        subtitle=fast.subtitle,
        from_zero=not is_rate,
        most=MOST_PLACES,
        none=fast.none,
        part=Part.MISSES if is_rate else Part.HITS,
    )


@layout.needs("contact_hours", by=("contact_band",))
def contact_times(view: View) -> None:
    """How long people wait for the first contact."""
    waits = view.ask(spread, "contact_hours", **view.scope).iloc[0]
    pictures.count_by_band(
        view,
        "contact_hours",
        "contact_band",
        CONTACT_BANDS,
        key="contact_bands",
        alt="从推送到首次联系的时间",
        title=headlines.contact_times(waits),
        subtitle="期内首次联系上的任务，按推送到联系的时间",
    )


def outcomes(view: View) -> None:
    """What came of the tasks finished in the period."""
    rankings.counted(
        view,
        "task_days",
        "outcome",
        "办结任务",
        key="task_outcomes",
        alt="任务办理结果",
        subtitle="期内办结的任务，按办理结果（件）",
        none="这一时段没有办结的任务",
    )


@layout.needs("tasks_open")
def open_tasks(view: View) -> None:
    """The open tasks, the longest pushed first; the list behind is ordered the same."""
    total, late = (
        view.ask(count_cases, name, as_of=view.stocks_at, within=view.within)
        for name in ("tasks_open", "tasks_uncontacted_24h")
    )
    tasks = task_speeds.longest_open(view)
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
    if layout.page_is_empty(view, ["tasks_pushed"], "推送到网格平台的任务", "网格任务"):
        return
    empty_period.tell(view, CARDS)
    number_cards.show(view, CARDS, key="dispatch_cards")
    steps(view)
    number_cards.show(view, RESULTS, key="dispatch_results", spark=False, compact=True)
    layout.row(view, ranked, {"contact_times": contact_times, "task_outcomes": outcomes}, widths=(3, 2))
    layout.row(view, open_tasks)
