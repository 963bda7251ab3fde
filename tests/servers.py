"""Cockpits of a test's own, forked from one process that has imported all that a cockpit imports.

A start as `streamlit run app.py`, which is what a person does, spends two seconds of processor time on imports: the
cockpit that most tests look at is started that way, and so is whatever a test says about a start itself.
"""

import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from docs.make_screenshots import ROOT, free_port, wait_for

_SERVERS = multiprocessing.get_context("forkserver")
_SERVERS.set_forkserver_preload(
    [
        "streamlit.web.cli",
        "streamlit.web.bootstrap",
        "pages.parts.navigation",
        "screen.routes",
        "server.guard",
        "server.headers",
    ]
)


@contextmanager
def own_cockpit(url: str, config: Path, port: int | None = None, options: Sequence[str] = ()) -> Iterator[str]:
    """The cockpit on a free port (or this one), on a database and with a configuration; yields its address.

    `options` are the framework's, as on its command line.
    """
    port = port or free_port()
    server = _SERVERS.Process(target=_serve, args=(url, str(config), port, options), daemon=True)
    with _without_main():
        server.start()
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.join()
        server.close()


@contextmanager
def _without_main() -> Iterator[None]:
    """A new process runs the main module once more: after a test of a page that is its script, by other settings."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _serve(url: str, config: str, port: int, options: Sequence[str]) -> None:
    """In the new process: what `python -m streamlit run app.py` does, with the same environment."""
    os.chdir(ROOT)
    os.environ |= {"COCKPIT_DATABASE_URL": url, "COCKPIT_CONFIG": config}
    quiet = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(quiet, stream)
    sys.argv = ["streamlit", "run", "app.py", "--server.port", str(port), *options]
    from streamlit.web.cli import main

    main()
