"""How the office of a unit is reached stands beside its deadlines in annexes and ledger, where it is known."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from briefings import tables
from briefings.frozen import Frozen
from casebase.engine import Casebase
from casebase.schema import unit

CONTACT = "单位联系电话"


def without_contacts(frozen: Frozen) -> Frozen:
    rows = [replace(rows, frame=rows.frame.assign(unit_contact=None)) for rows in frozen.lists]
    return replace(frozen, lists=tuple(rows))


def heads(table: object) -> list[str]:
    return [column.name for column in table.columns]  # type: ignore[attr-defined]


def test_who_owes_is_told_with_its_contact(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    frozen = frozen_of("month")
    units = city.frame(unit.select())
    contacts = dict(zip(units["name"].str.replace(r"^郑州市", "市", regex=True), units["contact"], strict=True))
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
