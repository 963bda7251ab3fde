"""What a list says, in one sentence: the headings of tables, computed from the frames that they list."""

from datetime import datetime
from typing import Any

import pandas as pd

from views import words


def busiest(agents: pd.DataFrame) -> str:
    """代办最多的 20 名代办员，最多 12 件次. Column: cases, largest first."""
    if agents.empty:
        return "这一时段没有代办件"
    return f"代办最多的 {len(agents)} 名代办员，最多 {words.full_count(agents['cases'].iloc[0])} 件次"


def idle(experts: pd.DataFrame) -> str:
    """38 位专家这一时段没有参与."""
    return f"{len(experts)} 位专家这一时段没有参与" if len(experts) else "在库专家这一时段都有参与"


def coming_hearings(hearings: pd.DataFrame) -> str:
    """待举行听证 10 场次，最近一场 11月24日 09:00. Column: scheduled_at, the next first."""
    if hearings.empty:
        return "没有待举行的听证"
    return f"待举行听证 {len(hearings)} 场次，最近一场 {words.moment(hearings['scheduled_at'].iloc[0])}"


def open_cases(open_days: pd.DataFrame, place: str, at: str) -> str:
    """全市在办 3,675 件次，登记至今的中位数 25 天，最长 180 天；均为截至此刻的时点数. Of queries.backlog.open_days."""
    row = open_days.iloc[0]
    if not row["cases"]:
        return f"{place}没有在办的信访件。"
    return (
        f"{place}在办 {words.full_count(row['cases'])} 件次，登记至今的中位数 {words.days(row['median'])}，"
        f"最长 {words.days(row['longest'])}；均为{at}的时点数。"
    )


def oldest(cases: pd.DataFrame, unknown_limit: str) -> str:
    """最久的 50 件，登记至今 61—180 天，其中超期 12 件. Columns: days_open, state.

    `unknown_limit` says why none of them has a state, where the data does not know their limits.
    """
    overdue = int((cases["state"] == "overdue").sum())
    of_whom = f"是否超期看不出（{unknown_limit}）" if unknown_limit else f"其中超期 {overdue} 件"
    shortest, longest = words.number_of_days(cases["days_open"].min()), words.days(cases["days_open"].max())
    return f"最久的 {len(cases)} 件，登记至今 {shortest}—{longest}，{of_whom}"


def open_receptions(days: pd.Series, most: int) -> str:
    """最久的 200 批次，最久的已 61 天: by the days since each, longest first; `most` are listed."""
    if days.empty:
        return "没有未办结的接访事项"
    listed = f"最久的 {most} 批次" if len(days) == most else f"未办结的 {words.full_count(len(days))} 批次"
    return f"{listed}，最久的已 {words.days(days.iloc[0])}"


def open_tasks(total: int, days: pd.Series, late: int) -> str:
    """在办 1,234 件，最久的已推送 61 天，超 24 小时未联系 56 件: by the natural days since each push, longest first."""
    if not total:
        return "没有在办的网格任务"
    longest = words.days(days.iloc[0])
    return f"在办 {words.full_count(total)} 件，最久的已推送 {longest}，超 24 小时未联系 {words.full_count(late)} 件"


def contact_times(waits: Any) -> str:
    """一半在 3 小时内联系上，九成在 20 小时内. A row of queries.spread."""
    if not waits["hits"]:
        return "这一时段没有联系上的任务"
    half, most = (words.days(waits[name], "小时") for name in ("median", "p90"))
    return f"一半在 {half}内联系上，九成在 {most}内"


def debtors(units: pd.DataFrame) -> str:
    """12 个单位尚未反馈 30 件. Column: hits."""
    if units.empty:
        return "督办情况都已反馈"
    return f"{words.full_count(len(units))} 个单位尚未反馈 {words.full_count(int(units['hits'].sum()))} 件"


def open_orders(limits: pd.Series, none: str = "督办件都已反馈") -> str:
    """最急的一件 ■ 超期 3 天: by where the limits of the answers stand (cockpit.rows.answer_limit), nearest first."""
    return f"最急的一件 {limits.iloc[0]}" if len(limits) else none


