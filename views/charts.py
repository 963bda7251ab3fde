"""Altair charts: a title that says the finding, Chinese words, sentences as tooltips, one theme.

Every function takes a tidy frame and gives what `st.altair_chart(chart, theme=None, width="stretch")` draws; an empty
frame gives one sentence. Where a click means something the chart carries the selection parameter "pick" on the
columns its docstring names; read it with `picked(event, column)`. Rates are ratios 0 … 1 in the frames.
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Literal

import altair as alt
import pandas as pd

from views import words
from views.chart_parts import (
    NAMES,
    PICK,
    Chart,
    day_axis,
    empty,
    ends,
    finished,
    fixed,
    flags,
    joined,
    month_axis,
    name_axis,
    pick,
    picked,
    roomy,
    target_column,
    target_line,
    target_text,
    themed,
    tips,
    value_axis,
    width_of,
)
from views.tokens import Palette, Role, ink_on
from views.words import Kind

__all__ = [
    "PICK", "Chart", "bars", "dots", "empty", "flow", "heat", "histogram", "paired", "picked", "ranking", "themed",
    "trend", "waterfall",
]  # fmt: skip

OTHER = "其他"
LAST_YEAR = "去年同期"
MOST_CATEGORIES = 6
ROW = 28
_BAR = 14
_LEFT = 44
_PALER = 0.45
_HAND: Literal["pointer"] = "pointer"


def trend(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    title: str,
    subtitle: str = "",
    kind: Kind = "count",
    unit: str = "",
    target: float | None = None,
    target_name: str = "目标",
    from_zero: bool | None = None,
    height: int = 260,
) -> Chart:
    """Monthly lines with their names at the right end. Clicks: "pick" on `at`.

    Columns: at (first of the month), value; optional series (at most six), last_year (grey), small (bool, drawn
    hollow), unfinished (bool: the months at the end that are not all in yet, dashed and hollow), tip. `target` is a
    ratio for rates. Counts start at zero; a rate's axis that does not says so.
    """
    if frame.empty or frame["value"].notna().sum() == 0:
        return empty("所选范围内没有可画的月份。", palette)
    data = _trend_data(frame, palette, kind, unit)
    low, high = ends(data, ["value", "last_year"], target, kind, from_zero)
    if low > 0:
        subtitle = joined(subtitle, f"纵轴自 {words.percent(low, 0)} 起")
    scale, axis = fixed(low, high), value_axis(kind)
    base = alt.Chart(data).encode(
        x=alt.X("at:T", title=None, axis=month_axis(data["at"]), scale=alt.Scale(nice=False)),
        detail="series:N",
    )
    y = alt.Y("value:Q", title=None, scale=scale, axis=axis)
    before = alt.Y("last_year:Q", title=None, scale=scale, axis=axis)
    layers: list[Any] = target_line(target, target_text(target_name, target, kind), palette) if target else []
    layers += [base.mark_line(color=palette.compare, strokeWidth=1.5).encode(y=before)]
    colour = alt.Stroke("colour:N", scale=None)
    whole = alt.Y("whole:Q", title=None, scale=scale, axis=axis)
    layers += [base.mark_line(strokeWidth=2).encode(y=whole, stroke=colour)]
    if data["unfinished"].notna().any():
        rest = alt.Y("unfinished:Q", title=None, scale=scale, axis=axis)
        layers += [base.mark_line(strokeWidth=2, strokeDash=[4, 3]).encode(y=rest, stroke=colour)]
    layers += [_trend_points(base, y).add_params(pick("at"))]
    names = _end_labels(data, (low, high), height, palette)
    layers += [
        alt.Chart(names)
        .mark_text(align="left", dx=10, baseline="middle")
        .encode(x="at:T", y="at_value:Q", text="name:N", color=alt.Color("colour:N", scale=None))
    ]
    return finished(layers, palette, title, subtitle, height)


def _trend_data(frame: pd.DataFrame, palette: Palette, kind: Kind, unit: str) -> pd.DataFrame:
    at = pd.to_datetime(frame["at"])
    named = "series" in frame
    series = [str(name) for name in frame["series"]] if named else [""] * len(frame)
    small = flags(frame, "small")
    late = flags(frame, "unfinished")
    heads = [
        words.month(moment)
        + (f"，{name}" if name else "")
        + (f"（{words.SMALL}）" if few else "")
        + (f"（{words.UNFINISHED}）" if open_ else "")
        for moment, name, few, open_ in zip(at, series, small, late, strict=True)
    ]
    last_year = frame["last_year"] if "last_year" in frame else pd.Series([None] * len(frame), dtype=float)
    said = tips(frame, heads, kind, unit)
    if "tip" not in frame:
        said = [
            tip if words.missing(last) else f"{tip}；{LAST_YEAR} {words.value(last, kind)}"
            for tip, last in zip(said, last_year, strict=True)
        ]
    order = list(dict.fromkeys(series))
    colours = [palette.categories[order.index(name) % MOST_CATEGORIES] if named else palette.accent for name in series]
    return pd.DataFrame(
        {
            "at": at.to_numpy(),
            "series": series,
            "value": frame["value"].to_numpy(dtype=float, na_value=float("nan")),
            "last_year": last_year.to_numpy(dtype=float, na_value=float("nan")),
            "colour": colours,
            "fill": [
                palette.surface if few or open_ else colour
                for few, open_, colour in zip(small, late, colours, strict=True)
            ],
            "tip": said,
        }
    ).assign(**_parted(frame["value"], late, series))


def _parted(values: pd.Series, late: Sequence[bool], series: Sequence[str]) -> dict[str, pd.Series]:
    """A line's months that are all in, and apart the rest from the last of those on, so that the two lines meet."""
    value = pd.Series(values.to_numpy(dtype=float, na_value=float("nan")))
    open_ = pd.Series(late, dtype=bool)
    following = open_.groupby(pd.Series(series)).shift(-1, fill_value=False)
    return {"whole": value.mask(open_), "unfinished": value.where(open_ | following)}


