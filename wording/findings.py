"""What a picture shows, in one sentence: the titles of charts, computed from the frames they draw.

Rates are ratios 0 … 1; frames of places and units have name, value, among and small (see splits.split).
"""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from queries.decompose import Change
from queries.measure import metric_of
from queries.model import Kind, Metric, Polarity, is_small_base, is_small_sample
from queries.subjects import CLOSING_DAYS, RECEPTION_AGES
from views import words
from wording.numbers import kind_of, movement

UNIT = "件次"
# The 口径 of a comparison with comparable cases (queries.comparable).
COMPARABLE_METHOD = (
    "口径：直接标准化，按内容分类和登记年份分层，以本组的构成加权；误差范围为 95% 置信区间，单个率用 Wilson 法，"
    "两率之差用 Newcombe 法。"
)


def most(frame: pd.DataFrame, place: str, *, none: str, unit: str = UNIT, nameless: int = 0) -> str:
    """Who has most: 金水区最多，377 件次，占全市 10.26%. `none` where nothing is counted.

    What nobody filled in (rows whose `code` is "") is nobody who could have most; it belongs to the whole, as do
    `nameless`, which stand in no row.
    """
    every = int(frame["value"].sum())
    frame = _with_code(frame)
    if not frame["value"].sum():
        return f"{words.full_count(every)} {unit}都没有填写" if every else none
    total = every + nameless
    top = int(frame["value"].max())
    names = frame.loc[frame["value"] == top, "name"].tolist()
    if 1 < len(names) == int((frame["value"] > 0).sum()):
        return f"{words.listing(names, 2)}各 {words.full_count(top)} {unit}"
    if len(names) > 1:
        return f"{words.listing(names, 2)}并列最多，各 {words.full_count(top)} {unit}"
    if top == total:
        return f"只有{names[0]}，{words.full_count(top)} {unit}"
    return f"{names[0]}最多，{words.full_count(top)} {unit}，占{place} {words.percent(top / total)}"


