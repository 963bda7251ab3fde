"""What needs attention as alerts: the fact, who must act, by when, its cases and its reason; most urgent first."""

import math
from collections.abc import Callable, Sequence
from datetime import timedelta

from cockpit import kpis, places, topics
from cockpit.kept import kept
from cockpit.links import definition_link, list_link, topics_link, why_link
from cockpit.view import View
from queries import names, needs
from queries.attention import SURGE_DAYS, About, Finding, month_before
from queries.attention import attention as find_attention
from queries.beginnings import beginnings
from queries.measure import metric_of
from queries.periods import Against, compared_period
from views import cards, words
from wording import unknown
from wording.names import short

MAX_ALERTS = 5
# The numbers that alerts come from.
_WATCHED = ("overdue", "five_day_overdue", "five_day_due_in_1", "five_day_closure", "grids_staffed", "hearings_coming")
_URGENCY = ("bad", "warn", "good", "none")
_STATES = {
    About.DUE: words.DUE_SOON,
    About.OVERDUE: words.OVERDUE,
    About.LATE: words.OVERDUE,
    About.SURGE: words.State("warn", "▲", "异常上升"),
    About.GAP: words.State("warn", "▲", "缺员"),
    About.HEARING: words.State("none", "●", "日程"),
}


def alerts(view: View) -> Sequence[cards.Attention]:
    """At most five alerts of the moment, red above amber; within a colour in the order of queries.attention.About."""
    return _alerts(view, view.day_text(view.as_of.date()))


@kept
def _alerts(view: View, today: str) -> Sequence[cards.Attention]:
    """`today` is what the day of the moment is called."""
    findings = view.ask(
        find_attention, as_of=view.as_of, period=view.period, within=view.within, place=places.dimension_below(view)
    )
    every_alert = [to_alert(view, finding, today) for finding in findings]
    return sorted(every_alert, key=lambda alert: _URGENCY.index(alert.state.role))[:MAX_ALERTS]


def quiet(view: View) -> str:
    """The sentence where nothing stands out: that nothing does, or what data is missing to know."""
    lacks = view.ask(needs.unknown)
    if "registered" in lacks:
        return "库中还没有信访件；装入后，这里列出需要特别关注的事项。"
    if view.ask(beginnings).are_after(metric_of("registered"), view.as_of.date()):
        return f"{words.day(view.as_of, year=True)}早于库中第一件信访件，当时需要关注什么无从知道。"
    blind = [lack for name in _WATCHED for lack in lacks.get(name, ())]
    if not blind:
        return f"{view.day_text(view.as_of.date())}没有需要特别关注的事项。"
    return f"已装入的数据里没有需要特别关注的事项；{unknown.reason(blind)}，有关事项看不出来。"


def note(view: View) -> str:
    """What the alerts speak of where the period is over: the moment, and only their rates the period; else ""."""
    at = words.moment(view.as_of, year=True)
    return f"以下是{at}的在办件与期限；其中的率是所选时段的，下面的数字也是。" if view.is_over else ""


def to_alert(view: View, finding: Finding, today: str) -> cards.Attention:
    """A finding as an alert that opens its list and its reason; `today` is what the day of the moment is called."""
    return cards.Attention(
        key=f"{finding.about}-{finding.name}",
        state=_state(view, finding),
        text=_due(finding, today) if finding.about is About.DUE else _FACTS[finding.about](finding),
        link=list_link(finding.metric, finding.part, period=finding.period, **dict(finding.cell)),
        who=_who(view, finding),
        due=_due_by(view, finding),
        reason=_reason(view, finding),
    )


def _state(view: View, finding: Finding) -> words.State:
    """A rate has the light that it has everywhere."""
    if finding.about is not About.RATE:
        return _STATES[finding.about]
    value = float("nan") if finding.value is None else finding.value
    # queries.attention judges no small sample, so that none comes here.
    return kpis.state(view, metric_of(finding.metric), value, math.inf) or words.State("warn", "▲", "未达标")


def _who(view: View, finding: Finding) -> str:
    """Who must act: the unit with most of it and how many others, the place, or nobody that is known."""
    city = view.settings.city.name
    if finding.about in (About.RATE, About.GAP, About.HEARING):
        return short(finding.name, city)
    if finding.most is None:
        return f"{words.full_count(finding.owners)} 个责任单位" if finding.owners else ""
    unit, count = finding.most
    name = short(unit, city, set(view.ask(names.units)["name"]))
    return name if count == finding.count else f"{name}最多（{words.full_count(count)}）"


