"""A clock that a test sets, for what sessions and screens last."""

import pytest

BEGIN = 1_800_000_000.0


class Clock:
    """Seconds of the epoch, as the test says."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()
