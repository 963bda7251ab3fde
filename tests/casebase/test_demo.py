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
from casebase.case_words import CLOSED, HOTLINE, NOT_HANDLED, PETITION_PROCEDURE
from casebase.demo import build
from casebase.demo.units import read_matters
from casebase.engine import Casebase

CASES = 6_000
SEED = 7
UNTIL = datetime(2026, 11, 20, 16, 30)
# Of every row of the small city but its coordinates; a deliberate change of the generator changes it.
GOLDEN = "91ba4d9c83c70e5cd1239f0db54708b3a9e066084d432f6c2159c75456d5f0bd"


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
    centres = organisations[organisations.kind == "孵化中心"]
    assert centres.level.value_counts().to_dict() == {"街道": 124, "区": 16}
    assert centres.name.is_unique
    assert organisations.level[organisations.kind != "孵化中心"].isna().all()


def test_community_organisations_belong_to_urban_communities(city: Casebase, areas: pd.DataFrame) -> None:
    organisations = _rows(city, "social_org").query("kind != '孵化中心'")
    urban = areas[areas.kind == "社区"].code
    assert organisations.community_code.isin(urban).all()
    assert organisations.community_code.nunique() == len(urban)
    assert 13 < len(organisations) / len(urban) < 16


def test_the_library_holds_the_cases_that_the_seed_document_names(city: Casebase) -> None:
    library = _rows(city, "model_case")
    for place, name in (
        ("中原区秦江社区", "西郊老街坊喝茶化事"), ("金水区通信花园社区", "银发调解队"),
        ("巩义市湖畔社区", "聪姐和事会"), ("惠济区西山社区", "六元共治"),
    ):  # fmt: skip
        assert library.title.str.startswith(f"{place}“{name}”").sum() == 1
    assert (pd.to_datetime(library.told_on) <= UNTIL).all()
    linked = library.dropna(subset="mediation_id").merge(_rows(city, "mediation"), on="mediation_id")
    assert len(linked) > 30
    assert (linked.dispute_kind_x == linked.dispute_kind_y).all()
    assert (linked.outcome_y == "化解").all()
    outcomes = _rows(city, "grid_task").dropna(subset="outcome").groupby("kind").outcome.unique().map(set)
    assert outcomes["协助化解"] == {"就地化解", "疏导上报", "其他"}
    assert outcomes["人员核查"] == {"已核实", "未核实"}
    assert outcomes["人员关怀"] == {"已走访", "未走访"}
    assert set(_rows(city, "agent").origin) == {"信访干部", "村(社区)两委", "信息员", "矛调员", "志愿者", "网格员"}


def test_a_little_over_three_hundred_cases_with_experts(city: Casebase) -> None:
    panels, hearings, tasks = _rows(city, "hearing_expert"), _rows(city, "hearing"), _rows(city, "expert_task")
    held = hearings[hearings.held_at.notna() & hearings.hearing_id.isin(panels.hearing_id[~panels.recused])]
    mediated = _rows(city, "mediation").query("mediator_kind == '专家'").mediation_id
    assert set(tasks.mediation_id.dropna()) == set(mediated)
    assert set(tasks.kind) == {"调解", "办理"}
    assert not tasks.petition_id.dropna().isin(hearings.petition_id).any()
    # A city of few cases has fewer that were closed before its end; a whole one has 236 hearings with experts.
    assert len(held) + len(tasks) > 250
    joined = pd.to_datetime(_rows(city, "expert").set_index("expert_id").joined_on)
    assert (joined[tasks.expert_id].to_numpy() <= tasks.took_part_at.to_numpy()).all()
    assert set(hearings.stage) == {"办理", "复查", "复核"}
    assert ((hearings.status == "已排期") & (hearings.scheduled_at > UNTIL)).any()
    assert set(range(1, 136)) - set(panels.expert_id), "some experts are idle"


