"""Chinese text as words, and how often they occur in texts.

rjieba, scipy and scikit-learn are imported where they are used: they take a second, which only pages of words need.
"""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_CHINESE = re.compile("[一-鿿]{2,}")
# No word goes beyond these: what lies between two of them is segmented the same wherever it stands.
_MARK = "，"
_MARKS = re.compile("[，。；：！？、\n]")
# So many parts are cut as one text.
_AT_ONCE = 5_000


def words(text: str) -> list[str]:
    """The words of a text in their order, of two Chinese characters or more.

    Single characters, figures and letters are left out: they tell no subject.
    """
    import rjieba

    return list(filter(_CHINESE.fullmatch, rjieba.cut(text)))


def occurrences(texts: Sequence[str], at_least: int = 1, share: float = 1.0) -> "tuple[csr_matrix, list[str]]":
    """Which words occur in which texts: texts × words (0 or 1), and the words of the columns, sorted.

    Only words that `at_least` so many texts hold, and at most this `share` of them; none at all is an empty matrix.

    What lies between two marks of punctuation is segmented by itself, so each such part is segmented once, however many
    texts hold it, and many at a time: 254,000 texts in 2.5 s instead of 6.9.
    """
    import numpy as np
    from scipy.sparse import csr_matrix

    parts = _Numbered()
    of_texts = _rows_of(parts, map(_MARKS.split, texts))
    tokens = _Numbered()
    of_parts = _rows_of(tokens, _segmented(list(parts)))
    matrix: csr_matrix = of_texts @ of_parts
    matrix.data[:] = 1
    held = np.bincount(matrix.indices, minlength=len(tokens))
    kept = sorted(
        (token, n)
        for token, n in tokens.items()
        if at_least <= held[n] <= share * len(texts) and _CHINESE.fullmatch(token)
    )
    return matrix[:, [n for _, n in kept]], [token for token, _ in kept]


class _Numbered(dict[str, int]):
    """Texts and their numbers, in the order in which they are first asked for."""

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        return number


def _rows_of(numbers: _Numbered, rows: Iterable[Sequence[str]]) -> "csr_matrix":
    """How often each text occurs in each row: rows × texts by their numbers, which are given to new ones."""
    import numpy as np
    from scipy.sparse import csr_matrix

    ends, columns = [0], array("i")
    for row in rows:
        columns.extend(map(numbers.__getitem__, row))
        ends.append(len(columns))
    ones = np.ones(len(columns), dtype="int32")
    return csr_matrix((ones, np.frombuffer(columns, dtype="int32"), ends), shape=(len(ends) - 1, len(numbers)))


def _segmented(parts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The words of each part, and all else that it holds; many parts are cut at a time, as one text."""
    import rjieba

    for first in range(0, len(parts), _AT_ONCE):
        tokens = rjieba.cut(_MARK.join(parts[first : first + _AT_ONCE]))
        begin = 0
        for end in [*(n for n, token in enumerate(tokens) if token == _MARK), len(tokens)]:
            yield tokens[begin:end]
            begin = end + 1


def weighted(texts: list[str]) -> "csr_matrix":
    """Texts × words as TF-IDF of length one, so that a product of two rows is the cosine of their angle."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not any(map(words, texts)):
        return csr_matrix((len(texts), 0))
    return TfidfVectorizer(analyzer=words, sublinear_tf=True).fit_transform(texts)
