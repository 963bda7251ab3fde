"""The slides: one message each, native charts that can be edited, the source of every figure in the notes."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pptx
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from briefings import cells
from briefings.model import Deck, Figure, Imprint, Series, Slide, Table
from views import words
from views.tokens import DESK

FONT = "Microsoft YaHei"
_WIDTH, _HEIGHT = Inches(13.333), Inches(7.5)
_LEFT, _TOP, _GAP = Inches(0.6), Inches(0.45), Inches(0.35)
_INNER = _WIDTH - 2 * _LEFT
_TITLE_HEIGHT, _BODY_TOP, _BODY_HEIGHT = Inches(1.05), Inches(1.65), Inches(5.05)
_FOOT_TOP = Inches(6.98)
_SIDE = Inches(3.9)
_TITLE, _LINES, _LABEL, _FOOT, _COVER = Pt(26), Pt(18), Pt(11), Pt(10), Pt(40)
# A longer title is set smaller, so that two lines hold it.
_LONG_TITLE, _LONG_TITLE_SIZE = 42, Pt(22)
_LONG_LINES = 150
_TABLE_ROWS = 10
_FEW_BARS = 8
_FORMATS = {"count": "#,##0", "rate": "0.00%", "days": "0.0", "number": "0.0"}


def write(deck: Deck) -> bytes:
    """The slides as a .pptx, 16:9."""
    made = pptx.Presentation()
    made.slide_width, made.slide_height = _WIDTH, _HEIGHT
    made.core_properties.title, made.core_properties.author = deck.title, deck.imprint.bureau
    _cover(made, deck)
    for number, slide in enumerate(deck.slides, start=2):
        _slide(made, slide, deck.imprint, number)
    held = BytesIO()
    made.save(held)
    return held.getvalue()


def _cover(made: Any, deck: Deck) -> None:
    slide = made.slides.add_slide(made.slide_layouts[0])
    title, under = slide.placeholders
    _place(title, _LEFT, Inches(2.3), _INNER, Inches(1.2))
    _say(title.text_frame, [deck.title], _COVER, bold=True, anchor=MSO_ANCHOR.BOTTOM)
    _place(under, _LEFT, Inches(3.75), _INNER, Inches(0.7))
    _say(under.text_frame, [deck.subtitle], Pt(20), colour=DESK.muted)
    line = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, _LEFT, Inches(3.6), Inches(1.2), Emu(38100))
    _fill(line, DESK.accent)
    imprint = deck.imprint
    text = slide.shapes.add_textbox(_LEFT, Inches(5.9), _INNER, Inches(0.4))
    _say(text.text_frame, [f"{imprint.bureau}　{imprint.as_of}"], Pt(16))
    _feet(slide, imprint, 1)
    slide.notes_slide.notes_text_frame.text = f"数据来源：{imprint.bureau}信访件库。{imprint.line}"


def _slide(made: Any, slide: Slide, imprint: Imprint, number: int) -> None:
    page = made.slides.add_slide(made.slide_layouts[5])
    title = page.shapes.title
    _place(title, _LEFT, _TOP, _INNER, _TITLE_HEIGHT)
    size = _TITLE if len(slide.title) <= _LONG_TITLE else _LONG_TITLE_SIZE
    _say(title.text_frame, [slide.title], size, bold=True, anchor=MSO_ANCHOR.MIDDLE)
    side = _SIDE if slide.lines and slide.shown is not None else Emu(0)
    width = _INNER - (side + _GAP if side else 0)
    if isinstance(slide.shown, Figure):
        _chart(page, slide.shown, width)
    elif isinstance(slide.shown, Table):
        _table(page, slide.shown, width)
    if slide.lines:
        _lines(page, slide.lines, side)
    _feet(page, imprint, number)
    page.notes_slide.notes_text_frame.text = slide.notes


def _lines(page: Any, lines: Sequence[str], side: int) -> None:
    """What is said beside the picture, or on the whole page where there is none."""
    left = _LEFT + _INNER - side if side else _LEFT
    box = page.shapes.add_textbox(left, _BODY_TOP, side or _INNER, _BODY_HEIGHT)
    long = sum(len(line) for line in lines) > _LONG_LINES
    told = list(lines) if side else [f"{place}. {line}" for place, line in enumerate(lines, start=1)]
    _say(box.text_frame, told, Pt(16) if long else _LINES, apart=Pt(12), anchor=MSO_ANCHOR.TOP)


def _chart(page: Any, figure: Figure, width: int) -> None:
    data: Any = CategoryChartData(number_format=_FORMATS[figure.kind])  # type: ignore[no-untyped-call]
    data.categories = figure.labels
    for series in _all_series(figure):
        data.add_series(series.name, series.values)
    months = figure.form == "months"
    kind = XL_CHART_TYPE.LINE_MARKERS if months else XL_CHART_TYPE.BAR_CLUSTERED
    note = page.shapes.add_textbox(_LEFT, _BODY_TOP, width, Inches(0.35))
    aim = "" if months or figure.target is None else f"；目标 {words.percent(figure.target, 0)}"
    _say(note.text_frame, [figure.subtitle + aim], Pt(12), colour=DESK.muted)
    height = _BODY_HEIGHT - Inches(0.35)
    frame = page.shapes.add_chart(kind, _LEFT, _BODY_TOP + Inches(0.35), width, height, data)
    _describe(frame, f"{figure.title}。{figure.subtitle}。")
    chart = frame.chart
    chart.font.size, chart.font.name = _LABEL, FONT
    chart.font.color.rgb = _colour(DESK.ink)
    chart.has_title = False
    chart.has_legend = len(figure.series) > 1
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    _axes(chart, figure, months)
    for place, series in enumerate(chart.plots[0].series):
        if place < len(figure.series):
            _series(series, figure, place, months)
        else:
            _target_line(series)


def _all_series(figure: Figure) -> list[Series]:
    """The figure's series; along months the target is one more."""
    if figure.target is None or figure.form != "months":
        return list(figure.series)
    name = f"目标 {words.percent(figure.target, 0)}"
    return [*figure.series, Series(name, (figure.target,) * len(figure.labels))]


