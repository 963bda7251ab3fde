"""The commands: exit codes, one sentence on stderr, and what they print."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from casebase.__main__ import main
from casebase.access_log import START, head_text, sealed
from casebase.engine import Casebase, open_casebase, write_info
from casebase.schema import petition
from casebase.settings import ROOT, Settings

MAP = '[source]\nname = "t"\n[columns]\ncase_no = "no"\nregistered_at = "opened"\n[constants]\nis_simple = true\n'
CSV = "no,opened\na,2025-09-26 10:00:00\nb,never\n"

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Run a command in an empty folder: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    (tmp_path / "cases.csv").write_text(CSV, encoding="utf-8")

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"duckdb:///{tmp_path / 'p.duckdb'}"


def test_load_prints_the_sum_and_writes_the_rejects(say: Say, url: str, tmp_path: Path) -> None:
    code, out, _ = say("load", "cases.csv", "--map", "map.toml", "--url", url)
    assert code == 0
    assert "read 2 = loaded 1 + rejected 1" in out
    assert "loaded 1 = new 1 + updated 0 + unchanged 0" in out
    written = (tmp_path / "cases.csv.rejects.csv").read_text(encoding="utf-8-sig").splitlines()
    assert written[1].startswith("3,opened,never,")

    code, out, _ = say("status", "--url", url)
    assert code == 0
    assert "2025-09-26 10:00:00 to 2025-09-26 10:00:00" in out
    assert "cases.csv: read 2 = loaded 1 + rejected 1" in out
    assert "2027" in out  # a year whose arrangement is not published


def test_init_twice_changes_nothing(say: Say, url: str) -> None:
    assert say("init", "--url", url)[0] == 0
    before = open_casebase(Settings(), url).state()
    assert say("init", "--url", url)[0] == 0
    assert open_casebase(Settings(), url).state() == before


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ([], 2, "Missing command"),
        (["bogus"], 2, "No such command 'bogus'"),
        (["load", "cases.csv"], 2, "Missing option '--map'"),
        (["load", "none.csv", "--map", "map.toml"], 2, "none.csv: no such file"),
        (["load", "cases.csv", "--map", "none.toml"], 2, "none.toml: cannot be read"),
        (["demo", "--cases", "many"], 2, "--cases"),
        (["demo", "--until", "soon"], 2, "--until"),
        (["status", "--url", "nonsense"], 2, "database URL 'nonsense'"),
        (["check"], 1, "p.duckdb: there is no case database; make one with: python -m casebase init"),
        (["status"], 1, "p.duckdb: there is no case database; make one with: python -m casebase init"),
        (["sort"], 1, "p.duckdb: there is no case database; make one with: python -m casebase init"),
    ],
)
def test_errors_are_one_sentence_and_an_exit_code_and_leave_no_file(
    say: Say, url: str, tmp_path: Path, arguments: list[str], code: int, sentence: str
) -> None:
    given = (
        [*arguments, "--url", url] if arguments and "--url" not in arguments and arguments[0] != "bogus" else arguments
    )
    found, out, err = say(*given)
    assert (found, out) == (code, "")
    assert sentence in err
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "p.duckdb").exists()


def test_check_exits_with_1_only_for_errors(say: Say, url: str) -> None:
    say("load", "cases.csv", "--map", "map.toml", "--url", url)
    code, out, _ = say("check", "--url", url)
    assert code == 0
    assert "cases without a district" in out
    add_case(open_casebase(Settings(), url))
    code, out, _ = say("check", "--url", url)
    assert code == 1
    assert "cases closed before they were registered" in out
    assert "simple claims without a five-day deadline" in out


def test_check_names_the_numbers_that_stay_unknown_and_the_columns_they_lack(say: Say, url: str) -> None:
    for arguments in (["load", "cases.csv", "--map", "map.toml"], ["check"]):
        # Each in a process of its own, as a DuckDB file belongs to one.
        command = [sys.executable, "-m", "casebase", *arguments, "--url", url]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    out = answer.stdout
    assert re.search(r"^without petition\.due_at, not known: .*超期未结", out, re.MULTILINE)
    assert re.search(r"^without hearing, not known: .*听证", out, re.MULTILINE)
    assert re.search(r"^\d+ of \d+ numbers are not known", out, re.MULTILINE)


def test_demo_refuses_real_cases(say: Say, url: str) -> None:
    say("load", "cases.csv", "--map", "map.toml", "--url", url)
    code, _, err = say("demo", "--cases", "1000", "--url", url)
    assert code == 1
    assert "holds real cases" in err
    code, out, _ = say("demo", "--if-empty", "--url", url)
    assert code == 0
    assert out.endswith(": holds cases already and is used as it is; nothing is built or changed in it\n")


def test_a_database_that_somebody_made_is_filled_with_no_demonstration_unasked(
    say: Say, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[int] = []
    monkeypatch.setattr("casebase.demo.build", lambda *_, cases, **__: built.append(cases))
    say("init", "--url", url)
    code, out, _ = say("demo", "--if-empty", "--url", url)
    assert (code, built) == (0, [])
    assert "holds no cases yet and is left so, as it was made by init: load cases" in out
    say("demo", "--cases", "700", "--url", url)
    assert built == [700]


def test_an_empty_database_that_nobody_made_is_filled(say: Say, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one whose first filling was cut off."""
    built: list[int] = []
    monkeypatch.setattr("casebase.demo.build", lambda *_, cases, **__: built.append(cases))
    for _ in range(2):
        assert say("demo", "--if-empty", "--cases", "700", "--url", url)[0] == 0
    assert built == [700, 700]


