"""Markup: HTML and SVG from templates in which every value is escaped, and the style sheets and scripts beside them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup

from views import words

__all__ = ["Markup", "Templates", "read_static", "render"]

_FOLDER = Path(__file__).parent
_LINE_BREAK = re.compile(r"\s*\n\s*")
_LINE_BREAK_AT_AN_END = re.compile(r"^\s*\n\s*|\s*\n\s*$")


class _LineBreaks(Extension):
    """Lines and indentation are for the reader of a template.

    Inside a tag or a text they are one space; between tags, and between a tag and a value, they are nothing.
    """

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        in_tag = False
        for token in stream:
            if token.type != "data":
                yield token
                continue
            pieces = []
            for piece in re.split("([<>])", token.value):
                in_tag = piece == "<" or (in_tag and piece != ">")
                inside = piece if in_tag else _LINE_BREAK_AT_AN_END.sub("", piece)
                pieces.append(_LINE_BREAK.sub(" ", inside))
            yield Token(token.lineno, "data", "".join(pieces))


class Templates:
    """The templates of one folder, each compiled once; `words` of views is known in all of them.

    A value that is no Markup is escaped; one that is not given is an error.
    """

    def __init__(self, folder: Path) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=[_LineBreaks],
            auto_reload=False,
            cache_size=-1,
        )
        # The order of a mapping is the order of what it lists.
        self._environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
        self._environment.globals["words"] = words

    def render(self, template: str, /, **values: Any) -> Markup:
        """A template of the folder, filled in. Raises jinja2.UndefinedError for a value that is missing."""
        return Markup(self._environment.get_template(template).render(values))


_TEMPLATES = Templates(_FOLDER / "templates")
render = _TEMPLATES.render


def read_static(name: str) -> str:
    """The text of a style sheet or script in views/static."""
    return (_FOLDER / "static" / name).read_text(encoding="utf-8")
