"""What stands in the place of a chart that has nothing to draw."""

from typing import Any

import altair as alt
import pandas as pd

from views.charts.headings import break_lines
from views.charts.selection import click_selection
from views.charts.template import Chart, data_slot, template
from views.tokens import Palette

# The plot below a heading that says all there is to say, and that which holds a sentence.
_NO_PLOT, _SENTENCE = 8, 72


def empty_chart(text: str, palette: Palette, *, title: str = "", subtitle: str = "") -> Chart:
    """A chart that has nothing to draw: its heading, whose finding says so, or without one a sentence in its place.

    With the heading alone a reader knows what there is nothing of.
    """
    if title:
        return _sentence(palette).chart(title, subtitle, _NO_PLOT, pd.DataFrame({"text": [""]}))
    lines = pd.DataFrame({"text": ["\n".join(break_lines(text, 290, palette.text))]})
    return _sentence(palette).chart("", "", _SENTENCE, lines)


@template
def _sentence(palette: Palette) -> list[Any]:
    mark = alt.Chart(data_slot()).mark_text(
        align="left", baseline="middle", lineBreak="\n", lineHeight=20, color=palette.muted, fontSize=palette.text
    )
    # It has the selection that every chart has, so that a page may ask for clicks without looking.
    return [mark.encode(text="text:N", x=alt.value(0)).add_params(click_selection("none"))]