def _trend_points(base: Any, y: Any) -> Any:
    return base.mark_point(size=44, strokeWidth=1.5, opacity=1, cursor=_HAND).encode(
        y=y,
        fill=alt.Fill("fill:N", scale=None),
        stroke=alt.Stroke("colour:N", scale=None),
        tooltip=alt.Tooltip("tip:N"),
    )


def _end_labels(data: pd.DataFrame, domain: tuple[float, float], height: int, palette: Palette) -> pd.DataFrame:
    """Names at the right end of the lines, moved apart where they would touch."""
    found = [(*_end(rows, "value"), str(name), str(rows["colour"].iloc[0])) for name, rows in data.groupby("series")]
    last = _end(data, "last_year")
    if last:
        found = [(*end[:-2], end[-2] or "本期", end[-1]) for end in found if len(end) == 3]
        found.append((*last, LAST_YEAR, palette.muted))
    gap = (domain[1] - domain[0]) * (palette.note + 4) / height
    rows, below = [], float("-inf")
    for value, name, colour in sorted(end for end in found if len(end) == 3 and end[1]):
        below = max(value, below + gap)
        rows.append({"at": data["at"].max(), "at_value": below, "name": name, "colour": colour})
    return pd.DataFrame(rows, columns=["at", "at_value", "name", "colour"])


def _end(rows: pd.DataFrame, column: str) -> tuple[float] | tuple[()]:
    known = rows.sort_values("at")[column].dropna()
    return () if known.empty else (float(known.iloc[-1]),)


def ranking(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    title: str,
    subtitle: str = "",
    kind: Kind = "rate",
    target: float | None = None,
    target_name: str = "目标",
    selected: str | None = None,
    largest_first: bool = True,
    from_zero: bool = True,
    most: int = 30,
    row: int = ROW,
    none: str = "所选范围内没有可排名的单位。",
) -> Chart:
    """Sorted horizontal bars, their numbers in a column at the right. Clicks: "pick" on `code`.

    Columns: code, name, value; optional hits and among (written beside), small (bool: drawn as a dashed outline and
    marked 样本少; below those that can be judged), role (a tokens.Role: warn and bad colour the bar), tip. Rows without
    a value come last, as —.
    `from_zero=False` draws dots on a shorter axis, for rates that all lie near each other.
    """
    if frame.empty:
        return empty(none, palette)
    data = _ranking_data(frame, palette, kind, selected, largest_first).head(most)
    low, high = ends(data, ["value"], target, kind, from_zero)
    if low > 0:
        subtitle = joined(subtitle, f"横轴自 {words.percent(low, 0)} 起")
    data["start"] = low if from_zero else (low if target is None else target)
    axis = value_axis(kind, ticks=4, grid=True, domain=False)
    base = alt.Chart(data).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=name_axis(palette)), tooltip=alt.Tooltip("tip:N")
    )
    x = alt.X("value:Q", title=None, scale=fixed(low, high), axis=axis)
    layers = _bars_or_dots(base, x, palette, from_zero, row)
    if target is not None:
        layers += target_column(target, target_text(target_name, target, kind), palette)
    layers += [
        base.mark_text(align="left", dx=12).encode(x=alt.value("width"), text="written:N"),
        _rows(base, data["label"]),
    ]
    return finished(layers, palette, title, subtitle, row * len(data))


