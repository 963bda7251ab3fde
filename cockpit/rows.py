"""Lists as tables: one function a list, which writes its rows under Chinese heads as a person reads them.

Each takes the frame of a query and gives a row for each of its rows, in the same order; what is not known is —.
"""

from collections.abc import Iterable

import pandas as pd

from cockpit import kpis, splits
from cockpit.view import View
from queries import backlog, hearing_outcomes
from queries.measure import metric_of
from queries.subjects import ACCOMPANIED
from views import words

UNASSIGNED = "未分派"
# Working days that count as near to the limit of an answer.
SOON = 3
# The head of the column that says where a limit stands: ■ 超期 3 天.
LIMIT_STATE = "期限状态"
_STATES = {backlog.OVERDUE: words.OVERDUE, backlog.NEAR: words.DUE_SOON, backlog.IN_TIME: words.GOOD}


def days(times: pd.Series, unknown: str = words.NONE) -> list[str]:
    """Times by their days: 2026-11-20; `unknown` where there is none."""
    return [f"{time:%Y-%m-%d}" if pd.notna(time) else unknown for time in times]


def percentages(values: Iterable[float]) -> list[float | None]:
    """Rates as they are written elsewhere, yet numbers, so that a click on the head sorts them: 88.24."""
    return [None if words.is_missing(value) else float(words.percent(value)[:-1]) for value in values]


def known(texts: pd.Series, unknown: str = words.NONE) -> pd.Series:
    """A column of texts, with a word where nothing is filled in."""
    return texts.fillna(unknown)


def busiest_agents(agents: pd.DataFrame) -> pd.DataFrame:
    """Agents of queries.accompaniment.busiest with the cases of the period and those open at the moment."""
    return pd.DataFrame(
        {
            "代办员编号": agents["agent"],
            "来源": agents["origin"].replace("", "未填写"),
            "代办（件次）": agents["cases"],
            "在办（件次）": agents["open"],
        }
    )


def accompanied_rates(view: View, metrics: list[str]) -> pd.DataFrame:
    """Rates of cases with an agent and of those without: 67.30%（20,128／29,908）, one row a metric."""
    rates = {
        (row["metric"], row["code"]): f"{words.percent(row['value'])}（{words.fraction(row['hits'], row['among'])}）"
        for row in splits.split(view, metrics, "accompanied").to_dict("records")
    }
    lacks = {name: kpis.missing_reason(view, metric_of(name)) for name in metrics}
    written = pd.DataFrame({"指标": [metric_of(name).name for name in metrics]})
    for side in ACCOMPANIED:
        written[side] = [
            f"{words.NONE}（{lacks[name]}）" if lacks[name] else rates.get((name, side), words.NONE) for name in metrics
        ]
    return written


def idle_experts(experts: pd.DataFrame) -> pd.DataFrame:
    """Experts of queries.hearing_outcomes.experts: since when in the pool, and when last heard."""
    return pd.DataFrame(
        {
            "专家": experts["name"],
            "来源": experts["source"],
            "专业领域": experts["field"],
            "入库日期": experts["joined_on"].astype(str),
            "最近参与": days(experts["last_on"], "从未"),
        }
    )


def coming_hearings(hearings: pd.DataFrame, panels: pd.DataFrame) -> pd.DataFrame:
    """Hearings of the list behind `hearings_coming` with who sits on them (queries.hearing_outcomes.coming_panels)."""
    seats = {hearing: seats_text(experts) for hearing, experts in panels.groupby("hearing_id")}
    return pd.DataFrame(
        {
            "排期": [f"{at:%m-%d %H:%M}" for at in hearings["scheduled_at"]],
            "区县": known(hearings["district"]),
            "街道（乡镇）": known(hearings["street"]),
            "听证阶段": hearings["hearing_stage"],
            "内容分类": known(hearings["category"]),
            "责任单位": known(hearings["unit"]),
            "评议团": [seats.get(hearing, "未组成") for hearing in hearings["hearing_id"]],
            "信访编号": hearings["case_no"],
        }
    )


