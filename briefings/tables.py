"""The tables of a briefing: raw cells, from the frozen numbers alone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from briefings import prose
from briefings.cell_text import SMALL_MARK
from briefings.facts import days_over, debtors, working_days_note
from briefings.frozen import PLACE, TOTALS, Frozen, Rows
from briefings.model import CaseList, Column, Counted, Table, Valued
from briefings.request import Form
from queries.columns import COLUMN_NAMES, KEY_COLUMNS
from queries.dictionary import basis, formula
from queries.measure import metric_of, stock_moment
from queries.model import Fixed, Kind, Metric, is_small_base
from queries.periods import Against, compared_period
from queries.registry import METRICS
from queries.registry.common import EXCLUDED
from queries.subjects import PROPOSAL_KINDS
from queries.targets import target_of
from queries.wrongdoing import DEFINITION, FEW, is_told
from views import words
from wording import unknown
from wording.names import PLACE_NAMES, display_name
from wording.numbers import CHANGE_NOTE, kind_of

# What a Word table can bear; the ledger has every row.
MOST_ROWS = 60
MOST_COMPLAINED = 20
_FEWEST = 2
_SUMMARY = (
    "registered",
    "visits",
    "visit_people",
    "collective_visits",
    "collective_people",
    "closed",
    "not_handled",
    "backlog",
    "overdue",
    "five_day_closure",
    "on_time_completion",
    "bureau_acceptance",
    "unit_acceptance",
    "bureau_evaluation",
    "bureau_satisfaction",
    "unit_evaluation",
    "unit_satisfaction",
    "repeat_rate",
    "one_pass_resolution",
    "one_pass_resolution_all",
    "reached_in_24h",
    "on_the_spot",
    "grids_staffed",
    "communities_with_agent",
    "hearings_held",
    "supervision_issued",
    "supervision_in_time",
)
_ALWAYS = ("registered", "closed", "backlog", "overdue")
_RANKED = ("five_day_closure", "on_time_completion", "unit_satisfaction", "unit_evaluation", "repeat_rate")
_SHORT = {
    "five_day_closure": "五日办结率",
    "on_time_completion": "按期办结率",
    "unit_satisfaction": "满意率",
    "unit_evaluation": "参评率",
    "repeat_rate": "重复率",
}
# The rows of a split by metric and code.
Groups = Mapping[tuple[str, Any], dict[str, Any]]
# Columns that something else looks for: the place in a ranking, the number itself, what a rate is made of (in the
# ledger's first sheet), and the period before.
_RANK = Column("名次", "count")
VALUE, HITS, AMONG = Column("本期", "count"), Column("分子", "count"), Column("分母", "count")
_PREVIOUS, _CHANGE = Column("上期", "count"), Column("环比", "change")
# Changes per working day, for the ledger: a Word table has no room for them.
_PER_DAY = (Column("同比（工作日日均）", "change"), Column("环比（工作日日均）", "change"))
# Whether a count counts a row of a list: what is no rate has no 分子.
_COUNT_SIDES = ("计入", "未计入")


def summary(frozen: Frozen) -> Table:
    """The main numbers with what they are compared with and their targets."""
    whole = _numbers(frozen, "summary", "主要指标", tuple(name for name in _SUMMARY if _is_told(frozen, name)))
    # The period before a year is the year before.
    twice = (_PREVIOUS, _CHANGE) if frozen.request.form is Form.YEARLY else ()
    kept = [place for place, column in enumerate(whole.columns) if column not in (HITS, AMONG, *twice, *_PER_DAY)]
    rows = tuple(tuple(row[place] for place in kept) for row in whole.rows)
    return replace(whole, columns=tuple(whole.columns[place] for place in kept), rows=rows)


def _is_told(frozen: Frozen, name: str) -> bool:
    """Whether a number says anything in any of its periods; of the first rows also that there was nothing."""
    row = frozen.total(name)
    if row["unknown"]:
        return True
    values = [row[column] for column in ("value", "previous", "year_before")]
    if metric_of(name).kind is Kind.RATE:
        return not all(words.is_missing(value) for value in values)
    return name in _ALWAYS or any(not words.is_missing(value) and value != 0 for value in values)


def every_number(frozen: Frozen) -> Table:
    """All numbers of the briefing, for the ledger's first sheet."""
    return _numbers(frozen, "numbers", "总表", TOTALS)


