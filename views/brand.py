"""The bureau's name as a picture."""

from views.markup import Markup, render
from views.tokens import FONT, Palette


def brand_svg(name: str, palette: Palette) -> Markup:
    """Three bars on the accent's ground and the name beside them, drawn with the reader's own font."""
    return render("brand.svg.jinja", name=name, width=44 + 17 * len(name), font=FONT, palette=palette)
