"""What comes after or against a handling: 异议退回, 复查, 复核. They stand in events alone, no column tells them."""

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Select, and_, not_, or_, select

from casebase import schema
from casebase.bulk_insert import append
from casebase.demo.draws import mixed
from casebase.engine import frame_of_few

# Of 10,000: units that send a case back; unresolved cases that ask for a review; reviews that ask for a second.
_SENT_BACK, _ASK, _ASK_AGAIN = 60, 1_600, 3_000
# Days from a closing or an opinion to the application, from that to the opinion (some are late for 30 days), and from
# a hearing to the opinion.
_TO_ASK, _TO_ANSWER, _AFTER_HEARING = (1, 29), (9, 32), (3, 9)
_SLOTS = {"异议退回": 1, "复查申请": 2, "复查意见": 3, "复核申请": 4, "复核意见": 5}
_OPINIONS = ("维持", "维持", "维持", "责令重新办理", "变更原意见")


def write(connection: Connection, until: datetime) -> None:
    """Write the events of the built cases up to `until`; a review's hearing lies between application and opinion."""
    events = pd.concat([_objections(connection), *_reviews(connection)], ignore_index=True)
    events = events[events["happened_at"] <= until].sort_values(["petition_id", "happened_at"], kind="stable")
    slot = events["action"].map(_SLOTS).to_numpy("int64")
    # Negative, so that they meet none of the derived events (casebase.events).
    number = -(events["petition_id"].to_numpy("int64") * 10 + slot)
    append(connection, schema.petition_event, events.assign(event_id=number)[_COLUMNS])


_COLUMNS = ["event_id", "petition_id", "happened_at", "action", "unit_id", "note"]


def _objections(connection: Connection) -> pd.DataFrame:
    """Sent back within the time from forwarding to acceptance, as not the unit's business."""
    p = schema.petition.c
    lasting = and_(p.forwarded_at.is_not(None), p.accepted_at > p.forwarded_at, not_(p.is_simple))
    query = select(p.petition_id, p.forwarded_at, p.accepted_at, p.unit_id).where(lasting).order_by(p.petition_id)
    rows = _read(connection, query, times=("forwarded_at", "accepted_at"))
    rows = rows[_chance(rows, 1, _SENT_BACK)]
    at = rows["forwarded_at"] + (rows["accepted_at"] - rows["forwarded_at"]) * 6 // 10
    return _events(rows, "异议退回", at.dt.floor("s"), "不属于本单位职责，退回重新转送")


def _reviews(connection: Connection) -> list[pd.DataFrame]:
    p, h = schema.petition.c, schema.hearing.c
    of_review = select(h.petition_id, h.stage, h.applied_at, h.held_at).where(h.stage != "办理", h.held_at.is_not(None))
    heard = _read(connection, of_review.order_by(h.hearing_id), times=("applied_at", "held_at"))
    heard = heard.drop_duplicates("petition_id", keep="last")
    asking = or_(
        and_(p.resolved.is_(False), not_(p.is_simple), not_(p.restricted)),
        p.petition_id.in_(heard["petition_id"].tolist()),
    )
    query = (
        select(p.petition_id, p.closed_at, p.unit_id).where(p.closed_at.is_not(None), asking).order_by(p.petition_id)
    )
    rows = _read(connection, query, times=("closed_at",)).merge(heard, on="petition_id", how="left")
    rows = rows[_chance(rows, 2, _ASK) | rows["stage"].notna()].reset_index(drop=True)
    twice = (_chance(rows, 3, _ASK_AGAIN) & (rows["stage"] != "复查").to_numpy()) | (rows["stage"] == "复核").to_numpy()
    asked = _later(rows, rows["closed_at"], 4, _TO_ASK)
    answered = _later(rows, asked, 5, _TO_ANSWER)
    again = _later(rows, answered, 6, _TO_ASK)
    final = _later(rows, again, 7, _TO_ANSWER)
    # A hearing has its day already: what comes before it is drawn together between the closing and its application.
    room = rows["applied_at"] - rows["closed_at"]
    in_first, in_second = rows["stage"] == "复查", rows["stage"] == "复核"
    asked = asked.mask(in_first, rows["closed_at"] + room * 6 // 10).mask(in_second, rows["closed_at"] + room * 2 // 10)
    after = _later(rows, rows["held_at"], 8, _AFTER_HEARING)
    answered = answered.mask(in_first, after).mask(in_second, rows["closed_at"] + room * 5 // 10)
    again = again.mask(in_second, rows["closed_at"] + room * 8 // 10)
    final = final.mask(in_second, after)
    opinion = np.array(_OPINIONS)[(mixed(rows["petition_id"].to_numpy("int64"), 9) % len(_OPINIONS)).astype("int64")]
    second = rows[twice]
    return [
        _events(rows, "复查申请", asked.dt.floor("s"), "信访人申请复查"),
        _events(rows, "复查意见", answered.dt.floor("s"), opinion),
        _events(second, "复核申请", again[twice].dt.floor("s"), "信访人申请复核"),
        _events(second, "复核意见", final[twice].dt.floor("s"), "维持复查意见，信访终结"),
    ]


def _read(connection: Connection, query: Select[Any], times: tuple[str, ...]) -> pd.DataFrame:
    frame = frame_of_few(connection, query)
    return frame.astype({"petition_id": "int64"} | dict.fromkeys(times, "datetime64[us]"))


def _events(rows: pd.DataFrame, action: str, at: pd.Series, note: object) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "petition_id": rows["petition_id"].to_numpy(),
            "happened_at": at.to_numpy(),
            "action": action,
            "unit_id": rows["unit_id"].to_numpy(),
            "note": note,
        }
    )


def _chance(rows: pd.DataFrame, salt: int, per_myriad: int) -> np.ndarray:
    """By the number of the case alone: the same on any machine and for any number of cases."""
    is_drawn: np.ndarray = mixed(rows["petition_id"].to_numpy("int64"), salt) % np.uint64(10_000) < per_myriad
    return is_drawn


def _later(rows: pd.DataFrame, start: pd.Series, salt: int, days: tuple[int, int]) -> pd.Series:
    """In office hours of a day so many days after the start."""
    low, high = days
    bits = mixed(rows["petition_id"].to_numpy("int64"), salt)
    after = (bits % np.uint64(high - low + 1)).astype("int64") + low
    minutes = (bits >> np.uint64(32)).astype("int64") % (8 * 60) + 9 * 60
    times: pd.Series = start.dt.normalize() + pd.to_timedelta(
        pd.Series(after * 1440 + minutes, index=rows.index), unit="min"
    )
    return times
