"""The reference areas: counts of the public register, the zones, and outlines that stay real."""

import json

import shapely
from shapely.geometry import shape

from casebase.zhengzhou import DATA, reference


def test_counts_of_the_register() -> None:
    found = reference()
    assert (found.districts.kind == "区县").sum() == 12
    assert list(found.districts.name[found.districts.kind == "功能区"]) == ["经开区", "高新区", "航空港区", "郑东新区"]
    assert len(found.streets) == 208
    assert len(found.communities) == 3_306
    assert set(found.streets.kind) == {"街道", "乡镇"}
    assert set(found.communities.kind) == {"社区", "村"}


def test_every_area_has_a_parent() -> None:
    found = reference()
    assert set(found.streets.parent_code) == set(found.districts.code)
    assert set(found.communities.parent_code) == set(found.streets.code)
    assert set(found.streets.host_code) == set(found.outlines)


def test_only_zhengdong_has_a_local_code_and_keeps_its_streets_codes() -> None:
    found = reference()
    assert list(found.districts.code[found.districts.local]) == ["4101ZD"]
    streets = found.streets[found.streets.parent_code == "4101ZD"]
    assert {"如意湖街道", "龙子湖街道", "商都路街道", "白沙镇"} <= set(streets.name)
    assert set(streets.code.str[:6]) == {"410105", "410104", "410122"}


def test_names_lose_the_committee_and_keep_the_place() -> None:
    names = reference().communities.set_index("code").name
    assert names["410102004007"] == "秦江社区"
    assert not names.str.contains("委员会|居委会|村委会").any()


def test_outlines_are_the_published_ones_to_the_metre() -> None:
    features = json.loads((DATA / "districts.geojson").read_text(encoding="utf-8"))["features"]
    assert len(features) == 12
    for feature in features:
        published, ours = shape(feature["geometry"]), reference().outlines[str(feature["properties"]["adcode"])]
        assert shapely.hausdorff_distance(published, ours) < 1e-5
