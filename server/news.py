"""Open pages hear at once that the data has changed: each keeps a line to the server, which speaks when there is news,
and the answers to what they ask are there (cockpit.preparing).

A look of a page by itself is a run of the framework, 4 ms of processor time for each page and look; a word on the line
comes when there is something to draw. A page whose line is cut looks by itself now and then.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import anyio
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.status import WS_1008_POLICY_VIOLATION
from starlette.websockets import WebSocket

from access.identity import Refusal
from access.requests import identity_of
from casebase.errors import CasebaseError
from cockpit import process
from cockpit.preparing import Preparing
from cockpit.reading import LOOK
from server.guard import foreign

_log = logging.getLogger(__name__)


class News:
    """What the data is now, for all who listen, in the server's event loop."""

    def __init__(self, preparing: Callable[[], Preparing]) -> None:
        self._preparing = preparing
        self._mark: str | None = None
        self._listeners = 0
        self._spread = asyncio.Event()
        self._written = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    async def follow(self) -> AsyncIterator[str]:
        """The mark of the data that is prepared (see Reading.mark): now, and whenever it is another."""
        heard = None
        self._listeners += 1
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        try:
            while True:
                spread = self._spread
                if self._mark is not None and self._mark != heard:
                    heard = self._mark
                    yield heard
                else:
                    await spread.wait()
        finally:
            self._listeners -= 1

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._written.set)

        while self._listeners:
            self._written.clear()
            try:
                mark = await anyio.to_thread.run_sync(self._read, wake)
                if mark != self._mark:
                    self._mark = mark
                    self._spread.set()
                    self._spread = asyncio.Event()
            except CasebaseError:
                pass  # no news: the pages say themselves that the database is away
            except Exception:
                _log.exception("the look for news failed")
            # What this process itself writes is heard at once.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._written.wait(), LOOK)

    def _read(self, wake: Callable[[], None]) -> str:
        preparing = self._preparing()
        preparing.live.watch.call_when_written(wake)
        preparing.call_when_prepared(wake)
        return preparing.reading().mark


def routes() -> list[BaseRoute]:
    """The line to a page."""
    news = News(process.preparing)

    async def line(socket: WebSocket) -> None:
        if foreign(socket.headers) or isinstance(identity_of(socket), Refusal):
            await socket.close(WS_1008_POLICY_VIOLATION)
            return
        await socket.accept()
        speaking = asyncio.create_task(_speak(news, socket))
        try:
            while (await socket.receive())["type"] != "websocket.disconnect":
                pass  # a page has nothing to say
        finally:
            speaking.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await speaking

    return [WebSocketRoute("/news", line)]


async def _speak(news: News, socket: WebSocket) -> None:
    async for mark in news.follow():
        await socket.send_text(mark)
