"""The page around the content: the brand in the top bar, and the rhythm that the theme cannot set."""

from pathlib import Path

import streamlit as st

from pages.parts.translated import translate
from views.brand import brand_svg
from views.tokens import Palette
from views.watermark import watermark_css

# A rerun must not flicker: nothing fades while it is being recomputed. The rest is rhythm: a cockpit
# starts at the top of the screen, its blocks keep one distance, choices in one bar are as high as each other, and
# neither an empty date (yyyy-mm-dd) nor a box of text (Press Ctrl+Enter to apply) speaks English; what else the
# framework says is translated (translated.py).
_CSS = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")


def apply(brand: str, palette: Palette) -> None:
    """Set the brand and the page's rhythm."""
    translate()
    colours = f"--cockpit-ground: {palette.ground}; --cockpit-line: {palette.line}; --cockpit-accent: {palette.accent};"
    blocks = f'[class*="st-key-block_"] {{ background: {palette.surface}; }}'
    st.html(f"<style>{_CSS}{blocks} :root {{ {colours} }}</style>")
    st.logo(brand_svg(brand, palette), size="large")


def mark_in_bar(place: int) -> None:
    """Mark this place of the top bar, counted from 1: the framework marks no section, and nothing for a hidden page."""
    st.html(
        f'<style>[data-testid="stTopNav"] > .rc-overflow-item:nth-child({place}) '
        ':is([data-testid="stTopNavLink"], [data-testid="stTopNavSection"]) '
        "{ background: color-mix(in srgb, var(--cockpit-accent) 12%, transparent); }"
        f'[data-testid="stTopNav"] > .rc-overflow-item:nth-child({place}) p {{ font-weight: 600; }}</style>'
    )


def lay_watermark(text: str | None, palette: Palette) -> None:
    """Lay this text over the page, if there is one."""
    if text:
        st.html(f"<style>{watermark_css(text, palette)}</style>")
