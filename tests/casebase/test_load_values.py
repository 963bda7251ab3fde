"""What becomes of a value: days and moments, zones, what is no value, contradictions, names, and keys of persons."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook
from sqlalchemy import insert, select, text, update

from casebase import workdays
from casebase.checks import check
from casebase.engine import Casebase, mark_changed, open_casebase
from casebase.errors import UsageError
from casebase.loading import Result, clean_text, load, map_of, read_map
from casebase.schema import area, category, grid_task, info, load_reject, metadata, petition
from casebase.settings import CalendarSettings, CitySettings, HotlineSettings, Settings
from casebase.upgrade import upgrade
from queries import quality
from queries.measure import measure

NOW = datetime(2026, 11, 20, 12)
LATE = "closed_at (when it was closed) lies after the day of the load (2026-11-20)"
ORDER = "; correct it, or say under [order] what becomes of it"
DAY_OR_MOMENT = {"default": ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d"]}
Map = dict[str, Any]
Put = Callable[..., Result]


def cases(*columns: str, **more: Any) -> Map:
    """A map of cases whose columns are called as the fields; `no` and `opened` are the two that must be."""
    named = {"case_no": "no", "registered_at": "opened"} | {name: name for name in columns}
    return {"source": {"name": "bureau"}, "columns": named, "times": DAY_OR_MOMENT} | more


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Load lines of text by a map into a case database."""

    def load_text(casebase: Casebase, lines: str, file_map: Map, now: datetime = NOW) -> Result:
        file = tmp_path / "cases.csv"
        file.write_text(lines, encoding="utf-8")
        return load(casebase, file, map_of(file_map), now=now)

    return load_text


@pytest.fixture
def duck(new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase]) -> Casebase:
    return casebase_of(new_url("duckdb"))


def values(casebase: Casebase, *columns: Any) -> list[Any]:
    """The columns of all cases, by case number; a single column without its tuples."""
    with casebase.reading() as connection:
        found = [tuple(row) for row in connection.execute(select(*columns).order_by(petition.c.case_no))]
    return [row[0] for row in found] if len(columns) == 1 else found


def findings(casebase: Casebase) -> dict[str, int]:
    with casebase.reading() as connection:
        return {one.name: one.count for one in check(connection, casebase.settings.deadlines)}


def number(casebase: Casebase, metric: str, as_of: datetime) -> tuple[int, int]:
    row = measure(casebase.whole, [metric], as_of=as_of).iloc[0]
    return int(row["hits"]), int(row["among"])


# The moment of loaded data


def test_data_reaches_to_its_last_event_of_any_kind(empty_casebase: Casebase, put: Put) -> None:
    steps = ("forwarded_at", "accepted_at", "closed_at", "evaluated_at", "due_at")
    lines = "no,opened,forwarded_at,accepted_at,closed_at,evaluated_at,due_at\n"
    lines += "a,2024-03-01,2024-03-02,2024-03-03,2024-05-28 10:00:00,,2024-06-30\nb,2024-03-02,,,,,2024-07-30\n"
    put(empty_casebase, lines, cases(*steps))
    until = datetime(2024, 5, 28, 10)
    assert empty_casebase.state().data_until == until, "not the deadlines, which are to come"
    assert empty_casebase.state().as_of(NOW) == datetime(2024, 5, 28, 23, 59, 59, 999999)
    tasks: Map = {
        "source": {"name": "grid", "table": "grid_task"},
        "columns": {name: name for name in ("task_id", "kind", "pushed_at", "finished_at")},
        "references": {"petition_id": {"column": "case", "source": "bureau"}},
    }
    put(
        empty_casebase,
        "task_id,case,kind,pushed_at,finished_at\n1,b,协助化解,2024-06-01 08:00:00,2024-06-03 08:00:00\n",
        tasks,
    )
    assert empty_casebase.state().data_until == datetime(2024, 6, 3, 8)


def test_all_closings_after_the_last_registration_are_seen(empty_casebase: Casebase, put: Put) -> None:
    days = [datetime(2024, 3, 1, 9) + timedelta(hours=6 * n) for n in range(40)]
    lines = "".join(f"c{n},{at},{at + timedelta(days=60)}\n" for n, at in enumerate(days))
    put(empty_casebase, "no,opened,closed_at\n" + lines, cases("closed_at"))
    state = empty_casebase.state()
    assert state.data_until == days[-1] + timedelta(days=60)
    assert number(empty_casebase, "backlog", state.as_of(NOW)) == (0, 0)
    assert number(empty_casebase, "backlog", datetime(2024, 3, 31))[0] == 40


