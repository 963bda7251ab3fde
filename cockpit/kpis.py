"""A number as screens display it: compared, judged, with its trend, its definition and what must be read with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import dropwhile
from typing import Any, cast

import pandas as pd

from casebase.errors import CasebaseError
from casebase.settings import Settings
from cockpit.ahead import ask_ahead
from cockpit.kept import kept
from cockpit.links import number_link, why_link
from cockpit.view import Comparison, View
from queries import backlog, decompose, needs
from queries.beginnings import BEFORE_RECORDS, beginnings
from queries.compare import WorkingDays, by_month, compare, working_days
from queries.dictionary import basis
from queries.measure import stock_moment
from queries.model import Kind, Metric
from queries.periods import Against, compared_period, end_of_day
from queries.registry import METRICS
from queries.subjects import HOTLINE_ORDER
from queries.targets import target_of
from views import cards, words
from views.tokens import Role
from wording import headlines, unknown
from wording import working_days as working_days_words
from wording.numbers import CHANGE_NOTE, alerted, format_value, in_full, movement, state_of, tone

# By metric: its columns as in the frame of `comparison`.
Rows = Mapping[str, Mapping[str, Any]]
# Stocks of what ends from today on.
_FALLING_DUE = frozenset(name for name in METRICS if "due_today" in name or "due_in_" in name)


def lacks(view: View, metric: Metric) -> tuple[str, ...]:
    """What the data lacks for a number of the view's period (see queries.measure.measure); () for one it can tell."""
    lacking = view.ask(needs.unknown).get(metric.id, ())
    is_before = not lacking and view.ask(beginnings).are_after(metric, view.last_day)
    return (BEFORE_RECORDS,) if is_before else lacking


def missing_reason(view: View, metric: Metric) -> str:
    """未装入办结期限: why the data cannot tell a number; "" for one that it can."""
    return unknown.reason(lacks(view, metric))


def first_known(view: View, metrics: Sequence[str]) -> str:
    """The first of these numbers that the data can tell; the first of all where it can tell none."""
    return next((name for name in metrics if not missing_reason(view, METRICS[name])), metrics[0])


def missing_sentence(view: View, metric: Metric) -> str:
    """按期办结率算不出：未装入办结期限, in the place of a picture; "" for a number that the data can tell."""
    lacking = lacks(view, metric)
    return unknown.sentence(metric.name, lacking) if lacking else ""


def missing_for_split(view: View, metric_id: str, *dimensions: str) -> tuple[str, ...]:
    """What the data lacks for a number, split by these dimensions (see queries.needs.split_lacks); () for nothing."""
    own = lacks(view, METRICS[metric_id])
    every = [own, *(view.ask(needs.unknown_split, metric_id, name) for name in dimensions)]
    return tuple(dict.fromkeys(name for names in every for name in names))


def stage_names(view: View, stages: pd.Series) -> list[str]:
    """The stages of cases as a column: those that no time tells with the reason."""
    lacks = missing_for_split(view, "backlog", "stage")
    return [stage if isinstance(stage, str) else unknown.placeholder(lacks) for stage in stages]


@kept
def comparison(view: View, metrics: Sequence[str]) -> pd.DataFrame:
    """These numbers and those that stand beside them, with their earlier values (see queries.compare), by metric."""
    beside = [other for name in metrics for other in METRICS[name].beside]
    metric_ids = list(dict.fromkeys([*metrics, *beside]))
    compared = view.ask(compare, metric_ids, as_of=view.as_of, period=view.period, within=view.within)
    return compared.set_index("metric")


def rows_of(compared: pd.DataFrame) -> Rows:
    """The rows of a frame that is indexed by metric, for `card`."""
    return cast(Rows, compared.to_dict("index"))


@kept
def months(view: View, metrics: Sequence[str], count: int = 12) -> pd.DataFrame:
    """The months up to the end of the period, or up to now while it runs (see queries.compare.by_month)."""
    return view.ask(by_month, list(metrics), as_of=view.as_of, months=count, within=view.within, until=view.last_day)


