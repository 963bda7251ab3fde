"""The day's attention in sentences, and the lists that they open."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from cockpit import attention
from cockpit.view import View
from queries.attention import About, Finding
from queries.cases import Part
from queries.model import Slice
from queries.periods import Period
from tests.cockpit.fakes import DefaultRules, data_that_answers
from tests.pages.conftest import UNTIL, failures, panels
from views import words

DUE = Finding(
    About.DUE, 32, "five_day_due_in_0", before=40, most=("金水区市场监督管理局", 5), at=datetime(2026, 11, 23)
)
SENTENCES = [
    (DUE, "32 件次简单诉求今日五日期满，较上周同期减少 8，金水区市场监督管理局最多（5）"),
    (
        Finding(About.DUE, 3, "five_day_due_in_1", before=3, at=datetime(2026, 11, 23)),
        "3 件次简单诉求11月23日（含）前五日期满，与上周同期持平",
    ),
    (
        Finding(About.OVERDUE, 1200, "overdue", before=1191, value=57.0, most=("金水区", 13)),
        "1,200 件次超期未结，最久超 57 天，较上月同期增加 9，金水区最多（13）",
    ),
    (
        Finding(About.LATE, 7, "five_day_overdue", before=2, value=12.0, most=("市住建局", 3)),
        "7 件次五日期满未办结，最久超 12 个工作日，较上月同期增加 5，市住建局最多（3）",
    ),
    (
        Finding(About.LATE, 1, "five_day_overdue", before=1, value=0.0),
        "1 件次五日期满未办结，最久超不足 1 个工作日，与上月同期持平",
    ),
    (
        Finding(About.RATE, 14, "five_day_closure", Part.MISSES, "惠济区", before=0.91, value=0.8824, limit=0.95),
        "惠济区：五日办结率 88.24%，较上期 −2.76 百分点，显著低于目标 6.76 百分点，14 件次未按期",
    ),
    (
        Finding(About.RATE, 14, "five_day_closure", Part.MISSES, "惠济区", value=0.8824, limit=0.95),
        "惠济区：五日办结率 88.24%，显著低于目标 6.76 百分点，14 件次未按期",
    ),
    (
        Finding(About.SURGE, 60, "registered", name="房产物业", before=20.0),
        "房产物业：近 7 天登记 60 件次，按前 8 周预计约 20 件次",
    ),
    (
        Finding(About.GAP, 253, "grids_staffed", Part.MISSES, "经开区", before=250, value=0.0927),
        "经开区：253 个网格没有在岗网格员，占 9.3%，较上月同期增加 3",
    ),
    (
        Finding(About.HEARING, 2, "hearings_coming", name="市住建局", at=datetime(2026, 11, 24, 9, 30)),
        "待举行听证 2 场次，最近一场 11月24日 09:30（市住建局）",
    ),
]


UNITS = ("郑州市城管局", "市城管局", "郑州市教育局")
VIEW = View(data_that_answers(units=UNITS), UNTIL, Period(date(2026, 11, 1), date(2026, 11, 30)), Slice(), ())


@pytest.mark.parametrize(("finding", "said"), SENTENCES)
def test_sentence_says_who_how_many_the_change_and_the_deadline(finding: Finding, said: str) -> None:
    assert attention.to_alert(VIEW, finding, "今日").sentence == said


def test_alerts_are_at_most_five_red_above_amber(monkeypatch: pytest.MonkeyPatch) -> None:
    findings = [finding for finding, _ in SENTENCES]
    monkeypatch.setattr("cockpit.places.dimension_below", lambda _: "district")
    october = Period(date(2026, 10, 1), date(2026, 10, 31))
    alerts = attention.alerts(View(data_that_answers(findings), UNTIL, october, Slice(), ()))
    assert [alert.state.role for alert in alerts] == ["bad", "bad", "bad", "bad", "bad"]


@pytest.mark.parametrize(
    ("clock", "called"),
    [(date(2026, 11, 20), "今日"), (date(2026, 11, 21), "11月20日"), (date(2027, 1, 4), "2026年11月20日")],
)
def test_a_day_is_today_only_by_the_clock(monkeypatch: pytest.MonkeyPatch, clock: date, called: str) -> None:
    """A moment that was asked for, data that ended, and a last good look of yesterday are of another day."""
    monkeypatch.setattr("cockpit.places.dimension_below", lambda _: "district")
    monkeypatch.setattr("queries.needs.unknown", lambda _: {})
    monkeypatch.setattr(DefaultRules, "today", clock)
    view = replace(VIEW, data=data_that_answers([DUE]))
    assert attention.alerts(view)[0].text == f"32 件次简单诉求{called}五日期满，较上周同期减少 8"
    assert attention.quiet(replace(VIEW, data=data_that_answers({}))) == f"{called}没有需要特别关注的事项。"
    assert view.stock_moment_text == ("截至此刻" if called == "今日" else "截至11月20日")


@pytest.mark.parametrize(
    ("finding", "who", "due", "reason"),
    [
        (replace(DUE, owners=9), "金水区市场监督管理局最多（5）", "11月23日", "口径"),
        (replace(DUE, most=("郑州市教育局", 5)), "市教育局最多（5）", "11月23日", "口径"),
        (replace(DUE, most=("郑州市城管局", 5)), "郑州市城管局最多（5）", "11月23日", "口径"),
        (replace(DUE, most=None, owners=9), "9 个责任单位", "11月23日", "口径"),
        (replace(DUE, most=("市住建局", 32), owners=1), "市住建局", "11月23日", "口径"),
        (
            Finding(About.OVERDUE, 4, "overdue", value=57.0, at=datetime(2026, 9, 26), owners=4),
            "4 个责任单位",
            "最早的9月26日已到期",
            "变化原因",
        ),
        (
            Finding(About.OVERDUE, 4, "overdue", value=2871.0, at=datetime(2019, 1, 12), owners=4),
            "4 个责任单位",
            "最早的2019年1月12日已到期",
            "变化原因",
        ),
        (
            Finding(About.LATE, 7, "five_day_overdue", value=12.0, at=datetime(2026, 11, 11), most=("市住建局", 3)),
            "市住建局最多（3）",
            "最早的11月11日已到期",
            "变化原因",
        ),
        (
            Finding(
                About.RATE,
                9,
                "five_day_closure",
                Part.MISSES,
                "惠济区",
                value=0.8,
                limit=0.95,
                at=datetime(2026, 11, 30),
            ),
            "惠济区",
            "11月30日",
            "变化原因",
        ),
        (Finding(About.SURGE, 60, "registered", name="房产物业", before=2.0), "", "", "热点问题"),
        (Finding(About.GAP, 9, "grids_staffed", Part.MISSES, "经开区", before=9, value=0.1), "经开区", "", "口径"),
    ],
)
def test_alert_says_who_must_act_by_when_and_where_the_reason_is(
    finding: Finding, who: str, due: str, reason: str
) -> None:
    alert = attention.to_alert(VIEW, finding, "今日")
    assert alert.reason is not None
    assert (alert.who, alert.due, alert.reason[0]) == (who, due, reason)


@pytest.mark.parametrize(
    ("period", "reason"),
    [
        (Period(date(2026, 11, 1), date(2026, 11, 30)), "变化原因"),
        (Period(date(2026, 11, 16), date(2026, 11, 22)), "口径"),
        (Period(date(2026, 10, 1), date(2026, 10, 31)), "口径"),
        (Period(date(2026, 1, 1), date(2026, 12, 31)), "口径"),
    ],
)
@pytest.mark.parametrize(("about", "metric"), [(About.OVERDUE, "overdue"), (About.LATE, "five_day_overdue")])
def test_what_is_late_leads_to_the_reason_of_the_change_that_is_told(
    about: About, metric: str, period: Period, reason: str
) -> None:
    """It is one from a month ago: in a week, a year or a month that is over 变化原因 would tell of another."""
    late = Finding(about, 4, metric, before=3, value=57.0, owners=4)
    alert = attention.to_alert(replace(VIEW, period=period), late, "今日")
    assert alert.reason is not None
    assert alert.reason[0] == reason


def test_quiet_day_names_what_cannot_be_seen() -> None:
    lacks = {"five_day_overdue": ("petition.is_simple",)}
    quiet = attention.quiet(replace(VIEW, data=data_that_answers(lacks)))
    assert quiet == "已装入的数据里没有需要特别关注的事项；未装入简单诉求标识，有关事项看不出来。"


def test_rate_has_the_light_that_it_has_everywhere() -> None:
    short = Finding(About.RATE, 9, "five_day_closure", Part.MISSES, "惠济区", value=0.94, limit=0.95)
    assert attention.to_alert(VIEW, short, "今日").state == words.State("warn", "▲", "未达标")
    assert attention.to_alert(VIEW, replace(short, value=0.80), "今日").state == words.State("bad", "■", "未达标")


def test_every_kind_of_finding_has_its_sentence_and_state() -> None:
    assert {finding.about for finding, _ in SENTENCES} == set(About)


def test_sentences_of_the_page_open_lists_as_long_as_they_say(
    open_page: Callable[..., AppTest], demo_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.process.now", lambda: UNTIL.replace(second=0))
    shown = panels(open_page(demo_url))
    links = re.findall(
        r'<li class="\w+" data-key="[^"]+">.*?data-open="([^"]+)".*?<span class="text">([^<]+)</span>', shown
    )
    assert 1 <= len(links) <= 5
    for link, text in links:
        address = dict(parse_qsl(html.unescape(link), keep_blank_values=True))
        if "from" in address:
            address["period"] = "自选"
        app = open_page(demo_url, "case_list", **address)
        assert failures(app) == []
        count = next(said[1] for text in app.markdown if (said := re.search(r"共 \*\*([\d,]+)\*\*", text.value)))
        assert re.search(rf"(?<![\d,.]){count} (件次|个|场次)", text), (text, count)
