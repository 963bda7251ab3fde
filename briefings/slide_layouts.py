"""The empty presentation that slides are set on: one master, a layout for each kind of slide, colours and font."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pptx
from pptx.oxml import parse_xml
from pptx.util import Emu, Inches, Pt

from briefings import cell_text
from views.tokens import DESK

FONT = "Microsoft YaHei"
WIDTH, HEIGHT = Inches(13.333), Inches(7.5)


@dataclass(frozen=True)
class Box:
    """A place on the slide (EMU)."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height


# One grid: a title, below it the body, in it what is shown and, beside it, what is said.
_LEFT = Inches(0.6)
_INNER = int(WIDTH) - 2 * int(_LEFT)
_SIDE, _GUTTER, _RULE = Inches(3.3), Inches(0.6), Inches(0.28)
_BODY_TOP, _BODY_BOTTOM, _CAPTION = Inches(1.65), Inches(6.7), Inches(0.34)
_WITH_SIDE = _INNER - int(_SIDE) - int(_GUTTER)
TITLE = Box(_LEFT, Inches(0.5), _INNER, Inches(0.95))
BODY = Box(_LEFT, _BODY_TOP, _INNER, int(_BODY_BOTTOM) - int(_BODY_TOP))
LINES = Box(int(_LEFT) + _INNER - int(_SIDE), _BODY_TOP, _SIDE, BODY.height)
FOOTER = Box(_LEFT, Inches(6.95), _INNER - int(Inches(1)), Inches(0.3))
NUMBER = Box(FOOTER.right, FOOTER.top, Inches(1), FOOTER.height)
MARK = Box(int(_LEFT) + _INNER - int(Inches(2)), Inches(0.18), Inches(2), Inches(0.28))
COVER_TITLE = Box(Inches(1.1), Inches(2.05), Inches(11.2), Inches(1.35))
COVER_UNDER = Box(COVER_TITLE.left, Inches(3.8), COVER_TITLE.width, Inches(0.6))
COVER_BUREAU = Box(COVER_TITLE.left, Inches(5.85), COVER_TITLE.width, Inches(0.4))

# Placeholders by number, the same in every layout.
IN_LINES, IN_CAPTION, IN_VISUAL, IN_BUREAU = 13, 14, 15, 16
IN_FOOTER, IN_NUMBER = 11, 12

_NAMES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
_FIELD = (
    '<a:fld id="{C1FF6DA9-008F-8B48-92A6-B652298478BF}" type="slidenum">'
    '<a:rPr lang="zh-CN" altLang="en-US"/><a:t>‹#›</a:t></a:fld>'
)

COVER, CHART_AND_LINES, CHART, TABLE_AND_LINES, TABLE, LINES_ALONE = range(6)
_FIRST_LEVEL = "lvl1pPr"
_FOOT = Pt(10)


def visual_box(layout: int) -> Box:
    """Where the chart or the table of a layout stands: below its caption."""
    width = _WITH_SIDE if layout in (CHART_AND_LINES, TABLE_AND_LINES) else _INNER
    return Box(_LEFT, int(_BODY_TOP) + int(_CAPTION), width, BODY.height - int(_CAPTION))


def caption_box(layout: int) -> Box:
    """What the chart or table is, above it."""
    place = visual_box(layout)
    return Box(place.left, _BODY_TOP, place.width, _CAPTION)


def new_presentation() -> Any:
    """A presentation of 16:9 without slides. Its layouts stand in the order of COVER … LINES_ALONE."""
    presentation = pptx.Presentation()
    presentation.slide_width, presentation.slide_height = WIDTH, HEIGHT
    for layout in list(presentation.slide_layouts)[LINES_ALONE + 1 :]:
        presentation.slide_layouts.remove(layout)
    for layout, (name, kind, shapes) in zip(presentation.slide_layouts, _layouts(), strict=True):
        element = layout._element
        element.set("type", kind) if kind else element.attrib.pop("type", None)
        element.cSld.set("name", name)
        _shapes(element, shapes)
    _master(presentation.slide_master)
    _theme(presentation.slide_master.part)
    package = presentation.part.package
    # What the library's own file says of itself: a picture, the number of its pages, its author.
    for key, relation in list(package._rels.items()):
        if relation.reltype.endswith(("/thumbnail", "/extended-properties")):
            package._rels.pop(key)
    presentation.core_properties.comments = presentation.core_properties.last_modified_by = ""
    return presentation


