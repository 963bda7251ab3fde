"""Lists as tables: one function a list, which writes its rows under Chinese heads as a person reads them.

Each takes the frame of a query and gives a row for each of its rows, in the same order; what is not known is —.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import pandas as pd

from casebase.schema import petition
from cockpit import kpis, splits
from cockpit.falling_due import CHANGE, NOW, THEN
from cockpit.kept import kept
from cockpit.view import View
from queries import backlog, forward
from queries.blanks import blanks, name_of
from queries.cases import cases
from queries.measure import measure, metric_of
from queries.model import Kind, Metric, is_small_sample
from queries.registry.common import HORIZONS
from queries.subjects import ACCOMPANIED, PRESIDING
from views import words
from wording import unknown
from wording.names import short_names

UNASSIGNED = "未分派"
UNFILLED = "未填写"
# Working days that count as near to the limit of an answer.
SOON = 3
STAFFED = (words.State("good", "●", "有在岗网格员"), words.State("bad", "■", "没有在岗网格员"))
# What the misses of a rate are, where they are something to fill.
MISSING = {"grids_staffed": "没有网格员", "communities_with_agent": "没有代办员"}
# The head of the column that marks rates over few.
SAMPLE = "样本"
# The head of the column that says where a limit stands: ■ 超期 3 天.
LIMIT_STATE = "期限状态"
_MODEL_CASE = {
    "title": "案例",
    "dispute_kind": "纠纷类型",
    "who": "谁来调",
    "method": "做法",
    "outcome": "结果",
    "district": "区县",
    "street": "街道（乡镇）",
    "community": "社区（村）",
    "org": "社会组织",
    "days": "用时（天）",
    "told_on": "讲述日期",
    "case_no": "信访编号",
}
_STATES = {backlog.OVERDUE: words.OVERDUE, backlog.NEAR: words.DUE_SOON, backlog.IN_TIME: words.GOOD}


def days(times: pd.Series, unknown: str = words.NONE) -> list[str]:
    """Times by their days: 2026-11-20; `unknown` where there is none."""
    return [f"{time:%Y-%m-%d}" if pd.notna(time) else unknown for time in times]


def percentages(values: Iterable[float | None]) -> list[float | None]:
    """Rates as they are written elsewhere, yet numbers, so that a click on the head sorts them: 88.24."""
    return [None if words.is_missing(value) else float(words.percent(value)[:-1]) for value in values]


def known(texts: pd.Series, unknown: str = words.NONE) -> pd.Series:
    """A column of texts, with a word where nothing is filled in."""
    return texts.fillna(unknown)


def unit_names(view: View, units: pd.Series) -> pd.Series:
    """The units of cases as rankings call them (wording.names.short_names), with a word where none is assigned.

    Of data that has no units at all nobody knows that: —.
    """
    called = short_names(set(units.dropna()), view.settings.city.name)
    is_loaded = name_of(petition.c.unit_id) not in view.ask(blanks)
    return units.map(lambda name: called.get(name, UNASSIGNED if is_loaded else words.NONE))


@kept
def in_hand(view: View, metric: str, by: str, most: int | None = None) -> pd.DataFrame:
    """The list behind a stock at the moment that stocks are of, in the order of a column; the first `most` of it."""
    listed = view.ask(cases, metric, as_of=view.stocks_at, within=view.within)
    return listed.sort_values(by, kind="stable").head(len(listed) if most is None else most)


def busiest_agents(agents: pd.DataFrame) -> pd.DataFrame:
    """Agents of queries.accompaniment.busiest with the cases of the period and those open at the moment."""
    return pd.DataFrame(
        {
            "代办员编号": agents["agent"],
            "来源": agents["origin"].replace("", UNFILLED),
            "代办（件次）": agents["cases"],
            "在办（件次）": agents["open"],
        }
    )


@kept
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
        f"{name}（{role}）" if role == PRESIDING else name
        for name, role in seats[["expert", "role"]].itertuples(index=False)
    ]
    return "、".join(names)


@kept
def oldest_cases(view: View, cases: pd.DataFrame) -> pd.DataFrame:
    """Open cases of queries.backlog.oldest: how many natural days they have been open, and how their limit stands.

    Without the stage where no time tells that of any of them.
    """
    return pd.DataFrame(
        {
            "登记日期": days(cases["registered_at"]),
            "已办天数": cases["days_open"],
            "办结期限": days(cases["due_at"]),
            LIMIT_STATE: [limit_state(*pair) for pair in zip(cases["state"], cases["days_left"], strict=True)],
            **({"办理环节": kpis.stage_names(view, cases["stage"])} if cases["stage"].notna().any() else {}),
            "责任单位": unit_names(view, cases["unit"]),
            "区县": known(cases["district"]),
            "标题": known(cases["title"]),
            "信访编号": cases["case_no"],
        }
    )


def limit_state(state: str | None, days_left: float) -> str:
    """■ 超期 51 天, ▲ 临期 剩 3 天, ● 正常: a state of queries.backlog.oldest with the natural days that are left."""
    if state is None or pd.isna(state):
        return words.NONE
    left = {backlog.OVERDUE: f" {words.days(-days_left)}", backlog.NEAR: f" 剩 {words.days(days_left)}"}
    return _STATES[state].text + (left.get(state, "") if days_left else "")


@kept
def open_receptions(view: View, receptions: pd.DataFrame) -> pd.DataFrame:
    """Receptions of the list behind `receptions_open`, with the natural days since and the stage of their case."""
    return pd.DataFrame(
        {
            "接访时间": days(receptions["received_at"]),
            "已过天数": days_since(view, receptions["received_at"]),
            "接访领导": receptions["leader"],
            "接访地点": known(receptions["reception_place"]),
            "办理环节": _stages_of_receptions(view, receptions),
            "责任单位": unit_names(view, receptions["unit"]),
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


@kept
def open_orders(view: View, orders: pd.DataFrame) -> pd.DataFrame:
    """Orders of the list behind `supervision_waiting`, with where the limit of their answer stands."""
    return pd.DataFrame(
        {
            "督办层级": orders["supervision_level"],
            "发函": days(orders["issued_at"]),
            "反馈期限": days(orders["answer_due_at"]),
            LIMIT_STATE: [answer_limit(view, at) for at in orders["answer_due_at"]],
            "责任单位": unit_names(view, orders["unit"]),
            "办理环节": kpis.stage_names(view, orders["stage"]),
            "标题": known(orders["title"]),
            "信访编号": orders["case_no"],
        }
    )


@kept
def hotline_orders(view: View, orders: pd.DataFrame) -> pd.DataFrame:
    """Orders of the list behind `hotline_open`, with where the limit of their answer stands."""
    return pd.DataFrame(
        {
            "登记": days(orders["registered_at"]),
            "答复期限": days(orders["order_due_at"]),
            LIMIT_STATE: [answer_limit(view, at) for at in orders["order_due_at"]],
            "责任单位": unit_names(view, orders["unit"]),
            "区县": known(orders["district"]),
            "内容分类": known(orders["category"]),
            "标题": known(orders["title"]),
            "信访编号": orders["case_no"],
        }
    )


def answer_limit(view: View, due: pd.Timestamp) -> str:
    """■ 超期 3 天, ▲ 临期 今日, ● 正常 剩 9 天, by natural days to the day of the limit; near are 3 working days.

    Due until midnight, whatever time the limit names (queries.subjects.limit_passed); — without a limit.
    """
    if pd.isna(due):
        return words.NONE
    left = (due.date() - view.stocks_at.date()).days
    if left < 0:
        return f"{words.OVERDUE.text} {words.days(-left)}"
    state = words.DUE_SOON if due.date() <= view.workday(view.stocks_at, SOON) else words.GOOD
    return f"{state.text} 剩 {words.days(left)}" if left else f"{state.text} {view.day_text(due.date())}"


@kept
def counts_by_unit(view: View, metrics: Sequence[str], order: Sequence[str]) -> pd.DataFrame:
    """Units as rows and counts as columns: code, name, and each metric (int); most of the first of `order` first."""
    counts = splits.split(view, metrics, "unit").pivot_table(
        index=["code", "name"], columns="metric", values="hits", aggfunc="sum", fill_value=0
    )
    counts = counts.reindex(columns=list(metrics), fill_value=0).sort_values(
        list(order), ascending=False, kind="stable"
    )
    return counts.reset_index()


@kept
def outlook(view: View, clock: str) -> pd.DataFrame:
    """What differs from the step before in queries.forward.outlook, as rankings draw it: a rate that stays is one row.

    Columns besides: code (the step's days), name (现在, 1个工作日后（23日）, 24日起不变), small, role.
    """
    rates = view.ask(forward.outlook, clock, as_of=view.as_of, within=view.within)
    counts = rates[["hits", "among"]]
    is_new = ~counts.eq(counts.shift()).all(axis=1) | (rates["days"] <= HORIZONS[0])
    rates, rate = rates[is_new], metric_of(forward.RATE_METRICS[clock])
    days = rates["days"].tolist()
    stays = [day and day == days[-1] != HORIZONS[-1] for day in days]
    return rates.assign(
        code=rates["days"].astype(str),
        name=[_step(view, day, stays=last) for day, last in zip(days, stays, strict=True)],
        small=[kpis.is_small(view, rate, among) for among in rates["among"]],
        role=[kpis.role(view, rate, *pair) for pair in zip(rates["value"], rates["among"], strict=True)],
    )


def _step(view: View, days: int, *, stays: bool) -> str:
    """现在, 1个工作日后（23日）; of one after which nothing changes 23日起不变, or a chart cuts the end."""
    if not days:
        return "现在"
    day = words.short_day(view.workday(view.as_of, days), view.as_of.date())
    return f"{day}起不变" if stays else f"{days}个工作日后（{day}）"


@kept
def due_units(view: View, units: pd.DataFrame, clock: str, days: int) -> pd.DataFrame:
    """What falls due by unit, and the month's rate now and `days` working days on had nothing closed since.

    `units` is of `counts_by_unit`, of the clock's metrics (queries.forward.DUE_METRICS) by HORIZONS.
    """
    now, then = (rates_by_unit(view, clock, ahead) for ahead in (0, days))
    counts = {f"{number}个工作日内": units[f"{forward.DUE_METRICS[clock]}_{number}"] for number in HORIZONS}
    return pd.DataFrame(
        {
            "责任单位": units["name"],
            **counts,
            NOW: written_rates(view, units["code"], now),
            THEN: written_rates(view, units["code"], then),
            CHANGE: [words.points(value) for value in units["code"].map(then["value"] - now["value"])],
        }
    )


def rates_by_unit(view: View, clock: str, days: int) -> pd.DataFrame:
    """The month's rates so many working days on had nothing closed since, by the unit's code."""
    rates = view.ask(forward.outlook, clock, as_of=view.as_of, within=view.within, by=["unit"])
    rates = rates.assign(code=rates["unit"].fillna(""))
    return rates[rates["days"] == days].set_index("code")


def written_rates(view: View, codes: pd.Series, rates: pd.DataFrame) -> list[str]:
    """The rates of units, — where there is none, and marked where they rest on few cases. `rates` by code."""
    few = view.settings.lights.small_sample
    return [
        words.percent(value) + (f" {words.SMALL}" if is_small_sample(among, few) else "")
        for value, among in rates.reindex(codes)[["value", "among"]].itertuples(index=False)
    ]


@kept
def due_soon(view: View, units: pd.DataFrame, heads: Mapping[str, str]) -> pd.DataFrame:
    """Units of `counts_by_unit` with the first day on which five working days end, and their counts under `heads`."""
    first = units["code"].map(first_due(view))
    return pd.DataFrame({"责任单位": units["name"], "最早期限": first}).join(units[list(heads)].rename(columns=heads))


def first_due(view: View) -> dict[str, str]:
    """By the unit's code, the next day on which five working days of an open claim end: 11月23日."""
    by = ["unit", "five_day_due"]
    due = view.ask(measure, ["five_day_due_in_3"], as_of=view.stocks_at, within=view.within, by=by)
    first = due.assign(code=due["unit"].fillna("")).groupby("code")["five_day_due"].min()
    return {str(code): words.day(date.fromisoformat(day)) for code, day in first.items()}


def grids_by_state(grids: pd.DataFrame) -> pd.DataFrame:
    """Grids of places.with_metric by their workers, with `role` and `text` of those that have one and those without."""
    has, lacks = STAFFED
    states = [has if value > 0 else lacks for value in grids["value"]]
    texts = [
        f"{has.shape} {words.full_count(value)} 人" if value > 0 else f"{lacks.shape} 无" for value in grids["value"]
    ]
    return grids.assign(role=[state.role for state in states], text=texts)


def places_with(metric: Metric, places: pd.DataFrame, noun: str) -> pd.DataFrame:
    """Places of places.with_metric with their number, what a rate is made of, and how many are missing."""
    if metric.kind is not Kind.RATE:
        return pd.DataFrame({noun: places["name"], f"{metric.name}（{metric.unit}）": places["value"]})
    rates = pd.Series(percentages(places["value"]), dtype=float)
    written = pd.DataFrame({noun: places["name"], f"{metric.name}（%）": rates})
    if metric.id in MISSING:
        # What the rows say of a share that is not known is no gap.
        unknown = places["value"].isna() & places["among"].gt(0)
        missing = (places["among"] - places["hits"]).astype("Int64").mask(unknown)
        return written.assign(**{MISSING[metric.id]: missing, "总数": places["among"]})
    written["分子"], written["分母"] = places["hits"], places["among"]
    written[SAMPLE] = [words.SMALL if few else "" for few in places["small"]]
    return written


def model_cases(cases: pd.DataFrame) -> pd.DataFrame:
    """Exemplary cases of queries.model_cases: what they were about, who helped, how many days it took."""
    return pd.DataFrame(
        {
            "案例": cases["title"],
            "纠纷类型": known(cases["dispute_kind"]),
            "谁来调": known(cases["who"]),
            "区县": known(cases["district"]),
            "用时（天）": cases["days"],
            "讲述日期": days(pd.to_datetime(cases["told_on"])),
        }
    )


def most_frequent(cases: pd.DataFrame, column: str) -> list[str]:
    """What a column holds, most frequent first."""
    return [str(value) for value in cases[column].value_counts().index]


def model_cases_file(cases: pd.DataFrame) -> pd.DataFrame:
    """Exemplary cases in full, for a file."""
    return cases[list(_MODEL_CASE)].rename(columns=_MODEL_CASE)


def model_cases_by(cases: pd.DataFrame, column: str) -> pd.DataFrame:
    """How many exemplary cases have each value of a column, most first: name, value, code ("" where not filled in)."""
    counts = cases[column].fillna(UNFILLED).value_counts()
    names = pd.Series(counts.index)
    return pd.DataFrame({"code": names.replace(UNFILLED, ""), "name": names, "value": counts.to_numpy()})


def loads(runs: pd.DataFrame) -> pd.DataFrame:
    """Loads of queries.quality.loads with what became of their rows."""
    return pd.DataFrame(
        {
            "装入时间": minutes(runs["started_at"]),
            "来源": runs["source"],
            "文件": runs["file_name"],
            "读入": runs["rows_read"],
            "装入": runs["rows_loaded"],
            "拒绝": runs["rows_rejected"],
        }
    )


def sources(ages: pd.DataFrame) -> pd.DataFrame:
    """Sources of queries.quality.ages with how many cases they brought, and from when to when."""
    return pd.DataFrame(
        {
            "来源": ages["source"],
            "信访件（件次）": ages["cases"],
            "最早登记": days(ages["first_at"]),
            "最近登记": minutes(ages["last_at"]),
            "最近更新": minutes(ages["updated_at"]),
        }
    )


def minutes(times: pd.Series) -> list[str | None]:
    """Times to the minute: 2026-11-20 15:30; None where there is none."""
    return [f"{time:%Y-%m-%d %H:%M}" if pd.notna(time) else None for time in times]


def unknown_numbers(lacks: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """What is missing in the data with the metrics that need it, most of them first; `lacks` is of queries.needs."""
    metrics: dict[str, list[str]] = {}
    for metric, names in lacks.items():
        for name in names:
            metrics.setdefault(unknown.names(name), []).append(metric_of(metric).name)
    written = pd.DataFrame(
        {
            "缺的数据": list(metrics),
            "影响的指标": ["、".join(dict.fromkeys(names)) for names in metrics.values()],
            "个数": [len(set(names)) for names in metrics.values()],
        }
    )
    return written.sort_values("个数", ascending=False, kind="stable")
