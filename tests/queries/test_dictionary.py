"""The dictionary says of every number what the registry says, and gives the command that really yields it."""

import json
import shlex
from datetime import date, datetime

import pytest

from casebase.engine import Casebase
from queries.dictionary import command, dictionary, formula, found
from queries.measure import measure, metric_of
from queries.model import EVERYTHING, Slice
from queries.periods import Period, end_of_day
from queries.registry import METRICS
from tests.queries.command import Command

NOW = datetime(2026, 10, 3, 12, 0)
MONTH = Period(date(2026, 9, 1), date(2026, 9, 30))


def test_every_metric_stands_in_it_once() -> None:
    assert dictionary()["metric"].tolist() == list(METRICS)


def test_formula_is_numerator_over_denominator() -> None:
    assert formula(metric_of("resolution")) == "其中已化解的 ÷ 期内办结、且填写了是否化解的信访件 × 100%"
    assert formula(metric_of("cases_heard")) == "期内举行过听证的信访件，计件次"
    assert formula(metric_of("hearing_wait_days")) == "期内举行的、有申请时间的听证，逐场次取平均（天）"
    assert formula(metric_of("cases_per_10k")).endswith("÷ 辖区常住人口 × 10,000")


def test_search_wants_every_word_wherever_it_stands() -> None:
    assert "five_day_closure" in [metric.id for metric in found("五日 第5个工作日")]
    assert [metric.id for metric in found("CASES_per_10k")] == ["cases_per_10k"]
    assert found("五日 听证") == []
    assert [metric.id for metric in found("  ")] == list(METRICS)


def test_the_end_of_a_day_is_written_as_the_day() -> None:
    assert command(metric_of("backlog"), as_of=end_of_day(NOW.date())).endswith("backlog --as-of 2026-10-03")


@pytest.mark.parametrize("name", ["five_day_closure", "backlog", "tasks_pushed", "hearing_wait_days"])
@pytest.mark.parametrize(
    "within",
    [EVERYTHING, Slice(area="410105", channel="来访", category="01"), Slice().within(unit=None, district="410102")],
)
def test_command_gives_the_number(
    name: str,
    within: Slice,
    duckdb_city: Casebase,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    expected = measure(duckdb_city, [name], as_of=NOW, period=MONTH, within=within).iloc[0]
    words = shlex.split(command(metric_of(name), as_of=NOW, period=MONTH, within=within))
    assert words[:3] == ["python", "-m", "queries"]
    monkeypatch.setattr("queries.__main__.open_casebase", lambda *_, **__: duckdb_city)
    answer = Command(monkeypatch, capsys)(*words[3:], "--format", "json")
    record = json.loads(answer.out)[0]
    assert (record["hits"], record["among"]) == (expected["hits"], expected["among"])
