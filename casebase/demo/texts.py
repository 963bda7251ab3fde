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
from casebase.demo.origins import OTHER, REPORT, SUGGEST, Origins
from casebase.demo.places import City
from casebase.demo.units import Matters

_WORDS = Path(__file__).resolve().parent / "words.csv"
_OPENINGS = ("网民留言称：", "来访人反映：", "来信人反映：", "来电人反映：", "传真件反映：", "12345转办工单载明：")
# Beginning and end of a title, by purpose (origins.PURPOSES).
_TITLES = (
    (("反映", "问题"), ("关于", "的诉求"), ("请求协调解决", "问题"), ("投诉", "问题")),
    (("不服", "问题的处理结果"), ("对", "问题的答复有异议")),
    (("关于", "的建议"), ("建议", "")),
    (("检举", "问题"), ("举报", "问题")),
    (("咨询", ""), ("请求说明", "")),
)
# How a body goes on after its first words, and the kinds of words.csv it is made of, by purpose.
_BODIES = (("，", ""), ("，", ""), ("，建议", "suggest_"), ("，", ""), ("，想了解", "ask_"))
# What is asked about a class, where its name does not tell.
_ASKED = {"咨询求助": "办事流程和所需材料", "供热供气": "燃气开户有关政策"}
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


def titles_and_bodies(city: City, draws: Draws, case: Origins) -> tuple[pa.Array, pa.Array]:
    """Title and body of each case: what its purpose asks for."""
    purpose, community = case.purpose, case.community
    frames = [frame for of_purpose in _TITLES for frame in of_purpose]
    count = np.array([len(of_purpose) for of_purpose in _TITLES])
    frame = (np.cumsum(count) - count)[purpose] + draws.within(count[purpose])
    about = _content(city.matters, draws, case)
    place = pc.fill_null(_take(city.ground.community_name, community), "")
    title = pc.binary_join_element_wise(
        _pick([a for a, _ in frames], frame), place, about, _pick([b for _, b in frames], frame), ""
    )
    street = np.where(community < 0, -1, city.ground.community_street[np.maximum(community, 0)])
    district = np.where(street < 0, -1, city.ground.street_district[np.maximum(street, 0)])
    body = pc.binary_join_element_wise(
        _pick(list(_OPENINGS), case.channel),
        _of_purpose("since", draws, purpose),
        _pick([join for join, _ in _BODIES], purpose),
        pc.fill_null(_take(city.ground.district_name, district), ""),
        pc.fill_null(_take(city.ground.street_name, street), ""),
        place,
        about,
        "。",
        _of_purpose("detail", draws, purpose),
        "，",
        _of_purpose("effect", draws, purpose),
        "。",
        _of_purpose("request", draws, purpose),
        "。",
        "",
    )
    return title, body


def _content(matters: Matters, draws: Draws, case: Origins) -> pa.Array:
    """What a case is about: a phrase, a suggestion, a conduct or a policy."""
    names = matters.frame.second.tolist()
    texts = [*matters.phrases, *matters.suggestions]
    texts += [f"有关人员在{name}工作中履职不力" for name in names]
    texts += [_ASKED.get(name, f"{name}有关政策") for name in names]
    matter = matters.phrase_matter[case.phrase]
    suggestions, conducts = len(matters.phrases), len(matters.phrases) + len(matters.suggestions)
    start, end = matters.suggestion_start[matter], matters.suggestion_start[matter + 1]
    at = np.select(
        [case.purpose == SUGGEST, (case.purpose == REPORT) & ~matters.discipline[matter], case.purpose == OTHER],
        [suggestions + start + draws.within(end - start), conducts + matter, conducts + len(names) + matter],
        case.phrase,
    )
    return _pick(texts, at)


def _of_purpose(kind: str, draws: Draws, purpose: np.ndarray) -> pa.Array:
    """One of the words of a kind that fit each purpose."""
    lists = [words(prefix + kind) for _, prefix in _BODIES]
    count = np.array([len(entries) for entries in lists])
    start = np.cumsum(count) - count
    return _pick([text for entries in lists for text in entries], start[purpose] + draws.within(count[purpose]))


def _pick(texts: list[str], at: np.ndarray) -> pa.Array:
    return pa.array(texts).take(pa.array(at))


def _take(values: pa.Array, at: np.ndarray) -> pa.Array:
    return values.take(pa.array(at, mask=at < 0))
