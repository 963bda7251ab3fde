"""The page's parts that show no number by themselves: theme, header, blocks, headings."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import streamlit as st

from cockpit import kpis, process
from cockpit.reading import Reading
from cockpit.slots import DRAWING, Rank
from cockpit.view import View
from pages.parts import empty_period, notices, session
from pages.parts.markdown import escape_markdown
from pages.parts.panel import header_panel
from queries.beginnings import BEFORE_RECORDS
from queries.cases import has_cases
from queries.model import Metric
from queries.registry import METRICS
from queries.subjects import DIMENSIONS
from views import cards, words
from views.tokens import Palette, palette
from wording import unknown

P = ParamSpec("P")
# What shows one thing on a page.
Section = Callable[[View], object]
# A section whose name is the key of its block, or sections one below the other by the keys of their blocks.
Column = Section | Mapping[str, Section]

# A page that hears the news looks by itself so many times more seldom than what has to look: a run of the framework
# costs 4 ms, and there may be a hundred pages.
_LOOKS_BY_ITSELF = 5
# What a leader can do about a number that is not known.
HOW_TO_LOAD = "数据装入后自动显示；缺哪些数据、影响哪些数字，见「数据质量」页"
HOW_TO_KNOW = "换一个时段或截至日期"


def theme() -> Palette:
    """The palette of the reader's theme."""
    return palette(st.context.theme.type)


def on_phone() -> bool:
    """Whether the reader's browser calls itself a phone's."""
    return "Mobile" in (st.context.headers.get("User-Agent") or "")


def header(view: View, title: str, sentence: str) -> None:
    """Title, one sentence and the cut-off time, which looks now and then how old what is shown is.

    Below them stands what must be known of a moment or period of which there is nothing (see empty_period.tell_moment).
    """
    # Asked here: an error inside a fragment is the framework's, which says it in English and lets nobody catch it.
    notice = _notice(view, view.as_of)

    @st.fragment(run_every=seconds_between_looks(view))
    @DRAWING.taken(Rank.BY_ITSELF)
    def watch() -> None:
        session.looked()
        reading = process.live_data().watch.read()
        html = cards.header_html(
            title,
            sentence,
            theme(),
            cutoff=words.moment(view.as_of, year=view.as_of.year != reading.read_at.year),
            freshness=_freshness(view, reading),
            demo=reading.state.demonstration,
            notice=notice,
        )
        header_panel(html, "header")

    watch()
    empty_period.tell_moment(view)


def seconds_between_looks(view: View) -> float:
    """After how many seconds a page looks by itself again how old what it shows is."""
    return _LOOKS_BY_ITSELF * view.settings.freshness.poll


def _freshness(view: View, reading: Reading) -> words.State | None:
    if reading.error is None:
        return None
    limits = view.settings.freshness
    # Where only the state of newer data could be read, the numbers are older than that look.
    age = reading.age if view.data.reading.is_like(reading) else view.data.reading.age
    if age >= limits.red:
        return words.State("bad", "■", "数据库不可达，以下为最近一次读到的数据")
    if age >= limits.amber:
        return words.State("warn", "▲", "数据库暂不可达，以下为最近一次读到的数据")
    return None


def _notice(view: View, as_of: datetime) -> str:
    """Deadlines of the coming weeks may reach a year whose working days are not published yet."""
    missing = [year for year in view.workdays.unpublished_years() if year - as_of.year in (0, 1)]
    near = [year for year in missing if year == as_of.year or as_of.month >= 11]
    return f"{near[0]} 年放假安排未发布" if near else ""


def block(key: str, *, stretch: bool = True) -> Any:
    """A surface for one picture or table: `with block("flow"): …`. As high as its neighbours if it stretches."""
    return st.container(border=True, key=f"block_{key}", height="stretch" if stretch else "content")


def row(view: View, *columns: Column, widths: Sequence[float] | None = None) -> None:
    """Show sections side by side, each in a block of its own; one alone is as wide as the page, none is nothing.

    Of sections one below the other the last fills the column's height; those above are as high as what they show.
    `widths` are relative.
    """
    if len(columns) < 2:
        for column in columns:
            stack(view, column, fill=True)
        return
    for place, column in zip(st.columns(widths or len(columns)), columns, strict=True):
        with place:
            stack(view, column, fill=True)


