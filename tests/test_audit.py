"""What the audit of the packages says: a vulnerability fails by its name, no answer is no failure."""

import subprocess
from types import SimpleNamespace
from typing import Any

import pytest

from tests import audit

WELL = {"name": "starlette", "version": "1.0", "vulns": []}
ILL = {
    "name": "jinja2",
    "version": "3.1.0",
    "vulns": [{"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fix_versions": ["3.1.6"]}],
}
UNKNOWN = {"name": "duckdb", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "is_well", "said"),
    [
        ([WELL], True, "Audit: 1 packages without a known vulnerability."),
        ([WELL, UNKNOWN], True, "Audit: 1 packages without a known vulnerability; not known there: duckdb."),
        ([UNKNOWN], True, "Audit skipped: the advisory service knows none of the packages"),
        ([WELL, ILL, UNKNOWN], False, "jinja2 3.1.0: PYSEC-2026-1, CVE-2026-1, mended in 3.1.6"),
    ],
)
def test_a_vulnerability_fails_by_its_name(packages: list[dict[str, Any]], is_well: bool, said: str) -> None:
    found = audit.verdict({"dependencies": packages})
    assert found[0] is is_well
    assert said in found[1]


def test_no_answer_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("pip-audit", 20)

    monkeypatch.setattr(subprocess, "run", late)
    assert audit.audit() == (True, "Audit skipped: the advisory service did not answer within 20 s.")
    away = SimpleNamespace(stdout="", stderr="Traceback\nConnectionError: no route to the service\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: away)
    assert audit.audit() == (True, "Audit skipped: ConnectionError: no route to the service")
    broken = SimpleNamespace(stdout="", stderr="pip-audit: error: unrecognized arguments: --format\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: broken)
    assert audit.audit() == (False, "pip-audit failed: pip-audit: error: unrecognized arguments: --format")