def card(
    view: View, metric: Metric, compared: Rows, trend: pd.DataFrame | None = None, *, linked: bool = False
) -> cards.Card:
    """A number with its change, light, trend and notes: `compared` are rows of `comparison`, `trend` is of `months`.

    `linked`: a change leads to its parts, and what stands beside the number to its list.
    """
    row = compared[metric.id]
    if row["unknown"]:
        reason = unknown.reason(row["unknown"])
        return cards.Card(
            metric.id, metric.name, words.NONE, definition=scoped_definition(view, metric), beside=(reason,)
        )
    at: list[tuple[str, str | None]] = [(view.stock_moment_text, None)] if metric.is_stock and view.is_over else []
    links = {name: _link(view, name, compared) for name in metric.beside} if linked else {}
    full = in_full({METRICS[name]: other["value"] for name, other in compared.items()})
    beside = [*at, *_beside(view, metric, row, compared, links, full)]
    months = [] if trend is None else _known_months(trend, metric.id)
    return cards.Card(
        key=metric.id,
        name=metric.name,
        value=format_value(metric, row["value"], full=full),
        unit="" if metric.kind is Kind.RATE else metric.unit,
        deltas=deltas(view, metric, row, linked=linked),
        state=state(view, metric, row["value"], row["among"]),
        spark=tuple(None if words.is_missing(value) else float(value) for _, value, _ in months),
        spark_unfinished=sum(unfinished for _, _, unfinished in months),
        spark_labels=tuple(words.month(date.fromisoformat(f"{month}-01")) for month, _, _ in months),
        definition=scoped_definition(view, metric),
        beside=tuple(text for text, _ in beside),
        beside_links=tuple(link for _, link in beside),
        small=is_small(view, metric, row["among"]),
    )


def _known_months(trend: pd.DataFrame, metric_id: str) -> list[tuple[str, float, bool]]:
    """The months of a metric from the first that is known: 2026-11, its value, whether it is unfinished."""
    columns = (trend[name] for name in ("metric", "month", "value", "unfinished"))
    months = [month for name, *month in zip(*columns, strict=True) if name == metric_id]
    return [tuple(month) for month in dropwhile(lambda month: words.is_missing(month[1]), months)]


@kept
def linked_cards(view: View, metrics: Sequence[str], *, spark: bool, linked: bool) -> tuple[cards.Card, ...]:
    """These numbers as cards of which a click opens the cases, with their trends if `spark` (see `card`)."""
    if spark:
        ask_ahead(view, months, metrics)
    compared = comparison(view, metrics)
    return opened_cards(view, metrics, compared, months(view, metrics) if spark else None, linked=linked)


def opened_cards(
    view: View,
    metrics: Sequence[str],
    compared: pd.DataFrame,
    trend: pd.DataFrame | None = None,
    *,
    linked: bool = False,
    is_open: bool = True,
) -> tuple[cards.Card, ...]:
    """These numbers as cards (see `card`) of which a click opens the cases, unless they are not to be opened."""
    rows = rows_of(compared)
    return tuple(
        replace(
            card(view, METRICS[name], rows, trend, linked=linked),
            link=_link(view, name, rows) if is_open else None,
        )
        for name in metrics
    )


def _link(view: View, name: str, compared: Rows) -> str:
    return number_link(METRICS[name], compared[name], period=view.link_period)


def deltas(view: View, metric: Metric, row: Any, *, linked: bool) -> tuple[cards.Delta, ...]:
    """The change against each earlier period, in words and sign; `row` has the value and those before it."""
    return tuple(_delta(view, metric, row, against, linked) for against in view.comparisons)


