"""The one button that hands out a file: who takes what away is on the disk before a byte of it leaves."""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from access.entry import Action, entry_by
from cockpit import process
from pages.parts import filters, identity


def export_button(
    label: str,
    data: Callable[[], bytes],
    file_name: str,
    mime: str,
    *,
    key: str | None = None,
    is_disabled: bool = False,
    help_text: str | None = None,
    width: Literal["content", "stretch"] = "content",
) -> None:
    """A button for a file that is made when it is pressed, outside of any page's run.

    Where the access log cannot be written there is no file: the framework says that below the button, in the words of
    translated.py.
    """
    st.download_button(
        label,
        logged(data, file_name),
        file_name,
        mime,
        key=key,
        on_click="ignore",
        disabled=is_disabled,
        help=help_text,
        width=width,
    )


def logged(data: Callable[[], bytes], file_name: str) -> Callable[[], bytes]:
    """What makes a file for this reader, and gives it when the log has it.

    Raises NotLoggedError, and what `data` does.
    """
    reader, address = identity.current(), filters.address_text()

    def made() -> bytes:
        content = data()
        entry = entry_by(reader, process.now(), Action.EXPORT, file_name, reason=address)
        process.access_log().record_surely(entry)
        return content

    return made
