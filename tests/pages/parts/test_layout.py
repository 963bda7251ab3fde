"""Rows of sections: which blocks stand where, and a section says what is missing in its own place."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import layout


def rows_of_sections() -> None:
    from typing import Any, cast

    import streamlit as st

    from cockpit.view import View
    from pages.parts import layout

    def first(_: View) -> None:
        st.markdown("first")

    def second(_: View) -> None:
        st.markdown("second")

    view = cast(Any, None)
    layout.row(view, first, {"above": first, "below": second}, widths=(1, 3))
    layout.row(view, {"alone": second})
    layout.row(view)


def blocks(script: AppTest) -> list[tuple[str, bool]]:
    """The keys of all blocks, and whether each fills the height of its row."""
    containers = [node for node in script.main if getattr(node, "key", None)]
    return [(str(node.key).removeprefix("block_"), node.proto.height_config.use_stretch) for node in containers]


def test_sections_side_by_side_and_one_below_the_other() -> None:
    script = AppTest.from_function(rows_of_sections).run()
    assert not script.exception
    assert [round(column.weight, 2) for column in script.columns] == [0.25, 0.75]
    assert blocks(script) == [("first", True), ("above", False), ("below", True), ("alone", True)]
    assert [text.value for text in script.markdown] == ["first", "first", "second", "second"]


@pytest.mark.parametrize("lacks", [True, False])
@pytest.mark.parametrize("by", [(), ("district",)])
def test_a_section_is_shown_where_the_data_can_tell_its_numbers(
    lacks: bool, by: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []

    def explain(_: object, *names: str) -> bool:
        asked.append(names)
        return lacks

    monkeypatch.setattr(layout, "explain_missing_split" if by else "explain_missing", explain)
    drawn: list[str] = []

    @layout.needs("overdue", by=by)
    def section(_: Any, key: str) -> None:
        drawn.append(key)

    section(None, "here")  # type: ignore[arg-type]
    assert drawn == ([] if lacks else ["here"])
    assert asked == [("overdue", *by)]
