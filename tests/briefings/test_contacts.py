"""How the office of a unit is reached stands beside its deadlines in annexes and ledger, where it is known."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
from sqlalchemy import select

from briefings import tables
from briefings.facts import debtors
from briefings.frozen import Frozen
from casebase.engine import Casebase
from casebase.schema import petition, unit
from queries.cases import cases
from queries.names import units
from tests.pages.conftest import EVENING

CONTACT = "单位联系电话"


def without_contacts(frozen: Frozen) -> Frozen:
    rows = [replace(rows, frame=rows.frame.assign(unit_contact=None)) for rows in frozen.lists]
    return replace(frozen, lists=tuple(rows))


def heads(table: object) -> list[str]:
    return [column.name for column in table.columns]  # type: ignore[attr-defined]


def test_who_owes_is_told_with_its_contact(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    frozen = frozen_of("month")
    office = city.frame(unit.select())
    contacts = dict(zip(office["name"].str.replace(r"^郑州市", "市", regex=True), office["contact"], strict=True))
    for table in (tables.owing(frozen), tables.overdue(frozen)):
        assert table is not None
        name, contact = (heads(table).index(head) for head in ("责任单位", CONTACT))
        pairs = {(str(row[name]), row[contact]) for row in table.rows if row[name] in contacts}
        assert pairs
        assert all(contacts[unit] == number for unit, number in pairs)
        assert table.whole is None or len(table.whole) == len(table.columns)


def test_no_column_where_nobody_filled_it_in(frozen_of: Callable[..., Frozen]) -> None:
    frozen = without_contacts(frozen_of("month"))
    assert CONTACT in heads(tables.owing(frozen_of("month")))
    for table in (tables.owing(frozen), tables.overdue(frozen)):
        assert CONTACT not in heads(table)
    assert not [rows for rows in tables.case_lists(frozen) if CONTACT in rows.heads]
    assert [rows for rows in tables.case_lists(frozen_of("month")) if CONTACT in rows.heads]
    assert isinstance(frozen.lists[0].frame, pd.DataFrame)


def test_units_of_one_name_carry_their_district_in_lists_too(city: Casebase) -> None:
    every = units(city.whole)
    assert every["name"].is_unique
    stored = city.frame(select(unit.c.unit_id, unit.c.name)).set_index("unit_id")["name"]
    shared = stored[stored.duplicated(keep=False)]
    assert len(shared)
    told = dict(zip(every["unit_id"], every["name"], strict=True))
    assert all(told[str(code)].endswith(name) and told[str(code)] != name for code, name in shared.items())
    listed = cases(city.whole, "registered", as_of=EVENING)
    owner = city.frame(select(petition.c.petition_id, petition.c.unit_id)).set_index("petition_id")["unit_id"]
    codes_of_rows = listed["petition_id"].map(owner)
    assert codes_of_rows.isin(shared.index).any()
    assert listed["unit"].dropna().equals(codes_of_rows.map(told)[listed["unit"].notna()].rename("unit"))


def test_who_owes_is_counted_apart_from_who_has_the_same_name(city: Casebase, frozen_of: Callable[..., Frozen]) -> None:
    """The debts of a unit are those of its code, whoever else is called so."""
    frozen = frozen_of("year")
    named = [one.name for one in debtors(frozen)]
    assert len(named) == len(set(named))
    by_code = frozen.split("unit", "overdue")
    by_code = by_code[(by_code["code"] != "") & (by_code["hits"] > 0)]
    assert {one.name: one.overdue for one in debtors(frozen) if one.overdue} == dict(
        zip(by_code["name"], by_code["hits"], strict=True)
    )
