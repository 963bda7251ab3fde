"""Telephone and identity numbers in texts: stored as they came, masked wherever a text is read to be shown.

A column of the schema that may hold what a person wrote is of `PersonalText`. Whatever reads it, by a row or as a
frame, gets 138****1234 for 13812345678; a condition in the database (a search) still looks at the real text. Case
numbers and codes are no such columns. Numbers of a citizen follow GB 11643 (area, day of birth, order, check digit),
telephones the numbering plan of the Ministry of Industry and Information Technology.
"""

import re
from datetime import date
from functools import lru_cache
from typing import Any

import pandas as pd
from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator

# What people and programs put between the digits of one number: blanks of every kind, dashes, dots, what is not seen.
_GAP = r"[\s\u00ad\u200b-\u200f\u2060\ufeff\-‐-―−－–—·•_]"
_SPLIT = rf"{_GAP}{{0,3}}"
# Most texts have no seven digits in a row, and are done with; of those that have, most have a date.
_ROW = re.compile(rf"\d(?:{_SPLIT}\d){{6,}}")
_LONG_ROW = 10
# Characters of a text that is worth remembering as seen.
_SHORT = 32
_SAID = re.compile(r"电话|手机|座机|热线|联系方式|拨打|致电|微信|[Tt][Ee][Ll]|[Pp][Hh][Oo][Nn]|[Mm][Oo][Bb][Ii]|[)）]")
_BEFORE, _AFTER = r"(?<![\d.．])(?<!\d[,，])", r"(?![.．]?\d)"
# A sum of money is no telephone.
_NO_SUM = r"(?!\s{0,2}(?:元|万元|亿元|万|亿|块))"
_CITIZEN = re.compile(
    rf"{_BEFORE}(?P<area>[1-8１-８](?:{_SPLIT}\d){{5}}){_SPLIT}(?P<born>\d(?:{_SPLIT}\d){{7}}){_SPLIT}"
    rf"(?P<order>\d(?:{_SPLIT}\d){{2}}){_SPLIT}(?P<check>[\dXxＸｘ])(?![\dXxＸｘ])"
)
_CITIZEN_15 = re.compile(rf"{_BEFORE}[1-8１-８](?:{_SPLIT}\d){{14}}{_AFTER}")
_MOBILE = re.compile(
    rf"{_BEFORE}(?P<abroad>(?:[+＋]|00|００)?(?:86|８６){_SPLIT}|[(（][+＋]?(?:86|８６)[)）]{_SPLIT})?"
    rf"(?P<number>[1１]{_GAP}?[3-9３-９](?:{_SPLIT}\d){{9}}){_AFTER}{_NO_SUM}"
)
# An area code of three digits (010, 02x) and eight more, or one of four and seven or eight.
_AREA_CODE = r"(?:[0０](?:[1１][0０]|[2２]\d)|[0０][3-9３-９]\d{2})"
_FIXED = re.compile(
    rf"{_BEFORE}(?P<code>[(（]?{_AREA_CODE}[)）]?){_SPLIT}(?P<number>[2-9２-９](?:{_GAP}?\d){{6,7}}){_AFTER}{_NO_SUM}"
)
# A number of which the words before it say what it is.
_CALLED = re.compile(
    r"(?P<said>(?:电话|手机|座机|热线|联系方式|拨打|致电|微信|tel|phone|mobile)[^\d\n]{0,6}?)"
    rf"(?P<number>\d(?:{_SPLIT}\d){{6,11}})(?!\d){_NO_SUM}",
    re.IGNORECASE,
)
_PAPERS = re.compile(
    r"(?P<said>(?:身份证|证件|公民身份)[^\d\n]{0,8}?)"
    rf"(?P<number>\d(?:{_SPLIT}\d){{13,16}}(?:{_SPLIT}[\dXxＸｘ])?)(?![\dXxＸｘ])"
)
# What the words before a number say to be a case's or a paper's is none of a person.
_NUMBER_OF_A_CASE = re.compile(r"(?:编号|案号|件号|单号|文号|工单|信访件|受理号|登记号)[^\d\n]{0,4}$")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)
_FIRST_YEAR, _ADULT_UNTIL = 1900, 2019
_LAST_15 = 30
_CHECKED_FROM = 2005
_MOST_GROUPS = 4


