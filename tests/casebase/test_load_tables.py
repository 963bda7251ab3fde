"""Loading every other table: known by its key, linked by case number, and seen by the numbers."""

import json
import re
import textwrap
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import Table, func, select
from sqlalchemy.engine import URL

from casebase.checks import ORDER, check
from casebase.engine import Casebase, write_info
from casebase.errors import CasebaseError, UsageError
from casebase.loading import Result, load, map_of, read_map
from casebase.loading.field_words import in_words
from casebase.loading.fields import stable_id
from casebase.schema import (
    agent,
    area,
    expert,
    grid,
    grid_task,
    grid_worker,
    hearing,
    hearing_expert,
    load_reject,
    load_run,
    metadata,
    model_case,
    petition,
    petition_event,
    reception,
    social_org,
)
from casebase.settings import ROOT
from queries import quality
from queries.measure import measure
from tests.conftest import ENGINES

NOW = datetime(2025, 11, 20, 12)
LATER = datetime(2025, 11, 21, 12)
Map = dict[str, Any]
UNLOADED = ("petition", "petition_event", "workday", "load_run", "load_reject", "info")
SQUARE = [[[113.0, 34.0], [113.2, 34.0], [113.2, 34.2], [113.0, 34.2], [113.0, 34.0]]]


def same(table: str, *columns: str, **more: Any) -> Map:
    """A map of a file whose columns are called as the table's."""
    return {"source": {"name": "bureau", "table": table}, "columns": {name: name for name in columns}} | more


CASE = {"references": {"petition_id": {"column": "case", "source": "cases"}}}
AREAS = same("area", "code", "name", "level", "parent_code")
# The street stands before its district, and two areas have no parent.
AREA_TEXT = (
    "code,name,level,parent_code\n410101001,新华路街道,3,410101\n41,郑州,1,\n410101,中原区,2,41\n"
    "410101001001,一社区,4,410101001\n410101001002,二社区,4,410101001\n410199001,无区街道,3,410199\n"
    "410199001001,无区社区,4,410199001\n"
)
GRIDS = same("grid", "grid_id", "name", "kind", "community_code", "shape")
TASKS = same(
    "grid_task", "task_id", "kind", "grid_id", "worker_id", "pushed_at", "contacted_at", "contact_method",
    "finished_at", "outcome", keys={"text": ["task_id", "worker_id"]}, **CASE,
)  # fmt: skip
TASK_TEXT = (
    "task_id,case,kind,grid_id,worker_id,pushed_at,contacted_at,contact_method,finished_at,outcome\n"
    "T-1,c1,协助化解,g1,W-1,2025-10-09 09:00:00,2025-10-09 15:00:00,上门,2025-10-12 10:00:00,就地化解\n"
    "T-2,c2,人员核查,g2,W-2,2025-10-09 09:00:00,2025-10-11 09:00:00,电话,,\n"
    "T-3,c9,人员核查,g2,W-2,2025-10-09 09:00:00,,,,\n"
    "T-4,c1,人员关怀,g2,W-2,2025-10-09 09:00:00,2025-10-08 09:00:00,电话,,\n"
)
HEARINGS = same(
    "hearing", "hearing_id", "stage", "applied_at", "held_at", "is_public", "status",
    keys={"text": ["hearing_id"]}, values={"is_public": {"map": {"公开": True, "不公开": False}}}, **CASE,
)  # fmt: skip
HEARING_TEXT = (
    "hearing_id,case,stage,applied_at,held_at,is_public,status\n"
    "听证〔2025〕1号,c1,办理,2025-10-10 09:00:00,2025-10-20 09:00:00,公开,已举行\n"
    "听证〔2025〕2号,c2,复查,2025-10-15 09:00:00,2025-10-25 09:00:00,不公开,已举行\n"
)
SEATS = same("hearing_expert", "hearing_id", "expert_id", "recused", keys={"text": ["hearing_id", "expert_id"]})


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Result]:
    """Load a text through a map."""
    return _putting(tmp_path)


def _putting(folder: Path) -> Callable[..., Result]:
    def run(casebase: Casebase, file_map: Map, text: str, now: datetime = NOW, **more: Any) -> Result:
        file = folder / f"{file_map['source'].get('table', 'petition')}.csv"
        file.write_text(text, encoding="utf-8")
        return load(casebase, file, map_of(file_map), now=now, **more)

    return run


