"""Number cards, the attention list and the page header, as HTML that one live component keeps up to date.

A page registers the component once and mounts it with the HTML as data::

    panel = st.components.v2.component("panel", html=cards.HTML, css=cards.CSS, js=cards.JS)
    opened = panel(data={"html": cards.cards_html(...)}, key="numbers", on_open_change=lambda: None).open

`open` is the payload of the card or sentence that was clicked, None otherwise. Every text is escaped here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from views.tokens import FONT, Palette
from views.words import DEMO, SMALL, State

Tone = Literal["good", "bad", "neutral"]

# Between the numbers that stand beside one.
SEPARATOR = "；"
_TONE_WORDS = {"good": "，向好", "bad": "，变差", "neutral": ""}


@dataclass(frozen=True)
class Delta:
    """One change: `label` such as 较上月同期, `text` such as −1.20 百分点, and whether that is good.

    `link` is handed back when it is clicked: what the change is made of.
    """

    label: str
    text: str
    tone: Tone = "neutral"
    link: str | None = None


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
        said = [f"{self.name} {self.value}{' ' + self.unit if self.unit else ''}"]
        said += [self.state.word] if self.state else []
        said += [SMALL] if self.small else []
        said += [f"{delta.label} {delta.text}{_TONE_WORDS[delta.tone]}" for delta in self.deltas]
        return SEPARATOR.join([*said, *self.beside])


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
        return self.text if not self.who or self.who in self.text else f"{self.text}，{self.who}"


def cards_html(cards: Sequence[Card], palette: Palette, *, compact: bool = False) -> str:
    """A grid of cards; six stand in one row on a desk, three on a tablet, two on a phone.

    `compact` saves a third of the height, for a page that must say all on its first screen.
    """
    columns = len(cards) if len(cards) <= 6 else -(-len(cards) // 2)
    body = "".join(_card(card, palette) for card in cards)
    style = f"{variables(palette)};--n:{min(max(columns, 1), 6)}"
    look = "cards compact" if compact else "cards"
    return f'<div class="panel"><div class="{look}" style="{style}">{body}</div></div>'


def attention_html(items: Sequence[Attention], palette: Palette, *, quiet: str = "今天没有需要特别关注的事项。") -> str:
    """At most five alerts in the order given, the first the largest; `quiet` is said when there are none."""
    style = variables(palette)
    if not items:
        return f'<div class="panel"><p class="quiet" style="{style}">{escape(quiet)}</p></div>'
    body = "".join(_attention(item, palette) for item in items[:5])
    return f'<div class="panel"><ul class="attention" style="{style}">{body}</ul></div>'


def header_html(
    title: str,
    sentence: str,
    palette: Palette,
    *,
    cutoff: str,
    freshness: State | None = None,
    demo: bool = False,
    notice: str = "",
) -> str:
    """Page title, one sentence, and the data cut-off time.

    `freshness` colours the cut-off when the data is late (None while it is fresh); `notice` is a further
    warning such as 2027 年放假安排未发布; `demo` adds the mark that demonstration data must carry.
    """
    marks = [f'<span class="mark">{DEMO}</span>'] if demo else []
    marks += [f'<span class="mark">{escape(notice)}</span>'] if notice else []
    late = f' style="color:{palette.state(freshness.role)}"' if freshness else ""
    shape = f"{escape(freshness.text)} · " if freshness else ""
    return (
        f'<div class="panel"><header class="head" style="{variables(palette)}" data-key="head">'
        f'<div class="say"><h1>{escape(title)}</h1><p>{escape(sentence)}</p></div>'
        f'<div class="when">{"".join(marks)}<span class="cutoff" role="status"{late}>{shape}'
        f"数据截至 {escape(cutoff)}</span></div></header></div>"
    )


def variables(palette: Palette) -> str:
    """Colours and sizes for the style attribute of a panel's outermost element."""
    names = ("surface", "ground", "ink", "muted", "line", "accent", "red", "amber", "green", "compare")
    colours = ";".join(f"--{name}:{getattr(palette, name)}" for name in names)
    sizes = f"--note:{palette.note}px;--text:{palette.text}px;--title:{palette.title}px;--figure:{palette.figure}px"
    return f"{colours};{sizes}"


