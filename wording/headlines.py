"""What a list says, in one sentence: the headings of tables, computed from the frames that they list."""

import pandas as pd

from views import words


def busiest(agents: pd.DataFrame) -> str:
    """代办最多的 20 名代办员，最多 12 件次. Column: cases, largest first."""
    if agents.empty:
        return "这一时段没有代办件"
    return f"代办最多的 {len(agents)} 名代办员，最多 {words.full(agents['cases'].iloc[0])} 件次"


def idle(experts: pd.DataFrame) -> str:
    """38 位专家这一时段没有参与."""
    return f"{len(experts)} 位专家这一时段没有参与" if len(experts) else "在库专家这一时段都有参与"


def coming_hearings(hearings: pd.DataFrame) -> str:
    """待举行听证 10 场次，最近一场 11月24日 09:00. Column: scheduled_at, the next first."""
    if hearings.empty:
        return "没有待举行的听证"
    return f"待举行听证 {len(hearings)} 场次，最近一场 {words.moment(hearings['scheduled_at'].iloc[0])}"


def oldest(cases: pd.DataFrame, unknown_limit: str) -> str:
    """最久的 50 件，登记至今 61—180 天，其中超期 12 件. Columns: days_open, state.

    `unknown_limit` says why none of them has a state, where the data does not know their limits.
    """
    overdue = int((cases["state"] == "overdue").sum())
    of_whom = f"是否超期看不出（{unknown_limit}）" if unknown_limit else f"其中超期 {overdue} 件"
    return f"最久的 {len(cases)} 件，登记至今 {cases['days_open'].min()}—{cases['days_open'].max()} 天，{of_whom}"


def open_receptions(days: pd.Series, most: int) -> str:
    """最久的 200 批次，最久的已 61 天: by the days since each, longest first; `most` are listed."""
    if days.empty:
        return "没有未办结的接访事项"
    listed = f"最久的 {most} 批次" if len(days) == most else f"未办结的 {words.full(len(days))} 批次"
    return f"{listed}，最久的已 {days.iloc[0]} 天"


def open_tasks(total: int, longest: int, late: int) -> str:
    """在办 1,234 件，最久的已推送 61 天，超 24 小时未联系 56 件. `longest`: natural days of the oldest of all."""
    if not total:
        return "没有在办的网格任务"
    return f"在办 {words.full(total)} 件，最久的已推送 {words.days(longest)}，超 24 小时未联系 {words.full(late)} 件"


def debtors(units: pd.DataFrame) -> str:
    """12 个单位待答复 30 件. Column: hits."""
    return f"{words.full(len(units))} 个单位待答复 {words.full(int(units['hits'].sum()))} 件"
