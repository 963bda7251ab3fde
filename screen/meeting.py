"""What a meeting asks for: tables of who owes what, of places side by side, and what became of supervision orders."""

from collections.abc import Mapping, Sequence

import pandas as pd

from cockpit import kpis, places, splits
from cockpit.empty_periods import asked_together, month_instead, with_records
from cockpit.view import View
from queries.measure import metric_of
from queries.model import Metric
from queries.targets import target_of
from screen import orders
from views import wall, words
from views.markup import Markup
from wording import findings, numbers
from wording.names import PLACE_NAMES
from wording.numbers import is_low_first

_UNIT = "责任单位"
# Rows of a table in the middle, and of one as wide and high as the scene.
_ROWS, _MOST = 10, 16
# Of one of two tables that share the middle.
_HALF = 4

_DUE = {
    "overdue": "超期未结",
    "due_today": "当日到期",
    "due_in_3": "3 个工作日内",
    "due_in_5": "5 个工作日内",
    "backlog": "在办",
}
_COMING = {
    "due_in_5": "5 个工作日内到期",
    "due_in_3": "3 个工作日内",
    "due_today": "当日到期",
    "overdue": "超期未结",
    "backlog": "在办",
}
_OWED = {"supervision_overdue": "逾期", "supervision_due_in_3": "3 个工作日内", "supervision_waiting": "尚未反馈"}
_SIDE_BY_SIDE = {
    "five_day_closure": "五日办结率",
    "on_time_completion": "按期办结率",
    "overdue": "超期未结",
    "backlog": "在办",
    "registered": "登记量",
    "reached_in_24h": "24小时联系率",
    "unit_evaluation": "参评率",
    "unit_satisfaction": "满意率",
}
_EVALUATED = {
    "unit_satisfaction": "单位满意率",
    "unit_evaluation": "单位参评率",
    "bureau_satisfaction": "信访满意率",
    "bureau_evaluation": "信访参评率",
}


def due_table(view: View) -> Markup:
    """Which unit has what overdue, and below it which has most falling due in the coming working days."""
    overdue = _table(view, _DUE, "unit", _UNIT, _HALF, quiet="没有超期未结的件。", all_of=1)
    coming = _table(view, _COMING, "unit", _UNIT, _HALF, quiet="5 个工作日内没有到期的件。", all_of=1)
    return overdue + coming


def owed_table(view: View) -> Markup:
    """Which unit owes an answer to a supervision order, and until when."""
    return _table(view, _OWED, "unit", _UNIT, _ROWS, quiet="督办情况都已反馈。")


def comparison_table(view: View) -> Markup:
    """The places below the chosen one with the numbers that they are compared by."""
    dimension = places.dimension_below(view)
    return _table(
        view, _SIDE_BY_SIDE, dimension, PLACE_NAMES[dimension], _MOST, quiet=f"{view.place}之下没有可比的数。"
    )


def places_table(view: View, metrics: Sequence[str]) -> Markup:
    """The places below the chosen one with these numbers, where no map can show them."""
    dimension = places.dimension_below(view)
    heads = {name: metric_of(name).short_name for name in metrics if metric_of(name).applies(dimension)}
    why = "库中没有坐标和轮廓，以表代图；"
    return _table(view, heads, dimension, PLACE_NAMES[dimension], _ROWS, quiet=f"{view.place}还没有可计的数。", why=why)


def satisfaction_table(view: View) -> Markup:
    """Satisfaction of the places, each beside how many evaluated at all."""
    dimension = places.dimension_below(view)
    noun = PLACE_NAMES[dimension]
    return _table(view, _EVALUATED, dimension, noun, _ROWS, quiet="这一时段没有群众评价。")


def result_bars(view: View, metric_id: str, dimension: str, title: str, most: int) -> tuple[Markup, int]:
    """Bars of what a metric looks at, by a dimension, the most first; and how many there are."""
    metric = metric_of(metric_id)
    if kpis.missing_reason(view, metric):
        return wall.ranking_html(title, "", [], quiet=f"{metric.name}算不出：{kpis.missing_reason(view, metric)}。"), 0
    frame = splits.split(view, [metric_id], dimension).sort_values("among", ascending=False, kind="stable").head(most)
    bars = wall.count_bars(frame["name"], frame["among"], metric.subject.unit)
    among = metric.under(view.settings.deadlines).among_text
    quiet = f"这一时段没有{among.removeprefix('期内')}。"
    return wall.ranking_html(title, view.text, bars, quiet=quiet), len(bars)