def _numbers(frozen: Frozen, id: str, title: str, metrics: tuple[str, ...]) -> Table:
    columns = (
        Column("指标"),
        Column("单位"),
        VALUE,
        HITS,
        AMONG,
        Column("上年同期", "count"),
        _PREVIOUS,
        Column("同比", "change"),
        _CHANGE,
        *_PER_DAY,
        Column("目标", "rate"),
    )
    rows, few = [], frozen.settings.lights.small_sample
    for name in metrics:
        metric, row = metric_of(name), frozen.total(name)
        rate = metric.kind is Kind.RATE
        rows.append(
            (
                metric.name,
                metric.unit,
                _rate_or_count(metric, row["value"], row["among"], few),
                None if row["unknown"] else int(row["hits"]),
                int(row["among"]) if rate and not row["unknown"] else None,
                _rate_or_count(metric, row["year_before"], row["year_before_among"], few),
                _rate_or_count(metric, row["previous"], row["previous_among"], few),
                _change(metric, row, "year_before", few),
                _change(metric, row, "previous", few),
                *(_change_per_day(frozen, metric, row, against) for against in (Against.YEAR_BEFORE, Against.PREVIOUS)),
                target_of(frozen.settings, name),
            )
        )
    changes = "同比" if id == "summary" and frozen.request.form is Form.YEARLY else "同比、环比"
    note = (
        f"{_scope(frozen)}{_stocks_note(frozen)}率的{changes}为百分点，其余为百分比；比较的基数不足{few}的为增减数，"
        f"率的分母不足{few}的不作比较。{CHANGE_NOTE}{working_days_note(frozen)}"
        f"{_small_note(rows, few)}{_began_note(frozen)}{_unknown_note(frozen, metrics)}"
    )
    return Table(id, title, note, columns, tuple(rows))


def _rate_or_count(metric: Metric, value: float, among: float, few: int) -> Valued:
    """A number as it stands in a table; a rate over fewer than `few` is marked."""
    return Valued(_plain(value), kind_of(metric), not words.is_missing(value) and metric.is_small(among, few))


def _small_note(rows: Iterable[Iterable[object]], few: int) -> str:
    """What the mark of small samples means, where one stands in these rows."""
    marked = any(isinstance(cell, Valued) and cell.small for row in rows for cell in row)
    return f"标{SMALL_MARK}的率，分母不足{few}的，样本少。" if marked else ""


def _change(metric: Metric, row: "pd.Series[Any]", against: str, few: int) -> Valued:
    """How a number moved; a rate of too few, now or then, moves by nothing that means anything."""
    now, before = row["value"], row[against]
    if metric.kind is Kind.RATE:
        compared = metric.is_comparable(row["among"], row[f"{against}_among"], few)
        return Valued(_plain(now - before) if compared else None, "points")
    return _moved(metric, now, before, few)


def _moved(metric: Metric, now: float, before: float, few: int) -> Valued:
    """How a count moved, in per cent; in pieces from a base under `few`, as sentences say it (numbers.movement)."""
    if metric.moves_by_pieces(before, few):
        return Valued(_plain(now - before), "pieces")
    return Valued(words.change_ratio(now, before), "change")


def _change_per_day(frozen: Frozen, metric: Metric, row: "pd.Series[Any]", against: Against) -> Valued:
    """How a number that comes by the day moved per working day; nothing of others, nor from a base under `few`."""
    before, days, few = row[against.value], frozen.days[against], frozen.settings.lights.small_sample
    if days is None or not metric.is_flow or words.is_missing(before) or is_small_base(before, few):
        return Valued(None, "change")
    return Valued(days.change(float(row["value"]), float(before)), "change")


