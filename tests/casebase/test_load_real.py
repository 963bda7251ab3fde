"""The two worked maps on the real files, against plain pandas (test input in ../shared/data)."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import func, select

from casebase.checks import check
from casebase.engine import Casebase
from casebase.loading import Result, load, read_map
from casebase.schema import area, petition, petition_event
from casebase.settings import ROOT

NOW = datetime(2026, 11, 20)


@pytest.fixture(scope="module")
def boston_raw(shared_data: Path) -> pd.DataFrame:
    raw: pd.DataFrame = pd.read_csv(
        shared_data / "cases" / "boston311_2011H2.csv.gz", dtype="str", keep_default_na=False
    )
    for name in raw.columns:
        raw[name] = raw[name].str.strip()
    return raw


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def boston(
    request: pytest.FixtureRequest,
    shared_data: Path,
    new_url: Callable[[str], str],
    casebase_of: Callable[[str], Casebase],
) -> Iterator[tuple[Casebase, Result, pd.DataFrame]]:
    casebase = casebase_of(new_url(request.param))
    file = shared_data / "cases" / "boston311_2011H2.csv.gz"
    result = load(casebase, file, read_map(ROOT / "maps" / "boston311.toml"), now=NOW)
    with casebase.reading() as connection:
        cases = pd.read_sql(select(petition), connection).set_index("case_no")
    yield casebase, result, cases
    casebase.engine.dispose()


def test_every_boston_row_is_loaded(boston: tuple[Casebase, Result, pd.DataFrame]) -> None:
    _, result, cases = boston
    assert (result.read, result.new, result.rejected) == (58_251, 58_251, 0)
    assert (int(cases.closed_at.notna().sum()), int(cases.closed_at.isna().sum())) == (54_570, 3_681)


def test_boston_times_are_those_of_the_file(
    boston: tuple[Casebase, Result, pd.DataFrame], boston_raw: pd.DataFrame
) -> None:
    cases = boston[2].loc[boston_raw.case_enquiry_id]
    for field, column in (("registered_at", "open_dt"), ("due_at", "target_dt"), ("closed_at", "closed_dt")):
        wanted = pd.to_datetime(boston_raw[column].replace("", None))
        assert (cases[field].to_numpy() == wanted.to_numpy())[wanted.notna()].all()
        assert cases[field].isna().to_numpy().tolist() == wanted.isna().tolist()


def test_boston_deadlines_are_five_weekdays_later(
    boston: tuple[Casebase, Result, pd.DataFrame], boston_raw: pd.DataFrame
) -> None:
    cases = boston[2].loc[boston_raw.case_enquiry_id]
    opened = pd.to_datetime(boston_raw.open_dt).to_numpy().astype("datetime64[D]")
    wanted = np.busday_offset(np.busday_offset(opened, 0, roll="backward"), 5)
    assert (pd.to_datetime(cases.five_day_due).to_numpy().astype("datetime64[D]") == wanted).all()


def test_boston_places_are_those_of_the_file(
    boston: tuple[Casebase, Result, pd.DataFrame], boston_raw: pd.DataFrame
) -> None:
    casebase, result, cases = boston
    with casebase.reading() as connection:
        names = dict(map(tuple, connection.execute(select(area.c.code, area.c.name))))
        parents = dict(map(tuple, connection.execute(select(area.c.code, area.c.parent_code))))
    found = cases.loc[boston_raw.case_enquiry_id]
    assert found.district_code.map(names).fillna("").tolist() == boston_raw.neighborhood.tolist()
    placed = boston_raw.neighborhood != ""
    wards = boston_raw.ward.str.extract(r"(\d+)", expand=False).astype(float)
    streets = found.street_code.map(names).str.extract(r"(\d+)", expand=False).astype(float)
    assert np.array_equal(streets[placed.to_numpy()], wards[placed], equal_nan=True)
    known = found.street_code.dropna()
    assert (known.map(parents) == found.district_code[known.index]).all()
    assert result.notes["default coordinates left blank"] == 4_775
    assert int(found.lon.isna().sum()) == 4_775
    assert result.notes["neighborhood: no place found (the case stays without a district)"] == 2_870


def test_boston_has_no_errors_and_its_events_agree(boston: tuple[Casebase, Result, pd.DataFrame]) -> None:
    casebase = boston[0]
    with casebase.reading() as connection:
        findings = {finding.name: finding for finding in check(connection, casebase.settings.deadlines)}
        told = connection.execute(select(petition_event.c.action, func.count()).group_by(petition_event.c.action))
        assert dict(map(tuple, told)) == {"登记": 58_251, "办结": 54_570}
    assert {finding.severity for finding in findings.values()} == {"warning"}
    assert findings["due_before_registered"].count == 3


def test_messages_close_with_their_reply(
    shared_data: Path, new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase]
) -> None:
    file = shared_data / "cases" / "messages_cn_2011_2020.csv.gz"
    raw = pd.read_csv(file, dtype="str", keep_default_na=False)
    casebase = casebase_of(new_url("duckdb"))
    result = load(casebase, file, read_map(ROOT / "maps" / "messages_cn.toml"), now=NOW)
    assert (result.read, result.new, result.rejected) == (len(raw), len(raw), 0)
    with casebase.reading() as connection:
        cases = pd.read_sql(select(petition), connection).set_index("case_no").loc[raw.case_id]
        names = dict(map(tuple, connection.execute(select(area.c.code, area.c.name))))
    assert (cases.closed_at.to_numpy() == pd.to_datetime(raw.replied_at).to_numpy()).all()
    counties = raw.area_code.where(raw.area_code.str.contains(r"\d"), "")
    assert cases.street_code.map(names).fillna("").tolist() == counties.tolist()
    in_a = cases.district_code.map(names) == "A市"
    assert int(in_a.sum()) == int(raw.area_code.str.startswith("A").sum())
    assert cases.five_day_due.notna().all()
