"""领导接访: receptions by leader's office and month and what became of them; visits, letters read and cases led."""

from functools import partial

from cockpit import places, rows, splits
from cockpit.view import View
from pages.parts import empty_period, layout, lists, number_cards, pictures, rankings, tables
from queries.cases import cases
from queries.subjects import RECEPTION_AGES
from wording import findings, headlines

HELD, OPEN = "receptions", "receptions_open"
CARDS = (HELD, "cases_received", "receptions_closed", "reception_days", OPEN, "reception_days_open")
BY_LEADER = (HELD, "receptions_closed", "reception_days", OPEN, "reception_days_open")
# Article 18: each counted in its own unit, so that they have no sum.
DUTIES = (HELD, "visits_down", "letters_read", "cases_led", "cases_led_closed")
MOST_OPEN = 200


@layout.needs(OPEN, by=("reception_age",))
def ages(view: View) -> None:
    """How long what is open has been open; a bar opens its receptions."""
    counts = splits.split(view, [OPEN], "reception_age").set_index("code")["hits"]
    pictures.count_by_band(
        view,
        OPEN,
        "reception_age",
        RECEPTION_AGES,
        key="reception_ages",
        alt="接访后未办结的天数",
        title=findings.open_receptions(counts),
        subtitle="接访至今的自然日",
    )


@layout.needs(OPEN)
def open_receptions(view: View) -> None:
    """What leaders received and is not closed, longest first; a row opens its case."""
    receptions = view.hold(cases, OPEN, as_of=view.stocks_at, within=view.within, limit=MOST_OPEN)
    tables.headed(
        view.derive(tables.with_cut_titles, rows.open_receptions(view, receptions)),
        headlines.open_receptions(rows.days_since(view, receptions["received_at"]), MOST_OPEN),
        "接访早的在前；选中一行查看办理全程",
        none="接访在先、尚未办结的",
        define=OPEN,
        open_row=lambda row: lists.open_case(receptions["petition_id"].iloc[row]),
        key="open_receptions",
        alt="未办结的接访事项",
        high=10,
        columns={"已过天数": tables.COUNT, tables.TITLE: tables.WIDE},
    )


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    layout.header(view, "领导接访", f"{view.text}。接访、下访计批次，阅批、包案计件次；只列职务，不列姓名。")
    if layout.page_is_empty(view, [HELD, "visits_down", "letters_read", "cases_led"], "领导接访"):
        return
    empty_period.tell(view, CARDS)
    number_cards.show(view, CARDS, key="reception_cards")
    number_cards.show(view, DUTIES[1:], key="duty_cards")
    months = partial(pictures.count_by_month, metric_id=HELD, key="reception_months", height=170)
    layout.row(view, {"months": months}, ages, widths=(3, 2))
    by_leader = partial(tables.metric_table, dimension="leader")
    received = {"title": "各级领导接访与办结", "note": "按接访批次由多到少"}
    led = {"title": "各级领导接访、下访、阅批和包案", "note": "《信访工作条例》第十八条：阅批、接访、下访、包案"}
    layout.row(
        view,
        {"leaders": partial(by_leader, metrics=BY_LEADER, key="leaders", **received)},
        {"duties": partial(by_leader, metrics=DUTIES, key="duties", define="cases_led", **led)},
    )
    below = places.dimension_below(view)
    layout.row(
        view,
        {"places": partial(rankings.ranked, metric_id=HELD, dimension=below, key=f"reception_{below}")},
        {"classes": partial(rankings.ranked, metric_id=HELD, dimension="category", key="reception_classes")},
        {"rooms": partial(rankings.ranked, metric_id=HELD, dimension="reception_place", key="reception_rooms")},
    )
    layout.row(view, open_receptions)