@pytest.fixture
def duck(casebase_of: Callable[[str], Casebase], new_url: Callable[[str], str]) -> Casebase:
    return casebase_of(new_url("duckdb"))


def rows(casebase: Casebase, *columns: Any) -> list[tuple[Any, ...]]:
    with casebase.reading() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(columns[0]))]


def contents(casebase: Casebase) -> dict[str, list[Any]]:
    """Everything in the database but the list of loads."""
    kept = [table for table in metadata.sorted_tables if table not in (load_run, load_reject)]
    with casebase.reading() as connection:
        return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in kept}


def steps() -> list[tuple[Map, str]]:
    """A small city, table by table, in the order in which docs/loading.md says to load."""
    cases = {
        "source": {"name": "cases"},
        "columns": {"case_no": "no", "registered_at": "at", "agent_id": "agent"},
        "place": {"by": "code", "column": "place"},
    }
    outline = json.dumps({"type": "Polygon", "coordinates": SQUARE})
    outline = '"' + outline.replace('"', '""') + '"'
    return [
        (AREAS, AREA_TEXT),
        (cases, "no,at,agent,place\nc1,2025-10-09 08:00:00,a1,410101001001\nc2,2025-10-09 08:30:00,,410101001002\n"),
        (
            GRIDS,
            f"grid_id,name,kind,community_code,shape\ng1,一网格,社区网格,410101001001,{outline}\n"
            "g2,二网格,微网格,410101001002,\n",
        ),
        (
            same("grid_worker", "worker_id", "grid_id", "active_from", "active_to", keys={"text": ["worker_id"]}),
            "worker_id,grid_id,active_from,active_to\nW-1,g1,2024-01-01 00:00:00,\n"
            "W-2,g2,2024-01-01 00:00:00,2025-06-30 00:00:00\nW-3,g7,2024-01-01 00:00:00,\n",
        ),
        (
            same("agent", "agent_id", "community_code", constants={"active_from": "2023-05-01"}),
            "agent_id,community_code\na1,410101001001\n",
        ),
        (TASKS, TASK_TEXT),
        (HEARINGS, HEARING_TEXT),
        (
            same("expert", "expert_id", "name", "source", "joined_on", keys={"text": ["expert_id"]}),
            "expert_id,name,source,joined_on\nE01,甲,律师,2024-03-01\nE02,乙,高等院校,2023-03-01\n",
        ),
        (
            SEATS,
            "hearing_id,expert_id,recused\n听证〔2025〕1号,E01,否\n听证〔2025〕1号,E02,\n听证〔2025〕2号,E01,是\n",
        ),
    ]


@pytest.fixture(scope="module", params=ENGINES)
def model(
    request: pytest.FixtureRequest,
    new_url: Callable[[str], str],
    casebase_of: Callable[..., Casebase],
    tmp_path_factory: pytest.TempPathFactory,
) -> URL:
    """The small city, loaded once on each engine, to copy."""
    casebase, put = casebase_of(new_url(request.param)), _putting(tmp_path_factory.mktemp("steps"))
    for file_map, text in steps():
        put(casebase, file_map, text)
    casebase.engine.dispose()
    return casebase.engine.url


@pytest.fixture
def city(model: URL, new_url: Callable[[str], str], casebase_of: Callable[..., Casebase]) -> Iterator[Casebase]:
    """The small city, once on each engine."""
    casebase = casebase_of(new_url(model.get_backend_name()), model)
    yield casebase
    casebase.engine.dispose()


def test_the_numbers_see_what_was_loaded(city: Casebase) -> None:
    wanted = {
        "grids_staffed": (1, 2),
        "communities_with_agent": (1, 2),
        "reached_in_24h": (1, 3),  # of the third nobody knows when the person was reached
        "on_the_spot": (1, 1),
        "hearings_held": (2, 2),
        "cases_heard": (2, 2),
        "expert_participations": (2, 2),
        "experts_active": (2, 2),
    }
    found = measure(city.whole, list(wanted), as_of=NOW).set_index("metric")
    assert {name: (found.hits[name], found.among[name]) for name in wanted} == wanted
    by_district = measure(city.whole, ["grids_staffed", "communities_with_agent"], as_of=NOW, by=["district"])
    assert by_district[["district", "hits", "among"]].to_numpy().tolist() == [["410101", 1, 2]] * 2
    waited = measure(city.whole, ["hearing_wait_days"], as_of=NOW)
    assert waited["value"].tolist() == [10.0]


