"""Titles, bodies, names and numbers, composed column by column. All of it is invented.

Telephone numbers begin with 100, a range that no subscriber has.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from casebase.demo.draws import Draws, mixed
from casebase.demo.places import City

_WORDS = Path(__file__).resolve().parent / "words.csv"
_OPENINGS = ("网民留言称：", "来访人反映：", "来信人反映：", "来电人反映：", "传真件反映：", "12345转办工单载明：")
# Beginning and end of a title; the last pair belongs to 意见建议.
_TITLES = (("反映", "问题"), ("关于", "的诉求"), ("请求协调解决", "问题"), ("投诉", ""), ("关于", "的意见建议"))
_SUGGESTION = 4
_HEX = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode(), dtype="S2")


@cache
def words(kind: str) -> list[str]:
    """The entries of words.csv of one kind; surnames and given names are single characters."""
    frame = pd.read_csv(_WORDS)
    entries = [str(text) for text in frame.text[frame.kind == kind]]
    return list(entries[0]) if kind in ("surname", "given") else entries


def names(persons: np.ndarray, seed: int) -> pa.Array:
    """A name for each person number."""
    bits = mixed(persons, seed + 101)
    surname = _pick(words("surname"), (bits >> np.uint64(3)) % np.uint64(len(words("surname"))))
    first = _pick(words("given"), (bits >> np.uint64(13)) % np.uint64(len(words("given"))))
    second = _pick(["", *words("given")], (bits >> np.uint64(29)) % np.uint64(len(words("given")) + 1))
    return pc.binary_join_element_wise(surname, first, second, "")


def phones(persons: np.ndarray, seed: int) -> pa.Array:
    """Eleven digits beginning with 100."""
    digits = (mixed(persons, seed + 202) % np.uint64(10**8)).astype(np.int64) + 100 * 10**8
    return pa.array(digits).cast(pa.string())


def keys(persons: np.ndarray, seed: int) -> pa.Array:
    """The hashed identity of each person: 16 hexadecimal digits."""
    raw = mixed(persons, seed + 303).astype(">u8").view(np.uint8).reshape(-1, 8)
    text = np.ascontiguousarray(_HEX[raw]).view("S16").ravel()
    return pa.array(text, pa.binary(16)).cast(pa.binary()).cast(pa.string())


def titles_and_bodies(
    city: City, draws: Draws, matter: np.ndarray, community: np.ndarray, channel: np.ndarray, suggestion: np.ndarray
) -> tuple[pa.Array, pa.Array]:
    """Title and body of each case; −1 stands for a missing class or place."""
    n = matter.size
    counts = np.array([len(group) for group in city.matters.phrases])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    safe = np.maximum(matter, 0)
    phrase = pa.array([text for group in city.matters.phrases for text in group]).take(
        pa.array(starts[safe] + draws.within(counts[safe]))
    )
    place = pc.fill_null(_take(city.ground.community_name, community), "")
    frame = np.where(suggestion, _SUGGESTION, draws.below(_SUGGESTION, n))
    title = pc.binary_join_element_wise(
        _pick([a for a, _ in _TITLES], frame), place, phrase, _pick([b for _, b in _TITLES], frame), ""
    )
    street = np.where(community < 0, -1, city.ground.community_street[np.maximum(community, 0)])
    district = np.where(street < 0, -1, city.ground.street_district[np.maximum(street, 0)])
    body = pc.binary_join_element_wise(
        _pick(list(_OPENINGS), channel),
        _any(words("since"), draws, n),
        "，",
        pc.fill_null(_take(city.ground.district_name, district), ""),
        pc.fill_null(_take(city.ground.street_name, street), ""),
        place,
        phrase,
        "。",
        _any(words("detail"), draws, n),
        "，",
        _any(words("effect"), draws, n),
        "。",
        _any(words("request"), draws, n),
        "。",
        "",
    )
    return title, body


def _any(texts: list[str], draws: Draws, n: int) -> pa.Array:
    return _pick(texts, draws.below(len(texts), n))


def _pick(texts: list[str], at: np.ndarray) -> pa.Array:
    return pa.array(texts).take(pa.array(at))


def _take(values: pa.Array, at: np.ndarray) -> pa.Array:
    return values.take(pa.array(at, mask=at < 0))
