"""A scope's numbers, lists and names are those of a city that holds its rows alone."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import DDL, Column, False_, MetaData, String, Table, True_, insert, literal_column, select, text
from sqlalchemy.schema import DropTable

from benchmarks.visible_rows import visible
from casebase import schema
from casebase.engine import Casebase
from casebase.errors import UsageError
from casebase.narrowing import NarrowedStatementError
from casebase.scope import PERSON_SECRET, WHOLE, Placed, Scope, every_row, rules
from queries import names
from queries.cases import Part, cases, count_cases
from queries.course import course
from queries.measure import measure
from queries.model import Kind, Slice
from queries.periods import Period
from queries.registry import METRICS
from queries.search import Search, search
from tests.queries import sample
from tests.queries.reference import DIMENSIONS, Reference
from tests.queries.test_properties import EXAMPLES, moments, periods, slices
from tests.queries.test_reference import HOLIDAY, NOW, RUNNING, agree, expected

DISTRICT = Scope(frozenset({"410105"}))
STREET = Scope(frozenset({"410105002"}))
COMMUNITY = Scope(frozenset({"410102001003"}))
ZONE_AND_STREET = Scope(frozenset({"410171", "410102001"}))
UNIT = Scope(frozenset(), frozenset({"U1"}))
DISTRICT_AND_ITS_STREET = Scope(frozenset({"410105", "410105002", "410102001003"}))
DISTRICT_AND_UNIT = Scope(frozenset({"410122"}), frozenset({"U3", "U-nowhere"}))
NOTHING = Scope(frozenset())
SCOPES = {
    "district": DISTRICT,
    "street": STREET,
    "community": COMMUNITY,
    "zone and street": ZONE_AND_STREET,
    "unit": UNIT,
    "district and unit": DISTRICT_AND_UNIT,
    "district and street in it": DISTRICT_AND_ITS_STREET,
    "nothing": NOTHING,
    "city": Scope(frozenset({sample.CITY})),
}
by_name = pytest.mark.parametrize("scope", SCOPES.values(), ids=list(SCOPES))
RECKONED = {
    "street and zone": ZONE_AND_STREET,
    "unit": UNIT,
    "district and unit": DISTRICT_AND_UNIT,
    "district and street in it": DISTRICT_AND_ITS_STREET,
}


class ReferenceOfScope(Reference):
    """The second reckoning over the rows that a scope lets through; its people are those of its places."""

    def __init__(self, tables: sample.Tables, scope: Scope) -> None:
        super().__init__(visible(tables, scope) if sample.CITY not in (scope.areas or ()) else tables)
        self.scope = scope

    def city_people(self) -> int:
        if self.scope.areas is None:
            return super().city_people()
        # The code of a place begins with that of the place it lies in, but for the zone and its streets.
        outermost = (
            code for code in self.scope.areas if not any(code != of and code.startswith(of) for of in self.scope.areas)
        )
        return sum(self.people.get(code, 0) for code in outermost)


_REFERENCES: dict[Scope, ReferenceOfScope] = {}


def reference_of(tables: sample.Tables, scope: Scope) -> ReferenceOfScope:
    return _REFERENCES.setdefault(scope, ReferenceOfScope(tables, scope))


@pytest.mark.parametrize("scope", RECKONED.values(), ids=list(RECKONED))
def test_every_number_is_that_of_its_rows_alone(duckdb_city: Casebase, tables: sample.Tables, scope: Scope) -> None:
    seen = duckdb_city.seen_by(scope)
    for as_of, period in ((NOW, None), (HOLIDAY, RUNNING)):
        measured = measure(seen, list(METRICS), as_of=as_of, period=period)
        agree(measured, expected(reference_of(tables, scope), tuple(METRICS), as_of, period, Slice(), ()))


def test_every_number_is_on_both_engines(city: Casebase, tables: sample.Tables) -> None:
    measured = measure(city.seen_by(DISTRICT), list(METRICS), as_of=HOLIDAY, period=RUNNING)
    wanted = expected(reference_of(tables, DISTRICT), tuple(METRICS), HOLIDAY, RUNNING, Slice(), ())
    agree(measured, wanted)


def test_people_are_those_of_the_city_where_the_city_is_named_beside_a_place_in_it(duckdb_city: Casebase) -> None:
    def people(scope: Scope) -> int:
        return int(measure(duckdb_city.seen_by(scope), ["cases_per_10k"], as_of=NOW)["among"][0])

    assert people(Scope(frozenset({sample.CITY, "410105"}))) == people(WHOLE)


@pytest.mark.parametrize(
    "by", ["district", "street", "unit", "category", "month", "task_kind", "org", "duty", "expert"]
)
def test_every_split_is(duckdb_city: Casebase, tables: sample.Tables, by: str) -> None:
    metrics = tuple(METRICS) if by == "month" else tuple(name for name, splits in DIMENSIONS.items() if by in splits)
    period = Period(date(2026, 9, 20), date(2026, 12, 5))
    measured = measure(duckdb_city.seen_by(DISTRICT_AND_UNIT), metrics, as_of=HOLIDAY, period=period, by=[by])
    agree(measured, expected(reference_of(tables, DISTRICT_AND_UNIT), metrics, HOLIDAY, period, Slice(), (by,)))


@settings(max_examples=EXAMPLES)
@given(
    scope=st.sampled_from(list(RECKONED.values())),
    name=st.sampled_from(list(METRICS)),
    as_of=moments,
    period=periods,
    within=slices,
)
def test_lists_hold_rows_of_the_scope_alone(
    duckdb_city: Casebase,
    tables: sample.Tables,
    scope: Scope,
    name: str,
    as_of: datetime,
    period: Period | None,
    within: Slice,
) -> None:
    seen = duckdb_city.seen_by(scope)
    if within.area and within.area not in set(names.areas(seen)["code"]):
        with pytest.raises(UsageError, match="no such code"):
            measure(seen, [name], as_of=as_of, period=period, within=within)
        return
    table = expected(reference_of(tables, scope), (name,), as_of, period, within, ())
    agree(measure(seen, [name], as_of=as_of, period=period, within=within), table)
    found = cases(seen, name, Part.HITS, as_of=as_of, period=period, within=within)
    assert count_cases(seen, name, Part.HITS, as_of=as_of, period=period, within=within) == len(found)
    if "petition_id" in found:
        assert set(found["petition_id"].dropna()) <= ids_of(tables, scope)
    if METRICS[name].kind is not Kind.PER_10K:
        count_cases(seen, name, Part.AMONG, as_of=as_of, period=period, within=within)


def ids_of(tables: sample.Tables, scope: Scope) -> set[int]:
    seen = tables if sample.CITY in (scope.areas or ()) else visible(tables, scope)
    return set(seen["petition"]["petition_id"])


@by_name
def test_search_finds_cases_of_the_scope_alone(duckdb_city: Casebase, tables: sample.Tables, scope: Scope) -> None:
    everything = search(duckdb_city.whole, Search(), as_of=NOW)
    found = search(duckdb_city.seen_by(scope), Search(), as_of=NOW)
    if scope.areas is not None and sample.CITY not in scope.areas:
        assert found.total == expected_total(tables, scope)
        assert found.total < everything.total
    assert set(found.rows["petition_id"]) <= ids_of(tables, scope)


def expected_total(tables: sample.Tables, scope: Scope) -> int:
    p = visible(tables, scope)["petition"]
    return int((~p["restricted"].fillna(False).astype(bool) & (p["registered_at"] <= NOW)).sum())


@by_name
def test_a_guessed_case_is_there_for_nobody_else(duckdb_city: Casebase, tables: sample.Tables, scope: Scope) -> None:
    seen, own = duckdb_city.seen_by(scope), ids_of(tables, scope)
    shown = tables["petition"][~tables["petition"]["restricted"].fillna(False).astype(bool)]["petition_id"]
    strange, known = shown[~shown.isin(own)].head(3), shown[shown.isin(own)].head(1)
    assert [course(seen, int(number), as_of=NOW) for number in strange] == [None] * len(strange)
    assert None not in [course(seen, int(number), as_of=NOW) for number in known]


@by_name
def test_choices_name_what_the_scope_has(duckdb_city: Casebase, tables: sample.Tables, scope: Scope) -> None:
    if sample.CITY in (scope.areas or ()):
        return
    seen, rows = duckdb_city.seen_by(scope), visible(tables, scope)
    named = {*rows["petition"]["unit_id"], *rows["petition"]["complained_unit_id"], *rows["proposal"]["unit_id"]}
    assert set(names.units(seen)["unit_id"]) == (named | scope.units) & set(tables["unit"]["unit_id"])
    classes = tables["category"].set_index("code")["parent_code"]
    own = {code for code in rows["petition"]["category_code"] if code in classes.index}
    assert set(names.categories(seen)["code"]) == own | {
        classes[code] for code in own if isinstance(classes[code], str)
    }
    assert set(names.areas(seen)["code"]) == set(rows["area"]["code"])
    assert set(names.channels(seen)) <= set(rows["petition"]["channel"])
    assert set(names.organisations(seen)["code"]) == set(rows["social_org"]["org_id"].astype(str))


def test_an_area_that_does_not_exist_opens_nothing(duckdb_city: Casebase) -> None:
    with pytest.raises(UsageError, match="area 999"):
        duckdb_city.seen_by(Scope(frozenset({"999"})))


@pytest.mark.parametrize(
    "statement",
    [
        text("SELECT * FROM petition"),
        insert(schema.info).values(key="a", value="b"),
        schema.petition.delete(),
        select(literal_column("(select count(*) from petition)")),
        select(schema.petition.c.petition_id).with_statement_hint("UNION ALL SELECT petition_id FROM petition"),
        DDL("CREATE TEMP TABLE other AS SELECT * FROM petition"),  # type: ignore[no-untyped-call]
        DropTable(schema.load_reject),
        select(every_row(schema.petition).c.petition_id),
    ],
    ids=["sql", "insert", "delete", "column by hand", "hint", "ddl", "drop", "every row"],
)
def test_what_would_go_around_a_scope_is_refused(city: Casebase, statement: object) -> None:
    with city.seen_by(DISTRICT).reading() as connection, pytest.raises(NarrowedStatementError):
        connection.execute(statement)  # type: ignore[call-overload]


def test_what_the_driver_is_told_by_itself_is_refused(city: Casebase) -> None:
    with city.seen_by(DISTRICT).reading() as connection, pytest.raises(NarrowedStatementError):
        connection.exec_driver_sql("SELECT count(*) FROM petition")


def test_every_table_has_a_rule_or_tells_of_no_case() -> None:
    let_through = rules(Placed(districts=frozenset({"410105"})))
    assert set(let_through) == set(schema.metadata.tables)
    assert {name for name, rule in let_through.items() if isinstance(rule, True_)} == {
        "unit",
        "category",
        "expert",
        "workday",
    }
    assert {name for name, rule in let_through.items() if isinstance(rule, False_)} == {"load_run", "load_reject"}


def test_a_table_that_nobody_thought_of_is_shown_to_nobody(city: Casebase, monkeypatch: pytest.MonkeyPatch) -> None:
    diary = Table("diary", MetaData(), Column("text", String))
    with city.seen_by(DISTRICT).reading() as connection, pytest.raises(NarrowedStatementError, match="diary"):
        connection.execute(select(diary))
    monkeypatch.setattr("casebase.scope._OPEN_TABLES", frozenset({"category", "expert", "workday"}))
    assert isinstance(rules(Placed(districts=frozenset({"410105"})))["unit"], False_)
    assert isinstance(rules(None)["unit"], True_)


@pytest.mark.parametrize("scope", [WHOLE, DISTRICT])
def test_the_secret_of_the_keys_is_read_by_nobody(duckdb_city: Casebase, scope: Scope) -> None:
    with duckdb_city.writing() as connection:
        connection.execute(insert(schema.info).values(key=PERSON_SECRET, value="hush"))
    try:
        assert "hush" not in {value for (value,) in duckdb_city.seen_by(scope).rows(select(schema.info.c.value))}
    finally:
        with duckdb_city.writing() as connection:
            connection.execute(schema.info.delete().where(schema.info.c.key == PERSON_SECRET))


def test_other_names_of_a_table_are_narrowed_as_well(duckdb_city: Casebase, tables: sample.Tables) -> None:
    other = schema.petition.alias("other")
    within = select(other.c.petition_id).where(other.c.petition_id.in_(select(schema.petition.c.petition_id)))
    found = duckdb_city.seen_by(DISTRICT).rows(within)
    assert {number for (number,) in found} == ids_of(tables, DISTRICT)
