"""What a rate should reach: the metric's own target, or another that config.toml sets by its id."""

from casebase.settings import SettingError, Settings
from queries.model import Metric
from queries.registry import METRICS


def target_of(settings: Settings, metric_id: str) -> float | None:
    """The target of a metric as a ratio; None for one that nobody agreed on."""
    if metric_id not in settings.targets:
        return METRICS[metric_id].target
    percentage = settings.targets[metric_id]
    return None if percentage is None else percentage / 100


def check_targets(settings: Settings) -> None:
    """Raise SettingError for a target of what is no metric, or of one that cannot have a target."""
    for metric_id in settings.targets:
        reason = _objection(METRICS.get(metric_id))
        if reason:
            raise SettingError(("targets", metric_id), reason)


def _objection(metric: Metric | None) -> str:
    if metric is None:
        return "unknown key; no number has this id, python -m queries --list shows them all"
    if metric.outlook_of:
        return f"looks at a day to come; a target is set for {metric.outlook_of}"
    return "" if metric.can_have_target else "cannot have a target; only a rate that should be high can"
