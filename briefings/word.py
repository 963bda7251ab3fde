"""The Word briefing in the form of GB/T 9704-2012 (domain.md §6): fonts by name, page numbers, tables, annexes."""

from collections.abc import Sequence
from io import BytesIO
from itertools import zip_longest
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from briefings import cells, pictures
from briefings.model import Annex, Block, Column, Document, Figure, Heading, Imprint, Paragraph, Table
from views.words import DEMO

# Type area 156 × 225 mm on A4 (5.2.1); 22 lines of 28 characters.
_PAGE, _MARGINS = (Mm(210), Mm(297)), {"top": Mm(37), "left": Mm(28), "right": Mm(26), "bottom": Mm(35)}
WIDTH_MM, _WIDE_MM = 156, 225
_LINE = Pt(28.95)
_BODY, _TITLE, _FIRST, _SECOND, _NOTE = "仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312", "宋体"
_THREE, _TWO, _FOUR, _SMALL = Pt(16), Pt(22), Pt(14), Pt(9)
_PORTRAIT_COLUMNS = 8
_GRID_LINES, _GRID_CHARACTERS = 22, 28
# A place of small type (half a Chinese character), the room that a cell keeps beside its text, and what is short.
_PLACE_MM, _CELL_ROOM_MM, _SHORT_MM = 1.62, 4.2, 26.0

HEADINGS = ("一级标题", "二级标题", "三级标题")
TITLE, UNDER, BODY, ANNEX, TABLE_TITLE, CELL, NOTE = "公文标题", "副题", "正文段落", "附件", "表题", "表格文字", "表注"
SIGNATURE, PICTURE = "落款", "图"


def write(document: Document) -> bytes:
    """The document as a .docx; fonts are named, never bundled."""
    made = docx.Document()
    _styles(made)
    _page(made.sections[0])
    made.core_properties.title = f"{document.title}{document.subtitle}"
    made.core_properties.author = document.imprint.bureau
    made.settings.odd_and_even_pages_header_footer = True
    if document.imprint.demonstration:
        made.add_paragraph(f"（{DEMO}）", style=SIGNATURE)
    made.add_paragraph(document.title, style=TITLE)
    if document.subtitle:
        made.add_paragraph(document.subtitle, style=UNDER)
    annexes = [block for block in document.blocks if isinstance(block, Annex)]
    body = document.blocks[: _first_annex(document)]
    for block in body:
        _set(made, block)
    _upright(made)
    _sign(made, annexes, document.imprint)
    behind = document.blocks[len(body) :]
    for one, later in zip_longest(behind, behind[1:]):
        if isinstance(one, Annex):
            _annex(made, one, wide=isinstance(later, Table) and _is_wide(later))
        else:
            _set(made, one)
    for section in made.sections:
        _feet(section, document.imprint)
    held = BytesIO()
    made.save(held)
    return held.getvalue()


def _set(made: Any, block: Block) -> None:
    match block:
        case Heading():
            _upright(made)
            made.add_paragraph(block.text, style=HEADINGS[block.level - 1])
        case Paragraph():
            _upright(made)
            made.add_paragraph(block.text, style=BODY)
        case Figure():
            _upright(made)
            _picture(made, block)
        case Table():
            _table(made, block)


def _sign(made: Any, annexes: Sequence[Annex], imprint: Imprint) -> None:
    """The list of annexes, the bureau and the date, flush right (7.3.4, 7.3.5)."""
    for annex in annexes:
        lead = "附件：" if annex is annexes[0] else "　　　"
        made.add_paragraph(f"{lead}{annex.number}. {annex.title}", style=BODY)
    for text in (imprint.bureau, imprint.as_of.split("日")[0] + "日"):
        made.add_paragraph(text, style=SIGNATURE)


def _first_annex(document: Document) -> int:
    places = (place for place, block in enumerate(document.blocks) if isinstance(block, Annex))
    return next(places, len(document.blocks))


