"""A part of a page is drawn anew neither for a page that was left, nor before what was drawn last has been sent.

Nor does it set back what stands elsewhere on the page, nor does a page that was left change the next one's address.
"""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.scriptrunner import RerunData
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner, ScriptRunnerEvent
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests
from streamlit.runtime.state.query_params import QueryParams
from streamlit.runtime.state.session_state import SessionState
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from server import reruns
from tests import loops
from tests.servers import own_cockpit

DONE = ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY


class Line:
    """A browser's side of the framework's protocol."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        # The page as its navigation names it, and the part of it that looks again by itself.
        self.page = self.part = ""
        # The choices of the bar as they stand, the map, the part of the page that it is in, and the last address.
        self.choices: dict[str, WidgetState] = {}
        self.map = self.body = self.address = ""
        # Each address that was told.
        self.told = list[str]()

    def ask(self, **fields: Any) -> None:
        self._socket.send(BackMsg(rerun_script=ClientState(**fields)).SerializeToString())

    def begin(self) -> None:
        """Read until a page's bar comes, or the last of that page."""
        self.choices.clear()
        while not self.choices and self._next(60).WhichOneof("type") != "script_finished":
            pass

    def runs(self, until_quiet: float = 0) -> list[str]:
        """The pages that runs name, until one has come to its end and, where asked for, nothing more comes."""
        named, timeout = list[str](), 60.0
        while True:
            try:
                message = self._next(timeout)
            except TimeoutError:
                return named
            if message.WhichOneof("type") == "new_session":
                named.append(message.new_session.page_script_hash)
            if message.WhichOneof("type") == "script_finished" and message.script_finished in DONE:
                if not until_quiet:
                    return named
                timeout = until_quiet

    def _next(self, timeout: float) -> ForwardMsg:
        message: ForwardMsg = ForwardMsg.FromString(self._socket.recv(timeout=timeout, decode=False))
        self.page = message.navigation.page_script_hash or self.page
        self.part = message.auto_rerun.fragment_id or self.part
        if message.WhichOneof("type") == "page_info_changed":
            self.told.append(message.page_info_changed.query_string)
            self.address = self.told[-1] or self.address
        self._take(message.delta)
        return message

    def _take(self, delta: Delta) -> None:
        element = delta.new_element
        if element.WhichOneof("type") == "selectbox":
            box = element.selectbox
            self.choices[box.id] = WidgetState(id=box.id, string_value=box.options[box.default])
        elif element.WhichOneof("type") == "deck_gl_json_chart":
            self.map, self.body = element.deck_gl_json_chart.id, delta.fragment_id


@contextmanager
def opened(address: str) -> Iterator[Line]:
    address = address.replace("http", "ws")
    with connect(
        f"{address}/_stcore/stream", subprotocols=[Subprotocol("streamlit")], max_size=None, ping_interval=None
    ) as socket:
        yield Line(socket)


def test_a_look_of_the_page_before_does_not_lead_back(demo_url: str, still_config: Path) -> None:
    """It may come while the next page is drawn, and when that is there."""
    with own_cockpit(demo_url, still_config) as address, opened(address) as line:
        line.ask(page_name="backlog")
        line.runs()
        left = {"page_script_hash": line.page, "fragment_id": line.part, "is_auto_rerun": True}
        line.ask(page_name="five_day")
        line.ask(**left)
        drawn = line.runs(until_quiet=2)
        assert len(drawn) == 1
        assert line.page != left["page_script_hash"]
        line.ask(**left)
        line.ask(**left | {"page_script_hash": line.page, "fragment_id": line.part})
        assert line.runs(until_quiet=2) == [line.page]


def test_an_address_stands_though_the_page_before_was_left_before_it_was_drawn(
    demo_url: str, still_config: Path
) -> None:
    """Two steps back in haste, from a page without a bar: the browser has heard of no choice of the page between."""
    with own_cockpit(demo_url, still_config) as address, opened(address) as line:
        line.ask(query_string="period=上月")
        line.runs()
        first = line.page
        line.ask(page_name="five_day", query_string="period=上月")
        line.runs()
        between = line.page
        line.ask(page_name="case")
        line.runs()
        assert len({first, between, line.page}) == 3
        line.told.clear()
        line.ask(page_script_hash=between, query_string="period=上月", is_history_navigation=True)
        line.begin()
        assert line.choices
        line.ask(page_script_hash=first, query_string="period=上月", is_history_navigation=True)
        assert line.runs(until_quiet=1) == [first]
        assert line.told == []
        # What belongs to none of a page's choices is taken out of its address, as the framework does.
        line.ask(page_name="case", query_string="period=上月")
        line.runs(until_quiet=1)
        assert line.told == [""]


