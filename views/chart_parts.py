"""What the charts share: the theme, headings that break by width, axes in Chinese, tooltips as sentences."""

import json
import re
from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from views import words
from views.tokens import FONT, Palette
from views.words import Kind

Chart = alt.Chart | alt.LayerChart

PICK = "pick"

_MONTH_LABEL = "month(datum.value) == 0 ? ['1月', year(datum.value) + '年'] : month(datum.value) + 1 + '月'"
_DAY_LABEL = "(month(datum.value) + 1) + '月' + date(datum.value) + '日'"
_VALUE_LABELS: dict[Kind, str] = {
    "rate": "format(datum.value * 100, '~f') + '%'",
    "count": "datum.value >= 10000 ? format(datum.value / 10000, ',~f') + '万' : format(datum.value, ',~f')",
    "days": "format(datum.value, '~f') + ' 天'",
    "number": "format(datum.value, ',~f')",
}
_TITLE_EXTRA = 1
# A heading stands above axis and labels too: it has the room of the whole picture, less the padding of `finished`.
_ROOM = "max(width, (containerSize()[0] || 0) - 12)"
# Said on each title: a page's framework cuts titles that say nothing of their own.
_NO_LIMIT = 4000


def themed(chart: Any, palette: Palette) -> Any:
    """Font, grid, axes and spacing of every chart; transparent, so that it takes the colour of its ground."""
    return (
        chart.configure(font=FONT, background="transparent")
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=palette.muted,
            labelFontSize=palette.note,
            labelAngle=0,
            titleColor=palette.muted,
            titleFontSize=palette.note,
            titleFontWeight="normal",
            gridColor=palette.line,
            domainColor=palette.line,
            ticks=False,
            labelPadding=8,
        )
        .configure_axisX(grid=False)
        .configure_axisY(domain=False)
        .configure_title(
            anchor="start",
            frame="bounds",
            fontSize=palette.text + _TITLE_EXTRA,
            fontWeight=600,
            color=palette.ink,
            lineHeight=palette.text + 8,
            subtitleFontSize=palette.note,
            subtitleColor=palette.muted,
            subtitleLineHeight=palette.note + 6,
            subtitlePadding=4,
            offset=16,
        )
        .configure_legend(
            orient="top",
            direction="horizontal",
            title=None,
            labelColor=palette.muted,
            labelFontSize=palette.note,
            symbolType="square",
            symbolSize=90,
            symbolStrokeWidth=0,
            symbolOpacity=1,
            labelLimit=240,
            columns=alt.ExprRef("max(1, floor(width / 110))"),
            offset=4,
        )
        .configure_text(color=palette.ink, fontSize=palette.note, font=FONT)
    )


def finished(layers: Sequence[Any], palette: Palette, title: str, subtitle: str, height: int) -> alt.LayerChart:
    """Layers as one themed chart as wide as its container; `height` is the plot's, without heading and axes.

    Labels beside the plot need no room set aside: Vega counts them when it fits the width.
    """
    chart: alt.LayerChart = themed(
        alt.layer(*layers).properties(
            title=heading(title, subtitle, palette),
            width="container",
            height=height,
            # At the top of the spec: a page's framework fits the height too where it finds nothing here.
            autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
            padding={"left": 4, "top": 4, "right": 8, "bottom": 8},
        ),
        palette,
    )
    return chart


def empty(text: str, palette: Palette, *, height: int = 72) -> alt.LayerChart:
    """A chart that has nothing to draw: one sentence in its place."""
    lines = pd.DataFrame({"text": ["\n".join(broken(text, 290, palette.text))]})
    mark = alt.Chart(lines).mark_text(
        align="left", baseline="middle", lineBreak="\n", lineHeight=20, color=palette.muted, fontSize=palette.text
    )
    # It has the selection that every chart has, so that a page may ask for clicks without looking.
    return finished([mark.encode(text="text:N", x=alt.value(0)).add_params(pick("none"))], palette, "", "", height)


def pick(*fields: str) -> alt.Parameter:
    """The selection parameter "pick": a click hands back these fields, a double click lets go."""
    return alt.selection_point(name=PICK, fields=list(fields), on="click", clear="dblclick", toggle=False)


def picked(event: Any, field: str) -> Any | None:
    """The value of `field` that was clicked, from what st.altair_chart or its session state hands back; else None."""
    selection = (event or {}).get("selection", {}).get(PICK) or []
    return selection[0].get(field) if selection else None


def heading(title: str, subtitle: str, palette: Palette) -> alt.TitleParams:
    """Title and subtitle broken into lines, since Vega cuts off what does not fit.

    Vega draws no subtitle without a title: a chart that has only a note carries it in the title's place.
    """
    note = broken(subtitle, 300, palette.note)
    if title or not note:
        return alt.TitleParams(text=_by_width(title, palette.text + _TITLE_EXTRA), subtitle=note, limit=_NO_LIMIT)
    return alt.TitleParams(text=note, limit=_NO_LIMIT, fontSize=palette.note, fontWeight="normal", color=palette.muted)


def _by_width(text: str, size: int) -> Any:
    """The text on one line where it fits, otherwise broken for four usual widths, chosen in the browser.

    The schema takes an expression for a title but not for a subtitle.
    """
    whole = width_of(text, size)
    if whole <= 280:
        return text
    rooms = [room for room in (720, 480, 350) if room < whole]
    choices = [f"{_ROOM} > {room} ? {_quoted(broken(text, room, size))}" for room in (whole, *rooms)]
    return alt.ExprRef(" : ".join([*choices, _quoted(broken(text, 280, size))]))


def _quoted(lines: Sequence[str]) -> str:
    return json.dumps(lines, ensure_ascii=False)


