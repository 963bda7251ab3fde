"""How sure a share is: Wilson's interval."""

import math
from statistics import NormalDist


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
