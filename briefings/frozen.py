"""One frozen set of numbers: measured once, under one state of the data, and named by what it says."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import pandas as pd

from briefings.request import Form, Request
from casebase.engine import DataState, ScopedCasebase
from casebase.scope import DISTRICT
from casebase.settings import DeadlineSettings, Settings
from queries import hot_topics, names
from queries.cases import Part, cases, mark_cases
from queries.compare import WorkingDays, by_month, compare, working_days
from queries.dictionary import dictionary
from queries.measure import metric_of, stock_moment
from queries.model import Kind, Metric, Moment, Slice, moment
from queries.periods import Against, Period, end_of_day
from queries.registry import METRICS
from queries.subjects import AREA_DIMENSIONS
from queries.wrongdoing import wrongdoing_total
from wording.names import UNIT_KINDS, display_name, short_names, whole_of

TOTALS = (
    "registered",
    "hotline_registered",
    "visits",
    "visit_people",
    "collective_visits",
    "collective_people",
    "forwarded",
    "closed",
    "not_handled",
    "backlog",
    "hotline_open",
    "hotline_overdue",
    "hotline_response",
    "hotline_response_all",
    "hotline_callback",
    "hotline_resolution",
    "hotline_satisfaction",
    "overdue",
    "long_standing",
    "leader_assigned",
    "due_in_5",
    "five_day_closure",
    "five_day_closure_all",
    "five_day_last_day",
    "five_day_in_window",
    "five_day_overdue",
    "five_day_due_in_5",
    "on_time_completion",
    "on_time_completion_all",
    "last_day_completion",
    "extension_rate",
    "bureau_acceptance",
    "bureau_acceptance_all",
    "unit_acceptance",
    "unit_acceptance_all",
    "bureau_evaluation",
    "bureau_satisfaction",
    "unit_evaluation",
    "unit_satisfaction",
    "repeat_rate",
    "one_pass_resolution",
    "one_pass_resolution_all",
    "repeated_later",
    "resolution",
    "cases_per_10k",
    "accompanied_rate",
    "grids_staffed",
    "communities_with_agent",
    "tasks_pushed",
    "reached_in_24h",
    "reached_in_24h_all",
    "on_the_spot",
    "verified",
    "visited",
    "hearings_held",
    "cases_heard",
    "open_hearings",
    "expert_cases",
    "expert_participations",
    "experts_active",
    "third_parties",
    "settled_after_hearing",
    "hearing_wait_days",
    "mediations_taken",
    "mediations_open",
    "disputes_settled",
    "petitions_after_mediation",
    "receptions",
    "cases_received",
    "receptions_closed",
    "visits_down",
    "letters_read",
    "cases_led",
    "cases_led_closed",
    "supervision_issued",
    "supervision_in_time",
    "supervision_in_time_all",
    "supervision_settled",
    "supervision_waiting",
    "supervision_overdue",
    "supervision_escalated",
    "proposals_made",
    "proposals_answered",
    "proposals_adopted",
    "proposals_waiting",
)
PLACE = "place"
_OF_EACH = (
    "registered",
    "five_day_closure",
    "on_time_completion",
    "unit_satisfaction",
    "unit_evaluation",
    "repeat_rate",
    "backlog",
    "overdue",
)
BY_PLACE = (*_OF_EACH, "cases_per_10k", "on_the_spot", "grids_staffed")
BY_UNIT = (*_OF_EACH, "supervision_waiting", "supervision_overdue")
SPLITS: Mapping[str, tuple[str, ...]] = {
    PLACE: BY_PLACE,
    "unit": BY_UNIT,
    "category": ("registered", "repeat_rate", "five_day_closure"),
    "subcategory": ("registered",),
    "channel": ("registered", "five_day_closure"),
    "source": ("expert_participations",),
    "complained_unit": ("registered",),
    "escalation": ("supervision_escalated",),
    "proposal_kind": ("proposals_made", "proposals_answered", "proposals_adopted"),
}
# Debts of a period's end that a reader is asked to settle: only those that are still owed.
REMAINING = ("overdue", "supervision_overdue")
BY_MONTH = ("registered", "closed", "backlog", "five_day_closure", "on_time_completion")
MONTHS = 13
# Registers of all grids, communities and agents are no case lists.
_REGISTERS = ("grid", "grid_worker", "community", "agent", "social_org")


@dataclass(frozen=True, eq=False)
class Rows:
    """A list behind numbers of the same rows: `metrics` are columns of `frame` (True, False or None)."""

    metrics: tuple[str, ...]
    frame: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Frozen:
    """The numbers of a briefing, which nothing changes any more.

    `totals`: one row a metric (its index) with the columns of queries.compare.compare. `splits`: by dimension
    ("place" is the level below the area; absent below a community), columns metric, code, name, kind (of a unit), hits,
    among, value, previous, previous_among, year_before, year_before_among, small. `months`: columns of
    queries.compare.by_month. `days`: the working days of the period and of each that it is compared with. `topics`: see
    queries.hot_topics.topics. `lists`: the cases behind the totals. `owed_now`: the rows that count by REMAINING at the
    moment itself, where the period is over. `wrongdoing`: the
    total of 检举控告, of the yearly report alone (queries.wrongdoing).
    """

    request: Request
    as_of: datetime
    settings: Settings
    state: DataState
    area_name: str
    place: str | None
    totals: pd.DataFrame
    splits: Mapping[str, pd.DataFrame]
    months: pd.DataFrame
    days: Mapping[Against, WorkingDays | None]
    topics: pd.DataFrame
    topic_days: int
    lists: tuple[Rows, ...]
    definitions: str
    snapshot: str
    bureau: str
    wrongdoing: int | None = None
    owed_now: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def whole(self) -> str:
        """What a sentence calls the area: 全市, where the case base is a city's; otherwise by its name."""
        return whole_of(self.area_name) if self.request.area is None else self.area_name

    @property
    def running(self) -> bool:
        """Whether the period had not ended yet."""
        return self.as_of < end_of_day(self.request.period.end)

    @property
    def stocks_at(self) -> datetime:
        """The moment that stocks are of: the end of the period where that is over."""
        return stock_moment(self.as_of, self.request.period)

    def total(self, metric: str) -> "pd.Series[Any]":
        """The number of the whole area, as a row of `totals`."""
        return self._totals[metric]

    @cached_property
    def _totals(self) -> "dict[str, pd.Series[Any]]":
        return {str(metric): row for metric, row in self.totals.iterrows()}

    def split(self, dimension: str, metric: str) -> pd.DataFrame:
        """The rows of one metric in a split; none where the area is not split so."""
        frame = self.splits.get(dimension)
        if frame is None:
            return pd.DataFrame()
        return frame[frame["metric"] == metric].reset_index(drop=True)

    def list_of(self, metric: str) -> pd.DataFrame:
        """The rows that a total counts."""
        rows = next(rows for rows in self.lists if metric in rows.metrics)
        return rows.frame[rows.frame[metric].eq(True)]

    @cached_property
    def short_units(self) -> Mapping[str, str]:
        """The units that any list names, each as sentences call it (wording.names.short_names)."""
        columns = [rows.frame["unit"].dropna().unique() for rows in self.lists if "unit" in rows.frame]
        return short_names({str(name) for column in columns for name in column}, self.settings.city.name)

    def still_owed(self, metric: str) -> pd.DataFrame:
        """The rows that one of REMAINING counts and that still count by it now; all while the period runs."""
        rows = self.list_of(metric)
        now = self.owed_now.get(metric)
        if now is None:
            return rows
        key = metric_of(metric).subject.key.key
        return rows[rows[key].isin(now[key])]


