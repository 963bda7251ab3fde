"""五日办结: what is clicked opens exactly the claims that it counts."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase
from queries.measure import measure
from queries.model import Slice
from queries.periods import Period, Preset, end_of_day, period_of
from tests.pages.conftest import clicked, failures, list_length, panels
from wording.names import PLACE_NAMES

pytestmark = pytest.mark.usefixtures("stopped_clock")

OpenPage = Callable[..., AppTest]
TODAY = date(2026, 11, 19)
NOW = end_of_day(TODAY)
YEAR = period_of(Preset.YEAR, TODAY)
RATE = "five_day_closure"


def row(city: Casebase, metric: str, period: Period = YEAR, **cell: str | None) -> Any:
    return measure(city.whole, [metric], as_of=NOW, period=period, within=Slice().narrow(**cell)).iloc[0]


def opened(open_page: OpenPage, city: Casebase, key: str, selection: dict[str, Any]) -> int:
    """Length of the list that a click opens on the page of this year."""
    url = city.engine.url.render_as_string()
    city.engine.dispose()  # a DuckDB file belongs to one at a time
    asked = clicked(open_page(url, "five_day", as_of=TODAY.isoformat(), period="本年"), key, selection)
    return list_length(city, asked, as_of=NOW, period=YEAR)


@pytest.mark.parametrize(("days", "label"), [(5, "5"), (11, "10以上")])
def test_bar_of_closing_days(days: int, label: str, open_page: OpenPage, city: Casebase) -> None:
    expected = row(city, RATE, closing_days=label)["among"]
    assert expected > 0
    assert opened(open_page, city, "closings", {"pick": [{"days": days}]}) == expected


def test_month_of_the_trend_opens_what_missed(open_page: OpenPage, city: Casebase) -> None:
    found = row(city, RATE, period_of(Preset.MONTH, date(2026, 3, 15)))
    browser = int(datetime(2026, 3, 1, tzinfo=ZoneInfo("America/New_York")).timestamp() * 1000)
    misses = found["among"] - found["hits"]
    assert misses > 0
    assert opened(open_page, city, "five_day_months", {"pick": [{"at": browser}]}) == misses


def test_category_opens_what_missed_and_all_where_nothing_did(open_page: OpenPage, city: Casebase) -> None:
    found = measure(city.whole, [RATE], as_of=NOW, period=YEAR, by=["category"]).dropna(subset=["category"])
    worst = found.sort_values("value").iloc[0]
    key = "five_day_category"
    expected = worst["among"] - worst["hits"]
    assert opened(open_page, city, key, {"pick": [{"code": worst["category"]}]}) == expected


def test_streets_ranked_by_misses_open_them(open_page: OpenPage, city: Casebase) -> None:
    found = measure(city.whole, [RATE], as_of=NOW, period=YEAR, by=["street"]).dropna(subset=["street"])
    misses = (found["among"] - found["hits"]).set_axis(found["street"])
    url = city.engine.url.render_as_string()
    city.engine.dispose()
    address = {"as_of": TODAY.isoformat(), "period": "本年", "level": PLACE_NAMES["street"], "ranked_by": "未按期件次"}
    app = open_page(url, "five_day", **address)
    drawn = next(chart for chart in app.get("vega_lite_chart") if "five_day_street" in chart.proto.id)
    worst = str(misses.idxmax())
    assert re.search(rf"最多，各? ?{misses[worst]} 件次", json.loads(drawn.proto.spec)["title"]["text"]["expr"])
    asked = clicked(app, "five_day_street", {"pick": [{"code": worst}]})
    assert list_length(city, asked, as_of=NOW, period=YEAR) == misses[worst] > 0


def test_a_share_says_of_whose_misses(open_page: OpenPage, demo_url: str) -> None:
    """Places share those of the city, units those of their kind."""
    address = {"as_of": TODAY.isoformat(), "period": "本年", "ranked_by": "未按期件次", "unit_kind": "区县部门"}
    drawn = {
        chart.proto.id: chart.proto.spec for chart in open_page(demo_url, "five_day", **address).get("vega_lite_chart")
    }
    titles = {
        name: json.loads(spec)["title"]["text"]["expr"]
        for key, spec in drawn.items()
        for name in ("five_day_district", "five_day_unit", "five_day_category", "five_day_channel")
        if name in key
    }
    wholes = {name: share[1] for name, title in titles.items() if (share := re.search(r"占(\w+)未按期总量", title))}
    assert wholes.pop("five_day_unit") == "区县部门"
    assert wholes
    assert set(wholes.values()) == {"全市"}


def test_under_a_past_month_trends_end_with_it_those_of_stocks_too(open_page: OpenPage, city: Casebase) -> None:
    url = city.engine.url.render_as_string()
    city.engine.dispose()
    shown = panels(open_page(url, "five_day", as_of=TODAY.isoformat(), period="上月"))
    cards = re.findall(
        r'<article class="card" data-key="(\w+)">.*?<div class="spark">(.*?)</article>', shown, re.DOTALL
    )
    trends = dict(cards)
    assert "2026年10月" in trends[RATE]
    assert "2026年11月" not in trends[RATE]
    # A finished period's stocks are those of its end.
    for stock in ("five_day_due_in_3", "five_day_overdue"):
        assert "2026年10月" in trends[stock]
        assert "2026年11月" not in trends[stock]
        assert re.search(rf'data-key="{stock}".*?截至10月31日', shown, re.DOTALL)


def test_row_of_who_is_about_to_miss(open_page: OpenPage, city: Casebase) -> None:
    found = measure(city.whole, ["five_day_due_in_3"], as_of=NOW, by=["unit"])
    assert not found.empty
    assert opened(open_page, city, "due_soon", {"rows": [0]}) == found["hits"].max()


@pytest.mark.parametrize(("start", "said"), [("registered", "自登记次日起算"), ("accepted", "自受理次日起算")])
def test_page_says_which_start_the_configuration_uses(
    start: str, said: str, open_page: OpenPage, demo_url: str, still_config: Any
) -> None:
    text = still_config.read_text(encoding="utf-8")
    still_config.write_text(text.replace('simple_from = "registered"', f'simple_from = "{start}"'), encoding="utf-8")
    app = open_page(demo_url, "five_day")
    assert failures(app) == []
    assert said in panels(app)
