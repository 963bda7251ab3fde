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

from casebase.case_words import (
    ARTICLES_OF_PURPOSES,
    HOTLINE,
    NOT_HANDLED,
    PETITION_PROCEDURE,
)
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
REVIEWS = "petition_event.review"
"""What is blank where no case has a step of a review: then nobody knows whether one was asked for."""
REVIEW_STEPS = ("复查申请", "复查意见", "复核申请", "复核意见")

_HOTLINE = HotlineSettings()


class Standing(StrEnum):
    """Where a clock stands."""

    UNKNOWN = "未知"
    NOT_APPLICABLE = "不适用"
    WAITING = "未起算"
    RUNNING = "在期"
    MET = "按期"
    LATE = "逾期办理"
    OVERDUE = "已逾期"
    # A petitioner's own days that ran out: nobody's fault.
    EXPIRED = "期满未提出"


@dataclass(frozen=True)
class Clock:
    """One limit of one case.

    `days` are those left (RUNNING, MET) or over (LATE, OVERDUE), in the clock's own kind of day; None while WAITING,
    where NOT_APPLICABLE, EXPIRED, and where UNKNOWN, which is for want of the columns that it `lacks` (by the names of
    queries.blanks). `because` says why a clock waits or does not apply, or what came of what was raised in time.
    `of_petitioner`: the days are the petitioner's own and never count against a unit.
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
    because: str = ""
    of_petitioner: bool = False


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

    def still(self, limit: _Limit, standing: Standing, because: str) -> Clock:
        """A clock that does not run: it waits for its start, or does not apply."""
        return Clock(
            limit.name, limit.article, limit.text, limit.unit, None, None, None, standing, None, because=because
        )

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
    case_clocks = [
        *_promise(clock_rules, case),
        *_forwarding(clock_rules, case),
        *_objection(clock_rules, case, past),
        *_handling(clock_rules, case),
        *_reviews(clock_rules, case, past),
    ]
    return [clock for clock in case_clocks if clock is not None]


def _answer(clock_rules: _ClockRules, case: Mapping[str, Any], hotline: HotlineSettings) -> Clock | None:
    """The answer to an order of 12345, by the end of its limit's day; the petition's clocks do not apply to it."""
    limit = _Limit("12345答复", "按配置", hotline.answer_working_days, WORKING)
    registered, closed, due = (_time(case[name]) for name in ("registered_at", "closed_at", "due_at"))
    last_moment = end_of_day(due.date()) if due else None
    clock = clock_rules.clock(limit, registered, closed, last_moment, needs=(_DUE, _CLOSED))
    if clock and due and not clock_rules.is_statutory(limit, due, registered):
        clock = replace(clock, limit=LOADED_LIMIT)
    return clock


def why_no_sixty_days(case: Mapping[str, Any]) -> str:
    """Why article 34 does not limit the handling of a case; "" where it does (domain.md §1).

    Where the source does not say by which article a case is handled, it counts as article 31 item 6.
    """
    path = case["handling_path"]
    if path is None:
        path = ARTICLES_OF_PURPOSES.get(case["purpose"], PETITION_PROCEDURE)
    return "" if path == PETITION_PROCEDURE else f"按条例{path}办理，不适用60日期限"


def _turned_away(case: Mapping[str, Any]) -> str:
    """How the case ended without being handled; "" where it did not (yet)."""
    return str(case["status"]) if case["status"] in NOT_HANDLED and _time(case["closed_at"]) else ""


def _promise(clock_rules: _ClockRules, case: Mapping[str, Any]) -> Iterator[Clock | None]:
    """The five working days of a simple claim."""
    if not case["is_simple"] or not _time(case["five_day_due"]):
        return
    limit = _Limit("简单诉求办结", "简单诉求办结承诺", clock_rules.rules.simple_working_days, WORKING)
    if _turned_away(case):
        yield clock_rules.still(limit, Standing.NOT_APPLICABLE, _turned_away(case))
        return
    base = _time(case[f"{clock_rules.rules.simple_from}_at"])
    due = end_of_day(pd.Timestamp(case["five_day_due"]).date())
    yield clock_rules.clock(limit, base, _time(case["closed_at"]), due, needs=(_CLOSED,))


def _forwarding(clock_rules: _ClockRules, case: Mapping[str, Any]) -> Iterator[Clock | None]:
    """Forwarding by the bureau, and the written notice of the unit that received the case."""
    rules = clock_rules.rules
    registered, forwarded, accepted, closed = (
        _time(case[name]) for name in ("registered_at", "forwarded_at", "accepted_at", "closed_at")
    )
    forwarding = _Limit("转送、交办", "条例第二十二条", rules.forward_days)
    yield clock_rules.clock(forwarding, registered, forwarded or closed, needs=(_FORWARDED,))
    notice = _Limit("受理告知", "条例第二十三条第三款", rules.accept_days)
    if not _received(case) and closed and _FORWARDED not in clock_rules.blank:
        because = _turned_away(case) or "由登记单位直接办结，未经转送、交办"
        yield clock_rules.still(notice, Standing.NOT_APPLICABLE, because)
        return
    clock = clock_rules.clock(notice, _received(case), accepted or closed, needs=(_FORWARDED, _ACCEPTED))
    yield clock or clock_rules.still(notice, Standing.WAITING, "自责任单位收到之日起算")


def _received(case: Mapping[str, Any]) -> datetime | None:
    """When the responsible unit received the case; where it is not known, forwarding stands for it."""
    return _time(case["received_at"]) or _time(case["forwarded_at"])


def _handling(clock_rules: _ClockRules, case: Mapping[str, Any]) -> Iterator[Clock | None]:
    """The 60 days of article 34, or the limit that the data names."""
    limit = _Limit("办结", "条例第三十四条", clock_rules.rules.handle_days, extra=int(case["extended_days"] or 0))
    registered, accepted, closed, deadline = (
        _time(case[name]) for name in ("registered_at", "accepted_at", "closed_at", "due_at")
    )
    because = _turned_away(case) or ("" if deadline else why_no_sixty_days(case))
    if because:
        yield clock_rules.still(limit, Standing.NOT_APPLICABLE, because)
        return
    if not deadline and not accepted and not clock_rules.blank & {_DUE, _CLOSED}:
        waits = "未经受理直接办结" if closed else "自受理之日起算"
        yield clock_rules.still(limit, Standing.NOT_APPLICABLE if closed else Standing.WAITING, waits)
        return
    clock = clock_rules.clock(limit, accepted or registered, closed, deadline, needs=(_DUE, _CLOSED))
    if clock and deadline and not clock_rules.is_statutory(limit, deadline, registered, accepted):
        clock = replace(clock, limit=LOADED_LIMIT)
    yield clock


def _objection(clock_rules: _ClockRules, case: Mapping[str, Any], past: pd.DataFrame) -> Iterator[Clock | None]:
    """Raised within five working days; whether the sender agrees or refuses comes after it and has no limit.

    An older record knows the return alone: the objection was raised no later.
    """
    agreed, refused = _first(past, "异议退回"), _first(past, "异议驳回")
    raised = _first(past, "异议提出") or agreed or refused
    if raised:
        limit = _Limit("提出异议", "条例第二十三条第三款", clock_rules.rules.objection_working_days, WORKING)
        clock = clock_rules.clock(limit, _received(case), raised)
        answer = "核实同意，已退回" if agreed else "经核实驳回" if refused else "待核实"
        yield replace(clock, because=answer) if clock else None


def _reviews(clock_rules: _ClockRules, case: Mapping[str, Any], past: pd.DataFrame) -> Iterator[Clock | None]:
    """Review and second review, each with the petitioner's own days to ask for it (articles 35 and 36).

    Only matters of article 31 item 6 have them. The days of a hearing held in the second are not counted.
    """
    if why_no_sixty_days(case) or _turned_away(case):
        return
    answered = _first(past, "答复") or _time(case["closed_at"])
    steps = (("复查", "条例第三十五条", 1), ("复核", "条例第三十六条", 2))
    for name, article, level in steps:
        applied, opinion = _first(past, f"{name}申请"), _first(past, f"{name}意见")
        yield _own_days(clock_rules, _Limit(f"申请{name}", article, clock_rules.rules.review_days), answered, applied)
        heard = _hearing_days(past, applied, opinion or clock_rules.as_of) if name == "复核" else 0
        limit = _Limit(name, article, clock_rules.rules.review_days, extra=heard, because="另加听证")
        clock = clock_rules.clock(limit, applied, opinion)
        yield replace(clock, because=_authority(case, level)) if clock else None
        answered = opinion


def _own_days(
    clock_rules: _ClockRules, limit: _Limit, answered: datetime | None, applied: datetime | None
) -> Clock | None:
    """The petitioner's own days to ask for a review, from the written answer; unknown where no review was loaded."""
    clock = clock_rules.clock(limit, answered, applied, needs=(REVIEWS,)) if answered else None
    if clock is None:
        return None
    if clock.standing is Standing.OVERDUE:
        return replace(clock, standing=Standing.EXPIRED, days=None, of_petitioner=True)
    return replace(clock, of_petitioner=True)


# Who reviews what a unit of a kind decided, and who that once more: the next higher authority each time.
_AUTHORITIES = {"街道": ("区县政府", "市政府"), "区县": ("区县政府", "市政府"), "市直": ("市政府", "省政府")}


def _authority(case: Mapping[str, Any], level: int) -> str:
    """The authority of a review (1) or a second review (2); "" where nobody knows what kind of unit decided."""
    authorities = _AUTHORITIES.get(case["unit_kind"])
    return f"由{authorities[level - 1]}{'复查' if level == 1 else '复核'}" if authorities else ""


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
