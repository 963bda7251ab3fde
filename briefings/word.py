"""The Word briefing in the form of GB/T 9704-2012 (domain.md §6); numbers in brackets are its clauses.

Every look is a style, so what a reader changes, he changes once. Fonts are named, never bundled.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm, Pt

from briefings import cell_text, pictures
from briefings.model import Annex, Block, Column, Document, Figure, Heading, Imprint, Paragraph, Table
from briefings.pictures import WIDTH_MM
from views.words import DEMO

# Type area 156 × 225 mm on A4, 22 lines of 28 characters (5.2).
_PAGE, _MARGINS = (Mm(210), Mm(297)), {"top": Mm(37), "left": Mm(28), "right": Mm(26), "bottom": Mm(35)}
WIDE_MM = 225
LINE = Pt(28.95)
_CHARACTERS = 28
_BODY, _TITLE, _FIRST, _SECOND, _SMALL_FONT = "仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312", "宋体"
_TWO, _THREE, _FOUR, _FIVE, _SMALL_FIVE, _IMPRINT = Pt(22), Pt(16), Pt(14), Pt(10.5), Pt(9), Pt(7.5)
# The dash of a page number stands 7 mm below the type area (7.5); the imprint has the line below it.
_FOOT, _WIDE_FOOT = Mm(22), Mm(14)
_PORTRAIT_COLUMNS = 8
# So many annexes of the list stand on the page of bureau and date.
_TOGETHER = 2
_CELL_SIDE = Mm(1.4)
# How wide a letter or digit may be, in characters, where another font stands in for the one named.
_DIGIT, _PER_MM = 0.65, 72 / 25.4
# 28 characters of 16 pt are wider than 156 mm: they stand closer by a quarter of a point, in twips.
_CLOSER = -5

TITLE, UNDER, MARK, BODY = "公文标题", "副题", "演示标记", "正文段落"
HEADINGS = ("Heading 1", "Heading 2", "Heading 3")
ANNEX, ANNEX_TITLE, ANNEX_LIST, SIGNATURE = "附件标记", "附件标题", "附件说明", "落款"
TABLE_TITLE, NOTE, PICTURE = "表题", "表注", "图"
PAGE_NUMBER, IMPRINT = "页码", "页脚注"
# A cell's style is its role in its table's size: 表格文字五号.
HEAD_CELL, TEXT_CELL, NUMBER_CELL = "表头", "表格文字", "表格数字"
SIZES = {"五号": _FIVE, "小五": _SMALL_FIVE}
# Exact, or pages would break where the font that stands in has them break.
_LEADING = {"五号": Pt(14), "小五": Pt(12)}


def write(document: Document) -> bytes:
    """The document as a .docx."""
    doc = docx.Document()
    _set_settings(doc)
    _add_styles(doc)
    _set_page(doc.sections[0])
    _add_footers(doc.sections[0], document.imprint)
    _set_properties(doc, document)
    _add_opening(doc, document)
    first_annex = next((at for at, block in enumerate(document.blocks) if isinstance(block, Annex)), None)
    body, behind = document.blocks[:first_annex], document.blocks[first_annex:] if first_annex is not None else ()
    for block in body:
        _add_block(doc, block)
    _set_orientation(doc, wide=False)
    # Bureau and date never stand on a page without text (7.3.5.4): that before them, or the end of the list of annexes.
    doc.paragraphs[-1].paragraph_format.keep_with_next = True
    _add_closing(doc, [block for block in behind if isinstance(block, Annex)], document.imprint)
    for before, block, after in zip((None, *behind), behind, (*behind[1:], None), strict=False):
        if isinstance(block, Annex):
            _add_annex(doc, block, wide=isinstance(after, Table) and _is_wide(after))
        else:
            # A table that is called like its annex needs no second title.
            _add_block(
                doc,
                block,
                titled=not (isinstance(before, Annex) and isinstance(block, Table) and before.title == block.title),
            )
    held = BytesIO()
    doc.save(held)
    return held.getvalue()


def _set_properties(doc: Any, document: Document) -> None:
    doc.core_properties.title = cell_text.property_text(f"{document.title}{document.subtitle}")
    doc.core_properties.author = doc.core_properties.last_modified_by = cell_text.property_text(document.imprint.bureau)
    doc.core_properties.comments = cell_text.property_text(document.imprint.traced)
    doc.core_properties.language = "zh-CN"


def _add_opening(doc: Any, document: Document) -> None:
    """The mark of a demonstration, the title and the line under it, and a line's room (7.3.1)."""
    if document.imprint.demonstration:
        doc.add_paragraph(DEMO, style=MARK)
    last = doc.add_paragraph(document.title, style=TITLE)
    if document.subtitle:
        last = doc.add_paragraph(document.subtitle, style=UNDER)
    last.paragraph_format.space_after = LINE


