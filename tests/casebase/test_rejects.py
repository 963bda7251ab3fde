"""The file of rejected rows: private, whole, and never at the cost of another file."""

import csv
import os
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from casebase.__main__ import main
from casebase.engine import Casebase
from casebase.errors import CasebaseError, UsageError
from casebase.loading import CaseMap, load
from casebase.loading import rejects as rejected
from casebase.loading.run import Rejected

MAP = '[source]\nname = "t"\n[columns]\ncase_no = "no"\nregistered_at = "opened"\n'
CSV = "no,opened\na,2025-09-26 10:00:00\nb,never\n"
CASE_MAP = CaseMap.model_validate({"source": {"name": "t"}, "columns": {"case_no": "no", "registered_at": "opened"}})
NOW = datetime(2026, 11, 20)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an input and a map, beside the one that commands run in."""
    for name in ("elsewhere", "data"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    (tmp_path / "data" / "cases.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "data" / "map.toml").write_text(MAP, encoding="utf-8")
    return tmp_path / "data"


def run(folder: Path, *more: str) -> int:
    url = f"duckdb:///{folder / 'p.duckdb'}"
    return main(["load", str(folder / "cases.csv"), "--map", str(folder / "map.toml"), "--url", url, *more])


def test_rejects_lie_beside_the_input_and_are_their_owners_alone(folder: Path) -> None:
    assert run(folder) == 0
    made = folder / "cases.csv.rejects.csv"
    assert "never" in made.read_text(encoding="utf-8-sig")
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert sorted(path.name for path in folder.iterdir() if path.suffix == ".csv") == ["cases.csv", made.name]
    assert list(Path.cwd().iterdir()) == []
    # Another load of the mended file has no rejects, and says so by their absence.
    (folder / "cases.csv").write_text(CSV.replace("never", "2025-09-27 10:00:00"), encoding="utf-8")
    assert run(folder) == 0
    assert not made.exists()


def test_no_value_of_the_file_is_a_formula_in_a_spreadsheet(tmp_path: Path) -> None:
    target = tmp_path / "r.csv"
    told = Rejected(2, "@opened", '=HYPERLINK("http://x","y")', "@opened does not parse")
    rejected.write(target, [told, Rejected(3, "opened", "0025-02-30", "does not parse"), Rejected(4, "", None, "-1")])
    with target.open(encoding="utf-8-sig", newline="") as written:
        rows = list(csv.reader(written))[1:]
    assert rows[0] == ["2", "'@opened", '\'=HYPERLINK("http://x","y")', "'@opened does not parse"]
    assert rows[1:] == [["3", "opened", "0025-02-30", "does not parse"], ["4", "", "", "-1"]]


@pytest.mark.parametrize("spelling", ["same", "relative", "link", "hard link", "dots"])
@pytest.mark.parametrize("name", ["cases.csv", "map.toml", "p.duckdb"])
def test_files_of_the_load_are_not_overwritten(
    name: str, spelling: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder) == 0
    file = folder / name
    other = folder / "other"
    spelled = {
        "same": file,
        "relative": Path(os.path.relpath(file)),
        "link": other,
        "hard link": other,
        "dots": folder / "x" / ".." / name,
    }[spelling]
    if spelling == "link":
        other.symlink_to(file)
    if spelling == "hard link":
        other.hardlink_to(file)
    if spelling == "dots":
        (folder / "x").mkdir()
    before = file.read_bytes()
    capsys.readouterr()
    assert run(folder, "--rejects", str(spelled)) == 2
    reason = "holds something else than rejected rows" if name == "p.duckdb" else "of the load"
    assert reason in capsys.readouterr().err
    assert file.read_bytes() == before


def test_other_files_pipes_and_folders_are_not_overwritten(folder: Path, tmp_path: Path) -> None:
    letter = folder / "letter.txt"
    letter.write_text("keep me", encoding="utf-8")
    os.mkfifo(folder / "pipe")
    for target in (letter, folder / "pipe", folder):
        assert run(folder, "--rejects", str(target)) == 2
    assert letter.read_text(encoding="utf-8") == "keep me"
    assert stat.S_ISFIFO((folder / "pipe").stat().st_mode)


def test_earlier_rejects_stay_when_the_disk_is_full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = folder / "rejects.csv"
    rejected.write(target, [Rejected(3, "opened", "never", "no time")])
    before = target.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(CasebaseError, match="cannot be written"):
        rejected.write(target, [])
    assert target.read_bytes() == before
    assert [path.name for path in folder.iterdir() if "rejects" in path.name] == ["rejects.csv"]


def test_a_link_to_rejects_is_followed(folder: Path) -> None:
    (folder / "link.csv").symlink_to(folder / "real.csv")
    rejected.write(folder / "link.csv", [])
    assert (folder / "link.csv").is_symlink()
    assert (folder / "real.csv").is_file()


def test_log_of_the_database_is_not_overwritten(
    folder: Path, new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase]
) -> None:
    casebase = casebase_of(new_url("duckdb"))
    log = Path(f"{casebase.engine.url.database}.wal")
    with pytest.raises(UsageError, match="this is the log of the case database"):
        load(casebase, folder / "cases.csv", CASE_MAP, now=NOW, rejects_file=log)


def test_load_of_which_every_row_was_rejected_has_failed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "cases.csv").write_text("no,opened\na,soon\nb,never\n", encoding="utf-8")
    assert run(folder) == 1
    out, err = capsys.readouterr()
    assert "read 2 = loaded 0 + rejected 2" in out
    assert "every row was rejected" in err
