"""The tables of a meeting: the registry's numbers, what needs attention first, one sentence where there is nothing."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casebase.engine import Casebase
from casebase.scope import WHOLE
from cockpit import process
from cockpit.view import View
from queries import names
from queries.measure import measure, metric_of
from queries.model import Slice
from screen import meeting, orders, scenes
from tests.pages.conftest import UNTIL
from views import words

unhurried = settings(deadline=None, max_examples=60)
TABLES = (meeting.due_table, meeting.owed_table, meeting.comparison_table, meeting.satisfaction_table)


@pytest.fixture
def year(city: Casebase) -> View:
    """金水区 this year."""
    assert city.state().demonstration
    return scenes.view_of(process.live_data().now(WHOLE), "本年", "410105")


def rows_of(html: str) -> dict[str, list[str]]:
    """Name → the texts of its cells, without the shapes of states."""
    plain = re.sub(r"<em.*?</em> ?", "", html)
    return {
        name: re.findall(r"<td>([^<]*)</td>", cells)
        for name, cells in re.findall(r'<tr><th scope="row">([^<]*)</th>(.*?)</tr>', plain)
    }


def test_every_cell_is_the_registry_s(city: Casebase, year: View) -> None:
    shown = rows_of(meeting.comparison_table(year))
    assert len(shown) >= 10
    codes = {name: code for code, name in (names.names_of(city.whole, "street", year.within.area) or {}).items()}
    for at, metric in enumerate(("five_day_closure", "on_time_completion", "overdue", "backlog", "registered")):
        found = measure(city.whole, [metric], as_of=UNTIL, period=year.period, within=year.within, by=["street"])
        values = dict(zip(found["street"], found["value"], strict=True))
        for name, cells in shown.items():
            value = values.get(codes[name])
            kind = "rate" if "." in cells[at] or cells[at] == words.NONE else "count"
            expected = words.NONE if kind == "rate" and value is None else words.value(value or 0.0, kind)  # type: ignore[arg-type]
            assert cells[at] == expected, (metric, name)


def test_who_has_most_overdue_and_who_has_most_falling_due_are_two_lists(city: Casebase, year: View) -> None:
    assert city.state().demonstration
    then = UNTIL - timedelta(days=20)
    whole = replace(year, within=Slice(), place="全市", as_of=then)
    tables = re.findall(r"<table.*?</table>", str(meeting.due_table(whole)), re.DOTALL)
    assert len(tables) == 2
    for metric, table in zip(("overdue", "due_in_5"), tables, strict=True):
        shown = [tuple(int(text.replace(",", "")) for text in cells[:4]) for cells in rows_of(table).values()]
        assert shown == sorted(shown, reverse=True)
        assert all(first > 0 for first, *_ in shown)
        found = measure(city.whole, [metric], as_of=then, period=whole.period, within=Slice(), by=["unit"])
        assert [first for first, *_ in shown] == sorted(found["value"], reverse=True)[: len(shown)]


def test_small_samples_and_gaps_stand_below_what_is_judged(city: Casebase, year: View) -> None:
    assert city.state().demonstration
    html = meeting.satisfaction_table(year)
    first = [row.split("</td>")[0] for row in html.split('<th scope="row">')[1:]]
    rank = [2 if words.NONE in cell else int(words.SMALL in cell) for cell in first]
    assert rank == sorted(rank)


@pytest.mark.parametrize("question", TABLES)
def test_nothing_is_one_sentence(city: Casebase, year: View, question: Callable[[View], str]) -> None:
    assert city.state().demonstration
    nowhere = replace(year, within=Slice(area="410105", channel="传真", category="无此类"))
    html = question(nowhere)
    assert "<table" not in html
    assert re.search(r'<p class="quiet">[^<]{6,}。</p>', html)


@unhurried
@given(rows=st.lists(st.tuples(*[st.one_of(st.none(), st.integers(0, 3))] * 4), min_size=1, max_size=7))
def test_the_order_that_is_said_is_the_order_that_is_shown(rows: list[tuple[int | None, ...]]) -> None:
    """Whatever is missing, small or alike: two rates (in thirds, over 3 or 60 cases) before two counts."""
    names = ["five_day_closure", "on_time_completion", "overdue", "backlog"]
    heads = dict(zip(names, ("五日办结率", "按期办结率", "超期未结", "在办"), strict=True))
    index = [f"区{n}" for n in range(len(rows))]
    values = pd.DataFrame(rows, columns=names, index=index).astype(float)
    values[names[:2]] /= 3
    values[names[2:]] = values[names[2:]].fillna(0.0)
    among = {name: values[name].notna() * [3 if n % 2 else 60 for n in range(len(rows))] for name in names}
    small = {name: among[name].between(1, 29) & (name in names[:2]) for name in names}
    ordered = meeting._in_order(values, small, among, [metric_of(name) for name in names], heads)
    assert sorted(ordered.rows["code"]) == index
    said = next(name for name, head in heads.items() if head in ordered.text)
    assert not any(values[name].fillna(0).any() for name in names[: names.index(said)])
    check_order(ordered.text, ordered.rows)


@unhurried
@given(
    rows=st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.0, float("nan")]), st.integers(1, 60)), max_size=8),
    name=st.sampled_from(["five_day_closure", "repeat_rate", "overdue", "hearing_wait_days"]),
)
def test_what_is_said_of_a_ranking_holds(rows: list[tuple[float, int]], name: str) -> None:
    frame = pd.DataFrame(rows, columns=["value", "among"]).astype({"value": float})
    ordered = orders.in_order(frame.assign(small=metric_of(name).is_sample & (frame["among"] < 30)), metric_of(name))
    check_order(ordered.text, ordered.rows)


def check_order(said: str, rows: pd.DataFrame) -> None:
    """The sentence is true of the rows: what is judged by value, below it what is small, last what has no value."""
    known = rows[rows["value"].notna()]
    assert rows["value"].notna().tolist() == sorted(rows["value"].notna(), reverse=True) or "不排名次" in said
    if "不排名次" in said:
        assert (~known["small"]).sum() < 2
        assert rows["among"].is_monotonic_decreasing
        return
    assert known["small"].any() == ("样本少的在后" in said)
    assert known["small"].tolist() == sorted(known["small"])
    for _, group in known.groupby("small"):
        low_first = "由低到高" in said
        assert group["value"].is_monotonic_increasing if low_first else group["value"].is_monotonic_decreasing
