"""Names and telephones of those who petition, as others may see them: 张**, 138****1234; and names taken out of texts.

Two stars whatever the length: how long a name is tells of it as well.
"""

import re
from collections.abc import Sequence

from casebase.personal import masked

_COMPOUND = """
欧阳 上官 司马 诸葛 皇甫 尉迟 公孙 慕容 令狐 长孙 宇文 司徒 夏侯 东方 独孤 南宫 端木 轩辕 闻人 申屠 澹台 公冶 濮阳 淳于
单于 太叔 赫连 钟离 百里 东郭 西门 呼延 万俟 拓跋 第五 鲜于 司空 公羊 宗政 仲孙 闾丘 梁丘 左丘 谷梁 亓官
"""
# The compound surnames of the 百家姓 that are still borne.
COMPOUND_SURNAMES = tuple(_COMPOUND.split())
STARS = "**"
# What stands in the place of a name and is none.
_NOBODY = """
匿名 不详 未知 未填 未填写 无 没有 佚名 本人 网民 网友 群众 市民 居民 村民 业主 职工 学生 家长 来电人 来访人 信访人
先生 女士 同志
"""
_NO_NAMES = frozenset(_NOBODY.split())
_HAN = r"[\u3400-\u9fff\U00020000-\U0003ffff]"
_BETWEEN = re.compile(r"[、，,;；/|\n]+|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff]{2})")
_BESIDE = re.compile(r"[(（【\[].*?[)）】\]]|等\s*\d*\s*[人位名户]?.*$|(?<=..)(?:先生|女士|同志|小姐)$")
_WORD = re.compile(r"[^\W\d_]{3,}")
_DIGITS = re.compile(r"\d(?:[\s\-‐-―−]?\d)+")
_SHORTEST = 2


def masked_name(name: str) -> str:
    """A name as 张**: its first character, of a compound surname two, of another script its first letter, then stars.

    Several names, as 张三、李四, are masked each. What is no name (匿名) stays.
    """
    return "、".join(filter(None, map(_masked_one, _BETWEEN.split(name.strip()))))


def masked_telephone(number: str) -> str:
    """What stands in the column of telephones, as 138****1234: of a mobile three and four digits, of others four."""
    known = masked(number.strip())
    return known if "****" in known else _DIGITS.sub(_starred, known)


def names_in(name: str) -> tuple[str, ...]:
    """What of a petitioner's name to take out of texts, longest first: each of several, and words of other scripts."""
    found: set[str] = set()
    for part in _BETWEEN.split(name):
        alone = _BESIDE.sub("", part).strip()
        found |= {alone, *(_WORD.findall(alone) if not re.match(_HAN, alone) else ())}
    return tuple(sorted((one for one in found if _is_name(one)), key=lambda one: (-len(one), one)))


def without_names(text: str, names: Sequence[str]) -> str:
    """A text with each of the names (see `names_in`) masked, however its characters stand apart (张 三丰)."""
    for name in names:
        spread = r"[\s·.\u200b]{0,2}".join(map(re.escape, re.sub(r"\s", "", name)))
        # A foreign name is a word of its own: no Li is taken out of Lisbon.
        pattern = spread if re.match(_HAN, name) else rf"(?<![^\W\d_]){spread}(?![^\W\d_])"
        text = re.sub(pattern, _masked_one(name), text, flags=re.IGNORECASE)
    return text


def _is_name(name: str) -> bool:
    return len(name) >= _SHORTEST and name not in _NO_NAMES and "*" not in name


def _masked_one(name: str) -> str:
    alone = name.strip()
    if not alone or alone in _NO_NAMES:
        return alone
    is_compound = alone.startswith(COMPOUND_SURNAMES) and len(alone) > _SHORTEST
    return alone[: 2 if is_compound else 1] + STARS


def _starred(at: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", at[0])
    return f"{digits[:3] if len(digits) >= 11 else ''}****{digits[-4:] if len(digits) > 4 else ''}"
