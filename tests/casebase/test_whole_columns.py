"""What is read by whole columns is what is read cell by cell; where it would not be, the careful way is taken."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebase.errors import CasebaseError
from casebase.loading import clean_text, fields
from casebase.loading.readers import encodings
from casebase.loading.readers.encodings import Progress, utf8_blocks

FORMAT = clean_text.TO_THE_SECOND
TIME = st.datetimes().map(lambda moment: f"{moment:%Y-%m-%d %H:%M:%S}".zfill(19))
STRANGE_TIME = st.sampled_from(
    [
        "2026-02-30 00:00:00", "2026-10-05T09:30:00", "2026-10-05 09:30+08", "0000-01-01 00:00:00", "2026-10-05",
        "2026-10-05 24:00:00", "2026-10-05 09:30:60", "２０２６-10-05 09:30:00", "2026-10-05 09:30:0",
        "20261005 093000Z00",
    ]
)  # fmt: skip
NUMBER = st.one_of(
    st.integers(-999_999_999, 999_999_999).map(str),
    st.decimals(-999_999, 999_999, places=6).map(str),
    st.from_regex(r"-?[0-9]{1,9}(\.[0-9]{1,6})?", fullmatch=True).filter(str.isascii),
)
STRANGE_NUMBER = st.sampled_from(
    ["1e3", "1,234", "nan", "inf", "0x1f", "+5", "5.", ".5", "1234567890123456", "１２", "a"]
)


def column(cells: list[str | None]) -> pd.Series:
    return pd.Series(cells, dtype="str")


@given(st.lists(st.none() | TIME, min_size=1))
def test_times_to_the_second_are_those_of_pandas(cells: list[str | None]) -> None:
    times = clean_text.as_times(column(cells))
    if times is not None:
        parsed = pd.to_datetime(column(cells), format=FORMAT, errors="coerce").astype("datetime64[us]")
        pd.testing.assert_series_equal(times, parsed)
    else:
        assert not any(cells) or any(cell is not None and cell.startswith("0") for cell in cells)


@given(st.lists(st.none() | TIME), STRANGE_TIME)
def test_a_column_with_any_other_time_is_left_to_the_careful_way(cells: list[str | None], strange: str) -> None:
    assert clean_text.as_times(column([*cells, strange])) is None


@given(st.lists(st.none() | NUMBER, min_size=1).filter(any))
def test_plain_numbers_are_those_of_the_careful_way(cells: list[str | None]) -> None:
    numbers = clean_text.as_numbers(column(cells))
    assert numbers is not None
    pd.testing.assert_series_equal(numbers, fields._parsed(column(cells)), check_exact=True)


@given(st.lists(st.none() | NUMBER), STRANGE_NUMBER)
def test_a_column_with_any_other_number_is_left_to_the_careful_way(cells: list[str | None], strange: str) -> None:
    assert clean_text.as_numbers(column([*cells, strange])) is None


@given(st.lists(st.none() | st.text(max_size=5), min_size=1, max_size=50), st.sampled_from([1, 40]))
def test_blank_words_are_those_of_each_cell(cells: list[str | None], times: int) -> None:
    words = clean_text.folded((*clean_text.BLANKS, "Straße", "ﬁn", "K"))
    spelled = [*cells, "无", "NULL", "STRASSE", "FIN", "\u212a", "K", "ß", "none", "Ｋ"] * times
    blank = clean_text.without_blanks(column(spelled), words).isna()
    assert blank.tolist() == [cell is None or cell.casefold() in words for cell in spelled]


@given(st.lists(st.none() | st.sampled_from(["东区", "西区", "a"]), min_size=1, max_size=30))
def test_few_values_and_their_codes_are_the_column(cells: list[str | None]) -> None:
    few = clean_text.few_values(column(cells))
    if few is not None:
        codes, values = few
        assert [None if code < 0 else values[code] for code in codes] == cells


@given(st.text(min_size=1), st.integers(1, 7), st.sampled_from(["utf-8", "gb18030", "utf-16-le"]))
def test_blocks_that_cut_characters_say_the_whole_text(text: str, size: int, encoding: str) -> None:
    decoder = encodings._Utf8() if encoding == "utf-8" else encodings._Decoder(encoding)
    data = text.encode(encoding)
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    blocks = [decoder.utf8(piece, i + 1 == len(pieces)) for i, piece in enumerate(pieces)]
    assert b"".join(blocks) == text.encode()
    for block in blocks:
        block.decode()  # each is text by itself


@pytest.mark.parametrize("fault", [b"\xff", b"\xe4\xb8", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf5\x80\x80\x80"])
def test_a_fault_is_named_by_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: bytes) -> None:
    monkeypatch.setattr(encodings, "BLOCK", 16)
    file = tmp_path / "cases.csv"
    file.write_bytes("编号,区县\n1,东区\n2,".encode() + fault + "西区\n".encode())
    with pytest.raises(CasebaseError, match=r"not utf-8.*the first fault is on line 3"):
        list(utf8_blocks(file, "utf-8", Progress()))
