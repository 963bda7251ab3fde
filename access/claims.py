"""What somebody may see by what the provider, or the proxy, says of them.

Whatever is not understood gives nothing: an unknown code, a claim of another form, no role.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from access.identity import HIGHEST_FIRST, Identity, Reason, Refusal, Role
from casebase.directory import Directory
from casebase.scope import WHOLE, Scope
from casebase.settings import AccessSettings

# The claim that names a person for good, by OpenID Connect.
_SUBJECT = "sub"
# Characters of a subject or a name: more is no name.
_LONGEST = 200


class ClaimError(ValueError):
    """A claim is not what it must be; the message says which and why, for the log."""


@dataclass(frozen=True)
class Claims:
    """What a sign-in says of a person, in our words."""

    subject: str
    name: str
    roles: frozenset[str]
    areas: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


def read_claims(claims: Mapping[str, object], settings: AccessSettings) -> Claims:
    """What a provider's claims say, by the names that config.toml gives them. Raises ClaimError."""
    names = (settings.role_claim, settings.area_claim, settings.unit_claim)
    roles, areas, units = (texts_of(_found(claims, name), name) for name in names)
    return told_claims(claims.get(_SUBJECT), _found(claims, settings.name_claim), roles, areas, units)


def told_claims(
    subject: object, name: object, roles: tuple[str, ...], areas: tuple[str, ...], units: tuple[str, ...]
) -> Claims:
    """The claims of whoever is named so; without a name they have their subject's. Raises ClaimError without one."""
    if not isinstance(subject, str) or not 0 < len(subject.strip()) <= _LONGEST:
        raise ClaimError("the claim sub is missing")
    has_name = isinstance(name, str) and bool(name.strip())
    return Claims(subject, str(name).strip()[:_LONGEST] if has_name else subject, frozenset(roles), areas, units)


def identify(claims: Claims, settings: AccessSettings, directory: Callable[[], Directory]) -> Identity | Refusal:
    """The identity that the claims give, or why they give none.

    The directory is asked only where an area or unit is named. Raises CasebaseError while it cannot be read.
    """
    role = role_of(claims, settings)
    if role is None:
        return Refusal(Reason.NO_ROLE, claims.subject, claims.name)
    scope = _scope(role, claims, directory)
    if isinstance(scope, Reason):
        return Refusal(scope, claims.subject, claims.name)
    may_reveal, knows_wrongdoing = role in settings.reveal, role in settings.wrongdoing
    return Identity(claims.subject, claims.name, role, scope, may_reveal, knows_wrongdoing)


def role_of(claims: Claims, settings: AccessSettings) -> Role | None:
    """The highest role that one of the told values gives."""
    return next((role for role in HIGHEST_FIRST if claims.roles.intersection(getattr(settings.roles, role))), None)


def _scope(role: Role, claims: Claims, directory: Callable[[], Directory]) -> Scope | Reason:
    """Staff see what they are named for; others everything, unless an area or a unit is named."""
    if not claims.areas and not claims.units:
        return Reason.NO_SCOPE if role is Role.STAFF else WHOLE
    known = directory()
    areas = [known.area(told) for told in claims.areas]
    units = [known.unit(told) for told in claims.units]
    if None in areas or None in units:
        return Reason.UNKNOWN_SCOPE
    return Scope(frozenset(code for code in areas if code), frozenset(code for code in units if code))


def _found(claims: Mapping[str, object], name: str) -> object:
    """A claim by its name, or by the way to it inside others: realm_access.roles."""
    if name in claims:
        return claims[name]
    first, dot, rest = name.partition(".")
    inner = claims.get(first)
    return _found(inner, rest) if dot and isinstance(inner, Mapping) else None


def texts_of(value: object, name: str) -> tuple[str, ...]:
    """The values of the claim of a name: none, one, or a list. Numbers are codes written as such. Raises ClaimError."""
    if value is None or value == "":
        return ()
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(_text(one, name) for one in values)


def _text(value: object, name: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ClaimError(f"the claim {name} holds what is no text")
    text = str(value).strip()
    if not text:
        raise ClaimError(f"the claim {name} holds an empty text")
    return text
