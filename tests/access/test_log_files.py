"""The files of the access log: every change is found and named, and what a stop of the machine leaves is told."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.entry import LONGEST, Action, Entry, Outcome, entry_of
from access.log_files import LogFiles
from casebase import access_log
from casebase.access_log import (
    HEAD,
    Fault,
    Finding,
    Link,
    head_text,
    lines_backwards,
    month_files,
    read_head,
    read_line,
    sealed,
    verify,
)
from casebase.errors import CasebaseError
from casebase.settings import ROOT

START = datetime(2026, 10, 30, 8, 15, 2)
OCTOBER, NOVEMBER = "2026-10.jsonl", "2026-11.jsonl"


def entry(number: int, *, hours: float = 12, reason: str = "") -> Entry:
    """The nth of entries that are half a day apart: four of October, the others of November."""
    at = START + timedelta(hours=hours * number)
    return Entry(at, Action.VIEW_CASE, user="li", name="李明", role="staff", what=f"XF{number:04}", reason=reason)


def written(folder: Path, count: int = 9, *, keep: int = 12) -> Path:
    write(LogFiles(folder, keep), [entry(number) for number in range(count)])
    return folder


def write(files: LogFiles, entries: list[Entry]) -> None:
    while entries:
        entries = entries[files.append(entries) :]


def fault_of(folder: Path) -> Finding | None:
    return verify(folder).fault


def edit(folder: Path, name: str, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Let the lines of a file be others."""
    path = folder / name
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))


def test_lines_of_two_months_are_one_chain(tmp_path: Path) -> None:
    verdict = verify(written(tmp_path))
    assert (verdict.lines, verdict.files, verdict.fault, verdict.told) == (9, 2, None, ())
    assert verdict.last == read_head(tmp_path)
    assert [len((tmp_path / name).read_bytes().splitlines()) for name in (OCTOBER, NOVEMBER)] == [4, 5]


def test_an_entry_is_read_as_it_was_written(tmp_path: Path) -> None:
    said = Entry(
        START,
        Action.EXPORT,
        user="u\n7",
        name='李"明\\\u2028\ud800',
        role="staff",
        scope="金水区",
        what="在办件清单_金水区.csv",
        reason="例会",
        address="10.1.2.3",
        outcome=Outcome.REFUSED,
    )
    LogFiles(tmp_path, 12).append([said])
    [raw] = (tmp_path / OCTOBER).read_bytes().splitlines(keepends=True)
    line = read_line(raw)
    assert line is not None
    assert entry_of(line) == said


def test_what_somebody_typed_carries_no_secret_and_no_telephone() -> None:
    said = Entry(
        START, Action.SEARCH, what="/search?q=13812345678&token=abcdef", reason="致电 13812345678" + "长" * 900
    )
    fields = said.fields()
    assert "abcdef" not in fields["what"]
    assert "13812345678" not in fields["what"] + fields["reason"]
    assert len(fields["reason"]) == LONGEST
    cut = Entry(START, Action.SEARCH, what="长" * (LONGEST - 6) + "13812345678").fields()
    assert "13812" not in cut["what"]
    case = "410105198510051234"
    assert Entry(START, Action.VIEW_CASE, what=case).fields()["what"] == case


@pytest.mark.parametrize(
    ("change", "fault", "line"),
    [
        (lambda lines: [lines[0], lines[1].replace(b"XF0005", b"XF0006"), *lines[2:]], Fault.CHANGED, 2),
        (
            lambda lines: [lines[0], lines[1].replace(b'"hash":"', b'"hash":"0')[:-4] + b'"}\n', *lines[2:]],
            Fault.CHANGED,
            2,
        ),
        (lambda lines: [lines[0].replace(b"\n", b" \n"), *lines[1:]], Fault.CHANGED, 1),
        (lambda lines: [lines[0], *lines[2:]], Fault.MISSING, 2),
        (lambda lines: lines[1:], Fault.MISSING, 1),
        (lambda lines: lines[:-1], Fault.MISSING_AT_END, 4),
        (lambda lines: [lines[0], b'{"at":"2026-11-01T10:00:00"}\n', *lines[1:]], Fault.INSERTED, 2),
        (lambda lines: [*lines, b"\n"], Fault.INSERTED, 6),
        (lambda lines: [lines[0], lines[1], lines[0], *lines[2:]], Fault.INSERTED, 3),
        (lambda lines: [lines[0], lines[3], *lines[1:]], Fault.INSERTED, 2),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], Fault.REORDERED, 2),
        (lambda lines: [lines[0], *lines[2:], lines[1]], Fault.REORDERED, 2),
        (lambda lines: [*lines[:-1], lines[-1][:-40]], Fault.CUT_OFF, 5),
        (lambda lines: [*lines[:-1], lines[-1][:-1]], Fault.CUT_OFF, 5),
    ],
)
def test_the_first_wrong_line_is_named(
    tmp_path: Path, change: Callable[[list[bytes]], list[bytes]], fault: Fault, line: int
) -> None:
    edit(written(tmp_path), NOVEMBER, change)
    found = fault_of(tmp_path)
    assert found is not None
    assert (found.fault, found.file, found.line) == (fault, NOVEMBER, line)
    assert str(found).startswith(f"{NOVEMBER}, line {line}: ")