def _add_block(doc: Any, block: Block, *, titled: bool = True) -> None:
    match block:
        case Heading():
            _set_orientation(doc, wide=False)
            doc.add_paragraph(block.text, style=HEADINGS[block.level - 1])
        case Paragraph():
            _set_orientation(doc, wide=False)
            doc.add_paragraph(block.text, style=BODY)
        case Figure():
            _set_orientation(doc, wide=False)
            _add_picture(doc, block)
        case Table():
            _add_table(doc, block, titled=titled)


def _add_closing(doc: Any, annexes: Sequence[Annex], imprint: Imprint) -> None:
    """The list of annexes (7.3.4), the bureau and the date (7.3.5), a line's room above each."""
    for annex in annexes:
        lead = "附件：" if annex is annexes[0] else "　　　"
        listed = doc.add_paragraph(f"{lead}{annex.number}. {annex.title}", style=ANNEX_LIST)
        listed.paragraph_format.space_before = LINE if annex is annexes[0] else Pt(0)
        # All of the list on one page would leave half of the page before it blank.
        listed.paragraph_format.keep_with_next = annex in annexes[-_TOGETHER:] or None
    signed = (imprint.bureau, imprint.as_of.split("日")[0] + "日")
    for text, indent in zip(signed, _signature_indents(*signed), strict=True):
        line = doc.add_paragraph(text, style=SIGNATURE)
        line.paragraph_format.right_indent = Length(round(indent * _THREE))
        if text is signed[0]:
            line.paragraph_format.space_before = LINE
            line.paragraph_format.keep_with_next = True


def _signature_indents(bureau: str, day: str) -> tuple[float, float]:
    """Room at the right of bureau and date, in characters (7.3.5.2).

    The date begins two characters right of the bureau; the longer of the two ends two before the edge.
    """
    lead = 2 + _characters(day, 0.5) - _characters(bureau, 0.5)
    return (2 + lead, 2) if lead >= 0 else (2, 2 - lead)


def _add_annex(doc: Any, annex: Annex, *, wide: bool) -> None:
    """A page of its own, turned for a wide table; its mark in the first line, its title in the third (7.3.7)."""
    turns = wide != _is_landscape(doc)
    _set_orientation(doc, wide=wide)
    first = doc.add_paragraph(f"附件{annex.number}", style=ANNEX)
    first.paragraph_format.page_break_before = not turns or None
    doc.add_paragraph(annex.title, style=ANNEX_TITLE)


def _is_landscape(doc: Any) -> bool:
    return bool(doc.sections[-1].orientation == WD_ORIENT.LANDSCAPE)


def _set_orientation(doc: Any, *, wide: bool) -> None:
    """Go on with a turned or an upright page, if this one is not so already."""
    if wide == _is_landscape(doc):
        return
    _set_page(doc.add_section(WD_SECTION.NEW_PAGE), wide=wide)
    # The library ends a section with an empty paragraph, which may take a page of its own: the one before it can do so.
    *_, before, ended, _last = doc.element.body
    if before.tag == qn("w:p"):
        before.get_or_add_pPr().append(ended.pPr.find(qn("w:sectPr")))
        ended.getparent().remove(ended)


def _is_wide(table: Table) -> bool:
    return len(table.columns) > _PORTRAIT_COLUMNS


def _set_settings(doc: Any) -> None:
    """Odd and even pages; Chinese as the language, and today's layout instead of a compatible one."""
    doc.settings.odd_and_even_pages_header_footer = True
    settings = doc.settings.element
    for old in settings.findall(qn("w:compat")):
        settings.remove(old)
    mode = '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
    compat = parse_xml(f"<w:compat {nsdecls('w')}>{mode}</w:compat>")
    settings.find(qn("w:rsids")).addprevious(compat)
    settings.find(qn("w:characterSpacingControl")).set(qn("w:val"), "compressPunctuation")
    settings.find(qn("w:themeFontLang")).set(qn("w:eastAsia"), "zh-CN")
    defaults = doc.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    defaults.find(qn("w:lang")).set(qn("w:eastAsia"), "zh-CN")