def width_of(text: str, size: int = 12) -> int:
    """Roughly how wide a text is drawn, in px: a Chinese character is as wide as high, others a good half."""
    return round(sum(size if ord(letter) > 0x2E80 else size * 0.6 for letter in str(text)))


def broken(text: str, room: int, size: int) -> list[str]:
    """Lines at most `room` px wide, broken at a pause or before a bracket if one is in the second half of the line.

    Never inside a number, before closing punctuation or after an opening bracket.
    """
    lines, line = [], ""
    for piece in re.findall(r"[+−-]?[0-9A-Za-z][0-9A-Za-z.,%/]*[，。；、：）」]*|[（「]*.[，。；、：）」]*", text):
        if line and width_of(line + piece, size) > room:
            pauses = [found.end() for found in re.finditer("[，；。：][，。；、：）」]*|(?=[（「])", line)]
            late = [end for end in pauses if width_of(line[:end], size) * 2 > room]
            end = late[-1] if late else len(line)
            lines.append(line[:end].strip())
            line = line[end:]
        line += piece
    return [*lines, line.strip()] if line.strip() else lines


def joined(subtitle: str, more: str) -> str:
    """Two notes in one subtitle."""
    return f"{subtitle}；{more}" if subtitle else more


def target_text(name: str, target: float, kind: Kind) -> str:
    """A target as people say it: 目标 95%, not 95.00%."""
    said = words.percent(target, 1).replace(".0%", "%") if kind == "rate" else words.value(target, kind)
    return f"{name} {said}"


def target_line(target: float, text: str, palette: Palette) -> list[Any]:
    """A dashed level line, named above its left end."""
    data = pd.DataFrame({"target": [target], "text": [text]})
    line = alt.Chart(data).mark_rule(strokeDash=[5, 4], color=palette.muted).encode(y="target:Q")
    label = alt.Chart(data).mark_text(align="left", baseline="bottom", dy=-3, color=palette.muted)
    return [line, label.encode(x=alt.value(0), y="target:Q", text="text:N")]


def target_column(target: float, text: str, palette: Palette) -> list[Any]:
    """A dashed upright line, named at its top."""
    data = pd.DataFrame({"target": [target], "text": [text]})
    line = alt.Chart(data).mark_rule(strokeDash=[5, 4], color=palette.muted).encode(x="target:Q")
    label = alt.Chart(data).mark_text(align="center", baseline="bottom", color=palette.muted)
    return [line, label.encode(x="target:Q", y=alt.value(-2), text="text:N")]


def value_axis(kind: Kind, *, ticks: int = 5, **settings: Any) -> alt.Axis:
    """A value axis: percent, 万 or plain, by kind."""
    if kind == "count":
        settings["tickMinStep"] = 1
    return alt.Axis(
        tickCount=ticks, labelExpr=_VALUE_LABELS[kind], labelOverlap="parity", labelSeparation=6, **settings
    )


def month_axis(at: pd.Series) -> alt.Axis:
    """One label for each month in the data; the year under each January."""
    months = sorted({pd.Timestamp(moment) for moment in at})
    return alt.Axis(
        values=[alt.DateTime(year=month.year, month=month.month, date=1) for month in months],
        labelExpr=_MONTH_LABEL,
        labelOverlap="parity",
        labelFlush=False,
    )


def day_axis() -> alt.Axis:
    """A time axis by days: 11月22日."""
    return alt.Axis(labelExpr=_DAY_LABEL, tickCount=6, labelOverlap="parity", labelFlush=True)


# The room of names beside a plot, at most, in px.
NAMES = 160


def name_axis(palette: Palette) -> alt.Axis:
    """Names down the left side."""
    return alt.Axis(labelLimit=NAMES, labelColor=palette.ink, domain=False)


def roomy(largest: float) -> alt.Scale:
    """A scale from zero with room for numbers above the bars."""
    return fixed(0.0, largest * 1.12 or 1.0)


def fixed(low: float, high: float) -> alt.Scale:
    """A scale with exactly these ends."""
    return alt.Scale(domain=[low, high], nice=False, zero=False)


def ends(
    data: pd.DataFrame, columns: Sequence[str], target: float | None, kind: Kind, from_zero: bool | None
) -> tuple[float, float]:
    """Ends of a value axis. Counts start at zero; rates at the 5 % step below the least, unless told otherwise."""
    numbers = [float(number) for column in columns for number in data[column].dropna()]
    numbers += [] if target is None else [target]
    low, high = min(numbers, default=0.0), max(numbers, default=0.0)
    if kind != "rate":
        return min(0.0, low * 1.1), high * 1.1 or 1.0
    zero = low < 0.5 if from_zero is None else from_zero
    least = 0.0 if zero else max(0.0, int((low - 0.005) * 20) / 20)
    return least, 1.0 if high > 0.5 else high * 1.15 or 1.0


def tips(frame: pd.DataFrame, heads: Sequence[str], kind: Kind, unit: str, column: str = "value") -> list[str]:
    """Tooltips as sentences: the frame's own column `tip`, else "head：value unit" with counts in full."""
    if "tip" in frame:
        return [str(tip) for tip in frame["tip"]]
    after = f" {unit}" if unit else ""
    told = [words.full(value) if kind == "count" else words.value(value, kind) for value in frame[column]]
    return [f"{head}：{value}{after}" for head, value in zip(heads, told, strict=True)]


def flags(frame: pd.DataFrame, column: str) -> list[bool]:
    """A column of truth values; all False where the column is missing."""
    if column not in frame:
        return [False] * len(frame)
    return [bool(flag) for flag in frame[column].eq(True).fillna(False)]
