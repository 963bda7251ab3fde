"""专家听证: the pool, hearings and what came of them, waiting, and how the experts share the work."""

import pandas as pd
import streamlit as st

from cockpit import kpis, splits
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import clicks, filters, layout, lists, notices, pictures, tables
from pages.parts.markdown import escape_markdown
from pages.parts.navigation import open_link
from pages.parts.number_cards import number_cards
from pages.parts.rankings import ranking
from queries import comparable, hearing_outcomes
from queries.cases import cases
from queries.measure import measure, metric_of
from queries.subjects import WAIT_BANDS
from views import charts, words
from wording import findings

CARDS = (
    "hearings_held",
    "cases_heard",
    "expert_participations",
    "settled_after_hearing",
    "hearing_wait_days",
    "experts_active",
)
MONTHLY = ("hearings_held", "cases_heard", "expert_participations")
MONTHS = 12


def monthly(view: View) -> None:
    """场次, 件次 and 人次 each in a picture of its own: units of count never share an axis."""
    counts = {name: kpis.months(view, [name], MONTHS)["value"].tolist() for name in MONTHLY}
    # Where every hearing is of one case, both counts are one picture.
    alike = counts[MONTHLY[0]] == counts[MONTHLY[1]]
    names = MONTHLY[:1] + MONTHLY[2:] if alike else MONTHLY
    for column, name in zip(st.columns(len(names)), names, strict=True):
        more = f"；{metric_of(MONTHLY[1]).name}每月同数" if alike and name == MONTHLY[0] else ""
        with column, layout.block(f"monthly_{name}"):
            pictures.count_by_month(view, name, key=f"monthly_{name}", months=MONTHS, more=more)


def conclusions(view: View) -> None:
    """What hearings concluded."""
    if layout.explain_missing_split(view, "hearings_held", "conclusion"):
        return
    held, none = splits.split(view, ["hearings_held"], "conclusion"), "这一时段没有举行听证"
    ranking(
        view,
        held,
        "hearings_held",
        "conclusion",
        key="conclusions",
        alt="听证结论",
        title=findings.most(held, "全部听证", none=none, unit="场次"),
        subtitle="按听证结论（场次）",
        none=none,
    )


def compared(view: View) -> None:
    """Heard cases beside comparable ones without a hearing: the picture, then the same in words."""
    if layout.explain_missing(view, "resolution", "cases_heard"):
        return
    rates = view.ask(hearing_outcomes.against_comparable, as_of=view.as_of, within=view.within)
    difference = comparable.difference(rates)
    drawing = clicks.draw(
        charts.paired,
        rates.assign(row="化解率"),
        title=findings.heard(rates, difference, view.settings.lights.small_sample),
        subtitle=f"截至{words.day(view.as_of, year=True)}的化解率，横线为 95% 区间",
    )
    clicks.chart(drawing, "compared", alt="听证件与可比件的化解率")
    st.caption(
        f"{escape_markdown(findings.beside(rates, difference))}"
        "两边都是已办结、有化解结果的非简单诉求，历年累计。可比件没有开过听证，"
        "按听证件的内容分类和登记年份加权（直接标准化）；没有可比对象的听证件两边都不计。"
        "相关不等于因果：是否听证由案情决定。"
    )


def waits(view: View) -> None:
    """How long people wait for a hearing."""
    metric = metric_of("hearing_wait_days")
    if layout.explain_missing_split(view, metric.id, "wait"):
        return
    median = view.ask(hearing_outcomes.median_wait, **view.scope)
    pictures.count_by_band(
        splits.split(view, [metric.id], "wait").set_index("code")["hits"],
        WAIT_BANDS,
        key="waits",
        alt="听证等待天数分布",
        title="没有可计等待的听证" if words.is_missing(median) else f"等待天数中位数 {words.days(median)}",
        subtitle="从申请到举行的自然日（场次）",
        unit="场次",
        link=lambda band: list_link(metric.id, wait=band),
    )


def pool(view: View) -> None:
    """The pool by origin and field."""
    if layout.explain_missing_split(view, "experts_in_pool", "source", "field"):
        return
    experts = view.ask(measure, ["experts_in_pool"], as_of=view.stocks_at, by=["source", "field"])
    total = int(experts["hits"].sum())
    by_source, by_field = (
        experts.groupby(name)["hits"].sum().sort_values(ascending=False) for name in ("source", "field")
    )
    cells = experts.assign(
        row=pd.Categorical(experts["field"], by_field.index), column=pd.Categorical(experts["source"], by_source.index)
    )
    drawing = clicks.draw(
        charts.heat,
        cells.sort_values(["row", "column"]).astype({"row": str, "column": str}),
        title=f"在库 {words.full(total)} 人，{findings.leading(by_source, '人')}",
        subtitle="按专业领域和来源（人）",
        unit="人",
    )
    clicks.chart(
        drawing,
        "pool",
        alt="专家库按来源和领域",
        pick=("row", "column"),
        link=lambda cell: list_link("experts_in_pool", field=cell[0], source=cell[1]),
    )


