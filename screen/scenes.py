"""What each scene of the wall says: numbers of the registry, as of one moment, for the city or one of its districts."""

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import select

from casebase.engine import ScopedCasebase
from casebase.errors import UsageError
from casebase.settings import SettingError, Settings
from cockpit import attention, kpis, places, splits
from cockpit.data import Data
from cockpit.empty_periods import asked_together, month_instead, with_records
from cockpit.months import monthly
from cockpit.view import PRESETS, PREVIOUS, View, comparisons
from queries import hot_topics, names
from queries.attention import SURGE_DAYS
from queries.measure import in_slice, measure, metric_of
from queries.model import Kind, Metric, Slice, moment
from queries.periods import period_of
from queries.registry import METRICS
from queries.registry.common import known
from queries.subjects import PETITION, p
from queries.surges import STRETCHES
from queries.targets import target_of
from screen import meeting, orders
from views import cards, maps, wall, words
from views.markup import Markup
from views.tokens import WALL
from wording import findings, numbers, unknown
from wording.names import PLACE_NAMES
from wording.numbers import meaning_of

# New cases of so long ago pulse on the map; their place is rounded to a square of about a kilometre, never finer.
_NEW = timedelta(minutes=10)
_MOST_NEW = 40
_MONTHS = 13
_ROWS = 16
# Bars above others, of the origins of experts and the results of supervision orders.
_SOURCES, _RESULTS = 8, 7
_TOPICS = 10
# Bars below what rises, where nothing does.
_CLASSES = 8
# Of places beside sentences, at least, and where the wall is wide; the height of one (wall.css), units of 1080.
_FEWEST, _FEW_WHERE_WIDE, _BAR = 2, 8, 52
# Bars that a second heading takes the room of.
_HEADING = 2
# A block at the right that holds nothing but sentences.
_ROOM_ALONE = 860
# Height that sentences and the bars below them share, units of 1080.
_SHARED = 728
_FIGURES = 2
# Characters of an unknown name that a message repeats.
_QUOTED = 40


class UnknownError(UsageError):
    """A wall is asked for a place, period or scene that does not exist, or that `why` says otherwise of."""

    def __init__(self, what: str, value: str, why: str = "不存在") -> None:
        super().__init__(f"{what}“{value[:_QUOTED]}{'…' if len(value) > _QUOTED else ''}”{why}")


@dataclass(frozen=True)
class Scene:
    """A scene: numbers at the left, the map of one number in the middle, at the right its ranking or sentences."""

    id: str
    title: str
    numbers: tuple[str, ...]
    on_map: str
    right: Callable[[View, pd.DataFrame, "Scene"], Markup] | None
    below: str = ""
    """A metric whose months run along the foot."""
    few: bool = False
    """Whether it covers twelve months whatever the period, as rare things do."""
    middle: Callable[[View], Markup] | None = None
    """A table in place of the map; without anything at the right it has all the room."""


def view_of(data: Data, period: str, area: str | None = None) -> View:
    """What a wall is set to show: no area is all that it may. Raises UnknownError for what does not exist."""
    if period not in PRESETS:
        raise UnknownError("时段", period)
    table = data.ask(names.areas).set_index("code")
    if area is not None and area not in table.index:
        raise UnknownError("区域", area)
    area = area or data.scope.area
    place = places.area_names(data)[area] if area else data.whole
    days = period_of(PRESETS[period], data.as_of.date())
    return View(data, data.as_of, days, Slice(area=area), comparisons(PREVIOUS[PRESETS[period]]), place)


def view_in(scene: Scene, view: View) -> View:
    """The view of a scene: rare things cover twelve months."""
    return view.over_months(12) if scene.few else view


def _view_of_map(scene: Scene, view: View) -> View:
    """The view of a scene's map, or table, and of its ranking."""
    return with_records(view, [scene.on_map])[scene.on_map]


def html_of(scene: Scene, view: View) -> Markup:
    """One scene as HTML: at most nine blocks."""
    view = view_in(scene, view)
    numbers_html = wall.kpis_html(_cards(scene, view))
    if scene.middle and not scene.right:
        return wall.scene_html(numbers_html, wide=scene.middle(view))
    below, filled = places.below(view), _view_of_map(scene, view)
    frame = _map_frame(places.with_metric(filled, scene.on_map, below), metric_of(scene.on_map))
    middle = scene.middle(view) if scene.middle else _map(scene, view, frame, below.noun)
    return wall.scene_html(
        numbers_html,
        middle=middle,
        right=scene.right(view, frame, scene) if scene.right else None,
        foot=_months_html(scene, view) if scene.below else None,
    )


