"""The legend under a map."""

from collections.abc import Sequence

import pandas as pd

from views import words
from views.maps.frames import SCHEMATIC, Scale
from views.markup import Markup, render
from views.shades import Shading, Step
from views.tokens import FONT, Palette
from views.words import State

NO_DATA = "无数据"


def legend_html(
    label: str,
    steps: Sequence[Step],
    palette: Palette,
    *,
    note: str = "",
    small: bool = False,
    schematic: bool = False,
    tokens: bool = False,
    no_data: bool = False,
    points_label: str = "",
    point_steps: Sequence[Step] = (),
) -> Markup:
    """The legend under a map: steps with their ranges and what the colours mean, and what is not drawn by them."""
    notes = [f"{SCHEMATIC}：轮廓为示意，不是行政区划界线"] if schematic else []
    notes += [f"○ 无公开界线，位置为{SCHEMATIC}"] if tokens else []
    not_scaled = [Step(palette.empty, words.SMALL)] if small else []
    not_scaled += [Step(_hatching(palette), NO_DATA)] if no_data else []
    return render(
        "map_legend.html.jinja",
        heading="，".join(filter(None, (label, note))),
        steps=[*steps, *not_scaled],
        point_heading=points_label,
        point_steps=point_steps,
        notes=notes,
        palette=palette,
        font=FONT,
    )


def legend_steps(
    data: pd.DataFrame, palette: Palette, scale: Scale, states: Sequence[State], shades: Shading
) -> Sequence[Step]:
    """The steps of the scale: states that are on the map, none on a plain one, else classes of the number."""
    if scale == "lights":
        present = [state for state in states if (data["role"] == state.role).any()]
        return [Step(palette.soft_state(state.role), state.text) for state in present]
    return () if scale == "plain" else shades.steps


def _hatching(palette: Palette) -> str:
    """The look of no data, as a CSS background."""
    return f"repeating-linear-gradient(135deg,{palette.empty} 0 3px,{palette.compare} 3px 4px)"
