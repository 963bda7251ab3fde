"""Channels, walls, areas and parts are bounded, and nobody pushes out what another's wall shows."""

from datetime import timedelta
from itertools import product

import pytest

from access.identity import Identity, Role
from casebase.directory import Directory
from casebase.engine import Casebase
from casebase.scope import WHOLE, Scope
from cockpit import process
from cockpit.view import PRESETS
from queries import names
from screen.shares import NoRoomError, Shares
from screen.wall import Channels, Snapshots, Wish
from tests.pages.conftest import UNTIL

DISTRICT, STREET, OTHER = (Scope(frozenset({code})) for code in ("11", "111", "12"))
WITHIN = Directory({}, {}, {"111": "11", "11": "1", "12": "1"}).lies_within
LEADER = Identity("chen", "陈局长", Role.LEADER, WHOLE)
BUSY = Identity("busy", "某人", Role.STAFF, WHOLE)
WALL = Identity("screen:1", "大厅", Role.SCREEN, WHOLE)
BACKLOG = Wish("backlog", "", "", "本月")


def wish_of(channels: Channels, channel: str, scope: Scope = WHOLE) -> Wish:
    return channels.get(channel, scope, WITHIN)


def in_district(who: Identity, scope: Scope) -> Identity:
    return Identity(f"{who.subject} {sorted(scope.areas or ())}", who.name, who.role, scope)


def test_wishes_are_numbered_and_somebodys_channels_bounded() -> None:
    channels = Channels()
    assert wish_of(channels, "大厅").number == 0
    assert channels.set("大厅", BACKLOG, LEADER, UNTIL).number == 1
    assert channels.set("大厅", Wish(period="本月"), LEADER, UNTIL).number == 2
    for number in range(300):
        channels.set(str(number), Wish(), LEADER, UNTIL)
    assert wish_of(channels, "大厅").number == 0  # forgotten: its walls rotate
    assert wish_of(channels, "299").number == 1
    assert len(channels._channels) == 100


def test_a_channel_that_walls_look_at_is_never_pushed_out() -> None:
    channels = Channels()
    channels.set("会议室", BACKLOG, LEADER, UNTIL)
    channels.record_poll("会议室", "wall", LEADER, UNTIL)
    for number in range(300):
        channels.set(f"wish {number}", Wish(), LEADER, UNTIL)
        channels.record_poll(f"look {number}", "wall", LEADER, UNTIL - timedelta(minutes=1))
    assert wish_of(channels, "会议室").scene == "backlog"
    for number in range(300):
        channels.record_poll(f"fake {number}", "wall", LEADER, UNTIL)
    assert wish_of(channels, "会议室").scene == "backlog"
    assert len(channels.walls(UNTIL, WHOLE, WITHIN)) == len(channels._channels) == 100
    with pytest.raises(NoRoomError):
        channels.set("another", Wish(), LEADER, UNTIL)
    assert channels.set("会议室", Wish("duty", "", "", "本月"), LEADER, UNTIL).number == 2
    later = UNTIL + timedelta(minutes=1)
    assert channels.set("another", Wish(), LEADER, later).number == 1  # the others are gone
    for number in range(500):
        channels.record_poll("another", str(number), LEADER, later)
    assert channels.walls(later, WHOLE, WITHIN) == {"another": 200}


def test_thousands_of_channels_and_walls_of_one_leave_another_his() -> None:
    """Of the same scope, where no wall is looking at the moment, and on the very channel too."""
    channels = Channels()
    channels.set("会议室", BACKLOG, BUSY, UNTIL)  # opened by the one who opens the others
    channels.set("会议室", BACKLOG, LEADER, UNTIL)
    channels.record_poll("会议室", "1", WALL, UNTIL)
    for number in range(2_000):
        at = UNTIL + timedelta(seconds=number / 400)
        try:
            channels.set(f"{number}", Wish(), BUSY, at)
        except NoRoomError:
            assert number >= 99  # all of his own have a wall of his
        channels.record_poll(f"{number}", "x", BUSY, at)
        channels.record_poll("会议室", f"{number}", BUSY, at)
    later = UNTIL + timedelta(minutes=5)
    for number in range(2_000):
        channels.set(f"later {number}", Wish(), BUSY, later)
    assert wish_of(channels, "会议室").scene == "backlog"
    assert len(channels._channels) <= 101
    assert channels.walls(UNTIL + timedelta(seconds=5), WHOLE, WITHIN)["会议室"] == 201
    assert channels.set("又一间", BACKLOG, LEADER, later).number == 1