def _map(scene: Scene, view: View, frame: pd.DataFrame, noun: str) -> Markup:
    metric, filled = metric_of(scene.on_map), _view_of_map(scene, view)
    if frame["shape"].isna().all() and frame[["lon", "lat"]].isna().any(axis=1).all():
        return meeting.places_table(view, list(dict.fromkeys([scene.on_map, *scene.numbers])))
    few = view.settings.lights.small_sample
    target, nameless = target_of(view.settings, metric.id), places.nameless(filled, metric.id, places.below(view))
    title = kpis.missing_sentence(view, metric) or findings.ranking(
        frame, metric, target, noun, view.place, few=few, nameless=nameless
    )
    note = f"各{noun}{metric.name}（{metric.unit}），{_span(metric, filled)}{_instead(view, filled)}"
    return wall.map_html(title, note, frame, kind=numbers.kind_of(metric), meaning=meaning_of(view.settings, metric))


def _instead(view: View, filled: View) -> str:
    """；2026年12月1日—31日还没有 where a month stands in for the period, which has none yet."""
    return "" if filled.link_period is None else f"；{words.span(view.period.start, view.period.end)}还没有"


def figures(view: View) -> dict[str, Any]:
    """The first numbers of each scene by its id: name, value with its unit, state."""
    by_scene: dict[str, Any] = {}
    for few in (False, True):
        chosen = [scene for scene in SCENES if scene.few is few]
        over = view.over_months(12) if few else view
        names_shown = list(dict.fromkeys(name for scene in chosen for name in scene.numbers[:_FIGURES]))
        figures_by_name = _figures(over, names_shown)
        by_scene |= {scene.id: [figures_by_name[name] for name in scene.numbers[:_FIGURES]] for scene in chosen}
    return by_scene


def _figures(view: View, names_shown: Sequence[str]) -> dict[str, dict[str, Any]]:
    """These numbers by their names, each in its view (see empty_periods.with_records)."""
    figures_by_name: dict[str, dict[str, Any]] = {}
    for own, of_view in asked_together(with_records(view, names_shown)):
        values = own.ask(measure, of_view, as_of=own.as_of, period=own.period, within=own.within)
        for row in values.to_dict("records"):
            figures_by_name[row["metric"]] = _figure(own, metric_of(row["metric"]), row)
    return figures_by_name


def _figure(view: View, metric: Metric, row: Mapping[Hashable, Any]) -> dict[str, Any]:
    if row["unknown"]:
        return {"name": metric.short_name, "value": unknown.placeholder(row["unknown"])}
    value = float(row["value"])
    state = kpis.state(view, metric, value, float(row["among"]))
    unit = "" if metric.kind is Kind.RATE else f" {metric.unit}"
    figure = {"name": month_instead(view) + metric.short_name, "value": numbers.format_value(metric, value) + unit}
    return figure | ({"state": {"role": state.role, "shape": state.shape}} if state else {})


def sentences(view: View) -> list[tuple[words.State, str]]:
    """The day's attention, the most pressing first."""
    return [(alert.state, _sentence(alert)) for alert in attention.alerts(view)]


def _sentence(alert: cards.Attention) -> str:
    """The alert, who must act, and by when, unless the fact names the day or says how long it is past."""
    known = not alert.due or alert.due in alert.text or alert.state == words.OVERDUE
    return alert.sentence if known else f"{alert.sentence}；期限：{alert.due}"


def quiet(view: View) -> str:
    """The sentence where nothing needs attention, or where data is missing to know."""
    return attention.quiet(view)


def arrivals(view: View) -> list[dict[str, Any]]:
    """Where cases came in during the last minutes, as places on the map: key, x and y; they identify no case."""
    rows = view.ask(_new_cases, as_of=view.as_of, within=view.within)
    below = places.below(view)
    drawing = maps.flat(
        _map_frame(places.with_metric(view, "registered", below), metric_of("registered")),
        WALL,
        kind="count",
        width=wall.DRAWN[0],
        height=wall.DRAWN[1],
    )
    if drawing is None:
        return []
    spots = []
    for row in rows.assign(same=rows.groupby("registered_at").cumcount()).to_dict("records"):
        x, y = maps.to_pixels(drawing.view, round(row["lon"], 2), round(row["lat"], 2))
        spots.append({"key": f"{row['registered_at']} {row['same']}", "x": round(x, 1), "y": round(y, 1)})
    return spots


