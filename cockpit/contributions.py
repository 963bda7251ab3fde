"""A change of a number in its parts (queries.decompose), as bars and rows show them."""

from collections.abc import Sequence

import pandas as pd

from cockpit import kpis, places, splits
from cockpit.kept import kept
from cockpit.view import View
from queries.decompose import Change
from queries.measure import stock_moment
from queries.model import Kind, Metric, Polarity
from queries.periods import Against, compared_period
from queries.subjects import DIMENSIONS, OF_PETITION
from views import words
from wording import numbers, working_days

MIX, PERFORMANCE, CALENDAR = "mix", "performance", "calendar"
CALENDAR_NAME = "日历影响"
EFFECTS = {PERFORMANCE: "办理", MIX: "构成"}
# Rows of the table of parts.
CELLS = 200
# A dimension of thousands of names that nobody compares.
_TOO_FINE = ("expert",)
FORMULA = (
    "率的变化分成两部分，两部分之和恰好等于变化（Bennet 对称分解）：\n\n"
    "R₁ − R₀ = Σ s̄ᵢ·(rᵢ₁ − rᵢ₀) + Σ (sᵢ₁ − sᵢ₀)·(r̄ᵢ − R̄)\n\n"
    "sᵢ 为各组占分母的比重，rᵢ 为各组自己的率，上横线为两期平均。前一项是**办理**效应：各组自己的率变了多少；"
    "后一项是**构成**效应：率高或率低的组占得多了还是少了。只在一期有件的组，全部计入构成效应。"
)


def usual_dimensions(view: View) -> list[str]:
    """Place, class and channel, one level below what the bar has fixed."""
    return [places.dimension_below(view), "subcategory" if view.within.category else "category", "channel"]


def dimensions(view: View, metric: Metric) -> list[str]:
    """What a metric is split by: the usual ones and the unit, then those of its own."""
    own = [name for name in metric.subject.dimensions if name not in OF_PETITION and name not in _TOO_FINE]
    every = [name for name in (*usual_dimensions(view), "unit") if metric.applies(name)] + own
    known = [name for name in every if not kpis.missing_for_split(view, metric.id, name)]
    return known or every


def compared_with(view: View, metric: Metric, against: Against) -> str:
    """What is compared with what, in words: 登记量，2026年11月1日—29日，全市；与2026年10月1日—29日相比（截至 …）."""
    then, at = compared_period(view.period, view.as_of, against)
    if metric.is_stock:
        earlier = f"{words.moment(stock_moment(at, then), year=True)}的时点数相比"
        return f"{metric.name}，{view.slice_text}，{view.stock_moment_text}；与{earlier}。"
    earlier = f"{words.span(then.start, then.end)}相比（截至 {words.moment(at, year=True)}）"
    return f"{metric.name}，{view.text}；与{earlier}。"


@kept
def bars_of(view: View, metric: Metric, change: Change, dimension: str) -> pd.DataFrame:
    """One bar a group of a count, and one of the working days; two of a rate, its own rate's and its volume's.

    `pinned`: the bar that stands first whatever its size. What rests on too few is not judged (see kpis.deltas):
    its parts are neither better nor worse.
    """
    parts, comparable = change.parts, is_comparable(view, metric, change)
    names = splits.names_of(view, dimension, parts[dimension].tolist())
    if metric.is_total:
        values = [("", change.by, "")]
    else:
        values = [(effect, effect, f"{word}：") for effect, word in EFFECTS.items()]
    frames = [
        pd.DataFrame(
            {
                "code": [f"{effect}:{place}" for place in parts.index],
                "name": [f"{prefix}{name}" for name in names],
                "value": parts[column],
                "tone": [numbers.tone(metric, value, 0) if comparable else "neutral" for value in parts[column]],
                "note": [_own_rates(row) if effect == PERFORMANCE else "" for _, row in parts.iterrows()],
                "tip": [
                    f"{prefix}{name} {words.contribution(row[column], numbers.kind_of(metric))}；{sides(metric, row)}"
                    f"{_of_calendar(row) if change.has_calendar else ''}"
                    for name, (_, row) in zip(names, parts.iterrows(), strict=True)
                ],
            }
        )
        for effect, column, prefix in values
    ]
    bars = pd.concat(frames, ignore_index=True).assign(pinned=False)
    return pd.concat([_calendar_bar(metric, change), bars], ignore_index=True) if change.has_calendar else bars


