"""A metric that cannot be is refused where it is defined, with its id and one sentence."""

import ast
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import true

from casebase.settings import ROOT
from queries.model import DefinitionError, Fixed, Kind, Metric, Polarity, is_small_sample, metrics_by_id
from queries.registry import METRICS
from queries.subjects import PETITION, natural_days, p

ALL = Fixed(true())
REGISTERED_AT = Fixed(p.registered_at)
SPELL = Fixed(p.petition_id)
DAYS = Fixed(natural_days(p.registered_at, p.closed_at))


def metric(id: str = "some", **options: Any) -> Metric:
    """A count of all petitions by registration, but for these options."""
    count: dict[str, Any] = {
        "name": "某数",
        "group": "某组",
        "subject": PETITION,
        "kind": Kind.COUNT,
        "unit": "件次",
        "polarity": Polarity.UP_GOOD,
        "definition": "全部信访件。",
        "among_text": "全部信访件",
        "hits_text": "全部信访件",
        "period_text": "登记时间",
        "article": "[C] 通行统计口径",
        "among": ALL,
        "dated_by": REGISTERED_AT,
    }
    return Metric(id, **(count | options))


def rate(id: str = "some", **options: Any) -> Metric:
    return metric(id, **({"kind": Kind.RATE, "unit": "%", "hit": ALL, "sides": ("是", "否")} | options))


def mean(**options: Any) -> Metric:
    days: dict[str, Any] = {"kind": Kind.MEAN, "unit": "天", "amount": DAYS}
    return metric(**(days | options))


def stock(**options: Any) -> Metric:
    undated: dict[str, Any] = {"dated_by": None, "period_text": "时点数"}
    return metric(**(undated | options))


def rate_stock(**options: Any) -> Metric:
    return rate(**({"dated_by": None, "period_text": "时点数"} | options))


def test_what_can_be_is_not_refused() -> None:
    metric(beside=("other",), needs=("hearing", "petition.accepted_at"))
    rate(target=0.0)
    rate(target=1.0)
    mean(in_days=True)
    stock()
    metric(lists=PETITION, distinct=p.petition_id, additive=False)
    rate(outlook_of="other")


@pytest.mark.parametrize(
    ("make", "options", "sentence"),
    [
        (metric, {"id": "Some"}, "an id is made of small letters"),
        (metric, {"id": ""}, "an id is made of small letters"),
        *(
            (metric, {text: ""}, f"{text} is empty")
            for text in (
                "name",
                "group",
                "unit",
                "definition",
                "among_text",
                "hits_text",
                "period_text",
                "article",
            )
        ),
        (rate, {"hit": None}, "a rate needs hit"),
        (rate, {"sides": ("", "")}, "a rate needs sides"),
        (rate, {"sides": ("按期", "")}, "a rate needs sides"),
        (rate, {"unit": "件"}, "a rate is written in %"),
        (metric, {"sides": ("按期", "未按期")}, "a count has no sides"),
        (mean, {"amount": None}, "a mean needs amount"),
        (metric, {"kind": Kind.SUM, "unit": "人次"}, "a sum needs amount"),
        (
            mean,
            {"kind": Kind.SUM, "lists": PETITION, "distinct": p.petition_id, "additive": False},
            "a sum adds up rows",
        ),
        (metric, {"amount": DAYS}, "a count has no amount"),
        (metric, {"kind": Kind.PER_10K, "amount": DAYS}, "a per_10k has no amount"),
        (metric, {"in_days": True}, "a count is not in_days"),
        (stock, {"dated_from": lambda _: ((p.registered_at, 0),)}, "dated_from needs dated_by"),
        (metric, {"spell": SPELL}, "spell is of a stock"),
        (rate_stock, {"spell": SPELL}, "that counts rows"),
        (stock, {"period_text": "登记时间"}, "its period_text is 时点数"),
        (metric, {"period_text": "时点数"}, "its period_text is not 时点数"),
        (metric, {"distinct": p.petition_id, "additive": False}, "distinct things need lists"),
        (metric, {"lists": PETITION}, "lists needs distinct"),
        (metric, {"lists": PETITION, "distinct": p.petition_id}, "additive is False"),
        (metric, {"needs": ("hearings",)}, "needs names hearings"),
        (metric, {"needs": ("hearing", "petition.acepted_at")}, "needs names petition.acepted_at"),
        (metric, {"beside": ("some",)}, "it names itself"),
        (rate, {"outlook_of": "some"}, "it names itself"),
        (metric, {"beside": ("other", "other")}, "beside names a metric twice"),
        (metric, {"target": 0.9}, "only a rate that should be high"),
        (rate, {"target": 0.9, "polarity": Polarity.NEUTRAL}, "only a rate that should be high"),
        (rate, {"target": 0.1, "polarity": Polarity.DOWN_GOOD}, "only a rate that should be high"),
        (rate, {"target": 0.9, "outlook_of": "other"}, "only a rate that should be high"),
        (rate, {"target": 95.0}, "a ratio from 0 to 1, not 95"),
        (rate, {"target": -0.1}, "a ratio from 0 to 1, not -0.1"),
    ],
)
def test_what_cannot_be_is_refused_with_its_id(make: Any, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        make(**options)
    assert str(caught.value).startswith(f"metric {options.get('id', 'some')}: ")
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_id_used_twice_is_refused() -> None:
    with pytest.raises(DefinitionError, match="metric some: the id is used twice, by 甲 and 乙"):
        metrics_by_id([metric(name="甲"), metric("other"), metric(name="乙")])


def test_names_of_other_metrics_must_be_theirs() -> None:
    some, other = metric(beside=("other",)), rate("other", outlook_of="some", polarity=Polarity.NEUTRAL)
    assert metrics_by_id([some, other]) == {"some": some, "other": other}
    with pytest.raises(DefinitionError, match="metric some: beside names other, which is no metric"):
        metrics_by_id([some])
    with pytest.raises(DefinitionError, match="metric other: outlook_of names some, which is no metric"):
        metrics_by_id([other])


def test_the_registry_is_checked() -> None:
    """Each of its metrics passes through both checks: another of the same id would not have been silently taken."""
    twice = [*METRICS.values(), replace(METRICS["closed"], name="另一个办结量")]
    with pytest.raises(DefinitionError, match="metric closed: the id is used twice, by 办结量 and 另一个办结量"):
        metrics_by_id(twice)


def test_a_small_sample_is_of_fewer_than_the_limit_and_of_some() -> None:
    """Over nothing, or what is not known, there is no number that could be marked."""
    assert [is_small_sample(among, 30) for among in (0, 1, 29, 30, math.nan)] == [False, True, True, False, False]
    assert [some.is_small(29, 30) for some in (rate(), rate_stock(), metric())] == [True, False, False]


@pytest.mark.parametrize("path", sorted((ROOT / "queries" / "registry").glob("*.py")), ids=lambda path: path.stem)
def test_every_option_of_the_registry_is_checked_by_mypy(path: Path) -> None:
    """It checks calls of a partial(Metric, …), but not of a partial of that, and nothing of **options: Any."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    calls = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "partial"]
    assert {ast.unparse(call.args[0]) for call in calls} <= {"Metric"}
    assert [node.name for node in nodes if isinstance(node, ast.FunctionDef) and node.args.kwarg] == []
