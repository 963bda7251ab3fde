"""What is written above a picture of months."""

import numpy as np
import pandas as pd
import pytest

from cockpit.months import not_yet
from queries.registry import METRICS


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([0.8, 0.7, np.nan, np.nan], "；10月—11月还没有可计的：只计期内办结、观察期已满、且填写了是否化解的初件"),
        ([0.8, 0.7, 0.6, np.nan], "；11月还没有可计的：只计期内办结、观察期已满、且填写了是否化解的初件"),
        ([np.nan, 0.7, np.nan, 0.6], ""),
        ([np.nan] * 4, ""),
    ],
)
def test_last_months_that_have_no_number_yet_say_why(values: list[float], written: str) -> None:
    """A rate that waits for a time after the closing has none in its last months: that is no gap in the data."""
    months = pd.DataFrame({"at": pd.date_range("2026-08-01", periods=4, freq="MS"), "value": values})
    assert not_yet(METRICS["one_pass_resolution"], months) == written
