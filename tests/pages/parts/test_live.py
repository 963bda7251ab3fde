"""One pulse for all: it neither waits for a silent database nor takes the numbers off a page."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase, State, open_casebase
from casebase.errors import CasebaseError, NoAnswerError, UsageError
from casebase.settings import Settings
from pages.parts import live
from tests.pages.conftest import UNTIL, card_values, failures, panels

OpenPage = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch, still_config: Path) -> None:
    """The configuration of the test, and pages found as the server finds them (see server.py), on every run."""
    monkeypatch.setenv("COCKPIT_CONFIG", str(still_config))

    class ByNavigation(PagesManager):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            PagesManager.uses_pages_directory = False

    monkeypatch.setattr("streamlit.testing.v1.app_test.PagesManager", ByNavigation)


class Database:
    """Stands before a case database: its state can be changed, refused or kept waiting, its answers refused."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.newer, self.refuses_state, self.refuses_answers = 0, False, False
        self.silent = threading.Event()
        self.silent.set()
        state, reading = Casebase.state, Casebase.reading

        def state_now(casebase: Casebase) -> State:
            self.silent.wait()
            if self.refuses_state:
                raise CasebaseError("refused")
            found = state(casebase)
            return replace(found, version=found.version + self.newer)

        @contextmanager
        def answers(casebase: Casebase) -> Iterator[Connection]:
            if self.refuses_answers and threading.current_thread().name != "pulse":
                raise CasebaseError("refused")
            with reading(casebase) as connection:
                yield connection

        monkeypatch.setattr(Casebase, "state", state_now)
        monkeypatch.setattr(Casebase, "reading", answers)


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    made = Database(monkeypatch)
    yield made
    made.silent.set()


