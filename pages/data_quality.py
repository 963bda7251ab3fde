"""数据质量: what is missing in the data or contradicts itself, each finding with its rows; loads, rejects and age."""

import pandas as pd
import streamlit as st

from cockpit.view import View
from pages.parts import clicks, filters, layout, lists, notices
from pages.parts.quality_words import STATES, TABLES, TOLD
from queries import needs, quality
from queries.measure import metric_of
from views import words
from wording import unknown

_COUNT = st.column_config.NumberColumn(format="localized")


def findings(found: pd.DataFrame) -> None:
    """All findings; a row opens its rows below."""
    wrong = int((found["severity"] == "error").sum())
    said = f"{wrong} 类会让数字出错" if wrong else "没有会让数字出错的"
    layout.heading(
        f"发现 {len(found)} 类问题，{said}" if len(found) else "没有发现问题",
        "与装入时的检查同一套规则；选中一行看它的每一行数据",
    )
    if found.empty:
        return
    table = pd.DataFrame(
        {
            "程度": [STATES[severity].text for severity in found["severity"]],
            "发现": [TOLD[name][0] for name in found["name"]],
            "后果": [TOLD[name][1] for name in found["name"]],
            "表": [TABLES[name] for name in found["table"]],
            "行数": found["count"],
            "占本表": [
                words.NONE if pd.isna(among) else words.percent(count / among)
                for count, among in zip(found["count"], found["among"], strict=True)
            ],
        }
    )
    event = st.dataframe(
        table,
        hide_index=True,
        column_config={"行数": _COUNT, "占本表": st.column_config.TextColumn(alignment="right")},
        height=layout.rows_high(len(table), 12),
        key="findings",
        on_select="rerun",
        selection_mode="single-row",
        alt="数据质量的发现",
    )
    picked = clicks.once("findings", tuple(event["selection"]["rows"]) or None)
    if picked:
        st.query_params["finding"] = found["name"].iloc[picked[0]]
        st.query_params.pop("load", None)


def _day(view: View) -> str:
    """Of which day a file speaks, for its name."""
    return f"截至{words.day(view.data.as_of.date(), year=True)}"


