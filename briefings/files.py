"""The three files of a briefing, made of one frozen set of numbers."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import TypeVar
from zipfile import ZipFile

from briefings import cell_text, ledger, pictures, slides, tables, word
from briefings.frozen import TOTALS, Frozen
from briefings.model import Deck, Document, Figure, Ledger, Table
from briefings.reproducible import make_reproducible
from briefings.request import NAMES
from briefings.template import Edits, deck, document, fill_suggestions, imprint
from casebase.errors import CasebaseError
from casebase.workdays import Workdays
from queries.export import file_name
from views import words

_Written = TypeVar("_Written", Document, Deck, Ledger)
_OFFICE = "application/vnd.openxmlformats-officedocument"
# Names differ by more than their ending: each may be turned into a PDF beside the others.
_SUFFIX = {"pptx": "幻灯片", "xlsx": "台账"}
_LONGEST_PLACE = 40
# Is told the share done, and what is next.
Progress = Callable[[float, str], object]
# How much of the time goes to the numbers; the rest writes the files.
FREEZING = 0.6


@dataclass(frozen=True)
class File:
    """A file by its name, with what it is for and its bytes."""

    name: str
    label: str
    mime: str
    data: bytes

    @property
    def size(self) -> str:
        """How large it is: 312 KB, 4.1 MB."""
        kilobytes = len(self.data) / 1024
        return f"{words.decimal(kilobytes / 1024)} MB" if kilobytes >= 1024 else f"{words.full_count(kilobytes)} KB"


def archive(report_files: Sequence[File]) -> bytes:
    """All files in one archive."""
    held = BytesIO()
    with ZipFile(held, "w") as opened:
        for file in report_files:
            opened.writestr(file.name, file.data)
    return held.getvalue()


def stages(progress: Progress) -> tuple[Progress, Progress]:
    """The progress of freezing the numbers and that of writing the files, as the parts of one."""
    return (
        lambda share, text: progress(share * FREEZING, text),
        lambda share, text: progress(FREEZING + share * (1 - FREEZING), text),
    )


def make(
    frozen: Frozen,
    workdays: Workdays,
    edits: Edits,
    progress: Progress = lambda share, text: None,
    *,
    watermark: str | None = None,
) -> tuple[File, ...]:
    """Word, slides and ledger, with a watermark at the foot of their pages. The same arguments give the same bytes.

    `progress` is told the share done and what is next. Raises UsageError for a template with a mistake.
    """
    edits = fill_suggestions(frozen, workdays, edits)
    printed = _marked(document(frozen, workdays, edits), watermark)
    drawn = pictures.draw_ahead([block for block in printed.blocks if isinstance(block, Figure)])
    presentation = _marked(deck(frozen, workdays, edits), watermark)
    progress(0.0, "正在写幻灯片")
    with ThreadPoolExecutor(max_workers=1) as beside:
        # Half of the ledger's time goes to compressing and to Arrow, which leave the interpreter to others.
        book = beside.submit(lambda: ledger.write(_marked(build_ledger(frozen), watermark), frozen.as_of))
        slideshow = make_reproducible(slides.write(presentation), frozen.as_of)
        progress(0.3, "正在写文稿")
        drawn()
        paper = make_reproducible(word.write(printed), frozen.as_of)
        progress(0.6, "正在写台账")
        workbook = book.result()
    progress(1.0, "三份文件已写好")
    return tuple(
        File(_name(frozen, ending), kind, f"{_OFFICE}.{mime}", data)
        for kind, ending, mime, data in (
            ("Word 文稿", "docx", "wordprocessingml.document", paper),
            ("幻灯片", "pptx", "presentationml.presentation", slideshow),
            ("台账", "xlsx", "spreadsheetml.sheet", workbook),
        )
    )


def _marked(written: _Written, watermark: str | None) -> _Written:
    """The same with a watermark in its imprint."""
    marked = replace(written.imprint, watermark=watermark and cell_text.one_line(watermark))
    return replace(written, imprint=marked)


def _name(frozen: Frozen, ending: str) -> str:
    """郑州市信访月报幻灯片_2026年10月.pptx: place, kind and period."""
    place, kind = file_name(frozen.area_name)[:_LONGEST_PLACE], NAMES[frozen.request.form]
    return f"{file_name(place + '信访' + kind + _SUFFIX.get(ending, ''), frozen.request.label)}.{ending}"


def build_ledger(frozen: Frozen) -> Ledger:
    """The workbook: all numbers, every table of the briefing, the cases behind the numbers, the definitions."""
    wanted = [tables.TABLES[name](frozen) for name in tables.LEDGER_TABLES]
    filled_tables: list[Table] = [table for table in (*wanted, tables.units(frozen)) if table is not None]
    title = f"{frozen.area_name}信访{NAMES[frozen.request.form]}台账（{frozen.request.label}）"
    workbook = Ledger(
        title,
        tables.every_number(frozen),
        TOTALS,
        tuple(filled_tables),
        tables.case_lists(frozen),
        tables.definitions(frozen),
        imprint(frozen),
    )
    return cell_text.writable(workbook)


def save(files: tuple[File, ...], folder: Path) -> list[Path]:
    """Write the files into a folder: all of them or none. Raises CasebaseError where they cannot be written."""
    drafts: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            draft = folder / f".{file.name}.part"
            drafts.append((draft, folder / file.name))
            draft.write_bytes(file.data)
        return [draft.replace(final) for draft, final in drafts]
    except OSError as error:
        raise CasebaseError(f"{folder}: the files cannot be written ({error.strerror}); choose another --out") from None
    finally:
        for draft, _ in drafts:
            draft.unlink(missing_ok=True)
