"""The addresses of the wall: /screen and /remote with their data, beside Streamlit's own."""

import json
import logging
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import anyio
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from access.entry import Action, entry_by, scope_text
from access.identity import Identity, Refusal
from access.requests import identity_of
from casebase.directory import Directory
from casebase.errors import CasebaseError, UsageError
from casebase.scope import Scope
from cockpit import places, process
from cockpit.view import DEFAULT_PERIOD, PRESETS, WHOLE_CITY
from queries import names
from screen import pairing, scenes
from screen.html_pages import render_page
from screen.sentences import CONFIGURATION, page_of
from screen.shares import NoRoomError
from screen.wall import Channels, LiesWithin, Snapshots, Wish

# A wall that knows the last wish is answered when there is a newer one, else after so many looks, seconds apart.
_LOOKS, _LOOK = 20, 0.1
# Characters of a channel's name, and of the name that a wall gives itself.
_LONGEST = 40
_TOO_LONG = f"频道名最长 {_LONGEST} 字"
_FRESH = {"Cache-Control": "no-store"}
_SETS = ("daily", "meeting")
_ZONE = "功能区"
NOWHERE = Directory({}, {})
STATIC = Path(__file__).parent / "static"

_log = logging.getLogger(__name__)


def routes() -> list[BaseRoute]:
    """All routes, for the server around app.py, whose settings must name scenes that exist."""
    process.check_settings_by(scenes.check_scenes)
    channels, snapshots = Channels(), Snapshots(process.live_data)
    return [
        Route("/screen", wall_page),
        Route("/remote", partial(page, "remote.html.jinja")),
        Route("/screen/data", partial(data, snapshots)),
        Route("/screen/figures", partial(figures, snapshots)),
        Route("/screen/wish", partial(get_wish, channels, snapshots), methods=["GET"]),
        Route("/screen/wish", partial(set_wish, channels), methods=["POST"]),
        Route("/screen/pairing", pairing.ask, methods=["POST"]),
        Mount("/screen/static", StaticFiles(directory=STATIC)),
    ]


async def wall_page(request: Request) -> Response:
    """The wall, or to nobody the code by which it becomes one."""
    return await (
        pairing.page(request) if isinstance(identity_of(request), Refusal) else page("wall.html.jinja", request)
    )


async def page(template: str, _request: Request) -> Response:
    """The page with the settings of config.toml written in."""
    try:
        settings = await anyio.to_thread.run_sync(process.settings)
    except CasebaseError as error:
        _log.warning("%s", error)
        return HTMLResponse(page_of(CONFIGURATION), status_code=503, headers=_FRESH)
    page_settings = {
        "now": process.now().isoformat(),
        "interval": settings.screen.interval,
        "pause": settings.screen.pause,
        "sets": {"daily": list(settings.screen.order), "meeting": list(settings.screen.meeting)},
        "amber": settings.freshness.amber,
        "red": settings.freshness.red,
        "poll": settings.freshness.poll,
        "longest": _LONGEST,
        "period": DEFAULT_PERIOD,
        "periods": list(PRESETS),
        "scenes": {scene.id: scene.title for scene in scenes.SCENES},
    }
    text = render_page(template, settings=page_settings, bureau=settings.city.bureau)
    return HTMLResponse(text, headers={"Cache-Control": "no-cache"})


async def data(snapshots: Snapshots, request: Request) -> Response:
    """Scenes of a place and a period, or only how old they are where the wall has them.

    The place is named as in a wall's address (see screen.address). 404 for a place, period or scene that does not
    exist, and never another's numbers; 503 before any answer.
    """
    parameters = request.query_params
    scene_ids = list(dict.fromkeys(parameters["scenes"].split(","))) if "scenes" in parameters else list(scenes.BY_ID)
    try:
        who = _who(request)
        code = partial(snapshots.code_of, who.scope, parameters, holder=who.subject)
        answer = await anyio.to_thread.run_sync(
            partial(snapshots.get, brief="brief" in parameters, holder=who.subject),
            who.scope,
            await anyio.to_thread.run_sync(code),
            parameters.get("period", ""),
            scene_ids,
        )
        now = process.now()
    except CasebaseError as error:
        return _unavailable(error)
    if parameters.get("known") == answer["version"]:
        answer = {name: answer[name] for name in ("version", "error", "age")}
    return JSONResponse({**answer, "now": now.isoformat()}, headers=_FRESH)


async def figures(snapshots: Snapshots, request: Request) -> Response:
    """The first numbers of each scene, for a remote's buttons. 404 and 503 as for `data`."""
    parameters = request.query_params
    try:
        who = _who(request)
        asked = partial(snapshots.figures, holder=who.subject)
        area, period = parameters.get("area", ""), parameters.get("period", "")
        answer = await anyio.to_thread.run_sync(asked, who.scope, area, period)
    except CasebaseError as error:
        return _unavailable(error)
    return JSONResponse(answer, headers=_FRESH)