def ranking(frozen: Frozen, id: str, title: str, noun: str, frame: pd.DataFrame) -> Table:
    """Places or units by their five-day rate, best first; those with too few cases stand below, unranked.

    Where fewer than two have enough there is no rank to show, and they stand by what came. What is not filled in has
    no rank.
    """
    groups = {(row["metric"], row["code"]): row for row in _records(frame)}
    names = frame.drop_duplicates("code").set_index("code")["name"]
    first = frame[frame["metric"] == "five_day_closure"].set_index("code").reindex(names.index)
    judged = ~first["small"].fillna(True).astype(bool) & (first.index != "") & first["value"].notna()
    enough = names[judged].tolist()
    ranked = len(enough) >= _FEWEST
    judged &= ranked
    rate = first["value"].where(pd.Series(ranked, index=first.index)).astype(float)
    value = rate.where(judged)
    came = pd.Series({code: _hits(groups, "registered", code) for code in names.index})
    order = pd.DataFrame({"judged": judged, "filled": names.index != "", "rate": rate, "came": came}).sort_values(
        ["filled", "judged", "rate", "came"], ascending=False, na_position="last", kind="stable"
    )
    place, few = value.rank(ascending=False, method="min"), frozen.settings.lights.small_sample
    columns = (
        *((_RANK,) if ranked else ()),
        Column(noun),
        Column("登记量", "count", "registered", sums=True),
        Column("同比", "change", "registered"),
        *(Column(_SHORT[metric], "rate", metric) for metric in _RANKED),
        Column("在办", "count", "backlog", sums=True),
        Column("超期", "count", "overdue", sums=True),
    )
    rows = tuple(
        (
            *((None if pd.isna(place[code]) else int(place[code]),) if ranked else ()),
            names[code],
            _hits(groups, "registered", code),
            _moved_of(groups, code, few),
            *(_value(groups, metric, code, few) for metric in _RANKED),
            *(_count(frozen, groups, name, code) for name in ("backlog", "overdue")),
        )
        for code in order.index
    )
    by = (
        f"按五日办结率由高到低；应办结不足{few}件次的在后，不排名次。"
        if ranked
        else f"五日应办结满{few}件次的只有{enough[0]}，不排名次；按登记量由多到少。"
        if len(enough)
        else f"各{noun}的五日应办结均不足{few}件次，不排名次；按登记量由多到少。"
    )
    if len(names) > 1 and (names.index == "").any():
        by = f"{by.removesuffix('。')}；未填写的在最后。"
    unknown_note = _unknown_note(frozen, (*_RANKED, "backlog", "overdue"))
    note = f"{by}{_small_note(rows, few)}{_scope(frozen)}{_change_note(frozen)}{unknown_note}"
    return Table(id, title, note, columns, rows)


def places(frozen: Frozen) -> Table | None:
    """The places directly below the area, with the row of the whole."""
    if frozen.place is None or frozen.splits[PLACE].empty:
        return None
    noun = PLACE_NAMES[frozen.place]
    table = ranking(frozen, "places", f"各{noun}主要指标", noun, frozen.splits[PLACE])
    totals = {metric: frozen.total(metric) for metric in ("registered", *_RANKED, "backlog", "overdue")}
    registered, few = totals["registered"], frozen.settings.lights.small_sample
    whole = (
        *((None,) if table.columns[0] == _RANK else ()),
        "合计",
        int(registered["hits"]),
        _moved(metric_of("registered"), registered["value"], registered["year_before"], few),
        *(_rate_or_count(metric_of(name), totals[name]["value"], totals[name]["among"], few) for name in _RANKED),
        *(None if totals[name]["unknown"] else int(totals[name]["hits"]) for name in ("backlog", "overdue")),
    )
    return Table(table.id, table.title, table.note, table.columns, table.rows, whole)


def departments(frozen: Frozen) -> Table | None:
    """The departments ranked apart from places (domain.md §4): the city's own, a district's of its report.

    Of an area without any, all its units; those that had nothing to do with it are left out.
    """
    frame = frozen.splits["unit"]
    busy = frame[frame["metric"].isin(("registered", "backlog", "overdue")) & (frame["hits"] > 0)]["code"]
    frame = frame[(frame["code"] != "") & frame["code"].isin(busy)]
    kind = "市直部门" if frozen.request.area is None else "区县部门"
    own = frame[frame["kind"] == kind]
    chosen, noun = (own, kind) if len(own) else (frame, "责任单位")
    return ranking(frozen, "departments", f"{noun}主要指标", noun, chosen) if len(chosen) else None


def units(frozen: Frozen) -> Table | None:
    """All responsible units, for the ledger."""
    frame = frozen.splits["unit"]
    return ranking(frozen, "units", "责任单位主要指标", "责任单位", frame) if len(frame) else None


def categories(frozen: Frozen) -> Table | None:
    """Content classes by what came, with repeats."""
    return _volume(frozen, "categories", "内容分类", "category")


def channels(frozen: Frozen) -> Table | None:
    """Channels by what came."""
    return _volume(frozen, "channels", "信访形式", "channel")


