"""A first map of a file that nobody has described yet: guesses by the names of its columns and by their values."""

import gzip
import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from sqlalchemy import Boolean, Date, DateTime, Float, Integer

from casebase.errors import CasebaseError
from casebase.loading.clean_text import BLANKS, SERIAL, folded, without_blanks
from casebase.loading.mapfile import BooleanWords, Source
from casebase.loading.readers import Reader, open_reader
from casebase.loading.readers.delimited import CsvReader
from casebase.loading.readers.encodings import is_gzip, likely_encoding
from casebase.loading.readers.head import Head, head_at
from casebase.loading.readers.workbook import XlsxReader
from casebase.schema import petition

# What bureaus and cities call the columns of a case, most certain first.
NAMES: dict[str, tuple[str, ...]] = {
    "case_no": (
        "信访件编号", "信访编号", "案件编号", "事项编号", "信访件号", "工单编号", "工单号", "编号", "案号", "流水号",
        "case_no", "case_id", "case_enquiry_id", "case_number", "service_request_id", "request_id", "ticket_id",
        "unique_key", "id", "no",
    ),
    "registered_at": (
        "登记时间", "登记日期", "登记", "信访日期", "信访时间", "来访时间", "受理登记时间", "提交时间", "创建时间",
        "诉求时间", "registered_at", "open_dt", "opened_at", "opened", "requested_datetime", "created_date",
        "created_at", "open_date", "date_opened",
    ),
    "forwarded_at": ("转送时间", "转送日期", "交办时间", "转办时间", "派单时间", "forwarded_at"),
    "received_at": ("收到时间", "接收时间", "单位接收时间", "签收时间", "接单时间", "received_at"),
    "accepted_at": ("受理时间", "受理日期", "受理", "受理告知时间", "accepted_at"),
    "due_at": (
        "办理期限", "办结期限", "限办时间", "到期时间", "截止时间", "应办结时间", "due_at", "target_dt",
        "sla_target_dt", "due_date", "expected_datetime",
    ),
    "closed_at": (
        "办结时间", "办结日期", "办结", "办理完成时间", "结案时间", "回复时间", "答复时间", "closed_at", "closed_dt",
        "closed", "replied_at",
        "closed_date", "date_closed", "updated_datetime",
    ),
    "evaluated_at": ("评价时间", "evaluated_at"),
    "title": (
        "标题", "信访标题", "诉求标题", "主题", "概要", "title", "case_title", "subject", "summary", "descriptor",
    ),
    "body": (
        "内容", "信访内容", "诉求内容", "主要内容", "问题描述", "反映内容", "body", "detail", "description", "content",
    ),
    "channel": ("信访形式", "信访渠道", "来源渠道", "诉求渠道", "来源", "channel"),
    "purpose": ("信访目的", "诉求类型", "purpose"),
    "people": ("人数", "信访人数", "来访人数", "涉及人数", "people"),
    "is_first": ("是否初件", "is_first"),
    "is_simple": ("是否简单诉求", "简单诉求", "is_simple"),
    "is_collective": ("是否集体访", "集体访", "is_collective"),
    "is_skip_level": ("是否越级", "是否越级访", "越级访", "越级", "is_skip_level"),
    "is_joint": ("是否联名", "联名信", "联名", "is_joint"),
    "is_threat": ("是否扬言", "扬言", "is_threat"),
    "leader_assigned": ("是否领导包案", "领导包案", "leader_assigned"),
    "is_long_standing": ("是否积案", "积案", "is_long_standing"),
    "handling_path": ("办理路径", "分类办理", "办理方式", "handling_path"),
    "complained_unit_id": ("被投诉单位", "被反映单位", "complained_unit_id"),
    "registering_body": ("登记机构", "登记单位", "registering_body"),
    "registering_level": ("登记机构级别", "登记层级", "registering_level"),
    "extended_days": ("延期天数", "延长天数", "extended_days"),
    "resolved": ("是否化解", "化解", "resolved"),
    "satisfaction_bureau": ("对信访部门评价", "信访部门满意度", "satisfaction_bureau"),
    "satisfaction_unit": ("对责任单位评价", "责任单位满意度", "满意度", "satisfaction_unit"),
    "lon": ("经度", "longitude", "lon", "lng"),
    "lat": ("纬度", "latitude", "lat"),
    "petitioner_name": ("信访人姓名", "信访人", "姓名", "petitioner_name"),
    "petitioner_phone": ("联系电话", "电话", "手机号", "手机号码", "petitioner_phone"),
}  # fmt: skip
_PLACES = (
    ("区县", "县区", "所属区县", "问题属地", "区", "district", "neighborhood", "borough", "area_code"),
    ("街道", "乡镇街道", "乡镇", "办事处", "街道办事处", "street_name", "ward", "street"),
    ("社区", "村社区", "社区村", "community"),
)
_CATEGORIES = (
    (
        "一级分类",
        "内容分类",
        "问题类别",
        "诉求分类",
        "分类",
        "类别",
        "category",
        "reason",
        "complaint_type",
        "service_name",
    ),
    ("二级分类", "小类", "subcategory", "type"),
)  # fmt: skip
_UNITS = ("责任单位", "办理单位", "承办单位", "办理部门", "department", "agency", "unit", "agency_responsible")
_PERSON = ("证件号码", "身份证号", "身份证号码", "公民身份号码", "petitioner_id")
_CHANNELS = {
    "走访": "来访", "接访": "来访", "信件": "来信", "写信": "来信", "网上信访": "网信", "网上": "网信", "网络": "网信",
    "来电": "电话", "电话信访": "电话", "12345": "12345转办", "12345热线": "12345转办",
}  # fmt: skip
_LAYOUTS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d",
    "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日%H时%M分", "%Y年%m月%d日",
    "%Y.%m.%d %H:%M:%S", "%Y.%m.%d %H:%M",
    "%Y.%m.%d", "%Y%m%d%H%M%S", "%Y%m%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%d %H:%M:%S%z",
    "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M",
    "%d/%m/%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y",
)  # fmt: skip
_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE = 1000
# A column is of a kind where so much of it reads as such.
_MOSTLY = 0.9


