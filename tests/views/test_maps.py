import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from views import maps
from views.maps.projection import mercator
from views.shades import Meaning, Step
from views.tokens import DESK, WALL, Palette
from views.words import State


def square(lon: float, lat: float, half: float = 0.1) -> list[list[list[list[float]]]]:
    ring = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)]
    return [[[[lon + x + 1e-9, lat + y] for x, y in ring]]]


def city(**columns: object) -> pd.DataFrame:
    """Three outlines in a row, one of them schematic and one without a number, and a zone without an outline."""
    base = {
        "code": ["410102", "410103", "410105", "410172"],
        "name": ["中原区", "二七区", "金水区", "高新区"],
        "lon": [113.2, 113.5, 113.8, 113.35],
        "lat": [34.7, 34.7, 34.7, 34.95],
        "shape": [square(113.2, 34.7), square(113.5, 34.7), square(113.8, 34.7), None],
        "value": [0.80, 0.96, None, 0.88],
        "tip": ["80/100", "96/100", "没有到期件", "88/100"],
        "schematic": [False, True, False, False],
    }
    return pd.DataFrame({**base, **columns})


def drawn(frame: pd.DataFrame, colours: Palette = DESK, **settings: Any) -> tuple[dict[str, Any], dict[str, Any], str]:
    """The deck's JSON, its layers by id, and the legend."""
    made = maps.area_map(frame, colours, value_label="五日办结率", **settings)
    spec = json.loads(made.deck.to_json())
    return spec, {layer["id"]: layer for layer in spec["layers"]}, made.legend


def features(layers: dict[str, Any]) -> dict[str, Any]:
    return {feature["properties"]["code"]: feature for feature in layers[maps.AREAS]["data"]}


