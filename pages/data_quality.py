"""数据质量: what is missing in the data or contradicts itself, each finding with its rows; loads, rejects and age."""

from functools import partial

import streamlit as st

from access.entry import Action
from cockpit import rows
from cockpit.view import View
from pages.parts import filters, layout, lists, notices, recording, tables
from queries import needs, quality
from views import words
from wording import headlines
from wording.quality_words import FINDINGS, TABLES, written_findings


def findings(view: View) -> None:
    """All findings; a row opens its rows below."""
    problems = view.ask(quality.findings)
    tables.headed(
        written_findings(problems),
        headlines.problems(problems),
        "与装入时的检查同一套规则；占比是占本表的行，拒绝的行占那次读入的行；选中一行查看每条数据",
        open_row=lambda row: ask_for(finding=problems["name"].iloc[row]),
        key="findings",
        alt="数据质量的发现",
        high=12,
        columns={"行数": tables.COUNT, "占比": tables.RIGHT_TEXT},
    )


def ask_for(**rows: str) -> None:
    """Show the rows of a finding or the rejects of a load, and no others, by the address."""
    for name in ("finding", "load"):
        st.query_params.pop(name, None)
    st.query_params.update(rows)


def _day(view: View) -> str:
    """Of which day a file speaks, for its name."""
    return f"截至{words.day(view.data.as_of.date(), year=True)}"


def rows_of(view: View, name: str) -> None:
    """The rows of one finding, a page of them, and all as a file."""
    title, effect = FINDINGS[name]
    problems = view.ask(quality.findings)
    here = problems[problems["name"] == name]
    if here.empty:
        notices.hint(f"目前没有{title}。")
        return
    recording.opened("finding", Action.VIEW_LIST, _address(finding=name))
    total, table = int(here["count"].iloc[0]), str(here["table"].iloc[0])
    layout.heading(title, f"{TABLES[table]}，共 {words.full_count(total)} 行；{effect}")
    lists.paged(
        view,
        title,
        total,
        lambda offset: view.hold(quality.rows, name, as_of=view.data.as_of, limit=lists.PAGE_ROWS, offset=offset),
        lambda: quality.rows(view.casebase, name, as_of=view.data.as_of),
        _day(view),
        key=f"rows_{name}",
        alt=title,
        high=12,
    )


def _address(**asked: str) -> str:
    """What the log says of rows of this page: they are of all data as it is, whatever the bar asks."""
    return filters.address_text(asked, without=filters.BAR_KEYS)


def loads(view: View) -> None:
    """Every load with what became of its rows; a row opens its rejects."""
    runs = view.ask(quality.loads)
    tables.headed(
        rows.loads(runs),
        headlines.loads(runs),
        "最近的在前；选中一行查看拒绝的数据",
        none="库中还没有从文件装入的数据" if view.data.scope.is_whole else "装入记录由管理人员查看",
        open_row=lambda row: ask_for(load=str(runs["load_id"].iloc[row])),
        key="loads",
        alt="装入记录",
        high=6,
        columns=dict.fromkeys(("读入", "装入", "拒绝"), tables.COUNT),
    )


def rejects_of(view: View, load: str) -> None:
    """The rows that one load did not take."""
    runs = view.ask(quality.loads)
    here = runs[runs["load_id"].astype(str) == load]
    if here.empty:
        notices.hint("没有这次装入。")
        return
    total, file = int(here["rows_rejected"].iloc[0]), here["file_name"].iloc[0]
    number = int(here["load_id"].iloc[0])
    recording.opened("load", Action.VIEW_LIST, _address(load=load))
    layout.heading(f"{file} 拒绝的行", f"共 {words.full_count(total)} 行，行号是文件里的行")
    if total:
        lists.paged(
            view,
            "拒绝的行",
            total,
            lambda offset: view.hold(quality.rejects, number, limit=lists.PAGE_ROWS, offset=offset),
            lambda: quality.rejects(view.casebase, number),
            str(file),
            _day(view),
            key=f"rejects_{load}",
            alt="拒绝的行",
            high=12,
        )


def unknown_numbers(view: View) -> None:
    """The numbers that the data cannot tell, by what would have to be loaded for them."""
    lacks = view.ask(needs.unknown)
    written = rows.unknown_numbers(lacks)
    tables.headed(
        written,
        f"{len(lacks)} 个指标算不出，缺 {len(written)} 项数据" if lacks else "全部指标都算得出",
        "这些指标在各页写作「—」，不是 0；装入所缺的数据后自动算出；每个指标缺什么，「指标口径」逐个写明",
        none="每个指标所需的数据，库中都有",
        key="unknown_numbers",
        alt="算不出的指标和所缺的数据",
        high=12,
        columns={"影响的指标": st.column_config.Column(width=860)},
    )


def ages(view: View) -> None:
    """How old the data of each source is."""
    sources = view.ask(quality.ages)
    tables.headed(
        rows.sources(sources),
        headlines.newest(sources, view.data.reading.read_at),
        "各来源的信访件：登记起止和最近一次更新",
        none="由数据管理员从文件装入后，本页和各页自动显示；办法见随软件的说明 docs/loading.md",
        key="ages",
        alt="各来源数据的新旧",
        high=6,
        columns={"信访件（件次）": tables.COUNT},
    )


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    # The whole database as it is, whatever moment the filter bar asks for.
    seen = "全库" if view.data.scope.is_whole else view.data.whole
    layout.header(view, "数据质量", f"{seen}，不随上方筛选。哪些数据缺、错、旧，各影响什么；检举控告件不在其列。")
    layout.stack(view, findings)
    asked = st.query_params.get("finding")
    if asked in FINDINGS:
        layout.stack(view, {"finding_rows": partial(rows_of, name=asked)})
    layout.stack(view, {"unknown": unknown_numbers})
    layout.row(view, ages, loads)
    if "load" in st.query_params:
        layout.stack(view, {"reject_rows": partial(rejects_of, load=st.query_params["load"])})
