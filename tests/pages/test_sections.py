"""Sections of pages called by themselves, with a view of the small demonstration city: the numbers that they show."""

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase
from cockpit import process, task_speeds
from pages import agents, backlog, data_quality, dispatch, five_day, hearings, overview, supervision
from queries import accompaniment, names, quality
from queries.backlog import oldest
from queries.cases import cases, count_cases
from queries.measure import measure
from queries.periods import Preset, period_of
from queries.registry import METRICS
from queries.subjects import CLOSING_DAYS, WAIT_BANDS
from tests.pages.conftest import EVENING, YEAR, failures, number
from views import words

pytestmark = pytest.mark.usefixtures("stopped_clock")
Show = Callable[..., AppTest]


def show_section(module: str, section: str, **arguments: object) -> None:
    """The script of a page that is one section: of the whole city in the year, as of the evening."""
    from importlib import import_module

    from casebase.scope import WHOLE
    from cockpit import process
    from cockpit.view import View, comparisons
    from queries.model import Slice
    from tests.pages.conftest import EVENING, YEAR

    view = View(process.live_data().now(WHOLE), EVENING, YEAR, Slice(), comparisons(None), bar_period=YEAR)
    getattr(import_module(module), section)(view, **arguments)


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch, city: Casebase, still_config: Any) -> Show:
    """A function (section, **arguments) that draws a section of a page and nothing else."""
    monkeypatch.setenv("COCKPIT_DATABASE_URL", city.engine.url.render_as_string())
    monkeypatch.setenv("COCKPIT_CONFIG", str(still_config))
    process.forget_all()
    st.cache_resource.clear()
    st.cache_data.clear()

    def drawn(section: Callable[..., None], **arguments: Any) -> AppTest:
        city.engine.dispose()  # a DuckDB file belongs to one at a time
        script = AppTest.from_function(
            show_section,
            default_timeout=60,
            kwargs={"module": section.__module__, "section": section.__name__, **arguments},
        ).run()
        assert failures(script) == []
        process.forget_all()
        return script

    return drawn


def bars(script: AppTest, value: str = "value") -> list[float]:
    """The values that the only chart of a section draws."""
    (chart,) = script.get("vega_lite_chart")
    frames = [pa.ipc.open_stream(dataset.data.data).read_pandas() for dataset in chart.proto.datasets]
    (frame,) = [frame for frame in frames if value in frame]
    values: list[float] = frame[value].dropna().tolist()
    return values


def title(script: AppTest) -> str:
    """What the only chart of a section says above it."""
    (chart,) = script.get("vega_lite_chart")
    return str(json.loads(chart.proto.spec)["title"]["text"])


def rows(script: AppTest) -> pd.DataFrame:
    """The only table of a section."""
    (table,) = script.dataframe
    frame: pd.DataFrame = table.value
    return frame


def by(city: Casebase, metric: str, dimension: str) -> pd.DataFrame:
    """A metric of the year by a dimension, without what is not filled in."""
    frame = measure(city.whole, [metric], as_of=EVENING, period=YEAR, by=[dimension])
    return frame.dropna(subset=[dimension]).set_index(dimension)


def test_closings_of_five_day(show: Show, city: Casebase) -> None:
    closed = by(city, "five_day_closure", "closing_days")["among"].reindex(CLOSING_DAYS, fill_value=0)
    assert closed.sum() > 0
    assert bars(show(five_day.closings), "cases") == closed.tolist()


def test_units_of_five_day_that_are_about_to_miss_it(show: Show, city: Casebase) -> None:
    due = {name: number(city, name)["hits"] for name in five_day.DUE}
    written = rows(show(five_day.due_soon))
    assert {name: written[head].sum() for name, head in five_day.DUE.items()} == due
    assert due["five_day_due_in_3"] > 0


def test_conclusions_and_waits_of_hearings(show: Show, city: Casebase) -> None:
    concluded = by(city, "hearings_held", "conclusion")["hits"]
    assert concluded.sum() > 0
    assert sorted(bars(show(hearings.conclusions))) == sorted(concluded)
    waited = by(city, "hearing_wait_days", "wait")["hits"].reindex(WAIT_BANDS, fill_value=0)
    assert waited.sum() > 0
    assert bars(show(hearings.waits)) == waited.tolist()


