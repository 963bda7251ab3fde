"""The same snapshot gives the same bytes."""

import time
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from zipfile import ZipFile

from briefings import files
from briefings.files import File
from briefings.frozen import Frozen
from briefings.reproducible import make_reproducible
from briefings.template import Edits
from casebase.engine import Casebase
from tests.briefings.conftest import STEPS


def test_exported_twice_the_files_are_the_same(
    made_of: Callable[..., tuple[File, ...]], frozen_of: Callable[..., Frozen], city: Casebase
) -> None:
    first = made_of("month")
    # A date inside a zip has a grain of two seconds.
    time.sleep(2.1)
    second = files.make(frozen_of("month"), city.workdays, Edits("供会议参阅", STEPS))
    assert [file.name for file in first] == [file.name for file in second]
    assert all(one.data == other.data for one, other in zip(first, second, strict=True))


def test_the_order_of_parts_and_their_dates_do_not_matter() -> None:
    def made(names: tuple[str, ...], stamp: str) -> bytes:
        held = BytesIO()
        with ZipFile(held, "w") as archive:
            for name in names:
                archive.writestr(name, f"<dcterms:created>{stamp}</dcterms:created>")
        return held.getvalue()

    names = ("docProps/core.xml", "[Content_Types].xml")
    moment = datetime(2026, 11, 20)
    one, other = (
        make_reproducible(made(names, "2026-01-01T00:00:00Z"), moment),
        make_reproducible(made(names[::-1], "later"), moment),
    )
    with ZipFile(BytesIO(one)) as archive:
        assert archive.namelist()[0] == "[Content_Types].xml"
        assert b"2026-11-20T00:00:00Z" in archive.read("docProps/core.xml")
        assert archive.read("[Content_Types].xml") == b"<dcterms:created>2026-01-01T00:00:00Z</dcterms:created>"
    with ZipFile(BytesIO(other)) as archive:
        assert b"2026-11-20T00:00:00Z" in archive.read("docProps/core.xml")
