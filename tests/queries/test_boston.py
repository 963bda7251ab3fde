"""A real file counted twice: by the commands, and in plain pandas on the raw columns.

Needs ../shared/data/cases/boston311_2011H2.csv.gz: 58,251 requests, a weekday calendar, every request
a simple claim, deadlines missing, before the opening and decades away.
"""

import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from casebase.settings import ROOT
from queries.periods import end_of_day
from tests.queries.command import Command

MOMENTS = [
    end_of_day(date(2011, 7, 15)),
    datetime(2011, 9, 5, 12, 0),  # Labor Day: a working day, for the calendar is a plain one
    datetime(2011, 10, 8, 9, 30),  # a Saturday
    end_of_day(date(2011, 12, 31)),
    end_of_day(date(2026, 11, 22)),
]
METRICS = [
    "registered", "closed", "backlog", "overdue", "due_today", "due_in_1", "due_in_3", "due_in_5",
    "five_day_closure", "five_day_closure_all", "five_day_in_window", "five_day_overdue", "on_time_completion",
]  # fmt: skip
AUTUMN = (date(2011, 9, 10), date(2011, 12, 7))
RATES = {"five_day_closure", "five_day_closure_all", "on_time_completion"}
Numbers = dict[tuple[str | None, ...], tuple[int, int]]


@pytest.fixture(scope="session")
def raw(shared_data: Path) -> pd.DataFrame:
    times = ["open_dt", "target_dt", "closed_dt"]
    frame = pd.read_csv(shared_data / "cases" / "boston311_2011H2.csv.gz", parse_dates=times, low_memory=False)
    opened = frame["open_dt"].to_numpy().astype("datetime64[D]")
    frame["fifth"] = pd.to_datetime(np.busday_offset(opened, 5, roll="backward"))
    frame["district"] = frame["neighborhood"].str.strip().replace("", None)
    return frame


