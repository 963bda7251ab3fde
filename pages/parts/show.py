"""Showing numbers: the page header, cards, charts and the map, and what a click on them does."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pandas as pd
import streamlit as st

from casebase.errors import CasebaseError
from pages.parts import live
from pages.parts.filters import Filters, current, path_of, turn, turn_to
from pages.parts.markdown import escape_markdown
from queries import decompose, needs
from queries.cases import Part
from queries.compare import by_month, compare
from queries.model import Kind, Metric
from queries.periods import Against, Period, Preset, period_of
from queries.periods import compared as compared_with
from queries.registry import METRICS
from queries.subjects import DIMENSIONS
from views import cards, charts, course, entries, words
from views.shades import Meaning
from views.tokens import Palette, Role, palette
from wording import numbers as judged
from wording import unknown
from wording.numbers import kind_of, tone, written

# A table's row in px: 2.1875 times the font size of .streamlit/config.toml.
ROW = 31
# What a leader can do about a number that is not known.
HOW_TO_LOAD = "数据装入后自动显示；缺哪些数据、影响哪些数字，见「数据质量」页"
LIST_PAGE = "pages/case_list.py"
WHY_PAGE = "pages/why.py"
DEFINITION_PAGE = "pages/dictionary.py"
TOPICS_PAGE = "pages/hot_topics.py"
# What stands beside volumes of 信访 and is never added to them.
HOTLINE = ("hotline_registered", "hotline_open")
_PANEL = st.components.v2.component("panel", html=cards.HTML, css=cards.CSS + entries.CSS + course.CSS, js=cards.JS)
AGAINST = {Against.PREVIOUS: "与上期比", Against.YEAR_BEFORE: "与上年同期比"}


def theme() -> Palette:
    """The palette of the reader's theme."""
    return palette(st.context.theme.type)


def on_phone() -> bool:
    """Whether the reader's browser calls itself a phone's."""
    return "Mobile" in (st.context.headers.get("User-Agent") or "")


def panel(html: str, key: str) -> str | None:
    """Mount cards, sentences or a header; returns the link that was clicked, if any."""
    opened: str | None = _PANEL(data={"html": html}, key=key, on_open_change=lambda: None).open
    return opened


def header(title: str, sentence: str) -> None:
    """Title, one sentence and the cut-off time, which keeps watch and redraws the page when the data changes."""
    as_of = current().as_of

    @st.fragment(run_every=live.settings().freshness.poll)
    def watch() -> None:
        if live.changed():
            st.rerun()
        reading = live.pulse().read()
        late = _lateness(reading)
        html = cards.header_html(
            title,
            sentence,
            theme(),
            cutoff=words.moment(as_of, year=as_of.year != reading.read_at.year),
            freshness=late,
            demo=reading.state.demonstration,
            notice=_notice(as_of),
        )
        panel(html, "header")

    watch()


def _lateness(reading: live.Reading) -> words.State | None:
    if reading.error is None:
        return None
    age = reading.age
    limits = live.settings().freshness
    if age >= limits.red:
        return words.State("bad", "■", "数据库不可达，以下为最近一次读到的数据")
    return words.State("warn", "▲", "数据库暂不可达，以下为最近一次读到的数据") if age >= limits.amber else None


def _notice(as_of: datetime) -> str:
    """Deadlines of the coming weeks may reach a year whose working days are not published yet."""
    missing = [year for year in live.casebase().workdays.unpublished_years() if year - as_of.year in (0, 1)]
    near = [year for year in missing if year == as_of.year or as_of.month >= 11]
    return f"{near[0]} 年放假安排未发布" if near else ""


def numbers(
    filters: Filters,
    metrics: Sequence[str],
    *,
    key: str,
    spark: bool = True,
    compact: bool = False,
    lead: bool = True,
) -> pd.DataFrame:
    """A row of cards, each with its comparison, trend and definition; a click opens its cases.

    A click on a change leads to what it is made of, unless told not to.

    Returns the compared frame (see queries.compare.compare), indexed by metric, for sentences around it.
    """
    found = compared(filters, metrics)
    trend = by_months(filters, metrics) if spark else None
    shown = [
        replace(card(METRICS[name], found, trend, filters, lead), link=link(name, period=_another(filters)))
        for name in metrics
    ]
    open_list(panel(cards.cards_html(shown, theme(), compact=compact), key))
    return found


