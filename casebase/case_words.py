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
# The article of a purpose where the source names none; any other counts as PETITION_PROCEDURE (domain.md §1).
ARTICLES_OF_PURPOSES = {SUGGESTION: ARTICLE_29, WRONGDOING: ARTICLE_30}

OPEN_STATUSES = NOT_FORWARDED, NOT_ACCEPTED, ACCEPTED = ("待转送", "待受理", "办理中")
CLOSED = "已办结"
# These end a case without handling it: it is neither closed on time nor unresolved.
NOT_HANDLED = ("不予受理", "不再受理", "存")
STATUSES = (*OPEN_STATUSES, CLOSED, *NOT_HANDLED)

SATISFIED = ("满意", "基本满意")
DISSATISFIED = "不满意"
RATINGS = (*SATISFIED, DISSATISFIED)

REGISTERING_LEVELS = ("县", "市", "省", "国家")
# What a case is called that was registered at one of the upper two.
HIGHER_LEVELS = {"省": "赴省", "国家": "进京"}
# What a source flags a case as, by the column that says so.
SOURCE_FLAGS = {
    "is_joint": "联名",
    "is_skip_level": "越级",
    "is_threat": "扬言",
    "leader_assigned": "领导包案",
    "is_long_standing": "积案",
}
