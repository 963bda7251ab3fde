"""信访代办: agents by origin and place, communities covered, the cases they accompany and what becomes of them."""

import pandas as pd
import streamlit as st

from cockpit import kpis, places, splits
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import clicks, filters, layout, notices
from pages.parts.drawing import specification
from pages.parts.markdown import escape_markdown
from pages.parts.navigation import open_link
from pages.parts.number_cards import number_cards
from queries import accompaniment, comparable
from queries.cases import Part, count_cases
from queries.measure import measure, metric_of
from queries.subjects import ACCOMPANIED
from queries.targets import target_of
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
    noun, target = PLACE_NAMES[dimension], target_of(view.settings, COVERAGE)
    frame = splits.split(view, [COVERAGE], dimension)
    gaps = int((frame["among"] - frame["hits"]).sum())
    chart = specification(
        charts.ranking,
        frame,
        layout.theme(),
        title=f"{words.full(gaps)} 个社区（村）没有代办员" if gaps else "社区（村）都有代办员",
        subtitle=f"各{noun}代办员覆盖率，有代办员的／全部社区（村）；低的在前",
        target=target,
        from_zero=False,
        largest_first=False,
        most=MOST_PLACES,
        none="这个区域下没有社区（村）。",
    )
    code = clicks.chart(chart, f"coverage_{dimension}", alt=f"各{noun}代办员覆盖率", pick="code")
    if code is not None:
        row = frame[frame["code"] == code].iloc[0]
        part = Part.MISSES if row["hits"] < row["among"] else Part.AMONG
        open_link(list_link(COVERAGE, part, **{dimension: code}))


def people(view: View) -> None:
    """Agents by place and origin."""
    dimension = places.dimension_of_cases(view)
    if layout.explain_missing_split(view, "agents", dimension):
        return
    noun = PLACE_NAMES[dimension]
    found = view.ask(measure, ["agents"], as_of=view.stocks_at, within=view.within, by=[dimension, "origin"])
    if found.empty:
        notices.hint("这个区域没有在岗的代办员。")
        return
    found = found.assign(code=found[dimension].fillna(""), origin=found["origin"].fillna(UNKNOWN))
    order = found.groupby("origin")["hits"].sum().sort_values(ascending=False)
    origins = order.rename_axis("name").reset_index(name="value")
    origins["code"] = ["" if name == UNKNOWN else name for name in origins["name"]]
    called = places.areas(view.data)["name"]
    sizes = found.groupby("code")["hits"].sum().sort_values(ascending=False)
    rows = sizes.head(MOST_PLACES).index
    # Two streets may share a name, so the row of the picture is told apart by its code as long as that is so.
    label = {code: called.get(code, code) or f"{noun}未填写" for code in rows}
    twice = pd.Series(label).duplicated(keep=False)
    label = {code: f"{name}（{code}）" if twice[code] else name for code, name in label.items()}
    every = pd.MultiIndex.from_product([rows, order.index], names=["code", "origin"])
    table = found.set_index(["code", "origin"])["hits"].reindex(every, fill_value=0).reset_index()
    chart = specification(
        charts.heat,
        table.assign(row=table["code"].map(label), column=table["origin"], value=table["hits"]),
        layout.theme(),
        title=findings.most(origins, "全部", none="没有代办员", unit="人"),
        subtitle=f"在岗代办员按{noun}和来源（人）"
        + (f"，列最多的 {MOST_PLACES} 个" if len(sizes) > MOST_PLACES else ""),
        unit="人",
    )
    cell = clicks.chart(chart, f"agents_{dimension}", alt=f"代办员按{noun}和来源", pick=("row", "column"))
    if cell is not None:
        code = next(code for code, name in label.items() if name == cell[0])
        origin = "" if cell[1] == UNKNOWN else cell[1]
        open_link(list_link("agents", **{dimension: code, "origin": origin}))


def by_origin(view: View) -> None:
    """Who accompanies: cases of the period by the origin of their agents."""
    if layout.explain_missing_split(view, "cases_accompanied", "origin"):
        return
    frame = splits.split(view, ["cases_accompanied"], "origin")
    chart = specification(
        charts.ranking,
        frame,
        layout.theme(),
        title=findings.most(frame, "代办件", none="这一时段没有代办件"),
        subtitle="期内登记的代办信访件，按代办员来源（件次）",
        kind="count",
        none="这一时段没有代办件。",
    )
    code = clicks.chart(chart, "cases_by_origin", alt="代办信访件按代办员来源", pick="code")
    if code is not None:
        open_link(list_link("cases_accompanied", origin=code))