def _card(card: Card, palette: Palette) -> str:
    key = escape(card.key)
    state = _state(card.state, palette) if card.state else ""
    small = f'<span class="small">{SMALL}</span>' if card.small else ""
    unit = f'<span class="unit">{escape(card.unit)}</span>' if card.unit else ""
    deltas = "".join(_delta(delta) for delta in card.deltas)
    beside = f'<div class="beside">{unbroken(card.beside, card.beside_links)}</div>' if card.beside else ""
    return (
        f'<article class="card" data-key="{key}">{_opener(card.sentence, card.link)}'
        f'<div class="top"><span class="name">{escape(card.name)}</span>{_definition(card)}</div>'
        f'<div class="number"><span class="value">{escape(card.value)}</span>{unit}</div>'
        f'<div class="states">{state}{small}</div>'
        f'<div class="deltas">{deltas}</div>{beside}{_spark(card)}</article>'
    )


def unbroken(parts: Sequence[str], links: Sequence[str | None] = ()) -> str:
    """What stands beside a number: a line may break between the parts, inside none that fits on it.

    A part with a link opens it.
    """
    ways = links or [None] * len(parts)
    ends = [SEPARATOR] * (len(parts) - 1) + [""]
    told = (_part(part, way) + end for part, way, end in zip(parts, ways, ends, strict=True))
    return "".join(f'<span class="part">{text}</span>' for text in told)


def _part(text: str, link: str | None) -> str:
    if link is None:
        return escape(text)
    return f'<button type="button" class="aside" data-open="{escape(link)}" title="看这些件">{escape(text)}</button>'


def _opener(sentence: str, link: str | None) -> str:
    """A button laid over the whole card: clickable and reachable by keyboard, without swallowing 口径."""
    if link is None:
        return ""
    label = escape(f"{sentence}。查看明细")
    return f'<button type="button" class="open" data-open="{escape(link)}" aria-label="{label}"></button>'


def _state(state: State, palette: Palette) -> str:
    return f'<span class="state" style="color:{palette.state(state.role)}">{escape(state.text)}</span>'


def _delta(delta: Delta) -> str:
    spoken = f'<span class="aloud">{_TONE_WORDS[delta.tone]}</span>' if delta.tone != "neutral" else ""
    said = (
        f'<span class="label">{escape(delta.label)}</span> '
        f'<span class="moved {delta.tone}">{escape(delta.text)}{spoken}</span>'
    )
    if delta.link is None:
        return f'<div class="delta">{said}</div>'
    opener = f'type="button" class="delta why" data-open="{escape(delta.link)}" title="看变化原因"'
    return f"<button {opener}>{said}</button>"


def _definition(card: Card) -> str:
    if not card.definition:
        return ""
    lines = "".join(f"<dt>{escape(head)}</dt><dd>{escape(text)}</dd>" for head, text in card.definition)
    name = escape(card.name)
    return (
        f'<button type="button" class="define" aria-label="{name}的口径" aria-haspopup="dialog">口径</button>'
        f"<template><h2>{name}</h2><dl>{lines}</dl></template>"
    )


def _attention(item: Attention, palette: Palette) -> str:
    """The state, the fact, who must act and by when, then the reason and the cases; the whole row opens the cases."""
    role = escape(item.state.role)
    shape = f'<span class="shape" style="color:{palette.state(item.state.role)}">{escape(item.state.text)}</span>'
    go = '<span class="go" aria-hidden="true">看件 ›</span>' if item.link is not None else ""
    said = _opener("，".join(filter(None, (f"{item.state.word}：{item.sentence}", item.due))), item.link)
    cells = (
        f'<span class="text">{escape(item.text)}</span>',
        f'<span class="who">{_labelled("责任", item.who)}</span>',
        f'<span class="due">{_labelled("期限", item.due)}</span>',
        f'<span class="ways">{_reason(item)}{go}</span>',
    )
    return f'<li class="{role}" data-key="{escape(item.key)}">{said}{shape}{"".join(cells)}</li>'


def _labelled(label: str, text: str) -> str:
    return f"<i>{label}</i> {escape(text)}" if text else ""


def _reason(item: Attention) -> str:
    if item.reason is None:
        return ""
    name, link = item.reason
    label = escape(f"{item.text}：{name}")
    return (
        f'<button type="button" class="reason" data-open="{escape(link)}" aria-label="{label}">{escape(name)}</button>'
    )