def lacks(metric: Metric) -> str:
    """未装入办结期限: why the data cannot tell a number; "" for one that it can."""
    return unknown.reason(live.ask(needs.unknown).get(metric.id, ()))


def lacking(*metrics: str) -> bool:
    """Whether the data cannot tell one of these numbers; says so in the place of what would show it."""
    for metric in (METRICS[name] for name in metrics):
        if lacks(metric):
            heading(unknown.sentence(metric.name, live.ask(needs.unknown)[metric.id]), HOW_TO_LOAD, define=metric)
            return True
    return False


def lacks_of(metric_id: str, *dimensions: str) -> tuple[str, ...]:
    """What the data lacks for a number, split by these dimensions (see queries.needs.split_lacks); () for nothing."""
    own = live.ask(needs.unknown).get(metric_id, ())
    lacks = [own, *(live.ask(needs.unknown_split, metric_id, name) for name in dimensions)]
    return tuple(dict.fromkeys(name for names in lacks for name in names))


def lacking_split(metric_id: str, *dimensions: str) -> bool:
    """Whether the data cannot tell a number split so; says so in the place of the picture that would show it."""
    if lacking(metric_id):
        return True
    metric = METRICS[metric_id]
    lacks = lacks_of(metric_id, *dimensions)
    if lacks:
        said = "、".join(DIMENSIONS[name] for name in dimensions)
        heading(unknown.sentence(f"{metric.name}按{said}", lacks), HOW_TO_LOAD, define=metric)
    return bool(lacks)


def stage_names(stages: pd.Series) -> list[str]:
    """The stages of cases as a column: those that no time tells with the reason."""
    lacks = lacks_of("backlog", "stage")
    return [stage if isinstance(stage, str) else unknown.written(lacks) for stage in stages]


def compared(filters: Filters, metrics: Sequence[str]) -> pd.DataFrame:
    """These numbers and those that stand beside them, with their comparisons, indexed by metric."""
    beside = [other for name in metrics for other in METRICS[name].beside]
    wanted = list(dict.fromkeys([*metrics, *beside]))
    found = live.ask(compare, wanted, as_of=filters.as_of, period=filters.period, within=filters.within)
    return found.set_index("metric")


def by_months(filters: Filters, metrics: Sequence[str], months: int = 12) -> pd.DataFrame:
    """The months up to the end of the period, or up to now while it runs (see queries.compare.by_month)."""
    return live.ask(
        by_month, list(metrics), as_of=filters.as_of, months=months, within=filters.within, until=filters.until
    )


def card(
    metric: Metric, found: pd.DataFrame, trend: pd.DataFrame | None, filters: Filters, lead: bool = False
) -> cards.Card:
    """A number with all that is said about it: `found` is of queries.compare.compare by metric, `trend` of by_month."""
    row: Any = found.loc[metric.id]
    lights = live.settings().lights
    if row["unknown"]:
        lacks = unknown.reason(row["unknown"])
        return cards.Card(metric.id, metric.name, words.NONE, definition=definition(metric, filters), beside=(lacks,))
    at: list[tuple[str, str | None]] = [(filters.moment_said, None)] if metric.is_stock and filters.over else []
    ways = {name: link(name, period=_another(filters)) for name in metric.beside} if lead else {}
    full = judged.in_full({METRICS[str(name)]: value for name, value in found["value"].items()})
    beside = [*at, *_beside(metric, row, found, ways, full)]
    series = trend[trend["metric"] == metric.id] if trend is not None else pd.DataFrame({"value": [], "month": []})
    return cards.Card(
        key=metric.id,
        name=metric.name,
        value=written(metric, row["value"], full=full),
        unit="" if metric.kind is Kind.RATE else metric.unit,
        deltas=deltas(metric, row, filters, lead),
        state=state_of(metric, row["value"], row["among"]),
        spark=tuple(None if pd.isna(value) else float(value) for value in series["value"]),
        spark_unfinished=int(series["unfinished"].sum()) if len(series) else 0,
        spark_labels=tuple(words.month(pd.Period(month).start_time.date()) for month in series["month"]),
        definition=definition(metric, filters),
        beside=tuple(text for text, _ in beside),
        beside_links=tuple(way for _, way in beside),
        small=metric.is_sample and row["among"] > 0 and words.small(row["among"], lights.small_sample),
    )