def test_a_quiet_week_is_no_end(duck: Casebase, put: Put) -> None:
    """Loads that keep up tell that nothing happened; a file of another year tells that it ended."""
    line, monday = "no,opened\na,2026-11-02 09:00:00\n", datetime(2026, 11, 2, 18)
    put(duck, line, cases(), now=monday)
    for week in (7, 14, 21):
        at = monday + timedelta(days=week)
        assert put(duck, line, cases(), now=at).unchanged == 1
        assert duck.state().as_of(at + timedelta(days=2, minutes=1)) == at + timedelta(days=2, minutes=1)
    assert duck.state().version == 1, "nothing changed, so nothing has to be asked again"
    last = monday + timedelta(days=21)
    assert duck.state().as_of(last + timedelta(days=60)) == datetime.combine(last, datetime.max.time())


def test_a_file_of_another_year_does_not_begin_to_follow(duck: Casebase, put: Put) -> None:
    for at in (NOW, NOW + timedelta(days=3)):
        put(duck, "no,opened\na,2024-03-01 09:00:00\n", cases(), now=at)
        assert duck.state().as_of(at) == datetime(2024, 3, 1, 23, 59, 59, 999999)


def test_a_year_typed_wrong_moves_nothing(empty_casebase: Casebase, put: Put) -> None:
    lines = "no,opened,closed_at\n" + "".join(f"c{n},2024-03-{n + 1:02},\n" for n in range(9))
    result = put(empty_casebase, lines + "x,2062-03-01,\ny,2024-03-02,2062-03-05\n", cases("closed_at"))
    assert [(one.column, "after the day of the load" in one.reason) for one in result.rejects] == [("opened", True)]
    assert result.loaded == 10, "a case whose closing is typed wrong stays"
    assert result.notes[f"{LATE} (left blank){ORDER}"] == 1
    assert empty_casebase.state().data_until == datetime(2024, 3, 9)
    assert values(empty_casebase, petition.c.dropped_times)[-1] == "closed_at"
    assert findings(empty_casebase)["times_dropped"] == 1


def test_a_time_in_the_future_can_be_kept_or_reject_its_row(duck: Casebase, put: Put) -> None:
    lines = "no,opened,closed_at\na,2026-11-01,2027-01-05\nb,2026-11-02,2026-11-21 11:00:00\n"
    assert put(duck, lines, cases("closed_at", order={"after_load": "reject"})).rejected == 1
    kept = put(duck, lines, cases("closed_at", order={"after_load": "keep"}))
    assert kept.notes[f"{LATE} (kept){ORDER}"] == 1, "tomorrow is tolerated"
    assert findings(duck)["future_times"] == 1


def test_cases_of_1998_are_measured(empty_casebase: Casebase, put: Put) -> None:
    lines = "no,opened\n" + "".join(f"c{n},1998-03-{n + 1:02}\n" for n in range(30))
    put(empty_casebase, lines, cases(constants={"is_simple": True}))
    as_of = empty_casebase.state().as_of(NOW)
    assert as_of.date() == date(1998, 3, 30)
    assert number(empty_casebase, "backlog", as_of) == (30, 30)
    assert empty_casebase.workdays.after(date(1997, 3, 1), 1) == date(1997, 3, 3), "comparisons look a year back"


# Days and moments


def test_a_deadline_given_as_a_day_ends_with_it(empty_casebase: Casebase, put: Put) -> None:
    lines = "no,opened,closed_at,due_at\na,2026-10-06 10:00:00,2026-10-20 15:00:00,2026-10-20\n"
    lines += "b,2026-10-06 10:00:00,2026-10-21 15:00:00,2026-10-20\nc,2026-10-06 10:00:00,2026-10-20,2026-10-20\n"
    lines += "d,2026-10-06 10:00:00,,2026-10-20\n"
    put(empty_casebase, lines, cases("closed_at", "due_at"))
    assert set(values(empty_casebase, petition.c.due_at)) == {datetime(2026, 10, 20, 23, 59, 59)}
    assert number(empty_casebase, "on_time_completion", datetime(2026, 10, 25)) == (2, 4)
    for moment in (
        datetime(2026, 10, 20, 9),
        datetime(2026, 10, 20, 23, 59),
        datetime(2026, 10, 20, 23, 59, 59, 999999),
    ):
        assert number(empty_casebase, "overdue", moment)[0] == 0, "due today is not late, whatever the cut-off"
        assert number(empty_casebase, "due_today", moment)[0] > 0
    assert number(empty_casebase, "overdue", datetime(2026, 10, 21))[0] == 2


