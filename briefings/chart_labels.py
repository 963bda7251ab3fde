"""What pictures and native charts share: where an axis ends, where a value is written, the name of a target."""

import math

from briefings.model import Figure
from views import words


def labels_below(figure: Figure) -> list[bool]:
    """Whether a value of the first line is written below its point: in a dip of a single line, or under the other."""
    first, *others = (series.values for series in figure.series)
    is_below = []
    for place, value in enumerate(first):
        beside = [
            one
            for one in (
                [line[place] for line in others] or [*first[max(place - 1, 0) : place], *first[place + 1 : place + 2]]
            )
            if one is not None
        ]
        is_below.append(bool(beside) and value is not None and value < sum(beside) / len(beside))
    return is_below


def axis_range(figure: Figure) -> tuple[float, float]:
    """The axis along months: counts begin at zero; rates, which move little, at a whole per cent below the lowest."""
    values = [value for series in figure.series for value in series.values if value is not None]
    values += [] if figure.target is None else [figure.target]
    low, high = min(values, default=0.0), max(values, default=0.0)
    if figure.kind != "rate":
        return 0.0, high * 1.2 or 1.0
    room = (high - low) * 0.2 or 0.01
    return max(0.0, math.floor((low - room) * 100) / 100), high + room


def axis_note(figure: Figure) -> str:
    """A word on an axis that does not begin at zero."""
    low = axis_range(figure)[0] if figure.form == "months" else 0.0
    return f"纵轴自{words.percent(low, 0)}起" if low else ""


def value_label(figure: Figure, value: float) -> str:
    """A value as it stands beside its mark."""
    return words.full_count(value) if figure.kind == "count" else words.value(value, figure.kind).replace(" ", "")


def target_label(figure: Figure) -> str:
    """目标95%."""
    return f"目标{value_label(figure, figure.target or 0.0)}".replace(".00%", "%")