def _delta(view: View, metric: Metric, row: Any, against: Comparison, linked: bool) -> cards.Delta:
    """A change that can be split leads to its parts.

    A rest day has few cases and a working day many: the note says what the day before had, without a colour. A longer
    period with more working days is judged by the change per working day. A rate over too few cases, now or then, is
    not compared; a count from too small a base moves by pieces, and by them nothing is better or worse. Nor is a
    period by some hours of its first day: the note says that they are all of it.
    """
    now, before = row["value"], row[against.against.value]
    few = view.settings.lights.small_sample
    moved = movement(metric, now, before, few)
    if moved == words.NONE:
        return cards.Delta(against.label, moved)
    if not metric.is_comparable(row["among"], row[f"{against.against.value}_among"], few):
        return cards.Delta(against.label, words.NOT_COMPARED)
    other_day = _other_kind_of_day(view, metric, against.against)
    leads = linked and decompose.is_splittable(metric) and now != before
    link = why_link(metric, against.against, period=view.link_period) if leads else None
    days = None if other_day else working_days_of(view, metric, against.against)
    plain = moved == words.SAME or other_day is not None or metric.moves_by_pieces(before, few)
    judged = "neutral" if plain else tone(metric, now, before)
    if days is not None and tone(metric, now, days.scaled(before)) != judged:
        judged = "neutral"  # what the working days alone moved is neither better nor worse
    if judged != "neutral" and not metric.is_stock and is_first_day_running(view):
        begun = f"（{view.day_text(view.as_of.date())}{words.UNFINISHED}）"
        return cards.Delta(against.label, moved, "neutral", link, note=begun, short_note=begun)
    return cards.Delta(
        against.label,
        moved,
        judged,
        link,
        note=other_day[0] if other_day else working_days_words.note(days, now, before, few) if days else "",
        short_note=other_day[1] if other_day else working_days_words.short_note(days, now, before, few) if days else "",
    )


def is_first_day_running(view: View) -> bool:
    """Whether nothing of the period is in but some hours: of today, or of the first day of a month."""
    return view.period.start == view.as_of.date() and view.as_of < end_of_day(view.as_of.date())


def backlog_text(view: View) -> str:
    """What is open, in one sentence."""
    reason = missing_reason(view, METRICS["backlog"])
    if reason:
        return f"{view.place}在办多少算不出：{reason}。"
    open_days = view.hold(backlog.open_days, as_of=view.stocks_at, within=view.within)
    return view.derive(headlines.open_cases, open_days, view.place, view.stock_moment_text)


def working_days_of(view: View, metric: Metric, against: Against) -> WorkingDays | None:
    """The working days of the view's period and the earlier one, of a number that grows by the day; None of others."""
    return working_days(view.workdays, view.period, view.as_of, against) if metric.is_flow else None


def working_days_text(view: View, metric: Metric) -> str:
    """How many working days the period and those it is compared with have, where they differ; else ""."""
    days = [(one.label, working_days_of(view, metric, one.against)) for one in view.comparisons]
    return working_days_words.periods([(label, each) for label, each in days if each is not None])


def _other_kind_of_day(view: View, metric: Metric, against: Against) -> tuple[str, str] | None:
    """What day a number of one day is compared with, where it is of another kind itself; None of others.

    In full （2025年10月29日为工作日） and, where the label tells the year, in short （10月29日上班）.

    What falls due from today on is of one day too: on a rest day no promise ends, which is no merit.
    """
    earlier, then_at = compared_period(view.period, view.as_of, against)
    if metric.id in _FALLING_DUE:
        today, day = view.stocks_at.date(), stock_moment(then_at, earlier).date()
    elif metric.is_stock or view.period.days > 1:
        return None
    else:
        today, day = view.period.start, earlier.start
    try:
        now, then = (view.workdays.is_working(one) for one in (today, day))
    except CasebaseError:
        return None  # outside the calendar nobody knows which day rests
    if now == then:
        return None
    full, short = words.day(day, year=day.year != today.year), words.day(day)
    return f"（{full}为{'工作日' if then else '休息日'}）", f"（{short}{'上班' if then else '休息'}）"


