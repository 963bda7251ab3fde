"""What somebody sees who is not let in."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from access.identity import Reason
from tests.pages.conftest import begin_process

pytestmark = pytest.mark.usefixtures("stopped_clock")


def door(reason: str) -> None:
    from access.identity import Reason, Refusal
    from pages.parts import sign_in

    sign_in.page(Refusal(Reason[reason]))


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (Reason.NOT_NAMED, ["没有说明您是谁，请从该入口重新进入。", "请联系系统管理员。"]),
        (Reason.SIGNED_OUT, []),
    ],
)
def test_whom_the_proxy_does_not_name_is_told_so_and_whom_to_ask(
    monkeypatch: pytest.MonkeyPatch, demo_url: str, still_config: Path, reason: Reason, said: list[str]
) -> None:
    begin_process(monkeypatch, demo_url, still_config)
    app = AppTest.from_function(door, args=(reason.name,), default_timeout=60).run()
    assert not app.exception
    shown = "".join(element.proto.body for element in app.get("html"))
    assert all(sentence in shown for sentence in said)
    assert ("请联系" in shown) is bool(said)
