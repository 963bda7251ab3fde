"""What the access log says by addresses and codes, in words.

数字明细：五日办结率（未按期），责任单位 市住建局，金水区，本月; 大厅东墙（金水区、惠济区）.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from queries.cases import Part
from queries.model import Kind
from queries.registry import METRICS
from queries.subjects import AREA_LEVELS, DIMENSIONS
from wording.quality_words import FINDINGS

# The name of a value of a dimension; "area" is a place of any level.
Named = Callable[[str, str], str]
# What the filter bar and a page ask by themselves: how it is said of a value.
_SAID: Mapping[str, str] = {
    "q": "查找「{}」",
    "flags": "标记 {}",
    "load": "装入批次 {} 拒绝的行",
    "from": "从 {}",
    "to": "到 {}",
    "as_of": "截至 {}",
}
_AS_IT_IS = ("period", "channel")
_OF_PLACES = ("area", *AREA_LEVELS)
# Areas or units by their codes, as access.entry.scope_text writes them.
_CODES = re.compile(r"(区域|单位) ([^\s、；（）]+(?:、[^\s、；（）]+)*)")
_DIMENSION_OF = {"区域": "area", "单位": "unit"}


def in_words(address: str, titles: Mapping[str, str], named: Named) -> str:
    """What an address asks for, as the page that it opens says it; any other text with names for areas and units.

    `titles` are those of the pages by their paths. What nobody has words for stays as it is written.
    """
    path, _, query = address.removeprefix("/").partition("?")
    if not address.startswith("/") or path not in titles:
        return _CODES.sub(lambda found: _names(found[1], found[2], named), address)
    said = list(_said(_asked(query), named))
    return f"{titles[path]}：{'，'.join(said)}" if said else titles[path]


def _names(kind: str, codes: str, named: Named) -> str:
    """金水区、惠济区 for 区域 410105、410108; where one of the codes has no name, the text as it is written."""
    by_code = {code: named(_DIMENSION_OF[kind], code) for code in codes.split("、")}
    return f"{kind} {codes}" if any(code == name for code, name in by_code.items()) else "、".join(by_code.values())


def _asked(query: str) -> dict[str, str]:
    """What is asked by its names; a value may hold the signs that part them, which are then written back."""
    asked: dict[str, str] = {}
    last = ""
    for piece in query.split("&"):
        name, sign, value = piece.partition("=")
        if sign and name.isidentifier():
            last, asked[name] = name, value
        elif last:
            asked[last] += f"&{piece}"
    return asked


def _said(asked: dict[str, str], named: Named) -> Iterator[str]:
    part = asked.pop("part", "")
    for name, value in asked.items():
        if name == "metric":
            yield _number(value, part)
        elif name.startswith("by_"):
            dimension = name.removeprefix("by_")
            yield f"{DIMENSIONS.get(dimension, dimension)} {named(dimension, value) if value else '未填写'}"
        else:
            yield _choice(name, value, named)


def _number(id: str, part: str) -> str:
    """A number with the side of it that is listed: 五日办结率（未按期）."""
    metric = METRICS.get(id)
    if metric is None:
        return f"指标 {id}"
    if metric.kind is not Kind.RATE or part not in list(Part):
        return metric.name
    sides = dict(zip((Part.HITS, Part.MISSES, Part.AMONG), (*metric.sides, "合计"), strict=True))
    return f"{metric.name}（{sides[Part(part)]}）"


def _choice(name: str, value: str, named: Named) -> str:
    if name in _AS_IT_IS:
        return value
    if name in _OF_PLACES:
        return named("area", value)
    if name == "category":
        return named(name, value)
    if name in ("clock", "of") and value in METRICS:
        return METRICS[value].name
    if name == "finding" and value in FINDINGS:
        return FINDINGS[value][0]
    return _SAID[name].format(value) if name in _SAID else f"{name}={value}"
