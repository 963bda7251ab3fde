"""Texts that a spreadsheet opens as what they are, wherever they come from.

Spreadsheet programs read a CSV cell anew: what begins with = + - @ is reckoned, what is all digits is a number of 15
digits at most. A text that would be reckoned gets an apostrophe before it (OWASP, CSV Injection). A text of many
digits, or with zeros before, gets a tab: Excel, WPS and LibreOffice then keep it as text and do not show the tab, and
where a program drops the tab no harm is done; ="…" would be a formula again.
"""

import re

# The wide ones are taken for the others where Chinese or Japanese is written.
_FORMULA = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d{1,11}(?:\.\d+)?")
# Excel shows 12 digits as 4.1E+11, and keeps 15.
_MANY_DIGITS = re.compile(r"\d{12,}|0\d+")


def harmless(text: str, *, digits: bool = True) -> str:
    """A text as a CSV cell that no spreadsheet reckons; `digits` also keeps long numbers whole."""
    if digits and _MANY_DIGITS.fullmatch(text):
        return f"\t{text}"
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
