"""Cases of a kind beside comparable ones without it (queries.comparable): their rates, and what is said of them."""

from dataclasses import dataclass

import pandas as pd

from cockpit.kept import kept
from cockpit.view import View
from queries import accompaniment, comparable, hearing_outcomes
from queries.measure import metric_of
from wording import findings

# What becomes of cases with an agent.
OUTCOMES = ("resolution", "one_pass_resolution", "unit_satisfaction")


@dataclass(frozen=True)
class Compared:
    """The rates of both as rows of a picture (views.charts.paired), the finding above them and the note below."""

    rates: pd.DataFrame
    title: str
    note: str


@kept
def with_agent(view: View) -> Compared:
    """Cases of the period with an agent: the rates of OUTCOMES, one below the other."""
    frames, sentences = [], []
    for metric in map(metric_of, OUTCOMES):
        frame = view.ask(accompaniment.against_comparable, metric.id, **view.scope)
        frames.append(frame.assign(row=metric.name))
        moved = comparable.difference(frame)
        sentences.append(findings.agent_effect(metric, frame, moved, view.settings.lights.small_sample))
    method = _method("代办件", "没有代办员", "是否代办由群众意愿和案情决定")
    title = f"代办件与可比件相比：{sentences[0]}"
    return Compared(pd.concat(frames, ignore_index=True), title, f"{'；'.join(sentences)}。{method}")


@kept
def with_hearing(view: View) -> Compared:
    """Cases with a hearing, of all years up to the moment: whether they are resolved."""
    rates = view.ask(hearing_outcomes.against_comparable, as_of=view.as_of, within=view.within)
    moved = comparable.difference(rates)
    sides = "两边都是已办结、有化解结果的非简单诉求，历年累计。"
    method = _method("听证件", "没有开过听证", "是否听证由案情决定")
    return Compared(
        rates.assign(row="化解率"),
        findings.hearing_effect(rates, moved, view.settings.lights.small_sample),
        f"{findings.comparable_cases(rates, moved)}{sides}{method}",
    )


def _method(cases: str, others: str, choice: str) -> str:
    """What the comparable cases are of, how they are weighted, and that this is no proof of cause."""
    return (
        f"可比件{others}，按{cases}的内容分类和登记年份加权；没有可比对象的{cases}两边都不计。"
        f"相关不等于因果：{choice}。"
    )
