"""The watermark over a page: who and when, and nothing of a name that could be style or markup."""

from datetime import datetime
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from views.tokens import DESK
from views.watermark import watermark_css, watermark_text

AT = datetime(2026, 11, 29, 15, 4, 59)


@pytest.mark.parametrize(
    ("name", "shown"), [("张科长", "张科长"), (" 张\n科\u202e长 ", "张 科 长"), ("长" * 99, "长" * 40), ("", "")]
)
def test_a_name_is_one_line(name: str, shown: str) -> None:
    assert watermark_text(name, AT) == f"{shown} 2026年11月29日 15:04"


@pytest.mark.parametrize("name", ["张科长", "<b>\"&'", '");} * { display: none } /*', "</style><script>", "\\22);"])
def test_a_name_is_text_in_the_picture_and_nothing_in_the_style(name: str) -> None:
    text = watermark_text(name, AT)
    css = watermark_css(text, DESK)
    before, _, rest = css.partition('url("data:image/svg+xml,')
    picture, _, after = rest.partition('")')
    assert before + after == "".join(watermark_css("", DESK).split('url("data:image/svg+xml,')[0]) + after
    assert after.count("}") == 3
    assert not set(picture) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%-_.~")
    (written,) = ElementTree.fromstring(unquote(picture))
    assert written.text == text
