"""The download of a list is made outside any page run, where there is no session."""

import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest

from briefings.listing import workbook
from casebase.scope import WHOLE
from cockpit import process
from cockpit.view import View
from pages.parts import lists
from queries.cases import Part, count_cases
from queries.export import csv_file
from queries.measure import metric_of
from queries.model import Slice
from queries.periods import Preset, period_of
from tests.pages.conftest import UNTIL


def test_download_needs_no_session_and_holds_every_case(
    monkeypatch: pytest.MonkeyPatch, demo_url: str, still_config: Path
) -> None:
    monkeypatch.setenv("COCKPIT_DATABASE_URL", demo_url)
    monkeypatch.setenv("COCKPIT_CONFIG", str(still_config))
    process.forget_all()
    period = period_of(Preset.MONTH, UNTIL.date())
    view = View(process.live_data().now(WHOLE), UNTIL, period, Slice(), ())
    question = lists.Question(metric_of("five_day_closure"), Part.AMONG, ())
    made: list[pd.DataFrame] = []
    make: Callable[[], None] = lambda: made.append(lists.typed(lists.all_rows(question, view)))  # noqa: E731
    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    expected = count_cases(
        process.live_data().casebase.whole, "five_day_closure", Part.AMONG, as_of=UNTIL, period=period
    )
    table = pd.read_csv(BytesIO(csv_file(made[0])), dtype=str)
    assert len(table) == expected > 0
    book = pd.read_excel(BytesIO(workbook(made[0], "五日办结率")), dtype={"信访编号": str})
    assert book["登记时间"].dtype.kind == "M"
    assert book["信访编号"].tolist() == table["信访编号"].str.lstrip("\t").tolist()
    assert table["信访编号"].str.fullmatch(r"\t\d{12,}").all()
    assert book["登记时间"].dt.strftime("%Y-%m-%d %H:%M").tolist() == table["登记时间"].tolist()
    process.forget_all()
