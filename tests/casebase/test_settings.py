"""config.toml is read once, and what is wrong in it is named with its line."""

import os
import re
from pathlib import Path

import pytest

from casebase.errors import UsageError
from casebase.settings import ROOT, SettingError, Settings, read_settings


@pytest.fixture(autouse=True)
def no_overrides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COCKPIT_CONFIG", raising=False)
    monkeypatch.delenv("COCKPIT_DATABASE_URL", raising=False)


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def message(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        read_settings(path)
    return str(caught.value)


def test_file_of_the_project_is_the_defaults() -> None:
    """Targets are the metrics' own: tests/queries/test_targets.py."""
    settings = read_settings(ROOT / "config.toml")
    assert settings.model_copy(update={"targets": {}}) == Settings()


def test_keys_of_an_earlier_release_do_not_stop_the_cockpit(tmp_path: Path) -> None:
    old = "[lights]\nred = 85.0\ngreen = 90.0\nshortfall = 8.0\nnotice = 10.0\nalarm = 20.0\nsmall_sample = 20\n"
    lights = read_settings(written(tmp_path, old)).lights
    assert (lights.shortfall, lights.small_sample) == (8.0, 20)


def test_missing_keys_take_their_defaults(tmp_path: Path) -> None:
    settings = read_settings(written(tmp_path, "[lights]\nshortfall = 8.0\n"))
    assert settings.lights.shortfall == 8.0
    assert settings.lights.small_sample == Settings().lights.small_sample


@pytest.mark.parametrize(
    ("text", "line", "key", "reason"),
    [
        (
            "[lights]\n\nshortfall = 8\nsmal_sample = 90\n",
            4,
            "lights.smal_sample",
            "is small_sample meant?",
        ),
        ("# mine\n[lamps]\nred = 80\n", 2, "lamps", "unknown key"),
        ("colour = 1\n[city]\n", 1, "colour", "unknown key"),
        (
            "[city]\nname = '郑州市'\n[lights]\nshortfall = 101\n",
            4,
            "lights.shortfall",
            "101 is too large; the most is 100",
        ),
        ("[access]\nlog = 'log'\nkeep_months = 5\n", 3, "access.keep_months", "5 is too small; the least is 6"),
        ("[demo]\nlive = true\ncases = 'many'\n", 3, "demo.cases", '"many" is no whole number'),
        ("[calendar]\nkind = 'lunar'\n", 2, "calendar.kind", "\"lunar\" is no choice; write 'china' or 'weekdays'"),
        (
            "[calendar]\nrest_days = [2026-02-01, '2026-02-30']\n",
            2,
            "calendar.rest_days",
            "is no day; write it as 2026-02-01",
        ),
        # the same key in an earlier section must not be taken for it
        ("[demo]\nseed = 1\n# name = 1\n[city]\nname = 1\n", 5, "city.name", "1 is no text; write it in quotes"),
        ("[[demo]]\ncases = 1000\n", 1, "demo", "this is the name of a section"),
        ("[cache]\nmegabytes = 8\n", 2, "cache.megabytes", "8 is too small; the least is 16"),
        ("[cache]\nmegabytes = '1 GB'\n", 2, "cache.megabytes", '"1 GB" is no whole number'),
        ("[city]\nname = 'x'\n[freshness.amber]\nx = 1\n", 3, "freshness.amber", "a section is no whole number"),
        ("[deadlines]\nhandle_days = true\n", 2, "deadlines.handle_days", "true is no number"),
        ("[lights]\nshortfall = nan\n", 2, "lights.shortfall", "nan is no number"),
        ("[demo]\nspeed = 0\n", 2, "demo.speed", "0 is too small; it must be more than 0"),
        ("[demo]\nlive = 'perhaps'\n", 2, "demo.live", '"perhaps" is no answer; write true or false'),
        ("[calendar]\nrest_days = [10:00:00]\n", 2, "calendar.rest_days", "10:00:00 is no day"),
        ("[calendar]\nrest_days = '2026-02-01'\n", 2, "calendar.rest_days", "is no list; write it in square brackets"),
        ("[screen]\norder = []\n", 2, "screen.order", "an empty list; name at least one"),
        ("[access]\nlog = ''\n", 2, "access.log", "an empty text; write a name"),
        ("[access]\nproxy_addresses = [1]\n", 2, "access.proxy_addresses", "1 is no text; write it in quotes"),
        ("targets = 3\n", 1, "targets", "this is the name of a section"),
    ],
)
def test_wrong_key_or_value_is_named_with_line_and_reason(
    tmp_path: Path, text: str, line: int, key: str, reason: str
) -> None:
    path = written(tmp_path, text)
    found = message(path)
    assert f"line {line}: {key}" in found, found
    assert reason in found, found
    assert found.startswith(str(path))
    assert not re.search("Input should|valid|Tuple|String", found), found


def test_a_target_can_be_taken_away_and_another_rate_be_given_one(tmp_path: Path) -> None:
    text = "[targets]\nunit_satisfaction = false\nunit_evaluation = 80\n"
    assert read_settings(written(tmp_path, text)).targets == {"unit_satisfaction": None, "unit_evaluation": 80.0}
    assert "targets.unit_evaluation" in message(written(tmp_path, "[targets]\nunit_evaluation = true\n"))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("101", "101 is too large; the most is 100"),
        ("-1", "-1 is too small; the least is 0"),
        ("'high'", '"high" is no number'),
        ("true", "or false"),
    ],
)
def test_a_target_that_is_no_percentage_is_named_with_its_line(tmp_path: Path, value: str, reason: str) -> None:
    text = message(written(tmp_path, f"[targets]\nresolution = false\non_the_spot = {value}\n"))
    assert "line 3: targets.on_the_spot: " in text
    assert reason in text


