"""Experts and hearings: about 240 held over the years up to the last days, some to come.

The head of the unit presides; experts of the pool and other third parties hear and judge.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from casebase import schema
from casebase.bulk_insert import append
from casebase.demo import public_counts, texts
from casebase.demo.course import HANDLED, SIXTH, Course
from casebase.demo.draws import Draws, apportion
from casebase.demo.origins import REPORT, Origins
from casebase.demo.world import World
from casebase.workdays import Workdays

_PER_BLOCK = 600
_NEW_DAYS = 90
SLOTS = np.array([510, 540, 570, 600, 870, 900, 930, 960], dtype="timedelta64[m]")
"""Times of day at which hearings begin."""
_COMING, _APPLIED, _CANCELLED, _IDLE = 14, 6, 9, 19
_STAGES = {"办理": 62, "复查": 24, "复核": 14}
_CONCLUSIONS = {"支持诉求": 21, "部分支持": 33, "维持原意见": 24, "达成和解": 22}
_AFTER_ACCEPTANCE = (15, 200)
_AFTER_CLOSING = {"复查": (25, 55), "复核": (70, 105)}
"""Days after acceptance, and after the closing, on which hearings are held: each step before keeps its own limit."""
_SETTLED_BEFORE_CLOSING = 20
_SETTLED = {"支持诉求": 8_400, "部分支持": 7_300, "维持原意见": 4_300, "达成和解": 9_600}
PRESIDING = {"办理": "责任单位负责人", "复查": "复查机关负责人", "复核": "复核机关负责人"}
ROLES = {"听证员": 55, "评议": 45}
"""What experts do at a hearing."""
GUESTS = {"人大代表": 18, "政协委员": 18, "群众代表": 34, "志愿者": 20, "基层法律服务工作者": 10}
_FIELDS = {
    "高等院校": ("法学", "社会学", "公共管理", "心理学", "经济学"), "社会组织": ("社会工作", "心理疏导", "纠纷调解"),
    "市直单位": ("自然资源", "住房和城乡建设", "人力资源和社会保障", "医疗卫生", "教育", "民政"),
    "律师": ("房产物业", "劳动争议", "行政法", "征地拆迁"),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Candidates:
    """Cases of article 31 item 6 that a hearing may take up: not simple, accepted, not restricted."""

    petition_id: np.ndarray
    accepted: np.ndarray
    closed: np.ndarray
    is_over: np.ndarray  # closed by `until`


def candidates(world: World, draws: Draws, case: Origins, plan: Course, until: np.datetime64) -> Candidates:
    """A sample of a block's cases that last 20 days or longer after acceptance.

    New ones that are still open are a sample of their own, or there would be few to hear in the last weeks.
    """
    lasts = plan.closed - plan.accepted > np.timedelta64(20 * 86_400, "s")
    known = (plan.accepted >= world.whole_from) & (plan.accepted <= until)
    kind = ~case.simple & (plan.path == SIXTH) & (plan.ending == HANDLED) & (case.purpose != REPORT) & case.classed
    is_new = (plan.closed > until) & (plan.accepted > until - np.timedelta64(_NEW_DAYS, "D"))
    parts = [np.flatnonzero(kind & known & lasts & which) for which in (~is_new, is_new)]
    at = np.concatenate([part[draws.distinct(part.size, min(part.size, _PER_BLOCK))] for part in parts])
    return Candidates(case.petition_id[at], plan.accepted[at], plan.closed[at], plan.closed[at] <= until)


def write(
    connection: Connection, draws: Draws, blocks: list[Candidates], calendar: Workdays, until: datetime, seed: int
) -> None:
    """Write experts, hearings and panels."""
    experts = _experts(draws, until, seed)
    append(connection, schema.expert, experts)
    every = pd.concat([pd.DataFrame(vars(part)) for part in blocks], ignore_index=True)
    every = every.iloc[draws.order(len(every))].reset_index(drop=True)
    hearings = _hearings(draws, every, calendar, pd.Timestamp(until))
    append(connection, schema.hearing, hearings)
    append(connection, schema.hearing_expert, _panels(draws, hearings, experts, until))
    append(connection, schema.hearing_participant, _participants(draws, hearings))


def _experts(draws: Draws, until: datetime, seed: int) -> pd.DataFrame:
    source = np.repeat(list(public_counts.EXPERTS), list(public_counts.EXPERTS.values()))[
        draws.order(sum(public_counts.EXPERTS.values()))
    ]
    n = source.size
    fields = [
        _FIELDS[kind][number % len(_FIELDS[kind])] for kind, number in zip(source, draws.below(60, n), strict=True)
    ]
    first, last = datetime(2021, 3, 1), min(datetime(2024, 11, 30), until - timedelta(days=30))
    first = min(first, last - timedelta(days=n))
    share = np.sort(draws.below(1_000, n)) * (last - first).days // 1_000
    share[:30] = share[:30] // 3
    return pd.DataFrame(
        {
            "expert_id": np.arange(1, n + 1),
            "name": texts.names(np.arange(n) + 10**12, seed).to_pandas(),
            "source": source,
            "field": fields,
            "joined_on": [(first + timedelta(days=int(days))).date() for days in share],
        }
    )


def _hearings(draws: Draws, every: pd.DataFrame, calendar: Workdays, until: pd.Timestamp) -> pd.DataFrame:
    """Held, cancelled, coming and applied ones; ids follow the day of the hearing."""
    running = every[~every.is_over]
    coming, waiting = running.head(_COMING), running.iloc[_COMING : _COMING + _APPLIED]
    held = _held(draws, every.drop([*coming.index, *waiting.index]), calendar, until)
    rest = every[every.is_over & ~every.petition_id.isin(held.petition_id)].head(_CANCELLED)
    cancelled = _planned(draws, rest, rest.accepted, calendar.after_many(_days(rest.accepted) + 12, 0), calendar)
    today = np.full(len(coming), until.to_datetime64().astype("datetime64[D]"))
    later = calendar.after_many(today, draws.between(1, 20, len(coming)))
    scheduled = _planned(draws, coming, coming.accepted, later, calendar)
    scheduled["applied_at"] = np.minimum(scheduled.applied_at, _recently(draws, coming, calendar, until))
    applied = pd.DataFrame({"petition_id": waiting.petition_id.to_numpy()})
    applied["applied_at"] = _recently(draws, waiting, calendar, until)
    others = {"已取消": cancelled, "已排期": scheduled, "已申请": applied}
    of_handling = [part.assign(stage="办理", status=status) for status, part in others.items()]
    frame = pd.concat([held, *of_handling], ignore_index=True)
    frame = frame.sort_values(["scheduled_at", "petition_id"], ignore_index=True)
    return frame.assign(hearing_id=np.arange(1, len(frame) + 1), is_public=draws.chance(7_200, len(frame)))


def _recently(draws: Draws, cases: pd.DataFrame, calendar: Workdays, until: pd.Timestamp) -> np.ndarray:
    """A working morning or afternoon of the last days before `until`, not before the case was accepted."""
    day = np.full(len(cases), until.to_datetime64().astype("datetime64[D]")) - draws.between(1, 8, len(cases))
    moments = _in_office(draws, calendar.after_many(day, 0))
    recent: np.ndarray = np.maximum(moments, cases.accepted.to_numpy().astype("datetime64[us]"))
    return recent


def _held(draws: Draws, every: pd.DataFrame, calendar: Workdays, until: pd.Timestamp) -> pd.DataFrame:
    """Hearings up to `until`, on cases that are closed by now and on cases that are still open."""
    chosen = _heard(draws, every, calendar, until)
    n, of_handling = len(chosen), (chosen.stage == "办理").to_numpy()
    frame = _planned(draws, chosen, chosen.accepted.where(of_handling, chosen.closed), _days(chosen.day), calendar)
    frame["stage"] = chosen.stage
    frame["held_at"] = frame.scheduled_at + pd.to_timedelta(draws.between(0, 12, n), unit="min")
    frame["conclusion"] = np.array(list(_CONCLUSIONS))[draws.weighted(list(_CONCLUSIONS.values()), n)]
    settled = draws.chance(frame.conclusion.map(_SETTLED).to_numpy(), n)
    day = calendar.after_many(_days(frame.held_at), draws.between(1, 26, n))
    # Once the petitioner is content the case is closed soon: what stays open for years after a hearing is not settled.
    day = np.where(of_handling, np.maximum(day, _days(chosen.closed) - _SETTLED_BEFORE_CLOSING), day)
    moment = pd.Series(_in_office(draws, calendar.after_many(day, 0)))
    frame["settled_at"] = moment.where(settled & (moment <= until).to_numpy())
    return frame.assign(status="已举行")


def _heard(draws: Draws, every: pd.DataFrame, calendar: Workdays, until: pd.Timestamp) -> pd.DataFrame:
    """The cases of hearings that were held, with the columns `stage` and `day` (see chosen_on).

    A hearing lies inside the course where it belongs to the handling, after the closing where it belongs to a review.
    """
    days = spread_days(draws, every, calendar, until, public_counts.EXPERT_HEARINGS)
    share = apportion(days.size, np.array(list(_STAGES.values()), dtype=np.int64))
    stages = np.repeat(list(_STAGES), share)[draws.order(days.size)]
    accepted, closed = _days(every.accepted), _days(every.closed)
    windows = {stage: (closed + first, closed + last) for stage, (first, last) in _AFTER_CLOSING.items()}
    windows["办理"] = (accepted + _AFTER_ACCEPTANCE[0], np.minimum(accepted + _AFTER_ACCEPTANCE[1], closed - 1))
    return chosen_on(every, days, stages, windows)


def spread_days(draws: Draws, every: pd.DataFrame, calendar: Workdays, until: datetime, count: int) -> np.ndarray:
    """At most `count` working days (datetime64[D]) before `until`, in order of time.

    Two thirds lie each in one of as many equal stretches, so that no month is left out, the running one neither; the
    others where chance puts them. They begin two months after the first of the cases was accepted.
    """
    first = every.accepted.min() + pd.Timedelta(days=60)
    is_within = (calendar.days > first) & (calendar.days + 1 <= np.datetime64(until))
    workdays = calendar.days[calendar.is_workday & is_within]
    count = min(count, len(every), workdays.size)
    regular = draws.spread(workdays.size, count * 2 // 3)
    positions = np.concatenate([regular, draws.below(max(workdays.size, 1), count - regular.size)])
    days: np.ndarray = np.sort(workdays[positions])
    return days


def chosen_on(
    every: pd.DataFrame, days: np.ndarray, stages: np.ndarray, windows: dict[str, tuple[np.ndarray, np.ndarray]]
) -> pd.DataFrame:
    """For each day (datetime64[D]) a case whose window holds it, in the stage wanted or else in another; none twice.

    `windows` are the first and the last day of each case by stage. Days that no case is left for are passed over.
    Returned: the rows chosen, with their `stage` and `day` (datetime64[s]).
    """
    is_free = np.ones(len(every), dtype=bool)
    chosen = []
    for day, wanted in zip(days, stages, strict=True):
        for stage in (wanted, *windows):
            earliest, latest = windows[stage]
            fit = is_free & (earliest <= day) & (day <= latest)
            if fit.any():
                at = int(fit.argmax())
                is_free[at] = False
                chosen.append((at, stage, day))
                break
    frame = pd.DataFrame(chosen, columns=["at", "stage", "day"])
    rows = every.iloc[frame["at"].astype("int64")].reset_index(drop=True)
    return rows.assign(stage=frame.stage, day=frame.day.to_numpy().astype("datetime64[s]"))


def _days(moments: pd.Series) -> np.ndarray:
    days: np.ndarray = moments.to_numpy().astype("datetime64[D]")
    return days


def _in_office(draws: Draws, day: np.ndarray) -> np.ndarray:
    moments: np.ndarray = day.astype("datetime64[us]") + SLOTS[draws.below(SLOTS.size, day.size)]
    return moments


def _planned(draws: Draws, cases: pd.DataFrame, since: pd.Series, day: np.ndarray, calendar: Workdays) -> pd.DataFrame:
    """Hearings on working days (datetime64[D]), applied for one to five weeks before, but not on the day of `since`."""
    elapsed = (day - _days(since)).astype(np.int64)
    wait = np.minimum(draws.between(7, 34, day.size), np.maximum(elapsed - 3, 1))
    asked = np.maximum(calendar.after_many(day - wait, 0), calendar.after_many(_days(since), 1))
    moments = {"applied_at": _in_office(draws, asked), "scheduled_at": _in_office(draws, day)}
    return pd.DataFrame({"petition_id": cases.petition_id.to_numpy(), **moments})


def _panels(draws: Draws, hearings: pd.DataFrame, experts: pd.DataFrame, until: datetime) -> pd.DataFrame:
    """Two to four experts a hearing, none presiding; a few recused, some experts never called."""
    called = np.sort(draws.order(len(experts))[_IDLE:])
    joined = pd.to_datetime(experts.joined_on).to_numpy()
    load = draws.between(10, 100, len(experts))
    rows = []
    sitting = hearings[hearings.status.isin(["已举行", "已排期"])]
    latest = sitting.scheduled_at.clip(upper=pd.Series(until, index=sitting.index)).to_numpy()
    for number, day in zip(sitting.hearing_id.tolist(), latest, strict=True):
        free = called[joined[called] <= day]
        wanted = int(draws.between(2, 4, 1)[0])
        order = free[np.argsort(-(load[free] * draws.between(1, 1_000, free.size)), kind="stable")][:wanted]
        recused = draws.chance(160, order.size)
        recused[:1] = False
        rows += [(number, int(expert) + 1, bool(out)) for expert, out in zip(order, recused, strict=True)]
    panels = pd.DataFrame(rows, columns=["hearing_id", "expert_id", "recused"])
    return panels.assign(role=np.array(list(ROLES))[draws.weighted(list(ROLES.values()), len(panels))])


def _participants(draws: Draws, hearings: pd.DataFrame) -> pd.DataFrame:
    """Who sits at a hearing beside the experts: the head who presides, and one to three third parties."""
    sitting = hearings[hearings.status.isin(["已举行", "已排期"])]
    head = pd.DataFrame({"hearing_id": sitting.hearing_id, "kind": sitting.stage.map(PRESIDING), "role": "主持"})
    guests = draws.between(1, 3, len(sitting))
    kind = np.array(list(GUESTS))[draws.weighted(list(GUESTS.values()), int(guests.sum()))]
    others = pd.DataFrame({"hearing_id": np.repeat(sitting.hearing_id, guests), "kind": kind, "role": "听证员"})
    rows = pd.concat([head, others]).sort_values("hearing_id", kind="stable", ignore_index=True)
    return rows.assign(participant_no=rows.groupby("hearing_id").cumcount() + 1)
