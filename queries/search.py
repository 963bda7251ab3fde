"""案件查询: cases by number, words, place, unit, flags and clock, sorted and paged where the data is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, FromClause, and_, case, exists, func, not_, or_, select

from casebase import schema
from casebase.case_words import DISSATISFIED, HIGHER_LEVELS, HOTLINE, SOURCE_FLAGS
from casebase.engine import ScopedCasebase
from casebase.errors import UsageError
from queries.beginnings import first_case_day
from queries.measure import conditions, in_slice, metric_of
from queries.model import EVERYTHING, Expression, Fixed, Moment, Predicate, Slice, moment
from queries.periods import Period, end_of_day, last_months
from queries.registry import METRICS
from queries.scans import span_number
from queries.subjects import (
    HOTLINE_ORDER,
    OF_PETITION,
    PETITION,
    READ,
    RECEIVED,
    WENT_DOWN,
    area_name,
    before,
    happened,
    is_duty,
    name_of,
    not_handled,
    p,
    visit,
)


def _flagged(*names: str) -> dict[str, ColumnElement[bool]]:
    """What these columns flag a case as, and when."""
    return {SOURCE_FLAGS[name]: p[name].is_(True) for name in names}


_OF_SOURCE: Mapping[str, ColumnElement[bool]] = {
    **_flagged("is_joint", "is_skip_level"),
    **{word: p.registering_level == level for level, word in HIGHER_LEVELS.items()},
    **_flagged("is_threat", "leader_assigned", "is_long_standing"),
}


def _flag_words() -> ColumnElement[str]:
    """What the source flags a case as, in one text: 积案、越级. Empty for nothing."""
    return func.concat_ws("、", *(case((flag, word)) for word, flag in _OF_SOURCE.items()))


# Columns that a reader may add to those of every list of cases.
EXTRA_COLUMNS: Mapping[str, Expression] = {
    "community": area_name(p.community_code),
    "grid_id": Fixed(p.grid_id),
    "purpose": Fixed(p.purpose),
    "handling_path": OF_PETITION["handling_path"],
    "complained_unit": name_of(schema.unit, "unit_id", p.complained_unit_id),
    "registering_body": Fixed(p.registering_body),
    "flags": Fixed(_flag_words()),
    "repeat": Fixed(case((p.is_first, "初件"), else_="重件")),
    "age": OF_PETITION["age"],
    "five_day_state": lambda at: case((p.five_day_due.is_not(None), OF_PETITION["five_day_state"](at))),
    "forwarded_at": happened(p.forwarded_at),
    "unit_received_at": happened(p.received_at),
    "accepted_at": happened(p.accepted_at),
    "extended_days": Fixed(p.extended_days),
    "satisfaction_bureau": happened(p.evaluated_at, p.satisfaction_bureau),
    "satisfaction_unit": happened(p.evaluated_at, p.satisfaction_unit),
    "evaluated_at": happened(p.evaluated_at),
    "source": Fixed(p.source),
}
SEARCH_COLUMNS = (*PETITION.columns, *EXTRA_COLUMNS)
DEFAULT_COLUMNS = tuple(name for name in PETITION.columns if name != "petition_id")
_CASE_NUMBER = re.compile(r"\d{10,}")
# Every word is looked for in every text that the words before it left, and longer statements take longer to plan.
MOST_WORDS, LONGEST_WORD = 12, 60
ORDERS = ("registered_at", "five_day_due", "due_at", "closed_at", "case_no")


def _has_row_in(table: Any, started: ColumnElement[Any], *where: ColumnElement[bool]) -> Predicate:
    return lambda at: exists(
        select(table.c.petition_id).where(table.c.petition_id == p.petition_id, started <= at.as_of, *where)
    )


FLAGS: Mapping[str, Predicate] = {
    "初件": Fixed(p.is_first),
    "重件": Fixed(not_(p.is_first)),
    "简单诉求": Fixed(p.is_simple),
    "集体访": Fixed(p.is_collective),
    **{word: Fixed(flag) for word, flag in _OF_SOURCE.items()},
    "未予办理": lambda at: and_(before(at.as_of, p.closed_at), not_handled()),
    "延期": Fixed(p.extended_days > 0),
    "代办": Fixed(p.agent_id.is_not(None)),
    "网格任务": _has_row_in(schema.grid_task, schema.grid_task.c.pushed_at),
    "听证": _has_row_in(schema.hearing, schema.hearing.c.held_at),
    "督办": _has_row_in(schema.supervision, schema.supervision.c.issued_at),
    **{
        f"领导{duty}": _has_row_in(schema.reception, visit.held_at, is_duty(duty))
        for duty in (RECEIVED, WENT_DOWN, READ)
    },
    DISSATISFIED: lambda at: and_(
        before(at.as_of, p.evaluated_at),
        or_(*(mark == DISSATISFIED for mark in (p.satisfaction_bureau, p.satisfaction_unit))),
    ),
    HOTLINE: Fixed(p.channel == HOTLINE),
    "办结未化解": lambda at: and_(before(at.as_of, p.closed_at), p.resolved.is_(False)),
}
# Clock states are the stocks of the registry, so that a state has as many cases here as its number says.
CLOCK_STATES = tuple(
    metric.id
    for metric in METRICS.values()
    if metric.subject in (PETITION, HOTLINE_ORDER) and metric.is_stock and metric.distinct is None
)


@dataclass(frozen=True)
class Search:
    """What is looked for; every part that is given must hold.

    `text`: words apart by spaces, each found in the number, title, text, unit or place, in capitals or not; at most
    MOST_WORDS of at most LONGEST_WORD characters. `flags`: names of FLAGS. `clock`: one of CLOCK_STATES.
    `registered`: days of registration, None for all.
    """

    text: str = ""
    flags: tuple[str, ...] = ()
    clock: str | None = None
    registered: Period | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the text, each once."""
        return tuple(dict.fromkeys(self.text.split()))

    @property
    def too_much(self) -> str:
        """What of the text is beyond the bounds, in words; "" for nothing."""
        count, longest = len(self.words), max(map(len, self.words), default=0)
        if count > MOST_WORDS:
            return f"一次最多查 {MOST_WORDS} 个词，现在有 {count} 个"
        return f"一个词最长 {LONGEST_WORD} 字，现在最长的有 {longest} 字" if longest > LONGEST_WORD else ""


