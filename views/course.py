"""One case on a page: its facts, its clocks and its course, as HTML for the panel of views.cards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

import pandas as pd

from views import words
from views.cards import variables
from views.tokens import Palette
from views.words import State

# The steps that every case takes; what happens beside them is drawn hollow.
_STEPS = ("登记", "转送", "受理告知", "办结", "不予受理", "评价", "复查意见", "复核意见")


@dataclass(frozen=True)
class Dial:
    """A clock as it is drawn: `at` is now or the day it was done, the bar runs from `start` to `end`."""

    name: str
    article: str
    limit: str
    state: State
    said: str
    start: datetime | None = None
    end: datetime | None = None
    at: datetime | None = None


def facts_html(facts: Mapping[str, str], palette: Palette, *, text: str = "") -> str:
    """Pairs of heading and value in columns, then the text of the petition."""
    pairs = "".join(f"<div><dt>{escape(head)}</dt><dd>{escape(value)}</dd></div>" for head, value in facts.items())
    body = f'<p class="said">{escape(text)}</p>' if text else ""
    return f'<div class="panel"><div style="{variables(palette)}"><dl class="facts">{pairs}</dl>{body}</div></div>'


def clocks_html(dials: Sequence[Dial], palette: Palette) -> str:
    """One row a clock: what it is, how far it has run, and what is left."""
    rows = "".join(_dial(dial, palette) for dial in dials)
    return f'<div class="panel"><ul class="clocks" style="{variables(palette)}">{rows}</ul></div>'


def timeline_html(events: pd.DataFrame, palette: Palette) -> str:
    """The course from top to bottom. Columns: happened_at, action, unit, actor, note."""
    rows, before = [], None
    for row in events.to_dict("records"):
        rows.append(_event(row, before))
        before = row["happened_at"]
    return f'<div class="panel"><ol class="course" style="{variables(palette)}">{"".join(rows)}</ol></div>'


def _dial(dial: Dial, palette: Palette) -> str:
    colour = palette.state(dial.state.role)
    begun = words.moment(dial.start, year=True) if dial.start else "未起算"
    ends = f"{words.moment(dial.end, year=True)} 止" if dial.end else ""
    return (
        f'<li><div class="what"><b>{escape(dial.name)}</b>'
        f"<span>{escape(dial.article)} · {escape(dial.limit)}</span></div>"
        f'<div class="run"><div class="bar"><i style="width:{_run(dial):.0%};background:{colour}"></i></div>'
        f'<div class="ends"><span>{escape(begun)}</span><span>{escape(ends)}</span></div></div>'
        f'<div class="left" style="color:{colour}">{escape(dial.state.text)}<span>{escape(dial.said)}</span></div></li>'
    )


def _run(dial: Dial) -> float:
    """The part of the clock's time that has passed."""
    if dial.start is None or dial.end is None or dial.at is None or dial.end <= dial.start:
        return 0.0
    return min(1.0, max(0.0, (dial.at - dial.start) / (dial.end - dial.start)))


def _event(row: Mapping[Any, Any], before: pd.Timestamp | None) -> str:
    at = pd.Timestamp(str(row["happened_at"]))
    gap = (at.normalize() - before.normalize()).days if before is not None else 0
    told = [str(row[name]) for name in ("actor", "unit", "note") if isinstance(row[name], str) and row[name]]
    beside = "" if row["action"] in _STEPS else ' class="beside-step"'
    later = f'<span class="gap">隔 {gap} 天</span>' if gap else ""
    return (
        f"<li{beside}><time>{escape(words.moment(at.to_pydatetime(), year=True))}</time>"
        f'<b>{escape(str(row["action"]))}</b><span class="told">{escape("，".join(told))}</span>{later}</li>'
    )


CSS = """
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 8px 16px; margin: 0; }
.facts dt { font-size: var(--note); color: var(--muted); }
.facts dd { margin: 0; font-size: var(--text); line-height: 20px; color: var(--ink); overflow-wrap: anywhere; }
.said { margin: 12px 0 0; padding-top: 12px; border-top: 1px solid var(--line); font-size: var(--text);
  line-height: 22px; color: var(--ink); white-space: pre-line; }
.clocks, .course { margin: 0; padding: 0; list-style: none; font-size: var(--text); color: var(--ink); }
.clocks li { display: grid; grid-template-columns: minmax(120px, 1fr) 2fr minmax(96px, auto); gap: 4px 16px;
  align-items: center; padding: 8px 0; border-bottom: 1px solid var(--line); }
.clocks li:last-child { border: 0; }
.what b, .left { font-weight: 600; }
.what span, .left span { display: block; font-size: var(--note); font-weight: 400; color: var(--muted); }
.left { text-align: right; white-space: nowrap; }
.bar { height: 6px; border-radius: 3px; background: var(--line); overflow: hidden; }
.bar i { display: block; height: 100%; }
.run .ends { margin-top: 4px; }
@container (max-width: 520px) {
  .clocks li { grid-template-columns: 1fr auto; }
  .run { grid-column: 1 / -1; grid-row: 2; }
}
.course li { position: relative; display: grid; grid-template-columns: 132px 72px 1fr auto; gap: 0 12px;
  padding: 0 0 14px 20px; line-height: 20px; }
.course li::before { content: ""; position: absolute; left: 3px; top: 5px; width: 10px; height: 10px;
  border-radius: 50%; box-sizing: border-box; background: var(--accent); border: 2px solid var(--accent); z-index: 1; }
.course .beside-step::before { background: var(--surface); }
.course li:not(:last-child)::after { content: ""; position: absolute; left: 7px; top: 12px; bottom: -6px; width: 2px;
  background: var(--line); }
.course time, .course .gap { font-size: var(--note); color: var(--muted); white-space: nowrap; }
.course .told { color: var(--ink); overflow-wrap: anywhere; }
@container (max-width: 520px) { .course li { grid-template-columns: 72px 1fr; } .course time { grid-column: 1 / -1; }
  .course .gap { grid-column: 2; } }
"""
