"""Templates: what the sentences say, what a bureau may change, and how a mistake is named."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from briefings.frozen import Frozen
from briefings.model import Annex, Block, Document, Figure, Heading, Paragraph, Table
from briefings.template import Edits, check_templates, chinese, deck, document, suggestions
from casebase.engine import Casebase
from casebase.errors import UsageError
from casebase.settings import BriefingSettings, SettingError
from queries.registry import METRICS
from queries.targets import target_of
from tests.briefings.conftest import PERIODS

FORMS = [(name, None) for name in PERIODS] + [("month", "410105"), ("running", "410105")]


def texts(printed: Document) -> list[str]:
    return [block.text for block in printed.blocks if isinstance(block, Heading | Paragraph)]


def of_kind(printed: Document, kind: type[Block]) -> list[Block]:
    return [block for block in printed.blocks if isinstance(block, kind)]


@pytest.mark.parametrize(("name", "area"), FORMS)
def test_no_sentence_has_a_hole_in_it(
    name: str, area: str | None, frozen_of: Callable[..., Frozen], city: Casebase
) -> None:
    frozen = frozen_of(name, area)
    said = texts(document(frozen, city.workdays, Edits()))
    said += [line for slide in deck(frozen, city.workdays, Edits()).slides for line in (slide.title, *slide.lines)]
    # Of a month before the records nothing is known, which stands beside each number.
    hole = r"—(?!\d|（早于第一条记录）)|∞|nan|None|inf|，，|，。|；。|。。|、。|是。|（）|  |：。|^[，。；、]"
    wrong = re.compile(hole + "|0件次（最久")
    assert not [line for line in said if wrong.search(line)]
    assert all(line.endswith(("。", "）", "%")) for line in said if len(line) > 60)


def test_headings_are_numbered_as_the_standard_asks(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    heads = of_kind(document(frozen_of("month"), city.workdays, Edits()), Heading)
    first = [head.text for head in heads if isinstance(head, Heading) and head.level == 1]
    assert [text.split("、")[0] for text in first] == [chinese(n) for n in range(1, len(first) + 1)]
    assert [text.split("、")[1] for text in first] == [
        "总体情况", "主要特点", "办理质效", "源头治理与督办", "存在问题", "下步建议",
    ]  # fmt: skip
    second = [head.text for head in heads if isinstance(head, Heading) and head.level == 2]
    assert second[0].startswith("（一）")
    assert [chinese(n) for n in (1, 10, 11, 20, 35)] == ["一", "十", "十一", "二十", "三十五"]


def test_annexes_are_rankings_debts_and_definitions(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    printed = document(frozen_of("month"), city.workdays, Edits())
    annexes = [block for block in printed.blocks if isinstance(block, Annex)]
    assert [annex.number for annex in annexes] == list(range(1, len(annexes) + 1))
    ids = [block.id for block in printed.blocks if isinstance(block, Table)]
    assert {"summary", "places", "departments", "owing", "definitions"} <= set(ids)
    assert {block.id for block in printed.blocks if isinstance(block, Figure)} >= {"volume", "five_day_closure_months"}


def test_the_yearly_report_has_the_contents_of_article_41(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    printed = document(frozen_of("year"), city.workdays, Edits(proposals="提出改进工作建议若干，均被采纳。"))
    said = "\n".join(texts(printed))
    for part in (
        "数据统计",
        "涉及领域",
        "被投诉较多的机关、单位",
        "转送、交办、督办",
        "建议及被采纳情况",
        "其他应当报告的事项",
    ):
        assert part in said
    assert "提出改进工作建议若干，均被采纳。" in said
    frozen = frozen_of("year")
    made = frozen.total("proposals_made")["hits"]
    alone = "\n".join(texts(document(frozen, city.workdays, Edits())))
    assert (f"提出建议{made}件" if made else "本年没有提出建议") in alone
    tables = {block.id for block in printed.blocks if isinstance(block, Table)}
    assert "complained" in tables
    assert ("proposals" in tables) == (made > 0)
    unknown = frozen.totals.copy()
    unknown.loc["proposals_made", "unknown"] = "proposal"
    assert "不记录此项" in "\n".join(texts(document(replace(frozen, totals=unknown), city.workdays, Edits())))


def test_what_a_person_writes_goes_in_and_nothing_else_changes(
    frozen_of: Callable[..., Frozen], city: Casebase
) -> None:
    frozen = frozen_of("month")
    as_is = document(frozen, city.workdays, Edits())
    steps = suggestions(frozen, city.workdays)
    assert [f"{n}. {line}" for n, line in enumerate(steps, start=1)] == texts(as_is)[-len(steps) :]
    mine = document(frozen, city.workdays, Edits("供会议参阅", ("一件一件办。",)))
    assert mine.subtitle == "（2026年10月）　供会议参阅"
    assert texts(mine)[-1] == "1. 一件一件办。"
    assert texts(mine)[:-1] == texts(as_is)[: -len(steps)]
    assert deck(frozen, city.workdays, Edits("供会议参阅", ("一件一件办。",))).slides[-1].lines == ("一件一件办。",)


# What each kind of mark would make of a line, and what files cannot hold or other languages read.
MARKS = [
    "# 三项建议", "> 备注", "## 标题", "+ 一条", "- 一行", "图题",
    "[表 建议清单]", "[图 volume]", "[附件 一]", "[指标 nosuch]",
    "{{ n('registered') }}", "{% if %}", "{# #}", "|甲|乙|", "**重** _斜_ `码`",
    "<b>&amp;</b>", "=1+1", "第3 等 ，A ，乙", "\\d\\g<1>",
]  # fmt: skip


@pytest.mark.parametrize("typed", MARKS)
@pytest.mark.parametrize("name", ["month", "year"])
def test_what_a_person_writes_is_no_markup(
    typed: str, name: str, frozen_of: Callable[..., Frozen], city: Casebase
) -> None:
    frozen = frozen_of(name)
    edits = Edits(typed, (f"\x01{typed}", "\x02", typed), f"\x00{typed}\r\n\x0b\n{typed}")
    mine, plain = (document(frozen, city.workdays, each) for each in (edits, Edits("甲", ("乙", "丙"), "丁\n戊")))
    assert mine.title == plain.title
    assert mine.subtitle == plain.subtitle.replace("甲", typed)
    assert [type(block) for block in mine.blocks] == [type(block) for block in plain.blocks]
    written = {"乙": typed, "丙": typed, "丁": typed, "戊": typed, "1. 乙": f"1. {typed}", "2. 丙": f"2. {typed}"}
    assert texts(mine) == [written.get(text, text) for text in texts(plain)]
    slides = deck(frozen, city.workdays, edits)
    assert slides.subtitle == deck(frozen, city.workdays, Edits("甲")).subtitle.replace("甲", typed)
    assert slides.slides[-1].lines == (typed, typed)


def test_an_emptied_box_of_steps_leaves_no_heading(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    frozen, edits = frozen_of("month"), Edits(suggestions=())
    heads = of_kind(document(frozen, city.workdays, edits), Heading)
    assert not [head for head in heads if "下步建议" in str(head)]
    assert "下步建议" not in [slide.title for slide in deck(frozen, city.workdays, edits).slides]


@pytest.mark.parametrize("area", [None, "410105"])
def test_the_area_itself_is_named_where_it_misses_a_target(
    area: str | None, frozen_of: Callable[..., Frozen], city: Casebase
) -> None:
    frozen = frozen_of("month", area)
    # A rate without a target misses none.
    targets = {name: aim for name in METRICS if (aim := target_of(city.settings, name)) is not None}
    # A rate over too few cases is marked and has no light (wording.numbers.state_of): it misses none either.
    few = city.settings.lights.small_sample
    rates = {
        str(name): row["value"]
        for name, row in frozen.totals.iterrows()
        if name in targets and not (METRICS[str(name)].is_sample and row["among"] < few)
    }
    missed = {name for name, value in rates.items() if value < targets[name]}
    assert missed
    said = texts(document(frozen, city.workdays, Edits()))
    named = next(line for line in said if "项未达目标。" in line)
    assert {name for name in targets if METRICS[name].name in named} == missed


@pytest.mark.parametrize(
    ("name", "moments"),
    [
        ("month", ("2026年10月31日", "2026年9月30日", "2025年10月31日")),
        ("running", ("2026年11月19日", "2026年10月19日", "2025年11月19日")),
    ],
)
def test_a_stock_tells_its_moments(
    name: str, moments: tuple[str, str, str], frozen_of: Callable[..., Frozen], city: Casebase
) -> None:
    """Of a month that is over the ends of the months; of one that runs the same day of each."""
    frozen = frozen_of(name)
    summary = next(one for one in document(frozen, city.workdays, Edits()).blocks if isinstance(one, Table))
    now, before, year_before = moments
    assert f"本期为{now}，上期为{before}，上年同期为{year_before}。" in summary.note


def test_no_case_text_is_in_word_or_slides(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    frozen = frozen_of("year")
    titles = set(frozen.list_of("registered")["title"].dropna())
    printed = document(frozen, city.workdays, Edits())
    cells = {str(cell) for block in printed.blocks if isinstance(block, Table) for row in block.rows for cell in row}
    assert len(titles) > 100
    assert not titles & cells
    said = "\n".join(texts(printed))
    assert not [title for title in titles if title in said]


@pytest.fixture
def own(tmp_path: Path, frozen_of: Callable[..., Frozen]) -> Callable[[str, str], Frozen]:
    """A function that puts a template of the bureau's own before the shipped one."""

    def put(name: str, text: str) -> Frozen:
        (tmp_path / name).write_text(text, encoding="utf-8")
        frozen = frozen_of("month")
        settings = frozen.settings.model_copy(update={"briefings": BriefingSettings(templates=str(tmp_path))})
        return replace(frozen, settings=settings)

    return put


