"""The pictures of a briefing as data: Word draws them, slides chart them natively, from the same frozen numbers."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pandas as pd

from briefings import prose
from briefings.cell_text import one_line
from briefings.frozen import MONTHS, PLACE, Frozen
from briefings.model import Figure, Series
from queries.measure import metric_of
from queries.model import Kind
from queries.targets import target_of
from views import words
from wording import findings
from wording.names import PLACE_NAMES
from wording.numbers import kind_of

# So many are shown all; of more, so that a picture leaves room for the words it belongs to, the first.
MOST, FIRST = 16, 10
# One bar compares nothing.
_FEWEST = 2


def volume(frozen: Frozen) -> Figure | None:
    """What came and what was closed, month by month."""
    came, went = (_monthly(frozen, metric) for metric in ("registered", "closed"))
    if not came["value"].fillna(0).any():
        return None
    last, before = came["value"].iloc[-1], came["value"].iloc[-2]
    moved = prose.format_change(metric_of("registered"), last, before, "较上月", frozen.settings.lights.small_sample)
    running = bool(came["unfinished"].iloc[-1])
    label = words.month(came["at"].iloc[-1].date()) + (f"（至{frozen.as_of.day}日）" if running else "")
    title = f"{label}登记{words.full_count(last)}件次、办结{words.full_count(went['value'].iloc[-1])}件次"
    title += f"，登记量{moved}" if moved and not running else ""
    return Figure(
        "volume",
        title,
        f"近{MONTHS}个月登记量与办结量（件次）",
        "months",
        _labels(came),
        (Series("登记量", _values(came)), Series("办结量", _values(went))),
        "count",
        "件次",
        ("registered", "closed"),
    )


def five_day_months(frozen: Frozen) -> Figure | None:
    """The five-day rate month by month, with its target."""
    return _rate_by_month(frozen, "five_day_closure")


def on_time_months(frozen: Frozen) -> Figure | None:
    """The rate of completion in time month by month, with its target."""
    return _rate_by_month(frozen, "on_time_completion")


def _rate_by_month(frozen: Frozen, name: str) -> Figure | None:
    frame, metric = _monthly(frozen, name), metric_of(name)
    if frame["value"].isna().all():
        return None
    target = target_of(frozen.settings, name)
    title = findings.months(frame, target, frozen.as_of.date(), nothing="")
    return Figure(
        f"{name}_months",
        f"{metric.name}：{prose.without_blanks(title)}",
        f"近{MONTHS}个月{metric.name}",
        "months",
        _labels(frame),
        (Series(metric.name, _values(frame), tuple(bool(one) for one in frame["small"])),),
        "rate",
        "%",
        (name,),
        target,
    )


def _monthly(frozen: Frozen, name: str) -> pd.DataFrame:
    frame = frozen.months[frozen.months["metric"] == name].reset_index(drop=True)
    metric, few = metric_of(name), frozen.settings.lights.small_sample
    small = [metric.is_small(among, few) for among in frame["among"]]
    return frame.assign(at=pd.to_datetime(frame["month"]), small=small)


def _labels(frame: pd.DataFrame) -> tuple[str, ...]:
    """Months, with the year where it begins: 2025年11月, 12月, 2026年1月 …"""
    dates = [at.date() for at in frame["at"]]
    return tuple(words.month(at, year=place == 0 or at.month == 1) for place, at in enumerate(dates))


def _values(frame: pd.DataFrame) -> tuple[float | None, ...]:
    return tuple(None if words.is_missing(value) else float(value) for value in frame["value"])


def ranked(frozen: Frozen, dimension: str, name: str, noun: str, whole: str = "") -> Figure | None:
    """A ranking by one number: the largest first; rates that should be high, the lowest first.

    Shares are of everything, or where a `whole` is named, of what is filled in.
    """
    frame, metric = frozen.split(dimension, name), metric_of(name)
    frame = frame[frame["value"].notna()] if len(frame) else frame
    # What nobody filled in is no place or class: it is told below the title, and is never the longest bar.
    nameless = int(frame.loc[frame["code"] == "", "value"].sum()) if len(frame) else 0
    frame = frame[frame["code"] != ""] if len(frame) else frame
    if len(frame) < _FEWEST or not frame["hits"].any() or (metric.is_total and frame["value"].nunique() == 1):
        return None
    if metric.kind is Kind.RATE and frame["small"].astype(bool).all():
        return None
    target = target_of(frozen.settings, name)
    few = frozen.settings.lights.small_sample
    rate = metric.kind is Kind.RATE
    title = findings.ranking(
        frame, metric, target, noun, whole or frozen.whole, few=few, nameless=0 if whole else nameless
    )
    rows = frame.sort_values("value", ascending=rate, kind="stable")
    rows = rows if len(rows) <= MOST else rows.head(FIRST)
    small = tuple(bool(one) for one in rows["small"])
    left_out = f"，共{len(frame)}个，列{len(rows)}个" if len(frame) > len(rows) else ""
    if metric.is_total and nameless:
        left_out += f"；另有{words.full_count(nameless)}{metric.unit}未填写"
    return Figure(
        f"{name}_{dimension}",
        f"{metric.name}：{prose.without_blanks(title)}",
        f"各{noun}{metric.name}（{metric.unit}）{left_out}",
        "ranking",
        tuple(one_line(name) for name in rows["name"]),
        (Series(metric.name, tuple(float(value) for value in rows["value"]), small),),
        kind_of(metric),
        metric.unit,
        (name,),
        target if rate else None,
    )


def complained(frozen: Frozen) -> Figure | None:
    """The bodies complained about most: what is registered, said as what is complained."""
    figure = ranked(frozen, "complained_unit", "registered", "被投诉单位", "填写了被投诉单位的")
    if figure is None:
        return None
    name = metric_of("registered").name
    subtitle = figure.subtitle.replace(f"各被投诉单位{name}", "各单位被投诉的信访事项", 1)
    return replace(figure, title=figure.title.replace(f"{name}：", "被投诉单位中，", 1), subtitle=subtitle)


def _by_place(name: str) -> Callable[[Frozen], Figure | None]:
    return lambda frozen: None if frozen.place is None else ranked(frozen, PLACE, name, PLACE_NAMES[frozen.place])


FIGURES: Mapping[str, Callable[[Frozen], Figure | None]] = {
    "volume": volume,
    "five_day_months": five_day_months,
    "on_time_months": on_time_months,
    "registered_places": _by_place("registered"),
    "five_day_places": _by_place("five_day_closure"),
    "on_time_places": _by_place("on_time_completion"),
    "satisfaction_places": _by_place("unit_satisfaction"),
    "on_the_spot_places": _by_place("on_the_spot"),
    "backlog_places": _by_place("backlog"),
    "categories": lambda frozen: ranked(frozen, "category", "registered", "内容分类"),
    "channels": lambda frozen: ranked(frozen, "channel", "registered", "信访形式"),
    "complained": complained,
    "experts": lambda frozen: ranked(frozen, "source", "expert_participations", "专家来源"),
}