def rgb(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


@pytest.mark.parametrize("colours", [DESK, WALL], ids=["desk", "wall"])
def test_the_map_asks_the_internet_for_nothing(colours: Palette) -> None:
    spec, _, legend = drawn(city(), colours)
    assert "http" not in json.dumps(spec) + legend
    assert "mapbox" not in json.dumps(spec)
    # Streamlit takes this word for "no style"; an empty value would make it ask for a hosted one.
    assert spec["mapStyle"] == "__MAP_STYLE__"
    assert spec.get("mapProvider") is None


def redness(fill: list[int]) -> int:
    """How much more red than blue."""
    return fill[0] - fill[2]


@pytest.mark.parametrize("colours", [DESK, WALL], ids=["desk", "wall"])
def test_below_target_is_redder_than_above_it(colours: Palette) -> None:
    layers = drawn(city(), colours, meaning=Meaning("up", 0.95))[1]
    found = {code: one["properties"]["fill"] for code, one in features(layers).items()}
    near = {row["code"]: row["fill"] for row in layers[maps.TOKENS]["data"]}["410172"]
    assert found["410102"] == rgb(colours.red)
    assert found["410103"] == rgb(colours.fine)
    assert redness(found["410102"]) > redness(near) > redness(found["410103"])


def test_where_much_is_bad_the_most_is_the_reddest() -> None:
    layers = drawn(city(value=[30, 2, None, 12]), kind="count", meaning=Meaning("down"))[1]
    found = {code: one["properties"]["fill"] for code, one in features(layers).items()}
    assert (found["410102"], found["410103"]) == (rgb(DESK.red), rgb(DESK.fine))


def test_volume_has_one_colour_the_more_the_fuller() -> None:
    found = features(drawn(city(value=[30, 200, None, 12]), kind="count")[1])
    assert found["410103"]["properties"]["fill"] == rgb(DESK.accent)
    assert redness(found["410102"]["properties"]["fill"]) < 0


def test_what_has_no_number_is_hatched_and_said() -> None:
    _, layers, legend = drawn(city())
    assert features(layers)["410105"]["properties"]["fill"] == rgb(DESK.empty)
    west, east = 113.7, 113.9
    lons = [lon for line in layers["hatching"]["data"] for lon, _ in line["path"]]
    assert len(lons) > 10
    assert all(west - 1e-3 <= lon <= east + 1e-3 for lon in lons)
    assert maps.NO_DATA in legend
    assert "hatching" not in drawn(city(value=0.9))[1]


def test_a_sample_too_small_to_judge_is_grey_and_stretches_no_scale() -> None:
    frame = city(value=[0.0, 0.94, 0.9, 0.96], small=[True, False, False, False])
    _, layers, legend = drawn(frame, meaning=Meaning("up", 0.95))
    assert features(layers)["410102"]["properties"]["fill"] == rgb(DESK.empty)
    assert features(layers)["410105"]["properties"]["fill"] == rgb(DESK.red)
    assert "样本少" in legend


def test_a_zone_without_an_outline_is_a_round_token() -> None:
    _, layers, _ = drawn(city())
    assert set(features(layers)) == {"410102", "410103", "410105"}
    assert [row["code"] for row in layers[maps.TOKENS]["data"]] == ["410172"]


def test_a_city_without_outlines_is_drawn_as_circles_by_size() -> None:
    frame = city(shape=None, value=[100, 400, None, 0])
    _, layers, _ = drawn(frame, kind="count")
    assert maps.AREAS not in layers
    sizes = {row["code"]: row["size"] for row in layers[maps.TOKENS]["data"]}
    assert sizes["410103"] == pytest.approx(2 * sizes["410102"])
    assert sizes["410105"] == sizes["410172"] > 0


def test_an_area_without_any_place_is_left_out() -> None:
    _, layers, _ = drawn(city(shape=None, lon=[None, 113.5, 113.8, 113.35]))
    assert {row["code"] for row in layers[maps.TOKENS]["data"]} == {"410103", "410105", "410172"}


def test_schematic_outlines_are_said_and_drawn_thinner() -> None:
    _, layers, legend = drawn(city())
    found = features(layers)
    assert found["410103"]["properties"]["thick"] < found["410102"]["properties"]["thick"]
    assert "示意" in found["410103"]["properties"]["tip"]
    assert "示意" not in found["410102"]["properties"]["tip"]
    assert "示意" in legend
    assert "示意" not in drawn(city(schematic=False))[2]


def test_the_selected_area_is_outlined_over_its_neighbours_and_none_changes_its_place() -> None:
    spec, layers, _ = drawn(city(), selected="410102")
    order = [layer["id"] for layer in spec["layers"]]
    assert order.index(maps.AREAS) < order.index(maps.SELECTED) < order.index("labels")
    assert layers[maps.SELECTED]["getLineColor"] == rgb(DESK.ink)
    assert layers[maps.AREAS]["data"] == drawn(city())[1][maps.AREAS]["data"]


def test_lights_colour_by_role() -> None:
    _, layers, legend = drawn(city(role=["bad", "good", None, "warn"]), scale="lights")
    found = features(layers)
    assert found["410102"]["properties"]["fill"] == rgb(DESK.soft_red)
    assert found["410103"]["properties"]["fill"] == rgb(DESK.soft_green)
    assert all(state in legend for state in ("● 正常", "▲ 预警", "■ 异常", "无数据"))


def test_labels_are_chinese_with_their_number_even_for_a_single_area() -> None:
    _, layers, _ = drawn(city())
    said = {row["text"] for row in layers["labels"]["data"]}
    assert "二七区\n96.00%" in said
    assert "金水区\n—" in said
    assert layers["labels"]["characterSet"] == "auto"
    alone = drawn(city().head(1))[1]
    assert [row["text"] for row in alone["labels"]["data"]] == ["中原区\n80.00%"]


def test_labels_that_would_overlap_are_left_out() -> None:
    count = 40
    crowd = pd.DataFrame(
        {
            "code": [str(i) for i in range(count)],
            "name": "新华路街道",
            "lon": [113 + i / 1000 for i in range(count)],
            "lat": 34.7,
            "shape": None,
            "value": 1.0,
        }
    )
    labels = drawn(crowd)[1]["labels"]["data"]
    assert 0 < len(labels) < count


def test_hot_cells_are_squares_with_a_weight_and_no_person() -> None:
    points = pd.DataFrame({"lon": [113.305, 113.505], "lat": [34.705, 34.705], "weight": [10, 40], "side": 0.01})
    _, layers, legend = drawn(city(), points=points, points_label="重点区域", scale="plain")
    light, heavy = layers[maps.POINTS]["data"]
    assert light["geometry"]["coordinates"][0][0] == [113.3, 34.7]
    assert light["geometry"]["coordinates"][0][2] == [113.31, 34.71]
    assert heavy["properties"]["fill"][:3] == rgb(DESK.accent)
    assert light["properties"]["fill"] != heavy["properties"]["fill"]
    assert set(heavy["properties"]) == {"fill", "name", "tip"}
    assert all(text in legend for text in ("重点区域", ">10<", ">25<", ">40<"))


def test_the_mark_of_one_place_stands_above_the_labels_and_squares_of_many_below() -> None:
    points = pd.DataFrame({"lon": [113.305], "lat": [34.705], "weight": [1], "side": 0.01})
    alone, among = (
        list(drawn(city(), points=points, scale="plain", points_on_top=on_top)[1]) for on_top in (True, False)
    )
    assert alone[-1] == maps.POINTS
    assert among.index(maps.POINTS) < among.index("labels")


def test_plain_areas_leave_the_colour_to_the_cells() -> None:
    _, layers, legend = drawn(city(), scale="plain")
    assert {tuple(found["properties"]["fill"]) for found in features(layers).values()} == {tuple(rgb(DESK.empty))}
    assert maps.NO_DATA not in legend


def test_states_are_named_as_the_page_calls_them() -> None:
    states = (State("good", "●", "有网格员"), State("bad", "■", "无网格员"))
    legend = drawn(city(role=["bad", "good", None, "good"]), scale="lights", states=states)[2]
    assert "■ 无网格员" in legend
    assert "异常" not in legend


def test_the_place_of_a_zone_without_a_border_is_said_to_be_schematic() -> None:
    legend = drawn(city(schematic=[False, False, False, True]))[2]
    assert "位置为示意" in legend
    assert "轮廓为示意" not in legend


def test_circles_are_no_outlines_that_could_be_schematic() -> None:
    assert "示意" not in drawn(city(shape=None, schematic=True))[2]


def test_the_payload_is_compact_and_coordinates_are_rounded() -> None:
    deck = maps.area_map(city(), DESK, value_label="五日办结率").deck
    text = deck.to_json()
    assert "\n" not in text
    assert "113.1000000" not in text
    for feature in json.loads(text)["layers"][0]["data"]:
        for polygon in feature["geometry"]["coordinates"]:
            assert all(round(x, 4) == x for ring in polygon for point in ring for x in point)


@given(
    st.floats(75, 130),
    st.floats(20, 50),
    st.floats(0.02, 5),
    st.floats(0.02, 5),
    st.integers(300, 2000),
    st.integers(200, 1200),
)
def test_the_first_view_holds_everything(
    west: float, south: float, wide: float, high: float, width: int, height: int
) -> None:
    view = maps.fit_view((west, south, west + wide, south + high), width, height)
    pixels = 512 * 2**view.zoom
    assert wide / 360 * pixels <= width
    top, bottom = mercator(south + high), mercator(south)
    assert (top - bottom) * pixels <= height + 1
    assert abs(view.lon - (west + wide / 2)) <= 1e-4
    assert south <= view.lat <= south + high


def test_nothing_to_draw_is_still_a_map() -> None:
    spec, layers, _ = drawn(city().head(0))
    assert layers == {}
    assert spec["initialViewState"]["zoom"] > 0


def test_a_click_names_its_layer_and_code() -> None:
    area = {"selection": {"objects": {"areas": [{"type": "Feature", "properties": {"code": "410105"}}]}}}
    token = {"selection": {"objects": {"tokens": [{"code": "410172"}]}}}
    assert maps.picked(area) == (maps.AREAS, "410105")
    assert maps.picked(token) == (maps.TOKENS, "410172")
    assert maps.picked({"selection": {"objects": {}}}) is None
    assert maps.picked(None) is None


def test_the_legend_escapes_its_words() -> None:
    html = maps.legend_html("<b>率", [Step(DESK.accent, "<i>90%")], DESK, points_label="<u>")
    assert "&lt;b&gt;率" in html
    assert "&lt;i&gt;90%" in html
    assert "&lt;u&gt;" in html


def test_a_label_reads_on_every_colour_by_its_halo() -> None:
    _, layers, _ = drawn(city())
    assert layers["labels"]["getColor"] == rgb(DESK.ink)
    assert layers["halo"]["getColor"] == rgb(DESK.surface)
    assert len(layers["halo"]["data"]) >= 4 * len(layers["labels"]["data"])
