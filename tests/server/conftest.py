"""The small demonstration city as the running cockpit has it."""

from tests.screen.conftest import bare_url, city, demo_file, demo_url, still_config, stopped_clock

__all__ = ["bare_url", "city", "demo_file", "demo_url", "still_config", "stopped_clock"]
