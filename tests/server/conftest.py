"""The small demonstration city as the running cockpit has it."""

from tests.screen.conftest import city, demo_file, demo_url, still_config, stopped_clock

__all__ = ["city", "demo_file", "demo_url", "still_config", "stopped_clock"]
