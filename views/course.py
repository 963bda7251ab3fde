"""One case on a page: its facts, its clocks and its course, as HTML for the panel of views.cards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from views.markup import Markup, read_static, render
from views.tokens import Palette, css_variables
from views.words import NONE, State, moment

CSS = read_static("course.css")

# The steps that every case takes; what happens beside them is drawn hollow.
_STEPS = ("登记", "转送", "收到", "受理告知", "办结", "不予受理", "不再受理", "存", "评价", "复查意见", "复核意见")


@dataclass(frozen=True)
class Dial:
    """A clock as it is drawn: `at` is now or the day it was done, the bar runs from `start` to `end`.

    `note` says what is left or over.
    """

    name: str
    article: str
    limit: str
    state: State
    note: str
    start: datetime | None = None
    end: datetime | None = None
    at: datetime | None = None

    @property
    def share_run(self) -> float:
        """The part of the clock's time that has passed, 0 … 1."""
        if self.start is None or self.end is None or self.at is None or self.end <= self.start:
            return 0.0
        return min(1.0, max(0.0, (self.at - self.start) / (self.end - self.start)))


@dataclass(frozen=True)
class _Step:
    """One event of a course; `days_since_last` is 0 for the first and for one of the same day."""

    at: datetime
    action: str
    details: str
    days_since_last: int

    @property
    def in_every_case(self) -> bool:
        return self.action in _STEPS


def facts_html(facts: Mapping[str, str], palette: Palette, *, text: str = "") -> Markup:
    """Pairs of heading and value in columns, then the text of the petition."""
    return render("facts.html.jinja", facts=facts, text=text, style=css_variables(palette))


def revealed_html(
    facts: Mapping[str, str | None],
    text: str | None,
    notes: pd.DataFrame,
    palette: Palette,
    *,
    notice: str,
    seconds: int,
) -> Markup:
    """What is masked elsewhere, below who sees it and why; gone by itself after so many seconds.

    Columns of `notes`: happened_at, action, note.
    """
    told = {head: value or NONE for head, value in facts.items()}
    lines = [
        f"{moment(row['happened_at'], year=True)} {row['action']}：{row['note']}" for row in notes.to_dict("records")
    ]
    return render(
        "revealed.html.jinja",
        facts=told,
        text=text or "",
        notes=lines,
        notice=notice,
        seconds=max(0, seconds),
        style=css_variables(palette),
    )


def clocks_html(dials: Sequence[Dial], palette: Palette) -> Markup:
    """One row a clock: what it is, how far it has run, and what is left."""
    return render("clocks.html.jinja", dials=dials, palette=palette, style=css_variables(palette))


def timeline_html(events: pd.DataFrame, palette: Palette) -> Markup:
    """The course from top to bottom. Columns: happened_at, action, unit, actor, note."""
    days = events["happened_at"].dt.normalize().diff().dt.days.fillna(0)
    steps = [_step(row, int(gap)) for row, gap in zip(events.to_dict("records"), days, strict=True)]
    return render("timeline.html.jinja", steps=steps, style=css_variables(palette))


def _step(row: Mapping[Any, Any], days_since_last: int) -> _Step:
    details = [str(row[name]) for name in ("actor", "unit", "note") if isinstance(row[name], str) and row[name]]
    return _Step(row["happened_at"].to_pydatetime(), str(row["action"]), "，".join(details), days_since_last)
