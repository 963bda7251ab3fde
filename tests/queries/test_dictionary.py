"""The dictionary says of every number what the registry says."""

from casebase.settings import DeadlineSettings
from queries.dictionary import basis, dictionary, formula, search_metrics
from queries.measure import metric_of
from queries.registry import METRICS


def test_every_metric_stands_in_it_once() -> None:
    assert dictionary(DeadlineSettings())["metric"].tolist() == list(METRICS)


def test_formula_is_numerator_over_denominator() -> None:
    assert formula(metric_of("resolution")) == "其中已化解的 ÷ 期内办结、且填写了是否化解的信访件 × 100%"
    assert formula(metric_of("cases_heard")) == "期内举行过听证的信访件，计件次"
    assert formula(metric_of("hearing_wait_days")) == "期内举行的、有申请时间的听证，逐场次取平均（天）"
    assert formula(metric_of("cases_per_10k")).endswith("÷ 辖区常住人口 × 10,000")


def test_search_wants_every_word_wherever_it_stands() -> None:
    assert "five_day_closure" in [metric.id for metric in search_metrics("五日 第5个工作日")]
    assert [metric.id for metric in search_metrics("CASES_per_10k")] == ["cases_per_10k"]
    assert search_metrics("五日 听证") == []
    assert [metric.id for metric in search_metrics("  ")] == list(METRICS)


def test_what_a_number_rests_on_is_called_by_name() -> None:
    assert basis(METRICS["supervision_issued"]) == "《信访工作条例》第三十八条、第四十条；本市公开文件：案件督查"
    assert not [metric.id for metric in METRICS.values() if "[" in basis(metric)]
