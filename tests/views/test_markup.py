import ast
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from casebase.settings import ROOT
from views.markup import Markup, Templates, read_static, render

NASTY = '<img src=x onerror="x()">&\''


def filled(folder: Path, template: str, **values: object) -> str:
    (folder / "t.html.jinja").write_text(template, encoding="utf-8")
    return str(Templates(folder).render("t.html.jinja", **values))


def test_every_value_is_escaped_but_markup(tmp_path: Path) -> None:
    html = filled(tmp_path, '<i title="{{ text }}">{{ text }}</i>{{ done }}', text=NASTY, done=Markup("<b>x</b>"))
    assert html.count("&lt;img src=x onerror=&#34;x()&#34;&gt;&amp;&#39;") == 2
    assert html.endswith("<b>x</b>")


@pytest.mark.parametrize("template", ["{{ text }}", "{% if text %}x{% endif %}"])
def test_a_value_that_is_not_given_is_an_error(tmp_path: Path, template: str) -> None:
    with pytest.raises(UndefinedError):
        filled(tmp_path, template)


@pytest.mark.parametrize(
    ("template", "html"),
    [
        ("<p>\n  <b>a</b>\n  <i>b</i>\n</p>\n", "<p><b>a</b><i>b</i></p>"),
        ("<p>\n  {{ x }}\n</p>", "<p> 1\n2 </p>"),
        ('<p\n   id="a"\n   class="b">\n  c\n  d\n</p>', '<p id="a" class="b">c d</p>'),
        ('<i{% if x %} class="a"{% endif %}\n   id="b">c</i>', '<i class="a" id="b">c</i>'),
        ("<p>{{ x }} 止\n</p>", "<p> 1\n2  止</p>"),
        ("{% for n in (1, 2) %}\n  <i>{{ n }}</i>\n{% endfor %}\n", "<i>1</i><i>2</i>"),
        ('<b>a</b>{{ " " }}\n<i>b</i>', "<b>a</b> <i>b</i>"),
    ],
)
def test_lines_of_a_template_leave_no_room_between_tags_and_values_keep_theirs(
    tmp_path: Path, template: str, html: str
) -> None:
    assert filled(tmp_path, template, x=" 1\n2 ") == html


def test_data_for_scripts_keeps_its_order_and_ends_no_element(tmp_path: Path) -> None:
    html = filled(tmp_path, "<script>{{ data | tojson }}</script>", data={"b": "</script>", "a": "总览"})
    assert html == '<script>{"b": "\\u003c/script\\u003e", "a": "总览"}</script>'


def test_style_sheets_ask_nobody() -> None:
    sheets = [read_static(file.name) for file in (ROOT / "views" / "static").glob("*.css")]
    assert sheets
    # The one picture is in the sheet itself, laid there by views.watermark.
    rest = [sheet.replace('url("{{ picture }}")', "") for sheet in sheets]
    assert not any(way in sheet for sheet in rest for way in ("//", "url(", "@import"))


def test_a_template_is_found_by_its_name() -> None:
    assert render("wall/quiet.html.jinja", title="题", note="", quiet=NASTY).endswith("&amp;&#39;</p>")


def test_nothing_is_escaped_by_hand_where_pages_are_made() -> None:
    """Markup is what templates or markupsafe make: a text that was forgotten cannot become a tag."""
    by_hand = [
        str(path.relative_to(ROOT))
        for room in ("views", "cockpit", "pages", "screen", "wording")
        for path in sorted((ROOT / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "html"
    ]
    assert by_hand == []
