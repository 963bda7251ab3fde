"""Memory that DuckDB keeps for blocks is given back while nobody asks, and nothing else is changed by it."""

import threading
import time
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import func, select, text

from casebase.bulk_insert import append
from casebase.engine import Casebase, ScopedCasebase, open_casebase
from casebase.schema import petition_event
from casebase.scope import WHOLE
from casebase.settings import Settings
from casebase.upgrade import upgrade
from cockpit.data import LiveData
from cockpit.idle import watch_idleness

ROWS = 400_000


@pytest.fixture
def events(tmp_path: Path) -> Casebase:
    """A file of DuckDB with enough events that their blocks can be told from all else."""
    url = f"duckdb:///{tmp_path / 'cases.duckdb'}"
    casebase = open_casebase(Settings(), url)
    upgrade(casebase.engine)
    numbers = pd.Series(range(ROWS)).sample(frac=1, random_state=1).reset_index(drop=True)
    rows = pd.DataFrame({"event_id": numbers, "petition_id": numbers, "happened_at": datetime(2026, 1, 1)})
    with casebase.writing() as connection:
        append(connection, petition_event, rows.assign(action="登记" + numbers.astype(str)))
    with casebase.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
    return casebase


def count(casebase: ScopedCasebase) -> int:
    with casebase.reading() as connection:
        e = petition_event.c
        return int(connection.scalar(select(func.count(func.distinct(func.concat(e.action, e.event_id))))) or 0)


def held_mb(casebase: Casebase) -> float:
    with casebase.reading() as connection:
        query = "SELECT sum(memory_usage_bytes) / 1e6 FROM duckdb_memory() WHERE tag = 'BASE_TABLE'"
        return float(connection.scalar(text(query)) or 0)


def limit(casebase: Casebase) -> str:
    with casebase.reading() as connection:
        return str(connection.scalar(text("SELECT current_setting('memory_limit')")))


def test_blocks_are_given_back_and_read_again(events: Casebase) -> None:
    assert count(events.whole) == ROWS
    held = held_mb(events)
    assert held > 1
    before = limit(events)
    assert events.give_back_memory()
    assert held_mb(events) < held / 4
    assert count(events.whole) == ROWS
    after = limit(events)
    for _ in range(3):
        events.give_back_memory()
    assert limit(events) == after
    assert float(after.split()[0]) == pytest.approx(float(before.split()[0]), abs=0.11)


def test_nothing_is_taken_from_who_asks(events: Casebase) -> None:
    with events.reading():
        assert not events.give_back_memory()


def test_nothing_is_taken_from_who_asks_the_same_file_otherwise(events: Casebase) -> None:
    """Two engines of one process share the file's memory, and its limit: one would take the other's least for it."""
    other = open_casebase(Settings(), events.engine.url.render_as_string())
    before = limit(events)
    with other.reading():
        assert not events.give_back_memory()
    givers = [threading.Thread(target=one.give_back_memory) for _ in range(20) for one in (events, other)]
    for giver in givers:
        giver.start()
    for giver in givers:
        giver.join()
    after = limit(events)
    assert after.split()[1] == before.split()[1]
    assert float(after.split()[0]) == pytest.approx(float(before.split()[0]), abs=0.21)


def test_who_asks_meanwhile_waits_and_gets_the_answer(events: Casebase) -> None:
    answers: list[int] = []
    askers = [threading.Thread(target=lambda: answers.append(count(events.whole))) for _ in range(4)]
    for asker in askers:
        asker.start()
    while any(asker.is_alive() for asker in askers):
        events.give_back_memory()
    assert answers == [ROWS] * 4


def test_other_databases_have_nothing_to_give_back(empty_casebase: Casebase) -> None:
    if empty_casebase.engine.dialect.name != "duckdb":
        assert not empty_casebase.give_back_memory()


def test_a_process_at_rest_gives_back_what_answers_left(events: Casebase) -> None:
    live = LiveData(events, lambda: datetime(2026, 11, 20, 12))
    assert live.at(live.watch.read(), WHOLE).ask(count) == ROWS
    held = held_mb(events)
    watch_idleness(live, rest=0.2)
    end = time.monotonic() + 10
    while held_mb(events) > held / 4 and time.monotonic() < end:
        time.sleep(0.05)
    assert held_mb(events) < held / 4
