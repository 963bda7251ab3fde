"""How sure a share is: Wilson's interval, and whether it is above another beyond chance."""

import math
from collections.abc import Sequence
from statistics import NormalDist

_FALSE = 0.05


def wilson(hits: float, among: float, confidence: float = 0.95) -> tuple[float, float]:
    """Low and high end of the two-sided Wilson interval of a share; NaN without cases."""
    if not among:
        return math.nan, math.nan
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = hits / among
    centre = share + z**2 / (2 * among)
    spread = z * math.sqrt(share * (1 - share) / among + z**2 / (4 * among**2))
    scale = 1 + z**2 / among
    return float((centre - spread) / scale), float((centre + spread) / scale)


def above_chance(hits: Sequence[int], among: Sequence[int], share: float) -> list[bool]:
    """Which of several shares are above `share` (0 … 1) by more than chance gives.

    One-sided exact binomial tests; Benjamini–Hochberg holds the part of false among all that are named under 5 %.
    """
    # As in queries.surges: SciPy takes a fifth of a second that no other number needs.
    from queries import chances

    if not hits:
        return []
    chance = chances.more_of_binomial([count - 1 for count in hits], list(among), share)
    return [bool(adjusted <= _FALSE) for adjusted in chances.adjusted(chance)]
