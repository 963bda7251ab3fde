import re
from html.parser import HTMLParser

from views import cards, words
from views.cards import Attention, Card, Delta
from views.tokens import DESK, WALL

NASTY = '<img src=x onerror="x()">&\'"'


class Reader(HTMLParser):
    """Tags with their attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(str(html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        return [has for name, has in self.tags if name == tag and wanted.items() <= has.items()]


def five_day(**changes: object) -> Card:
    card = {
        "key": "five_day_closure",
        "name": "五日办结率",
        "value": "93.46%",
        "deltas": (Delta("较上月同期", "−1.20 百分点", "bad"), Delta("较上年同期", words.NONE)),
        "state": words.GOOD,
        "spark": (0.9, None, 0.95, 0.93),
        "spark_labels": ("2026年8月", "2026年9月", "2026年10月", "2026年11月"),
        "definition": (("定义", "五个工作日内办结的比例"), ("依据", "《信访工作条例》")),
        "beside": ("在期未结 1,234", "参评率 62.10%"),
        "link": "five_day_closure:hits",
    }
    return Card(**{**card, **changes})  # type: ignore[arg-type]


def test_a_card_says_all_that_belongs_to_its_number() -> None:
    read = Reader(cards.cards_html([five_day(unit="件次", small=True)], DESK))
    for said in (
        "五日办结率",
        "93.46%",
        "件次",
        "较上月同期",
        "−1.20 百分点",
        "● 正常",
        "样本少",
        "1,234",
        "2026年8月",
    ):
        assert said in read.text


def test_what_stands_beside_a_number_breaks_between_its_parts_only() -> None:
    html = cards.cards_html([five_day()], DESK)
    assert '<span class="part">在期未结 1,234；</span><span class="part">参评率 62.10%</span>' in html


def test_the_whole_card_is_one_button_that_can_be_read_aloud() -> None:
    (button,) = Reader(cards.cards_html([five_day()], DESK)).all("button", **{"class": "open"})
    assert button["data-open"] == "five_day_closure:hits"
    label = button["aria-label"] or ""
    assert label.startswith("五日办结率 93.46%；正常；较上月同期 −1.20 百分点，变差；较上年同期 —")
    assert label.endswith("查看明细")


def test_a_card_without_a_list_is_no_button() -> None:
    assert Reader(cards.cards_html([five_day(link=None)], DESK)).all("button", **{"class": "open"}) == []


def test_the_definition_is_one_click_away_and_not_inside_the_cards_button() -> None:
    html = cards.cards_html([five_day()], DESK)
    (define,) = Reader(html).all("button", **{"class": "define"})
    assert define["aria-label"] == "五日办结率的口径"
    assert "<template><h2>五日办结率</h2><dl><dt>定义</dt><dd>五个工作日内办结的比例</dd>" in html
    assert html.index('class="open"') < html.index("</button>") < html.index('class="define"')


def test_every_text_is_escaped() -> None:
    card = five_day(
        key=NASTY,
        name=NASTY,
        value=NASTY,
        unit=NASTY,
        beside=(NASTY,),
        link=NASTY,
        deltas=(Delta(NASTY, NASTY),),
        definition=((NASTY, NASTY),),
        state=words.State("bad", NASTY, NASTY),
        spark_labels=(NASTY, NASTY),
    )
    attention = Attention(NASTY, words.State("bad", NASTY, NASTY), NASTY, NASTY)
    for html in (
        cards.cards_html([card], DESK),
        cards.attention_html([attention], DESK),
        cards.attention_html([], DESK, quiet=NASTY),
        cards.header_html(NASTY, NASTY, DESK, cutoff=NASTY, notice=NASTY, freshness=words.State("bad", "■", NASTY)),
    ):
        read = Reader(html)
        assert read.all("img") == []
        assert not any("onerror" in attributes for _, attributes in read.tags)
        assert NASTY in read.text


def test_a_gap_in_the_sparkline_breaks_the_line() -> None:
    (line,) = Reader(cards.cards_html([five_day()], DESK)).all("path", **{"class": "line"})
    assert re.findall("[ML]", line["d"] or "") == ["M", "M", "L"]


def test_the_sparkline_rises_with_the_number_and_stays_inside() -> None:
    html = cards.cards_html([five_day(spark=(1.0, 2.0, 3.0), spark_labels=())], DESK)
    (line,) = Reader(html).all("path", **{"class": "line"})
    heights = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", line["d"] or "")]
    assert heights == sorted(heights, reverse=True)
    assert 0 <= heights[-1] < heights[0] <= 32


def test_months_that_are_not_all_in_yet_are_dashed_from_the_last_that_is() -> None:
    html = cards.cards_html([five_day(spark=(1.0, 3.0, 2.0, 1.0), spark_unfinished=2)], DESK)
    (whole,) = Reader(html).all("path", **{"class": "line"})
    (late,) = Reader(html).all("path", **{"class": "line unfinished"})
    points = [re.findall(r"[\d.]+ [\d.]+", line["d"] or "") for line in (whole, late)]
    assert [len(part) for part in points] == [2, 3]
    assert points[0][-1] == points[1][0]


def test_a_number_beside_another_opens_its_own_list() -> None:
    html = cards.cards_html([five_day(beside_links=("metric=five_day_in_window", None))], DESK)
    (aside,) = Reader(html).all("button", **{"class": "aside"})
    assert aside["data-open"] == "metric=five_day_in_window"
    assert "参评率 62.10%" in Reader(html).text


def test_one_number_makes_no_line() -> None:
    assert "<svg" not in cards.cards_html([five_day(spark=(None, None, 0.9))], DESK)


def test_six_cards_stand_in_one_row_and_eight_in_two() -> None:
    assert "--n:6" in cards.cards_html([five_day()] * 6, DESK)
    assert "--n:4" in cards.cards_html([five_day()] * 8, DESK)


def test_at_most_five_things_need_attention() -> None:
    items = [Attention(str(i), words.OVERDUE, f"第{i}件", "x") for i in range(8)]
    read = Reader(cards.attention_html(items, DESK))
    assert len(read.all("li")) == 5
    assert "■ 超期" in read.text


def test_an_alert_says_who_must_act_by_when_and_leads_to_its_cases_and_its_reason() -> None:
    item = Attention("k", words.OVERDUE, "3 件次超期未结", "cases", "市住建局", "10月5日", ("变化原因", "why"))
    read = Reader(cards.attention_html([item], DESK))
    (row,) = read.all("li")
    assert row["class"] == "bad"
    assert all(text in read.text for text in ("■ 超期", "3 件次超期未结", "责任 市住建局", "期限 10月5日", "看件"))
    assert [button["data-open"] for button in read.all("button")] == ["cases", "why"]


def test_an_alert_without_a_day_or_an_owner_says_neither() -> None:
    text = Reader(cards.attention_html([Attention("k", words.OVERDUE, "第1件", "x")], DESK)).text
    assert "责任" not in text
    assert "期限" not in text


def test_a_quiet_day_is_one_sentence() -> None:
    assert "没有需要特别关注的事项。" in cards.attention_html([], DESK)


def test_the_header_marks_demonstration_and_late_data() -> None:
    fresh = cards.header_html("一屏总览", "全市", DESK, cutoff="11月22日 15:04")
    late = cards.header_html(
        "一屏总览", "全市", DESK, cutoff="11月22日 15:04", freshness=words.State("bad", "■", "数据中断"), demo=True
    )
    assert "数据截至 11月22日 15:04" in fresh
    assert words.DEMO not in fresh
    assert f"color:{DESK.red}" not in fresh
    assert words.DEMO in late
    assert "■ 数据中断" in late
    assert f'style="color:{DESK.red}"' in late


def test_the_palette_reaches_the_page_as_variables() -> None:
    html = cards.cards_html([five_day()], WALL)
    assert f"--surface:{WALL.surface}" in html
    assert DESK.surface not in html
    used = set(re.findall(r"var\(--(\w+)\)", cards.CSS))
    assert used <= set(re.findall(r"--(\w+):", html))


def test_nothing_comes_from_elsewhere() -> None:
    everything = cards.HTML + cards.CSS + cards.JS + cards.cards_html([five_day()], DESK)
    assert "//" not in everything.replace("</", "")
    assert "url(" not in everything
    assert "@import" not in everything


def test_a_change_that_leads_somewhere_is_a_button_of_its_own() -> None:
    delta = Delta("较上月同期", "−1.20 百分点", "bad", "of=five_day_closure&against=previous")
    read = Reader(cards.cards_html([five_day(deltas=(delta, Delta("较上年同期", "持平")))], DESK))
    opened = [button["data-open"] for button in read.all("button") if "data-open" in button]
    assert opened == ["five_day_closure:hits", "of=five_day_closure&against=previous"]
    assert "较上月同期" in read.text
