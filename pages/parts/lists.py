"""The list behind a number: what the address asks for, and how its rows are shown."""

import re
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from pages.parts import live
from pages.parts.filters import Filters
from queries.cases import Part, cases, count_cases
from queries.measure import metric_of
from queries.model import Metric, Slice
from queries.names import names_of
from queries.subjects import CELLS_PER_DEGREE, DIMENSIONS
from views import words

COLUMNS = {
    "case_no": "信访编号",
    "title": "标题",
    "channel": "信访形式",
    "category": "内容分类",
    "district": "区县",
    "street": "街道（乡镇）",
    "community": "社区（村）",
    "unit": "责任单位",
    "stage": "办理环节",
    "registered_at": "登记时间",
    "five_day_due": "五日期限",
    "due_at": "办结期限",
    "closed_at": "办结时间",
    "grid_id": "网格编号",
    "grid": "网格",
    "code": "代码",
    "name": "名称",
    "kind": "类型",
    "households": "户数",
    "population": "人口",
    "task_kind": "任务类型",
    "pushed_at": "推送时间",
    "contacted_at": "联系时间",
    "contact_method": "联系方式",
    "finished_at": "任务办结时间",
    "outcome": "结果",
    "hearing_stage": "听证阶段",
    "applied_at": "申请时间",
    "scheduled_at": "排期时间",
    "held_at": "举行时间",
    "conclusion": "听证结论",
    "settled_at": "息诉时间",
    "expert": "专家",
    "source": "来源",
    "field": "专业领域",
    "role": "角色",
    "joined_on": "入库日期",
    "dispute_kind": "纠纷类型",
    "mediator_kind": "调解力量",
    "opened_at": "受理时间",
    "worker_source": "来源",
    "origin": "来源",
    "active_from": "上岗时间",
    "agent_id": "代办员编号",
    "grid_kind": "网格类型",
}
_HIDDEN = ("petition_id", "task_id", "hearing_id", "expert_id", "mediation_id", "worker_id")


@dataclass(frozen=True)
class Asked:
    """The number whose list is asked for."""

    metric: Metric
    part: Part
    cell: tuple[tuple[str, str | None], ...]

    def within(self, filters: Filters) -> Slice:
        return replace(filters.within, cell=self.cell)

    def said(self) -> str:
        """The cell in words: 责任单位 市住建局，月份 2026-10."""
        return "，".join(f"{DIMENSIONS.get(name, name)} {named(name, value)}" for name, value in self.cell)


def asked() -> Asked | None:
    """What the address asks for; None without a metric. Raises UsageError for an unknown metric."""
    params = st.query_params
    if "metric" not in params:
        return None
    cell = tuple((key.removeprefix("by_"), value or None) for key, value in params.items() if key.startswith("by_"))
    part = params.get("part", Part.HITS.value)
    return Asked(metric_of(params["metric"]), Part(part) if part in list(Part) else Part.HITS, cell)


def named(dimension: str, value: str | None) -> str:
    """A value of a dimension by its name; 未填写 for none."""
    if value is None:
        return "未填写"
    if dimension == "hot_cell":
        return _square(value)
    return (live.ask(names_of, dimension) or {}).get(value, value)


def _square(value: str) -> str:
    """A hot cell by its sides: 经度 113.47—113.48，纬度 34.81—34.82; what is none as it is."""
    corner = re.fullmatch(r"(-?\d+)_(-?\d+)", value)
    if corner is None:
        return value
    sides = [f"{int(at) / CELLS_PER_DEGREE:.2f}—{(int(at) + 1) / CELLS_PER_DEGREE:.2f}" for at in corner.groups()]
    return f"经度 {sides[0]}，纬度 {sides[1]}"


def length(question: Asked, filters: Filters, part: Part) -> int:
    """How many rows the list has."""
    return live.ask(
        count_cases,
        question.metric.id,
        part,
        as_of=filters.as_of,
        period=filters.period,
        within=question.within(filters),
    )


def rows(question: Asked, filters: Filters, limit: int | None = None, offset: int = 0) -> pd.DataFrame:
    """Rows of the list, oldest first."""
    return live.ask(
        cases,
        question.metric.id,
        question.part,
        as_of=filters.as_of,
        period=filters.period,
        within=question.within(filters),
        limit=limit,
        offset=offset,
    )


def csv(question: Asked, filters: Filters) -> bytes:
    """The whole list as a CSV file.

    Made when the button is pressed, outside any run of a page: there is no reading to ask by, so the case base is
    asked itself, as of the filters' own moment.
    """
    whole = cases(
        live.casebase(),
        question.metric.id,
        question.part,
        as_of=filters.as_of,
        period=filters.period,
        within=question.within(filters),
    )
    return shown(whole).to_csv(index=False).encode("utf-8-sig")


def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows as a person reads them: Chinese heads, no keys, times to the minute, — where nothing is known."""
    table = frame.drop(columns=[name for name in _HIDDEN if name in frame.columns])
    for name in table.columns:
        if name.endswith("_at") or name == "active_from":
            table[name] = pd.to_datetime(table[name]).dt.strftime("%Y-%m-%d %H:%M")
        elif pd.api.types.is_numeric_dtype(table[name]) and table[name].isna().any():
            # A column of numbers and dashes is none that can be sent to the browser.
            table[name] = [words.NONE if words.missing(number) else f"{number:.0f}" for number in table[name]]
        elif name in ("five_day_due", "joined_on"):
            table[name] = pd.to_datetime(table[name]).dt.strftime("%Y-%m-%d")
    table = table.astype(object).where(table.notna(), words.NONE)
    return table.rename(columns=COLUMNS)
