"""One case from start to end: its clocks agree with the rates, nothing of the future or of a person is shown."""

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from casebase import schema
from casebase.engine import Casebase, mark_changed
from casebase.settings import CalendarSettings, DeadlineSettings
from casebase.workdays import build
from queries.cases import Part, cases
from queries.clocks import LOADED_LIMIT, REVIEWS, Clock, Standing, clocks
from queries.course import course
from tests.queries.sample import Tables

NOW = datetime(2026, 11, 20, 18)
CALENDAR = build(CalendarSettings())
NOTHING: dict[str, Any] = {
    "channel": "网信",
    "registered_at": None, "forwarded_at": None, "accepted_at": None, "closed_at": None,
    "due_at": None, "five_day_due": None, "is_simple": False, "extended_days": 0, "received_at": None,
    "purpose": None, "handling_path": None, "status": None, "unit_kind": None,
}  # fmt: skip


def read(
    case: dict[str, Any], as_of: datetime, *events: tuple[str, datetime], blank: frozenset[str] = frozenset()
) -> dict[str, Clock]:
    frame = pd.DataFrame(list(events), columns=["action", "happened_at"])
    frame["happened_at"] = pd.to_datetime(frame["happened_at"])
    found = clocks(NOTHING | case, frame, calendar=CALENDAR, rules=DeadlineSettings(), as_of=as_of, blank=blank)
    return {clock.name: clock for clock in found}


def test_five_working_days_over_the_national_holiday() -> None:
    """From 2025-09-30 five working days end on 2025-10-14 (domain.md §1)."""
    case = {"registered_at": datetime(2025, 9, 30, 10), "is_simple": True, "five_day_due": date(2025, 10, 14)}
    clock = read(case, datetime(2025, 10, 13, 9))["简单诉求办结"]
    assert (clock.end, clock.standing, clock.days) == (
        datetime(2025, 10, 14, 23, 59, 59, 999999),
        Standing.RUNNING,
        1,
    )
    late = read(case | {"closed_at": datetime(2025, 10, 16, 9)}, datetime(2025, 11, 1))["简单诉求办结"]
    assert (late.standing, late.days) == (Standing.LATE, 2)


def test_natural_days_begin_the_day_after() -> None:
    case = {"registered_at": datetime(2026, 3, 1, 23), "forwarded_at": datetime(2026, 3, 16, 23, 59)}
    found = read(case, datetime(2026, 4, 20))
    assert (found["转送、交办"].standing, found["转送、交办"].days) == (Standing.MET, 0)
    assert (found["受理告知"].standing, found["受理告知"].days) == (Standing.OVERDUE, 20)
    one_later = read(case | {"forwarded_at": datetime(2026, 3, 17, 0, 1)}, datetime(2026, 4, 20))
    assert (one_later["转送、交办"].standing, one_later["转送、交办"].days) == (Standing.LATE, 1)


def test_a_clock_that_has_not_started_waits() -> None:
    found = read({"registered_at": datetime(2026, 3, 1, 9)}, datetime(2026, 3, 3))
    for name, because in (("受理告知", "自责任单位收到之日起算"), ("办结", "自受理之日起算")):
        assert (found[name].standing, found[name].days, found[name].because) == (Standing.WAITING, None, because)


@pytest.mark.parametrize(
    ("case", "because"),
    [
        ({"purpose": "意见建议"}, "按条例第二十九条办理，不适用60日期限"),
        ({"handling_path": "第三十一条第四项"}, "按条例第三十一条第四项办理，不适用60日期限"),
        ({"status": "不予受理", "closed_at": datetime(2026, 3, 9)}, "不予受理"),
        ({"purpose": "意见建议", "handling_path": "第三十一条第六项"}, None),
        ({"purpose": "求决"}, None),
        ({"status": "不予受理", "closed_at": None}, None),  # not ended yet
    ],
)
def test_sixty_days_apply_to_article_31_item_6_alone(case: dict[str, Any], because: str | None) -> None:
    start = datetime(2026, 3, 2, 9)
    own = NOTHING | {"registered_at": start, "forwarded_at": start, "accepted_at": start}
    own["closed_at"] = datetime(2026, 3, 20)
    found = read(own | case, datetime(2026, 8, 1), ("复查申请", datetime(2026, 4, 1)))
    assert (found["办结"].standing is Standing.NOT_APPLICABLE) == (because is not None)
    assert found["办结"].because == (because or "")
    assert ("复查" in found) == (because is None)