def test_loading_everything_again_changes_nothing(city: Casebase, put: Callable[..., Result]) -> None:
    before = contents(city)
    for file_map, text in steps():
        result = put(city, file_map, text, now=LATER)
        assert (result.new, result.updated) == (0, 0)
        assert result.read == result.unchanged + result.rejected
    assert contents(city) == before
    assert city.state().version == len(steps())


def test_areas_hang_below_an_area_of_the_level_above(empty_casebase: Casebase, put: Callable[..., Result]) -> None:
    result = put(empty_casebase, AREAS, AREA_TEXT)
    assert (result.read, result.new) == (7, 5)
    lines = [(reject.line, reject.column, reject.value) for reject in result.rejects]
    assert lines == [(7, "parent_code", "410199"), (8, "parent_code", "410199001")]
    more = put(
        empty_casebase,
        AREAS,
        "code,name,level,parent_code\n410102,二七区,2,41\n41010200,越级社区,4,410102\n42,武汉,1,\n410103,乱,5,41\n"
        "410104,,2,41\n",
    )
    assert [(reject.line, reject.column) for reject in more.rejects] == [
        (3, "parent_code"), (4, "code"), (5, "level"), (6, "name"),
    ]  # fmt: skip
    assert rows(empty_casebase, area.c.code, area.c.level, area.c.parent_code, area.c.schematic)[:2] == [
        ("41", 1, None, False),
        ("410101", 2, "41", False),
    ]


def test_a_row_updates_only_the_columns_that_the_map_names(city: Casebase, put: Callable[..., Result]) -> None:
    before = rows(city, grid.c.grid_id, grid.c.shape, grid.c.lon, grid.c.street_code)
    result = put(city, same("grid", "grid_id", "name", "kind"), "grid_id,name,kind\ng1,改名,社区网格\n", LATER)
    assert (result.new, result.updated, result.unchanged) == (0, 1, 0)
    assert rows(city, grid.c.grid_id, grid.c.name) == [("g1", "改名"), ("g2", "二网格")]
    assert rows(city, grid.c.grid_id, grid.c.shape, grid.c.lon, grid.c.street_code) == before
    assert city.state().changed_at == LATER


def test_places_above_and_a_point_inside_are_found(city: Casebase, put: Callable[..., Result]) -> None:
    places = rows(city, grid.c.grid_id, grid.c.district_code, grid.c.street_code, grid.c.lon, grid.c.lat)
    assert places == [("g1", "410101", "410101001", 113.1, 34.1), ("g2", "410101", "410101001", None, None)]
    assert json.loads(rows(city, grid.c.shape)[0][0] or "[]") == [SQUARE]
    # A grid that moves takes the places above with it; a map that says nothing of places leaves them.
    put(city, AREAS, "code,name,level,parent_code\n410102,二七区,2,41\n410102001,长江路街道,3,410102\n")
    put(
        city,
        same("grid", "grid_id", "name", "kind", "street_code"),
        "grid_id,name,kind,street_code\ng2,二,微网格,410102001\n",
    )
    put(city, same("grid", "grid_id", "name", "kind"), "grid_id,name,kind\ng2,二网格,微网格\n")
    assert rows(city, grid.c.grid_id, grid.c.district_code, grid.c.street_code)[1] == ("g2", "410102", "410102001")
    # A point that an earlier load brought stays when the outline comes without one.
    put(
        city,
        same("grid", "grid_id", "name", "kind", "lon", "lat"),
        "grid_id,name,kind,lon,lat\ng2,二,微网格,113.5,34.5\n",
    )
    put(city, GRIDS, f'grid_id,name,kind,community_code,shape\ng2,二,微网格,410101001002,"{json.dumps([SQUARE])}"\n')
    assert rows(city, grid.c.grid_id, grid.c.lon, grid.c.lat)[1] == ("g2", 113.5, 34.5)


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ("not json", "neither a GeoJSON Polygon"),
        ('{"type": "Point", "coordinates": [113, 34]}', "neither a GeoJSON Polygon"),
        ("[[[1, 2]]]", "neither a GeoJSON Polygon"),
        ("5", "neither a GeoJSON Polygon"),
        (json.dumps([[[[38_000_000, 3_800_000], [38_000_100, 3_800_000], [38_000_100, 3_800_100]]]]), "degrees"),
    ],
)
def test_a_text_that_is_no_outline_is_rejected(
    duck: Casebase, put: Callable[..., Result], shape: str, reason: str
) -> None:
    quoted = '"' + shape.replace('"', '""') + '"'
    result = put(duck, same("area", "code", "name", "level", "shape"), f"code,name,level,shape\n41,郑州,1,{quoted}\n")
    (reject,) = result.rejects
    assert reason in reject.reason
    assert (reject.column, reject.value) == ("shape", shape)


