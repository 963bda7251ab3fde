"""Many viewers of a city that changes: python -m benchmarks.viewers --cases 1000000 --viewers 100 --minutes 3.

The viewers are sessions of the server's own protocol that answer as browsers do: each asks for 一屏总览, listens to the
news of the data and asks for a look where it is not what the page shows, and gets all that is drawn. One more is a real
browser. Tells how long a change took from its commit until each viewer had it, what went wrong, and the memory of the
server all the while.
"""

import asyncio
import json
import multiprocessing
import statistics
import time
from bisect import bisect_left
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Annotated, Any

import typer
import websockets
from playwright.sync_api import sync_playwright

# How the framework's own browser side names what a component tells; the version of Streamlit is pinned.
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ButtonGroup_pb2 import ButtonGroup
from streamlit.proto.Common_pb2 import StringArray
from streamlit.proto.DateInput_pb2 import DateInput
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Selectbox_pb2 import Selectbox
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.browser import browser, opened, watch_refreshes
from benchmarks.cities import copy_of
from benchmarks.serving import Served, served

# Seconds from one viewer's coming to the next one's, and after the last until the figures begin.
_APART, _ARRIVED = 0.1, 30
# Seconds before the end of the run: what is committed later may not have been drawn yet.
_TAIL = 10.0
_LONGEST = 600


@dataclass
class Viewer:
    """What one session saw, in seconds of the clock: when it asked, and each time that a page had come to its end."""

    session: str = ""
    began: float = 0.0
    whole: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    received: int = 0
    # How often what stands above the body of the page came as well.
    bars: int = 0


def watch_all(port: int, viewers: int, until: float) -> list[Viewer]:
    """Let so many viewers come one after the other and stay until a moment of the clock; what each of them saw."""

    async def together() -> list[Viewer]:
        return await asyncio.gather(*(_watch(port, n * _APART, until) for n in range(viewers)))

    # In a thread of its own: where a browser is driven, this one has a loop already.
    with ThreadPoolExecutor(1) as own:
        return own.submit(lambda: asyncio.run(together())).result()


async def _watch(port: int, wait: float, until: float) -> Viewer:
    viewer = Viewer()
    await asyncio.sleep(wait)
    try:
        async with (
            _connected(port, "_stcore/stream", [websockets.Subprotocol("streamlit")]) as socket,
            _connected(port, "news") as news,
        ):
            await _Session(socket, news, viewer).stay(until)
    except Exception as error:  # what a viewer would see as a broken page
        viewer.errors.append(repr(error)[:200])
    return viewer


def _connected(port: int, path: str, subprotocols: Sequence[websockets.Subprotocol] | None = None) -> Any:
    return websockets.connect(
        f"ws://127.0.0.1:{port}/{path}",
        subprotocols=subprotocols,
        origin=websockets.Origin(f"http://127.0.0.1:{port}"),
        max_size=None,
        ping_interval=None,
        open_timeout=_LONGEST,
    )


