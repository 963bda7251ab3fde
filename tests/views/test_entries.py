from views import words
from views.entries import Entry, Term, entries_html
from views.tokens import DESK, WALL

NASTY = '<img src=x onerror="x()">&\'"'


def rate(**changes: object) -> Entry:
    entry = {
        "key": "resolution",
        "name": "化解率",
        "definition": "办结件中矛盾已化解的比例。",
        "terms": (Term("已化解的", "1,203 件次", "metric=a&part=hits"), Term("办结的", "1,287 件次")),
        "value": "93.47%",
        "factor": "× 100%",
        "state": words.GOOD,
        "facts": (("归期", "办结时间"), ("判断", "")),
        "alone": "alone:resolution",
    }
    return Entry(**{**entry, **changes})  # type: ignore[arg-type]


def test_an_entry_says_its_formula_with_the_numbers_in_it() -> None:
    html = entries_html([rate(small=True)], WALL)
    for said in (
        "化解率",
        "1,203 件次",
        "1,287 件次",
        "× 100% =",
        "93.47%",
        "● 正常",
        "样本少",
        "办结时间",
    ):
        assert said in html
    assert html.count("data-open=") == 2  # the name and the numerator; the denominator has no list
    assert 'data-open="metric=a&amp;part=hits"' in html
    assert "判断" not in html
    # No insider's word: neither the name of the number in the registry nor a command line.
    assert "<code>" not in html


def test_a_count_is_its_only_term() -> None:
    html = entries_html([rate(value="", terms=(Term("计件次", "7 件次", "x"),), alone=None)], DESK)
    assert "=</span>" not in html
    assert html.count("data-open=") == 1


def test_every_text_is_escaped() -> None:
    nasty = rate(
        key=NASTY, name=NASTY, definition=NASTY, terms=(Term(NASTY, NASTY, NASTY),), value=NASTY, factor=NASTY,
        facts=((NASTY, NASTY),), alone=NASTY,
    )  # fmt: skip
    assert "<img" not in entries_html([nasty, rate()], DESK)