async def get_wish(channels: Channels, snapshots: Snapshots, request: Request) -> Response:
    """What the walls of a channel are to show. Who knows the last wish by its number waits a moment for a newer one."""
    parameters, who = request.query_params, _who(request)
    channel, wall = parameters.get("channel", ""), parameters.get("wall", "")
    if max(len(channel), len(wall)) > _LONGEST:
        return _bad_request(_TOO_LONG)
    try:
        now = process.now()
    except CasebaseError as error:
        return _unavailable(error)
    lies_within = (await anyio.to_thread.run_sync(_places)).lies_within
    if wall:
        channels.record_poll(channel, wall, who, now)
    wish = await _newer_wish(channels, channel, who, lies_within, parameters.get("known"))
    answer: dict[str, Any] = vars(await anyio.to_thread.run_sync(_within, wish, who, snapshots))
    if not wall:
        answer = {**answer, "walls": channels.walls(now, who.scope, lies_within)}
    if "areas" in parameters:
        areas, whole = await anyio.to_thread.run_sync(lambda: (_areas(who.scope), _whole(who.scope)))
        answer = {**answer, "areas": areas, "whole": whole}
    return JSONResponse(answer, headers=_FRESH)


async def _newer_wish(
    channels: Channels, channel: str, who: Identity, lies_within: LiesWithin, known: str | None
) -> Wish:
    """The last wish: at once where another is known, else as soon as there is a newer one, or after a while."""
    wish, wishes = channels.get(channel, who.scope, lies_within), channels.wishes
    for _ in range(_LOOKS):
        # A screen that is revoked meanwhile hears of it at once (server/identity.py answers it).
        if known != str(wish.number) or not process.is_still_in(who):
            break
        await anyio.sleep(_LOOK)
        if channels.wishes != wishes:
            wish, wishes = channels.get(channel, who.scope, lies_within), channels.wishes
    return wish


async def set_wish(channels: Channels, request: Request) -> Response:
    """A remote's wish: JSON with channel, scene, set, area, period. Anything else is refused and changes nothing."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return _bad_request("a wish is JSON", 415)
    who = _who(request)
    try:
        channel, new_wish = _wish_of(await request.body())
        if new_wish.area and new_wish.area not in {
            area["code"] for area in await anyio.to_thread.run_sync(_areas, who.scope)
        }:
            return _bad_request("no such district")
        taken = channels.set(channel, new_wish, who, process.now())
        _record(who, channel, taken)
        return JSONResponse(vars(taken))
    except ValueError as error:
        return _bad_request(str(error))
    except NoRoomError:
        return _bad_request("频道已满：正在使用的频道太多，请用已有的频道", 503)
    except CasebaseError as error:
        return _unavailable(error)


def _record(who: Identity, channel: str, wish: Wish) -> None:
    """Log who turned the walls of a channel to what; nothing where nobody signs in."""
    if who.session:
        area = scope_text(Scope(frozenset({wish.area}))) if wish.area else ""
        what = " ".join(filter(None, (channel or "默认频道", wish.scene or wish.set, area, wish.period)))
        process.access_log().record(entry_by(who, process.now(), Action.REMOTE, what))


def _places() -> Directory:
    """What lies in what; nothing where nobody signs in, or while it cannot be read."""
    gate = process.gate()
    try:
        return NOWHERE if gate.is_open else gate.directory()
    except CasebaseError:
        return NOWHERE


def _within(wish: Wish, who: Identity, snapshots: Snapshots) -> Wish:
    """A wish as a wall of somebody's scope heeds it: in a place that it has nothing of, it stays at what is its own."""
    if not wish.area or who.scope.is_whole:
        return wish
    try:
        has_area = snapshots.knows_area(who.scope, wish.area, holder=who.subject)
    except CasebaseError:
        return wish  # its numbers are refused, should it have none
    return wish if has_area else replace(wish, area="")


def _wish_of(body: bytes) -> tuple[str, Wish]:
    """Channel and wish of a body. Raises ValueError with a sentence for anything else."""
    try:
        content = json.loads(body)
        texts = [content[name] for name in ("channel", "scene", "set", "area", "period")]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError("a wish is JSON with channel, scene, set, area and period") from None
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("channel, scene, set, area and period are texts")
    channel, scene, set_, area, period = texts
    if len(channel) > _LONGEST:
        raise ValueError(_TOO_LONG)
    allowed = ((scene, scenes.BY_ID), (set_, _SETS), (period, PRESETS))
    if any(name and name not in names_ for name, names_ in allowed):
        raise ValueError("no such scene, set or period")
    return channel, Wish(scene, set_, area, period)


def _bad_request(sentence: str, status: int = 400) -> Response:
    return JSONResponse({"error": sentence}, status_code=status, headers=_FRESH)


def _unavailable(error: CasebaseError) -> Response:
    """404 with the sentence where what is asked for does not exist; else 503: it may be there a moment later."""
    if isinstance(error, scenes.UnknownError):
        return JSONResponse({"error": True, "unknown": str(error)}, status_code=404, headers=_FRESH)
    return JSONResponse({"error": True}, status_code=503, headers=_FRESH)


def _who(request: Request) -> Identity:
    """Who a request is from. Raises HTTPException where the server let nobody in."""
    who = identity_of(request)
    if isinstance(who, Refusal):
        raise HTTPException(401, who.sentence)
    return who


def _whole(scope: Scope) -> str:
    """What no area is called; 全市 while the database is away."""
    try:
        return process.live_data().now(scope).whole
    except CasebaseError:
        return WHOLE_CITY


def _areas(scope: Scope) -> list[dict[str, str | bool]]:
    """The districts and functional zones that a wall can be turned to."""
    try:
        data = process.live_data().now(scope)
        table, told_apart = data.ask(names.areas), places.area_names(data)
    except (CasebaseError, UsageError):
        return []
    districts = table[table["level"] == 2]
    return [
        {"code": str(row["code"]), "name": told_apart[row["code"]], "zone": row["kind"] == _ZONE}
        for row in districts.to_dict("records")
    ]