def test_orders_by_result(show: Show, city: Casebase) -> None:
    answered = by(city, "supervision_settled", "supervision_result")["among"]
    script = show(supervision.results)
    assert sorted(bars(script)) == sorted(answered)
    assert f"督办反馈 {words.full_count(answered.sum())} 件" in title(script)


def test_busiest_agents_and_where_agents_come_from(show: Show, city: Casebase) -> None:
    busiest = accompaniment.busiest(city.whole, as_of=EVENING, period=YEAR)
    written = rows(show(agents.busiest))
    assert written["代办（件次）"].tolist() == busiest["cases"].tolist()
    assert written["代办（件次）"].max() > 0
    accompanied = measure(city.whole, ["cases_accompanied"], as_of=EVENING, period=YEAR, by=["origin"])["hits"]
    assert sorted(bars(show(agents.by_origin))) == sorted(accompanied)


def test_rates_with_and_without_an_agent(show: Show, city: Casebase) -> None:
    written = rows(show(agents.plain)).set_index("指标")
    for name in ("resolution", "repeat_rate"):
        rates = by(city, name, "accompanied")
        for side, row in rates.iterrows():
            expected = f"{words.percent(row['value'])}（{words.fraction(row['hits'], row['among'])}）"
            assert written.loc[METRICS[name].name, str(side)] == expected


def test_oldest_cases_of_the_backlog(show: Show, city: Casebase) -> None:
    longest = oldest(city.whole, as_of=EVENING, limit=backlog.OLDEST)
    written = rows(show(backlog.oldest))
    assert written["信访编号"].tolist() == longest["case_no"].tolist()
    assert written["已办天数"].tolist() == longest["days_open"].tolist()


def test_outcomes_of_tasks_and_those_that_wait_longest(show: Show, city: Casebase) -> None:
    finished = by(city, "task_days", "outcome")["hits"]
    assert sorted(bars(show(dispatch.outcomes))) == sorted(finished)
    pushed = cases(city.whole, "tasks_open", as_of=EVENING, limit=task_speeds.MOST_TASKS)["pushed_at"]
    script = show(dispatch.open_tasks)
    total = count_cases(city.whole, "tasks_open", as_of=EVENING)
    assert any(f"在办 {words.full_count(total)} 件" in markdown.value for markdown in script.markdown)
    assert len(rows(script)) == len(pushed)


def test_ages_of_data_quality(show: Show, city: Casebase) -> None:
    sources = quality.ages(city.whole)
    assert sources["cases"].sum() > 0
    written = rows(show(data_quality.ages))
    assert dict(zip(written["来源"], written["信访件（件次）"], strict=True)) == dict(
        zip(sources["source"], sources["cases"], strict=True)
    )


def test_last_month_of_the_overview(show: Show, city: Casebase) -> None:
    month = period_of(Preset.MONTH, EVENING.date())
    rate = measure(city.whole, ["five_day_closure"], as_of=EVENING, period=month)["value"].iloc[0]
    assert 0 < rate < 1
    assert any(value == pytest.approx(rate) for value in bars(show(overview.months)))


def test_the_slowest_place_is_one_that_can_be_judged(show: Show, city: Casebase) -> None:
    """A place with hardly a task is slow by chance: neither title nor bars name it while others can be judged."""
    speeds = measure(city.whole, ["contact_hours"], as_of=EVENING, period=YEAR, by=["district"]).dropna(
        subset=["district"]
    )
    enough = speeds[speeds["among"] >= 30].sort_values("value", ascending=False)
    assert len(enough) == 1, "the sample city has one district with enough tasks"
    assert speeds["value"].max() > enough["value"].max(), "and slower ones with fewer"
    script = show(dispatch.speeds, speed="contact_hours", dimension="district")
    name = names.areas(city.whole).set_index("code")["name"][enough["district"].iloc[0]]
    assert f"只有{name}满 30 件可比" in title(script)
    assert bars(script) == enough["value"].head(task_speeds.MOST_PLACES).tolist()
