"""Numbers, changes, days and states in the bureau's Chinese. One way of writing each, used everywhere."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from views.tokens import Role

SAME = "持平"
NONE = "—"
MINUS = "−"
# From here on a count on a card is written in this unit.
WAN = 10**4
UNFINISHED = "未完"
SMALL = "样本少"
NOT_COMPARED = f"{SMALL}，不比"
"""In place of the change of a rate that rests on too few, now or then."""
DEMO = "演示数据"
# Between the numbers that stand beside one.
SEPARATOR = "；"

_LATIN, _CHINESE = "A-Za-zÀ-ɏ", "\u3400-\u9fff\uf900-\ufaff"
# Latin words with what stands between them and numbers behind them; a letter alone is a part of a name: B市, K3县.
_LATIN_WORDS = re.compile(rf"[{_LATIN}](?:[0-9{_LATIN} .,'’&/()#+-]*[0-9{_LATIN}.)'’])")

NumberFormat = Literal["count", "rate", "days", "number"]


@dataclass(frozen=True)
class State:
    """A state told by shape and word, so that it never hangs on colour alone."""

    role: Role
    shape: str
    word: str

    @property
    def text(self) -> str:
        return f"{self.shape} {self.word}".strip()


GOOD = State("good", "●", "正常")
WARN = State("warn", "▲", "预警")
BAD = State("bad", "■", "异常")
DUE_SOON = State("warn", "▲", "临期")
OVERDUE = State("bad", "■", "超期")
SMALL_SAMPLE = State("none", "○", SMALL)


def is_missing(number: object) -> bool:
    """Whether a cell holds no number: None, NaN, NaT, pandas' NA or an infinity."""
    if number is None:
        return True
    try:
        return not math.isfinite(float(number))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return True


def _rounded(number: float, places: int) -> Decimal:
    """Round half up (四舍五入), as every report of the bureau does, on the number as it is printed."""
    return Decimal(repr(float(number))).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _plain(number: Decimal, *, trim: bool = False) -> str:
    text = f"{abs(number):,f}"
    if trim and "." in text:
        text = text.rstrip("0").rstrip(".")
    return (MINUS if number < 0 else "") + text


def _signed(number: Decimal) -> str:
    return ("+" if number > 0 else "") + _plain(number)


def count(number: float | None) -> str:
    """A count on a card: 9,876 in full, 217000 as 21.7万, 120000000 as 1.2亿."""
    if is_missing(number):
        return NONE
    assert number is not None
    if abs(number) < WAN:
        return full_count(number)
    in_wan = _rounded(number / 10**4, 1)
    if abs(in_wan) < 10**4:
        return _plain(in_wan, trim=True) + "万"
    return _plain(_rounded(number / 10**8, 1), trim=True) + "亿"


def full_count(number: float | None) -> str:
    """A count in a table: every digit, thousands separated."""
    return NONE if is_missing(number) else _plain(_rounded(number or 0, 0))


def decimal(number: float | None) -> str:
    """A plain number with one place: 12.3."""
    return NONE if is_missing(number) else _plain(_rounded(number or 0, 1))


def percent(ratio: float | None, places: int = 2) -> str:
    """A rate from its ratio: 0.93456 → 93.46%."""
    return NONE if is_missing(ratio) else _plain(_percentage(ratio or 0, places)) + "%"


def _percentage(ratio: float, places: int) -> Decimal:
    return (Decimal(repr(float(ratio))) * 100).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def points(difference: float | None) -> str:
    """How a rate moved: −0.012 → −1.20 百分点; nothing to compare → —; less than the last place → 持平."""
    if is_missing(difference):
        return NONE
    percentage = _percentage(difference or 0, 2)
    return f"{_signed(percentage)} 百分点" if percentage else SAME


def change_ratio(now: float | None, before: float | None) -> float | None:
    """Change of a count as a ratio; None where there is no base to compare with."""
    if is_missing(now) or is_missing(before) or before == 0:
        return None
    assert now is not None
    assert before is not None
    return (now - before) / abs(before)


def change(now: float | None, before: float | None) -> str:
    """How a count moved, in %: +12.3%. No base → —, never ∞ or 0 %; the same → 持平."""
    return relative_change(change_ratio(now, before))


def relative_change(ratio: float | None) -> str:
    """A count's change that is a ratio already, as `change_ratio` gives it: 0.123 → +12.3%."""
    if is_missing(ratio):
        return NONE
    rounded = _percentage(ratio or 0, 1)
    return f"{_signed(rounded)}%" if rounded else SAME


def contribution(amount: float | None, kind: NumberFormat) -> str:
    """What one part adds to a change: +1,203 of a count, −0.12 百分点 of a rate; 0 is 0, not 持平."""
    if kind == "rate":
        percentage = _percentage(amount or 0, 2)
        return NONE if is_missing(amount) else f"{_signed(percentage)} 百分点"
    return NONE if is_missing(amount) else _signed(_rounded(amount or 0, 0))