def _beside(
    view: View, metric: Metric, row: Any, compared: Rows, links: Mapping[str, str], full: bool
) -> Iterator[tuple[str, str | None]]:
    """The numbers that must be read with this one, each with the way to its list; then the two counts of its rate.

    Orders of 12345 stand beside volumes of 信访 and are never added to them; where these are narrowed by what orders
    cannot be, as by a form of petition, they would be those of all.
    """
    for name in metric.beside:
        other, value, lacks = METRICS[name], float(compared[name]["value"]), compared[name]["unknown"]
        if lacks:
            yield f"{other.short_name} {unknown.placeholder(lacks)}", None
        elif other.subject is metric.subject or other.subject is not HOTLINE_ORDER:
            unit = "" if other.unit in ("%", metric.unit) or metric.kind is Kind.RATE else f" {other.unit}"
            yield f"{other.short_name} {format_value(other, value, full=full)}{unit}", links.get(name)
        elif value > 0 and not ignored_filters(view, other):
            yield f"另有{other.short_name} {format_value(other, value, full=full)}", links.get(name)
    if metric.kind is Kind.RATE and row["among"]:
        yield words.fraction(row["hits"], row["among"]), None


def is_small(view: View, metric: Metric, among: float) -> bool:
    """Whether a rate stands on so few cases that it is marked 样本少."""
    return metric.is_small(among, view.settings.lights.small_sample)


def state(view: View, metric: Metric, value: float, among: float) -> words.State | None:
    """The light of a rate over so many cases (see wording.numbers.state_of)."""
    return state_of(view.settings, metric, value, among)


def role(view: View, metric: Metric, value: float, among: float) -> Role:
    """The role of a rate's light; "none" for what nothing judges or too few stand behind."""
    light = state(view, metric, value, among)
    return light.role if light else "none"


def definition(settings: Settings, metric: Metric) -> tuple[tuple[str, str], ...]:
    """The 口径 that travels with a number, as pairs of heading and text."""
    metric = metric.under(settings.deadlines)
    pairs = [("定义", metric.definition)]
    if metric.kind is Kind.RATE:
        pairs += [("分子", metric.hits_text), ("分母", metric.among_text)]
    pairs += [("归期", metric.period_text), ("依据", basis(metric))]
    if metric.kind is Kind.RATE:
        pairs.append(("变化", CHANGE_NOTE))
    target = target_of(settings, metric.id)
    if target is not None:
        pairs.append(("目标", words.percent(target)))
    when = alerted(settings, metric)
    if when:
        pairs.append(("关注", when))
    return tuple(pairs)


def scoped_definition(view: View, metric: Metric) -> tuple[tuple[str, str], ...]:
    """The 口径 and what the number is filtered by."""
    return (*definition(view.settings, metric), ("筛选", _scope(view, metric)))


def _scope(view: View, metric: Metric) -> str:
    ignored = ignored_filters(view, metric)
    text, at = (view.slice_text, view.stocks_at) if metric.is_stock else (view.text, view.as_of)
    return f"{text}；截至 {words.moment(at, year=True)}" + (f"（不分{'、'.join(ignored)}）" if ignored else "")


def applied(view: View, metric: Metric) -> View:
    """The view without a channel or class that the metric cannot be narrowed by, so that no text claims it was."""
    if view.within.channel and not metric.applies("channel"):
        view = replace(view, within=replace(view.within, channel=None))
    if view.within.category and not metric.applies("category"):
        view = replace(view, within=replace(view.within, category=None), category=None)
    return view


def ignored_filters(view: View, metric: Metric) -> list[str]:
    """What the view narrows and the metric cannot be narrowed by, in words."""
    within = view.within
    choices = (
        ("district", "区域", within.area),
        ("channel", "信访形式", within.channel),
        ("category", "内容分类", within.category),
    )
    return [word for name, word, value in choices if value and not metric.applies(name)]