@dataclass
class Guess:
    """What was guessed of a file: fields by column, and the text of the map."""

    source: Source
    head: Head
    columns: dict[str, str] = field(default_factory=dict)
    layouts: dict[str, list[str]] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    unit: str | None = None
    person: list[str] = field(default_factory=list)

    @property
    def missing(self) -> list[str]:
        """Fields without which no case can be loaded."""
        return [name for name in ("case_no", "registered_at") if name not in self.columns]


def guess_map(path: Path, name: str) -> Guess:
    """Look at a file of cases. Raises CasebaseError or UsageError for one that cannot be read."""
    reader, head = _opened(path, name)
    guess = Guess(reader.source, head)
    sample = _sample(reader, head)
    for target, names in NAMES.items():
        column = _first(head, names, {*guess.columns.values()})
        if column is not None:
            _take(guess, target, column, sample, reader.own_times)
    _find_key_and_time(guess, sample, reader.own_times)
    used = {*guess.columns.values()}
    guess.places = [column for names in _PLACES if (column := _first(head, names, used))]
    guess.categories = [column for names in _CATEGORIES if (column := _first(head, names, used))]
    guess.unit = _first(head, _UNITS, used)
    person = _first(head, _PERSON, used)
    both = [guess.columns[each] for each in ("petitioner_name", "petitioner_phone") if each in guess.columns]
    guess.person = [person] if person else both if len(both) == 2 else []
    if "channel" in guess.columns:
        present = set(sample[guess.columns["channel"]].dropna())
        guess.channels = {word: channel for word, channel in _CHANNELS.items() if word in present}
    return guess


def map_as_toml(guess: Guess, file: str, city: str) -> str:
    """The map as commented TOML."""
    lines = [
        f"# Guessed from {file}: look through every line and correct what is wrong.",
        "# maps/template.toml explains all keys.",
        *_source(guess, city),
        *_columns(guess),
        *_times(guess),
        *_rules(guess),
        *_offers(guess),
    ]
    used = {*guess.columns.values(), *guess.places, *guess.categories, *guess.person, guess.unit}
    rest = [column for column in guess.head.names if column and column not in used]
    if rest:
        lines += ["", "# Columns that nothing was guessed for:"]
        lines += [f"#   {' '.join(column.split())}" for column in rest]
    return "\n".join(lines) + "\n"


