"""The access log read: newest first, a page at a time, by day, person, action and text."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access import log_search
from access.entry import Action, Entry, Outcome, entry_by
from access.identity import LOCAL, Identity, Role
from access.log_files import LogFiles
from access.log_search import Search, count, search
from casebase.scope import Scope

NOON = datetime(2026, 10, 29, 12)
PEOPLE = [("li", "李明"), ("Wang", "王芳"), ('u"3', "A\\B")]
ACTIONS = [Action.VIEW_CASE, Action.EXPORT, Action.SIGN_IN]


def entry(number: int) -> Entry:
    user, name = PEOPLE[number % 3]
    at = NOON + timedelta(hours=8 * number)
    return Entry(at, ACTIONS[number // 2 % 3], user, name, "staff", "金水区", f"XF{number:04}", "", f"10.0.0.{number}")


ENTRIES = [entry(number) for number in range(40)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty entries of three people in October and November."""
    folder = tmp_path_factory.mktemp("log")
    rest = ENTRIES
    while rest:
        rest = rest[LogFiles(folder, 12).append(rest) :]
    return folder


def entries(folder: Path, wanted: Search) -> list[Entry | None]:
    return [logged.entry for logged in search(folder, wanted)]


def test_the_newest_come_first_a_page_at_a_time(folder: Path) -> None:
    assert entries(folder, Search()) == ENTRIES[::-1]
    assert count(folder, Search()) == 40
    page = search(folder, Search(), limit=7, offset=10)
    assert [(logged.number, logged.entry) for logged in page] == [(30 - n, ENTRIES[29 - n]) for n in range(7)]
    assert search(folder, Search(), limit=7, offset=40) == []
    assert search(folder / "nowhere", Search()) == []


@given(
    start=st.none() | st.dates(date(2026, 10, 28), date(2026, 11, 12)),
    end=st.none() | st.dates(date(2026, 10, 28), date(2026, 11, 12)),
    user=st.sampled_from(["", "li", "wang", "王", 'U"', "b", "\\", "金水"]),
    action=st.none() | st.sampled_from([*ACTIONS, Action.REVEAL]),
    text=st.sampled_from(["", "xf001", "XF0017", "10.0.0.1", "金水区", "action", "view_case", "Ａ", "\\b"]),
)
def test_what_is_found_is_what_every_line_says(
    folder: Path, start: date | None, end: date | None, user: str, action: Action | None, text: str
) -> None:
    def is_sought(one: Entry) -> bool:
        texts = (one.user, one.name, one.role, one.scope, one.what, one.reason, one.address)
        return (
            (start is None or start <= one.at.date())
            and (end is None or one.at.date() <= end)
            and (action is None or one.action is action)
            and any(user.lower() in text_.lower() for text_ in (one.user, one.name))
            and any(text.lower() in text_.lower() for text_ in texts)
        )

    wanted = Search(start, end, user, action, text)
    assert entries(folder, wanted) == [one for one in ENTRIES[::-1] if is_sought(one)]


def test_a_line_that_cannot_be_read_or_was_changed_is_shown_as_such(tmp_path: Path) -> None:
    LogFiles(tmp_path, 12).append([Entry(NOON, Action.EXPORT, what=f"第{number}份") for number in range(3)])
    path = tmp_path / "2026-10.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    changed = lines[1].replace("第1份".encode(), "第9份".encode())
    path.write_bytes(b"".join([lines[0], changed, b"no line\n", lines[2]]))
    found = search(tmp_path, Search())
    assert [(logged.number, logged.is_whole, logged.raw) for logged in found] == [
        (3, True, ""),
        (0, False, "no line"),
        (2, False, ""),
        (1, True, ""),
    ]
    # Whoever looks for something else does not see less of what is wrong.
    assert [logged.raw for logged in search(tmp_path, Search(action=Action.SIGN_IN))] == ["no line"]


def test_a_page_is_read_without_the_rest_of_the_log(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []
    monkeypatch.setattr(log_search, "read_line", lambda raw: read.append(raw))
    search(folder, Search(), limit=5)
    assert len(read) == 5
    search(folder, Search(start=date(2026, 11, 1)), limit=500)
    assert len(read) == 5 + sum(one.at.date() >= date(2026, 11, 1) for one in ENTRIES)


def test_an_entry_says_who_may_see_what_by_codes() -> None:
    assert entry_by(LOCAL, NOON, Action.SIGN_IN).scope == "全部"
    staff = Identity(
        "u7", "李明", Role.STAFF, Scope(frozenset({"410106", "410105"}), frozenset({"17"})), address="10.1.1.9"
    )
    said = entry_by(staff, NOON, Action.EXPORT, "清单.csv", reason="例会", outcome=Outcome.REFUSED)
    assert said == Entry(
        NOON,
        Action.EXPORT,
        user="u7",
        name="李明",
        role="staff",
        scope="区域 410105、410106；单位 17",
        what="清单.csv",
        reason="例会",
        address="10.1.1.9",
        outcome=Outcome.REFUSED,
    )
    assert entry_by(Identity("x", "", Role.STAFF, Scope(frozenset())), NOON, Action.REQUEST).scope == "无"


def test_every_action_and_outcome_has_its_words() -> None:
    labels = [one.label for one in (*Action, *Outcome)]
    assert len(set(labels)) == len(labels)