def test_the_head_of_the_unit_presides_and_experts_judge(city: Casebase) -> None:
    hearings = _rows(city, "hearing").query("status in ['已举行', '已排期']").set_index("hearing_id")
    seats, guests = _rows(city, "hearing_expert"), _rows(city, "hearing_participant")
    assert set(seats.role) == {"听证员", "评议"}
    presiding = guests[guests.role == "主持"].set_index("hearing_id").kind
    assert presiding.index.is_unique
    assert set(presiding.index) == set(hearings.index) == set(seats.hearing_id)
    heads = {"办理": "责任单位负责人", "复查": "复查机关负责人", "复核": "复核机关负责人"}
    assert (hearings.stage.map(heads) == presiding[hearings.index]).all()
    assert {"志愿者", "人大代表", "政协委员", "群众代表"} <= set(guests.kind[guests.role == "听证员"])


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
    assert (petitions.unit_id.isna() == (petitions.status == "存")).all(), "what is filed goes to no unit"
    assert 0 < missing.lon.mean() < 0.004
    assert 0 < petitions.category_code.isna().mean() < 0.004
    parent = areas.set_index("code").parent_code
    placed = petitions[petitions.lon.notna()]
    assert (parent[placed.community_code].to_numpy() == placed.street_code).all()
    assert (parent[placed.street_code].to_numpy() == placed.district_code).all()


def test_times_are_ordered_and_nothing_lies_ahead(city: Casebase, petitions: pd.DataFrame) -> None:
    handled = petitions[~petitions.status.isin(NOT_HANDLED)]
    steps = handled[["registered_at", "forwarded_at", "received_at", "accepted_at", "closed_at", "evaluated_at"]]
    for earlier, later in zip(steps.columns, steps.columns[1:], strict=False):
        assert not (steps[later] < steps[earlier]).any()
        assert not (steps[later].notna() & steps[earlier].isna()).any()
    ended = petitions[petitions.status.isin(NOT_HANDLED)]
    assert set(ended.status) == set(NOT_HANDLED)
    assert ended.closed_at.notna().all()
    assert ended[["accepted_at", "resolved", "due_at", "evaluated_at"]].isna().all(axis=None)
    assert (ended.received_at.isna() == (ended.status == "存")).all()
    assert petitions.petition_id.is_monotonic_increasing
    assert petitions.registered_at.is_monotonic_increasing
    planned = {"due_at", "scheduled_at", "day", "settled_by"}
    for name in ("petition", "grid_task", "mediation", "hearing", "reception", "supervision", "petition_event",
                 "expert_task", "proposal"):  # fmt: skip
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


def test_hearings_lie_inside_the_course_or_after_it(city: Casebase, petitions: pd.DataFrame) -> None:
    held = _rows(city, "hearing").dropna(subset="held_at").merge(petitions, on="petition_id")
    of_handling = held[held.stage == "办理"]
    assert (of_handling.accepted_at <= of_handling.applied_at).all()
    assert not (of_handling.held_at > of_handling.closed_at).any()
    assert of_handling.closed_at.isna().any(), "cases are heard that are still open"
    assert held.petition_id.is_unique
    after = held[held.stage != "办理"]
    assert (after.closed_at < after.applied_at).all()
    # Who is content has a case that is closed or will be soon.
    settled = held.dropna(subset="settled_at")
    assert (settled.closed_at.fillna(UNTIL) - settled.settled_at).dt.days.max() < 30
    assert held.settled_at.notna().mean() > 0.6


@pytest.fixture(scope="module")
def larger_city(new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase]) -> Casebase:
    """Large enough that chance alone leaves no month without any of its activities."""
    casebase = casebase_of(new_url("duckdb"))
    build(casebase, cases=40_000, seed=SEED, until=UNTIL, progress=_quiet)
    return casebase


def _by_month(moments: pd.Series, months: int) -> pd.Series:
    span = pd.period_range(end=pd.Period(UNTIL, "M"), periods=months, freq="M")
    return pd.to_datetime(moments).dt.to_period("M").value_counts().reindex(span, fill_value=0)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("hearing", "held_at"), ("hearing", "applied_at"), ("mediation", "opened_at"), ("mediation", "closed_at"),
        ("reception", "held_at"), ("reception", "closed_at"),
        ("supervision", "issued_at"), ("supervision", "replied_at"), ("grid_task", "pushed_at"),
        ("grid_task", "contacted_at"), ("grid_task", "finished_at"), ("petition", "registered_at"),
        ("petition", "accepted_at"), ("petition", "closed_at"), ("petition", "evaluated_at"),
    ],
)  # fmt: skip
def test_no_activity_ends_before_the_city_does(larger_city: Casebase, table: str, column: str) -> None:
    monthly = _by_month(_rows(larger_city, table)[column], 12)
    assert monthly.min() > 0, monthly
    # The running month is two thirds over, and what is drawn from closed cases alone would thin out before it.
    assert monthly.iloc[-3:].mean() > monthly.iloc[:-3].mean() / 3