@dataclass(frozen=True)
class Matches:
    """A page of the matching cases (petition_id and the chosen columns), and how many match in all."""

    rows: pd.DataFrame
    total: int


def search(
    casebase: ScopedCasebase,
    query: Search,
    *,
    as_of: datetime,
    within: Slice = EVERYTHING,
    columns: Sequence[str] = DEFAULT_COLUMNS,
    order: str = "registered_at",
    descending: bool = True,
    limit: int | None = None,
    offset: int = 0,
) -> Matches:
    """A page of the matching cases, with the chosen `columns` (of SEARCH_COLUMNS), sorted by one of ORDERS, empty last.

    Restricted cases (检举控告) never match. Raises UsageError for an unknown flag, clock, column or order, and for
    too many or too long words.
    """
    _check("column", columns, SEARCH_COLUMNS)
    _check("order", [order], ORDERS)
    at = moment(casebase, as_of)
    expressions = dict(PETITION.columns) | dict(EXTRA_COLUMNS)
    names = ["petition_id", *(name for name in columns if name != "petition_id")]
    where = _where(casebase, query, at, within)
    # Looked through once: the page and the total are both of these few columns.
    matching = select(p.petition_id.label("id"), expressions[order](at).label("key")).where(where).cte("matching")
    matching = matching.prefix_with("MATERIALIZED")
    page = select(matching).order_by(*_order_by(matching, descending)).limit(limit).offset(offset).subquery("page")
    total = select(func.count()).select_from(matching).scalar_subquery()
    listed = [expressions[name](at).label(name) for name in names]
    statement = (
        select(total, *listed)
        .select_from(schema.petition.join(page, page.c.id == p.petition_id))
        .order_by(*_order_by(page, descending))
    )
    with casebase.reading() as connection:
        rows = connection.execute(statement).all()
        beyond = not rows and offset > 0
        count = connection.scalar(select(total)) if beyond else (rows[0][0] if rows else 0)
    return Matches(pd.DataFrame([row[1:] for row in rows], columns=names), int(count or 0))


