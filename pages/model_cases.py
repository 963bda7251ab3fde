"""优秀案例: the library of exemplary mediations, cases by kind, place, method and who helped; each opens."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from cockpit import rows
from cockpit.view import View
from pages.parts import clicks, filters, layout, lists, not_offered, notices, tables
from pages.parts.markdown import escape_markdown
from queries.model_cases import filter_cases, methods, model_cases
from views import charts, words
from wording import findings, headlines

EVERY = ""
UNIT = "个"
NOUNS = {"dispute_kind": "纠纷类型", "who": "调解力量"}
ROWS = 9
PICKED_CASE = "model_case"


def choice(label: str, key: str, options: Sequence[str], every: str) -> str:
    """A filter of this page, bound to the address."""
    labels = filters.labels_of({option: option for option in options}, every)
    not_offered.check(key, label, labels.values(), EVERY, "以下案例未按它筛选")
    return st.selectbox(
        label,
        list(labels),
        format_func=labels.__getitem__,
        key=key,
        bind="query-params",
        width=160,
    )


def chosen_filters(view: View, library: pd.DataFrame) -> dict[str, str]:
    """What the reader looks for."""
    kinds, forces = (view.derive(rows.most_frequent, library, column) for column in NOUNS)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        return {
            "kind": choice("纠纷类型", "dispute_kind", kinds, "全部类型"),
            "who": choice("谁来调", "who", forces, "全部力量"),
            "method": choice("做法", "method", view.derive(methods, library), "全部做法"),
            "text": st.text_input(
                "查找", key="told", bind="query-params", width=280, placeholder="标题、做法、结果、社区，空格分开"
            ),
        }


def ranked(view: View, cases: pd.DataFrame, column: str) -> None:
    """How many of each; a bar filters by it, a second click shows all again."""
    noun, counts = NOUNS[column], view.derive(rows.model_cases_by, cases, column)
    drawing = clicks.draw(
        view,
        charts.ranking,
        counts,
        title=view.derive(findings.most, counts, "所列", none="没有符合条件的案例", unit=UNIT),
        subtitle=f"优秀案例按{noun}（个），点击一条只看该项",
        kind="count",
        row=22,
    )

    def narrow(value: str) -> None:
        st.session_state[column] = EVERY if value in ("", st.session_state[column]) else value

    clicks.chart(drawing, f"library_{column}", alt=f"优秀案例按{noun}", pick="code", on_pick=narrow)


def library(view: View, cases: pd.DataFrame) -> None:
    """The cases as rows; the one selected stands below in full."""
    layout.heading(f"共 {words.full_count(len(cases))} 个案例", "按讲述日期由近到远；选中一行查看全文")
    row = tables.pick_row(
        view.derive(rows.model_cases, cases),
        stays=True,
        key="library",
        alt="优秀案例库",
        high=ROWS,
        columns={"案例": st.column_config.Column(width=300)},
    )
    with st.container(horizontal=True):
        whole = rows.model_cases_file(cases)
        lists.downloads("优秀案例", lambda: whole, len(whole), view.place, key="library")
    if row is not None:
        st.query_params[PICKED_CASE] = str(cases["model_case_id"].iloc[row])


def one_case(_: View, cases: pd.DataFrame) -> None:
    """One case in full: that of the address, else the latest."""
    named = cases["model_case_id"].astype(str) == st.query_params.get(PICKED_CASE, "")
    row: Any = cases[named].iloc[0] if named.any() else cases.iloc[0]
    layout.heading(row["title"], headlines.model_case(row))
    for head, text in (("做法", row["method"]), ("结果", row["outcome"])):
        st.markdown(f"**{head}**　{words.NONE if pd.isna(text) else escape_markdown(text)}")
    if pd.notna(row["petition_id"]) and st.button(
        f"打开信访件 {escape_markdown(row['case_no'])}", key="open_model_case"
    ):
        lists.open_case(int(row["petition_id"]))


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    cases = view.hold(model_cases, as_of=view.as_of, within=view.within)
    head = st.container()
    with head:
        layout.header(
            view,
            "优秀案例",
            f"截至{words.day(view.as_of, year=True)}讲述的案例，{view.place}；不分时段、信访形式和内容分类。",
        )
    if cases.empty:
        if not layout.says_missing(
            view, lambda at: not view.ask(model_cases, as_of=at).empty, "优秀案例", "优秀案例库"
        ):
            notices.hint(f"{view.place}还没有优秀案例，换一个区域看看。")
        return
    cases = view.derive(filter_cases, cases, **chosen_filters(view, cases))
    if cases.empty:
        notices.hint("没有符合条件的案例，放宽一个条件看看。")
        return
    kinds, who = (partial(ranked, cases=cases, column=name) for name in NOUNS)
    listed, told = partial(library, cases=cases), partial(one_case, cases=cases)
    layout.row(
        view,
        {"library_kind": kinds, "library_who": who},
        {"library": listed, "library_told": told},
        widths=(2, 3),
    )