def test_what_hangs_on_a_case_or_its_channel_goes_on_to_the_end(larger_city: Casebase) -> None:
    petitions, events = _rows(larger_city, "petition"), _rows(larger_city, "petition_event")
    line, aided = petitions.channel == HOTLINE, petitions.agent_id.notna()
    series = {action: events[events.action == action].happened_at for action in ("复查申请", "复查意见", "息诉息访")}
    series |= {"12345": petitions.registered_at[line], "12345 closed": petitions.closed_at[line]}
    series |= {"12345 evaluated": petitions.evaluated_at[line], "agents": petitions.registered_at[aided]}
    for name, moments in series.items():
        assert _by_month(moments, 12).min() > 0, name


def test_what_experts_do_once_a_month_goes_on_to_the_end(larger_city: Casebase) -> None:
    tasks, library = _rows(larger_city, "expert_task"), _rows(larger_city, "model_case")
    span = UNTIL - datetime(2021, 11, 20)
    for kind, number in (("调解", 58), ("办理", 18)):
        moments = tasks.took_part_at[tasks.kind == kind].sort_values()
        # A day for which no case is left is passed over.
        assert number - 2 <= len(moments) <= number
        # Most lie in a stretch of their own each, so that two are never further apart than two stretches.
        assert moments.diff().max() < 3.2 * span / number
        assert UNTIL - moments.max() < 3.2 * span / number
    assert len(library) == 40
    assert UNTIL - pd.to_datetime(library.told_on).max() < pd.Timedelta(days=130)


def test_hearings_are_spread_over_all_months(larger_city: Casebase) -> None:
    hearings = _rows(larger_city, "hearing")
    monthly = _by_month(hearings.held_at, 24)
    assert monthly.between(1, 10).all(), monthly
    assert monthly.nunique() > 3, "not like clockwork"
    assert len(hearings.held_at.dropna()) == 236
    assert hearings.held_at[hearings.held_at.dt.year < 2023].size > 40, "held from the beginning on"


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
    line = petitions.channel == HOTLINE
    assert petitions.handling_path[line].isna().all()
    assert not (petitions.is_simple & line).any()
    last = city.workdays.after_many(petitions.registered_at[line].to_numpy().astype("datetime64[D]"), 5)
    assert (petitions.due_at[line].dt.normalize() == last).all()
    limited = (petitions.handling_path == PETITION_PROCEDURE) & petitions.accepted_at.notna()
    span = pd.to_timedelta(60 + petitions.extended_days[limited] + 1, unit="D")
    limit = petitions.accepted_at[limited].dt.normalize() + span - pd.Timedelta(seconds=1)
    assert (petitions.due_at[limited] == limit).all()
    assert petitions.due_at[~limited & ~line].isna().all()


def test_ways_of_handling_follow_purpose_and_matter(petitions: pd.DataFrame) -> None:
    own = petitions[petitions.channel != HOTLINE]
    assert (own.handling_path[own.purpose == "检举控告"] == "第三十条").all()
    assert (own.handling_path[own.purpose.isin(["意见建议", "其他"])] == "第二十九条").all()
    claims = own[own.purpose.isin(["求决", "申诉"])]
    assert claims.handling_path.str.startswith("第三十一条第").all()
    shares = claims.handling_path.value_counts(normalize=True)
    assert 0.8 < shares[PETITION_PROCEDURE] < 0.97
    assert len(shares) == 6


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
    assert (petitions.closed_at.notna() == petitions.status.isin([CLOSED, *NOT_HANDLED])).all()
    assert ((petitions.status == CLOSED) == petitions.resolved.notna()).all()
    assert (petitions.case_no.nunique()) == len(petitions)


