"""What the addresses of the access log ask for, in words; what nobody has words for stays as it is written."""

import pytest

from wording.log_addresses import in_words

TITLES = {"list": "数字明细", "search": "案件查询", "data_quality": "数据质量", "backlog": "在办件", "": "一屏总览"}
NAMES = {("unit", "U1"): "市住建局", ("area", "410105"): "金水区", ("category", "01"): "城乡建设"}


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (
            "/list?metric=five_day_closure&part=misses&by_unit=U1&by_word=&period=本月&area=410105",
            "数字明细：五日办结率（未按期），责任单位 市住建局，标题或正文含 未填写，本月，金水区",
        ),
        ("/list?metric=five_day_closure&part=nothing", "数字明细：五日办结率"),
        ("/list?metric=overdue&part=hits&from=2026-10-01&to=2026-10-31&as_of=2026-11-01",
         "数字明细：超期未结，从 2026-10-01，到 2026-10-31，截至 2026-11-01"),
        ("/list?metric=no_such_number&period=本月", "数字明细：指标 no_such_number，本月"),
        ("/search?q=a=b&c&clock=overdue&flags=初件、重件&category=01&channel=来访",
         "案件查询：查找「a=b&c」，超期未结，标记 初件、重件，城乡建设，来访"),
        ("/data_quality?finding=no_unit&period=本月", "数据质量：没有责任单位的信访件，本月"),
        ("/data_quality?load=7", "数据质量：装入批次 7 拒绝的行"),
        ("/backlog?split=unit", "在办件：split=unit"),
        ("/", "一屏总览"),
        ("/nowhere?metric=overdue", "/nowhere?metric=overdue"),
        ("410100202610050000", "410100202610050000"),
        ("区域 410105；单位 U1", "金水区；市住建局"),
        ("区域 410105、419999", "区域 410105、419999"),
        ("全部", "全部"),
        ("大厅东墙（区域 410105）", "大厅东墙（金水区）"),
        ("会议室 duty 区域 410105 本月", "会议室 duty 金水区 本月"),
    ],
)  # fmt: skip
def test_an_address_in_words(address: str, said: str) -> None:
    assert in_words(address, TITLES, lambda dimension, value: NAMES.get((dimension, value), value)) == said