def _add_styles(doc: Any) -> None:
    normal = doc.styles["Normal"]
    _set_font(normal, _BODY, _THREE)
    normal.paragraph_format.space_after = Pt(0)
    # Leading and spacing of the styles make the page's grid by themselves; snapped to it, LibreOffice tears type apart.
    normal.element.get_or_add_pPr().insert(0, _element("w:snapToGrid", val="0"))
    _add_style(doc, TITLE, _TITLE, _TWO, align=WD_ALIGN_PARAGRAPH.CENTER, keep=True)
    _add_style(doc, UNDER, _SECOND, _THREE, align=WD_ALIGN_PARAGRAPH.CENTER)
    _add_style(doc, MARK, _FIRST, _THREE, align=WD_ALIGN_PARAGRAPH.RIGHT)
    _add_style(doc, BODY, _BODY, _THREE, align=WD_ALIGN_PARAGRAPH.JUSTIFY, first=2)
    for level, (name, font) in enumerate(zip(HEADINGS, (_FIRST, _SECOND, _BODY), strict=True)):
        _add_style(doc, name, font, _THREE, first=2, keep=True, outline=level)
    _add_style(doc, ANNEX, _FIRST, _THREE, after=LINE, keep=True)
    _add_style(doc, ANNEX_TITLE, _TITLE, _TWO, align=WD_ALIGN_PARAGRAPH.CENTER, after=LINE, keep=True, outline=0)
    # A name of two lines stands below itself.
    _add_style(doc, ANNEX_LIST, _BODY, _THREE, left=6, first=-4)
    _add_style(doc, SIGNATURE, _BODY, _THREE, align=WD_ALIGN_PARAGRAPH.RIGHT)
    _add_style(doc, TABLE_TITLE, _FIRST, _FOUR, align=WD_ALIGN_PARAGRAPH.CENTER, before=Pt(6), keep=True)
    _add_style(doc, NOTE, _SMALL_FONT, _SMALL_FIVE, align=WD_ALIGN_PARAGRAPH.JUSTIFY, exact=Pt(12), after=Pt(10))
    _add_style(doc, PICTURE, _BODY, _THREE, align=WD_ALIGN_PARAGRAPH.CENTER, exact=None, before=Pt(6), after=Pt(6))
    for size_name, size in SIZES.items():
        lead = _LEADING[size_name]
        _add_style(doc, HEAD_CELL + size_name, _FIRST, size, align=WD_ALIGN_PARAGRAPH.CENTER, exact=lead, keep=True)
        _add_style(doc, TEXT_CELL + size_name, _SMALL_FONT, size, exact=lead)
        _add_style(doc, NUMBER_CELL + size_name, _SMALL_FONT, size, align=WD_ALIGN_PARAGRAPH.RIGHT, exact=lead)
    _add_style(doc, PAGE_NUMBER, _SMALL_FONT, _FOUR, exact=Pt(14), left=1, right=1)
    _add_style(doc, IMPRINT, _SMALL_FONT, _IMPRINT, exact=Pt(10))


def _add_style(
    doc: Any,
    name: str,
    font: str,
    size: Length,
    *,
    align: Any = WD_ALIGN_PARAGRAPH.LEFT,
    exact: Length | None = LINE,
    left: float = 0,
    right: float = 0,
    first: float = 0,
    before: Length | None = None,
    after: Length | None = None,
    keep: bool = False,
    outline: int | None = None,
) -> None:
    """A paragraph style; indents in characters of its size. `exact` None: single lines."""
    style = _new_style(doc, name)
    _set_font(style, font, size)
    form = style.paragraph_format
    form.alignment = align
    form.space_before, form.space_after = before or Pt(0), after or Pt(0)
    form.left_indent, form.right_indent, form.first_line_indent = (
        Length(round(size * count)) for count in (left, right, first)
    )
    if exact is None:
        form.line_spacing = 1.0
    else:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, exact
    form.keep_with_next = keep or None
    if outline is not None:
        style.element.get_or_add_pPr().append(_element("w:outlineLvl", val=str(outline)))


