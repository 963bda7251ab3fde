"""The slides: native charts, one message each, sources in the notes, nothing off the page."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import openpyxl
import pptx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pptx.util import Pt

from briefings import cell_text, chart_labels, slide_layouts, slides
from briefings.files import File
from briefings.frozen import Frozen
from briefings.model import Figure, Slide, Table
from briefings.template import Edits, deck
from casebase.engine import Casebase
from queries.measure import metric_of
from tests.briefings.conftest import STEPS
from tests.briefings.samples import DECK, LONG_TITLE, RANKING, RATE, SUMMARY, VOLUME
from views import words
from views.tokens import DESK


@pytest.fixture
def made(made_of: Callable[..., tuple[File, ...]]) -> Any:
    return pptx.Presentation(BytesIO(made_of("month")[1].data))


def test_slides_are_wide_and_nothing_leaves_them(made: Any) -> None:
    assert round(made.slide_width / made.slide_height, 3) == round(16 / 9, 3)
    for slide in made.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= made.slide_width
            assert shape.top + shape.height <= made.slide_height


def test_each_slide_has_its_message_its_picture_and_its_source(
    made: Any, frozen_of: Callable[..., Frozen], city: Casebase
) -> None:
    planned = deck(frozen_of("month"), city.workdays, Edits("供会议参阅", STEPS))
    cover, *pages = made.slides
    assert cover.shapes.title.text_frame.text == planned.title
    assert len(pages) == len(planned.slides)
    for slide, plan in zip(pages, planned.slides, strict=True):
        assert slide.shapes.title.text_frame.text == plan.title
        assert slide.notes_slide.notes_text_frame.text == plan.notes
        assert planned.imprint.snapshot in plan.notes
        charts = [shape for shape in slide.shapes if shape.has_chart]
        tables = [shape for shape in slide.shapes if shape.has_table]
        assert (len(charts), len(tables)) == (isinstance(plan.visual, Figure), isinstance(plan.visual, Table))
        for shape in (*charts, *tables):
            assert shape._element.nvGraphicFramePr.cNvPr.get("descr")
        text = "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
        assert all(line in text for line in plan.lines)
        assert planned.imprint.line in text
        assert "演示数据" in text


def test_notes_tell_what_each_drawn_number_is(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    for slide in deck(frozen_of("month"), city.workdays, Edits()).slides:
        if isinstance(slide.visual, Figure):
            for name in slide.visual.metrics:
                metric = metric_of(name)
                assert f"{metric.name}：{metric.definition}" in slide.notes


def test_charts_can_be_edited(made: Any) -> None:
    charts = [shape.chart for slide in made.slides for shape in slide.shapes if shape.has_chart]
    assert len(charts) > 5
    for chart in charts:
        assert chart.part.chart_workbook.xlsx_part is not None
        series = list(chart.plots[0].series)
        assert all(len(list(one.values)) == len(list(chart.plots[0].categories)) for one in series)


def test_a_period_without_a_case_still_makes_slides(made_of: Callable[..., tuple[File, ...]]) -> None:
    pages = pptx.Presentation(BytesIO(made_of("nothing")[1].data)).slides
    assert len(pages) >= 2
    assert pages[0].shapes.title.text_frame.text == "郑州市信访工作月报"


def opened(deck: Any = DECK) -> Any:
    return pptx.Presentation(BytesIO(slides.write(deck)))


def chart_of(page: Any) -> Any:
    return next(shape.chart for shape in page.shapes if shape.has_chart)


def only(slide: Slide) -> Any:
    """A presentation of one slide after its cover; the slide."""
    return opened(replace(DECK, slides=(slide,))).slides[1]


def drawn_numbers(chart: Any) -> dict[str, tuple[float | None, ...]]:
    return {series.name: tuple(series.values) for series in chart.plots[0].series}


def test_every_drawn_value_is_the_raw_value_in_chart_and_workbook(
    made: Any, frozen_of: Callable[..., Frozen], city: Casebase
) -> None:
    planned = deck(frozen_of("month"), city.workdays, Edits("供会议参阅", STEPS)).slides
    pages = zip([*made.slides][1:], planned, strict=True)
    sampled = zip([*opened().slides][1:], DECK.slides, strict=True)
    seen = 0
    for page, plan in [*pages, *sampled]:
        if not isinstance(plan.visual, Figure):
            continue
        figure, chart = plan.visual, chart_of(page)
        wanted = {series.name: series.values for series in figure.series}
        drawn = drawn_numbers(chart)
        if figure.form == "months" and figure.target is not None:
            assert set(drawn.pop(chart_labels.target_label(figure))) == {figure.target}
        assert drawn == wanted
        labels = [str(label) for label in chart.plots[0].categories]
        if figure.form == "ranking":
            assert labels == list(figure.labels)
        else:
            turned = ["".join(reversed(label.partition("\n"))).replace("\n", "") for label in labels]
            assert turned == list(figure.labels)
        book = openpyxl.load_workbook(BytesIO(chart.part.chart_workbook.xlsx_part.blob))
        for place, series in enumerate(figure.series, start=2):
            column = [row[0] for row in book.active.iter_rows(2, None, place, place, values_only=True)]
            assert tuple(column) == series.values
        seen += 1
    assert seen > 8


def labels_of(series: Any) -> dict[int, tuple[str, str, str]]:
    """Number format, place and colour of each label of a series."""
    found = {}
    for label in series._element.iterfind("{*}dLbls/{*}dLbl"):
        colour = next(label.find("{*}txPr").iter("{*}srgbClr")).get("val")
        form, place = label.find("{*}numFmt").get("formatCode"), label.find("{*}dLblPos").get("val")
        found[int(label.find("{*}idx").get("val"))] = (form, place, f"#{colour}")
    return found


def test_labels_are_formatted_by_kind_and_small_samples_say_so() -> None:
    (bars,) = chart_of(only(DECK.slides[2])).plots[0].series
    labels = labels_of(bars)
    assert labels[0] == (f'0.00%"（{words.SMALL}）"', "inBase", DESK.ink)
    assert [labels[at] for at in (1, 2, 3)] == [("0.00%", "inBase", DESK.surface)] * 3
    assert str(bars.points[0].format.fill.fore_color.rgb) == DESK.surface.removeprefix("#")
    came, went = chart_of(only(DECK.slides[0])).plots[0].series
    assert {label[0] for label in labels_of(came).values()} == {"#,##0"}
    assert set(labels_of(came)) == set(range(13))
    assert set(labels_of(went)) == {12}
    assert labels_of(came)[12][1] != labels_of(went)[12][1]
    rate = chart_of(only(DECK.slides[1])).plots[0].series[0]
    # The month without a value has no label, the small one a hollow mark.
    assert set(labels_of(rate)) == set(range(13)) - {2}
    assert str(rate.points[12].marker.format.fill.fore_color.rgb) == DESK.surface.removeprefix("#")


def test_bars_without_a_target_have_their_values_after_them() -> None:
    page = only(Slide("标题", (), replace(RANKING, target=None), "来源"))
    (bars,) = chart_of(page).plots[0].series
    assert {label[1] for label in labels_of(bars).values()} == {"outEnd"}
    axis = chart_of(page).value_axis
    assert axis.maximum_scale > 0.9914
    assert not [shape for shape in page.shapes if shape.name == chart_labels.target_label(RANKING)]


@pytest.mark.parametrize("target", [0.3, 0.95, 1.0])
def test_the_line_of_the_target_stands_at_its_value(target: float) -> None:
    figure = replace(RANKING, target=target)
    page = only(Slide("标题", ("一句",), figure, "来源"))
    box = slide_layouts.visual_box(slide_layouts.CHART_AND_LINES)
    chart = chart_of(page)
    x, width = (float(chart._chartSpace.find(f".//{{*}}plotArea/{{*}}layout//{{*}}{name}").get("val")) for name in "xw")
    group = next(shape for shape in page.shapes if shape.name == chart_labels.target_label(figure))
    lines = [shape for shape in group.shapes if not shape.has_text_frame]
    wanted = box.left + (x + width * target / chart.value_axis.maximum_scale) * box.width
    assert [abs(line.left - wanted) < Pt(1) for line in lines] == [True, True]
    assert chart.value_axis.minimum_scale == 0
    assert [shape.text_frame.text for shape in group.shapes if shape.has_text_frame] == [
        chart_labels.target_label(figure)
    ]


def test_an_axis_that_does_not_begin_at_zero_says_so() -> None:
    page = only(DECK.slides[1])
    axis = chart_of(page).value_axis
    assert (axis.minimum_scale, axis.maximum_scale) == chart_labels.axis_range(RATE)
    caption = next(shape.text_frame.text for shape in page.placeholders if shape.placeholder_format.idx == 14)
    assert caption == f"近13个月五日办结率；纵轴自{chart_labels.axis_range(RATE)[0]:.0%}起；空心为样本少"
    assert chart_of(only(DECK.slides[0])).value_axis.minimum_scale == 0


def test_every_cell_of_a_table_is_the_raw_value_in_words() -> None:
    summary, overdue = (
        next(shape for shape in only(plan).shapes if shape.has_table).table for plan in DECK.slides[3:5]
    )
    read = [[cell.text_frame.text for cell in row.cells] for row in summary.rows]
    assert read == [[column.name for column in SUMMARY.columns], *cell_text.rows_of(SUMMARY)]
    assert summary.first_row
    # Ten rows and the head; the ledger has the others, which is said.
    assert len(overdue.rows) == 11
    caption = next(shape.text_frame.text for shape in only(DECK.slides[4]).placeholders if "列前" in shape.text)
    assert caption == "列前10行，另有50行见台账。截至2026年11月23日2时。"


def test_slides_are_set_in_real_places_and_none_is_empty() -> None:
    made = opened()
    names = [page.slide_layout.name for page in made.slides]
    assert names == ["封面", "图与要点", "图", "图与要点", "表", "表与要点", "要点"]
    for number, page in enumerate(made.slides, start=1):
        kinds = {shape.placeholder_format.idx for shape in page.placeholders}
        assert {slide_layouts.IN_FOOTER, slide_layouts.IN_NUMBER} <= kinds
        assert all(shape.text_frame.text for shape in page.placeholders if shape.has_text_frame), number
        assert page.shapes.title is not None
        # The number is a field, which follows when slides are moved.
        assert len(page._element.xpath(".//a:fld[@type='slidenum']")) == 1
    lines = next(
        shape for shape in made.slides[6].placeholders if shape.placeholder_format.idx == slide_layouts.IN_LINES
    )
    assert [paragraph.text for paragraph in lines.text_frame.paragraphs] == list(DECK.slides[5].lines)


def test_one_font_and_the_colours_of_the_desk() -> None:
    with zipfile.ZipFile(BytesIO(slides.write(DECK))) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
    assert "docProps/thumbnail.jpeg" not in parts
    theme = parts["ppt/theme/theme1.xml"]
    assert set(re.findall(r'<a:(?:latin|ea) typeface="([^"]+)"', theme)) == {"Microsoft YaHei"}
    known = {str(one).removeprefix("#") for one in (*vars(DESK).values(), *DESK.categories) if str(one).startswith("#")}
    shown = {
        name: text for name, text in parts.items() if re.match(r"ppt/(slides|charts|slideLayouts|slideMasters)/", name)
    }
    for name, text in shown.items():
        assert set(re.findall(r'srgbClr val="([^"]+)"', text)) <= known, name
        assert set(re.findall(r'typeface="([^"+]+)"', text)) <= {"Microsoft YaHei", "Arial"}, name
    charts = [text for name, text in parts.items() if name.startswith("ppt/charts/chart")]
    assert all('<a:ea typeface="Microsoft YaHei"/>' in text for text in charts)


def title_size(title: str) -> float:
    """The size of a title in points, the layout's own where it has none."""
    (run,) = only(replace(DECK.slides[0], title=title)).shapes.title.text_frame.paragraphs[0].runs
    return 28 if run.font.size is None else float(run.font.size.pt)