def test_the_oldest_lines_are_looked_at_like_others(tmp_path: Path) -> None:
    edit(written(tmp_path / "swapped"), OCTOBER, lambda lines: [lines[1], lines[0], *lines[2:]])
    assert fault_of(tmp_path / "swapped") == Finding(Fault.REORDERED, OCTOBER, 1)
    edit(written(tmp_path / "copied"), OCTOBER, lambda lines: [lines[2], *lines])
    assert fault_of(tmp_path / "copied") == Finding(Fault.INSERTED, OCTOBER, 1)
    edit(written(tmp_path / "removed"), OCTOBER, lambda lines: lines[2:])
    assert fault_of(tmp_path / "removed") == Finding(Fault.MISSING, OCTOBER, 1, 1, 2)


def test_a_line_that_was_sealed_anew_does_not_fit_the_next(tmp_path: Path) -> None:
    """Whoever knows the format writes a right hash; the line behind it tells."""
    other = written(tmp_path / "other", 3)
    LogFiles(other, 12).append([entry(3, reason="改过")])
    [forged] = (other / OCTOBER).read_bytes().splitlines(keepends=True)[3:]
    edit(written(tmp_path / "changed"), OCTOBER, lambda lines: [*lines[:3], forged])
    assert fault_of(tmp_path / "changed") == Finding(Fault.CHANGED, OCTOBER, 4)
    edit(written(tmp_path / "inserted"), OCTOBER, lambda lines: [*lines[:3], forged, *lines[3:]])
    assert fault_of(tmp_path / "inserted") == Finding(Fault.INSERTED, OCTOBER, 4)


def test_a_line_that_was_sealed_under_another_number_does_not_fit(tmp_path: Path) -> None:
    end = verify(written(tmp_path)).last
    line, link = sealed(entry(9).fields(), Link(end.number + 2, end.hash))
    edit(tmp_path, NOVEMBER, lambda lines: [*lines, line])
    (tmp_path / HEAD).write_bytes(head_text(link))
    assert fault_of(tmp_path) == Finding(Fault.MISSING, NOVEMBER, 6, 10, 11)


def test_a_month_that_was_taken_away_is_missing(tmp_path: Path) -> None:
    folder = written(tmp_path / "between")
    write(LogFiles(folder, 12), [entry(number, hours=24) for number in range(40, 44)])
    assert fault_of(folder) is None
    (folder / NOVEMBER).unlink()
    assert fault_of(folder) == Finding(Fault.MISSING, "2026-12.jsonl", 1, 5, 9)
    folder = written(tmp_path / "oldest")
    (folder / OCTOBER).unlink()
    assert fault_of(folder) == Finding(Fault.MISSING, NOVEMBER, 1, 1, 4)
    folder = written(tmp_path / "newest")
    (folder / NOVEMBER).unlink()
    assert fault_of(folder) == Finding(Fault.MISSING_AT_END, OCTOBER, 4, 5, 9)


def test_the_head_belongs_to_the_log(tmp_path: Path) -> None:
    head = written(tmp_path) / HEAD
    text = head.read_bytes()
    head.write_bytes(text.replace(b'"hash":"', b'"hash": "'))
    assert fault_of(tmp_path) == Finding(Fault.HEAD, HEAD, 0)
    head.write_bytes(text.replace(b'"number":9', b'"number":8'))
    assert fault_of(tmp_path) == Finding(Fault.HEAD, HEAD, 0)
    head.unlink()
    assert fault_of(tmp_path) == Finding(Fault.HEAD, HEAD, 0)
    head.write_bytes(text)
    assert fault_of(tmp_path) is None


def test_lines_that_went_missing_stay_missing_when_others_follow(tmp_path: Path) -> None:
    edit(written(tmp_path), NOVEMBER, lambda lines: lines[:-2])
    LogFiles(tmp_path, 12).append([entry(9)])
    assert fault_of(tmp_path) == Finding(Fault.MISSING, NOVEMBER, 4, 8, 9)


