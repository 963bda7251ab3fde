"""The living city: arrivals at the rhythm of the year, and a past that never changes."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select, text

from casebase import schema
from casebase.case_words import CLOSED, HOTLINE, NOT_HANDLED, PETITION_PROCEDURE
from casebase.demo import build, live, world
from casebase.demo.agenda import Agenda
from casebase.demo.builder import YEARLY
from casebase.engine import Casebase, frame_of, mark_changed, open_casebase
from casebase.errors import CasebaseError
from casebase.schema import info, petition
from casebase.settings import Settings

CASES = 6_000
UNTIL = datetime(2026, 11, 20, 16, 30)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, casebase_of: Callable[[str], Casebase]) -> Path:
    path = tmp_path_factory.mktemp("live") / "city.duckdb"
    casebase = casebase_of(f"duckdb:///{path}")
    build(casebase, cases=CASES, seed=11, until=UNTIL, progress=lambda *_: None)
    casebase.engine.dispose()
    return path


@pytest.fixture
def city(built: Path, tmp_path: Path) -> Iterator[Casebase]:
    """A copy of the built city for each test."""
    with _copied(built, tmp_path) as casebase:
        yield casebase


@contextmanager
def _copied(file: Path, folder: Path) -> Iterator[Casebase]:
    path = folder / "city.duckdb"
    shutil.copy(file, path)
    casebase = open_casebase(Settings(), f"duckdb:///{path}")
    yield casebase
    casebase.engine.dispose()


@dataclass(frozen=True)
class Lived:
    """A city that has lived from UNTIL to `end`, to look at: its tables before and after, and its version before."""

    city: Casebase
    end: datetime
    version: int
    before: Callable[[str], pd.DataFrame]
    after: Callable[[str], pd.DataFrame]


def _lived(built: Path, folder: Path, live_on: Callable[[Casebase], datetime]) -> Iterator[Lived]:
    (folder / "before").mkdir()
    (folder / "after").mkdir()
    with _copied(built, folder / "before") as before, _copied(built, folder / "after") as city:
        version = city.state().version
        yield Lived(city, live_on(city), version, cache(partial(_rows, before)), cache(partial(_rows, city)))


@pytest.fixture(scope="module")
def weeks_later(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """Forty days, the first five in steps of hours."""

    def live_on(city: Casebase) -> datetime:
        _live(city, 5, step=timedelta(hours=7))
        return _live(city, 35, step=timedelta(days=2), since=UNTIL + timedelta(days=5))

    yield from _lived(built, tmp_path_factory.mktemp("weeks"), live_on)


@pytest.fixture(scope="module")
def busy_days_later(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """Five days in which as much happens as in a year."""
    yield from _lived(
        built, tmp_path_factory.mktemp("busy"), lambda city: _live(city, 5, step=timedelta(hours=6), speed=60.0)
    )


def _rows(casebase: Casebase, name: str) -> pd.DataFrame:
    table = schema.metadata.tables[name]
    with casebase.reading() as connection:
        return frame_of(connection, select(table).order_by(*table.primary_key.columns))


def _backlog(rows: pd.DataFrame, moment: datetime) -> int:
    return int(((rows.registered_at <= moment) & ~(rows.closed_at <= moment)).sum())


def _live(
    casebase: Casebase, days: int, step: timedelta = timedelta(days=1), speed: float = 1.0, since: datetime = UNTIL
) -> datetime:
    """With an agenda, as a running city keeps one: that it changes nothing is a test of its own."""
    agenda, now, end = Agenda(), since, since + timedelta(days=days)
    while now < end:
        live.advance(casebase, now, min(now + step, end), seed=5, speed=speed, agenda=agenda)
        now += step
    return end


def test_backlog_is_what_came_less_what_went(weeks_later: Lived) -> None:
    before, after, end = weeks_later.before("petition"), weeks_later.after("petition"), weeks_later.end
    came = ((after.registered_at > UNTIL) & (after.registered_at <= end)).sum()
    went = ((after.closed_at > UNTIL) & (after.closed_at <= end)).sum()
    assert came > 20
    assert went > 20
    assert _backlog(after, end) == _backlog(before, UNTIL) + came - went
    assert 0.4 < _backlog(after, end) / _backlog(before, UNTIL) < 1.6, "the city neither drowns nor empties"


def test_the_past_stays_as_it_was_shown(weeks_later: Lived) -> None:
    before = weeks_later.before("petition").set_index("petition_id")
    after = weeks_later.after("petition").set_index("petition_id")
    for step in ("registered_at", "forwarded_at", "accepted_at", "closed_at", "evaluated_at"):
        assert after.loc[before.index, step].where(lambda moment: moment <= UNTIL).equals(before[step]), step
    assert (after[~after.index.isin(before.index)].registered_at > UNTIL).all()
    for name, opened in (("mediation", "opened_at"), ("grid_task", "pushed_at")):
        rows = weeks_later.after(name)
        assert int((rows[opened] <= UNTIL).sum()) == len(weeks_later.before(name)), name


def test_times_stay_in_order_and_none_lies_ahead(weeks_later: Lived) -> None:
    rows = weeks_later.after("petition")
    steps = rows[["registered_at", "forwarded_at", "received_at", "accepted_at", "closed_at", "evaluated_at"]]
    for earlier, later in zip(steps.columns, steps.columns[1:], strict=False):
        assert not (steps[later] < steps[earlier]).any(), later
    assert not (steps > weeks_later.end).any(axis=None)
    assert (rows.closed_at.notna() == rows.status.isin([CLOSED, *NOT_HANDLED])).all()
    assert ((rows.status == CLOSED) == rows.resolved.notna()).all()
    limited = (rows.handling_path == PETITION_PROCEDURE) & rows.accepted_at.notna()
    assert (rows.due_at.notna() == (limited | (rows.channel == HOTLINE))).all()
    assert (rows.evaluated_at.notna() == (rows.satisfaction_bureau.notna() | rows.satisfaction_unit.notna())).all()
    tasks = weeks_later.after("grid_task")
    assert not (tasks.contacted_at < tasks.pushed_at).any()
    assert not (tasks.finished_at < tasks.contacted_at).any()
    for name, key in (("petition", "petition_id"), ("grid_task", "task_id"), ("mediation", "mediation_id")):
        assert weeks_later.after(name)[key].is_unique


def test_the_living_city_keeps_the_hours(weeks_later: Lived) -> None:
    calendar = weeks_later.city.workdays
    office = {
        "petition": ("forwarded_at", "received_at", "accepted_at", "closed_at"), "reception": ("held_at",),
        "supervision": ("issued_at", "replied_at"), "proposal": ("made_at", "feedback_at"),
        "hearing": ("applied_at", "scheduled_at"),
    }  # fmt: skip
    for name, columns in office.items():
        for column in columns:
            moments = weeks_later.after(name)[column].dropna()
            second = (moments - moments.dt.normalize()).dt.total_seconds()
            works = calendar.is_workday[(moments.to_numpy().astype("datetime64[D]") - calendar.days[0]).astype(int)]
            assert second.between(8.5 * 3_600, 17.5 * 3_600).all(), f"{name}.{column}"
            assert works.all(), f"{name}.{column}"
    tasks, mediations = weeks_later.after("grid_task"), weeks_later.after("mediation")
    waking = (tasks.contacted_at, tasks.finished_at, mediations.closed_at, weeks_later.after("petition").evaluated_at)
    for moments in waking:
        assert moments.dropna().dt.hour.between(8, 20).all(), moments.name


def test_long_standing_cases_stay_open(weeks_later: Lived) -> None:
    before = weeks_later.before("petition")
    old = before[before.closed_at.isna() & (before.registered_at < UNTIL - timedelta(days=200))].petition_id
    after = weeks_later.after("petition").set_index("petition_id")
    assert len(old) > 0
    assert after.closed_at[old].isna().all()
    waiting = after[after.closed_at.isna()]
    assert (waiting.is_long_standing == (weeks_later.end - waiting.registered_at >= timedelta(days=365))).all()


def test_arrivals_do_not_depend_on_the_steps(city: Casebase) -> None:
    with city.reading() as connection:
        yearly = int(dict(connection.execute(select(info.c.key, info.c.value)).all())[YEARLY])
    _live(city, 2, step=timedelta(minutes=90))
    fine = int((_rows(city, "petition").registered_at > UNTIL).sum())
    values = city.settings
    made = world.make(11, UNTIL, values.calendar, values.deadlines, values.hotline)
    whole = live._arrivals(made, UNTIL, UNTIL + timedelta(days=2), 1.0, yearly)
    assert fine == whole > 0


def test_speed_multiplies_arrivals(city: Casebase) -> None:
    with city.reading() as connection:
        yearly = int(dict(connection.execute(select(info.c.key, info.c.value)).all())[YEARLY])
    assert yearly == pytest.approx(CASES / 5, rel=0.15)
    live.advance(city, UNTIL, UNTIL + timedelta(hours=1), seed=1, speed=600.0)
    new = _rows(city, "petition").query("petition_id > @CASES")
    assert 30 < len(new) < 600
    assert new.registered_at.between(UNTIL, UNTIL + timedelta(hours=1), inclusive="right").all()


def test_events_and_version_follow(weeks_later: Lived) -> None:
    state = weeks_later.city.state()
    assert state.data_until == weeks_later.end
    assert state.version > weeks_later.version
    rows, events = weeks_later.after("petition").set_index("petition_id"), weeks_later.after("petition_event")
    assert events.event_id.is_unique
    for action, column in (("登记", "registered_at"), ("转送", "forwarded_at"), ("评价", "evaluated_at")):
        told = events[events.action == action].set_index("petition_id").happened_at.sort_index()
        assert told.equals(rows[column].dropna().rename("happened_at")), action


def test_hearings_take_place_on_their_day(weeks_later: Lived) -> None:
    planned = weeks_later.before("hearing").query("status == '已排期'").set_index("hearing_id")
    held = weeks_later.after("hearing").set_index("hearing_id").loc[planned.index]
    due = planned.scheduled_at <= weeks_later.end
    assert due.any()
    assert (held.status[due] == "已举行").all()
    assert (held.held_at[due] == planned.scheduled_at[due]).all()
    assert held.conclusion[due].notna().all()


def test_leaders_receive_orders_go_out_and_hearings_are_applied_for(busy_days_later: Lived) -> None:
    cases = busy_days_later.after("petition").set_index("petition_id")
    for name, key, moment in (
        ("reception", "reception_id", "held_at"),
        ("supervision", "supervision_id", "issued_at"),
        ("hearing", "hearing_id", "applied_at"),
    ):
        rows = busy_days_later.after(name)
        new = rows[~rows[key].isin(busy_days_later.before(name)[key])]
        assert len(new) > 0, name
        assert rows[key].is_unique, name
        assert ((new[moment] > UNTIL) & (new[moment] <= busy_days_later.end)).all(), name
        of = cases.loc[new.petition_id]
        assert not of.restricted.any(), name
        assert (new[moment].to_numpy() >= of.accepted_at.to_numpy()).all(), name
        assert not new.petition_id.duplicated().any(), name


def test_orders_are_answered_and_receptions_end_with_their_case(weeks_later: Lived) -> None:
    waiting = weeks_later.before("supervision").query("replied_at.isna()").supervision_id
    orders = weeks_later.after("supervision").set_index("supervision_id")
    assert orders.replied_at[waiting].notna().all()
    assert (orders.replied_at.notna() == orders.result.notna()).all()
    assert not (orders.replied_at < orders.issued_at).any()
    assert not (orders.replied_at > weeks_later.end).any()
    received = weeks_later.after("reception").set_index("petition_id")
    closed = weeks_later.after("petition").set_index("petition_id").closed_at[received.index]
    assert (received.closed_at.notna() == closed.notna()).all()


def test_a_new_hearing_has_its_head_presiding_and_experts_to_judge(busy_days_later: Lived) -> None:
    hearings = busy_days_later.after("hearing")
    hearings = hearings[~hearings.hearing_id.isin(busy_days_later.before("hearing").hearing_id)]
    seats, guests = busy_days_later.after("hearing_expert"), busy_days_later.after("hearing_participant")
    panels = seats[seats.hearing_id.isin(hearings.hearing_id)].groupby("hearing_id").role
    assert set(panels.groups) == set(hearings.hearing_id) != set()
    assert panels.agg(set).map(lambda roles: roles <= {"听证员", "评议"}).all()
    assert panels.size().between(1, 4).all()
    heads = guests[guests.hearing_id.isin(hearings.hearing_id) & (guests.role == "主持")]
    assert sorted(heads.hearing_id) == sorted(hearings.hearing_id)
    assert set(heads.kind) == {"责任单位负责人"}
    assert (hearings.scheduled_at > hearings.applied_at).all()


def test_nothing_happens_without_time(city: Casebase) -> None:
    assert live.advance(city, UNTIL, UNTIL, seed=1) == 0


def test_only_a_demonstration_city_lives(new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase]) -> None:
    with pytest.raises(CasebaseError, match="not a demonstration city"):
        live.advance(casebase_of(new_url("duckdb")), UNTIL, UNTIL + timedelta(hours=1), seed=1)


def test_a_pause_is_caught_up_at_the_real_rhythm_and_the_thread_survives_errors(city: Casebase) -> None:
    moments = iter([UNTIL + timedelta(days=3)] * 2)
    failures = iter([True, False])

    def clock() -> datetime:
        if next(failures, False):
            raise CasebaseError("the server is away")
        return next(moments, UNTIL + timedelta(days=3))

    running = live.start(city, speed=1.0, poll_seconds=0.05, clock=clock)
    deadline = time.monotonic() + 60
    while city.state().data_until != UNTIL + timedelta(days=3) and time.monotonic() < deadline:
        time.sleep(0.05)
    running.stop()
    assert not running.thread.is_alive()
    with city.reading() as connection:
        new = connection.scalars(select(petition.c.registered_at).where(petition.c.registered_at > UNTIL)).all()
    assert 2 <= len({moment.date() for moment in new}) <= 4
    assert max(new) <= UNTIL + timedelta(days=3)


def test_two_processes_let_one_city_live_once(postgres_url: str, casebase_of: Callable[[str], Casebase]) -> None:
    """Two servers of the application on one PostgreSQL, each with its writer: what happens is written once."""
    one, end = casebase_of(postgres_url), UNTIL + timedelta(days=6)
    build(one, cases=6_000, seed=3, until=UNTIL, progress=lambda *_: None)
    with one.reading() as connection:
        yearly = int(dict(connection.execute(select(info.c.key, info.c.value)).all())[YEARLY])
    made = world.make(3, UNTIL, one.settings.calendar, one.settings.deadlines, one.settings.hotline)
    other = open_casebase(one.settings, postgres_url)
    half = UNTIL + timedelta(days=2)
    assert live.advance(one, UNTIL, half, seed=1) > 0
    lived = _rows(one, "petition")
    assert live.advance(other, UNTIL, half, seed=2) == 0, "it looked before the first wrote"
    assert live.advance(other, UNTIL, half - timedelta(hours=1), seed=2) == 0
    assert other.state().data_until == half
    pd.testing.assert_frame_equal(_rows(one, "petition"), lived)
    running = [live.start(each, speed=1.0, poll_seconds=0.01, clock=lambda: end) for each in (one, other)]
    deadline = time.monotonic() + 60
    while one.state().data_until != end and time.monotonic() < deadline:
        time.sleep(0.05)
    for city in running:
        city.stop()
    rows = _rows(one, "petition")
    assert (rows.registered_at > UNTIL).sum() == live._arrivals(made, UNTIL, end, 1.0, yearly) > 0
    assert rows.petition_id.is_unique
    assert rows.case_no.is_unique
    events = _rows(one, "petition_event")
    assert (events[events.action == "登记"].petition_id.value_counts() == 1).all()
    other.engine.dispose()


def test_it_lives_on_postgresql(postgres_url: str, casebase_of: Callable[[str], Casebase]) -> None:
    casebase = casebase_of(postgres_url)
    build(casebase, cases=1_500, seed=3, until=UNTIL, progress=lambda *_: None)
    assert live.advance(casebase, UNTIL, UNTIL + timedelta(days=3), seed=1) > 0
    again = open_casebase(casebase.settings, postgres_url)
    with again.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM grid")).scalar() == 70_818
    again.engine.dispose()


@pytest.mark.parametrize(
    ("speed", "step", "lives"),
    [
        (1.0, timedelta(minutes=97), timedelta(days=2)),
        (1.0, timedelta(hours=11), timedelta(days=9)),
        (60.0, timedelta(minutes=20), timedelta(hours=6)),
    ],
)
def test_an_agenda_changes_nothing_but_the_work(
    built: Path, tmp_path: Path, speed: float, step: timedelta, lives: timedelta
) -> None:
    """Row for row as a city of which all that waits is looked at in every step."""
    (tmp_path / "each").mkdir()
    (tmp_path / "due").mkdir()
    with _copied(built, tmp_path / "each") as each, _copied(built, tmp_path / "due") as due:
        agenda, now, end = Agenda(), UNTIL, UNTIL + lives
        while now < end:
            touched = live.advance(each, now, now + step, 5, speed)
            assert live.advance(due, now, now + step, 5, speed, agenda) == touched
            now += step
        for name in schema.metadata.tables:
            pd.testing.assert_frame_equal(_rows(due, name), _rows(each, name), obj=name)


def test_an_agenda_begins_anew_where_somebody_else_writes(city: Casebase) -> None:
    agenda, half = Agenda(), UNTIL + timedelta(days=3)
    live.advance(city, UNTIL, half, 5, agenda=agenda)
    with city.writing() as connection:
        waiting = petition.c.closed_at.is_(None) & petition.c.forwarded_at.is_not(None)
        chosen = connection.scalars(select(petition.c.petition_id).where(waiting).limit(20)).all()
        again = {"forwarded_at": None, "received_at": None, "accepted_at": None, "due_at": None, "status": "待转送"}
        connection.execute(petition.update().values(again).where(petition.c.petition_id.in_(chosen)))
        mark_changed(connection, half)
    live.advance(city, half, half + timedelta(days=3), 5, agenda=agenda)
    rows = _rows(city, "petition").set_index("petition_id")
    assert rows.forwarded_at[list(chosen)].notna().all()


def test_a_step_that_failed_leaves_nothing_out(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "failed").mkdir()
    with _copied(built, tmp_path / "whole") as whole, _copied(built, tmp_path / "failed") as failed:
        agenda, now, end = Agenda(), UNTIL + timedelta(hours=1), UNTIL + timedelta(days=4)
        live.advance(failed, UNTIL, now, 5, agenda=agenda)
        with monkeypatch.context() as broken:
            broken.setattr(live, "_register", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                live.advance(failed, now, end, 5, agenda=agenda)
        live.advance(failed, now, end, 5, agenda=agenda)
        live.advance(whole, UNTIL, now, 5)
        live.advance(whole, now, end, 5)
        pd.testing.assert_frame_equal(_rows(failed, "petition"), _rows(whole, "petition"))