def _new_style(doc: Any, name: str) -> Any:
    """A new style on Normal; a heading keeps Word's name for it and loses Word's looks."""
    if name in [style.name for style in doc.styles]:
        style = doc.styles[name]
        for looks in ("w:rPr", "w:pPr"):
            for old in style.element.findall(qn(looks)):
                style.element.remove(old)
        return style
    style = doc.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = doc.styles["Normal"]
    style.quick_style = True
    return style


def _set_font(style: Any, name: str, size: Length) -> None:
    """A font by name, for Chinese and for digits alike, as the standard sets both in one."""
    style.font.size = size
    style.font.name = name
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), name)
    if size == _THREE:
        fonts.addnext(_element("w:spacing", val=str(_CLOSER)))


def _set_page(section: Any, *, wide: bool = False) -> None:
    """A4 with the standard's margins; a wide page is turned, its margins with it."""
    section.page_width, section.page_height = _PAGE[::-1] if wide else _PAGE
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    turned = {"top": "left", "right": "top", "bottom": "right", "left": "bottom"} if wide else {}
    for side, margin in _MARGINS.items():
        setattr(section, f"{turned.get(side, side)}_margin", margin)
    section.footer_distance = _WIDE_FOOT if wide else _FOOT
    properties = section._sectPr
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    if not wide:
        properties.append(_grid())


def _grid() -> Any:
    """22 lines of 28 characters: the pitch of lines in twips, that of characters as what it adds, in 1/4096 pt."""
    added = WIDTH_MM * _PER_MM / _CHARACTERS - _THREE.pt
    return _element(
        "w:docGrid", type="linesAndChars", linePitch=str(round(LINE.pt * 20)), charSpace=str(round(added * 4096))
    )


def _add_footers(section: Any, imprint: Imprint) -> None:
    """「— 1 —」: odd pages at the right, even at the left (7.5), the imprint below; later sections follow this one."""
    for foot, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        foot.is_linked_to_previous = False
        number = foot.paragraphs[0]
        number.style, number.alignment = PAGE_NUMBER, side
        number.add_run("— ")
        _field(number, "PAGE")
        number.add_run(" —")
        for line in imprint.foot:
            foot.add_paragraph(line, style=IMPRINT).alignment = side


def _field(paragraph: Any, code: str) -> None:
    """A field, each part in a run of its own, with a 1 to show until it is counted."""
    for kind in ("begin", "instr", "separate", "text", "end"):
        run = paragraph.add_run("1" if kind == "text" else "")
        if kind == "instr":
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = f" {code} "
            run._element.append(text)
        elif kind != "text":
            run._element.append(_element("w:fldChar", fldCharType=kind))


def _add_picture(doc: Any, figure: Figure) -> None:
    """A picture as wide as the type area, with words for those who do not see it."""
    paragraph = doc.add_paragraph(style=PICTURE)
    paragraph.add_run().add_picture(BytesIO(pictures.png(figure)), width=Mm(WIDTH_MM))
    described = paragraph._element.find(f".//{qn('wp:docPr')}")
    described.set("descr", f"{figure.title}。{figure.subtitle}。")
    described.set("title", figure.title)


def _add_table(doc: Any, table: Table, *, titled: bool) -> None:
    """A table whose head repeats on every page and whose rows are never torn; a wide one on a turned page."""
    wide = _is_wide(table)
    _set_orientation(doc, wide=wide)
    if titled:
        doc.add_paragraph(table.title, style=TABLE_TITLE)
    heads, rows = [column.name for column in table.columns], cell_text.rows_of(table)
    size, widths = _layout(table.columns, heads, rows, WIDE_MM if wide else WIDTH_MM)
    doc.element.body.insert_element_before(_grid_of(table.columns, heads, rows, size, widths), "w:sectPr")
    doc.add_paragraph(table.note, style=NOTE)


def _grid_of(
    columns: Sequence[Column], heads: Sequence[str], rows: Sequence[Sequence[str]], size: str, widths: Sequence[Length]
) -> Any:
    """A table as XML, whole: the library's cells, one by one, take seconds for some hundred rows."""
    roles = [(NUMBER_CELL if cell_text.is_number(column) else TEXT_CELL) + size for column in columns]
    head = _row(heads, [HEAD_CELL + size] * len(heads), widths, "<w:cantSplit/><w:tblHeader/>")
    # The last row keeps with the note below it.
    lines = [_row(row, roles, widths, "<w:cantSplit/>", keep=row is rows[-1]) for row in rows]
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    sides = "".join(f'<w:{side} w:w="{_CELL_SIDE.twips}" w:type="dxa"/>' for side in ("left", "right"))
    total = sum(width.twips for width in widths)
    grid = "".join(f'<w:gridCol w:w="{width.twips}"/>' for width in widths)
    return parse_xml(
        f"<w:tbl {nsdecls('w')}><w:tblPr>"
        f'<w:tblW w:w="{total}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{edges}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{sides}</w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>"
        f"{head}{''.join(lines)}</w:tbl>"
    )


