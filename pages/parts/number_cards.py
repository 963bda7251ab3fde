"""A row of cards: numbers with their comparisons, trends and definitions; a click opens the cases."""

from collections.abc import Sequence

import pandas as pd

from cockpit import kpis
from cockpit.view import View
from pages.parts.layout import theme
from pages.parts.navigation import open_link
from pages.parts.panel import panel
from views import cards


def show(
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
    row = kpis.linked_cards(view, metrics, spark=spark, linked=linked)
    open_link(panel(view.derive(cards.cards_html, row, theme(), compact=compact), key))
    return kpis.comparison(view, metrics)
