"""Nothing of a petitioner, of the keys or of 检举控告: in searches, lists, files and commands.

The city is that of test_hostile.py, which walks through all pages, a case among them and one that is guessed. Walls
have a test of their own in tests/screen/test_scenes.py.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from briefings import files, ledger
from briefings.frozen import freeze
from briefings.listing import workbook
from briefings.request import Request
from casebase import schema
from casebase.__main__ import app as casebase_app
from casebase.cli import run_command
from casebase.engine import Casebase, open_casebase
from casebase.settings import Settings
from pages.parts.lists import typed
from queries.__main__ import app as queries_app
from queries.cases import cases
from queries.course import course
from queries.export import csv_file
from queries.model import Kind
from queries.periods import Preset, period_of
from queries.registry import METRICS
from queries.search import Search, search
from queries.similar import similar_settled
from queries.subjects import PETITION
from tests.pages.conftest import EVENING, UNTIL, YEAR
from tests.pages.test_hostile import HIDDEN, KEY, NEVER, PERSON
from tests.pages.test_hostile import hostile_url as hostile_url  # a fixture

pytestmark = pytest.mark.usefixtures("stopped_clock")


@pytest.fixture
def people(hostile_url: str) -> Iterator[Casebase]:
    """The city in which every text names somebody."""
    casebase = open_casebase(Settings(), hostile_url)
    yield casebase
    casebase.engine.dispose()


def never_in(text: str | bytes) -> list[str]:
    """What must not stand in a text, and does."""
    data = text.encode() if isinstance(text, str) else text
    return [word for word in NEVER if word.encode() in data]


def restricted(casebase: Casebase) -> list[int]:
    """The numbers of cases of 检举控告, which somebody might guess."""
    with casebase.reading() as connection:
        return list(connection.scalars(select(schema.petition.c.petition_id).where(schema.petition.c.restricted)))


def test_what_is_restricted_is_found_by_no_number_word_or_likeness(people: Casebase) -> None:
    hidden = restricted(people)
    assert len(hidden) > 50
    for number in hidden[:20]:
        assert course(people.whole, number, as_of=UNTIL) is None
        assert similar_settled(people.whole, number, as_of=UNTIL).empty
        assert search(people.whole, Search(text=f"{HIDDEN}{number}"), as_of=UNTIL).total == 0
    assert search(people.whole, Search(text=HIDDEN), as_of=UNTIL).total == 0
    # A name is looked for in the real texts, as is right; nothing of it is shown.
    found = search(people.whole, Search(text=PERSON), as_of=UNTIL, limit=50).rows
    assert len(found) == 50
    assert never_in(found.to_csv()) == []
    with people.reading() as connection:
        key = connection.scalar(select(schema.petition.c.petitioner_key).limit(1))
    assert key is not None
    assert key.startswith(KEY)
    assert search(people.whole, Search(text=key), as_of=UNTIL).total == 0


def test_every_list_as_a_page_and_as_files(people: Casebase) -> None:
    hidden = set(restricted(people))
    looked = 0
    for metric in METRICS.values():
        if metric.subject is not PETITION or metric.kind is Kind.PER_10K:
            continue
        rows = cases(people.whole, metric.id, as_of=EVENING, period=YEAR, limit=300)
        assert not hidden & set(rows["petition_id"]), metric.id
        assert never_in(rows.to_csv()) == [], metric.id
        looked += len(rows)
    assert looked > 1_000
    table = typed(cases(people.whole, "registered", as_of=EVENING, period=YEAR, limit=300))
    assert never_in(csv_file(table)) == []
    assert never_in(parts_of(workbook(table, "清单"))) == []


def parts_of(archive: bytes) -> bytes:
    """All that a file of Office holds, unpacked."""
    with ZipFile(BytesIO(archive)) as opened:
        return b"".join(opened.read(name) for name in opened.namelist())


def test_the_ledger_of_a_month(people: Casebase) -> None:
    frozen = freeze(people.whole, Request(period_of(Preset.LAST_MONTH, EVENING.date())), EVENING)
    written = parts_of(ledger.write(files.build_ledger(frozen), frozen.as_of))
    assert never_in(written) == []
    assert "诸葛**".encode() in written


COMMANDS = (
    ("queries", "registered", "--cases", "hits", "--as-of", "2026-11-19", "--format", "csv"),
    ("queries", "overdue", "--cases", "hits", "--as-of", "2026-11-19"),
    ("queries", "registered", "--by", "unit", "--as-of", "2026-11-19"),
    ("queries", "--codes", "unit"),
    ("casebase", "status"),
    ("casebase", "check"),
)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_commands(
    words: tuple[str, ...],
    people: Casebase,
    hostile_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    people.engine.dispose()
    program, *arguments = words
    monkeypatch.setattr(sys, "argv", [program, *arguments, "--url", hostile_url])
    run_command(queries_app if program == "queries" else casebase_app, program)
    said = capsys.readouterr()
    assert len(said.out) > 50, said.err
    assert never_in(said.out + said.err) == []
