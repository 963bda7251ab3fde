"""The access log in words: its lines as a table, whether it is whole, and what keeps it from being written."""

from collections.abc import Callable, Sequence

import pandas as pd

from access.entry import Outcome
from access.identity import Reason, Role
from access.log import Trouble
from access.log_search import Logged
from casebase.access_log import Fault, Finding, Verdict
from views import words

# The framework says no more than that a file could not be made.
NO_FILE = "文件没有给出：访问日志写不进去，或读不到数据。请联系系统管理员。"
UNREADABLE = "▲ 无法读取"
CHANGED = "▲ 内容被改动"
_OUTCOMES = {Outcome.REFUSED: "▲ 拒绝", Outcome.FAILED: "▲ 失败"}
HEADS = ("序号", "时间", "动作", "结果", "人员", "角色", "对象", "理由或说明", "可见范围", "来源地址")
_ROLES = {role.value: role.label for role in Role}
_FAULTS = {
    Fault.CHANGED: "写入后被改动",
    Fault.INSERTED: "是后来插入的",
    Fault.REORDERED: "顺序被调换",
    Fault.CUT_OFF: "没有写完：写入时停机，或末尾被截去",
    Fault.REST_MISSING: "记有一处断写，断写的残行却不在它之前",
}


def written_lines(lines: Sequence[Logged], in_words: Callable[[str], str] = str) -> pd.DataFrame:
    """Lines as a person reads them, one row each: texts and the number of the line.

    `in_words` says what an address asks for, and areas and units by name; without it all stands as it was written.
    """
    return pd.DataFrame([_row(line, in_words) for line in lines], columns=list(HEADS)).astype({"序号": "Int64"})


def _row(line: Logged, in_words: Callable[[str], str]) -> dict[str, object]:
    entry = line.entry
    if entry is None:
        return dict.fromkeys(HEADS, "") | {"序号": None, "结果": UNREADABLE, "对象": line.raw}
    outcome = _OUTCOMES.get(entry.outcome, entry.outcome.label)
    return {
        "序号": line.number,
        "时间": f"{entry.at:%Y-%m-%d %H:%M:%S}",
        "动作": entry.action.label,
        "结果": outcome if line.is_whole else CHANGED,
        "人员": person(entry.name, entry.user),
        "角色": _ROLES.get(entry.role, entry.role),
        "对象": in_words(entry.what),
        "理由或说明": in_words(entry.reason) if entry.reason.startswith("/") else _reason(entry.reason),
        "可见范围": in_words(entry.scope),
        "来源地址": entry.address,
    }


def _reason(reason: str) -> str:
    """What a person wrote as it is; why somebody was not let in as that person was told."""
    return Reason[reason].value.removesuffix("。") if reason in Reason.__members__ else reason


def person(name: str, user: str) -> str:
    """李明（li）; the name or the subject alone where there is no other."""
    return f"{name}（{user}）" if name and user and name != user else name or user


def whole_or_not(verdict: Verdict) -> str:
    """Whether a log is as it was written, in one or two sentences."""
    stops = len(verdict.told)
    told = f"日志自己记下了 {stops} 处断写（写入时停机）。" if stops else ""
    if verdict.fault is None:
        return f"{words.full_count(verdict.lines)} 行都与写入时一致，前后衔接。{told}"
    return f"{fault_text(verdict.fault)}。此前的 {words.full_count(verdict.lines)} 行与写入时一致。{told}"


def fault_text(finding: Finding) -> str:
    """The first fault of a log: 2026-11.jsonl 第 12 行写入后被改动."""
    place = f"{finding.file} 第 {finding.line} 行" if finding.line else finding.file
    lines = f"第 {finding.first} 行" if finding.first == finding.last else f"第 {finding.first} 至 {finding.last} 行"
    if finding.fault is Fault.HEAD:
        return f"{place} 不在，或与日志的各行不符"
    if finding.fault is Fault.MISSING:
        return f"{place}之前缺少日志的{lines}"
    if finding.fault is Fault.MISSING_AT_END:
        return f"{place}之后缺少日志的{lines}"
    return f"{place}{_FAULTS[finding.fault]}"


def trouble_text(trouble: Trouble) -> str:
    """What keeps the log from being written, in one sentence."""
    lost = f"，已丢失 {words.full_count(trouble.lost)} 行" if trouble.lost else ""
    waits = f"{words.full_count(trouble.waiting)} 行等待写入"
    return f"{trouble.since:%m月%d日 %H:%M:%S} 起访问日志写不进去：{waits}{lost}。请检查日志所在磁盘。"
