"""The page around the content: the brand in the top bar, and the rhythm that the theme cannot set."""

from html import escape

import streamlit as st

from views.tokens import FONT, Palette

# A rerun must not flicker: nothing fades while it is being recomputed. The rest is rhythm: a cockpit
# starts at the top of the screen, its blocks keep one distance, choices in one bar are as high as each other, and
# neither an empty date (yyyy-mm-dd) nor a box of text (Press Ctrl+Enter to apply) speaks English.
_CSS = """
[data-testid="stMainBlockContainer"] { padding: 56px 24px 32px; max-width: 1920px; }
[data-testid="stElementContainer"][data-stale="true"], [data-stale="true"] { opacity: 1 !important; transition: none; }
[data-testid="stMainBlockContainer"] [data-testid="stVerticalBlock"] { gap: 12px; }
.st-key-history { display: none; }
.st-key-filters label { min-height: 0; }
.st-key-filters { row-gap: 8px; }
[data-testid="stHorizontalBlock"]:has(> [data-testid="stElementContainer"] :is([data-testid="stSelectbox"],
  [data-testid="stTextInput"])) > [data-testid="stElementContainer"] [data-testid="stButtonGroup"] button {
  min-height: 35px; }
.st-key-block_map [role="radiogroup"] { flex-wrap: wrap; row-gap: 4px; }
[data-testid="InputInstructions"] { display: none; }
[data-testid="stDateInput"] [data-placeholder] { font-size: 0; }
[data-testid="stDateInput"] [data-placeholder]::after { font-size: 14px; }
[data-testid="stDateInput"] [data-type="year"][data-placeholder]::after { content: "年"; }
[data-testid="stDateInput"] [data-type="month"][data-placeholder]::after { content: "月"; }
[data-testid="stDateInput"] [data-type="day"][data-placeholder]::after { content: "日"; }
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding: 64px 12px 24px; }
  [role="radiogroup"] { flex-wrap: wrap; row-gap: 4px; }
}
"""


def dress(brand: str, palette: Palette) -> None:
    """Set the brand and the page's rhythm."""
    st.html(f'<style>{_CSS}[class*="st-key-block_"] {{ background: {palette.surface}; }}</style>')
    st.logo(_brand(brand, palette), size="large")


def _brand(text: str, palette: Palette) -> str:
    """The bureau's name as a picture, drawn with the reader's own font."""
    bars = "".join(
        f'<rect x="{6 + 7 * n}" y="{25 - height}" width="5" height="{height}" rx="1" fill="#fff"/>'
        for n, height in enumerate((8, 13, 18))
    )
    width = 44 + 17 * len(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="32" viewBox="0 0 {width} 32">'
        f'<rect width="32" height="32" rx="7" fill="{palette.accent}"/>{bars}'
        f'<text x="42" y="22" font-family="{escape(FONT)}" font-size="17" font-weight="600" fill="{palette.ink}">'
        f"{escape(text)}</text></svg>"
    )
