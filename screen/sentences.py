"""Answers that are a sentence on a page of its own: no such page, and a configuration that cannot be read."""

from dataclasses import dataclass
from html import escape

from views.tokens import FONT, WALL

# A browser asks for a missing page alone, so the page brings its own few styles.
_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · 信访领导驾驶舱</title>
<link rel="icon" href="data:,">
<style>
body {{ margin: 0; min-height: 100vh; display: grid; place-content: center; justify-items: center; gap: 16px;
  padding: 24px; box-sizing: border-box; background: {wall.ground}; color: {wall.ink}; font-family: {font};
  text-align: center; }}
h1 {{ margin: 0; font-size: 28px; line-height: 36px; }}
p {{ margin: 0; max-width: 36em; font-size: 16px; line-height: 26px; color: {wall.muted}; }}
nav {{ display: flex; flex-wrap: wrap; justify-content: center; gap: 16px; }}
a {{ padding: 10px 20px; border: 1px solid {wall.line}; border-radius: 8px; color: {wall.accent};
  text-decoration: none; font-size: 16px; line-height: 24px; }}
</style>
</head>
<body><h1>{title}</h1><p>{text}</p><nav>{links}</nav></body>
</html>
"""


@dataclass(frozen=True)
class Sentence:
    """What is the matter, what to do, and the paths that lead on, each with its name."""

    title: str
    text: str
    links: tuple[tuple[str, str], ...] = ()


NOT_FOUND = Sentence(
    "没有这个页面",
    "地址可能抄错了，或者页面已改名。请从一屏总览进入，再由上方导航打开要看的页面。",
    (("/", "一屏总览"), ("/search", "案件查询"), ("/screen", "大屏")),
)
CONFIGURATION = Sentence(
    "现在打不开",
    "配置文件有误或数据库打不开，原因见服务日志。请管理员改正后刷新本页。",
)


def page_of(sentence: Sentence, base: str = "") -> str:
    """The sentence as a whole page; `base` is the path that all of ours begin with ("" or "/cockpit")."""
    links = "".join(f'<a href="{escape(base + to)}">{escape(name)}</a>' for to, name in sentence.links)
    return _PAGE.format(title=escape(sentence.title), text=escape(sentence.text), links=links, wall=WALL, font=FONT)
