"""The day's attention as sentences: unit, number, change, deadline."""

from collections.abc import Callable

from pages.parts import show
from queries.attention import About, Finding
from queries.measure import metric_of
from views import cards, words

_STATES = {
    About.DUE: words.DUE_SOON,
    About.OVERDUE: words.OVERDUE,
    About.RATE: words.State("bad", "■", "未达标"),
    About.SURGE: words.State("warn", "▲", "上升"),
    About.GAP: words.State("warn", "▲", "缺员"),
    About.HEARING: words.State("none", "●", "日程"),
}


def item(finding: Finding) -> cards.Attention:
    """A finding as a line that opens its list."""
    return cards.Attention(
        key=f"{finding.about}-{finding.name}",
        state=_STATES[finding.about],
        text=_SENTENCES[finding.about](finding),
        link=show.link(finding.metric, finding.part, period=finding.period, **dict(finding.cell)),
    )


def _due(found: Finding) -> str:
    when = "今日" if found.metric.endswith("_0") else f"{words.day(found.at)}（含）前"
    return f"{_count(found)}简单诉求{when}五日期满，{_moved(found, '上周同时')}{_most(found)}"


def _overdue(found: Finding) -> str:
    return f"{_count(found)}超期未结，最久超 {words.days(found.value)}，{_moved(found, '上月同时')}{_most(found)}"


def _rate(found: Finding) -> str:
    value, limit = found.value or 0.0, found.limit or 0.0
    change = words.points(None if found.before is None else value - found.before)
    said = f"，较上期 {change}" if change != words.NONE else ""
    short = words.points(value - limit).removeprefix(words.MINUS)
    return f"{found.name}：五日办结率 {words.percent(value)}{said}，低于目标 {short}，{_count(found)}未按期"


def _surge(found: Finding) -> str:
    usual = words.decimal(found.before, 1)
    return f"{found.name}：近 7 天登记 {_count(found)}，按前 8 周应有 {usual} 件次"


def _gap(found: Finding) -> str:
    grids = f"{words.full(found.count)} 个网格没有在岗网格员，占 {words.percent(found.value, 1)}"
    return f"{found.name}：{grids}，{_moved(found, '上月同时')}"


def _hearing(found: Finding) -> str:
    where = f"（{found.name}）" if found.name else ""
    return f"待举行听证 {words.full(found.count)} 场次，最近一场 {words.moment(found.at)}{where}"


def _count(found: Finding) -> str:
    return f"{words.full(found.count)} {metric_of(found.metric).subject.unit}"


def _most(found: Finding) -> str:
    return f"，{found.most[0]}最多（{words.full(found.most[1])}）" if found.most else ""


def _moved(found: Finding, against: str) -> str:
    """How a count moved, in the count itself: numbers of one unit are small."""
    moved = found.count - int(found.before or 0)
    if moved == 0:
        return f"与{against}持平"
    return f"较{against}{'增加' if moved > 0 else '减少'} {words.full(abs(moved))}"


_SENTENCES: dict[About, Callable[[Finding], str]] = {
    About.DUE: _due,
    About.OVERDUE: _overdue,
    About.RATE: _rate,
    About.SURGE: _surge,
    About.GAP: _gap,
    About.HEARING: _hearing,
}