def test_what_was_turned_away_has_no_promise_to_keep() -> None:
    case = {"registered_at": datetime(2026, 3, 2, 9), "is_simple": True, "five_day_due": date(2026, 3, 9)}
    found = read(case | {"status": "存", "closed_at": datetime(2026, 3, 20)}, datetime(2026, 4, 1))
    assert found["简单诉求办结"].standing is Standing.NOT_APPLICABLE
    assert found["受理告知"].standing is Standing.NOT_APPLICABLE


def test_notice_runs_from_receipt() -> None:
    case = {"registered_at": datetime(2026, 3, 2, 9), "forwarded_at": datetime(2026, 3, 3, 9)}
    found = read(case | {"received_at": datetime(2026, 3, 10, 9)}, datetime(2026, 3, 12))
    assert found["受理告知"].end == datetime(2026, 3, 25, 23, 59, 59, 999999)


@pytest.mark.parametrize(
    ("answer", "because"), [(None, "待核实"), ("异议退回", "核实同意，已退回"), ("异议驳回", "经核实驳回")]
)
def test_an_objection_is_judged_by_when_it_was_raised(answer: str | None, because: str) -> None:
    case = {"registered_at": datetime(2026, 3, 2, 9), "forwarded_at": datetime(2026, 3, 2, 9)}
    events = [("异议提出", datetime(2026, 3, 9, 10)), *([(answer, datetime(2026, 3, 30, 10))] if answer else [])]
    clock = read(case, datetime(2026, 4, 20), *events)["提出异议"]
    assert (clock.standing, clock.days, clock.because) == (Standing.MET, 0, because)


def test_the_petitioner_s_own_days_accuse_nobody() -> None:
    start = datetime(2026, 3, 2, 9)
    case = {"registered_at": start, "forwarded_at": start, "accepted_at": start, "closed_at": datetime(2026, 3, 20, 9)}
    own = read(case, datetime(2026, 4, 10))["申请复查"]
    assert (own.standing, own.end, own.of_petitioner) == (
        Standing.RUNNING,
        datetime(2026, 4, 19, 23, 59, 59, 999999),
        True,
    )
    own = read(case, datetime(2026, 5, 10))["申请复查"]
    assert (own.standing, own.days) == (Standing.EXPIRED, None)


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("街道", "由区县政府复查", "由市政府复核"),
        ("区县", "由区县政府复查", "由市政府复核"),
        ("市直", "由市政府复查", "由省政府复核"),
        (None, "", ""),
    ],
)
def test_the_next_higher_authority_reviews(kind: str | None, first: str, second: str) -> None:
    start = datetime(2026, 3, 2, 9)
    case = {"registered_at": start, "accepted_at": start, "closed_at": datetime(2026, 3, 20, 9), "unit_kind": kind}
    events = [
        ("复查申请", datetime(2026, 4, 1)),
        ("复查意见", datetime(2026, 4, 20)),
        ("复核申请", datetime(2026, 5, 1)),
    ]
    found = read(case, datetime(2026, 6, 1), *events)
    assert (found["复查"].because, found["复核"].because) == (first, second)


def test_a_clock_of_times_that_were_never_loaded_accuses_nobody() -> None:
    case = {"registered_at": datetime(2026, 11, 4, 9), "is_simple": True, "five_day_due": date(2026, 11, 11)}
    blank = frozenset({"petition.forwarded_at", "petition.accepted_at", "petition.due_at"})
    for closed in (None, datetime(2026, 11, 28, 9)):
        found = read(case | {"closed_at": closed}, datetime(2026, 11, 29, 9), blank=blank)
        assert {name: clock.lacks for name, clock in found.items() if clock.standing is Standing.UNKNOWN} == {
            "转送、交办": ("petition.forwarded_at",),
            "受理告知": ("petition.forwarded_at", "petition.accepted_at"),
            "办结": ("petition.due_at",),
        }
        assert all(clock.days is None for clock in found.values() if clock.lacks)
        assert found["简单诉求办结"].standing is (Standing.LATE if closed else Standing.OVERDUE)
    undated = read(case, datetime(2026, 11, 29, 9), blank=frozenset({"petition.closed_at"}))
    assert undated["简单诉求办结"].standing is undated["办结"].standing is Standing.UNKNOWN


