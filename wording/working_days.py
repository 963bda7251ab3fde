"""Working days beside a change: how many more or fewer, and how the number moved per working day (domain.md §2)."""

from collections.abc import Sequence

from queries.compare import WorkingDays
from queries.model import is_small_base
from views import words


def difference(days: WorkingDays) -> str:
    """多 5 个工作日, 少 1 个工作日; "" where both periods have as many."""
    return f"{'多' if days.more > 0 else '少'} {abs(days.more)} 个工作日" if days.more else ""


def change_per_day(days: WorkingDays, now: float, before: float, few: int) -> str:
    """+2.1%, 持平; "" where no number per working day can be compared, or from a base under `few`."""
    moved = words.relative_change(None if is_small_base(before, few) else days.change(now, before))
    return "" if moved == words.NONE else moved


def note(days: WorkingDays, now: float, before: float, few: int) -> str:
    """（多 5 个工作日；日均 +2.1%）; "" where both periods have as many working days."""
    if not days.more:
        return ""
    moved = change_per_day(days, now, before, few)
    clauses = [difference(days), f"日均 {moved}".replace(f" {words.SAME}", words.SAME) if moved else ""]
    return f"（{'；'.join(filter(None, [*clauses, unpublished(days)]))}）"


def short_note(days: WorkingDays, now: float, before: float, few: int) -> str:
    """（日均 +2.1%）, where there is little room; without a number per day （多 5 个工作日）."""
    if not days.more:
        return ""
    moved = change_per_day(days, now, before, few)
    text = f"日均 {moved}".replace(f" {words.SAME}", words.SAME) if moved else difference(days)
    return f"（{text}{'，放假安排未发布' if days.unpublished else ''}）"


def periods(compared: Sequence[tuple[str, WorkingDays]]) -> str:
    """本期 20 个工作日，上月同期 17 个。, by what each period is compared as; "" where all have as many."""
    if not any(days.more for _, days in compared):
        return ""
    earlier = "，".join(f"{label.removeprefix('较')} {days.before} 个" for label, days in compared)
    return f"本期 {compared[0][1].now} 个工作日，{earlier}。"


def unpublished(days: WorkingDays) -> str:
    """2027 年放假安排未发布, of the years that are reckoned by weekends; "" where all are published."""
    return f"{'、'.join(map(str, days.unpublished))} 年放假安排未发布" if days.unpublished else ""