def _axes(chart: Any, figure: Figure, months: bool) -> None:
    across, values = chart.category_axis, chart.value_axis
    across.format.line.color.rgb = _colour(DESK.line)
    across.has_major_gridlines = values.has_major_gridlines = False
    values.visible = False
    known = [value for series in _all_series(figure) for value in series.values if value is not None]
    if months and figure.kind == "rate" and known:
        room = (max(known) - min(known)) * 0.2 or 0.01
        values.minimum_scale, values.maximum_scale = min(known) - room, max(known) + room
    else:
        values.minimum_scale = 0
    if not months:
        # Bars are drawn from the foot up; the first is to stand on top.
        across.reverse_order = True
        chart.plots[0].gap_width = 45 if len(figure.labels) > _FEW_BARS else 150
        across.tick_label_position = XL_TICK_LABEL_POSITION.LOW


def _series(series: Any, figure: Figure, place: int, months: bool) -> None:
    colour = _colour(DESK.categories[place])
    if months:
        series.smooth = False
        series.format.line.color.rgb, series.format.line.width = colour, Pt(2.25)
        series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, 6
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = colour
        series.marker.format.line.color.rgb = colour
    else:
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = colour
    if place == 0:
        labels = series.data_labels
        labels.show_value, labels.number_format = True, _FORMATS[figure.kind]
        labels.number_format_is_linked = False
        labels.font.size = _LABEL
        labels.position = XL_LABEL_POSITION.ABOVE if months else XL_LABEL_POSITION.OUTSIDE_END
    for number, small in enumerate(figure.series[place].small):
        if small:
            _small(series.points[number], figure, place, number, months)


def _small(point: Any, figure: Figure, place: int, number: int, months: bool) -> None:
    """A sample too few to be read closely stands in outline and says so."""
    target = point.marker.format if months else point.format
    target.fill.solid()
    target.fill.fore_color.rgb = _colour(DESK.surface)
    target.line.color.rgb = _colour(DESK.categories[place])
    value = figure.series[place].values[number]
    label = point.data_label.text_frame
    label.text = f"{words.value(value, figure.kind)}（{words.SMALL}）"
    label.paragraphs[0].runs[0].font.size = _LABEL


def _target_line(series: Any) -> None:
    series.smooth = False
    series.format.line.color.rgb, series.format.line.width = _colour(DESK.compare), Pt(1.5)
    series.format.line.dash_style = MSO_LINE.DASH
    series.marker.style = XL_MARKER_STYLE.NONE
    last = len(list(series.values)) - 1
    label = series.points[last].data_label
    label.has_text_frame = True
    label.text_frame.text = series.name
    label.text_frame.paragraphs[0].runs[0].font.size = _LABEL
    label.position = XL_LABEL_POSITION.BELOW


