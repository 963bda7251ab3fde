"""What the data does not hold is not known, whatever the rows count: for every metric, column by column."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import delete, update

from casebase import schema
from casebase.bulk_insert import append
from casebase.engine import Casebase, mark_changed, open_casebase, write_info
from casebase.settings import Settings
from queries import blanks, needs
from queries.cases import count_cases
from queries.compare import by_month, compare
from queries.decompose import decompose
from queries.measure import measure
from queries.model import Slice
from queries.periods import Against, Period
from queries.registry import METRICS
from tests.queries import sample
from tests.queries.sample import Tables

AS_OF = datetime(2026, 11, 22, 23, 59, 59)
# What stands in a row of these where nobody said anything.
UNTOLD: dict[str, dict[str, object]] = {
    "petition.is_simple": {"is_simple": False, "five_day_due": None},
    "petition.people": {"people": 1},
    "petition.is_collective": {"is_collective": False, "people": 1},
    "petition.is_first": {"is_first": True, "repeat_of": None, "petitioner_key": None},
    "petition.repeat_of": {"repeat_of": None, "petitioner_key": None},
    "petition.extended_days": {"extended_days": 0},
    "hearing.is_public": {"is_public": False},
}
# What some number needs; the other columns no number looks at alone.
EMPTIED = [
    name
    for name in blanks.names_of_columns()
    if name != blanks.COMMUNITIES and any(needs.lacking(metric, frozenset({name})) for metric in METRICS.values())
]


def measured(casebase: Casebase) -> pd.DataFrame:
    return measure(casebase.whole, list(METRICS), as_of=AS_OF).set_index("metric")


def emptied(casebase: Casebase, name: str) -> None:
    """Take a table's rows or a column's values away."""
    table, _, column = name.partition(".")
    rows = schema.metadata.tables[table]
    values = UNTOLD.get(name, {column: None})
    with casebase.writing() as connection:
        connection.execute(update(rows).values(values) if column else delete(rows))
        mark_changed(connection, AS_OF)


@pytest.fixture(scope="module")
def city_file(new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase], tables: Tables) -> Path:
    """The sample city as a file to copy; it counts its changes, so that a question is asked once a version."""
    url = new_url("duckdb")
    casebase = casebase_of(url)
    sample.fill(casebase, tables)
    with casebase.writing() as connection:
        mark_changed(connection, sample.LAST)
    casebase.engine.dispose()
    return Path(url.removeprefix("duckdb:///"))


@pytest.fixture(scope="module")
def spare_city(city_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Casebase]:
    """An open case base whose file is laid anew for each test: what it asks of every metric is compiled once."""
    file = shutil.copy(city_file, tmp_path_factory.mktemp("spare") / "city.duckdb")
    casebase = open_casebase(Settings(), f"duckdb:///{file}")
    yield casebase
    casebase.engine.dispose()


VERSIONS = count(1000, 1000)


@pytest.fixture
def copied(city_file: Path, spare_city: Casebase) -> Callable[[], Casebase]:
    """A copy of the sample city to take things away from, one a test, in versions that no other copy had."""

    def make() -> Casebase:
        spare_city.engine.dispose()
        shutil.copy(city_file, spare_city.files["case database"])
        with spare_city.writing() as connection:
            write_info(connection, version=str(next(VERSIONS)))
        return spare_city

    return make


@pytest.mark.parametrize(
    ("columns", "kept"),
    [
        ((), {"待转送", "待受理", "办理中"}),
        (("forwarded_at",), {"办理中", None}),
        (("accepted_at",), {None}),
        (("forwarded_at", "accepted_at"), {None}),
    ],
)
def test_a_stage_that_no_time_tells_is_not_known(
    copied: Callable[[], Casebase], columns: tuple[str, ...], kept: set[str | None]
) -> None:
    city = copied()
    before = stages(city)
    if columns:
        with city.writing() as connection:
            connection.execute(update(schema.petition).values(dict.fromkeys(columns)))
            mark_changed(connection, AS_OF)
    after = stages(city)
    assert set(after) == kept
    assert sum(after.values()) == sum(before.values())
    assert all(after[stage] == before[stage] for stage in kept - {None})
    lacks = needs.unknown_split(city.whole, "backlog", "stage")
    assert lacks == tuple(f"petition.{column}" for column in columns)
    # The list of those without a stage is as long as their number.
    if None in after:
        within = Slice().narrow(stage=None)
        assert count_cases(city.whole, "backlog", as_of=AS_OF, within=within) == after[None]


def stages(casebase: Casebase) -> dict[str | None, int]:
    """Open cases by stage; None for those without."""
    found = measure(casebase.whole, ["backlog"], as_of=AS_OF, by=["stage"])
    names = [stage if isinstance(stage, str) else None for stage in found["stage"]]
    return dict(zip(names, found["hits"], strict=True))


@pytest.mark.parametrize(
    ("metric", "dimension", "blank", "lacks"),
    [
        ("contact_hours", "contact_band", {"grid_task.contacted_at"}, ("grid_task.contacted_at",)),
        ("tasks_finished", "outcome", {"grid_task.outcome"}, ("grid_task.outcome",)),
        ("hearing_wait_days", "wait", {"hearing.applied_at"}, ("hearing.applied_at",)),
        ("supervision_issued", "answer", {"supervision.replied_at"}, ("supervision.replied_at",)),
        ("supervision_issued", "supervision_level", {"supervision.replied_at"}, ()),
        # A reception is closed by its own record or by its case: one of the two is enough.
        ("receptions_open", "reception_age", {"reception.closed_at"}, ()),
        (
            "receptions_open",
            "reception_age",
            {"reception.closed_at", "petition.closed_at"},
            ("petition.closed_at", "reception.closed_at"),
        ),
        ("backlog", "age", {"petition.forwarded_at", "petition.due_at"}, ()),
    ],
)
def test_a_split_lacks_what_its_own_conditions_read(
    metric: str, dimension: str, blank: set[str], lacks: tuple[str, ...]
) -> None:
    assert needs.split_lacks(METRICS[metric], dimension, frozenset(blank)) == lacks


@pytest.fixture(scope="module")
def whole(duckdb_city: Casebase) -> pd.DataFrame:
    return measured(duckdb_city)


def test_a_whole_city_lacks_nothing(city: Casebase) -> None:
    assert needs.unknown(city.whole) == {}
    assert measured(city)["unknown"].isna().all()


def test_nothing_is_known_of_an_empty_database(empty_casebase: Casebase) -> None:
    numbers = measured(empty_casebase)
    assert numbers["value"].isna().all()
    assert numbers["unknown"].notna().all()
    assert numbers["unknown"]["registered"] == "petition"
    assert numbers["unknown"]["hearings_held"] == "petition,hearing"
    assert (numbers["hits"] == 0).all()


@pytest.mark.parametrize("name", EMPTIED)
def test_a_blank_never_reads_as_a_number(copied: Callable[[], Casebase], whole: pd.DataFrame, name: str) -> None:
    """Every number that a blank turns into nothing is unknown; what is known has a value as before."""
    casebase = copied()
    emptied(casebase, name)
    numbers = measured(casebase)
    lost = (whole["hits"] > 0) & (numbers["hits"] == 0)
    assert numbers[lost & numbers["unknown"].isna()].index.tolist() == []
    counted = whole["value"].notna()
    assert numbers["value"].isna()[counted].equals(numbers["unknown"].notna()[counted])
    assert numbers["unknown"].notna().any()


@pytest.mark.parametrize(
    ("name", "unknown"),
    [
        ("petition.due_at", {"overdue", "due_today", "due_in_5", "on_time_completion", "extension_rate"}),
        ("petition.forwarded_at", {"forwarded", "bureau_acceptance"}),
        ("petition.accepted_at", {"unit_acceptance"}),
        ("petition.is_first", {"repeat_rate"}),
        ("petition.repeat_of", {"one_pass_resolution", "repeated_later"}),
        ("petition.evaluated_at", {"unit_evaluation", "unit_satisfaction", "bureau_evaluation"}),
        ("petition.closed_at", {"backlog", "overdue", "closed", "five_day_closure", "on_time_completion"}),
        ("petition.is_simple", {"five_day_closure", "five_day_overdue", "five_day_due_in_0"}),
        ("area.population", {"cases_per_10k"}),
        ("hearing", {"hearings_held", "settled_after_hearing", "hearings_coming", "experts_active"}),
        ("hearing.is_public", {"open_hearings"}),
        ("hearing_participant", {"third_parties"}),
        # What experts do beside hearings is a part of their cases: hearings alone are not all of them.
        ("expert_task", {"expert_cases"}),
        ("agent", {"agents", "communities_with_agent", "agents_engaged"}),
        ("grid_task.finished_at", {"tasks_open", "on_the_spot", "task_days"}),
        ("proposal.feedback_at", {"proposals_waiting", "proposals_answered", "proposals_adopted"}),
        ("reception.kind", {"visits_down", "letters_read", "cases_led"}),
        ("area.kind", {"community_orgs", "communities_with_orgs", "orgs_per_community"}),
        ("supervision.replied_at", {"supervision_waiting", "supervision_overdue", "supervision_in_time"}),
    ],
)
def test_what_lacks_what(copied: Callable[[], Casebase], name: str, unknown: set[str]) -> None:
    casebase = copied()
    emptied(casebase, name)
    lacking = needs.unknown(casebase.whole)
    assert unknown <= set(lacking)
    assert all(name in lacking[metric] for metric in unknown)
    assert "registered" not in lacking
    assert measure(casebase.whole, ["registered"], as_of=AS_OF)["unknown"].isna().all()


def test_every_metric_needs_something() -> None:
    """Without a row of its table no number is known, and each names a table."""
    every = frozenset(name for name in blanks.names_of_columns() if "." not in name)
    for name, metric in METRICS.items():
        assert needs.lacking(metric, every), name
        assert needs.lacking(metric, frozenset()) == ()


def test_communities_are_what_shares_of_them_need(copied: Callable[[], Casebase]) -> None:
    casebase = copied()
    with casebase.writing() as connection:
        connection.execute(delete(schema.area).where(schema.area.c.level == 4))
    assert needs.unknown(casebase.whole) == {
        "communities_with_agent": ("community",),
        "community_orgs": ("community",),
        "communities_with_orgs": ("community",),
        "orgs_per_community": ("community",),
    }


def test_both_engines_see_the_same_blanks(city_on: Callable[[str], Casebase], empty_url: str) -> None:
    assert empty_url
    assert blanks.blanks(city_on("duckdb").whole) == blanks.blanks(city_on("postgresql").whole)


def test_a_young_city_has_closed_nothing_yet(empty_casebase: Casebase) -> None:
    """Nothing closed in the first weeks is a fact; in more than the law's longest limit it is a column not loaded."""
    first = datetime(2026, 3, 1)

    def register(number: int, at: datetime) -> None:
        row = {"petition_id": number, "case_no": str(number), "registered_at": at, "updated_at": at, "source": "test"}
        defaults = {"people": 1, "is_first": True, "is_simple": False, "is_collective": False, "counted": True}
        with empty_casebase.writing() as connection:
            append(
                connection,
                schema.petition,
                pd.DataFrame([{**row, **defaults, "restricted": False, "extended_days": 0}]),
            )

    register(1, first)
    register(2, first + timedelta(days=90))
    assert "backlog" not in needs.unknown(empty_casebase.whole)
    assert measured(empty_casebase)["value"]["backlog"] == 2
    assert needs.unknown(empty_casebase.whole)["overdue"] == ("petition.due_at",)
    register(3, first + timedelta(days=91))
    assert needs.unknown(empty_casebase.whole)["backlog"] == ("petition.closed_at",)