def expected(number: float | None) -> str:
    """About how many there would be: 约 4, 不足 1."""
    if is_missing(number):
        return NONE
    return "不足 1" if (number or 0) < 1 else f"约 {full_count(number)}"


def number_of_days(number: float | None) -> str:
    """A length of time whose unit stands elsewhere: 3.2; whole numbers without a decimal."""
    return NONE if is_missing(number) else _plain(_rounded(number or 0, 1), trim=True)


def days(number: float | None, unit: str = "天") -> str:
    """A length of time: 3.2 天."""
    return NONE if is_missing(number) else f"{number_of_days(number)} {unit}"


def value(number: float | None, kind: NumberFormat) -> str:
    """A metric's value by its kind, as cards, labels and tooltips write it. Rates are ratios 0 … 1."""
    writers: dict[NumberFormat, Callable[[float | None], str]] = {
        "count": count,
        "rate": percent,
        "days": days,
        "number": decimal,
    }
    return writers[kind](number)


def values_in_full(numbers: Iterable[float | None], kind: NumberFormat) -> list[str]:
    """Numbers of one picture, all written in one way: 217,000 beside 1,125, not 21.7万."""
    return [full_count(number) if kind == "count" else value(number, kind) for number in numbers]


def movement(now: float | None, before: float | None, kind: NumberFormat) -> str:
    """A change by kind: rates move in 百分点, lengths of time in days, everything else in %."""
    if kind == "rate":
        return NONE if is_missing(now) or is_missing(before) else points((now or 0) - (before or 0))
    if kind == "days":
        if is_missing(now) or is_missing(before):
            return NONE
        difference = _rounded((now or 0) - (before or 0), 1)
        return f"{_signed(difference)} 天" if difference else SAME
    return change(now, before)


def fraction(hits: float | None, among: float | None) -> str:
    """What a rate is made of: 1,203/1,287."""
    return f"{full_count(hits)}/{full_count(among)}"


def target_reached(ratio: float, percentage: float) -> bool:
    """Whether a ratio reaches a target given in percent, free of binary rounding."""
    return round(ratio * 100, 6) >= percentage


def day(moment: date | None, *, year: bool = False) -> str:
    """11月22日, or 2026年11月22日."""
    if moment is None:
        return NONE
    text = f"{moment.month}月{moment.day}日"
    return f"{moment.year}年{text}" if year else text


def short_day(moment: date, today: date) -> str:
    """今日, 23日, 12月1日: as short as a phone's axis needs, and never the same for two days of half a year."""
    if moment == today:
        return "今日"
    return f"{moment.day}日" if moment.month == today.month else day(moment)


def month(moment: date | None, *, year: bool = True) -> str:
    """2026年11月, or 11月."""
    if moment is None:
        return NONE
    return f"{moment.year}年{moment.month}月" if year else f"{moment.month}月"


def weekday(moment: date) -> str:
    """周日."""
    return "周" + "一二三四五六日"[moment.weekday()]


def moment(at: datetime | None, *, year: bool = False) -> str:
    """11月22日 15:04."""
    return NONE if at is None else f"{day(at, year=year)} {at:%H:%M}"


def span(first: date, last: date) -> str:
    """2026年11月1日—22日, with only as much of the second date as differs."""
    start = day(first, year=True)
    if first == last:
        return start
    if first.year != last.year:
        return f"{start}—{day(last, year=True)}"
    return f"{start}—{day(last)}" if first.month != last.month else f"{start}—{last.day}日"


def width(text: str) -> float:
    """About how many Chinese letters wide a text is."""
    return sum(1.0 if ord(letter) > 0x2E80 else 0.6 for letter in text)


def spaced(text: str) -> str:
    """A sentence with the gap that Chinese typesetting wants around Latin words: Hotline 最多, 占 Boston 10%.

    Numbers without words keep what stands beside them: 12345转办.
    """
    return _LATIN_WORDS.sub(_with_gaps, text)


def _with_gaps(found: re.Match[str]) -> str:
    run, before, after = found[0], found.string[: found.start()][-1:], found.string[found.end() :][:1]
    if sum(letter.isalpha() for letter in run) < 2:
        return run
    first, last = (" " if re.match(f"[{_CHINESE}]", side) else "" for side in (before, after))
    return f"{first}{run}{last}"


def listing(names: Sequence[str], most: int = 3) -> str:
    """Names in a sentence: 金水区、二七区、中原区等 5 个."""
    first = "、".join(names[:most])
    return first if len(names) <= most else f"{first}等 {len(names)} 个"