def load(view: View, experts: pd.DataFrame) -> pd.DataFrame:
    """How the experts share the work: the pool with each one's participations in the period."""
    participations = view.ask(measure, ["expert_participations"], by=["expert"], **view.scope)
    counts = dict(zip(participations["expert"], participations["hits"], strict=True))
    return experts.assign(value=[int(counts.get(code, 0)) for code in experts["code"]])


def shares(loads: pd.DataFrame) -> None:
    """One dot an expert; idle ones hollow."""
    active = loads[loads["value"] > 0]
    drawing = clicks.draw(
        charts.dots,
        active.assign(group=active["source"]),
        title=findings.load(loads),
        subtitle="每个点一位参与的专家，横轴为出席人次",
        axis_title="出席人次",
        unit="人次",
        height=130,
    )
    clicks.chart(
        drawing,
        "load",
        alt="每位专家的参与人次",
        pick="code",
        link=lambda code: list_link("expert_participations", expert=code),
    )


def idle(view: View, loads: pd.DataFrame) -> None:
    """Who has not been asked, longest idle first."""
    experts = loads[loads["value"] == 0].sort_values(["last_on", "joined_on"], na_position="first")
    if experts.empty:
        layout.heading("在库专家这一时段都有参与", "没有闲置的专家")
        return
    layout.heading(f"{len(experts)} 位专家这一时段没有参与", "从未参与的在前，其后按最近一次参与由早到晚")
    written = pd.DataFrame(
        {
            "专家": experts["name"],
            "来源": experts["source"],
            "专业领域": experts["field"],
            "入库日期": experts["joined_on"].astype(str),
            "最近参与": tables.days(experts["last_on"], "从未"),
        }
    )
    tables.table(written, key="idle", alt="未参与的专家", high=8)
    with st.container(horizontal=True):
        lists.downloads("未参与的专家", lambda: written, len(written), *lists.parts_of(view), key="idle")


def coming(view: View) -> None:
    """The hearings to come, with their panels; no private data."""
    metric = metric_of("hearings_coming")
    if layout.explain_missing(view, metric.id):
        return
    hearings = view.ask(cases, metric.id, as_of=view.stocks_at, within=view.within)
    if hearings.empty:
        layout.heading("没有待举行的听证", "已排期、未举行、未取消", define=metric)
        return
    hearings = hearings.sort_values("scheduled_at")
    panels = view.ask(hearing_outcomes.coming_panels, as_of=view.stocks_at)
    seats = {hearing: seats_text(experts) for hearing, experts in panels.groupby("hearing_id")}
    first = words.moment(hearings["scheduled_at"].iloc[0])
    layout.heading(f"待举行听证 {len(hearings)} 场次，最近一场 {first}", "已排期、未举行、未取消", define=metric)
    written = pd.DataFrame(
        {
            "排期": hearings["scheduled_at"].dt.strftime("%m-%d %H:%M"),
            "区县": hearings["district"].fillna(words.NONE),
            "街道（乡镇）": hearings["street"].fillna(words.NONE),
            "听证阶段": hearings["hearing_stage"],
            "内容分类": hearings["category"].fillna(words.NONE),
            "责任单位": hearings["unit"].fillna(words.NONE),
            "评议团": [seats.get(hearing, "未组成") for hearing in hearings["hearing_id"]],
            "信访编号": hearings["case_no"],
        }
    )
    tables.table(written, key="coming_hearings", alt="待举行的听证", high=8)
    if st.button(f"打开全部 {words.full(len(hearings))} 场次，可导出", key="all_coming"):
        open_link(list_link(metric.id))


def seats_text(seats: pd.DataFrame) -> str:
    """Who sits on a hearing: 李明（主持）、王芳、赵强."""
    names = [
        f"{name}（{role}）" if role == hearing_outcomes.PRESIDING else name
        for name, role in seats[["expert", "role"]].itertuples(index=False)
    ]
    return "、".join(names)


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    layout.header(view, "专家听证", f"{view.text}。场次、件次、人次分开计。")
    experts = view.ask(hearing_outcomes.experts, as_of=view.as_of)
    if experts.empty and view.ask(measure, ["hearings_held"], as_of=view.as_of)["hits"].iloc[0] == 0:
        notices.missing("专家和听证", {"expert": "专家库", "hearing": "听证", "hearing_expert": "听证评议团"})
    else:
        number_cards(view, CARDS, key="hearing_cards")
        monthly(view)
        left, middle, right = st.columns(3)
        with left, layout.block("compared"):
            compared(view)
        with middle, layout.block("conclusions"):
            conclusions(view)
        with right, layout.block("waits"):
            waits(view)
        loads = load(view, experts)
        left, right = st.columns([2, 3])
        with left, layout.block("pool"):
            pool(view)
        with right:
            with layout.block("load", stretch=False):
                shares(loads)
            with layout.block("idle"):
                idle(view, loads)
        with layout.block("coming_hearings"):
            coming(view)


if __name__ == "__main__":
    page(filters.current())
