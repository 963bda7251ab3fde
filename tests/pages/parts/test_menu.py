"""The menu: where a page stands in the top bar, and of which page a list or a case is part."""

import pytest

from access.identity import Role
from pages.parts import menu
from queries.measure import metric_of

STAFF = [entry for entry in menu.ENTRIES if Role.STAFF in entry.only_for and not entry.of_everybody]


@pytest.mark.parametrize(
    ("file", "metric", "title"),
    [
        ("backlog", None, "在办件"),
        ("case_list", "overdue", "在办件"),
        ("case_list", "supervision_waiting", "业务"),
        ("case_course", None, "查询"),
        ("forward", None, "研判"),
        ("case_list", None, None),
    ],
)
def test_the_place_of_a_page_in_the_bar(file: str, metric: str | None, title: str | None) -> None:
    page = menu.belongs_to(file, metric_of(metric) if metric else None)
    place = menu.place_in_bar(STAFF, page)
    bar = ["一屏总览", "在办件", "五日办结", "网格覆盖", "专家听证", "研判", "业务", "查询"]
    assert (bar[place - 1] if place else None) == title
