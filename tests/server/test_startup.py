"""The server does not start where everybody on a network would see real cases, or a sign-in is half set up."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from access.gate import Presented
from access.identity import LOCAL, Reason, Refusal
from casebase.errors import UsageError
from casebase.settings import ROOT, AccessSettings
from cockpit import process
from docs.make_screenshots import free_port
from server.startup import check_exposure, check_provider, check_start, is_loopback
from tests.pages.conftest import begin_process

PROVIDER = {
    "redirect_uri": "https://cockpit.example/oauth2callback",
    "cookie_secret": "c" * 32,
    "client_id": "cockpit",
    "client_secret": "s",
    "server_metadata_url": "https://id.example/.well-known/openid-configuration",
}


@pytest.fixture(autouse=True)
def _nobody_listens(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(process, "_ON_NETWORK", [])
    process.forget_all()
    yield
    process.forget_all()


def start(url: str, config: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """`streamlit run app.py`, which is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(free_port()), *options],
        cwd=ROOT, env=os.environ | {"COCKPIT_DATABASE_URL": url, "COCKPIT_CONFIG": str(config)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_real_cases_are_not_served_to_a_network_without_sign_in(bare_url: str, still_config: Path) -> None:
    ended = start(bare_url, still_config, "--server.address", "0.0.0.0")
    assert ended.returncode == 2
    assert ended.stderr.startswith("real cases are not served to a network without sign-in: set [access] sign_in")
    assert ended.stderr.count("\n") == 1


def test_a_sign_in_without_its_secrets_does_not_start(bare_url: str, still_config: Path, tmp_path: Path) -> None:
    text = still_config.read_text(encoding="utf-8")
    text = text.replace('sign_in = "none"', 'sign_in = "oidc"').replace("leader = []", 'leader = ["a"]')
    still_config.write_text(text, encoding="utf-8")
    secrets = tmp_path / "secrets.toml"
    secrets.write_text('[auth]\nredirect_uri = "http://localhost:8501/oauth2callback"\n', encoding="utf-8")
    ended = start(bare_url, still_config, "--secrets.files", str(secrets))
    assert ended.returncode == 2
    assert "cookie_secret is missing, or COCKPIT_COOKIE_SECRET in the environment" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_demonstration_data_is_served_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, demo_url: str, still_config: Path, caplog: pytest.LogCaptureFixture
) -> None:
    begin_process(monkeypatch, demo_url, still_config)
    check_exposure(AccessSettings())
    assert "everybody on the network can see the demonstration city" in caplog.text
    assert process.gate().who(Presented()) == LOCAL


def test_real_cases_that_come_later_are_not_shown_either(
    monkeypatch: pytest.MonkeyPatch, bare_url: str, still_config: Path
) -> None:
    begin_process(monkeypatch, bare_url, still_config)
    assert process.gate().who(Presented()) == LOCAL
    process.listen_on_network()
    assert process.gate().who(Presented()) == Refusal(Reason.EXPOSED)


def test_where_the_data_cannot_be_read_it_is_not_served_to_a_network(
    monkeypatch: pytest.MonkeyPatch, still_config: Path, tmp_path: Path
) -> None:
    begin_process(monkeypatch, f"duckdb:///{tmp_path / 'none.duckdb'}", still_config)
    with pytest.raises(UsageError, match="would be open to the network"):
        check_exposure(AccessSettings())


def test_people_who_sign_in_are_not_served_by_an_owner_whom_no_policy_holds(
    monkeypatch: pytest.MonkeyPatch,
    postgres_url: str,
    casebase_of: Callable[[str], object],
    still_config: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    casebase_of(postgres_url)
    begin_process(monkeypatch, postgres_url, still_config)
    process.live_data().casebase.engine.dispose()
    process.forget_all()
    text = still_config.read_text(encoding="utf-8").replace('sign_in = "none"', 'sign_in = "proxy"')
    text = text.replace("proxy_addresses = []", 'proxy_addresses = ["10.0.0.5"]')
    still_config.write_text(text.replace("leader = []", 'leader = ["a"]'), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        check_start()
    assert ended.value.code == 2
    assert "owns the tables" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "says"),
    [
        *(({name: ""}, f"{name} is missing") for name in PROVIDER),
        ({"client_secret": 7}, "COCKPIT_CLIENT_SECRET"),
        ({"cookie_secret": "short"}, "shorter than 32"),
        ({"redirect_uri": "https://cockpit.example/"}, "does not end in /oauth2callback"),
        ({"redirect_uri": "http://cockpit.example/oauth2callback"}, "redirect_uri is not https"),
        ({"server_metadata_url": "http://id.example/x"}, "server_metadata_url is not https"),
    ],
)
def test_the_provider_is_set_up_whole(change: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_provider(PROVIDER | change)
    assert says in str(caught.value)
    assert "short" not in str(caught.value).replace("shorter", "")


def test_a_provider_on_this_machine_needs_no_tls() -> None:
    check_provider(PROVIDER)
    check_provider(PROVIDER | {"redirect_uri": "http://127.0.0.1:8501/oauth2callback"})


@pytest.mark.parametrize(
    ("address", "alone"),
    [
        ("127.0.0.1", True), ("localhost", True), ("::1", True), ("127.8.0.1", True), ("unix:///run/cockpit", True),
        ("0.0.0.0", False), ("", False), (None, False), ("::", False), ("10.0.0.1", False), ("cockpit", False),
    ],
)  # fmt: skip
def test_only_the_loopback_is_this_machine_alone(address: str | None, alone: bool) -> None:
    assert is_loopback(address) is alone