def is_comparable(view: View, metric: Metric, change: Change) -> bool:
    """Whether the change is one for better or worse: not that of a rate over too few, nor of a count from too few."""
    among, before = change.parts[["among", "among_before"]].sum()
    few = view.settings.lights.small_sample
    return metric.is_comparable(among, before, few) and not metric.moves_by_pieces(change.before, few)


def bars_text(view: View, metric: Metric, change: Change, dimension: str) -> str:
    """How the bars are to be read."""
    unit = "百分点" if metric.kind is Kind.RATE else metric.unit
    colours = "蓝为增加，灰为减少" if metric.polarity is Polarity.NEUTRAL else "蓝为向好，红为变差"
    if metric.polarity is not Polarity.NEUTRAL and not is_comparable(view, metric, change):
        colours = f"{words.NOT_COMPARED}好坏"
    own = "；办理各条括号内为该组上期→本期的率" if metric.kind is Kind.RATE else ""
    return f"按{DIMENSIONS[dimension]}拆分，各条相加等于总变化（{unit}）{own}；{colours}；点击一条查看本期明细"


def direction(view: View, metric: Metric, change: Change) -> str:
    """What it means where bars go to the left and to the right."""
    ways = {
        Polarity.NEUTRAL: ("减少", "增加"),
        Polarity.UP_GOOD: ("变差", "向好"),
        Polarity.DOWN_GOOD: ("向好", "变差"),
    }
    left, right = ways[metric.polarity if is_comparable(view, metric, change) else Polarity.NEUTRAL]
    return f"← {left}　　{right} →"


def _calendar_bar(metric: Metric, change: Change) -> pd.DataFrame:
    """What more or fewer working days alone add; neither better nor worse."""
    tip = f"{calendar_sentence(metric, change)}；各组的一份已从各条中扣除"
    bar = {"code": CALENDAR, "name": CALENDAR_NAME, "value": change.calendar, "tone": "neutral", "note": "", "tip": tip}
    return pd.DataFrame([{**bar, "pinned": True}])


def calendar_sentence(metric: Metric, change: Change) -> str:
    """本期 20 个工作日，上期 15 个；按上期的工作日均数，多 5 个工作日合 +1,203 件次: what the part of its own is.

    "" where there is none.
    """
    if change.days is None or not change.has_calendar:
        return ""
    days, unpublished = change.days, working_days.unpublished(change.days)
    added = f"{working_days.difference(days)}合 {words.contribution(change.calendar, 'count')} {metric.unit}"
    note = f"（{unpublished}）" if unpublished else ""
    return f"本期 {days.now} 个工作日，上期 {days.before} 个；按上期的工作日均数，{added}{note}"


def _of_calendar(row: pd.Series) -> str:
    return f"，已扣除{CALENDAR_NAME} {words.contribution(row[CALENDAR], 'count')}"


def _own_rates(row: pd.Series) -> str:
    """（93.18→97.50%）: a group's own rates before and now; "" where it had none in one of the two."""
    if not row["among_before"] or not row["among"]:
        return ""
    before, after = (words.percent(row[f"hits{when}"] / row[f"among{when}"]) for when in ("_before", ""))
    return f"（{before.removesuffix('%')}→{after}）"


