"""Responsible units and the example classification."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from casebase import zhengzhou

_MATTERS = Path(__file__).resolve().parent / "matters.csv"
_MORE_CITY_UNITS = (
    "市财政局", "市审计局", "市统计局", "市园林局", "市国有资产监督管理委员会", "市商务局", "市总工会", "市妇女联合会",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Matters:
    """matters.csv: second-level classes with weights, units and phrases; arrays have one entry a class."""

    frame: pd.DataFrame
    codes: np.ndarray
    phrases: list[list[str]]
    simple_percent: np.ndarray
    discipline: np.ndarray  # bool: 纪检监察


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
    frame = pd.read_csv(_MATTERS)
    first = pd.factorize(frame["first"])[0] + 1
    second = frame.groupby("first").cumcount() + 1
    codes = np.array([f"{a:02d}{b:02d}" for a, b in zip(first, second, strict=True)])
    phrases = [text.split("|") for text in frame.matters]
    return Matters(frame, codes, phrases, frame.simple.to_numpy(), (frame["first"] == "纪检监察").to_numpy())


def category_table(matters: Matters) -> pd.DataFrame:
    """Rows of `category`."""
    above = [code[:2] for code in matters.codes]
    first = pd.DataFrame({"code": above, "name": matters.frame["first"], "parent_code": None}).drop_duplicates("code")
    second = pd.DataFrame({"code": matters.codes, "name": matters.frame["second"], "parent_code": above})
    return pd.concat([first, second], ignore_index=True).assign(version="示例")


def make(reference: zhengzhou.Reference, matters: Matters) -> Units:
    """市直 departments, the bureaus of every district and zone, and one unit a street."""
    city_names = [*dict.fromkeys(matters.frame.city_unit), *_MORE_CITY_UNITS]
    bureaus = list(dict.fromkeys(matters.frame.bureau))
    districts, streets = reference.districts, reference.streets
    rows = [(f"S{n:03d}", f"郑州{name}", "市直", zhengzhou.CITY_CODE) for n, name in enumerate(city_names, 1)]
    rows += [
        (f"Q{code}{n:02d}", f"{name}{bureau.removeprefix('区')}", "区县", code)
        for code, name in zip(districts.code, districts.name, strict=True)
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


def _office_of(street: str) -> str:
    if street.endswith("街道"):
        return "办事处"
    return "人民政府" if street[-1] in "镇乡" else "管理委员会"