def _layouts() -> Iterator[tuple[str, str, str]]:
    """Name, type and shapes of each layout."""
    band = _rectangle("色带", Box(0, 0, Inches(0.28), HEIGHT), "accent1")
    under = _rectangle("短线", Box(COVER_TITLE.left, Inches(3.58), Inches(1.2), Emu(38100)), "accent1")
    yield (
        "封面",
        "title",
        band
        + under
        + _placeholder("标题", "ctrTitle", None, COVER_TITLE, size=Pt(40), bold=True, anchor="b")
        + _placeholder("副标题", "subTitle", 1, COVER_UNDER, size=Pt(20), colour="tx2")
        + _placeholder("单位与时间", "body", IN_BUREAU, COVER_BUREAU, size=Pt(16))
        + _feet(),
    )
    title = _placeholder("标题", "title", None, TITLE)
    rule = _rectangle("竖线", Box(LINES.left - int(_RULE), LINES.top, Emu(9525), LINES.height), "bg2")
    lines = rule + _placeholder("要点", "body", IN_LINES, LINES, size=Pt(18), apart=Pt(12))
    for name, kind, beside, layout in (
        ("图与要点", "chart", lines, CHART_AND_LINES),
        ("图", "chart", "", CHART),
        ("表与要点", "tbl", lines, TABLE_AND_LINES),
        ("表", "tbl", "", TABLE),
    ):
        says = _placeholder("说明", "body", IN_CAPTION, caption_box(layout), size=Pt(12), colour="tx2")
        yield name, "", title + says + _placeholder("图表", kind, IN_VISUAL, visual_box(layout)) + beside + _feet()
    numbered = '<a:buFont typeface="+mj-lt"/><a:buAutoNum type="arabicPeriod"/>'
    whole = _placeholder("要点", "body", IN_LINES, BODY, size=Pt(20), apart=Pt(12), bullet=numbered, hang=Inches(0.4))
    yield "要点", "", title + whole + _feet()


def _master(master: Any) -> None:
    title_style = _level(Pt(28), "tx1", bold=True, font="mj")
    line = _rectangle("底线", Box(_LEFT, Inches(6.88), _INNER, Emu(9525)), "bg2")
    body = _placeholder("正文", "body", 1, BODY)
    footer = _placeholder("页脚", "ftr", 3, FOOTER, size=_FOOT, colour="tx2", anchor="ctr")
    number = _placeholder("页码", "sldNum", 4, NUMBER, size=_FOOT, colour="tx2", anchor="ctr", side="r")
    title = _placeholder("标题", "title", None, TITLE, anchor="ctr")
    element = master._element
    _shapes(element, line + title + body + footer + number)
    styles = element.find("{*}txStyles")
    for name, level in (("titleStyle", title_style), ("bodyStyle", _level(Pt(18), "tx1"))):
        style = styles.find(f"{{*}}{name}")
        first = style.find(f"{{*}}{_FIRST_LEVEL}")
        style.replace(first, parse_xml(level))


def _theme(master: Any) -> None:
    """Colours of the desk's palette and one font for all scripts."""
    part = next(relation.target_part for relation in master.rels.values() if relation.reltype.endswith("/theme"))
    colours = {
        "dk1": DESK.ink,
        "lt1": DESK.surface,
        "dk2": DESK.muted,
        "lt2": DESK.line,
        **{f"accent{n}": colour for n, colour in enumerate(DESK.categories, start=1)},
        "hlink": DESK.accent,
        "folHlink": DESK.muted,
    }
    scheme = "".join(f'<a:{name}><a:srgbClr val="{_hex(colour)}"/></a:{name}>' for name, colour in colours.items())
    faces = f'<a:latin typeface="{FONT}"/><a:ea typeface="{FONT}"/><a:cs typeface=""/>'
    fonts = f"<a:majorFont>{faces}</a:majorFont><a:minorFont>{faces}</a:minorFont>"
    text = part.blob.decode()
    text = re.sub(r"(<a:clrScheme[^>]*>).*?(</a:clrScheme>)", rf"\g<1>{scheme}\g<2>", text, flags=re.DOTALL)
    text = re.sub(r"(<a:fontScheme[^>]*>).*?(</a:fontScheme>)", rf"\g<1>{fonts}\g<2>", text, flags=re.DOTALL)
    part._blob = text.encode()


def _shapes(element: Any, shapes: str) -> None:
    """Put these shapes in the place of those that are there."""
    tree = element.cSld.spTree
    # The first two say that the tree is a group.
    for old in list(tree)[2:]:
        tree.remove(old)
    for place, shape in enumerate(parse_xml(f"<p:spTree {_NAMES}>{shapes}</p:spTree>"), start=2):
        shape.find("{*}nvSpPr/{*}cNvPr").set("id", str(place))
        tree.append(shape)