def test_levels_are_believable(petitions: pd.DataFrame) -> None:
    ended = petitions[petitions.registered_at < "2026-07-01"]
    simple = ended[ended.is_simple]
    in_time = (simple.closed_at.dt.normalize() <= pd.to_datetime(simple.five_day_due)).mean()
    assert in_time == pytest.approx(0.94, abs=0.02)
    assert ended.is_simple[ended.channel != HOTLINE].mean() == pytest.approx(0.5, abs=0.03)
    assert (ended.evaluated_at.notna()[ended.counted]).mean() == pytest.approx(0.68, abs=0.05)
    late = ended.closed_at.fillna(UNTIL) > ended.due_at
    assert late[ended.channel == HOTLINE].mean() == pytest.approx(0.06, abs=0.03)
    assert late[~ended.is_simple & ended.due_at.notna()].mean() == pytest.approx(0.07, abs=0.03)
    assert petitions.restricted.mean() == pytest.approx(0.02, abs=0.008)
    assert petitions.counted.mean() == pytest.approx(0.96, abs=0.01)
    assert 0.005 < petitions.closed_at.isna().mean() < 0.03


def test_working_days_carry_the_load(city: Casebase, petitions: pd.DataFrame) -> None:
    days = petitions.registered_at.to_numpy().astype("datetime64[D]")
    calendar = city.workdays
    works = calendar.is_workday[(days - calendar.days[0]).astype(int)]
    assert 0.75 < works.mean() < 0.95
    visits = petitions.channel == "来访"
    assert works[visits | petitions.channel.isin(["来信", "传真"])].all()
    assert petitions.registered_at[visits].dt.hour.between(8, 17).all()
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


def test_units_object_and_the_sender_decides_before_the_case_is_accepted(
    city: Casebase, petitions: pd.DataFrame
) -> None:
    events = _rows(city, "petition_event")
    raised = events[events.action == "异议提出"].set_index("petition_id").happened_at
    decided = events[events.action.isin(["异议退回", "异议驳回"])].set_index("petition_id")
    assert set(decided.action) == {"异议退回", "异议驳回"}
    assert raised.index.is_unique
    assert set(decided.index) == set(raised.index)
    case = petitions.set_index("petition_id").loc[raised.index]
    assert (case.received_at <= raised).all()
    assert (raised <= decided.happened_at[raised.index]).all()
    assert (decided.happened_at[case.index] <= case.accepted_at).all()
    # Who was right to object is not the unit that handles the case in the end.
    agreed = decided.unit_id[decided.action == "异议退回"]
    assert (agreed != case.unit_id[agreed.index]).all()


def test_reviews_are_for_petitions_alone_and_by_the_next_higher_authority(
    city: Casebase, petitions: pd.DataFrame, areas: pd.DataFrame
) -> None:
    events = _rows(city, "petition_event")
    opinions = events[events.action.isin(["复查意见", "复核意见"])].merge(petitions, on="petition_id")
    assert (opinions.handling_path == PETITION_PROCEDURE).all()
    assert (opinions.status == CLOSED).all()
    assert not opinions.restricted.any()
    upheld = opinions.note.str.startswith("维持")
    assert 0.5 < upheld.mean() < 0.9
    assert opinions.note[~upheld].str.contains("变更").any()
    assert opinions.note[~upheld].str.contains("撤销").any()
    kind = _rows(city, "unit").set_index("unit_id").kind[opinions.unit_id_y].to_numpy()
    first = (opinions.action == "复查意见").to_numpy()
    municipal = kind == "市直"
    assert set(opinions.actor[first & municipal]) == {"郑州市人民政府"}
    assert set(opinions.actor[~first & ~municipal]) == {"郑州市人民政府"}
    below = opinions[first & ~municipal]
    district = areas.set_index("code").name[below.district_code].to_numpy()
    assert all(body.startswith(name) for body, name in zip(below.actor, district, strict=True))


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
                 "model_case", "hearing_participant", "expert_task", "proposal"):  # fmt: skip
        # Places are drawn by shapely, whose last digits differ between machines; no time of the city was ever dropped;
        # settled_by follows from the times.
        without = ["lon", "lat", "shape", "dropped_times", "settled_by"]
        rows = _rows(casebase, name).drop(columns=without, errors="ignore")
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


def _awake(moments: pd.Series) -> bool:
    return bool(moments.dropna().dt.hour.between(8, 20).all())


def _in_office(city: Casebase, moments: pd.Series) -> bool:
    known = moments.dropna()
    second = (known - known.dt.normalize()).dt.total_seconds()
    calendar = city.workdays
    works = calendar.is_workday[(known.to_numpy().astype("datetime64[D]") - calendar.days[0]).astype(int)]
    return bool(second.between(8.5 * 3_600, 17.5 * 3_600).all() and works.all())


