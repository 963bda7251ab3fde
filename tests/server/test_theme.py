"""What a run is told of the theme is what the framework would write, and it writes it once."""

from importlib.util import module_from_spec
from types import ModuleType

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from server import theme

SECTIONS = ("theme", *(f"theme.{part.value}" for part in config.CustomThemeCategories))


@pytest.fixture
def framework(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The framework's module as it is before any server has started in this process."""
    spec = app_session.__spec__
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(theme, "app_session", module)
    return module


def themes(framework: ModuleType) -> list[CustomThemeConfig]:
    messages = [CustomThemeConfig() for _ in SECTIONS]
    for message, section in zip(messages, SECTIONS, strict=True):
        framework._populate_theme_msg(message, section)
    return messages


def test_each_run_has_the_theme_that_was_written_once(framework: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    as_the_framework_writes_it = themes(framework)
    assert sum(theme.ByteSize() for theme in as_the_framework_writes_it) > 500
    read, options_of = list[str](), config.get_options_for_section

    def options(section: str) -> dict[str, object]:
        read.append(section)
        return options_of(section)

    monkeypatch.setattr(config, "get_options_for_section", options)
    theme.write_theme_once()
    for _ in range(3):
        assert themes(framework) == as_the_framework_writes_it
    assert read == list(SECTIONS)