def test_midnight_is_a_day_where_all_limits_are(duck: Casebase, put: Put) -> None:
    lines = "no,opened,due_at\na,2026-10-06 10:00:00,2026-10-20 00:00:00\nb,2026-10-06 10:00:00,\n"
    put(duck, lines, cases("due_at"))
    assert values(duck, petition.c.due_at) == [datetime(2026, 10, 20, 23, 59, 59), None]
    put(duck, lines + "c,2026-10-06 10:00:00,2026-10-21 17:30:00\n", cases("due_at"), now=NOW + timedelta(hours=1))
    assert values(duck, petition.c.due_at) == [datetime(2026, 10, 20), None, datetime(2026, 10, 21, 17, 30)]


def test_a_closing_given_as_a_day_is_some_time_of_that_day(empty_casebase: Casebase, put: Put) -> None:
    lines = "no,opened,accepted_at,closed_at,evaluated_at\n"
    lines += "a,2026-10-05 09:30:00,2026-10-05 11:00:00,2026-10-05,2026-10-05\n"
    lines += "b,2026-10-05,2026-10-06,2026-10-07 08:00:00,\n"
    result = put(empty_casebase, lines, cases("accepted_at", "closed_at", "evaluated_at"))
    assert (result.loaded, dict(result.notes)) == (2, {})
    p = petition.c
    found = values(empty_casebase, p.accepted_at, p.closed_at, p.evaluated_at, p.dropped_times)
    assert found[0] == (datetime(2026, 10, 5, 11), datetime(2026, 10, 5, 11), datetime(2026, 10, 5, 11), None)
    assert found[1] == (datetime(2026, 10, 6), datetime(2026, 10, 7, 8), None, None)
    assert not {"stages_out_of_order", "evaluated_before_closed", "closed_before_registered"} & set(
        findings(empty_casebase)
    )


def test_days_and_moments_meet_in_other_tables_too(duck: Casebase, put: Put) -> None:
    put(duck, "no,opened\na,2026-10-05 09:30:00\n", cases())
    columns = ("task_id", "kind", "pushed_at", "contacted_at")
    tasks: Map = {
        "source": {"name": "grid", "table": "grid_task"},
        "columns": {name: name for name in columns},
        "references": {"petition_id": {"column": "case", "source": "bureau"}},
        "times": DAY_OR_MOMENT,
    }
    lines = "task_id,case,kind,pushed_at,contacted_at\n1,a,协助化解,2026-10-06 10:00:00,2026-10-06\n"
    put(duck, lines + "2,a,协助化解,2026-10-06 10:00:00,2026-10-05\n", tasks)
    with duck.reading() as connection:
        contacts = connection.execute(select(grid_task.c.contacted_at, grid_task.c.dropped_times)).all()
    assert set(map(tuple, contacts)) == {(datetime(2026, 10, 6, 10), None), (None, "contacted_at")}


def test_times_with_a_zone_become_wall_time_of_the_city(tmp_path: Path, new_url: Callable[[str], str]) -> None:
    casebase = open_casebase(Settings(city=CitySettings(timezone="America/New_York")), new_url("duckdb"))
    upgrade(casebase.engine)
    file = tmp_path / "cases.csv"
    file.write_text("no,opened\n1,2026-07-01 23:30:00-04:00\n2,2026-07-02 03:30:00+00:00\n", encoding="utf-8")
    load(casebase, file, map_of(cases(times={"default": "%Y-%m-%d %H:%M:%S%z"})), now=NOW)
    frame = pd.DataFrame({"no": ["3"], "opened": pd.to_datetime(["2026-07-02 03:30:00+00:00"])})
    frame.to_parquet(tmp_path / "cases.parquet")
    load(casebase, tmp_path / "cases.parquet", map_of(cases()), now=NOW)
    assert values(casebase, petition.c.registered_at) == [datetime(2026, 7, 1, 23, 30)] * 3
    casebase.engine.dispose()


