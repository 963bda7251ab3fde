"""One watch for all: it neither waits for a silent database nor takes an outage for news."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from casebase.engine import Casebase, DataState, ReadableCasebase, ScopedCasebase, open_casebase
from casebase.errors import CasebaseError, NoAnswerError, UsageError
from casebase.scope import WHOLE
from casebase.settings import Settings
from cockpit.data import LiveData
from cockpit.reading import Reading, StateWatch
from tests.cockpit.fakes import Clock, Database, clock, database

__all__ = ["clock", "database"]


@pytest.fixture
def live(demo_url: str, database: Database, clock: Clock) -> Iterator[LiveData]:
    casebase = open_casebase(Settings(), demo_url)
    yield LiveData(casebase, clock)
    casebase.engine.dispose()


@pytest.fixture
def watch(live: LiveData) -> StateWatch:
    return live.watch


def test_pulse_sees_what_is_new_but_asks_no_more_often_than_it_should(
    watch: StateWatch, database: Database, clock: Clock
) -> None:
    before = watch.read()
    database.newer = 1
    assert watch.read() == before
    clock.pass_seconds(2)
    assert watch.read().state.version == before.state.version + 1


def test_pulse_keeps_the_last_good_reading_and_its_age(watch: StateWatch, database: Database, clock: Clock) -> None:
    before = watch.read()
    database.refuses_state = True
    clock.pass_seconds(60)
    late = watch.read()
    assert (late.state, late.read_at, late.error) == (before.state, before.read_at, "refused")
    database.refuses_state = False
    clock.pass_seconds(2)
    assert watch.read() == replace(before, read_at=clock.at)


def test_look_that_fails_in_an_unexpected_way_is_no_fresh_reading(
    watch: StateWatch, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = watch.read()

    def broken(_: Casebase) -> DataState:
        raise RuntimeError("out of bounds")

    with monkeypatch.context() as patched:
        patched.setattr(ReadableCasebase, "state", broken)
        clock.pass_seconds(60)
        late = watch.read()
    assert (late.state, late.read_at) == (before.state, before.read_at)
    assert late.error is not None
    assert late.age == 60
    clock.pass_seconds(2)
    assert watch.read().error is None


@pytest.mark.parametrize("hours", [-1, -24 * 400, 1])
def test_clock_that_is_set_does_not_stop_the_looking(
    hours: int, watch: StateWatch, database: Database, clock: Clock
) -> None:
    before = watch.read()
    database.newer = 1
    clock.at += timedelta(hours=hours)
    clock.pass_seconds(2)
    found = watch.read()
    assert found.state.version == before.state.version + 1
    assert (found.error, found.read_at) == (None, clock.at)
    database.refuses_state = True
    clock.pass_seconds(60)
    assert watch.read().age == 60


def test_only_a_database_that_gives_no_answer_holds_the_pages(live: LiveData) -> None:
    def failing(_: ScopedCasebase, error: str, *, given: bool) -> None:
        raise UsageError(error) if given else NoAnswerError(error)

    with pytest.raises(UsageError):
        live.now(WHOLE).ask(failing, "no such area", given=True)
    assert live.watch.read().error is None
    with pytest.raises(NoAnswerError):
        live.at(live.watch.read(), WHOLE, lambda: True).ask(failing, "cancelled, its asker has left", given=False)
    assert live.watch.read().error is None
    with pytest.raises(NoAnswerError):
        live.now(WHOLE).ask(failing, "locked", given=False)
    assert live.watch.read().error == "locked"


def test_database_that_came_back_is_asked_at_once(watch: StateWatch, database: Database, clock: Clock) -> None:
    database.refuses_state = True
    for _ in range(3):
        clock.pass_seconds(2)
        watch.report_failure(NoAnswerError("refused"))
        assert watch.read().error is not None
    database.refuses_state = False
    clock.pass_seconds(2)
    assert watch.read().error is None


def test_after_a_page_without_an_answer_no_page_waits_for_one(watch: StateWatch, clock: Clock) -> None:
    before = watch.read()
    retries = []
    for _ in range(5):
        clock.pass_seconds(2)
        watch.report_failure(CasebaseError("another program holds a lock"))
        begun = clock.passed
        while watch.read().error is not None:
            assert watch.read().state == before.state
            assert watch.read().read_at == before.read_at  # the age of what is shown grows
            clock.pass_seconds(1)
        retries.append(clock.passed - begun)
    assert retries == [3, 6, 6, 6, 6]
    watch.report_complete(watch.read())
    clock.pass_seconds(2)
    assert watch.read().error is None
    watch.report_failure(CasebaseError("again"))
    clock.pass_seconds(3)
    assert watch.read().error is None


def test_slow_look_is_no_failure_while_the_last_reading_is_young(
    watch: StateWatch, database: Database, clock: Clock
) -> None:
    before = watch.read()
    database.silent.clear()
    clock.pass_seconds(2)
    assert watch.read() == before
    amber = Settings().freshness.amber
    clock.pass_seconds(amber)
    late = watch.read()
    assert (late.state, late.error is None) == (before.state, False)
    assert late.age >= amber
    database.silent.set()


def test_silent_database_holds_up_nobody(watch: StateWatch, database: Database, clock: Clock) -> None:
    before = watch.read()
    database.silent.clear()
    clock.pass_seconds(60)
    late = watch.read()
    assert (late.state, late.read_at) == (before.state, before.read_at)
    assert late.error is not None
    clock.pass_seconds(2)
    assert watch.read().error is not None
    database.silent.set()
    for _ in range(200):  # the thread that waited has to come back first
        clock.pass_seconds(2)
        if watch.read().error is None:
            break
        time.sleep(0.05)
    assert watch.read().read_at > before.read_at


def test_old_data_speaks_of_its_last_day(watch: StateWatch) -> None:
    state = replace(watch.read().state, data_until=datetime(2011, 12, 31, 9, 0))
    assert Reading(state, datetime(2026, 11, 22)).as_of == datetime(2011, 12, 31, 23, 59, 59, 999999)


def test_moment_is_the_minute_or_the_change_within_it() -> None:
    state = DataState(1, None, False, None, datetime(2026, 11, 22))
    now = datetime(2026, 11, 22, 15, 4, 40)
    assert Reading(state, now).as_of == datetime(2026, 11, 22, 15, 4)
    changed = replace(state, changed_at=datetime(2026, 11, 22, 15, 4, 20))
    assert Reading(changed, now).as_of == changed.changed_at
    earlier = replace(state, changed_at=datetime(2026, 11, 22, 15, 3, 20))
    assert Reading(earlier, now).as_of == datetime(2026, 11, 22, 15, 4)
