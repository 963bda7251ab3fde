"""The slides: one message each, native charts that can be edited, the source of every figure in the notes."""

import math
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_MARKER_STYLE, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_CONNECTOR
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.util import Emu, Inches, Pt

from briefings import cell_text, chart_labels, slide_layouts
from briefings.model import Column, Deck, Figure, Imprint, Series, Slide, Table
from briefings.slide_layouts import Box
from views import words
from views.tokens import DESK

FONT = slide_layouts.FONT
_FORMATS = {"count": "#,##0", "rate": "0.00%", "days": "0.0", "number": "0.0"}
# Sizes in points, tried from the first on until the text has room; an empty place of a layout has the first.
_TITLES, _LINES, _ALONE, _CELLS = (28, 26, 24, 22, 20, 18), (18, 16, 14, 12), (20, 18, 16, 14, 12), (14, 13, 12, 11, 10)
_LABEL, _APART, _LEADING = 11, 12, 1.35
_TWO_LINES_FROM = 26
_TABLE_ROWS = 10
_ROW = Inches(0.36)
_CELL_MARGIN = 7
# Bars (in points): the height of a row at most, the share of the room for names, the room above for the target's name.
_MOST_ROW, _MOST_NAMES, _TARGET_ROOM, _GAP = 42, 0.35, 18, 6
_NAMESPACES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
# Numbers stand out from a line that runs through them.
_HALO = (
    f'<a:solidFill><a:srgbClr val="{DESK.surface.removeprefix("#")}"><a:alpha val="75000"/></a:srgbClr></a:solidFill>'
)
_NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"


def write(deck: Deck) -> bytes:
    """The slides as a .pptx, 16:9."""
    presentation = slide_layouts.new_presentation()
    properties = presentation.core_properties
    properties.title, properties.author = (
        cell_text.property_text(deck.title),
        cell_text.property_text(deck.imprint.bureau),
    )
    properties.comments = cell_text.property_text(deck.imprint.traced)
    _add_cover(presentation, deck)
    for slide in deck.slides:
        _add_slide(presentation, slide, deck.imprint)
    held = BytesIO()
    presentation.save(held)
    return held.getvalue()


def _add_cover(presentation: Any, deck: Deck) -> None:
    slide = presentation.slides.add_slide(presentation.slide_layouts[slide_layouts.COVER])
    imprint = deck.imprint
    places = _placeholders(slide)
    _fill_text(
        slide.shapes.title, [deck.title], _fitting_size([deck.title], slide_layouts.COVER_TITLE, (40, 36, 32, 28, 24))
    )
    _fill_text(places[1], [deck.subtitle])
    _fill_text(places[slide_layouts.IN_BUREAU], [f"{imprint.bureau}　{imprint.as_of}"])
    _add_footer(slide, imprint)
    _set_notes(slide, f"数据来源：{imprint.bureau}信访件库。{imprint.traced}")


def _add_slide(presentation: Any, slide: Slide, imprint: Imprint) -> None:
    layout = _choose_layout(slide)
    page = presentation.slides.add_slide(presentation.slide_layouts[layout])
    places = _placeholders(page)
    _fill_text(page.shapes.title, [slide.title], _title_size(slide.title))
    if isinstance(slide.visual, Figure):
        _fill_text(places[slide_layouts.IN_CAPTION], [_caption(slide.visual)])
        _add_chart(page, places[slide_layouts.IN_VISUAL], slide.visual, slide_layouts.visual_box(layout))
    elif isinstance(slide.visual, Table):
        left_out = len(slide.visual.rows) - _TABLE_ROWS
        more = f"列前{_TABLE_ROWS}行，另有{left_out}行见台账。" if left_out > 0 else ""
        _fill_text(places[slide_layouts.IN_CAPTION], [more + slide.visual.note])
        _add_table(places[slide_layouts.IN_VISUAL], slide.visual, slide_layouts.visual_box(layout))
    if layout == slide_layouts.LINES_ALONE:
        _fill_text(places[slide_layouts.IN_LINES], slide.lines, _fitting_size(slide.lines, slide_layouts.BODY, _ALONE))
    elif slide.lines:
        _fill_text(places[slide_layouts.IN_LINES], slide.lines, _fitting_size(slide.lines, slide_layouts.LINES, _LINES))
    _add_footer(page, imprint)
    _set_notes(page, slide.notes)


