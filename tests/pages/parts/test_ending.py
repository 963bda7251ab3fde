"""What ends something asks first: one press ends nothing, another choice takes the question back."""

from streamlit.testing.v1 import AppTest


def form() -> None:
    import streamlit as st

    from pages.parts import ending

    names = {"a": "大厅*东墙*", "b": "西墙"}
    left = {key: name for key, name in names.items() if key not in st.session_state.get("ended", [])}
    ending.section(
        "撤销哪块大屏",
        left,
        "撤销",
        "随即退出",
        lambda key: st.session_state.setdefault("ended", []).append(key),
        "off",
    )


def ended(app: AppTest) -> list[str]:
    assert not app.exception
    return list(app.session_state["ended"]) if "ended" in app.session_state else []


def test_only_the_second_press_ends_it_and_what_is_next_is_asked_anew() -> None:
    app = AppTest.from_function(form).run()
    assert [button.label for button in app.button] == ["撤销"]
    app.button(key="off").click().run()
    assert [button.label for button in app.button] == ["撤销", "确认撤销"]
    assert "随即退出" in app.caption[0].value
    assert ended(app) == []
    app.button(key="off_sure").click().run()
    assert ended(app) == ["a"]
    assert [button.label for button in app.button] == ["撤销"]
    assert not app.caption


def test_another_choice_or_the_button_again_takes_the_question_back() -> None:
    app = AppTest.from_function(form).run()
    app.button(key="off").click().run()
    app.selectbox(key="off_which").select("b").run()
    assert [button.label for button in app.button] == ["撤销"]
    app.button(key="off").click().run()
    assert "西墙" in app.caption[0].value
    app.button(key="off").click().run()
    assert [button.label for button in app.button] == ["撤销"]
    assert ended(app) == []