def _feet() -> str:
    """Footer and number, which stand where the master has them."""
    return footer_xml("") + page_number_xml()


def footer_xml(text: str) -> str:
    """A footer placeholder of a layout or slide."""
    run = f'<a:r><a:rPr lang="zh-CN" altLang="en-US"/><a:t>{escape(cell_text.plain(text))}</a:t></a:r>' if text else ""
    # The look stands here as well: some programs do not take a footer's from the master.
    look = _level(_FOOT, "tx2")
    return _holder("页脚", f'type="ftr" sz="quarter" idx="{IN_FOOTER}"', "", "<a:bodyPr/>", look, run)


def page_number_xml() -> str:
    """The number of the slide, which follows when slides are moved."""
    return _holder("页码", f'type="sldNum" sz="quarter" idx="{IN_NUMBER}"', "", "<a:bodyPr/>", "", _FIELD)


def add_shape(slide: Any, shape: str) -> Any:
    """Put a shape written as XML on a slide, and return it."""
    element = parse_xml(shape.replace("<p:sp>", f"<p:sp {_NAMES}>", 1))
    ids = [int(one) for one in slide.shapes._spTree.xpath("//@id") if one.isdigit()]
    element.find("{*}nvSpPr/{*}cNvPr").set("id", str(max(ids) + 1))
    slide.shapes._spTree.append(element)
    return element


def _placeholder(
    name: str,
    kind: str,
    place: int | None,
    box: Box,
    *,
    size: Pt | None = None,
    colour: str = "tx1",
    bold: bool = False,
    anchor: str = "t",
    side: str = "l",
    apart: Pt | None = None,
    bullet: str = "<a:buNone/>",
    hang: int = 0,
) -> str:
    number = "" if place is None else f' idx="{place}"'
    room = 'wrap="square" lIns="0" tIns="0" rIns="0" bIns="0"'
    body = f'<a:bodyPr vert="horz" {room} anchor="{anchor}"><a:normAutofit/></a:bodyPr>'
    level = "" if size is None else _level(size, colour, bold=bold, side=side, apart=apart, bullet=bullet, hang=hang)
    prompt = f'<a:r><a:rPr lang="zh-CN" altLang="en-US"/><a:t>{name}</a:t></a:r>'
    text = _FIELD if kind == "sldNum" else "" if kind == "ftr" else prompt
    return _holder(name, f'type="{kind}"{number}', _placed(box), body, level, text)


def _holder(name: str, ph: str, placed: str, body: str, level: str, text: str) -> str:
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="0" name={quoteattr(name)}/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        f"<p:nvPr><p:ph {ph}/></p:nvPr></p:nvSpPr><p:spPr>{placed}</p:spPr>"
        f"<p:txBody>{body}<a:lstStyle>{level}</a:lstStyle><a:p>{text}</a:p></p:txBody></p:sp>"
    )


def _level(
    size: Pt,
    colour: str,
    *,
    bold: bool = False,
    side: str = "l",
    apart: Pt | None = None,
    bullet: str = "<a:buNone/>",
    hang: int = 0,
    font: str = "mn",
) -> str:
    """The look of a first-level paragraph."""
    after = "" if apart is None else f'<a:spcAft><a:spcPts val="{round(apart.pt * 100)}"/></a:spcAft>'
    return (
        f'<a:{_FIRST_LEVEL} {_NAMES} marL="{int(hang)}" indent="{-int(hang)}" algn="{side}">'
        f'<a:spcBef><a:spcPts val="0"/></a:spcBef>{after}{bullet}'
        f'<a:defRPr lang="zh-CN" altLang="en-US" sz="{round(size.pt * 100)}" b="{int(bold)}">'
        f'<a:solidFill><a:schemeClr val="{colour}"/></a:solidFill>'
        f'<a:latin typeface="+{font}-lt"/><a:ea typeface="+{font}-ea"/></a:defRPr></a:{_FIRST_LEVEL}>'
    )


def _rectangle(name: str, box: Box, colour: str) -> str:
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="0" name={quoteattr(name)}/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>'
        f'<p:spPr>{_placed(box)}<a:solidFill><a:schemeClr val="{colour}"/></a:solidFill>'
        "<a:ln><a:noFill/></a:ln></p:spPr></p:sp>"
    )


def _placed(box: Box) -> str:
    return (
        f'<a:xfrm><a:off x="{int(box.left)}" y="{int(box.top)}"/>'
        f'<a:ext cx="{int(box.width)}" cy="{int(box.height)}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
    )


def _hex(colour: str) -> str:
    return colour.removeprefix("#")