class _Session:
    """One viewer's side of the protocol: what the server sends, and the looks that news and the page ask for."""

    def __init__(self, socket: Any, news: Any, viewer: Viewer) -> None:
        self._socket, self._news, self._viewer = socket, news, viewer
        self._script = self._fragment = ""
        self._timer: asyncio.Task[None] | None = None
        # The part of the page that listens, what tells its events, and whether something of the page is on its way.
        self._part = self._listener = ""
        self._is_coming = False
        # What the bar is set to, by its widgets: a browser says it with all that it asks.
        self._choices: dict[str, WidgetState] = {}
        # As pages/parts/listening.js: what the server says, what the page shows, and the last pair that was asked for.
        self._heard = self._mark = self._asked = ""

    async def stay(self, until: float) -> None:
        """Ask for the front page, and take what comes until a moment of the clock."""
        self._viewer.began = time.time()
        await self._ask()
        hearing = asyncio.create_task(self._hear())
        try:
            while (left := until - time.time()) > 0:
                raw = await asyncio.wait_for(self._socket.recv(), left)
                self._viewer.received += len(raw)
                message = ForwardMsg()
                message.ParseFromString(raw)
                self._take(message)
                await self._look_for_what_was_heard()
        except TimeoutError:
            return
        finally:
            hearing.cancel()
            if self._timer:
                self._timer.cancel()

    async def _ask(self, event: str | None = None, **fields: Any) -> None:
        message = BackMsg()
        for name, value in fields.items():
            setattr(message.rerun_script, name, value)
        message.rerun_script.widget_states.widgets.extend(self._choices.values())
        if event is not None:
            message.rerun_script.widget_states.widgets.add(id=self._listener, json_trigger_value=event)
        message.rerun_script.page_script_hash = self._script
        await self._socket.send(message.SerializeToString())

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._script = message.new_session.page_script_hash
            self._viewer.session = message.new_session.initialize.session_id
        elif kind == "navigation":
            self._script = message.navigation.page_script_hash
        elif kind == "auto_rerun":
            self._look_every(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "script_finished" and self._is_coming:
            self._is_coming = False
            self._viewer.whole.append(time.time())
        elif kind == "delta":
            # What stands in the header and the listener is asked for by the page itself, again and again.
            self._is_coming |= message.delta.fragment_id not in (self._fragment, self._part)
            is_above = not message.delta.fragment_id and message.delta.new_element.WhichOneof("type") == "button_group"
            self._viewer.bars += is_above
            self._take_element(message.delta.new_element, message.delta.fragment_id)

    def _take_element(self, element: Any, fragment: str) -> None:
        kind = element.WhichOneof("type")
        if (choice := _choice(getattr(element, kind or "", None))) is not None:
            self._choices[choice.id] = choice
        if kind == "exception":
            self._viewer.errors.append(element.exception.message[:200])
        elif kind == "bidi_component" and element.bidi_component.component_name == "listener":
            self._mark = json.loads(element.bidi_component.json)["mark"]
            self._part, self._listener = fragment, _make_trigger_id(element.bidi_component.id, "events")

    async def _hear(self) -> None:
        async for mark in self._news:
            self._heard = mark
            await self._look_for_what_was_heard()

    async def _look_for_what_was_heard(self) -> None:
        pair = f"{self._heard} after {self._mark}"
        if self._heard and self._mark and self._heard != self._mark and pair != self._asked:
            self._asked = pair
            await self._tell_what_was_heard()

    async def _tell_what_was_heard(self) -> None:
        event = json.dumps([{"event": "news", "value": self._heard}])
        await self._ask(event, fragment_id=self._part)

    def _look_every(self, fragment: str, interval: float) -> None:
        """A part of the page wants to be asked for again and again; each drawing of the page has one of its own."""
        if fragment == self._fragment:
            return
        self._fragment = fragment
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.create_task(self._look(fragment, interval))

    async def _look(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            await self._ask(fragment_id=fragment, is_auto_rerun=True)
            if self._mark and self._heard != self._mark:
                await self._tell_what_was_heard()


def _choice(widget: Any) -> WidgetState | None:
    """What a widget of the bar is set to at first; None of anything else."""
    match widget:
        case Selectbox():
            return WidgetState(id=widget.id, string_value=widget.options[widget.default])
        case ButtonGroup():
            chosen = [widget.options[place].content for place in widget.default]
            return WidgetState(id=widget.id, string_array_value=StringArray(data=chosen))
        case DateInput():
            return WidgetState(id=widget.id, string_array_value=StringArray(data=widget.default))
    return None


@dataclass(frozen=True)
class Delays:
    """Seconds from a commit until a viewer had it, of each viewer and change; and how many never came."""

    seconds: list[float]
    missing: int


def delays(lines: Sequence[dict[str, Any]], viewers: Sequence[Viewer], begin: float, end: float) -> Delays:
    """How long each change that was committed in (begin, end) took to each viewer.

    The server says which version a session's page was complete with; the viewer had it when that page had come whole.
    """
    versions: dict[str, list[tuple[float, int]]] = {}
    for line in lines:
        if "drawn" in line:
            versions.setdefault(line["session"], []).append((line["drawn"], line["version"]))
    changes = [(line["version"], line["committed"]) for line in lines if begin < line.get("committed", 0) < end]
    seconds, missing = [], 0
    for viewer in viewers:
        had = [(_next(viewer.whole, drawn), version) for drawn, version in versions.get(viewer.session, ())]
        for version, committed in changes:
            times = [at for at, drawn in had if at is not None and drawn >= version]
            if times:
                seconds.append(min(times) - committed)
            else:
                missing += 1
    return Delays(seconds, missing)


def _next(times: Sequence[float], after: float) -> float | None:
    """The first of ordered times that is not before a moment."""
    place = bisect_left(times, after)
    return times[place] if place < len(times) else None


def quantile(values: Sequence[float], share: float) -> float:
    """The value that a share of all does not exceed; NaN of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


class Memory:
    """The memory of a server (MB), looked at every few seconds until the block ends."""

    def __init__(self, server: Served, every: float = 5.0) -> None:
        self.samples: list[float] = []
        self._server, self._every, self._ended = server, every, Event()
        self._thread = Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(self._every):
            self.samples.append(self._server.memory_mb())

    def figures(self) -> dict[str, float]:
        """At the start and at the end (means of a tenth of the time each), and the most."""
        tenth = max(1, len(self.samples) // 10)
        return {
            "start_mb": round(statistics.mean(self.samples[:tenth])),
            "most_mb": round(max(self.samples)),
            "end_mb": round(statistics.mean(self.samples[-tenth:])),
        }


def measure(
    cases: int, *, viewers: int = 100, minutes: float = 60, every: float = 5, rows: int = 100
) -> dict[str, Any]:
    """So many viewers for so many minutes, and a browser among them."""
    context = multiprocessing.get_context("spawn")
    with (
        copy_of(cases) as url,
        # Left last: where the server ends before its time, the viewers leave, and nobody waits for them.
        ProcessPoolExecutor(1, mp_context=context) as pool,
        served(url, every=every, rows=rows) as server,
        sync_playwright() as playwright,
        browser(playwright) as reader,
    ):
        page, _ = opened(reader, server.address)
        began = time.time() + viewers * _APART + _ARRIVED
        until = began + minutes * 60
        crowd = pool.submit(watch_all, server.port, viewers, until)
        page.wait_for_timeout((began - time.time()) * 1000)
        with Memory(server) as memory:
            seen = watch_refreshes(page, server, until - 1)
        sessions = crowd.result()
        lines = server.lines()
    had = delays(lines, sessions, began, until - _TAIL)
    firsts = [one.whole[0] - one.began for one in sessions if one.whole]
    errors = [error for one in sessions for error in one.errors]
    return {
        "viewers": viewers,
        "minutes": minutes,
        "rows": rows,
        "refreshes": sum(began < line.get("committed", 0) < until - _TAIL for line in lines),
        "first_p95_s": quantile(firsts, 0.95),
        "drawn_p50_s": quantile(had.seconds, 0.5),
        "drawn_p95_s": quantile(had.seconds, 0.95),
        "not_drawn": had.missing + sum(not one.whole for one in sessions),
        "errors": len(errors),
        "error": errors[0] if errors else "",
        "received_mb": round(sum(one.received for one in sessions) / 1e6),
        "browser_fresh_p50_s": quantile(seen["fresh_s"], 0.5),
        "browser_fresh_p95_s": quantile(seen["fresh_s"], 0.95),
        "browser_refresh_p50_ms": quantile(seen["refresh_ms"], 0.5),
        **memory.figures(),
    }


def main(
    cases: Annotated[int, typer.Option(min=1000)] = 1_000_000,
    viewers: Annotated[int, typer.Option(min=1)] = 100,
    minutes: Annotated[float, typer.Option(help="60 are 720 refreshes.")] = 3,
    every: Annotated[float, typer.Option(help="Seconds from one change to the next.")] = 5,
    rows: Annotated[int, typer.Option(help="Rows that each change touches.")] = 100,
) -> None:
    """Measure at one size."""
    print(json.dumps(measure(cases, viewers=viewers, minutes=minutes, every=every, rows=rows), indent=2))


if __name__ == "__main__":
    typer.run(main)