def test_what_is_loaded_later_is_seen(copied: Callable[[], Casebase]) -> None:
    """One look a version: a writer counts it up, and the next question knows."""
    casebase = copied()
    emptied(casebase, "petition.due_at")
    assert "overdue" in needs.unknown(casebase.whole)
    with casebase.writing() as connection:
        connection.execute(update(schema.petition).values(due_at=AS_OF))
        mark_changed(connection, AS_OF)
    assert "overdue" not in needs.unknown(casebase.whole)


def test_months_comparisons_and_changes_are_unknown_too(copied: Callable[[], Casebase]) -> None:
    casebase = copied()
    emptied(casebase, "petition.due_at")
    period = Period(datetime(2026, 10, 1).date(), datetime(2026, 10, 31).date())
    found = compare(casebase.whole, ["overdue", "registered"], as_of=AS_OF, period=period).set_index("metric")
    assert found.loc["overdue", ["value", "previous", "year_before"]].isna().all()
    assert found.loc["registered", ["value", "previous"]].notna().all()
    months = by_month(casebase.whole, ["overdue"], as_of=AS_OF, months=3)
    assert len(months) == 3
    assert months["value"].isna().all()
    assert (months["unknown"] == "petition.due_at").all()
    change = decompose(casebase.whole, "overdue", as_of=AS_OF, period=period, against=Against.PREVIOUS, by=["district"])
    assert pd.isna([change.now, change.before, change.difference]).all()
    assert change.parts["change"].isna().all()
