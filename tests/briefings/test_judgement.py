"""What may be said of a handful, of a day that is over, and of what nobody knows."""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from scipy.stats import binomtest
from sqlalchemy import select

from briefings import cell_text, facts, figures, tables, template
from briefings.facts import Debtor, Facts, Ranking
from briefings.frozen import PLACE, Frozen, freeze
from briefings.model import Paragraph, Table, Valued
from briefings.request import Request
from briefings.template import Edits
from casebase import schema
from casebase.engine import Casebase
from queries.compare import WorkingDays
from queries.measure import measure, metric_of
from queries.model import Kind
from queries.periods import Against, Period
from queries.registry.common import EXCLUDED
from tests.pages.conftest import EVENING
from wording.numbers import CHANGE_NOTE

FEW = 30
owed = facts.debtors


def with_total(frozen: Frozen, metric: str, **values: float | str) -> Frozen:
    totals = frozen.totals.astype(object).copy()
    for column, value in values.items():
        totals.loc[metric, column] = value
    return replace(frozen, totals=totals)


def said(frozen: Frozen, city: Casebase) -> list[str]:
    blocks = template.document(frozen, city.workdays, Edits()).blocks
    return [block.text for block in blocks if isinstance(block, Paragraph)]


def rows_of(table: Table | None) -> dict[str, list[str]]:
    """The rows of a table as written, by the first text of each."""
    assert table is not None
    at = next(place for place, column in enumerate(table.columns) if column.kind == "text")
    return {row[at]: row for row in cell_text.rows_of(table)}


def test_a_rate_of_a_handful_is_marked_and_neither_judged_nor_compared(
    frozen_of: Callable[..., Frozen], city: Casebase
) -> None:
    few = {"value": 0.5, "hits": 7, "among": 14, "previous": 0.9, "previous_among": 400}
    frozen = with_total(frozen_of("month"), "on_the_spot", **few)
    number = Facts(frozen).n("on_the_spot")
    assert (str(number), number.changes, number.against_target) == ("50.00%（样本少）", "", "")
    assert number.reached
    assert "on_the_spot" not in [one.metric.id for one in Facts(frozen).short()]
    row = rows_of(tables.summary(frozen))[metric_of("on_the_spot").name]
    assert (row[2], row[5], row[6]) == ("○50.00%", "—", "—")
    whole = with_total(frozen_of("month"), "on_the_spot", value=0.5, hits=FEW / 2, among=FEW)
    assert not Facts(whole).n("on_the_spot").reached


@pytest.mark.parametrize(
    ("now", "among", "before", "text"), [(12, FEW, FEW - 1, ""), (12, FEW - 1, FEW, ""), (12, FEW, FEW, "同比")]
)
def test_rates_are_compared_where_both_are_enough(
    now: int, among: int, before: int, text: str, frozen_of: Callable[..., Frozen]
) -> None:
    values = {"value": now / among, "hits": now, "among": among, "year_before": 0.9, "year_before_among": before}
    number = Facts(with_total(frozen_of("month"), "on_the_spot", **values)).n("on_the_spot")
    assert number.yoy[:2] == text


def test_what_stands_still_twice_is_said_once(frozen_of: Callable[..., Frozen]) -> None:
    frozen = with_total(frozen_of("month"), "registered", value=99.0, previous=99.0, year_before=99.0)
    alike = replace(frozen, days=dict.fromkeys(Against, WorkingDays(18, 18)))
    assert Facts(alike).n("registered").changes == "，同比、环比均持平"


def test_working_days_stand_beside_the_change_of_what_comes_by_the_day(frozen_of: Callable[..., Frozen]) -> None:
    """Of 21 and 18 working days: 1100 against 1000 is +10 %, and −5.7 % a day; 20 against 20 of the year before."""
    frozen = replace(
        with_total(frozen_of("month"), "registered", value=1100.0, previous=1000.0, year_before=1100.0),
        days={Against.PREVIOUS: WorkingDays(21, 18), Against.YEAR_BEFORE: WorkingDays(21, 21)},
    )
    number = Facts(frozen).n("registered")
    assert number.changes == "，同比持平，环比上升10.0%（多3个工作日，日均下降5.7%）"
    assert number.title_changes == "，同比持平，环比上升10.0%（日均下降5.7%）"
    assert replace(number, name="网信").mom == "环比上升10.0%，日均下降5.7%"
    assert replace(number, value=24, previous=20).mom == "环比增加4件次（多3个工作日）"
    assert "工作日" not in Facts(with_total(frozen, "backlog", value=1100.0, previous=1000.0)).n("backlog").changes
    assert Facts(frozen).working_days() == "本期21个工作日，上期18个，上年同期21个。"
    unpublished = replace(frozen, days={**frozen.days, Against.PREVIOUS: WorkingDays(21, 18, (2027,))})
    assert Facts(unpublished).n("registered").mom == (
        "环比上升10.0%（多3个工作日，2027年放假安排未发布，日均下降5.7%）"
    )


