"""What stands beside a number on its card."""

from dataclasses import replace

import pytest

from cockpit import kpis
from cockpit.view import View


@pytest.mark.parametrize("metric", ["registered", "backlog"])
def test_orders_of_12345_stand_beside_volumes_that_they_are_narrowed_like(metric: str, year: View) -> None:
    """Nobody sends an order by a form of petition: beside the petitions of one it would be those of all."""

    def has_orders(view: View) -> bool:
        card, *_ = kpis.opened_cards(view, [metric], kpis.comparison(view, [metric]))
        return any("另有12345" in text for text in card.beside)

    assert has_orders(year)
    assert not has_orders(replace(year, within=replace(year.within, channel="来访")))
