"""The server around app.py: small answers, a warm start, and links that always find their page."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from streamlit.logger import get_logger
from streamlit.runtime.pages_manager import PagesManager

from casebase.errors import CasebaseError
from screen.guard import Refusals, SecurityHeaders
from screen.logs import keep_to_one_line
from screen.routes import routes

# What st.navigation sets as soon as it has run. Set from the start, or the first visitor of a process who comes by a
# link to a page is given that page's file alone, by Streamlit's older way of finding pages/.
PagesManager.uses_pages_directory = False
keep_to_one_line()
# The wall asks outside any page's run, which is meant so; Streamlit would warn of it at every look.
get_logger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel(logging.ERROR)


@asynccontextmanager
async def warm(_: st.App) -> AsyncIterator[None]:
    """Open the database and let the demonstration city live before the first visitor comes."""
    # Streamlit's caches want its runtime, which has started only by now.
    from pages.parts import live

    try:
        await anyio.to_thread.run_sync(live.settle)
    except CasebaseError as error:
        logging.getLogger(__name__).warning("%s", error)
    yield


cockpit = st.App(
    "app.py",
    lifespan=warm,
    routes=routes(),
    middleware=[
        # The first is outermost: refusals carry the headers as well.
        Middleware(SecurityHeaders),
        Middleware(Refusals),
        # Streamlit sends its own scripts as they are: 8.5 MB on a first visit, 2.6 MB compressed.
        Middleware(GZipMiddleware, minimum_size=1024),
    ],
)
