"""Entries of the metric dictionary, as HTML for the live panel of views.cards: the formula with today's numbers in it.

A number that was clicked hands its link back, as a card does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from views.markup import Markup, read_static, render
from views.tokens import Palette, css_variables
from views.words import State

CSS = read_static("entries.css")


@dataclass(frozen=True)
class Term:
    """A part of a formula: what is counted, how many there are now, and the link to their list (None: no list)."""

    text: str
    number: str
    link: str | None = None


@dataclass(frozen=True)
class Entry:
    """One metric. `terms` are numerator and denominator, or the one thing counted; `factor` such as × 100% makes
    `value` of them ("": the thing counted is the value).

    `facts` pairs a heading (归期, 依据 …) with its text; `alone` is the link to this entry by itself.
    """

    key: str
    name: str
    definition: str
    terms: tuple[Term, ...]
    value: str
    factor: str = ""
    state: State | None = None
    small: bool = False
    facts: tuple[tuple[str, str], ...] = ()
    alone: str | None = None


def entries_html(entries: Sequence[Entry], palette: Palette) -> Markup:
    """Entries side by side where there is room for two."""
    return render("entries.html.jinja", entries=entries, palette=palette, style=css_variables(palette))
