"""The unit of the service: nothing in it is unknown to systemd, and little is left open."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from casebase.settings import ROOT

UNIT = ROOT / "deploy" / "systemd" / "cockpit.service"
# systemd's own scale: 0 is closed, 10 is open; below 2 it calls a service OK.
MOST_EXPOSED = 2.0

pytestmark = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def analyze(*arguments: str) -> str:
    """What systemd-analyze says; it must have no objection."""
    told = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)
    said = told.stdout + told.stderr
    if "unrecognized option" in said:
        pytest.skip("this systemd-analyze is too old to look at a file")
    assert told.returncode == 0, said
    return said


def test_systemd_knows_all_that_the_unit_says(tmp_path: Path) -> None:
    here = tmp_path / UNIT.name
    # It looks whether the programs are there.
    here.write_text(UNIT.read_text(encoding="utf-8").replace("/opt/cockpit", str(ROOT)), encoding="utf-8")
    said = analyze("verify", "--man=no", str(here))
    assert UNIT.name not in said


def test_the_service_may_do_little() -> None:
    said = analyze("security", "--offline=true", "--no-pager", str(UNIT))
    level = re.search(r"exposure level for cockpit.service: ([\d.]+)", said)
    assert level is not None, said
    assert float(level[1]) < MOST_EXPOSED


def test_secrets_come_from_files_that_root_alone_reads() -> None:
    text = UNIT.read_text(encoding="utf-8")
    assert "LoadCredential=secrets.toml:/etc/cockpit/secrets.toml" in text
    assert "EnvironmentFile=/etc/cockpit/environment" in text
    assert not re.search(r"Environment=.*(?:PASSWORD|SECRET|DATABASE_URL)", text)