def definitions_version(rules: DeadlineSettings) -> str:
    """The version of the definitions: a digest of the whole dictionary as it reads under these settings."""
    return hashlib.sha256(dictionary(rules).to_csv(index=False).encode()).hexdigest()[:8].upper()


def freeze(
    casebase: ScopedCasebase,
    request: Request,
    as_of: datetime,
    progress: Callable[[float, str], object] = lambda share, text: None,
) -> Frozen:
    """Measure everything that the documents say, under one state of the data.

    `progress` is told the share done and what is next. Raises UsageError for an area that does not exist.
    """
    read = _Questions(casebase, request, as_of)
    # Several at once: while the database reckons for one, another's rows are put in order.
    lanes: tuple[tuple[Callable[[], Any], ...], ...] = (
        (read.state, read.totals, read.months, read.wrongdoing),
        (read.splits, read.topics, read.owed_now),
        (read.lists,),
    )
    whole = sum(len(lane) for lane in lanes)
    progress(0.0, "正在取数")
    answers = casebase.at_once(lanes, lambda done: progress(done / (whole + 1), "正在取数"))
    (state, totals, months, wrongdoing), (splits, topics, owed_now), ((lists, digest_of_lists),) = answers
    definitions = definitions_version(casebase.settings.deadlines)
    frames = [totals, *splits.values(), months, topics, *owed_now.values()]
    snapshot = _digest(request, as_of, f"{definitions} {wrongdoing}", frames, state.days, digest_of_lists)
    progress(1.0, "数字已冻结")
    return Frozen(
        request=request,
        as_of=as_of,
        settings=casebase.settings,
        state=state.data,
        area_name=state.area_name
        or names.name_of_scope(casebase)
        or names.whole_name(casebase, state.data.city_name or casebase.settings.city.name),
        place=read.below,
        totals=totals,
        splits=splits,
        months=months,
        days=state.days,
        topics=topics,
        topic_days=read.topic_days,
        lists=lists,
        definitions=definitions,
        snapshot=snapshot,
        bureau=state.bureau or state.data.bureau(casebase.settings),
        wrongdoing=wrongdoing,
        owed_now=owed_now,
    )