# Contradictions


def test_a_case_closed_before_it_opened_stays_without_its_closing(empty_casebase: Casebase, put: Put) -> None:
    lines = "no,opened,closed_at\na,2026-10-05 09:00:00,2026-10-04 09:00:00\nb,2026-10-05 09:00:00,2026-10-06\n"
    result = put(empty_casebase, lines, cases("closed_at"))
    early = "closed_at (when it was closed) lies before opened (registered_at, when it was registered)"
    assert (result.loaded, result.notes[f"{early} (left blank){ORDER}"]) == (2, 1)
    assert values(empty_casebase, petition.c.closed_at, petition.c.dropped_times)[0] == (None, "closed_at")
    assert number(empty_casebase, "registered", NOW)[0] == 2
    assert findings(empty_casebase)["times_dropped"] == 1
    assert list(quality.rows(empty_casebase.whole, "times_dropped", as_of=NOW)["case_no"]) == ["a"]
    put(empty_casebase, lines.replace("2026-10-04 09", "2026-10-05 10"), cases("closed_at"))
    assert "times_dropped" not in findings(empty_casebase), "the next export is right"
    strict = cases("closed_at", order={"closed_before_start": "reject"})
    assert put(empty_casebase, lines, strict).rejected == 1


STATUSES = (
    "no,opened,closed_at,status\na,2026-10-05,2026-10-06,办理中\nb,2026-10-05,2026-10-06,已办结\nc,2026-10-05,,已办结\n"
)


def test_a_status_that_the_times_contradict_is_told(empty_casebase: Casebase, put: Put) -> None:
    put(empty_casebase, STATUSES, cases("closed_at", "status"))
    assert {name: findings(empty_casebase)[name] for name in ("open_but_closed", "closed_without_time")} == {
        "open_but_closed": 1,
        "closed_without_time": 1,
    }
    assert list(quality.rows(empty_casebase.whole, "open_but_closed", as_of=NOW)["case_no"]) == ["a"]


def test_a_time_counts_where_another_column_says_so(empty_casebase: Casebase, put: Put) -> None:
    where = {"closed_at": {"column": "status", "values": ["已办结"]}}
    result = put(empty_casebase, STATUSES, cases("closed_at", "status", where=where))
    assert values(empty_casebase, petition.c.closed_at) == [None, datetime(2026, 10, 6), None]
    text = "closed_at (when it was closed): status is none of 已办结 (left blank, as [where.closed_at] says)"
    assert result.notes[text] == 1
    assert "open_but_closed" not in findings(empty_casebase)


@pytest.mark.parametrize("name", ["registered_at", "title", "due_at"])
def test_only_times_that_may_be_blank_can_depend_on_another_column(tmp_path: Path, name: str) -> None:
    path = tmp_path / "map.toml"
    columns = '[columns]\ncase_no = "no"\nregistered_at = "opened"\ntitle = "title"\n'
    path.write_text(
        f'[source]\nname = "b"\n{columns}[where.{name}]\ncolumn = "status"\nvalues = ["x"]\n', encoding="utf-8"
    )
    with pytest.raises(UsageError, match=f"where: {name} is no time"):
        read_map(path)


def test_repeats_that_cannot_be_known_are_told(empty_casebase: Casebase, put: Put) -> None:
    lines = "no,opened,person,class\na,2026-10-05,p1,\nb,2026-10-06,p1,\nc,2026-10-07,p2,\n"
    person: Map = {"petitioner": {"key": ["person"]}}
    put(empty_casebase, lines, cases(**person, category={"columns": ["class"], "make": True}))
    assert findings(empty_casebase)["repeats_unknown"] == 3
    person["petitioner"]["repeats_by"] = "person"
    put(empty_casebase, lines.replace("c,2026-10-07,p2", "c,2026-10-07,p3"), cases(**person))
    assert values(empty_casebase, petition.c.is_first) == [True, False, True]
    assert "repeats_unknown" not in findings(empty_casebase)


# What a cell says


