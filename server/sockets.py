"""A socket goes on for as long as its session does, and not a message longer."""

import asyncio

from starlette.status import WS_1008_POLICY_VIOLATION
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from access.sessions import Sessions


async def close(_scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a socket that is refused."""
    await receive()
    await send({"type": "websocket.close", "code": WS_1008_POLICY_VIOLATION})


class BoundSocket:
    """An app on a socket, which is closed as soon as a session has ended; `tab` is its number where it is a page's.

    What the other side says after that goes nowhere, and nothing is sent to it any more.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions, session: str, tab: int | None) -> None:
        self._app = app
        self._sessions = sessions
        self._session = session
        self._tab = tab
        self._next: asyncio.Task[Message] | None = None
        self._changed = asyncio.Event()
        self._is_closed = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def received() -> Message:
            return await self._received(receive, send)

        async def sent(message: Message) -> None:
            await self._sent(message, send)

        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._changed.set)

        unsubscribe = self._sessions.subscribe(wake)
        if self._tab is not None:
            self._sessions.open_tab(self._session, self._tab)
        try:
            await self._app(scope, received, sent)
        finally:
            unsubscribe()
            if self._tab is not None:
                self._sessions.close_tab(self._session, self._tab)
            if self._next is not None:
                self._next.cancel()

    @property
    def _is_over(self) -> bool:
        return self._sessions.check(self._session) is not None

    async def _received(self, receive: Receive, send: Send) -> Message:
        """The next message, or that the socket is closed."""
        while not self._is_over:
            if self._next is None:
                self._next = asyncio.ensure_future(receive())
            if self._next.done():
                message, self._next = self._next.result(), None
                return message
            await self._wait(self._next)
        if not self._is_closed:
            self._is_closed = True
            await send({"type": "websocket.close", "code": WS_1008_POLICY_VIOLATION})
        return {"type": "websocket.disconnect", "code": WS_1008_POLICY_VIOLATION}

    async def _wait(self, message: "asyncio.Task[Message]") -> None:
        """Until there is a message, some session was ended, or this one is over if nobody does anything."""
        changed = asyncio.ensure_future(self._changed.wait())
        try:
            left = self._sessions.seconds_left(self._session)
            await asyncio.wait({message, changed}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
            self._changed.clear()

    async def _sent(self, message: Message, send: Send) -> None:
        if self._is_closed or (message["type"] == "websocket.send" and self._is_over):
            return
        self._is_closed = message["type"] == "websocket.close"
        await send(message)