def test_an_outline_that_crosses_itself_is_mended(duck: Casebase, put: Callable[..., Result]) -> None:
    bow = json.dumps([[[[113, 34], [114, 35], [114, 34], [113, 35], [113, 34]]]])
    result = put(duck, same("area", "code", "name", "level", "shape"), f'code,name,level,shape\n41,郑州,1,"{bow}"\n')
    assert result.notes == {"shape crossed itself (mended)": 1}
    assert len(json.loads(rows(duck, area.c.shape)[0][0])) == 2  # two triangles


def test_areas_come_from_a_geojson_file(duck: Casebase, tmp_path: Path, put: Callable[..., Result]) -> None:
    put(duck, AREAS, "code,name,level,parent_code\n41,郑州,1,\n")
    outline = {"type": "MultiPolygon", "coordinates": [SQUARE]}
    features = [
        {"type": "Feature", "properties": {"adcode": 410102, "name": "二七区"}, "geometry": outline},
        {"type": "Feature", "properties": {"name": "无码区"}, "geometry": None},
    ]
    file = tmp_path / "districts.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    file_map = map_of(
        {
            "source": {"name": "gis", "table": "area"},
            "columns": {"code": "adcode", "name": "name", "shape": "geometry"},
            "constants": {"level": 2, "parent_code": "41"},
        }
    )
    result = load(duck, file, file_map, now=NOW)
    assert [(reject.line, reject.column) for reject in result.rejects] == [(2, "adcode")]
    assert rows(duck, area.c.code, area.c.lon, area.c.lat)[1] == ("410102", 113.1, 34.1)
    file.write_text("[]", encoding="utf-8")
    with pytest.raises(CasebaseError, match="not a GeoJSON FeatureCollection"):
        load(duck, file, file_map, now=NOW)


def test_cases_are_found_by_their_number(city: Casebase, put: Callable[..., Result], tmp_path: Path) -> None:
    numbers = dict(rows(city, petition.c.case_no, petition.c.petition_id))
    assert rows(city, grid_task.c.pushed_at, grid_task.c.petition_id)[0][1] == numbers["c1"]
    result = put(city, TASKS, TASK_TEXT, LATER)
    assert [(reject.line, reject.column, reject.value) for reject in result.rejects] == [
        (4, "case", "c9"),
    ]
    visits = same("reception", "reception_id", "leader_title", "held_at", keys={"text": ["reception_id"]})
    visits |= {"references": {"petition_id": {"column": "case", "source": "cases", "unknown": "null"}}}
    text = (
        "reception_id,leader_title,held_at,case\nr1,市长,2025-10-10 09:00:00,c1\n"
        "r2,市长,2025-10-10 10:00:00,\nr3,市长,2025-10-10 11:00:00,c9\n"
    )
    result = put(city, visits, text, LATER)
    text = "case: no case of the source 'cases' has this number (left blank); load the cases first"
    assert (result.new, result.notes) == (3, {text: 1})
    assert [row[1] for row in rows(city, reception.c.held_at, reception.c.petition_id)] == [numbers["c1"], None, None]


def test_events_follow_the_rows_they_tell_of(city: Casebase, put: Callable[..., Result]) -> None:
    def told(case_no: str) -> list[str]:
        of_case = select(petition.c.petition_id).where(petition.c.case_no == case_no)
        query = select(petition_event.c.action).where(petition_event.c.petition_id.in_(of_case))
        with city.reading() as connection:
            return list(connection.scalars(query.order_by(petition_event.c.happened_at, petition_event.c.event_id)))

    assert told("c1") == ["登记", "网格推送", "网格推送", "首次联系", "听证申请", "网格反馈", "听证"]
    put(city, HEARINGS, HEARING_TEXT.replace("号,c1", "号,c2"), LATER)
    assert told("c1") == ["登记", "网格推送", "网格推送", "首次联系", "网格反馈"]
    assert told("c2").count("听证") == 2


