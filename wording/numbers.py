"""A metric's value as it is written, and how it is judged: by its target or the general lights of config.toml."""

from casebase.settings import Settings
from queries.model import Kind, Metric, Polarity
from views import cards, words
from views.shades import Better, Meaning

# Groups whose rates the general lights of config.toml were made for; others have a target or no light.
_LIT = ("办理时效", "群众评价")
_BETTER: dict[Polarity, Better] = {Polarity.UP_GOOD: "up", Polarity.DOWN_GOOD: "down", Polarity.NEUTRAL: "neither"}
_KINDS: dict[Kind, words.Kind] = {Kind.COUNT: "count", Kind.RATE: "rate", Kind.MEAN: "days", Kind.PER_10K: "number"}


def kind_of(metric: Metric) -> words.Kind:
    """How a metric's value is written; a mean of anything but days is a plain number beside its unit."""
    return "number" if metric.kind is Kind.MEAN and metric.unit != "天" else _KINDS[metric.kind]


def written(metric: Metric, value: float) -> str:
    """A value as cards write it; the unit stands apart except in %."""
    text = words.value(value, kind_of(metric))
    return text.removesuffix(" 天")


def tone(metric: Metric, now: float, before: float) -> cards.Tone:
    """Whether a change is good by the metric's polarity."""
    if now == before or metric.polarity is Polarity.NEUTRAL:
        return "neutral"
    return "good" if (now > before) == (metric.polarity is Polarity.UP_GOOD) else "bad"


def target_of(settings: Settings, metric_id: str) -> float | None:
    """The target of config.toml as a ratio."""
    target: float | None = getattr(settings.targets, metric_id, None)
    return None if target is None else target / 100


def state_of(settings: Settings, metric: Metric, value: float) -> words.State | None:
    """The light of a rate that should be high: by its target where config.toml has one, else by [lights]."""
    if metric.kind is not Kind.RATE or metric.polarity is not Polarity.UP_GOOD or words.missing(value):
        return None
    lights, target = settings.lights, target_of(settings, metric.id)
    if target is None:
        return words.light(value, lights.red, lights.green) if metric.group in _LIT else None
    if words.target_reached(value, target * 100):
        return words.State("good", "●", "达标")
    near = words.target_reached(value, target * 100 - lights.shortfall)
    return words.State("warn", "▲", "未达标") if near else words.State("bad", "■", "未达标")


def meaning_of(settings: Settings, metric: Metric) -> Meaning:
    """What a metric's size means, for colours: which way it is better, and its target or where its light turns green.

    Counts of cases that a place has more of because it is larger (登记量) mean neither.
    """
    better: Better = _BETTER[metric.polarity]
    target = target_of(settings, metric.id)
    if target is None and better == "up" and metric.kind is Kind.RATE and metric.group in _LIT:
        target = settings.lights.green / 100
    return Meaning(better, target)


def lights_of(settings: Settings, metric: Metric) -> str:
    """By what limits a metric is judged, in words; "" for one that nothing judges."""
    lights, target = settings.lights, target_of(settings, metric.id)
    said = []
    if target is not None:
        said.append(f"目标 {words.percent(target)}：● 达标，▲ 差 {lights.shortfall:g} 个百分点以内，■ 差得更多")
    elif metric.kind is Kind.RATE and metric.polarity is Polarity.UP_GOOD and metric.group in _LIT:
        said.append(f"● 高于 {lights.green:g}%，▲ {lights.red:g}%—{lights.green:g}%，■ 低于 {lights.red:g}%")
    if metric.is_sample:
        said.append(f"分母不足 {lights.small_sample} 标「{words.SMALL}」")
    return "；".join(said)
