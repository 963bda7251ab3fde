"""Findings on a city full of dirt: counted by hand, each with exactly its rows, the same rules as the command's."""

from collections.abc import Callable
from datetime import date, datetime

import pandas as pd
import pytest
from sqlalchemy import Table, delete, insert, text, update

from casebase.checks import check, rules
from casebase.engine import Casebase
from casebase.errors import UsageError
from casebase.schema import hearing, load_reject, load_run, mediation, petition, petition_event, workday
from queries import quality
from queries.columns import COLUMN_NAMES, KEY_COLUMNS
from tests.queries import sample

NOW = datetime(2026, 11, 22, 12, 0)


@pytest.fixture(scope="module")
def dirty(
    tables: sample.Tables, new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase]
) -> dict[str, Casebase]:
    """The sample city with two loads, a hole in the calendar and a stranger's word, on each engine."""
    built = {}
    for kind in ("duckdb", "postgresql"):
        casebase = casebase_of(new_url(kind))
        sample.fill(casebase, tables)
        with casebase.writing() as connection:
            for load_id, read, rejected in ((1, 10, 2), (2, 8, 3)):
                connection.execute(
                    insert(load_run).values(
                        load_id=load_id, source="sample", file_name="a.csv", sha256="0", started_at=NOW,
                        rows_read=read, rows_loaded=read - 2, rows_rejected=rejected,
                    )
                )  # fmt: skip
                rows = [{"load_id": load_id, "line_no": n, "reason": "strange"} for n in range(rejected)]
                connection.execute(insert(load_reject), rows)
            connection.execute(delete(workday).where(workday.c.day == date(2026, 5, 6)))
            connection.execute(update(petition).where(petition.c.petition_id <= 9).values(channel="鸽子"))
        built[kind] = casebase
    return built


def found(casebase: Casebase) -> dict[str, int]:
    frame = quality.findings(casebase.whole)
    return dict(zip(frame["name"], frame["count"], strict=True))


@pytest.mark.parametrize("kind", ["duckdb", "postgresql"])
def test_findings_are_counted_as_by_hand(kind: str, dirty: dict[str, Casebase], tables: sample.Tables) -> None:
    p = tables["petition"][~tables["petition"]["restricted"]]
    wrong = p["accepted_at"] < p["registered_at"]
    wrong |= (p["forwarded_at"] < p["registered_at"]) | (p["closed_at"] < p["accepted_at"])
    units = {f"U{n}" for n in range(8)}
    expected = {
        "no_place": p["district_code"].isna().sum(),
        "no_unit": p["unit_id"].isna().sum(),
        "no_category": p["category_code"].isna().sum(),
        "resolution_unknown": (p["closed_at"].notna() & p["resolved"].isna()).sum(),
        "stages_out_of_order": wrong.sum(),
        "evaluated_before_closed": (p["evaluated_at"] < p["closed_at"]).sum(),
        "dangling_unit_id": (p["unit_id"].notna() & ~p["unit_id"].isin(units)).sum(),
        "no_five_day_due": (p["is_simple"] & p["five_day_due"].isna()).sum(),
        "unmapped_petition_channel": (p["petition_id"] <= 9).sum(),
        "unmapped_petition_satisfaction_unit": (p["satisfaction_unit"] == "未评价").sum(),
        "events_disagree": len(p),
        "load_arithmetic": 1,
        "rejected_rows": 3,
        "calendar_gaps": 1,
        "dangling_parent_code": 1,
    }
    counted = found(dirty[kind])
    assert {name: counted.get(name) for name in expected} == expected
    assert min(expected.values()) > 0


@pytest.mark.parametrize("kind", ["duckdb", "postgresql"])
def test_every_finding_has_exactly_its_rows(kind: str, dirty: dict[str, Casebase], tables: sample.Tables) -> None:
    casebase = dirty[kind]
    restricted = set(tables["petition"].loc[tables["petition"]["restricted"], "petition_id"])
    for name, count in found(casebase).items():
        rows = quality.rows(casebase.whole, name, as_of=NOW)
        assert len(rows) == count, name
        if "petition_id" in rows:
            assert not restricted & set(rows["petition_id"])
        pages = [quality.rows(casebase.whole, name, as_of=NOW, limit=400, offset=n) for n in range(0, count, 400)]
        assert pd.concat(pages)[rows.columns[0]].tolist() == rows[rows.columns[0]].tolist()


def test_every_column_of_a_finding_has_a_head_of_its_own(dirty: dict[str, Casebase]) -> None:
    """Whatever table it is of: a reader must not meet the names of the schema."""
    casebase = dirty["duckdb"]
    for rule in rules(casebase.settings.deadlines):
        columns = quality.rows(casebase.whole, rule.name, as_of=NOW, limit=1).columns.difference(list(KEY_COLUMNS))
        heads = [COLUMN_NAMES.get(name) for name in columns]
        assert None not in heads, (rule.name, list(columns))
        assert len(set(heads)) == len(heads), rule.name


@pytest.mark.parametrize(
    ("table", "names", "words"),
    [
        (hearing, "settled_at held_at", "听证后化解时间、举行时间"),
        (mediation, "closed_at", "调解结束时间"),
        (petition, "received_at closed_at", "责任单位收到时间、办结时间"),
    ],
)
def test_times_that_were_left_blank_are_called_as_in_lists(
    empty_casebase: Casebase, tables: sample.Tables, table: Table, names: str, words: str
) -> None:
    sample.fill(empty_casebase, tables)
    with empty_casebase.writing() as connection:
        connection.execute(update(table).values(dropped_times=names))
    finding = "times_dropped" if table is petition else f"times_dropped_{table.name}"
    rows = quality.rows(empty_casebase.whole, finding, as_of=NOW)
    assert set(rows["dropped_times"]) == {words}