_SPARK_WIDTH, _SPARK_HEIGHT, _SPARK_PAD = 120, 32, 4


def _spark(card: Card) -> str:
    known = [value for value in card.spark if value is not None]
    if len(known) < 2:
        return '<div class="spark"></div>' if card.spark else ""
    points = _spark_points(card.spark)
    whole = len(points) - card.spark_unfinished
    last = next(point for point in reversed(points) if point is not None)
    ends = [card.spark_labels[0], card.spark_labels[-1]] if card.spark_labels else ["", ""]
    return (
        f'<div class="spark"><svg viewBox="0 0 {_SPARK_WIDTH} {_SPARK_HEIGHT}" preserveAspectRatio="none"'
        f' role="img" aria-label="{escape(card.name)}近 {len(card.spark)} 期走势">'
        f'<path class="line" d="{_spark_path(points[:whole])}"/>'
        f'<path class="line unfinished" d="{_spark_path(_from_last(points, whole))}"/>'
        f'<path class="dot" d="M{last[0]:.1f} {last[1]:.1f}h0.01"/></svg>'
        f'<div class="ends"><span>{escape(ends[0])}</span><span>{escape(ends[1])}</span></div></div>'
    )


def _spark_points(values: Sequence[float | None]) -> list[tuple[float, float] | None]:
    """Places in the drawing, top-left origin. A flat line runs through the middle."""
    known = [value for value in values if value is not None]
    low, high = min(known), max(known)
    step = (_SPARK_WIDTH - 2 * _SPARK_PAD) / max(len(values) - 1, 1)
    room = _SPARK_HEIGHT - 2 * _SPARK_PAD

    def place(position: int, value: float) -> tuple[float, float]:
        share = (value - low) / (high - low) if high > low else 0.5
        return _SPARK_PAD + position * step, _SPARK_HEIGHT - _SPARK_PAD - share * room

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


HTML = """<div id="root"></div>
<div id="pop" popover="auto" role="dialog"></div>
"""

