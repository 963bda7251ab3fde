"""接诉即办: orders of 12345, how many are answered by their limit, solved and rated well, and by whom not."""

from functools import partial

from cockpit import kpis, places, rows, splits
from cockpit.view import View
from pages.parts import empty_period, layout, lists, number_cards, pictures, rankings, tables
from queries.measure import metric_of
from wording import headlines

REGISTERED, ANSWERED, OPEN = "hotline_registered", "hotline_answered", "hotline_open"
RESPONSE, SOLVED, SATISFIED = "hotline_response", "hotline_resolution", "hotline_satisfaction"
DUE_TODAY, OVERDUE = "hotline_due_today", "hotline_overdue"
CARDS = (REGISTERED, ANSWERED, RESPONSE, SOLVED, SATISFIED, OPEN, DUE_TODAY, OVERDUE)
BY_UNIT = (REGISTERED, RESPONSE, SOLVED, SATISFIED, OPEN, OVERDUE)
MOST_ORDERS = 200
# Bars of places in one column, of late units and of classes in the other; a heading with its axis takes the room of so
# many bars.
PLACES, MOST_LATE, LEAST_CLASSES, HEADING = 16, 6, 5, 4


@layout.needs(OPEN)
def orders(view: View) -> None:
    """The orders in hand, the nearest limit first; a row opens its case."""
    in_hand = rows.in_hand(view, OPEN, "order_due_at", MOST_ORDERS)
    written = view.derive(tables.with_cut_titles, rows.hotline_orders(view, in_hand))
    tables.headed(
        written,
        headlines.open_orders(written[rows.LIMIT_STATE], "没有在办的12345转办件"),
        f"答复期限近的在前，至多列 {MOST_ORDERS} 件；选中一行查看办理全程",
        none="已登记、尚未答复的",
        define=OPEN,
        open_row=lambda row: lists.open_case(in_hand["petition_id"].iloc[row]),
        key="hotline_orders",
        alt="在办的12345转办件",
        high=12,
        columns={tables.TITLE: tables.WIDE},
    )


def rows_left(view: View, below: str) -> int:
    """How many classes the column beside the places has room for, below the units that are late."""
    place_count = min(len(splits.split(view, [RESPONSE], below)), PLACES)
    late = min(len(splits.split(view, [OVERDUE], "unit")), MOST_LATE)
    return max(place_count - max(late, 1) - HEADING, LEAST_CLASSES)


def page(view: View) -> None:
    """Show the page for what the filter bar asks; a channel of 信访 that is chosen there narrows no order of 12345."""
    view = kpis.applied(view, metric_of(REGISTERED))
    layout.header(
        view,
        "接诉即办",
        f"{view.text}。12345转办件按自己的期限答复，不并入信访量，筛选栏的信访形式对本页不起作用；在办、到期、超期为{view.stock_moment_text}的时点数。",
    )
    if layout.page_is_empty(view, [REGISTERED], "12345转办件"):
        return
    empty_period.tell(view, CARDS)
    number_cards.show(view, CARDS, key="hotline_cards")
    below = places.dimension_of_cases(view)
    layout.row(
        view,
        {"response_months": partial(pictures.rate_by_month, metric_id=RESPONSE, key="hotline_response_months")},
        {"volume_months": partial(pictures.count_by_month, metric_id=REGISTERED, key="hotline_months", height=230)},
        widths=(3, 2),
    )
    by_place = partial(rankings.ranked, metric_id=RESPONSE, dimension=below, key=f"hotline_{below}")
    late = partial(rankings.ranked, metric_id=OVERDUE, dimension="unit", key="hotline_late_units", most=MOST_LATE)
    classes = partial(rankings.ranked, metric_id=REGISTERED, dimension="category", key="hotline_classes")
    under_late = {"late_units": late, "classes": partial(classes, most=rows_left(view, below))}
    layout.row(view, {"response_places": by_place}, under_late)
    layout.row(
        view,
        {"solved_months": partial(pictures.rate_by_month, metric_id=SOLVED, key="hotline_solved_months")},
        {"satisfied_months": partial(pictures.rate_by_month, metric_id=SATISFIED, key="hotline_satisfied_months")},
    )
    by_unit = partial(tables.metric_table, metrics=BY_UNIT, dimension="unit", key="hotline_units", high=12)
    layout.row(view, {"units": partial(by_unit, title="各责任单位的12345转办件", note="按登记由多到少")})
    layout.row(view, orders)
