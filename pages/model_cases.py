"""优秀案例: the library of exemplary mediations, found by kind, place, method and who helped; each opens."""

from typing import Any

import pandas as pd
import streamlit as st

from pages.parts import filters, lists, live, show, waiting
from pages.parts.drawing import drawn
from pages.parts.markdown import escape_markdown
from queries.model_cases import methods, model_cases, narrowed
from views import charts, words
from wording import findings

EVERY = ""
UNIT = "个"
UNSAID = "未填写"
ROWS = 9
SHOWN = "model_case"
EXPORTED = {
    "title": "案例",
    "dispute_kind": "纠纷类型",
    "who": "谁来调",
    "method": "做法",
    "outcome": "结果",
    "district": "区县",
    "street": "街道（乡镇）",
    "community": "社区（村）",
    "org": "社会组织",
    "days": "用时（天）",
    "told_on": "讲述日期",
    "case_no": "信访编号",
}

now = filters.current()


def choice(label: str, key: str, options: list[str], every: str) -> str:
    """A filter of this page, bound to the address."""
    return st.selectbox(
        label,
        [EVERY, *options],
        format_func=lambda option: option or every,
        key=key,
        bind="query-params",
        width=160,
    )


def values(column: str) -> list[str]:
    """What a column holds, most frequent first."""
    return [str(value) for value in library[column].value_counts().index]


def asked() -> dict[str, str]:
    """What the reader looks for."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        return {
            "kind": choice("纠纷类型", "dispute_kind", values("dispute_kind"), "全部类型"),
            "who": choice("谁来调", "who", values("who"), "全部力量"),
            "method": choice("做法", "method", methods(library), "全部做法"),
            "text": st.text_input(
                "查找", key="told", bind="query-params", width=280, placeholder="标题、做法、结果、社区，空格分开"
            ),
        }


def ranked(column: str, key: str, noun: str) -> None:
    """How many of each; a bar filters by it, a second click shows all again."""
    counts = found[column].fillna(UNSAID).value_counts()
    frame = pd.DataFrame({"code": counts.index, "name": counts.index, "value": counts.to_numpy()})
    chart = drawn(
        charts.ranking,
        frame,
        show.theme(),
        title=findings.most(
            frame.assign(code=frame["code"].replace(UNSAID, "")), "所列", none="没有符合条件的案例", unit=UNIT
        ),
        subtitle=f"优秀案例按{noun}（个），点一条只看它",
        kind="count",
        row=22,
    )

    def chosen(value: str) -> None:
        st.session_state[key] = EVERY if value in (UNSAID, st.session_state[key]) else value

    show.chart(chart, f"library_{column}", alt=f"优秀案例按{noun}", pick="code", on_pick=chosen)


def library_table() -> None:
    """The cases as rows; the one selected is told below."""
    show.heading(f"共 {words.full(len(found))} 个案例", "按讲述日期由近到远；选中一行看全文")
    shown = pd.DataFrame(
        {
            "案例": found["title"],
            "纠纷类型": said("dispute_kind"),
            "谁来调": said("who"),
            "区县": said("district"),
            "用时（天）": found["days"],
            "讲述日期": pd.to_datetime(found["told_on"]).dt.strftime("%Y-%m-%d").fillna(words.NONE),
        }
    )
    event = st.dataframe(
        shown,
        hide_index=True,
        column_config={"案例": st.column_config.Column(width=300)},
        height=show.rows_high(len(found), ROWS),
        key="library",
        on_select="rerun",
        selection_mode="single-row",
        alt="优秀案例库",
    )
    with st.container(horizontal=True):
        whole = found[list(EXPORTED)].rename(columns=EXPORTED)
        lists.downloads("优秀案例", lambda: whole, len(whole), now.place, key="library")
    rows = event["selection"]["rows"]
    if show.once("library", rows[0] if rows else None) is not None:
        st.query_params[SHOWN] = str(found["model_case_id"].iloc[rows[0]])


def said(column: str) -> pd.Series:
    """A column in words."""
    return found[column].fillna(words.NONE)


def told() -> None:
    """One case in full: that of the address, else the latest."""
    named = found["model_case_id"].astype(str) == st.query_params.get(SHOWN, "")
    row: Any = found[named].iloc[0] if named.any() else found.iloc[0]
    show.heading(row["title"], facts(row))
    for head, text in (("做法", row["method"]), ("结果", row["outcome"])):
        st.markdown(f"**{head}**　{words.NONE if pd.isna(text) else escape_markdown(text)}")
    if pd.notna(row["petition_id"]) and st.button(
        f"打开信访件 {escape_markdown(row['case_no'])}", key="open_model_case"
    ):
        lists.open_case(int(row["petition_id"]))


def facts(row: Any) -> str:
    """Kind, who, where, and how long it took."""
    place = "".join(str(row[name]) for name in ("district", "street", "community") if pd.notna(row[name]))
    length = "" if pd.isna(row["days"]) else f"用时 {words.days(row['days'])}"
    parts = [row["dispute_kind"], row["who"], place, row["org"], length]
    return "，".join(str(part) for part in parts if pd.notna(part) and part) or UNSAID


library = live.ask(model_cases, as_of=now.as_of, within=now.within)
head = st.container()
with head:
    show.header(
        "优秀案例", f"截至{words.day(now.as_of, year=True)}讲述的案例，{now.place}；不分时段、信访形式和内容分类。"
    )
if library.empty and live.ask(model_cases, as_of=now.as_of).empty:
    waiting.missing("优秀案例", {"model_case": "优秀案例库"})
elif library.empty:
    waiting.hint(f"{now.place}还没有优秀案例，换一个区域看看。")
else:
    found = narrowed(library, **asked())
    if found.empty:
        waiting.hint("没有符合条件的案例，放宽一个条件看看。")
    else:
        left, right = st.columns([2, 3])
        with left:
            with show.block("library_kind", stretch=False):
                ranked("dispute_kind", "dispute_kind", "纠纷类型")
            with show.block("library_who"):
                ranked("who", "who", "调解力量")
        with right:
            with show.block("library", stretch=False):
                library_table()
            with show.block("library_told"):
                told()