def test_a_click_on_the_map_outlives_a_look_that_knows_nothing_of_it(demo_url: str, still_config: Path) -> None:
    """A browser that looks before it has heard of the district says that the bar is still of the whole city."""
    with own_cockpit(demo_url, still_config) as address, opened(address) as line:
        line.ask()
        line.runs()
        chosen = {"objects": {"areas": [{"properties": {"code": "410105"}}]}, "indices": {"areas": [0]}}
        click = WidgetState(id=line.map, string_value=json.dumps({"selection": chosen}))
        city_map = line.map
        before = [*line.choices.values()]
        assert len(before) >= 3
        here = {"page_script_hash": line.page}
        look = here | {"fragment_id": line.part, "is_auto_rerun": True}
        line.ask(**here, fragment_id=line.body, widget_states={"widgets": [*before, click]})
        line.ask(**look, widget_states={"widgets": before})
        line.runs(until_quiet=2)
        assert line.address == "district=%E9%87%91%E6%B0%B4%E5%8C%BA"  # 金水区
        # Another look says how the city's map stood, which is gone; then the way back, and the same click.
        line.ask(**look, query_string=line.address, widget_states={"widgets": [click]})
        line.runs()
        line.ask(**here, is_history_navigation=True)
        line.runs()
        line.address = ""
        click = WidgetState(id=line.map, string_value=click.string_value)
        line.ask(**here, fragment_id=line.body, widget_states={"widgets": [*before, click]})
        line.runs(until_quiet=2)
        assert line.address == "district=%E9%87%91%E6%B0%B4%E5%8C%BA"
        # In a map that the browser knows as chosen the same click would take the choice back.
        assert line.map != city_map


class Ended:
    """A run that has come to its end, and whose thread takes no request any more."""

    def __init__(self) -> None:
        self._requests = ScriptRequests()
        self._requests.request_stop()

    def request_rerun(self, asked: RerunData) -> bool:
        return self._requests.request_rerun(asked)


class Session(AppSession):
    """What a session does with requests and with what its runs draw, without a server."""

    def __init__(self, runner: Any) -> None:
        self._event_loop = asyncio.get_running_loop()
        self._state, self._scriptrunner, self._client_state = AppSessionState.APP_IS_RUNNING, runner, ClientState()
        self._fragment_storage = MemoryFragmentStorage()
        self._fragment_storage.register("part", lambda: None)
        self._session_state = SessionState()
        self.told, self.begun = list[Any](), list[Any]()

    def __del__(self) -> None:
        pass

    def _enqueue_forward_msg(self, msg: ForwardMsg) -> None:
        self.told.append(msg)

    def _settle_once_delivered(self) -> None:
        pass

    def _create_scriptrunner(self, initial_rerun_data: RerunData) -> None:
        self.begun.append((initial_rerun_data.fragment_id, len(self.told)))
        self._scriptrunner = None


@pytest.fixture
def in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """As app.py has it, until the test is over."""
    monkeypatch.setattr(ScriptRunner, "_run_script", ScriptRunner._run_script)
    monkeypatch.setattr(AppSession, "request_rerun", AppSession.request_rerun)
    for name in ("populate_from_query_string", "remove_stale_bindings"):
        monkeypatch.setattr(QueryParams, name, getattr(QueryParams, name))
    reruns.redraw_in_order()


@pytest.mark.usefixtures("in_order")
def test_what_the_last_run_drew_is_sent_before_the_next_one_begins() -> None:
    async def ask() -> Session:
        ended: Any = Ended()
        session = Session(ended)
        session._on_scriptrunner_event(ended, ScriptRunnerEvent.ENQUEUE_FORWARD_MSG, forward_msg=ForwardMsg())
        session.request_rerun(ClientState(fragment_id="part"))
        assert not session.begun
        session._on_scriptrunner_event(ended, ScriptRunnerEvent.SHUTDOWN, client_state=ClientState())
        until = session._event_loop.time() + 5
        while not session.begun and session._event_loop.time() < until:
            await asyncio.sleep(0.001)
        return session

    assert loops.run(ask()).begun == [("part", 1)]