class Clock:
    """A wall clock that stands until it is moved, and the clock beside it that nobody sets."""

    def __init__(self) -> None:
        self.at = UNTIL.replace(second=0)
        self.passed = 1000.0

    def __call__(self) -> datetime:
        return self.at

    def pass_seconds(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.passed += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("pages.parts.live.now", made)
    monkeypatch.setattr("pages.parts.live.monotonic", lambda: made.passed)
    return made


@pytest.fixture
def pulse(demo_url: str, database: Database) -> Iterator[live.Pulse]:
    casebase = open_casebase(Settings(), demo_url)
    yield live.Pulse(casebase)
    casebase.engine.dispose()


def test_pulse_sees_what_is_new_but_asks_no_more_often_than_it_should(
    pulse: live.Pulse, database: Database, clock: Clock
) -> None:
    before = pulse.read()
    database.newer = 1
    assert pulse.read() == before
    clock.pass_seconds(2)
    assert pulse.read().state.version == before.state.version + 1


def test_pulse_keeps_the_last_good_reading_and_its_age(pulse: live.Pulse, database: Database, clock: Clock) -> None:
    before = pulse.read()
    database.refuses_state = True
    clock.pass_seconds(60)
    late = pulse.read()
    assert (late.state, late.read_at, late.error) == (before.state, before.read_at, "refused")
    database.refuses_state = False
    clock.pass_seconds(2)
    assert pulse.read() == replace(before, read_at=clock.at)


def test_look_that_fails_in_an_unexpected_way_is_no_fresh_reading(
    pulse: live.Pulse, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pulse.read()

    def broken(_: Casebase) -> State:
        raise RuntimeError("out of bounds")

    with monkeypatch.context() as patched:
        patched.setattr(Casebase, "state", broken)
        clock.pass_seconds(60)
        late = pulse.read()
    assert (late.state, late.read_at) == (before.state, before.read_at)
    assert late.error is not None
    assert late.age == 60
    clock.pass_seconds(2)
    assert pulse.read().error is None


@pytest.mark.parametrize("hours", [-1, -24 * 400, 1])
def test_clock_that_is_set_does_not_stop_the_looking(
    hours: int, pulse: live.Pulse, database: Database, clock: Clock
) -> None:
    before = pulse.read()
    database.newer = 1
    clock.at += timedelta(hours=hours)
    clock.pass_seconds(2)
    found = pulse.read()
    assert found.state.version == before.state.version + 1
    assert (found.error, found.read_at) == (None, clock.at)
    database.refuses_state = True
    clock.pass_seconds(60)
    assert pulse.read().age == 60


def test_only_a_database_that_gives_no_answer_holds_the_pages(
    pulse: live.Pulse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "pulse", lambda: pulse)
    refusals: list[tuple[CasebaseError, str | None]] = [
        (UsageError("no such area"), None),
        (NoAnswerError("locked"), "locked"),
    ]
    for wrong, expected in refusals:
        monkeypatch.setattr(live, "_answer", lambda *_, wrong=wrong: _fail(wrong))
        with live.speaking_of(pulse.read()), pytest.raises(type(wrong)):
            live.ask(Casebase.state)
        assert pulse.read().error == expected


def _fail(error: Exception) -> None:
    raise error


def test_database_that_came_back_is_asked_at_once(pulse: live.Pulse, database: Database, clock: Clock) -> None:
    database.refuses_state = True
    for _ in range(3):
        clock.pass_seconds(2)
        pulse.failed(NoAnswerError("refused"))
        assert pulse.read().error is not None
    database.refuses_state = False
    clock.pass_seconds(2)
    assert pulse.read().error is None


def test_after_a_page_without_an_answer_no_page_waits_for_one(pulse: live.Pulse, clock: Clock) -> None:
    before = pulse.read()
    retries = []
    for _ in range(5):
        clock.pass_seconds(2)
        pulse.failed(CasebaseError("another program holds a lock"))
        begun = clock.passed
        while pulse.read().error is not None:
            assert pulse.read().state == before.state
            assert pulse.read().read_at == before.read_at  # the age of what is shown grows
            clock.pass_seconds(1)
        retries.append(clock.passed - begun)
    assert retries == [3, 6, 6, 6, 6]
    pulse.answered(pulse.read())
    clock.pass_seconds(2)
    assert pulse.read().error is None
    pulse.failed(CasebaseError("again"))
    clock.pass_seconds(3)
    assert pulse.read().error is None


def test_silent_database_holds_up_nobody(pulse: live.Pulse, database: Database, clock: Clock) -> None:
    before = pulse.read()
    database.silent.clear()
    clock.pass_seconds(60)
    late = pulse.read()
    assert (late.state, late.read_at) == (before.state, before.read_at)
    assert late.error is not None
    clock.pass_seconds(2)
    assert pulse.read().error is not None
    database.silent.set()
    for _ in range(200):  # the thread that waited has to come back first
        clock.pass_seconds(2)
        if pulse.read().error is None:
            break
        time.sleep(0.05)
    assert pulse.read().read_at > before.read_at


def test_numbers_stay_when_the_database_goes_away_in_the_middle_of_a_run(
    open_page: OpenPage, demo_url: str, database: Database, clock: Clock
) -> None:
    app = open_page(demo_url)
    shown = card_values(app)
    assert shown
    database.newer, database.refuses_answers = 1, True
    clock.pass_seconds(60)
    app.run()
    assert failures(app) == []
    assert list(app.warning) == []
    assert card_values(app) == shown


@pytest.mark.parametrize(("seconds", "said"), [(10, None), (31, "▲ 数据库暂不可达"), (121, "■ 数据库不可达")])
def test_cut_off_time_tells_its_age(
    seconds: int, said: str | None, open_page: OpenPage, demo_url: str, database: Database, clock: Clock
) -> None:
    app = open_page(demo_url)
    shown = card_values(app)
    database.refuses_state = database.refuses_answers = True
    clock.pass_seconds(seconds)
    app.run()
    assert card_values(app) == shown
    assert (said in panels(app)) if said else ("不可达" not in panels(app))
    database.refuses_state = database.refuses_answers = False
    clock.pass_seconds(2)
    app.run()
    assert failures(app) == []
    assert "不可达" not in panels(app)


def test_question_that_was_never_answered_is_asked_again_until_it_is(
    open_page: OpenPage, demo_url: str, database: Database, clock: Clock
) -> None:
    app = open_page(demo_url)
    database.refuses_state = database.refuses_answers = True
    clock.pass_seconds(60)
    app.segmented_control(key="period").set_value("本年").run()
    assert [warning.value for warning in app.warning] == ["现在读不到数据，正在自动重试。请联系系统管理员。"]
    database.refuses_state = database.refuses_answers = False
    clock.pass_seconds(2)
    app.run()
    assert list(app.warning) == []
    assert card_values(app)


def test_old_data_speaks_of_its_last_day(pulse: live.Pulse) -> None:
    state = replace(pulse.read().state, data_until=datetime(2011, 12, 31, 9, 0))
    assert live.Reading(state, datetime(2026, 11, 22)).as_of == datetime(2011, 12, 31, 23, 59, 59, 999999)


def test_moment_is_the_minute_or_the_change_within_it() -> None:
    state = State(1, None, False, None, datetime(2026, 11, 22))
    now = datetime(2026, 11, 22, 15, 4, 40)
    assert live.Reading(state, now).as_of == datetime(2026, 11, 22, 15, 4)
    changed = replace(state, changed_at=datetime(2026, 11, 22, 15, 4, 20))
    assert live.Reading(changed, now).as_of == changed.changed_at
    earlier = replace(state, changed_at=datetime(2026, 11, 22, 15, 3, 20))
    assert live.Reading(earlier, now).as_of == datetime(2026, 11, 22, 15, 4)