@pytest.mark.parametrize(
    ("accepted_at", "due_at", "limit"),
    [
        (None, datetime(2026, 5, 1, 23, 59, 59), "60 日"),
        (datetime(2026, 3, 5, 9), datetime(2026, 5, 4, 23, 59, 59), "60 日"),
        (datetime(2026, 3, 5, 9), datetime(2026, 5, 1, 23, 59, 59), "60 日"),
        (None, datetime(2026, 3, 16, 9), LOADED_LIMIT),
    ],
)
def test_a_deadline_of_the_data_is_not_called_that_of_the_law(
    accepted_at: datetime | None, due_at: datetime, limit: str
) -> None:
    case = {"registered_at": datetime(2026, 3, 2, 9), "accepted_at": accepted_at, "due_at": due_at}
    assert read(case, datetime(2026, 3, 20))["办结"].limit == limit


def test_extension_review_objection_and_the_hearing_of_a_second_review() -> None:
    start = datetime(2026, 3, 2, 9)
    case = {"registered_at": start, "forwarded_at": start, "accepted_at": start, "extended_days": 30}
    found = read(
        case,
        datetime(2026, 8, 1),
        ("异议退回", datetime(2026, 3, 9, 10)),
        ("复查申请", datetime(2026, 4, 1)),
        ("复查意见", datetime(2026, 5, 3)),
        ("复核申请", datetime(2026, 5, 10)),
        ("听证申请", datetime(2026, 5, 12)),
        ("听证", datetime(2026, 5, 22)),
    )
    assert found["办结"].end == datetime(2026, 5, 31, 23, 59, 59, 999999)
    assert found["办结"].limit == "60 日，延长 30 日"
    assert (found["提出异议"].standing, found["提出异议"].days) == (Standing.MET, 0)
    assert (found["复查"].standing, found["复查"].days) == (Standing.LATE, 2)
    assert found["复核"].end == datetime(2026, 6, 19, 23, 59, 59, 999999)  # 30 days and ten of the hearing
    assert found["复核"].standing is Standing.OVERDUE


def test_where_no_review_was_loaded_nobody_knows_whether_one_was_asked_for() -> None:
    start, closed = datetime(2026, 3, 2, 9), datetime(2026, 3, 20, 9)
    case, later = {"registered_at": start, "forwarded_at": start, "closed_at": closed}, datetime(2026, 11, 1)
    assert read(case, later)["申请复查"].standing is Standing.EXPIRED
    unknown = read(case, later, blank=frozenset({REVIEWS}))
    assert (unknown["申请复查"].standing, unknown["申请复查"].lacks) == (Standing.UNKNOWN, (REVIEWS,))
    assert unknown["申请复查"].of_petitioner
    assert "申请复核" not in unknown
    assert "申请复查" not in read(case | {"closed_at": None}, later, blank=frozenset({REVIEWS}))


def test_of_all_cases_a_single_step_of_a_review_tells_that_they_are_loaded(
    empty_casebase: Casebase,
) -> None:
    casebase, registered = empty_casebase, NOW - timedelta(days=9)
    case = {"petition_id": 1, "case_no": "1", "source": "t", "registered_at": registered, "updated_at": registered}
    with casebase.writing() as connection:
        connection.execute(schema.petition.insert().values(case))
        mark_changed(connection, registered)
    found = course(casebase.whole, 1, as_of=NOW)
    assert found is not None
    assert REVIEWS in found.blank
    step = {"event_id": 7, "petition_id": 1, "happened_at": NOW, "action": "复查申请"}
    with casebase.writing() as connection:
        connection.execute(schema.petition_event.insert().values(step))
        mark_changed(connection, NOW)
    found = course(casebase.whole, 1, as_of=NOW)
    assert found is not None
    assert REVIEWS not in found.blank


