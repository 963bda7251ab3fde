"""A small city full of dirt, the same for every run: what the numbers are proved on.

Two years, four districts (one of them a functional zone), every nullable column empty somewhere,
deadlines met and missed by one second, codes that point nowhere.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from chinese_calendar import is_workday

from casebase.bulk_insert import append
from casebase.case_words import HANDLING_PATHS, NOT_HANDLED, REGISTERING_LEVELS
from casebase.engine import Casebase
from casebase.schema import metadata

Tables = dict[str, pd.DataFrame]

FIRST, LAST = datetime(2024, 11, 1), datetime(2026, 11, 22)
CITY = "4101"
DISTRICTS = ("410102", "410105", "410122", "410171")
CATEGORIES = ("01", "02", "03", "04")
CHANNELS = ("来信", "来访", "网信", "电话", "传真", "12345转办")
MARKS = ("满意", "基本满意", "不满意", "未评价")
PETITIONS = 2000


def fill(casebase: Casebase, tables: Tables) -> None:
    """Write the tables into a case database."""
    with casebase.writing() as connection:
        for name, frame in tables.items():
            append(connection, metadata.tables[name], frame)


def build(seed: int = 7) -> Tables:
    """The city as frames by table name, columns as in the schema."""
    rng = np.random.default_rng(seed)
    areas = _areas(rng)
    areas["kind"] = _villages(np.random.default_rng(seed + 13), areas)
    grids = _grids(rng, areas)
    petitions = _petitions(rng, areas, grids)
    hearings = _hearings(rng, petitions)
    agents = _agents(rng, areas)
    petitions["agent_id"] = _accompanied(np.random.default_rng(seed + 1), agents)
    _add_what_the_statute_tells_apart(np.random.default_rng(seed + 2), petitions)
    petitions["complained_unit_id"] = _complained(np.random.default_rng(seed + 14))
    tables = {
        "area": areas,
        "unit": _units(),
        "category": _categories(),
        "petition": petitions,
        "grid": grids,
        "grid_worker": _workers(rng, grids),
        "agent": agents,
        "grid_task": _tasks(rng, petitions, grids),
        "mediation": _mediations(rng, areas, petitions),
        "expert": _experts(rng),
        "hearing": hearings,
        "hearing_expert": _panels(rng, hearings),
    }
    orgs = _orgs(rng, areas)
    org = pd.Series([*orgs["org_id"][:40], 9001], dtype="Int64")  # some without a mediation, one that is nowhere
    mediated = rng.choice(org, len(tables["mediation"]))
    tables["mediation"]["org_id"] = pd.Series(mediated, dtype="Int64").where(rng.random(len(mediated)) < 0.6)
    receptions, orders = _receptions(rng, petitions), _orders(rng, petitions)
    orgs["level"] = _levels(np.random.default_rng(seed + 15), orgs)
    receptions["kind"] = _duties(np.random.default_rng(seed + 16), len(receptions))
    orders["escalation"] = _escalations(np.random.default_rng(seed + 17), len(orders))
    return tables | {
        "social_org": orgs,
        "reception": receptions,
        "supervision": orders,
        # Drawn apart, so that they change no row of the tables above.
        "hearing_participant": _participants(np.random.default_rng(seed + 11), hearings),
        "expert_task": _expert_tasks(np.random.default_rng(seed + 12), petitions, tables["mediation"]),
        "proposal": _proposals(np.random.default_rng(seed + 18), petitions),
    }


def _areas(rng: np.random.Generator) -> pd.DataFrame:
    rows: list[tuple[Any, ...]] = [(CITY, "郑州市", 1, None, "市", 13_000_000)]
    for district in DISTRICTS:
        kind = "功能区" if district == "410171" else "区县"
        rows.append((district, f"区{district}", 2, CITY, kind, int(rng.integers(100_000, 900_000))))
        for s in range(1, 4):
            street = f"{district}{s:03d}"
            rows.append((street, f"街道{s}", 3, district, "街道", int(rng.integers(10_000, 90_000))))
            for c in range(1, 5):
                people = None if rng.random() < 0.2 else int(rng.integers(500, 9_000))
                rows.append((f"{street}{c:03d}", f"社区{c}", 4, street, "社区", people))
    rows.append(("990000000001", "无街道的社区", 4, None, "社区", 900))
    rows.append(("990000000002", "街道未知的社区", 4, "999999999", "社区", None))
    frame = pd.DataFrame(rows, columns=["code", "name", "level", "parent_code", "kind", "population"])
    return frame.astype({"population": "Int64"})


def _villages(rng: np.random.Generator, areas: pd.DataFrame) -> pd.Series:
    """A third of the lowest places are villages, of a few nobody wrote down what they are."""
    lot = pd.Series(rng.random(len(areas)), areas.index)
    kind = areas["kind"].mask((areas["level"] == 4) & (lot < 0.3), "村")
    return kind.mask((areas["level"] == 4) & (lot > 0.95), None)


def _units() -> pd.DataFrame:
    """Of the city, of a district, of a street, of a community, of a place that nobody knows."""
    places = [None, "410102", "410105001", "410122001001", None, "410171", "4101", "999999"]
    return pd.DataFrame(
        {
            "unit_id": [f"U{n}" for n in range(8)],
            "name": [f"单位{n}" for n in range(8)],
            "kind": ["市直", "区县"] * 4,
            "area_code": places,
        }
    )


def _complained(rng: np.random.Generator) -> pd.Series:
    """Two in three cases complain about a body, often not the one that handles them."""
    return _sometimes(rng, 0.66, pd.Series(rng.choice([*(f"U{k}" for k in range(8)), "U-nowhere"], PETITIONS)))


def _levels(rng: np.random.Generator, orgs: pd.DataFrame) -> pd.Series:
    levels = _sometimes(rng, 0.9, pd.Series(rng.choice(["区", "街道"], len(orgs))))
    return levels.where(orgs["kind"] == "孵化中心", None)


def _duties(rng: np.random.Generator, n: int) -> pd.Series:
    """Most are receptions, half of them without a word."""
    return pd.Series(rng.choice(["接访", "", "下访", "阅批", "包案"], n, p=[0.3, 0.3, 0.15, 0.1, 0.15])).replace(
        "", None
    )


def _escalations(rng: np.random.Generator, n: int) -> pd.Series:
    return _sometimes(rng, 0.2, pd.Series(rng.choice(["约谈", "通报", "挂牌督办", "责令限期整改"], n)))


def _categories() -> pd.DataFrame:
    rows: list[tuple[str, str, str | None]] = [(code, f"类{code}", None) for code in CATEGORIES]
    rows += [(f"{code}{n}", f"类{code}{n}", code) for code in CATEGORIES[:3] for n in (1, 2)]
    return pd.DataFrame(rows, columns=["code", "name", "parent_code"])


def _grids(rng: np.random.Generator, areas: pd.DataFrame) -> pd.DataFrame:
    communities = areas.loc[areas["level"] == 4, "code"].to_numpy()
    community = rng.choice(communities[:48], 150)
    frame = pd.DataFrame(
        {
            "grid_id": [f"G{n:04d}" for n in range(150)],
            "name": [f"网格{n}" for n in range(150)],
            "kind": rng.choice(["社区网格", "微网格", "农村网格", "专属网格"], 150),
            "community_code": community,
            "street_code": [code[:9] for code in community],
            "district_code": [code[:6] for code in community],
        }
    )
    return _with_holes(rng, frame, ["community_code", "street_code", "district_code"], 0.05)


def _workers(rng: np.random.Generator, grids: pd.DataFrame) -> pd.DataFrame:
    n = 220
    start = _moments(rng, n, FIRST - timedelta(days=300), LAST)
    grid = rng.choice(grids["grid_id"].to_numpy()[:110], n)
    grid[:3] = "G-nowhere"
    return pd.DataFrame(
        {
            "worker_id": range(1, n + 1),
            "grid_id": grid,
            "source": _sometimes(rng, 0.9, pd.Series(rng.choice(["专职", "兼职"], n))),
            "active_from": start,
            "active_to": _sometimes(rng, 0.5, start + _spans(rng, n, 400)),
        }
    )


def _agents(rng: np.random.Generator, areas: pd.DataFrame) -> pd.DataFrame:
    n = 60
    start = _moments(rng, n, FIRST - timedelta(days=300), LAST)
    frame = pd.DataFrame(
        {
            "agent_id": [f"A{k}" for k in range(n)],
            "origin": _sometimes(rng, 0.9, pd.Series(rng.choice(["信息员", "志愿者"], n))),
            "community_code": rng.choice(areas.loc[areas["level"] == 4, "code"].to_numpy()[::2], n),
            "active_from": start,
            "active_to": _sometimes(rng, 0.5, start + _spans(rng, n, 400)),
        }
    )
    return _with_holes(rng, frame, ["community_code"], 0.1)


def _accompanied(rng: np.random.Generator, agents: pd.DataFrame) -> pd.Series:
    """A third of the cases has an agent, a few of them one that nobody knows."""
    names = pd.Series(rng.choice([*agents["agent_id"], "A-nowhere"], PETITIONS))
    return _sometimes(rng, 0.33, names)


def _petitions(rng: np.random.Generator, areas: pd.DataFrame, grids: pd.DataFrame) -> pd.DataFrame:
    n = PETITIONS
    community = rng.choice(areas.loc[areas["level"] == 4, "code"].to_numpy()[:48], n)
    registered = _moments(rng, n, FIRST, LAST)
    registered = registered.where(rng.random(n) > 0.03, pd.Timestamp("2026-10-03 10:00:00"))  # a long holiday
    forwarded = _sometimes(rng, 0.85, _forwarded(rng, registered))
    accepted = _sometimes(rng, 0.75, _accepted(rng, registered, forwarded))
    simple = rng.random(n) < 0.5
    five_day = _five_day_due(registered, simple)
    due = registered.normalize() + pd.to_timedelta(rng.choice([30, 60, 90], n), unit="D") + _LAST_SECOND
    closed = _closings(rng, pd.Series(registered), five_day, pd.Series(due))
    evaluated = _sometimes(rng, 0.5, closed + _spans(rng, n, 50)).where(rng.random(n) < 0.97, registered)
    first = rng.random(n) < 0.8
    frame = pd.DataFrame(
        {
            "petition_id": range(1, n + 1),
            "case_no": [f"N{k}" for k in range(1, n + 1)],
            "channel": rng.choice(CHANNELS, n, p=[0.15, 0.25, 0.3, 0.15, 0.05, 0.1]),
            "purpose": rng.choice(["求决", "申诉", "意见建议", "检举控告", "其他"], n),
            "category_code": rng.choice([*CATEGORIES, "011", "012", "021", "022", "031", "032", "nowhere"], n),
            "title": [f"标题{k}" for k in range(n)],
            "body": [f"正文{k % 97} 100%" if k % 3 else None for k in range(n)],
            "petitioner_key": [f"K{k % 700}" if k % 11 else None for k in range(n)],
            "people": [k % 7 + 1 for k in range(n)],
            "is_collective": [k % 7 >= 4 for k in range(n)],
            "is_first": first,
            "repeat_of": pd.Series(rng.integers(1, n, n), dtype="Int64").where(~first | (rng.random(n) < 0.02)),
            "is_simple": simple | (rng.random(n) < 0.05),
            "counted": rng.random(n) < 0.9,
            "restricted": rng.random(n) < 0.06,
            "district_code": [code[:6] for code in community],
            "street_code": [code[:9] for code in community],
            "community_code": community,
            "grid_id": rng.choice(grids["grid_id"].to_numpy(), n),
            "lon": rng.uniform(113.5, 113.6, n),
            "lat": np.where(rng.random(n) < 0.5, 34.75, rng.uniform(-0.02, 0.02, n)),
            "unit_id": rng.choice([*(f"U{k}" for k in range(8)), "U-nowhere"], n),
            "registered_at": registered,
            "forwarded_at": forwarded,
            "accepted_at": accepted,
            "due_at": due,
            "five_day_due": five_day,
            "closed_at": closed,
            "resolved": pd.Series(rng.random(n) < 0.6, dtype="boolean").where(pd.Series(closed).notna()),
            "satisfaction_bureau": _marks(rng, evaluated),
            "satisfaction_unit": _marks(rng, evaluated),
            "evaluated_at": evaluated,
            "source": "sample",
            "updated_at": pd.Timestamp(LAST),
        }
    )
    holes = ["channel", "purpose", "category_code", "title", "district_code", "street_code", "community_code"]
    holes += ["grid_id", "unit_id", "due_at", "five_day_due", "resolved", "repeat_of", "evaluated_at", "lon", "lat"]
    frame["extended_days"] = np.where((due - registered).days >= 89, 30, 0)
    return _with_holes(rng, frame, holes, 0.06)


def _add_what_the_statute_tells_apart(rng: np.random.Generator, petitions: pd.DataFrame) -> None:
    """Endings without handling, receipts, ways of handling, levels and flags; each unknown of some cases."""
    n = len(petitions)
    ended = np.where(rng.random(n) < 0.9, "已办结", rng.choice(NOT_HANDLED, n))
    open_words = rng.choice(["待转送", "待受理", "办理中"], n)
    status = pd.Series(np.where(petitions["closed_at"].notna(), ended, open_words), dtype=object)
    petitions["status"] = status.where(rng.random(n) < 0.97, None)
    received = petitions["forwarded_at"] + _spans(rng, n, 4)
    petitions["received_at"] = _sometimes(rng, 0.5, received)
    petitions["handling_path"] = _sometimes(rng, 0.7, pd.Series(rng.choice(HANDLING_PATHS, n)))
    petitions["registering_level"] = _sometimes(rng, 0.9, pd.Series(rng.choice(REGISTERING_LEVELS, n)))
    for flag in ("is_skip_level", "is_joint", "is_threat", "leader_assigned", "is_long_standing"):
        petitions[flag] = pd.Series(rng.random(n) < 0.2, dtype="boolean").where(pd.Series(rng.random(n) < 0.8))


_LAST_SECOND = timedelta(hours=23, minutes=59, seconds=59)


def _forwarded(rng: np.random.Generator, registered: pd.DatetimeIndex) -> pd.Series:
    """Mostly in time; some on the last second of the 15th day, some at the first of the 16th."""
    edge = pd.Series(registered.normalize() + timedelta(days=15) + _LAST_SECOND)
    return _edged(rng, pd.Series(registered) + _spans(rng, len(registered), 20), edge)


def _accepted(rng: np.random.Generator, registered: pd.DatetimeIndex, forwarded: pd.Series) -> pd.Series:
    start = forwarded.fillna(pd.Series(registered))
    edge = start.dt.normalize() + timedelta(days=15) + _LAST_SECOND
    return _edged(rng, start + _spans(rng, len(start), 20), edge)


def _closings(rng: np.random.Generator, start: pd.Series, five_day: pd.Series, due: pd.Series) -> pd.Series:
    """Some quick, some slow, some on the last second of a limit and one second later, a third open."""
    quick = rng.random(len(start)) < 0.5
    closed = start + _spans(rng, len(start), 9).where(quick, _spans(rng, len(start), 120))
    closed = _edged(rng, closed, due)
    closed = _edged(rng, closed, pd.to_datetime(five_day) + _LAST_SECOND)
    closed = closed.where(rng.random(len(start)) > 0.03, start)  # closed at the second it opened
    return _sometimes(rng, 0.7, closed)


def _edged(rng: np.random.Generator, times: pd.Series, edge: pd.Series) -> pd.Series:
    """A tenth of the times on the last second of a limit, a tenth one second too late."""
    lot = rng.random(len(times))
    times = times.where((lot > 0.1) | edge.isna(), edge)
    return times.where((lot < 0.9) | edge.isna(), edge + timedelta(seconds=1))


def _five_day_due(registered: pd.DatetimeIndex, simple: np.ndarray[Any, Any]) -> pd.Series:
    found: list[object] = []
    for moment, wanted in zip(registered, simple, strict=True):
        day, left = moment.date(), 5
        while left:
            day += timedelta(days=1)
            left -= _works(day)
        found.append(day if wanted else None)
    return pd.Series(found, dtype=object)


def _works(day: Any) -> bool:
    return bool(is_workday(day)) if day.year < 2027 else day.weekday() < 5


def _marks(rng: np.random.Generator, evaluated: pd.Series) -> pd.Series:
    """Some sides evaluated, others not; one word that is no evaluation."""
    marks = pd.Series(rng.choice(MARKS, len(evaluated), p=[0.5, 0.25, 0.2, 0.05]), dtype=object)
    return marks.where((evaluated.notna() & (rng.random(len(marks)) < 0.7)) | (rng.random(len(marks)) < 0.02), None)


def _tasks(rng: np.random.Generator, petitions: pd.DataFrame, grids: pd.DataFrame) -> pd.DataFrame:
    n = 500
    petition = petitions.iloc[rng.integers(0, PETITIONS, n)]
    pushed = petition["registered_at"].reset_index(drop=True) + _spans(rng, n, 10)
    contacted = _edged(rng, pushed + _spans(rng, n, 2), pushed + timedelta(days=1))
    finished = _sometimes(rng, 0.7, contacted + _spans(rng, n, 20))
    frame = pd.DataFrame(
        {
            "task_id": range(1, n + 1),
            "petition_id": [*petition["petition_id"][:-5], *range(9001, 9006)],
            "kind": rng.choice(["协助化解", "人员核查", "人员关怀"], n),
            "grid_id": rng.choice(grids["grid_id"].to_numpy(), n),
            "pushed_at": pushed,
            "contacted_at": _sometimes(rng, 0.85, contacted),
            "contact_method": rng.choice(["电话", "上门"], n),
            "finished_at": finished,
            "outcome": pd.Series(rng.choice(["就地化解", "疏导上报", "其他"], n), dtype=object).where(finished.notna()),
        }
    )
    frame = _with_holes(rng, frame, ["grid_id", "contact_method", "outcome"], 0.1)
    for kind, words in OTHER_OUTCOMES.items():
        # A few keep a word that says nothing of their kind.
        rows = (frame["kind"] == kind) & frame["outcome"].isin(list(words))
        frame.loc[rows, "outcome"] = frame.loc[rows, "outcome"].map(words)
    return frame


# What the first and second word of 协助化解 are for the other kinds of task.
OTHER_OUTCOMES = {
    "人员核查": {"就地化解": "已核实", "疏导上报": "未核实"},
    "人员关怀": {"就地化解": "已走访", "疏导上报": "未走访"},
}


def _mediations(rng: np.random.Generator, areas: pd.DataFrame, petitions: pd.DataFrame) -> pd.DataFrame:
    n = 300
    opened = pd.Series(_moments(rng, n, FIRST, LAST))
    closed = _sometimes(rng, 0.85, opened + _spans(rng, n, 30))
    became = pd.Series(petitions["petition_id"].to_numpy()[rng.integers(0, PETITIONS, n)], dtype="Int64")
    became[:3] = [9001, 9002, 9003]
    frame = pd.DataFrame(
        {
            "mediation_id": range(1, n + 1),
            "petition_id": became.where(rng.random(n) < 0.3),
            "community_code": rng.choice(areas.loc[areas["level"] == 4, "code"].to_numpy(), n),
            "dispute_kind": rng.choice(["家庭邻里", "物业", "劳资"], n),
            "mediator_kind": rng.choice(["社工", "志愿者", "网格员"], n),
            "opened_at": opened,
            "closed_at": closed,
            "outcome": pd.Series(rng.choice(["化解", "未化解", "转信访"], n, p=[0.7, 0.2, 0.1]), dtype=object),
        }
    )
    return _with_holes(rng, frame, ["community_code", "dispute_kind", "mediator_kind", "outcome"], 0.1)


def _orgs(rng: np.random.Generator, areas: pd.DataFrame) -> pd.DataFrame:
    n = 60
    frame = pd.DataFrame(
        {
            "org_id": range(1, n + 1),
            "name": [f"组织{k}" for k in range(n)],
            "kind": rng.choice(["矛调类", "公益慈善类", "孵化中心"], n, p=[0.5, 0.3, 0.2]),
            "community_code": rng.choice(areas.loc[areas["level"] == 4, "code"].to_numpy()[::2], n),
            "founded_on": pd.Series(_moments(rng, n, FIRST - timedelta(days=300), LAST)).dt.date,
        }
    )
    return _with_holes(rng, frame, ["community_code", "founded_on"], 0.1)


def _receptions(rng: np.random.Generator, petitions: pd.DataFrame) -> pd.DataFrame:
    """Several of one case, some after its closing, some before its registration, some of no case or an unknown one."""
    n = 240
    petition = petitions.iloc[rng.choice(PETITIONS // 8, n)].reset_index(drop=True)
    held = petition["registered_at"] + _spans(rng, n, 70) - timedelta(days=3)
    case_of = petition["petition_id"].astype("Int64").where(pd.Series(rng.random(n) < 0.9))
    case_of = case_of.where(case_of.index > 2, pd.Series(range(9001, 9001 + n), dtype="Int64"))
    frame = pd.DataFrame(
        {
            "reception_id": range(1, n + 1),
            "leader_title": rng.choice(["市长", "副市长", "街道党工委书记"], n),
            "held_at": held,
            "place": rng.choice(["接待中心", "现场办公"], n),
            "petition_id": case_of,
            "closed_at": _sometimes(rng, 0.4, held + _spans(rng, n, 90)),
        }
    )
    return _with_holes(rng, frame, ["place"], 0.1)


def _orders(rng: np.random.Generator, petitions: pd.DataFrame) -> pd.DataFrame:
    """Several on one case; answers on the last second of the limit and one second later."""
    n = 240
    petition = petitions.iloc[rng.choice(PETITIONS // 8, n)].reset_index(drop=True)
    issued = petition["registered_at"] + _spans(rng, n, 70)
    due = issued.dt.normalize() + timedelta(days=15) + _LAST_SECOND
    replied = _sometimes(rng, 0.7, _edged(rng, issued + _spans(rng, n, 40), due))
    frame = pd.DataFrame(
        {
            "supervision_id": range(1, n + 1),
            "petition_id": [*petition["petition_id"][:-3], 9001, 9002, 9003],
            "level": rng.choice(["市级督办", "区县督办"], n),
            "issued_at": issued,
            "due_at": due,
            "replied_at": replied,
            "result": pd.Series(rng.choice(["已办结", "正在推进"], n), dtype=object).where(replied.notna()),
        }
    )
    return _with_holes(rng, frame, ["result"], 0.1)


def _experts(rng: np.random.Generator) -> pd.DataFrame:
    n = 20
    joined = pd.Series(_moments(rng, n, FIRST - timedelta(days=200), LAST)).dt.date
    frame = pd.DataFrame(
        {
            "expert_id": range(1, n + 1),
            "name": [f"专家{k}" for k in range(n)],
            "source": rng.choice(["高等院校", "社会组织", "市直单位", "律师"], n),
            "field": rng.choice(["法律", "城建", "劳动"], n),
            "joined_on": joined,
        }
    )
    return _with_holes(rng, frame, ["source", "field"], 0.1)


def _hearings(rng: np.random.Generator, petitions: pd.DataFrame) -> pd.DataFrame:
    """Several for one case, cancelled ones, coming ones."""
    n = 220
    petition = petitions.iloc[rng.choice(PETITIONS // 12, n)]
    applied = petition["registered_at"].reset_index(drop=True) + _spans(rng, n, 20)
    scheduled = applied + _spans(rng, n, 40)
    cancelled = pd.Series(rng.random(n) < 0.15)
    held = _sometimes(rng, 0.9, scheduled).where(~cancelled & (scheduled <= pd.Timestamp(LAST)))
    frame = pd.DataFrame(
        {
            "hearing_id": range(1, n + 1),
            "petition_id": petition["petition_id"].to_numpy(),
            "stage": rng.choice(["办理", "复查", "复核"], n),
            "applied_at": applied,
            "scheduled_at": scheduled,
            "held_at": held,
            "is_public": rng.random(n) < 0.5,
            "status": np.where(cancelled, "已取消", np.where(held.notna(), "已举行", "已排期")),
            "conclusion": pd.Series(rng.choice(["支持诉求", "维持原意见"], n), dtype=object).where(held.notna()),
            "settled_at": _sometimes(rng, 0.6, held + _spans(rng, n, 60)),
        }
    )
    return _with_holes(rng, frame, ["applied_at", "scheduled_at", "conclusion"], 0.08)


def _panels(rng: np.random.Generator, hearings: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (hearing, int(expert), "评议", bool(rng.random() < 0.15))
        for hearing in hearings["hearing_id"]
        for expert in rng.choice(21, rng.integers(0, 4), replace=False) + 1  # number 21 is in no pool
    ]
    return pd.DataFrame(rows, columns=["hearing_id", "expert_id", "role", "recused"])


def _participants(rng: np.random.Generator, hearings: pd.DataFrame) -> pd.DataFrame:
    """Those of no hearing, and hearings without any; who presides, who hears, and whose role nobody wrote."""
    roles = ("听证员", "听证员", "主持", None)
    rows = [
        (hearing, number, str(rng.choice(["志愿者", "人大代表", "群众代表"])), roles[int(rng.random() * 4)])
        for hearing in [*hearings["hearing_id"], 9001]
        for number in range(1, int(rng.integers(1, 4)))
    ]
    return pd.DataFrame(rows, columns=["hearing_id", "participant_no", "kind", "role"])


def _expert_tasks(rng: np.random.Generator, petitions: pd.DataFrame, mediations: pd.DataFrame) -> pd.DataFrame:
    """Several experts on one case, some cases also heard; of disputes, of both, of neither, of what nobody knows."""
    n = 240
    petition = pd.Series(petitions["petition_id"].to_numpy()[rng.choice(PETITIONS // 12, n)], dtype="Int64")
    petition[:3] = [9001, 9002, 9003]
    dispute = pd.Series(rng.choice([*mediations["mediation_id"][:60], 9001], n), dtype="Int64")
    of_petition = pd.Series(rng.random(n) < 0.6)
    return pd.DataFrame(
        {
            "task_id": range(1, n + 1),
            "expert_id": rng.choice(21, n) + 1,  # number 21 is in no pool
            "petition_id": petition.where(of_petition),
            "mediation_id": dispute.where(~of_petition | pd.Series(rng.random(n) < 0.1)).where(
                pd.Series(rng.random(n) < 0.95)
            ),
            "kind": rng.choice(["调解", "办理"], n),
            "took_part_at": _moments(rng, n, FIRST, LAST),
        }
    )


def _proposals(rng: np.random.Generator, petitions: pd.DataFrame) -> pd.DataFrame:
    """Some without an answer, some answered after the last moment, some of no case or of one that nobody knows."""
    n = 120
    made = pd.Series(_moments(rng, n, FIRST, LAST))
    feedback = _sometimes(rng, 0.7, made + _spans(rng, n, 60))
    case_of = pd.Series(petitions["petition_id"].to_numpy()[rng.integers(0, PETITIONS, n)], dtype="Int64")
    case_of[:2] = [9001, 9002]
    outcome = pd.Series(rng.choice(["采纳", "部分采纳", "未采纳"], n), dtype=object)
    frame = pd.DataFrame(
        {
            "proposal_id": range(1, n + 1),
            "kind": rng.choice(["改进工作", "完善政策", "追究责任"], n),
            "unit_id": rng.choice([*(f"U{k}" for k in range(8)), "U-nowhere"], n),
            "petition_id": case_of.where(pd.Series(rng.random(n) < 0.6)),
            "made_at": made,
            "feedback_at": feedback,
            "outcome": outcome.where(feedback.notna(), None),
        }
    )
    return _with_holes(rng, frame, ["unit_id", "outcome"], 0.1)


def _moments(rng: np.random.Generator, n: int, start: datetime, end: datetime) -> pd.DatetimeIndex:
    seconds = rng.integers(0, int((end - start).total_seconds()), n)
    return pd.DatetimeIndex(pd.Timestamp(start) + pd.to_timedelta(seconds, unit="s")).as_unit("us")


def _spans(rng: np.random.Generator, n: int, days: int) -> pd.Series:
    return pd.Series(pd.to_timedelta(rng.integers(0, days * 86_400, n), unit="s"))


def _sometimes(rng: np.random.Generator, share: float, times: "pd.Series | pd.DatetimeIndex") -> pd.Series:
    values = pd.Series(times).reset_index(drop=True)
    return values.where(pd.Series(rng.random(len(values)) < share))


def _with_holes(rng: np.random.Generator, frame: pd.DataFrame, columns: Sequence[str], share: float) -> pd.DataFrame:
    for column in columns:
        frame[column] = frame[column].where(pd.Series(rng.random(len(frame)) >= share), None)
    return frame