def _choose_layout(slide: Slide) -> int:
    if slide.visual is None:
        return slide_layouts.LINES_ALONE
    if isinstance(slide.visual, Figure):
        return slide_layouts.CHART_AND_LINES if slide.lines else slide_layouts.CHART
    return slide_layouts.TABLE_AND_LINES if slide.lines else slide_layouts.TABLE


def _placeholders(page: Any) -> dict[int, Any]:
    return {shape.placeholder_format.idx: shape for shape in page.placeholders}


def _fill_text(place: Any, paragraphs: Sequence[str], size: int | None = None) -> None:
    """Texts into a place of the layout, which says how they look; `size` (pt) only where they need a smaller one."""
    frame = place.text_frame
    for number, text in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = cell_text.plain(text)
        if size is not None:
            run.font.size = Pt(size)


def _title_size(title: str) -> int | None:
    """One line where it has room at 26 pt or more, else two at most; None for the layout's own size."""
    width = int(slide_layouts.TITLE.width) / 12700
    for size in _TITLES:
        lines = _line_count(title, size, width)
        if (lines == 1 and size >= _TWO_LINES_FROM) or (lines <= 2 and size < _TWO_LINES_FROM):
            return None if size == _TITLES[0] else size
    return _TITLES[-1]


def _fitting_size(texts: Sequence[str], box: Box, sizes: Sequence[int]) -> int | None:
    """The first of some sizes at which texts have room in a box; None where it is the layout's own, the first."""
    width, height = int(box.width) / 12700, int(box.height) / 12700
    for size in sizes:
        lines = sum(_line_count(text, size, width) for text in texts)
        if lines * size * _LEADING + _APART * (len(texts) - 1) <= height:
            return None if size == sizes[0] else size
    return sizes[-1]


def _line_count(text: str, size: float, width: float) -> int:
    # A word or a mark that may not begin a line leaves the end of the line before it empty.
    return max(1, math.ceil(words.width(text) * size / (width - size)))


def _caption(figure: Figure) -> str:
    """What is drawn and how to read it."""
    along = figure.form == "months"
    hollow = f"空心为{words.SMALL}" if along and any(any(series.small) for series in figure.series) else ""
    return "；".join(part for part in (figure.subtitle, chart_labels.axis_note(figure), hollow) if part)


def _add_chart(page: Any, place: Any, figure: Figure, box: Box) -> None:
    data: Any = CategoryChartData(number_format=_FORMATS[figure.kind])  # type: ignore[no-untyped-call]
    data.categories = [_category_label(figure, label) for label in figure.labels]
    for series in _all_series(figure):
        data.add_series(cell_text.plain(series.name), series.values)
    months = figure.form == "months"
    frame = place.insert_chart(XL_CHART_TYPE.LINE_MARKERS if months else XL_CHART_TYPE.BAR_CLUSTERED, data)
    _set_description(frame, figure.title, f"{figure.title}。{figure.subtitle}。")
    chart = frame.chart
    chart.font.size, chart.font.name = Pt(_LABEL), FONT
    chart.font.color.rgb = _colour(DESK.ink)
    _set_east_asian_font(chart._chartSpace)
    chart.has_title = False
    across, values = chart.category_axis, chart.value_axis
    across.format.line.color.rgb = _colour(DESK.compare)
    across.has_major_gridlines = values.has_major_gridlines = False
    across.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    across.major_tick_mark = XL_TICK_MARK.NONE
    values.visible = False
    if months:
        _style_months(chart, figure)
    else:
        _style_ranking(page, chart, figure, box)


def _category_label(figure: Figure, label: str) -> str:
    """A label of the axis; a month with its year on two lines, which are as wide as the other months."""
    year, sign, month = cell_text.plain(label).partition("年")
    return f"{month}\n{year}{sign}" if figure.form == "months" and sign and month else cell_text.plain(label)


def _all_series(figure: Figure) -> list[Series]:
    """The figure's series; along months the target is one more."""
    if figure.target is None or figure.form != "months":
        return list(figure.series)
    return [*figure.series, Series(chart_labels.target_label(figure), (figure.target,) * len(figure.labels))]


