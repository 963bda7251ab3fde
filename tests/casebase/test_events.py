"""The events of a case say what its columns say, however often they are derived."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, delete, insert, select, true, update

from casebase import events
from casebase.engine import Casebase
from casebase.events import derive
from casebase.schema import grid_task, hearing, petition, petition_event, reception, supervision

DAY = timedelta(days=1)
START = datetime(2026, 3, 2, 9)


def add_case(connection: Connection, petition_id: int, **columns: object) -> None:
    row = {"petition_id": petition_id, "case_no": f"c{petition_id}", "registered_at": START, "source": "test"}
    connection.execute(insert(petition).values(row | {"updated_at": START + 100 * DAY} | columns))


def told(connection: Connection, petition_id: int) -> list[tuple[str, datetime]]:
    e = petition_event.c
    rows = connection.execute(
        select(e.action, e.happened_at).where(e.petition_id == petition_id).order_by(e.happened_at, e.event_id)
    )
    return [(action, moment) for action, moment in rows]


def test_every_time_of_a_case_is_an_event(empty_casebase: Casebase) -> None:
    with empty_casebase.writing() as connection:
        add_case(
            connection, 1, forwarded_at=START + DAY, accepted_at=START + 2 * DAY, extended_days=30,
            due_at=START + 92 * DAY, closed_at=START + 80 * DAY, evaluated_at=START + 85 * DAY,
        )  # fmt: skip
        derive(connection, true(), fresh=True)
        assert told(connection, 1) == [
            ("登记", START),
            ("转送", START + DAY),
            ("受理告知", START + 2 * DAY),
            ("延期", START + 62 * DAY),  # the deadline before it was extended
            ("办结", START + 80 * DAY),
            ("评价", START + 85 * DAY),
        ]


def test_an_extension_is_not_later_than_the_closing_or_the_last_change(empty_casebase: Casebase) -> None:
    with empty_casebase.writing() as connection:
        due = START + 90 * DAY
        add_case(connection, 1, extended_days=30, due_at=due, closed_at=START + 20 * DAY)
        add_case(connection, 2, extended_days=30, due_at=due, updated_at=START + 10 * DAY)
        add_case(connection, 3, extended_days=30)
        derive(connection, true(), fresh=True)
        assert ("延期", START + 20 * DAY) in told(connection, 1)
        assert ("延期", START + 10 * DAY) in told(connection, 2)
        assert told(connection, 3) == [("登记", START)]


def test_a_refused_petition_is_neither_accepted_nor_closed(empty_casebase: Casebase) -> None:
    with empty_casebase.writing() as connection:
        at = START + 5 * DAY
        add_case(connection, 1, status="不予受理", accepted_at=at, closed_at=at)
        derive(connection, true(), fresh=True)
        assert told(connection, 1) == [("登记", START), ("不予受理", at)]


def test_hearings_supervision_receptions_and_grid_tasks_are_told(empty_casebase: Casebase) -> None:
    with empty_casebase.writing() as connection:
        add_case(connection, 7)
        for number in (1, 2):
            held = {"hearing_id": number, "petition_id": 7, "stage": "办理", "status": "已举行"}
            connection.execute(insert(hearing).values(held | {"held_at": START + number * DAY}))
        issued = {"supervision_id": 1, "petition_id": 7, "level": "市级督办", "issued_at": START + 3 * DAY}
        connection.execute(insert(supervision).values(issued | {"due_at": START + 9 * DAY}))
        connection.execute(
            insert(reception).values(reception_id=1, petition_id=7, leader_title="副市长", held_at=START + 4 * DAY)
        )
        pushed = {"task_id": 1, "petition_id": 7, "kind": "协助化解", "pushed_at": START + 5 * DAY}
        connection.execute(insert(grid_task).values(pushed | {"contacted_at": START + 6 * DAY}))
        derive(connection, true(), fresh=True)
        assert [action for action, _ in told(connection, 7)] == [
            "登记", "听证", "听证", "督办", "领导接访", "网格推送", "首次联系",
        ]  # fmt: skip


def test_deriving_again_changes_nothing_and_follows_the_columns(empty_casebase: Casebase) -> None:
    with empty_casebase.writing() as connection:
        add_case(connection, 1, closed_at=START + DAY)
        add_case(connection, 2)
        derive(connection, true(), fresh=True)
        before = connection.execute(select(petition_event).order_by(petition_event.c.event_id)).all()
    with empty_casebase.writing() as connection:
        derive(connection, true())
        assert connection.execute(select(petition_event).order_by(petition_event.c.event_id)).all() == before
    with empty_casebase.writing() as connection:
        connection.execute(
            update(petition).values(closed_at=None, accepted_at=START + DAY).where(petition.c.case_no == "c1")
        )
        derive(connection, petition.c.petition_id == 1)
        assert told(connection, 1) == [("登记", START), ("受理告知", START + DAY)]
        assert told(connection, 2) == [("登记", START)]


def test_events_from_elsewhere_stay(empty_casebase: Casebase) -> None:
    with empty_casebase.writing() as connection:
        add_case(connection, 1)
        foreign = {"event_id": -5, "petition_id": 1, "happened_at": START + DAY, "action": "异议退回"}
        connection.execute(insert(petition_event).values(foreign))
        derive(connection, true())
        assert told(connection, 1) == [("登记", START), ("异议退回", START + DAY)]


@pytest.mark.parametrize("few", [0, 10])
def test_few_cases_are_derived_as_many_are(empty_casebase: Casebase, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(events, "_FEW", few)
    with empty_casebase.writing() as connection:
        for number in (1, 2, 3):
            add_case(connection, number, forwarded_at=START + DAY, closed_at=START + 2 * DAY)
        connection.execute(insert(hearing).values(_hearing(1, held_at=START + DAY)))
        derive(connection, petition.c.petition_id != 3)
        assert told(connection, 1) == [
            ("登记", START),
            ("转送", START + DAY),
            ("听证", START + DAY),
            ("办结", START + 2 * DAY),
        ]
        assert told(connection, 3) == []
        connection.execute(update(petition).values(forwarded_at=None, accepted_at=START + DAY))
        connection.execute(update(petition).values(closed_at=START + 3 * DAY))
        connection.execute(delete(hearing))
        derive(connection, petition.c.petition_id == 1)
        assert told(connection, 1) == [("登记", START), ("受理告知", START + DAY), ("办结", START + 3 * DAY)]
        assert told(connection, 2) == [("登记", START), ("转送", START + DAY), ("办结", START + 2 * DAY)]
        derive(connection, petition.c.petition_id == 3, fresh=True)
        assert told(connection, 3) == told(connection, 1)


def _hearing(number: int, **columns: object) -> dict[str, object]:
    return {"hearing_id": number, "petition_id": 1, "stage": "办理", "status": "已举行", **columns}
