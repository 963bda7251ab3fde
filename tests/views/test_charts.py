import html
import json
import re
from collections.abc import Callable
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert
from altair.utils.schemapi import SchemaValidationError

from views import charts, words
from views.charts.headings import break_lines, width_of
from views.charts.targets import Spot, clear_spot, target_text
from views.charts.template import data_slot, slot, template
from views.tokens import DESK, WALL, Palette

MONTHS = pd.date_range("2025-12-01", periods=12, freq="MS")

Spec = dict[str, Any]


def spec_of(chart: charts.Chart) -> Spec:
    """The chart as Vega-Lite; Altair checks it against the schema."""
    spec: Spec = chart.to_dict()
    return spec


def test_a_part_that_vega_lite_does_not_know_is_refused_with_the_whole_chart() -> None:
    """Parts are not checked when they are made: finished charts are, with all that the data says."""

    @template
    def points(_: Palette, angle: Any) -> list[Any]:
        x = alt.X("a:Q", axis=alt.Axis(labelAngle=angle), scale=alt.Scale(domain=slot("ends")))
        return [alt.Chart(data_slot()).mark_point().encode(x=x)]

    frame = pd.DataFrame({"a": [1]})
    assert points(DESK, 0).chart("", "", 72, frame, ends=[0, 1]).to_dict()
    for angle, ends in (("upside down", [0, 1]), (0, "upside down")):
        with pytest.raises(SchemaValidationError, match="upside down"):
            points(DESK, angle).chart("", "", 72, frame, ends=ends).to_dict()


def rows(spec: Spec, column: str) -> list[dict[str, Any]]:
    """The rows of the data set that has this column."""
    return next(data for data in spec["datasets"].values() if data and column in data[0])


def all_said(spec: Spec) -> str:
    return json.dumps(spec, ensure_ascii=False)


def months(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"at": MONTHS, "value": [0.90 + i / 200 for i in range(12)], **columns})


def areas(**columns: object) -> pd.DataFrame:
    base = {
        "code": ["1", "2", "3", "4"],
        "name": ["金水区", "二七区", "中原区", "上街区"],
        "value": [0.91, 0.97, None, 0.85],
        "hits": [91, 97, 0, 17],
        "among": [100, 100, 0, 20],
        "small": [False, False, False, True],
    }
    return pd.DataFrame({**base, **columns})


def flow_frame() -> pd.DataFrame:
    days = pd.date_range("2026-08-25", periods=90)
    return pd.DataFrame({"at": days, "inflow": 10, "outflow": 12, "backlog": range(300, 210, -1)})


def heat_frame() -> pd.DataFrame:
    return pd.DataFrame({"row": ["周一", "周二"], "column": ["9时", "9时"], "value": [12_000, 0]})


def change_frame() -> pd.DataFrame:
    return pd.DataFrame({"code": list("abcde"), "name": list("甲乙丙丁戊"), "value": [3, -8, 5, 0, 1]})


def waterfall(frame: pd.DataFrame, palette: Palette = DESK, before: float = 1112, **settings: Any) -> charts.Chart:
    """The change of a number by these parts."""
    now = before + frame["value"].sum()
    return charts.waterfall(frame, palette, title="题", before=("上期", before), now=("本期", now), **settings)


def paired_frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "row": ["全部", "全部"],
            "series": ["经听证", "同类未听证"],
            "value": [0.81, 0.62],
            "low": [0.74, 0.60],
            "high": [0.87, 0.64],
            "among": [312, 5210],
        }
    )


def load_frame() -> pd.DataFrame:
    return pd.DataFrame({"code": ["a", "b", "c"], "name": ["甲", "乙", "丙"], "value": [0, 2, 40], "group": "法律"})