@dataclass(frozen=True)
class _State:
    """The state of the data and its calendar, and the area's name and petition bureau (None: those of the whole)."""

    data: DataState
    days: Mapping[Against, WorkingDays | None]
    area_name: str | None = None
    bureau: str | None = None


class _Questions:
    """What a briefing asks the case base, each part by itself."""

    def __init__(self, casebase: ScopedCasebase, request: Request, as_of: datetime) -> None:
        self._casebase, self._request, self._as_of = casebase, request, as_of
        self._within = Slice(area=request.area)
        self._level = casebase.level_of(request.area) if request.area else 1
        self._until = min(as_of.date(), request.period.end)
        # The level below the area; None below a community.
        self.below = AREA_DIMENSIONS.get(self._level + 1)
        is_short = request.period.days <= hot_topics.WINDOWS[0]
        self.topic_days = hot_topics.WINDOWS[0] if is_short else hot_topics.WINDOWS[-1]

    def state(self) -> _State:
        data, area = self._casebase.state(), self._request.area
        calendar, period = self._casebase.workdays, self._request.period
        days = {against: working_days(calendar, period, self._as_of, against) for against in Against}
        if area is None:
            return _State(data, days)
        name = (names.codes(self._casebase) or {}).get(area)
        own = _bureau(self._casebase, area, self._level, name or "", data.bureau(self._casebase.settings))
        return _State(data, days, (names.names_of(self._casebase, "district") or {}).get(area), own)

    def totals(self) -> pd.DataFrame:
        period = self._request.period
        return compare(self._casebase, TOTALS, as_of=self._as_of, period=period, within=self._within).set_index(
            "metric"
        )

    def months(self) -> pd.DataFrame:
        return by_month(
            self._casebase, BY_MONTH, as_of=self._as_of, months=MONTHS, within=self._within, until=self._until
        )

    def wrongdoing(self) -> int | None:
        """The total of 检举控告; None of every briefing but the yearly report of who may know it.

        Of a year that is over, and of what makes such a report (city or district): from day to day, and from community
        to community, a total would tell of a single case.
        """
        is_reported = self._request.form is Form.YEARLY and self._level <= DISTRICT
        if not is_reported or not self._request.with_wrongdoing or self._as_of < end_of_day(self._request.period.end):
            return None
        return wrongdoing_total(self._casebase, as_of=self._as_of, period=self._request.period, within=self._within)

    def topics(self) -> pd.DataFrame:
        at, place = min(self._as_of, end_of_day(self._until)), self.below or "community"
        return hot_topics.topics(self._casebase, as_of=at, days=self.topic_days, within=self._within, place=place)

    def splits(self) -> dict[str, pd.DataFrame]:
        columns = {name: self.below if name == PLACE else name for name in SPLITS}
        return {name: self._split(column, SPLITS[name]) for name, column in columns.items() if column is not None}

    def owed_now(self) -> dict[str, pd.DataFrame]:
        """See Frozen; nothing while the period runs, whose end is the moment itself."""
        if stock_moment(self._as_of, self._request.period) == self._as_of:
            return {}
        keys = {name: str(metric_of(name).subject.key.key) for name in REMAINING}
        return {
            name: cases(self._casebase, name, as_of=self._as_of, within=self._within, columns=[key])
            for name, key in keys.items()
        }

    def lists(self) -> tuple[tuple[Rows, ...], bytes]:
        return _lists(self._casebase, self._request.period, self._as_of, self._within)

    def _split(self, column: str, metrics: Sequence[str]) -> pd.DataFrame:
        casebase, period = self._casebase, self._request.period
        frame = compare(casebase, metrics, as_of=self._as_of, period=period, within=self._within, by=[column])
        known = names.names_of(casebase, column, self._request.area) or {}
        codes = [code if isinstance(code, str) else "" for code in frame[column]]
        kinds = _kinds(casebase) if column == "unit" else {}
        limit = casebase.settings.lights.small_sample
        return frame.drop(columns=[column, "as_of"]).assign(
            code=codes,
            name=[display_name(column, code, known, casebase.settings.city.name) for code in codes],
            kind=[UNIT_KINDS.get(kinds.get(code, ""), "") for code in codes],
            small=[
                metric_of(metric).is_small(among, limit)
                for metric, among in zip(frame["metric"], frame["among"], strict=True)
            ],
        )