def shares(view: View) -> None:
    """How many cases an agent has."""
    if layout.explain_missing(view, "cases_accompanied"):
        return
    found = view.ask(accompaniment.load, as_of=view.as_of, period=view.period, within=view.within)
    cases, busy = int((found["cases"] * found["agents"]).sum()), int(found["agents"].sum())
    capped = found["cases"].clip(upper=MOST_CASES + 1)
    counts = found.groupby(capped)["agents"].sum()
    counts = counts.reindex(range(1, int(capped.max()) + 1) if busy else [], fill_value=0)
    labels = [str(n) if n <= MOST_CASES else f"{MOST_CASES}以上" for n in counts.index]
    chart = specification(
        charts.bars,
        pd.DataFrame({"label": labels, "value": counts.to_numpy()}),
        layout.theme(),
        title=f"{words.full(busy)} 名代办员代办 {words.full(cases)} 件次，平均每人 {words.decimal(cases / busy)} 件次"
        if busy
        else "这一时段没有代办件",
        subtitle="代办员按期内代办件次分组（人），横轴为每人件次",
        unit="人",
        height=150,
    )
    clicks.chart(chart, "agent_load", alt="代办员按代办件次")


def busiest(view: View) -> None:
    """Who has most to do; a row opens the cases."""
    if layout.explain_missing(view, "cases_accompanied"):
        return
    rows = view.ask(accompaniment.busiest, as_of=view.as_of, period=view.period, within=view.within)
    if rows.empty:
        layout.heading("这一时段没有代办件", "期内登记、有代办员的信访件", define=metric_of("cases_accompanied"))
        return
    layout.heading(
        f"代办最多的 {len(rows)} 名代办员，最多 {words.full(rows['cases'].iloc[0])} 件次",
        "期内登记的代办件，及目前全部在办件；选中一行看期内的代办件",
        define=metric_of("cases_accompanied"),
    )
    table = pd.DataFrame(
        {
            "代办员编号": rows["agent"],
            "来源": rows["origin"].replace("", "未填写"),
            "代办（件次）": rows["cases"],
            "在办（件次）": rows["open"],
        }
    )
    event = st.dataframe(
        table,
        hide_index=True,
        height=layout.rows_high(len(table), 8),
        key="busiest",
        on_select="rerun",
        selection_mode="single-row",
        alt="代办最多的代办员",
    )
    picked = clicks.once("busiest", tuple(event["selection"]["rows"]) or None)
    if picked:
        open_link(list_link("cases_accompanied", agent=rows["agent"].iloc[picked[0]]))


def compared(view: View) -> None:
    """What becomes of accompanied cases, beside comparable ones without an agent."""
    frames, said = [], []
    few = view.settings.lights.small_sample
    for name in OUTCOMES:
        frame = view.ask(
            accompaniment.against_comparable, name, as_of=view.as_of, period=view.period, within=view.within
        )
        frames.append(frame.assign(row=metric_of(name).name))
        said.append(findings.accompanied(metric_of(name), frame, comparable.difference(frame), few))
    chart = specification(
        charts.paired,
        pd.concat(frames, ignore_index=True),
        layout.theme(),
        title=f"代办件与可比件相比：{said[0]}",
        subtitle="期内办结或评价的信访件，横线为 95% 区间",
    )
    clicks.chart(chart, "compared", alt="代办件与可比件的办理结果")
    st.caption(
        f"{escape_markdown('；'.join(said))}。可比件没有代办员，按代办件的内容分类和登记年份加权（直接标准化）；没有可比对象的代办件"
        "两边都不计。相关不等于因果：是否代办由群众意愿和案情决定。"
    )


def plain(view: View) -> None:
    """The same numbers unweighted; a cell opens the cases it counts."""
    names = [*OUTCOMES, "on_time_completion", "repeat_rate"]
    lacks = {name: kpis.missing_reason(view, metric_of(name)) for name in names}
    found = {
        (row["metric"], row["code"]): f"{words.percent(row['value'])}（{words.fraction(row['hits'], row['among'])}）"
        for row in splits.split(view, names, "accompanied").to_dict("records")
    }
    layout.heading(
        "有代办员与无代办员的信访件，未加权",
        "期内各率，括号内为分子／分母；选中一格看分母里的件",
        define=metric_of("accompanied_rate"),
    )
    table = pd.DataFrame({"指标": [metric_of(name).name for name in names]})
    for side in ACCOMPANIED:
        table[side] = [
            f"{words.NONE}（{lacks[name]}）" if lacks[name] else found.get((name, side), words.NONE) for name in names
        ]
    event = st.dataframe(
        table,
        hide_index=True,
        key="plain_outcomes",
        on_select="rerun",
        selection_mode="single-cell",
        alt="有代办员与无代办员的信访件",
    )
    picked = clicks.once("plain_outcomes", tuple(tuple(cell) for cell in event["selection"].get("cells", [])) or None)
    if picked and picked[0][1] in ACCOMPANIED:
        row, side = picked[0]
        open_link(list_link(names[row], Part.AMONG, accompanied=side))


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    layout.header(view, "信访代办", f"{view.text}。代办员陪办信访件：人在哪里，社区有没有，代办了多少，结果如何。")
    if view.ask(count_cases, "agents", as_of=view.as_of) or view.ask(
        count_cases, "cases_accompanied", as_of=view.as_of
    ):
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