def _with_code(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that somebody or something answers for: what nobody filled in is named by no superlative."""
    return frame[frame["code"] != ""] if "code" in frame.columns else frame


def leading(counts: pd.Series, unit: str) -> str:
    """Who has most, all of them: 高校最多，60 人. Counts by name."""
    names = counts.index[counts == counts.max()].tolist()
    return f"{words.listing(names, 2)}最多，{'各 ' if len(names) > 1 else ''}{words.full_count(counts.max())} {unit}"


def ranking(
    frame: pd.DataFrame, metric: Metric, target: float | None, noun: str, place: str, *, few: int, nameless: int = 0
) -> str:
    """The finding of a ranking of places by any metric; frames of places.with_metric. `nameless`: see `most`."""
    if metric.kind is Kind.RATE and metric.polarity is not Polarity.UP_GOOD:
        return highest(frame, metric, f"各{noun}", few=few)
    if metric.kind is Kind.RATE:
        return lowest(frame, target, f"各{noun}", few=few, nothing=f"各{noun}这一时段没有可计{metric.name}的记录")
    if metric.is_total:
        return most(frame, place, none=f"{place}没有{metric.name}", unit=metric.unit, nameless=nameless)
    valued = _with_code(frame).dropna(subset=["value"])
    if valued.empty:
        return f"没有人口数，算不出{metric.name}" if metric.kind is Kind.PER_10K else f"{place}没有{metric.name}"
    top = float(valued["value"].max())
    if len(valued) == 1:
        return f"只有{valued['name'].iloc[0]}，{words.decimal(top)} {metric.unit}"
    return f"{_leaders(valued, top)}最高，{words.decimal(top)} {metric.unit}"


def highest(frame: pd.DataFrame, metric: Metric, noun: str, *, few: int) -> str:
    """Who has most of a rate that is no merit: 物业最高，7.68%. Samples under `few` are left out, with a note of it."""
    valued = _with_code(frame).dropna(subset=["value"])
    judged = valued[~valued["small"].astype(bool)]
    if valued.empty:
        return f"{noun}这一时段没有可计{metric.name}的记录"
    if judged.empty:
        return _too_few(valued, noun, few)
    top = float(judged["value"].max())
    if len(judged) == 1:
        return _only(valued, judged, words.percent(top), few)
    return f"{_of_whom(valued, judged, noun, few)}{_leaders(judged, top)}最高，{words.percent(top)}"


def lowest(
    frame: pd.DataFrame,
    target: float | None,
    noun: str,
    *,
    few: int,
    nothing: str = "这一时段没有应办结的简单诉求",
) -> str:
    """Who is behind: 惠济区最低，88.24%，低于目标 6.76 百分点. Samples under `few` are left out, with a note of it."""
    valued = _with_code(frame).dropna(subset=["value"])
    judged = valued[~valued["small"].astype(bool)]
    if valued.empty:
        return nothing
    if judged.empty:
        return _too_few(valued, noun, few)
    least = float(judged["value"].min())
    if len(judged) == 1:
        against = f"，{_against(least, target)}" if len(valued) == 1 and target is not None else ""
        return _only(valued, judged, words.percent(least), few) + against
    names, of = _leaders(judged, least), _of_whom(valued, judged, noun, few)
    if target is None:
        return f"{of}{names}最低，{words.percent(least)}"
    if words.target_reached(least, target * 100):
        of_places = f"{of.removesuffix('中，')}" or noun
        return f"{of_places}全部达标，最低的{names} {words.percent(least)}"
    return f"{of}{names}最低，{words.percent(least)}，{_against(least, target)}"


def flow(frame: pd.DataFrame, *, few: int) -> str:
    """近 90 天新收 14,520、办结 14,500、未予办理 111 件次，在办减少 91 件次（−2.4%）; no % from a base under `few`.

    Columns: inflow, outflow, not_handled (what left the backlog without being closed), backlog.
    """
    inflow, outflow, dropped = (int(frame[name].sum()) for name in ("inflow", "outflow", "not_handled"))
    after = int(frame["backlog"].iloc[-1])
    before = after - inflow + outflow + dropped
    moved = f"在办{'增加' if after > before else '减少'} {words.full_count(abs(after - before))} {UNIT}"
    relative = words.NONE if is_small_base(before, few) else words.change(after, before)
    change_of_backlog = "在办持平" if after == before else moved + (f"（{relative}）" if relative != words.NONE else "")
    ended = f"、未予办理 {words.full_count(dropped)}" if dropped else ""
    flow = f"新收 {words.full_count(inflow)}、办结 {words.full_count(outflow)}{ended} {UNIT}"
    return f"近 {len(frame)} 天{flow}，{change_of_backlog}"


def ages(frame: pd.DataFrame, old: Sequence[str]) -> str:
    """超过 60 天的 265 件次，占 7.21%，都在办理中. Columns: stage, age, value; `old` names the bands meant.

    Cases of which no time tells the stage (rows whose stage is "") are in none.
    """
    total = int(frame["value"].sum())
    if total == 0:
        return "没有这类在办件"
    beyond = frame[frame["age"].isin(old) & (frame["value"] > 0)]
    if beyond.empty:
        return "没有超过 60 天的在办件"
    count = int(beyond["value"].sum())
    statement = f"超过 60 天的 {words.full_count(count)} {UNIT}，占 {words.percent(count / total)}"
    stages = beyond[beyond["stage"] != ""].groupby("stage")["value"].sum().sort_values(ascending=False)
    if stages.empty:
        return statement
    if stages.iloc[0] == count:
        return f"{statement}，都在{stages.index[0]}"
    return f"{statement}，其中{stages.index[0]} {words.full_count(stages.iloc[0])} {UNIT}"


def due(frame: pd.DataFrame, days: int) -> str:
    """5 个工作日内 25 件次到期，最多的是 11月27日，13 件次. Columns: day (date), value."""
    total = int(frame["value"].sum())
    if total == 0:
        return f"{days} 个工作日内没有到期件"
    return f"{days} 个工作日内 {words.full_count(total)} {UNIT}到期，最多的是{_fullest_days(frame, '，')}"


def peak(frame: pd.DataFrame) -> str:
    """五日期限 11月24日最多，41 件次；办结期限 11月27日最多，13 件次. Columns: row (the limit), day (date), value."""
    clauses = []
    for name, rows in frame.groupby("row", sort=False):
        at = _fullest_days(rows, "最多，")
        clauses.append(f"{name}{at}" if rows["value"].max() else f"没有{name}到期的件")
    return "；".join(clauses)


def _fullest_days(frame: pd.DataFrame, verb: str) -> str:
    """The days with most, all of them: 11月24日最多，41 件次; 11月24日、11月25日最多，各 41 件次."""
    top = frame["value"].max()
    days = [words.day(day) for day in frame.loc[frame["value"] == top, "day"]]
    return f"{words.listing(days)}{verb}{'各 ' if len(days) > 1 else ''}{words.full_count(top)} {UNIT}"


def outlook(frame: pd.DataFrame, name: str, month: str) -> str:
    """若不再办结，3 个工作日后五日办结率降到 91.20%，少 3.36 百分点. Frame of queries.forward.outlook."""
    now, then = frame.iloc[0], frame.iloc[-1]
    if not then["among"]:
        return f"没有{month}到期的件"
    if not then["falling"]:
        return f"{int(then['days'])} 个工作日内没有{month}到期的件，{name}不会因此下降"
    head = f"若不再办结，{int(then['days'])} 个工作日后{name}"
    if words.is_missing(now["value"]):
        return f"{head}为 {words.percent(then['value'])}"
    moved = words.points(then["value"] - now["value"])
    if moved == words.SAME:
        return f"{head}几乎不变，{words.full_count(then['falling'])} {UNIT}到期"
    # What was closed early counts from the day of its limit on: the rate may rise too.
    to, by = ("降到", "少") if moved.startswith(words.MINUS) else ("升到", "多")
    size = f"{to} {words.percent(then['value'])}，{by} {moved.lstrip('+' + words.MINUS)}"
    return f"{head}{size}，{words.full_count(then['falling'])} {UNIT}到期"


def change_reason(metric: Metric, change: Change, bars: pd.DataFrame, against: str) -> str:
    """登记量较上月同期 +178 件次，其中日历影响 +120；扣除后金水区影响最大，+45.

    Bars: name, value and perhaps pinned, as charts.waterfall draws them; what is pinned is no group.
    """
    kind = kind_of(metric)
    if words.is_missing(change.difference):
        return f"{metric.name}{against}没有可比的数"
    moved = words.contribution(change.difference, kind) + ("" if metric.kind is Kind.RATE else f" {metric.unit}")
    statement = f"{metric.name}{against}持平" if change.difference == 0 else f"{metric.name}{against} {moved}"
    if change.has_calendar:
        statement = f"{statement}，其中日历影响 {words.contribution(change.calendar, kind)}"
    parts = bars[bars["value"].fillna(0) != 0]
    if "pinned" in parts:
        parts = parts[~parts["pinned"].astype(bool)]
    if parts.empty:
        return statement
    size = parts["value"].abs()
    top = parts[size == size.max()]
    names = words.listing(top["name"].tolist(), 2)
    statement += f"；扣除后{names}影响最大，" if change.has_calendar else f"，{names}影响最大，"
    if top["value"].nunique() > 1:
        return f"{statement}升降各 {words.contribution(float(size.max()), kind).removeprefix('+')}"
    return f"{statement}{'各 ' if len(top) > 1 else ''}{words.contribution(top['value'].iloc[0], kind)}"


def months(
    frame: pd.DataFrame,
    target: float | None,
    today: date,
    *,
    nothing: str = "所选范围内没有应办结的简单诉求",
) -> str:
    """11月（至22日）94.56%，低于目标 0.44 百分点；此前 12 个月 3 个月达标.

    Columns: at (first of the month), value, small. A small sample is held against no target, nor counted among months
    that reached it.
    """
    valued = _with_code(frame).dropna(subset=["value"])
    if valued.empty:
        return nothing
    last = valued.iloc[-1]
    at = pd.Timestamp(last["at"])
    running = f"（至{today.day}日）" if (at.year, at.month) == (today.year, today.month) else ""
    statement = f"{words.month(at.date(), year=not running)}{running or ' '}{words.percent(last['value'])}"
    if target is None:
        return f"{statement}（{words.SMALL}）" if last["small"] else statement
    if last["small"]:
        statement += f"（{words.SMALL}，不作评判）"
    else:
        reached = words.target_reached(last["value"], target * 100)
        statement += "，达到目标" if reached else f"，{_against(last['value'], target)}"
    before = valued.iloc[:-1]
    judged = before[~before["small"].astype(bool)]
    if judged.empty:
        return statement
    times = sum(words.target_reached(value, target * 100) for value in judged["value"])
    among = f" {len(judged)} 个月" if len(judged) == len(before) else f"样本足够的 {len(judged)} 个月"
    each = "都" if len(judged) > 1 else ""
    how_often = {0: f"{each}未达标", len(judged): f"{each}达标"}.get(times, f" {times} 个月达标")
    return f"{statement}；此前{among}{how_often}"


def search_result(frame: pd.DataFrame, *, few: int) -> str:
    """近 12 个月登记 1,234 件次，较上年同期 +12.3%: of months with value and last_year, without one where not known."""
    known = frame.dropna(subset=["value"])
    statement = f"近 {len(known)} 个月登记 {words.full_count(int(known['value'].sum()))} 件次"
    if known["last_year"].isna().any():
        return f"{statement}，上年同期没有全部数据" if known["last_year"].notna().any() else statement
    moved = movement(metric_of("registered"), known["value"].sum(), known["last_year"].sum(), few)
    return f"{statement}，较上年同期 {moved}" if len(known) else statement


def fullest_month(name: str, frame: pd.DataFrame, unit: str) -> str:
    """12345转办，7月最多，887 件次; all months that have as many are told. Columns: label (7月), value."""
    top = frame["value"].max() if len(frame) else 0
    if not top:
        return f"{name}，这些月份都没有"
    months = frame.loc[frame["value"] == top, "label"].tolist()
    return f"{name}，{words.listing(months)}最多，{'各 ' if len(months) > 1 else ''}{words.full_count(top)} {unit}"


def closings(frame: pd.DataFrame, limit: int, last_day: float) -> str:
    """22.1% 压在期限当天办结，4.1% 超过 5 个工作日；中位数 3 个工作日. Columns: days, cases."""
    total = int(frame["cases"].sum())
    if total == 0:
        return "所选时段没有办结的简单诉求"
    # The last of CLOSING_DAYS is all that took longer: under a longer limit nobody knows how many of them are late.
    last = min(limit, len(CLOSING_DAYS) - 2)
    late = int(frame.loc[frame["days"] > last, "cases"].sum())
    over = f"{words.percent(late / total, 1)} 超过 {last} 个工作日" if late else f"没有超过 {last} 个工作日的"
    return f"{words.percent(last_day, 1)} 压在期限当天办结，{over}；中位数 {median_days(frame)} 个工作日"


def hot_squares(points: pd.DataFrame) -> str:
    """丰产路街道一带最集中，约 1 公里见方内 24 件次；前 10 个方格共 180 件次. Columns: name, weight, fullest first."""
    top = points.head(10)
    first = top.iloc[0]
    tied = points[points["weight"] == first["weight"]]
    each = "各 " if len(tied) > 1 else ""
    names = words.listing(tied["name"].drop_duplicates().tolist(), 2)
    statement = f"{names}最集中，约 1 公里见方内{each if each else ' '}{words.full_count(first['weight'])} {UNIT}"
    return (
        statement
        if len(top) == 1
        else f"{statement}；前 {len(top)} 个方格共 {words.full_count(top['weight'].sum())} {UNIT}"
    )


def rises(frame: pd.DataFrame, noun: str, days: int, before: str) -> str:
    """物业服务 · 二七区近 7 天 17 件次，按前 8 周预计约 4 件次；另有 2 个热点.

    Columns: name, observed, expected, alarm.
    """
    alarms = frame[frame["alarm"].astype(bool)]
    if alarms.empty:
        return f"近 {days} 天没有{noun}异常上升"
    first = alarms.iloc[0]
    statement = (
        f"{first['name']}近 {days} 天 {words.full_count(first['observed'])} {UNIT}，"
        f"{before}预计{words.expected(first['expected'])} {UNIT}"
    )
    return statement if len(alarms) == 1 else f"{statement}；另有 {len(alarms) - 1} 个热点"


def staffing(frame: pd.DataFrame, kind: str) -> str:
    """52 个微网格中 1 个没有在岗网格员：第28微网格. Columns: name, value (workers)."""
    empty = frame.loc[frame["value"] == 0, "name"].tolist()
    if not empty:
        return f"{len(frame)} 个{kind}都有在岗网格员"
    return f"{len(frame)} 个{kind}中 {len(empty)} 个没有在岗网格员：{words.listing(empty)}"


def hearing_effect(frame: pd.DataFrame, moved: tuple[float, float, float], few: int) -> str:
    """听证件化解率 71.4%，比可比件高 8.2 百分点，差异明显. Frames of queries.comparable."""
    mine, other = frame.iloc[0], frame.iloc[1]
    if words.is_missing(mine["value"]) or words.is_missing(other["value"]):
        return "听证件太少，还不能与未听证件比较"
    points, low, high = moved
    difference = words.points(abs(points)).lstrip("+")
    beside = "与可比件持平" if difference == words.SAME else f"比可比件{'低' if points < 0 else '高'} {difference}"
    apart = "差异明显" if low > 0 or high < 0 else "在误差之内"
    sure = words.SMALL if is_small_sample(mine["among"], few) else apart
    return f"听证件化解率 {words.percent(mine['value'])}，{beside}，{sure}"


def agent_effect(metric: Metric, frame: pd.DataFrame, moved: tuple[float, float, float], few: int) -> str:
    """化解率低 0.10 百分点，在误差之内. Frame and difference of queries.comparable."""
    mine, other = frame.iloc[0], frame.iloc[1]
    if words.is_missing(mine["value"]) or words.is_missing(other["value"]):
        return f"{metric.name}还不能比较"
    points, low, high = moved
    difference = words.points(abs(points)).lstrip("+")
    beside = words.SAME if difference == words.SAME else f"{'低' if points < 0 else '高'} {difference}"
    apart = "差异明显" if low > 0 or high < 0 else "在误差之内"
    return f"{metric.name}{beside}，{words.SMALL if is_small_sample(mine['among'], few) else apart}"


def answers(cells: pd.DataFrame) -> str:
    """发督办函 120 件，3 件逾期. Cells of supervision orders: value, role ("bad" of those that were or are late)."""
    total, late = (int(values.sum()) for values in (cells["value"], cells.loc[cells["role"] == "bad", "value"]))
    return (
        f"发督办函 {words.full_count(total)} 件，{words.full_count(late)} 件逾期" if total else "这一时段没有发督办函"
    )


def answered(frame: pd.DataFrame) -> str:
    """督办反馈 117 件，已办结 82.05%. Columns: hits (settled), among (answered)."""
    total = int(frame["among"].sum())
    share = words.percent(frame["hits"].sum() / total) if total else ""
    return f"督办反馈 {words.full_count(total)} 件，已办结 {share}" if total else "这一时段没有督办反馈"


def open_receptions(counts: pd.Series) -> str:
    """未办结 24 批次，3 批次超过 60 天: by how long they have been open (queries.subjects.RECEPTION_AGES)."""
    total, old = int(counts.sum()), int(counts.get(RECEPTION_AGES[-1], 0))
    of_age = f"，{words.full_count(old)} 批次超过 60 天" if old else "，都在 60 天以内"
    return f"未办结 {words.full_count(total)} 批次{of_age}" if total else "接访的事都已办结"


def uncovered(frame: pd.DataFrame) -> str:
    """138 个社区（村）没有代办员. Columns: hits (communities with an agent), among (all)."""
    without = int((frame["among"] - frame["hits"]).sum())
    if not frame["among"].sum():
        return "没有可计代办员覆盖的社区（村）"
    return f"{words.full_count(without)} 个社区（村）没有代办员" if without else "社区（村）都有代办员"


def accompanying(loads: pd.DataFrame) -> str:
    """1,520 名代办员代办 3,104 件次，平均每人 2.0 件次. Frame of queries.accompaniment.load."""
    cases, agents = int((loads["cases"] * loads["agents"]).sum()), int(loads["agents"].sum())
    if not agents:
        return "这一时段没有代办件"
    each = words.decimal(cases / agents)
    return f"{words.full_count(agents)} 名代办员代办 {words.full_count(cases)} {UNIT}，平均每人 {each} {UNIT}"


def comparable_cases(frame: pd.DataFrame, moved: tuple[float, float, float]) -> str:
    """The numbers of `heard` in words, with how many cases stand behind them and the interval of the difference."""
    mine, other = frame.iloc[0], frame.iloc[1]
    if words.is_missing(mine["value"]) or words.is_missing(other["value"]):
        return ""
    points, low, high = (words.points(part) for part in moved)
    return (
        f"听证件 {words.full_count(mine['among'])} 件次，化解 {words.full_count(mine['hits'])} 件次；"
        f"可比件 {words.full_count(other['among'])} 件次，加权后化解率 {words.percent(other['value'])}。"
        f"相差 {points}，误差范围 {low.removesuffix(' 百分点')} 至 {high}。"
    )


def slowest(frame: pd.DataFrame, unit: str, noun: str, *, few: int, nothing: str) -> str:
    """Who takes longest: 丰产路街道最慢，平均 9.8 小时. Samples under `few` are left out, with a note of it."""
    frame = _with_code(frame)
    if frame.empty:
        return nothing
    judged = frame[~frame["small"].astype(bool)]
    if judged.empty:
        return _too_few(frame, noun, few, "件")
    top = float(judged["value"].max())
    if len(judged) == 1:
        return _only(frame, judged, f"平均 {words.days(top, unit)}", few, "件")
    of = _of_whom(frame, judged, noun, few, "件")
    return f"{of}{_leaders(judged, top)}最慢，平均 {words.days(top, unit)}"


def _leaders(frame: pd.DataFrame, value: float) -> str:
    """All who have the value, the first two by name."""
    return words.listing(frame.loc[frame["value"] == value, "name"].tolist(), 2)


def _only(valued: pd.DataFrame, judged: pd.DataFrame, value: str, few: int, unit: str = UNIT) -> str:
    """The only one that can be judged, neither first nor last: 只有凤凰台街道满 30 件次可比，93.33%，不排名次."""
    name = judged["name"].iloc[0]
    return f"只有{name}，{value}" if len(valued) == 1 else f"只有{name}满 {few} {unit}可比，{value}，不排名次"


def _too_few(valued: pd.DataFrame, noun: str, few: int, unit: str = UNIT) -> str:
    """None of them can be judged: 各区县都不足 30 件次（样本少）; of one: 只有某区，不足 30 件次（样本少）."""
    if len(valued) == 1:
        return f"只有{valued['name'].iloc[0]}，不足 {few} {unit}（样本少）"
    return f"{noun}都不足 {few} {unit}（样本少），不宜排名"


def _of_whom(valued: pd.DataFrame, judged: pd.DataFrame, noun: str, few: int, unit: str = UNIT) -> str:
    """Among whom a superlative holds where small samples are left out: 30 件次以上的区县中，; "" where of all."""
    return "" if len(valued) == len(judged) else f"{few} {unit}以上的{noun.removeprefix('各')}中，"


def expert_load(frame: pd.DataFrame, unit: str) -> str:
    """135 位专家中 97 位参与，最多的 9 件次，38 位未参与. Column: value, counted in `unit`."""
    active = frame[frame["value"] > 0]
    if active.empty:
        return f"{len(frame)} 位在库专家这一时段都没有参与"
    idle = len(frame) - len(active)
    most = f"，最多的参与 {words.full_count(active['value'].max())} {unit}"
    return f"{len(frame)} 位在库专家中 {len(active)} 位参与{most}，{idle} 位未参与"


def median_days(frame: pd.DataFrame) -> int:
    """The working days within which half of the cases were closed. Columns: days, cases (not all 0)."""
    ordered = frame.sort_values("days")
    half = ordered["cases"].cumsum() * 2 >= ordered["cases"].sum()
    return int(ordered.loc[half, "days"].iloc[0])


def _against(value: float, target: float) -> str:
    moved = words.points(value - target)
    return f"低于目标 {moved.removeprefix(words.MINUS)}" if moved.startswith(words.MINUS) else "略低于目标"
