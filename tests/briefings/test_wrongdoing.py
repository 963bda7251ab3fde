"""The total of 检举控告: in the yearly report, and nowhere that a screen or a list could have it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pandas as pd
from sqlalchemy import select

from briefings.files import build_ledger
from briefings.frozen import Frozen, freeze
from briefings.model import Document, Paragraph
from briefings.template import Edits, deck, document
from casebase import schema
from casebase.engine import Casebase
from queries.model import Slice
from queries.registry import METRICS
from queries.wrongdoing import wrongdoing_total
from tests.pages.conftest import EVENING

WORD = "检举控告类信访事项共"


def paragraphs(printed: Document) -> list[str]:
    return [block.text for block in printed.blocks if isinstance(block, Paragraph)]


def test_the_total_is_that_of_the_cases(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    frozen = frozen_of("year")
    p = city.frame(schema.petition.select())
    days = pd.to_datetime(p["registered_at"])
    period = frozen.request.period
    registered = (days.dt.date >= period.start) & (days.dt.date <= period.end) & (days <= frozen.as_of)
    expected = p[registered & p["restricted"] & (p["channel"] != "12345转办")]
    assert frozen.wrongdoing == len(expected) > 0
    area = str(expected["district_code"].dropna().iloc[0])
    of_area = wrongdoing_total(city.whole, as_of=frozen.as_of, period=period, within=Slice(area=area))
    assert of_area == int((expected["district_code"] == area).sum()) < len(expected)


def test_it_stands_in_word_and_ledger_and_on_no_screen(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    frozen = frozen_of("year")
    total = f"{WORD}{frozen.wrongdoing:,}件次"
    assert any(text.startswith(total) for text in paragraphs(document(frozen, city.workdays, Edits())))
    shown = document(frozen, city.workdays, Edits(), on_screen=True)
    assert not any(WORD in text for text in paragraphs(shown))
    lines = [line for slide in deck(frozen, city.workdays, Edits()).slides for line in (slide.title, *slide.lines)]
    assert not any("检举控告" in line for line in lines)
    ledger = build_ledger(frozen)
    assert [table.rows for table in ledger.tables if table.id == "wrongdoing"] == [(("检举控告", frozen.wrongdoing),)]
    assert not any("检举控告" in metric.name for metric in METRICS.values())


def test_so_few_that_they_could_tell_of_one_have_no_number(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    for total, said in ((0, "不足5件次"), (1, "不足5件次"), (4, "不足5件次"), (5, "5件次")):
        frozen = replace(frozen_of("year"), wrongdoing=total)
        texts = paragraphs(document(frozen, city.workdays, Edits()))
        assert any(text.startswith(f"{WORD}{said}") for text in texts)
        (table,) = (table for table in build_ledger(frozen).tables if table.id == "wrongdoing")
        ((_, number),) = table.rows
        assert number == (total if total == 5 else None)


def test_who_may_not_know_it_is_not_told(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    asked = replace(frozen_of("year").request, with_wrongdoing=False)
    frozen = freeze(city.whole, asked, frozen_of("year").as_of)
    assert frozen.wrongdoing is None
    assert not any("检举控告" in text for text in paragraphs(document(frozen, city.workdays, Edits())))
    assert "wrongdoing" not in {table.id for table in build_ledger(frozen).tables}


def test_from_day_to_day_and_of_a_street_it_is_not_told(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    """What one day adds, and what one street has, could be a single case."""
    of_last_year = frozen_of("year").request
    before_its_end = datetime(2025, 12, 31, 12)
    street = str(city.whole.rows(select(schema.area.c.code).where(schema.area.c.level == 3).limit(1))[0][0])
    district = replace(of_last_year, area=street[:6])
    assert freeze(city.whole, of_last_year, before_its_end).wrongdoing is None
    assert freeze(city.whole, replace(of_last_year, area=street), EVENING).wrongdoing is None
    assert freeze(city.whole, district, EVENING).wrongdoing is not None


def test_no_other_briefing_has_it(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    frozen = frozen_of("month")
    assert frozen.wrongdoing is None
    assert not any(WORD in text for text in paragraphs(document(frozen, city.workdays, Edits())))
    assert "wrongdoing" not in {table.id for table in build_ledger(frozen).tables}
