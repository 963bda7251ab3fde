"""A page is left when the framework would end it."""

import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.runtime.scriptrunner_utils.script_run_context_attr import SCRIPT_RUN_CONTEXT_ATTR_NAME

from pages.parts.abandonment import has_left

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
    assert has_left(thread) is expected


def test_thread_that_runs_no_page_is_not_left() -> None:
    assert not has_left(threading.current_thread())
