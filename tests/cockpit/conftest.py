"""The small demonstration city, as pages have it."""

from tests.pages.conftest import demo_file, demo_url, open_page, own_url, still_config, stopped_clock

__all__ = ["demo_file", "demo_url", "open_page", "own_url", "still_config", "stopped_clock"]