def stack(view: View, column: Column, *, fill: bool = False) -> None:
    """Show sections one below the other, each in a block as high as what it shows, the last one higher to `fill`."""
    sections = column if isinstance(column, Mapping) else {column.__name__: column}
    for key, section in sections.items():
        with block(key, stretch=fill and key == list(sections)[-1]):
            section(view)


def heading(title: str, note: str, *, define: Metric | None = None) -> None:
    """The heading of a table: the finding, below it what is listed, the 口径 of its number as help; all plain text."""
    help_text = None
    if define is not None:
        pairs = kpis.definition(process.settings(), define)
        help_text = "\n\n".join(f"**{head}**　{escape_markdown(text)}" for head, text in pairs)
    finding, listed = (escape_markdown(words.spaced(text)) for text in (title, note))
    st.markdown(f"**{finding}**  \n:small[:gray[{listed}]]", help=help_text)


def explain_missing(view: View, *metrics: str) -> bool:
    """Whether the data cannot tell one of these numbers; says so in the place of what would show it."""
    for metric in (METRICS[name] for name in metrics):
        if kpis.missing_reason(view, metric):
            how = HOW_TO_KNOW if BEFORE_RECORDS in kpis.lacks(view, metric) else HOW_TO_LOAD
            heading(kpis.missing_sentence(view, metric), how, define=metric)
            return True
    return False


def explain_missing_split(view: View, metric_id: str, *dimensions: str) -> bool:
    """Whether the data cannot tell a number split so; says so in the place of the picture that would show it."""
    if explain_missing(view, metric_id):
        return True
    metric = METRICS[metric_id]
    lacks = kpis.missing_for_split(view, metric_id, *dimensions)
    if lacks:
        split = "、".join(DIMENSIONS[name] for name in dimensions)
        heading(unknown.sentence(f"{metric.name}按{split}", lacks), HOW_TO_LOAD, define=metric)
    return bool(lacks)


def needs(
    *metrics: str, by: tuple[str, ...] = ()
) -> Callable[[Callable[Concatenate[View, P], None]], Callable[Concatenate[View, P], None]]:
    """Let a section show numbers that the data can tell; else it says in their place what is missing.

    `by` are the dimensions that the section splits the number by; of several numbers none is split.
    """

    def guard(section: Callable[Concatenate[View, P], None]) -> Callable[Concatenate[View, P], None]:
        @wraps(section)
        def guarded(view: View, /, *args: P.args, **kwargs: P.kwargs) -> None:
            is_missing = explain_missing_split(view, *metrics, *by) if by else explain_missing(view, *metrics)
            if not is_missing:
                section(view, *args, **kwargs)

        return guarded

    return guard


def page_lacks(view: View, metric: str) -> bool:
    """Whether the data cannot tell the number that a page is about; says so in the place of all that would show it."""
    if not kpis.missing_reason(view, METRICS[metric]):
        return False
    with block("unknown", stretch=False):
        explain_missing(view, metric)
    return True


def page_is_empty(view: View, metrics: Sequence[str], what: str, *tables: str) -> bool:
    """Whether nothing was ever counted by any of these numbers, which it says (see `says_missing`)."""
    return says_missing(
        view, lambda at: any(view.ask(has_cases, metric, as_of=at) for metric in metrics), what, *tables
    )


def says_missing(view: View, there_is: Callable[[datetime], bool], what: str, *tables: str) -> bool:
    """Whether there is nothing of it at the moment, which it says: where there is later, that another moment has any,
    else what to load (see `notices.missing`).
    """
    if there_is(view.as_of):
        return False
    if view.as_of < view.data.as_of and there_is(view.data.as_of):
        notices.hint(f"截至{words.day(view.as_of, year=True)}还没有{what}。换一个截至日期。")
    else:
        notices.missing(what, *tables)
    return True