@pytest.fixture(scope="session")
def url(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file loaded by the real command into a database of its own."""
    folder = tmp_path_factory.mktemp("boston")
    url = f"duckdb:///{folder / 'boston.duckdb'}"
    file, places = shared_data / "cases" / "boston311_2011H2.csv.gz", ROOT / "maps" / "boston311.toml"
    words = ["load", file, "--map", places, "--url", url, "--rejects", folder / "rejects.csv"]
    done = subprocess.run(
        [sys.executable, "-m", "casebase", *map(str, words)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "read 58251 = loaded 58251 + rejected 0" in done.stdout
    return url


@pytest.fixture
def ask(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., list[dict[str, object]]]:
    command = Command(monkeypatch, capsys)
    return lambda *words: command(*words, "--format", "json", "--url", url).records()


Ask = Callable[..., list[dict[str, object]]]


@pytest.mark.parametrize("as_of", MOMENTS, ids=str)
def test_the_city(ask: Ask, raw: pd.DataFrame, as_of: datetime) -> None:
    records = ask(*METRICS, "--as-of", as_of.isoformat())
    assert numbers(records, ()) == {key: n for name in METRICS for key, n in counted(raw, name, as_of, ()).items()}


@pytest.mark.parametrize("as_of", MOMENTS[1:], ids=str)
def test_neighbourhoods(ask: Ask, raw: pd.DataFrame, as_of: datetime) -> None:
    records = ask(*METRICS, "--by", "district", "--as-of", as_of.isoformat())
    wanted = {key: n for name in METRICS for key, n in counted(raw, name, as_of, ("district",)).items()}
    assert numbers(records, ("district_name",)) == wanted


@pytest.mark.parametrize("as_of", MOMENTS[2:], ids=str)
def test_months_of_a_period(ask: Ask, raw: pd.DataFrame, as_of: datetime) -> None:
    dated = ["registered", "closed", *RATES]
    start, end = AUTUMN
    period = ["--from", str(start), "--to", str(end), "--as-of", as_of.isoformat()]
    for by, shown in ((("month",), ("month",)), (("district", "month"), ("district_name", "month"))):
        records = ask(*dated, "--by", ",".join(by), *period)
        wanted = {key: n for name in dated for key, n in counted(raw, name, as_of, by, AUTUMN).items()}
        assert numbers(records, shown) == wanted
    whole = {key: n for name in dated for key, n in counted(raw, name, as_of, (), AUTUMN).items()}
    assert numbers(ask(*dated, *period), ()) == whole


def test_backlog_at_the_end_of_each_month(ask: Ask, raw: pd.DataFrame) -> None:
    stocks = ["backlog", "overdue", "due_in_5", "five_day_overdue"]
    records = ask(*stocks, "--by", "month", "--from", "2011-07-01", "--to", "2012-06-30", "--as-of", "2026-11-22")
    wanted: Numbers = {}
    for month in pd.period_range("2011-07", "2012-06", freq="M"):
        for name in stocks:
            ((hits, among),) = counted(raw, name, end_of_day(month.end_time.date()), ()).values()
            if among:
                wanted[(name, str(month))] = (hits, among)
    assert numbers(records, ("month",)) == wanted


def test_the_list_holds_exactly_those_cases(ask: Ask, raw: pd.DataFrame) -> None:
    as_of = MOMENTS[3]
    found = ask("five_day_closure", "--cases", "misses", "--as-of", as_of.isoformat())
    rows = rows_of(raw, "five_day_closure", as_of)
    late = rows.loc[~rows["hit"], "case_enquiry_id"]
    assert sorted(str(record["case_no"]) for record in found) == sorted(late.astype(str))


def numbers(records: list[dict[str, object]], by: tuple[str, ...]) -> Numbers:
    """Hits and among by metric and group; every rate is checked to be their quotient."""
    found: Numbers = {}
    for record in records:
        hits, among = int(str(record["hits"])), int(str(record["among"]))
        value = record["value"]
        if record["metric"] in RATES:
            assert value == (hits / among if among else None)
        else:
            assert value == hits
        keys = (str(record["metric"]), *(None if record[name] is None else str(record[name]) for name in by))
        found[keys] = (hits, among)
    return found


def counted(
    raw: pd.DataFrame, name: str, as_of: datetime, by: tuple[str, ...], period: tuple[date, date] | None = None
) -> Numbers:
    """The same in pandas."""
    rows = rows_of(raw, name, as_of)
    if period:
        rows = rows[(rows["when"] >= pd.Timestamp(period[0])) & (rows["when"] < pd.Timestamp(period[1]) + DAY)]
    rows = rows.assign(month=rows["when"].dt.strftime("%Y-%m"))
    if not by:
        return {(name,): (int(rows["hit"].sum()), len(rows))}
    found: Numbers = {}
    for values, group in rows.groupby(list(by), dropna=False):
        key = tuple(str(value) if pd.notna(value) else None for value in np.atleast_1d(np.array(values, dtype=object)))
        found[(name, *key)] = (int(group["hit"].sum()), len(group))
    return found


DAY = timedelta(days=1)


def rows_of(raw: pd.DataFrame, name: str, as_of: datetime) -> pd.DataFrame:
    """The requests a number looks at, with `hit` and `when`."""
    rows = raw[raw["open_dt"] <= as_of]
    done = rows["closed_dt"] <= as_of
    past = rows["fifth"] + DAY <= as_of
    rows = rows.assign(hit=True, when=rows["open_dt"])
    if name == "registered":
        return rows
    if name == "closed":
        return rows.assign(when=rows["closed_dt"])[done]
    if name == "backlog":
        return rows[~done]
    if name == "overdue":
        return rows[~done & _late(rows["target_dt"], as_of)]
    if name.startswith("due_"):
        last = _working_day(as_of, name)
        return rows[~done & ~_late(rows["target_dt"], as_of) & (rows["target_dt"] < last + DAY)]
    if name == "on_time_completion":
        in_time = rows["closed_dt"].dt.normalize() <= rows["target_dt"].dt.normalize()
        rows = rows.assign(hit=done & in_time, when=rows["target_dt"])
        return rows[_late(rows["target_dt"], as_of)]
    kept = {
        "five_day_closure": past,
        "five_day_closure_all": past | ~past,
        "five_day_in_window": ~past & ~done,
        "five_day_overdue": past & ~done,
    }[name]
    in_time = done & (rows["closed_dt"] < rows["fifth"] + DAY)
    return rows.assign(hit=in_time if name in RATES else True, when=rows["fifth"])[kept]


def _late(target: pd.Series, as_of: datetime) -> pd.Series:
    """A target ends with its day."""
    late: pd.Series = target.dt.normalize() + DAY <= as_of
    return late


def _working_day(as_of: datetime, name: str) -> pd.Timestamp:
    today = np.datetime64(as_of.date(), "D")
    n = {"due_today": 0, "due_in_1": 1, "due_in_3": 3, "due_in_5": 5}[name]
    return pd.Timestamp(np.busday_offset(today, n, roll="backward") if n else today)