def _volume(frozen: Frozen, id: str, noun: str, dimension: str) -> Table | None:
    """One class that is the whole says nothing that the whole does not."""
    frame = frozen.split(dimension, "registered").sort_values("hits", ascending=False, kind="stable")
    if len(frame) < _FEWEST:
        return None
    total = frozen.total("registered")
    columns = (
        Column(noun),
        Column("登记量", "count", "registered", sums=True),
        Column("占比", "rate"),
        Column("上年同期", "count"),
        Column("同比", "change"),
    )
    whole_count, before = int(total["hits"]), float(total["year_before"])
    few = frozen.settings.lights.small_sample

    def row(name: str, hits: int, earlier: float) -> tuple[object, ...]:
        share = hits / whole_count if whole_count else None
        was = None if words.is_missing(earlier) else int(earlier)
        return (name, hits, share, was, _moved(metric_of("registered"), hits, earlier, few))

    rows = tuple(row(one["name"], int(one["hits"]), one["year_before"]) for one in frame.to_dict("records"))
    return Table(
        id,
        f"登记量按{noun}",
        f"{_scope(frozen)}{_change_note(frozen)}",
        columns,
        rows,
        row("合计", whole_count, before),
    )


def complained(frozen: Frozen) -> Table | None:
    """The bodies complained about most (article 41 (1)), each with what it handles itself beside."""
    frame = frozen.split("complained_unit", "registered")
    named = frame[frame["code"] != ""].sort_values("hits", ascending=False, kind="stable")
    if len(named) < _FEWEST:
        return None
    handled = frozen.split("unit", "registered").set_index("code")["hits"]
    few, first, total = frozen.settings.lights.small_sample, named.head(MOST_COMPLAINED), int(named["hits"].sum())
    columns = (
        Column("被投诉单位"),
        Column("被投诉（件次）", "count", "registered"),
        Column("占比", "rate"),
        Column("上年同期", "count"),
        Column("同比", "change"),
        Column("作为责任单位办理（件次）", "count"),
    )
    rows = tuple(
        (
            row["name"],
            int(row["hits"]),
            int(row["hits"]) / total if total else None,
            None if words.is_missing(row["year_before"]) else int(row["year_before"]),
            _moved(metric_of("registered"), row["hits"], row["year_before"], few),
            int(handled.get(row["code"], 0)),
        )
        for row in _records(first)
    )
    left_out = f"列前{len(first)}个，共{len(named)}个。" if len(first) < len(named) else ""
    note = (
        "被投诉单位为信访事项所投诉的机关、单位，责任单位为办理的机关、单位。"
        f"{left_out}占比以填写了被投诉单位的{words.full_count(total)}件次为分母。{_scope(frozen)}{_change_note(frozen)}"
    )
    return Table("complained", "被投诉较多的机关、单位", note, columns, rows)


def proposals(frozen: Frozen) -> Table | None:
    """The three kinds of proposal (article 40), with what was answered and adopted."""
    made = frozen.total("proposals_made")
    if made["unknown"] or not made["hits"]:
        return None
    counts = {
        name: frozen.split("proposal_kind", name).set_index("name")["hits"]
        for name in ("proposals_made", "proposals_answered", "proposals_adopted")
    }
    columns = (
        Column("建议类别"),
        Column("提出", "count", "proposals_made", sums=True),
        Column("已书面反馈", "count", sums=True),
        Column("采纳和部分采纳", "count", sums=True),
    )
    kinds = [*PROPOSAL_KINDS, *(kind for kind in counts["proposals_made"].index if kind not in PROPOSAL_KINDS)]
    by_kind = [[int(count.get(kind, 0)) for count in counts.values()] for kind in kinds]
    rows = tuple((kind, *row) for kind, row in zip(kinds, by_kind, strict=True))
    whole = ("合计", *(sum(column) for column in zip(*by_kind, strict=True)))
    note = f"按提出建议的时间；反馈和采纳为截至{prose.moment(frozen.as_of)}的情况（件）。{_scope(frozen)}"
    return Table("proposals", "三项建议提出、反馈和采纳情况", note, columns, rows, whole)


def wrongdoing(frozen: Frozen) -> Table | None:
    """The total of 检举控告, for the ledger of the yearly report."""
    if frozen.wrongdoing is None:
        return None
    columns = (Column("事项"), Column("件次", "count"))
    told = ("检举控告", frozen.wrongdoing) if is_told(frozen.wrongdoing) else (f"检举控告（不足 {FEW} 件次）", None)
    return Table("wrongdoing", "检举控告总数", f"{DEFINITION}{_scope(frozen)}", columns, (told,))


