"""A statement whose asker has left ends at the database; others go on."""

import threading
import time
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Select, func, select

from casebase.engine import Casebase, ScopedCasebase, open_casebase
from casebase.errors import CasebaseError
from casebase.scope import WHOLE
from casebase.settings import Settings
from casebase.upgrade import upgrade
from cockpit.abandoned import watch_statements
from cockpit.data import HasLeft, LiveData, never_leaves

ENDLESS = func.range(10**13).table_valued("range")
LONG: dict[str, Select[Any]] = {
    "postgresql": select(func.pg_sleep(60)),
    "duckdb": select(func.sum(func.hash(ENDLESS.c.range) % 7)).select_from(ENDLESS),
}


def slow(casebase: ScopedCasebase, _asker: str) -> None:
    with casebase.reading() as connection:
        connection.execute(LONG[connection.dialect.name])


def asking(live: LiveData, errors: list[str], has_left: HasLeft = never_leaves) -> threading.Thread:
    def ask() -> None:
        try:
            live.at(live.watch.read(), WHOLE, has_left).ask(slow, str(id(errors)))
        except CasebaseError as error:
            errors.append(str(error))

    return threading.Thread(target=ask)


def noon() -> datetime:
    return datetime(2026, 11, 20, 12)


def test_statement_of_who_has_left_is_cancelled_and_those_of_others_go_on(empty_casebase: Casebase) -> None:
    live = LiveData(empty_casebase, noon)
    left_errors: list[str] = []
    other_errors: list[str] = []
    gone = threading.Event()
    page, other = asking(live, left_errors, gone.is_set), asking(live, other_errors)
    page.start()
    other.start()
    for asker in (page, other):
        while asker.is_alive() and not any(one.thread == asker.ident for one in empty_casebase.running()):
            time.sleep(0.01)
    watch_statements(live)
    time.sleep(1.5)
    assert len(empty_casebase.running()) == 2
    gone.set()
    page.join(20)
    assert not page.is_alive()
    assert "cancelled" in left_errors[0]
    (statement,) = empty_casebase.running()
    assert statement.thread == other.ident
    statement.cancel()
    other.join(20)
    assert "cancelled" in other_errors[0]
    assert live.askers == {}


def test_statement_of_duckdb_has_a_time_out(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("timed") / "x.duckdb"
    casebase = open_casebase(Settings(database={"url": f"duckdb:///{file}", "statement_timeout": 0.3}))
    upgrade(casebase.engine)
    errors: list[str] = []
    live = LiveData(casebase, noon)
    asker = asking(live, errors)
    watch_statements(live)
    asker.start()
    asker.join(20)
    assert "cancelled" in errors[0]
    casebase.engine.dispose()
