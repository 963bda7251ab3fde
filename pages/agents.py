"""信访代办: agents by origin and place, communities covered, the cases they accompany and what becomes of them."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
import streamlit as st

from cockpit import kpis, places, splits
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import clicks, filters, layout, notices
from pages.parts.markdown import escape_markdown
from pages.parts.navigation import open_link
from pages.parts.number_cards import number_cards
from pages.parts.rankings import ranking
from pages.parts.tables import pick_cell, pick_row
from queries import accompaniment, comparable
from queries.cases import Part, count_cases
from queries.measure import measure, metric_of
from queries.subjects import ACCOMPANIED
from views import charts, words
from wording import findings
from wording.names import PLACE_NAMES

CARDS = (
    "agents",
    "communities_with_agent",
    "agents_engaged",
    "cases_accompanied",
    "accompanied_rate",
    "accompanied_open",
)
COVERAGE = "communities_with_agent"
OUTCOMES = ("resolution", "one_pass_resolution", "unit_satisfaction")
MOST_PLACES = 16
# Agents with more cases than this stand together.
MOST_CASES = 9
UNKNOWN = "来源未填写"


def coverage(view: View) -> None:
    """Which places have communities without an agent."""
    if layout.explain_missing(view, COVERAGE):
        return
    levels = [name for name in places.levels_below(view) if name not in ("community", "grid")]
    if not levels:
        notices.hint("代办员覆盖按社区（村）计；选区县或街道看它下面各处的覆盖。")
        return
    dimension = levels[0]
    if len(levels) > 1:
        dimension = filters.choose("排名到", levels, "coverage_level", dimension, PLACE_NAMES.__getitem__)
    noun, by_place = PLACE_NAMES[dimension], splits.split(view, [COVERAGE], dimension)
    uncovered = int((by_place["among"] - by_place["hits"]).sum())
    ranking(
        view,
        by_place,
        COVERAGE,
        dimension,
        key=f"coverage_{dimension}",
        alt=f"各{noun}代办员覆盖率",
        title=f"{words.full(uncovered)} 个社区（村）没有代办员" if uncovered else "社区（村）都有代办员",
        subtitle=f"各{noun}代办员覆盖率，有代办员的／全部社区（村）；低的在前",
        from_zero=False,
        most=MOST_PLACES,
        none="这个区域下没有社区（村）",
    )


def people(view: View) -> None:
    """Agents by place and origin."""
    dimension = places.dimension_of_cases(view)
    if layout.explain_missing_split(view, "agents", dimension):
        return
    agents = view.ask(measure, ["agents"], as_of=view.stocks_at, within=view.within, by=[dimension, "origin"])
    if agents.empty:
        notices.hint("这个区域没有在岗的代办员。")
        return
    agents = agents.assign(code=agents[dimension].fillna(""), origin=agents["origin"].fillna(UNKNOWN))
    by_origin = agents.groupby("origin")["hits"].sum().sort_values(ascending=False)
    origins = by_origin.rename_axis("name").reset_index(name="value")
    origins["code"] = ["" if name == UNKNOWN else name for name in origins["name"]]
    by_place = agents.groupby("code")["hits"].sum().sort_values(ascending=False)
    labels = place_labels(view, dimension, by_place.head(MOST_PLACES).index)
    every = pd.MultiIndex.from_product([list(labels), by_origin.index], names=["code", "origin"])
    table = agents.set_index(["code", "origin"])["hits"].reindex(every, fill_value=0).reset_index()
    noun = PLACE_NAMES[dimension]
    drawing = clicks.draw(
        charts.heat,
        table.assign(row=table["code"].map(labels), column=table["origin"], value=table["hits"]),
        title=findings.most(origins, "全部", none="没有代办员", unit="人"),
        subtitle=f"在岗代办员按{noun}和来源（人）"
        + (f"，列最多的 {MOST_PLACES} 个" if len(by_place) > MOST_PLACES else ""),
        unit="人",
    )

    def link(cell: tuple[str, str]) -> str:
        code: Any = next(code for code, label in labels.items() if label == cell[0])
        return list_link("agents", **{dimension: code, "origin": "" if cell[1] == UNKNOWN else cell[1]})

    clicks.chart(drawing, f"agents_{dimension}", alt=f"代办员按{noun}和来源", pick=("row", "column"), link=link)


def place_labels(view: View, dimension: str, codes: Iterable[str]) -> dict[str, str]:
    """Places by code as the rows of a picture: two streets may share a name and then carry their code."""
    names = places.areas(view.data)["name"]
    labels = {code: names.get(code, code) or f"{PLACE_NAMES[dimension]}未填写" for code in codes}
    is_shared = pd.Series(labels).duplicated(keep=False)
    return {code: f"{name}（{code}）" if is_shared[code] else name for code, name in labels.items()}


def by_origin(view: View) -> None:
    """Who accompanies: cases of the period by the origin of their agents."""
    if layout.explain_missing_split(view, "cases_accompanied", "origin"):
        return
    accompanied, none = splits.split(view, ["cases_accompanied"], "origin"), "这一时段没有代办件"
    ranking(
        view,
        accompanied,
        "cases_accompanied",
        "origin",
        key="cases_by_origin",
        alt="代办信访件按代办员来源",
        title=findings.most(accompanied, "代办件", none=none),
        subtitle="期内登记的代办信访件，按代办员来源（件次）",
        none=none,
    )


def shares(view: View) -> None:
    """How many cases an agent has."""
    if layout.explain_missing(view, "cases_accompanied"):
        return
    loads = view.ask(accompaniment.load, **view.scope)
    cases, busy = int((loads["cases"] * loads["agents"]).sum()), int(loads["agents"].sum())
    capped = loads["cases"].clip(upper=MOST_CASES + 1)
    counts = loads.groupby(capped)["agents"].sum()
    counts = counts.reindex(range(1, int(capped.max()) + 1) if busy else [], fill_value=0)
    labels = [str(n) if n <= MOST_CASES else f"{MOST_CASES}以上" for n in counts.index]
    drawing = clicks.draw(
        charts.bars,
        pd.DataFrame({"label": labels, "value": counts.to_numpy()}),
        title=f"{words.full(busy)} 名代办员代办 {words.full(cases)} 件次，平均每人 {words.decimal(cases / busy)} 件次"
        if busy
        else "这一时段没有代办件",
        subtitle="代办员按期内代办件次分组（人），横轴为每人件次",
        unit="人",
        height=150,
    )
    clicks.chart(drawing, "agent_load", alt="代办员按代办件次")


def busiest(view: View) -> None:
    """Who has most to do; a row opens the cases."""
    metric = metric_of("cases_accompanied")
    if layout.explain_missing(view, metric.id):
        return
    agents = view.ask(accompaniment.busiest, **view.scope)
    if agents.empty:
        layout.heading("这一时段没有代办件", "期内登记、有代办员的信访件", define=metric)
        return
    layout.heading(
        f"代办最多的 {len(agents)} 名代办员，最多 {words.full(agents['cases'].iloc[0])} 件次",
        "期内登记的代办件，及目前全部在办件；选中一行看期内的代办件",
        define=metric,
    )
    written = pd.DataFrame(
        {
            "代办员编号": agents["agent"],
            "来源": agents["origin"].replace("", "未填写"),
            "代办（件次）": agents["cases"],
            "在办（件次）": agents["open"],
        }
    )
    row = pick_row(written, key="busiest", alt="代办最多的代办员", high=8)
    if row is not None:
        open_link(list_link(metric.id, agent=agents["agent"].iloc[row]))


def compared(view: View) -> None:
    """What becomes of accompanied cases, beside comparable ones without an agent."""
    frames, sentences = [], []
    few = view.settings.lights.small_sample
    for name in OUTCOMES:
        frame = view.ask(accompaniment.against_comparable, name, **view.scope)
        frames.append(frame.assign(row=metric_of(name).name))
        sentences.append(findings.accompanied(metric_of(name), frame, comparable.difference(frame), few))
    drawing = clicks.draw(
        charts.paired,
        pd.concat(frames, ignore_index=True),
        title=f"代办件与可比件相比：{sentences[0]}",
        subtitle="期内办结或评价的信访件，横线为 95% 区间",
    )
    clicks.chart(drawing, "compared", alt="代办件与可比件的办理结果")
    st.caption(
        f"{escape_markdown('；'.join(sentences))}。可比件没有代办员，按代办件的内容分类和登记年份加权（直接标准化）；"
        "没有可比对象的代办件两边都不计。相关不等于因果：是否代办由群众意愿和案情决定。"
    )


def plain(view: View) -> None:
    """The same numbers unweighted; a cell opens the cases it counts."""
    names = [*OUTCOMES, "on_time_completion", "repeat_rate"]
    lacks = {name: kpis.missing_reason(view, metric_of(name)) for name in names}
    rates = {
        (row["metric"], row["code"]): f"{words.percent(row['value'])}（{words.fraction(row['hits'], row['among'])}）"
        for row in splits.split(view, names, "accompanied").to_dict("records")
    }
    layout.heading(
        "有代办员与无代办员的信访件，未加权",
        "期内各率，括号内为分子／分母；选中一格看分母里的件",
        define=metric_of("accompanied_rate"),
    )
    written = pd.DataFrame({"指标": [metric_of(name).name for name in names]})
    for side in ACCOMPANIED:
        written[side] = [
            f"{words.NONE}（{lacks[name]}）" if lacks[name] else rates.get((name, side), words.NONE) for name in names
        ]
    cell = pick_cell(written, key="plain_outcomes", alt="有代办员与无代办员的信访件")
    if cell is not None and cell[1] in ACCOMPANIED:
        open_link(list_link(names[cell[0]], Part.AMONG, accompanied=cell[1]))


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    layout.header(view, "信访代办", f"{view.text}。代办员陪办信访件：人在哪里，社区有没有，代办了多少，结果如何。")
    if any(view.ask(count_cases, name, as_of=view.as_of) for name in ("agents", "cases_accompanied")):
        number_cards(view, CARDS, key="agent_cards")
        left, right = st.columns([2, 3])
        with left, layout.block("coverage"):
            coverage(view)
        with right, layout.block("people"):
            people(view)
        left, middle, right = st.columns(3)
        with left, layout.block("by_origin"):
            by_origin(view)
        with middle, layout.block("shares"):
            shares(view)
        with right, layout.block("busiest"):
            busiest(view)
        left, right = st.columns(2)
        with left, layout.block("compared"):
            compared(view)
        with right, layout.block("plain"):
            plain(view)
    else:
        notices.missing("信访代办员", {"agent": "信访代办员"})


if __name__ == "__main__":
    page(filters.current())