def test_words_for_nothing_are_blanks(empty_casebase: Casebase, put: Put) -> None:
    words = ["NULL", r"\N", "无", "-", "nan", "NaT", "0000-00-00", "n/a"]
    lines = "no,opened,title,closed_at,district\n"
    lines += "".join(f"{n},2026-10-05 09:30:00,{word},{word},{word}\n" for n, word in enumerate(words))
    columns = cases("title", "closed_at", city={"name": "市"}, place={"by": "make", "columns": ["district"]})
    result = put(empty_casebase, lines, columns)
    p = petition.c
    assert (result.loaded, set(values(empty_casebase, p.title, p.closed_at, p.district_code))) == (8, {(None,) * 3})
    with empty_casebase.reading() as connection:
        assert connection.scalars(select(area.c.name)).all() == ["市"]


def test_the_map_has_its_own_list_and_translated_words_stay(duck: Casebase, put: Put) -> None:
    own = cases("title", "is_simple", "purpose", source={"name": "bureau", "blanks": ["待补"]})
    own["booleans"] = {"true": ["有"], "false": ["无", "-"]}
    own["values"] = {"purpose": {"map": {"待补": "其他"}}}
    put(duck, "no,opened,title,is_simple,purpose\na,2026-10-05,待补,无,待补\nb,2026-10-05,无,有,待补\n", own)
    p = petition.c
    assert values(duck, p.title, p.is_simple, p.purpose) == [(None, False, "其他"), ("无", True, "其他")]


def test_full_width_digits_and_thousands_are_read(duck: Casebase, put: Put) -> None:
    lines = (
        'no,opened,people,title\nＸＦ１,２０２６-１０-０５ ０９：３０：００,３,Ａ区\nb,2026-10-06 10:00:00,"1，234",\n'
    )
    result = put(duck, lines + "c,2026-10-06 10:00:00,3人,\nd,2026-10-06 10:00:00,1e2x,\n", cases("people", "title"))
    assert [one.column for one in result.rejects] == ["people", "people"]
    p = petition.c
    found = values(duck, p.case_no, p.registered_at, p.people, p.title)
    assert found == [
        ("b", datetime(2026, 10, 6, 10), 1234, None),
        ("ＸＦ１", datetime(2026, 10, 5, 9, 30), 3, "Ａ区"),
    ], "numbers and texts of a person stay as they are written"


def test_times_that_a_spreadsheet_left_as_numbers_are_read(duck: Casebase, put: Put) -> None:
    lines = "no,opened,closed_at\na,46300.3958333,46303\nb,46301,\nc,4630,\nd,463010,\n"
    result = put(duck, lines, cases("closed_at"))
    assert [one.line for one in result.rejects] == [4, 5], "four digits are a year, six are no day"
    found = values(duck, petition.c.registered_at, petition.c.closed_at)
    assert found == [(datetime(2026, 10, 5, 9, 30), datetime(2026, 10, 8)), (datetime(2026, 10, 6), None)]


def test_numbers_of_cases_that_a_spreadsheet_cut_are_told(duck: Casebase, put: Put) -> None:
    result = put(duck, "no,opened\n4.1E+19,2026-10-05\n41010020261005E1,2026-10-05\n", cases())
    assert dict(result.notes) == {"no: numbers as 4.1E+19, whose last digits the spreadsheet cut": 1}


@pytest.mark.parametrize("hidden", ["\x0b", "\x1f", "\x7f", "\x85", "\ufeff", "\u200b", "\u202e", "\ufffe"])
def test_what_nobody_sees_splits_no_area(empty_casebase: Casebase, put: Put, hidden: str) -> None:
    made = cases("title", city={"name": "市"}, place={"by": "make", "columns": ["district", "street"]})
    made["category"] = {"columns": ["class"], "make": True}
    lines = (
        f"no,opened,title,district,street,class\na,2026-10-05,路{hidden}灯,高新{hidden}区,一{hidden}街,房{hidden}产\n"
    )
    put(empty_casebase, lines + "b,2026-10-05,路灯,高新区,一街,房产\n", made)
    with empty_casebase.reading() as connection:
        assert set(connection.scalars(select(area.c.name))) == {"市", "高新区", "一街"}
        assert connection.scalars(select(category.c.name)).all() == ["房产"]
    assert set(values(empty_casebase, petition.c.title)) == {"路灯"}


