"""Templates: plain text with numbers in it, from which a briefing's blocks and slides are read.

The language is Jinja's; docs/briefings.md says what a template may ask for. A line is a paragraph; `#` begins the
title, `>` the line under it, `##`, `###` and `####` headings (numbered by themselves), `+` a numbered paragraph,
`[表 name]` a table, `[图 name]` a picture, `[附件 title]` an annex. In slides `#` begins a slide and `-` is a line of
it, and `[指标 id …]` names numbers whose source the notes tell. What a person writes into a briefing is none of these.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Self

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from briefings import cell_text, prose
from briefings.facts import Facts, Number
from briefings.figures import FIGURES
from briefings.frozen import Frozen
from briefings.model import Annex, Block, Deck, Document, Figure, Heading, Imprint, Paragraph, Slide, Table
from briefings.request import NAMES, Form
from briefings.tables import TABLES
from casebase.errors import CasebaseError, UsageError
from casebase.settings import ROOT, SettingError, Settings
from casebase.workdays import Workdays
from queries.dictionary import basis
from queries.measure import metric_of
from queries.model import Moment
from queries.surges import STRETCHES
from queries.wrongdoing import FEW, is_told
from views import words
from wording.names import PLACE_NAMES
from wording.numbers import CHANGE_NOTE

PERIODIC, YEARLY, SLIDES, SUGGESTIONS = "periodic.md", "yearly.md", "slides.md", "suggestions.md"
_NAMES = (PERIODIC, YEARLY, SLIDES, SUGGESTIONS)
_DIRECTIVE = re.compile(r"\[(表|图|附件|指标) (.+)\]")
_BLANK_BEFORE_MARK = re.compile(r"(?<=[0-9A-Za-z]) +(?=[、，。；：（）]|领域|等)")
_DIGITS = "〇一二三四五六七八九"
_LEAST_LINE = 2
# Before and behind what a person wrote: no text in a file holds it (cell_text.writable), so none is taken for it.
_TYPED = "\x00"
# The title of a slide that has its picture's.
_OF_VISUAL = "图题"


def _wrongdoing(total: int) -> str:
    """The total of 检举控告 in words; so few that they could tell of a single case, without their number."""
    return f"{words.full_count(total)}件次" if is_told(total) else f"不足{FEW}件次"


@dataclass(frozen=True)
class Edits:
    """What a person writes into a briefing: a line on its cover, next steps (None: those that the numbers suggest),

    and for the yearly report what was proposed and taken up (article 41 (3)).
    """

    cover: str = ""
    suggestions: tuple[str, ...] | None = None
    proposals: str = ""

    @classmethod
    def of_texts(cls, cover: str, suggestions: str | None, proposals: str) -> Self:
        """What stands in boxes: steps a line each; an emptied box of them means that there are none."""
        lines = None if suggestions is None else tuple(filter(None, map(str.strip, suggestions.splitlines())))
        return cls(cover, lines, proposals)


@dataclass
class _Numbering:
    """The numbers of headings and of numbered paragraphs."""

    heads: list[int] = field(default_factory=lambda: [0, 0, 0])
    items: int = 0

    def head(self, level: int) -> str:
        self.heads[level - 1] += 1
        self.heads[level:] = [0] * (len(self.heads) - level)
        self.items = 0
        n = self.heads[level - 1]
        return (f"{chinese(n)}、", f"（{chinese(n)}）", f"{n}. ")[level - 1]

    def item(self) -> str:
        self.items += 1
        return f"{self.items}. "


def imprint(frozen: Frozen) -> Imprint:
    """What every page says of its numbers."""
    return Imprint(
        bureau=cell_text.one_line(frozen.bureau),
        place=cell_text.one_line(frozen.area_name),
        period=words.span(frozen.request.period.start, frozen.request.period.end),
        as_of=prose.moment(frozen.as_of),
        snapshot=frozen.snapshot,
        definitions=frozen.definitions,
        demonstration=frozen.state.demonstration,
    )


def suggestions(frozen: Frozen, workdays: Workdays) -> tuple[str, ...]:
    """The next steps that the numbers suggest, a line each."""
    return tuple(_lines(_render(SUGGESTIONS, frozen, workdays, Edits(suggestions=()))))


def document(frozen: Frozen, workdays: Workdays, edits: Edits, *, on_screen: bool = False) -> Document:
    """The Word briefing. Raises UsageError for a template with a mistake, naming its line.

    `on_screen`: as a page shows it, without what may stand on no screen (the total of 检举控告).
    """
    name = YEARLY if frozen.request.form is Form.YEARLY else PERIODIC
    title, subtitle = "", ""
    blocks: list[Block] = []
    written = fill_suggestions(frozen, workdays, edits)
    for line in _lines(_render(name, frozen, workdays, written, on_screen=on_screen)):
        directive = _DIRECTIVE.fullmatch(line)
        if directive and directive[1] == "附件":
            blocks.append(Annex(0, directive[2]))
        elif directive:
            blocks += _build_visual(name, directive[1], directive[2], frozen)
        elif line.startswith("# "):
            title = line[_LEAST_LINE:]
        elif line.startswith("> "):
            subtitle = line[_LEAST_LINE:]
        else:
            blocks.append(_text(line))
    numbered = tuple(_with_numbers(_without_empty(blocks)))
    return cell_text.writable(Document(title, subtitle, numbered, imprint(frozen)))


def deck(frozen: Frozen, workdays: Workdays, edits: Edits) -> Deck:
    """The slides. Raises UsageError for a template with a mistake, naming its line."""
    parts: list[list[str]] = []
    for line in _lines(_render(SLIDES, frozen, workdays, fill_suggestions(frozen, workdays, edits))):
        if line.startswith("# "):
            parts.append([])
        elif not parts:
            raise UsageError(f"{_source(SLIDES, frozen)[0]}: {line[:40]!r} stands before the first slide (# …)")
        parts[-1].append(line)
    cover, *rest = parts
    slides = [slide for part in rest if (slide := _slide(part, frozen)) is not None]
    subtitle = next((line[_LEAST_LINE:] for line in cover if line.startswith("> ")), "")
    return cell_text.writable(Deck(cover[0][_LEAST_LINE:], subtitle, tuple(slides), imprint(frozen)))


def _slide(part: Sequence[str], frozen: Frozen) -> Slide | None:
    """A slide; None where its picture has nothing to show and no line says anything."""
    title, lines = part[0][_LEAST_LINE:], []
    visual: Figure | Table | None = None
    metrics: list[str] = []
    for line in part[1:]:
        directive = _DIRECTIVE.fullmatch(line)
        if directive and directive[1] == "指标":
            metrics += directive[2].split()
        elif directive:
            visual = next(iter(_build_visual(SLIDES, directive[1], directive[2], frozen)), None)
        else:
            lines.append(line.removeprefix("- "))
    if visual is None and not lines:
        return None
    if title == _OF_VISUAL:
        # Without its picture the first line is what the slide says; one line alone makes none.
        title, *lines = [visual.title, *lines] if visual is not None else lines
        if visual is None and not lines:
            return None
    metrics = [*_metrics_of(visual), *metrics]
    return Slide(title, tuple(lines), visual, _notes(dict.fromkeys(metrics), frozen))


def _metrics_of(visual: Figure | Table | None) -> Sequence[str]:
    if isinstance(visual, Table):
        return [column.metric for column in visual.columns if column.metric]
    return () if visual is None else visual.metrics


def _notes(metrics: Sequence[str] | dict[str, None], frozen: Frozen) -> str:
    """The source of a slide's figures: what each is, by which date it is counted, and the snapshot."""
    worded = [metric_of(name).under(frozen.settings.deadlines) for name in metrics]
    sources = [f"{m.name}：{m.definition}归期：{m.period_text}；依据：{basis(m)}。" for m in worded]
    return "\n".join([*sources, CHANGE_NOTE, f"数据来源：{imprint(frozen).bureau}信访件库。{imprint(frozen).traced}"])


