"""The tables of a meeting: the registry's numbers, what needs attention first, one sentence where there is nothing."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from casebase.engine import Casebase
from casebase.scope import WHOLE
from cockpit import process
from cockpit.view import View
from queries import names
from queries.measure import measure
from queries.model import Slice
from screen import meeting, scenes
from tests.pages.conftest import UNTIL
from views import words

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
    codes = {name: code for code, name in (names.names_of(city.whole, "street") or {}).items()}
    for at, metric in enumerate(("five_day_closure", "on_time_completion", "overdue", "backlog", "registered")):
        found = measure(city.whole, [metric], as_of=UNTIL, period=year.period, within=year.within, by=["street"])
        values = dict(zip(found["street"], found["value"], strict=True))
        for name, cells in shown.items():
            value = values.get(codes[name])
            kind = "rate" if "." in cells[at] or cells[at] == words.NONE else "count"
            expected = words.NONE if kind == "rate" and value is None else words.value(value or 0.0, kind)  # type: ignore[arg-type]
            assert cells[at] == expected, (metric, name)


def test_what_is_overdue_stands_first_and_what_owes_nothing_nowhere(city: Casebase, year: View) -> None:
    assert city.state().demonstration
    whole = replace(year, within=Slice(), place="全市")
    rows = [
        tuple(int(text.replace(",", "")) for text in cells[:4]) for cells in rows_of(meeting.due_table(whole)).values()
    ]
    assert rows == sorted(rows, reverse=True)
    assert all(any(row) for row in rows)
    assert rows[0][0] > 0


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