EVERY: dict[str, Callable[[Palette], charts.Chart]] = {
    "trend": lambda p: charts.trend(months(), p, title="题", kind="rate", target=0.95),
    "ranking": lambda p: charts.ranking(areas(), p, title="题", target=0.95),
    "ranking dots": lambda p: charts.ranking(areas(), p, title="题", target=0.95, from_zero=False),
    "bars": lambda p: charts.bars(pd.DataFrame({"label": ["1月"], "value": [3]}), p, title="题"),
    "flow": lambda p: charts.flow(flow_frame(), p, title="题")[0],
    "backlog": lambda p: charts.flow(flow_frame(), p, title="题")[1],
    "histogram": lambda p: charts.histogram(pd.DataFrame({"days": [1], "cases": [9]}), p, title="题", limit=5),
    "heat": lambda p: charts.heat(heat_frame(), p, title="题"),
    "paired": lambda p: charts.paired(paired_frame(), p, title="题"),
    "dots": lambda p: charts.dots(load_frame(), p, title="题"),
    "waterfall": lambda p: waterfall(change_frame(), p),
}

NOTHING: dict[str, Callable[[], charts.Chart]] = {
    "trend": lambda: charts.trend(months().head(0), DESK, title="题"),
    "trend without numbers": lambda: charts.trend(months(value=None), DESK, title="题"),
    "ranking": lambda: charts.ranking(areas().head(0), DESK, title="题"),
    "bars": lambda: charts.bars(pd.DataFrame({"label": ["1月"], "value": [0]}), DESK, title="题"),
    "flow": lambda: charts.flow(flow_frame().head(0), DESK, title="题")[0],
    "histogram": lambda: charts.histogram(pd.DataFrame({"days": [], "cases": []}), DESK, title="题", limit=5),
    "heat": lambda: charts.heat(heat_frame().head(0), DESK, title="题"),
    "paired": lambda: charts.paired(paired_frame().assign(value=None), DESK, title="题"),
    "dots": lambda: charts.dots(load_frame().head(0), DESK, title="题"),
    "waterfall": lambda: waterfall(change_frame().assign(value=0)),
}


@pytest.mark.parametrize("colours", [DESK, WALL], ids=["desk", "wall"])
@pytest.mark.parametrize("name", EVERY)
def test_every_chart_is_valid_offline_and_as_wide_as_its_place(name: str, colours: Palette) -> None:
    spec = spec_of(EVERY[name](colours))
    assert spec["width"] == "container"
    assert spec["autosize"]["type"] == "fit-x"
    assert spec["config"]["axis"]["labelAngle"] == 0
    assert spec["config"]["axis"]["labelColor"] == colours.muted
    said = all_said({**spec, "$schema": ""})
    assert "http" not in said
    other = WALL if colours is DESK else DESK
    assert other.accent not in said


@pytest.mark.parametrize("name", EVERY)
def test_every_chart_can_be_clicked_and_its_tooltips_are_sentences(name: str) -> None:
    spec = spec_of(EVERY[name](DESK))
    assert [param["name"] for param in spec["params"]] == [charts.PICK]
    tips = [row["tip"] for row in rows(spec, "tip")]
    assert all(re.search(r"[\u4e00-\u9fff]", tip) for tip in tips)