def _annex(made: Any, annex: Annex, *, wide: bool) -> None:
    """A page of its own, turned for a wide table."""
    turns = wide != _turned(made)
    if turns:
        _page(made.add_section(WD_SECTION.NEW_PAGE), wide=wide)
    first = made.add_paragraph(f"附件{annex.number}", style=ANNEX)
    first.paragraph_format.page_break_before = not turns
    made.add_paragraph(annex.title, style=TITLE)


def _turned(made: Any) -> bool:
    return bool(made.sections[-1].orientation == WD_ORIENT.LANDSCAPE)


def _upright(made: Any) -> None:
    """Upright again after a wide table."""
    if _turned(made):
        _page(made.add_section(WD_SECTION.NEW_PAGE))


def _is_wide(table: Table) -> bool:
    return len(table.columns) > _PORTRAIT_COLUMNS


def _styles(made: Any) -> None:
    """One style for each kind of paragraph; what a reader changes, he changes once."""
    normal = made.styles["Normal"]
    _font(normal, _BODY, _THREE)
    normal.paragraph_format.space_after = Pt(0)
    _style(made, TITLE, _TITLE, _TWO, centred=True, after=Pt(14))
    _style(made, UNDER, _SECOND, _THREE, centred=True, after=Pt(14))
    body = _style(made, BODY, _BODY, _THREE, indent=True)
    body.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    for level, (name, font) in enumerate(zip(HEADINGS, (_FIRST, _SECOND, _BODY), strict=True)):
        style = _style(made, name, font, _THREE, indent=True)
        style.paragraph_format.keep_with_next = True
        _outline(style, level)
    _outline(_style(made, ANNEX, _FIRST, _THREE), 0)
    _style(made, SIGNATURE, _BODY, _THREE).paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    made.styles[SIGNATURE].paragraph_format.right_indent = Pt(32)
    _style(made, TABLE_TITLE, _FIRST, _FOUR, centred=True, before=Pt(6)).paragraph_format.keep_with_next = True
    picture = _style(made, PICTURE, _BODY, _THREE, centred=True, exact=False)
    picture.paragraph_format.space_before = picture.paragraph_format.space_after = Pt(6)
    for small in (_style(made, CELL, _NOTE, _SMALL, exact=False), _style(made, NOTE, _NOTE, _SMALL, exact=False)):
        # The page's grid is for the body: small type would take a body's line each.
        small.element.get_or_add_pPr().append(_element("w:snapToGrid", val="0"))
    made.styles[NOTE].paragraph_format.space_after = Pt(8)


def _style(
    made: Any,
    name: str,
    font: str,
    size: Pt,
    *,
    centred: bool = False,
    indent: bool = False,
    exact: bool = True,
    before: Pt | None = None,
    after: Pt | None = None,
) -> Any:
    style = made.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = made.styles["Normal"]
    _font(style, font, size)
    form = style.paragraph_format
    form.space_before, form.space_after = before or Pt(0), after or Pt(0)
    if exact:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, _LINE
    else:
        form.line_spacing = 1.0
    if centred:
        form.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if indent:
        form.first_line_indent = 2 * size
    return style


def _font(style: Any, name: str, size: Pt) -> None:
    """A font by name, for Chinese and for digits alike, as the standard sets both in one."""
    style.font.size = size
    style.font.name = name
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), name)


def _outline(style: Any, level: int) -> None:
    """Make a style a heading for Word's navigation."""
    properties = style.element.get_or_add_pPr()
    properties.append(_element("w:outlineLvl", val=str(level)))


def _page(section: Any, *, wide: bool = False) -> None:
    """A4 with the standard's margins; a wide page is turned, its margins with it."""
    width, height = _PAGE[::-1] if wide else _PAGE
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = width, height
    turned = {"top": "left", "right": "top", "bottom": "right", "left": "bottom"} if wide else {}
    for side, margin in _MARGINS.items():
        setattr(section, f"{turned.get(side, side)}_margin", margin)
    section.footer_distance = Mm(20)
    properties = section._sectPr
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    if not wide:
        pitch = round(225 * 56.7 / _GRID_LINES)
        properties.append(_element("w:docGrid", type="lines", linePitch=str(pitch)))