def sides(metric: Metric, row: pd.Series) -> str:
    """A group before and now: 上期 120 → 本期 165."""
    if metric.is_total:
        return f"上期 {words.full_count(row['hits_before'])} → 本期 {words.full_count(row['hits'])} {metric.unit}"
    before, after = (words.fraction(row[f"hits{when}"], row[f"among{when}"]) for when in ("_before", ""))
    return f"上期 {before} → 本期 {after}"


def largest_parts(change: Change) -> pd.DataFrame:
    """The CELLS largest parts of a change that are not 0."""
    return _moved_parts(change).head(CELLS)


def _moved_parts(change: Change) -> pd.DataFrame:
    moved = change.parts[["change", change.by]].fillna(0).ne(0).any(axis=1)
    return change.parts[moved].reset_index(drop=True)


@kept
def written_cells(view: View, metric: Metric, change: Change, by: Sequence[str]) -> pd.DataFrame:
    """The largest parts as rows: the names of their dimensions, then what changed."""
    largest = largest_parts(change)
    names = pd.DataFrame({DIMENSIONS[name]: splits.names_of(view, name, largest[name].tolist()) for name in by})
    return names.join(written_changes(metric, change, largest))


@kept
def cells_text(view: View, metric: Metric, change: Change, by: Sequence[str]) -> tuple[str, str]:
    """What the table of parts says, and its note: how many parts there are, and that they add up to the change."""
    kind, moved = numbers.kind_of(metric), _moved_parts(change)
    first = "、".join(written_cells(view, metric, change, by).iloc[0, : len(by)])
    # Of a count the part of its own is looked at, which stands in another column than the whole change.
    largest = f"{'自身增减' if change.has_calendar else '变化'}最大的一格：{first}"
    rest = words.contribution(moved["change"].iloc[CELLS:].sum(), kind)
    more = f"；列前 {CELLS} 格，其余 {words.full_count(len(moved) - CELLS)} 格合计 {rest}" if len(moved) > CELLS else ""
    of_calendar = f"，其中日历影响 {words.contribution(change.calendar, kind)}" if change.has_calendar else ""
    return (
        f"{largest}，{words.contribution(moved[change.by].iloc[0], kind)}",
        f"{' × '.join(DIMENSIONS[name] for name in by)}，共 {words.full_count(len(moved))} 格有变化，"
        f"各格相加等于总变化 {words.contribution(change.difference, kind)}{of_calendar}{more}；选中一行查看本期明细",
    )


def effects_text(change: Change, dimension: str) -> str:
    """What a rate's change consists of in the whole, as a table of Markdown; "" where it is not known."""
    sums = change.parts[[PERFORMANCE, MIX, "change"]].sum()
    if pd.isna(sums["change"]):
        return ""
    rows = zip(("办理效应", "构成效应", "合计变化"), sums, strict=True)
    lines = "\n".join(f"| {name} | **{words.contribution(value, 'rate')}** |" for name, value in rows)
    return f"| 按{DIMENSIONS[dimension]}拆分 | |\n|:--|--:|\n{lines}"


def written_changes(metric: Metric, change: Change, parts: pd.DataFrame) -> pd.DataFrame:
    """Groups before and now, their part in the change and what that is made of, as the table writes them.

    `parts` are rows of the change: a rate's are made of 办理 and 构成, a count's of the working days and its own.
    """
    is_rate, kind = metric.kind is Kind.RATE, numbers.kind_of(metric)
    written = pd.DataFrame(index=parts.index)
    for head, when in {"上期": "_before", "本期": ""}.items():
        pairs = parts[[f"hits{when}", f"among{when}"]].itertuples(index=False)
        written[head] = [words.fraction(*pair) for pair in pairs] if is_rate else parts[f"hits{when}"]
    effects = EFFECTS if is_rate else {CALENDAR: CALENDAR_NAME, "own": "自身增减"} if change.has_calendar else {}
    for head, column in {"变化": "change", **{f"其中{word}": effect for effect, word in effects.items()}}.items():
        written[head] = [words.contribution(value, kind) for value in parts[column]]
    return written
