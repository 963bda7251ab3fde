"""A change of a number in its parts (queries.decompose), as bars and rows show them."""

import pandas as pd

from cockpit import splits
from cockpit.kept import kept
from cockpit.view import View
from queries.decompose import Change
from queries.model import Kind, Metric
from views import words
from wording import numbers, working_days

MIX, PERFORMANCE, CALENDAR = "mix", "performance", "calendar"
CALENDAR_NAME = "日历影响"
EFFECTS = {PERFORMANCE: "办理", MIX: "构成"}


@kept
def bars_of(view: View, metric: Metric, change: Change, dimension: str) -> pd.DataFrame:
    """One bar a group of a count, and one of the working days; two of a rate, its own rate's and its volume's.

    `pinned`: the bar that stands first whatever its size.
    """
    parts = change.parts
    names = splits.names_of(view, dimension, parts[dimension].tolist())
    if metric.is_total:
        values = [("", change.by, "")]
    else:
        values = [(effect, effect, f"{word}：") for effect, word in EFFECTS.items()]
    frames = [
        pd.DataFrame(
            {
                "code": [f"{effect}:{place}" for place in parts.index],
                "name": [f"{prefix}{name}" for name in names],
                "value": parts[column],
                "tone": [numbers.tone(metric, value, 0) for value in parts[column]],
                "tip": [
                    f"{prefix}{name} {words.contribution(row[column], numbers.kind_of(metric))}；{sides(metric, row)}"
                    f"{_of_calendar(row) if change.has_calendar else ''}"
                    for name, (_, row) in zip(names, parts.iterrows(), strict=True)
                ],
            }
        )
        for effect, column, prefix in values
    ]
    bars = pd.concat(frames, ignore_index=True).assign(pinned=False)
    return pd.concat([_calendar_bar(metric, change), bars], ignore_index=True) if change.has_calendar else bars


def _calendar_bar(metric: Metric, change: Change) -> pd.DataFrame:
    """What more or fewer working days alone add; neither better nor worse."""
    tip = f"{calendar_sentence(metric, change)}；各组的一份已从各条中扣除"
    bar = {"code": CALENDAR, "name": CALENDAR_NAME, "value": change.calendar, "tone": "neutral", "tip": tip}
    return pd.DataFrame([{**bar, "pinned": True}])


def calendar_sentence(metric: Metric, change: Change) -> str:
    """本期 20 个工作日，上期 15 个；按上期的工作日均数，多 5 个工作日合 +1,203 件次: what the part of its own is.

    "" where there is none.
    """
    if change.days is None or not change.has_calendar:
        return ""
    days, unpublished = change.days, working_days.unpublished(change.days)
    added = f"{working_days.difference(days)}合 {words.contribution(change.calendar, 'count')} {metric.unit}"
    note = f"（{unpublished}）" if unpublished else ""
    return f"本期 {days.now} 个工作日，上期 {days.before} 个；按上期的工作日均数，{added}{note}"


def _of_calendar(row: pd.Series) -> str:
    return f"，已扣除{CALENDAR_NAME} {words.contribution(row[CALENDAR], 'count')}"


def sides(metric: Metric, row: pd.Series) -> str:
    """A group before and now: 上期 120 → 本期 165."""
    if metric.is_total:
        return f"上期 {words.full_count(row['hits_before'])} → 本期 {words.full_count(row['hits'])} {metric.unit}"
    before, after = (words.fraction(row[f"hits{when}"], row[f"among{when}"]) for when in ("_before", ""))
    return f"上期 {before} → 本期 {after}"


def written_changes(metric: Metric, change: Change, parts: pd.DataFrame) -> pd.DataFrame:
    """Groups before and now, their part in the change and what that is made of, as the table writes them.

    `parts` are rows of the change: a rate's are made of 办理 and 构成, a count's of the working days and its own.
    """
    is_rate, kind = metric.kind is Kind.RATE, numbers.kind_of(metric)
    written = pd.DataFrame(index=parts.index)
    for head, when in {"上期": "_before", "本期": ""}.items():
        pairs = parts[[f"hits{when}", f"among{when}"]].itertuples(index=False)
        written[head] = [words.fraction(*pair) for pair in pairs] if is_rate else parts[f"hits{when}"]
    effects = EFFECTS if is_rate else {CALENDAR: CALENDAR_NAME, "own": "自身增减"} if change.has_calendar else {}
    for head, column in {"变化": "change", **{f"其中{word}": effect for effect, word in effects.items()}}.items():
        written[head] = [words.contribution(value, kind) for value in parts[column]]
    return written