@pytest.mark.parametrize("name", EVERY)
def test_altair_is_asked_once_for_charts_of_the_same_settings(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = spec_of(EVERY[name](DESK))
    monkeypatch.setattr(alt, "layer", None)
    assert spec_of(EVERY[name](DESK)) == first


def test_what_other_data_says_is_not_kept_with_the_specification() -> None:
    """Title, height, ends of the axis, months: all that a chart of the same settings has of its own."""
    few = spec_of(charts.ranking(areas(), DESK, title="四个", kind="count"))
    more = pd.concat(
        [areas(), areas(name=["郑东新区龙湖办事处", *"乙丙丁"], value=[1000, 20, 30, 40])], ignore_index=True
    )
    many = spec_of(charts.ranking(more, DESK, title="八个", kind="count"))
    titles, heights = [spec["title"]["text"] for spec in (few, many)], [spec["height"] for spec in (few, many)]
    assert titles == ["四个", "八个"]
    assert heights[1] == 2 * heights[0]
    ends = [spec["layer"][0]["encoding"]["x"]["scale"]["domain"][1] for spec in (few, many)]
    assert ends[0] == 5
    assert ends[1] > 1000
    left = [spec["layer"][-1]["encoding"]["x"]["value"] for spec in (few, many)]
    assert left[1] < left[0] < 0
    months_said = [
        spec_of(charts.trend(months().tail(count), DESK, title=""))["layer"][0]["encoding"]["x"]["axis"]["values"]
        for count in (12, 3)
    ]
    assert [len(said) for said in months_said] == [12, 3]


@pytest.mark.parametrize("name", NOTHING)
def test_an_empty_chart_keeps_its_heading(name: str) -> None:
    spec = spec_of(NOTHING[name]())
    assert "题" in said(spec["title"]["text"])
    assert rows(spec, "text") == [{"text": ""}]
    assert [param["name"] for param in spec["params"]] == [charts.PICK]


def test_an_empty_chart_without_a_heading_is_one_sentence() -> None:
    spec = spec_of(charts.ranking(areas().head(0), DESK, title="", none="没有可排名的。"))
    assert rows(spec, "text") == [{"text": "没有可排名的。"}]


def test_a_trend_names_its_target_and_says_where_its_axis_starts() -> None:
    spec = spec_of(charts.trend(months(), DESK, title="题", subtitle="注", kind="rate", target=0.95))
    assert rows(spec, "target") == [{"target": 0.95, "text": "目标 95%"}]
    assert "注；纵轴自 85% 起" in said(spec["title"]["subtitle"])


@pytest.mark.parametrize(
    ("known_from", "last_year", "first"),
    [(7, None, "2026-07-01"), (7, 1.0, "2025-12-01"), (11, None, "2026-09-01")],
    ids=["the first that is known", "known a year before", "at least three months"],
)
def test_a_trend_begins_with_the_first_month_that_is_known(
    known_from: int, last_year: float | None, first: str
) -> None:
    frame = months(value=[None] * known_from + [3.0] * (12 - known_from), last_year=last_year)
    spec = spec_of(charts.trend(frame, DESK, title="题"))
    assert rows(spec, "tip")[0]["at"].startswith(first)


def test_counts_start_at_zero() -> None:
    spec = spec_of(charts.trend(months(value=range(1000, 1012)), DESK, title="题"))
    domains = [
        layer["encoding"]["y"]["scale"]["domain"] for layer in spec["layer"] if "scale" in layer["encoding"]["y"]
    ]
    assert {domain[0] for domain in domains} == {0}


def test_a_small_sample_is_hollow_and_said() -> None:
    spec = spec_of(charts.trend(months(small=[True, *[False] * 11]), DESK, title="题", kind="rate"))
    first, second = rows(spec, "tip")[:2]
    assert first["fill"] == DESK.surface
    assert second["fill"] == DESK.accent
    assert "样本少" in first["tip"]
    assert "样本少" not in second["tip"]


def test_last_year_is_grey_and_told() -> None:
    spec = spec_of(charts.trend(months(last_year=0.875), DESK, title="题", kind="rate"))
    assert rows(spec, "tip")[0]["tip"] == "2025年12月：90.00%；上年同期 87.50%"
    assert {row["name"]: row["colour"] for row in rows(spec, "at_value")} == {
        "本期": DESK.accent,
        "上年同期": DESK.muted,
    }


def test_names_at_the_lines_ends_keep_apart() -> None:
    frame = months(value=100, last_year=101)
    drawn = rows(spec_of(charts.trend(frame, DESK, title="题", height=200)), "at_value")
    ends = {row["name"]: row["at_value"] for row in drawn}
    assert ends["上年同期"] - ends["本期"] >= 101 * 1.1 * 16 / 200 - 1e-9


def test_a_ranking_is_sorted_with_its_numbers_beside_and_the_unknown_last() -> None:
    drawn = rows(spec_of(charts.ranking(areas(), DESK, title="题", target=0.95)), "written")
    assert [(row["name"], row["written"]) for row in drawn] == [
        ("二七区", "97.00%  97/100"),
        ("金水区", "91.00%  91/100"),
        ("上街区", "85.00%  17/20  样本少"),
        ("中原区", "—  0/0"),
    ]
    upwards = rows(spec_of(charts.ranking(areas(), DESK, title="题", largest_first=False)), "written")
    # Of a few cases nothing can be judged: 上街区 is not the lowest.
    assert [row["name"] for row in upwards] == ["金水区", "二七区", "上街区", "中原区"]


def test_steps_of_time_stand_in_their_order_small_samples_or_not() -> None:
    steps = pd.DataFrame(
        {
            "code": ["0", "1", "3", "5"],
            "name": ["现在", "1个工作日后", "3个工作日后", "5个工作日后"],
            "value": [None, 0.66, 0.9167, 0.3747],
            "small": [True, False, True, False],
        }
    )
    spec = spec_of(charts.ranking(steps, DESK, title="题", largest_first=None))
    assert [row["code"] for row in rows(spec, "written")] == ["0", "1", "3", "5"]
    # Left to the data, the browser puts 现在 last: no dot is drawn of what has no value.
    orders = {
        tuple(layer["encoding"]["y"]["sort"]) for layer in spec["layer"] if "label" in str(layer["encoding"].get("y"))
    }
    assert orders == {tuple(steps["name"])}


def test_the_whole_row_of_a_ranking_takes_the_click() -> None:
    spec = spec_of(charts.ranking(areas(), DESK, title="题"))
    (view,) = spec["params"][0]["views"]
    row = next(layer for layer in spec["layer"] if layer.get("name") == view)
    assert row["mark"]["opacity"] == 0
    # As far left as the names and no farther: the plot would make room for it.
    assert row["encoding"]["x"] == {"value": -width_of("二七区")}
    assert row["encoding"]["x2"] == {"value": "width"}


def test_a_ranking_says_where_its_axis_starts_when_not_at_zero() -> None:
    spec = spec_of(charts.ranking(areas(), DESK, title="题", from_zero=False))
    assert "横轴自 80% 起" in said(spec["title"]["subtitle"])


def test_a_few_counts_of_one_are_short_bars() -> None:
    ones = pd.DataFrame({"code": list("1234"), "name": list("甲乙丙丁"), "value": [1, 1, 1, 1]})
    spec = spec_of(charts.ranking(ones, DESK, title="题", kind="count"))
    assert spec["layer"][0]["encoding"]["x"]["scale"]["domain"][1] >= 5


def test_areas_of_one_name_keep_a_bar_each() -> None:
    drawn = rows(spec_of(charts.ranking(areas(name="新华路街道"), DESK, title="题")), "written")
    assert len({row["label"] for row in drawn}) == 4
    assert {row["label"].strip() for row in drawn} == {"新华路街道"}


def test_what_misses_its_target_is_red_or_amber_and_all_else_has_one_colour() -> None:
    drawn = rows(spec_of(charts.ranking(areas(role=["good", "bad", "warn", None]), DESK, title="题")), "written")
    colours = {row["name"]: row["colour"] for row in drawn}
    assert colours == {"金水区": DESK.accent, "二七区": DESK.red, "中原区": DESK.amber, "上街区": DESK.accent}


@pytest.mark.parametrize("row", [12, 17, 18, 28])
def test_bars_keep_a_gap_between_them_however_low_the_rows_are(row: int) -> None:
    spec = spec_of(charts.ranking(areas(), DESK, title="题", row=row))
    heights = [layer["mark"]["height"] for layer in spec["layer"] if layer["mark"]["type"] == "bar"]
    assert heights
    assert all(height <= row * 0.7 for height in heights)


def test_months_that_are_not_all_in_yet_are_drawn_apart() -> None:
    late = [False] * 10 + [True] * 2
    data = rows(spec_of(charts.trend(months(unfinished=late), DESK, title="", kind="rate")), "whole")
    assert [row["whole"] is None for row in data] == late
    # The dashed line begins where the whole one ends.
    assert [row["unfinished"] is not None for row in data] == [False] * 9 + [True] * 3
    assert all((words.UNFINISHED in row["tip"]) is open_ for row, open_ in zip(data, late, strict=True))
    bars = pd.DataFrame({"label": ["10月", "11月"], "value": [5, 3], "unfinished": [False, True]})
    drawn = rows(spec_of(charts.bars(bars, DESK, title="")), "opacity")
    assert drawn[1]["opacity"] < drawn[0]["opacity"] == 1
    assert words.UNFINISHED in drawn[1]["tip"]


def test_outflow_hangs_below_zero_and_is_told_without_a_minus() -> None:
    above, below = (spec_of(chart) for chart in charts.flow(flow_frame(), DESK, title="题"))
    first = rows(above, "way")
    assert {row["way"]: row["height"] for row in first} == {"↑ 新收": 10, "↓ 办结": -12}
    assert first[0]["tip"] == "2026年8月25日（周二）新收 10 件次"
    assert len(first) == 180
    assert rows(below, "backlog")[0]["tip"] == "2026年8月25日末在办 300 件次"
    assert below["title"]["text"] == "每日末在办件（件次）"


def test_both_panels_of_the_flow_share_their_left_edge() -> None:
    axes = [
        spec_of(chart)["layer"][0]["encoding"]["y"]["axis"] for chart in charts.flow(flow_frame(), DESK, title="题")
    ]
    assert {(axis["minExtent"], axis["maxExtent"]) for axis in axes} == {(44, 44)}


def test_the_histogram_puts_the_tail_together_and_colours_what_is_late() -> None:
    frame = pd.DataFrame({"days": [0, 5, 6, 11, 40], "cases": [1, 2, 3, 4, 5]})
    drawn = rows(spec_of(charts.histogram(frame, DESK, title="题", limit=5)), "written")
    assert [row["label"] for row in drawn] == [*map(str, range(11)), "11+"]
    assert drawn[-1]["cases"] == 9
    assert {row["label"] for row in drawn if row["state"] == "5 个工作日内"} == set("012345")
    assert drawn[6]["tip"] == "6 个工作日办结 3 件次，占 20.00%"
    longer = rows(spec_of(charts.histogram(frame, DESK, title="题", limit=6)), "written")
    assert {row["label"] for row in longer if row["state"] == "6 个工作日内"} == set("0123456")
    assert [row["state"] for row in longer if row["label"] == "11+"] == ["超过 6 个工作日"]
    longest = rows(spec_of(charts.histogram(frame, DESK, title="题", limit=15)), "written")
    assert [row["label"] for row in longest if row["state"] == "超过 10 个工作日"] == ["11+"]


def test_heat_runs_from_zero_to_the_most() -> None:
    spec = spec_of(charts.heat(heat_frame(), DESK, title="题", unit="件次"))
    most, none = rows(spec, "fill")
    assert (most["fill"], none["fill"]) == (DESK.one_way[-1], DESK.one_way[0])
    assert most["tip"] == "周一，9时：12,000 件次"
    assert "最高 1.2万" in said(spec["title"]["subtitle"])


def test_pairs_tell_their_interval() -> None:
    tip = rows(spec_of(charts.paired(paired_frame(), DESK, title="题")), "tip")[0]["tip"]
    assert tip == "全部，经听证，312 件次，误差范围 74.00%—87.00%：81.00%"


def test_every_person_is_one_dot_and_idle_ones_are_hollow() -> None:
    idle, busy, busiest = rows(spec_of(charts.dots(load_frame(), DESK, title="题")), "level")
    assert (idle["fill"], busy["fill"]) == (DESK.surface, DESK.accent)
    assert busiest["at"] == 20
    assert busiest["tip"] == "丙（法律）：40 件次"


def test_long_titles_break_instead_of_being_cut() -> None:
    title = "五日办结率连续三个月回升，11月为 93.46%，仍低于目标 1.54 百分点，新密市最低"
    spec = spec_of(charts.trend(months(), DESK, title=title, kind="rate"))
    assert spec["title"]["limit"] > 2000
    lines = re.findall(r'"([^"]*)"', spec["title"]["text"]["expr"].split(" : ")[-1])
    assert "".join(lines).replace(" ", "") == title.replace(" ", "")
    assert max(width_of(line, 15) for line in lines) <= 300


def test_a_subtitle_breaks_only_where_it_has_no_room() -> None:
    note = "按区县（功能区）拆分，各条相加等于总变化（件次）；蓝为增加，灰为减少；点击一条查看本期明细"
    chosen = spec_of(charts.trend(months(), DESK, title="题", subtitle=note, kind="rate"))["title"]["subtitle"]["expr"]
    rooms = [int(room) for room in re.findall(r"> (\d+) \?", chosen)]
    whole, *broken = [re.findall(r'"([^"]*)"', lines) for lines in chosen.split(" : ")]
    assert rooms == sorted(rooms, reverse=True)
    assert "".join(whole).startswith(note)
    assert rooms[0] == width_of(whole[0])
    assert all("".join(lines) == whole[0] for lines in broken)
    # Each is at most as wide as the room that it is chosen for, the last as the narrowest picture.
    assert all(max(map(width_of, lines)) <= room for lines, room in zip(broken, [*rooms[1:], 280], strict=True))


def test_a_finding_sets_latin_names_apart() -> None:
    spec = spec_of(charts.trend(months(), DESK, title="Hotline最多", subtitle="占Boston一半", kind="rate"))
    assert (spec["title"]["text"], said(spec["title"]["subtitle"])[:11]) == ("Hotline 最多", "占 Boston 一半")


def said(text: Any) -> str:
    """What a title or subtitle says, whatever its lines: of an expression its first choice, the text whole."""
    return text if isinstance(text, str) else json.loads(re.findall(r"\? (\[.*?\])", text["expr"])[0])[0]


@pytest.mark.parametrize("room", [60, 150, 300])
def test_lines_never_break_inside_a_number_or_start_with_punctuation(room: int) -> None:
    text = "本月办结 12,345 件次，办结率 93.46%，较上月 −1.20 百分点（样本少）。"
    lines = break_lines(text, room, 12)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(line[0] not in "，。；、：）" for line in lines)
    joined = "\n".join(lines)
    assert all(number in joined for number in ("12,345", "93.46%", "−1.20"))


def test_lines_break_at_a_pause_unless_it_comes_early() -> None:
    assert break_lines("按期限所在月份；灰线为上年同月，点击月份查看未按期的", 240, 12) == [
        "按期限所在月份；灰线为上年同月，",
        "点击月份查看未按期的",
    ]
    assert break_lines("各区县，按期件次占应办结件次的比例", 120, 12) == [
        "各区县，按期件次占应",
        "办结件次的比例",
    ]
    assert break_lines("一二（六，）七八", 84, 12) == ["一二（六，）", "七八"]
    assert break_lines("一二三四五（六七八）九", 96, 12) == ["一二三四五", "（六七八）九"]


def test_a_click_is_read_from_the_event() -> None:
    assert charts.picked({"selection": {"pick": [{"code": "410105"}]}}, "code") == "410105"
    assert charts.picked({"selection": {"pick": []}}, "code") is None
    assert charts.picked({"selection": {"pick": {}}}, "code") is None
    assert charts.picked(None, "code") is None


@pytest.mark.parametrize(
    ("values", "spot"),
    [
        ([0.90] * 12, Spot(0, True)),
        ([0.953] * 12, Spot(0, False)),
        ([0.955] * 4 + [0.90] * 8, Spot(0, False)),
        ([0.955, 0.945] * 3 + [0.90] * 6, Spot(5, True)),
        ([0.955, 0.945] * 6, None),
        ([np.nan] * 6 + [0.90] * 6, Spot(0, True)),
    ],
)
def test_a_target_is_named_where_no_line_runs_through_its_name(values: list[float], spot: Spot | None) -> None:
    assert clear_spot([np.array(values)], 0.95, (0.8, 1.0), 230, DESK) == spot


def test_a_trend_names_its_target_clear_of_the_line() -> None:
    frame = months().assign(value=0.953)
    label = next(
        layer
        for layer in spec_of(charts.trend(frame, DESK, title="题", kind="rate", target=0.95))["layer"]
        if layer["mark"].get("type") == "text"
    )
    assert label["mark"]["baseline"] == "top"


def test_a_target_that_lines_cross_everywhere_is_named_beside_their_ends() -> None:
    frame = months().assign(value=[0.955, 0.945] * (len(months()) // 2) + [0.955] * (len(months()) % 2))
    drawn = spec_of(charts.trend(frame, DESK, title="题", kind="rate", target=0.95))
    (named,) = [row for row in rows(drawn, "at_value") if row["name"] == "目标 95%"]
    assert named["at_value"] >= 0.95
    assert sum(layer["mark"].get("type") == "text" for layer in drawn["layer"]) == 1


def test_a_target_is_said_without_empty_decimals() -> None:
    assert target_text(0.95, "rate") == "目标 95%"
    assert target_text(0.955, "rate") == "目标 95.5%"
    assert target_text(5, "days") == f"目标 {words.days(5)}"


def test_the_waterfall_runs_from_the_number_before_to_that_now() -> None:
    drawn = rows(spec_of(waterfall(change_frame())), "start")
    assert [row["code"] for row in drawn] == ["", "c", "a", "e", "b", ""]
    assert [(row["start"], row["end"]) for row in drawn] == [(0, 0), (0, 5), (5, 8), (8, 9), (9, 1), (1, 1)]
    assert [row["written"] for row in drawn] == ["1,112", "+5", "+3", "+1", "−8", "1,113（+1）"]
    assert [row["colour"] for row in drawn[1:5]] == [*[DESK.accent] * 3, DESK.compare]


def test_the_waterfall_of_a_fall_begins_with_what_falls() -> None:
    drawn = rows(spec_of(waterfall(change_frame().assign(value=[-3, 8, -5, 0, -1]))), "start")
    assert [row["code"] for row in drawn] == ["", "c", "a", "e", "b", ""]
    assert drawn[-1]["written"] == "1,111（−1）"


def test_the_waterfall_of_parts_that_make_no_change_says_no_difference() -> None:
    drawn = rows(spec_of(waterfall(change_frame().assign(value=[3, -8, 5, 0, 0]))), "start")
    assert drawn[-1]["written"] == "1,112"


def test_the_waterfall_gathers_the_small_parts_without_losing_any() -> None:
    frame = change_frame().assign(tone=["bad", "good", "bad", "neutral", "bad"])
    drawn = rows(spec_of(waterfall(frame, most=2)), "start")[1:-1]
    assert [(row["code"], row["written"]) for row in drawn] == [("c", "+5"), ("b", "−8"), (charts.REST, "+4")]
    assert [row["colour"] for row in drawn] == [DESK.two_way[0], DESK.two_way[-1], DESK.two_way[0]]
    one_left = rows(spec_of(waterfall(frame, most=3)), "start")
    assert charts.REST not in {row["code"] for row in one_left}


def test_the_waterfall_writes_what_rates_gain_in_points() -> None:
    frame = pd.DataFrame({"code": ["a", "b"], "name": ["甲", "乙"], "value": [0.0123, -0.02]})
    drawn = rows(spec_of(waterfall(frame, kind="rate", before=0.95)), "start")
    assert [row["written"] for row in drawn] == [
        "95.00%",
        "−2.00 百分点",
        "+1.23 百分点",
        "94.23%（−0.77 百分点）",
    ]


def test_what_failed_is_red_in_a_table_of_colours_and_what_kept_its_limit_is_not() -> None:
    frame = pd.DataFrame(
        {
            "row": ["市级督办"] * 3,
            "column": ["按期反馈", "逾期反馈", "逾期未反馈"],
            "value": [24, 1, 0],
            "role": ["none", "bad", "bad"],
        }
    )
    fills = {row["column"]: row["fill"] for row in rows(spec_of(charts.heat(frame, DESK, title="题")), "fill")}
    assert fills == {"按期反馈": DESK.accent, "逾期反馈": DESK.worse[0], "逾期未反馈": DESK.one_way[0]}


def test_large_and_small_counts_of_one_picture_are_written_in_one_way() -> None:
    frame = pd.DataFrame({"code": ["a", "b"], "name": ["甲", "乙"], "value": [217_000, 1_125]})
    texts = {row["written"] for row in rows(spec_of(charts.ranking(frame, DESK, title="题", kind="count")), "written")}
    assert texts == {"217,000", "1,125"}


@pytest.mark.parametrize("palette", [DESK, WALL])
def test_a_name_that_is_too_long_keeps_its_end(palette: Palette) -> None:
    names = [f"Fenway / Kenmore / Audubon Circle / Longwood · Ward {ward}" for ward in (4, 21)]
    names += ["郑州市航空港经济综合实验区新港办事处信访一科", "郑州市航空港经济综合实验区新港办事处信访二科"]
    frame = pd.DataFrame({"code": list("abcd"), "name": names, "value": [4, 3, 2, 1]})
    spec = spec_of(charts.ranking(frame, palette, title="", kind="count")) | {"width": 400}
    written = [html.unescape(text) for text in re.findall(r">([^<>]*)</text>", vl_convert.vegalite_to_svg(spec))]
    cut = [text for text in written if "…" in text]
    assert [text[-2:] for text in cut] == [" 4", "21", "一科", "二科"]
