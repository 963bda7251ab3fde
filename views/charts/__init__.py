"""Altair charts: a title that says the finding, Chinese words, sentences as tooltips, one theme. One chart a module.

Every function takes a tidy frame and gives a Chart, of which Altair made the specification once for the same settings
(views.charts.template); an empty frame gives one sentence. Where a click means something the chart carries the
selection parameter "pick" on the columns its docstring names; read it with `picked(event, column)`. Rates are ratios
0 … 1 in the frames.
"""

from views.charts.bars import bars
from views.charts.dots import dots
from views.charts.flow import flow
from views.charts.headings import join_notes
from views.charts.heat import heat
from views.charts.histogram import histogram
from views.charts.paired import paired
from views.charts.ranking import in_order, ranking
from views.charts.selection import PICK, picked
from views.charts.template import Chart
from views.charts.trend import trend
from views.charts.waterfall import REST, waterfall

__all__ = [
    "PICK", "REST", "Chart", "bars", "dots", "flow", "heat", "histogram", "in_order", "join_notes",
    "paired", "picked", "ranking", "trend", "waterfall",
]  # fmt: skip
