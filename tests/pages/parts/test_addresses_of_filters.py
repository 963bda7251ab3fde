"""An address narrows by code as by name, and says which of its choices the data does not have."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from access import gate
from access.identity import LOCAL
from casebase.engine import Casebase, write_info
from casebase.schema import area
from casebase.scope import Scope
from cockpit.data import Data
from cockpit.view import View
from pages.parts import filters
from tests.pages.conftest import address, card_values, failures

NO_DAY = "不是1990年1月1日至2026年11月20日的日期，以下数字是最新的。"


@pytest.fixture
def views(monkeypatch: pytest.MonkeyPatch) -> list[View]:
    """What the bar of each run says, which is what the page is drawn of."""
    read, views = filters.bar, list[View]()

    def bar(data: Data) -> View:
        views.append(read(data))
        return views[-1]

    monkeypatch.setattr(filters, "bar", bar)
    return views


@pytest.mark.parametrize("asked", ["金水区", "410105"])
def test_a_district_by_name_or_by_code(
    open_page: Callable[..., AppTest], demo_url: str, views: list[View], asked: str
) -> None:
    app = open_page(demo_url, "search", district=asked)
    assert failures(app) == []
    assert views[-1].within.area == "410105"
    assert [warning.value for warning in app.warning] == []


@pytest.mark.parametrize("asked", ["金水区", "410105", "410105001", "999999"])
def test_a_place_of_any_level_as_a_wall_and_the_access_log_name_it(
    open_page: Callable[..., AppTest], demo_url: str, views: list[View], asked: str
) -> None:
    app = open_page(demo_url, "search", area=asked)
    assert failures(app) == []
    known = asked != "999999"
    assert views[-1].within.area == (asked.replace("金水区", "410105") if known else None)
    said = [] if known else ["地址里的区域「999999」不在库中，以下数字未按它筛选。"]
    assert [warning.value for warning in app.warning] == said


def test_a_misspelt_name_of_the_bar_is_said_and_a_pages_own_name_is_not(
    open_page: Callable[..., AppTest], demo_url: str, views: list[View]
) -> None:
    app = open_page(demo_url, "search", distrct="金水区", q="噪音")
    assert views[-1].within.area is None
    said = "地址里的「distrct」不认得，是不是「district」？以下数字未按它筛选。"
    assert said in [warning.value for warning in app.warning]
    assert not [warning.value for warning in app.warning if "「q」" in warning.value]


def test_an_unknown_district_is_said(open_page: Callable[..., AppTest], demo_url: str, views: list[View]) -> None:
    app = open_page(demo_url, district="*某*区")
    assert views[-1].within.area is None
    (warning,) = (warning.value for warning in app.warning)
    assert warning == r"地址里的区县「\*某\*区」不在库中，以下数字未按它筛选。"


@pytest.mark.parametrize(
    ("asked", "is_said"), [("410103", True), ("二七区", True), ("410105", False), ("金水区", False)]
)
def test_an_address_of_others_is_said_to_whoever_sees_one_district(
    open_page: Callable[..., AppTest],
    demo_url: str,
    views: list[View],
    monkeypatch: pytest.MonkeyPatch,
    asked: str,
    is_said: bool,
) -> None:
    monkeypatch.setattr(gate, "LOCAL", replace(LOCAL, scope=Scope(frozenset({"410105"}))))
    app = open_page(demo_url, "search", district=asked)
    assert views[-1].within.area == "410105"
    said = [f"地址里的区县「{asked}」不在您可以查看的范围里，以下数字未按它筛选。"] if is_said else []
    assert [warning.value for warning in app.warning] == said


@pytest.mark.parametrize(
    ("scope", "asked", "said"),
    [
        ("410105", {"by_district": "410103"}, "地址里的区县（功能区）「410103」不在您可以查看的范围里，这里没有记录。"),
        (
            "410105",
            {"by_street": "410103001"},
            "地址里的街道（乡镇）「410103001」不在您可以查看的范围里，这里没有记录。",
        ),
        ("410105", {"by_unit": "U-nowhere"}, "地址里的责任单位「U-nowhere」不在您可以查看的范围里，这里没有记录。"),
        ("410105", {"by_district": "410105"}, None),
        ("410105", {"by_stage": "从未有过"}, None),
        (None, {"by_district": "999"}, "地址里的区县（功能区）「999」不在库中，这里没有记录。"),
    ],
)
def test_a_list_of_others_is_said_to_be_out_of_sight(
    open_page: Callable[..., AppTest],
    demo_url: str,
    monkeypatch: pytest.MonkeyPatch,
    scope: str | None,
    asked: dict[str, str],
    said: str | None,
) -> None:
    if scope:
        monkeypatch.setattr(gate, "LOCAL", replace(LOCAL, scope=Scope(frozenset({scope}))))
    app = open_page(demo_url, "case_list", metric="registered", **asked)
    assert [warning.value for warning in app.warning] == ([said] if said else [])
    assert bool([info for info in app.info if "没有记录" in info.value]) is ("by_stage" in asked)


@given(own=st.dictionaries(st.text(max_size=3).filter(bool), st.sampled_from(["甲", "全部街道", "甲（1）"])))
def test_no_two_options_of_a_choice_have_one_label(own: dict[str, str]) -> None:
    labels = filters.labels_of(own, "全部街道")
    assert labels[""] == "全部街道"
    assert len(set(labels.values())) == len(own) + 1


@pytest.fixture
def one_name(own_url: str, own_city: Casebase) -> str:
    """URL of a city that is called as one of its districts, 金水区."""
    with own_city.writing() as connection:
        connection.execute(update(area).where(area.c.level == 1).values(name="金水区"))
        write_info(connection, city_name="金水区")
    own_city.engine.dispose()
    return own_url


def test_a_city_that_is_called_as_its_district_stays_the_city_on_the_next_page(
    open_page: Callable[..., AppTest], one_name: str, views: list[View]
) -> None:
    app = open_page(one_name)
    assert app.selectbox(key="district").options.count("金水区") == 1
    whole = card_values(app)["backlog"]
    for page in ("pages/backlog.py", "pages/overview.py"):
        app.switch_page(page).run()
        assert failures(app) == []
        assert "district" not in app.query_params
        assert (views[-1].within.area, views[-1].place) == (None, "金水区全域")
    assert card_values(app)["backlog"] == whole
    app.selectbox(key="district").set_value("410105").run()
    assert (views[-1].within.area, views[-1].place) == ("410105", "金水区")
    app.switch_page("pages/backlog.py").run()
    assert views[-1].within.area == "410105"
    assert [button.label for button in app.button if str(button.key).startswith("up_")] == []
    app.selectbox(key="district").set_value("").run()
    assert views[-1].within.area is None


def test_an_address_of_the_shared_name_is_of_the_district(
    open_page: Callable[..., AppTest], one_name: str, views: list[View]
) -> None:
    app = open_page(one_name, "grid_coverage", district="金水区")
    assert views[-1].within.area == "410105"
    assert [button.label for button in app.button if str(button.key).startswith("up_")] == ["金水区全域"]


@pytest.mark.parametrize(
    ("page", "asked", "said"),
    [
        ("backlog", {"period": "去年"}, ["地址里的时间「去年」不在可选之列，已按「本月」显示。"]),
        (
            "backlog",
            {"as_of": "2040-01-01"},
            ["地址里的截至「2040-01-01」不是1990年1月1日至2026年11月20日的日期，以下数字是最新的。"],
        ),
        (
            "backlog",
            {"as_of": "昨天"},
            ["地址里的截至「昨天」不是1990年1月1日至2026年11月20日的日期，以下数字是最新的。"],
        ),
        ("backlog", {"as_of": "2026/11/05"}, []),
        (
            "backlog",
            {"period": "自选", "from": "2026-11-31", "to": "2026-11-10"},
            ["地址里的从「2026-11-31」不是1990年1月1日至2099年12月31日的日期，已按2026年11月1日计算。"],
        ),
        (
            "backlog",
            {"period": "自选", "from": "2026-11-10", "to": "2026-11-02"},
            ["结束日期 2026-11-02 早于开始日期 2026-11-10，已按开始日期当天计算。"],
        ),
        (
            "backlog",
            {"period": "自选", "from": "2026-11-10"},
            ["时间「自选」没有写到哪一天，已按2026年11月20日计算。"],
        ),
        # Without a first day, or with none that is one, they begin with the month of the last.
        (
            "backlog",
            {"period": "自选", "to": "2026-08-15"},
            ["时间「自选」没有写从哪一天，已按2026年8月1日计算。"],
        ),
        (
            "backlog",
            {"period": "自选", "from": "昨天", "to": "2026-08-15"},
            ["地址里的从「昨天」不是1990年1月1日至2099年12月31日的日期，已按2026年8月1日计算。"],
        ),
        ("backlog", {"from": "2026-11-10", "to": "2026-11-12"}, []),
        (
            "backlog",
            {"period": "上月", "to": "2026-11-12"},
            ["地址里的到「2026-11-12」只与时间「自选」同用，以下数字未按它计算。"],
        ),
        ("backlog", {"street": "花园路街道"}, ["地址里的街道「花园路街道」没有写在哪个上级区域，以下数字未按它筛选。"]),
        ("backlog", {"backlog_view": "全部"}, ["地址里的分布指标「全部」不在可选之列，已按「在办件」显示。"]),
        (
            "why",
            {"of": "人口", "against": "与去年比", "split": "按天"},
            [
                "地址里的指标「人口」不在可选之列，已按「登记量」显示。",
                "地址里的比较「与去年比」不在可选之列，已按「与上期比」显示。",
                "地址里的拆分「按天」不在可选之列，已按「区县（功能区）」显示。",
            ],
        ),
        ("why", {"of": "办结量", "against": "与上年同期比"}, []),
        (
            "search",
            {"clock": "过期", "flags": "要紧", "order": "标题", "way": "随意"},
            [
                "地址里的时限状态「过期」不在可选之列，未按它查找。",
                "地址里的标记「要紧」不在可选之列，未按它查找。",
                "地址里的排序「标题」不在可选之列，已按「登记时间」显示。",
                "地址里的顺序「随意」不在可选之列，已按「降序」显示。",
            ],
        ),
        ("model_cases", {"method": "打官司"}, ["地址里的做法「打官司」不在可选之列，以下案例未按它筛选。"]),
        ("dictionary", {"metric_group": "其他"}, ["地址里的分组「其他」不在可选之列，已按「全部」显示。"]),
        ("briefing", {"form": "日报"}, ["地址里的种类「日报」不在可选之列，已按「月报」显示。"]),
    ],
)
def test_what_no_choice_offers_is_said(
    open_page: Callable[..., AppTest], demo_url: str, page: str, asked: dict[str, str], said: list[str]
) -> None:
    app = open_page(demo_url, page, **asked)
    assert failures(app) == []
    assert "  \n".join(warning.value for warning in app.warning) == "  \n".join(said)


def test_it_is_said_until_the_reader_chooses(open_page: Callable[..., AppTest], demo_url: str) -> None:
    app = open_page(demo_url, "backlog", period="去年", backlog_view="全部")
    assert len(app.run().warning) == 2
    (period,) = (group for group in app.button_group if group.key == "period")
    period.set_value("上月").run()
    assert [warning.value for warning in app.warning] == ["地址里的分布指标「全部」不在可选之列，已按「在办件」显示。"]
    app.switch_page("pages/five_day.py").run()
    app.switch_page("pages/backlog.py").run()
    assert list(app.warning) == []


def test_days_alone_in_an_address_are_ones_own(
    open_page: Callable[..., AppTest], demo_url: str, views: list[View]
) -> None:
    open_page(demo_url, "backlog", **{"from": "2026-11-10", "to": "2026-11-12"})
    assert (views[-1].period.start.isoformat(), views[-1].period.end.isoformat()) == ("2026-11-10", "2026-11-12")


@pytest.mark.parametrize(
    ("page", "key", "label"),
    [("overview", "on_map", "登记量"), ("hot_topics", "hot_days", "近 14 天"), ("backlog", "backlog_view", "超期未结")],
)
def test_a_choice_of_a_page_stands_when_the_reader_comes_back_from_another(
    page: str, key: str, label: str, open_page: Callable[..., AppTest], demo_url: str
) -> None:
    app = open_page(demo_url, "" if page == "overview" else page, **{key: label})
    chosen = app.segmented_control(key=key).value
    app.switch_page("pages/search.py").run()
    app.switch_page(f"pages/{page}.py").run()
    assert failures(app) == []
    assert app.segmented_control(key=key).value == chosen
    assert address(app)[key] == label
