"""Addresses from which sign-ins fail again and again are let try no more for a while."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_network

from access.networks import address_in

# So many failures within so many seconds, and for how long (s) nothing is tried then.
TRIES, WITHIN, LASTS = 10, 600.0, 300.0
# Addresses that are kept at most, those that failed last.
_MOST = 10_000


class Lockout:
    """Failures by network address. `clock` gives seconds of a clock that is never set."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, list[float]] = OrderedDict()

    def fail(self, address: str) -> None:
        """A sign-in from this address was refused."""
        with self._lock:
            now, group = self._clock(), group_of(address)
            recent = [at for at in self._failures.pop(group, []) if now - at < WITHIN]
            self._failures[group] = [*recent, now][-TRIES:]
            if len(self._failures) > _MOST:
                self._failures.popitem(last=False)

    def is_locked(self, address: str) -> bool:
        """Whether nothing is tried from this address now."""
        with self._lock:
            failures = self._failures.get(group_of(address), [])
            return (
                len(failures) == TRIES and failures[-1] - failures[0] < WITHIN and self._clock() - failures[-1] < LASTS
            )


def group_of(address: str) -> str:
    """What an address counts as: whoever has one of IPv6 has its 2⁶⁴ neighbours."""
    parsed = address_in(address)
    if parsed is None:
        return address
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else str(parsed)