def by_month(
    casebase: ScopedCasebase, query: Search, *, as_of: datetime, within: Slice = EVERYTHING, months: int = 12
) -> pd.DataFrame:
    """How many of the cases that `query` describes were registered in each of the last months, whatever its days.

    Columns: at (first of the month), value, last_year (cases of the same month a year before, of the running month
    up to the same moment), oldest first; NaN where the
    month was over before the first case of the case base. Raises UsageError as `search` does.
    """
    at = moment(casebase, as_of)
    span = last_months(as_of.date(), months)
    year_ago = pd.Timestamp(as_of) - pd.DateOffset(years=1)
    earlier = Period((pd.Timestamp(span.start) - pd.DateOffset(years=1)).date(), as_of.date())
    # The running month stands against the same days: the rest of it a year ago is left out.
    next_month = (year_ago.to_period("M") + 1).start_time
    rest = and_(p.registered_at > year_ago.to_pydatetime(), p.registered_at < next_month.to_pydatetime())
    where = _where(casebase, replace(query, registered=earlier), at, within)
    month = span_number(p.registered_at, "month")
    inner = select(month.label("month")).select_from(PETITION.rows).where(where, not_(rest)).subquery()
    rows = casebase.frame(select(inner.c.month, func.count().label("cases")).group_by(inner.c.month))
    since_1970 = rows["month"].to_numpy("int64") - 1970 * 12
    counts = pd.Series(rows["cases"].to_numpy(), index=pd.DatetimeIndex(since_1970.astype("datetime64[M]")))
    first = pd.date_range(span.start, span.end, freq="MS")
    begin = first_case_day(casebase)

    def recorded(months: pd.DatetimeIndex) -> pd.Series:
        values = counts.reindex(months, fill_value=0).astype(float)
        return values if begin is None else values.where(months >= pd.Timestamp(begin.replace(day=1)))

    year_before = recorded(first - pd.DateOffset(years=1))
    return pd.DataFrame({"at": first, "value": recorded(first).to_numpy(), "last_year": year_before.to_numpy()})


def _order_by(rows: FromClause, descending: bool) -> tuple[ColumnElement[Any], ...]:
    key = rows.c.key.desc() if descending else rows.c.key.asc()
    return key.nulls_last(), rows.c.id


def _where(casebase: ScopedCasebase, query: Search, at: Moment, within: Slice) -> ColumnElement[bool]:
    _check("flag", query.flags, FLAGS)
    if query.too_much:
        raise UsageError(query.too_much)
    criteria = [p.registered_at <= at.as_of, not_(p.restricted), *in_slice(casebase, PETITION, at, within)]
    criteria += [_holds_word(word) for word in query.words]
    criteria += [FLAGS[name](at) for name in query.flags]
    if query.clock:
        _check("clock", [query.clock], CLOCK_STATES)
        criteria.append(conditions(at, metric_of(query.clock), None)[1])
    if query.registered:
        # Not as the number 登记量 has it: a search by words finds orders of 12345 too, with days and without.
        days = query.registered
        criteria.append(p.registered_at.between(datetime.combine(days.start, time.min), end_of_day(days.end)))
    return and_(*criteria)


def _holds_word(word: str) -> ColumnElement[bool]:
    """The word stands in the number, title or text, or in the name of the unit or a place, in capitals or not.

    Many digits are a number and nothing else: no text is read for them.
    """
    in_number = _contains(p.case_no, word)
    if _CASE_NUMBER.fullmatch(word):
        return in_number
    unit, area = schema.unit.c, schema.area.c
    units = select(unit.unit_id).where(_contains(unit.name, word))
    places = select(area.code).where(_contains(area.name, word), area.level >= 2)
    texts = [_contains(func.coalesce(column, ""), word) for column in (p.title, p.body)]
    in_place = [column.in_(places) for column in (p.district_code, p.street_code, p.community_code)]
    return or_(in_number, *texts, p.unit_id.in_(units), *in_place)


def _contains(text: ColumnElement[Any], word: str) -> ColumnElement[bool]:
    """strpos, since in LIKE % and _ would have to be escaped, and it costs three times as much.

    Only for a word that has capitals or could have them is a text lowered first: Chinese has none.
    """
    if word.lower() == word.upper():
        return func.strpos(text, word) > 0
    return func.strpos(func.lower(text), func.lower(word)) > 0


def _check(what: str, names: Sequence[str], allowed: Any) -> None:
    for name in names:
        if name not in allowed:
            raise UsageError(f"{what} {name}: unknown; there are {', '.join(allowed)}")