CSS = (
    f"""
:host, #root {{ font-family: {FONT}; font-variant-numeric: tabular-nums; }}
"""
    + """
.cards, .attention, .head, .quiet { font-family: inherit; color: var(--ink); box-sizing: border-box; }
* { box-sizing: border-box; }
.panel { container-type: inline-size; }
.cards { display: grid; grid-template-columns: repeat(min(var(--n), 2), minmax(0, 1fr)); gap: 0 8px; margin-top: -8px; }
@container (max-width: 299px) { .cards { grid-template-columns: minmax(0, 1fr); } }
/* The parts of a card share their heights with its neighbours'. A gap would part them, so the card has a margin. */
.card { position: relative; display: grid; grid-row: span 6; grid-template-rows: subgrid; min-width: 0;
  margin-top: 8px; padding: 16px;
  background: var(--surface); border: 1px solid var(--line); border-radius: 8px; }
@container (min-width: 600px) {
  .cards { grid-template-columns: repeat(min(var(--n), 3), minmax(0, 1fr)); gap: 0 16px; margin-top: -16px; }
  .card { margin-top: 16px; }
}
@container (min-width: 960px) { .cards { grid-template-columns: repeat(var(--n), minmax(0, 1fr)); } }
.top { grid-row: 1; }
.number { grid-row: 2; }
.states { grid-row: 3; }
.deltas { grid-row: 4; }
.beside { grid-row: 5; }
.spark { grid-row: 6; }
@container (max-width: 599px) { .card { padding: 12px; } }
.card:has(.open:hover) { border-color: var(--accent); }
.open { position: absolute; inset: 0; padding: 0; border: 0; border-radius: 8px; background: none; cursor: pointer; }
.open:focus-visible, .define:focus-visible,
.why:focus-visible, .reason:focus-visible,
.aside:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.top { display: flex; align-items: baseline; justify-content: space-between; gap: 8px; }
.name { font-size: var(--text); color: var(--muted); line-height: 20px; }
.define { position: relative; flex: none; margin: -4px -6px -4px 0; padding: 4px 6px; border: 0; border-radius: 4px;
  background: none; font: inherit; font-size: var(--note); line-height: 16px; color: var(--muted); cursor: pointer;
  text-decoration: underline dotted; text-underline-offset: 3px; }
.define:hover { color: var(--accent); }
.number { display: flex; align-items: baseline; flex-wrap: wrap; column-gap: 4px; margin-top: 8px; }
.value { font-size: var(--figure); line-height: 1.2; font-weight: 600; letter-spacing: -0.01em; white-space: nowrap; }
@container (max-width: 599px) { .value { font-size: calc(var(--figure) * 0.8); } }
.unit { font-size: var(--note); color: var(--muted); }
.states { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 4px;
  font-size: var(--note); line-height: 16px; }
.small { color: var(--muted); border-bottom: 1px dashed var(--compare); }
.deltas { margin-top: 8px; font-size: var(--note); line-height: 18px; }
.delta { display: flex; flex-wrap: wrap; justify-content: space-between; column-gap: 8px; }
.why { position: relative; width: 100%; padding: 0; border: 0; border-radius: 4px; background: none; font: inherit;
  line-height: inherit; color: inherit; text-align: left; cursor: pointer; }
.why:hover .moved { text-decoration: underline; text-underline-offset: 3px; }
.aside { position: relative; padding: 0; border: 0; border-radius: 4px; background: none; font: inherit;
  color: inherit; cursor: pointer; }
.aside:hover { color: var(--accent); text-decoration: underline; text-underline-offset: 3px; }
.label, .beside, .ends { color: var(--muted); }
.moved { white-space: nowrap; }
.moved.good { color: var(--green); }
.moved.bad { color: var(--red); font-weight: 600; }
.beside { margin-top: 4px; font-size: var(--note); line-height: 18px; }
.part { display: inline-block; }
.spark { align-self: end; padding-top: 8px; }
.spark .unfinished { stroke-dasharray: 3 3; }
.spark svg { display: block; width: 100%; height: 32px; overflow: visible; }
.line, .dot { fill: none; vector-effect: non-scaling-stroke; stroke: var(--accent); stroke-linejoin: round; }
.line { stroke-width: 1.5px; }
.dot { stroke-width: 6px; stroke-linecap: round; }
.ends { display: flex; justify-content: space-between; font-size: var(--note); line-height: 16px; }
.aloud { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.compact .card { grid-row: span 5; grid-template-columns: 1fr auto; padding: 8px 12px; }
.compact .card > :not(.number, .states, .open) { grid-column: 1 / -1; min-width: 0; }
.compact .number { margin-top: 0; }
.compact .states { grid-row: 2; flex-flow: column; align-items: start; gap: 0; margin: 0; align-self: center; }
.compact .deltas { grid-row: 3; margin-top: 0; }
.compact .beside { grid-row: 4; margin-top: 0; }
.compact .spark { grid-row: 5; padding-top: 4px; }
.compact .spark svg { height: 16px; }
.compact .ends { display: none; }
.attention { display: grid; grid-template-columns: auto minmax(0, 1fr) fit-content(30%) auto auto;
  margin: 0; padding: 0; list-style: none;
  overflow: hidden; background: var(--surface); border: 1px solid var(--line); border-radius: 8px; }
.attention li { position: relative; display: grid; grid-template-columns: subgrid; grid-column: 1 / -1; gap: 0 16px;
  align-items: baseline; padding: 3px 16px 3px 12px; border-left: 4px solid var(--compare);
  font-size: var(--text); line-height: 20px; }
.attention li + li { border-top: 1px solid var(--line); }
.attention li.bad { border-left-color: var(--red); } .attention li.warn { border-left-color: var(--amber); }
.attention li:has(.open:hover) { background: var(--ground); }
/* The most urgent is the largest thing of the strip. */
.attention li:first-child { font-size: calc(var(--text) + 2px); line-height: 24px; font-weight: 600; }
.attention .open { border-radius: 0; } .attention .open:focus-visible { outline-offset: -3px; }
.shape { white-space: nowrap; font-weight: 600; }
.attention i { font-style: normal; font-weight: 400; font-size: var(--note); color: var(--muted); }
.who, .due { font-weight: 400; font-size: var(--text); }
.due, .ways { white-space: nowrap; }
.ways { display: flex; gap: 12px; justify-content: flex-end; font-weight: 400; font-size: var(--note); }
.reason { position: relative; padding: 0 4px; border: 0; border-radius: 4px; background: none;
  font: inherit; color: var(--muted); cursor: pointer; text-decoration: underline dotted; }
.reason:hover { color: var(--accent); }
.go { color: var(--accent); }
@container (max-width: 899px) {
  .attention { grid-template-columns: auto minmax(0, 1fr) auto; }
  .attention li { padding-block: 8px; }
  .text { grid-column: 2 / -1; }
  .who { grid-column: 2 / -1; } .due { grid-column: 2; white-space: normal; } .ways { grid-column: 3; }
}
.quiet { margin: 0; padding: 10px 16px; font-size: var(--text); color: var(--muted);
  background: var(--surface); border: 1px solid var(--line); border-radius: 8px; }
.head { display: flex; flex-wrap: wrap; align-items: flex-end; justify-content: space-between; gap: 8px 24px; }
.head h1 { margin: 0; font-size: var(--title); line-height: 28px; font-weight: 600; }
.head p { margin: 0; font-size: var(--text); line-height: 22px; color: var(--muted); }
.say { flex: 1 1 280px; min-width: 0; display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 12px; }
.when { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px;
  font-size: var(--note); color: var(--muted); }
.mark { padding: 1px 8px; border: 1px solid var(--amber); border-radius: 4px; color: var(--amber); }
#pop { position: fixed; inset: auto; margin: 0; width: min(360px, calc(100vw - 32px)); max-height: 70vh; overflow: auto;
  padding: 16px; border: 1px solid var(--line); border-radius: 8px; background: var(--surface); color: var(--ink);
  font-size: var(--text); line-height: 22px; }
#pop h2 { margin: 0 0 8px; font-size: var(--text); font-weight: 600; }
#pop dl { margin: 0; }
#pop dt { font-size: var(--note); color: var(--muted); }
#pop dd { margin: 0 0 8px; white-space: pre-line; }
.changed { animation: changed 1.6s ease-out; }
@keyframes changed { from { color: var(--accent); } }
@media (prefers-reduced-motion: reduce) { .changed { animation: none; } }
"""
)