def rows_of(view: View, name: str, found: pd.DataFrame) -> None:
    """The rows of one finding."""
    title, effect = TOLD[name]
    here = found[found["name"] == name]
    if here.empty:
        notices.hint(f"目前没有{title}。")
        return
    total, table = int(here["count"].iloc[0]), str(here["table"].iloc[0])
    layout.heading(title, f"{TABLES[table]}，共 {words.full(total)} 行；{effect}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        offset = lists.page_offset(total, f"page_{name}")
        lists.downloads(title, lambda: quality.rows(view.casebase, name, as_of=view.data.as_of), total, _day(view))
    rows = view.ask(quality.rows, name, as_of=view.data.as_of, limit=lists.PAGE_ROWS, offset=offset)
    lists.table(rows, f"rows_{name}", alt=title, most=12)


def loads(view: View) -> None:
    """Every load with what became of its rows; a row opens its rejects."""
    found = view.ask(quality.loads)
    if found.empty:
        layout.heading("没有装入记录", "库中还没有从文件装入的数据")
        return
    rejected = int(found["rows_rejected"].sum())
    layout.heading(
        f"装入 {len(found)} 次，拒绝 {words.full(rejected)} 行" if rejected else f"装入 {len(found)} 次，没有拒绝的行",
        "最近的在前；选中一行看它拒绝的行",
    )
    table = pd.DataFrame(
        {
            "装入时间": found["started_at"].dt.strftime("%Y-%m-%d %H:%M"),
            "来源": found["source"],
            "文件": found["file_name"],
            "读入": found["rows_read"],
            "装入": found["rows_loaded"],
            "拒绝": found["rows_rejected"],
        }
    )
    event = st.dataframe(
        table,
        hide_index=True,
        column_config=dict.fromkeys(["读入", "装入", "拒绝"], _COUNT),
        height=layout.rows_high(len(table), 6),
        key="loads",
        on_select="rerun",
        selection_mode="single-row",
        alt="装入记录",
    )
    picked = clicks.once("loads", tuple(event["selection"]["rows"]) or None)
    if picked:
        st.query_params["load"] = str(found["load_id"].iloc[picked[0]])
        st.query_params.pop("finding", None)


def rejects_of(view: View, load: str) -> None:
    """The rows that one load did not take."""
    found = view.ask(quality.loads)
    here = found[found["load_id"].astype(str) == load]
    if here.empty:
        notices.hint("没有这次装入。")
        return
    total, file = int(here["rows_rejected"].iloc[0]), here["file_name"].iloc[0]
    number = int(here["load_id"].iloc[0])
    layout.heading(f"{file} 拒绝的行", f"共 {words.full(total)} 行，行号是文件里的行")
    if not total:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        offset = lists.page_offset(total, f"page_load_{load}")
        lists.downloads("拒绝的行", lambda: quality.rejects(view.casebase, number), total, str(file), _day(view))
    rows = view.ask(quality.rejects, number, limit=lists.PAGE_ROWS, offset=offset)
    lists.table(rows, f"rejects_{load}", alt="拒绝的行", most=12)


def unknown_numbers(view: View) -> None:
    """The numbers that the data cannot tell, by what would have to be loaded for them."""
    lacks = view.ask(needs.unknown)
    if not lacks:
        layout.heading("全部指标都算得出", "每个指标所需的数据库中都有")
        return
    wanted: dict[str, list[str]] = {}
    for metric, names in lacks.items():
        for name in names:
            said = unknown.names(name)
            wanted.setdefault(said, []).append(metric_of(metric).name)
    layout.heading(
        f"{len(lacks)} 个指标算不出，缺 {len(wanted)} 项数据",
        "这些指标在各页写作「—」，不是 0；装入所缺的数据后自动算出",
    )
    table = pd.DataFrame(
        {
            "缺的数据": list(wanted),
            "影响的指标": ["、".join(dict.fromkeys(metrics)) for metrics in wanted.values()],
            "个数": [len(set(metrics)) for metrics in wanted.values()],
        }
    ).sort_values("个数", ascending=False, kind="stable")
    st.dataframe(
        table,
        hide_index=True,
        column_config={"影响的指标": st.column_config.Column(width="large")},
        height=layout.rows_high(len(table), 12),
        key="unknown_numbers",
        alt="算不出的指标和所缺的数据",
    )


def ages(view: View) -> None:
    """How old the data of each source is."""
    found = view.ask(quality.ages)
    if found.empty:
        layout.heading("库中还没有信访件", "由数据管理员装入后，本页和各页自动显示")
        return
    newest = found["last_at"].max()
    old = max((view.data.reading.read_at - newest).days, 0)
    layout.heading(
        f"最近一件登记于 {words.moment(newest, year=True)}" + (f"，{old} 天前" if old else ""),
        "各来源的信访件：登记起止和最近一次更新",
    )
    table = pd.DataFrame(
        {
            "来源": found["source"],
            "信访件（件次）": found["cases"],
            "最早登记": found["first_at"].dt.strftime("%Y-%m-%d"),
            "最近登记": found["last_at"].dt.strftime("%Y-%m-%d %H:%M"),
            "最近更新": found["updated_at"].dt.strftime("%Y-%m-%d %H:%M"),
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        column_config={"信访件（件次）": _COUNT},
        height=layout.rows_high(len(table), 6),
        key="ages",
        alt="各来源数据的新旧",
    )


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    # The whole database as it is, whatever moment the filter bar asks for.
    layout.header(view, "数据质量", "全库，不随上方筛选。哪些数据缺、错、旧，各影响什么；检举控告件不在其列。")
    known = view.ask(quality.findings)
    with layout.block("findings", stretch=False):
        findings(known)
    asked = st.query_params.get("finding")
    if asked in TOLD:
        with layout.block("finding_rows", stretch=False):
            rows_of(view, asked, known)
    with layout.block("unknown", stretch=False):
        unknown_numbers(view)
    left, right = st.columns(2)
    with left, layout.block("ages"):
        ages(view)
    with right, layout.block("loads"):
        loads(view)
    if "load" in st.query_params:
        with layout.block("reject_rows", stretch=False):
            rejects_of(view, st.query_params["load"])


if __name__ == "__main__":
    page(filters.current())