def test_an_order_of_12345_has_its_own_clock_and_no_other() -> None:
    """Five working days from Tuesday 2026-03-03 end with 2026-03-10, whatever else its course may hold."""
    start = datetime(2026, 3, 3, 9)
    order = {"channel": "12345转办", "registered_at": start, "is_simple": True, "five_day_due": date(2026, 3, 10)}
    order |= {"forwarded_at": start, "accepted_at": start, "due_at": datetime(2026, 3, 10, 18)}
    events = (
        ("异议退回", datetime(2026, 3, 5)),
        ("复查申请", datetime(2026, 3, 20)),
        ("复核申请", datetime(2026, 3, 30)),
    )
    found = read(order, datetime(2026, 3, 10, 23, 59, 59), *events)
    assert list(found) == ["12345答复"]
    clock = found["12345答复"]
    assert (clock.article, clock.limit, clock.start) == ("按配置", "5 个工作日", start)
    assert (clock.standing, clock.days) == (Standing.RUNNING, 0)  # due today is due until midnight
    later = read(order, datetime(2026, 3, 11))["12345答复"]
    assert (later.standing, later.days) == (Standing.OVERDUE, 1)
    answered = read(order | {"closed_at": datetime(2026, 3, 10, 23, 30)}, datetime(2026, 3, 20))["12345答复"]
    assert (answered.standing, answered.days) == (Standing.MET, 0)
    assert read(order | {"due_at": datetime(2026, 3, 6, 18)}, start)["12345答复"].limit == LOADED_LIMIT
    undated = read(order, start, blank=frozenset({"petition.closed_at"}))["12345答复"]
    assert undated.standing is Standing.UNKNOWN


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        ("five_day_closure", "简单诉求办结"),
        ("bureau_acceptance", "转送、交办"),
        ("on_time_completion", "办结"),
        ("hotline_response", "12345答复"),
    ],
)
def test_clocks_agree_with_the_rates(duckdb_city: Casebase, metric: str, name: str) -> None:
    """What a rate counts as done in time has kept its clock, and what it counts as missed has not."""
    for part, standings in (
        (Part.HITS, {Standing.MET}),
        (Part.MISSES, {Standing.LATE, Standing.OVERDUE}),
    ):
        listed = cases(duckdb_city.whole, metric, part, as_of=NOW)["petition_id"].sample(12, random_state=3)
        for petition_id in listed:
            found = course(duckdb_city.whole, int(petition_id), as_of=NOW)
            assert found is not None
            assert {clock.standing for clock in found.clocks if clock.name == name} <= standings, petition_id


def test_nothing_of_the_future_and_nobody_by_name(city: Casebase, tables: Tables) -> None:
    petitions = tables["petition"]
    seen = petitions[(petitions["registered_at"] <= NOW) & ~petitions["restricted"].astype(bool)]
    tasks = tables["grid_task"]
    busy = tasks.loc[tasks["pushed_at"] <= NOW, "petition_id"].value_counts()
    number = next(int(n) for n in busy.index if n in set(seen["petition_id"]))
    found = course(city.whole, number, as_of=NOW)
    assert found is not None
    assert not {"petitioner_name", "petitioner_phone", "petitioner_key"} & set(found.facts)
    assert len(found.beside["grid_task"]) == busy[number]
    early = pd.Timestamp(seen.loc[seen["petition_id"] == number, "registered_at"].iloc[0]).to_pydatetime()
    before = course(city.whole, number, as_of=early)
    assert before is not None
    assert before.facts["closed_at"] is None
    assert course(city.whole, number, as_of=early - timedelta(seconds=1)) is None


def test_restricted_and_unknown_cases_have_no_page(city: Casebase, tables: Tables) -> None:
    petitions = tables["petition"]
    hidden = int(petitions.loc[petitions["restricted"].astype(bool), "petition_id"].iloc[0])
    assert course(city.whole, hidden, as_of=NOW) is None
    assert course(city.whole, 10**12, as_of=NOW) is None


def test_cases_of_the_same_matter_and_person(city: Casebase, tables: Tables) -> None:
    petitions = tables["petition"]
    seen = petitions[(petitions["registered_at"] <= NOW) & ~petitions["restricted"].astype(bool)]
    repeats = seen[seen["repeat_of"].isin(seen["petition_id"]) & (seen["repeat_of"] != seen["petition_id"])]
    one = repeats.iloc[0]
    first = int(one["repeat_of"])
    found = course(city.whole, int(one["petition_id"]), as_of=NOW)
    assert found is not None
    matter = seen[(seen["petition_id"] == first) | (seen["repeat_of"] == first)]
    person = seen[seen["petitioner_key"].notna() & (seen["petitioner_key"] == one["petitioner_key"])]
    itself = {int(one["petition_id"])}
    assert set(found.related["petition_id"]) == (set(matter["petition_id"]) | set(person["petition_id"])) - itself
    same = found.related[found.related["same_matter"].astype(bool)]
    assert set(same["petition_id"]) == set(matter["petition_id"]) - itself
