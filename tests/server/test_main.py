"""`python -m server` refuses what the server would: the settings of every room, with file and line."""

from pathlib import Path

import pytest

from casebase.cli import run_command
from casebase.errors import UsageError
from cockpit import process
from screen.routes import routes
from server.__main__ import app


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    monkeypatch.setenv("COCKPIT_CONFIG", str(path))
    return path


WRONG = [
    ("[city]\nnam = 'x'\n", "line 2: city.nam: unknown key"),
    ("[targets]\n\nbacklog = 80\n", "line 3: targets.backlog: cannot have a target"),
    ("[screen]\norder = ['duty', 'dutty']\n", "line 2: screen.order.1: there is no scene dutty"),
]


BRIEFINGS = ("[briefings]\ntemplates = 'nowhere'\n", "line 2: briefings.templates: there is no folder")


@pytest.mark.parametrize(("text", "sentence"), [*WRONG, BRIEFINGS])
def test_what_is_wrong_is_one_sentence(
    config: Path, capsys: pytest.CaptureFixture[str], text: str, sentence: str
) -> None:
    config.write_text(text, encoding="utf-8")
    assert run_command(app, "server", []) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"{config}, {sentence}")
    assert error.count("\n") == 1


def test_what_is_right_is_silent(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text("[targets]\nresolution = 80\n[screen]\norder = ['duty']\n", encoding="utf-8")
    assert run_command(app, "server", []) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_the_running_server_refuses_the_same(config: Path, text: str, sentence: str) -> None:
    config.write_text(text, encoding="utf-8")
    routes()
    process.forget_all()
    try:
        with pytest.raises(UsageError) as caught:
            process.settings()
    finally:
        process.forget_all()
    assert str(caught.value).startswith(f"{config}, {sentence}")