def test_nothing_happens_to_people_or_in_offices_at_night(city: Casebase, petitions: pd.DataFrame) -> None:
    for column in ("forwarded_at", "received_at", "accepted_at", "closed_at"):
        assert _in_office(city, petitions[column]), column
    assert _awake(petitions.evaluated_at)
    tasks, mediations = _rows(city, "grid_task"), _rows(city, "mediation")
    for moments in (tasks.contacted_at, tasks.finished_at, mediations.opened_at, mediations.closed_at):
        assert _awake(moments), moments.name
    assert (tasks.contacted_at.dt.day_of_week >= 5).any(), "grid workers call at weekends too"
    for name, columns in (
        ("reception", ["held_at"]), ("supervision", ["issued_at", "replied_at"]),
        ("hearing", ["applied_at", "scheduled_at", "settled_at"]), ("proposal", ["made_at", "feedback_at"]),
    ):  # fmt: skip
        for column in columns:
            assert _in_office(city, _rows(city, name)[column]), f"{name}.{column}"
    events = _rows(city, "petition_event")
    own = events[events.event_id < 0]
    assert _in_office(city, own.happened_at)


def test_matters_have_their_seasons(petitions: pd.DataFrame) -> None:
    month = petitions.registered_at.dt.month
    heating = petitions.title.str.contains("供暖|供热管网|供热费用")
    assert heating.sum() > 50
    assert month[heating].isin([11, 12, 1, 2, 3]).all()
    assert month[petitions.title.str.contains("雨后路面积水|导致农田积水")].between(6, 9).all()
    assert month[petitions.title.str.contains("广场舞")].between(4, 10).all()
    wages = month[petitions.title.str.contains("拖欠农民工工资")].isin([11, 12, 1, 2])
    assert wages.mean() > 0.5


def test_who_handles_follows_from_the_matter(city: Casebase, petitions: pd.DataFrame) -> None:
    units, names = _rows(city, "unit").set_index("unit_id"), _rows(city, "category").set_index("code").name
    assert not units.name.str.contains("信访局").any()
    assert units.name[units.kind == "市直"].is_unique
    assert units.groupby("area_code").name.agg(lambda names: names.is_unique).all()
    cases = petitions.dropna(subset=["unit_id", "category_code"])
    matter = names[cases.category_code].to_numpy()
    kind, name = (units[column][cases.unit_id].to_numpy() for column in ("kind", "name"))
    for second in ("客运与出租", "通信服务", "不动产登记", "公共交通", "户籍管理", "医疗服务", "劳动关系"):
        assert (kind[matter == second] != "街道").all(), second
    assert (name[(matter == "通信服务") & ~cases.restricted] == "郑州市通信管理局").all()
    assert (kind[matter == "家庭邻里"] == "街道").mean() > 0.7
    assert pd.Series(name[cases.restricted]).str.contains("纪").all(), "reports go to the bodies of discipline"
    placed = cases[cases.district_code.notna() & (kind != "市直")]
    area = units.area_code[placed.unit_id].to_numpy()
    assert ((area == placed.district_code) | (area == placed.street_code)).all()


def test_bodies_complained_about_often_differ_and_are_never_sent_the_report(petitions: pd.DataFrame) -> None:
    told = petitions.dropna(subset=["complained_unit_id", "unit_id"])
    other = told.complained_unit_id != told.unit_id
    assert 0.3 < other.mean() < 0.7
    assert other[told.restricted].all()
    assert petitions.complained_unit_id[petitions.purpose.isin(["意见建议", "其他"])].isna().all()


def test_titles_fit_the_purpose(petitions: pd.DataFrame) -> None:
    suggestions = petitions.title[petitions.purpose == "意见建议"]
    assert suggestions.str.fullmatch("关于.+的建议|建议.+").all()
    assert not suggestions.str.contains("停发|拖欠|受阻|扰民|异议|有误").any()
    assert petitions.title[petitions.purpose == "申诉"].str.fullmatch("不服.+的处理结果|对.+的答复有异议").all()
    assert petitions.title[petitions.purpose == "其他"].str.match("咨询|请求说明").all()
    assert not petitions.title.str.contains("问题问题|@|~").any()


