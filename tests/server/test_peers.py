"""A client behind no proxy cannot say that it is another."""

import json
import threading
import urllib.request
from typing import Any

import pytest
import uvicorn
import uvicorn.config

from docs.make_screenshots import free_port, wait_for
from server.peers import keep_peer_addresses


async def told(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the address that it is told."""
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps([scope["client"][0], scope["scheme"]]).encode()})


def test_the_peer_is_no_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(uvicorn.config), "ProxyHeadersMiddleware", None)  # to be put back
    keep_peer_addresses()
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(told, port=port, lifespan="off", log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for(f"http://127.0.0.1:{port}/")
        headers = {"X-Forwarded-For": "10.0.0.5", "X-Forwarded-Proto": "https"}
        with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/", headers=headers)) as answer:
            assert json.load(answer) == ["127.0.0.1", "http"]
    finally:
        server.should_exit = True
        thread.join()
