"""Specifications that Altair makes once for their settings, with places for what the data says.

To build the same Altair objects for every version of the data was four fifths of the time of a chart. So a function of
settings alone gives layers, in which `slot` stands for what the data will say; Altair makes a specification of them
once; and every chart is this specification, its values and its frames.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, Concatenate, ParamSpec

import altair as alt
import pandas as pd
from altair.utils.schemapi import disable_debug_mode

from views.charts.headings import heading
from views.charts.theme import themed
from views.tokens import Palette

P = ParamSpec("P")
Specification = dict[str, Any]
# Settings that are kept; a page has about ten, in two palettes.
_KEPT = 512
# The tests check a chart against Vega-Lite's schema whole, when it is written. When it is made, a place for a value is
# no value yet.
disable_debug_mode()


@dataclass(frozen=True)
class _Slot:
    name: str


def slot(name: str) -> Any:
    """The place of a value of this name in layers of Altair."""
    return _Slot(name)


def data_slot(name: str = "rows") -> alt.NamedData:
    """The place of a frame of this name, as the data of layers."""
    return alt.NamedData(name=slot(name))


@dataclass(frozen=True)
class Chart:
    """A finished chart: a specification with places, the values that belong there, and the frames that it draws."""

    template: Specification
    values: Mapping[str, Any]
    frames: Mapping[str, pd.DataFrame]

    def specification(self, names: Mapping[str, str]) -> Specification:
        """The specification in Vega-Lite, in which each frame has the name that is given for it."""
        filled: Specification = _filled(self.template, {**self.values, **names})
        return filled

    def to_dict(self) -> Specification:
        """The specification with its data. Raises altair's SchemaValidationError for what Vega-Lite does not know."""
        written = self.specification({name: name for name in self.frames})
        # Vega-Lite takes an expression for a subtitle as for a title; its schema knows the title's alone.
        known = {**written, "title": {**written["title"], "subtitle": ""}}
        specification = {**alt.TopLevelLayerSpec(**known).to_dict(), "title": written["title"]}
        datasets = {name: alt.to_values(frame)["values"] for name, frame in self.frames.items()}
        return {**specification, "datasets": datasets}


@dataclass(frozen=True)
class Template:
    """A specification in one palette, with places."""

    specification: Specification
    palette: Palette

    def chart(
        self,
        title: str,
        subtitle: str,
        height: int,
        frames: pd.DataFrame | Mapping[str, pd.DataFrame],
        **values: Any,
    ) -> Chart:
        """The chart of these frames (one alone is `rows`) and of a value for every slot.

        `height` is the plot's in px, without heading and axes.
        """
        by_name = {"rows": frames} if isinstance(frames, pd.DataFrame) else frames
        words = {"title": heading(title, subtitle, self.palette), "height": height}
        return Chart(self.specification, {**words, **values}, by_name)


def template(
    layers_of: Callable[Concatenate[Palette, P], Iterable[Any]],
) -> Callable[Concatenate[Palette, P], Template]:
    """Make a function of a palette and settings, which gives layers with slots, one that gives their template.

    Altair is asked once for the same settings, all of which must be hashable.
    """

    @lru_cache(maxsize=_KEPT)
    @wraps(layers_of)
    def template_of(palette: Palette, /, *args: P.args, **kwargs: P.kwargs) -> Template:
        return Template(_written(layers_of(palette, *args, **kwargs), palette), palette)

    kept: Any = template_of
    return kept  # type: ignore[no-any-return]


def _written(layers: Iterable[Any], palette: Palette) -> Specification:
    """Layers as one themed chart as wide as its container.

    Labels beside the plot need no room set aside: Vega counts them when it fits the width.
    """
    chart = alt.layer(
        *layers,
        title=slot("title"),
        width="container",
        height=slot("height"),
        # At the top of the spec: a page's framework fits the height too where it finds nothing here.
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        padding={"left": 4, "top": 4, "right": 8, "bottom": 8},
    )
    # As part of something larger: at the top Altair would add the theme that is set for the whole process.
    written = themed(chart, palette).to_dict(validate=False, context={"top_level": False})
    return {**written, "$schema": alt.SCHEMA_URL}


def _filled(part: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(part, _Slot):
        return values[part.name]
    if isinstance(part, dict):
        return {key: _filled(one, values) for key, one in part.items()}
    return [_filled(one, values) for one in part] if isinstance(part, list) else part