def test_rules_are_those_of_the_command(dirty: dict[str, Casebase]) -> None:
    """The command also counts the restricted cases, which no screen shows."""
    casebase = dirty["duckdb"]
    with casebase.reading() as connection:
        told = {finding.name: finding.count for finding in check(connection, casebase.settings.deadlines)}
    shown = found(casebase)
    assert set(shown) <= set(told)
    assert all(shown[name] <= told[name] for name in shown)
    assert shown["load_arithmetic"] == told["load_arithmetic"]


def test_errors_come_first_and_shares_are_of_the_table(dirty: dict[str, Casebase]) -> None:
    frame = quality.findings(dirty["duckdb"].whole)
    assert frame["severity"].tolist() == sorted(frame["severity"])
    known = frame.dropna(subset=["among"])
    assert (known["count"] <= known["among"]).all()


def test_loads_with_their_rejects(dirty: dict[str, Casebase]) -> None:
    runs = quality.loads(dirty["duckdb"].whole)
    assert runs["load_id"].tolist() == [2, 1]
    for load, rejected in zip(runs["load_id"], runs["rows_rejected"], strict=True):
        assert len(quality.rejects(dirty["duckdb"].whole, load)) == rejected
    assert quality.rejects(dirty["duckdb"].whole, 2, limit=2, offset=1)["line_no"].tolist() == [1, 2]


def test_age_of_each_source(dirty: dict[str, Casebase], tables: sample.Tables) -> None:
    p = tables["petition"][~tables["petition"]["restricted"]]
    row = quality.ages(dirty["duckdb"].whole).iloc[0]
    assert (row["source"], row["cases"]) == ("sample", len(p))
    assert (row["first_at"], row["last_at"]) == (p["registered_at"].min(), p["registered_at"].max())


def test_unknown_finding_is_refused(dirty: dict[str, Casebase]) -> None:
    with pytest.raises(UsageError, match="nonsense"):
        quality.rows(dirty["duckdb"].whole, "nonsense", as_of=NOW)


def test_no_two_rules_share_a_name(dirty: dict[str, Casebase]) -> None:
    names = [rule.name for rule in rules(dirty["duckdb"].settings.deadlines)]
    assert len(set(names)) == len(names)


def test_numbers_that_stand_twice_are_those_of_one_source(empty_casebase: Casebase, tables: sample.Tables) -> None:
    """The later cases of a number in their source; the same number of another source is another case."""
    sample.fill(empty_casebase, tables)
    p = petition.c
    cases = tables["petition"][~tables["petition"]["restricted"]].sort_values("petition_id")
    one, two, three, elsewhere = (int(n) for n in cases["petition_id"].iloc[[3, 10, 20, 30]])
    with empty_casebase.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("DROP INDEX petition_case"))  # it lets no such case in
        number = update(petition).where(p.petition_id.in_([one, two, three, elsewhere])).values(case_no="twice")
        connection.execute(number)
        connection.execute(update(petition).where(p.petition_id == elsewhere).values(source="another"))
    assert found(empty_casebase)["case_no_twice"] == 2
    assert quality.rows(empty_casebase.whole, "case_no_twice", as_of=NOW)["petition_id"].tolist() == [two, three]


def test_a_case_is_registered_by_exactly_one_event(empty_casebase: Casebase, tables: sample.Tables) -> None:
    sample.fill(empty_casebase, tables)
    cases = tables["petition"][~tables["petition"]["restricted"]]["petition_id"].sort_values().tolist()
    never, once, twice, otherwise = cases[:4]
    told = [(once, "登记"), (once, "办结"), (twice, "登记"), (twice, "登记"), (otherwise, "办结")]
    told += [(number, "登记") for number in cases[4:]]
    events = [
        {"event_id": n, "petition_id": number, "happened_at": NOW, "action": action}
        for n, (number, action) in enumerate(told, 1)
    ]
    with empty_casebase.writing() as connection:
        connection.execute(delete(petition_event))
        connection.execute(insert(petition_event), events)
    assert found(empty_casebase)["events_disagree"] == 3
    listed = quality.rows(empty_casebase.whole, "events_disagree", as_of=NOW)["petition_id"].tolist()
    assert listed == [never, twice, otherwise]


def test_as_many_events_of_registration_as_cases_are_not_one_each(
    empty_casebase: Casebase, tables: sample.Tables
) -> None:
    sample.fill(empty_casebase, tables)
    listable = tables["petition"][~tables["petition"]["restricted"]]["petition_id"].sort_values().tolist()
    never, twice = listable[0], listable[1]

    def register(cases: list[int]) -> None:
        rows = [
            {"event_id": n, "petition_id": case, "happened_at": NOW, "action": "登记"}
            for n, case in enumerate(cases, 1)
        ]
        with empty_casebase.writing() as connection:
            connection.execute(delete(petition_event))
            connection.execute(insert(petition_event), rows)

    register(tables["petition"]["petition_id"].tolist())
    assert "events_disagree" not in found(empty_casebase)
    register([twice if case == never else case for case in tables["petition"]["petition_id"].tolist()])
    assert found(empty_casebase)["events_disagree"] == 2
    assert quality.rows(empty_casebase.whole, "events_disagree", as_of=NOW)["petition_id"].tolist() == [never, twice]
