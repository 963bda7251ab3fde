"""Every page opens on every kind of database, and shows the numbers that the registry gives."""

import re
import runpy
from collections.abc import Callable, Sequence
from datetime import datetime

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase, open_casebase, write_info
from casebase.loading import load, map_of
from casebase.schema import petition
from casebase.settings import ROOT, Settings
from casebase.upgrade import upgrade
from pages.parts.menu import ENTRIES
from queries.measure import measure, metric_of
from queries.model import Slice
from queries.periods import Period, Preset, end_of_day, period_of
from tests.pages.conftest import EVENING, MAPS, UNTIL, YEAR, card_values, failures, panels, read_only
from views import words

OpenPage = Callable[..., AppTest]
PAGES = tuple(entry.file for entry in ENTRIES)
CARDS = {
    "overview": ("registered", "backlog", "five_day_closure", "overdue", "unit_satisfaction", "reached_in_24h"),
    "backlog": ("backlog", "overdue", "due_today", "due_in_1", "due_in_3", "due_in_5"),
    "five_day": ("five_day_closure", "five_day_closure_all", "five_day_overdue", "five_day_due_in_0"),
    "agents": ("agents", "communities_with_agent", "agents_engaged", "cases_accompanied", "accompanied_rate"),
    "dispatch": ("tasks_pushed", "tasks_open", "tasks_uncontacted", "reached_in_24h", "contact_hours", "task_days"),
    "mediation": ("mediations_taken", "family_settled", "petitions_after_mediation", "mediating_orgs_active"),
    "receptions": ("receptions", "receptions_closed", "reception_days", "receptions_open", "reception_days_open"),
    "supervision": ("supervision_issued", "supervision_in_time", "supervision_waiting", "supervision_overdue"),
    "hotline": ("hotline_registered", "hotline_response", "hotline_open", "hotline_overdue"),
    "grid_coverage": ("grids_staffed", "grid_workers", "communities_with_agent", "agents", "on_the_spot"),
}
KINDS: dict[str, words.NumberFormat] = {
    "count": "count",
    "rate": "rate",
    "mean": "days",
    "per_10k": "number",
    "sum": "count",
}


def written(casebase: Casebase, metric: str, *, period: Period, within: Slice, row: Sequence[str] = ()) -> str:
    """A number as its card writes it; counts of one row stand all in 万 or all in full."""
    wanted = list(dict.fromkeys([metric, *row, *(other for name in row for other in metric_of(name).beside)]))
    values = measure(casebase.whole, wanted, as_of=now(), period=period, within=within).set_index("metric")["value"]
    chosen = metric_of(metric)
    kind: words.NumberFormat = "number" if chosen.unit == "小时" else KINDS[chosen.kind.value]
    counts = [value for name, value in values.items() if metric_of(str(name)).is_total]
    if kind == "count" and min(counts) < 10_000:
        return words.full_count(values[metric])
    return words.value(values[metric], kind).removesuffix(" 天")


def now() -> datetime:
    """What the pages call now: the city ended long ago, or it is the end of its last day."""
    return UNTIL.replace(second=0)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The city's own moment stands for the wall clock."""

    monkeypatch.setattr("cockpit.process.now", now)


@pytest.mark.parametrize("page", PAGES)
def test_page_opens_on_an_upgraded_database_without_rows(page: str, open_page: OpenPage, bare_url: str) -> None:
    assert failures(open_page(bare_url, page)) == []


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "address", [{}, {"period": "今日"}, {"district": "金水区", "period": "本年"}, {"as_of": "2024-02-29"}]
)
def test_page_opens_on_the_city(page: str, address: dict[str, str], open_page: OpenPage, demo_url: str) -> None:
    app = open_page(demo_url, page, **address)
    assert failures(app) == []
    assert words.DEMO in panels(app)


