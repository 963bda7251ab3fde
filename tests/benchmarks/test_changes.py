"""A change of the city that is measured is one that the cockpit's numbers follow."""

from sqlalchemy import func, select

from benchmarks.changes import change
from casebase.checks import check
from casebase.engine import Casebase
from casebase.schema import petition, petition_event
from queries.measure import measure
from queries.periods import Period
from tests.benchmarks.conftest import UNTIL

TODAY = Period(UNTIL.date(), UNTIL.date())


def numbers(city: Casebase) -> dict[str, int]:
    rows = measure(city.whole, ["registered", "closed", "backlog"], as_of=UNTIL, period=TODAY)
    return dict(zip(rows["metric"], rows["hits"], strict=True))


def test_half_of_a_change_comes_and_half_is_closed(own_city: Casebase) -> None:
    before, version = numbers(own_city), own_city.state().version
    touched = change(own_city, 20, UNTIL)
    after = numbers(own_city)
    assert len(set(touched)) == 20
    assert own_city.state().version == version + 1
    # Of the ten that were registered some are of kinds that no number counts, as of any ten cases; none is lost.
    with own_city.reading() as connection:
        closed = select(func.count()).where(petition.c.petition_id.in_(touched), petition.c.closed_at == UNTIL)
        assert connection.scalar(closed) == 10
        counted = petition.c.restricted.is_(False) & (petition.c.channel != "12345转办")
        left = connection.scalar(select(func.count()).where(petition.c.petition_id.in_(touched[:10]), counted))
        came = connection.scalar(select(func.count()).where(petition.c.petition_id.in_(touched[10:]), counted))
    assert {name: after[name] - before[name] for name in after} == {
        "registered": came,
        "closed": left,
        "backlog": (came or 0) - (left or 0),
    }


def test_changes_leave_no_error_and_every_event(own_city: Casebase) -> None:
    with own_city.reading() as connection:
        before = {finding.name: finding.count for finding in check(connection, own_city.settings.deadlines)}
    first, second = change(own_city, 20, UNTIL), change(own_city, 20, UNTIL)
    with own_city.reading() as connection:
        errors = {
            finding.name: finding.count
            for finding in check(connection, own_city.settings.deadlines)
            if finding.severity == "error" and finding.count > before.get(finding.name, 0)
        }
        came = [*first[10:], *second[10:]]
        event = petition_event.c
        registered = select(func.count()).where(event.petition_id.in_(came), event.action == "登记")
        assert connection.scalar(registered) == 20
    assert errors == {}
