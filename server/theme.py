"""The theme that every run of a page begins with, written once for all of them."""

from functools import cache

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session


def write_theme_once() -> None:
    """Let the framework copy the theme into the first message of a run.

    It would go through all its settings six times, under the lock that whoever draws waits for: a third of what the
    thread that sends has to do beside sixty viewers. The theme stands in .streamlit/config.toml and changes with a new
    start alone.
    """
    write = app_session._populate_theme_msg

    @cache
    def written(section: str) -> CustomThemeConfig:
        theme = CustomThemeConfig()
        write(theme, section)
        return theme

    def copy_theme(msg: CustomThemeConfig, section: str = "theme") -> None:
        msg.MergeFrom(written(section))

    app_session._populate_theme_msg = copy_theme