def owing(frozen: Frozen) -> Table | None:
    """Who owes what by when: units with cases over their limit or due within five working days."""
    debts = debtors(frozen)
    if not debts:
        return None
    has_contacts = any(one.contact for one in debts)
    columns = (
        Column("责任单位"),
        *([Column(COLUMN_NAMES["unit_contact"])] if has_contacts else []),
        Column("超期未结", "count", "overdue", sums=True),
        Column("最久超期（天）", "count"),
        Column("5个工作日内到期", "count", "due_in_5", sums=True),
        Column("最早到期", "moment"),
    )
    rows = tuple(
        (
            one.name.strip(),
            *([one.contact] if has_contacts else []),
            one.overdue,
            None if one.overdue == 0 else one.longest,
            one.due,
            one.first_due,
        )
        for one in debts
    )
    overdue, due = (int(frozen.total(metric)["hits"]) for metric in ("overdue", "due_in_5"))
    named = sum(one.overdue + one.due for one in debts)
    note = _moment_note(frozen) + ("" if named == overdue + due else "未分派责任单位的件不在表中，合计为全部。")
    total = ("合计", *([""] if has_contacts else []), overdue, None, due, None)
    return Table("owing", "各责任单位超期和到期情况", note, columns, rows, total)


def overdue(frozen: Frozen) -> Table | None:
    """The cases over their handling limit, longest first; without title, text or person."""
    late = frozen.list_of("overdue").sort_values("due_at", kind="stable")
    if late.empty:
        return None
    days = days_over(late["due_at"], frozen.stocks_at)
    has_contacts = bool(late["unit_contact"].notna().any())
    columns = (
        Column("信访编号"),
        Column("责任单位"),
        *([Column(COLUMN_NAMES["unit_contact"])] if has_contacts else []),
        Column("区县"),
        Column("内容分类"),
        Column("办结期限", "moment"),
        Column("超期（天）", "count"),
    )
    listed = late.assign(over=days).head(MOST_ROWS)
    rows = tuple(
        (
            row["case_no"],
            display_name("unit", frozen.short_units.get(row["unit"]), {}, ""),
            *([_text(row["unit_contact"])] if has_contacts else []),
            row["district"],
            row["category"],
            row["due_at"].date(),
            int(row["over"]),
        )
        for row in _records(listed)
    )
    more = len(late) - len(listed)
    note = _moment_note(frozen) + (
        f"列最久的{len(listed)}件次，另有{words.full_count(more)}件次见台账的清单。" if more else ""
    )
    return Table("overdue", "超期未结清单", note, columns, rows)


def definitions(frozen: Frozen) -> Table:
    """The 口径 of every number in the briefing."""
    columns = (Column("指标"), Column("定义"), Column("算法"), Column("归期"), Column("依据"))
    metrics = [METRICS[name].under(frozen.settings.deadlines) for name in TOTALS]
    # What nearly every definition ends with is said once, above.
    rows = tuple((m.name, m.definition.removesuffix(EXCLUDED), formula(m), m.period_text, basis(m)) for m in metrics)
    note = f"各指标均{EXCLUDED}口径版本{frozen.definitions}，数字快照{frozen.snapshot}。"
    return Table("definitions", "指标口径", note, columns, rows)


def case_lists(frozen: Frozen) -> tuple[CaseList, ...]:
    """The lists behind the totals, for the ledger."""
    known = [(tuple(name for name in rows.metrics if not frozen.total(name)["unknown"]), rows) for rows in frozen.lists]
    return tuple(_case_list(frozen, metrics, rows) for metrics, rows in known if metrics)


def _case_list(frozen: Frozen, metrics: tuple[str, ...], rows: Rows) -> CaseList:
    """The list behind these numbers; what the data cannot tell has no column."""
    frame = rows.frame[rows.frame[list(metrics)].notna().any(axis=1)]
    unused = [*KEY_COLUMNS, *rows.metrics, *(["unit_contact"] if _nobody_filled(frame, "unit_contact") else [])]
    columns = [name for name in frame.columns if name not in unused]
    counted = []
    cells = {COLUMN_NAMES[name]: frame[name] for name in columns}
    for place, name in enumerate(metrics):
        metric, row = metric_of(name), frozen.total(name)
        sides = metric.sides if all(metric.sides) else _COUNT_SIDES
        cells[metric.name] = _marks(frame[name], sides)
        among = int(row["among"]) if metric.kind is Kind.RATE else int(row["hits"])
        added = _column_added(metric, columns)
        counted.append(Counted(name, metric.name, len(columns) + place, sides, int(row["hits"]), among, added))
    names = "、".join(metric_of(name).name for name in metrics[:2])
    return CaseList(names, tuple(cells), tuple(cells.values()), tuple(counted))