def test_what_more_working_days_alone_raised_has_not_risen(frozen_of: Callable[..., Frozen]) -> None:
    one = Facts(frozen_of("month")).n("registered")
    days = {Against.YEAR_BEFORE: WorkingDays(21, 18)}
    groups = tuple(
        replace(one, name=name, value=value, year_before=before, days=days)
        for name, value, before in (("甲", 220.0, 200.0), ("乙", 120.0, 100.0), ("丙", 90.0, 60.0))
    )
    assert [number.name for number in Ranking(groups, 0, 430).risen(3)] == ["丙", "乙"]


@pytest.mark.parametrize(("name", "area"), [("week", None), ("month", "410105"), ("year", None)])
def test_a_handful_moves_by_pieces_in_every_table(
    name: str, area: str | None, frozen_of: Callable[..., Frozen]
) -> None:
    """Against the frozen splits, row by row: no percentage on a base under thirty, none missing on a larger one."""
    frozen = frozen_of(name, area)
    percents = pieces = 0
    for made, dimension in ((tables.places, "place"), (tables.categories, "category"), (tables.channels, "channel")):
        table = made(frozen)
        assert table is not None
        at = [column.name for column in table.columns].index("同比")
        rows = rows_of(table)
        for row in frozen.split(dimension, "registered").to_dict("records"):
            now, before, text = row["value"], row["year_before"], rows[row["name"]][at]
            if pd.isna(before) or not before:
                assert text == "—"
            elif before < FEW:
                pieces += 1
                assert text == ("持平" if now == before else f"{now - before:+.0f}".replace("-", "−"))
            else:
                percents += 1
                assert text.endswith(("%", "持平"))
        assert "上年同期不足30的，同比为增减数。" in table.note
    assert pieces
    assert percents or name != "year"


def test_a_rise_of_a_handful_is_no_rise(frozen_of: Callable[..., Frozen]) -> None:
    frozen = frozen_of("year")
    risen = Facts(frozen).rank("category", "registered").risen(99)
    every = frozen.split("category", "registered")
    rising = every[(every["year_before"] > 0) & (every["value"] > every["year_before"]) & (every["code"] != "")]
    assert [one for one in risen if one.value < FEW] == []
    assert len(risen) == (rising["value"] >= FEW).sum() < len(rising)