def _due_by(view: View, finding: Finding) -> str:
    """By when: a day (with its year, of another one), a time, or since when it is late; "" where nothing sets a day."""
    if finding.at is None:
        return ""
    day = words.day(finding.at, year=finding.at.year != view.as_of.year)
    if finding.about in (About.OVERDUE, About.LATE):
        return f"最早的{day}已到期"
    if finding.about is About.HEARING:
        return words.moment(finding.at)
    return day


def _reason(view: View, finding: Finding) -> tuple[str, str]:
    """What a click on the reason is called, and what it hands back as a link (see cockpit.links).

    变化原因 compares periods: of what is late it tells the alert's change where the bar's period is compared so too.
    """
    is_late = finding.about in (About.OVERDUE, About.LATE)
    is_explained = finding.about is About.RATE or (is_late and _is_against_month_before(view))
    if is_explained:
        return "变化原因", why_link(metric_of(finding.metric), Against.PREVIOUS, area=finding.area)
    if finding.about is About.SURGE:
        return "热点问题", topics_link()
    return "口径", definition_link(finding.metric)


def _is_against_month_before(view: View) -> bool:
    """Whether stocks of the bar's period are compared as those of alerts are: the moment with that a month ago."""
    _, then = compared_period(view.period, view.as_of, Against.PREVIOUS)
    month_ago = month_before(view.as_of)
    return not view.is_over and abs(then - month_ago) < timedelta(minutes=1)


def _due(finding: Finding, today: str) -> str:
    when = today if finding.metric.endswith("_0") else f"{words.day(finding.at)}（含）前"
    return f"{_count(finding)}简单诉求{when}五日期满{_moved(finding, '上周同期')}"


def _overdue(finding: Finding) -> str:
    return f"{_count(finding)}超期未结，最久超 {words.days(finding.value)}{_moved(finding, '上月同期')}"


def _late(finding: Finding) -> str:
    over = f"超 {words.days(finding.value, '个工作日')}" if finding.value else "超不足 1 个工作日"
    return f"{_count(finding)}五日期满未办结，最久{over}{_moved(finding, '上月同期')}"


def _rate(finding: Finding) -> str:
    value, limit = finding.value or 0.0, finding.limit or 0.0
    change = words.points(None if finding.before is None else value - finding.before)
    movement = f"，较上期 {change}" if change != words.NONE else ""
    short = words.points(value - limit).removeprefix(words.MINUS)
    # 显著: why this place and not a lower one of fewer claims; 口径 of the rate says how it is meant.
    return f"{finding.name}：五日办结率 {words.percent(value)}{movement}，显著低于目标 {short}，{_count(finding)}未按期"


def _surge(finding: Finding) -> str:
    expected = f"{topics.comparison_text(SURGE_DAYS)}预计{words.expected(finding.before)} 件次"
    return f"{finding.name}：近 {SURGE_DAYS} 天登记 {_count(finding)}，{expected}"


def _gap(finding: Finding) -> str:
    grids = f"{words.full_count(finding.count)} 个网格没有在岗网格员，占 {words.percent(finding.value, 1)}"
    return f"{finding.name}：{grids}{_moved(finding, '上月同期')}"


def _hearing(finding: Finding) -> str:
    where = f"（{finding.name}）" if finding.name else ""
    return f"待举行听证 {words.full_count(finding.count)} 场次，最近一场 {words.moment(finding.at)}{where}"


def _count(finding: Finding) -> str:
    return f"{words.full_count(finding.count)} {metric_of(finding.metric).subject.unit}"


def _moved(finding: Finding, against: str) -> str:
    """，较上月同期增加 3: how a count moved, in the count itself; "" where what was before is not known."""
    if finding.before is None:
        return ""
    moved = finding.count - int(finding.before)
    if moved == 0:
        return f"，与{against}持平"
    return f"，较{against}{'增加' if moved > 0 else '减少'} {words.full_count(abs(moved))}"


_FACTS: dict[About, Callable[[Finding], str]] = {
    About.OVERDUE: _overdue,
    About.LATE: _late,
    About.RATE: _rate,
    About.SURGE: _surge,
    About.GAP: _gap,
    About.HEARING: _hearing,
}