def test_a_log_that_was_taken_away_whole_is_missed_by_who_wrote_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = LogFiles(tmp_path / "log", 12)
    write(files, [entry(number) for number in range(9)])
    (tmp_path / "log").rename(tmp_path / "away")
    files.append([entry(9)])
    assert fault_of(tmp_path / "log") == Finding(Fault.MISSING, NOVEMBER, 1, 1, 9)
    assert "lines 1 to 9 of the access log are missing" in caplog.text


@pytest.mark.parametrize("left", [b'{"at":"2026-11-03T', b"\0" * 700, b'{"at":1}\n\0\0', '{"at":"信'.encode()[:-1]])
def test_a_write_that_a_stop_cut_off_is_told_and_the_log_goes_on(tmp_path: Path, left: bytes) -> None:
    with (written(tmp_path) / NOVEMBER).open("ab") as file:
        file.write(left)
    found = fault_of(tmp_path)
    assert found == Finding(Fault.CUT_OFF if b"\n" not in left else Fault.INSERTED, NOVEMBER, 6)
    write(LogFiles(tmp_path, 12), [entry(9), entry(10)])
    verdict = verify(tmp_path)
    assert (verdict.lines, verdict.fault) == (12, None)
    assert verdict.told == (Finding(Fault.CUT_OFF, NOVEMBER, 6),)
    text = (tmp_path / NOVEMBER).read_bytes()
    rest = left if left.endswith(b"\n") else left + b"\n"
    (tmp_path / NOVEMBER).write_bytes(text.replace(rest, rest[:-2] + b"?\n"))
    assert fault_of(tmp_path) == Finding(Fault.INSERTED, NOVEMBER, 6)
    (tmp_path / NOVEMBER).write_bytes(text.replace(rest, b""))
    assert fault_of(tmp_path) == Finding(Fault.REST_MISSING, NOVEMBER, 6)


def test_a_cut_off_write_at_the_end_of_a_month_is_told_in_the_next(tmp_path: Path) -> None:
    with (written(tmp_path, 4) / OCTOBER).open("ab") as file:
        file.write(b'{"at":"2026-10-31T23')
    write(LogFiles(tmp_path, 12), [entry(9)])
    verdict = verify(tmp_path)
    assert (verdict.lines, verdict.fault) == (6, None)
    assert verdict.told == (Finding(Fault.CUT_OFF, OCTOBER, 5),)


def test_a_line_that_lost_nothing_but_its_end_is_whole_again(tmp_path: Path) -> None:
    edit(written(tmp_path), NOVEMBER, lambda lines: [*lines[:-1], lines[-1][:-1]])
    write(LogFiles(tmp_path, 12), [entry(9)])
    verdict = verify(tmp_path)
    assert (verdict.lines, verdict.fault, verdict.told) == (10, None, ())


def test_months_older_than_the_log_is_kept_go_at_the_start_of_a_month(tmp_path: Path) -> None:
    files = LogFiles(tmp_path, 6)
    for month in range(10):
        at = datetime(2026 + (month + 2) // 12, (month + 2) % 12 + 1, 5, 9)
        write(files, [Entry(at, Action.SIGN_IN, user="li"), Entry(at, Action.SIGN_OUT, user="li")])
    kept = [path.stem for path in month_files(tmp_path)]
    assert kept == ["2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11", "2026-12"]
    verdict = verify(tmp_path)
    assert verdict.fault is None
    lines = [read_line(raw) for name in kept for raw in (tmp_path / f"{name}.jsonl").read_bytes().splitlines(True)]
    removals = [line.fields["what"] for line in lines if line and line.fields["action"] == Action.MONTHS_REMOVED]
    assert removals == ["2026-03", "2026-04", "2026-05"]
    (tmp_path / "2026-06.jsonl").unlink()
    found = fault_of(tmp_path)
    assert found is not None
    assert (found.fault, found.file, found.line) == (Fault.MISSING, "2026-07.jsonl", 1)


def test_a_clock_that_jumps_empties_no_log_and_writes_nothing_between_lines(tmp_path: Path) -> None:
    files = LogFiles(written(tmp_path), 6)
    files.append([Entry(datetime(2099, 1, 1), Action.SIGN_IN)])
    files.append([entry(9)])
    assert [path.name for path in month_files(tmp_path)] == [OCTOBER, NOVEMBER, "2099-01.jsonl"]
    assert fault_of(tmp_path) is None


def test_a_noted_line_must_still_be_there(tmp_path: Path) -> None:
    noted = verify(written(tmp_path / "log")).last.hash
    write(LogFiles(tmp_path / "log", 12), [entry(9)])
    assert verify(tmp_path / "log", noted).fault is None
    with pytest.raises(CasebaseError, match="written anew"):
        verify(written(tmp_path / "anew", 8), noted)


def test_there_must_be_a_log(tmp_path: Path) -> None:
    with pytest.raises(CasebaseError, match="no access log"):
        verify(tmp_path / "nowhere")


WRITER = """
import sys
from datetime import datetime
from pathlib import Path
from access.entry import Action, Entry
from access.log import AccessLog

log = AccessLog(Path(sys.argv[1]), 12)
print("ready", flush=True)
sys.stdin.readline()
for number in range(400):
    log.record(Entry(datetime(2026, 10 + number // 200, 1, 9), Action.VIEW_CASE, user=sys.argv[2], what=str(number)))
    if number % 40 == 0:
        assert log.flush()
"""


def test_processes_that_write_at_once_write_one_chain_and_lose_nothing(tmp_path: Path) -> None:
    users = ["a", "b"]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), user],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for user in users
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in running:
        process.communicate(timeout=60)
    assert [process.returncode for process in running] == [0, 0]
    verdict = verify(tmp_path)
    assert (verdict.lines, verdict.fault) == (800, None)
    lines = [json.loads(raw) for path in month_files(tmp_path) for raw in path.read_bytes().splitlines()]
    for user in users:
        assert [int(line["what"]) for line in lines if line["user"] == user] == list(range(400))
    # They did write at once, not one after the other.
    assert len(list(groupby(lines, key=lambda line: line["user"]))) > 2


