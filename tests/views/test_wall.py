"""The wall's blocks: escaped, complete, and readable where they lie on colour."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from views import maps, wall, words
from views.cards import Card, Delta
from views.shades import Meaning
from views.tokens import WALL, contrast

SQUARE = [[[[113.0, 34.0], [113.5, 34.0], [113.5, 34.5], [113.0, 34.5], [113.0, 34.0]]]]


def places() -> pd.DataFrame:
    beside = [[[[lon + 0.6, lat] for lon, lat in SQUARE[0][0]]]]
    return pd.DataFrame(
        {
            "code": ["a", "b", "c"],
            "name": ["甲区", "乙区", "新区"],
            "shape": pd.Series([SQUARE, beside, None], dtype=object),
            "lon": [113.25, 113.85, 113.55],
            "lat": [34.25, 34.25, 34.45],
            "value": [0.5, 0.9, np.nan],
            "text": ["50.00%", "90.00%", "—"],
        }
    )


def test_every_place_is_drawn_and_said() -> None:
    html = wall.map_html("题", "注", places(), kind="rate")
    assert html.count('class="area"') == 2
    assert html.count('class="token"') == 1
    assert re.search(r'aria-label="题。甲区 50\.00%，乙区 90\.00%，新区 —"', html)


def test_labels_stand_out_from_the_ground_that_they_bring() -> None:
    html = wall.map_html("题", "注", places(), kind="rate")
    labels = re.findall(r'<text [^>]*fill="(#\w+)" stroke="(#\w+)"', html)
    assert len(labels) == 3
    assert all(contrast(ink, halo) >= 4.5 for ink, halo in labels)


def test_what_has_no_number_is_hatched_and_the_legend_says_what_colours_mean() -> None:
    frame = places().assign(value=[0.5, np.nan, 0.97])
    html = wall.map_html("题", "注", frame, kind="rate", meaning=Meaning("up", 0.95))
    assert html.count("url(#hatching)") == 1
    legend = html[html.index('class="legend"') :]
    assert all(text in legend for text in ("越红离目标越远", "达标（≥95%）", "无数据"))
    assert "无数据" not in wall.map_html("题", "注", places().assign(value=0.5), kind="rate")


def test_a_city_without_places_says_so() -> None:
    frame = places().assign(shape=None, lon=np.nan, lat=np.nan)
    assert "画不出地图" in wall.map_html("题", "注", frame, kind="rate")


def test_a_spot_lies_where_the_map_has_it() -> None:
    drawing = maps.flat(places(), WALL, kind="rate", width=800, height=500)
    assert drawing is not None
    x, y = maps.to_pixels(drawing.view, drawing.view.lon, drawing.view.lat)
    assert (abs(x), abs(y)) < (1e-6, 1e-6)
    east, north = maps.to_pixels(drawing.view, drawing.view.lon + 0.1, drawing.view.lat + 0.1)
    assert east > 0 > north


def test_what_comes_from_outside_is_escaped() -> None:
    evil = "<script>x</script>"
    card = Card(key="k", name=evil, value=evil, deltas=(Delta(evil, evil),), beside=(evil,))
    bars = [wall.Bar(evil, evil, 0.5, words.BAD)]
    html = wall.kpis_html([card]) + wall.ranking_html(evil, evil, bars, 0.3)
    html += wall.lines_html(evil, evil, [(words.WARN, evil)], quiet="")
    html += wall.table_html(evil, evil, (evil, evil), [wall.Row(evil, [wall.Cell(evil, words.BAD)])], quiet="")
    html += wall.map_html(evil, evil, places().assign(name=evil), kind="rate")
    assert "<script" not in html


def test_a_small_sample_is_marked_where_a_light_would_stand() -> None:
    card = Card(key="k", name="率", value="85.71%", small=True)
    assert words.SMALL_SAMPLE.text in wall.kpis_html([card])
    assert words.SMALL not in wall.kpis_html([replace(card, small=False)])


def test_months_need_two_points_and_keep_their_gaps() -> None:
    points = pd.DataFrame({"label": ["1月", "2月", "3月"], "value": [0.9, np.nan, 0.8], "text": ["90%", "—", "80%"]})
    line = re.search(r'class="line" d="([^"]+)"', str(wall.months_html("题", "注", points, 0.95)))
    assert line is not None
    assert len(re.findall(r"[ML]", line[1])) == 2
    assert "还没有足够的月份" in wall.months_html("题", "注", points.head(2))


def test_the_line_to_an_unfinished_month_is_dashed() -> None:
    points = pd.DataFrame({"label": ["1月", "2月", "3月"], "value": [4, 5, 1], "text": ["4", "5", "1"]})
    html = str(wall.months_html("题", "注", points.assign(unfinished=[False, False, True])))
    paths = re.findall(r'class="line( running)?" d="([^"]+)"', html)
    assert [(running, path.count("L")) for running, path in paths] == [("", 1), (" running", 1)]
    assert paths[0][1].split("L")[-1] == paths[1][1].removeprefix("M").split("L")[0]
    gap = points.assign(value=[4, 5, np.nan], unfinished=[False, False, True])
    for whole in (points, gap, points.assign(unfinished=False)):
        assert "running" not in str(wall.months_html("题", "注", whole))


def test_months_of_small_samples_are_hollow_as_on_pages() -> None:
    points = pd.DataFrame({"label": ["1月", "2月", "3月"], "value": [0.9, 0.85, 0.8], "text": ["90%", "85%", "80%"]})
    html = str(wall.months_html("题", "注", points.assign(small=[False, True, False])))
    assert re.findall(r'<ol class="hollow">\s*<li style="left:([\d.]+%)', html) == ["50.00%"]
    assert "注；空心的月份样本少" in html
    assert "空心" not in wall.months_html("题", "注", points)


def test_a_place_without_an_outline_is_dotted_and_hatched_as_one_with() -> None:
    """A circle of too few cases has the dots that an area has, and one without a number the lines."""
    frame = places().assign(shape=None, value=[0.5, np.nan, 0.9], small=[True, False, False])
    html = str(wall.map_html("题", "", frame, kind="rate"))
    for look in ("dots", "hatching"):
        assert (
            len(
                re.findall(rf'<circle class="unknown" cx="[-\d.]+" cy="[-\d.]+" r="[\d.]+" fill="url\(#{look}\)"', html)
            )
            == 1
        )


def test_a_table_says_what_each_number_is_of_and_one_sentence_without_rows() -> None:
    rows = [wall.Row("甲局", [wall.Cell("3"), wall.Cell("81.00%", words.BAD)])]
    html = wall.table_html("题", "注", ("单位", "超期", "满意率"), rows, quiet="没有。")
    assert re.findall(r'<th scope="(col|row)">([^<]*)', html) == [
        ("col", "单位"),
        ("col", "超期"),
        ("col", "满意率"),
        ("row", "甲局"),
    ]
    assert re.search(rf'<em class="bad" aria-label="{words.BAD.word}">{words.BAD.shape}</em> 81.00%', html)
    assert '<p class="quiet">没有。</p>' in wall.table_html("题", "注", ("单位",), [], quiet="没有。")


def test_what_stands_beside_a_number_keeps_to_its_lines_the_first_first() -> None:
    parts = ("在期未结 7", "全口径 81.63%", "压线办结 19.05%", "另有12345转办 12")
    html = wall.kpis_html([Card("a", "五日办结率", "95.24%", beside=parts)])
    html = html[html.index('class="beside"') :]
    assert all(part in html for part in parts[:3])
    assert parts[3] not in html
    assert "压线办结 19.05%</span>" in html  # nothing separates it from what is left out


def test_a_months_number_stands_where_the_line_does_not_run_through_it() -> None:
    """Beside a peak and at the end of a fall the line runs above a month's point; not on a peak or a level."""
    values = [0.95, 0.95, 0.95, 0.99, 0.95, 0.99, 0.95, 0.95, 0.99, 0.95, 0.95, 0.98, 0.93]
    points = pd.DataFrame({"label": range(13), "value": values, "text": [f"{value:.2%}" for value in values]})
    html = str(wall.months_html("题", "", points))
    written = re.findall(r'<li (class="below")? *style="[^"]*">[\d.]+%</li>', html)
    numbered = range(0, 13, 2)
    assert [n for n, below in zip(numbered, written, strict=True) if below] == [2, 4, 6, 10, 12]


def test_a_narrow_wall_says_how_many_bars_it_shows() -> None:
    bars = [wall.Bar(name, "1", 1.0) for name in "甲乙丙"]
    html = str(wall.ranking_html("题", "3 个", bars, few=2, few_note="2 个"))
    assert html.count('class="spare"') == 1
    assert 'class="note spare">3 个' in html
    assert 'class="note instead">2 个' in html
    assert "spare" not in str(wall.ranking_html("题", "3 个", bars))