def _row(
    texts: Sequence[str], styles: Sequence[str], widths: Sequence[Length], properties: str, *, keep: bool = False
) -> str:
    cells_xml = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width.twips}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{"<w:keepNext/>" if keep else ""}</w:pPr>'
        f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p></w:tc>'
        for text, style, width in zip(texts, styles, widths, strict=True)
    )
    return f"<w:tr><w:trPr>{properties}</w:trPr>{cells_xml}</w:tr>"


def _layout(
    columns: Sequence[Column], heads: Sequence[str], rows: Sequence[Sequence[str]], width_mm: float
) -> tuple[str, list[Length]]:
    """五号 where every cell then stands in one line of an upright page, else 小五; and the columns' widths."""
    room = width_mm * _PER_MM - 2 * _CELL_SIDE.pt * len(columns)
    texts = [[row[at] for row in rows] for at in range(len(columns))]
    wanted = [_wanted(*one) for one in zip(columns, heads, texts, strict=True)]
    fits = width_mm == WIDTH_MM and sum(want for _, want in wanted) * _FIVE.pt <= room
    size = "五号" if fits else "小五"
    characters = _shared(wanted, [_weight(column) for column in texts], room / SIZES[size].pt)
    return size, [Pt(width * SIZES[size].pt + 2 * _CELL_SIDE.pt) for width in characters]


def _wanted(column: Column, head: str, texts: Sequence[str]) -> tuple[float, float]:
    """Least and wanted width of a column in characters: numbers, days and codes are never broken, heads may be once."""
    whole = max((_characters(text, _DIGIT) for text in texts), default=0.0)
    named = _characters(head, _DIGIT)
    heading = max(named / 2 + 0.5, min(named, 4))
    if column.kind != "text":
        return max(whole, heading), max(whole, heading)
    solid = max((_longest_solid(text) for text in texts), default=0.0)
    return max(solid, heading, min(whole, 4)), max(whole, heading)


def _weight(texts: Sequence[str]) -> float:
    """The share of a column of long texts; less than in proportion, or short ones would be torn into single words."""
    return float((1 + sum(len(text) for text in texts) / max(1, len(texts))) ** 0.7)


def _shared(wanted: Sequence[tuple[float, float]], weights: Sequence[float], room: float) -> list[float]:
    """Widths that fill the room: what is wanted and the rest in equal parts, or by weight between least and wanted."""
    total = sum(want for _, want in wanted)
    if total <= room:
        return [want + (room - total) / len(wanted) for _, want in wanted]
    widths = [least for least, _ in wanted]
    open_ = [at for at, (least, want) in enumerate(wanted) if least < want]
    while open_:
        left = room - sum(width for at, width in enumerate(widths) if at not in open_)
        shares = {at: left * weights[at] / sum(weights[one] for one in open_) for at in open_}
        beyond = {at: min(max(share, wanted[at][0]), wanted[at][1]) for at, share in shares.items()}
        widths = [beyond.get(at, width) for at, width in enumerate(widths)]
        settled = [at for at in open_ if beyond[at] != shares[at]]
        # Those held at one end change what the others share; the ones cut short go first.
        cut = [at for at in settled if beyond[at] > shares[at]] or settled
        open_ = [at for at in open_ if at not in cut] if cut else []
    return [width * room / sum(widths) for width in widths]


def _characters(text: str, digit: float) -> float:
    """The width of a text in Chinese characters; `digit` is that of a letter or digit."""
    return sum(digit if one.isascii() else 1.0 for one in text)


def _longest_solid(text: str) -> float:
    """The longest piece that no line breaks: letters and digits without a space."""
    pieces = "".join(one if one.isascii() else " " for one in text).split()
    return max((_characters(piece, _DIGIT) for piece in pieces), default=0.0)


def _element(name: str, **attributes: str) -> Any:
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element