def fill_suggestions(frozen: Frozen, workdays: Workdays, edits: Edits) -> Edits:
    """The edits with the next steps that the numbers suggest, where the person wrote none."""
    if edits.suggestions is not None:
        return edits
    return Edits(edits.cover, suggestions(frozen, workdays), edits.proposals)


def _text(line: str) -> Block:
    """A heading or a paragraph, not numbered yet: what has nothing below it has no number either."""
    head = re.match(r"(#{2,4}) ", line)
    return Heading(len(head[1]) - 1, line[head.end() :]) if head else Paragraph(line)


def _with_numbers(blocks: Sequence[Block]) -> Iterator[Block]:
    """Headings, annexes and the paragraphs that begin with + with their numbers."""
    numbering, annexes = _Numbering(), 0
    for block in blocks:
        match block:
            case Heading():
                yield Heading(block.level, numbering.head(block.level) + block.text)
            case Annex():
                annexes += 1
                yield Annex(annexes, block.title)
            case Paragraph() if block.text.startswith("+ "):
                yield Paragraph(numbering.item() + block.text[_LEAST_LINE:])
            case _:
                yield block


def _build_visual(name: str, kind: str, wanted: str, frozen: Frozen) -> list[Figure | Table]:
    known: Mapping[str, Callable[[Frozen], Figure | Table | None]] = {"表": TABLES, "图": FIGURES}.get(kind, {})
    if wanted not in known:
        there = "、".join(known)
        raise UsageError(f"{_source(name, frozen)[0]}: [{kind} {wanted}]: no such {kind}; there are {there}")
    visual = known[wanted](frozen)
    return [] if visual is None else [visual]


