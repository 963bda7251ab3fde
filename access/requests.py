"""How the server hands on who a request is from: in its scope, and to pages in headers that no client can set."""

from collections.abc import Mapping
from typing import Any, Protocol

from access.gate import Presented
from access.identity import Identity, Reason, Refusal

IDENTITY = "cockpit.identity"
# Headers of our own; a client's are dropped. Where a request comes from, the number of its connection, the session
# that it was let in by, and whether it goes on with what an earlier connection of the same page began.
OWN = "x-cockpit-"
ADDRESS, CONNECTION, SESSION, RESUMES = f"{OWN}address", f"{OWN}connection", f"{OWN}session", f"{OWN}resumes"


class Connection(Protocol):
    """A request or a socket, of any framework that speaks ASGI."""

    @property
    def scope(self) -> Mapping[str, Any]:
        """Its scope."""


def identity_of(connection: Connection) -> Identity | Refusal:
    """Who a request or socket is from, as the server found out (server/identity.py); nobody, where it did not look."""
    found: Identity | Refusal = connection.scope.get(IDENTITY, Refusal(Reason.SIGNED_OUT))
    return found


def presented_by(headers: Mapping[str, str], cookies: Mapping[str, str]) -> Presented:
    """What a request brings; its headers, by names in small letters, are those that the server let through."""
    return Presented(headers.get(ADDRESS, ""), cookies, headers)
