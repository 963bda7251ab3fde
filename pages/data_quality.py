"""数据质量: what is missing in the data or contradicts itself, each finding with its rows; loads, rejects and age."""

import pandas as pd
import streamlit as st

from cockpit.view import View
from pages.parts import filters, layout, lists, notices, tables
from pages.parts.quality_words import FINDINGS, STATES, TABLES
from queries import needs, quality
from queries.measure import metric_of
from views import words
from wording import unknown


def findings(problems: pd.DataFrame) -> None:
    """All findings; a row opens its rows below."""
    wrong = int((problems["severity"] == "error").sum())
    effect = f"{wrong} 类会让数字出错" if wrong else "没有会让数字出错的"
    layout.heading(
        f"发现 {len(problems)} 类问题，{effect}" if len(problems) else "没有发现问题",
        "与装入时的检查同一套规则；占比是占本表的行，拒绝的行占那次读入的行；选中一行看它的每一行数据",
    )
    if problems.empty:
        return
    written = pd.DataFrame(
        {
            "程度": [STATES[severity].text for severity in problems["severity"]],
            "发现": [FINDINGS[name][0] for name in problems["name"]],
            "后果": [FINDINGS[name][1] for name in problems["name"]],
            "表": [TABLES[name] for name in problems["table"]],
            "行数": problems["count"],
            "占比": [
                words.NONE if pd.isna(among) else words.percent(count / among)
                for count, among in zip(problems["count"], problems["among"], strict=True)
            ],
        }
    )
    row = tables.pick_row(
        written,
        key="findings",
        alt="数据质量的发现",
        high=12,
        columns={"行数": tables.COUNT, "占比": st.column_config.TextColumn(alignment="right")},
    )
    if row is not None:
        st.query_params["finding"] = problems["name"].iloc[row]
        st.query_params.pop("load", None)


def _day(view: View) -> str:
    """Of which day a file speaks, for its name."""
    return f"截至{words.day(view.data.as_of.date(), year=True)}"


def rows_of(view: View, name: str, problems: pd.DataFrame) -> None:
    """The rows of one finding."""
    title, effect = FINDINGS[name]
    here = problems[problems["name"] == name]
    if here.empty:
        notices.hint(f"目前没有{title}。")
        return
    total, table = int(here["count"].iloc[0]), str(here["table"].iloc[0])
    layout.heading(title, f"{TABLES[table]}，共 {words.full(total)} 行；{effect}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        offset = lists.page_offset(total, f"page_{name}")
        lists.downloads(title, lambda: quality.rows(view.casebase, name, as_of=view.data.as_of), total, _day(view))
    rows = view.ask(quality.rows, name, as_of=view.data.as_of, limit=lists.PAGE_ROWS, offset=offset)
    lists.case_table(rows, f"rows_{name}", alt=title, high=12)


def loads(view: View) -> None:
    """Every load with what became of its rows; a row opens its rejects."""
    runs = view.ask(quality.loads)
    if runs.empty:
        layout.heading("没有装入记录", "库中还没有从文件装入的数据")
        return
    rejected = int(runs["rows_rejected"].sum())
    layout.heading(
        f"装入 {len(runs)} 次，拒绝 {words.full(rejected)} 行" if rejected else f"装入 {len(runs)} 次，没有拒绝的行",
        "最近的在前；选中一行看它拒绝的行",
    )
    written = pd.DataFrame(
        {
            "装入时间": runs["started_at"].dt.strftime("%Y-%m-%d %H:%M"),
            "来源": runs["source"],
            "文件": runs["file_name"],
            "读入": runs["rows_read"],
            "装入": runs["rows_loaded"],
            "拒绝": runs["rows_rejected"],
        }
    )
    counts = dict.fromkeys(("读入", "装入", "拒绝"), tables.COUNT)
    row = tables.pick_row(written, key="loads", alt="装入记录", high=6, columns=counts)
    if row is not None:
        st.query_params["load"] = str(runs["load_id"].iloc[row])
        st.query_params.pop("finding", None)


def rejects_of(view: View, load: str) -> None:
    """The rows that one load did not take."""
    runs = view.ask(quality.loads)
    here = runs[runs["load_id"].astype(str) == load]
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
    lists.case_table(rows, f"rejects_{load}", alt="拒绝的行", high=12)


def unknown_numbers(view: View) -> None:
    """The numbers that the data cannot tell, by what would have to be loaded for them."""
    lacks = view.ask(needs.unknown)
    if not lacks:
        layout.heading("全部指标都算得出", "每个指标所需的数据库中都有")
        return
    wanted: dict[str, list[str]] = {}
    for metric, names in lacks.items():
        for name in names:
            wanted.setdefault(unknown.names(name), []).append(metric_of(metric).name)
    layout.heading(
        f"{len(lacks)} 个指标算不出，缺 {len(wanted)} 项数据",
        "这些指标在各页写作「—」，不是 0；装入所缺的数据后自动算出",
    )
    written = pd.DataFrame(
        {
            "缺的数据": list(wanted),
            "影响的指标": ["、".join(dict.fromkeys(metrics)) for metrics in wanted.values()],
            "个数": [len(set(metrics)) for metrics in wanted.values()],
        }
    ).sort_values("个数", ascending=False, kind="stable")
    columns = {"影响的指标": st.column_config.Column(width=860)}
    tables.table(written, key="unknown_numbers", alt="算不出的指标和所缺的数据", high=12, columns=columns)


def ages(view: View) -> None:
    """How old the data of each source is."""
    sources = view.ask(quality.ages)
    if sources.empty:
        layout.heading("库中还没有信访件", "由数据管理员装入后，本页和各页自动显示")
        return
    newest = sources["last_at"].max()
    old = max((view.data.reading.read_at - newest).days, 0)
    layout.heading(
        f"最近一件登记于 {words.moment(newest, year=True)}" + (f"，{words.full(old)} 天前" if old else ""),
        "各来源的信访件：登记起止和最近一次更新",
    )
    written = pd.DataFrame(
        {
            "来源": sources["source"],
            "信访件（件次）": sources["cases"],
            "最早登记": sources["first_at"].dt.strftime("%Y-%m-%d"),
            "最近登记": sources["last_at"].dt.strftime("%Y-%m-%d %H:%M"),
            "最近更新": sources["updated_at"].dt.strftime("%Y-%m-%d %H:%M"),
        }
    )
    tables.table(written, key="ages", alt="各来源数据的新旧", high=6, columns={"信访件（件次）": tables.COUNT})


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    # The whole database as it is, whatever moment the filter bar asks for.
    layout.header(view, "数据质量", "全库，不随上方筛选。哪些数据缺、错、旧，各影响什么；检举控告件不在其列。")
    known = view.ask(quality.findings)
    with layout.block("findings", stretch=False):
        findings(known)
    asked = st.query_params.get("finding")
    if asked in FINDINGS:
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
