"""A change of a number in its parts (queries.decompose), as bars and rows show them."""

import pandas as pd

from cockpit import splits
from cockpit.view import View
from queries.decompose import Change
from queries.model import Kind, Metric
from views import words
from wording import numbers

MIX, PERFORMANCE = "mix", "performance"
EFFECTS = {PERFORMANCE: "办理", MIX: "构成"}


def bars_of(view: View, metric: Metric, change: Change, dimension: str) -> pd.DataFrame:
    """One bar a group of a count; two of a rate, its own rate's and its volume's."""
    parts = change.parts
    names = splits.names_of(view, dimension, parts[dimension].tolist())
    if metric.kind is Kind.COUNT:
        values = [("", "change", "")]
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
                    for name, (_, row) in zip(names, parts.iterrows(), strict=True)
                ],
            }
        )
        for effect, column, prefix in values
    ]
    return pd.concat(frames, ignore_index=True)


def sides(metric: Metric, row: pd.Series) -> str:
    """A group before and now: 上期 120 → 本期 165."""
    if metric.kind is Kind.COUNT:
        return f"上期 {words.full(row['hits_before'])} → 本期 {words.full(row['hits'])} {metric.unit}"
    before, after = (words.fraction(row[f"hits{when}"], row[f"among{when}"]) for when in ("_before", ""))
    return f"上期 {before} → 本期 {after}"


def written_changes(metric: Metric, parts: pd.DataFrame) -> pd.DataFrame:
    """Groups before and now, their part in the change and, of a rate, what it is made of, as the table writes them."""
    is_rate, kind = metric.kind is Kind.RATE, numbers.kind_of(metric)
    written = pd.DataFrame(index=parts.index)
    for head, when in {"上期": "_before", "本期": ""}.items():
        pairs = parts[[f"hits{when}", f"among{when}"]].itertuples(index=False)
        written[head] = [words.fraction(*pair) for pair in pairs] if is_rate else parts[f"hits{when}"]
    effects = EFFECTS if is_rate else {}
    for head, column in {"变化": "change", **{f"其中{word}": effect for effect, word in effects.items()}}.items():
        written[head] = [words.contribution(value, kind) for value in parts[column]]
    return written