def _rows(base: Any, names: pd.Series) -> Any:
    """Nothing to see: the whole row takes the click, its name too. Wider than the names, it would shrink the plot."""
    left = min(max(map(width_of, names)), NAMES)
    row = base.mark_rect(opacity=0, cursor=_HAND).encode(x=alt.value(-left), x2=alt.value("width"))
    return row.add_params(pick("code"))


def _bars_or_dots(base: Any, x: Any, palette: Palette, from_zero: bool, row: int) -> list[Any]:
    """Bars with a gap between them however low the rows are, or dots."""
    looks = {
        "x": x,
        "fill": alt.Fill("fill:N", scale=None),
        "stroke": alt.Stroke("colour:N", scale=None),
        "opacity": alt.Opacity("strength:Q", scale=None),
    }
    if from_zero:
        dash = alt.condition("datum.small", alt.value([3, 2]), alt.value([1, 0]))
        return [base.mark_bar(height=min(_BAR, row * 2 // 3), strokeWidth=1).encode(**looks, strokeDash=dash)]
    reach = base.mark_rule(strokeWidth=2, color=palette.compare, opacity=0.6).encode(x=x, x2="start:Q")
    return [reach, base.mark_point(size=90, strokeWidth=1.5, shape="circle").encode(**looks)]


def _ranking_data(
    frame: pd.DataFrame, palette: Palette, kind: Kind, selected: str | None, largest_first: bool
) -> pd.DataFrame:
    ordered = frame.sort_values("value", ascending=not largest_first, na_position="last", kind="stable")
    last = ordered["value"].isna() * 2 + pd.Series(flags(ordered, "small"), index=ordered.index)
    ordered = ordered.loc[last.sort_values(kind="stable").index].reset_index(drop=True)
    codes, names = ordered["code"].astype(str), ordered["name"].astype(str)
    small = flags(ordered, "small")
    written = [_written(row, few, kind) for row, few in zip(ordered.to_dict("records"), small, strict=True)]
    roles = ordered["role"] if "role" in ordered else [None] * len(ordered)
    colours = [_rank_colour(role, palette) for role in roles]
    return pd.DataFrame(
        {
            "code": codes,
            "name": names,
            "label": _apart(names),
            "value": ordered["value"].to_numpy(dtype=float, na_value=float("nan")),
            "colour": colours,
            "fill": [palette.surface if few else colour for few, colour in zip(small, colours, strict=True)],
            "small": small,
            "strength": [1.0 if selected in (None, code) else 0.35 for code in codes],
            "written": written,
            "tip": tips(ordered, list(names), kind, "")
            if "tip" in ordered
            else [f"{name}：{text}" for name, text in zip(names, written, strict=True)],
        }
    )


def _rank_colour(role: object, palette: Palette) -> str:
    """What misses its target stands out; what is in order has the colour of numbers that nothing judges."""
    return _role_colour(role, palette) if role in ("warn", "bad") else palette.accent


def _role_colour(role: object, palette: Palette) -> str:
    known: dict[object, Role] = {"good": "good", "warn": "warn", "bad": "bad"}
    return palette.state(known.get(role, "none"))


def _apart(names: Sequence[str] | pd.Series) -> list[str]:
    """Names made different by thin spaces where two areas share one, so that each keeps its own bar."""
    seen: dict[str, int] = {}
    labels = []
    for name in names:
        labels.append(name + "\u2009" * seen.get(name, 0))
        seen[name] = seen.get(name, 0) + 1
    return labels


def _alike(values: Iterable[float | None], kind: Kind) -> list[str]:
    """Numbers of one picture, all written in one way: 217,000 beside 1,125, not 21.7万."""
    return [words.full(value) if kind == "count" else words.value(value, kind) for value in values]


def _written(row: dict[Any, Any], small: bool, kind: Kind) -> str:
    (text,) = _alike([row["value"]], kind)
    if kind == "rate" and not words.missing(row.get("among")):
        text += f"  {words.parts(row['hits'], row['among'])}"
    return f"{text}  {words.SMALL}" if small else text


def bars(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    title: str,
    subtitle: str = "",
    kind: Kind = "count",
    unit: str = "",
    height: int = 240,
    series_order: Sequence[str] | None = None,
) -> Chart:
    """Upright bars in the frame's order; with `series` stacked, the seventh and further kinds as 其他.

    Columns: label (text), value; optional series, role (state colour), tip, unfinished (bool, drawn paler), and key,
    which "pick" hands back (the label where there is none).
    """
    if frame.empty or frame["value"].fillna(0).eq(0).all():
        return empty("所选范围内没有数据。", palette)
    data = _bars_data(frame, palette, kind, unit, series_order)
    stacked = "series" in frame
    tallest = float(data.groupby("label")["value"].sum().max())
    base = alt.Chart(data).encode(
        x=alt.X(
            "label:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelOverlap="parity", labelLimit=120),
            scale=alt.Scale(paddingInner=0.35, paddingOuter=0.2),
        ),
        y=alt.Y("value:Q", title=None, stack="zero", axis=value_axis(kind), scale=roomy(tallest)),
    )
    mark = base.mark_bar(cursor=_HAND).encode(tooltip=alt.Tooltip("tip:N"))
    if stacked:
        names = list(dict.fromkeys(data.sort_values("rank")["series"]))
        colours = [palette.compare if name == OTHER else palette.categories[i] for i, name in enumerate(names)]
        scale = alt.Scale(domain=names, range=colours)
        mark = mark.encode(color=alt.Color("series:N", scale=scale, sort=names), order=alt.Order("rank:Q"))
    else:
        mark = mark.encode(fill=alt.Fill("colour:N", scale=None), opacity=alt.Opacity("opacity:Q", scale=None))
    layers: list[Any] = [mark.add_params(pick("key"))]
    if not stacked and len(data) <= 16:
        layers += [base.mark_text(dy=-8).encode(text="written:N")]
    return finished(layers, palette, title, subtitle, height)


def _bars_data(
    frame: pd.DataFrame, palette: Palette, kind: Kind, unit: str, order: Sequence[str] | None
) -> pd.DataFrame:
    data = _folded(frame, order) if "series" in frame else frame.copy()
    heads = [str(label) for label in data["label"]]
    if "series" in data:
        heads = [f"{head}，{series}" for head, series in zip(heads, data["series"], strict=True)]
    roles = data.get("role")
    late = flags(data, "unfinished")
    heads = [f"{head}（{words.UNFINISHED}）" if open_ else head for head, open_ in zip(heads, late, strict=True)]
    return data.assign(
        opacity=[_PALER if open_ else 1.0 for open_ in late],
        tip=tips(data, heads, kind, unit),
        written=_alike(data["value"], kind),
        key=data["key"] if "key" in data else data["label"],
        colour=palette.accent if roles is None else [_role_colour(role, palette) for role in roles],
    )


def _folded(frame: pd.DataFrame, order: Sequence[str] | None) -> pd.DataFrame:
    """At most six series, by size or in the order given; the rest summed as 其他."""
    sizes = frame.groupby("series")["value"].sum().sort_values(ascending=False)
    names = [str(name) for name in (sizes.index if order is None else order) if name != OTHER][:MOST_CATEGORIES]
    keys = ["label", "series", *(["key"] if "key" in frame else [])]
    series = frame["series"].where(frame["series"].isin(names), OTHER)
    folded = frame.assign(series=series).groupby(keys, sort=False)["value"].sum().reset_index()
    ranks = {name: rank for rank, name in enumerate([*names, OTHER])}
    return folded.assign(rank=[ranks[str(name)] for name in folded["series"]])


def flow(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    title: str,
    subtitle: str = "",
    unit: str = "件次",
    height: int = 150,
) -> tuple[Chart, Chart]:
    """Inflow and outflow by day, and below them the backlog: two charts with one time axis, never two scales in one.

    Columns: at (day), inflow, outflow, backlog (at the day's end). Clicks on either: "pick" on `at`. A chart of two
    panels cannot follow its container's width, hence a pair: draw one right below the other.
    """
    if frame.empty:
        return empty("所选范围内没有进出记录。", palette), empty("所选范围内没有积压记录。", palette)
    return (
        _flow_bars(frame, palette, title, subtitle, unit, height),
        _flow_line(frame, palette, unit, height),
    )


def _flow_axis() -> alt.Axis:
    """A value axis of one width, so that charts below each other share their left edge; no minus for outflow."""
    axis = value_axis("count", ticks=4, minExtent=_LEFT, maxExtent=_LEFT)
    axis.labelExpr = axis.labelExpr.replace("datum.value", "abs(datum.value)")
    return axis


def _flow_bars(
    frame: pd.DataFrame, palette: Palette, title: str, subtitle: str, unit: str, height: int
) -> alt.LayerChart:
    """Inflow upwards, outflow downwards from the same zero, to one scale."""
    names = {"inflow": "↑ 新收", "outflow": "↓ 办结"}
    data = frame.assign(at=pd.to_datetime(frame["at"])).melt(
        id_vars="at", value_vars=list(names), var_name="way", value_name="value"
    )
    data["height"] = data["value"].where(data["way"] == "inflow", -data["value"])
    data["way"] = data["way"].map(names)
    data["tip"] = [
        f"{words.day(at, year=True)}（{words.weekday(at)}）{way[2:]} {words.full(value)} {unit}"
        for at, way, value in data[["at", "way", "value"]].itertuples(index=False)
    ]
    reach = float(data["value"].max()) * 1.05 or 1.0
    colours = alt.Scale(domain=list(names.values()), range=[palette.accent, palette.compare])
    bar = (
        alt.Chart(data[["at", "way", "height", "tip"]])
        .mark_bar(cursor=_HAND)
        .encode(
            x=alt.X("at:T", timeUnit="yearmonthdate", title=None, axis=day_axis()),
            y=alt.Y("height:Q", title=None, stack=None, axis=_flow_axis(), scale=fixed(-reach, reach)),
            color=alt.Color("way:N", scale=colours, sort=list(names.values())),
            tooltip=alt.Tooltip("tip:N"),
        )
    )
    return finished([bar.add_params(pick("at", "way"))], palette, title, subtitle, height)


def _flow_line(frame: pd.DataFrame, palette: Palette, unit: str, height: int) -> alt.LayerChart:
    data = pd.DataFrame({"at": pd.to_datetime(frame["at"]), "backlog": frame["backlog"]})
    data["tip"] = [
        f"{words.day(at, year=True)}末积压 {words.full(value)} {unit}" for at, value in data.itertuples(index=False)
    ]
    x = alt.X("at:T", title=None, axis=day_axis())
    y = alt.Y("backlog:Q", title=None, axis=_flow_axis(), scale=fixed(0.0, float(data["backlog"].max()) * 1.15 or 1.0))
    base = alt.Chart(data).encode(x=x, y=y)
    last = alt.Chart(data.tail(1).assign(text=[words.full(data["backlog"].iloc[-1])])).encode(x=x, y=y)
    layers = [
        base.mark_area(color=palette.accent, opacity=0.12),
        base.mark_line(color=palette.accent, strokeWidth=2),
        base.mark_point(size=120, opacity=0, cursor=_HAND).encode(tooltip=alt.Tooltip("tip:N")).add_params(pick("at")),
        last.mark_point(size=44, filled=True, opacity=1, color=palette.accent),
        last.mark_text(align="right", dy=-12, color=palette.accent, fontWeight=600).encode(text="text:N"),
    ]
    return finished(layers, palette, "", f"每日末在办积压（{unit}）", height)


def histogram(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    title: str,
    subtitle: str = "",
    limit: int = 5,
    most: int = 10,
    axis_title: str = "办结用时（工作日）",
    height: int = 240,
) -> Chart:
    """Cases by working days to closing; days after `limit` in the colour of 超期. Clicks: "pick" on `days`.

    Columns: days (whole number, not negative), cases. Days above `most` are put together as "11+".
    """
    if frame.empty or frame["cases"].sum() == 0:
        return empty("所选范围内没有办结件。", palette)
    folded = frame.assign(days=frame["days"].clip(upper=most + 1)).groupby("days")["cases"].sum()
    data = folded.reindex(range(most + 2), fill_value=0).rename_axis("days").reset_index()
    within, over = f"{limit} 个工作日内", f"超过 {limit} 个工作日"
    total = data["cases"].sum()
    data["label"] = [str(day) if day <= most else f"{day}+" for day in data["days"]]
    data["state"] = [within if day <= limit else over for day in data["days"]]
    data["written"] = [text if text != "0" else "" for text in _alike(data["cases"], "count")]
    data["tip"] = [
        f"{label} 个工作日办结 {words.full(cases)} 件次，占 {words.percent(cases / total)}"
        for label, cases in data[["label", "cases"]].itertuples(index=False)
    ]
    base = alt.Chart(data).encode(
        x=alt.X("label:N", sort=None, title=axis_title, scale=alt.Scale(paddingInner=0.25)),
        y=alt.Y("cases:Q", title=None, axis=value_axis("count"), scale=roomy(float(data["cases"].max()))),
    )
    colour = alt.Color("state:N", scale=alt.Scale(domain=[within, over], range=[palette.green, palette.red]))
    mark = base.mark_bar(cursor=_HAND).encode(color=colour, tooltip=alt.Tooltip("tip:N")).add_params(pick("days"))
    return finished([mark, base.mark_text(dy=-8).encode(text="written:N")], palette, title, subtitle, height)


def heat(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    title: str,
    subtitle: str = "",
    kind: Kind = "count",
    unit: str = "",
    row: int = ROW,
) -> Chart:
    """A table of colours, rows and columns in the frame's order. Clicks: "pick" on `row` and `column`.

    Columns: row, column (text), value; optional role ("bad": what is counted is a failure, drawn in reds), tip. Numbers
    stand in the cells where there are at most 8 columns.
    """
    if frame.empty or frame["value"].notna().sum() == 0:
        return empty("所选范围内没有数据。", palette)
    high = float(frame["value"].max())
    heads = [f"{name}，{column}" for name, column in frame[["row", "column"]].itertuples(index=False)]
    roles = frame["role"] if "role" in frame else [None] * len(frame)
    fills = [_heat_fill(value, high, role, palette) for value, role in zip(frame["value"], roles, strict=True)]
    data = frame.assign(
        written=_alike(frame["value"], kind),
        tip=tips(frame, heads, kind, unit),
        fill=fills,
        ink=[ink_on(fill) for fill in fills],
    )
    base = alt.Chart(data).encode(
        x=alt.X("column:N", sort=None, title=None, axis=alt.Axis(orient="top", labelOverlap="parity", domain=False)),
        y=alt.Y("row:N", sort=None, title=None, axis=name_axis(palette)),
    )
    cell = base.mark_rect(stroke=palette.surface, strokeWidth=2, cornerRadius=2, cursor=_HAND).encode(
        fill=alt.Fill("fill:N", scale=None), tooltip=alt.Tooltip("tip:N")
    )
    layers: list[Any] = [cell.add_params(pick("row", "column"))]
    subtitle = joined(subtitle, f"颜色越{'亮' if palette.dark else '深'}越多，最高 {words.value(high, kind)}")
    if data["column"].nunique() <= 8:
        layers += [base.mark_text().encode(text="written:N", color=alt.Color("ink:N", scale=None))]
    return finished(layers, palette, title, subtitle, row * data["row"].nunique())


def _heat_fill(value: float | None, high: float, role: object, palette: Palette) -> str:
    """The step of the one-way scale, or of the reds of what is bad, from zero to the largest value."""
    if words.missing(value):
        return palette.empty
    ramp = (palette.one_way[0], *palette.worse) if role == "bad" and value else palette.one_way
    share = max(value or 0.0, 0.0) / (high or 1.0)
    # One failure is never as pale as none.
    least = 1 if role == "bad" and value else 0
    return ramp[min(len(ramp) - 1, max(least, int(share * len(ramp))))]


def paired(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    title: str,
    subtitle: str = "",
    kind: Kind = "rate",
    unit: str = "件次",
    row: int = 48,
) -> Chart:
    """Groups set against comparable ones, each a dot with its 95 % interval. Clicks: "pick" on `row`.

    Columns: row (text), series (two names, the spoken-of one first), value, low, high, among; optional tip.
    """
    known = frame.dropna(subset=["value"])
    if known.empty:
        return empty("样本不足，暂不能比较。", palette)
    names = [str(name) for name in dict.fromkeys(known["series"])]
    data = known.assign(
        written=[words.value(value, kind) for value in known["value"]],
        tip=_paired_tips(known, kind, unit),
        ink=[palette.accent if name == names[0] else palette.muted for name in known["series"]],
    )
    colours = alt.Scale(domain=names, range=[palette.accent, palette.compare])
    base = alt.Chart(data).encode(
        y=alt.Y("row:N", sort=None, title=None, axis=name_axis(palette), scale=alt.Scale(paddingInner=0.3)),
        yOffset=alt.YOffset("series:N", sort=names),
        tooltip=alt.Tooltip("tip:N"),
    )
    coloured = base.encode(color=alt.Color("series:N", scale=colours, sort=names))
    scale = fixed(0.0, 1.0 if kind == "rate" else float(data["high"].max()) * 1.05 or 1.0)
    axis = value_axis(kind, grid=True, domain=False)

    def across(column: str) -> alt.X:
        return alt.X(f"{column}:Q", title=None, scale=scale, axis=axis)

    dot = coloured.mark_point(filled=True, size=90, opacity=1, cursor=_HAND).encode(x=across("value"))
    layers = [
        coloured.mark_rule(strokeWidth=2, opacity=0.6).encode(x=across("low"), x2="high:Q"),
        dot.add_params(pick("row")),
        base.mark_text(align="left", dx=12).encode(
            x=alt.value("width"), text="written:N", fill=alt.Fill("ink:N", scale=None)
        ),
    ]
    return finished(layers, palette, title, subtitle, row * data["row"].nunique())


def _paired_tips(frame: pd.DataFrame, kind: Kind, unit: str) -> list[str]:
    columns = frame[["row", "series", "among", "low", "high"]].itertuples(index=False)
    heads = [
        f"{row}，{series}，{words.full(among)} {unit}，95% 区间 {words.value(low, kind)}—{words.value(high, kind)}"
        for row, series, among, low, high in columns
    ]
    return tips(frame, heads, kind, "")


def dots(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    title: str,
    subtitle: str = "",
    axis_title: str = "参与件次",
    unit: str = "件次",
    height: int = 220,
    tail: int = 20,
) -> Chart:
    """Load as piles of dots, one dot a person; idle ones hollow. Clicks: "pick" on `code`.

    Columns: code, name, value (whole number); optional group (told in the tooltip). Values above `tail` pile up there.
    """
    if frame.empty:
        return empty("专家库为空。", palette)
    data = frame.sort_values("value", kind="stable").assign(at=lambda rows: rows["value"].clip(upper=tail))
    top = int(data["at"].value_counts().max())
    idle = data["value"].eq(0)
    data = data.assign(
        level=data.groupby("at").cumcount(),
        tip=[_load_tip(row, unit) for row in data.to_dict("records")],
        fill=idle.map({True: palette.surface, False: palette.accent}),
        stroke=idle.map({True: palette.compare, False: palette.accent}),
    )
    size = max(10.0, min(110.0, (height / top) ** 2 * 0.6))
    label = f"datum.value == {tail} ? '{tail}+' : format(datum.value, 'd')"
    chart = (
        alt.Chart(data)
        .mark_point(size=size, opacity=1, strokeWidth=1, cursor=_HAND)
        .encode(
            x=alt.X(
                "at:Q",
                title=axis_title,
                scale=fixed(-0.5, max(float(data["at"].max()), 1.0) + 0.5),
                axis=alt.Axis(tickMinStep=1, labelExpr=label),
            ),
            y=alt.Y("level:Q", axis=None, scale=fixed(-0.8, float(top))),
            fill=alt.Fill("fill:N", scale=None),
            stroke=alt.Stroke("stroke:N", scale=None),
            tooltip=alt.Tooltip("tip:N"),
        )
    )
    return finished([chart.add_params(pick("code"))], palette, title, subtitle, height)


def _load_tip(row: dict[Any, Any], unit: str) -> str:
    group = f"（{row['group']}）" if "group" in row else ""
    return f"{row['name']}{group}：{words.full(row['value'])} {unit}"


REST = "rest:"


def waterfall(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    title: str,
    subtitle: str = "",
    kind: Kind = "count",
    total: str = "合计变化",
    most: int = 10,
    row: int = ROW,
    none: str = "两期相同，没有变化。",
) -> Chart:
    """What a change is made of: bars that each start where the one above ends, the largest first, their sum below.

    Columns: code, name, value (what the part adds; a ratio for kind "rate"); optional tone (good, bad or neutral) and
    tip. The axis starts at no change. Parts beyond `most` are one bar of code REST. Clicks: "pick" on `code`.
    """
    moved = frame[frame["value"].fillna(0) != 0]
    if moved.empty:
        return empty(none, palette)
    data = _waterfall_data(moved, palette, kind, total, most)
    low, high = float(data[["start", "end"]].min().min()), float(data[["start", "end"]].max().max())
    margin = (high - low) * 0.04
    label = "datum.value * 100" if kind == "rate" else "datum.value"
    axis = alt.Axis(
        labelExpr=f"replace(format({label}, '+,~f'), /^[+]0$/, '0')", tickCount=5, grid=True, domain=False, title=None
    )
    if kind == "count":
        axis.tickMinStep = 1
    base = alt.Chart(data).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=name_axis(palette)), tooltip=alt.Tooltip("tip:N")
    )
    scale = fixed(low - margin, high + margin)
    bar = base.mark_bar(height=16, cursor=_HAND, minBandSize=2).encode(
        x=alt.X("start:Q", title=None, scale=scale, axis=axis),
        x2="end:Q",
        fill=alt.Fill("colour:N", scale=None),
    )
    links = alt.Chart(data[["label", "next", "end"]].iloc[:-1]).mark_rule(color=palette.compare, strokeDash=[2, 2])
    none_moved = alt.Chart(pd.DataFrame({"at": [0.0]})).mark_rule(color=palette.muted).encode(x="at:Q")
    layers = [
        none_moved,
        links.encode(x="end:Q", y=alt.Y("label:N", sort=None), y2="next:N"),
        bar.add_params(pick("code")),
        base.mark_text(align="left", dx=12).encode(x=alt.value("width"), text="written:N"),
    ]
    return finished(layers, palette, title, subtitle, row * len(data))


def _waterfall_data(frame: pd.DataFrame, palette: Palette, kind: Kind, total: str, most: int) -> pd.DataFrame:
    size = frame["value"].abs()
    ordered = frame.loc[size.sort_values(ascending=False, kind="stable").index]
    rows = ordered.to_dict("records")
    # A bar for a single one would say less than the part itself.
    if len(rows) > most + 1:
        rest = sum(one["value"] for one in rows[most:])
        tones = {one["value"] > 0: one.get("tone") for one in rows}
        gathered: dict[Hashable, Any] = {
            "code": REST,
            "name": f"其余 {len(rows) - most} 项",
            "value": rest,
            "tone": tones.get(rest > 0),
        }
        rows = [*rows[:most], gathered]
    whole = sum(one["value"] for one in ordered.to_dict("records"))
    ends = [0.0]
    for one in rows:
        ends.append(ends[-1] + one["value"])
    names = _apart([str(one["name"]) for one in rows])
    written = [words.added(value, kind) for value in (*(one["value"] for one in rows), whole)]
    heads = [one.get("tip") or f"{one['name']} {text}" for one, text in zip(rows, written, strict=False)]
    return pd.DataFrame(
        {
            "code": [*(str(one["code"]) for one in rows), ""],
            "label": [*names, total],
            "next": [*names[1:], total, total],
            "start": [*ends[:-1], 0.0],
            "end": [*ends[1:], whole],
            "written": written,
            "tip": [*heads, f"{total}：{written[-1]}"],
            "colour": [*(_tone_colour(one.get("tone"), one["value"], palette) for one in rows), palette.muted],
        }
    )


def _tone_colour(tone: object, value: float, palette: Palette) -> str:
    """The ends of the two-way scale for better and worse; a change that is neither is told by its direction."""
    if tone in ("good", "bad"):
        return palette.two_way[-1 if tone == "good" else 0]
    return palette.accent if value > 0 else palette.compare