def test_only_rates_above_the_whole_are_high(frozen_of: Callable[..., Frozen]) -> None:
    frozen = frozen_of("year")
    classes = frozen.splits["category"].copy()
    rate = (classes["metric"] == "repeat_rate") & (classes["among"] >= FEW)
    first = classes[rate].index[0]
    classes.loc[first, ["hits", "value"]] = [int(classes.loc[first, "among"]) // 2, 0.5]
    asked = Facts(replace(frozen, splits={**frozen.splits, "category": classes}))
    whole = asked.n("repeat_rate")
    ranking = asked.rank("category", "repeat_rate")
    high = ranking.above(whole, 99)
    assert high
    assert all(one.value > whole.value for one in high)
    assert len(high) < len(ranking)


def test_a_rate_that_chance_explains_is_not_high(frozen_of: Callable[..., Frozen]) -> None:
    """8 of 37 where all have 10.28 % come by chance in one of thirty classes; 80 of 370 do not (scipy's own test)."""
    whole = replace(Facts(frozen_of("month")).n("repeat_rate"), value=0.1028)
    few, many = (
        replace(whole, name=name, hits=hits, among=among, value=hits / among)
        for name, hits, among in (("甲", 8, 37), ("乙", 80, 370))
    )
    rest = [replace(whole, name=f"丙{at}", hits=10, among=100, value=0.1) for at in range(18)]
    assert binomtest(8, 37, 0.1028, alternative="greater").pvalue > 0.05 / 20
    assert [one.name for one in Ranking((few, *rest), 0, 0).above(whole, 3)] == []
    assert [one.name for one in Ranking((many, few, *rest), 0, 0).above(whole, 3)] == ["乙"]


def test_what_came_less_what_went_is_what_is_open(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    """上期在办 + 登记 − 办结 − 未予办理 = 在办, in the text and in the table of main numbers."""
    frozen = frozen_of("month")
    facts_of = Facts(frozen)
    came, closed, dropped, left = (facts_of.n(name) for name in ("registered", "closed", "not_handled", "backlog"))
    assert dropped.hits
    assert left.previous + came.hits - closed.hits - dropped.hits == left.hits
    text = next(line for line in said(frozen, city) if line.startswith("2026年10月，"))
    assert f"未予办理{dropped}" in text
    assert rows_of(tables.summary(frozen))["未予办理"][2] == f"{dropped.hits}"
    none = with_total(frozen, "not_handled", value=0.0, hits=0, previous=0.0, year_before=0.0)
    assert "未予办理" not in "".join(said(none, city))
    assert "未予办理" not in rows_of(tables.summary(none))


@pytest.mark.parametrize("name", ["month", "running", "year"])
def test_each_number_has_its_own_change(name: str, frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    """Two numbers of different kinds never share one change: batches and people move differently."""
    frozen = frozen_of(name)
    slides = template.deck(frozen, city.workdays, Edits()).slides
    lines = [*said(frozen, city), *(line for slide in slides for line in slide.lines)]
    pair = re.compile(r"[\d,.]+(?:批次|场次|件次|人次|件|%)、[\d,.]+(?:批次|场次|件次|人次|件|%)，[同环]比")
    assert not [line for line in lines if pair.search(line)]
    whole, compared = "".join(lines), 0
    for metric in ("visits", "visit_people", "collective_visits", "collective_people", "unit_evaluation"):
        number = Facts(frozen).n(metric)
        if number and number.changes:
            compared += 1
            assert f"{number}{number.changes}" in whole
    assert compared > 1


def test_a_rate_stands_beside_what_it_is_of(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    """Who divides the two counts before a rate finds the rate."""
    frozen = frozen_of("month")
    text = "".join(said(frozen, city))
    back = Facts(frozen).n("hotline_callback")
    assert f"本期答复的{back.looked_at}，已回访{back.counted}，回访率{back}" in text
    for metric, words_before in (
        ("hotline_satisfaction", "满意率"), ("supervision_in_time", "按期反馈率"), ("on_the_spot", "就地化解率"),
        ("disputes_settled", "调解成功率"), ("reached_in_24h", "24小时联系率"), ("on_time_completion", "按期办结率"),
    ):  # fmt: skip
        number = Facts(frozen).n(metric)
        assert f"{number.looked_at}，{words_before}{number}" in text


@pytest.mark.parametrize("name", ["month", "year"])
def test_what_has_a_target_is_held_against_it_in_text_and_table(
    name: str, frozen_of: Callable[..., Frozen], city: Casebase
) -> None:
    frozen = frozen_of(name)
    told = [line for line in said(frozen, city) if not line[0].isdigit() or line.startswith("20")]
    rows = rows_of(tables.summary(frozen))
    aimed = Facts(frozen).aimed()
    assert {"grids_staffed", "communities_with_agent"} <= {one.metric.id for one in aimed}
    for one in aimed:
        assert rows[one.metric.name][-1] == f"{one.target:.2%}"
        if not one.metric.id.endswith("_all"):
            assert [line for line in told if f"{one}" in line and one.against_target in line], one.metric.id


def test_problems_judge_by_targets_and_count_them(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    """满意率 of the whole reaches its target while some units miss theirs: no word says it is low."""
    frozen = frozen_of("month")
    lines = said(frozen, city)
    missed, aimed = Facts(frozen).short(), Facts(frozen).aimed()
    assert 0 < len(missed) < len(aimed)
    assert [line for line in lines if f"{len(aimed)}项有目标的指标中，{len(missed)}项未达目标。" in line]
    assert not [line for line in lines if re.search("偏低|总体未达|较集中|不平衡", line)]
    late = Facts(frozen).n("supervision_in_time")
    assert late.misses_count
    assert [line for line in lines if f"{late.looked_at}中，{late.misses}未按期反馈" in line]


def test_only_who_still_owes_is_asked(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    """Against the cases themselves: over their limit when the year ended, and open on the day of the briefing."""
    frozen = frozen_of("year")
    case, unit = schema.petition.c, schema.unit.c
    end = frozen.stocks_at
    query = select(case.petition_id, unit.name).select_from(
        schema.petition.outerjoin(schema.unit, case.unit_id == unit.unit_id)
    ).where(
        case.registered_at <= end, case.due_at <= end, case.closed_at.is_(None) | (case.closed_at > frozen.as_of),
        case.restricted.is_(False), case.channel.is_(None) | (case.channel != "12345转办"),
    )  # fmt: skip
    still = city.frame(query)
    left = Facts(frozen).remaining("overdue")
    assert left.total == len(still) < Facts(frozen).n("overdue").hits
    assert len(left.units) == still["name"].nunique()
    step = next(line for line in template.suggestions(frozen, city.workdays) if "逐件办结" in line)
    assert all(name in step for name in left.units) or f"等{len(left.units)}个单位" in step
    assert f"信访事项{left.of_units}" in step
    assert "督办" not in step


def test_units_of_one_short_name_are_two(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    """A unit called 市城管局 beside 郑州市城管局, of which sentences say 市城管局 elsewhere: each owes its own."""
    frozen = replace(frozen_of("running"), owed_now={})
    rows = next(rows for rows in frozen.lists if "overdue" in rows.metrics)
    names = ["郑州市城管局"] * 3 + ["市城管局"] * 2 + ["郑州市教育局"]
    late = rows.frame[rows.frame["overdue"].eq(True)].head(len(names)).assign(unit=names)
    frozen = replace(frozen, lists=(replace(rows, frame=late.assign(due_in_5=False)),))
    left = Facts(frozen).remaining("overdue")
    owing = {"郑州市城管局": 3, "市城管局": 2, "市教育局": 1}
    assert (dict(left.owed), left.of_units, left.unassigned) == (owing, "6件次", "")
    assert {one.name: one.overdue for one in facts.debtors(frozen)} == owing
    listed = tables.overdue(frozen)
    assert listed is not None
    assert sorted(str(row[1]) for row in listed.rows) == sorted([*owing, *["郑州市城管局"] * 2, "市城管局"])


@pytest.mark.parametrize(("name", "area"), [("month", None), ("running", None), ("year", None), ("month", "410105")])
def test_each_step_says_who_and_by_when(
    name: str, area: str | None, frozen_of: Callable[..., Frozen], city: Casebase
) -> None:
    steps = template.suggestions(frozen_of(name, area), city.workdays)
    assert steps
    assert all(line.startswith("请") and re.search(r"\d+月\d+日(?:前|到期)", line) for line in steps)


def test_changes_of_rounded_numbers_are_explained(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    frozen = frozen_of("month")
    assert CHANGE_NOTE in tables.summary(frozen).note
    assert CHANGE_NOTE in tables.every_number(frozen).note
    assert all(CHANGE_NOTE in slide.notes for slide in template.deck(frozen, city.workdays, Edits()).slides)


def test_what_every_definition_leaves_out_is_said_once(frozen_of: Callable[..., Frozen]) -> None:
    table = tables.definitions(frozen_of("month"))
    cells = [str(row[1]) for row in table.rows]
    assert table.note.count(EXCLUDED) == 1
    assert not [text for text in cells if EXCLUDED in text]
    metrics = [metric_of(str(name)) for name in frozen_of("month").totals.index]
    assert all(metric.definition in (text, text + EXCLUDED) for metric, text in zip(metrics, cells, strict=True))


def with_one_judged(frozen: Frozen) -> tuple[Frozen, str]:
    """Of all places only the first has cases enough; it misses its target, and smaller ones have lower rates."""
    places = frozen.splits[PLACE].copy()
    rate = (places["metric"] == "five_day_closure") & (places["code"] != "")
    first = places[rate].index[0]
    places.loc[rate, ["value", "hits", "among", "small"]] = [0.5, 5, 10, True]
    places.loc[first, ["value", "hits", "among", "small"]] = [14 / 15, 42, 45, False]
    return replace(frozen, splits={**frozen.splits, PLACE: places}), str(places.loc[first, "name"])


def test_one_that_can_be_judged_is_neither_first_nor_last(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    frozen, name = with_one_judged(frozen_of("month"))
    ranking = Facts(frozen).rank("place", "five_day_closure")
    only = ranking.only()
    assert only is not None
    assert (only.name.strip(), ranking.short(), ranking.first()) == (name, [], [])
    table = tables.places(frozen)
    assert table is not None
    assert "名次" not in [column.name for column in table.columns]
    assert table.note.startswith(f"五日应办结满30件次的只有{name}，不排名次；按登记量由多到少。")
    came = [row[1] for row in table.rows]
    assert came == sorted(came, reverse=True)  # type: ignore[type-var]
    figure = figures.FIGURES["five_day_places"](frozen)
    assert figure is not None
    assert figure.title == f"五日办结率：只有{name}满30件次可比，93.33%，不排名次"
    text = "\n".join(said(frozen, city))
    assert f"只有{name}满30件次可比" in text
    assert "五日办结率未达目标。" not in text
    assert f"五日办结率未达目标的{name}" not in text
    assert f"未达到目标的是{name}" not in text


@pytest.mark.parametrize("seed", range(20))
def test_the_order_that_is_said_is_that_of_the_rows(seed: int, frozen_of: Callable[..., Frozen]) -> None:
    """Whatever is missing, small, alike or not filled in."""
    chance, frozen = random.Random(seed), frozen_of("month")
    places = frozen.splits[PLACE].copy()
    codes = places["code"].unique()
    kept = list(codes[: chance.randrange(2, len(codes))])
    places = places[places["code"].isin(kept)]
    places["code"] = places["code"].where(places["code"] != kept[0], chance.choice(["", kept[0]]))
    for row in places.index[places["metric"] == "five_day_closure"]:
        among = chance.choice([0, 3, 60] if seed % 2 else [0, 3])
        hits = chance.randrange(among + 1)
        value = hits / among if among else float("nan")
        places.loc[row, ["value", "hits", "among", "small"]] = [value, hits, among, among < 30]
    table = tables.ranking(frozen, "places", "", "区县", places)
    at = next(n for n, column in enumerate(table.columns) if column.metric == "five_day_closure")
    came = next(n for n, column in enumerate(table.columns) if column.metric == "registered")
    rows = table.rows[:-1] if "未填写的在最后" in table.note else table.rows
    assert ("未填写的在最后" in table.note) == bool((places["code"] == "").any())
    if "按登记量由多到少" in table.note:
        assert [row[came] for row in rows] == sorted((row[came] for row in rows), reverse=True)  # type: ignore[type-var]
        return
    assert table.note.startswith("按五日办结率由高到低；应办结不足30件次的在后，不排名次")
    rates = [row[at] for row in rows]
    judged = [rate.value for rate in rates if isinstance(rate, Valued) and rate.value is not None and not rate.small]
    assert judged == [rate.value for rate in rates[: len(judged)] if isinstance(rate, Valued)]
    assert judged == sorted(judged, reverse=True)


def test_the_unranked_stand_by_the_rate_that_the_heading_names(frozen_of: Callable[..., Frozen]) -> None:
    frozen, _ = with_one_judged(frozen_of("month"))
    places = frozen.splits[PLACE].copy()
    rate = places.index[(places["metric"] == "five_day_closure") & (places["code"] != "")]
    places.loc[rate[-1], ["value", "small"]] = [0.2, False]
    places.loc[rate[1:-1], "value"] = [place / 100 for place in range(len(rate) - 2)]
    table = tables.places(replace(frozen, splits={**frozen.splits, PLACE: places}))
    assert table is not None
    at = next(n for n, column in enumerate(table.columns) if column.metric == "five_day_closure")
    rates = [row[at] for row in table.rows]
    assert [row[0] for row in table.rows] == [1, 2, *([None] * (len(rates) - 2))]
    # Rates over too few carry a mark.
    unranked = [value.value if isinstance(value, Valued) else value for value in rates[2:] if value is not None]
    assert unranked == sorted(unranked, reverse=True)  # type: ignore[type-var]


def test_steps_do_not_look_forward_to_days_that_are_over(
    frozen_of: Callable[..., Frozen], city: Casebase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The numbers of October are of its last day; a reader of the 19th of November cannot act before it."""
    day = frozen_of("running").as_of.date()
    monkeypatch.setattr(facts, "debtors", lambda frozen: [*owed(frozen), Debtor("甲", 0, 0, 3, day)])
    due = {"hits": 3, "value": 3.0}
    past = template.suggestions(with_total(frozen_of("month"), "due_in_5", **due), city.workdays)
    assert not [line for line in past if "提前安排" in line]
    overdue = next(line for line in past if "逐件办结" in line)
    assert "截至2026年10月31日超期未结、至今仍未办结的信访事项" in overdue
    now = template.suggestions(with_total(frozen_of("running"), "due_in_5", **due), city.workdays)
    assert [line for line in now if "提前安排" in line]
    assert not [line for line in now if "至今" in line]


def test_what_comes_due_is_told_while_its_days_are_ahead(
    frozen_of: Callable[..., Frozen], monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen = frozen_of("running")
    today = frozen.as_of.date()
    ahead = [Debtor("甲", 0, 0, 1, today), Debtor("乙", 0, 0, 3, today), Debtor("丙", 2, 9, 0, None)]
    monkeypatch.setattr(facts, "debtors", lambda _: ahead)
    assert [one.name for one in Facts(frozen).coming()] == ["乙", "甲"]
    ahead.append(Debtor("丁", 0, 0, 1, date(2026, 11, 18)))
    assert Facts(frozen).coming() == []


def test_a_month_that_runs_is_not_compared_with_a_whole_one(frozen_of: Callable[..., Frozen]) -> None:
    """The week is over and its month is not."""
    frozen = frozen_of("week")
    assert not frozen.running
    figure = figures.volume(frozen)
    assert figure is not None
    assert figure.title.startswith("2026年11月（至19日）登记")
    assert "较上月" not in figure.title
    whole = figures.volume(frozen_of("month"))
    assert whole is not None
    assert whole.title.startswith("2026年10月登记")
    assert "登记量较上月" in whole.title


def nobody_owes(frozen: Frozen) -> Frozen:
    """The same cases, of which no unit is known, as a file without units has them."""
    lists = tuple(
        replace(rows, frame=rows.frame.assign(unit=float("nan"))) if "unit" in rows.frame.columns else rows
        for rows in frozen.lists
    )
    return replace(frozen, lists=lists)


def test_cases_without_a_unit_are_overdue_all_the_same(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    frozen = nobody_owes(frozen_of("month"))
    overdue = Facts(frozen).n("overdue")
    assert overdue.hits
    table = tables.overdue(frozen)
    assert table is not None
    assert {row[1] for row in table.rows} == {"未分派"}
    lines = said(frozen, city)
    assert [line for line in lines if f"超过办结期限未结的{overdue}，未分派责任单位。" in line]
    left = Facts(frozen).remaining("overdue")
    assert left.total
    assert [line for line in lines if f"至今仍未办结的{left}明确责任单位" in line]


def test_every_number_of_cases_has_its_thousands_apart() -> None:
    owes = Debtor("甲", 2_396, 182, 1_001, None)
    assert (owes.overdue_cases, owes.due_cases) == ("2,396件次", "1,001件次")


def test_what_a_table_leaves_no_choice_of_is_no_table(frozen_of: Callable[..., Frozen]) -> None:
    frozen = frozen_of("month")
    one = frozen.splits["channel"].assign(code="网信")
    one = one[~one.duplicated(["metric", "code"])]
    assert tables.channels(replace(frozen, splits={**frozen.splits, "channel": one})) is None


@pytest.mark.parametrize(("name", "whole"), [("郑州市", "全市"), ("某省", "某省"), ("Boston", "Boston")])
def test_the_whole_is_called_by_what_it_is(name: str, whole: str, frozen_of: Callable[..., Frozen]) -> None:
    assert replace(frozen_of("month"), area_name=name).whole == whole
    assert replace(frozen_of("month", "410105"), area_name=name).whole == name


def test_before_the_case_base_began_nothing_is_known(city: Casebase) -> None:
    """Not 0: nobody knows what came then."""
    first = measure(
        city.whole, ["registered"], as_of=EVENING, period=Period(date(2000, 1, 1), EVENING.date()), by=["month"]
    )
    began = date.fromisoformat(f"{min(first['month'])}-01")
    end = (pd.Timestamp(began) + pd.offsets.MonthEnd()).date()
    frozen = freeze(city.whole, Request(Period(began, end)), EVENING)
    row = rows_of(tables.summary(frozen))["登记量"]
    assert (row[3], row[4], row[5], row[6]) == ("—", "—", "—", "—")
    assert row[2] != "0"
    assert "上期、上年同期早于件库的第一件，没有数可比。" in tables.summary(frozen).note
    came = frozen.months[frozen.months["metric"] == "registered"]
    assert came["value"].notna().tolist() == [False] * 12 + [True]
    later = freeze(city.whole, Request(Period(end + timedelta(days=1), end + timedelta(days=28))), EVENING)
    known = later.totals.loc["registered"]
    assert pd.isna(known["year_before"])
    assert known["previous"] > 0


def test_a_city_that_heard_nobody_says_so(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    none: dict[str, Any] = {"value": 0.0, "hits": 0}
    assert "本期没有举行听证。" in said(with_total(frozen_of("month"), "hearings_held", **none), city)
    unknown = with_total(frozen_of("month"), "hearings_held", unknown="hearing", value=float("nan"), hits=0)
    assert "本期没有举行听证。" not in said(unknown, city)


def test_what_is_not_loaded_is_told_in_its_place(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    frozen = frozen_of("month")
    lacks = {"bureau_acceptance": "petition.forwarded_at", "unit_satisfaction": "petition.satisfaction_unit"}
    for name, lack in lacks.items():
        frozen = with_total(frozen, name, unknown=lack, value=float("nan"), hits=0, among=0)
    lines = "\n".join(said(frozen, city))
    assert f"{metric_of('bureau_acceptance').name}—（未装入转送时间）；" in lines
    assert f"{metric_of('unit_satisfaction').name}—（未装入对责任单位的评价）。" in lines
    problems = [line for line in lines.split("\n") if "项未达目标。" in line]
    assert all(metric_of(name).name not in line for name in lacks for line in problems)
    assert metric_of("unit_satisfaction").kind is Kind.RATE
    places = tables.places(frozen)
    assert places is not None
    assert "未装入对责任单位的评价" in places.note


def test_what_misses_its_target_has_one_step_each(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    frozen = frozen_of("year")
    gaps = Facts(frozen).rank("place", "grids_staffed").short()
    assert gaps
    steps = template.suggestions(frozen, city.workdays)
    staffed = next(line for line in steps if "为没有在岗网格员的网格配齐网格员" in line)
    assert (f"等{len(gaps)}个区县（功能区）" in staffed) == (len(gaps) > 3)
    assert not [line for line in steps if metric_of("grids_staffed").name in line]
    told = ("grids_staffed", "five_day_closure", "unit_satisfaction")
    missed = [one.metric for one in Facts(frozen).short() if one.metric.id not in told]
    assert missed
    assert all(any(metric.name in line for line in steps) for metric in missed)


# What is said of a finding in 存在问题, and in the step that answers it.
_ANSWERS = (
    ("项有目标的指标", "逐项查明原因"),
    ("超期未结。", "逐件办结"),
    ("五日办结率未达目标。", "未按期的简单诉求"),
    ("满意率未达目标。", "评价不满意的信访事项"),
    ("重复信访率明显高于总体。", "复查已办结事项"),
    ("督办反馈逾期。", "补报"),
    ("网格缺员。", "配齐网格员"),
)


@pytest.mark.parametrize("kind", ["week", "month"])  # the yearly report has no findings
def test_steps_answer_the_findings_one_by_one(kind: str, frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    frozen = frozen_of(kind)
    steps = template.suggestions(frozen, city.workdays)
    findings = [line for line in said(frozen, city) if any(finding in line for finding, _ in _ANSWERS)]
    order = [i for line in findings for i, (finding, _) in enumerate(_ANSWERS) if finding in line]
    answered = [i for step in steps for i, (_, answer) in enumerate(_ANSWERS) if answer in step]
    assert answered
    assert answered == [i for i in order if i in answered]
    # An indicator that is told of places or units needs no step of its own; what was owed may be settled meanwhile.
    assert set(order) - set(answered) <= {0, 5}
