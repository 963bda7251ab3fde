"""How far tasks came: every step counts what its list holds, and a step that the data cannot tell is named."""

from dataclasses import replace
from datetime import date

import pytest

from casebase.engine import Casebase
from cockpit import kpis, task_steps
from cockpit.view import View
from queries.cases import cases, count_cases
from queries.periods import Period
from tests.pages.conftest import YEAR, number
from views import words


def test_steps_of_each_kind(year: View, city: Casebase) -> None:
    kinds = task_steps.progress(year)
    assert list(kinds)[:3] == ["协助化解", "人员核查", "人员关怀"]
    for kind, progress in kinds.items():
        steps = progress.counts.set_index("label")["value"]
        contacted, finished = (number(city, name, task_kind=kind) for name in ("tasks_contacted", "tasks_finished"))
        aim = {"协助化解": "就地化解", "人员核查": "已核实", "人员关怀": "已走访"}[kind]
        achieved = number(city, "tasks_finished", task_kind=kind, outcome=aim)
        assert steps.tolist() == [contacted["among"], contacted["hits"], finished["hits"], achieved["hits"]]
        assert steps.index[-1] == aim
        assert progress.title.startswith(f"{kind} {words.full_count(steps[task_steps.PUSHED])} 件，已办结 ")
        assert "中位数" in progress.subtitle


@pytest.mark.parametrize("step", ["已推送", "已联系", "已办结", "就地化解"])
def test_a_step_leads_to_its_tasks(step: str, year: View, city: Casebase) -> None:
    kind = "协助化解"
    link = dict(pair.split("=") for pair in task_steps.link(kind, step).split("&"))
    cell = {"outcome": "就地化解"} if step == "就地化解" else {}
    tasks = cases(city.whole, "tasks_pushed", as_of=year.as_of, period=YEAR)
    assert 0 < number(city, link["metric"], task_kind=kind, **cell)["hits"] <= (tasks["task_kind"] == kind).sum()


def test_a_kind_that_nobody_pushed(year: View, monkeypatch: pytest.MonkeyPatch, city: Casebase) -> None:
    monkeypatch.setattr(task_steps, "AIMS", {"没有的任务": "办成", **task_steps.AIMS})
    nothing = task_steps.progress(year)["没有的任务"]
    assert nothing.title == "这一时段没有推送没有的任务任务"
    assert nothing.counts["value"].tolist() == [0, 0, 0, 0]
    assert count_cases(city.whole, "tasks_pushed", as_of=year.as_of, period=YEAR) > 0


def test_a_period_in_which_nothing_was_pushed(year: View) -> None:
    """A period that lies ahead; what lies before the first task is not known."""
    nothing = task_steps.progress(replace(year, period=Period(date(2027, 1, 4), date(2027, 1, 5))))
    assert list(nothing) == ["协助化解", "人员核查", "人员关怀"]
    for kind, progress in nothing.items():
        assert progress.title == f"这一时段没有推送{kind}任务"
        assert progress.counts["value"].tolist() == [0, 0, 0, 0]
        assert "中位数" not in progress.subtitle


def test_steps_that_the_data_cannot_tell_are_named(year: View, monkeypatch: pytest.MonkeyPatch) -> None:
    lacks = {"tasks_finished": ("grid_task.finished_at",)}
    monkeypatch.setattr(kpis, "missing_for_split", lambda _, metric, *by: lacks.get(metric, ()))
    progress = task_steps.progress(year)["协助化解"]
    assert progress.counts["label"].tolist() == ["已推送", "已联系"]
    assert "已办结 —（" in progress.subtitle
    assert "就地化解 —（" in progress.subtitle
    assert "已办结" not in progress.title
