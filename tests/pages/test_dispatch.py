"""协同分派: what is drawn is what the registry counts, and what is clicked opens exactly that."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase
from queries.cases import Part, count_cases
from queries.measure import measure
from queries.model import Slice
from queries.periods import Preset, period_of
from tests.pages.conftest import UNTIL, address, clicked, failures, list_length
from views import words

pytestmark = pytest.mark.usefixtures("stopped_clock")

OpenPage = Callable[..., AppTest]
YEAR = period_of(Preset.YEAR, UNTIL.date())


@pytest.fixture
def page(open_page: OpenPage, city: Casebase) -> Callable[..., AppTest]:
    def opened(**address: str) -> AppTest:
        city.engine.dispose()  # a DuckDB file belongs to one at a time
        return open_page(city.engine.url.render_as_string(), "dispatch", period="本年", **address)

    return opened


def picked(**fields: Any) -> dict[str, Any]:
    return {"pick": [fields]}


def opened_length(city: Casebase, asked: dict[str, str]) -> int:
    city.engine.dispose()
    return list_length(city, asked, as_of=UNTIL, period=YEAR)


@pytest.mark.parametrize(
    ("step", "metric", "cell"),
    [
        ("已推送", "tasks_pushed", {}),
        ("已联系", "tasks_contacted", {}),
        ("已办结", "tasks_finished", {}),
        ("已核实", "tasks_finished", {"outcome": "已核实"}),
    ],
)
def test_a_step_opens_the_tasks_that_came_to_it(
    step: str, metric: str, cell: dict[str, str], page: Callable[..., AppTest], city: Casebase
) -> None:
    within = Slice().narrow(task_kind="人员核查", **cell)
    hits = int(measure(city.whole, [metric], as_of=UNTIL, period=YEAR, within=within)["hits"].iloc[0])
    asked = clicked(page(), "steps_人员核查", picked(key=step))
    assert opened_length(city, asked) == hits > 0


def test_a_street_opens_its_tasks(page: Callable[..., AppTest], city: Casebase) -> None:
    streets = measure(city.whole, ["contact_hours"], as_of=UNTIL, period=YEAR, by=["street"])
    street = streets.sort_values("hits").iloc[-1]
    asked = clicked(page(dispatch_level="街道（乡镇）"), "ranked_street_contact_hours", picked(code=street["street"]))
    assert opened_length(city, asked) == street["hits"] > 0


@pytest.mark.parametrize(
    ("small_sample", "level"),
    [
        (30, "district"),  # no street of the sample city has 30 tasks
        (1, "street"),
    ],
)
def test_the_ranking_begins_with_a_level_that_can_be_ranked(
    small_sample: int, level: str, page: Callable[..., AppTest], still_config: Path
) -> None:
    text = still_config.read_text(encoding="utf-8")
    assert "small_sample = 30" in text
    still_config.write_text(text.replace("small_sample = 30", f"small_sample = {small_sample}"), encoding="utf-8")
    assert page().segmented_control(key="dispatch_level").value == level


def test_a_late_district_opens_what_it_missed(page: Callable[..., AppTest], city: Casebase) -> None:
    rates = measure(city.whole, ["reached_in_24h"], as_of=UNTIL, period=YEAR, by=["district"])
    found = rates[rates["hits"] < rates["among"]].iloc[0]
    app = page()
    app.session_state["dispatch_level"] = "district"
    app.session_state["dispatch_speed"] = "reached_in_24h"
    app.run()
    asked = clicked(app, "ranked_district_reached_in_24h", picked(code=found["district"]))
    assert opened_length(city, asked) == found["among"] - found["hits"] > 0


@pytest.mark.parametrize(
    ("key", "fields", "metric", "cell"),
    [
        ("contact_bands", {"key": "8–24小时"}, "contact_hours", {"contact_band": "8–24小时"}),
        ("task_outcomes", {"code": "疏导上报"}, "task_days", {"outcome": "疏导上报"}),
    ],
)
def test_a_bar_opens_its_tasks(
    key: str, fields: dict[str, str], metric: str, cell: dict[str, str], page: Callable[..., AppTest], city: Casebase
) -> None:
    hits = int(measure(city.whole, [metric], as_of=UNTIL, period=YEAR, within=Slice().narrow(**cell))["hits"].iloc[0])
    asked = clicked(page(), key, picked(**fields))
    assert opened_length(city, asked) == hits > 0


def test_the_open_tasks_are_all_behind_the_table(page: Callable[..., AppTest], city: Casebase) -> None:
    total = count_cases(city.whole, "tasks_open", Part.HITS, as_of=UNTIL)
    app = page()
    assert failures(app) == []
    assert any(f"在办 {words.full_count(total)} 件" in text.value for text in app.markdown)
    pushed = next(frame.value for frame in app.dataframe if "推送时间" in frame.value.columns)["推送时间"].tolist()
    assert pushed == sorted(pushed)
    app.button(key="all_open").click().run()
    assert opened_length(city, address(app)) == total > 0
