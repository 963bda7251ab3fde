"""The same snapshot gives the same bytes."""

import time
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from zipfile import ZipFile

import docx
from pptx import Presentation

from briefings import files
from briefings.files import File
from briefings.frozen import Frozen
from briefings.reproducible import make_reproducible
from briefings.template import Edits
from casebase.engine import Casebase
from tests.briefings.conftest import STEPS
from tests.briefings.samples import sheet_feet


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


def test_a_watermark_stands_at_the_foot_of_every_page_and_changes_nothing_else(
    made_of: Callable[..., tuple[File, ...]], frozen_of: Callable[..., Frozen], city: Casebase
) -> None:
    frozen, edits, name = frozen_of("month"), Edits("供会议参阅", STEPS), "<张&R科长>"
    mark = f"{name} 2026年11月29日 15:04"
    one, other = (files.make(frozen, city.workdays, edits, watermark=mark) for _ in range(2))
    assert [file.data for file in one] == [file.data for file in other]
    paper, slides, ledger = one
    document = docx.Document(BytesIO(paper.data))
    feet = [part.footer for part in document.sections[:1]] + [part.even_page_footer for part in document.sections[:1]]
    assert [foot.paragraphs[-1].text for foot in feet] == [mark, mark]
    pages = Presentation(BytesIO(slides.data)).slides
    assert all(any(mark in shape.text_frame.text for shape in page.shapes if shape.has_text_frame) for page in pages)
    feet_of_sheets = sheet_feet(ledger.data)
    assert len(feet_of_sheets) > 5
    assert all(foot.endswith(f"\n{mark.replace('&', '&&')}&R&8 &P / &N") for foot in feet_of_sheets)
    for plain in made_of("month"):
        with ZipFile(BytesIO(plain.data)) as archive:
            assert not any("科长".encode() in archive.read(part) for part in archive.namelist())
