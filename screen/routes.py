"""The addresses of the wall: /screen and /remote with their data, beside Streamlit's own."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from casebase.errors import CasebaseError, UsageError
from pages.parts import filters, live
from queries import names
from screen import scenes
from screen.wall import Channels, Snapshots, Wish
from views.tokens import FONT, WALL

# A wall that knows the last wish is answered when there is a newer one, else after so many looks, seconds apart.
_LOOKS, _LOOK = 20, 0.1
_LONGEST = 40
_FRESH = {"Cache-Control": "no-store"}
_SETS = ("daily", "meeting")
_ZONE = "功能区"
STATIC = Path(__file__).parent / "static"
_COLOURS = ("ground", "surface", "ink", "muted", "line", "accent", "red", "amber", "green", "compare", "empty")


def routes() -> list[BaseRoute]:
    """All routes, for the server around app.py."""
    channels, snapshots = Channels(), Snapshots(live.pulse)
    return [
        Route("/screen", partial(page, "screen.html")),
        Route("/remote", partial(page, "remote.html")),
        Route("/screen/data", partial(data, snapshots)),
        Route("/screen/figures", partial(figures, snapshots)),
        Route("/screen/wish", partial(wish, channels), methods=["GET"]),
        Route("/screen/wish", partial(take, channels), methods=["POST"]),
        Mount("/screen/static", StaticFiles(directory=STATIC)),
    ]


async def page(file: str, _request: Request) -> Response:
    """The page with the colours of views.tokens and the settings of config.toml written in."""
    settings = await anyio.to_thread.run_sync(live.settings)
    told = {
        "now": live.now().isoformat(),
        "interval": settings.screen.interval,
        "pause": settings.screen.pause,
        "sets": {"daily": list(settings.screen.order), "meeting": list(settings.screen.meeting)},
        "amber": settings.freshness.amber,
        "red": settings.freshness.red,
        "poll": settings.freshness.poll,
        "period": filters.DEFAULT,
        "periods": list(filters.PRESETS),
        "scenes": {scene.id: scene.title for scene in scenes.SCENES},
    }
    colours = ";".join(f"--{name}:{getattr(WALL, name)}" for name in _COLOURS)
    text = (STATIC / file).read_text(encoding="utf-8")
    for mark, value in (
        ("%style%", f"{colours};--font:{FONT}".replace('"', "'")),
        ("%settings%", json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")),
        ("%bureau%", settings.city.bureau),
    ):
        text = text.replace(mark, value)
    return HTMLResponse(text, headers={"Cache-Control": "no-cache"})


async def data(snapshots: Snapshots, request: Request) -> Response:
    """Scenes of a district and a period, or only how old they are where the wall has them; 503 before any answer."""
    asked = request.query_params
    wanted = [name for name in asked.get("scenes", ",".join(scenes.BY_ID)).split(",") if name in scenes.BY_ID]
    try:
        found = await anyio.to_thread.run_sync(
            partial(snapshots.get, brief="brief" in asked),
            asked.get("area", "")[:20],
            asked.get("period", "")[:10],
            wanted,
        )
    except CasebaseError:
        return JSONResponse({"error": True}, status_code=503)
    if asked.get("known") == found["version"]:
        found = {name: found[name] for name in ("version", "error", "age")}
    return JSONResponse({**found, "now": live.now().isoformat()}, headers=_FRESH)


async def figures(snapshots: Snapshots, request: Request) -> Response:
    """The first numbers of each scene, for a remote's buttons."""
    asked = request.query_params
    try:
        found = await anyio.to_thread.run_sync(
            snapshots.figures, asked.get("area", "")[:20], asked.get("period", "")[:10]
        )
    except CasebaseError:
        return JSONResponse({"error": True}, status_code=503)
    return JSONResponse(found, headers=_FRESH)


async def wish(channels: Channels, request: Request) -> Response:
    """What the walls of a channel are to show. Who knows the last wish by its number waits a moment for a newer one."""
    asked = request.query_params
    channel, wall = asked.get("channel", "")[:_LONGEST], asked.get("wall", "")[:20]
    if wall:
        channels.look(channel, wall, live.now())
    for _ in range(_LOOKS):
        if asked.get("known") != str(channels.get(channel).number):
            break
        await anyio.sleep(_LOOK)
    answer: dict[str, Any] = vars(channels.get(channel))
    if not wall:
        answer = {**answer, "walls": channels.walls(live.now())}
    if "areas" in asked:
        answer = {**answer, "areas": await anyio.to_thread.run_sync(_areas)}
    return JSONResponse(answer, headers=_FRESH)


async def take(channels: Channels, request: Request) -> Response:
    """A remote's wish: JSON with channel, scene, set, area, period. Anything else is refused and changes nothing."""
    try:
        asked = await request.json()
        scene, set_, area, period = (str(asked[name]) for name in ("scene", "set", "area", "period"))
        channel = str(asked["channel"])[:_LONGEST]
    except (ValueError, KeyError, TypeError):
        return JSONResponse({"error": "a wish is JSON with channel, scene, set, area and period"}, status_code=400)
    if any(
        name and name not in known for name, known in ((scene, scenes.BY_ID), (set_, _SETS), (period, filters.PRESETS))
    ):
        return JSONResponse({"error": "no such scene, set or period"}, status_code=400)
    if area and area not in {known["code"] for known in await anyio.to_thread.run_sync(_areas)}:
        return JSONResponse({"error": "no such district"}, status_code=400)
    return JSONResponse(vars(channels.set(channel, Wish(scene, set_, area, period))))


def _areas() -> list[dict[str, str | bool]]:
    """The districts and functional zones that a wall can be turned to."""
    try:
        table = names.areas(live.casebase())
    except (CasebaseError, UsageError):
        return []
    found = table[table["level"] == 2]
    return [
        {"code": str(row["code"]), "name": str(row["name"]), "zone": row["kind"] == _ZONE}
        for row in found.to_dict("records")
    ]
