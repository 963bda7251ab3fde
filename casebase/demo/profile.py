"""How places differ: volume, speed and care of districts and streets, and bursts of one matter in one place."""

from dataclasses import dataclass

import numpy as np

from casebase.demo.draws import Draws
from casebase.demo.places import City

_EPISODE_SLOTS = 3
_CHOICES = 12


@dataclass(frozen=True, eq=False)
class Profile:
    """Per-myriad levels by street, weights by community, and the burst that runs on each day."""

    community_weight: np.ndarray
    in_time: np.ndarray  # simple claims closed by their fifth working day
    reached: np.ndarray  # grid tasks contacted within 24 hours
    settled: np.ndarray  # grid tasks settled on the spot
    evaluated: np.ndarray
    first_day: np.datetime64
    burst_community: np.ndarray  # days × slots
    burst_phrase: np.ndarray


def make(city: City, sequence: np.random.SeedSequence, first_day: np.datetime64, days: int) -> Profile:
    """Draw the differences for a city and a span of days."""
    draws = Draws(sequence)
    districts, streets = len(city.ground.district_code), len(city.ground.street_code)
    district = city.ground.street_district
    quality = _ladder(draws, districts, 8860, 9860)
    volume = _ladder(draws, districts, 68, 138)
    weight = (
        city.ground.population
        * volume[district[city.ground.community_street]]
        * draws.between(55, 145, len(city.ground.community_code))
        // 100
    )
    burst_community, burst_phrase = _bursts(city, draws, first_day, days)
    return Profile(
        community_weight=weight,
        in_time=np.clip(quality[district] + draws.between(-140, 140, streets), 8000, 9900),
        reached=np.clip(
            _ladder(draws, districts, 8900, 9900)[district] + draws.between(-350, 250, streets), 7000, 9950
        ),
        settled=_ladder(draws, districts, 5200, 6700)[district] + draws.between(-500, 500, streets),
        evaluated=_ladder(draws, districts, 6300, 7700)[district] + draws.between(-300, 300, streets),
        first_day=first_day,
        burst_community=burst_community,
        burst_phrase=burst_phrase,
    )


def _ladder(draws: Draws, n: int, low: int, high: int) -> np.ndarray:
    """Evenly spread levels in random order, so that every seed has its best and its worst district."""
    levels: np.ndarray = (low + (high - low) * np.arange(n) // max(n - 1, 1))[draws.order(n)]
    return levels


def _bursts(city: City, draws: Draws, first_day: np.datetime64, days: int) -> tuple[np.ndarray, np.ndarray]:
    """A community and a phrase in season for every day and slot."""
    communities, phrases = [], []
    month = (first_day + np.arange(days)).astype("datetime64[M]").astype(np.int64) % 12
    hot = np.flatnonzero(
        city.matters.frame.second.isin(["商品房交付", "物业服务", "征收补偿", "工资拖欠", "供热供气", "噪声污染"])
    )
    in_season = _phrases_by_month(city, hot)
    for _ in range(_EPISODE_SLOTS):
        count = days // 25 + 1
        length = draws.between(25, 80, count)
        episode = np.repeat(np.arange(count), length)[:days]
        communities.append(draws.weighted(city.ground.population, count)[episode])
        pick, choice = draws.below(hot.size, count)[episode], draws.below(_CHOICES, count)[episode]
        phrases.append(in_season[pick, month, choice])
    return np.column_stack(communities), np.column_stack(phrases)


def _phrases_by_month(city: City, matters: np.ndarray) -> np.ndarray:
    """Matters × months × choices: the phrases that come up, in turn."""
    phrases = np.zeros((matters.size, 12, _CHOICES), dtype=np.int64)
    for row, matter in enumerate(matters):
        own = np.flatnonzero(city.matters.phrase_matter == matter)
        for month in range(12):
            fit = own[city.matters.phrase_month[own, month] > 0]
            phrases[row, month] = fit[np.arange(_CHOICES) % fit.size]
    return phrases