REFUSED = """
import resource, sys
from datetime import datetime
from pathlib import Path
from access.entry import Action, Entry
from access.log_files import LogFiles

files = LogFiles(Path(sys.argv[1]), 12)
one = Entry(datetime(2026, 10, 1), Action.VIEW_CASE, what="x" * 400)
files.append([one])
resource.setrlimit(resource.RLIMIT_FSIZE, (1500, resource.RLIM_INFINITY))
try:
    files.append([one] * 3)
except OSError as error:
    print(error.errno)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
files.append([one] * 3)
"""


def test_what_a_disk_takes_only_in_part_is_taken_back(tmp_path: Path) -> None:
    """A file that may not grow refuses amid a line, as a full disk does."""
    done = subprocess.run([sys.executable, "-c", REFUSED, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("27", "")
    verdict = verify(tmp_path)
    assert (verdict.lines, verdict.fault, verdict.told) == (4, None, ())


@given(st.lists(st.binary(max_size=40).map(lambda text: text.replace(b"\n", b"")), max_size=5), st.booleans())
def test_lines_read_backwards_are_the_lines(lines: list[bytes], ends: bool) -> None:
    text = b"\n".join(lines) + (b"\n" if ends else b"")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access_log, "_BLOCK", 7)
        assert list(lines_backwards(BytesIO(text), len(text)))[::-1] == list(BytesIO(text))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a log that goes through three months and a cut-off write."""
    folder = written(tmp_path_factory.mktemp("whole"))
    with (folder / NOVEMBER).open("ab") as file:
        file.write(b'{"at":"2026-11')
    write(LogFiles(folder, 12), [entry(9), entry(70), entry(71)])
    assert fault_of(folder) is None
    return {path.name: path.read_bytes() for path in [*month_files(folder), folder / HEAD]}


@st.composite
def single_edits(draw: st.DrawFn, text: bytes) -> bytes:
    """Another text by one edit: bytes put in place of others, or lines removed, repeated, swapped or made up."""
    lines = text.splitlines(keepends=True)
    at = draw(st.integers(0, len(lines) - 1))
    to = draw(st.integers(0, len(lines) - 1))
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(start + 300, len(text))))
    swapped = list(lines)
    swapped[at], swapped[to] = lines[to], lines[at]
    return draw(
        st.sampled_from(
            [
                text[:start] + draw(st.binary(max_size=4)) + text[end:],
                text[:start] + bytes([draw(st.integers(0, 255))]) + text[start + 1 :],
                text[:start],
                b"".join(lines[:at] + lines[at + 1 :]),
                b"".join([*lines[:at], lines[to], *lines[at:]]),
                b"".join([*lines[:at], draw(st.binary(max_size=30)) + b"\n", *lines[at:]]),
                b"".join(swapped),
            ]
        )
    )


@given(data=st.data())
def test_any_single_edit_of_a_written_file_is_found(whole: dict[str, bytes], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(whole)))
    edited = data.draw(single_edits(whole[name]))
    with TemporaryDirectory() as folder:
        for other, text in whole.items():
            (Path(folder) / other).write_bytes(edited if other == name else text)
        assert (fault_of(Path(folder)) is None) == (edited == whole[name])
