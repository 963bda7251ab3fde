"""The wall's scenes: the registry's numbers, no person, readable colours; the last good ones outlive the base."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import func, insert, select, update

from casebase import schema
from casebase.engine import Casebase, ReadableCasebase, mark_changed
from casebase.errors import CasebaseError, UsageError
from casebase.scope import WHOLE
from casebase.settings import ROOT, ScreenSettings, Settings, read_settings
from cockpit import places, process, splits
from cockpit.data import LiveData
from cockpit.reading import Reading
from cockpit.view import PRESETS
from queries import names
from queries.measure import measure, metric_of
from queries.periods import Preset, last_months, period_of
from screen import scenes
from screen.wall import Snapshots
from tests.pages.conftest import UNTIL
from views import words
from views.tokens import WALL, contrast

VALUE = re.compile(r'<section class="kpi" data-key="(\w+)".*?<span class="value">([^<]*)</span>', re.DOTALL)


def test_every_number_is_the_registry_s(city: Casebase) -> None:
    found = Snapshots(process.live_data).get(WHOLE, "410105", "本年")
    year = period_of(Preset.YEAR, UNTIL.date())
    within = scenes.view_of(process.live_data().now(WHOLE), "本年", "410105").within
    checked = 0
    for scene in found["scenes"]:
        if scenes.BY_ID[scene["id"]].few:
            continue
        for name, shown in VALUE.findall(scene["html"]):
            metric = metric_of(name)
            value = measure(city.whole, [name], as_of=UNTIL, period=year, within=within)["value"].iloc[0]
            kind = {"count": "count", "rate": "rate", "mean": "days", "per_10k": "number"}[metric.kind.value]
            assert shown == words.value(value, kind).removesuffix(" 天"), name  # type: ignore[arg-type]
            checked += 1
    assert checked >= 30


def test_when_a_month_begins_what_it_has_none_of_is_of_the_last_month_and_says_so(city: Casebase) -> None:
    """On 1 November, a Sunday, no promise ended: card, map and ranking are October's, other cards today's."""
    latest = scenes.view_of(process.live_data().now(WHOLE), "本月")
    view = replace(latest, as_of=datetime(2026, 11, 1, 23, 59, 59))
    scene, october = scenes.BY_ID["five_day"], period_of(Preset.MONTH, date(2026, 10, 1))
    html = str(scenes.html_of(scene, view))
    rate, overdue = (
        measure(city.whole, [name], as_of=view.as_of, period=period)["value"].iloc[0]
        for name, period in (("five_day_closure", october), ("five_day_overdue", None))
    )
    shown = dict(VALUE.findall(html))
    assert (shown["five_day_closure"], shown["five_day_overdue"]) == (words.percent(rate), f"{overdue:.0f}")
    assert "10月·五日办结率" in html
    assert "较前一月" in html
    assert "2026年10月1日—31日；2026年11月1日—30日还没有" in html
    assert "2026年10月各区县（功能区）五日办结率" in html
    rates = measure(city.whole, ["five_day_closure"], as_of=view.as_of, period=october, by=["district"])["value"]
    in_ranking = re.findall(r'<span class="amount">.*?([0-9.]+%)</span>', html, re.DOTALL)
    assert in_ranking
    assert set(in_ranking) <= {words.percent(rate) for rate in rates.dropna()}
    (figure, _) = scenes.figures(view)["five_day"]
    assert (figure["name"], figure["value"]) == ("10月·五日办结率", words.percent(rate))


def test_a_table_of_numbers_side_by_side_names_the_month_of_those_that_this_one_has_none_of(city: Casebase) -> None:
    latest = scenes.view_of(process.live_data().now(WHOLE), "本月")
    html = str(scenes.html_of(scenes.BY_ID["districts"], replace(latest, as_of=datetime(2026, 11, 1, 23, 59, 59))))
    heads = re.findall(r'<th scope="col">([^<]*)</th>', html)
    assert heads[1:5] == ["10月·五日办结率", "10月·按期办结率", "超期未结", "在办"]
    assert "10月·五日办结率：" in html
    assert "10月" not in str(scenes.html_of(scenes.BY_ID["districts"], latest))


def test_where_nothing_has_a_number_places_have_their_names_alone(city: Casebase) -> None:
    """Of a day nothing stands in for it: the map is no list of dashes."""
    view = scenes.view_of(process.live_data().now(WHOLE), "今日")
    day = replace(view, as_of=datetime(2026, 11, 1, 23, 59, 59), period=period_of(Preset.TODAY, date(2026, 11, 1)))
    html = str(scenes.html_of(scenes.BY_ID["five_day"], day))
    labels = re.findall(r"<tspan[^>]*>([^<]*)</tspan>", html)
    assert labels
    assert words.NONE not in labels
    assert "都没有可计的记录。" in html


@pytest.mark.parametrize(
    ("period", "last", "said"),
    [
        ("上月", date(2026, 10, 31), "截至10月的 12 个月"),
        ("今日", date(2026, 11, 30), "近 12 个月"),
    ],
)
def test_rare_things_cover_the_twelve_months_up_to_the_end_of_the_period(
    city: Casebase, period: str, last: date, said: str
) -> None:
    snapshots = Snapshots(process.live_data)
    (scene,) = snapshots.get(WHOLE, "", period, ["hearings"])["scenes"]
    assert scene["said"] == f"{said}，全市"
    assert f"举行听证（场次），{said}" in scene["html"]
    year = last_months(last, 12)
    values = {
        name: measure(city.whole, [name], as_of=UNTIL, period=year)["value"].iloc[0]
        for name in ("hearings_held", "expert_cases")
    }
    shown = dict(VALUE.findall(scene["html"]))
    assert {name: shown[name] for name in values} == {
        name: words.value(value, "count") for name, value in values.items()
    }
    figure = snapshots.figures(WHOLE, "", period)["hearings"][0]
    assert figure["value"].split()[0] == shown["hearings_held"]


def test_a_ranking_says_how_it_is_ordered_and_what_it_leaves_out(city: Casebase) -> None:
    view = scenes.view_of(process.live_data().now(WHOLE), "本年")
    metric = metric_of("five_day_closure")
    frame = pd.DataFrame({"name": [f"{n}街道" for n in range(17)], "value": [n / 20 for n in range(17)], "among": 40})

    def html(enough: int) -> str:
        few = frame.assign(small=[n >= enough for n in range(17)])
        few.loc[few["small"], "among"] = range(17 - enough)
        return str(scenes._ranking_html(view, metric, few, "街道", 16))

    assert "由低到高，17 个中列前 16 个，竖线为目标" in html(17)
    assert "由低到高，样本少的在后，17 个中列前 16 个" in html(2)
    for enough in (0, 1):
        assert "可比的不足两个，不排名次；计入件数多的在前，17 个中列前 16 个" in html(enough)
        assert "由低到高" not in html(enough)
    assert re.findall(r'"who">(\d+)街道', html(0))[:3] == ["16", "15", "14"]


def test_a_ranking_of_counts_has_no_bar_of_nothing(city: Casebase) -> None:
    view = scenes.view_of(process.live_data().now(WHOLE), "本年")
    counts = pd.DataFrame({"name": list("甲乙丙丁"), "value": [0.0, 2.0, 0.0, 5.0], "among": 9, "small": False})
    html = str(scenes._ranking_html(view, metric_of("supervision_waiting"), counts, "街道", 16))
    assert re.findall(r'"who">(.)<', html) == ["丁", "乙"]
    assert "由多到少，另 2 个没有" in html
    rates = counts.assign(value=counts["value"] / 5)
    assert str(scenes._ranking_html(view, metric_of("on_the_spot"), rates, "街道", 16)).count('"who"') == 4
    none = str(scenes._ranking_html(view, metric_of("supervision_waiting"), counts.head(1), "街道", 16))
    assert "由多到少" not in none


def test_all_that_needs_attention_is_shown_and_the_bars_take_what_is_left(
    city: Casebase, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = scenes.view_of(process.live_data().now(WHOLE), "本年")
    frame = pd.DataFrame({"name": [f"{n}街道" for n in range(12)], "value": 0.9, "among": 40, "small": False})
    for lines, bars in ((5, 2), (2, 8)):
        said = [
            (words.BAD, f"{n} " + "件次超期未结，最久超 57 天，较上月同期增加 9，金水区住房和城乡建设局最多")
            for n in range(lines)
        ]
        monkeypatch.setattr(scenes, "sentences", lambda _view, said=said: said)
        html = str(scenes.alerts_and_ranking(view, frame, scenes.BY_ID["overview"]))
        assert all(text in html for _, text in said)
        assert html.count('"who"') - html.count('class="spare"') == bars


def test_what_is_ordinary_is_one_line(city: Casebase, monkeypatch: pytest.MonkeyPatch) -> None:
    view = scenes.view_of(process.live_data().now(WHOLE), "本年")
    topics = pd.DataFrame({"name": ["物业服务", "噪声污染"], "observed": [40, 5], "expected": [9.0, 2.0]})
    for alarms, title in (([True, False], "近 7 天 1 个话题异常上升"), ([False, False], "近 7 天没有话题异常上升")):
        monkeypatch.setattr(type(view), "ask", lambda _view, *_args, alarms=alarms, **_: topics.assign(alarm=alarms))
        monkeypatch.setattr(places, "dimension_of_cases", lambda _view: "district")
        monkeypatch.setattr(splits, "split", lambda *_: pd.DataFrame({"name": ["房产物业", "政法"], "hits": [3, 40]}))
        html = str(scenes.rising_topics(view))
        assert title in html
        assert ("物业服务" in html) == alarms[0]
        assert "噪声污染" not in html
        assert "都在正常波动之内" in html
        assert re.findall(r'"who">([^<]*)<', html) == ["政法", "房产物业"]


def test_a_remote_s_figures_are_the_cards(city: Casebase) -> None:
    assert city.state().demonstration
    snapshots = Snapshots(process.live_data)
    told = snapshots.figures(WHOLE, "410105", "本年")
    for scene in snapshots.get(WHOLE, "410105", "本年")["scenes"]:
        first = [shown for _, shown in VALUE.findall(scene["html"])][:2]
        assert [figure["value"].split(" ")[0] for figure in told[scene["id"]]] == first, scene["id"]


def test_a_brief_answer_is_the_scene_alone(city: Casebase) -> None:
    assert city.state().demonstration
    snapshots = Snapshots(process.live_data)
    brief, whole = (snapshots.get(WHOLE, "410105", "本年", ["backlog"], brief=brief) for brief in (True, False))
    assert set(whole) - set(brief) == {"owner", "ticker", "arrivals"}
    assert brief["scenes"] == whole["scenes"]
    assert snapshots.get(WHOLE, "", "本年", [], brief=True)["scenes"] == []


@pytest.mark.parametrize(
    ("setting", "place"), [('order = ["duty", "due"]', "order.1"), ("meeting = ['due', 'duty']", "meeting.0")]
)
def test_config_names_scenes_that_exist(tmp_path: Path, setting: str, place: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[screen]\ninterval = 20\n{setting}\n", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_settings(path, checks=[scenes.check_scenes])
    every = ", ".join(scenes.BY_ID)
    assert str(caught.value) == f"{path}, line 3: screen.{place}: there is no scene due; the scenes are {every}"


def test_every_scene_may_stand_in_either_set() -> None:
    every = tuple(scenes.BY_ID)
    scenes.check_scenes(Settings(screen=ScreenSettings(order=every, meeting=every)))
    scenes.check_scenes(Settings())


def test_nothing_personal_ever(city: Casebase) -> None:
    p = schema.petition.c
    with city.reading() as connection:
        rows = connection.execute(select(p.petitioner_name, p.petitioner_phone, p.petitioner_key, p.case_no, p.title))
        told = {str(value) for row in rows for value in row if value}
        experts = set(connection.scalars(select(schema.expert.c.name)))
    for area in ("", "410105"):
        found = Snapshots(process.live_data).get(WHOLE, area, "本年")
        text = str(found) + str(Snapshots(process.live_data).figures(WHOLE, area, "本年"))
        assert len(found["scenes"]) == len(scenes.SCENES)
        assert [word for word in told | experts if word in text] == []
        assert not re.search(r"1\d{10}|\d{17}[\dXx]", text)
        assert all(set(one) == {"key", "x", "y"} for one in found["arrivals"])


def test_at_most_nine_blocks_and_words_for_every_picture(city: Casebase) -> None:
    assert city.state().demonstration
    for scene in Snapshots(process.live_data).get(WHOLE, "", "本月")["scenes"]:
        html = scene["html"]
        assert html.count('class="kpi"') + html.count('class="block') <= 9
        for picture in re.findall(r"<svg class=\"map\"[^>]*>|<div class=\"months\"[^>]*>|<table[^>]*>", html):
            assert 'role="img"' in picture or picture.startswith("<table")
            assert re.search(r'aria-label="[^"]{4,}"', picture)


def test_the_last_good_numbers_outlive_the_database(own_city: Casebase, monkeypatch: pytest.MonkeyPatch) -> None:
    assert own_city.state().demonstration
    snapshots = Snapshots(process.live_data)
    good = snapshots.get(WHOLE, "", "本月")
    assert not good["error"]

    def gone(self: Casebase) -> object:
        raise CasebaseError("gone")

    monkeypatch.setattr(ReadableCasebase, "state", gone)
    process.live_data().watch._looked = 0.0
    kept = snapshots.get(WHOLE, "", "本月")
    assert kept["error"]
    assert kept["scenes"] == good["scenes"]
    with pytest.raises(CasebaseError):
        Snapshots(_never).get(WHOLE, "", "本月")


def _never() -> LiveData:
    raise CasebaseError("no database from the start")


def test_an_answer_during_an_outage_is_as_old_as_its_oldest_scene(
    own_city: Casebase, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = process.live_data().watch.read().looked_at
    monkeypatch.setattr("cockpit.reading.monotonic", lambda: begun)
    snapshots = Snapshots(process.live_data)
    snapshots.get(WHOLE, "", "本月", ["backlog"])
    later = UNTIL + timedelta(minutes=5)
    monkeypatch.setattr("cockpit.process.now", lambda: later)
    monkeypatch.setattr("cockpit.reading.monotonic", lambda: begun + 300)
    process.live_data().watch._looked = 0.0  # a look is due by the monotonic clock, whatever the time of day
    assert snapshots.get(WHOLE, "", "本月", ["overview"])["cutoff"].endswith("15:35")

    def gone(self: Casebase) -> object:
        raise CasebaseError("gone")

    monkeypatch.setattr(ReadableCasebase, "reading", gone)
    monkeypatch.setattr(ReadableCasebase, "state", gone)
    monkeypatch.setattr("cockpit.reading.monotonic", lambda: begun + 340)
    monkeypatch.setattr("cockpit.process.now", lambda: later + timedelta(seconds=40))
    process.live_data().watch._looked = 0.0
    kept = snapshots.get(WHOLE, "", "本月", ["overview", "backlog"])
    assert kept["error"]
    assert kept["age"] == 340
    assert snapshots.get(WHOLE, "", "本月", ["overview"], brief=True)["age"] == 40
    assert kept["cutoff"].endswith("15:30")
    with pytest.raises(CasebaseError):
        snapshots.get(WHOLE, "", "本月", ["hearings"])
    assert own_city.settings.freshness.amber == 30


def test_today_becomes_the_new_day_at_midnight(own_city: Casebase, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshots, said = Snapshots(process.live_data), []
    for at in (datetime(2026, 11, 20, 23, 59, 59), datetime(2026, 11, 21, 0, 0, 1)):
        monkeypatch.setattr("cockpit.process.now", lambda at=at: at)
        process.live_data().watch._looked = 0.0  # a look is due by the monotonic clock, whatever the time of day
        found = snapshots.get(WHOLE, "", "今日", ["overview"])
        (scene,) = found["scenes"]
        said.append((scene["said"], found["cutoff"], dict(VALUE.findall(scene["html"]))["registered"]))
    day = period_of(Preset.TODAY, UNTIL.date())
    came = measure(own_city.whole, ["registered"], as_of=datetime(2026, 11, 20, 23, 59), period=day)["value"].iloc[0]
    assert came > 0
    assert said == [
        ("2026年11月20日，全市", "11月20日 23:59", f"{came:.0f}"),
        ("2026年11月21日，全市", "11月21日 00:00", "0"),
    ]


def test_an_unknown_district_period_or_scene_is_refused_and_not_kept(city: Casebase) -> None:
    """Never another area's numbers, the city's least of all: a code of any length is taken as a whole or refused."""
    snapshots = Snapshots(process.live_data)
    for area, period, wanted, said in (
        ("999999", "本月", ["overview"], "区域“999999”不存在"),
        ("410105" + "0" * 40, "本月", ["overview"], "区域“" + "410105" + "0" * 34 + "…”不存在"),
        ("", "去年", ["overview"], "时段“去年”不存在"),
        ("", "本月", ["overview", "none"], "场景“none”不存在"),
    ):
        with pytest.raises(scenes.UnknownError, match=f"^{re.escape(said)}$"):
            snapshots.get(WHOLE, area, period, wanted)
        if wanted == ["overview"]:
            with pytest.raises(scenes.UnknownError):
                snapshots.figures(WHOLE, area, period)
            with pytest.raises(scenes.UnknownError):
                scenes.view_of(process.live_data().now(WHOLE), period, area or None)
    assert len(snapshots._parts) == 0


def test_a_place_of_an_address_is_named_as_in_the_pages_bar(city: Casebase) -> None:
    """By code or name, each level within the one above; what does not lie there, or is several, is refused."""
    table = process.live_data().now(WHOLE).ask(names.areas)
    districts, streets = (table[table["level"] == level] for level in (2, 3))
    district, street = districts.iloc[0], streets[streets["parent_code"] == districts["code"].iloc[0]].iloc[0]
    other = districts.iloc[1]
    shared = streets[streets["name"].duplicated(keep=False)].iloc[0]
    code_of = partial(Snapshots(process.live_data).code_of, WHOLE)
    assert code_of({"period": "本月", "pin": "overview"}) == ""
    for address, code in (
        ({"area": district["code"]}, district["code"]),
        ({"area": district["name"]}, district["code"]),
        ({"district": district["name"]}, district["code"]),
        ({"district": district["code"], "street": street["name"]}, street["code"]),
        ({"street": street["code"]}, street["code"]),
        ({"area": shared["parent_code"], "street": shared["name"]}, shared["code"]),
    ):
        assert code_of(address) == code, address
    for address, said in (
        ({"district": street["name"]}, f"区县“{street['name']}”不存在"),
        ({"district": other["code"], "street": street["name"]}, f"街道“{street['name']}”不在{other['name']}"),
        ({"street": shared["name"]}, f"街道“{shared['name']}”有几个同名，请写明上级区域或代码"),
    ):
        with pytest.raises(scenes.UnknownError, match=f"^{re.escape(said)}$"):
            code_of(address)


def test_a_long_area_code_has_its_own_numbers(own_city: Casebase) -> None:
    code = "test-south-los-angeles-planning-area"
    with own_city.writing() as connection:
        connection.execute(insert(schema.area).values(code=code, name="South LA", level=2, parent_code="4101"))
        first = connection.scalar(select(func.min(schema.petition.c.petition_id)))
        connection.execute(
            update(schema.petition)
            .where(schema.petition.c.petition_id == first)
            .values(district_code=code, registered_at=UNTIL - timedelta(minutes=1), restricted=False, channel="网信")
        )
        mark_changed(connection, UNTIL)
    process.live_data().watch._last = Reading(own_city.state(), UNTIL)
    (scene,) = Snapshots(process.live_data).get(WHOLE, code, "", ["overview"])["scenes"]
    assert scene["said"] == "2026年11月1日—30日，South LA"
    assert dict(VALUE.findall(scene["html"]))["registered"] == "1"


def test_a_scene_that_is_asked_for_often_is_answered_once(city: Casebase) -> None:
    assert city.state().demonstration
    found = Snapshots(process.live_data).get(WHOLE, "", "", ["backlog"] * 500)
    assert [scene["id"] for scene in found["scenes"]] == ["backlog"]
    kept = Snapshots(process.live_data)
    kept.get(WHOLE, "", "", ["backlog"])
    kept.get(WHOLE, "", "本月", ["backlog"])
    assert {key[2] for key, _ in kept._parts.items()} == {"本月"}  # the default by its name: kept once


def test_what_hangs_on_a_wall_is_not_pushed_out_by_what_somebody_tries(
    city: Casebase, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert city.state().demonstration
    one = Snapshots(process.live_data)
    one.get(WHOLE, "", "本月", ["backlog"], brief=True)
    monkeypatch.setattr("screen.wall._MOST_BYTES", 2 * one._parts.weight)
    snapshots = Snapshots(process.live_data)
    snapshots.get(WHOLE, "", "本月", ["backlog"], brief=True)
    for area in ("410105", "410103", "410104", "410102", "410106"):
        snapshots.get(WHOLE, area, "本月", ["backlog"], brief=True)
        snapshots.get(WHOLE, "", "本月", ["backlog"], brief=True)
    assert snapshots._parts.weight <= 2 * one._parts.weight
    assert snapshots._parts.get((WHOLE, "410105", "本月", "backlog")) is None
    assert snapshots._parts.get((WHOLE, "", "本月", "backlog")) is not None


def test_the_wall_knows_the_periods_of_the_pages(city: Casebase) -> None:
    assert city.state().demonstration
    view = scenes.view_of(process.live_data().now(WHOLE), "上月", "410105")
    assert view.period == period_of(Preset.LAST_MONTH, UNTIL.date())
    assert (view.comparisons[0].label, view.place) == ("较前一月", "金水区")
    assert f"({' '.join(PRESETS)})" in (ROOT / "docs/screen.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("ink", ["ink", "muted", "accent", "red", "amber", "green"])
@pytest.mark.parametrize("ground", ["ground", "surface"])
def test_type_stands_out_from_its_ground(ink: str, ground: str) -> None:
    assert contrast(getattr(WALL, ink), getattr(WALL, ground)) >= 4.5