def deltas(metric: Metric, row: Any, filters: Filters, lead: bool) -> tuple[cards.Delta, ...]:
    """The change against the period before and the year before, in words and sign."""
    pairs = [(filters.against, Against.PREVIOUS), ("较上年同期", Against.YEAR_BEFORE)]
    if filters.same_as_year_before:
        pairs = pairs[1:]
    return tuple(
        _delta(metric, label, row["value"], row[against.value], against, filters, lead) for label, against in pairs
    )


def _delta(
    metric: Metric, label: str, now: float, before: float, against: Against, filters: Filters, lead: bool
) -> cards.Delta:
    """A change that is made of something leads to what it is made of.

    A rest day has few cases and a working day many: what the day before had instead is said, and has no colour.
    """
    moved = words.movement(now, before, kind_of(metric))
    if moved == words.NONE:
        return cards.Delta(label, moved)
    other = _other_day(metric, filters, against)
    leads = lead and decompose.can(metric) and now != before
    link = why_link(metric, against, period=_another(filters)) if leads else None
    plain = moved == words.SAME or other is not None
    return cards.Delta(f"{label}{other or ''}", moved, "neutral" if plain else tone(metric, now, before), link)


def _other_day(metric: Metric, filters: Filters, against: Against) -> str | None:
    """What kind of day a single day is compared with, where it is of another kind itself; None of stocks and spans."""
    period = filters.period
    if metric.is_stock or period.days > 1:
        return None
    earlier, _ = compared_with(period, filters.as_of, against)
    workdays = live.casebase().workdays
    try:
        now, then = (workdays.is_working(day) for day in (period.start, earlier.start))
    except CasebaseError:
        return None  # outside the calendar nobody knows which day rests
    return None if now == then else f"（为{'工作日' if then else '休息日'}）"


def _another(filters: Filters) -> Period | None:
    """The period of these filters where it is not the bar's."""
    return None if filters.period == current().period else filters.period


def target_of(metric_id: str) -> float | None:
    """The target of config.toml as a ratio."""
    return judged.target_of(live.settings(), metric_id)


def meaning_of(metric: Metric) -> Meaning:
    """Which way a number is better, and what it is measured by, for its colours."""
    return judged.meaning_of(live.settings(), metric)


def state_of(metric: Metric, value: float, among: float) -> words.State | None:
    """The light of a rate over so many cases, by the running cockpit's settings."""
    return judged.state_of(live.settings(), metric, value, among)


def role_of(metric: Metric, value: float, among: float) -> Role:
    """The role of a rate's light; none for what nothing judges or too few stand behind."""
    state = state_of(metric, value, among)
    return state.role if state else "none"


def _beside(
    metric: Metric, row: Any, found: pd.DataFrame, ways: Mapping[str, str], full: bool
) -> Iterator[tuple[str, str | None]]:
    """The numbers that must be read with this one, each with the way to its list; then what its rate is made of."""
    for name in metric.beside:
        other, value, lacks = METRICS[name], float(found["value"].loc[name]), found["unknown"].loc[name]
        if lacks:
            yield f"{other.short_name} {unknown.written(lacks)}", None
        elif name not in HOTLINE:
            unit = "" if other.unit in ("%", metric.unit) or metric.kind is Kind.RATE else f" {other.unit}"
            yield f"{other.short_name} {written(other, value, full=full)}{unit}", ways.get(name)
        elif value > 0:
            yield f"另有{other.short_name} {written(other, value, full=full)}", ways.get(name)
    if metric.kind is Kind.RATE and row["among"]:
        yield words.parts(row["hits"], row["among"]), None


