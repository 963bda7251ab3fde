"""A small briefing by hand: every kind of block and cell, a long table, a wide one, every kind of figure."""

from datetime import date, datetime
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

from briefings.model import (
    Annex,
    Column,
    Deck,
    Document,
    Figure,
    Heading,
    Imprint,
    Paragraph,
    Series,
    Slide,
    Table,
    Valued,
)

IMPRINT = Imprint("郑州市信访局", "郑州市", "2026年10月1日—31日", "2026年11月23日2时", "FCA701032A44", "1A6CB581", True)
MONTHS = tuple(f"{'2025年' if at == 10 else '2026年' if at == 13 else ''}{(at - 1) % 12 + 1}月" for at in range(10, 23))

VOLUME = Figure(
    "volume",
    "2026年10月登记3,945件次、办结3,758件次",
    "近13个月登记量与办结量（件次）",
    "months",
    MONTHS,
    (
        Series("登记量", (3877, 4411, 4954, 3844, 2675, 4788, 4468, 4492, 4447, 4689, 4405, 4676, 3945)),
        Series("办结量", (3686, 4120, 4902, 4210, 3150, 4180, 4520, 4188, 4460, 4772, 4290, 5065, 3758)),
    ),
    "count",
    "件次",
    ("registered", "closed"),
)
RATE = Figure(
    "five_day_closure_months",
    "五日办结率2026年10月93.68%，低于目标1.32百分点",
    "近13个月五日办结率",
    "months",
    MONTHS,
    (
        Series(
            "五日办结率",
            (0.9317, 0.9463, None, 0.9418, 0.9376, 0.9466, 0.9362, 0.9384, 0.9486, 0.9523, 0.9467, 0.9379, 0.9368),
            (False,) * 12 + (True,),
        ),
    ),
    "rate",
    "%",
    ("five_day_closure",),
    0.95,
)
RANKING = Figure(
    "five_day_closure_place",
    "五日办结率上街区最低，84.21%，低于目标10.79百分点",
    "各区县（功能区）五日办结率（%）",
    "ranking",
    ("上街区", "二七区", "管城回族区", "新密市"),
    (Series("五日办结率", (0.8421, 0.8677, 0.9464, 0.9914), (True, False, False, False)),),
    "rate",
    "%",
    ("five_day_closure",),
    0.95,
)

SUMMARY = Table(
    "summary",
    "主要指标",
    "率的环比、同比为百分点，其余为百分比。",
    (
        Column("指标"),
        Column("单位"),
        Column("本期", "count"),
        Column("环比", "change"),
        Column("目标", "rate"),
        Column("平均天数", "days"),
        Column("期限", "moment"),
    ),
    (
        ("登记量", "件次", 3945, -0.1563, None, 3.25, date(2026, 10, 28)),
        ("五日办结率", "%", Valued(0.93675, "rate"), Valued(-0.00105, "points"), 0.95, None, None),
        ("举行听证", "场次", 3, 2.0, None, 17.0, datetime(2026, 10, 9, 8, 5)),
        ("满意率 <样本> & 其他", "%", Valued(None, "rate"), None, 0.85, 0.04, None),
    ),
    ("合计", "件次", 1234567, 0.0, None, None, None),
)
PLACES = Table(
    "places",
    "各区县主要指标",
    "按五日办结率由高到低。",
    (Column("名次", "count"), Column("区县"), *(Column(f"第{at}率", "rate") for at in range(1, 9))),
    tuple((place, f"第{place}区", *(place / 100 + at / 1000 for at in range(8))) for place in range(1, 18)),
    (None, "合计", *(0.5 for _ in range(8))),
)
OVERDUE = Table(
    "overdue",
    "超期未结清单",
    "截至2026年11月23日2时。",
    (
        Column("信访编号"),
        Column("责任单位"),
        Column("办结期限", "moment"),
        Column("超期（天）", "number"),
    ),
    tuple(
        (
            f"41010020260{at:08d}",
            f"市第{at}住房保障和房地产管理局办公室（含下属单位和派出机构）",
            date(2026, 9, 1),
            at + 0.25,
        )
        for at in range(1, 61)
    ),
)

DOCUMENT = Document(
    "郑州市信访工作月报",
    "（2026年10月）",
    (
        Heading(1, "一、总体情况"),
        Paragraph("2026年10月，全市登记信访事项3,945件次，同比上升1.8%，环比下降15.6%。"),
        SUMMARY,
        VOLUME,
        Heading(1, "二、办理质效"),
        Heading(2, "（一）五日办结"),
        Paragraph("五日办结率93.68%，低于95%的目标1.32个百分点。"),
        RATE,
        RANKING,
        Heading(3, "1. 未达目标的区县"),
        Paragraph("未达目标的3个，较低的是上街区84.21%。"),
        Annex(1, "区域排名"),
        PLACES,
        Annex(2, "超期未结清单"),
        OVERDUE,
        Annex(3, "说明"),
        Paragraph("数字由同一份冻结的数据得出。"),
    ),
    IMPRINT,
)

LONG_TITLE = "五日办结率93.68%，低于95%的目标1.32个百分点，" * 4
DECK = Deck(
    "郑州市信访工作月报",
    "2026年10月",
    (
        Slide("登记3,945件次", ("办结3,758件次", "在办3,688件次"), VOLUME, "登记量：登记的信访件。"),
        Slide(LONG_TITLE, (), RATE, "五日办结率：按期办结的。"),
        Slide("上街区最低 <&>", ("上街区84.21%",), RANKING, "五日办结率：按期办结的。"),
        Slide("主要指标", (), SUMMARY, "登记量：登记的信访件。"),
        Slide("超期未结", ("逐件办结",), OVERDUE, "超期未结。"),
        Slide("下步建议", ("请有关单位逐件办结超期件。", "=1+1 不是公式。"), None, "数据来源。"),
    ),
    IMPRINT,
)


def sheet_feet(workbook: bytes) -> list[str]:
    """The foot of each sheet of a workbook, as it is written there."""
    with ZipFile(BytesIO(workbook)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    feet = [ElementTree.fromstring(sheet).find(".//{*}oddFooter") for sheet in sheets]
    return ["" if foot is None else foot.text or "" for foot in feet]
