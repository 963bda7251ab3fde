"""会议简报: one button, and Word, slides and ledger are ready, of one frozen set of numbers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import streamlit as st

from briefings import files
from briefings.frozen import Frozen, freeze
from briefings.preview import preview
from briefings.request import AGAINST, NAMES, Form, Outside, Request, outside, recent_periods
from briefings.template import Edits, document, suggestions
from casebase.errors import UsageError
from cockpit import kpis
from cockpit.view import View, comparisons
from pages.parts import filters, identity, layout, marking, notices
from pages.parts.exports import export_button
from pages.parts.navigation import open_link
from pages.parts.panel import panel
from pages.parts.turns import Turns
from queries.periods import Period
from views import cards, words

MAIN = ("registered", "closed", "backlog", "five_day_closure", "on_time_completion", "unit_satisfaction")
_FROZEN, _FILES, _EDITS = "_briefing", "_briefing_files", "_briefing_edits"
_STEPS, _COVER, _PROPOSALS = "briefing_steps", "briefing_cover", "briefing_proposals"
# A box is forgotten by the framework while another page is open.
_KEPT = "_briefing_kept"
_OUTSIDE = {Outside.AHEAD: "还没有开始", Outside.BEFORE_RECORDS: "早于库中第一条记录"}


def asked(view: View) -> Request:
    """The kind of briefing and which issue of it; the area comes from the filter bar."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        form = filters.choose("种类", NAMES, "form", Form.MONTHLY)
        period = view.period if form is Form.SPECIAL else issue(view, form)
        return Request(period, view.within.area, identity.current().knows_wrongdoing)


def issue(view: View, form: Form) -> Period:
    """Which week, month, quarter or year: the last finished one first offered, the running one too."""
    today = view.as_of.date()
    periods = {period.start.isoformat(): period for period in recent_periods(form, today)}
    chosen = st.selectbox(
        "期次",
        list(periods),
        index=1,
        format_func=lambda key: Request(periods[key]).label_on(today),
        key=f"issue_{form}",
        width=240,
    )
    return periods[chosen]


def make(view: View, request: Request) -> None:
    """Freeze the numbers and write the files, telling what goes on."""
    with in_turn("正在取数", 0.0) as bar:
        freezing, _ = stages_on(bar)
        frozen = freeze(view.casebase, request, view.as_of, freezing)
        st.session_state[_FROZEN] = frozen
        st.session_state[_STEPS] = "\n".join(suggestions(frozen, view.workdays))
        write(view, frozen, bar)


def rewrite(view: View, frozen: Frozen) -> None:
    """Write the files again with what stands in the edit boxes."""
    with in_turn("正在写文稿…", files.FREEZING) as bar:
        write(view, frozen, bar)
    st.rerun()


@contextmanager
def in_turn(text: str, share: float) -> Iterator[st.delta_generator.DeltaGenerator]:
    """A bar of progress, once it is this reader's turn; it tells how many stand before."""
    bar = st.progress(share, text)
    try:
        with turns().turn(lambda before: bar.progress(share, f"前面还有 {before} 份简报在生成，排队中…")):
            yield bar
    finally:
        bar.empty()


@st.cache_resource(show_spinner=False)
def turns() -> Turns:
    """Briefings are written one at a time: each takes some 300 MB while it is."""
    return Turns()


def stages_on(bar: st.delta_generator.DeltaGenerator) -> tuple[files.Progress, files.Progress]:
    """The progress of freezing and of writing, told by one bar."""
    return files.stages(lambda share, text: bar.progress(share, f"{text}…"))


def write(view: View, frozen: Frozen, bar: st.delta_generator.DeltaGenerator) -> None:
    """Write the three files with what stands in the edit boxes."""
    written, (_, writing) = edits(), stages_on(bar)
    st.session_state[_FILES] = files.make(frozen, view.workdays, written, writing, watermark=marking.marker()())
    st.session_state[_EDITS] = written


def edits() -> Edits:
    """What the person wrote."""
    state = st.session_state
    return Edits.of_texts(state.get(_COVER, ""), state.get(_STEPS), state.get(_PROPOSALS, ""))