def _without_empty(blocks: Sequence[Block]) -> list[Block]:
    """Blocks without annexes and headings that have nothing below them."""
    kept: list[Block] = []
    for block in reversed(blocks):
        after = kept[-1] if kept else None
        if isinstance(block, Annex) and (after is None or isinstance(after, Annex)):
            continue
        if isinstance(block, Heading) and (
            after is None or isinstance(after, Annex) or (isinstance(after, Heading) and after.level <= block.level)
        ):
            continue
        kept.append(block)
    return kept[::-1]


def _render(name: str, frozen: Frozen, workdays: Workdays, edits: Edits, *, on_screen: bool = True) -> str:
    path, text = _source(name, frozen)
    facts = Facts(frozen)
    about = imprint(frozen)
    below = PLACE_NAMES.get(frozen.place or "", "")
    at = Moment(frozen.as_of, frozen.settings.deadlines, workdays)
    try:
        return _compile(text).render(
            n=facts.n,
            rank=facts.rank,
            short=facts.short,
            debtors=facts.debtors,
            coming=facts.coming,
            lacking=facts.lacking,
            working_days=facts.working_days,
            aimed=facts.aimed,
            remaining=facts.remaining,
            late=facts.late,
            latest=facts.latest,
            hot=facts.hot,
            topic_days=frozen.topic_days,
            topic_stretches=chinese(STRETCHES),
            bureau=about.bureau,
            city=about.place,
            place=cell_text.one_line(frozen.whole),
            noun=below,
            below=f"各{below}" if below else "",
            form=NAMES[frozen.request.form],
            period=frozen.request.label,
            as_of=prose.moment(frozen.as_of),
            stocks_at=prose.moment(frozen.stocks_at),
            running=frozen.running,
            past=frozen.stocks_at.date() < frozen.as_of.date(),
            few=frozen.settings.lights.small_sample,
            workday=lambda days: words.day(at.workday(days)),
            cover=_typed(edits.cover),
            suggestions=edits.suggestions and tuple(filter(None, map(_typed, edits.suggestions))),
            proposals="\n".join(filter(None, map(_typed, edits.proposals.splitlines()))),
            wrongdoing="" if on_screen or frozen.wrongdoing is None else _wrongdoing(frozen.wrongdoing),
            yearly=frozen.request.form is Form.YEARLY,
        )
    except TemplateSyntaxError as error:
        raise UsageError(f"{path}, line {error.lineno}: {error.message}") from None
    except TemplateError as error:
        raise UsageError(f"{path}{_line_of(error)}: {error}") from None
    except (CasebaseError, TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"{path}{_line_of(error)}: {error}") from None