def test_no_demonstration_is_built_unasked_in_a_file_that_the_settings_name_wrongly(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a misspelt name for ./run would show the demonstration city in the place of one's own cases."""
    built: list[int] = []
    monkeypatch.setattr("casebase.demo.build", lambda *_, cases, **__: built.append(cases))
    file = tmp_path / "mien.duckdb"
    monkeypatch.setenv("COCKPIT_DATABASE_URL", f"duckdb:///{file}")
    code, _, err = say("demo", "--if-empty")
    assert (code, built, file.exists()) == (2, [], False)
    assert err.startswith(f"COCKPIT_DATABASE_URL names {file}, and there is no such file: correct the name")
    assert err.count("\n") == 1
    assert say("demo", "--cases", "700")[0] == 0
    assert built == [700]
    assert say("demo", "--if-empty", "--cases", "700")[0] == 0
    monkeypatch.delenv("COCKPIT_DATABASE_URL")
    config = tmp_path / "config.toml"
    config.write_text(f'[database]\nurl = "duckdb:///{file}.old"\n', encoding="utf-8")
    monkeypatch.setenv("COCKPIT_CONFIG", str(config))
    assert say("demo", "--if-empty")[2].startswith(f"[database] url of config.toml names {file}.old, and there is no")
    # The city of a first start, in the place that no setting names.
    monkeypatch.setattr("casebase.__main__.DEMONSTRATION_URL", f"duckdb:///{file}.old")
    assert say("demo", "--if-empty", "--cases", "700")[0] == 0


def test_demo_builds_and_replaces_the_demonstration(say: Say, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[tuple[int, int, datetime]] = []

    def build(casebase: Casebase, *, cases: int, seed: int, until: datetime, progress: object) -> None:
        built.append((cases, seed, until))
        add_case(casebase)
        with casebase.writing() as connection:
            write_info(connection, demonstration="true")

    monkeypatch.setattr("casebase.demo.build", build)
    command = ["demo", "--cases", "500", "--seed", "3", "--until", "2026-05-01", "--url", url]
    assert say(*command)[0] == 0
    assert say(*command)[0] == 0  # the one case of the first run would stand in its way
    assert built == [(500, 3, datetime(2026, 5, 1, 23, 59, 59))] * 2


def add_case(casebase: Casebase) -> None:
    times = {
        "registered_at": datetime(2025, 9, 2),
        "closed_at": datetime(2025, 9, 1),
        "updated_at": datetime(2025, 9, 2),
    }
    row = {"petition_id": 99, "case_no": "x", "source": "t", "is_simple": True}
    with casebase.writing() as connection:
        connection.execute(insert(petition).values(row | times))


def test_verify_log_names_the_first_wrong_line_and_counts_the_whole_ones(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, link = [], START
    for number in range(3):
        line, link = sealed({"at": f"2026-11-0{number + 1}T08:00:00", "what": f"XF{number}"}, link)
        lines.append(line)
    folder = tmp_path / "data" / "access"
    folder.mkdir(parents=True)
    (folder / "2026-11.jsonl").write_bytes(b"".join(lines))
    (folder / "head.json").write_bytes(head_text(link))
    config = tmp_path / "config.toml"
    config.write_text(f"[access]\nlog = '{folder}'\n", encoding="utf-8")
    monkeypatch.setenv("COCKPIT_CONFIG", str(config))
    code, out, err = say("verify-log")
    assert (code, err) == (0, "")
    assert out == f"{folder}: 3 lines in 1 files are whole; the last is line 3, {link.hash}\n"
    assert say("verify-log", "--noted", link.hash)[0] == 0
    assert say("verify-log", "--noted", "0" * 64)[0] == 1
    (folder / "2026-11.jsonl").write_bytes(b"".join([lines[0], lines[1].replace(b"XF1", b"XF7"), lines[2]]))
    code, out, err = say("verify-log", str(folder))
    assert (code, out) == (1, "")
    assert err == f"{folder}: 2026-11.jsonl, line 2: was changed after it was written; whole lines before it: 1\n"


def test_verify_log_says_where_there_is_no_log(say: Say) -> None:
    code, _, err = say("verify-log", "nowhere")
    assert (code, err) == (1, "nowhere: there is no access log here\n")
