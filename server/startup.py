"""What the server does not start with: real cases for everybody on a network, a sign-in that is not set up."""

import logging
import os
import sys
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import streamlit
from streamlit import config
from streamlit.auth_util import get_secrets_auth_section
from streamlit.runtime.secrets import secrets_singleton

from casebase.errors import CasebaseError, UsageError
from casebase.settings import AccessSettings
from cockpit import process

# Secrets that the environment may hold instead of .streamlit/secrets.toml, by their names in its section [auth].
ENVIRONMENT = {"client_secret": "COCKPIT_CLIENT_SECRET", "cookie_secret": "COCKPIT_COOKIE_SECRET"}
_NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
_SHORTEST_SECRET = 32
_CALLBACK = "/oauth2callback"

_log = logging.getLogger(__name__)


def check_start() -> None:
    """End the process with exit code 2 and one sentence where the server must not start as it is set."""
    try:
        settings = process.settings()
    except CasebaseError:
        return  # pages and walls say that themselves, and nothing can be read
    try:
        if settings.access.sign_in == "oidc":
            _take_secrets_from(os.environ)
            check_provider(get_secrets_auth_section().to_dict())
        if settings.access.sign_in == "proxy":
            _know_sessions_by_user(settings.access)
        if settings.access.sign_in != "none":
            _check_case_base()
        if not is_loopback(streamlit.get_option("server.address")):
            check_exposure(settings.access)
    except UsageError as error:
        print(error, file=sys.stderr)  # noqa: T201 (the sentence of a command that ends)
        sys.exit(2)


def _check_case_base() -> None:
    """People who sign in are not served by a case base that is set up wrongly; one that is away may come back."""
    try:
        process.live_data()
    except UsageError:
        raise
    except CasebaseError as error:
        _log.warning("%s", error)


def check_exposure(access: AccessSettings) -> None:
    """Real cases are not served to a network without sign-in. Raises UsageError."""
    if access.sign_in != "none":
        return
    process.listen_on_network()
    remedy = 'set [access] sign_in in config.toml (docs/access.md), or server.address = "127.0.0.1"'
    try:
        is_demonstration = process.live_data().watch.read().state.demonstration
    except CasebaseError as error:
        raise UsageError(f"the server would be open to the network without sign-in: {remedy}; {error}") from None
    if not is_demonstration:
        raise UsageError(f"real cases are not served to a network without sign-in: {remedy}")
    _log.warning("everybody on the network can see the demonstration city: %s", remedy)


def check_provider(auth: Mapping[str, Any]) -> None:
    """What the sign-in at a provider needs is there, and is no weak secret. Raises UsageError."""
    file = ".streamlit/secrets.toml, [auth]"
    for name in _NEEDED:
        if not isinstance(auth.get(name), str) or not auth[name]:
            or_there = f", or {ENVIRONMENT[name]} in the environment" if name in ENVIRONMENT else ""
            raise UsageError(f"{file}: {name} is missing{or_there} (docs/access.md)")
    if len(auth["cookie_secret"]) < _SHORTEST_SECRET:
        raise UsageError(f"{file}: cookie_secret is shorter than {_SHORTEST_SECRET} characters (docs/access.md)")
    way_back = urlsplit(auth["redirect_uri"])
    if not way_back.path.endswith(_CALLBACK):
        raise UsageError(f"{file}: redirect_uri does not end in {_CALLBACK} (docs/access.md)")
    for name in ("redirect_uri", "server_metadata_url"):
        address = urlsplit(auth[name])
        if address.scheme != "https" and not is_loopback(address.hostname):
            raise UsageError(f"{file}: {name} is not https, so that others on the network could read it")


def is_loopback(address: str | None) -> bool:
    """Whether only this machine reaches an address to listen at; none is every network."""
    if not address:
        return False
    if address == "localhost" or address.startswith("unix://"):
        return True
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def _take_secrets_from(environment: Mapping[str, str]) -> None:
    """Put the secrets of the environment in the place of those of the file."""
    given = {name: environment[variable] for name, variable in ENVIRONMENT.items() if environment.get(variable)}
    if given:
        file = get_secrets_auth_section().to_dict()
        secrets_singleton.merge_programmatic_secrets({"auth": {**file, **given}})


def _know_sessions_by_user(access: AccessSettings) -> None:
    """Let the framework go on with a page that lost its line for the same person only."""
    config.set_option("server.trustedUserHeaders", {access.user_header: "subject"})