def seats_text(seats: pd.DataFrame) -> str:
    """Who sits on a hearing: 李明（主持）、王芳、赵强. Columns: expert (name), role."""
    names = [
        f"{name}（{role}）" if role == hearing_outcomes.PRESIDING else name
        for name, role in seats[["expert", "role"]].itertuples(index=False)
    ]
    return "、".join(names)


def oldest_cases(view: View, cases: pd.DataFrame) -> pd.DataFrame:
    """Open cases of queries.backlog.oldest: how many natural days they have been open, and how their limit stands."""
    return pd.DataFrame(
        {
            "登记日期": days(cases["registered_at"]),
            "已办天数": cases["days_open"],
            "办结期限": days(cases["due_at"]),
            LIMIT_STATE: [limit_state(*pair) for pair in zip(cases["state"], cases["days_left"], strict=True)],
            "办理环节": kpis.stage_names(view, cases["stage"]),
            "责任单位": known(cases["unit"], UNASSIGNED),
            "区县": known(cases["district"]),
            "标题": known(cases["title"]),
            "信访编号": cases["case_no"],
        }
    )


def limit_state(state: str | None, days_left: float) -> str:
    """■ 超期 51 天, ▲ 临期 剩 3 天, ● 正常: a state of queries.backlog.oldest with the natural days that are left."""
    if state is None or pd.isna(state):
        return words.NONE
    left = {backlog.OVERDUE: f" {-days_left:.0f} 天", backlog.NEAR: f" 剩 {days_left:.0f} 天"}
    return _STATES[state].text + (left.get(state, "") if days_left else "")


def open_receptions(view: View, receptions: pd.DataFrame) -> pd.DataFrame:
    """Receptions of the list behind `receptions_open`, with the natural days since and the stage of their case."""
    return pd.DataFrame(
        {
            "接访时间": days(receptions["received_at"]),
            "已过天数": days_since(view, receptions["received_at"]),
            "接访领导": receptions["leader"],
            "接访地点": known(receptions["reception_place"]),
            "办理环节": _stages_of_receptions(view, receptions),
            "责任单位": known(receptions["unit"], UNASSIGNED),
            "内容分类": known(receptions["category"]),
            "标题": known(receptions["title"]),
            "信访编号": known(receptions["case_no"]),
        }
    )


def days_since(view: View, times: pd.Series) -> pd.Series:
    """Natural days from these times to the moment that stocks are of."""
    since: pd.Series = (pd.Timestamp(view.stocks_at.date()) - pd.to_datetime(times).dt.normalize()).dt.days
    return since


def _stages_of_receptions(view: View, receptions: pd.DataFrame) -> list[str]:
    """The stage of the case that was received; — where nobody wrote down which one it was."""
    stages = zip(kpis.stage_names(view, receptions["stage"]), receptions["petition_id"], strict=True)
    return [stage if pd.notna(case) else words.NONE for stage, case in stages]


def open_orders(view: View, orders: pd.DataFrame) -> pd.DataFrame:
    """Orders of the list behind `supervision_waiting`, with where the limit of their answer stands."""
    return pd.DataFrame(
        {
            "督查层级": orders["supervision_level"],
            "下达": days(orders["issued_at"]),
            "答复期限": days(orders["answer_due_at"]),
            LIMIT_STATE: [answer_limit(view, at) for at in orders["answer_due_at"]],
            "责任单位": known(orders["unit"], UNASSIGNED),
            "办理环节": kpis.stage_names(view, orders["stage"]),
            "标题": known(orders["title"]),
            "信访编号": orders["case_no"],
        }
    )


def answer_limit(view: View, due: pd.Timestamp) -> str:
    """■ 超期 3 天, ▲ 临期 剩 2 天, ● 正常 剩 9 天, by natural days to the end of the limit; near are 3 working days."""
    left = (due.date() - view.stocks_at.date()).days
    if due < view.stocks_at:
        return f"{words.OVERDUE.text} {max(-left, 1)} 天"
    state = words.DUE_SOON if due.date() <= view.workday(view.stocks_at, SOON) else words.GOOD
    return f"{state.text} 剩 {left} 天" if left else f"{state.text} 今日"
