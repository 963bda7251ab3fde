"""The words that the framework itself shows, in Chinese: its menus and tooltips have no setting for a language.

The browser puts them in their place as they appear; what is no word of the framework, to the letter, is left alone.
"""

from pathlib import Path

import streamlit as st

from pages.parts import session
from wording.access_log import NO_FILE

# By the English that the framework shows (its version is pinned: a test opens what shows most of them); # is a number.
WORDS = {
    # Toolbars and menus of tables.
    "Show/hide columns": "显示或隐藏列",
    "Download as CSV": "下载本表",
    "Search": "查找",
    "Fullscreen": "全屏",
    "Close fullscreen": "退出全屏",
    "Select all": "全选",
    "(index)": "（行号）",
    "Sort ascending": "升序",
    "Sort descending": "降序",
    "Format": "数字格式",
    "Autosize": "适合列宽",
    "Pin column": "固定此列",
    "Unpin column": "取消固定",
    "Hide column": "隐藏此列",
    "Column statistics": "本列统计",
    "Statistics": "统计",
    "Automatic": "自动",
    "Localized": "千分位",
    "Plain": "原样",
    "Compact": "缩写",
    "Dollar": "美元",
    "Euro": "欧元",
    "Yen": "日元",
    "Percent": "百分比",
    "Scientific": "科学计数",
    "Accounting": "会计",
    "Duration": "时长",
    "Distance": "距今",
    "Calendar": "日历",
    "Type to search": "输入查找",
    "Copy": "复制",
    "Copied!": "已复制",
    "empty": "空",
    # Charts and maps.
    "Download as PNG": "下载图片",
    "Zoom in": "放大",
    "Zoom out": "缩小",
    # Choices, dates and numbers.
    "No results": "没有相符的",
    "No options to select": "没有可选的",
    "No options": "没有可选的",
    "Choose an option": "请选择",
    "Choose options": "请选择",
    "Choose date": "选日期",
    "Choose date range": "选起止日期",
    "Clear value": "清除",
    "Clear all": "全部清除",
    "Clear date": "清除日期",
    "Clear dates": "清除日期",
    "Select...": "请选择",
    "Selected values": "已选",
    "Open": "打开",
    "Previous month": "上一月",
    "Next month": "下一月",
    "Dismiss": "关闭",
    "Help": "说明",
    # Where it is said aloud, and where it is seen in two pieces.
    "Error: Number is outside the allowed range. Please enter a value between # and #.": "请输入 # 到 # 之间的数。",
    ": Number is outside the allowed range. Please enter a value between # and #.": "：请输入 # 到 # 之间的数。",
    "Error": "没有这一项",
    "Increment": "加一",
    "Decrement": "减一",
    "Use arrow keys to navigate dates. Enter to select. Escape to close.": "方向键选日期，回车确定，Esc 关闭。",
    # The page around them, and what it says while the server is away.
    "Connection error": "连接中断",
    "Connecting": "正在连接",
    "Running...": "正在读取",
    "RUNNING...": "正在读取",
    "Stop": "停止",
    "Rerun": "重新读取",
    "Settings": "设置",
    "Print": "打印",
    "Theme": "深浅色",
    "Light": "浅色",
    "Dark": "深色",
    "System": "随系统",
    "Main menu": "菜单",
    "App pages": "各页",
    "Navigate to home page": "回到首页",
    "Close": "关闭",
    "Cancel": "取消",
    "Skip to main content": "跳到正文",
    "Download failed": "下载失败",
    "Failed to generate file for download": NO_FILE,
    "Page not found": "没有这一页",
    # A menu that has no room for all pages.
    "# more": "另有 # 页",
    "View # more": "展开其余 # 页",
    "View less": "收起",
    "Expand sidebar": "打开菜单",
    "Collapse sidebar": "收起菜单",
    "Sidebar": "菜单",
}
# Sentences of the framework that go on differently every time, by how they begin.
BEGINNINGS = {
    "Is Streamlit still running?": "服务没有应答，正在自动重新连接。若一直如此，请联系系统管理员。",
    "Streamlit server is not responding": "服务没有应答，正在自动重新连接。若一直如此，请联系系统管理员。",
    "Cannot connect to Streamlit": "连不上服务，正在自动重新连接。若一直如此，请联系系统管理员。",
    "streamlit run": "",
    "The page that you have requested": "没有您要的页面，或您的角色看不到它。已打开首页。",
    "You have requested page": "没有您要的页面，或您的角色看不到它。已打开首页。",
    "Column format": "数字格式",
}
# What the framework says before a name that is ours, by what it says in English.
BEFORE_NAMES = {
    "Help for ": "说明：",
    "Remove ": "去掉：",
    "year, ": "年，",
    "month, ": "月，",
    "day, ": "日，",
}
# Only there: what people wrote stands elsewhere, and is never touched.
_PLACES = """[data-testid^="stElementToolbar"], [data-testid^="stDataFrameColumn"], [data-testid="stTooltipContent"],
[data-testid^="stSelectbox"], [data-testid^="stMultiSelect"], [data-testid^="stDateInput"], [data-testid="stDialog"],
[data-testid^="stNumberInput"], [data-testid="stHeader"], [data-testid="stMainMenu"], [data-testid="stStatusWidget"],
[data-testid^="stDataFrameTooltip"], [data-baseweb="popover"], [data-baseweb="tooltip"], [role="dialog"], [role="menu"],
[role="tooltip"], [role="listbox"], [data-testid="stDownloadButtonError"], .gdg-search-bar, [data-testid="stToolbar"],
a, button"""
_JS = (Path(__file__).parent / "translated.js").read_text(encoding="utf-8")
_SCRIPT = st.components.v2.component("translated", js=_JS)


def translate() -> None:
    """Let the framework speak Chinese, from the first page of a browser's visit on."""
    session.load_once(
        _SCRIPT,
        "translated",
        data={"words": WORDS, "beginnings": BEGINNINGS, "beforeNames": BEFORE_NAMES, "places": _PLACES},
    )
