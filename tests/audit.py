"""python -m tests.audit: known vulnerabilities of the packages that the cockpit runs on, by their locked versions.

Needs the network: where the advisory service cannot be asked, one line says so and nothing fails. A vulnerability fails
with its package and its name.
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = "requirements.txt"
# Seconds for all, and for one question.
_PATIENCE, _ANSWER = 20, 5
# Of what pip-audit says where it cannot ask.
_AWAY = re.compile(r"Connection|Timeout|timed out|resolve|HTTPError|SSLError|ProxyError|ServiceError")


def audit() -> tuple[bool, str]:
    """Whether no vulnerability is known, and what there is to say."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "-r", LOCK, "--format", "json"]
    command += ["--progress-spinner", "off", "--timeout", str(_ANSWER)]
    try:
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=_PATIENCE)
        return verdict(json.loads(told.stdout))
    except subprocess.TimeoutExpired:
        return True, f"Audit skipped: the advisory service did not answer within {_PATIENCE} s."
    except ValueError:
        last = (told.stderr.strip().splitlines() or ["no word"])[-1]
        return (True, f"Audit skipped: {last}") if _AWAY.search(last) else (False, f"pip-audit failed: {last}")


def verdict(told: Mapping[str, Any]) -> tuple[bool, str]:
    """The same of what pip-audit found: `dependencies`, each with its `vulns`, or the `skip_reason` why it has none."""
    packages = told["dependencies"]
    found = [
        f"{package['name']} {package['version']}: {', '.join([one['id'], *one.get('aliases', ())])}"
        + (f", mended in {', '.join(one['fix_versions'])}" if one.get("fix_versions") else "")
        for package in packages
        for one in package.get("vulns", ())
    ]
    if found:
        return False, "\n".join(["Known vulnerabilities:", *found])
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if len(unknown) == len(packages):
        return True, "Audit skipped: the advisory service knows none of the packages; is it the index's own copy?"
    asked = f"Audit: {len(packages) - len(unknown)} packages without a known vulnerability"
    return True, f"{asked}; not known there: {', '.join(unknown)}." if unknown else f"{asked}."


if __name__ == "__main__":
    is_well, said = audit()
    sys.stderr.write(f"{said}\n")
    sys.exit(not is_well)