def _table(
    view: View,
    heads: Mapping[str, str],
    dimension: str,
    noun: str,
    most: int,
    *,
    quiet: str,
    all_of: int | None = None,
    why: str = "",
) -> Markup:
    """Metrics as columns, one row a value of the dimension; what needs attention by the first columns comes first.

    Rows in which the first `all_of` numbers (default: all) are 0 or missing are left out.
    """
    metrics = [metric_of(name) for name in heads]
    views = with_records(view, list(heads))
    parts = [splits.split(own, names, dimension) for own, names in asked_together(views)]
    every = pd.concat(parts, ignore_index=True)
    long = every[every["code"] != ""] if dimension != "unit" else every
    wide = {name: splits.rows_of(long, name).set_index("code") for name in heads}
    names = long.drop_duplicates("code").set_index("code")["name"]
    lacking = [metric for metric in metrics if kpis.missing_reason(view, metric)]
    if all(metric in lacking for metric in metrics[:all_of]):
        reasons = "；".join(dict.fromkeys(kpis.missing_reason(view, metric) for metric in metrics[:all_of]))
        return wall.table_html(f"各{noun}{metrics[0].name}", "", (), [], quiet=f"这些数都算不出：{reasons}。")
    known = [metric for metric in metrics if metric not in lacking]
    values = pd.DataFrame({name: frame["value"].reindex(names.index) for name, frame in wide.items()})
    values = values.fillna({metric.id: 0.0 for metric in known if metric.is_total})
    values = values[(values[list(heads)[:all_of]].fillna(0) != 0).any(axis=1)]
    small = {name: frame["small"].reindex(names.index, fill_value=False) for name, frame in wide.items()}
    among = {name: frame["among"].reindex(names.index, fill_value=0) for name, frame in wide.items()}
    ordered = _in_order(values, small, among, known, heads)
    order = ordered.rows["code"].tolist()
    codes = _codes_that_fit(order, names, most)
    rows = [
        wall.Row(
            names[code],
            [_cell(view, one, values[one.id][code], among[one.id][code], small[one.id][code]) for one in metrics],
        )
        for code in codes
    ]
    shown = {name: month_instead(views[name]) + head for name, head in heads.items()}
    first = f"，{words.full_count(len(order))} 个中列前 {len(codes)} 个" if len(order) > len(codes) else ""
    notes = [
        why + ordered.text + first if codes else "",
        words.SMALL_SAMPLE.text if any(cell.state == words.SMALL_SAMPLE for row in rows for cell in row.cells) else "",
        f"—：{'；'.join(dict.fromkeys(kpis.missing_reason(view, metric) for metric in lacking))}" if lacking else "",
    ]
    title = _title(view, known[0], shown[known[0].id], splits.rows_of(every, known[0].id), noun)
    return wall.table_html(title, "；".join(filter(None, notes)), (noun, *shown.values()), rows, quiet=quiet)


def _title(view: View, metric: Metric, head: str, frame: pd.DataFrame, noun: str) -> str:
    few = view.settings.lights.small_sample
    statement = findings.ranking(frame, metric, target_of(view.settings, metric.id), noun, view.place, few=few)
    return f"{head}：{statement}" if frame["value"].fillna(0).any() else statement


def _in_order(
    values: pd.DataFrame,
    small: Mapping[str, pd.Series],
    among: Mapping[str, pd.Series],
    metrics: Sequence[Metric],
    heads: Mapping[str, str],
) -> orders.Order:
    """The codes by the first of these metrics that anybody has any of; those alike in it by the next of its kind."""
    by = next((metric for metric in metrics if values[metric.id].fillna(0).any()), metrics[0])
    keys = [metric for metric in metrics if metric.kind is by.kind]
    alike = values.sort_values(
        [metric.id for metric in keys],
        ascending=[is_low_first(metric) for metric in keys],
        na_position="last",
        kind="stable",
    )
    columns = {"value": alike[by.id], "small": small[by.id], "among": among[by.id]}
    frame = pd.DataFrame({name: column.reindex(alike.index) for name, column in columns.items()})
    return orders.in_order(frame.rename_axis("code").reset_index(), by, heads[by.id])


def _codes_that_fit(order: Sequence[str], names: pd.Series, most: int) -> list[str]:
    """As many rows as there is room for: a name beyond thirteen Chinese letters takes two lines."""
    room, codes = most + 0.5, []
    for code in order[:most]:
        room -= 1.6 if words.width(names[code]) > 13 else 1.0
        if room < 0:
            break
        codes.append(code)
    return codes


def _cell(view: View, metric: Metric, value: float, among: float, small: bool) -> wall.Cell:
    if words.is_missing(value):
        return wall.Cell(words.NONE)
    if metric.is_total:
        return wall.Cell(words.full_count(value))
    return wall.Cell(
        numbers.format_value(metric, value), words.SMALL_SAMPLE if small else kpis.state(view, metric, value, among)
    )
