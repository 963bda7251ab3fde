"""The wall clock of the city: for entry points only, everything below them is told the time."""

from datetime import datetime
from zoneinfo import ZoneInfo


def wall_clock(timezone: str) -> datetime:
    """Now as a clock on a wall there shows it, without zone, wherever the server stands."""
    return datetime.now(ZoneInfo(timezone)).replace(tzinfo=None)
