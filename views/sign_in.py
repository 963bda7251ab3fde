"""Who is signed in, and what somebody sees who is not, as HTML of its own style."""

from views.markup import Markup, read_static, render
from views.tokens import Palette, css_variables

_CSS = Markup(read_static("sign_in.css"))  # our own file


def notice_html(bureau: str, name: str, sentence: str, contact: str, palette: Palette) -> Markup:
    """Whose cockpit it is; if there is a sentence, for whom and why nothing is shown, and whom to ask ("": nobody)."""
    values = {"bureau": bureau, "name": name, "sentence": sentence, "contact": contact}
    return render("sign_in_notice.html.jinja", css=_css(palette), **values)


def link_html(text: str, address: str, palette: Palette) -> Markup:
    """A button that leads to an address of this server."""
    return render("sign_in_link.html.jinja", css=_css(palette), text=text, address=address)


def name_html(name: str, role: str, address: str, palette: Palette) -> Markup:
    """Who is signed in, for the top bar, and the address that signs out."""
    return render("signed_in.html.jinja", css=_css(palette), name=name, role=role, address=address)


def _css(palette: Palette) -> Markup:
    return Markup(":root {{ {} }} {}").format(Markup(css_variables(palette)), _CSS)