def test_columns_are_looked_through_as_their_cells_are() -> None:
    """Each character of all in a cell of its own: whole columns are looked at otherwise than one text."""
    cells = pd.Series([f"a{chr(code)}b" for code in (*range(0xD800), *range(0xE000, 0x110000))], dtype="str")
    expected = pd.Series([clean_text.visible(text) for text in cells], dtype="str")
    pd.testing.assert_series_equal(clean_text.seen(cells), expected)
    assert cells[clean_text.holds_nul(cells)].tolist() == ["a\0b"]
    assert not clean_text.is_plain(cells)
    assert clean_text.is_plain(pd.Series(["a b~", None, ""], dtype="str"))
    for code in (0, 9, 10, 31, 127, 128, 0xAD, 0x65E0):
        assert not clean_text.is_plain(pd.Series(["ab", None, chr(code)], dtype="str"))


@pytest.mark.parametrize("other", ["ab", "无锡市"])
def test_words_for_nothing_are_found_in_whatever_case(other: str) -> None:
    blanks = clean_text.folded(("Null", "无", "keine Straße", "k.A."))
    words = ["NULL", "null", "nuLL", "无", "KEINE STRASSE", "keine straße", "\u212a.a.", "K.A."]
    texts = ["nulls", "无锡", None, "keine", "", other, other * 20]
    plain = [word for word in [*words, *texts] if word is None or word.isascii()]
    for column in (pd.Series([*texts, *words], dtype="str"), pd.Series(plain, dtype="str")):
        left = clean_text.without_blanks(column, blanks)
        assert left.notna().tolist() == [text in texts and isinstance(text, str) for text in column]
        assert left.dropna().tolist() == [text for text in column if text in texts and isinstance(text, str)]


def test_numbers_are_read_alike_however_often_they_stand(duck: Casebase, put: Put) -> None:
    lines = "no,opened,people,lon\na,2026-10-05,7,0.1\nb,2026-10-05,,0.1\nc,2026-10-05,7,\nd,2026-10-05,1234,-1.5e1\n"
    put(duck, lines, cases("people", "lon"))
    assert values(duck, petition.c.people, petition.c.lon) == [(7, 0.1), (1, 0.1), (7, None), (1234, -15.0)]


def test_emoji_of_several_signs_stay(duck: Casebase, put: Put) -> None:
    put(duck, "no,opened,title\na,2026-10-05,👨‍👩‍👧 一家\n", cases("title"))
    assert values(duck, petition.c.title) == ["👨‍👩‍👧 一家"]


def test_a_nul_is_rejected_alike_on_every_engine(empty_casebase: Casebase, put: Put) -> None:
    result = put(empty_casebase, "no,opened,title\na,2026-10-05,a\0b\nb,2026-10-05,标题\n", cases("title"))
    assert [(one.line, one.column) for one in result.rejects] == [(2, "title")]
    assert "NUL" in result.rejects[0].reason
    assert values(empty_casebase, petition.c.case_no) == ["b"]
    with empty_casebase.reading() as connection:
        assert connection.scalar(select(load_reject.c.line_no)) == 2


def test_letter_case_width_and_line_ends_make_no_other_place(empty_casebase: Casebase, put: Put) -> None:
    made = cases(city={"name": "市"}, place={"by": "make", "columns": ["district", "street"]})
    lines = "no,opened,district,street\na,2026-10-05,MANHATTAN,01\nb,2026-10-05,Manhattan,01\n"
    lines += "c,2026-10-05,Ｍanhattan,０１\n"
    lines += 'd,2026-10-05,"East\n  Side",1\ne,2026-10-05,East Side,1\n'
    put(empty_casebase, lines, made)
    put(empty_casebase, "no,opened,district,street\nf,2026-10-05,manhattan,01\n", made, now=NOW + timedelta(hours=1))
    with empty_casebase.reading() as connection:
        names = connection.scalars(select(area.c.name).where(area.c.level == 2)).all()
    assert sorted(names) == ["East Side", "MANHATTAN"]
    assert len(set(values(empty_casebase, petition.c.street_code))) == 2