def spread(frame: pd.DataFrame, noun: str) -> str:
    """分散在 213 个网格，各 1 件次: where no place has more than another, none is named first; else "".

    Columns: code, value.
    """
    even = len(frame) > 1 and (frame["code"] != "").all() and frame["value"].nunique() == 1
    return (
        f"分散在 {words.full_count(len(frame))} 个{noun}，各 {words.full_count(frame['value'].iloc[0])} 件次"
        if even
        else ""
    )


def none_due(days: int, limit: str) -> str:
    """3 个工作日内没有五日期限到期的件."""
    return f"{days} 个工作日内没有{limit}到期的件"


def due_units(units: pd.DataFrame, metric: str, days: int, limit: str) -> str:
    """3 个工作日内 41 件次五日期限到期，涉及 12 个单位，市住建局最多. Columns: code, name, metric, largest first."""
    counts = units[metric]
    holders = int((counts > 0).sum())
    if not holders:
        return none_due(days, limit)
    alone = holders > 1 and counts.nlargest(2).is_unique and units["code"].iloc[0]
    most = f"，{units['name'].iloc[0]}最多" if alone else ""
    return f"{days} 个工作日内 {words.full_count(counts.sum())} 件次{limit}到期，涉及 {holders} 个单位{most}"


def due_soon(units: pd.DataFrame, today: str, last: str) -> str:
    """今日到期 3 件次，至11月24日共 41 件次，涉及 12 个单位. Columns: five_day_due_in_0, five_day_due_in_3."""
    now, later = (words.full_count(units[f"five_day_due_in_{days}"].sum()) for days in (0, 3))
    return f"{today}到期 {now} 件次，至{last}共 {later} 件次，涉及 {len(units)} 个单位"


def social_work(forces: pd.DataFrame) -> str:
    """社工和志愿者调解 120 件，占 41.24%: disputes by who mediated. Columns: hits (by those two), among (all)."""
    total, social = int(forces["among"].sum()), int(forces["hits"].sum())
    if not total:
        return "这一时段没有受理纠纷"
    return f"社工和志愿者调解 {words.full_count(social)} 件，占 {words.percent(social / total)}"


def organisations(count: int) -> str:
    """38 支组织受理过纠纷."""
    return f"{words.full_count(count)} 支组织受理过纠纷" if count else "这一时段没有组织受理纠纷"


def density(total: float, mean: float) -> str:
    """社区社会组织 15,600 支，平均每个社区 14.4 支."""
    each = "" if words.is_missing(mean) else f"，平均每个社区 {words.decimal(mean)} 支"
    return f"社区社会组织 {words.full_count(total)} 支{each}"


def gaps(count: int, what: str, none: str) -> str:
    """31 个网格没有在岗网格员: how many places lack something; `none` where none does."""
    return f"{words.full_count(count)} 个{what}" if count else none


def model_case(case: Any) -> str:
    """邻里纠纷，人民调解员，金水区花园路街道，用时 12 天: kind, who, where, how long. A row of queries.model_cases."""
    place = "".join(str(case[name]) for name in ("district", "street", "community") if pd.notna(case[name]))
    length = "" if pd.isna(case["days"]) else f"用时 {words.days(case['days'])}"
    parts = [case["dispute_kind"], case["who"], place, case["org"], length]
    return "，".join(str(part) for part in parts if pd.notna(part) and part) or "未填写"


def problems(findings: pd.DataFrame) -> str:
    """发现 12 类问题，3 类会让数字出错. Column: severity."""
    wrong = int((findings["severity"] == "error").sum())
    effect = f"{wrong} 类会让数字出错" if wrong else "没有会让数字出错的"
    return f"发现 {len(findings)} 类问题，{effect}" if len(findings) else "没有发现问题"


def loads(runs: pd.DataFrame) -> str:
    """装入 3 次，拒绝 12 行. Column: rows_rejected."""
    if runs.empty:
        return "没有装入记录"
    rejected = int(runs["rows_rejected"].sum())
    return f"装入 {len(runs)} 次，" + (f"拒绝 {words.full_count(rejected)} 行" if rejected else "没有拒绝的行")


def newest(sources: pd.DataFrame, now: datetime) -> str:
    """最近一件登记于 2026年11月20日 15:28，3 天前. Column: last_at."""
    if sources.empty:
        return "库中还没有信访件"
    last = sources["last_at"].max()
    old = max((now - last).days, 0)
    return f"最近一件登记于 {words.moment(last, year=True)}" + (f"，{words.days(old)}前" if old else "")
