"""What places, units and empty cells are called."""

from collections.abc import Collection, Mapping

from casebase.personal import masked

# By the dimension that splits by places of this kind.
PLACE_NAMES = {"district": "区县（功能区）", "street": "街道（乡镇）", "community": "社区（村）", "grid": "网格"}
UNIT_KINDS = {"市直": "市直部门", "区县": "区县部门", "街道": "街道（乡镇）"}
OTHER_UNITS = "其他单位"
# Units of every kind in one ranking.
ALL_UNITS = "全部单位"
_UNFILLED = {"unit": "未分派", "contact_method": "尚未联系"}


def display_name(dimension: str, code: str | None, names: Mapping[str, str], city: str) -> str:
    """The name of a code, with a word for what is not filled in ("" or None)."""
    return masked(short(names.get(code or "", code or ""), city, names.values())) or _UNFILLED.get(dimension, "未填写")


def whole_of(name: str) -> str:
    """What a sentence calls all that a case base holds: 全市 of a city; what is none by its name."""
    return "全市" if name.endswith("市") else name


def short(name: str, city: str, others: Collection[str] = ()) -> str:
    """A department of the city as the city itself says it: 市教育局 for 郑州市教育局.

    In full where one of the `others` is called so in full, or two units would be one.
    """
    if not (city.endswith("市") and name.startswith(city)):
        return name
    said = f"市{name.removeprefix(city)}"
    return name if said in others else said


def short_names(names: Collection[str], city: str) -> dict[str, str]:
    """Names as `short` says them, of which no two are alike."""
    return {name: short(name, city, names) for name in names}