def test_a_bureau_changes_wording_and_order_by_a_file(
    own: Callable[[str, str], Frozen], frozen_of: Callable[..., Frozen], city: Casebase
) -> None:
    frozen = own("periodic.md", '# 快报\n> {{ period }}\n## 要点\n共收{{ n("registered") }}。\n[图 volume]\n')
    printed = document(frozen, city.workdays, Edits())
    count = int(frozen.total("registered")["hits"])
    assert (printed.title, printed.subtitle) == ("快报", "2026年10月")
    assert texts(printed) == ["一、要点", f"共收{count}件次。"]
    assert deck(frozen, city.workdays, Edits()) == deck(frozen_of("month"), city.workdays, Edits()), "the rest stays"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# 题\n共收{{ n('registred') }}。", r"periodic\.md, line 2: n\('registred'\): no such number"),
        ("# 题\n\n{{ nothing }}", r"periodic\.md, line 3: 'nothing' is undefined"),
        ("# 题\n{% if %}", r"periodic\.md, line 2: "),
        ("# 题\n[表 places2]", r"periodic\.md: \[表 places2\]: no such 表; there are summary、places"),
        ("# 题\n{{ rank('channel', 'backlog').most(1) }}", r"line 2: rank\('channel', 'backlog'\): not in a briefing"),
        ("# 题\n{{ n('registered').__class__.__mro__ }}", r"periodic\.md, line 2: "),
        ("# 题\n{% for x in range(10000000000) %}{% endfor %}", r"periodic\.md, line 2: Range too big"),
    ],
)
def test_a_mistake_in_a_template_is_one_sentence_with_its_line(
    text: str, said: str, own: Callable[[str, str], Frozen], city: Casebase
) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        document(own("periodic.md", text), city.workdays, Edits())
    assert "\n" not in str(caught.value)


