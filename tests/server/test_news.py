"""Open pages hear of new data: at once of what this process wrote, soon of what others did, and no other site does."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar

import pytest
from starlette.applications import Starlette

from access.identity import LOCAL, Identity, Reason, Refusal
from access.requests import IDENTITY
from casebase.engine import Casebase, mark_changed
from cockpit import process, reading
from cockpit.data import LiveData
from cockpit.preparing import Preparing
from server import news
from server.news import News
from tests.cockpit.fakes import Clock, Database, database

__all__ = ["database"]
T = TypeVar("T")
PATIENCE = 20.0
NOBODY = Refusal(Reason.SIGNED_OUT)
WRITTEN = datetime(2026, 11, 20, 16, 30)


@pytest.fixture
def live(new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase]) -> LiveData:
    return LiveData(casebase_of(new_url("duckdb")), Clock())


def write(casebase: Casebase) -> None:
    with casebase.writing() as connection:
        mark_changed(connection, WRITTEN)


def in_a_loop(coroutine: Coroutine[Any, Any, T]) -> T:
    """What it comes to, in a thread of its own: where a browser is driven, this one has a loop already."""
    with ThreadPoolExecutor(1) as own:
        return own.submit(asyncio.run, coroutine).result()


async def heard(marks: AsyncIterator[str]) -> str:
    return await asyncio.wait_for(anext(marks), PATIENCE)


@pytest.mark.parametrize("kind", ["duckdb", "postgresql"])
def test_what_this_process_writes_is_heard_without_a_look(
    kind: str,
    new_url: Callable[[str], str],
    casebase_of: Callable[[str], Casebase],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live = LiveData(casebase_of(new_url(kind)), Clock())
    preparing = Preparing(live)
    writer = live.casebase.for_writer()
    monkeypatch.setattr(news, "LOOK", 3600)
    monkeypatch.setattr(reading, "LOOK", 3600)

    async def listen() -> None:
        all_news = News(lambda: preparing)
        one, other = all_news.follow(), all_news.follow()
        before = await heard(one)
        assert before == await heard(other) == live.watch.read().mark
        await asyncio.to_thread(write, writer)
        after = await heard(one)
        assert after == await heard(other) == live.watch.read().mark != before

    in_a_loop(listen())
    writer.engine.dispose()


def test_what_others_write_is_heard_by_looking(live: LiveData, database: Database) -> None:
    preparing = Preparing(live)

    async def listen() -> None:
        marks = News(lambda: preparing).follow()
        before = await heard(marks)
        database.newer = 1
        assert await heard(marks) != before
        database.refuses_state = True  # is no news
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(marks), 1)

    in_a_loop(listen())


def test_nobody_looks_where_nobody_listens(live: LiveData) -> None:
    preparing = Preparing(live)

    async def listen() -> None:
        all_news = News(lambda: preparing)
        marks: Any = all_news.follow()
        await heard(marks)
        await marks.aclose()
        assert all_news._watching is not None
        await asyncio.wait_for(all_news._watching, PATIENCE)

    in_a_loop(listen())


async def _line(headers: dict[str, str], until: str, who: Identity | Refusal = LOCAL) -> list[dict[str, Any]]:
    """What the route says to a browser with these headers, which leaves after the first message of this type."""
    said: list[dict[str, Any]] = []
    left = asyncio.Event()
    messages = iter([{"type": "websocket.connect"}])

    async def receive() -> dict[str, Any]:
        for message in messages:
            return message
        await left.wait()
        return {"type": "websocket.disconnect", "code": 1001}

    async def send(message: Any) -> None:
        said.append(message)
        if message["type"] == until:
            left.set()

    scope = {
        "type": "websocket", "path": "/news", "query_string": b"", "subprotocols": [], IDENTITY: who,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    await asyncio.wait_for(Starlette(routes=news.routes())(scope, receive, send), PATIENCE)
    return said


def test_a_page_of_ours_is_told_the_data_and_another_site_nothing(
    live: LiveData, monkeypatch: pytest.MonkeyPatch
) -> None:
    preparing = Preparing(live)
    monkeypatch.setattr(process, "preparing", lambda: preparing)
    own = {"host": "cockpit:8501", "origin": "http://cockpit:8501"}
    said = in_a_loop(_line(own, "websocket.send"))
    assert [message["type"] for message in said] == ["websocket.accept", "websocket.send"]
    assert said[1]["text"] == live.watch.read().mark
    for refused in (
        _line(own | {"origin": "http://elsewhere"}, "websocket.close"),
        _line(own, "websocket.close", NOBODY),
    ):
        assert [message["type"] for message in in_a_loop(refused)] == ["websocket.close"]