def test_what_is_named_but_not_loaded_is_counted(city: Casebase, put: Callable[..., Result]) -> None:
    result = put(city, SEATS, "hearing_id,expert_id,recused\n听证〔2025〕2号,E77,\n", LATER)
    text = "expert_id (expert id) is not in the table expert (kept); load that table, too"
    assert (result.new, result.notes) == (1, {text: 1})


def test_ids_made_from_text_are_the_same_in_every_load() -> None:
    # Written down in every case database: may never change.
    assert stable_id("E01") == 7057149340936292
    assert 0 <= stable_id("听证〔2025〕1号") < 2**53


def test_two_texts_with_one_id_stop_the_load(
    duck: Casebase, put: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casebase.loading.fields.stable_id", lambda text: len(text))
    experts = same("expert", "expert_id", "name", "joined_on", keys={"text": ["expert_id"]})
    with pytest.raises(CasebaseError, match="'E01' and 'E02' give the same id"):
        put(duck, experts, "expert_id,name,joined_on\nE01,甲,2024-03-01\nE02,乙,2024-03-01\n")
    assert rows(duck, expert.c.expert_id) == []


def test_a_key_of_several_columns_and_a_key_that_stands_twice(duck: Casebase, put: Callable[..., Result]) -> None:
    orgs = same("social_org", "name", "kind", "founded_on", keys={"text": ["org_id"]})
    orgs["columns"]["org_id"] = ["name", "founded_on"]
    text = "name,kind,founded_on\n和事佬,矛调类,1987-05-01\n和事佬,矛调类,2015-05-01\n和事佬,公益类,2015-05-01\n"
    result = put(duck, orgs, text)
    (reject,) = result.rejects
    assert (reject.line, reject.value) == (4, "和事佬 2015-05-01")
    assert reject.reason == "the key stands in the file already, on line 3"
    assert rows(duck, social_org.c.founded_on) == [(date(1987, 5, 1),), (date(2015, 5, 1),)]
    assert rows(duck, load_reject.c.line_no) == [(4,)]


def test_numbers_as_ids_stay_as_they_are(duck: Casebase, put: Callable[..., Result], tmp_path: Path) -> None:
    experts = same("expert", "expert_id", "name", "joined_on")
    ids = ["17", "E18", 2**53, 2**53 - 1]
    result = put(duck, experts, "expert_id,name,joined_on\n" + "".join(f"{n},甲,2024-03-01\n" for n in ids))
    assert [reject.reason for reject in result.rejects] == [
        "expert_id (expert id) is not a number; correct it, or rewrite it under [[clean]]",
        f"expert_id (expert id) lies outside 0 to {2**53 - 1}; correct it",
    ]
    assert rows(duck, expert.c.expert_id) == [(17,), (2**53 - 1,)]


def test_xlsx_brings_its_own_days(duck: Casebase, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["编号", "题目", "日期"])
    book.active.append(["案例1", "邻里漏水", datetime(2025, 3, 1, 9)])
    book.save(tmp_path / "model.xlsx")
    columns = {"model_case_id": "编号", "title": "题目", "told_on": "日期"}
    file_map = {"source": {"name": "x", "table": "model_case"}, "columns": columns, "keys": {"text": ["model_case_id"]}}
    load(duck, tmp_path / "model.xlsx", map_of(file_map), now=NOW)
    assert rows(duck, model_case.c.told_on, model_case.c.title) == [(date(2025, 3, 1), "邻里漏水")]


def test_demonstration_data_is_not_mixed(duck: Casebase, put: Callable[..., Result]) -> None:
    with duck.writing() as connection:
        write_info(connection, demonstration="true")
    with pytest.raises(CasebaseError, match="demonstration data"):
        put(duck, AREAS, AREA_TEXT)


def test_a_file_of_rejects_alone_is_no_change(duck: Casebase, put: Callable[..., Result], tmp_path: Path) -> None:
    out = tmp_path / "rejects.csv"
    result = put(duck, AREAS, "code,name,level,parent_code\n410101,中原区,2,41\n", rejects_file=out)
    assert (result.read, result.loaded, result.rejected) == (1, 0, 1)
    assert (
        out.read_text(encoding="utf-8-sig").splitlines()[1].startswith('2,parent_code,41,"no area of the level above')
    )
    assert duck.state().version == 0


HEAD = '[source]\nname = "x"\ntable = "{}"\n\n[columns]\n'


@pytest.mark.parametrize(
    ("table", "text", "sentence"),
    [
        (
            "grid",
            'grid_id = "a"\nname = "b"\nkind = "c"\nblock = "d"\n',
            r"line 9: columns.block: block is not a field of a grid that a map can fill, which are: grid_id name kind",
        ),
        ("grid", 'grid_id = "a"\nname = "b"\n', "columns must name the column of kind"),
        ("grids", 'grid_id = "a"\n', "line 3: source.table: \"grids\" is no choice; write 'petition', 'area'"),
        (
            "agent",
            'agent_id = "a"\n[constants]\nactive_from = "soon"\n',
            "line 8: .*active_from is not a datetime: 'soon'",
        ),
        ("hearing", 'hearing_id = "a"\nstage = "b"\nstatus = "c"\n', "references must say how petition_id is found"),
        (
            "agent",
            'agent_id = "a"\n[constants]\nactive_from = 2024-01-01T00:00:00Z\n',
            "active_from is not a local wall time: leave out the zone",
        ),
        ("hearing", 'petition_id = "a"\n', r"under \[references\]"),
        (
            "expert",
            'expert_id = "a"\nname = "b"\njoined_on = "c"\n[keys]\ntext = ["name"]\n',
            "name is not a number that identifies a row of an expert that a map can fill, which are: expert_id",
        ),
        (
            "expert",
            'expert_id = "a"\nname = "b"\njoined_on = "c"\n[place]\nby = "code"\n',
            "line 9: place: unknown key",
        ),
    ],
)
def test_a_wrong_map_of_a_table_is_named_with_its_line(tmp_path: Path, table: str, text: str, sentence: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(HEAD.format(table) + text, encoding="utf-8")
    with pytest.raises(UsageError, match=sentence):
        read_map(path)


@pytest.mark.parametrize(
    ("table", "start", "later"),
    [pytest.param(t, *step, id=f"{t.name}-{step[1]}") for t, steps in ORDER.items() for step in steps],
)
def test_a_time_before_the_one_it_follows_is_left_blank_and_counted(
    duck: Casebase, put: Callable[..., Result], table: Table, start: str, later: str
) -> None:
    put(
        duck,
        {"source": {"name": "cases"}, "columns": {"case_no": "n", "registered_at": "t"}},
        "n,t\nc1,2025-10-09 08:00:00\n",
    )
    key = next(iter(table.primary_key)).name
    given = [key, start, later]
    samples: dict[type, object] = {str: "x", int: 1, datetime: "2025-10-10 09:00:00", bool: False}
    needed = [c.name for c in table.columns if not c.nullable and c.name not in (*given, "petition_id")]
    constants = {name: samples[table.c[name].type.python_type] for name in needed}
    file_map = same(table.name, *given, constants=constants) | (CASE if "petition_id" in table.c else {})

    def text(moment: str) -> str:
        right = "2,2025-10-10 09:00:00,2025-10-10 09:00:00,c1"
        return f"{','.join(given)},case\n1,2025-10-10 09:00:00,{moment},c1\n{right}\n"

    early = datetime(2025, 10, 10, 8, 59, 59)
    result = put(duck, file_map, text(str(early)))
    assert (result.new, result.rejected) == (2, 0)
    kept = not table.c[later].nullable
    fate = "kept" if kept else "left blank"
    text_of_note = f"{later} ({in_words(later)}) lies before {start} ({in_words(start)}) ({fate}); correct it"
    assert [n for text, n in result.notes.items() if text.startswith(text_of_note)] == [1]
    number = table.c[key]
    assert rows(duck, number, table.c[later], table.c.dropped_times)[0][1:] == (
        (early, None) if kept else (None, later)
    )
    name = f"{'out_of_order' if kept else 'times_dropped'}_{table.name}"
    with duck.reading() as connection:
        assert {one.name: one.count for one in check(connection, duck.settings.deadlines)}[name] == 1
    assert quality.findings(duck.whole).set_index("name")["count"][name] == 1
    assert list(quality.rows(duck.whole, name, as_of=NOW)[key].astype(str)) == [str(rows(duck, number)[0][0])]
    assert put(duck, file_map, text(str(early)), LATER).unchanged == 2
    assert put(duck, file_map, text("2025-10-10 10:00:00"), LATER).updated == 1, "the next export is right"
    assert name not in set(quality.findings(duck.whole)["name"])
    strict = file_map | {"order": {"before_start": "reject"}}
    assert put(duck, strict, text(str(early))).rejected == 1


@pytest.mark.parametrize(
    "table", [table for table in metadata.sorted_tables if table.name not in UNLOADED], ids=lambda table: table.name
)
def test_every_table_takes_a_row_of_all_its_columns(duck: Casebase, put: Callable[..., Result], table: Table) -> None:
    put(
        duck,
        {"source": {"name": "cases"}, "columns": {"case_no": "n", "registered_at": "t"}},
        "n,t\nc1,2025-10-09 08:00:00\n",
    )
    samples: dict[type, str] = {str: "x", int: "1", float: "34.5", bool: "是", datetime: "2025-10-09 08:00:00"}
    samples[date] = "2025-10-09"
    special = {"shape": "", "parent_code": ""}
    names = [column.name for column in table.columns if column.name not in ("petition_id", "dropped_times")]
    file_map = same(table.name, *names) | (CASE if "petition_id" in table.c else {})
    cells = [special.get(name, samples[table.c[name].type.python_type]) for name in names]
    header, line = ",".join([*names, "case"]), ",".join([*cells, "c1"])
    assert put(duck, file_map, f"{header}\n{line}\n").new == 1
    assert put(duck, file_map, f"{header}\n{line}\n").unchanged == 1
    with duck.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(table)) == 1


def test_the_worked_example_is_read_as_the_guide_says(
    duck: Casebase, put: Callable[..., Result], tmp_path: Path
) -> None:
    cases = {"source": {"name": "my_bureau"}, "columns": {"case_no": "n", "registered_at": "t"}}
    put(duck, cases, "n,t\nXF-0001,2025-10-09 08:00:00\nXF-0002,2025-10-09 08:00:00\n")
    guide = (ROOT / "docs" / "loading.md").read_text(encoding="utf-8")
    shown = guide.split("`hearings.csv`:\n\n")[1].split("\n\n")[0]
    file = tmp_path / "hearings.csv"
    file.write_text(textwrap.dedent(shown), encoding="utf-8")
    result = load(duck, file, read_map(ROOT / "maps" / "hearings.toml"), now=NOW)
    assert (result.new, result.rejected, result.notes) == (2, 0, {})
    assert rows(duck, hearing.c.scheduled_at, hearing.c.stage, hearing.c.status, hearing.c.conclusion) == [
        (datetime(2025, 10, 20, 9), "办理", "已举行", "达成和解"),
        (datetime(2025, 11, 25, 9), "复查", "已排期", None),
    ]


def test_the_guide_names_every_column_of_every_table() -> None:
    guide = (ROOT / "docs" / "loading.md").read_text(encoding="utf-8")
    for table in (table for table in metadata.sorted_tables if table.name not in UNLOADED):
        (line,) = [line for line in guide.splitlines() if line.startswith(f"| `{table.name}` |")]
        for column in (column for column in table.columns if column.name != "dropped_times"):
            named = "the case" if column.name == "petition_id" else column.name
            assert re.search(rf"\b{named}\b", line), f"{table.name}.{column.name}"


def test_people_and_agents_are_as_the_files_say(city: Casebase) -> None:
    assert rows(city, agent.c.agent_id, agent.c.active_from) == [("a1", datetime(2023, 5, 1))]
    workers = dict(rows(city, grid_worker.c.worker_id, grid_worker.c.grid_id))
    assert workers[stable_id("W-2")] == "g2"
    panel = rows(city, hearing_expert.c.hearing_id, hearing_expert.c.expert_id, hearing_expert.c.recused)
    assert (stable_id("听证〔2025〕1号"), stable_id("E02"), False) in panel
    assert {row[0] for row in rows(city, hearing.c.hearing_id)} == {row[0] for row in panel}