JS = """
const keyed = (node) => [...node.querySelectorAll('[data-key]')]
const valueOf = (node) => node.querySelector('.value')?.textContent

function exchange(old, fresh) {
  const focused = old.contains(old.getRootNode().activeElement) ? old.getRootNode().activeElement.className : ''
  const changed = valueOf(old) !== undefined && valueOf(old) !== valueOf(fresh)
  old.replaceWith(fresh)
  if (changed) fresh.querySelector('.value').classList.add('changed')
  if (focused) fresh.querySelector('.' + focused.split(' ')[0])?.focus({ preventScroll: true })
}

function patch(root, html) {
  const next = document.createElement('template')
  next.innerHTML = html
  const before = keyed(root)
  const after = keyed(next.content)
  const frame = (node) => node.querySelector('[style]')?.getAttribute('style')
  const same = before.length > 0 && before.length === after.length && frame(root) === frame(next.content)
    && before.every((node, i) => node.dataset.key === after[i].dataset.key)
  if (!same) return root.replaceChildren(next.content)
  before.forEach((node, i) => {
    const known = node.cloneNode(true)
    known.querySelector('.changed')?.classList.remove('changed')
    if (known.outerHTML !== after[i].outerHTML) exchange(node, after[i])
  })
}

function define(pop, button) {
  pop.replaceChildren(button.nextElementSibling.content.cloneNode(true))
  pop.setAttribute('aria-label', button.getAttribute('aria-label'))
  pop.style.cssText = button.closest('[style]').getAttribute('style')
  pop.showPopover()
  const box = button.getBoundingClientRect()
  const left = Math.min(box.left, window.innerWidth - pop.offsetWidth - 16)
  const below = box.bottom + 8
  const above = box.top - 8 - pop.offsetHeight
  pop.style.left = Math.max(16, left) + 'px'
  pop.style.top = (below + pop.offsetHeight > window.innerHeight && above > 0 ? above : below) + 'px'
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.querySelector('#root')
  const pop = parentElement.querySelector('#pop')
  const html = data?.html ?? ''
  if (root.shown !== html) {
    patch(root, html)
    root.shown = html
  }
  root.onclick = (event) => {
    const define_ = event.target.closest('.define')
    if (define_) return define(pop, define_)
    const open = event.target.closest('[data-open]')
    if (open) setTriggerValue('open', open.dataset.open)
  }
}
"""
