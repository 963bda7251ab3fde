"""Responsible units and the example classification."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from casebase import zhengzhou

_MATTERS = Path(__file__).resolve().parent / "matters.csv"
_MARK = re.compile(r"([@~])(\d+)-(\d+)$")
_MORE_CITY_UNITS = (
    "市财政局", "市审计局", "市统计局", "市园林局", "市国有资产监督管理委员会", "市商务局", "市总工会", "市妇女联合会",
)  # fmt: skip
# A zone has a committee of administration and working committees of the party.
_OF_ZONES = {
    "区委组织部": "党工委组织部", "纪律检查委员会监察委员会": "纪检监察工作委员会",
    "人民政府办公室": "管理委员会办公室",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Matters:
    """matters.csv: second-level classes with weights, handlers and phrases; arrays have one entry a class unless told.

    Of the file: `simple` is the percentage of simple claims; `handlers` those of the municipal, the district's and the
    street's unit; `item` of article 31 the matters that belong into another procedure, with their percentage;
    `complained` the percentage that complains about a public body. A phrase `…@11-3` comes in those months alone,
    `…~11-3` three times as often in them.
    """

    frame: pd.DataFrame
    codes: np.ndarray
    simple_percent: np.ndarray
    discipline: np.ndarray  # bool: about discipline, a report of wrongdoing by nature
    appeal: np.ndarray  # bool: against a decision about discipline
    enquiry: np.ndarray  # bool: nothing but a question
    handlers: np.ndarray  # classes × (municipal, district, street), percent
    item: np.ndarray  # 1 … 5 of article 31; 0 without
    item_percent: np.ndarray
    complained_percent: np.ndarray
    phrases: list[str]
    phrase_matter: np.ndarray  # class of each phrase
    phrase_month: np.ndarray  # phrases × 12: how often in each month; 0 never
    weights: np.ndarray  # (12 months × urban, rural) × phrases
    suggestions: list[str]
    suggestion_start: np.ndarray  # first of each class in `suggestions`, and the end


@dataclass(frozen=True, eq=False)
class Units:
    """Units by number: 市直 by class, bureaus by district and class, one unit a street."""

    id: pa.Array
    city: np.ndarray
    bureau: np.ndarray
    street: np.ndarray
    table: pd.DataFrame


def read_matters() -> Matters:
    """The example classification (版本「示例」): 20 first-level classes, 3–6 second-level ones each."""
    frame = pd.read_csv(_MATTERS, dtype={"item": str}, keep_default_na=False)
    first = pd.factorize(frame["first"])[0] + 1
    second = frame.groupby("first").cumcount() + 1
    phrases = [text.split("|") for text in frame.matters]
    marked = [text for group in phrases for text in group]
    phrase_matter = np.repeat(np.arange(len(frame)), [len(group) for group in phrases])
    month = np.array([_months(text) for text in marked], dtype=np.int64)
    share = month // np.array([len(group) for group in phrases])[phrase_matter][:, None]
    weights = np.stack([share.T * frame[kind].to_numpy()[phrase_matter] for kind in ("urban", "rural")], axis=1)
    item = np.array([[int(part) for part in (text or "0:0").split(":")] for text in frame["item"]])
    suggestions = [text.split("|") for text in frame.suggestions]
    discipline = (frame["first"] == "纪检监察").to_numpy()
    appeal = (frame.second == "申诉复议").to_numpy()
    return Matters(
        frame=frame,
        codes=np.array([f"{a:02d}{b:02d}" for a, b in zip(first, second, strict=True)]),
        simple_percent=frame.simple.to_numpy(),
        discipline=discipline & ~appeal,
        appeal=appeal,
        enquiry=(frame.second == "咨询求助").to_numpy(),
        handlers=np.array([[int(part) for part in text.split("/")] for text in frame.handlers]),
        item=item[:, 0],
        item_percent=item[:, 1],
        complained_percent=frame.complained.to_numpy(),
        phrases=[_MARK.sub("", text) for text in marked],
        phrase_matter=phrase_matter,
        phrase_month=month,
        weights=weights.reshape(24, -1),
        suggestions=[text for group in suggestions for text in group],
        suggestion_start=np.cumsum([0, *(len(group) for group in suggestions)]),
    )


def _months(phrase: str) -> list[int]:
    """How often a phrase comes in each month: 1,200 in a year whatever its season."""
    mark = _MARK.search(phrase)
    if mark is None:
        return [100] * 12
    first, last = int(mark[2]), int(mark[3])
    inside = [
        (first <= month <= last) if first <= last else (month >= first or month <= last) for month in range(1, 13)
    ]
    often = [(1 if within else 0) if mark[1] == "@" else (3 if within else 1) for within in inside]
    return [1200 * level // sum(often) for level in often]


def category_table(matters: Matters) -> pd.DataFrame:
    """Rows of `category`."""
    above = [code[:2] for code in matters.codes]
    first = pd.DataFrame({"code": above, "name": matters.frame["first"], "parent_code": None}).drop_duplicates("code")
    second = pd.DataFrame({"code": matters.codes, "name": matters.frame["second"], "parent_code": above})
    return pd.concat([first, second], ignore_index=True).assign(version="示例")


def make(reference: zhengzhou.Reference, matters: Matters) -> Units:
    """市直 departments, the bureaus of every district and zone, and one unit a street."""
    city_names = [*dict.fromkeys([*matters.frame.city_unit, *_MORE_CITY_UNITS])]
    bureaus = list(dict.fromkeys(matters.frame.bureau))
    districts, streets = reference.districts, reference.streets
    rows = [(f"S{n:03d}", f"郑州{name}", "市直", zhengzhou.CITY_CODE) for n, name in enumerate(city_names, 1)]
    rows += [
        (f"Q{code}{n:02d}", _bureau_of(name, kind, bureau), "区县", code)
        for code, name, kind in zip(districts.code, districts.name, districts.kind, strict=True)
        for n, bureau in enumerate(bureaus, 1)
    ]
    rows += [
        (f"J{code}", f"{name}{_office_of(name)}", "街道", code)
        for code, name in zip(streets.code, streets.name, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["unit_id", "name", "kind", "area_code"])
    # No number in China begins with 0 after the code of its city: nobody is called by mistake.
    table["contact"] = [f"0371-0000{number:04d}" for number in range(1, len(table) + 1)]
    of_class = np.array([bureaus.index(name) for name in matters.frame.bureau])
    return Units(
        id=pa.array(table.unit_id, pa.string()),
        city=np.array([city_names.index(name) for name in matters.frame.city_unit]),
        bureau=len(city_names) + np.arange(len(districts))[:, None] * len(bureaus) + of_class[None, :],
        street=len(city_names) + len(districts) * len(bureaus) + np.arange(len(streets)),
        table=table,
    )


def _bureau_of(district: str, kind: str, bureau: str) -> str:
    """A county or a city at its rank has a police of its own; a district or a zone a branch of the city's."""
    if bureau == "公安分局":
        if district.endswith(("市", "县")):
            return f"{district}公安局"
        return f"{zhengzhou.CITY_NAME}公安局{district if kind == '功能区' else district.removesuffix('区')}分局"
    if kind == "功能区" and bureau in _OF_ZONES:
        return f"{district}{_OF_ZONES[bureau]}"
    return f"{district}{bureau.removeprefix('区')}"


def _office_of(street: str) -> str:
    if street.endswith("街道"):
        return "办事处"
    return "人民政府" if street[-1] in "镇乡" else "管理委员会"
