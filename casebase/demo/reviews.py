"""What comes before or after a handling: objections of units, 复查 and 复核. They stand in events alone.

No column tells them. A review is for matters of article 31 item 6 alone, by the next higher authority each time.
"""

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Select, and_, not_, or_, select

from casebase import schema
from casebase.bulk_insert import append
from casebase.case_words import CLOSED, HOTLINE, PETITION_PROCEDURE
from casebase.demo.draws import mixed
from casebase.demo.hours import OFFICE, OfficeClock
from casebase.engine import frame_of_few
from casebase.zhengzhou import CITY_NAME

# One case in so many meets an objection, and of so many unresolved ones so many ask for a review: by the number of the
# case, so that the database chooses.
_OBJECTED_OF, _ASK_OF, _ASKING = 91, 25, 4
# Of 10,000: objections that are agreed to; reviews that ask for a second.
_AGREED, _ASK_AGAIN = 6_500, 3_000
# Days from a closing or an opinion to the application, from that to the opinion (some are late for 30 days), and from
# a hearing to the opinion.
_TO_ASK, _TO_ANSWER, _AFTER_HEARING = (1, 29), (9, 31), (3, 9)
_SLOTS = {
    "异议提出": 1, "复查申请": 2, "复查意见": 3, "复核申请": 4, "复核意见": 5, "异议退回": 6, "异议驳回": 7,
}  # fmt: skip
_UPHELD, _CHANGED, _ANNULLED = range(3)
_FIRST_OPINIONS = np.array(["维持原处理意见", "变更原处理意见", "撤销原处理意见，责令重新处理"])
_SECOND_OPINIONS = np.array(["维持复查意见，信访终结", "变更复查意见", "撤销复查意见，责令重新处理"])
# Of 100 opinions: those that uphold, and those that uphold or change.
_FIRST_SHARES, _SECOND_SHARES = (68, 87), (80, 93)
_PROVINCE = "河南省人民政府"
_CITY = f"{CITY_NAME}人民政府"


def write(connection: Connection, clock: OfficeClock, until: datetime) -> None:
    """Write the events of the built cases up to `until`; a review's hearing lies between application and opinion."""
    events = pd.concat([*_objections(connection, clock), *_reviews(connection, clock)], ignore_index=True)
    events = events[events["happened_at"] <= until].sort_values(["petition_id", "happened_at"], kind="stable")
    slot = events["action"].map(_SLOTS).to_numpy("int64")
    # Negative, so that they meet none of the derived events (casebase.events).
    number = -(events["petition_id"].to_numpy("int64") * 10 + slot)
    append(connection, schema.petition_event, events.assign(event_id=number)[_COLUMNS])


_COLUMNS = ["event_id", "petition_id", "happened_at", "action", "unit_id", "actor", "note"]


