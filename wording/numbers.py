"""A metric's value as it is written, and how it is judged: by its target, and by nothing else."""

from collections.abc import Mapping

from casebase.settings import Settings
from queries import attention
from queries.model import Kind, Metric, Polarity
from queries.targets import target_of
from views import cards, words
from views.shades import Better, Meaning

_BETTER: dict[Polarity, Better] = {Polarity.UP_GOOD: "up", Polarity.DOWN_GOOD: "down", Polarity.NEUTRAL: "neither"}
CHANGE_NOTE = "变化按未四舍五入的数值计算，与所列数值直接相减的末位可能不同。"
# In the id of what counts cases past their limit.
_LATE = "overdue"
_FORMATS: dict[Kind, words.NumberFormat] = {
    Kind.COUNT: "count",
    Kind.RATE: "rate",
    Kind.MEAN: "number",
    Kind.SUM: "count",
    Kind.PER_10K: "number",
}


def kind_of(metric: Metric) -> words.NumberFormat:
    """How a metric's value is written; a mean of anything but days is a plain number beside its unit."""
    return "days" if metric.in_days else _FORMATS[metric.kind]


def format_value(metric: Metric, value: float, *, full: bool = False) -> str:
    """A value as cards write it; the unit stands apart except in %. `full` counts have every digit."""
    if full and metric.is_total:
        return words.full_count(value)
    return words.number_of_days(value) if metric.in_days else words.value(value, kind_of(metric))


def in_full(values: Mapping[Metric, float]) -> bool:
    """Whether the counts of a row of numbers are written with every digit: where some would stand in 万, others not.

    21.7万 beside 1,125 reads as the smaller of the two; 217,204 does not.
    """
    counts = [abs(value) for metric, value in values.items() if metric.is_total and not words.is_missing(value)]
    return any(count >= words.WAN for count in counts) and any(count < words.WAN for count in counts)


def movement(metric: Metric, now: float, before: float, few: int) -> str:
    """How a number moved: +3.2%, −1.20 百分点, 持平; — where nothing is known to compare.

    A count from a base under `few` moves by pieces (增加 1 件次): a percentage of a handful says nothing, and of none
    there is none.
    """
    if words.is_missing(now) or not metric.moves_by_pieces(before, few):
        return words.movement(now, before, kind_of(metric))
    return pieces(now - before, metric.unit)


def pieces(moved: float, unit: str) -> str:
    """A change of a count in pieces: 增加 1 件次, 减少 3 件次, 持平."""
    if not moved:
        return words.SAME
    return f"{'增加' if moved > 0 else '减少'} {words.full_count(abs(moved))} {unit}"


def is_low_first(metric: Metric) -> bool:
    """Whether the lowest values of a metric need attention first."""
    return metric.kind is Kind.RATE and metric.polarity is Polarity.UP_GOOD


def tone(metric: Metric, now: float, before: float) -> cards.Tone:
    """Whether a change is good by the metric's polarity."""
    if now == before or metric.polarity is Polarity.NEUTRAL:
        return "neutral"
    return "good" if (now > before) == (metric.polarity is Polarity.UP_GOOD) else "bad"


def state_of(settings: Settings, metric: Metric, value: float, among: float) -> words.State | None:
    """The light of a rate, the same on every screen and in every document.

    It follows the target that was agreed on (config.toml's [targets], [lights] shortfall); without one there is no
    light, whatever the rate. Neither has a rate over too few cases (`among`), which is marked 样本少 instead.
    """
    lights, target = settings.lights, target_of(settings, metric.id)
    if target is None or words.is_missing(value) or (metric.is_small(among, lights.small_sample)):
        return None
    if words.target_reached(value, target * 100):
        return words.State("good", "●", "达标")
    near = words.target_reached(value, target * 100 - lights.shortfall)
    return words.State("warn", "▲", "未达标") if near else words.State("bad", "■", "未达标")


def meaning_of(settings: Settings, metric: Metric) -> Meaning:
    """What a metric's size means, for colours: which way it is better, and its target, if any.

    A number is judged by its target, and a count of what is past its limit by that limit: each one is too many. Any
    other is only more or less, since nobody agreed on what is good (参评率 is not red by itself).
    """
    target = target_of(settings, metric.id)
    if target is None and not (metric.kind is Kind.COUNT and _LATE in metric.id):
        return Meaning()
    return Meaning(_BETTER[metric.polarity], target)


def lights_of(settings: Settings, metric: Metric) -> str:
    """By what limits a metric is judged, in words; "" for one that nothing judges."""
    lights, target = settings.lights, target_of(settings, metric.id)
    clauses = []
    if target is not None:
        clauses.append(f"目标 {words.percent(target)}：● 达标，▲ 差 {lights.shortfall:g} 个百分点以内，■ 差得更多")
    elif metric.kind is Kind.RATE and metric.polarity is Polarity.UP_GOOD:
        clauses.append("未定目标，不判好坏")
    if metric.is_sample:
        clauses.append(f"分母不足 {lights.small_sample} 标「{words.SMALL}」")
    return "；".join(clauses)


def alerted(settings: Settings, metric: Metric) -> str:
    """When a rate is named among the alerts, and why not always the lowest; "" for one that never is."""
    if metric.id != attention.RATE or target_of(settings, metric.id) is None:
        return ""
    return "显著低于目标的才提请关注：95% 置信区间整个低于目标，不是随机波动；件数少的，率更低也可能只是波动。"
