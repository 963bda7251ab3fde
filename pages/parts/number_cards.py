"""A row of cards: numbers with their comparisons, trends and definitions; a click opens the cases."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from cockpit import kpis
from cockpit.links import number_link
from cockpit.view import View
from pages.parts.layout import theme
from pages.parts.navigation import open_link
from pages.parts.panel import panel
from queries.registry import METRICS
from views import cards


def number_cards(
    view: View,
    metrics: Sequence[str],
    *,
    key: str,
    spark: bool = True,
    compact: bool = False,
    linked: bool = True,
) -> pd.DataFrame:
    """Show numbers as cards; `linked`: a click on a change leads to what it is made of.

    Returns the compared frame (see cockpit.kpis.comparison), indexed by metric, for sentences around it.
    """
    compared = kpis.comparison(view, metrics)
    trend = kpis.months(view, metrics) if spark else None
    row = [
        replace(
            kpis.card(view, METRICS[name], compared, trend, linked=linked),
            link=number_link(METRICS[name], compared.loc[name], period=view.link_period),
        )
        for name in metrics
    ]
    open_link(panel(cards.cards_html(row, theme(), compact=compact), key))
    return compared
