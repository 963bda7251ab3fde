"""网格覆盖: grids, the people in them, and the work pushed to them."""

from functools import partial

from sqlalchemy import ColumnElement, and_

from casebase import schema
from queries.has_row import has
from queries.model import Fixed, Kind, Metric, Moment, Polarity
from queries.registry.common import EXCLUDED, REGISTERED_AT, active, all_of, days_later, known
from queries.subjects import (
    AGENT,
    COMMUNITY,
    GRID,
    GRID_TASK,
    PETITION,
    WORKER,
    accompanier,
    before,
    community,
    grid,
    task,
    worker,
)

_staff, _agents = schema.grid_worker.alias("staff").c, schema.agent.alias("accompanying").c


_grid = partial(Metric, group="网格覆盖", kind=Kind.RATE, unit="%", polarity=Polarity.UP_GOOD, article="[S] 网格+信访")


GRIDS_STAFFED = _grid(
    "grids_staffed",
    "网格配员率",
    subject=GRID,
    definition="时点上至少有一名在岗网格员的网格比例；专属网格与其他网格重叠，只计个数不计面积。",
    among_text="全部网格（社区、微、农村、专属四类）",
    hits_text="其中至少有一名在岗网格员的",
    sides=("有网格员", "无网格员"),
    period_text="时点数",
    among=Fixed(grid.grid_id.is_not(None)),
    hit=lambda at: has(grid.grid_id, _staff.grid_id, active(at, _staff)),
    target=0.98,
)
COMMUNITIES_WITH_AGENT = _grid(
    "communities_with_agent",
    "代办员覆盖率",
    subject=COMMUNITY,
    definition="时点上至少有一名在岗信访代办员的社区（村）比例。",
    among_text="全部社区（村）",
    hits_text="其中至少有一名在岗代办员的",
    sides=("有代办员", "无代办员"),
    period_text="时点数",
    article="[S] 信访代办制度",
    among=Fixed(community.level == 4),
    needs=("community",),
    hit=lambda at: has(community.code, _agents.community_code, active(at, _agents)),
    target=0.98,
)


GRID_WORKERS = _grid(
    "grid_workers",
    "在岗网格员",
    subject=WORKER,
    kind=Kind.COUNT,
    unit="人",
    definition="时点上在岗的网格员人数。",
    **all_of("时点上在岗的网格员"),
    period_text="时点数",
    among=lambda at: active(at, worker),
)
AGENTS = _grid(
    "agents",
    "信访代办员",
    subject=AGENT,
    kind=Kind.COUNT,
    unit="人",
    definition="时点上在岗的信访代办员人数。",
    **all_of("时点上在岗的信访代办员"),
    period_text="时点数",
    article="[S] 信访代办制度",
    among=lambda at: active(at, accompanier),
)


def pushed(at: Moment) -> ColumnElement[bool]:
    """Tasks that the grid platform had by the moment, of cases that every number looks at."""
    return and_(known(at), task.pushed_at <= at.as_of)


_day_after_push = days_later(task.pushed_at, 1)


_reached = partial(
    Metric,
    group="网格覆盖",
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    article="[S] 网格+信访",
    subject=GRID_TASK,
    hits_text="其中24小时内联系上的",
    sides=("及时联系", "未及时联系"),
    period_text="推送时间+24小时",
    hit=lambda at: and_(before(at.as_of, task.contacted_at), task.contacted_at <= _day_after_push),
    dated_by=Fixed(_day_after_push),
    dated_from=lambda at: ((task.pushed_at, 1),),
)
REACHED_IN_24H = _reached(
    "reached_in_24h",
    "24小时联系率",
    definition=f"推送满24小时的网格任务中，24小时内与群众取得联系的比例；提前联系的满24小时后计入。{EXCLUDED}",
    among_text="推送满24小时的任务",
    among=lambda at: and_(pushed(at), _day_after_push <= at.as_of),
    beside=("reached_in_24h_all",),
    target=0.9,
)
REACHED_IN_24H_ALL = _reached(
    "reached_in_24h_all",
    "24小时联系率（全口径）",
    definition=f"全部网格任务中，24小时内与群众取得联系的比例；推送不满24小时、尚未联系的也在分母。{EXCLUDED}",
    among_text="24小时期限落在期内的全部任务",
    among=pushed,
    short="全口径",
)


def _finished(id: str, name: str, kind: str, hit: str, others: tuple[str, ...], target: float | None = None) -> Metric:
    """The share of finished tasks of a kind with the outcome that it is for: settled, verified, visited.

    Only outcomes of that kind are told apart; a task with another word for it, or none, does not say what came of it.
    """
    return _grid(
        id,
        name,
        subject=GRID_TASK,
        definition=f"期内办结、填写了结果的{kind}任务中{hit}的比例。{EXCLUDED}",
        among_text=f"期内办结、填写了结果的{kind}任务",
        hits_text=f"其中{hit}的",
        sides=(hit, f"未{hit.removeprefix('已')}"),
        period_text="任务办结时间",
        among=lambda at: and_(
            pushed(at), before(at.as_of, task.finished_at), task.kind == kind, task.outcome.in_((hit, *others))
        ),
        hit=Fixed(task.outcome == hit),
        dated_by=Fixed(task.finished_at),
        target=target,
    )


ON_THE_SPOT = _finished("on_the_spot", "就地化解率", "协助化解", "就地化解", ("疏导上报", "其他"), 0.6)
VERIFIED = _finished("verified", "核实率", "人员核查", "已核实", ("未核实",))
VISITED = _finished("visited", "走访率", "人员关怀", "已走访", ("未走访",))
TASKS_PUSHED = _grid(
    "tasks_pushed",
    "网格推送任务",
    subject=GRID_TASK,
    kind=Kind.COUNT,
    unit="件",
    polarity=Polarity.NEUTRAL,
    definition=f"期内推送到网格平台的协助化解、人员核查、人员关怀任务。{EXCLUDED}",
    **all_of("期内推送的任务"),
    period_text="推送时间",
    among=pushed,
    dated_by=Fixed(task.pushed_at),
)
CASES_PER_10K = _grid(
    "cases_per_10k",
    "万人信访量",
    subject=PETITION,
    kind=Kind.PER_10K,
    unit="件次/万人",
    polarity=Polarity.NEUTRAL,
    definition=f"期内登记的信访件与常住人口（万人）之比。{EXCLUDED}",
    among_text="辖区常住人口",
    hits_text="期内登记的信访件",
    period_text="登记时间",
    article="[C] 万人信访量",
    among=known,
    dated_by=REGISTERED_AT,
)

METRICS = (
    GRIDS_STAFFED,
    GRID_WORKERS,
    COMMUNITIES_WITH_AGENT,
    AGENTS,
    TASKS_PUSHED,
    REACHED_IN_24H,
    REACHED_IN_24H_ALL,
    ON_THE_SPOT,
    VERIFIED,
    VISITED,
    CASES_PER_10K,
)
