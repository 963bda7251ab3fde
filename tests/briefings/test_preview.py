"""A briefing on the screen: the blocks that Word prints, in their order, and the files beside it."""

from io import BytesIO
from zipfile import ZipFile

from briefings import files
from briefings.files import File
from briefings.model import Annex, Column, Document, Heading, Imprint, Paragraph, Table
from briefings.preview import preview
from views.tokens import DESK


def test_size_of_a_file() -> None:
    assert File("a", "b", "c", bytes(312 * 1024)).size == "312 KB"
    assert File("a", "b", "c", bytes(4_300_000)).size == "4.1 MB"


def test_archive_holds_every_file_as_it_is() -> None:
    both = (File("文稿.docx", "", "", b"1"), File("台账.xlsx", "", "", b"2"))
    with ZipFile(BytesIO(files.archive(both))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"文稿.docx": b"1", "台账.xlsx": b"2"}


def test_blocks_in_the_order_of_the_paper() -> None:
    table = Table("t", "各区县登记量", "件次", (Column("区县", "text"),), (("金水区<b>",),))
    blocks = (Heading(1, "一、总体情况"), Paragraph("本月登记 <1> 件"), table, Annex(1, "指标口径"))
    imprint = Imprint("郑州市信访局", "全市", "2026年10月", "2026年11月1日", "abc", "1", demonstration=True)
    sheet = preview(Document("信访工作月报", "2026年10月", blocks, imprint), DESK)
    texts = [
        "信访工作月报",
        "一、总体情况",
        "本月登记 &lt;1&gt; 件",
        "各区县登记量",
        "金水区&lt;b&gt;",
        "附件1",
        "指标口径",
    ]
    places = [sheet.index(text) for text in texts]
    assert places == sorted(places)
    assert imprint.traced in sheet
