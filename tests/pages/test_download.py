"""The download of a list is made outside any page run, where there is no session."""

import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st

from pages.parts import lists, live
from pages.parts.filters import Filters
from queries.cases import Part, count_cases
from queries.measure import metric_of
from queries.model import Slice
from queries.periods import Preset, period_of
from tests.pages.conftest import UNTIL


def test_download_needs_no_session_and_holds_every_case(
    monkeypatch: pytest.MonkeyPatch, demo_url: str, still_config: Path
) -> None:
    monkeypatch.setenv("COCKPIT_DATABASE_URL", demo_url)
    monkeypatch.setenv("COCKPIT_CONFIG", str(still_config))
    st.cache_resource.clear()
    period = period_of(Preset.MONTH, UNTIL.date())
    now = Filters(UNTIL, period, Slice(), "", "全市", None)
    question = lists.Asked(metric_of("five_day_closure"), Part.AMONG, ())
    made: list[bytes] = []
    make: Callable[[], None] = lambda: made.append(lists.csv(lists.whole(question, now)))  # noqa: E731
    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    expected = count_cases(live.casebase(), "five_day_closure", Part.AMONG, as_of=UNTIL, period=period)
    table = pd.read_csv(BytesIO(made[0]), dtype=str)
    assert len(table) == expected > 0
    book = pd.read_excel(BytesIO(lists.xlsx(lists.whole(question, now), "五日办结率")), dtype=str)
    pd.testing.assert_frame_equal(book, table)
    st.cache_resource.clear()