def _objections(connection: Connection, clock: OfficeClock) -> list[pd.DataFrame]:
    """Between receipt and acceptance a unit objects that a case is not its business; the sender checks and decides.

    Agreed to, the case goes to the unit that handles it now; refused, the unit has to take it.
    """
    p = schema.petition.c
    lasting = and_(
        p.petition_id % _OBJECTED_OF == 0, p.accepted_at > p.received_at, not_(p.is_simple), p.channel != HOTLINE
    )
    query = (
        select(p.petition_id, p.received_at, p.accepted_at, p.unit_id, p.street_code)
        .where(lasting)
        .order_by(p.petition_id)
    )
    rows = _read(connection, query, times=("received_at", "accepted_at"))
    begin, end = (clock.read(_seconds(rows[name])) for name in ("received_at", "accepted_at"))
    # Within five working days, but for a few.
    wait = np.where(_chance(rows, 11, 9_200), 4 * OFFICE, 7 * OFFICE)
    raised = begin + np.minimum((end - begin) * 5 // 10, _bits(rows, 12) % wait + 600)
    decided = raised + (end - raised) * 7 // 10
    agreed = (
        _chance(rows, 13, _AGREED) & ~rows["unit_id"].str.startswith("J").fillna(True) & rows["street_code"].notna()
    )
    objector = rows["unit_id"].mask(agreed, "J" + rows["street_code"])
    rows = rows.assign(unit_id=objector)
    answers = (
        (agreed, "异议退回", "核实同意，交还材料后重新转送"),
        (~agreed, "异议驳回", "核实属于本单位职责，不同意退回"),
    )
    return [
        _events(rows, "异议提出", clock.moment(raised), "认为不属于本单位职责"),
        *(_events(rows[which], action, clock.moment(decided[which]), note) for which, action, note in answers),
    ]


def _reviews(connection: Connection, clock: OfficeClock) -> list[pd.DataFrame]:
    rows = _asking(connection)
    second_hearing = (rows["stage"] == "复核").to_numpy()
    opinion, final_opinion = _drawn(rows, 9, _FIRST_SHARES), _drawn(rows, 10, _SECOND_SHARES)
    opinion = np.where(second_hearing, _UPHELD, opinion)
    twice = _chance(rows, 3, _ASK_AGAIN) & (rows["stage"] != "复查").to_numpy() & (opinion != _ANNULLED)
    twice |= second_hearing
    asked = _later(rows, clock, rows["closed_at"], 4, _TO_ASK)
    answered = _later(rows, clock, asked, 5, _TO_ANSWER)
    again = _later(rows, clock, answered, 6, _TO_ASK)
    final = _later(rows, clock, again, 7, _TO_ANSWER)
    # A hearing has its day already: what comes before it is drawn together between the closing and its application.
    in_first, in_second = (rows["stage"] == "复查").to_numpy(), second_hearing
    asked = asked.mask(in_first, _between(rows, clock, 6)).mask(in_second, _between(rows, clock, 2))
    after = _later(rows, clock, rows["held_at"].fillna(rows["closed_at"]), 8, _AFTER_HEARING)
    answered = answered.mask(in_first, after).mask(in_second, _between(rows, clock, 5))
    again = again.mask(in_second, _between(rows, clock, 8))
    final = final.mask(in_second, after)
    second = rows[twice]
    return [
        _events(rows, "复查申请", asked, "信访人申请复查"),
        _events(rows, "复查意见", answered, _FIRST_OPINIONS[opinion], rows["first_body"]),
        _events(second, "复核申请", again[twice], "信访人申请复核"),
        _events(second, "复核意见", final[twice], _SECOND_OPINIONS[final_opinion[twice]], second["second_body"]),
    ]


def _asking(connection: Connection) -> pd.DataFrame:
    """Closed cases whose petitioner asks for a review, with a hearing of the review where there was one."""
    p, h, u, a = schema.petition.c, schema.hearing.c, schema.unit.c, schema.area.c
    of_review = select(h.petition_id, h.stage, h.applied_at, h.held_at).where(h.stage != "办理", h.held_at.is_not(None))
    heard = _read(connection, of_review.order_by(h.hearing_id), times=("applied_at", "held_at"))
    heard = heard.drop_duplicates("petition_id", keep="last")
    asking = or_(
        and_(p.petition_id % _ASK_OF < _ASKING, p.resolved.is_(False), not_(p.is_simple), not_(p.restricted)),
        p.petition_id.in_(heard["petition_id"].tolist()),
    )
    placed = schema.petition.outerjoin(schema.unit, u.unit_id == p.unit_id)
    placed = placed.outerjoin(schema.area, a.code == p.district_code)
    query = (
        select(
            p.petition_id, p.closed_at, p.unit_id, u.kind.label("rank"), a.name.label("district"),
            a.kind.label("district_kind"),
        )
        .select_from(placed)
        .where(p.status == CLOSED, p.handling_path == PETITION_PROCEDURE, asking)
        .order_by(p.petition_id)
    )  # fmt: skip
    rows = _read(connection, query, times=("closed_at",)).merge(heard, on="petition_id", how="left")
    municipal = rows["rank"].eq("市直") | rows["district"].isna()
    seat = np.where(rows["district_kind"] == "功能区", "管理委员会", "人民政府")
    rows["first_body"] = np.where(municipal, _CITY, rows["district"].fillna("") + seat)
    rows["second_body"] = np.where(municipal, _PROVINCE, _CITY)
    return rows


def _read(connection: Connection, query: Select[Any], times: tuple[str, ...]) -> pd.DataFrame:
    frame = frame_of_few(connection, query)
    return frame.astype({"petition_id": "int64"} | dict.fromkeys(times, "datetime64[us]"))


def _events(
    rows: pd.DataFrame, action: str, at: np.ndarray | pd.Series, note: object, body: object = None
) -> pd.DataFrame:
    """Events of a unit, or of the body that is no unit of the register."""
    return pd.DataFrame(
        {
            "petition_id": rows["petition_id"].to_numpy(),
            "happened_at": np.asarray(at).astype("datetime64[us]"),
            "action": action,
            "unit_id": rows["unit_id"].to_numpy() if body is None else None,
            "actor": body,
            "note": note,
        }
    )


def _bits(rows: pd.DataFrame, salt: int) -> np.ndarray:
    bits: np.ndarray = (mixed(rows["petition_id"].to_numpy("int64"), salt) >> np.uint64(33)).astype("int64")
    return bits


def _chance(rows: pd.DataFrame, salt: int, per_myriad: int) -> np.ndarray:
    """By the number of the case alone: the same on any machine and for any number of cases."""
    is_drawn: np.ndarray = mixed(rows["petition_id"].to_numpy("int64"), salt) % np.uint64(10_000) < per_myriad
    return is_drawn


def _drawn(rows: pd.DataFrame, salt: int, shares: tuple[int, int]) -> np.ndarray:
    """_UPHELD, _CHANGED or _ANNULLED for each case."""
    opinion: np.ndarray = np.searchsorted(shares, _bits(rows, salt) % 100, side="right")
    return opinion


def _seconds(times: pd.Series) -> np.ndarray:
    seconds: np.ndarray = times.to_numpy().astype("datetime64[s]")
    return seconds


def _later(rows: pd.DataFrame, clock: OfficeClock, start: pd.Series, salt: int, days: tuple[int, int]) -> pd.Series:
    """In office hours so many natural days after the start, a day of rest being put off to the next working day."""
    low, high = days
    bits = _bits(rows, salt)
    day = _seconds(start).astype("datetime64[D]") + (bits % (high - low + 1) + low)
    office = clock.read(day.astype("datetime64[s]")) + (bits >> 8) % (OFFICE - 1)
    return pd.Series(clock.moment(office).astype("datetime64[us]"), index=rows.index)


def _between(rows: pd.DataFrame, clock: OfficeClock, tenths: int) -> pd.Series:
    """So many tenths of the way from the closing to the application for the hearing."""
    begin = clock.read(_seconds(rows["closed_at"]))
    end = clock.read(_seconds(rows["applied_at"].fillna(rows["closed_at"])))
    moment = clock.moment(begin + (end - begin) * tenths // 10).astype("datetime64[us]")
    return pd.Series(moment, index=rows.index)