@pytest.mark.parametrize("page", [page for page in PAGES if page in CARDS])
def test_cards_show_what_the_registry_says(page: str, open_page: OpenPage, demo_url: str) -> None:
    shown = card_values(open_page(demo_url, page, district="金水区"))
    casebase = open_casebase(Settings(), demo_url)
    period = period_of(Preset.MONTH, UNTIL.date())
    row, within = CARDS[page], Slice(area="410105")
    expected = {name: written(casebase, name, period=period, within=within, row=row) for name in row}
    casebase.engine.dispose()
    assert {name: shown[name] for name in expected} == expected


@pytest.mark.parametrize(("label", "preset"), [("本月", Preset.MONTH), ("本年", Preset.YEAR)])
def test_hearings_are_those_of_the_chosen_period(
    label: str, preset: Preset, open_page: OpenPage, demo_url: str
) -> None:
    shown = card_values(open_page(demo_url, "hearings", period=label))
    casebase = open_casebase(Settings(), demo_url)
    chosen = period_of(preset, UNTIL.date())
    assert shown["hearings_held"] == written(casebase, "hearings_held", period=chosen, within=Slice())
    assert int(shown["hearings_held"]) > 0
    casebase.engine.dispose()


def test_the_card_of_a_rate_opens_what_missed_it(open_page: OpenPage, demo_url: str) -> None:
    cards = panels(open_page(demo_url, "five_day", period="本年"))
    linked = re.findall(r'data-open="metric=five_day_closure&amp;part=(\w+)"', cards)
    assert set(linked) == {"misses"}


@pytest.mark.parametrize(("part", "column"), [("hits", "hits"), ("among", "among")])
def test_list_is_as_long_as_the_number(part: str, column: str, open_page: OpenPage, demo_url: str) -> None:
    app = open_page(demo_url, "case_list", metric="five_day_closure", part=part, by_unit="")
    assert failures(app) == []
    casebase = open_casebase(Settings(), demo_url)
    within = Slice(cell=(("unit", None),))
    period = period_of(Preset.MONTH, UNTIL.date())
    number = measure(casebase.whole, ["five_day_closure"], as_of=now(), period=period, within=within)[column].iloc[0]
    casebase.engine.dispose()
    assert any(f"共 **{words.full_count(number)}** 件次" in text.value for text in app.markdown)


@pytest.mark.parametrize("page", ["case_list", "dictionary"])
def test_a_number_that_there_is_not_is_named(page: str, open_page: OpenPage, demo_url: str) -> None:
    app = open_page(demo_url, page, metric="non*sense")
    assert failures(app) == []
    assert [warning.value for warning in app.warning] == [r"没有「non\*sense」这个指标，全部指标见「指标口径」。"]


def test_unknown_choices_in_the_address_are_ignored(open_page: OpenPage, demo_url: str) -> None:
    plain = card_values(open_page(demo_url))
    assert card_values(open_page(demo_url, district="没有的区", channel="鸽子", period="昨日")) == plain


def test_custom_days_that_end_before_they_start_are_said(open_page: OpenPage, demo_url: str) -> None:
    app = open_page(demo_url, period="自选", **{"from": "2026-11-10", "to": "2026-11-01"})
    assert failures(app) == []
    assert any("早于" in warning.value for warning in app.warning)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("file", MAPS)
def test_page_shows_the_real_files(page: str, file: str, open_page: OpenPage, real_url: Callable[[str], str]) -> None:
    app = open_page(real_url(file), page)
    assert failures(app) == []
    assert words.DEMO not in panels(app)


def test_old_data_is_shown_as_of_its_last_day(open_page: OpenPage, real_url: Callable[[str], str]) -> None:
    url = real_url("boston311_2011H2")
    shown = card_values(open_page(url))
    casebase = open_casebase(Settings(), url)
    last = datetime(2019, 10, 31)  # of the last closing, eight years after the last registration
    found = measure(casebase.whole, ["backlog"], as_of=end_of_day(last.date()))
    casebase.engine.dispose()
    assert shown["backlog"] == words.count(found["value"].iloc[0])


