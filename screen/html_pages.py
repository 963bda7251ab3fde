"""The pages that the wall's part of the server answers with, from screen/templates, in the wall's colours."""

from pathlib import Path
from typing import Any

from views.markup import Markup, Templates
from views.tokens import FONT, WALL

_TEMPLATES = Templates(Path(__file__).parent / "templates")
_COLOURS = ("ground", "surface", "ink", "muted", "line", "accent", "red", "amber", "green", "compare", "empty")
_STYLE = ";".join([*(f"--{name}:{getattr(WALL, name)}" for name in _COLOURS), f"--font:{FONT}"])


def render_page(template: str, **values: Any) -> Markup:
    """A whole page. `values` are what its template names, beside the colours and the font that all have as `style`."""
    return _TEMPLATES.render(template, style=_STYLE, **values)