def definition(metric: Metric, filters: Filters | None = None) -> tuple[tuple[str, str], ...]:
    """The 口径 that travels with a number."""
    pairs = [("定义", metric.definition)]
    if metric.kind is Kind.RATE:
        pairs += [("分子", metric.hits_text), ("分母", metric.among_text)]
    pairs += [("归期", metric.period_text), ("依据", metric.article)]
    target = target_of(metric.id)
    if target is not None:
        pairs.append(("目标", words.percent(target)))
    if filters is not None:
        ignored = unheeded(metric, filters)
        said, at = (filters.slice_said, filters.stocks_at) if metric.is_stock else (filters.said, filters.as_of)
        scope = f"{said}；截至 {words.moment(at, year=True)}"
        pairs.append(("筛选", scope + (f"（不分{'、'.join(ignored)}）" if ignored else "")))
    return tuple(pairs)


def unheeded(metric: Metric, filters: Filters) -> list[str]:
    """What the filter bar narrows and the metric cannot be narrowed by, in words."""
    within = filters.within
    choices = (
        ("district", "区域", within.area),
        ("channel", "信访形式", within.channel),
        ("category", "内容分类", within.category),
    )
    return [word for name, word, value in choices if value and not metric.applies(name)]


def link(metric: str, part: Part = Part.HITS, *, period: Period | None = None, **cell: str | None) -> str:
    """The address of the list behind a number; the filters of the bar stay, but for a number of another `period`."""
    pairs = {"metric": metric, "part": part.value, **{f"by_{name}": value or "" for name, value in cell.items()}}
    return urlencode(pairs | _days(period))


def why_link(metric: Metric, against: Against, *, period: Period | None = None, area: str | None = None) -> str:
    """What 变化原因 is to show of a change, for open_list; a number of another `period` as in `link`.

    `area`: the code of the place whose change it is, where that is not the bar's.
    """
    place = {} if area is None else {"area": area}
    return urlencode({"of": metric.id, "against": against.value} | place | _days(period))


def definition_link(metric: str) -> str:
    """A number alone on 指标口径, for open_list."""
    return urlencode({"define": metric})


def topics_link() -> str:
    """热点问题, for open_list."""
    return urlencode({"topics": ""})


def _days(period: Period | None) -> dict[str, str]:
    return {} if period is None else {"from": period.start.isoformat(), "to": period.end.isoformat()}


def open_list(opened: str | None) -> None:
    """Go to what a card, bar or row hands back, keeping the filters; a number of another period sets the bar to it.

    That is the list behind a number, what its change is made of, its definition, or the page of what rises.
    """
    if opened:
        pairs = dict(parse_qsl(opened, keep_blank_values=True))
        if "define" in pairs:
            st.switch_page(DEFINITION_PAGE, query_params={"metric": pairs["define"]})
        if "topics" in pairs:
            st.switch_page(TOPICS_PAGE)
        days = {name: pairs.pop(name) for name in ("from", "to") if name in pairs}
        if days:
            pairs |= turn_to(Period(date.fromisoformat(days["from"]), date.fromisoformat(days["to"])))
        if "of" in pairs:
            metric, against = METRICS[pairs["of"]], Against(pairs["against"])
            turn(of=metric.id, against=against, **(path_of(pairs.pop("area")) if "area" in pairs else {}))
            st.switch_page(WHY_PAGE, query_params=pairs | {"of": metric.name, "against": AGAINST[against]})
        st.switch_page(LIST_PAGE, query_params=pairs)


def coloured(states: pd.Series) -> list[str]:
    """The colours that go with the shapes of states written in a column, as CSS for a table's Styler."""
    known = (words.OVERDUE, words.DUE_SOON, words.GOOD)
    colours = {state.shape: f"color: {theme().state(state.role)}" for state in known}
    return [colours.get(str(text)[0], "") for text in states]


