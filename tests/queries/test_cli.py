"""python -m queries: the same numbers as `measure`, and one sentence for every mistake."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from rich.console import Console

from casebase.engine import Casebase
from casebase.schema import petition
from casebase.settings import ROOT
from queries import __main__ as entry
from queries import arguments
from queries.beginnings import BEFORE_RECORDS
from queries.cases import Part, cases
from queries.measure import measure
from queries.model import Kind, Slice
from queries.names import areas, codes
from queries.periods import Period, end_of_day
from queries.registry import METRICS
from tests.queries.command import Answer, Command
from views import words

NOW = end_of_day(date(2026, 11, 22))
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
AT = ["--as-of", "2026-11-22"]


Ask = Callable[..., Answer]


@pytest.fixture
def ask(city: Casebase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """`python -m queries …` on the sample city (or on another --url), inside this process."""

    command = Command(monkeypatch, capsys)

    def run(*words: str, url: str = city.engine.url.render_as_string(hide_password=False)) -> Answer:
        return command(*words, *(["--url", url] if url else []))

    return run


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (["registered", "closed", "backlog"], {}),
        (["five_day_closure", "--from", "2026-10-01", "--to", "2026-10-31"], {"period": OCTOBER}),
        (["registered", "--by", "district"], {"by": ["district"]}),
        (["backlog", "--by", "street", "--by", "stage"], {"by": ["street", "stage"]}),
        (
            ["backlog", "--by", "district,month", "--from", "2026-10-01", "--to", "2026-10-31"],
            {"by": ["district", "month"], "period": OCTOBER},
        ),
        (
            ["resolution", "--area", "410105", "--channel", "来访", "--category", "01", "--unit", "U1"],
            {"within": Slice("410105", "来访", "01", "U1")},
        ),
        (
            ["overdue", "--where", "stage=办理中", "--where", "unit="],
            {"within": Slice().narrow(stage="办理中", unit=None)},
        ),
        (["registered", "--where", "month=2026-10"], {"within": Slice().narrow(month="2026-10")}),
        (list(METRICS), {}),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else "",
)
def test_the_command_says_what_measure_says(city: Casebase, ask: Ask, words: list[str], asked: dict[str, Any]) -> None:
    metrics = [word for word in words if word in METRICS]
    wanted = measure(city.whole, metrics, as_of=NOW, **asked)
    found = ask(*words, *AT, "--format", "json").records()
    assert len(found) == len(wanted)
    for record, row in zip(found, wanted.astype(object).to_dict("records"), strict=True):
        assert record["as_of"] == row["as_of"].isoformat()  # a stock is of the end of its period
        for name in ("metric", *asked.get("by", []), "hits", "among"):
            assert record[name] == row[name]
        assert (record["value"] is None) == bool(pd.isna(row["value"]))
        assert record["value"] is None or record["value"] == row["value"]


@pytest.mark.parametrize("part", list(Part))
def test_the_list_behind_a_number(city: Casebase, ask: Ask, part: Part) -> None:
    period = ["--from", "2026-10-01", "--to", "2026-10-31"]
    wanted = cases(city.whole, "on_time_completion", part, as_of=NOW, period=OCTOBER)
    found = ask("on_time_completion", *period, *AT, "--cases", part.value, "--format", "json").records()
    assert [record["petition_id"] for record in found] == wanted["petition_id"].tolist()
    assert list(found[0]) == list(wanted.columns)
    some = ask("on_time_completion", *period, *AT, "--cases", part.value, "--limit", "3", "--format", "json").records()
    assert some == found[:3]


def test_who_missed_most(city: Casebase, ask: Ask) -> None:
    wanted = measure(city.whole, ["repeat_rate"], as_of=NOW, by=["district"])
    misses = sorted((wanted["among"] - wanted["hits"]).tolist(), reverse=True)
    asked = ["repeat_rate", "--by", "district", *AT, "--sort", "misses", "--format", "json"]
    assert [record["misses"] for record in ask(*asked).records()] == misses
    assert [record["misses"] for record in ask(*asked, "--limit", "2").records()] == misses[:2]
    assert ask("registered", *AT, "--format", "json").records()[0]["misses"] is None


def test_names_stand_beside_codes(ask: Ask) -> None:
    found = ask("registered", "--by", "district", *AT, "--format", "json").records()
    assert {record["district"]: record["district_name"] for record in found} == {
        "410102": "区410102", "410105": "区410105", "410122": "区410122", "410171": "区410171", None: None,
    }  # fmt: skip


def test_csv_and_table_show_the_same_rows(ask: Ask) -> None:
    records = ask("backlog", "--by", "channel", *AT, "--format", "json").records()
    rows = list(csv.DictReader(io.StringIO(ask("backlog", "--by", "channel", *AT, "--format", "csv").out)))
    assert [(row["channel"] or None, int(row["hits"])) for row in rows] == [(r["channel"], r["hits"]) for r in records]
    table = ask("backlog", "--by", "channel", *AT).out
    assert all(f" {record['hits']} " in table for record in records)
    assert f"{len(records)} rows" in table
    heads = [head.strip() for head in re.split("[┃│]", table.splitlines()[1]) if head.strip()]
    assert heads == ["指标", "信访形式", "分子", "未计入分子", "分母", "数值", "截至"], "as on the page"
    (fields, *_) = csv.reader(io.StringIO(ask("backlog", "--by", "channel", *AT, "--format", "csv").out))
    assert fields[:4] == ["metric", "channel", "hits", "misses"], "names that programs read"


def test_a_table_names_its_numbers_and_marks_rates_over_few(ask: Ask) -> None:
    asked = ["five_day_closure", "closed", "--by", "unit", "--last", "month", *AT]
    records = ask(*asked, "--format", "json").records()
    few = [record["small"] for record in records]
    assert few == [record["metric"] == "five_day_closure" and 0 < record["among"] < 30 for record in records]
    assert {True, False} == set(few)
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in ask(*asked).out.splitlines() if "│" in line]
    assert [row[0] for row in rows] == [METRICS[record["metric"]].name for record in records]
    assert [row[-2] for row in rows] == [words.SMALL if small else "" for small in few], "the word of the pages"
    assert words.SMALL not in ask("closed", "--by", "unit", *AT).out


@pytest.mark.parametrize("width", [80, 240])
def test_a_table_of_cases_has_its_heads_in_chinese_and_every_number_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    numbers = [f"4101202611{place:010d}" for place in range(3)]
    long = pd.DataFrame({"petition_id": [1, 2, 3], "case_no": numbers, "title": "关于小区物业收费的问题" * 4})
    long = long.assign(unit="郑州市住房保障和房地产管理局", unit_contact=None, registered_at=NOW)
    monkeypatch.setattr(entry, "Console", lambda **_: Console(width=width))
    entry._print(long, entry.Format.TABLE, entry._list_head)
    table = capsys.readouterr().out
    assert all(number in table for number in numbers)
    assert "…" not in table
    assert "信访编号" in table
    assert not {"case_no", "petition_id", "单位联系电话"} & set(re.findall(r"\w+", table))


def test_whole_numbers_beside_blanks_are_whole(ask: Ask) -> None:
    """Of a case without a five-day limit no days are left; those of the others are days, not 3.0."""
    asked = ["registered", "--cases", "hits", *AT]
    days = [row["five_day_left"] for row in ask(*asked, "--format", "json").records()]
    assert None in days
    assert {type(number) for number in days if number is not None} == {int}
    assert not [out for form in ("csv", "table") if re.search(r"\d\.0\b", out := ask(*asked, "--format", form).out)]


def test_rates_read_as_percent_in_the_table_and_as_fractions_elsewhere(ask: Ask) -> None:
    (record,) = ask("resolution", *AT, "--format", "json").records()
    assert 0 < record["value"] < 1
    assert f"{record['value']:.2%}" in ask("resolution", *AT).out


def test_nothing_to_divide_by_is_null(ask: Ask) -> None:
    ahead = ("--from", "2027-01-01", "--to", "2027-01-31")
    (record,) = ask("resolution", "--as-of", "2026-11-20", *ahead, "--format", "json").records()
    assert (record["hits"], record["among"], record["value"]) == (0, 0, None)


def test_before_the_first_record_nothing_is_known(ask: Ask) -> None:
    (record,) = ask("resolution", "--as-of", "2024-10-01", "--format", "json").records()
    assert (record["hits"], record["among"], record["value"]) == (None, None, None)
    assert ask("registered", "--as-of", "2024-10-01", "--by", "unit", "--format", "json").records() == []


def test_a_day_means_its_end(ask: Ask) -> None:
    asked = [ask("backlog", "--as-of", text, "--format", "json").records()[0]
             for text in ("2026-11-01", "20261101", "2026-11-01T23:59:59.999999")]  # fmt: skip
    assert asked[0] == asked[1] == asked[2]


def test_a_list_of_days_before_the_first_record_is_no_number(ask: Ask) -> None:
    """The number says before_records there, and the list behind it must not be read as 0."""
    days = ["--from", "1999-01-01", "--to", "1999-12-31"]
    assert ask("registered", *days, *AT, "--format", "json").records()[0]["unknown"] == BEFORE_RECORDS
    listed = ask("registered", *days, *AT, "--cases", "hits", "--format", "json")
    assert (listed.code, json.loads(listed.out)) == (0, [])
    assert re.fullmatch(
        r"metric registered: not known, its records begin on 20\d\d-\d\d-\d\d; its rows are no number\n", listed.err
    )
    assert ask("registered", *AT, "--cases", "hits", "--limit", "1", "--format", "json").err == ""


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-01T08:00", datetime(2026, 11, 1, 8)),
        ("2026-11-01T08", datetime(2026, 11, 1, 8)),
        ("2026-11-01 08", datetime(2026, 11, 1, 8)),
        ("20261101T0830", datetime(2026, 11, 1, 8, 30)),
        ("20261101T083015", datetime(2026, 11, 1, 8, 30, 15)),
        ("2026-11-01T00", datetime(2026, 11, 1)),
    ],
)
def test_a_time_that_was_given_is_the_moment(text: str, moment: datetime) -> None:
    assert arguments.moment(text) == moment


def test_every_rate_has_words_for_both_sides() -> None:
    assert all(all(metric.sides) == (metric.kind is Kind.RATE) for metric in METRICS.values())


def test_the_dictionary_needs_no_database(ask: Ask) -> None:
    found = ask("--list", "--format", "json", url="").records()
    assert {record["metric"] for record in found} == set(METRICS)
    assert all(record["definition"] and record["article"] and record["period"] for record in found)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "name at least one metric"),
        (["nonsense"], "metric nonsense: unknown"),
        (["registered", "nonsense"], "metric nonsense: unknown"),
        (["registered", "--by", "colour"], "metric registered cannot be split by colour"),
        (["grids_staffed", "--by", "channel"], "metric grids_staffed cannot be split by channel"),
        (["registered", "--by", "month", "--by", "day"], "month or day, not both"),
        (["registered", "--by", "unit,unit"], "name each dimension once"),
        (["backlog", "--by", "month"], "is a stock"),
        (["backlog", "--by", "day", "--to", "2026-11-22"], "too many"),
        (["registered", "--area", "999"], "--area 999: no such area; python -m queries --codes district lists them"),
        (["registered", "--from", "2026-13-01"], "--from 2026-13-01: not a day"),
        (["registered", "--to", "yesterday"], "--to yesterday: not a day"),
        (["registered", "--from", "2026-11-02", "--to", "2026-11-01"], "lies before"),
        (["registered", "--as-of", "noon"], "--as-of noon: not a moment"),
        (["registered", "--as-of", "2026-11-22T10:00+08:00"], "not a moment"),
        (["registered", "--where", "stage"], "--where stage"),
        (["registered", "--where", "colour=red"], "cannot be narrowed by colour"),
        (["registered", "--where", "month=2026"], "month 2026"),
        (["registered", "--where", "month="], "month (empty)"),
        (["registered", "--where", "due_day=soon"], "due_day soon"),
        (["registered", "--where", "street=没有的街道"], "--where street 没有的街道: no such street"),
        (["registered", "--where", "street=410105"], "--where street 410105: no such street"),
        (["registered", "--unit", "nobody"], "--unit nobody: no such unit"),
        (["registered", "--scope", "area=没有的区"], "--scope area=没有的区: no such area; python -m queries --codes"),
        (["registered", "--scope", "unit=410105"], "--scope unit=410105: no such unit; python -m queries --codes unit"),
        (["registered", "--scope", "410105"], "--scope 410105: write area=… or unit=…, a code or a name"),
        (["--codes", "month"], "--codes month: its values have no codes"),
        (["nonsense", "--list"], "metric nonsense: unknown"),
        (
            ["registered", "--from", "2026-10-01", "--to", "2026-10-31", "--where", "month=2026-11"],
            "outside the period",
        ),
        (["registered", "closed", "--cases", "hits"], "--cases takes one metric"),
        (["registered", "--cases", "hits", "--by", "unit"], "--where DIMENSION=VALUE"),
        (["registered", "--cases", "hits", "--sort", "hits"], "--sort goes with numbers"),
        (["registered", "--by", "unit", "--sort", "colour"], "--sort colour: no such column"),
        (["registered", "--cases", "hits", "--limit", "0"], "--limit"),
        (["cases_per_10k", "--cases", "among"], "no list of them"),
        (["registered", "--cases", "everything"], "--cases"),
        (["registered", "--format", "xml"], "'--format': 'xml' is not one of 'table', 'csv', 'json'."),
        (["registered", "--nonsense"], "--nonsense"),
        (["registered", "--from"], "--from"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_one_sentence(ask: Ask, words: list[str], said: str) -> None:
    answer = ask(*words)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert answer.err.count("\n") == 1


def test_places_and_units_may_be_told_by_name(city: Casebase, ask: Ask) -> None:
    for option, dimension in (("--area", "district"), ("--category", "category"), ("--unit", "unit")):
        code, name = next(iter((codes(city.whole, dimension) or {}).items()))
        told, meant = (ask("registered", option, text, *AT, "--format", "json").out for text in (name, code))
        assert told == meant, option
    code, name = next(iter((codes(city.whole, "district") or {}).items()))
    told, meant = (
        ask("registered", "--cases", "hits", "--where", f"district={text}", *AT, "--format", "json").out
        for text in (name, code)
    )
    assert told == meant
    assert len(json.loads(told))


def test_a_scope_may_be_told_by_names(city: Casebase, ask: Ask) -> None:
    units, districts = codes(city.whole, "unit") or {}, codes(city.whole, "district") or {}
    district, unit = next(iter(districts.items())), next(iter(units.items()))
    told, meant = (
        ask("registered", "--by", "unit", "--scope", f"area={area}", "--scope", f"unit={by}", *AT, "--format", "json")
        for area, by in zip(district, unit, strict=True)
    )
    assert told.records() == meant.records()
    everything = ask("registered", "--by", "unit", *AT, "--format", "json")
    of_scope, of_all = (sum(row["hits"] for row in answer.records()) for answer in (told, everything))
    assert 0 < of_scope < of_all
    streets = areas(city.whole)
    shared = streets[(streets["level"] == 3) & streets["name"].duplicated(keep=False)]
    name = shared["name"].iloc[0]
    refused = ask("registered", "--scope", f"area={name}", *AT)
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert f"--scope area={name}: the name of several areas, write the code: " in refused.err
    assert all(f"{code} (" in refused.err for code in shared.loc[shared["name"] == name, "code"])


def test_a_name_that_is_near_or_of_several_is_named(city: Casebase, ask: Ask) -> None:
    table = areas(city.whole)
    districts, streets = table[table["level"] == 2], table[table["level"] == 3]
    code, name = streets["code"].iloc[0], streets["name"].iloc[0]
    assert (streets["name"] == name).sum() > 1
    several = ask("registered", "--where", f"street={name}")
    assert several.code == 2
    assert f"the name of several streets, write the code: {code} (" in several.err
    near = districts["name"].iloc[0]
    assert f"near it: {near} (" in ask("registered", "--area", near[:-1]).err
    listed = ask("--codes", "street", "--format", "json").records()
    assert [record["code"] for record in listed] == sorted(streets["code"])


def test_places_of_one_name_carry_their_district(city: Casebase, ask: Ask) -> None:
    """新华路街道 is one of 巩义市, of 新密市 and of 新郑市: rows tell them apart, and --area says which is meant."""
    table = areas(city.whole).set_index("code")
    streets = table[table["level"] == 3]
    shared = streets[streets["name"].duplicated(keep=False)]
    assert len(shared)
    names = {
        row["street"]: row["street_name"]
        for row in ask("registered", "--by", "street", *AT, "--format", "json").records()
    }
    for code, name in names.items():
        if code:
            own = streets["name"][code]
            assert name == (table["name"][table["parent_code"][code]] + own if code in shared.index else own)
    for code, row in shared.iterrows():
        asked = ask(
            "registered", *AT, "--area", row["parent_code"], "--where", f"street={row['name']}", "--format", "json"
        )
        told = ask(
            "registered", *AT, "--where", f"street={table['name'][row['parent_code']]}{row['name']}", "--format", "json"
        )
        by_code, within = (
            ask("registered", *AT, *area, "--where", f"street={code}", "--format", "json")
            for area in ((), ("--area", row["parent_code"]))
        )
        assert asked.records() == within.records()
        assert told.records() == by_code.records()


@pytest.mark.parametrize(
    ("last", "first", "end"),
    [
        ("week", "2026-11-09", "2026-11-15"), ("month", "2026-10-01", "2026-10-31"),
        ("quarter", "2026-07-01", "2026-09-30"), ("year", "2025-01-01", "2025-12-31"),
    ],
)  # fmt: skip
def test_the_last_finished_period(ask: Ask, last: str, first: str, end: str) -> None:
    assert ask("registered", "--last", last, *AT).out == ask("registered", "--from", first, "--to", end, *AT).out
    assert "--last" in ask("registered", "--last", last, "--from", first).err


def test_the_list_of_metrics_is_short_and_one_is_told_whole(ask: Ask) -> None:
    lines = ask("--list", url="").out.splitlines()
    assert len(lines) < len(METRICS) + 60
    whole = ask("five_day_closure", "--list", url="").out
    assert all(word in whole for word in ("算法", "归期", "依据", "closing_days"))


def test_a_database_without_tables_says_what_to_do(ask: Ask, tmp_path: Path, new_url: Callable[[str], str]) -> None:
    duckdb.connect(tmp_path / "empty.duckdb").close()
    for url in (f"duckdb:///{tmp_path / 'empty.duckdb'}", new_url("postgresql")):
        answer = ask("registered", url=url)
        assert (answer.code, answer.out) == (1, "")
        assert "the tables are missing; run: python -m casebase init" in answer.err
        assert answer.err.count("\n") == 1


def test_what_does_not_narrow_a_number_is_said(ask: Ask) -> None:
    answer = ask("registered", "grids_staffed", "--channel", "来访", "--category", "01", *AT, "--format", "json")
    assert answer.code == 0
    assert len(json.loads(answer.out)) == 2
    assert answer.err.splitlines() == [
        "--channel does not apply to grids_staffed: not narrowed by it",
        "--category does not apply to grids_staffed: not narrowed by it",
    ]


def test_orders_of_12345_stand_beside_volumes(ask: Ask, tables: dict[str, pd.DataFrame]) -> None:
    p = tables["petition"]
    orders = int(((p["channel"] == "12345转办") & ~p["restricted"] & (p["registered_at"] <= NOW)).sum())
    said = f"{orders:,} orders of 12345 are counted apart: python -m queries hotline_registered, with the same options"
    assert said in ask("registered", *AT).out
    assert len(ask("hotline_registered", "--cases", "hits", *AT, "--format", "json").records()) == orders
    assert "12345" not in ask("overdue", *AT).out


def test_stocks_are_of_the_end_of_a_period_unless_a_moment_is_named(ask: Ask, city: Casebase) -> None:
    october, end = ("--from", "2026-10-01", "--to", "2026-10-31"), end_of_day(date(2026, 10, 31))
    wanted = {at: int(measure(city.whole, ["backlog"], as_of=at)["hits"].iloc[0]) for at in (end, NOW)}
    assert wanted[end] != wanted[NOW]
    found = ask("registered", "backlog", "closed", *october, "--format", "json").records()
    assert [row["metric"] for row in found] == ["registered", "backlog", "closed"]
    assert found[1]["hits"] == wanted[end]
    assert found[1]["as_of"].startswith("2026-10-31T23:59:59")
    named = ask("registered", "backlog", *october, *AT, "--format", "json").records()
    assert (named[1]["hits"], named[1]["as_of"]) == (wanted[NOW], NOW.isoformat())
    rows = ask("backlog", "--cases", "hits", *october, "--format", "json").records()
    assert len(rows) == wanted[end]
    assert len(ask("backlog", "--cases", "hits", *october, *AT, "--format", "json").records()) == wanted[NOW]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["five_day_closure"], "period: all days (--from, --to or --last narrows it)"),
        (["five_day_closure", "--last", "month"], "period: 2026-10-01 to 2026-10-31"),
        (["closed", "--from", "2026-10-01"], "period: 2026-10-01 and all days after it"),
        (["closed", "--to", "2026-10-31"], "period: 2026-10-31 and all days before it"),
        (["closed", "--where", "month=2026-10"], "period: 2026-10-01 to 2026-10-31"),
        (["closed", "--from", "2026-01-01", "--to", "2026-12-31"],
         "period: 2026-01-01 to 2026-12-31, so far to 2026-11-22 23:59:59"),
        (["closed", "--cases", "hits", "--last", "week", "--limit", "1"], "period: 2026-11-09 to 2026-11-15"),
        (["overdue", "--cases", "hits", "--limit", "1"], "stocks as of 2026-11-22 23:59:59"),
        (["closed", "overdue"], "period: all days (--from, --to or --last narrows it); "
         "stocks as of 2026-11-22 23:59:59"),
        (["overdue", "--by", "month", "--from", "2026-10-01"],
         "stocks as of the end of each month, at the latest 2026-11-22 23:59:59"),
    ],
)  # fmt: skip
def test_a_table_says_which_days_its_numbers_are_of(ask: Ask, words: list[str], said: str) -> None:
    lines = ask(*words, *AT).out.splitlines()
    assert lines.count(said) == 1
    assert not [line for line in ask(*words, *AT, "--format", "csv").out.splitlines() if "period" in line]


def test_stocks_of_a_period_that_is_over_are_said_to_be_of_its_end(ask: Ask) -> None:
    out = ask("overdue", "--from", "2026-10-01", "--to", "2026-10-31").out
    assert "stocks as of 2026-10-31 23:59:59" in out.splitlines()


@pytest.mark.parametrize(
    ("now", "first", "end", "at"),
    [
        (datetime(2026, 11, 25, 9, 30, 7), "2026-10-01", "2026-10-31", datetime(2026, 11, 25, 9, 30)),
        (datetime(2027, 8, 2, 9, 30, 7), "2026-10-01", "2026-10-31", None),
    ],
    ids=["followed", "ended"],
)
def test_the_moment_is_that_of_the_pages(
    ask: Ask,
    city: Casebase,
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
    first: str,
    end: str,
    at: datetime | None,
) -> None:
    monkeypatch.setattr(entry, "wall_clock", lambda _: now)
    moment = at or NOW
    assert city.state().as_of(now) == moment
    of_last_month = ask("closed", "--last", "month")
    assert f"period: {first} to {end}" in of_last_month.out.splitlines()
    asked = ask("backlog", "--format", "json").records()
    assert [row["as_of"] for row in asked] == [moment.isoformat()]
    ended = "the data ended on 2026-11-22 and is spoken of as of that day; --as-of names another moment"
    assert (ended in of_last_month.out.splitlines()) is (at is None)
    assert ended not in ask("closed", "--last", "month", *AT).out


def test_what_a_limit_leaves_out_is_counted(ask: Ask) -> None:
    # Of one channel in one district: a table of all the city's cases is long to draw, and says no more.
    listed = ("registered", "--cases", "hits", "--area", "410105", "--channel", "传真", *AT)
    every = len(ask(*listed, "--format", "json").records())
    assert every > 3
    assert f"3 rows of {every}" in ask(*listed, "--limit", "3").out.splitlines()
    assert f"{every} rows" in ask(*listed, "--limit", str(every)).out.splitlines()
    districts = len(ask("registered", "--by", "district", *AT, "--format", "json").records())
    assert f"1 row of {districts}" in ask("registered", "--by", "district", "--limit", "1", *AT).out.splitlines()


def test_a_database_that_is_not_there_is_not_made_by_asking(ask: Ask, tmp_path: Path) -> None:
    answer = ask("registered", url=f"duckdb:///{tmp_path / 'none.duckdb'}")
    assert (answer.code, answer.out) == (1, "")
    assert "there is no case database" in answer.err
    assert not (tmp_path / "none.duckdb").exists()


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("nonsense", 2),
        ("nosuchengine:///x", 2),
        ("postgresql://nobody@127.0.0.1:9/none", 1),
        ("duckdb:////proc/none/petitions.duckdb", 1),
    ],
)
def test_a_database_that_cannot_be_opened(ask: Ask, url: str, code: int) -> None:
    answer = ask("registered", url=url)
    assert (answer.code, answer.out) == (code, "")
    assert answer.err.count("\n") == 1
    assert "Traceback" not in answer.err


def test_as_a_program(city_on: Callable[[str], Casebase]) -> None:
    """Exit codes and streams of the real process; PostgreSQL, because this test holds the DuckDB file."""
    city = city_on("postgresql")
    url = city.engine.url.render_as_string(hide_password=False)
    fine = _program("registered", "five_day_closure", *AT, "--format", "json", "--url", url)
    assert (fine.returncode, fine.stderr) == (0, "")
    wanted = measure(city.whole, ["registered", "five_day_closure"], as_of=NOW)
    assert [record["value"] for record in json.loads(fine.stdout)] == wanted["value"].tolist()
    wrong = _program("nonsense", "--url", url)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == "metric nonsense: unknown; python -m queries --list shows them all\n"


def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    command = f"{sys.executable} -m queries --list --format json | head -1"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[\n", "")


def _program(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "queries", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


HOSTILE = ("=1+1", '=HYPERLINK("http://x","y")', "[/img]", "[red]字[/red]", "联系13812345678", "-5层", None)


@pytest.fixture
def hostile(empty_casebase: Casebase) -> str:
    """The URL of a database whose titles would be formulas, markup or a telephone."""
    rows = [
        {
            "petition_id": n,
            "case_no": f"41010020261005{n:04d}",
            "title": title,
            "channel": "来信[/b]13812345678",
            "registered_at": datetime(2026, 10, 5, 9),
            "updated_at": datetime(2026, 10, 5, 9),
            "source": "x",
        }
        for n, title in enumerate(HOSTILE)
    ]
    with empty_casebase.writing() as connection:
        connection.execute(petition.insert(), rows)
    return empty_casebase.engine.url.render_as_string(hide_password=False)


def test_texts_are_no_formulas_no_markup_and_hold_no_telephone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], hostile: str
) -> None:
    command = Command(monkeypatch, capsys)
    asked = ["registered", "--cases", "hits", "--as-of", "2026-10-06", "--url", hostile]
    rows = list(csv.DictReader(io.StringIO(command(*asked, "--format", "csv").out)))
    assert [row["title"] for row in rows] == [
        "'=1+1", "'=HYPERLINK(\"http://x\",\"y\")", "[/img]", "[red]字[/red]", "联系138****5678", "'-5层", "",
    ]  # fmt: skip
    assert rows[0]["case_no"] == "410100202610050000"
    table = command(*asked)
    assert (table.code, table.err) == (0, "")
    assert "[/img]" in table.out
    assert "[red]字[/red]" in table.out
    assert "None" not in table.out
    assert "1234" not in "".join(row["channel"] for row in rows)
    (split,) = command("registered", "--by", "channel", *asked[3:], "--format", "json").records()
    assert (split["channel"], split["hits"]) == ("来信[/b]138****5678", len(HOSTILE))
