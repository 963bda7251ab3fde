"""A change in its parts: bars and rows add up to the change, and say what was before and is now."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cockpit import contributions
from cockpit.view import View
from queries.compare import WorkingDays
from queries.decompose import decompose
from queries.measure import metric_of
from queries.periods import Against, Period, end_of_day
from views import words


@pytest.mark.parametrize("metric_id", ["registered", "five_day_closure"])
def test_bars_add_up_to_the_change(metric_id: str, year: View) -> None:
    metric = metric_of(metric_id)
    change = year.ask(decompose, metric_id, against=Against.YEAR_BEFORE, by=["district"], **year.scope)
    bars = contributions.bars_of(year, metric, change, "district")
    assert bars["value"].sum() == pytest.approx(change.difference)
    effects = 2 if metric_id == "five_day_closure" else 1
    groups = bars[~bars["pinned"]]
    assert len(groups) == effects * len(change.parts)
    first = change.parts.iloc[0]
    assert contributions.sides(metric, first) in groups["tip"].iloc[0]
    assert bars["code"].iloc[-1].endswith(f":{change.parts.index[-1]}")


def test_the_bar_of_a_groups_own_rate_says_both_rates(year: View) -> None:
    metric = metric_of("five_day_closure")
    change = year.ask(decompose, metric.id, against=Against.YEAR_BEFORE, by=["district"], **year.scope)
    notes = contributions.bars_of(year, metric, change, "district").set_index("code")["note"]
    told = 0
    for place, row in change.parts.iterrows():
        among = row[["among_before", "among"]]
        rates = [
            words.percent(row[f"hits{when}"] / row[f"among{when}"]) if among.all() else "" for when in ("_before", "")
        ]
        assert notes[f"performance:{place}"] == (f"（{rates[0][:-1]}→{rates[1]}）" if among.all() else "")
        assert notes[f"mix:{place}"] == ""
        told += bool(among.all())
    assert told > 1


@pytest.mark.parametrize(("days", "is_judged"), [(180, True), (14, False)])
def test_a_rate_over_too_few_is_neither_better_nor_worse(days: int, is_judged: bool, year: View) -> None:
    view = replace(year, period=Period(date(2026, 11, 19) - timedelta(days=days - 1), date(2026, 11, 19)))
    metric = metric_of("five_day_closure")
    change = view.ask(decompose, metric.id, against=Against.PREVIOUS, by=["district"], **view.scope)
    assert (int(change.parts["among"].sum()) >= view.settings.lights.small_sample) is is_judged
    bars = contributions.bars_of(view, metric, change, "district")
    assert bars["value"].fillna(0).ne(0).any()
    assert ("bad" in set(bars["tone"])) is ("good" in set(bars["tone"])) is is_judged
    assert ("蓝为向好" in contributions.bars_text(view, metric, change, "district")) is is_judged
    assert ("向好" in contributions.direction(view, metric, change)) is is_judged


@pytest.mark.parametrize(("before", "is_judged"), [(29.0, False), (30.0, True)])
def test_a_count_from_too_small_a_base_is_neither_better_nor_worse(before: float, is_judged: bool, year: View) -> None:
    metric = metric_of("overdue")
    change = year.ask(decompose, metric.id, against=Against.YEAR_BEFORE, by=["district"], **year.scope)
    change = replace(change, before=before)
    bars = contributions.bars_of(year, metric, change, "district")
    assert bars["value"].ne(0).any()
    assert (set(bars["tone"]) & {"good", "bad"} != set()) is is_judged
    assert ("红为变差" in contributions.bars_text(year, metric, change, "district")) is is_judged
    assert ("变差" in contributions.direction(year, metric, change)) is is_judged


def test_rows_of_a_count_and_of_a_rate(year: View) -> None:
    for metric_id in ("registered", "five_day_closure"):
        metric = metric_of(metric_id)
        change = year.ask(decompose, metric_id, against=Against.YEAR_BEFORE, by=["channel"], **year.scope)
        parts = change.parts
        written = contributions.written_changes(metric, change, parts)
        row, part = written.iloc[0], parts.iloc[0]
        if metric_id == "registered":
            calendar = ["其中日历影响", "其中自身增减"] if change.has_calendar else []
            assert list(written.columns) == ["上期", "本期", "变化", *calendar]
            assert row["本期"] == part["hits"]
        else:
            assert list(written.columns) == ["上期", "本期", "变化", "其中办理", "其中构成"]
            assert row["上期"] == words.fraction(part["hits_before"], part["among_before"])
            assert row["其中构成"] == words.contribution(part["mix"], "rate")


def test_the_working_days_are_a_bar_of_their_own(year: View) -> None:
    """November 2026 has 21 working days, October 18: the bar stands first and is no group's."""
    november = replace(year, period=Period(date(2026, 11, 1), date(2026, 11, 30)), as_of=end_of_day(date(2026, 11, 30)))
    metric = metric_of("registered")
    change = november.ask(decompose, metric.id, against=Against.PREVIOUS, by=["district"], **november.scope)
    assert (change.days, change.has_calendar) == (WorkingDays(21, 18), True)
    bars = contributions.bars_of(november, metric, change, "district")
    first = bars.iloc[0]
    assert (first["code"], first["name"], first["pinned"], first["tone"]) == ("calendar", "日历影响", True, "neutral")
    assert first["value"] == (2 * change.before * 3 + 18) // 36  # rounded half up
    assert bars["value"].sum() == change.now - change.before
    assert bars["pinned"].sum() == 1
    written = contributions.written_changes(metric, change, change.parts)
    assert list(written.columns) == ["上期", "本期", "变化", "其中日历影响", "其中自身增减"]
    assert contributions.calendar_sentence(metric, change).startswith(
        "本期 21 个工作日，上期 18 个；按上期的工作日均数，多 3 个工作日合 +"
    )


def test_a_stock_and_a_rate_have_no_part_of_the_working_days(year: View) -> None:
    november = replace(year, period=Period(date(2026, 11, 1), date(2026, 11, 30)), as_of=end_of_day(date(2026, 11, 30)))
    for metric_id in ("backlog", "five_day_closure", "five_day_overdue"):
        metric = metric_of(metric_id)
        change = november.ask(decompose, metric_id, against=Against.PREVIOUS, by=["district"], **november.scope)
        assert not change.has_calendar
        assert not contributions.bars_of(november, metric, change, "district")["pinned"].any()