def _style_months(chart: Any, figure: Figure) -> None:
    chart.has_legend = len(figure.series) > 1
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    chart.value_axis.minimum_scale, chart.value_axis.maximum_scale = chart_labels.axis_range(figure)
    below = chart_labels.labels_below(figure)
    last = len(figure.labels) - 1
    for place, (drawn, series) in enumerate(zip(chart.plots[0].series, _all_series(figure), strict=True)):
        drawn.smooth = False
        if place == len(figure.series):
            _style_line(drawn, DESK.compare, 1.5, MSO_LINE.DASH)
            drawn.marker.style = XL_MARKER_STYLE.NONE
            _add_labels(
                drawn, {last: _label_xml(_FORMATS[figure.kind], "b" if not below[-1] else "t", DESK.muted, name=True)}
            )
            continue
        colour = DESK.categories[place]
        _style_line(drawn, colour, 2.25, MSO_LINE.SOLID if place == 0 else MSO_LINE.ROUND_DOT)
        drawn.marker.style, drawn.marker.size = XL_MARKER_STYLE.CIRCLE, 6
        _set_colours(drawn.marker.format, colour, colour)
        for number, small in enumerate(series.small):
            if small:
                _set_colours(drawn.points[number].marker.format, DESK.surface, colour)
        # The other line tells its last value alone: two rows of numbers would cross.
        labelled = [number for number, value in enumerate(series.values) if value is not None]
        labelled = labelled if place == 0 else labelled[-1:]
        sides = {number: below[number] == (place == 0) for number in labelled}
        _add_labels(
            drawn,
            {
                number: _label_xml(
                    _FORMATS[figure.kind], "b" if down else "t", DESK.ink if place == 0 else colour, ground=_HALO
                )
                for number, down in sides.items()
            },
        )


def _style_line(drawn: Any, colour: str, width: float, dash: MSO_LINE) -> None:
    drawn.format.line.color.rgb, drawn.format.line.width = _colour(colour), Pt(width)
    drawn.format.line.dash_style = dash


def _style_ranking(page: Any, chart: Any, figure: Figure, box: Box) -> None:
    """Bars from the top down; the plot stands where it is told, so that the target's line meets its value."""
    chart.has_legend = False
    # Bars are drawn from the foot up; the first is to stand on top.
    chart.category_axis.reverse_order = True
    width, height = int(box.width) / 12700, int(box.height) / 12700
    size = _LABEL if len(figure.labels) > _TABLE_ROWS else _LABEL + 1
    chart.font.size = Pt(size)
    names = max((words.width(label) for label in figure.labels), default=0.0) * size + 2 * _GAP
    left = min(names, width * _MOST_NAMES)
    top = _TARGET_ROOM if figure.target is not None else 0
    row = min((height - top) / max(len(figure.labels), 1), _MOST_ROW)
    inner = width - left - _GAP
    (series,) = figure.series
    small = series.small or (False,) * len(series.values)
    texts = [
        "" if value is None else chart_labels.value_label(figure, value) + (f"（{words.SMALL}）" if few else "")
        for value, few in zip(series.values, small, strict=True)
    ]
    rooms = [words.width(text) * size + 2 * _GAP for text in texts]
    inside, end = _fit_axis([value or 0.0 for value in series.values], rooms, inner, figure.target)
    chart.value_axis.minimum_scale, chart.value_axis.maximum_scale = 0, end
    _place_plot(chart, (left / width, top / height, inner / width, row * len(figure.labels) / height))
    chart.plots[0].gap_width = 45
    (drawn,) = chart.plots[0].series
    _set_colours(drawn.format, DESK.accent, DESK.accent)
    labels = {}
    for number, (text, few) in enumerate(zip(texts, small, strict=True)):
        if few:
            _set_colours(drawn.points[number].format, DESK.surface, DESK.accent)
        if text:
            form = _FORMATS[figure.kind] + (f'"（{words.SMALL}）"' if few else "")
            colour = DESK.surface if inside[number] and not few else DESK.ink
            labels[number] = _label_xml(form, "inBase" if inside[number] else "outEnd", colour, size=size)
    _add_labels(drawn, labels)
    if figure.target is not None:
        at = int(box.left) + round((left + figure.target / end * inner) * 12700)
        foot = int(box.top) + round((top + row * len(figure.labels)) * 12700)
        _add_target_line(page, figure, at, Box(box.left, box.top, box.width, foot - int(box.top)))


