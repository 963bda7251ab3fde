"""A definition tells what its rule leaves out, and leaves out what it tells."""

import re
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Select, literal_column, select
from sqlalchemy.dialects import postgresql

from casebase.engine import Casebase
from casebase.settings import DeadlineSettings
from docs.write_metric_table import PAGE, with_table
from queries.dictionary import dictionary
from queries.model import Metric, moment
from queries.registry import METRICS

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
# What a rule looks at, as it stands in SQL, and the word without which its definition would be silent about it.
TOLD = {
    "petition.restricted": "检举控告",
    "12345转办": "12345",
    "petition.counted": "纳入统计",
    "petition.is_simple": "简单诉求",
    "petition.resolved": "化解",
    "petition.is_collective": "5 人及以上",
    "petition.extended_days": "延长",
    "hearing_expert.recused": "回避",
    "hearing.status": "取消",
    "孵化中心": "孵化中心",
    "矛调": "矛调",
    "social_org.founded_on": "成立日期未填的",
    "就地化解": "就地化解",
    "已核实": "已核实",
    "已走访": "已走访",
}
# Words that tell of a rule, and what of it then must stand in SQL.
KEPT = {
    "不含检举控告": "petition.restricted",
    "12345转办件另计": "12345转办",
    "纳入统计": "petition.counted",
    "的初件中": "petition.is_first",
    "初件；": "petition.is_first",
    "未填写是否化解的不计": "petition.resolved IS NOT NULL",
    "回避的不计": "hearing_expert.recused",
    "取消": "hearing.status",
    "成立日期未填的": "social_org.founded_on IS NULL",
    "孵化中心不计": "孵化中心",
}


def rule(casebase: Casebase, metric: Metric) -> str:
    """All of a rule as one text of SQL, values written out: what its rows are, which of them it looks at and counts."""
    at = moment(casebase.whole, datetime(2026, 11, 22, 12, 0))
    parts = [part(at) for part in (metric.among, metric.hit, metric.dated_by, metric.amount) if part is not None]
    rows: Select[Any] = select(literal_column("1")).select_from(metric.subject.rows)
    compiled = (part.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}) for part in (rows, *parts))
    return "\n".join(str(text) for text in compiled)


@pytest.mark.parametrize("name", sorted(METRICS))
def test_definition_is_the_rule(duckdb_city: Casebase, name: str) -> None:
    metric = METRICS[name]
    sql = rule(duckdb_city, metric)
    said = metric.definition + metric.among_text + metric.hits_text
    untold = {column for column, word in TOLD.items() if column in sql and word not in said}
    unkept = {word for word, column in KEPT.items() if word in metric.definition and column not in sql}
    assert (untold, unkept) == (set(), set())


def test_first_cases_are_called_so(duckdb_city: Casebase) -> None:
    for name, metric in METRICS.items():
        if "petition.is_first" in rule(duckdb_city, metric):
            assert "初件" in metric.definition + metric.among_text or "重件" in metric.definition, name


def test_the_dictionary_says_the_whole_definition() -> None:
    told = dictionary(DeadlineSettings()).set_index("metric")["definition"]
    assert all(told[name] == metric.definition for name, metric in METRICS.items())


def test_the_rules_of_the_trade_name_every_number_with_formula_and_source() -> None:
    """Where it does not: python -m docs.write_metric_table."""
    text = PAGE.read_text(encoding="utf-8")
    assert with_table(text) == text


# Every limit another than as delivered.
OTHER_RULES = DeadlineSettings(
    simple_from="accepted", simple_working_days=7, forward_days=11, accept_days=13, accept_from="registered",
    handle_days=44, evaluation_days=21, observation_days=120,
)  # fmt: skip
_TEXTS = ("definition", "among_text", "hits_text", "period_text")


def _texts(metric: Metric) -> str:
    return "\n".join(getattr(metric, name) for name in _TEXTS)


@pytest.mark.parametrize("name", sorted(METRICS))
def test_texts_follow_the_settings_that_the_rule_follows(duckdb_city: Casebase, name: str) -> None:
    metric = METRICS[name]
    other = Casebase(duckdb_city.engine, duckdb_city.settings.model_copy(update={"deadlines": OTHER_RULES}))
    changed = rule(duckdb_city, metric) != rule(other, metric)
    texts = _texts(metric.under(OTHER_RULES))
    assert _texts(metric.under(DeadlineSettings())) == _texts(metric)
    if changed and re.search(r"\d+日", _texts(metric)):
        assert texts != _texts(metric)
    for days in ("第5个工作日", "15日", "30日", "60日", "90日"):
        assert days not in texts


def test_notice_counted_from_registration_says_so() -> None:
    rules = DeadlineSettings(accept_from="registered")
    metric, whole = (METRICS[name].under(rules) for name in ("unit_acceptance", "unit_acceptance_all"))
    assert metric.definition.startswith("登记后30日内责任单位书面告知（受理或不予受理）的比例，未经告知直接办结")
    assert metric.among_text == "登记满30日的初件"
    assert metric.hits_text == "其中登记后30日内书面告知的"
    assert metric.period_text == "登记时间+30日"
    assert whole.among_text == "登记后第30日落在期内的全部初件"
    assert METRICS["unit_acceptance"].under(DeadlineSettings(accept_days=10)).period_text == "收到时间+10日"
    assert METRICS["five_day_closure"].under(OTHER_RULES).definition.startswith("简单诉求在受理后第7个工作日（含）前")
