"""By which names the server may be called: a page of another site whose name was made to lead here is not ours.

Such a page (DNS rebinding) has one origin with what it asks for, and no browser keeps it from reading the answers. An
address of digits is no name that anybody could make lead elsewhere.
"""

import ipaddress
import socket
from functools import cache
from urllib.parse import urlsplit

import streamlit

_LOOPBACK = ("localhost",)


def is_own_host(host: str | None) -> bool:
    """Whether a Host header names this server.

    Its names: localhost, addresses of digits, what the machine is called, browser.serverAddress and
    server.allowedHosts of the framework's settings (*.example.cn is every name below). Without the header, which
    browsers always send, it is nobody's page.
    """
    if host is None:
        return True
    name = _name_of(host)
    return name is not None and (_is_address(name) or any(_matches(name, own) for own in _own_names()))


def _name_of(host: str) -> str | None:
    """The name in a Host header, without the port; None for what is no host."""
    try:
        parts = urlsplit(f"//{host}")
        is_plain = parts.port is not None or parts.netloc == host
    except ValueError:
        return None
    is_plain = is_plain and not (parts.username or parts.password or parts.path or parts.query or parts.fragment)
    return parts.hostname.lower().rstrip(".") if is_plain and parts.hostname else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _own_names() -> list[str]:
    names = [_machine(), str(streamlit.get_option("browser.serverAddress") or "")]
    names += [str(name) for name in streamlit.get_option("server.allowedHosts") or ()]
    return [*_LOOPBACK, *(name.strip().lower().rstrip(".") for name in names if name.strip())]


def _matches(name: str, own: str) -> bool:
    return own == "*" or name == own or (own.startswith("*.") and name.endswith(own[1:]))


@cache
def _machine() -> str:
    return socket.gethostname()
