"""Entries of the metric dictionary, as HTML for the live panel of views.cards: the formula with today's numbers in it.

A number that was clicked hands its link back, as a card does. Every text is escaped here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from views.cards import variables
from views.tokens import Palette
from views.words import SMALL, State


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


def entries_html(entries: Sequence[Entry], palette: Palette) -> str:
    """Entries side by side where there is room for two."""
    body = "".join(_entry(entry, palette) for entry in entries)
    look = "entries" if len(entries) > 1 else "entries one"
    return f'<div class="panel"><div class="{look}" style="{variables(palette)}">{body}</div></div>'


def _entry(entry: Entry, palette: Palette) -> str:
    return (
        f'<article class="entry" data-key="{escape(entry.key)}"><header><h3>{_name(entry)}</h3></header>'
        f"<p>{escape(entry.definition)}</p>"
        f"{_formula(entry, palette)}<dl>{_facts(entry)}</dl></article>"
    )


def _name(entry: Entry) -> str:
    if entry.alone is None:
        return escape(entry.name)
    label = f"只看{entry.name}"
    return _button(entry.name, entry.alone, label)


def _formula(entry: Entry, palette: Palette) -> str:
    terms = "".join(f'<div class="term">{escape(term.text)} {_number(term)}</div>' for term in entry.terms)
    result = _result(entry, palette) if entry.value else ""
    return f'<div class="formula"><div class="terms">{terms}</div>{result}</div>'


def _result(entry: Entry, palette: Palette) -> str:
    state = ""
    if entry.state:
        state = f'<span style="color:{palette.state(entry.state.role)}">{escape(entry.state.text)}</span>'
    small = f'<span class="small">{SMALL}</span>' if entry.small else ""
    states = f'<span class="states">{state}{small}</span>' if state or small else ""
    return (
        f'<span class="factor">{escape(entry.factor)} =</span>'
        f'<div class="result"><span class="value">{escape(entry.value)}</span>{states}</div>'
    )


def _number(term: Term) -> str:
    if term.link is None:
        return f"<b>{escape(term.number)}</b>"
    return _button(term.number, term.link, f"{term.text} {term.number}。查看明细")


def _button(text: str, link: str, label: str) -> str:
    return (
        f'<button type="button" class="to" data-open="{escape(link)}" aria-label="{escape(label)}">'
        f"{escape(text)}</button>"
    )


def _facts(entry: Entry) -> str:
    return "".join(f"<dt>{escape(head)}</dt><dd>{escape(text)}</dd>" for head, text in entry.facts if text)


CSS = """
.entries { display: grid; grid-template-columns: minmax(0, 1fr); gap: 16px; color: var(--ink); }
@container (min-width: 960px) { .entries:not(.one) { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
.entry { display: flex; flex-direction: column; gap: 8px; min-width: 0; padding: 16px; background: var(--surface);
  border: 1px solid var(--line); border-radius: 8px; font-size: var(--text); line-height: 22px; }
.entry header { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 12px; }
.entry h3 { margin: 0; font-size: calc(var(--text) + 2px); font-weight: 600; }
.entry p { margin: 0; }
.to { padding: 0; border: 0; background: none; font: inherit; font-weight: 600; color: var(--accent); cursor: pointer;
  text-align: left; }
h3 .to { color: var(--ink); }
.to:hover { text-decoration: underline; text-underline-offset: 3px; }
.to:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; border-radius: 2px; }
.formula { display: flex; align-items: center; gap: 8px 12px; padding: 10px 12px; border-radius: 6px;
  background: var(--ground); }
.terms { min-width: 0; }
.term { padding: 2px 0; }
.term + .term { border-top: 1px solid var(--ink); }
.factor { flex: none; color: var(--muted); }
.result { flex: none; }
.result .value { font-size: calc(var(--text) + 6px); }
.result .states { display: flex; gap: 8px; margin: 0; min-height: 0; }
.entry dl { display: grid; grid-template-columns: 4.5em minmax(0, 1fr); gap: 2px 8px; margin: 0;
  font-size: var(--note); line-height: 20px; }
.entry dt { color: var(--muted); }
.entry dd { margin: 0; }
@container (max-width: 480px) { .formula { flex-wrap: wrap; } .terms { flex-basis: 100%; } }
"""