def block(key: str, *, stretch: bool = True) -> Any:
    """A surface for one picture or table: `with block("flow"): …`. As high as its neighbours, unless told."""
    return st.container(border=True, key=f"block_{key}", height="stretch" if stretch else "content")


def heading(title: str, note: str, *, define: Metric | None = None) -> None:
    """The heading of a table: the finding, below it what is listed, the 口径 of its number as help; all plain text."""
    told = (
        None
        if define is None
        else "\n\n".join(f"**{head}**　{escape_markdown(text)}" for head, text in definition(define))
    )
    st.markdown(f"**{escape_markdown(title)}**  \n:small[:gray[{escape_markdown(note)}]]", help=told)


def rows_high(rows: int, most: int) -> int:
    """Height of a table in px that shows its rows, at most `most` of them before it scrolls."""
    return ROW * (min(max(rows, 1), most) + 1) + 2


def day_of(clicked: float) -> date:
    """The day of a point on a time axis, from the browser's milliseconds at its own midnight, wherever it stands."""
    return pd.Timestamp(clicked, unit="ms").round("D").date()


def monthly(frame: pd.DataFrame) -> pd.DataFrame:
    """A by-month frame of one metric as charts draw it: at (first of the month), small, beside its columns."""
    limit = live.settings().lights.small_sample
    sample = METRICS[frame["metric"].iloc[0]].is_sample
    small = (frame["among"] > 0) & (frame["among"] < limit) if sample else False
    return frame.assign(at=pd.to_datetime(frame["month"]), small=small)


def day_link(metric: str, clicked: float) -> str:
    """The list behind one day of a chart, from the browser's milliseconds."""
    day = day_of(clicked)
    return _span_link(metric, Part.HITS, Period(day, day), day=day.isoformat())


def month_link(metric: str, clicked: float, part: Part = Part.HITS) -> str:
    """The list behind one month of a chart, from the browser's milliseconds."""
    day = day_of(clicked)
    return _span_link(metric, part, period_of(Preset.MONTH, day), month=f"{day:%Y-%m}")


def _span_link(metric: str, part: Part, span: Period, **cell: str) -> str:
    """A dated metric is counted within the span; a stock as of its end, which the cell says."""
    return link(metric, part, period=span, **(cell if METRICS[metric].is_stock else {}))


def chart(
    drawn: Any,
    key: str,
    *,
    alt: str,
    pick: str | tuple[str, ...] | None = None,
    on_pick: Callable[[Any], None] | None = None,
) -> Any | None:
    """Show a chart; returns what was clicked of the field `pick` (a tuple of several), once for each click.

    `on_pick` is called with it instead, before the page is drawn again (to change the filter bar).
    """
    if pick is None:
        _put(drawn, key=key, alt=alt)
        return None
    if on_pick is None:
        event = _put(drawn, key=key, alt=alt, on_select="rerun", selection_mode=charts.PICK)
        return once(key, _picked(event, pick))

    def clicked() -> None:
        value = _picked(st.session_state[key], pick)
        if value is not None:
            on_pick(value)

    _put(drawn, key=key, alt=alt, on_select=clicked, selection_mode=charts.PICK)
    return None


def _put(drawn: Any, **settings: Any) -> Any:
    """A chart as views.charts gives it, or as drawing.drawn keeps it."""
    if isinstance(drawn, dict):
        return st.vega_lite_chart(None, drawn, theme=None, **settings)
    return st.altair_chart(drawn, theme=None, **settings)


def _picked(event: Any, pick: str | tuple[str, ...]) -> Any | None:
    if isinstance(pick, str):
        return charts.picked(event, pick)
    values = tuple(charts.picked(event, field) for field in pick)
    return None if None in values else values


def once(key: str, value: Any | None) -> Any | None:
    """A selection stays on screen; only its change is a click."""
    memory = f"_{key}_picked"
    if st.session_state.get(memory) == value:
        return None
    st.session_state[memory] = value
    return value
