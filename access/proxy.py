"""The word of a trusted proxy: its headers, believed from its own addresses alone."""

import hashlib
from collections.abc import Iterable, Mapping
from ipaddress import ip_network

from access.claims import ClaimError, Claims, texts_of, told_claims
from access.networks import address_in
from casebase.settings import AccessSettings

RawHeaders = Iterable[tuple[bytes, bytes]]
_FORWARDED_FOR, _FORWARDED_PROTO = b"x-forwarded-for", b"x-forwarded-proto"


def is_proxy(peer: str, settings: AccessSettings) -> bool:
    """Whether the machine at the other end of a connection is the proxy."""
    address = address_in(peer)
    return address is not None and any(address in ip_network(known) for known in settings.proxy_addresses)


def address_of(peer: str, headers: RawHeaders, settings: AccessSettings) -> str:
    """Where a request comes from: of one that the proxy hands on, the last address that the proxy itself wrote."""
    if not is_proxy(peer, settings):
        return peer
    told = [value.decode("latin-1") for name, value in headers if name.lower() == _FORWARDED_FOR]
    last = address_in(told[-1].rpartition(",")[2].strip()) if told else None
    return peer if last is None else str(last)


def is_https(peer: str, headers: RawHeaders, settings: AccessSettings) -> bool:
    """Whether the proxy says that it took a request over https."""
    told = [value.strip().lower() for name, value in headers if name.lower() == _FORWARDED_PROTO]
    return is_proxy(peer, settings) and told == [b"https"]


def header_names(settings: AccessSettings) -> dict[str, str]:
    """What each header says of a person, by its name in small letters."""
    told = {
        settings.user_header: "subject",
        settings.name_header: "name",
        settings.role_header: "roles",
        settings.area_header: "areas",
        settings.unit_header: "units",
    }
    return {name.lower(): what for name, what in told.items() if name}


def claims_of(headers: Mapping[str, str], settings: AccessSettings) -> Claims | None:
    """What the proxy's headers (names in small letters) say; None where it names nobody. Raises ClaimError."""
    told = {what: _text(headers.get(name, "")) for name, what in header_names(settings).items()}
    if not told["subject"]:
        return None
    roles, areas, units = (_listed(what, told) for what in ("roles", "areas", "units"))
    return told_claims(told["subject"], told.get("name"), roles, areas, units)


def session_key(subject: str, address: str) -> str:
    """The session of a person whom the proxy vouches for: one from each address."""
    return hashlib.sha256(f"{subject}\n{address}".encode()).hexdigest()


def _listed(what: str, told: Mapping[str, str]) -> tuple[str, ...]:
    text = told.get(what, "")
    return texts_of([part.strip() for part in text.split(",")] if text else [], what)


def _text(value: str) -> str:
    """A header as its sender meant it: bytes beyond ASCII are UTF-8."""
    try:
        return value.encode("latin-1").decode("utf-8").strip()
    except UnicodeDecodeError:
        raise ClaimError("a header of the proxy is no UTF-8") from None
    except UnicodeEncodeError:
        return value.strip()


def sign_out_address(settings: AccessSettings) -> str:
    """Where the proxy signs somebody out; "" where nothing was said of that."""
    return settings.proxy_sign_out