def _table(page: Any, table: Table, width: int) -> None:
    """The first rows of a table; the rest is in the ledger, which is said."""
    rows = cells.rows_of(table)
    whole = rows[len(table.rows) :]
    shown = [*rows[: min(len(table.rows), _TABLE_ROWS)], *whole]
    frame = page.shapes.add_table(len(shown) + 1, len(table.columns), _LEFT, _BODY_TOP, width, Inches(0.36))
    _describe(frame, table.title)
    grid = frame.table
    _plain(frame)
    for place, column in enumerate(table.columns):
        side = PP_ALIGN.RIGHT if cells.is_number(column) else PP_ALIGN.LEFT
        for number, text in enumerate([column.name, *(row[place] for row in shown)]):
            cell = grid.cell(number, place)
            last = bool(whole) and number == len(shown)
            cell.fill.solid()
            cell.fill.fore_color.rgb = _colour(DESK.empty if number == 0 or last else DESK.surface)
            cell.margin_top = cell.margin_bottom = Inches(0.03)
            _say(cell.text_frame, [text], Pt(13), bold=number == 0 or last, side=side)
    for row in grid.rows:
        row.height = Inches(0.36)
    left_out = len(table.rows) - _TABLE_ROWS
    more = f"列前{_TABLE_ROWS}行，另有{left_out}行见台账。" if left_out > 0 else ""
    box = page.shapes.add_textbox(_LEFT, _BODY_TOP + Inches(0.37) * (len(shown) + 1), width, Inches(0.35))
    _say(box.text_frame, [more + table.note], Pt(12), colour=DESK.muted)


def _plain(frame: Any) -> None:
    """No banding: every row is told apart by its line alone."""
    properties = frame._element.graphic.graphicData.tbl.tblPr
    properties.set("bandRow", "0")


def _feet(page: Any, imprint: Imprint, number: int) -> None:
    """The imprint and the number of the slide; whose data it is where it is not real."""
    foot = page.shapes.add_textbox(_LEFT, _FOOT_TOP, _INNER - Inches(1), Inches(0.3))
    _say(foot.text_frame, [imprint.line], _FOOT, colour=DESK.muted)
    count = page.shapes.add_textbox(_LEFT + _INNER - Inches(0.9), _FOOT_TOP, Inches(0.9), Inches(0.3))
    _say(count.text_frame, [str(number)], _FOOT, colour=DESK.muted, side=PP_ALIGN.RIGHT)
    if imprint.demonstration:
        mark = page.shapes.add_textbox(_LEFT + _INNER - Inches(1.4), Inches(0.15), Inches(1.4), Inches(0.3))
        _say(mark.text_frame, [words.DEMO], _FOOT, colour=DESK.red, bold=True, side=PP_ALIGN.RIGHT)


def _say(
    frame: Any,
    paragraphs: Sequence[str],
    size: Pt,
    *,
    bold: bool = False,
    colour: str = DESK.ink,
    side: PP_ALIGN = PP_ALIGN.LEFT,
    apart: Pt | None = None,
    anchor: MSO_ANCHOR = MSO_ANCHOR.MIDDLE,
) -> None:
    frame.word_wrap = True
    frame.vertical_anchor = anchor
    frame.margin_left = frame.margin_right = Emu(0) if bold and size > Pt(20) else frame.margin_left
    for place, text in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.alignment = side
        if apart is not None:
            paragraph.space_after = apart
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold, run.font.name = size, bold, FONT
        run.font.color.rgb = _colour(colour)
        _east_asian(run)


def _east_asian(run: Any) -> None:
    """Chinese has its own font in a run's properties."""
    properties = run._r.get_or_add_rPr()
    face = properties.makeelement(qn("a:ea"), {"typeface": FONT})
    latin = properties.find(qn("a:latin"))
    latin.addnext(face)


def _place(shape: Any, left: int, top: int, width: int, height: int) -> None:
    shape.left, shape.top, shape.width, shape.height = left, top, width, height


def _fill(shape: Any, colour: str) -> None:
    shape.fill.solid()
    shape.fill.fore_color.rgb = _colour(colour)
    shape.line.fill.background()


def _describe(frame: Any, text: str) -> None:
    frame._element.nvGraphicFramePr.cNvPr.set("descr", text)


def _colour(text: str) -> Any:
    return RGBColor(*bytes.fromhex(text.removeprefix("#")))  # type: ignore[no-untyped-call]
