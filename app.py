"""The one entrance: `streamlit run app.py` serves pages, wall and remote.

Streamlit imports this file once, for the server, and runs it again as `__main__` for every view of a page.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager

from casebase.errors import CasebaseError
from cockpit import process
from cockpit.slots import share_the_interpreter
from pages.parts.navigation import run_page
from screen.routes import routes
from server import news
from server.compression import Compression
from server.guard import Refusals
from server.headers import SecurityHeaders
from server.identity import Identities
from server.logs import keep_to_one_line
from server.peers import keep_peer_addresses
from server.reruns import redraw_in_order
from server.startup import check_start
from server.theme import write_theme_once


@asynccontextmanager
async def warm_start(_: st.App) -> AsyncIterator[None]:
    """Open the database and let the demonstration city live before the first visitor comes."""
    try:
        await anyio.to_thread.run_sync(process.start_background_tasks)
    except CasebaseError as error:
        logging.getLogger(__name__).warning("%s", error)
    yield


if __name__ == "__main__":
    run_page()
else:
    # What st.navigation sets as soon as it has run. Set from the start, or the first visitor of a process who comes by
    # a link to a page is given that page's file alone, by Streamlit's older way of finding pages/.
    PagesManager.uses_pages_directory = False
    keep_to_one_line()
    keep_peer_addresses()
    share_the_interpreter()
    write_theme_once()
    redraw_in_order()
    check_start()
    app = st.App(
        __file__,
        lifespan=warm_start,
        routes=[*routes(), *news.routes()],
        middleware=[
            # The first is outermost: refusals carry the headers as well.
            Middleware(SecurityHeaders),
            Middleware(Refusals),
            Middleware(Identities),
            Middleware(Compression),
        ],
    )
