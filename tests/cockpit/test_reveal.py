"""Who may see a case whole, for how long, and that it is logged before."""

from dataclasses import replace
from datetime import timedelta

import pytest

from access.identity import Identity, Role
from casebase import schema
from casebase.engine import Casebase
from casebase.errors import CasebaseError, UsageError
from casebase.scope import WHOLE
from cockpit.reveal import SHOWN_FOR, NotEntitledError, Permit, permit, read
from cockpit.view import View
from queries.cases import cases
from tests.pages.conftest import EVENING

READER = Identity("s1", "张科长", Role.STAFF, WHOLE, may_reveal=True)
BLIND = replace(READER, may_reveal=False)


def unseen(_: Permit) -> None:
    """A log that nobody reads."""


def test_logged_first_then_read_whole_for_five_minutes(year: View, city: Casebase) -> None:
    number = int(cases(city.whole, "registered", as_of=EVENING, limit=1)["petition_id"].iloc[0])
    log: list[Permit] = []
    granted = permit(READER, (number, "A1"), " 电话\n回访 ", log.append, EVENING)
    assert log == [granted]
    assert (granted.case_no, granted.reason, granted.subject) == ("A1", "电话 回访", "s1")
    found = read(year, granted, READER, EVENING + SHOWN_FOR - timedelta(seconds=1))
    p = schema.petition.c
    with city.reading() as connection:
        name, phone = connection.execute(
            schema.petition.select()
            .with_only_columns(p.petitioner_name, p.petitioner_phone)
            .where(p.petition_id == number)
        ).one()
    assert found is not None
    assert (found.petitioner.name, found.petitioner.telephone) == (name, phone)


@pytest.mark.parametrize("late", [SHOWN_FOR, timedelta(days=1), timedelta(seconds=-1)])
def test_a_permit_is_over_after_five_minutes(year: View, late: timedelta) -> None:
    granted = permit(READER, (1, "A1"), "电话回访", unseen, EVENING)
    with pytest.raises(NotEntitledError):
        read(year, granted, READER, EVENING + late)


@pytest.mark.parametrize("other", [replace(READER, subject="s2"), BLIND])
def test_a_permit_is_nobody_else_s(year: View, other: Identity) -> None:
    granted = permit(READER, (1, "A1"), "电话回访", unseen, EVENING)
    with pytest.raises(NotEntitledError):
        read(year, granted, other, EVENING)
    assert not granted.holds(READER, 2, EVENING)
    assert not replace(granted, petition_id=2).holds(READER, 1, EVENING)


def test_without_entitlement_reason_or_log_there_is_no_permit() -> None:
    log: list[Permit] = []
    with pytest.raises(NotEntitledError):
        permit(BLIND, (1, "A1"), "电话回访", log.append, EVENING)
    for reason in ("", "   ", "回访 ", "a  b"):
        with pytest.raises(UsageError):
            permit(READER, (1, "A1"), reason, log.append, EVENING)
    assert log == []

    def fails(_: Permit) -> None:
        raise CasebaseError("the disk is full")

    with pytest.raises(CasebaseError, match="full"):
        permit(READER, (1, "A1"), "电话回访", fails, EVENING)
