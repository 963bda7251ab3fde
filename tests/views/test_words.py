import re
from collections.abc import Callable
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from views import words

NUMBERS = st.floats(-1e12, 1e12, allow_nan=False)
RATIOS = st.floats(0, 1, allow_nan=False)
NOTHING = [None, float("nan"), float("inf")]


def number_in(text: str) -> float:
    size = {"万": 1e4, "亿": 1e8}.get(text[-1], 1)
    return float(text.rstrip("万亿%").replace(",", "").replace(words.MINUS, "-")) * size


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (9_999, "9,999"),
        (10_000, "1万"),
        (12_000, "1.2万"),
        (217_000, "21.7万"),
        (13_000_000, "1,300万"),
        (99_999_999, "1亿"),
        (-217_000, "−21.7万"),
    ],
)
def test_a_count_on_a_card_is_short_from_ten_thousand(number: int, text: str) -> None:
    assert words.count(number) == text


@given(st.integers(-(10**12), 10**12))
def test_a_short_count_is_within_half_of_its_last_place(number: int) -> None:
    text = words.count(number)
    last = {"万": 1e3, "亿": 1e7}.get(text[-1], 0)
    assert abs(number_in(text) - number) <= last / 2 + 1e-3


@given(st.integers(-(10**15), 10**15))
def test_a_count_in_a_table_keeps_every_digit(number: int) -> None:
    assert number_in(words.full_count(number)) == number


@pytest.mark.parametrize("nothing", NOTHING)
def test_nothing_is_a_dash_and_never_a_zero(nothing: float | None) -> None:
    said: list[Callable[[float | None], str]] = [
        words.count,
        words.full_count,
        words.percent,
        words.points,
        words.days,
        words.decimal,
    ]
    assert {say(nothing) for say in said} == {words.NONE}
    assert words.movement(1, nothing, "rate") == words.movement(nothing, 1, "days") == words.NONE


@given(RATIOS)
def test_a_rate_has_two_places(ratio: float) -> None:
    text = words.percent(ratio)
    assert re.fullmatch(r"\d{1,3}\.\d\d%", text)
    assert abs(number_in(text) - ratio * 100) <= 0.005 + 1e-9


def test_halves_round_up_as_reports_round_them() -> None:
    assert words.percent(0.93456) == "93.46%"
    assert words.percent(0.00125) == "0.13%"
    assert words.full_count(2.5) == "3"


@given(st.floats(-1, 1, allow_nan=False))
def test_rates_move_in_points_with_a_sign(difference: float) -> None:
    text = words.points(difference)
    if abs(difference) < 0.0000499:
        assert text == "持平"
    elif text != "持平":
        assert re.fullmatch(r"[+−]\d+\.\d\d 百分点", text)
        assert text.startswith("+" if difference > 0 else words.MINUS)


def test_points_are_written_as_the_bureau_writes_them() -> None:
    assert words.points(-0.012) == "−1.20 百分点"
    assert words.movement(0.9, 0.88, "rate") == "+2.00 百分点"


@given(NUMBERS, st.sampled_from([0, 0.0, None, float("nan")]))
def test_without_a_base_there_is_no_change(now: float, base: float | None) -> None:
    assert words.change(now, base) == words.NONE
    assert words.change_ratio(now, base) is None


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_a_change_has_the_sign_of_the_difference(now: int, before: int) -> None:
    text = words.change(now, before)
    if now == before:
        assert text == "持平"
    elif text != "持平":
        assert re.fullmatch(r"[+−][\d,]+\.\d%", text)
        assert text.startswith("+" if now > before else words.MINUS)


def test_a_target_is_reached_exactly_at_its_percentage() -> None:
    assert words.target_reached(0.95, 95)
    assert words.target_reached(0.29 + 0.28, 57)
    assert not words.target_reached(0.949999, 95)


def test_states_differ_in_shape_and_not_in_colour_alone() -> None:
    assert [state.text for state in (words.GOOD, words.WARN, words.BAD)] == ["● 正常", "▲ 预警", "■ 异常"]
    assert (words.DUE_SOON.text, words.OVERDUE.text) == ("▲ 临期", "■ 超期")


def test_days_and_dates_are_chinese() -> None:
    assert words.days(3.2) == "3.2 天"
    assert words.days(5, "个工作日") == "5 个工作日"
    assert words.day(date(2026, 11, 2)) == "11月2日"
    assert words.day(date(2026, 11, 2), year=True) == "2026年11月2日"
    assert words.month(date(2026, 1, 1)) == "2026年1月"
    assert words.moment(datetime(2026, 11, 22, 9, 4, 5)) == "11月22日 09:04"
    assert words.weekday(date(2026, 11, 22)) == "周日"


def test_a_span_says_only_what_differs() -> None:
    assert words.span(date(2026, 11, 1), date(2026, 11, 22)) == "2026年11月1日—22日"
    assert words.span(date(2026, 10, 1), date(2026, 11, 22)) == "2026年10月1日—11月22日"
    assert words.span(date(2025, 12, 1), date(2026, 11, 22)) == "2025年12月1日—2026年11月22日"
    assert words.span(date(2026, 11, 1), date(2026, 11, 1)) == "2026年11月1日"


def test_long_lists_are_cut_and_counted() -> None:
    assert words.listing(["金水区", "二七区"]) == "金水区、二七区"
    assert words.listing(["金水区", "二七区", "中原区", "惠济区"]) == "金水区、二七区、中原区等 4 个"


def test_what_a_part_adds_is_signed_and_nothing_is_zero() -> None:
    assert [words.contribution(part, "count") for part in (1203, -4, 0, None)] == ["+1,203", "−4", "0", words.NONE]
    assert [words.contribution(part, "rate") for part in (-0.0012, 0.0)] == ["−0.12 百分点", "0.00 百分点"]


def test_short_days_of_this_month_need_no_month() -> None:
    today = date(2026, 11, 27)
    days = [today, date(2026, 11, 30), date(2026, 12, 1)]
    assert [words.short_day(day, today) for day in days] == ["今日", "30日", "12月1日"]


@pytest.mark.parametrize(
    ("sentence", "spaced"),
    [
        ("Mayor's 24 Hour Hotline最多，377 件次", "Mayor's 24 Hour Hotline 最多，377 件次"),
        ("只有Ward 5，占Boston 12%", "只有 Ward 5，占 Boston 12%"),
        ("Roxbury、Hyde Park (South)并列最多", "Roxbury、Hyde Park (South) 并列最多"),
        ("B市、K3县最多，另有12345转办 3 件次，近13个月", "B市、K3县最多，另有12345转办 3 件次，近13个月"),
        ("单个率用 Wilson 法", "单个率用 Wilson 法"),
    ],
)
def test_latin_words_stand_apart_from_chinese_and_numbers_do_not(sentence: str, spaced: str) -> None:
    assert words.spaced(sentence) == spaced
    assert words.spaced(spaced) == spaced