@pytest.mark.parametrize("title", ["短", "登记3,945件次，同比上升1.8%，环比下降15.6%", "长" * 50, LONG_TITLE])
def test_a_long_title_is_set_smaller_until_its_place_holds_it(title: str) -> None:
    size = title_size(title)
    lines = -(-words.width(title) * size // (slide_layouts.TITLE.width / 12700 - size))
    assert lines * size * 1.2 <= slide_layouts.TITLE.height / 12700
    assert size == 28 or len(title) > 30


def test_many_lines_are_set_smaller() -> None:
    page = only(Slide("下步建议", ("请有关单位逐件办结超期件，并于月底前报告结果。" * 3,) * 12, None, "来源"))
    lines = next(shape for shape in page.placeholders if shape.placeholder_format.idx == slide_layouts.IN_LINES)
    sizes = {run.font.size for paragraph in lines.text_frame.paragraphs for run in paragraph.runs}
    assert sizes <= {Pt(12), Pt(14)}


ODD = st.text(st.characters(codec=None), max_size=12)


@settings(max_examples=8, deadline=None)
@example("\r", "\ud800", "\r\n\x00")
@given(ODD, ODD, ODD)
def test_odd_characters_do_not_break_a_slide(title: str, line: str, label: str) -> None:
    figure = replace(
        VOLUME,
        form="ranking",
        labels=(f"甲{label}", "一"),
        series=(replace(VOLUME.series[0], name=label, values=(1, 2)),),
    )
    page = only(Slide(title, (line, "完"), figure, line))
    said = cell_text.plain(f"甲{label}")
    assert [str(one) for one in chart_of(page).plots[0].categories] == [said, "一"]
    assert page.notes_slide.notes_text_frame is not None


def test_a_figure_without_any_value_makes_a_slide() -> None:
    nothing = replace(RATE, series=(replace(RATE.series[0], values=(None,) * 13, small=()),), target=None)
    assert set(drawn_numbers(chart_of(only(Slide("无", (), nothing, "来源"))))["五日办结率"]) == {None}
    bars = replace(RANKING, series=(replace(RANKING.series[0], values=(None,) * 4, small=()),), target=None)
    assert chart_of(only(Slide("无", (), bars, "来源"))).value_axis.maximum_scale == 1
