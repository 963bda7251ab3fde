"""Zhengzhou's reference areas: real names, codes and district outlines.

Origin and licences stand in data/zhengzhou/NOTICE. 郑东新区 has no statistical code and gets the
local one of zones.csv; the streets a zone administers keep their codes and change their parent.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import shapely
from shapely.geometry import MultiPolygon, shape

DATA = Path(__file__).resolve().parent / "data" / "zhengzhou"
CITY_CODE = "410100"
CITY_NAME = "郑州市"

_COMMITTEE = r"(?:居民管理委员会|管理委员会社区|村民委员会|居民委员会|管理委员会|居委会|村委会|委员会)$"


@dataclass(frozen=True, eq=False)
class Reference:
    """The areas below the city, one frame a level, in order of code.

    districts: code, name, kind (区县 / 功能区), local (code of this project only)
    streets: code, name, kind (街道 / 乡镇), parent_code, host_code, side (compass word, "" for a district's own)
    communities: code, name, kind (社区 / 村), parent_code
    outlines: real polygons of the statutory districts by code, five decimals
    """

    districts: pd.DataFrame
    streets: pd.DataFrame
    communities: pd.DataFrame
    outlines: dict[str, MultiPolygon]


@cache
def reference() -> Reference:
    """Read the files of data/zhengzhou."""
    zones = pd.read_csv(DATA / "zones.csv", dtype=str)
    return Reference(_districts(zones), _streets(zones), _communities(), _outlines())


def _districts(zones: pd.DataFrame) -> pd.DataFrame:
    listed = pd.read_csv(DATA / "districts.csv", dtype=str)[["code", "name"]]
    zone = zones.drop_duplicates("zone_code").set_index("zone_code")
    districts = pd.concat(
        [listed[~listed.code.isin(zone.index)], zone.zone_name.rename("name").rename_axis("code").reset_index()]
    )
    districts["kind"] = districts.code.isin(zone.index).map({True: "功能区", False: "区县"})
    districts["local"] = districts.code.isin(zone.index[zone.code_kind == "local"])
    return districts.sort_values("code", ignore_index=True)


def _streets(zones: pd.DataFrame) -> pd.DataFrame:
    listed = pd.read_csv(DATA / "streets.csv", dtype=str)
    zone = zones.set_index("street_code")
    streets = pd.DataFrame({"code": listed.code, "name": listed.code.map(zone.street_name).fillna(listed.name)})
    streets["kind"] = listed.type.isin(["镇", "乡"]).map({True: "乡镇", False: "街道"})
    streets["parent_code"] = listed.code.map(zone.zone_code).fillna(listed.areaCode)
    streets["host_code"] = listed.code.map(zone.host_code).fillna(listed.areaCode)
    streets["side"] = listed.code.map(zone.side).fillna("")
    return streets.sort_values("code", ignore_index=True)


def _communities() -> pd.DataFrame:
    listed = pd.read_csv(DATA / "communities.csv", dtype=str)
    village = listed.name.str.contains("村民委员会|村委会") | listed.name.str.endswith("村")
    kind = village.map({True: "村", False: "社区"})
    short = listed.name.str.replace(_COMMITTEE, "", regex=True)
    named = short.where(short.str.endswith("社区") | short.str.endswith("村"), short + kind)
    communities = pd.DataFrame({"code": listed.code, "name": named, "kind": kind, "parent_code": listed.streetCode})
    return communities.sort_values("code", ignore_index=True)


def _outlines() -> dict[str, MultiPolygon]:
    features = json.loads((DATA / "districts.geojson").read_text(encoding="utf-8"))["features"]
    rounded = {
        str(feature["properties"]["adcode"]): shapely.transform(
            shape(feature["geometry"]), lambda points: points.round(5)
        )
        for feature in features
    }
    return {
        code: outline if outline.geom_type == "MultiPolygon" else MultiPolygon([outline])
        for code, outline in rounded.items()
    }
