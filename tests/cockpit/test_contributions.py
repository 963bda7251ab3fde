"""A change in its parts: bars and rows add up to the change, and say what was before and is now."""

import pytest

from cockpit import contributions
from cockpit.view import View
from queries.decompose import decompose
from queries.measure import metric_of
from queries.periods import Against
from views import words


@pytest.mark.parametrize("metric_id", ["registered", "five_day_closure"])
def test_bars_add_up_to_the_change(metric_id: str, year: View) -> None:
    metric = metric_of(metric_id)
    change = year.ask(decompose, metric_id, against=Against.YEAR_BEFORE, by=["district"], **year.scope)
    bars = contributions.bars_of(year, metric, change, "district")
    assert bars["value"].sum() == pytest.approx(change.difference)
    effects = 2 if metric_id == "five_day_closure" else 1
    assert len(bars) == effects * len(change.parts)
    first = change.parts.iloc[0]
    assert bars["tip"].iloc[0].endswith(contributions.sides(metric, first))
    assert bars["code"].iloc[-1].endswith(f":{change.parts.index[-1]}")


def test_rows_of_a_count_and_of_a_rate(year: View) -> None:
    for metric_id in ("registered", "five_day_closure"):
        metric = metric_of(metric_id)
        parts = year.ask(decompose, metric_id, against=Against.YEAR_BEFORE, by=["channel"], **year.scope).parts
        written = contributions.written_changes(metric, parts)
        row, part = written.iloc[0], parts.iloc[0]
        if metric_id == "registered":
            assert list(written.columns) == ["上期", "本期", "变化"]
            assert row["本期"] == part["hits"]
        else:
            assert list(written.columns) == ["上期", "本期", "变化", "其中办理", "其中构成"]
            assert row["上期"] == words.fraction(part["hits_before"], part["among_before"])
            assert row["其中构成"] == words.contribution(part["mix"], "rate")