def _bureau(casebase: ScopedCasebase, area: str, level: int, name: str, city: str) -> str | None:
    """Who signs for a part of the city: its own petition bureau, the office of a street; None for the whole city.

    Where the case base names none, a district has 金水区信访局 as the city has its own; below it the place signs.
    """
    if level <= 1:
        return None
    units = names.units(casebase)
    own = units.loc[units["area_code"] == area, "name"].tolist()
    offices = [unit for unit in own if "信访" in unit]
    if not offices and level > DISTRICT:
        offices = [unit for unit in own if name in unit]
    if offices:
        return str(min(offices, key=len))
    return f"{name}信访局" if level == DISTRICT and city.endswith("信访局") else name


def _kinds(casebase: ScopedCasebase) -> dict[str, str]:
    units = names.units(casebase)
    return dict(zip(units["unit_id"], units["kind"], strict=True))


def _lists(casebase: ScopedCasebase, period: Period, as_of: datetime, within: Slice) -> tuple[tuple[Rows, ...], bytes]:
    """The cases behind every total, once for each kind of row and date, and a digest of all.

    Each kind of row is read once: most cases stand in several lists.
    """
    at = moment(casebase, as_of)
    lists, digest = [], hashlib.sha256()
    for metrics in _listed().values():
        ids = [metric.id for metric in metrics]
        if metrics[0].distinct is not None:
            every = cases(casebase, ids[0], Part.HITS, as_of=as_of, period=period, within=within)
            every = every.assign(**{ids[0]: True})
        else:
            every = mark_cases(casebase, ids, as_of=as_of, period=period, within=within)
        digest.update(pd.util.hash_pandas_object(every, index=False).to_numpy().tobytes())
        for group in _of_one_date(metrics, at):
            looked_at = every[list(group)].notna().any(axis=1)
            columns = [name for name in every.columns if name in group or name not in ids]
            lists.append(Rows(group, every.loc[looked_at, columns].reset_index(drop=True)))
    return tuple(lists), digest.digest()


def _listed() -> dict[tuple[str, str | None, bool], list[Metric]]:
    """The totals that have a list, by the kind of its rows; distinct things have one of their own.

    Stocks stand apart from what happened in the period: they are of its end, and so is what their list says.
    """
    groups: dict[tuple[str, str | None, bool], list[Metric]] = {}
    for metric in (METRICS[name] for name in TOTALS):
        if metric.subject.id not in _REGISTERS and metric.kind is not Kind.PER_10K:
            own = metric.id if metric.distinct is not None else None
            groups.setdefault((metric.subject.id, own, metric.is_stock), []).append(metric)
    return groups


def _of_one_date(metrics: Sequence[Metric], at: Moment) -> list[tuple[str, ...]]:
    """Metrics that are counted by one date stand in one list."""
    groups: dict[str | None, list[str]] = {}
    for metric in metrics:
        groups.setdefault(metric.dated_by and str(metric.dated_by(at)), []).append(metric.id)
    return [tuple(group) for group in groups.values()]


def _digest(
    request: Request,
    as_of: datetime,
    definitions: str,
    frames: Sequence[pd.DataFrame],
    days: Mapping[Against, WorkingDays | None],
    lists: bytes,
) -> str:
    """The name of the snapshot: the same for the same numbers and lists, another for any that differs."""
    digest = hashlib.sha256(f"{request} {as_of.isoformat()} {definitions} {dict(days)}".encode())
    for frame in frames:
        digest.update(frame.to_csv().encode())
    digest.update(lists)
    return digest.hexdigest()[:12].upper()
