"""访前调解: disputes taken and settled before they become petitions, by kind, place, organisation and mediator."""

from functools import partial

from cockpit import kpis, places, splits
from cockpit.view import View
from pages.parts import empty_period, filters, layout, number_cards, pictures, rankings, tables
from queries.measure import measure, metric_of
from wording import headlines
from wording.names import PLACE_NAMES

TAKEN, FAMILY, SETTLED, BECAME = "mediations_taken", "family_settled", "disputes_settled", "petitions_after_mediation"
SOCIAL = "social_work_share"
CARDS = (TAKEN, SETTLED, FAMILY, BECAME, "social_work_settled", "mediation_days")
BY_MEDIATOR = (TAKEN, SETTLED, FAMILY, BECAME, "mediation_days")
ORGANISATIONS = (
    "community_orgs",
    "orgs_per_community",
    "communities_with_orgs",
    "mediating_orgs_active",
    "orgs_mediating",
    "incubators",
)
BY_ORGANISATION = (TAKEN, SETTLED, SOCIAL)
BY_PLACE = ("community_orgs", "orgs_per_community", "incubators", "orgs_mediating", "mediating_orgs_active")


def forces(view: View) -> None:
    """Who mediates, and how well: every number opens its disputes."""
    by_force = splits.rows_of(splits.split(view, [SOCIAL], "mediator_kind"), SOCIAL)
    title = headlines.social_work(by_force)
    tables.metric_table(view, BY_MEDIATOR, "mediator_kind", key="forces", title=title, note="按调解力量", define=SOCIAL)


def organisations(view: View) -> None:
    """The organisations that took most disputes in the period."""
    title = headlines.organisations(len(splits.split(view, ["orgs_mediating"], "org")))
    heads = {"title": title, "note": "按受理纠纷由多到少", "define": "orgs_mediating"}
    tables.metric_table(view, BY_ORGANISATION, "org", key="organisations", filled=True, high=9, **heads)


def organisations_of_places(view: View, dimension: str) -> None:
    """Organisations by place; every number opens them."""
    names = ["community_orgs", "orgs_per_community"]
    total, mean = view.ask(measure, names, **view.scope).set_index("metric")["value"][names]
    title = kpis.missing_sentence(view, metric_of("community_orgs")) or headlines.density(total, mean)
    note = f"各{PLACE_NAMES[dimension]}"
    tables.metric_table(view, BY_PLACE, dimension, key=f"density_{dimension}", high=9, title=title, note=note)


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    layout.header(view, "访前调解", f"{view.text}。在社区受理、调解的纠纷，还没有成为信访件；不分信访形式和内容分类。")
    if layout.page_is_empty(view, [TAKEN, "community_orgs", "incubators"], "访前调解", "访前调解", "社会组织"):
        return
    empty_period.tell(view, CARDS)
    number_cards.show(view, CARDS, key="mediation_cards")
    months = partial(pictures.rate_by_month, metric_id=FAMILY, key="mediation_months")
    layout.row(view, {"months": months}, forces, widths=(3, 2))
    by_kind = partial(rankings.ranked, dimension="dispute_kind")
    layout.row(
        view,
        {"kinds": partial(by_kind, metric_id=TAKEN, key="mediation_kinds")},
        {"settled": partial(by_kind, metric_id=SETTLED, key="mediation_settled")},
        {"became": partial(by_kind, metric_id=BECAME, key="mediation_became")},
    )
    # Grids mediate nothing.
    levels = places.levels_below(view, without=("grid",)) or ("community",)
    dimension = filters.choose_level("看到", levels, "mediation_level")
    by_place = partial(rankings.ranked, dimension=dimension)
    layout.row(
        view,
        {"places": partial(by_place, metric_id=FAMILY, key=f"mediation_{dimension}")},
        {"places_became": partial(by_place, metric_id=BECAME, key=f"mediation_became_{dimension}")},
    )
    number_cards.show(view, ORGANISATIONS, key="organisation_cards")
    layout.row(view, organisations, {"density": partial(organisations_of_places, dimension=dimension)})
    incubators = partial(rankings.ranked, metric_id="incubators")
    layout.row(
        view,
        {"incubator_levels": partial(incubators, dimension="incubator_level", key="incubator_levels")},
        {"incubator_places": partial(incubators, dimension=dimension, key=f"incubators_{dimension}")},
    )
