"""The three files of a briefing, made of one frozen set of numbers."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from briefings import ledger, slides, tables, word
from briefings.asking import NAMES
from briefings.frozen import TOTALS, Frozen
from briefings.model import Ledger, Table
from briefings.steady import steady
from briefings.template import Edits, deck, document, imprint
from casebase.errors import CasebaseError
from casebase.workdays import Workdays

_OFFICE = "application/vnd.openxmlformats-officedocument"
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\s]+')


@dataclass(frozen=True)
class File:
    """A file by its name, with what it is for and its bytes."""

    name: str
    label: str
    mime: str
    data: bytes


def make(
    frozen: Frozen,
    workdays: Workdays,
    edits: Edits,
    progress: Callable[[float, str], object] = lambda share, text: None,
) -> tuple[File, ...]:
    """Word, slides and ledger. The same snapshot and edits give the same bytes.

    `progress` is told the share done and what is next. Raises UsageError for a template with a mistake.
    """
    place = _FORBIDDEN.sub("", frozen.area_name)
    stem = f"{place}信访{NAMES[frozen.request.form]}"
    label = _FORBIDDEN.sub("", frozen.request.label)
    kinds: tuple[tuple[str, str, str, Callable[[], bytes]], ...] = (
        (
            "Word 文稿",
            "docx",
            "wordprocessingml.document",
            lambda: steady(word.write(document(frozen, workdays, edits)), frozen.as_of),
        ),
        (
            "幻灯片",
            "pptx",
            "presentationml.presentation",
            lambda: steady(slides.write(deck(frozen, workdays, edits)), frozen.as_of),
        ),
        ("台账", "xlsx", "spreadsheetml.sheet", lambda: ledger.write(ledger_of(frozen), frozen.as_of)),
    )
    # Side by side: pictures and compression are done outside of Python.
    with ThreadPoolExecutor() as pool:
        written = {pool.submit(write): kind for kind, _, _, write in kinds}
        progress(0.0, "正在写三份文件")
        for step, done in enumerate(as_completed(written), start=1):
            progress(step / len(kinds), f"{written[done]}已写好")
        data = [future.result() for future in written]
    return tuple(
        File(f"{stem}{'台账' if ending == 'xlsx' else ''}_{label}.{ending}", kind, f"{_OFFICE}.{mime}", made)
        for (kind, ending, mime, _), made in zip(kinds, data, strict=True)
    )


def ledger_of(frozen: Frozen) -> Ledger:
    """The workbook: all numbers, every table of the briefing, the cases behind the numbers, the definitions."""
    wanted = [tables.TABLES[name](frozen) for name in tables.LEDGER_TABLES]
    found: list[Table] = [table for table in (*wanted, tables.units(frozen)) if table is not None]
    title = f"{frozen.area_name}信访{NAMES[frozen.request.form]}台账（{frozen.request.label}）"
    return Ledger(
        title,
        tables.every_number(frozen),
        TOTALS,
        tuple(found),
        tables.case_lists(frozen),
        tables.definitions(frozen),
        imprint(frozen),
    )


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