def test_a_long_name_is_a_whole_code(empty_casebase: Casebase, put: Put) -> None:
    made = cases(city={"name": "市", "code": "test"}, place={"by": "make", "columns": ["district"]})
    put(empty_casebase, "no,opened,district\na,2026-10-05,South Los Angeles Planning Area\n", made)
    assert values(empty_casebase, petition.c.district_code) == ["test-south-los-angeles-planning-area"]


@pytest.mark.parametrize("constants", [False, True])
def test_a_negative_number_of_days_is_refused(duck: Casebase, put: Put, constants: bool) -> None:
    if constants:
        with pytest.raises(ValueError, match="extended_days is not a number from 0 to 3650"):
            map_of(cases(constants={"extended_days": -3}))
    else:
        result = put(duck, "no,opened,extended_days\na,2026-10-05,-3\nb,2026-10-05,3\n", cases("extended_days"))
        reason = "extended_days (days of extension) lies outside 0 to 3650; correct it"
        assert [one.reason for one in result.rejects] == [reason]


def test_days_of_a_workbook_are_days(duck: Casebase, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["no", "opened", "closed_at", "due_at"])
    sheet.append(["a", datetime(2026, 10, 6, 10), date(2026, 10, 6), date(2026, 10, 20)])
    book.save(tmp_path / "cases.xlsx")
    load(duck, tmp_path / "cases.xlsx", map_of(cases("closed_at", "due_at")), now=NOW)
    found = values(duck, petition.c.closed_at, petition.c.due_at)
    assert found == [(datetime(2026, 10, 6, 10), datetime(2026, 10, 20, 23, 59, 59))]


def test_a_changed_limit_holds_for_old_cases_once_their_file_is_loaded_again(duck: Casebase, put: Put) -> None:
    """As config.toml and docs/loading.md say of what is written to a case."""
    file_map = cases("channel", due={"compute_from": "accepted"})
    line = "no,opened,channel\na,2026-10-12,12345转办\n"
    put(duck, line, file_map)
    changed = duck.settings.model_copy(update={"hotline": HotlineSettings(answer_working_days=10)})
    later = Casebase(duck.engine, changed)
    put(later, line.replace("a,", "b,"), file_map)
    old, new = datetime(2026, 10, 19, 23, 59, 59), datetime(2026, 10, 26, 23, 59, 59)
    assert values(later, petition.c.due_at) == [old, new]
    assert put(later, line, file_map).updated == 1
    assert values(later, petition.c.due_at) == [new, new]


# What is kept of the database, and keys of persons


def test_a_calendar_of_another_process_is_seen_with_its_version(empty_casebase: Casebase) -> None:
    other = Casebase(empty_casebase.engine, empty_casebase.settings)
    other.state()
    assert other.workdays.after(date(2026, 11, 20), 1) == date(2026, 11, 23)
    with empty_casebase.writing() as connection:
        workdays.write(connection, workdays.build(CalendarSettings(rest_days=(date(2026, 11, 23),))))
        mark_changed(connection, NOW)
    kept = other.workdays
    assert kept.after(date(2026, 11, 20), 1) == date(2026, 11, 23), "nobody looked yet"
    other.state()
    assert other.workdays.after(date(2026, 11, 20), 1) == date(2026, 11, 24)
    with empty_casebase.writing() as connection:
        mark_changed(connection, NOW)
    again = other.workdays
    other.state()
    assert other.workdays is again, "another version with the same calendar reads none anew"


def test_levels_of_another_process_are_seen_with_their_version(empty_casebase: Casebase) -> None:
    with empty_casebase.writing() as connection:
        connection.execute(area.insert().values(code="41", name="甲", level=2))
        mark_changed(connection, NOW)
    other = Casebase(empty_casebase.engine, empty_casebase.settings)
    other.state()
    assert other.level_of("41") == 2
    with empty_casebase.writing() as connection:
        connection.execute(update(area).values(level=3))
        mark_changed(connection, NOW)
    other.state()
    assert other.level_of("41") == 3


PERSONS = "no,opened,person,class\na,2026-10-05,p1,房产\nb,2026-10-06,p1,房产\nc,2026-10-07,p2,房产\n"
PERSON_MAP = cases(petitioner={"key": ["person"]}, category={"columns": ["class"], "make": True})


def unsalted(person: str) -> str:
    """The key as it was made from the source's name alone."""
    return hashlib.blake2b(person.encode(), key=b"bureau", digest_size=16).hexdigest()


