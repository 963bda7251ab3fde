"""The other end of a connection is who it is, whatever a header says."""

from typing import Any

import uvicorn.config


def keep_peer_addresses() -> None:
    """Let uvicorn leave the address of a connection alone; to be called before it wraps the app.

    By itself it believes X-Forwarded-For of whatever connects from this machine, in place of the peer. Which headers
    count, and from whom, is decided by [access] of config.toml alone.
    """

    def as_it_is(app: Any, *, trusted_hosts: object) -> Any:
        del trusted_hosts
        return app

    vars(uvicorn.config)["ProxyHeadersMiddleware"] = as_it_is
