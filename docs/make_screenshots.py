"""The pictures in docs/screenshots: python -m docs.make_screenshots [--url URL].

Starts the cockpit on the database (default: config.toml's), opens every page in headless Chromium and keeps one
picture each. Needs what ./test installs.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from playwright.sync_api import Browser, sync_playwright

from pages.parts.menu import ENTRIES
from screen.scenes import SCENES

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    # Only maps are drawn by WebGL; a whole page put together on a card that is none takes most of the time.
    "--disable-gpu-compositing",
]
DONE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
WALL_DONE = ".scene.shown .kpi"
REMOTE_DONE = "[data-scene=satisfaction] b"
WALL = {f"screen_{scene.id}": f"screen?pin={scene.id}" for scene in SCENES}
# Of 管理 there is something to see where somebody signs in.
PAGES = {entry.file: f"{entry.path}?{entry.example}".rstrip("?") for entry in ENTRIES if entry.section != "管理"}


@contextmanager
def cockpit(url: str | None, config: Path | None = None, port: int | None = None) -> Iterator[str]:
    """The cockpit on a free port (or this one), on a database and with a configuration; yields its address."""
    port = port or free_port()
    told = {"COCKPIT_DATABASE_URL": url, "COCKPIT_CONFIG": config and str(config)}
    environment = os.environ | {name: value for name, value in told.items() if value}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
    return found


def wait_for(address: str, tries: int = 120) -> None:
    """Wait until the server answers."""
    for _ in range(tries):
        try:
            urllib.request.urlopen(address, timeout=2)
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit(f"{address} does not answer")


def picture(
    browser: Browser, address: str, name: str, size: tuple[int, int], dark: bool = False, ready: str = DONE
) -> None:
    """One page at one size, once its script has run and its maps are drawn."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light", locale="zh-CN"
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(ready, timeout=120_000)
    page.wait_for_timeout(3000)
    page.screenshot(path=OUT / f"{name}.png")
    context.close()


def main(
    url: Annotated[str | None, typer.Option(help="Database URL; default: config.toml's.")] = None,
    prefix: Annotated[str, typer.Option(help="Put before each file's name.")] = "",
    query: Annotated[str, typer.Option(help="Added to every address, such as as_of=2011-12-31.")] = "",
    only: Annotated[list[str] | None, typer.Option(help="These pages by their scripts, or scenes.")] = None,
) -> None:
    """Take one picture of each page, of the first one on a phone and in the dark, of the wall and its remote."""
    OUT.mkdir(exist_ok=True)
    with cockpit(url) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name in [name for name in only or PAGES if name not in WALL]:
            path = PAGES[name]
            mark = "&" if "?" in path else "?"
            picture(browser, f"{address}/{path}{mark}{query}", f"{prefix}{name}", (1366, 768))
        if not prefix and not only:
            picture(browser, address, "overview_phone", (390, 844))
            picture(browser, address, "overview_dark", (1366, 768), dark=True)
        for name in [name for name in only or ([] if prefix else WALL) if name in WALL]:
            picture(browser, f"{address}/{WALL[name]}", name, (1920, 1080), ready=WALL_DONE)
        if not prefix and not only:  # last, when the wall that it shows small is known
            picture(browser, f"{address}/remote", "remote_phone", (390, 844), ready=REMOTE_DONE)
        browser.close()


if __name__ == "__main__":
    typer.run(main)