def test_keys_of_persons_need_the_secret_of_the_database(
    put: Put, new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase]
) -> None:
    found = []
    for _ in range(2):
        casebase = casebase_of(new_url("duckdb"))
        put(casebase, PERSONS, PERSON_MAP)
        keys = values(casebase, petition.c.petitioner_key)
        assert keys[0] == keys[1] != keys[2]
        assert put(casebase, PERSONS, PERSON_MAP).unchanged == 3, "the next load gives the same keys"
        found.append(keys)
    assert not set(found[0]) & {*found[1], unsalted("p1"), unsalted("p2")}


# What releases after 0002 added beside dropped_times.
LATER_COLUMNS = {
    "unit": ("contact",),
    "petition": (
        "complained_unit_id", "registering_body", "registering_level", "handling_path", "is_skip_level", "is_joint",
        "is_threat", "leader_assigned", "is_long_standing", "received_at", "settled_by",
    ),
    "reception": ("kind",),
    "supervision": ("escalation",),
    "social_org": ("level",),
}  # fmt: skip
LATER_TABLES = ("hearing_participant", "expert_task", "proposal")


def test_keys_of_an_older_database_take_the_secret(empty_casebase: Casebase, put: Put) -> None:
    put(empty_casebase, PERSONS, PERSON_MAP)
    people = dict(zip("abc", ("p1", "p1", "p2"), strict=True))
    with empty_casebase.writing() as connection:
        connection.execute(info.delete().where(info.c.key == "person_secret"))
        for case_no, person in people.items():
            old = update(petition).where(petition.c.case_no == case_no).values(petitioner_key=unsalted(person))
            connection.execute(old)
        connection.execute(info.update().where(info.c.key == "data_until").values(value="2026-10-05T00:00:00"))
    with empty_casebase.writing() as connection:
        for table in (table for table in metadata.tables.values() if "dropped_times" in table.c):
            connection.execute(text(f"ALTER TABLE {table.name} DROP COLUMN dropped_times"))
        for table_name, names in LATER_COLUMNS.items():
            for name in names:
                connection.execute(text(f"ALTER TABLE {table_name} DROP COLUMN {name}"))
        for table_name in LATER_TABLES:
            connection.execute(text(f"DROP TABLE {table_name}"))
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER INDEX petition_repeats RENAME TO petition_repeat_of"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    upgrade(empty_casebase.engine)
    assert empty_casebase.state().data_until == datetime(2026, 10, 7)
    keys = values(empty_casebase, petition.c.petitioner_key)
    assert keys[0] == keys[1] != keys[2]
    assert not set(keys) & set(map(unsalted, people.values()))
    assert put(empty_casebase, PERSONS, PERSON_MAP).unchanged == 3


def test_a_name_in_a_column_of_codes_finds_its_area(empty_casebase: Casebase, put: Put) -> None:
    with empty_casebase.writing() as connection:
        rows = [("4199", "某市", 1, None), ("419901", "东区", 2, "4199"), ("419902", "西区", 2, "4199")]
        rows += [("419901001", "一街道", 3, "419901"), ("419902001", "一街道", 3, "419902")]
        keys = ("code", "name", "level", "parent_code")
        connection.execute(insert(area), [dict(zip(keys, row, strict=True)) | {"schematic": True} for row in rows])
    lines = "no,opened,区县,街道\n1,2026-11-01,西区,一街道\n2,2026-11-02,419901,419901001\n"
    lines += "3,2026-11-03,东区,一街道\n4,2026-11-04,南区,一街道\n5,2026-11-05,,\n"
    columns = {"case_no": "no", "registered_at": "opened", "district_code": "区县", "street_code": "街道"}
    result = put(empty_casebase, lines, cases() | {"columns": columns})
    assert values(empty_casebase, petition.c.district_code, petition.c.street_code) == [
        ("419902", "419902001"),
        ("419901", "419901001"),
        ("419901", "419901001"),
        ("南区", "一街道"),
        (None, None),
    ]
    of_areas = [text for text in result.notes if "code nor name of an area" in text]
    assert [text.split(":")[0] for text in of_areas] == ["区县 (district_code)", "街道 (street_code)"]
    assert [result.notes[text] for text in of_areas] == [1, 1]
    assert '[place] by = "make"' in of_areas[0]
