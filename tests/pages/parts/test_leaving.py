"""A statement whose page was left ends at the database; others go on."""

import threading
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.runtime.scriptrunner_utils.script_run_context_attr import SCRIPT_RUN_CONTEXT_ATTR_NAME

from casebase.engine import Casebase, open_casebase
from casebase.errors import CasebaseError
from casebase.settings import Settings
from pages.parts import leaving

LONG = {
    "postgresql": "SELECT pg_sleep(60)",
    "duckdb": "SELECT count(*) FROM range(100000000) a, range(100000) b WHERE hash(a.range, b.range) = 0",
}
REQUESTS: dict[str, tuple[Callable[[ScriptRequests], object], bool]] = {
    "nothing": (lambda requests: None, False),
    "another page": (lambda requests: requests.request_rerun(RerunData()), True),
    "the session ends": (lambda requests: requests.request_stop(), True),
    "the header looks again": (lambda requests: requests.request_rerun(RerunData(fragment_id="header")), False),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_page_is_left_when_the_framework_would_end_it(name: str) -> None:
    request, expected = REQUESTS[name]
    requests = ScriptRequests()
    thread = threading.Thread()
    setattr(thread, SCRIPT_RUN_CONTEXT_ATTR_NAME, SimpleNamespace(script_requests=requests))
    request(requests)
    assert leaving.left(thread) is expected


def test_thread_that_runs_no_page_is_not_left() -> None:
    assert not leaving.left(threading.current_thread())


def asking(casebase: Casebase, errors: list[str]) -> threading.Thread:
    def ask() -> None:
        try:
            with casebase.reading() as connection:
                connection.execute(text(LONG[connection.dialect.name]))
        except CasebaseError as error:
            errors.append(str(error))

    return threading.Thread(target=ask)


def test_statement_of_a_left_page_is_cancelled_and_those_of_others_go_on(empty_casebase: Casebase) -> None:
    left_errors: list[str] = []
    other_errors: list[str] = []
    page, other = asking(empty_casebase, left_errors), asking(empty_casebase, other_errors)
    requests = ScriptRequests()
    setattr(page, SCRIPT_RUN_CONTEXT_ATTR_NAME, SimpleNamespace(script_requests=requests))
    page.start()
    other.start()
    while len(empty_casebase.running()) < 2:
        time.sleep(0.01)
    leaving.watch(empty_casebase)
    time.sleep(1.5)
    assert len(empty_casebase.running()) == 2
    requests.request_rerun(RerunData())
    page.join(20)
    assert not page.is_alive()
    assert "cancelled" in left_errors[0]
    (statement,) = empty_casebase.running()
    assert statement.thread == other.ident
    statement.cancel()
    other.join(20)
    assert "cancelled" in other_errors[0]


def test_statement_of_duckdb_has_a_time_out(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("timed") / "x.duckdb"
    casebase = open_casebase(Settings(database={"url": f"duckdb:///{file}", "statement_timeout": 0.3}))
    errors: list[str] = []
    asker = asking(casebase, errors)
    leaving.watch(casebase)
    asker.start()
    asker.join(20)
    assert "cancelled" in errors[0]
    casebase.engine.dispose()
