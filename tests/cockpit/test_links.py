"""Where a number leads: the same cases from a card, a bar, a point and a cell."""

from urllib.parse import parse_qs

import pytest

from cockpit.links import number_link, part_to_open
from queries.cases import Part
from queries.measure import metric_of


@pytest.mark.parametrize(
    ("metric", "hits", "among", "part"),
    [
        ("five_day_closure", 90, 100, Part.MISSES),
        ("five_day_closure", 100, 100, Part.AMONG),
        ("repeat_rate", 3, 100, Part.HITS),
        ("repeat_rate", 0, 100, Part.AMONG),
        ("registered", 7, 7, Part.HITS),
        ("registered", 0, 0, Part.HITS),
    ],
)
def test_a_number_opens_what_needs_attention(metric: str, hits: int, among: int, part: Part) -> None:
    assert part_to_open(metric_of(metric), hits, among) is part
    asked = parse_qs(number_link(metric_of(metric), {"hits": hits, "among": among}, unit="u1"))
    assert asked == {"metric": [metric], "part": [part.value], "by_unit": ["u1"]}