def _feet(section: Any, imprint: Imprint) -> None:
    """「— 1 —」 in 四号 宋体: odd pages at the right, even at the left; the imprint beside it on every page."""
    section.footer.is_linked_to_previous = False
    section.even_page_footer.is_linked_to_previous = False
    for foot, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        number = foot.paragraphs[0]
        number.alignment = side
        number.paragraph_format.left_indent = number.paragraph_format.right_indent = _FOUR
        for part in ("— ", "PAGE", " —"):
            run = number.add_run("" if part == "PAGE" else part)
            _run_font(run, _NOTE, _FOUR)
            if part == "PAGE":
                _field(run, part)
        line = foot.add_paragraph()
        line.alignment = side
        _run_font(line.add_run(imprint.line), _NOTE, Pt(7.5))


def _run_font(run: Any, name: str, size: Pt) -> None:
    run.font.size, run.font.name = size, name
    run._element.rPr.rFonts.set(qn("w:eastAsia"), name)


def _field(run: Any, code: str) -> None:
    for kind in ("begin", "instr", "end"):
        if kind == "instr":
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = f" {code} "
            run._element.append(text)
        else:
            run._element.append(_element("w:fldChar", fldCharType=kind))


def _picture(made: Any, figure: Figure) -> None:
    """A picture as wide as the type area, with words for those who do not see it."""
    paragraph = made.add_paragraph(style=PICTURE)
    paragraph.add_run().add_picture(BytesIO(pictures.png(figure)), width=Mm(WIDTH_MM))
    described = paragraph._element.find(f".//{qn('wp:docPr')}")
    described.set("descr", f"{figure.title}。{figure.subtitle}。")
    described.set("title", figure.title)


def _table(made: Any, table: Table) -> None:
    """A table whose head repeats on every page and whose rows are never torn; a wide one on a turned page."""
    wide = _is_wide(table)
    if wide != _turned(made):
        _page(made.add_section(WD_SECTION.NEW_PAGE), wide=wide)
    made.add_paragraph(table.title, style=TABLE_TITLE)
    rows = cells.rows_of(table)
    grid = made.add_table(rows=1 + len(rows), cols=len(table.columns))
    grid.style = "Table Grid"
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    heads = [column.name for column in table.columns]
    widths = _widths(heads, rows, _WIDE_MM if wide else WIDTH_MM)
    _fix_layout(grid, widths)
    for number, texts in enumerate([heads, *rows]):
        _row(grid.rows[number], texts, table.columns, widths, head=number == 0)
    made.add_paragraph(table.note, style=NOTE)


def _row(row: Any, texts: Sequence[str], columns: Sequence[Column], widths: Sequence[float], *, head: bool) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if head:
        properties.append(OxmlElement("w:tblHeader"))
    for cell, text, column, width in zip(row.cells, texts, columns, widths, strict=True):
        cell.width = Mm(width)
        paragraph = cell.paragraphs[0]
        paragraph.style = CELL
        run = paragraph.add_run(text)
        if head:
            run.bold = True
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif cells.is_number(column):
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _widths(heads: Sequence[str], rows: Sequence[Sequence[str]], total: float) -> list[float]:
    """Widths in mm by what the columns hold: numbers and short words stay on one line, long texts share the rest."""
    needs = [max([_places(head) / 2, *(_places(row[place]) for row in rows)]) for place, head in enumerate(heads)]
    room, least = total - len(heads) * _CELL_ROOM_MM, 4 * _PLACE_MM
    wanted = [max(need * _PLACE_MM, least) for need in needs]
    fixed = sum(width for width in wanted if width <= _SHORT_MM)
    long = sum(width for width in wanted if width > _SHORT_MM)
    shrunk = min(1.0, (room - fixed) / long) if long else 1.0
    widths = [(width if width <= _SHORT_MM else width * shrunk) + _CELL_ROOM_MM for width in wanted]
    return [width * total / sum(widths) for width in widths]


def _places(text: str) -> int:
    return sum(1 if one.isascii() else 2 for one in text)


def _fix_layout(grid: Any, widths: Sequence[float]) -> None:
    """Tell the widths to the grid itself, which readers that ignore cells' widths go by."""
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Mm(width)


def _element(name: str, **attributes: str) -> Any:
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made
