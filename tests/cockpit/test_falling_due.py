"""What falls due: a click on a number of the table by unit leads to what the number counts."""

from urllib.parse import parse_qsl

import pytest

from cockpit import falling_due
from cockpit.view import View
from queries.cases import Part
from queries.registry import METRICS


@pytest.mark.parametrize(
    ("head", "metric", "part", "state"),
    [
        ("1个工作日内", "five_day_due_in_1", Part.HITS, None),
        ("5个工作日内", "five_day_due_in_5", Part.HITS, None),
        ("责任单位", "five_day_due_in_3", Part.HITS, None),
        ("现在", "five_day_closure", Part.MISSES, None),
        ("届时", "five_day_closure_in_3", Part.MISSES, None),
        ("变化", "five_day_closure_in_3", Part.MISSES, "在期未结"),
    ],
)
def test_a_number_of_a_unit_leads_to_its_cases(
    year: View, head: str, metric: str, part: Part, state: str | None
) -> None:
    link = dict(parse_qsl(falling_due.unit_link(year, "five_day", 3, head, "u1")))
    assert metric in METRICS
    assert (link.pop("metric"), link.pop("part"), link.pop("by_unit")) == (metric, part.value, "u1")
    assert list(link.values()) == ([state] if state else [])