def _fit_axis(
    values: Sequence[float], rooms: Sequence[float], inner: float, target: float | None
) -> tuple[list[bool], float]:
    """Whether each value is written in its bar, and where the axis ends.

    With a target the values stand at the foot of the bars, clear of its line, where bars are long enough; all others
    stand after their bars, which end early enough (`rooms` and `inner`, the whole width, are in points).
    """
    most = max([*values, target or 0.0]) or 1.0
    inside = [target is not None and value / most * inner >= room for value, room in zip(values, rooms, strict=True)]
    needed = [
        value * inner / (inner - room)
        for value, room, within in zip(values, rooms, inside, strict=True)
        if not within and room < inner
    ]
    return inside, max([most, *needed])


def _add_target_line(page: Any, figure: Figure, at: int, box: Box) -> None:
    """A dashed line through the bars at the target, and its name above."""
    group = page.shapes.add_group_shape()
    group.name = chart_labels.target_label(figure)
    begin = int(box.top) + int(Pt(_TARGET_ROOM))
    for colour, width, dash in ((DESK.surface, 3.0, MSO_LINE.SOLID), (DESK.ink, 1.25, MSO_LINE.DASH)):
        line = group.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, Emu(at), Emu(begin), Emu(at), Emu(box.bottom))
        line.line.color.rgb, line.line.width, line.line.dash_style = _colour(colour), Pt(width), dash
    wide = int(Inches(1.2))
    left = min(max(at - wide // 2, int(box.left)), box.right - wide)
    name = group.shapes.add_textbox(Emu(left), box.top, Emu(wide), Pt(_TARGET_ROOM))
    frame = name.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Emu(0)
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame.paragraphs[0].alignment = PP_ALIGN.CENTER
    run = frame.paragraphs[0].add_run()
    run.text, run.font.size = chart_labels.target_label(figure), Pt(_LABEL)
    run.font.color.rgb = _colour(DESK.ink)
    _set_description(group, chart_labels.target_label(figure), f"{chart_labels.target_label(figure)}的线")


def _set_colours(form: Any, fill: str, line: str) -> None:
    form.fill.solid()
    form.fill.fore_color.rgb = _colour(fill)
    form.line.color.rgb = _colour(line)


def _label_xml(
    form: str, at: str, colour: str, *, name: bool = False, size: int = _LABEL, ground: str = "<a:noFill/>"
) -> str:
    """The label of a point but for its number: its value in a format, or the name of its series."""
    quoted = form.replace("&", "&amp;").replace('"', "&quot;")
    return (
        f'<c:numFmt formatCode="{quoted}" sourceLinked="0"/><c:spPr>{ground}<a:ln><a:noFill/></a:ln></c:spPr>'
        f'<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="{size * 100}"><a:solidFill>'
        f'<a:srgbClr val="{colour.removeprefix("#")}"/></a:solidFill></a:defRPr></a:pPr><a:endParaRPr/></a:p></c:txPr>'
        f'<c:dLblPos val="{at}"/><c:showLegendKey val="0"/><c:showVal val="{int(not name)}"/><c:showCatName val="0"/>'
        f'<c:showSerName val="{int(name)}"/><c:showPercent val="0"/><c:showBubbleSize val="0"/>'
    )


def _add_labels(drawn: Any, labels: dict[int, str]) -> None:
    """Labels of some points of a series, by number; the others have none. Values stay those of the workbook."""
    one_by_one = "".join(f'<c:dLbl><c:idx val="{at}"/>{label}</c:dLbl>' for at, label in sorted(labels.items()))
    shows = ("LegendKey", "Val", "CatName", "SerName", "Percent", "BubbleSize")
    none = "".join(f'<c:show{what} val="0"/>' for what in shows)
    old = drawn._element.get_or_add_dLbls()
    old.getparent().replace(old, parse_xml(f"<c:dLbls {_NAMESPACES}>{one_by_one}{none}</c:dLbls>"))


def _place_plot(chart: Any, place: tuple[float, float, float, float]) -> None:
    """Where the bars stand in the chart, without names and values: left, top, width and height as shares of it."""
    numbers = "".join(f'<c:{name} val="{share:.6f}"/>' for name, share in zip("xywh", place, strict=True))
    manual = '<c:layoutTarget val="inner"/><c:xMode val="edge"/><c:yMode val="edge"/>' + numbers
    area = chart._chartSpace.chart.plotArea
    for old in area.findall("{*}layout"):
        area.remove(old)
    area.insert(0, parse_xml(f"<c:layout {_NAMESPACES}><c:manualLayout>{manual}</c:manualLayout></c:layout>"))


def _add_table(place: Any, table: Table, box: Box) -> None:
    """The first rows of a table with the whole; the ledger has the others."""
    rows = cell_text.rows_of(table)
    whole = rows[len(table.rows) :]
    cell_texts = [[column.name for column in table.columns], *rows[: min(len(table.rows), _TABLE_ROWS)], *whole]
    frame = place.insert_table(len(cell_texts), len(table.columns))
    _set_description(frame, table.title, f"{table.title}。{table.note}")
    grid = frame.table
    grid.horz_banding = False
    frame._element.graphic.graphicData.tbl.tblPr.find("{*}tableStyleId").text = _NO_STYLE
    size, widths = _column_widths(cell_texts, int(box.width) / 12700)
    for at, width in enumerate(widths):
        grid.columns[at].width = Pt(width)
    for number, row in enumerate(cell_texts):
        grid.rows[number].height = _ROW
        strong = number == 0 or (bool(whole) and number == len(cell_texts) - 1)
        under = DESK.ink if number == 0 or (bool(whole) and number == len(cell_texts) - 2) else DESK.line
        for at, (column, text) in enumerate(zip(table.columns, row, strict=True)):
            _fill_cell(grid.cell(number, at), text, column, size, strong=strong, under=under)
    frame.left, frame.top, frame.width, frame.height = box.left, box.top, Pt(sum(widths)), _ROW * len(cell_texts)


def _column_widths(rows: Sequence[Sequence[str]], room: float) -> tuple[int, list[float]]:
    """A size (pt) at which every cell stands on one line, and the widths (pt); not much wider than they need."""
    longest = [max(words.width(cell) for cell in column) for column in zip(*rows, strict=True)]
    widths: list[float] = []
    for size in _CELLS:
        widths = [wide * size * 1.08 + 2 * _CELL_MARGIN for wide in longest]
        if sum(widths) <= room:
            break
    share = min(room / sum(widths), 1.6)
    return size, [width * share for width in widths]


def _fill_cell(cell: Any, text: str, column: Column, size: int, *, strong: bool, under: str) -> None:
    cell.margin_left = cell.margin_right = Pt(_CELL_MARGIN)
    cell.margin_top = cell.margin_bottom = Inches(0.03)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.LEFT if column.kind == "text" else PP_ALIGN.RIGHT
    run = paragraph.add_run()
    run.text, run.font.size, run.font.bold = cell_text.plain(text), Pt(size), strong
    line = f'<a:solidFill><a:srgbClr val="{under.removeprefix("#")}"/></a:solidFill>'
    cell._tc.get_or_add_tcPr().append(parse_xml(f'<a:lnB {_NAMESPACES} w="9525">{line}</a:lnB>'))


def _add_footer(page: Any, imprint: Imprint) -> None:
    """The imprint and the number of the slide; whose data it is where it is not real."""
    slide_layouts.add_shape(page, slide_layouts.footer_xml("　".join(imprint.foot)))
    slide_layouts.add_shape(page, slide_layouts.page_number_xml())
    if imprint.demonstration:
        box = slide_layouts.MARK
        mark = page.shapes.add_textbox(*(Emu(int(one)) for one in (box.left, box.top, box.width, box.height)))
        mark.name = words.DEMO
        frame = mark.text_frame
        frame.margin_left = frame.margin_right = Emu(0)
        frame.word_wrap = True
        frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
        run = frame.paragraphs[0].add_run()
        run.text, run.font.size, run.font.bold = words.DEMO, Pt(12), True
        run.font.color.rgb = _colour(DESK.red)


def _set_notes(page: Any, text: str) -> None:
    page.notes_slide.notes_text_frame.text = cell_text.plain(text)


def _set_east_asian_font(space: Any) -> None:
    """Chinese has its own font in a chart's text."""
    latin = next(space.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}latin"))
    latin.addnext(latin.makeelement(latin.tag.replace("latin", "ea"), {"typeface": FONT}))


def _set_description(shape: Any, name: str, text: str) -> None:
    """The name and the words for those who cannot see it."""
    (properties,) = shape._element.xpath("./*[1]/p:cNvPr")
    properties.set("name", cell_text.plain(name))
    properties.set("descr", cell_text.plain(text))


def _colour(text: str) -> Any:
    return RGBColor(*bytes.fromhex(text.removeprefix("#")))  # type: ignore[no-untyped-call]