@pytest.fixture(scope="module")
def url_of_1998(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database with the cases of one spring, all closed in summer."""
    folder = tmp_path_factory.mktemp("1998")
    url, file = f"duckdb:///{folder / 'old.duckdb'}", folder / "cases.csv"
    lines = [f"c{n},1998-03-{n % 28 + 1:02} 09:30:00,1998-06-{n % 28 + 1:02} 10:00:00,东区\n" for n in range(40)]
    file.write_text("no,opened,closed,district\n" + "".join(lines), encoding="utf-8")
    columns = {"case_no": "no", "registered_at": "opened", "closed_at": "closed"}
    place = {"by": "make", "columns": ["district"]}
    found = {"source": {"name": "old"}, "city": {"name": "旧市"}, "columns": columns, "place": place}
    casebase = open_casebase(Settings(), url)
    upgrade(casebase.engine)
    load(casebase, file, map_of(found | {"constants": {"is_simple": True}}), now=now())
    casebase.engine.dispose()
    return read_only(url)


@pytest.mark.parametrize("page", PAGES)
def test_page_opens_on_data_of_another_century(page: str, open_page: OpenPage, url_of_1998: str) -> None:
    assert failures(open_page(url_of_1998, page)) == []


def test_days_long_ago_are_kept_as_they_are_asked(open_page: OpenPage, url_of_1998: str) -> None:
    app = open_page(url_of_1998, period="自选", **{"from": "1998-03-01", "to": "1998-03-14"})
    assert failures(app) == []
    assert card_values(app)["registered"] == "26"  # 14 days, 12 of them with two cases
    assert card_values(open_page(url_of_1998, as_of="1998-03-31"))["backlog"] == "40"
    assert card_values(open_page(url_of_1998))["backlog"] == "0", "all are closed by the last event"


def test_every_script_stands_in_the_navigation() -> None:
    """So that none can be reached but through the door."""
    scripts = {file.stem for file in (ROOT / "pages").glob("*.py") if file.stem != "__init__"}
    assert sorted(PAGES) == sorted(scripts)


def test_server_finds_pages_by_navigation_from_the_first_visit() -> None:
    from streamlit.runtime.pages_manager import PagesManager

    runpy.run_path(str(ROOT / "app.py"), run_name="app")
    assert PagesManager.uses_pages_directory is False


def test_a_share_of_the_city_is_of_all_its_cases_with_a_place_or_without(
    own_city: Casebase, open_page: Callable[..., AppTest]
) -> None:
    with own_city.writing() as connection:
        half = petition.c.petition_id % 2 == 0
        connection.execute(update(petition).where(half).values(district_code=None, street_code=None))
    found = measure(own_city.whole, ["registered"], as_of=EVENING, period=YEAR, by=["district"])
    total, top = int(found["hits"].sum()), int(found.dropna(subset=["district"])["hits"].max())
    assert total > 1.5 * found.dropna(subset=["district"])["hits"].sum()
    own_city.engine.dispose()
    url = own_city.engine.url.render_as_string()
    app = open_page(url, as_of=EVENING.date().isoformat(), period="本年", on_map="登记量")
    said = "\n".join(str(text.value) for text in app.markdown)
    assert f"最多，{words.full_count(top)} 件次，占全市 {words.percent(top / total)}" in said


def test_a_case_base_that_is_no_city_s_is_called_by_its_name(
    open_page: OpenPage, own_city: Casebase, own_url: str
) -> None:
    with own_city.writing() as connection:
        write_info(connection, city_name="某省")
    own_city.engine.dispose()
    app = open_page(own_url, period="本年")
    assert failures(app) == []
    assert app.selectbox(key="district").options[0] == "某省"
    assert "全市" not in panels(app)
    assert "，某省。" in panels(app)
