"""Numbers inside sentences: no space before a unit, changes in words, nothing where there is nothing to compare."""

import re
from datetime import datetime

from queries.compare import WorkingDays
from queries.model import Kind, Metric, is_small_base
from views import words
from wording import working_days
from wording.numbers import movement

# A blank beside a Chinese character or mark.
_BLANK = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) | (?=[\u3000-\u9fff\uff00-\uffef])")
YEAR, PERIOD = "同比", "环比"


def format_value(metric: Metric, value: float) -> str:
    """A value with its unit: 3,654件次, 94.56%, 3.2天; every digit of a count."""
    if metric.kind is Kind.RATE:
        return words.percent(value)
    text = words.full_count(value) if metric.is_total else words.decimal(value)
    return text if text == words.NONE else f"{text}{metric.unit}"


def format_working_days(now: float, before: float, few: int, days: WorkingDays | None) -> tuple[str, str]:
    """多5个工作日 and 日均上升2.1% (by the working day): what stands beside the change of a count.

    Both "" where the periods have as many working days, or `days` is None; the second also from a base under `few`, or
    without a number per day.
    """
    if days is None or not days.more:
        return "", ""
    more = without_blanks(working_days.difference(days))
    if days.unpublished:
        more += f"，{without_blanks(working_days.unpublished(days))}"
    ratio = None if words.is_missing(before) or is_small_base(before, few) else days.change(now, before)
    moved = words.relative_change(ratio)
    if moved in (words.NONE, words.SAME):
        return more, "日均持平" if moved == words.SAME else ""
    way = "上升" if moved.startswith("+") else "下降"
    return more, f"日均{way}{moved.lstrip(f'+{words.MINUS}')}"


def format_change(metric: Metric, now: float, before: float, against: str, few: int) -> str:
    """How a number moved (wording.numbers.movement): 同比上升3.2%, 环比下降1.20个百分点, 同比增加3件次, 同比持平.

    "" where nothing is known to compare.
    """
    text = movement(metric, now, before, few)
    if text == words.NONE:
        return ""
    if text == words.SAME or metric.moves_by_pieces(before, few):
        return f"{against}{without_blanks(text)}"
    way = "上升" if text.startswith("+") else "下降"
    size, _, unit = text.lstrip(f"+{words.MINUS}").partition(" ")
    return f"{against}{way}{size}{'个百分点' if unit == '百分点' else unit}"


def against_target(value: float, target: float | None) -> str:
    """How a rate stands to its target: 高于95%的目标, 低于95%的目标1.20个百分点; "" without one."""
    if target is None or words.is_missing(value):
        return ""
    aim = f"{words.percent(target, 0)}的目标"
    if words.target_reached(value, target * 100):
        return f"达到{aim}"
    short = words.points(value - target)
    return (
        f"略低于{aim}"
        if short == words.SAME
        else f"低于{aim}{short.lstrip(words.MINUS).replace(' 百分点', '个百分点')}"
    )


def without_blanks(text: str) -> str:
    """A finding of a page as documents set it: no blank beside Chinese; in names of other letters it stays."""
    return _BLANK.sub("", text)


def moment(at: datetime) -> str:
    """2026年11月23日2时, 2026年11月23日14时05分; the end of a day is the day alone."""
    day = words.day(at.date(), year=True)
    if (at.hour, at.minute) == (23, 59):
        return day
    return f"{day}{at.hour}时" + (f"{at.minute:02d}分" if at.minute else "")
