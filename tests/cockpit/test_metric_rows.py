"""Tables of metrics: their heads, and that a cell leads to a list as long as its number says."""

from urllib.parse import parse_qsl

from casebase.engine import Casebase
from cockpit.metric_rows import HEADS, link_of, metric_rows
from cockpit.view import View
from queries.cases import Part, count_cases
from queries.model import Slice
from queries.registry import METRICS
from tests.pages.conftest import number

COLUMNS = ("hotline_registered", "hotline_response", "hotline_open")


def test_a_cell_leads_to_what_it_counts(year: View, city: Casebase) -> None:
    table = metric_rows(year, COLUMNS, "unit")
    code, heads = table.codes[0], list(table.written.columns)
    assert heads == ["责任单位", "登记（件次）", "响应率", "在办（件次）"]
    for head in heads[:2]:  # the name of a row opens its first number
        link = dict(parse_qsl(link_of(year, table, "unit", 0, head)))
        within = Slice().narrow(unit=link["by_unit"])
        cases = count_cases(
            city.whole, link["metric"], Part(link["part"]), as_of=year.as_of, period=year.period, within=within
        )
        assert cases == table.written["登记（件次）"].iloc[0]
    rate = number(city, "hotline_response", unit=code)
    assert table.written["响应率"].iloc[0] == round(rate["value"] * 100, 2)
    assert dict(parse_qsl(link_of(year, table, "unit", 0, "响应率")))["metric"] == "hotline_response"


def test_most_of_the_first_metric_come_first(year: View) -> None:
    counts = metric_rows(year, COLUMNS, "unit").written["登记（件次）"]
    assert counts.tolist() == sorted(counts, reverse=True)


def test_every_head_is_of_a_metric() -> None:
    assert set(HEADS) <= set(METRICS)