def test_a_template_of_another_encoding_and_a_folder_that_is_none_are_named(
    own: Callable[[str, str], Frozen], city: Casebase, tmp_path: Path
) -> None:
    frozen = own("periodic.md", "")
    (tmp_path / "periodic.md").write_bytes("# 题".encode("gbk"))
    with pytest.raises(UsageError, match=r"periodic\.md: not UTF-8 text \(byte 2\); save it as UTF-8"):
        document(frozen, city.workdays, Edits())
    nowhere = BriefingSettings(templates=str(tmp_path / "none"))
    frozen = replace(frozen, settings=frozen.settings.model_copy(update={"briefings": nowhere}))
    with pytest.raises(UsageError, match=r"\[briefings\] templates: there is no folder .*none"):
        document(frozen, city.workdays, Edits())


def test_a_file_that_no_briefing_would_read_is_named_with_those_that_are(
    own: Callable[[str, str], Frozen], city: Casebase, tmp_path: Path
) -> None:
    """A template whose name is misspelt changed nothing, and nobody was told."""
    frozen = own("periodic.md", "# 题")
    for name in ("README.md", ".periodic.md.swp", "periodic.md~"):
        own(name, "beside the templates")
    check_templates(frozen.settings)
    own("periodc.md", "# 题")
    said = f"{tmp_path / 'periodc.md'} is no template; the names are periodic.md, yearly.md, slides.md, suggestions.md"
    with pytest.raises(SettingError, match=f"^briefings.templates: {re.escape(said)}$"):
        check_templates(frozen.settings)
    with pytest.raises(UsageError, match=f"{re.escape(said)}$"):
        document(frozen, city.workdays, Edits())


def test_a_slide_without_its_picture_has_a_line_for_a_title_or_is_none(
    own: Callable[[str, str], Frozen], city: Casebase
) -> None:
    slides = "# 封面\n# 图题\n[表 wrongdoing]\n- 一行\n- 二行\n# 图题\n[表 wrongdoing]\n- 一行\n"
    made = deck(own("slides.md", slides), city.workdays, Edits()).slides
    assert [(slide.title, slide.lines) for slide in made] == [("一行", ("二行",))]


def test_slides_begin_with_a_slide(own: Callable[[str, str], Frozen], city: Casebase) -> None:
    with pytest.raises(UsageError, match="stands before the first slide"):
        deck(own("slides.md", "- 一行\n# 封面\n"), city.workdays, Edits())
