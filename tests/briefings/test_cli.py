"""python -m briefings: three files in a folder, or one sentence and nothing left behind."""

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from briefings.__main__ import app
from casebase.cli import run_command
from tests.queries.command import Answer


@pytest.fixture
def url(demo_file: Path, tmp_path: Path) -> str:
    return f"duckdb:///{shutil.copy(demo_file, tmp_path / 'city.duckdb')}"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    def ran(*words: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["briefings", *words])
        code = run_command(app, "briefings")
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return ran


def test_three_files_with_the_period_and_place_in_their_names(
    run: Callable[..., Answer], url: str, tmp_path: Path
) -> None:
    steps = tmp_path / "steps.txt"
    steps.write_text("先办到期件。\n\n再办积压件。\n", encoding="utf-8")
    words = ["--from", "2026-10-01", "--to", "2026-10-31", "--as-of", "2026-11-19", "--area", "金水区"]
    answer = run(*words, "--suggestions", str(steps), "--out", str(tmp_path / "out"), "--url", url)
    assert answer.code == 0
    made = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert made == [
        "金水区信访月报_2026年10月.docx",
        "金水区信访月报台账_2026年10月.xlsx",
        "金水区信访月报幻灯片_2026年10月.pptx",
    ]
    *paths, snapshot = answer.out.splitlines()
    assert sorted(Path(path).name for path in paths) == made
    told = openpyxl.load_workbook(tmp_path / "out" / made[1])["总表"]["A2"].value
    assert snapshot.split()[1].strip(",") in told
    assert snapshot.endswith("as of 2026-11-19 23:59:59")


def test_the_last_finished_week_is_found(
    run: Callable[..., Answer], url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # as on a terminal, which is shown the progress
    answer = run("--last", "week", "--as-of", "2026-11-19", "--out", str(tmp_path / "out"), "--url", url)
    assert answer.code == 0
    assert "郑州市信访周报_2026年11月9日—15日.docx" in answer.out
    assert "numbers" in answer.err
    assert not re.search(r"[一-龥]", answer.err), "a command's own words are English"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "tell the period"),
        (["--from", "2026-10-01"], "tell the period"),
        (["--last", "month", "--from", "2026-10-01"], "tell the period"),
        (
            ["--from", "2031-01-01", "--to", "2031-01-31"],
            "2031-01-01 to 2031-01-31 has not begun by 2026-11-",
        ),
        (["--from", "1999-01-01", "--to", "1999-12-31"], "1999-01-01 to 1999-12-31 ends before the first record"),
        (["--last", "week", "--from", "2026-10-01", "--to", "2026-10-02"], "tell the period"),
        (["--from", "2026-10-31", "--to", "2026-10-01"], "--to 2026-10-01 lies before --from 2026-10-31"),
        (["--from", "October", "--to", "2026-10-01"], "--from October: not a day"),
        (["--last", "month", "--area", "999"], "--area 999: no such area"),
        (["--last", "month", "--suggestions", "none.txt"], "none.txt: cannot be read"),
        (["--last", "decade"], "decade"),
    ],
)
def test_wrong_use_is_one_sentence(
    words: list[str], said: str, run: Callable[..., Answer], url: str, tmp_path: Path
) -> None:
    answer = run(*words, "--as-of", "2026-11-19", "--out", str(tmp_path / "out"), "--url", url)
    assert answer.code == 2
    assert said in answer.err
    assert len(answer.err.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_one_sentence_and_leaves_nothing(
    run: Callable[..., Answer], url: str, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    answer = run("--last", "week", "--as-of", "2026-11-19", "--out", str(blocked), "--url", url)
    assert answer.code == 1
    assert "cannot be written" in answer.err
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []
