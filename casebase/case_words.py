"""The words of a case that decide by which rules it is counted and which clocks it has (domain.md §1, §3)."""

HOTLINE = "12345转办"

SUGGESTION = "意见建议"
WRONGDOING = "检举控告"

# 办理路径: the articles of the statute by which a matter is handled.
ARTICLE_29 = "第二十九条"
ARTICLE_30 = "第三十条"
LITIGATION, ARBITRATION, PARTY, ADMINISTRATIVE, DUTY = (f"第三十一条第{item}项" for item in "一二三四五")
# The only one with 60 days (article 34).
PETITION_PROCEDURE = "第三十一条第六项"
HANDLING_PATHS = (
    ARTICLE_29, ARTICLE_30, LITIGATION, ARBITRATION, PARTY, ADMINISTRATIVE, DUTY, PETITION_PROCEDURE,
)  # fmt: skip

OPEN_STATUSES = ("待转送", "待受理", "办理中")
CLOSED = "已办结"
# These end a case without handling it: it is neither closed on time nor unresolved.
NOT_HANDLED = ("不予受理", "不再受理", "存")

REGISTERING_LEVELS = ("县", "市", "省", "国家")
