"""`python -m queries` inside the test's own process."""

import json
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from casebase.cli import run_command
from queries.__main__ import app


@dataclass
class Answer:
    code: int
    out: str
    err: str

    def records(self) -> list[dict[str, Any]]:
        assert (self.code, self.err) == (0, "")
        found: list[dict[str, Any]] = json.loads(self.out)
        return found


class Command:
    """Runs the command as the shell would: arguments in, exit code and both streams out."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *words: str) -> Answer:
        self._monkeypatch.setattr(sys, "argv", ["queries", *words])
        code = run_command(app, "queries")
        captured = self._capsys.readouterr()
        return Answer(code, captured.out, captured.err)
