"""Cells as a person reads them: without characters that nobody sees, and blank where the file says "nothing"."""

import re
import unicodedata

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# What systems write for "not known" (compared without regard to case); [source] blanks of the map replaces it.
BLANKS = (
    "NULL", r"\N", "None", "N/A", "#N/A", "NaN", "NaT", "<NA>",
    "无", "空", "-", "--", "—", "——", "/",
    "0000-00-00", "0000-00-00 00:00", "0000-00-00 00:00:00",
)  # fmt: skip
NUL = "\0"
# Control characters but tab and line ends; and marks without width that come with copied text: a name with one
# is another name to a computer alone. Joiners (U+200C, U+200D) belong to scripts and emoji.
# The characters stand in the pattern themselves: Python and Arrow write them differently.
_UNSEEN = (
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u2069\ufeff\ufffe\uffff]"
)
_SEEN_BY_NOBODY = re.compile(_UNSEEN)
# The usual ways to write a time and a number, which Arrow reads a column at a time; no number is longer than what a
# double holds to the digit, so that it is the same by whatever it is read.
TO_THE_SECOND = "%Y-%m-%d %H:%M:%S"
_LENGTH_TO_THE_SECOND = 19
_PLAIN_NUMBER = r"^-?[0-9]{1,9}(\.[0-9]{1,6})?$"
# A spreadsheet's day 1 is 1900-01-01, but it counts a 29 February 1900 that never was. Five digits are 1927 to 2173.
SERIAL = r"\d{5}(?:\.\d+)?"
# Of so many cells, this share at most differs where the values of a column are few.
_SAMPLE, _FEW = 2_000, 0.5
_NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?(?:[eE][+-]?\d+)?")


def visible(text: str) -> str:
    """A text without the characters that nobody sees."""
    return _SEEN_BY_NOBODY.sub("", text)


def few_values(column: pd.Series) -> tuple[np.ndarray, pd.Series] | None:
    """A column as a code for each cell (-1: blank) and the values they stand for, where these are few; None otherwise.

    What is true of a value has then to be found out once.
    """
    cells = pa.array(column)
    if len(cells.slice(0, _SAMPLE).unique()) > _FEW * min(_SAMPLE, len(cells)):
        return None
    encoded = pa.chunked_array(cells).combine_chunks().dictionary_encode()
    codes: np.ndarray = encoded.indices.fill_null(-1).to_numpy()
    return codes, encoded.dictionary.to_pandas()


def is_plain(column: pd.Series) -> bool:
    """Whether every cell is printable ASCII: as most columns are, of which no more needs to be looked at."""
    return pc.all(pc.ascii_is_printable(pa.array(column))).as_py() is not False


def seen(column: pd.Series) -> pd.Series:
    """A column of text as it is seen, trimmed; null where nothing is left."""
    strange = _mask(pc.match_substring_regex(pa.array(column), _UNSEEN))
    if not strange.any():
        return column
    cleaned = column.copy()
    texts = (visible(text).strip() for text in column[strange])
    cleaned[strange] = pd.Series([text or None for text in texts], index=column.index[strange], dtype="str")
    return cleaned


def holds_nul(column: pd.Series) -> np.ndarray:
    """Which cells hold a NUL, which no text has: the file is damaged there."""
    return _mask(pc.match_substring(pa.array(column), NUL))


def without_blanks(column: pd.Series, blanks: frozenset[str]) -> pd.Series:
    """Null where a cell is one of the words for "not known" (given in folded case)."""
    cells = pa.array(column)
    if pc.all(pc.string_is_ascii(cells)).as_py() is not False:
        blank = pc.is_in(pc.ascii_lower(cells), pa.array(blanks, cells.type))
    else:
        # What folds to a word begins with what folds to its first letter, and of few cells more has to be folded.
        first = pc.utf8_slice_codeunits(cells, 0, 1)
        letters = {word[:1] for word in blanks}
        begins = [letter for letter in pc.unique(first).to_pylist() if letter and letter.casefold()[:1] in letters]
        texts = pc.unique(cells.filter(pc.is_in(first, pa.array(begins, cells.type)))).to_pylist()
        blank = pc.is_in(cells, pa.array([text for text in texts if text.casefold() in blanks], cells.type))
    return column.mask(_mask(blank)) if pc.any(blank).as_py() else column


def _mask(cells: pa.Array) -> np.ndarray:
    """Truth values of Arrow for NumPy, false where there is none."""
    mask: np.ndarray = pc.fill_null(cells, False).to_numpy(zero_copy_only=False)
    return mask


def folded(blanks: tuple[str, ...]) -> frozenset[str]:
    """Words as `without_blanks` compares them."""
    return frozenset(word.strip().casefold() for word in blanks)


def narrow(column: pd.Series) -> pd.Series:
    """Full-width digits, letters and signs as the plain ones (NFKC), for what is read as a time or a number."""
    wide = column.notna() & ~column.str.isascii().fillna(False).astype(bool)
    if not wide.any():
        return column
    narrowed = column.copy()
    texts = [unicodedata.normalize("NFKC", text).strip() for text in column[wide]]
    narrowed[wide] = pd.Series(texts, index=column.index[wide], dtype="str")
    return narrowed


def as_times(column: pd.Series) -> pd.Series | None:
    """The times of a column that is written `TO_THE_SECOND` throughout; None where any cell is anything else."""
    cells = pa.array(column)
    try:
        known = pc.cast(cells.drop_null(), pa.binary(_LENGTH_TO_THE_SECOND))
    except pa.ArrowInvalid:  # one is longer, or shorter
        return None
    if len(known):
        letters = np.frombuffer(known.buffers()[1], np.uint8, len(known) * known.type.byte_width)
        by_cell = letters.reshape(len(known), known.type.byte_width)
        # Arrow would also read a T between day and time, and the year 0, which no calendar has.
        if (by_cell == ord("T")).any() or (by_cell[:, 0] == ord("0")).any():
            return None
    try:
        return pd.Series(pc.cast(cells, pa.timestamp("us")).to_pandas().to_numpy(), index=column.index)
    except pa.ArrowInvalid:
        return None


def as_numbers(column: pd.Series) -> pd.Series | None:
    """The numbers of a column that are all written as people write them; None where any cell is anything else.

    int64 for whole numbers without a blank, else float64.
    """
    cells = pa.array(column)
    if pc.all(pc.match_substring_regex(cells, _PLAIN_NUMBER)).as_py() is not True:
        return None
    are_whole = not cells.null_count and not pc.any(pc.match_substring(cells, ".")).as_py()
    numbers = pc.cast(cells, pa.int64() if are_whole else pa.float64())
    return pd.Series(numbers.to_pandas().to_numpy(), index=column.index)


def digits(text: str) -> str | None:
    """A number's digits without separators of thousands; None for a text that is no number."""
    return text.replace(",", "") if _NUMBER.fullmatch(text) else None


def same_name(name: str) -> str:
    """What two spellings of one name share: width, letter case and runs of blanks do not tell places apart."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
