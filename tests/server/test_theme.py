"""What a run is told of the theme is what the framework would write, and it writes it once."""

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from server.theme import write_theme_once

SECTIONS = ("theme", *(f"theme.{part.value}" for part in config.CustomThemeCategories))


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sections of settings that the framework goes through, from here on."""
    sections: list[str] = []
    options_of = config.get_options_for_section

    def options(section: str) -> dict[str, object]:
        sections.append(section)
        return options_of(section)

    monkeypatch.setattr(config, "get_options_for_section", options)
    monkeypatch.setattr(app_session, "_populate_theme_msg", app_session._populate_theme_msg)
    return sections


def themes() -> list[CustomThemeConfig]:
    messages = [CustomThemeConfig() for _ in SECTIONS]
    for message, section in zip(messages, SECTIONS, strict=True):
        app_session._populate_theme_msg(message, section)
    return messages


def test_each_run_has_the_theme_that_was_written_once(read: list[str]) -> None:
    as_the_framework_writes_it = themes()
    assert sum(theme.ByteSize() for theme in as_the_framework_writes_it) > 500
    read.clear()
    write_theme_once()
    for _ in range(3):
        assert themes() == as_the_framework_writes_it
    assert read == list(SECTIONS)
