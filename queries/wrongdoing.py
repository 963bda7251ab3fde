"""The total of 检举控告, for the statutory yearly report alone (domain.md §2; 《信访工作条例》 article 41 (1)).

It is no metric: what the registry holds stands on pages, on walls and in lists, and this may stand on none.
"""

from datetime import datetime, time

from sqlalchemy import func, or_, select

from casebase.case_words import HOTLINE
from casebase.engine import ScopedCasebase
from queries.measure import in_slice
from queries.model import EVERYTHING, Slice, moment
from queries.periods import Period, end_of_day
from queries.subjects import PETITION, p

# So few that the number, with a place and a period, could tell of a single case.
FEW = 5
DEFINITION = (
    "期内登记的检举控告件总数，含纳入统计与否、初件和重件；12345转办件不计。只列总数，不分类、不列件，不上屏；"
    f"不足 {FEW} 件次的不列数，年度未结束的、街道和社区的不列。"
)


def is_told(total: int) -> bool:
    """Whether a total may be said as a number: one that could tell of a single case is not, and neither is none."""
    return total >= FEW


def wrongdoing_total(casebase: ScopedCasebase, *, as_of: datetime, period: Period, within: Slice = EVERYTHING) -> int:
    """How many reports of wrongdoing were registered in the period, by the moment (件次)."""
    at = moment(casebase, as_of)
    where = [p.restricted, p.registered_at <= as_of, or_(p.channel.is_(None), p.channel != HOTLINE)]
    where.append(p.registered_at.between(datetime.combine(period.start, time.min), end_of_day(period.end)))
    where += in_slice(casebase, PETITION, at, within)
    with casebase.reading() as connection:
        return int(connection.scalar(select(func.count()).select_from(PETITION.rows).where(*where)) or 0)
