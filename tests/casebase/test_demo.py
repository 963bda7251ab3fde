"""The demonstration city: the figures of the seed document, one seed one city, and courses that hold together."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import func, select

from casebase import schema
from casebase.demo import build
from casebase.engine import Casebase

CASES = 6_000
SEED = 7
UNTIL = datetime(2026, 11, 20, 16, 30)
# Of every row of the small city but its coordinates; a deliberate change of the generator changes it.
GOLDEN = "dc1fe4c5b672653294ba9cb3a7f3e1bd6257ab7c7f271c28664759d6f7976514"


def _quiet(stage: str, done: int, total: int) -> None:
    assert stage
    assert 0 <= done <= total


@pytest.fixture(scope="module")
def city(new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase]) -> Casebase:
    casebase = casebase_of(new_url("duckdb"))
    build(casebase, cases=CASES, seed=SEED, until=UNTIL, progress=_quiet)
    return casebase


def _rows(casebase: Casebase, name: str) -> pd.DataFrame:
    table = schema.metadata.tables[name]
    with casebase.reading() as connection:
        return pd.read_sql(select(table).order_by(*table.primary_key.columns), connection)


def _count(casebase: Casebase, name: str) -> int:
    with casebase.reading() as connection:
        return connection.scalar(select(func.count()).select_from(schema.metadata.tables[name])) or 0


@pytest.fixture(scope="module")
def petitions(city: Casebase) -> pd.DataFrame:
    return _rows(city, "petition")


@pytest.fixture(scope="module")
def grids(city: Casebase) -> pd.DataFrame:
    return _rows(city, "grid")


@pytest.fixture(scope="module")
def areas(city: Casebase) -> pd.DataFrame:
    return _rows(city, "area")


def test_grids_of_four_kinds(grids: pd.DataFrame) -> None:
    assert grids.kind.value_counts().to_dict() == {
        "社区网格": 7_876, "微网格": 46_817, "农村网格": 11_381, "专属网格": 4_744,
    }  # fmt: skip
    assert grids["shape"].notna().all()


def test_people_and_organisations_of_the_seed_document(city: Casebase) -> None:
    assert _count(city, "petition") == CASES
    assert _count(city, "grid_worker") == 217_000
    assert _count(city, "agent") == 12_000
    assert _count(city, "expert") == 135
    organisations = _rows(city, "social_org")
    assert (organisations.kind == "孵化中心").sum() == 140
    assert (organisations.kind != "孵化中心").sum() == 15_600
    assert 950 <= (organisations.kind == "矛调类").sum() < 1_000
    assert {"西郊老街坊喝茶化事", "银发调解队", "六元共治"} <= set(organisations.name)
    assert set(_rows(city, "agent").origin) == {"信访干部", "村(社区)两委", "信息员", "矛调员", "志愿者", "网格员"}


def test_a_little_over_three_hundred_cases_with_experts(city: Casebase) -> None:
    panels, hearings = _rows(city, "hearing_expert"), _rows(city, "hearing")
    held = hearings[hearings.held_at.notna() & hearings.hearing_id.isin(panels.hearing_id[~panels.recused])]
    mediated = (_rows(city, "mediation").mediator_kind == "专家").sum()
    assert 300 < held.petition_id.nunique() + mediated < 330
    assert set(hearings.stage) == {"办理", "复查", "复核"}
    assert ((hearings.status == "已排期") & (hearings.scheduled_at > UNTIL)).any()
    assert set(range(1, 136)) - set(panels.expert_id), "some experts are idle"


def test_family_disputes_are_settled_in_the_community(city: Casebase) -> None:
    mediations = _rows(city, "mediation")
    closed = mediations[mediations.closed_at.notna() & (mediations.dispute_kind == "家庭邻里")]
    assert (closed.outcome == "化解").mean() == pytest.approx(0.85, abs=0.04)
    assert mediations[mediations.outcome == "转信访"].petition_id.notna().all()


def test_some_grids_and_communities_lack_people(city: Casebase, grids: pd.DataFrame) -> None:
    without = ~grids.grid_id.isin(_rows(city, "grid_worker").grid_id)
    assert 0.02 < without.mean() < 0.04
    assert without.groupby(grids.street_code).mean().max() > 0.2, "gaps come in clusters"
    assert 3_306 - _rows(city, "agent").community_code.nunique() == 48


def test_population_sums_up_at_every_level(areas: pd.DataFrame) -> None:
    assert areas.population[areas.level == 1].tolist() == [13_000_000]
    for level in (2, 3, 4):
        below = areas[areas.level == level].groupby("parent_code")[["population", "households"]].sum()
        above = areas.set_index("code").loc[below.index, ["population", "households"]]
        assert (below == above).all(axis=None)
    assert areas.level.value_counts().to_dict() == {1: 1, 2: 16, 3: 208, 4: 3_306}


def test_households_of_base_grids_are_those_of_the_communities(areas: pd.DataFrame, grids: pd.DataFrame) -> None:
    base = grids[grids.kind.isin(["微网格", "农村网格"])].groupby("community_code").households.sum()
    assert (base == areas.set_index("code").households[base.index]).all()
    outer = grids[grids.kind == "社区网格"].groupby("community_code").households.sum()
    assert (outer == base[outer.index]).all()


def test_no_zone_has_an_invented_outline(areas: pd.DataFrame) -> None:
    districts = areas[areas.level == 2]
    zone = districts.kind == "功能区"
    assert districts["shape"][zone].isna().all()
    assert districts.schematic[zone].all()
    assert districts["shape"][~zone].notna().all()
    assert not districts.schematic[~zone].any()
    assert areas.schematic[areas.level > 2].all()
    assert districts.lon.notna().all()


def _shapes(texts: pd.Series) -> np.ndarray:
    return np.array([shapely.MultiPolygon([(rings[0], rings[1:]) for rings in json.loads(text)]) for text in texts])


def test_streets_share_out_the_districts(areas: pd.DataFrame) -> None:
    districts, streets = (areas[areas.level == level]["shape"].dropna() for level in (2, 3))
    cells = _shapes(streets)
    city_area = shapely.area(_shapes(districts)).sum()
    assert shapely.area(cells).sum() == pytest.approx(city_area, rel=1e-3)
    assert shapely.union_all(cells).area == pytest.approx(city_area, rel=1e-3)


def test_cases_lie_in_the_cell_of_their_grid(petitions: pd.DataFrame, grids: pd.DataFrame) -> None:
    placed = petitions[petitions.grid_id.notna()]
    cells = _shapes(grids.set_index("grid_id")["shape"][placed.grid_id])
    assert shapely.intersects_xy(cells, placed.lon, placed.lat).all()


def test_places_agree_and_few_are_missing(petitions: pd.DataFrame, areas: pd.DataFrame) -> None:
    columns = ["district_code", "street_code", "community_code", "grid_id", "lon", "lat"]
    missing = petitions[columns].isna()
    assert (missing.nunique(axis=1) == 1).all()
    assert 0 < missing.lon.mean() < 0.004
    assert 0 < petitions.category_code.isna().mean() < 0.004
    parent = areas.set_index("code").parent_code
    placed = petitions[petitions.lon.notna()]
    assert (parent[placed.community_code].to_numpy() == placed.street_code).all()
    assert (parent[placed.street_code].to_numpy() == placed.district_code).all()


def test_times_are_ordered_and_nothing_lies_ahead(city: Casebase, petitions: pd.DataFrame) -> None:
    steps = petitions[["registered_at", "forwarded_at", "accepted_at", "closed_at", "evaluated_at"]]
    for earlier, later in zip(steps.columns, steps.columns[1:], strict=False):
        assert not (steps[later] < steps[earlier]).any()
        assert not (steps[later].notna() & steps[earlier].isna()).any()
    assert petitions.petition_id.is_monotonic_increasing
    assert petitions.registered_at.is_monotonic_increasing
    planned = {"due_at", "scheduled_at", "day"}
    for name in ("petition", "grid_task", "mediation", "hearing", "reception", "supervision", "petition_event"):
        for column, values in _rows(city, name).select_dtypes("datetime").items():
            assert column in planned or not (values > UNTIL).any(), f"{name}.{column}"


def test_tasks_and_hearings_are_in_order(city: Casebase) -> None:
    tasks, hearings = _rows(city, "grid_task"), _rows(city, "hearing")
    assert not (tasks.contacted_at < tasks.pushed_at).any()
    assert not (tasks.finished_at < tasks.contacted_at).any()
    assert not (hearings.held_at < hearings.applied_at).any()
    assert not (hearings.settled_at < hearings.held_at).any()
    assert hearings.applied_at.notna().all()
    assert not (hearings.scheduled_at < hearings.applied_at).any()
    assert (hearings.scheduled_at[hearings.status == "已排期"] > UNTIL).all()


def test_workers_and_agents_were_active(city: Casebase, petitions: pd.DataFrame) -> None:
    workers = _rows(city, "grid_worker").set_index("worker_id")
    tasks = _rows(city, "grid_task").dropna(subset="worker_id")
    by = workers.loc[tasks.worker_id]
    assert (by.active_from.to_numpy() <= tasks.pushed_at.to_numpy()).all()
    assert (by.grid_id.to_numpy() == tasks.grid_id.to_numpy()).all()
    served = petitions.dropna(subset="agent_id")
    agents = _rows(city, "agent").set_index("agent_id").loc[served.agent_id]
    assert (agents.community_code.to_numpy() == served.community_code.to_numpy()).all()
    assert (agents.active_from.to_numpy() <= served.registered_at.to_numpy()).all()


def test_deadlines_follow_the_rules(city: Casebase, petitions: pd.DataFrame) -> None:
    simple = petitions[petitions.is_simple]
    assert petitions.five_day_due[~petitions.is_simple].isna().all()
    days = simple.registered_at.to_numpy().astype("datetime64[D]")
    expected = city.workdays.after_many(days, 5)
    assert (pd.to_datetime(simple.five_day_due).to_numpy().astype("datetime64[D]") == expected).all()
    start = petitions.accepted_at.fillna(petitions.registered_at).dt.normalize()
    limit = start + pd.to_timedelta(60 + petitions.extended_days + 1, unit="D") - pd.Timedelta(seconds=1)
    assert (petitions.due_at == limit).all()


def test_repeats_name_an_earlier_first_case_of_the_same_person_and_matter(petitions: pd.DataFrame) -> None:
    again = petitions[~petitions.is_first]
    assert 0.05 < len(again) / len(petitions) < 0.11
    origin = petitions.set_index("petition_id").loc[again.repeat_of]
    assert origin.is_first.all()
    assert (origin.registered_at.to_numpy() < again.registered_at.to_numpy()).all()
    for column in ("petitioner_key", "petitioner_name", "petitioner_phone"):
        assert (origin[column].to_numpy() == again[column].to_numpy()).all()
    assert (origin.category_code.fillna("").to_numpy() == again.category_code.fillna("").to_numpy()).all()
    assert petitions.petitioner_phone.str.fullmatch(r"100\d{8}").all()


def test_flags_and_status_agree_with_the_columns(petitions: pd.DataFrame) -> None:
    assert ((petitions.people >= 5) == petitions.is_collective).all()
    assert ((petitions.purpose == "检举控告") == petitions.restricted).all()
    assert (petitions.closed_at.notna() == petitions.status.isin(["已办结", "不予受理"])).all()
    assert (petitions.closed_at.notna() == petitions.resolved.notna()).all()
    assert (petitions.case_no.nunique()) == len(petitions)


def test_levels_are_believable(petitions: pd.DataFrame) -> None:
    ended = petitions[petitions.registered_at < "2026-07-01"]
    simple = ended[ended.is_simple]
    in_time = (simple.closed_at.dt.normalize() <= pd.to_datetime(simple.five_day_due)).mean()
    assert in_time == pytest.approx(0.94, abs=0.02)
    assert ended.is_simple.mean() == pytest.approx(0.56, abs=0.03)
    assert (ended.evaluated_at.notna()[ended.counted]).mean() == pytest.approx(0.68, abs=0.05)
    assert petitions.restricted.mean() == pytest.approx(0.02, abs=0.008)
    assert petitions.counted.mean() == pytest.approx(0.96, abs=0.01)
    assert 0.005 < petitions.closed_at.isna().mean() < 0.03


def test_working_days_carry_the_load(city: Casebase, petitions: pd.DataFrame) -> None:
    days = petitions.registered_at.to_numpy().astype("datetime64[D]")
    calendar = city.workdays
    works = calendar.is_workday[(days - calendar.days[0]).astype(int)]
    assert 0.75 < works.mean() < 0.95
    visits = petitions.channel == "来访"
    assert works[visits].mean() > 0.97
    assert petitions.registered_at[petitions.channel == "网信"].dt.hour.nunique() == 24


def test_events_agree_with_the_columns(city: Casebase, petitions: pd.DataFrame) -> None:
    events = _rows(city, "petition_event")
    for action, column in (("登记", "registered_at"), ("转送", "forwarded_at"), ("评价", "evaluated_at")):
        told = events[events.action == action].set_index("petition_id").happened_at
        stored = petitions.set_index("petition_id")[column].dropna()
        assert told.sort_index().equals(stored.sort_index().rename("happened_at")), action


def test_reviews_come_after_the_closing_and_hold_their_hearings(city: Casebase, petitions: pd.DataFrame) -> None:
    events = _rows(city, "petition_event")
    steps = ["复查申请", "复查意见", "复核申请", "复核意见"]
    wide = events[events.action.isin(steps)].pivot(index="petition_id", columns="action", values="happened_at")
    wide = wide.join(petitions.set_index("petition_id").closed_at)[["closed_at", *steps]]
    assert len(wide) > 20
    for earlier, later in zip(wide.columns, wide.columns[1:], strict=False):
        both = wide[[earlier, later]].dropna()
        assert len(both) == wide[later].notna().sum() > 0
        assert (both[earlier] <= both[later]).all(), later
    assert (wide <= UNTIL).where(wide.notna(), True).all(axis=None)
    taken = (wide["复查意见"].dt.normalize() - wide["复查申请"].dt.normalize()).dt.days.dropna()
    assert 0 < (taken > 30).mean() < 0.3
    hearings = _rows(city, "hearing")
    for stage in ("复查", "复核"):
        held = hearings[(hearings.stage == stage) & hearings.held_at.notna()].set_index("petition_id")
        around = held.join(wide)
        assert len(held) > 0
        assert (around[f"{stage}申请"] <= around.applied_at).all()
        assert (around[f"{stage}意见"].dropna() >= around.held_at[around[f"{stage}意见"].notna()]).all()


def test_a_case_is_sent_back_before_it_is_accepted(city: Casebase, petitions: pd.DataFrame) -> None:
    events = _rows(city, "petition_event")
    sent = events[events.action == "异议退回"].merge(petitions, on="petition_id")
    assert len(sent) > 0
    assert ((sent.forwarded_at <= sent.happened_at) & (sent.happened_at <= sent.accepted_at)).all()


def test_info_says_demonstration(city: Casebase) -> None:
    state = city.state()
    assert state.demonstration
    assert state.city_name == "郑州市"
    assert state.data_until == UNTIL
    assert state.version == 1


def _checksum(casebase: Casebase) -> str:
    found = hashlib.sha256()
    for name in ("area", "unit", "category", "grid", "grid_worker", "agent", "social_org", "expert", "petition",
                 "grid_task", "mediation", "hearing", "hearing_expert", "reception", "supervision",
                 "model_case"):  # fmt: skip
        # Places are drawn by shapely, whose last digits differ between machines; no time of the city was ever dropped.
        rows = _rows(casebase, name).drop(columns=["lon", "lat", "shape", "dropped_times"], errors="ignore")
        found.update(rows.to_csv(index=False).encode())
    return found.hexdigest()


def test_a_seed_gives_the_same_rows_on_every_machine(city: Casebase) -> None:
    assert _checksum(city) == GOLDEN


@pytest.mark.parametrize("cases", [100, 1_000])
def test_small_cities_can_be_built_and_seeds_differ(
    new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase], petitions: pd.DataFrame, cases: int
) -> None:
    other = casebase_of(new_url("duckdb"))
    build(other, cases=cases, seed=SEED + 1, until=UNTIL, progress=_quiet)
    rows = _rows(other, "petition")
    assert len(rows) == cases
    assert not rows.title.equals(petitions.title.head(cases))


def test_a_build_that_is_interrupted_leaves_nothing(
    new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase]
) -> None:
    casebase = casebase_of(new_url("duckdb"))

    def interrupt(stage: str, done: int, total: int) -> None:
        if stage == "信访事项":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(casebase, cases=500, seed=SEED, until=UNTIL, progress=interrupt)
    assert _count(casebase, "area") == _count(casebase, "petition") == 0
    assert not casebase.state().demonstration
