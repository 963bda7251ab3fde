"""What a briefing is asked for: a period, an area, and how its kind and period are called."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from casebase.engine import ScopedCasebase
from queries.beginnings import first_day
from queries.periods import Period, Preset, calendar_unit, period_of
from views import words


class Form(StrEnum):
    """The kinds of briefing; a period that fills no week, month, quarter or year makes a special one."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    SPECIAL = "special"


NAMES = {
    Form.WEEKLY: "周报",
    Form.MONTHLY: "月报",
    Form.QUARTERLY: "季报",
    Form.YEARLY: "年度报告",
    Form.SPECIAL: "专报",
}
# What a change against the period before is called; of a year that is the year before.
AGAINST: dict[Form, str | None] = {
    Form.WEEKLY: "较前一周",
    Form.MONTHLY: "较前一月",
    Form.QUARTERLY: "较前一季",
    Form.YEARLY: None,
    Form.SPECIAL: "较上期",
}
_UNITS = {
    Form.WEEKLY: Preset.WEEK,
    Form.MONTHLY: Preset.MONTH,
    Form.QUARTERLY: Preset.QUARTER,
    Form.YEARLY: Preset.YEAR,
}


@dataclass(frozen=True)
class Request:
    """The period of a briefing, the area (code of any level; None: the whole city), whether it totals 检举控告."""

    period: Period
    area: str | None = None
    with_wrongdoing: bool = True

    @property
    def form(self) -> Form:
        unit = calendar_unit(self.period)
        return next((form for form, preset in _UNITS.items() if preset is unit), Form.SPECIAL)

    @property
    def label(self) -> str:
        """The period as titles and file names say it: 2026年10月, 2026年第3季度, 2026年, 2026年11月16日—22日."""
        first = self.period.start
        if self.form is Form.YEARLY:
            return f"{first.year}年"
        if self.form is Form.QUARTERLY:
            return f"{first.year}年第{(first.month + 2) // 3}季度"
        if self.form is Form.MONTHLY:
            return words.month(first)
        return words.span(first, self.period.end)

    def label_on(self, today: date) -> str:
        """The label, and of a period that still runs that it does: 2026年11月（至今）."""
        return self.label + ("（至今）" if self.period.end >= today else "")


def recent_periods(form: Form, today: date, number: int = 12) -> list[Period]:
    """The latest `number` periods of a form, the running one first. Raises ValueError for a special briefing."""
    if form is Form.SPECIAL:
        raise ValueError("a special briefing has no issues")
    periods = [period_of(_UNITS[form], today)]
    while len(periods) < number:
        periods.append(period_of(_UNITS[form], periods[-1].start - timedelta(days=1)))
    return periods


def last_finished(form: Form, today: date) -> Period:
    """The last week, month, quarter or year that ended before `today`. Raises ValueError for a special briefing."""
    return recent_periods(form, today, 2)[1]


class Outside(StrEnum):
    """Why a period has nothing to report."""

    AHEAD = "ahead"
    BEFORE_RECORDS = "before the first record"


def outside(casebase: ScopedCasebase, period: Period, as_of: datetime) -> Outside | None:
    """Whether a period lies outside what can be reported at a moment; None where it does not."""
    if period.start > as_of.date():
        return Outside.AHEAD
    first = first_day(casebase)
    return Outside.BEFORE_RECORDS if first is not None and period.end < first else None
