"""Which series of counts have risen beyond chance, with a bound on false alarms.

A series is the cases of one class, place or word in equal stretches of time, the latest set against those before.
It has risen when the latest stretch has more of its cases both in number and in share of all cases than chance gives:
in number alone everything rises in the week after a holiday, in share alone whatever did not fall with the rest. Number
is judged by the day and by the working day: what only has more days to come in has not risen.
"""

import numpy as np
import pandas as pd

from queries.frames import Counts, Numbers

STRETCHES = 8
"""Earlier stretches that the latest one is compared with."""
LEAST = 10
"""Series with fewer cases in all stretches together are not looked at. The test is conditional on that total, so the
choice favours neither rise nor fall."""


def rising(counts: Counts, totals: Counts, level: float, working: Counts | None = None) -> pd.DataFrame:
    """Test every series at once.

    `counts`: series × (1 + STRETCHES) cases, the latest stretch first; `totals`: all cases of the same stretches;
    `working`: their working days (None: as many in each).
    Returns a row a series: observed, expected (in the latest stretch: the mean of the earlier ones, or what they had a
    working day, or their share of the latest one's volume, whichever is most), p (chance of so many or more; 1 for a
    series with fewer than LEAST cases), alarm.

    One-sided, and conditional on each series' own total: hypergeometric (Fisher's exact test) and binomial where a
    series scatters no more than chance, beta-binomial where it does, with its own or the usual overdispersion of the
    earlier stretches, whichever is more; p is the larger of the two. Benjamini–Hochberg holds the share of false among
    all alarms under `level`, and with it, where nothing rises, the chance of any alarm at all.
    """
    # SciPy is imported where it is used: a fifth of a second that most numbers do not need.
    from queries import chances

    observed, past = counts[:, 0], counts[:, 1:]
    before, now, earlier = past.sum(axis=1), int(totals[0]), int(totals[1:].sum())
    chance = np.ones(len(counts))
    by_number = _part_of_latest(working)
    expected = before * max(now / earlier, by_number / (1 - by_number)) if earlier else np.zeros(len(counts))
    tested = observed + before >= LEAST
    if now and earlier and tested.any():
        chance[tested] = _tail(
            observed[tested], before[tested], now, earlier, by_number, _scatter(past[tested], totals[1:])
        )
    alarm = chances.adjusted(chance) <= level
    return pd.DataFrame({"observed": observed, "expected": expected, "p": chance, "alarm": alarm})


def _part_of_latest(working: Counts | None) -> float:
    """The part of a series' cases that its latest stretch has by its days, or working days, whichever is more."""
    by_days = 1 / (1 + STRETCHES)
    if working is None or not working[1:].any():
        return by_days
    return max(by_days, float(working[0] / working.sum()))


def _scatter(past: Counts, totals: Counts) -> Numbers:
    """Variance over what chance alone would give (Pearson's), 1 at least: a series' own or the median, the larger.

    Earlier stretches alone speak: a surge must not excuse itself.
    """
    from queries import chances

    observed_stretches = totals > 0
    past, shares = past[:, observed_stretches], totals[observed_stretches] / totals.sum()
    expected = np.outer(past.sum(axis=1), shares)
    squares = np.divide((past - expected) ** 2, expected, out=np.zeros_like(expected), where=expected > 0)
    free = max(int(observed_stretches.sum()) - 1, 1)
    own: Numbers = squares.sum(axis=1) / free
    full = own[past.sum(axis=1) >= STRETCHES]
    # Of a skewed figure the median lies under the mean, by as much as chi-square's does.
    usual = float(np.median(full)) * free / chances.median_of_chi_square(free) if full.size else 1.0
    return np.fmax(own, max(usual, 1.0))


def _tail(observed: Counts, before: Counts, now: int, earlier: int, by_number: float, scatter: Numbers) -> Numbers:
    """Chance of `observed` or more of a series' cases in the latest stretch, by share and by number: the larger."""
    from queries import chances

    total, least = observed + before, observed - 1
    by_share = now / (now + earlier)
    chance: Numbers = np.fmax(
        chances.more_of_hypergeometric(least, now + earlier, total, now),
        chances.more_of_binomial(least, total, by_number),
    )
    wide = scatter > 1
    # The correlation within a series that gives a binomial of `total` cases this much more variance. Less of it than
    # the least one here makes no difference but to the rounding of the tail.
    together = np.clip((scatter - 1) / (total - 1), 1e-5, 0.999)[wide]
    odds = (1 - together) / together
    for share in (by_share, by_number):
        more = chances.more_of_beta_binomial(least[wide], total[wide], share * odds, (1 - share) * odds)
        chance[wide] = np.fmax(chance[wide], more)
    return np.clip(chance, 0.0, 1.0)