def masked(text: str) -> str:
    """A text with the middle of every telephone and identity number as stars: 138****1234, 410105********1234.

    Of a mobile the first three and last four digits stay, of a citizen's number six and four, of a fixed line the area
    code and four. Numbers of 18 digits must be made like a citizen's; those born after 2019 also, as case numbers of
    this decade are made alike (410100 20261005 0001), be called so by the words before. What is masked stays so.
    """
    if not _may_hold(text):
        return text
    text = _PAPERS.sub(lambda at: at["said"] + _starred(at["number"], 6, 4), text)
    text = _CITIZEN.sub(lambda at: _starred(at[0], 6, 4) if _is_citizen(at) else at[0], text)
    text = _CITIZEN_15.sub(lambda at: _starred(at[0], 6, 3) if _is_citizen_15(at) else at[0], text)
    text = _MOBILE.sub(_mobile, text)
    text = _FIXED.sub(lambda at: at[0] if _of_a_case(at) else f"{at['code']}-{_starred(at['number'], 0, 4)}", text)
    return _CALLED.sub(lambda at: at["said"] + _starred(at["number"], 3 if _long(at["number"]) else 0, 4), text)


def masked_column(texts: "pd.Series[Any]") -> "pd.Series[Any]":
    """The same for a column of texts, with gaps; the very column where nothing is masked."""
    read = texts.tolist()
    written = [masked(text) if isinstance(text, str) else text for text in read]
    if all(new is old for new, old in zip(written, read, strict=True)):
        return texts
    return pd.Series(written, index=texts.index, name=texts.name, dtype=texts.dtype)


class PersonalText(TypeDecorator[str]):
    """A text that a person wrote: stored as it is, read with its telephone and identity numbers masked."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 — as is asked for
        return None if value is None else masked(value)

    @property
    def python_type(self) -> type[str]:
        return str


def _may_hold(text: str) -> bool:
    """Whether there is anything to look for: ten digits in a row, or seven where a word or bracket tells of a line."""
    return _short_may_hold(text) if len(text) <= _SHORT else _holds_a_row(text)


@lru_cache(maxsize=1 << 14)
def _short_may_hold(text: str) -> bool:
    """The same of names and words, which come again with every answer."""
    return _holds_a_row(text)


def _holds_a_row(text: str) -> bool:
    rows = [sum(map(str.isdecimal, row)) for row in _ROW.findall(text)]
    return bool(rows) and (max(rows) >= _LONG_ROW or _SAID.search(text) is not None)


def _digits(text: str) -> str:
    """The digits of a written number, as ASCII, and its X."""
    return "".join("X" if one in "XxＸｘ" else str(int(one)) for one in text if one.isdecimal() or one in "XxＸｘ")


def _starred(number: str, first: int, last: int) -> str:
    digits = _digits(number)
    # The middle of a telephone is said as four stars, whatever its length.
    hidden = len(digits) - first - last
    return digits[:first] + "*" * (hidden if first == 6 else 4) + digits[-last:]


def _mobile(at: re.Match[str]) -> str:
    """A mobile in few groups, the first of three digits at least, or digit by digit; else it is a row of numbers."""
    groups = re.findall(r"\d+", at["number"])
    is_plausible = len(groups) == 11 or (len(groups) <= _MOST_GROUPS and len(groups[0]) >= 3)
    return (at["abroad"] or "") + _starred(at["number"], 3, 4) if is_plausible and not _of_a_case(at) else at[0]


def _long(number: str) -> bool:
    return len(_digits(number)) > 8


def _of_a_case(at: re.Match[str]) -> bool:
    return _NUMBER_OF_A_CASE.search(at.string, max(0, at.start() - 12), at.start()) is not None


def _is_citizen(at: re.Match[str]) -> bool:
    digits = _digits(at[0])
    born = _day(digits[6:14])
    if digits[:2] not in _PROVINCES or born is None or not _FIRST_YEAR <= born.year <= _ADULT_UNTIL:
        return False
    # One digit typed wrong is no reason to show the others; case numbers of those years were made alike.
    return (
        born.year < _CHECKED_FROM
        or _CHECKS[sum(w * int(d) for w, d in zip(_WEIGHTS, digits, strict=False)) % 11] == digits[17]
    )


def _is_citizen_15(at: re.Match[str]) -> bool:
    digits = _digits(at[0])
    return digits[:2] in _PROVINCES and int(digits[6:8]) >= _LAST_15 and _day(f"19{digits[6:12]}") is not None


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