@lru_cache(maxsize=8)
def _compile(text: str) -> Template:
    environment = SandboxedEnvironment(undefined=StrictUndefined)
    environment.filters["items"] = _items
    environment.filters["moved_items"] = _moved_items
    environment.filters["names"] = lambda numbers: "、".join(number.name for number in numbers)
    return environment.from_string(text)


def _line_of(error: BaseException) -> str:
    """The line of the template that an error came from."""
    trace, line = error.__traceback__, None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return "" if line is None else f", line {line}"


def check_templates(settings: Settings) -> None:
    """Raise SettingError for a folder of own templates that is none, or that has a file which nothing would read."""
    if fault := _fault_of(settings.briefings.templates):
        raise SettingError(("briefings", "templates"), fault)


def _fault_of(templates: str) -> str:
    """What is wrong with a folder of templates, "" for nothing: one whose name is misspelt would change no word."""
    folder = ROOT / templates
    if templates and not folder.is_dir():
        return f"there is no folder {folder}"
    others = [path for path in sorted(folder.iterdir()) if _is_meant_for_one(path)] if templates else []
    return f"{others[0]} is no template; the names are {', '.join(_NAMES)}" if others else ""


def _is_meant_for_one(path: Path) -> bool:
    """Whether a file is none of the templates and could be meant for one: no folder, hidden or spare file or README."""
    aside = path.name.startswith(".") or path.name.endswith("~") or path.stem.upper() == "README"
    return path.name not in _NAMES and not aside and path.is_file()


def _source(name: str, frozen: Frozen) -> tuple[str, str]:
    """Where a template is, and its text: the bureau's own file where config.toml names a folder that has it."""
    folder = frozen.settings.briefings.templates
    if fault := _fault_of(folder):
        raise UsageError(f"[briefings] templates: {fault}")
    own = ROOT / folder / name
    if folder and own.is_file():
        try:
            return str(own), own.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise UsageError(f"{own}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    return f"briefings/templates/{name}", files("briefings").joinpath("templates", name).read_text(encoding="utf-8")


def _items(numbers: Sequence[Number]) -> str:
    """Names with their numbers: 物业服务377件次、工资拖欠201件次."""
    return "、".join(f"{number.name}{number}" for number in numbers)


def _moved_items(numbers: Sequence[Number]) -> str:
    """Names with their numbers and how each moved: 网信1,938件次（同比下降0.6%）、电话682件次（同比上升3.2%）."""
    return "、".join(f"{one.name}{one}{f'（{one.yoy}）' if one.yoy else ''}" for one in numbers)


def _typed(text: str) -> str:
    """A line that a person wrote, as a template has it: whatever it begins with, it is no markup."""
    line = cell_text.one_line(text)
    return f"{_TYPED}{line}{_TYPED}" if line else ""


def _lines(text: str) -> list[str]:
    """The lines that say something; no blank stands before a Chinese mark, whatever the name before it ends with.

    What a person wrote stays as it is.
    """
    return [_without_blanks(line.strip()) for line in text.split("\n") if line.strip()]


def _without_blanks(line: str) -> str:
    parts = line.split(_TYPED)
    return _TYPED.join(part if at % 2 else _BLANK_BEFORE_MARK.sub("", part) for at, part in enumerate(parts))


def chinese(n: int) -> str:
    """A number under 100 as headings count: 一, 十二, 三十."""
    tens, ones = divmod(n, 10)
    if not tens:
        return _DIGITS[n]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")
