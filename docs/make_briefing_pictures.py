"""The pictures of documents in docs/screenshots: python -m docs.make_briefing_pictures [--url URL].

Makes the last month's briefing and keeps pages of it side by side. Needs LibreOffice and pdftoppm; the commercial fonts
of the standard are replaced there by what is installed.
"""

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from openpyxl import load_workbook
from PIL import Image

from briefings.__main__ import run
from queries.arguments import Last

OUT = Path(__file__).resolve().parent / "screenshots"
GAP, GREY = 12, "#D5DAE1"
# Pages shown of each document, how many stand in a row, and their resolution.
PICTURES = {
    "docx": ("briefing_word", (1, 2, 3, 4, 9, 10), 3, 60),
    "pptx": ("briefing_slides", (1, 2, 3, 5, 6, 11), 3, 60),
}
LEDGER_SHEETS = 2


def main(url: Annotated[str | None, typer.Option(help="Database URL; default: config.toml's.")] = None) -> None:
    """Make the documents and their pictures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(out=folder, last=Last.MONTH, url=url)
        for ending, (picture, pages, across, resolution) in PICTURES.items():
            printed(next(folder.glob(f"*.{ending}")), OUT / f"{picture}.png", pages, across, resolution)
        ledger = next(folder.glob("*.xlsx"))
        front(ledger, LEDGER_SHEETS)
        printed(ledger, OUT / "briefing_ledger.png", (1, 2), 2, 60)


def front(ledger: Path, sheets: int) -> None:
    """Keep the first sheets alone: printing every list takes minutes."""
    book = load_workbook(ledger, data_only=True)
    for name in book.sheetnames[sheets:]:
        del book[name]
    book.save(ledger)


def printed(document: Path, out: Path, pages: tuple[int, ...], across: int, resolution: int) -> None:
    """Pages of a document side by side as one picture."""
    folder = document.parent
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(document)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    images: list[Image.Image] = []
    for page in pages:
        stem = folder / f"page{page}"
        span = ["-r", str(resolution), "-f", str(page), "-l", str(page), "-singlefile", "-png"]
        subprocess.run(["pdftoppm", *span, str(document.with_suffix(".pdf")), str(stem)], check=True)
        if stem.with_suffix(".png").exists():
            images.append(Image.open(stem.with_suffix(".png")))
    beside(images, across).save(out, optimize=True)
    print(out)


def beside(images: Sequence[Image.Image], across: int) -> Image.Image:
    """Pictures in rows of `across`, on grey."""
    wide, high = max(one.width for one in images), max(one.height for one in images)
    rows = -(-len(images) // across)
    sheet = Image.new("RGB", (across * (wide + GAP) + GAP, rows * (high + GAP) + GAP), GREY)
    for place, one in enumerate(images):
        sheet.paste(one, (GAP + place % across * (wide + GAP), GAP + place // across * (high + GAP)))
    return sheet


if __name__ == "__main__":
    typer.run(main)