def test_a_wall_heeds_those_who_see_all_that_it_shows_and_nobody_else() -> None:
    channels = Channels()
    leader, staff, elsewhere = LEADER, in_district(BUSY, DISTRICT), in_district(BUSY, OTHER)
    channels.record_poll("", "1", WALL, UNTIL)
    channels.record_poll("", "1", in_district(WALL, STREET), UNTIL)
    channels.record_poll("大厅", "1", in_district(WALL, OTHER), UNTIL)
    assert channels.walls(UNTIL, WHOLE, WITHIN) == {"": 2, "大厅": 1}
    assert channels.walls(UNTIL, DISTRICT, WITHIN) == {"": 1}
    channels.set("", Wish("duty", "", "", "本年"), staff, UNTIL)
    channels.set("", BACKLOG, elsewhere, UNTIL)
    assert wish_of(channels, "").number == 0
    assert wish_of(channels, "", DISTRICT).scene == wish_of(channels, "", STREET).scene == "duty"
    assert wish_of(channels, "", OTHER).scene == "backlog"
    channels.set("", Wish("hot", "", "", "本月"), leader, UNTIL)
    assert {wish_of(channels, "", scope).scene for scope in (WHOLE, DISTRICT, STREET, OTHER)} == {"hot"}
    channels.set("", Wish("duty", "", "", "本月"), staff, UNTIL)
    assert [wish_of(channels, "", scope).scene for scope in (WHOLE, STREET, OTHER)] == ["hot", "duty", "hot"]


def test_areas_and_periods_of_one_leave_another_the_parts_of_his_wall(
    city: Casebase, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Snapshots(process.live_data)
    one.get(WHOLE, "", "本月", ["backlog"], brief=True)
    weight = one._parts.weight
    monkeypatch.setattr("screen.wall._MOST_BYTES", 8 * weight)
    monkeypatch.setattr("screen.wall._MOST_BYTES_IN_ALL", 10 * weight)
    snapshots = Snapshots(process.live_data)
    # Shared with the one who looks at much: first asked for by him.
    for who in (BUSY, WALL):
        snapshots.get(WHOLE, "", "本月", ["backlog"], brief=True, holder=who.subject)
    asked = list(product(names.areas(city.whole)["code"].head(15), PRESETS))
    monkeypatch.setattr("screen.wall._content", lambda *_: {"html": "x" * weight})
    for number, (area, period) in enumerate(asked):
        # As one person, and as many of them at once.
        snapshots.get(WHOLE, area, period, ["duty"], brief=True, holder=f"{BUSY.subject} {number % 40}")
        snapshots.get(WHOLE, area, period, ["duty"], brief=True, holder=BUSY.subject)
    assert snapshots._parts.get((WHOLE, "", "本月", "backlog")) is not None
    assert snapshots._parts.weight <= 10 * weight


def test_a_holder_gives_up_its_own_and_all_of_a_value_goes_with_its_last_holder() -> None:
    shares: Shares[str, int] = Shares(10, 15, weigh=lambda value: value)
    shares.keep("a", "shared", 4)
    shares.keep("b", "shared", 4)
    shares.keep("a", "own", 4)
    shares.keep("a", "next", 4)
    assert shares.get("shared") == 4  # "a" gave it up, "b" has it
    with pytest.raises(NoRoomError):
        shares.keep("a", "huge", 11)
    assert shares.get("huge") is None
    shares.keep("b", "more", 6)
    assert shares.weight <= 15
    shares.keep("c", "new", 5)
    assert shares.get("new") == 5
    assert shares.weight <= 15
    with pytest.raises(NoRoomError):
        shares.keep("c", "stuck", 9, may_go=lambda _: False)
    assert [key for key, _ in shares.items() if key in ("new", "stuck")] == ["new"]
