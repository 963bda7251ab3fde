"""Who a request is from: the one place where that is decided, for pages, routes and sockets alike."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from access import proxy
from access.claims import ClaimError, Claims, identify, read_claims, role_of
from access.cookies import ForgedError, read_cookie
from access.identity import LOCAL, Identity, Reason, Refusal
from access.lockout import Lockout
from access.sessions import Sessions, SignIn
from casebase.directory import Directory
from casebase.settings import AccessSettings

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Presented:
    """What a request brings with it to say who it is from.

    `address` is where it comes from; `headers`, by names in small letters, are the proxy's, and none if it came by no
    proxy.
    """

    address: str = ""
    cookies: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Vouched:
    """Somebody whom the provider or the proxy vouches for, since when and until when (seconds of the epoch)."""

    key: str
    claims: Claims
    issued_at: float | None = None
    expires_at: float | None = None


class Gate:
    """Lets in whom the settings let in.

    `directory` gives the areas and units, `secret` the one that cookies are signed with.
    """

    def __init__(
        self,
        settings: AccessSettings,
        sessions: Sessions,
        lockout: Lockout,
        directory: Callable[[], Directory],
        secret: Callable[[], str],
        is_exposed: Callable[[], bool] = lambda: False,
    ) -> None:
        self.settings = settings
        self.sessions = sessions
        self.lockout = lockout
        self.directory = directory
        self._secret = secret
        self._is_exposed = is_exposed

    @property
    def is_open(self) -> bool:
        """Whether nobody signs in."""
        return self.settings.sign_in == "none"

    def who(self, presented: Presented) -> Identity | Refusal:
        """Who a request is from. Raises CasebaseError where the areas or units of staff cannot be read."""
        if self.is_open:
            return Refusal(Reason.EXPOSED) if self._is_exposed() else LOCAL
        admitted = self._admitted(presented)
        if isinstance(admitted, Refusal):
            return admitted
        identity = identify(admitted.claims, self.settings, self.directory)
        self.sessions.let_in(admitted.key, isinstance(identity, Identity))
        if isinstance(identity, Refusal):
            return identity
        return replace(identity, session=admitted.key, address=presented.address)

    def session_of(self, presented: Presented) -> str | Refusal:
        """The key of the session that a request is of, whatever its person may see; "" where nobody signs in.

        Asks no database: whether the person's areas and units are known, and the person is let in, `who` finds out.
        """
        if self.is_open:
            return ""
        admitted = self._admitted(presented)
        return admitted if isinstance(admitted, Refusal) else admitted.key

    def _admitted(self, presented: Presented) -> _Vouched | Refusal:
        """Somebody with a role, in a session that has not ended."""
        vouched = self._vouched(presented)
        if isinstance(vouched, Refusal):
            return vouched
        claims, role = vouched.claims, role_of(vouched.claims, self.settings)
        if role is None:
            return Refusal(Reason.NO_ROLE, claims.subject, claims.name)
        sign_in = SignIn(vouched.key, claims.subject, claims.name, role, vouched.issued_at, vouched.expires_at)
        reason = self.sessions.admit(sign_in, presented.address)
        return vouched if reason is None else Refusal(reason, claims.subject, claims.name)

    def claims_of(self, presented: Presented) -> Claims | None:
        """What the provider or the proxy says of whom it vouches for, whatever we make of it; None for nobody."""
        vouched = Refusal(Reason.SIGNED_OUT) if self.is_open else self._vouched(presented)
        return None if isinstance(vouched, Refusal) else vouched.claims

    def begin_anew(self, presented: Presented) -> None:
        """Somebody whose session ended asks to be let in again by the proxy's word."""
        vouched = self._vouched(presented)
        if isinstance(vouched, _Vouched) and vouched.issued_at is None:
            self.sessions.begin_anew(vouched.key)

    def _vouched(self, presented: Presented) -> _Vouched | Refusal:
        is_told = self.settings.sign_in == "proxy"
        try:
            vouched = self._by_proxy(presented) if is_told else self._by_cookie(presented)
        except (ClaimError, ForgedError) as error:
            _log.warning("a sign-in from %s is refused: %s", presented.address, error)
            return Refusal(Reason.MALFORMED)
        return vouched or Refusal(Reason.NOT_NAMED if is_told else Reason.SIGNED_OUT)

    def _by_proxy(self, presented: Presented) -> _Vouched | None:
        claims = proxy.claims_of(presented.headers, self.settings)
        if claims is None:
            return None
        return _Vouched(proxy.session_key(claims.subject, presented.address), claims)

    def _by_cookie(self, presented: Presented) -> _Vouched | None:
        cookie = read_cookie(presented.cookies, self._secret())
        if cookie is None:
            return None
        claims = read_claims(cookie.claims, self.settings)
        return _Vouched(cookie.key, claims, cookie.issued_at, _seconds(cookie.claims.get("exp")))


def _seconds(value: object) -> float:
    """The end of a token by its claim exp, which OpenID Connect demands: without one it has ended."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
