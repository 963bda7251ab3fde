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
from pages.parts import live
from queries import names
from screen import scenes
from screen.wall import Channels, Snapshots, Wish
from views.tokens import FONT, WALL

STATIC = Path(__file__).parent / "static"
_COLOURS = ("ground", "surface", "ink", "muted", "line", "accent", "red", "amber", "green", "compare", "empty")


def routes() -> list[BaseRoute]:
    """All routes, for the server around app.py."""
    channels, snapshots = Channels(), Snapshots(live.pulse)
    return [
        Route("/screen", partial(page, "screen.html")),
        Route("/remote", partial(page, "remote.html")),
        Route("/screen/data", partial(data, snapshots)),
        Route("/screen/wish", partial(wish, channels), methods=["GET"]),
        Route("/screen/wish", partial(take, channels), methods=["POST"]),
        Mount("/screen/static", StaticFiles(directory=STATIC)),
    ]


async def page(file: str, _request: Request) -> Response:
    """The page with the colours of views.tokens and the settings of config.toml written in."""
    settings = await anyio.to_thread.run_sync(live.settings)
    told = {
        "timezone": settings.city.timezone,
        "interval": settings.screen.interval,
        "pause": settings.screen.pause,
        "order": list(settings.screen.order),
        "amber": settings.freshness.amber,
        "red": settings.freshness.red,
        "poll": settings.freshness.poll,
        "periods": list(scenes.PERIODS),
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
    """All scenes of a district and a period; 503 while there has never been an answer."""
    area, period = request.query_params.get("area", ""), request.query_params.get("period", "")
    try:
        found = await anyio.to_thread.run_sync(snapshots.get, area[:20], period[:10])
    except CasebaseError:
        return JSONResponse({"error": True}, status_code=503)
    if request.query_params.get("known") == found["version"]:
        found = {name: found[name] for name in ("version", "error", "age")}
    return JSONResponse(found, headers={"Cache-Control": "no-store"})


async def wish(channels: Channels, request: Request) -> Response:
    """What the walls of a channel are to show."""
    channel = request.query_params.get("channel", "")[:40]
    answer: dict[str, Any] = vars(channels.get(channel))
    if "areas" in request.query_params:
        answer = {**answer, "areas": await anyio.to_thread.run_sync(_areas)}
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


async def take(channels: Channels, request: Request) -> Response:
    """A remote's wish: JSON with channel, scene, area, period. Anything else is refused and changes nothing."""
    try:
        asked = await request.json()
        chosen = Wish(scene=str(asked["scene"]), area=str(asked["area"]), period=str(asked["period"]))
        channel = str(asked["channel"])[:40]
    except (ValueError, KeyError, TypeError):
        return JSONResponse({"error": "a wish is JSON with channel, scene, area and period"}, status_code=400)
    if (chosen.scene and chosen.scene not in scenes.BY_ID) or chosen.period not in scenes.PERIODS:
        return JSONResponse({"error": "no such scene or period"}, status_code=400)
    if chosen.area and chosen.area not in {area["code"] for area in await anyio.to_thread.run_sync(_areas)}:
        return JSONResponse({"error": "no such district"}, status_code=400)
    return JSONResponse(vars(channels.set(channel, chosen)))


def _areas() -> list[dict[str, str]]:
    """The districts that a wall can be turned to."""
    try:
        table = names.areas(live.casebase())
    except (CasebaseError, UsageError):
        return []
    found = table[table["level"] == 2][["code", "name"]]
    return [{"code": str(row["code"]), "name": str(row["name"])} for row in found.to_dict("records")]