def _source(guess: Guess, city: str) -> list[str]:
    lines = [
        "",
        "[source]",
        "# Together with the case number it identifies a case: load newer exports under the same name.",
        f"name = {_quoted(guess.source.name)}",
    ]
    given = guess.source.model_dump(exclude_unset=True, exclude={"name", "table"})
    lines += [f"{key} = {_quoted(value)}" for key, value in given.items()]
    if guess.head.rows != (0,):
        rows = " and ".join(str(i + 1) for i in guess.head.rows)
        lines.append(f"# The heads were found in row {rows} of those that are not blank; header = … says otherwise.")
    if guess.places:
        lines += ["", "# What the cockpit calls the city, here as in config.toml; codes of places begin with it."]
        lines += ["[city]", f"name = {_quoted(city)}"]
    return lines


def _columns(guess: Guess) -> list[str]:
    lines = ["", "# field of the case = column of the file", "[columns]"]
    lines += [f"{name} = {_quoted(column)}" for name, column in guess.columns.items()]
    lines += [f"# {each} is needed and was not found: name its column" for each in guess.missing]
    return lines + [f"# {doubt}" for doubt in guess.doubts]


def _rules(guess: Guess) -> list[str]:
    lines: list[str] = []
    if guess.channels:
        lines += [
            "",
            "# Words for the channels 来信 来访 网信 电话 传真 12345转办; others are kept.",
            "[values.channel]",
        ]
        lines += ['unknown = "keep"', "[values.channel.map]"]
        lines += [f"{_quoted(word)} = {_quoted(channel)}" for word, channel in guess.channels.items()]
    if guess.places:
        lines += ["", "# Places are made from these columns, the largest first.", "[place]", 'by = "make"']
        lines += [f"columns = {_list(guess.places)}"]
    if guess.categories:
        lines += ["", "# Classes are made from these columns.", "[category]"]
        lines += [f"columns = {_list(guess.categories)}", "make = true"]
    if guess.unit:
        lines += ["", "[unit]", f"column = {_quoted(guess.unit)}", "make = true"]
    if guess.person:
        lines += ["", "# Columns that together are one person; only a hash is kept. Repeats are found by it."]
        lines += ["[petitioner]", f"key = {_list(guess.person)}"]
    return lines


def _offers(guess: Guess) -> list[str]:
    """What no column tells and the bureau alone knows, commented out: dozens of numbers rest on it."""
    constants = {"channel": "网信", "is_simple": True, "counted": True}
    offered = [f"# {name} = {_quoted(value)}" for name, value in constants.items() if name not in guess.columns]
    lines = [
        "",
        "# Take the # away from what holds of every case; many numbers are known then that are not without it.",
    ]
    lines += ["# [constants]", *offered]
    if "due_at" not in guess.columns:
        start = "accepted" if "accepted_at" in guess.columns else "registered"
        lines += ["#", "# [due]", f"# compute_from = {_quoted(start)}"]
    return lines


def _times(guess: Guess) -> list[str]:
    if not guess.layouts:
        return []
    lines = ["", "# How the times are written (Python strptime), tried in their order.", "[times]"]
    return lines + [f"{name} = {_list(layouts)}" for name, layouts in guess.layouts.items()]


def _opened(path: Path, name: str) -> tuple[Reader, Head]:
    """The reader whose encoding, delimiter and head bring the most known names."""
    plain = open_reader(path, Source(name=name))
    if not isinstance(plain, CsvReader):
        return plain, _best_head(plain)
    encoding = likely_encoding(_begin(path)) or "utf-8"
    given = {} if encoding == "utf-8" else {"encoding": encoding}
    tried = [Source(name=name, **given)]
    tried += [Source(name=name, delimiter=delimiter, **given) for delimiter in _DELIMITERS[1:]]
    readers = [open_reader(path, source) for source in tried]
    heads = [(reader, _best_head(reader)) for reader in readers]
    return max(heads, key=lambda pair: (_known(pair[1]), len(pair[1].names)))


def _begin(path: Path) -> bytes:
    try:
        with gzip.open(path) if is_gzip(path) else path.open("rb") as raw:
            return raw.read(1 << 20)
    except (OSError, EOFError) as error:
        raise CasebaseError(f"{path}: cannot be read ({error})") from None


def _best_head(reader: Reader) -> Head:
    """The row, or pair of rows, with the most known names; the first of equals."""
    if isinstance(reader, CsvReader):
        rows = [row.texts for row in reader.first_rows]
    elif isinstance(reader, XlsxReader):
        rows = reader.first_texts
    else:
        return reader.head([])
    singles = [head_at(rows, (i,)) for i in range(len(rows))]
    pairs = [head_at(rows, (i, i + 1)) for i in range(len(rows) - 1)]
    return max([*singles, *pairs], key=_known, default=reader.head([]))


