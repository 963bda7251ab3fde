"""The one look of all charts: font, grid, axes, spacing; and the sentence in place of a chart without data."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
from altair.utils.schemapi import disable_debug_mode

from views.charts.headings import TITLE_EXTRA, break_lines, heading
from views.charts.selection import click_selection
from views.tokens import FONT, Palette

Chart = alt.Chart | alt.LayerChart
# The tests check a chart against Vega-Lite's schema whole, when it is written: to check each axis and scale when it is
# made, too, finds nothing else and takes a twentieth of drawing a page.
disable_debug_mode()


def themed(chart: Any, palette: Palette) -> Any:
    """Font, grid, axes and spacing of every chart; transparent, so that it takes the colour of its ground.

    All at once: a chart of layers is put together anew at every step of configuring it.
    """
    return chart.configure(
        font=FONT,
        background="transparent",
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=palette.muted,
            labelFontSize=palette.note,
            labelAngle=0,
            titleColor=palette.muted,
            titleFontSize=palette.note,
            titleFontWeight="normal",
            gridColor=palette.line,
            domainColor=palette.line,
            ticks=False,
            labelPadding=8,
        ),
        axisX=alt.AxisConfig(grid=False),
        axisY=alt.AxisConfig(domain=False),
        title=alt.TitleConfig(
            anchor="start",
            frame="bounds",
            fontSize=palette.text + TITLE_EXTRA,
            fontWeight=600,
            color=palette.ink,
            lineHeight=palette.text + 8,
            subtitleFontSize=palette.note,
            subtitleColor=palette.muted,
            subtitleLineHeight=palette.note + 6,
            subtitlePadding=4,
            offset=16,
        ),
        legend=alt.LegendConfig(
            orient="top",
            direction="horizontal",
            title=None,
            labelColor=palette.muted,
            labelFontSize=palette.note,
            symbolType="square",
            symbolSize=90,
            symbolStrokeWidth=0,
            symbolOpacity=1,
            labelLimit=240,
            columns=alt.ExprRef("max(1, floor(width / 110))"),
            offset=4,
        ),
        text=alt.MarkConfig(color=palette.ink, fontSize=palette.note, font=FONT),
    )


def finish(layers: Sequence[Any], palette: Palette, title: str, subtitle: str, height: int) -> alt.LayerChart:
    """Layers as one themed chart as wide as its container; `height` is the plot's, without heading and axes.

    Labels beside the plot need no room set aside: Vega counts them when it fits the width.
    """
    chart: alt.LayerChart = themed(
        alt.layer(
            *layers,
            title=heading(title, subtitle, palette),
            width="container",
            height=height,
            # At the top of the spec: a page's framework fits the height too where it finds nothing here.
            autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
            padding={"left": 4, "top": 4, "right": 8, "bottom": 8},
        ),
        palette,
    )
    return chart


def empty_chart(text: str, palette: Palette, *, height: int = 72) -> alt.LayerChart:
    """A chart that has nothing to draw: one sentence in its place."""
    lines = pd.DataFrame({"text": ["\n".join(break_lines(text, 290, palette.text))]})
    mark = alt.Chart(lines).mark_text(
        align="left", baseline="middle", lineBreak="\n", lineHeight=20, color=palette.muted, fontSize=palette.text
    )
    # It has the selection that every chart has, so that a page may ask for clicks without looking.
    return finish(
        [mark.encode(text="text:N", x=alt.value(0)).add_params(click_selection("none"))], palette, "", "", height
    )
