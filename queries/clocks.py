"""The clocks of one case (domain.md §1): each with its start, limit, end, article, and where it stands.

A clock agrees with the numbers: a case whose clock says 按期 or 逾期 is among the hits or the misses of the rate of
that clock (tests/queries/test_course.py holds both against each other).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import pandas as pd

from casebase.case_words import HOTLINE
from casebase.settings import DeadlineSettings, HotlineSettings
from casebase.workdays import Workdays
from queries.blanks import name_of
from queries.periods import end_of_day
from queries.subjects import p

WORKING, NATURAL = "个工作日", "日"
# In the place of the law's days, where the data names a deadline of its own.
LOADED_LIMIT = "按装入的期限"
_FORWARDED, _ACCEPTED, _DUE, _CLOSED = (
    name_of(column) for column in (p.forwarded_at, p.accepted_at, p.due_at, p.closed_at)
)

_HOTLINE = HotlineSettings()


class Standing(StrEnum):
    """Where a clock stands."""

    UNKNOWN = "未知"
    WAITING = "未起算"
    RUNNING = "在期"
    MET = "按期"
    LATE = "逾期办理"
    OVERDUE = "已逾期"


@dataclass(frozen=True)
class Clock:
    """One limit of one case.

    `days` are those left (RUNNING, MET) or over (LATE, OVERDUE), in the clock's own kind of day; None while WAITING and
    where UNKNOWN, which is for want of the columns that it `lacks` (by the names of queries.blanks).
    """

    name: str
    article: str
    limit: str
    unit: str
    start: datetime | None
    end: datetime | None
    done: datetime | None
    standing: Standing
    days: int | None
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Limit:
    name: str
    article: str
    days: int
    unit: str = NATURAL
    extra: int = 0
    because: str = "延长"

    @property
    def text(self) -> str:
        return f"{self.days} {self.unit}" + (f"，{self.because} {self.extra} 日" if self.extra else "")


@dataclass(frozen=True)
class _ClockRules:
    """What every clock is read by."""

    calendar: Workdays
    rules: DeadlineSettings
    as_of: datetime
    blank: frozenset[str]

    def clock(
        self,
        limit: _Limit,
        start: datetime | None,
        done: datetime | None,
        end: datetime | None = None,
        *,
        needs: tuple[str, ...] = (),
    ) -> Clock | None:
        """A clock that started, or None where it has not by the moment; unknown where no case has what it `needs`."""
        lacks = tuple(name for name in needs if name in self.blank)
        if lacks:
            return Clock(
                limit.name, limit.article, limit.text, limit.unit, None, None, None, Standing.UNKNOWN, None, lacks
            )
        if start is None or start > self.as_of:
            return None
        end = end or end_of_day(self._last_day(limit, start.date()))
        done = done if done is not None and done <= self.as_of else None
        until = done or self.as_of
        met = until.replace(microsecond=0) <= end  # a limit ends with its last second
        standing = (Standing.MET if met else Standing.LATE) if done else (Standing.RUNNING if met else Standing.OVERDUE)
        earlier, later = (until, end) if met else (end, until)
        days = self._days(limit.unit, earlier.date(), later.date())
        return Clock(limit.name, limit.article, limit.text, limit.unit, start, end, done, standing, days)

    def is_statutory(self, limit: _Limit, due: datetime, *starts: datetime | None) -> bool:
        """Whether a loaded deadline is what the limit gives from one of these starts, moved off rest days or not."""
        last_days = [self._last_day(limit, start.date()) for start in starts if start]
        if self.rules.roll_over_rest_days:
            last_days += [self.calendar.after(day - timedelta(days=1), 1) for day in last_days]
        return due.date() in last_days

    def _last_day(self, limit: _Limit, start: date) -> date:
        if limit.unit == WORKING:
            return self.calendar.after(start, limit.days)
        return start + timedelta(days=limit.days + limit.extra)

    def _days(self, unit: str, start: date, end: date) -> int:
        if unit == NATURAL:
            return (end - start).days
        return self.calendar.between(start, end)


def clocks(
    case: Mapping[str, Any],
    events: pd.DataFrame,
    *,
    calendar: Workdays,
    rules: DeadlineSettings,
    as_of: datetime,
    blank: frozenset[str] = frozenset(),
    hotline: HotlineSettings = _HOTLINE,
) -> list[Clock]:
    """Every clock that applies to a case, as of a moment: of an order of 12345 its own (`hotline`) and no other.

    `case` has the columns of the petition table that bear times (None where nothing is known), `events` happened_at
    and action. Steps after the moment have not happened. `blank` names the columns that no case fills (see
    queries.blanks): a time that was never loaded is no sign that nothing happened.
    """
    clock_rules = _ClockRules(calendar, rules, as_of, blank)
    if case["channel"] == HOTLINE:
        answer = _answer(clock_rules, case, hotline)
        return [] if answer is None else [answer]
    past = events[events["happened_at"] <= as_of]
    case_clocks = [*_handling(clock_rules, case), *_objection(clock_rules, case, past), *_reviews(clock_rules, past)]
    return [clock for clock in case_clocks if clock is not None]


def _answer(clock_rules: _ClockRules, case: Mapping[str, Any], hotline: HotlineSettings) -> Clock | None:
    """The answer to an order of 12345, by the end of its limit's day; the petition's clocks do not apply to it."""
    limit = _Limit("12345答复", "[hotline] 设定", hotline.answer_working_days, WORKING)
    registered, closed, due = (_time(case[name]) for name in ("registered_at", "closed_at", "due_at"))
    last_moment = end_of_day(due.date()) if due else None
    clock = clock_rules.clock(limit, registered, closed, last_moment, needs=(_DUE, _CLOSED))
    if clock and due and not clock_rules.is_statutory(limit, due, registered):
        clock = replace(clock, limit=LOADED_LIMIT)
    return clock


def _handling(clock_rules: _ClockRules, case: Mapping[str, Any]) -> Iterator[Clock | None]:
    rules = clock_rules.rules
    registered, forwarded, accepted, closed = (
        _time(case[name]) for name in ("registered_at", "forwarded_at", "accepted_at", "closed_at")
    )
    if case["is_simple"] and _time(case["five_day_due"]):
        base = {"registered": registered, "forwarded": forwarded, "accepted": accepted}[rules.simple_from]
        due = end_of_day(pd.Timestamp(case["five_day_due"]).date())
        limit = _Limit("简单诉求办结", "简单诉求办结承诺", rules.simple_working_days, WORKING)
        yield clock_rules.clock(limit, base, closed, due, needs=(_CLOSED,))
    forwarding = _Limit("转送、交办", "条例第二十二条", rules.forward_days)
    yield clock_rules.clock(forwarding, registered, forwarded or closed, needs=(_FORWARDED,))
    notice = _Limit("受理告知", "条例第二十三条", rules.accept_days)
    # A case that was answered directly is never forwarded: its closing is what was done about it.
    received_at = forwarded or (registered if closed else None)
    notice_clock = clock_rules.clock(notice, received_at, accepted or closed, needs=(_FORWARDED, _ACCEPTED))
    yield notice_clock or Clock(
        notice.name, notice.article, notice.text, NATURAL, None, None, None, Standing.WAITING, None
    )
    extended = int(case["extended_days"] or 0)
    handling = _Limit("办结", "条例第三十四条", rules.handle_days, extra=extended)
    deadline = _time(case["due_at"])
    clock = clock_rules.clock(handling, accepted or registered, closed, deadline, needs=(_DUE, _CLOSED))
    if clock and deadline and not clock_rules.is_statutory(handling, deadline, registered, accepted):
        clock = replace(clock, limit=LOADED_LIMIT)
    yield clock


def _objection(clock_rules: _ClockRules, case: Mapping[str, Any], past: pd.DataFrame) -> Iterator[Clock | None]:
    returned = _first(past, "异议退回")
    if returned:
        limit = _Limit("异议退回", "条例第二十三条", clock_rules.rules.objection_working_days, WORKING)
        yield clock_rules.clock(limit, _time(case["forwarded_at"]), returned)


def _reviews(clock_rules: _ClockRules, past: pd.DataFrame) -> Iterator[Clock | None]:
    """Review and second review; the days of a hearing held in the second are not counted (article 36)."""
    for name, article in (("复查", "条例第三十五条"), ("复核", "条例第三十六条")):
        applied, answered = _first(past, f"{name}申请"), _first(past, f"{name}意见")
        heard = _hearing_days(past, applied, answered or clock_rules.as_of) if name == "复核" else 0
        yield clock_rules.clock(
            _Limit(name, article, clock_rules.rules.review_days, extra=heard, because="另加听证"), applied, answered
        )


def _hearing_days(past: pd.DataFrame, since: datetime | None, until: datetime) -> int:
    """Natural days from the application for a hearing to the hearing, within a second review."""
    if since is None:
        return 0
    within = past[past["happened_at"].between(since, until)]
    applied, held = _first(within, "听证申请"), _first(within, "听证")
    return (held.date() - applied.date()).days if applied and held and held >= applied else 0


def _first(events: pd.DataFrame, action: str) -> datetime | None:
    times = events.loc[events["action"] == action, "happened_at"]
    return None if times.empty else _time(times.min())


def _time(value: Any) -> datetime | None:
    return None if pd.isna(value) else pd.Timestamp(value).to_pydatetime()