def test_some_cases_are_open_for_years_and_volumes_do_not_jump(petitions: pd.DataFrame) -> None:
    waiting = petitions[petitions.closed_at.isna()]
    age = (UNTIL - waiting.registered_at).dt.days
    assert 0.01 < (age >= 365).mean() < 0.09
    assert waiting.is_long_standing.eq(age >= 365).all()
    simple = pd.Series(read_matters().simple_percent, index=read_matters().codes)
    assert (simple[waiting.category_code[age >= 365].dropna()] < 45).all(), (
        "nobody argues for years about opening hours"
    )
    assert (petitions.registered_at.min() < pd.Timestamp("2018-01-01")) & (petitions.registered_at.min().year >= 2016)
    yearly = petitions.registered_at.dt.year.value_counts().sort_index().loc[2018:2025]
    assert (yearly.diff().dropna() > -60).all(), "volumes grow"
    assert (yearly / yearly.shift()).dropna().max() < 6


def test_who_leaves_unresolved_comes_again(petitions: pd.DataFrame) -> None:
    first = petitions[petitions.is_first & petitions.resolved.notna()]
    again = first.petition_id.isin(petitions.repeat_of)
    by = again.groupby(first.resolved.astype(bool)).mean()
    assert by[False] > 4 * by[True] > 0


def test_leaders_receive_where_and_when_they_do(city: Casebase, petitions: pd.DataFrame) -> None:
    taken = _rows(city, "reception").merge(petitions, on="petition_id", suffixes=("", "_case"))
    assert set(taken.kind) == {"接访", "下访", "阅批", "包案"}
    received = taken[taken.kind == "接访"]
    assert (received.channel == "来访").all()
    places = {"市": "市人民来访接待中心", "区": "区县(市)信访接待大厅", "街": "街道(乡镇)来访接待室"}
    own = received.leader_title.str[0].replace("副", "市").map(places)
    assert (received.place == own).all()
    municipal = received.leader_title.str.match("市|副市长")
    assert (municipal == (received.registering_level != "县")).all()
    assert received.held_at.dt.day_of_week[received.leader_title == "副市长"].eq(3).all()
    assert received.held_at.dt.day_of_week[received.leader_title == "市信访局局长"].isin([0, 2]).all()
    waits = (received.held_at.dt.normalize() - received.accepted_at.dt.normalize()).dt.days
    assert waits.nunique() > 4
    assert taken.place[taken.kind == "阅批"].isna().all()
    assert taken.channel[taken.kind == "阅批"].isin(["来信", "网信"]).all()
    assert taken.leader_assigned[taken.kind == "包案"].all()
    assert (taken.held_at >= taken.accepted_at).all()


def test_units_answer_and_the_bureau_escalates(city: Casebase, petitions: pd.DataFrame) -> None:
    orders = _rows(city, "supervision")
    assert set(orders.result.dropna()) <= {"已办结", "正在推进", "限期整改"}
    further = orders[orders.escalation.notna()]
    assert set(further.escalation) <= {"约谈", "通报", "挂牌督办", "责令限期整改"}
    assert ((further.replied_at > further.due_at) | further.replied_at.isna()).all()
    of = petitions.set_index("petition_id").loc[orders.petition_id]
    assert (of.handling_path == PETITION_PROCEDURE).all()


def test_flags_hang_together(petitions: pd.DataFrame) -> None:
    assert (petitions.registering_level[petitions.channel == HOTLINE] == "市").all()
    level = petitions.registering_level.value_counts(normalize=True)
    assert level["县"] + level["市"] > 0.9
    assert 0 < level["国家"] < level["省"] < 0.06
    bodies = petitions.dropna(subset="district_code").query("registering_level == '县'").registering_body
    assert bodies.str.endswith("信访局").all()
    assert bodies.nunique() == 16
    assert (petitions.channel[petitions.is_skip_level] == "来访").all()
    assert petitions.is_collective[petitions.is_joint].all()
    assert not (petitions.is_joint & (petitions.channel == "来访")).any()
    assert 0 < petitions.is_threat.mean() < 0.005
    assert 0 < petitions.leader_assigned.mean() < 0.02


def test_the_bureau_proposes_and_addressees_answer(city: Casebase) -> None:
    proposals = _rows(city, "proposal")
    units = _rows(city, "unit").unit_id
    assert set(proposals.kind) <= {"改进工作", "完善政策", "追究责任"}
    assert proposals.unit_id.isin(units).all()
    assert (proposals.feedback_at.notna() == proposals.outcome.notna()).all()
    assert not (proposals.feedback_at < proposals.made_at).any()