def boxes(frozen: Frozen) -> None:
    """What may be changed before export; it is still there when the reader comes back from another page."""
    kept: dict[str, str] = st.session_state.setdefault(_KEPT, {})
    for key in (_COVER, _STEPS, _PROPOSALS):
        st.session_state.setdefault(key, kept.get(key, ""))
    st.text_input("封面一行", key=_COVER, placeholder="例如：供市委信访工作联席会议参阅")
    if frozen.request.form is Form.YEARLY:
        st.text_area(
            "提出改进工作、完善政策和追究责任建议及被采纳情况", key=_PROPOSALS, height=120, help="条例第四十一条第三项"
        )
    st.text_area("下步建议（一行一条，由数字得出，可以改）", key=_STEPS, height=260)
    kept |= {key: st.session_state[key] for key in (_COVER, _STEPS, _PROPOSALS)}


def frozen_now(view: View, request: Request) -> Frozen | None:
    """The numbers frozen for this request, by the button or before; None where there are none."""
    if st.button("生成简报", type="primary", width="stretch"):
        make(view, request)
    frozen: Frozen | None = st.session_state.get(_FROZEN)
    return frozen if frozen is not None and frozen.request == request else None


def edit(view: View, frozen: Frozen) -> None:
    """The files, what may be changed in them, and the button that writes them again."""
    downloads()
    unwritten = st.empty()
    boxes(frozen)
    changed = edits() != st.session_state[_EDITS]
    if changed:
        unwritten.warning("上面的文件还没有下面的修改，请重新导出。")
    # With a key it is the same button before and after it changes its look: a click right after writing counts.
    if st.button("按修改重新导出", key="rewrite", type="primary" if changed else "secondary", width="stretch"):
        rewrite(view, frozen)


def downloads() -> None:
    """The three files, and all of them at once."""
    report_files: tuple[files.File, ...] = st.session_state[_FILES]
    for file in report_files:
        export_button(
            f"下载 {file.label}　{file.size}", partial(bytes, file.data), file.name, file.mime, width="stretch"
        )
    every = f"{report_files[0].name.rsplit('.', 1)[0]}.zip"
    export_button("三份一起下载", partial(files.archive, report_files), every, "application/zip", width="stretch")


def sheet(view: View, frozen: Frozen) -> None:
    """The briefing as it will be printed, and its main numbers as doors to their cases."""
    main_numbers(view, frozen)
    st.html(preview(document(frozen, view.workdays, edits(), on_screen=True), layout.theme()))


def main_numbers(view: View, frozen: Frozen) -> None:
    """The frozen main numbers; each opens its cases as long as the cases are of the same moment."""
    compared = comparisons(AGAINST[frozen.request.form])
    frozen_view = replace(view, period=frozen.request.period, as_of=frozen.as_of, comparisons=compared)
    same = frozen.as_of == view.as_of
    row = kpis.opened_cards(frozen_view, MAIN, frozen.totals, is_open=same)
    open_link(panel(cards.cards_html(row, layout.theme()), "briefing_numbers"))
    if not same:
        at = words.moment(frozen.as_of, year=True)
        st.caption(f"数字冻结于 {at}，此后的变化不在其中；清单在台账里，要点开数字看件，请重新生成。")


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    layout.header(
        view,
        "会议简报",
        f"{view.place}。一次取数，文稿、幻灯片和台账同数。时间按下面选的一期，只有专报用上方的时间；不分信访形式和内容分类。",
    )
    if layout.page_is_empty(view, ["registered", "hotline_registered"], "信访件"):
        return
    request = asked(view)
    why = view.ask(outside, request.period, view.as_of)
    if why is not None:
        days = words.span(request.period.start, request.period.end)
        notices.hint(f"{days}{_OUTSIDE[why]}，没有可写的数。换一个时段。")
        return
    try:
        desk(view, request)
    except UsageError as error:  # of all that was asked, only a template can still be wrong
        notices.refused(error, "本单位的简报模板有误，写不出简报；是哪个文件、哪里有误见服务日志，请联系系统管理员。")


def desk(view: View, request: Request) -> None:
    """What is made and changed at the left, the briefing itself at the right."""
    left, right = st.columns([7, 18])
    with left, layout.block("briefing", stretch=False):
        frozen = frozen_now(view, request)
        if frozen is None:
            st.markdown("取一次数，写成三份：Word 文稿（公文格式）、幻灯片（图可编辑）、台账（每个数后面的件）。")
        else:
            edit(view, frozen)
    with right:
        if frozen is not None:
            sheet(view, frozen)
