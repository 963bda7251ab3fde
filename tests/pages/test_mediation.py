"""访前调解: what is clicked opens exactly the disputes and organisations that it counts."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase
from queries.measure import measure
from tests.pages.conftest import EVENING, YEAR, failures, fullest, number

pytestmark = pytest.mark.usefixtures("stopped_clock")

Opened = Callable[..., int]


@pytest.mark.parametrize("metric", ["mediations_taken", "petitions_after_mediation"])
def test_bar_of_a_kind(metric: str, opened: Opened, city: Casebase) -> None:
    key = {"mediations_taken": "mediation_kinds", "petitions_after_mediation": "mediation_became"}[metric]
    kind = fullest(city, metric, "dispute_kind")
    expected = number(city, metric, dispute_kind=kind)["hits"]
    assert opened("mediation", key, {"pick": [{"code": kind}]}) == expected > 0


def test_bar_of_a_place_opens_what_was_not_settled_there(opened: Opened, city: Casebase) -> None:
    found = measure(city.whole, ["family_settled"], as_of=EVENING, period=YEAR, by=["district"])
    worst = found.assign(misses=found["among"] - found["hits"]).sort_values("misses").iloc[-1]
    click = {"pick": [{"code": worst["district"]}]}
    assert opened("mediation", "mediation_district", click) == worst["misses"] > 0


@pytest.mark.parametrize(
    ("column", "metric", "misses"),
    [
        ("受理（件）", "mediations_taken", False),
        ("化解率", "disputes_settled", True),
        ("转信访率", "petitions_after_mediation", False),
    ],
)
def test_cell_of_a_force(column: str, metric: str, misses: bool, opened: Opened, city: Casebase) -> None:
    """The first row is the force that took most disputes."""
    force = fullest(city, "mediations_taken", "mediator_kind")
    found = number(city, metric, mediator_kind=force)
    expected = found["among"] - found["hits"] if misses else found["hits"]
    assert opened("mediation", "forces", {"cells": [(0, column)]}) == expected > 0


def test_cell_of_an_organisation(opened: Opened, city: Casebase) -> None:
    found = measure(city.whole, ["mediations_taken"], as_of=EVENING, period=YEAR, by=["org"]).dropna(subset=["org"])
    expected = found["hits"].max()
    assert opened("mediation", "organisations", {"cells": [(0, "受理（件）")]}) == expected > 0


def test_cell_of_organisations_in_a_place(opened: Opened, city: Casebase) -> None:
    found = measure(city.whole, ["community_orgs"], as_of=EVENING, by=["district"])
    click = {"cells": [(0, "社会组织（支）")]}
    assert opened("mediation", "density_district", click) == found["hits"].max()


def test_page_says_how_many_organisations_a_community_has(open_page: Callable[..., AppTest], city: Casebase) -> None:
    count = int(number(city, "community_orgs")["hits"])
    communities = int(number(city, "communities_with_orgs")["among"])
    city.engine.dispose()
    app = open_page(city.engine.url.render_as_string(), "mediation", as_of=EVENING.date().isoformat())
    assert failures(app) == []
    said = f"社区社会组织 {count:,} 支，平均每个社区 {count / communities:.1f} 支"
    assert any(said in text.value for text in app.markdown)
