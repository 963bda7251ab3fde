"""Lists as a reader has them: the contact of who is responsible where it is known, no column of blanks where not."""

import json
from datetime import date

import pandas as pd
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase
from casebase.schema import petition, unit
from cockpit.view import View
from pages.parts import lists, tables
from queries.cases import Part, cases
from queries.columns import COLUMN_NAMES
from queries.measure import metric_of
from queries.model import Slice
from tests.cockpit.fakes import data_that_answers
from tests.pages.conftest import EVENING, YEAR

CONTACT = "单位联系电话"


def test_each_case_has_the_contact_of_its_unit(city: Casebase) -> None:
    rows = cases(city.whole, "backlog", as_of=EVENING, limit=300)
    # Streets of several districts have one name: a unit is known by its id.
    of_cases = city.frame(
        select(petition.c.petition_id, unit.c.contact).join(unit, petition.c.unit_id == unit.c.unit_id)
    )
    expected = rows["petition_id"].map(of_cases.set_index("petition_id")["contact"])
    assert rows["unit_contact"].notna().sum() > 50
    assert rows["unit_contact"].fillna("").tolist() == expected.fillna("").tolist()
    assert lists.typed(rows)[CONTACT].equals(rows["unit_contact"])
    assert list(lists.readable(rows).columns)[-1] == CONTACT, "days left are seen before it"
    city.engine.dispose()


def test_a_bracket_of_full_width_brings_its_own_space() -> None:
    view = View(data_that_answers(), EVENING, YEAR, Slice(), ())
    cell = (("street", None), ("channel", "来访"))
    assert lists.Question(metric_of("backlog"), Part.HITS, cell).cell_text(view) == "街道（乡镇）未填写，信访形式 来访"


def test_contacts_that_nobody_filled_in_have_no_column() -> None:
    rows = pd.DataFrame({"case_no": ["a"], "unit": ["市住建局"], "unit_contact": [None]})
    assert list(lists.readable(rows)) == list(lists.typed(rows)) == ["信访编号", "责任单位"]


def test_limits_and_closing_stand_before_the_wide_columns() -> None:
    """On a screen 1440 wide the title and the names would push them out of sight."""
    names = ["case_no", "title", "channel", "unit", "stage", "registered_at", "five_day_due", "due_at", "closed_at"]
    rows = pd.DataFrame({name: ["2026-10-09"] for name in names})
    heads = list(lists.readable(rows).columns)
    assert heads[:7] == ["信访编号", "登记时间", "五日期限", "办结期限", "办结时间", "标题", "责任单位"]
    assert sorted(heads) == sorted(COLUMN_NAMES[name] for name in names)
    assert list(lists.readable(rows.drop(columns="title")).columns)[1] == "信访形式"


def test_on_a_phone_a_list_begins_with_what_a_case_is_and_how_late() -> None:
    rows = pd.DataFrame({"case_no": ["1"], "registered_at": ["2026-10-09"], "days_left": [-3], "title": ["长" * 40]})
    rows = rows.assign(unit="某某区" * 12, channel="来访")
    listed = lists.readable(rows, is_narrow=True)
    assert list(listed)[:3] == ["标题", "责任单位", COLUMN_NAMES["days_left"]]
    widths = lists.widths(rows, listed)
    assert widths["标题"] + widths["责任单位"] <= 260


def test_a_unit_of_the_city_is_called_as_in_rankings() -> None:
    rows = pd.DataFrame({"case_no": ["1", "2", "3"], "unit": ["郑州市交通运输局", "金水区教育局", None]})
    assert lists.readable(rows, "郑州市")["责任单位"].tolist() == ["市交通运输局", "金水区教育局", "—"]


def test_dates_are_whole_and_numbers_at_the_right_whatever_stands_in_the_first_rows() -> None:
    def page() -> None:
        from datetime import date

        import pandas as pd

        from pages.parts import lists, tables

        due_at, due = pd.Series([pd.NaT, pd.Timestamp(2026, 10, 9, 23, 59)]), pd.Series([None, date(2026, 10, 9)])
        rows = pd.DataFrame({"case_no": ["a", "b"], "due_at": due_at, "title": ["题", "题" * 40]})
        rows = rows.assign(five_day_due=due, days_left=pd.array([None, 3], dtype="Int64"))
        listed = lists.readable(rows)
        tables.table(listed, key="rows", alt="清单", columns=lists.looks(rows, lists.widths(rows, listed)))

    app = AppTest.from_function(page).run()
    assert not app.exception
    columns = json.loads(app.dataframe[0].proto.columns)
    assert [columns[head]["width"] for head in ("办结期限", "五日期限")] == [114, 80]
    assert 200 < columns["标题"]["width"] <= 230
    assert columns["距办结期限（天）"]["alignment"] == "right"  # beside a dash too, where a number is a text


def test_times_are_known_by_their_type_and_not_by_their_name() -> None:
    """A column that mixed times and dashes could not be sent to the browser."""
    times = pd.Series([pd.NaT, pd.Timestamp(2010, 1, 1)])
    rows = pd.DataFrame({"agent_id": ["a", "b"], "active_to": times, "day": [date(2026, 5, 6)] * 2})
    listed = lists.readable(rows)
    assert listed["离岗时间"].tolist() == ["—", "2010-01-01 00:00"]
    assert listed["日期"].tolist() == ["2026-05-06"] * 2
    assert lists.widths(rows, listed)["离岗时间"] == 114


def test_no_text_is_cut_without_a_mark() -> None:
    """The long title ends with …; a name twice as long as the others widens its column, of whatever kind it is."""
    rows = pd.DataFrame(
        {"title": ["题" * 40, "短题"], "category": ["供热", "老旧小区改造与物业管理"], "unit": ["局", None]}
    )
    listed = lists.readable(rows)
    widths = lists.widths(rows, listed)
    assert listed["标题"].tolist() == ["题" * 16 + "…", "短题"]
    assert widths["内容分类"] > 11 * 12
    cells = [(widths[head], text) for head in listed.columns for text in [head, *listed[head]]]
    assert [text for width, text in cells if tables.cell_width(text) > width] == []
