"""指标口径: every metric with its formula, and the numbers in it open exactly what they count."""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from casebase.engine import open_casebase
from casebase.settings import Settings
from queries.measure import measure
from queries.model import Kind
from queries.periods import Preset, period_of
from queries.registry import METRICS
from tests.pages.conftest import UNTIL, failures, list_length, panels

pytestmark = pytest.mark.usefixtures("stopped_clock")

OpenPage = Callable[..., AppTest]
MONTH = period_of(Preset.MONTH, UNTIL.date())


def shown(app: AppTest) -> list[str]:
    """The ids of the entries on the page."""
    return re.findall(r'<article class="entry" data-key="(\w+)"', panels(app))


def test_all_metrics_are_there_and_their_numbers_are_as_long_as_their_lists(open_page: OpenPage, demo_url: str) -> None:
    app = open_page(demo_url, "dictionary")
    assert failures(app) == []
    assert shown(app) == list(METRICS)
    numbers = re.findall(r'data-open="(metric=[^"]+)"[^>]*>([\d,]+) ', panels(app))
    assert len(numbers) == sum(2 if metric.kind is Kind.RATE else 1 for metric in METRICS.values())
    casebase = open_casebase(Settings(), demo_url)
    for link, number in numbers:
        asked = dict(parse_qsl(link.replace("&amp;", "&")))
        assert list_length(casebase, asked, as_of=UNTIL, period=MONTH) == int(number.replace(",", "")), link
    casebase.engine.dispose()


def test_words_and_group_narrow_it(open_page: OpenPage, demo_url: str) -> None:
    app = open_page(demo_url, "dictionary")
    app.text_input(key="q").set_value("专家 人次").run()
    assert shown(app) == ["expert_participations", "third_parties"]
    app.text_input(key="q").set_value("没有这个词").run()
    assert shown(app) == []
    assert any("没有与" in info.value for info in app.info)


def test_address_shows_one_metric_and_the_way_back(open_page: OpenPage, demo_url: str) -> None:
    app = open_page(demo_url)
    app.switch_page("pages/dictionary.py")
    app.query_params["metric"] = "grids_staffed"
    app.run()
    assert failures(app) == []
    assert shown(app) == ["grids_staffed"]
    casebase = open_casebase(Settings(), demo_url)
    value = measure(casebase.whole, ["grids_staffed"], as_of=UNTIL)["value"].iloc[0]
    casebase.engine.dispose()
    assert f'<span class="value">{value:.2%}</span>' in panels(app)
    app.button(key="all_metrics").click().run()
    assert len(shown(app)) == len(METRICS)


def test_a_choice_that_a_metric_does_not_heed_is_said(open_page: OpenPage, demo_url: str) -> None:
    app = open_page(demo_url, "dictionary", district="金水区", channel="来访")
    entries = dict(zip(shown(app), panels(app).split('<article class="entry"')[1:], strict=True))
    assert "<dt>不随筛选</dt><dd>区域、信访形式</dd>" in entries["experts_in_pool"]
    assert "不随筛选" not in entries["backlog"]


@pytest.mark.parametrize("left", [{"metric": "backlog"}, {"metric_group": "专家听证"}, {}])
def test_a_step_back_from_a_list_finds_the_dictionary_as_it_was(
    left: dict[str, str], open_page: OpenPage, demo_url: str
) -> None:
    app = open_page(demo_url, period="本年")
    app.switch_page("pages/dictionary.py")
    for name, value in left.items():
        app.query_params[name] = value
    app.run()
    before = shown(app)
    # What the browser's own way back gives: the page's address with the list's question.
    app.switch_page("pages/case_list.py")
    app.query_params["metric"], app.query_params["part"] = "registered", "hits"
    app.run()
    app.switch_page("pages/dictionary.py")
    app.query_params["metric"], app.query_params["part"] = "registered", "hits"
    app.run()
    assert failures(app) == []
    assert shown(app) == before