def test_what_a_check_refuses_is_named_with_its_line(tmp_path: Path) -> None:
    def refuse(settings: Settings) -> None:
        raise SettingError(("lights", "small_sample"), f"{settings.lights.small_sample} is too few")

    path = written(tmp_path, "[lights]\nshortfall = 8\nsmall_sample = 2\n")
    with pytest.raises(UsageError) as caught:
        read_settings(path, checks=[refuse])
    assert str(caught.value) == f"{path}, line 3: lights.small_sample: 2 is too few"


def test_broken_toml_is_named_with_its_line(tmp_path: Path) -> None:
    for text, place in (
        ("[city]\nname = \n", "line 2, column 8"),
        ("[city]\nname = “郑州”\n", "line 2, column 8"),
        ("[city]\nname =", "line 2"),
    ):
        path = written(tmp_path, text)
        assert message(path).startswith(f"{path}, {place}: not valid TOML (Invalid value); write key = value"), text


def test_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes("[city]\nname = '郑州市'\n".encode("gb18030"))
    assert "UTF-8" in message(path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    found = message(tmp_path / "nowhere.toml")
    assert "nowhere.toml" in found
    assert "COCKPIT_CONFIG" in found


def test_environment_names_file_and_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_CONFIG", str(written(tmp_path, "[city]\nname = '新市'\n")))
    monkeypatch.setenv("COCKPIT_DATABASE_URL", "duckdb:///elsewhere.duckdb")
    settings = read_settings()
    assert settings.city.name == "新市"
    assert settings.database.url == "duckdb:///elsewhere.duckdb"


@pytest.mark.parametrize(
    "text",
    [
        "[calendar]\nfirst_year = 2027\nlast_year = 2026\n",
        "[freshness]\namber = 200\nred = 100\n",
    ],
)
def test_bounds_in_the_wrong_order_are_refused(tmp_path: Path, text: str) -> None:
    section = text[1 : text.index("]")]
    assert f"line 1: {section}: " in message(written(tmp_path, text))


def test_every_setting_is_read_somewhere() -> None:
    """A setting that nothing reads promises what it does not do."""
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in (
            "casebase",
            "access",
            "queries",
            "wording",
            "views",
            "briefings",
            "cockpit",
            "pages",
            "screen",
            "server",
        )
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "settings.py"
    )
    # Targets are read by the name of their metric, the start of the five days by its own.
    unread = [
        f"{section}.{key}"
        for section, settings in Settings()
        if section != "targets"
        for key in type(settings).model_fields
        if not re.search(rf"\.{key}\b", code)
    ]
    assert unread == []


def test_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[freshness]\nred = 80\n", encoding="utf-8-sig")
    assert read_settings(path).freshness.red == 80


def test_pipe_is_no_configuration(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.toml")
    assert "there is no such file" in message(tmp_path / "config.toml")


def test_url_of_the_environment_leaves_the_other_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_DATABASE_URL", "duckdb:///x.duckdb")
    settings = read_settings(written(tmp_path, "[database]\nurl = 'duckdb:///y.duckdb'\nlock_timeout = 7\n"))
    assert (settings.database.url, settings.database.lock_timeout) == ("duckdb:///x.duckdb", 7)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("[database]\nurl = 'postgresql://clerk:pass@host/p'\n", 2, "a password is never written here"),
        ("[database]\nurl = 'postgresql://host/p?password=pass'\n", 2, "a password is never written here"),
        ("[database]\nurl = 'postgresql://host/p?password=pass'\n", 2, "COCKPIT_DATABASE_URL"),
        ("[access]\nclient_secret = 'x'\n", 2, "a secret is never written here"),
        ("[city]\nname = 'x'\ncookie_secret = 'x'\n", 3, "a secret is never written here"),
        ("[access.roles]\nadmin_password = 'x'\n", 2, "a secret is never written here"),
        ("[auth]\n", 1, "unknown key"),
        ("[access]\nsign_in = 'oidc'\n", 1, "must say which values give which role"),
        ("[access]\nsign_in = 'proxy'\nroles = {leader = ['a']}\n", 1, "needs proxy_addresses"),
        ("[access]\nproxy_addresses = ['10.0.0.5', 'proxy.local']\n", 2, "proxy.local is no address"),
        ("[access]\nreveal = []\narea_claim = ''\n", 3, "a claim without a name says nothing"),
        ("[access]\nrole_claim = ' '\n", 2, "a claim without a name says nothing"),
        ("[access]\nunit_claim = 'areas'\n", 1, "area_claim and unit_claim have the same name"),
        ("[access]\nunit_header = 'x-forwarded-areas'\n", 1, "area_header and unit_header have the same name"),
    ],
)
def test_access_is_set_whole_and_without_secrets(tmp_path: Path, text: str, line: int, reason: str) -> None:
    said = message(written(tmp_path, text))
    assert f"line {line}: " in said
    assert reason in said
    assert "'x'" not in said
