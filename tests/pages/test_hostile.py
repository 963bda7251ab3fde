"""Names and texts that are Markdown, HTML and addresses are escaped, and nothing of a person or of 检举控告 is shown.

How pages show them in a browser: test_walk.py. Files and commands: test_nothing_personal.py.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, String, Table, cast, func, literal, select, update
from streamlit.testing.v1 import AppTest

from casebase import schema
from casebase.engine import Casebase, mark_changed, open_casebase, write_info
from casebase.settings import Settings
from pages.parts.markdown import escape_markdown
from pages.parts.menu import ENTRIES
from queries.columns import COLUMN_NAMES
from queries.registry import METRICS
from queries.search import Search, search
from tests.pages.conftest import UNTIL, failures, read_only

OpenPage = Callable[..., AppTest]
NAME = "![x](https://evil.example/p.png)*~[b](c):red[d]`$<img src=//evil.example/i.png>www.evil.example "
RAW = "[b](c)"
# What no answer may hold: the key that ties a petitioner's cases, its secret, a petitioner's name and telephone, and
# what a case of 检举控告 says.
KEY, SECRET, PERSON, TELEPHONE, HIDDEN = "k3y0faperson", "s3cr3t0fthekeys", "诸葛不可见", "13800001234", "检举人密"
NEVER = (KEY, SECRET, PERSON, TELEPHONE, HIDDEN)
# Elements whose text the framework takes for Markdown, in labels and help too.
MARKDOWN = (
    "markdown",
    "caption",
    "info",
    "warning",
    "error",
    "success",
    "button",
    "download_button",
    "button_group",
    "expander",
    "selectbox",
    "text_input",
    "multiselect",
)
# What people type, by the tables that hold it.
TYPED: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (schema.area, ("name",)),
    (schema.category, ("name",)),
    (schema.unit, ("name",)),
    (schema.social_org, ("name",)),
    (schema.grid, ("name",)),
    (schema.expert, ("name",)),
    (schema.model_case, ("title", "method", "outcome")),
    (schema.petition, ("title", "body")),
)
# Two channels have a meaning of their own, the others are words.
CHANNEL = "网信"


@pytest.fixture(scope="session")
def hostile_url(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The small city with every name and text begun by NAME, to read."""
    url = f"duckdb:///{shutil.copy(demo_file, tmp_path_factory.mktemp('hostile') / 'city.duckdb')}"
    casebase = open_casebase(Settings(), url)
    _spoil(casebase)
    casebase.engine.dispose()
    return read_only(url)


def _spoil(casebase: Casebase) -> None:
    with casebase.writing() as connection:
        for table, columns in TYPED:
            connection.execute(update(table).values({c: literal(NAME) + table.c[c] for c in columns}))
        p = schema.petition
        connection.execute(update(p).where(p.c.channel == CHANNEL).values(channel=NAME + CHANNEL))
        first = func.concat("https://evil.example/", cast(p.c.petition_id, String))
        connection.execute(update(p).values(case_no=first))
        _write_people(connection)
        mark_changed(connection, UNTIL)


def _write_people(connection: Connection) -> None:
    """Each case has its petitioner's name and telephone in its texts, and 检举控告 a word of its own."""
    p, e = schema.petition, schema.petition_event
    said = literal(f"，{PERSON}，电话{TELEPHONE}")
    texts = {"title": p.c.title + said, "body": p.c.body + said}
    keys = {
        "petitioner_key": literal(KEY) + p.c.petitioner_key,
        "petitioner_name": PERSON,
        "petitioner_phone": TELEPHONE,
    }
    connection.execute(update(p).values(**texts, **keys))
    connection.execute(update(e).values(note=func.coalesce(e.c.note, "") + said))
    hidden = {"title": HIDDEN, "body": HIDDEN, "case_no": func.concat(HIDDEN, cast(p.c.petition_id, String))}
    connection.execute(update(p).where(p.c.restricted).values(**hidden))
    write_info(connection, person_secret=SECRET)


def told(app: AppTest) -> bytes:
    """All that a page sends to the browser, frames and markup too."""
    protos = (getattr(element, "proto", None) for element in app._tree)
    return b"".join(proto.SerializeToString() for proto in protos if proto is not None)


@pytest.fixture
def numbers(hostile_url: str) -> tuple[int, int]:
    """A case with another of the same person and a supervision, and one of 检举控告 that somebody might guess."""
    casebase = open_casebase(Settings(), hostile_url)
    found = search(casebase.whole, Search(flags=("重件", "督办")), as_of=UNTIL, limit=1).rows
    p = schema.petition.c
    with casebase.reading() as connection:
        hidden = connection.scalar(select(func.max(p.petition_id)).where(p.restricted))
    casebase.engine.dispose()
    assert hidden is not None
    return int(found["petition_id"].iloc[0]), hidden


@pytest.mark.usefixtures("stopped_clock")
def test_no_text_of_the_data_is_markdown_and_nothing_personal_is_told(
    open_page: OpenPage, hostile_url: str, numbers: tuple[int, int]
) -> None:
    escaped = 0
    asked = [(entry, entry.example) for entry in ENTRIES if entry.file != "case_course"]
    [course] = [entry for entry in ENTRIES if entry.file == "case_course"]
    for entry, example in [*asked, *((course, f"case={number}") for number in numbers)]:
        address = dict(pair.split("=") for pair in filter(None, example.split("&")))
        app = open_page(hostile_url, entry.file if entry.path else "", district="410105", **address)
        assert failures(app) == [], entry.file
        sent = told(app)
        assert len(sent) > 1_000
        assert [word for word in NEVER if word.encode() in sent] == [], entry.file
        if entry == course:
            shown, refused = "诸葛**".encode() in sent, any("没有这一件" in element.value for element in app.info)
            assert (shown, refused) == ((True, False) if address["case"] == str(numbers[0]) else (False, True))
        for kind in MARKDOWN:
            for element in app.get(kind):
                proto = element.proto
                texts = [getattr(proto, name, "") for name in ("body", "label", "help", "tooltip")]
                texts += [option.content for option in getattr(proto, "options", ()) if hasattr(option, "content")]
                for text in texts:
                    assert RAW not in text, (entry.file, kind, text)
                    escaped += escape_markdown(NAME.strip()) in text
    assert escaped >= 5


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("张*与李*同住", r"张\*与李\*同住"),
        ("3~5号楼与7~9号楼", r"3\~5号楼与7\~9号楼"),
        ("截至 15:30，09:30", "截至 15:30，09:30"),
        ("1,234 件，−1.20 百分点", "1,234 件，−1.20 百分点"),
        (":red[x]", r"\::small[]red\[x\]"),
        ("https://a.example", r"https\::small[]//a.example"),
        ("www.a.example", "www:small[].a.example"),
        ("a@b.example", "a@:small[]b.example"),
        ("甲 -> 乙", r"甲 -:small[]\> 乙"),
        ("1. 甲", "1:small[]. 甲"),
        ("- 甲", r"\- 甲"),
        ("甲\n\n# 乙", r"甲 \# 乙"),
    ],
)
def test_what_markdown_would_take_for_its_own_is_escaped_and_nothing_else(text: str, escaped: str) -> None:
    assert escape_markdown(text) == escaped


def test_no_word_of_ours_needs_an_escape() -> None:
    """Names and definitions stand in many headings: they read the same in Markdown and in code."""
    assert [
        name for name in (*(m.name for m in METRICS.values()), *COLUMN_NAMES.values()) if escape_markdown(name) != name
    ] == []
