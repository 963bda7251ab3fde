"""Whatever text comes in, all three files are written and open; and sentences that a deputy director would say."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from io import BytesIO

import docx
import openpyxl
import pandas as pd
import pptx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from briefings import cell_text, files, ledger, prose, slides, template, word
from briefings.facts import days_over, leading, spaced
from briefings.frozen import Frozen
from briefings.model import Annex, Block, Document, Heading, Paragraph
from briefings.template import Edits
from casebase.engine import Casebase
from tests.briefings.samples import IMPRINT

HOSTILE = "区\x0b\x00\x1f\ufffe\ud800\n## 假标题\u2028\u202e🏛[表 summary]{{ 1 }}" + "长" * 300
ANY = st.text(st.characters(), min_size=1, max_size=30)


def renamed(frozen: Frozen, text: str) -> Frozen:
    """The same numbers where every place, unit and class is called by a text; no database stores half a pair."""
    stored = text.encode("utf-8", errors="ignore").decode()
    splits = {
        name: frame.assign(name=[f"{stored}{code}" if code else "" for code in frame["code"]])
        for name, frame in frozen.splits.items()
    }
    lists = tuple(
        replace(
            rows,
            frame=rows.frame.assign(
                **{name: stored for name in ("unit", "district", "category", "title") if name in rows.frame.columns}
            ),
        )
        for rows in frozen.lists
    )
    topics = frozen.topics.assign(name=stored)
    return replace(frozen, splits=splits, lists=lists, topics=topics, area_name=text, bureau=text)


@settings(deadline=None, max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(HOSTILE)
@given(ANY)
def test_all_three_files_open_whatever_things_are_called(
    frozen_of: Callable[..., Frozen], city: Casebase, text: str
) -> None:
    frozen = renamed(frozen_of("month"), text)
    as_is = template.document(frozen_of("month"), city.workdays, Edits())
    heads = [block.level for block in as_is.blocks if isinstance(block, Heading)]
    printed = template.document(frozen, city.workdays, Edits(cover=text, suggestions=(text,), proposals=text))
    # No name makes a heading, a table or a line of its own.
    assert [block.level for block in printed.blocks if isinstance(block, Heading)] == heads
    docx.Document(BytesIO(word.write(printed)))
    pptx.Presentation(BytesIO(slides.write(template.deck(frozen, city.workdays, Edits(cover=text)))))
    book = openpyxl.load_workbook(BytesIO(ledger.write(files.build_ledger(frozen), frozen.as_of)), read_only=True)
    assert book.sheetnames[0] == "总表"
    assert files._name(frozen, "docx").endswith(".docx")


@given(ANY)
def test_a_name_is_one_line_that_xml_can_hold(text: str) -> None:
    name = cell_text.one_line(text)
    assert len(name.splitlines()) <= 1
    assert cell_text.plain(name) == name


def test_a_document_is_cleaned_wherever_a_text_stands() -> None:
    made = cell_text.writable(Document("题\x00", "", (Paragraph("a\x0bb"), Heading(1, "一、\ufffe")), IMPRINT))
    assert (made.title, made.blocks) == ("题", (Paragraph("ab"), Heading(1, "一、")))
    assert made.imprint is IMPRINT


def test_sections_and_annexes_without_contents_are_not_counted() -> None:
    blocks: list[Block] = [
        Heading(1, "空"), Heading(2, "空一"), Heading(1, "有"), Heading(2, "有一"), Paragraph("+ 甲"),
        Paragraph("+ 乙"), Heading(1, "又空"), Annex(0, "空附件"), Annex(0, "附件甲"), Paragraph("文"), Annex(0, "末"),
    ]  # fmt: skip
    told = list(template._with_numbers(template._without_empty(blocks)))
    assert told == [
        Heading(1, "一、有"), Heading(2, "（一）有一"), Paragraph("1. 甲"), Paragraph("2. 乙"), Annex(1, "附件甲"),
        Paragraph("文"),
    ]  # fmt: skip


def test_days_over_a_limit_are_whole_days() -> None:
    due = pd.Series([datetime(2026, 10, 5, 23, 59), datetime(2026, 10, 6, 1), datetime(2026, 8, 14, 0, 0)])
    assert days_over(due, datetime(2026, 10, 6, 20)).tolist() == [1, 1, 53]


def test_the_largest_are_named_only_where_none_alike_is_left_out() -> None:
    assert leading([5, 3, 2, 2, 2], 3, float) == [5, 3]
    assert leading([1, 1, 1, 1], 3, float) == []
    assert leading([1, 1], 3, float) == [1, 1]


@pytest.mark.parametrize(
    ("name", "expected"), [("金水区", "金水区"), ("Ward 3", "Ward 3 "), ("West Roxbury", "West Roxbury "), ("", "")]
)
def test_a_number_does_not_run_into_a_name(name: str, expected: str) -> None:
    assert spaced(name) == expected


def test_names_of_other_letters_keep_their_blanks() -> None:
    assert (
        prose.without_blanks("South Boston最多，377 件次，占全市 10.26%") == "South Boston最多，377件次，占全市10.26%"
    )


@pytest.mark.parametrize(("name", "area"), [("month", None), ("running", None), ("year", None), ("month", "410106")])
def test_nobody_says_all_of_all_or_parts_of_days(
    name: str, area: str | None, frozen_of: Callable[..., Frozen], city: Casebase
) -> None:
    frozen = frozen_of(name, area)
    printed = template.document(frozen, city.workdays, Edits())
    said = [block.text for block in printed.blocks if isinstance(block, Paragraph)]
    wrong = re.compile(r"占登记量的100\.00%|办结的占0\.00%|延期的占0\.00%|未达目标的\d+个|超期[\d,]+\.\d+天|1件次，占")
    assert not [line for line in said if wrong.search(line)]
    assert printed.imprint.bureau == ("上街区信访局" if area else "郑州市信访局")
    assert frozen.snapshot not in printed.imprint.line
    charts = [block for block in printed.blocks if hasattr(block, "labels")]
    assert all("未填写" not in chart.labels for chart in charts)
    assert all(len(chart.labels) > 1 for chart in charts)
