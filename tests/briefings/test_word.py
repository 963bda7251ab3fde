"""The Word briefing, opened as a reader's program opens it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from briefings import cell_text, word
from briefings.model import Annex, Column, Document, Figure, Heading, Paragraph, Table
from briefings.reproducible import make_reproducible
from tests.briefings.samples import DOCUMENT, IMPRINT, OVERDUE, PLACES, SUMMARY

TABLES = (SUMMARY, PLACES, OVERDUE)
TWIP = Pt(1) / 20
# The order in which the schema, and so Word, wants these properties of paragraphs.
ORDER = (
    *("pStyle", "keepNext", "keepLines", "pageBreakBefore", "widowControl", "snapToGrid", "spacing", "ind", "jc"),
    *("outlineLvl", "rPr", "sectPr"),
)


@cache
def opened() -> Any:
    return docx.Document(BytesIO(word.write(DOCUMENT)))


def written(*blocks: Any, **changed: Any) -> Any:
    return docx.Document(BytesIO(word.write(replace(Document("题", "", blocks, IMPRINT), **changed))))


def style(name: str) -> Any:
    return opened().styles[name]


def texts(document: Any) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


def attribute(element: Any, name: str) -> Any:
    return element.get(qn(f"w:{name}"))


def inherited(name: str, place: str) -> Any:
    """The value of a paragraph style's property, its own or Normal's."""
    for one in (style(name), style("Normal")):
        found = one.element.find(place, one.element.nsmap)
        if found is not None:
            return attribute(found, "val")
    return None


@pytest.mark.parametrize("turned", [False, True])
def test_pages_are_a4_with_the_standards_margins_and_type_area(turned: bool) -> None:
    sections = [one for one in opened().sections if (one.orientation == WD_ORIENT.LANDSCAPE) is turned]
    assert len(sections) == (1 if turned else 2)
    # Turned to the right, what was the top is at the left.
    sides = ("left", "top", "right", "bottom") if turned else ("top", "right", "bottom", "left")
    for section in sections:
        margins = [getattr(section, f"{side}_margin") for side in sides]
        assert margins == pytest.approx([Mm(37), Mm(26), Mm(35), Mm(28)], abs=TWIP)
        size = (section.page_width, section.page_height)
        assert (size[::-1] if turned else size) == pytest.approx((Mm(210), Mm(297)), abs=TWIP)
        width = section.page_width - section.left_margin - section.right_margin
        height = section.page_height - section.top_margin - section.bottom_margin
        area = (width, height)
        assert (area[::-1] if turned else area) == pytest.approx((Mm(156), Mm(225)), abs=3 * TWIP)


def test_the_grid_has_22_lines_of_28_characters() -> None:
    for section in opened().sections:
        grid = section._sectPr.find(qn("w:docGrid"))
        if section.orientation == WD_ORIENT.LANDSCAPE:
            assert grid is None
            continue
        assert attribute(grid, "type") == "linesAndChars"
        height = section.page_height - section.top_margin - section.bottom_margin
        assert height / TWIP // int(attribute(grid, "linePitch")) == 22
        pitch = 16 + int(attribute(grid, "charSpace")) / 4096
        assert round(Mm(156).pt / pitch, 2) == 28


def test_body_type_makes_the_same_22_lines_of_28_characters_by_itself() -> None:
    body = style(word.BODY)
    assert body.paragraph_format.line_spacing == Pt(28.95)
    closer = int(attribute(body.element.rPr.find(qn("w:spacing")), "val")) / 20
    assert Mm(156).pt // (body.font.size.pt + closer) == 28
    assert inherited(word.BODY, "w:pPr/w:snapToGrid") == "0"


@pytest.mark.parametrize(
    ("name", "font", "size", "align"),
    [
        (word.TITLE, "方正小标宋简体", 22, "CENTER"),
        ("Heading 1", "黑体", 16, "LEFT"),
        ("Heading 2", "楷体_GB2312", 16, "LEFT"),
        ("Heading 3", "仿宋_GB2312", 16, "LEFT"),
        (word.BODY, "仿宋_GB2312", 16, "JUSTIFY"),
        (word.ANNEX, "黑体", 16, "LEFT"),
        (word.ANNEX_TITLE, "方正小标宋简体", 22, "CENTER"),
        (word.SIGNATURE, "仿宋_GB2312", 16, "RIGHT"),
        (word.TABLE_TITLE, "黑体", 14, "CENTER"),
        (word.PAGE_NUMBER, "宋体", 14, "LEFT"),
        (word.NUMBER_CELL + "小五", "宋体", 9, "RIGHT"),
        (word.TEXT_CELL + "五号", "宋体", 10.5, "LEFT"),
    ],
)
def test_each_style_has_its_font_for_every_script(name: str, font: str, size: float, align: str) -> None:
    fonts = style(name).element.rPr.rFonts
    assert {attribute(fonts, script) for script in ("ascii", "hAnsi", "eastAsia", "cs")} == {font}
    assert not [key for key in fonts.attrib if "Theme" in key]
    assert style(name).font.size.pt == size
    assert style(name).paragraph_format.alignment.name == align


@pytest.mark.parametrize("name", [word.BODY, *word.HEADINGS])
def test_paragraphs_begin_two_characters_in(name: str) -> None:
    assert style(name).paragraph_format.first_line_indent == Pt(32)


def test_words_navigation_shows_headings_and_annexes() -> None:
    levels = {name: style(name).element.pPr.find(qn("w:outlineLvl")) for name in (*word.HEADINGS, word.ANNEX_TITLE)}
    assert [attribute(level, "val") for level in levels.values()] == ["0", "1", "2", "0"]
    shown = [one.text for one in opened().paragraphs if one.style.name in levels]
    heads = [block.text for block in DOCUMENT.blocks if isinstance(block, Heading)]
    assert shown == [*heads, *(block.title for block in DOCUMENT.blocks if isinstance(block, Annex))]


def test_headings_and_titles_of_tables_stay_with_what_follows() -> None:
    for name in (*word.HEADINGS, word.TITLE, word.ANNEX, word.ANNEX_TITLE, word.TABLE_TITLE):
        assert style(name).paragraph_format.keep_with_next
    assert style(word.HEAD_CELL + "五号").paragraph_format.keep_with_next


def test_looks_are_styles_and_runs_have_none() -> None:
    runs = [run for paragraph in every_paragraph(opened()) for run in paragraph.runs]
    assert len(runs) > 100
    assert [run.text for run in runs if run._element.rPr is not None] == []


def every_paragraph(document: Any) -> Iterator[Any]:
    yield from document.paragraphs
    for section in document.sections:
        yield from section.footer.paragraphs
        yield from section.even_page_footer.paragraphs
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                yield from cell.paragraphs


def test_properties_of_paragraphs_are_in_the_schemas_order() -> None:
    held = [*opened().element.iter(qn("w:pPr")), *opened().styles.element.iter(qn("w:pPr"))]
    found = [[child.tag.split("}")[1] for child in one] for one in held]
    ours = [[tag for tag in tags if tag in ORDER] for tags in found]
    assert ours == [sorted(tags, key=ORDER.index) for tags in ours]


def test_text_stands_in_the_documents_order() -> None:
    expected = []
    for block in DOCUMENT.blocks:
        match block:
            case Heading() | Paragraph():
                expected.append(block.text)
            case Annex():
                expected += [f"附件{block.number}", block.title]
            case Table():
                expected.append(block.note)
            case Figure():
                pass
    found = iter(texts(opened()))
    assert [text for text in expected if text not in found] == []


def test_a_demonstration_says_so_on_the_first_page() -> None:
    first, second, third = texts(opened())[:3]
    assert (first, second, third) == ("演示数据", "郑州市信访工作月报", "（2026年10月）")
    real = written(Paragraph("文"), imprint=replace(IMPRINT, demonstration=False))
    assert "演示数据" not in "".join(texts(real) + [one.text for one in real.sections[0].footer.paragraphs])


def test_a_line_of_room_follows_the_title_with_or_without_a_line_under_it() -> None:
    for document, last in ((opened(), "（2026年10月）"), (written(Paragraph("文")), "题")):
        under = next(one for one in document.paragraphs if one.text == last)
        assert under.paragraph_format.space_after == pytest.approx(Pt(28.95), abs=TWIP)


def test_bureau_and_date_of_the_moment_close_the_body_after_the_list_of_annexes() -> None:
    said = texts(opened())
    at = said.index("附件：1. 区域排名")
    assert said[at : at + 6] == [
        "附件：1. 区域排名", "　　　2. 超期未结清单", "　　　3. 说明", "郑州市信访局", "2026年11月23日", "附件1",
    ]  # fmt: skip
    assert said[at - 1] == "未达目标的3个，较低的是上街区84.21%。"


def test_without_annexes_no_list_of_them_and_still_a_signature() -> None:
    assert texts(written(Paragraph("文")))[-3:] == ["文", "郑州市信访局", "2026年11月23日"]


@pytest.mark.parametrize(
    ("bureau", "day", "indents"),
    [
        ("郑州市信访局", "2026年11月23日", (5, 2)),
        ("郑州航空港经济综合实验区信访局", "2026年1月3日", (2, 9)),
    ],
)
def test_the_date_begins_two_characters_right_of_the_bureau(
    bureau: str, day: str, indents: tuple[float, float]
) -> None:
    """7.3.5.2: the longer one ends two characters before the edge."""
    digits = sum(one.isdigit() for one in day)
    long = len(day) - digits / 2
    first, second = word._signature_indents(bureau, day)
    assert (first, second) == indents
    assert (first + len(bureau)) - (second + long) == 2
    assert min(first, second) == 2


def test_the_signature_never_stands_alone_on_a_page() -> None:
    said = texts(opened())
    paragraphs = opened().paragraphs[
        said.index("未达目标的3个，较低的是上街区84.21%。") : said.index("郑州市信访局") + 1
    ]
    kept = [one.paragraph_format.keep_with_next or one.style.paragraph_format.keep_with_next for one in paragraphs]
    # The last text keeps with the list of three annexes, the last two of these with the bureau, and it with the date.
    assert [bool(one) for one in kept] == [True, False, True, True, True]


def test_page_numbers_are_at_the_right_of_odd_and_the_left_of_even_pages() -> None:
    assert opened().settings.odd_and_even_pages_header_footer
    for section in opened().sections:
        for foot, side in ((section.footer, "RIGHT"), (section.even_page_footer, "LEFT")):
            number = foot.paragraphs[0]
            assert number.text == "— 1 —"
            assert number.style.name == word.PAGE_NUMBER
            assert number.alignment.name == side
            assert [one.text.strip() for one in number._element.iter(qn("w:instrText"))] == ["PAGE"]
            kinds = [attribute(one, "fldCharType") for one in number._element.iter(qn("w:fldChar"))]
            assert kinds == ["begin", "separate", "end"]
    number = style(word.PAGE_NUMBER).paragraph_format
    assert number.left_indent == number.right_indent == Pt(14)


def test_every_page_of_every_section_bears_the_imprint() -> None:
    assert len(opened().sections) == 3
    for section in opened().sections:
        for foot in (section.footer, section.even_page_footer):
            assert foot.paragraphs[1].text == IMPRINT.line
        assert not section.different_first_page_header_footer
    assert IMPRINT.line == "2026年10月1日—31日　郑州市　截至 2026年11月23日2时　演示数据"
    # Who looks a number up again finds the ids in the properties and below the definitions, no reader in every foot.
    for part in (IMPRINT.line, IMPRINT.snapshot, IMPRINT.definitions):
        assert part in IMPRINT.traced


def test_the_foot_of_a_page_has_room_below_the_type_area() -> None:
    needed = Pt(14) + Pt(10)
    for section in opened().sections:
        assert section.bottom_margin - section.footer_distance >= needed


@pytest.mark.parametrize(("at", "table"), list(enumerate(TABLES)), ids=[table.id for table in TABLES])
def test_every_cell_is_the_words_of_its_value(at: int, table: Table) -> None:
    found = [[cell.text for cell in row.cells] for row in opened().tables[at].rows]
    assert found == [[column.name for column in table.columns], *cell_text.rows_of(table)]


def test_heads_repeat_on_every_page_and_rows_are_not_torn() -> None:
    for table in opened().tables:
        heads = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
        assert heads == [True] + [False] * (len(heads) - 1)
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


def test_numbers_are_flush_right_and_words_flush_left() -> None:
    for table, drawn in zip(TABLES, opened().tables, strict=True):
        for row in drawn.rows[1:]:
            sides = [cell.paragraphs[0].style.paragraph_format.alignment.name for cell in row.cells]
            assert sides == ["RIGHT" if cell_text.is_number(column) else "LEFT" for column in table.columns]


@pytest.mark.parametrize(("at", "table"), list(enumerate(TABLES)), ids=[table.id for table in TABLES])
def test_tables_are_as_wide_as_the_type_area_and_break_no_number(at: int, table: Table) -> None:
    drawn = opened().tables[at]
    widths = [attribute(one, "w") for one in drawn._tbl.tblGrid.iter(qn("w:gridCol"))]
    points = [int(width) / 20 for width in widths]
    assert sum(points) == pytest.approx(Mm(225 if len(table.columns) > 8 else 156).pt, abs=1)
    for row in drawn.rows[1:]:
        for column, cell, width in zip(table.columns, row.cells, points, strict=True):
            size = cell.paragraphs[0].style.font.size.pt
            if column.kind != "text" or cell.text.isascii():
                # A digit of 宋体 is half as wide as high.
                assert sum(0.5 if one.isascii() else 1 for one in cell.text) * size < width - 2 * 1.4 * 72 / 25.4
            assert [attribute(cell._tc.tcPr.find(qn("w:tcW")), "w")] == [widths[table.columns.index(column)]]


def test_a_wide_table_lies_on_a_turned_page_and_the_next_stands_upright_again() -> None:
    turned = [section.orientation == WD_ORIENT.LANDSCAPE for section in opened().sections]
    assert turned == [False, True, False]
    upright = written(PLACES, Paragraph("文"))
    assert [section.orientation == WD_ORIENT.LANDSCAPE for section in upright.sections] == [False, True, False]


def test_no_empty_paragraph_takes_a_page_of_its_own() -> None:
    for document in (opened(), written(PLACES, Paragraph("文")), written(Paragraph("文"), PLACES)):
        assert [one.style.name for one in document.paragraphs if not one.text and one.style.name != word.PICTURE] == []


def test_small_type_only_where_a_line_would_break_or_the_page_is_turned() -> None:
    few = Table("t", "题", "", (Column("区县"), Column("登记量", "count")), (("金水区", 404),))
    sizes = [table.rows[1].cells[0].paragraphs[0].style.name for table in (*opened().tables, *written(few).tables)]
    assert sizes == ["表格文字小五", "表格数字小五", "表格文字小五", "表格文字五号"]


def test_a_table_of_its_annexes_name_has_no_second_title() -> None:
    said = texts(opened())
    # Once in the list of annexes, once as the annex's title.
    assert [text for text in said if "超期未结清单" in text] == ["　　　2. 超期未结清单", "超期未结清单"]
    assert "各区县主要指标" in said


def test_an_annex_begins_a_page_also_where_the_page_turns() -> None:
    said = {one.text: one for one in opened().paragraphs}
    turns = {name: bool(said[name].paragraph_format.page_break_before) for name in ("附件1", "附件2", "附件3")}
    # The first two begin with a section of their own, and so with a page.
    assert turns == {"附件1": False, "附件2": False, "附件3": True}
    assert [section.start_type.name for section in opened().sections][1:] == ["NEW_PAGE", "NEW_PAGE"]


def test_pictures_fill_the_width_and_are_told_in_words() -> None:
    figures = [block for block in DOCUMENT.blocks if isinstance(block, Figure)]
    shapes = opened().inline_shapes
    assert [shape.width for shape in shapes] == [Mm(156)] * len(figures)
    told = [shape._inline.docPr.get("descr") for shape in shapes]
    assert told == [f"{figure.title}。{figure.subtitle}。" for figure in figures]


def test_signs_that_mean_something_in_xml_are_text() -> None:
    document = written(Paragraph("甲 < 乙 & 丙"), Table("t", "题 & 注", "<注>", (Column("<列>"),), (("a & b",),)))
    assert "甲 < 乙 & 丙" in texts(document)
    assert "<注>" in texts(document)
    assert [row.cells[0].text for row in document.tables[0].rows] == ["<列>", "a & b"]


def test_a_table_without_rows_has_its_head() -> None:
    document = written(Table("t", "题", "无。", (Column("列"), Column("数", "count")), ()))
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [["列", "数"]]


def test_long_columns_share_what_short_ones_leave() -> None:
    rows = tuple((f"{at}", "短", "长" * 200, "中等长度的文字" * 6) for at in range(10))
    document = written(Table("t", "题", "", (Column("号"), Column("短列"), Column("长列"), Column("中列")), rows))
    points = [int(attribute(one, "w")) / 20 for one in document.tables[0]._tbl.tblGrid.iter(qn("w:gridCol"))]
    assert points[2] > points[3] > points[1]
    assert points[1] == pytest.approx(2 * 9 + 2 * Mm(1.4).pt, abs=0.1)
    assert sum(points) == pytest.approx(Mm(156).pt, abs=1)


def test_properties_say_title_bureau_and_snapshot() -> None:
    properties = opened().core_properties
    assert properties.title == "郑州市信访工作月报（2026年10月）"
    assert properties.author == properties.last_modified_by == "郑州市信访局"
    assert IMPRINT.snapshot in properties.comments


def test_the_same_document_gives_the_same_bytes() -> None:
    moment = datetime(2026, 11, 23, 2, 0)
    assert make_reproducible(word.write(DOCUMENT), moment) == make_reproducible(word.write(DOCUMENT), moment)


def test_no_font_is_bundled() -> None:
    names = [str(part.partname) for part in opened().part.package.iter_parts()]
    assert [name for name in names if "font" in name.lower() and not name.endswith("fontTable.xml")] == []
