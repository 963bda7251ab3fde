"""Chinese text as words, and how often they occur in texts.

rjieba, scipy and scikit-learn are imported where they are used: they take a second, which only pages of words need.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_CHINESE = re.compile("[一-鿿]{2,}")


def words(text: str) -> list[str]:
    """The words of a text in their order, of two Chinese characters or more.

    Single characters, figures and letters are left out: they tell no subject.
    """
    import rjieba

    return list(filter(_CHINESE.fullmatch, rjieba.cut(text)))


def occurrences(texts: list[str], at_least: int = 1, share: float = 1.0) -> "tuple[csr_matrix, list[str]]":
    """Which words occur in which texts: texts × words (0 or 1), and the words of the columns.

    Only words that `at_least` so many texts hold, and at most this `share` of them; none at all is an empty matrix.
    """
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(analyzer=words, binary=True, min_df=at_least, max_df=share, dtype="int32")
    try:
        matrix = counter.fit_transform(texts)
    except ValueError:
        # What scikit-learn says of texts without a single word that is left, or of fewer texts than are asked for.
        return csr_matrix((len(texts), 0), dtype="int32"), []
    return matrix, counter.get_feature_names_out().tolist()


def weighted(texts: list[str]) -> "csr_matrix":
    """Texts × words as TF-IDF of length one, so that a product of two rows is the cosine of their angle."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not any(map(words, texts)):
        return csr_matrix((len(texts), 0))
    return TfidfVectorizer(analyzer=words, sublinear_tf=True).fit_transform(texts)