def _known(head: Head) -> int:
    every = [*NAMES.values(), *_PLACES, *_CATEGORIES, _UNITS, _PERSON]
    return sum(_first(head, names, set()) is not None for names in every)


def _first(head: Head, names: Iterable[str], used: set[str]) -> str | None:
    """The column with the first of these names, whatever its blanks, brackets and letter case."""
    columns = {_plain(column): column for column in reversed(head.names) if column and head.names.count(column) == 1}
    candidates = (columns.get(_plain(name)) for name in names)
    return next((column for column in candidates if column and column not in used), None)


def _plain(name: str) -> str:
    bare = re.sub(r"[(（\[【].*?[)）\]】]", "", unicodedata.normalize("NFKC", name))
    return re.sub(r"[\W_]+", "", bare).lower()


def _sample(reader: Reader, head: Head) -> pd.DataFrame:
    columns = [name for name in head.names if name and head.names.count(name) == 1]
    chunk = next(iter(reader.chunks(columns, rows=_SAMPLE)), pd.DataFrame(columns=columns, dtype="str"))
    blanks = folded(BLANKS)
    return chunk.head(_SAMPLE).apply(lambda column: without_blanks(column.astype("str"), blanks))


def _take(guess: Guess, target: str, column: str, sample: pd.DataFrame, own: tuple[str, ...]) -> None:
    """Accept a column for a field if its values read as the field's kind; otherwise say why not."""
    kind = petition.c[target].type
    values = sample[column].dropna()
    if isinstance(kind, DateTime | Date):
        layouts = _layouts(values, own)
        if layouts is None:
            guess.doubts.append(f"{target} = {_quoted(column)}: its values are no times that are known here")
            return
        if [*layouts] != ["%Y-%m-%d %H:%M:%S"] and layouts:
            guess.layouts[target] = layouts
    elif not _reads_as(kind, values):
        guess.doubts.append(
            f"{target} = {_quoted(column)}: its values do not read as such; translate them under [values]"
        )
        return
    guess.columns[target] = column


def _reads_as(kind: object, values: pd.Series) -> bool:
    if isinstance(kind, Boolean):
        words = BooleanWords()
        return bool(values.str.lower().isin([*words.true, *words.false]).all())
    if isinstance(kind, Float | Integer):
        return bool(pd.to_numeric(values, errors="coerce").notna().mean() >= _MOSTLY) if len(values) else True
    return True


def _layouts(values: pd.Series, own: tuple[str, ...]) -> list[str] | None:
    """The formats that together read nearly all values, the most frequent first; None where there are none."""
    # As the loading sees them: digits of full width are digits, and a spreadsheet's days need no format.
    values = values.map(lambda text: unicodedata.normalize("NFKC", text))
    waiting, layouts = values[~values.str.fullmatch(SERIAL)], []
    for layout in own:
        waiting = waiting[pd.to_datetime(waiting, format=layout, errors="coerce").isna()]
    while len(waiting):
        counts = {layout: _parsed(waiting, layout) for layout in _LAYOUTS}
        best = max(counts, key=lambda layout: int(counts[layout].sum()))
        if not counts[best].any():
            break
        layouts.append(best)
        waiting = waiting[~counts[best]]
    return layouts if not len(values) or len(waiting) <= (1 - _MOSTLY) * len(values) else None


def _parsed(values: pd.Series, layout: str) -> pd.Series:
    return pd.to_datetime(values, format=layout, errors="coerce", utc="%z" in layout).notna()


def _find_key_and_time(guess: Guess, sample: pd.DataFrame, own: tuple[str, ...]) -> None:
    """Where no name told: the first column that is different in every row, and the first of times."""
    tests: dict[str, Callable[[pd.Series], bool]] = {
        "case_no": lambda values: len(values) == len(sample) > 1 and bool(values.is_unique),
        "registered_at": lambda values: len(values) > 0 and bool(_layouts(values, own) is not None),
    }
    for target in guess.missing:
        for column in sample.columns:
            if column not in guess.columns.values() and tests[target](sample[column].dropna()):
                _take(guess, target, column, sample, own)
                guess.doubts.append(f"{target} was guessed from the values alone")
                break


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _list(values: list[str]) -> str:
    return f"[{', '.join(map(_quoted, values))}]"