def _new_cases(casebase: ScopedCasebase, *, as_of: datetime, within: Slice) -> pd.DataFrame:
    at = moment(casebase, as_of)
    where = [known(at), p.registered_at > as_of - _NEW, p.lon.is_not(None), *in_slice(casebase, PETITION, at, within)]
    query = (
        select(p.registered_at, p.lon, p.lat)
        .where(*where)
        .order_by(p.registered_at.desc(), p.petition_id)
        .limit(_MOST_NEW)
    )
    return casebase.frame(query)


def _span(metric: Metric, view: View) -> str:
    return view.stock_moment_text if metric.is_stock else view.period_text


def _map_frame(frame: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """Outlines as lists, and the number as it is written on the map."""
    shapes = [json.loads(text) if isinstance(text, str) else None for text in frame["shape"]]
    texts = [numbers.format_value(metric, value) for value in frame["value"]]
    return frame.assign(shape=pd.Series(shapes, dtype=object, index=frame.index), text=texts)


def _cards(scene: Scene, view: View) -> list[cards.Card]:
    return [_card(own, name, scene) for name, own in with_records(view, scene.numbers).items()]


def _card(view: View, name: str, scene: Scene) -> cards.Card:
    """A number, with the month that stands in for a period which has none of it yet before its name."""
    card = kpis.card(view, METRICS[name], kpis.rows_of(kpis.comparison(view, scene.numbers)))
    return replace(card, name=month_instead(view) + card.name)


def ranking(view: View, frame: pd.DataFrame, scene: Scene, most: int = _ROWS, few: int | None = None) -> Markup:
    """The places of the map in order: the worst first where a number can be good or bad, the most otherwise."""
    filled, noun = _view_of_map(scene, view), PLACE_NAMES[places.dimension_below(view)]
    return _ranking_html(filled, metric_of(scene.on_map), frame, noun, most, few)


def _ranking_html(
    view: View, metric: Metric, frame: pd.DataFrame, noun: str, most: int, few: int | None = None
) -> Markup:
    """At most `most` bars; a wall that is not wide shows `few` of them (None: all).

    A month that stands in for a period which has none yet (see empty_periods.with_records) is named.
    """
    if kpis.missing_reason(view, metric):
        return wall.ranking_html(f"各{noun}{metric.name}", "", [], quiet=f"{kpis.missing_sentence(view, metric)}。")
    target = target_of(view.settings, metric.id)
    order = orders.in_order(frame.dropna(subset=["value"]), metric)
    ranked, note = order.rows, order.text
    rate, known = metric.kind is Kind.RATE, len(ranked)
    if not rate:
        ranked = ranked[ranked["value"] != 0]
    whole = len(ranked)
    none = f"，另 {words.full_count(known - whole)} 个没有" if known > whole else ""
    ranked = ranked.head(most)
    # Bars begin at zero: cut off, a small difference would look like half.
    longest = (max(ranked["value"].max(), target or 0.0) if len(ranked) else 1.0) or 1.0
    bars = [
        wall.Bar(
            row["name"],
            numbers.format_value(metric, row["value"]),
            row["value"] / longest,
            words.SMALL_SAMPLE if row["small"] else kpis.state(view, metric, row["value"], row["among"]),
        )
        for row in ranked.to_dict("records")
    ]
    notes = [
        note + _first_of(whole, rows) + none + ("，竖线为目标" if target is not None else "")
        for rows in (most, few or most)
    ]
    return wall.ranking_html(
        f"{words.month(view.period.start) if view.link_period else ''}各{noun}{metric.name}",
        notes[0] if bars else "",
        bars,
        target / longest if target is not None else None,
        quiet=f"各{noun}都没有可计的记录。" if rate else f"各{noun}都没有。",
        few=few,
        few_note="" if few is None else notes[1],
    )


def _first_of(whole: int, most: int) -> str:
    """，16 个中列前 8 个 where there is no room for all."""
    return f"，{words.full_count(whole)} 个中列前 {most} 个" if whole > most else ""


def alerts_and_ranking(view: View, frame: pd.DataFrame, scene: Scene) -> Markup:
    """What needs attention on the day, and the places that come first."""
    lines = wall.fitting(sentences(view), _SHARED - _FEWEST * _BAR)
    topics = wall.lines_html(
        f"{view.day_text(view.as_of.date())}关注", "越紧急越靠前", lines, quiet=attention.quiet(view)
    )
    # What the sentences leave is the bars'.
    left = _SHARED - sum(wall.height_of(text) for _, text in lines)
    few = min(left // _BAR, _FEW_WHERE_WIDE) if lines else None
    return topics + ranking(view, frame, scene, _FEW_WHERE_WIDE, few)


def owing_units(view: View, _frame: pd.DataFrame, _scene: Scene) -> Markup:
    """The units that owe an answer to a supervision order: bars, or their names where each owes one."""
    metric = metric_of("supervision_waiting")
    if kpis.missing_reason(view, metric):
        return wall.ranking_html("尚未反馈督办情况", "", [], quiet=f"{kpis.missing_sentence(view, metric)}。")
    frame = splits.split(view, [metric.id], "unit").sort_values("hits", ascending=False, kind="stable")
    total = words.full_count(int(frame["hits"].sum()))
    title = f"{len(frame)} 个单位尚未反馈督办情况，共 {total} 件" if len(frame) else "尚未反馈督办情况"
    quiet = "督办情况都已反馈。"
    if frame["hits"].max() == 1:
        every = [(words.State("warn", "▲", "待反馈"), name) for name in frame["name"]]
        lines = wall.fitting(every, _ROOM_ALONE)
        note = "各 1 件" + (f"，列前 {len(lines)} 个" if len(lines) < len(every) else "")
        return wall.lines_html(title, note, lines, quiet=quiet)
    first = frame.head(_ROWS)
    note = f"尚未反馈最多的在前（件）{_first_of(len(frame), _ROWS)}"
    return wall.ranking_html(title, note, wall.count_bars(first["name"], first["hits"]), quiet=quiet)


def rising_topics(view: View) -> Markup:
    """What rises among classes and places, the least likely by chance first; below it which classes have most."""
    place = places.dimension_of_cases(view)
    topics = view.ask(
        hot_topics.topics,
        as_of=view.as_of,
        days=SURGE_DAYS,
        within=view.within,
        place=place,
        most=_TOPICS,
        with_year_before=False,
    )
    risen = topics[topics["alarm"].astype(bool)]
    rows = [
        wall.Row(
            row["name"],
            [wall.Cell(words.full_count(row["observed"])), wall.Cell(words.expected(row["expected"]))],
        )
        for row in risen.to_dict("records")
    ]
    title = f"近 {SURGE_DAYS} 天 {len(rows)} 个话题异常上升" if rows else f"近 {SURGE_DAYS} 天没有话题异常上升"
    against = f"与此前 {STRETCHES} 个同长时段比"
    table = wall.table_html(
        title,
        f"{against}（件次）；其余各类各地都在正常波动之内" if rows else "",
        ("话题", f"近 {SURGE_DAYS} 天", "预计"),
        rows,
        quiet=f"{against}，各类各地的件数都在正常波动之内。",
    )
    left = _CLASSES - len(rows)
    return table + _most_registered(view, left) if left > _FEWEST else table


def _most_registered(view: View, most: int) -> Markup:
    """The classes of which most was registered in the days that are looked at for what rises."""
    latest = replace(view, period=hot_topics.Stretches(view.as_of, SURGE_DAYS).window)
    classes = splits.split(latest, ["registered"], "category").sort_values("hits", ascending=False, kind="stable")
    first = classes.head(most)
    return wall.ranking_html(
        f"近 {SURGE_DAYS} 天登记最多的内容分类",
        f"由多到少（件次）{_first_of(len(classes), most)}",
        wall.count_bars(first["name"], first["hits"]),
        quiet=f"近 {SURGE_DAYS} 天没有登记的信访件。",
    )


def experts_and_ranking(view: View, frame: pd.DataFrame, scene: Scene) -> Markup:
    """Experts by where they come from, and the places with most hearings."""
    metric = metric_of("expert_participations")
    if kpis.missing_reason(view, metric):
        sources = wall.ranking_html("专家出席按来源", "", [], quiet=f"{kpis.missing_sentence(view, metric)}。")
        return sources + ranking(view, frame, scene, _ROWS - _HEADING - 1)
    counts = splits.split(view, [metric.id], "source").sort_values("hits", ascending=False, kind="stable")
    counts = counts.head(_SOURCES)
    sources = wall.ranking_html(
        "专家出席按来源",
        _span(metric, view),
        wall.count_bars(counts["name"], counts["hits"], "人次"),
        quiet="这一时段没有专家出席。",
    )
    return sources + ranking(view, frame, scene, _ROWS - _HEADING - max(len(counts), 1))


def class_ranking(view: View, _frame: pd.DataFrame, scene: Scene) -> Markup:
    """The classes of content by the number of the scene."""
    view = _view_of_map(scene, view)
    frame = splits.split(view, [scene.on_map], "category")
    return _ranking_html(view, metric_of(scene.on_map), frame, "内容分类", _ROWS)


def results_and_ranking(view: View, frame: pd.DataFrame, scene: Scene) -> Markup:
    """The results of the period's answers, and the places that still owe most."""
    results, rows = meeting.result_bars(view, "supervision_settled", "supervision_result", "督办反馈按结果", _RESULTS)
    return results + ranking(view, frame, scene, _ROWS - _HEADING - max(rows, 1))


def _months_html(scene: Scene, view: View) -> Markup:
    metric = metric_of(scene.below)
    if kpis.missing_reason(view, metric):
        return wall.ranking_html(metric.name, "", [], quiet=f"{kpis.missing_sentence(view, metric)}。")
    months = monthly(view, kpis.months(view, [metric.id], _MONTHS))
    target = target_of(view.settings, metric.id)
    points = pd.DataFrame(
        {
            "label": [words.month(month, year=False) for month in months["at"]],
            "value": months["value"],
            "text": [numbers.format_value(metric, value) for value in months["value"]],
            "small": months["small"],
            "unfinished": months["unfinished"],
        }
    )
    title = f"{metric.name}，{view.months_text(_MONTHS)}"
    counts = metric.is_total
    notes = [] if target is None else [f"虚线为目标 {words.percent(target)}"]
    notes.append(f"单位：{metric.unit}" if counts else "纵轴不从零起")
    if months["unfinished"].any():
        notes.append("末段虚线为未完的月份")
    return wall.months_html(title, "；".join(notes), points, target, counts=counts)


SCENES: Sequence[Scene] = (
    Scene(
        "overview",
        "总览",
        ("registered", "backlog", "five_day_closure", "overdue"),
        "five_day_closure",
        alerts_and_ranking,
        below="five_day_closure",
    ),
    Scene("backlog", "在办件", ("backlog", "overdue", "due_today", "due_in_3"), "backlog", ranking, below="registered"),
    Scene(
        "five_day",
        "五日办结",
        ("five_day_closure", "five_day_overdue", "five_day_due_in_0", "five_day_due_in_3"),
        "five_day_closure",
        ranking,
        below="five_day_closure",
    ),
    Scene(
        "grid",
        "网格覆盖",
        ("grids_staffed", "communities_with_agent", "reached_in_24h", "on_the_spot"),
        "reached_in_24h",
        ranking,
        below="reached_in_24h",
    ),
    Scene(
        "hearings",
        "专家听证",
        ("hearings_held", "expert_cases", "settled_after_hearing", "hearing_wait_days"),
        "hearings_held",
        experts_and_ranking,
        below="hearings_held",
        few=True,
    ),
    Scene(
        "hot",
        "热点与督办",
        ("registered", "supervision_waiting", "supervision_overdue", "supervision_in_time"),
        "supervision_waiting",
        owing_units,
        below="supervision_issued",
        middle=rising_topics,
    ),
    Scene(
        "duty",
        "到期与超期责任",
        ("overdue", "due_today", "due_in_5", "on_time_completion"),
        "overdue",
        ranking,
        below="on_time_completion",
        middle=meeting.due_table,
    ),
    Scene(
        "districts",
        "区县对比",
        ("registered", "backlog", "five_day_closure", "on_time_completion"),
        "",
        None,
        middle=meeting.comparison_table,
    ),
    Scene(
        "supervision",
        "督办落实",
        ("supervision_waiting", "supervision_overdue", "supervision_in_time", "supervision_settled"),
        "supervision_waiting",
        results_and_ranking,
        below="supervision_in_time",
        middle=meeting.owed_table,
    ),
    Scene(
        "satisfaction",
        "群众评价",
        ("unit_evaluation", "unit_satisfaction", "bureau_evaluation", "bureau_satisfaction"),
        "unit_satisfaction",
        class_ranking,
        below="unit_satisfaction",
        middle=meeting.satisfaction_table,
    ),
    Scene(
        "hotline",
        "接诉即办",
        ("hotline_response", "hotline_resolution", "hotline_satisfaction", "hotline_overdue"),
        "hotline_response",
        ranking,
        below="hotline_response",
    ),
)
BY_ID = {scene.id: scene for scene in SCENES}


def check_scenes(settings: Settings) -> None:
    """Raise SettingError for a set of scenes in config.toml that names one which does not exist."""
    for key, names_of_set in (("order", settings.screen.order), ("meeting", settings.screen.meeting)):
        for place, name in enumerate(names_of_set):
            if name not in BY_ID:
                reason = f"there is no scene {name[:_QUOTED]}; the scenes are {', '.join(BY_ID)}"
                raise SettingError(("screen", key, str(place)), reason)
