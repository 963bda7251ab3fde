"""Answers that are a sentence on a page of its own: no such page, and a configuration that cannot be read."""

from dataclasses import dataclass

from screen.html_pages import render_page
from views.markup import Markup


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
OTHER_HOST = Sentence(
    "不是本系统的地址",
    "本系统没有登记这个网址，请用管理员给的网址打开。管理员登记网址的方法见部署说明。",
)
CONFIGURATION = Sentence(
    "现在打不开",
    "配置文件有误或数据库打不开，原因见服务日志。请管理员改正后刷新本页。",
)


def page_of(sentence: Sentence, base: str = "") -> Markup:
    """The sentence as a whole page; `base` is the path that all of ours begin with ("" or "/cockpit")."""
    links = [(base + path, name) for path, name in sentence.links]
    return render_page("sentence.html.jinja", title=sentence.title, text=sentence.text, links=links)