def _column_added(metric: Metric, columns: Sequence[str]) -> int | None:
    """The place of the column that a sum adds up; None for other numbers, and where the list has no such column."""
    column = metric.amount.column.key if metric.kind is Kind.SUM and isinstance(metric.amount, Fixed) else None
    return columns.index(column) if column in columns else None


def _nobody_filled(frame: pd.DataFrame, column: str) -> bool:
    return column in frame.columns and bool(frame[column].isna().all())


def _marks(column: pd.Series, sides: tuple[str, str]) -> pd.Series:
    """What a number does with each row, in words; None where it does not look at it."""
    return column.map({True: sides[0], False: sides[1]})


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _text(value: Any) -> str:
    """A text of a list, "" where there is none."""
    return value if isinstance(value, str) else ""


def _hits(groups: Groups, metric: str, code: Any) -> int:
    row = groups.get((metric, code))
    return 0 if row is None else int(row["hits"])


def _count(frozen: Frozen, groups: Groups, metric: str, code: Any) -> int | None:
    """A count of a group, 0 where it has no row; None where the data cannot tell it."""
    return None if frozen.total(metric)["unknown"] else _hits(groups, metric, code)


def _value(groups: Groups, metric: str, code: Any, few: int) -> Valued | None:
    row = groups.get((metric, code))
    return None if row is None else _rate_or_count(metric_of(metric), row["value"], row["among"], few)


def _moved_of(groups: Groups, code: Any, few: int) -> Valued | None:
    row = groups.get(("registered", code))
    return None if row is None else _moved(metric_of("registered"), row["value"], row["year_before"], few)


def _plain(value: float) -> float | None:
    return None if words.is_missing(value) else float(value)


def _scope(frozen: Frozen) -> str:
    return f"{frozen.request.label}，{frozen.area_name}。"


def _stocks_note(frozen: Frozen) -> str:
    """Of which moments stocks are: of the end of each period, or of the same day while it runs."""
    earlier = (
        compared_period(frozen.request.period, frozen.as_of, against)
        for against in (Against.PREVIOUS, Against.YEAR_BEFORE)
    )
    before, year_before = (stock_moment(at, period) for period, at in earlier)
    now, then, year_ago = (prose.moment(at) for at in (frozen.stocks_at, before, year_before))
    if frozen.request.form is Form.YEARLY:
        return f"在办、超期等时点数，本期为{now}，上年同期为{year_ago}。"
    return f"在办、超期等时点数，本期为{now}，上期为{then}，上年同期为{year_ago}。"


def _change_note(frozen: Frozen) -> str:
    """How a change against the year before is written, or why there is none."""
    if words.is_missing(frozen.total("registered")["year_before"]):
        return _blank_note("上年同期")
    days = working_days_note(frozen, [Against.YEAR_BEFORE])
    return f"上年同期不足{frozen.settings.lights.small_sample}的，同比为增减数。{days}"


def _blank_note(period: str) -> str:
    return f"{period}早于件库的第一件，没有数可比。"


def _began_note(frozen: Frozen) -> str:
    """Which of the periods compared with are from before the case base began."""
    registered = frozen.total("registered")
    compared_with: tuple[tuple[str, str], ...] = (("上期", "previous"), ("上年同期", "year_before"))
    if frozen.request.form is Form.YEARLY:
        compared_with = compared_with[1:]
    blank = [name for name, column in compared_with if words.is_missing(registered[column])]
    return _blank_note("、".join(blank)) if blank else ""


def _unknown_note(frozen: Frozen, metrics: tuple[str, ...]) -> str:
    """Why some of these numbers are not known; "" where all are."""
    lacks = ",".join(frozen.total(name)["unknown"] or "" for name in metrics)
    return f"「{words.NONE}」的数{unknown.reason(lacks)}，算不出。" if lacks.strip(",") else ""


def _moment_note(frozen: Frozen) -> str:
    return f"截至{prose.moment(frozen.stocks_at)}。"


TABLES: Mapping[str, Callable[[Frozen], Table | None]] = {
    "summary": summary,
    "places": places,
    "departments": departments,
    "channels": channels,
    "categories": categories,
    "complained": complained,
    "proposals": proposals,
    "wrongdoing": wrongdoing,
    "owing": owing,
    "overdue": overdue,
    "definitions": definitions,
}
LEDGER_TABLES = (
    "summary", "places", "departments", "channels", "categories", "complained", "proposals", "wrongdoing", "owing",
    "overdue",
)  # fmt: skip
