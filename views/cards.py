"""Number cards, the attention list and the page header, as HTML that one live component keeps up to date.

A page registers the component once and mounts it with the HTML as data::

    panel = st.components.v2.component("panel", html=cards.HTML, css=cards.CSS, js=cards.JS)
    opened = panel(data={"html": cards.cards_html(...)}, key="numbers", on_open_change=lambda: None).open

`open` is the payload of the card or sentence that was clicked, None otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from views import words
from views.markup import Markup, read_static, render
from views.tokens import FONT, Palette, css_variables
from views.words import DEMO, SEPARATOR, SMALL, State

Tone = Literal["good", "bad", "neutral"]

HTML = render("panel.html.jinja")
CSS = f":host, #root {{ font-family: {FONT}; }}\n" + read_static("panel.css")
JS = read_static("panel.js")

_TONE_WORDS = {"good": "，向好", "bad": "，变差", "neutral": ""}


@dataclass(frozen=True)
class Delta:
    """One change: `label` such as 较上月同期, `text` such as −1.20 百分点, and whether that is good.

    `link` is handed back when it is clicked: what the change is made of. `note` stands behind the text in brackets
    (the change per working day), `short_note` where there is little room.
    """

    label: str
    text: str
    tone: Tone = "neutral"
    link: str | None = None
    note: str = ""
    short_note: str = ""

    @property
    def tone_text(self) -> str:
        """The tone for those who do not see its colour; "" for neither."""
        return _TONE_WORDS[self.tone]


@dataclass(frozen=True)
class Card:
    """One number with all that is said about it. `spark` holds up to twelve periods, None for a gap;
    the last `spark_unfinished` of them are not all in yet and are drawn dashed.

    `definition` pairs a heading (定义, 分子, 分母, 依据) with its text. `beside` are further numbers that must be
    read with the first (evaluation beside satisfaction), `beside_links` what a click on each hands back. `link` is
    handed back when the card is clicked.
    """

    key: str
    name: str
    value: str
    unit: str = ""
    deltas: tuple[Delta, ...] = ()
    state: State | None = None
    spark: tuple[float | None, ...] = ()
    spark_labels: tuple[str, ...] = ()
    spark_unfinished: int = 0
    definition: tuple[tuple[str, str], ...] = ()
    beside: tuple[str, ...] = ()
    beside_links: tuple[str | None, ...] = ()
    small: bool = False
    link: str | None = None

    @property
    def sentence(self) -> str:
        """The card read aloud."""
        parts = [f"{self.name} {self.value}{' ' + self.unit if self.unit else ''}"]
        parts += [self.state.word] if self.state else []
        parts += [SMALL] if self.small else []
        parts += [f"{delta.label} {delta.text}{delta.tone_text}{delta.note}" for delta in self.deltas]
        return SEPARATOR.join([*parts, *self.beside])


@dataclass(frozen=True)
class Attention:
    """One alert: `text` is the fact, `who` must act ("" is nobody known), `due` by when ("" where nothing sets a day).

    `link` is handed back when it is clicked: its cases. So is the second of `reason`, whose first is what the click is
    called: what it is made of, or its definition.
    """

    key: str
    state: State
    text: str
    link: str | None = None
    who: str = ""
    due: str = ""
    reason: tuple[str, str] | None = None

    @property
    def sentence(self) -> str:
        """The alert in one sentence: the fact, then who has most of it, unless the fact says so."""
        named = not self.who or self.who in self.text
        return words.spaced(self.text if named else f"{self.text}，{self.who}")

    @property
    def spoken(self) -> str:
        """The alert read aloud: its state, its sentence, and by when."""
        return "，".join(filter(None, (f"{self.state.word}：{self.sentence}", self.due)))


@dataclass(frozen=True)
class _Spark:
    """The little line of a card: SVG paths in a box of `width` × `height`, and what stands below its ends."""

    line: str
    unfinished: str
    dot: str
    ends: tuple[str, str]
    width: int = 120
    height: int = 32


def cards_html(cards: Sequence[Card], palette: Palette, *, compact: bool = False) -> Markup:
    """A grid of cards; six stand in one row on a desk, three on a tablet, two on a phone; up to four on a tablet too.

    `compact` saves a third of the height, for a page that must say all on its first screen.
    """
    columns = min(max(len(cards) if len(cards) <= 6 else -(-len(cards) // 2), 1), 6)
    return render(
        "cards.html.jinja",
        cards=[(card, _spark(card)) for card in cards],
        columns=columns,
        columns_on_tablet=columns if columns <= 4 else -(-columns // 2),
        compact=compact,
        palette=palette,
        style=css_variables(palette),
    )


def attention_html(
    items: Sequence[Attention], palette: Palette, *, quiet: str = "没有需要特别关注的事项。", note: str = ""
) -> Markup:
    """At most five alerts in the order given, the first the largest; `quiet` is said when there are none.

    `note` says above them what they speak of, where that is not what the page speaks of.
    """
    style = css_variables(palette)
    return render("attention.html.jinja", items=items[:5], quiet=quiet, note=note, palette=palette, style=style)


def header_html(
    title: str,
    sentence: str,
    palette: Palette,
    *,
    cutoff: str,
    freshness: State | None = None,
    demo: bool = False,
    notice: str = "",
) -> Markup:
    """Page title, one sentence, and the data cut-off time.

    `freshness` colours the cut-off when the data is late (None while it is fresh); `notice` is a further
    warning such as 2027 年放假安排未发布; `demo` adds the mark that demonstration data must carry.
    """
    return render(
        "header.html.jinja",
        title=title,
        sentence=sentence,
        marks=[*([DEMO] if demo else []), *([notice] if notice else [])],
        freshness=freshness,
        cutoff=cutoff,
        palette=palette,
        style=css_variables(palette),
    )


_SPARK_PAD = 4


def _spark(card: Card) -> _Spark | None:
    """None where fewer than two periods are known."""
    if sum(value is not None for value in card.spark) < 2:
        return None
    points = _spark_points(card.spark)
    whole = len(points) - card.spark_unfinished
    last = next(point for point in reversed(points) if point is not None)
    return _Spark(
        line=_spark_path(points[:whole]),
        unfinished=_spark_path(_from_last(points, whole)),
        dot=f"M{last[0]:.1f} {last[1]:.1f}h0.01",
        ends=(card.spark_labels[0], card.spark_labels[-1]) if card.spark_labels else ("", ""),
    )


def _spark_points(values: Sequence[float | None]) -> list[tuple[float, float] | None]:
    """Places in the drawing, top-left origin. A flat line runs through the middle."""
    known = [value for value in values if value is not None]
    low, high = min(known), max(known)
    step = (_Spark.width - 2 * _SPARK_PAD) / max(len(values) - 1, 1)
    room = _Spark.height - 2 * _SPARK_PAD

    def place(position: int, value: float) -> tuple[float, float]:
        share = (value - low) / (high - low) if high > low else 0.5
        return _SPARK_PAD + position * step, _Spark.height - _SPARK_PAD - share * room

    return [None if value is None else place(position, value) for position, value in enumerate(values)]


def _from_last(points: Sequence[tuple[float, float] | None], start: int) -> list[tuple[float, float] | None]:
    """The points from the last known one before `start` on; none where nothing lies after it."""
    if start >= len(points):
        return []
    before = next((place for place in range(start - 1, -1, -1) if points[place] is not None), start)
    return [points[before], *points[start:]] if before < start else list(points[start:])


def _spark_path(points: Sequence[tuple[float, float] | None]) -> str:
    path, drawing = [], False
    for point in points:
        if point is not None:
            path.append(f"{'L' if drawing else 'M'}{point[0]:.1f} {point[1]:.1f}")
        drawing = point is not None
    return "".join(path)
