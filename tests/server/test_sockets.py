"""A socket ends with its session: at once when it is ended, by itself when it runs out."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from access.identity import Role
from access.sessions import Sessions, SignIn
from casebase.settings import AccessSettings
from server.sockets import BoundSocket
from tests import loops

CLOSED = {"type": "websocket.close", "code": 1008}
GONE = {"type": "websocket.disconnect", "code": 1008}
Client = Callable[[Sessions, "asyncio.Queue[dict[str, Any]]"], Awaitable[None]]


async def served(folder: Path, client: Client, *, lasts: float = 3600) -> tuple[list[Any], list[Any]]:
    """What an app that answers each message heard and what its client was sent, while the client does its part."""
    loop = asyncio.get_running_loop()
    sessions = Sessions(AccessSettings(), folder / "sessions.json", loop.time)
    now = loop.time()
    assert sessions.admit(SignIn("k", "zhang", "张三", Role.STAFF, now, now + lasts), "") is None
    sessions.let_in("k", True)
    incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    heard: list[Any] = []
    told: list[Any] = []

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        while not heard or heard[-1]["type"] != "websocket.disconnect":
            heard.append(await receive())
            await send({"type": "websocket.send", "text": f"answer {len(heard)}"})

    async def send(message: Any) -> None:
        told.append(message)

    serving = asyncio.create_task(BoundSocket(app, sessions, "k", 7)({}, incoming.get, send))
    await client(sessions, incoming)
    await asyncio.wait_for(serving, 10)
    assert not sessions.all_open()
    return heard, told


def test_what_comes_after_the_end_is_neither_heard_nor_answered(tmp_path: Path) -> None:
    async def client(sessions: Sessions, incoming: "asyncio.Queue[dict[str, Any]]") -> None:
        incoming.put_nowait({"type": "websocket.receive", "text": "before"})
        await asyncio.sleep(0.05)
        assert [session.tabs for session in sessions.all_open()] == [frozenset({7})]
        sessions.end_person("zhang")
        incoming.put_nowait({"type": "websocket.receive", "text": "after"})

    heard, told = loops.run(served(tmp_path, client))
    assert heard == [{"type": "websocket.receive", "text": "before"}, GONE]
    assert told == [{"type": "websocket.send", "text": "answer 1"}, CLOSED]


def test_a_socket_on_which_nobody_speaks_is_closed_when_the_session_ends(tmp_path: Path) -> None:
    async def in_a_thread(sessions: Sessions, _: object) -> None:
        await asyncio.sleep(0.05)
        await asyncio.to_thread(sessions.end_person, "zhang")

    async def by_itself(_sessions: Sessions, _: object) -> None:
        pass

    assert loops.run(served(tmp_path / "ended", in_a_thread)) == ([GONE], [CLOSED])
    assert loops.run(served(tmp_path / "ran_out", by_itself, lasts=0.3)) == ([GONE], [CLOSED])


def test_the_end_of_another_session_ends_nothing(tmp_path: Path) -> None:
    async def client(sessions: Sessions, incoming: "asyncio.Queue[dict[str, Any]]") -> None:
        await asyncio.sleep(0.05)
        sessions.end_person("li")
        await asyncio.sleep(0.05)
        assert sessions.all_open()
        incoming.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await asyncio.sleep(0.05)
        assert [session.tabs for session in sessions.all_open()] == [frozenset()]
        sessions.end_person("zhang")

    heard, told = loops.run(served(tmp_path, client))
    assert heard == [{"type": "websocket.disconnect", "code": 1001}]
    assert [message["type"] for message in told] == ["websocket.send"]


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path) -> None:
    for name in ("ended", "ran_out"):
        (tmp_path / name).mkdir()
