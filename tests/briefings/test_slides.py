"""The slides: native charts, one message each, sources in the notes, nothing off the page."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pptx
import pytest

from briefings.files import File
from briefings.frozen import Frozen
from briefings.model import Figure, Table
from briefings.template import Edits, deck
from casebase.engine import Casebase
from queries.measure import metric_of
from tests.briefings.conftest import STEPS


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
    cover, *slides = made.slides
    assert cover.shapes.title.text_frame.text == planned.title
    assert len(slides) == len(planned.slides)
    for slide, plan in zip(slides, planned.slides, strict=True):
        assert slide.shapes.title.text_frame.text == plan.title
        assert slide.notes_slide.notes_text_frame.text == plan.notes
        assert planned.imprint.snapshot in plan.notes
        charts = [shape for shape in slide.shapes if shape.has_chart]
        tables = [shape for shape in slide.shapes if shape.has_table]
        assert (len(charts), len(tables)) == (isinstance(plan.shown, Figure), isinstance(plan.shown, Table))
        for shape in (*charts, *tables):
            assert shape._element.nvGraphicFramePr.cNvPr.get("descr")
        text = "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
        assert all(line in text for line in plan.lines)
        assert planned.imprint.line in text
        assert "演示数据" in text


def test_notes_tell_what_each_drawn_number_is(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    for slide in deck(frozen_of("month"), city.workdays, Edits()).slides:
        if isinstance(slide.shown, Figure):
            for name in slide.shown.metrics:
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
    slides = pptx.Presentation(BytesIO(made_of("nothing")[1].data)).slides
    assert len(slides) >= 2
    assert slides[0].shapes.title.text_frame.text == "郑州市信访工作月报"
