"""The cockpit in Streamlit's test harness, as the server runs it: for figures and for tests, without a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from casebase.settings import ROOT


@contextmanager
def as_served() -> Iterator[None]:
    """Every run inside goes through app.py, as on the server.

    AppTest takes a folder named pages/ for the framework's older kind of pages and runs a page's file alone: it would
    never read the data anew, and where the header finds newer data, begin the page again for ever.
    """
    begin = PagesManager.__init__

    def begin_as_served(manager: PagesManager, *args: Any, **kwargs: Any) -> None:
        begin(manager, *args, **kwargs)
        PagesManager.uses_pages_directory = False

    with mock.patch.object(PagesManager, "__init__", begin_as_served):
        yield


def page_at(path: str, *, timeout: float) -> AppTest:
    """A page by its path in the address ("" is the front page), not run yet; each run may take `timeout` seconds."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=timeout)
    if path:
        app._page_hash = calc_hash(path)  # AppTest.switch_page knows a page only after another one was drawn
    return app
