"""The one look of all charts: font, grid, axes, spacing."""

from typing import Any

import altair as alt

from views.charts.headings import TITLE_EXTRA
from views.tokens import FONT, Palette


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
