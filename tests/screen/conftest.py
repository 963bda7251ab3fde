"""The small demonstration city, as the pages have it."""

from tests.pages.conftest import demo_file, demo_url, quick_config, small, still_config, stopped_clock

__all__ = ["demo_file", "demo_url", "quick_config", "small", "still_config", "stopped_clock"]
