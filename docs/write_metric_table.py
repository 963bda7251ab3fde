"""Write what every number is into domain.md: python -m docs.write_metric_table.

The table stands between two comments and is the registry's own: a test holds both together.
"""

from pathlib import Path

from casebase.settings import DeadlineSettings
from queries.dictionary import dictionary

PAGE = Path(__file__).with_name("domain.md")
BEGIN, END = "<!-- metrics: begin -->", "<!-- metrics: end -->"
_HEADS = {"name": "指标", "formula": "公式", "period": "归期", "article": "来源与条款"}


def table() -> str:
    """Every number with its formula, period and source under the settings as delivered, as Markdown by group."""
    lines: list[str] = []
    for group, rows in dictionary(DeadlineSettings()).groupby("group", sort=False):
        lines += ["", f"### {group}", "", f"| {' | '.join(_HEADS.values())} |", "|---" * len(_HEADS) + "|"]
        for row in rows.to_dict("records"):
            name = f"{row['name']} `{row['metric']}`"
            lines.append(f"| {' | '.join([name, *(str(row[column]) for column in list(_HEADS)[1:])])} |")
    return "\n".join([*lines, ""])


def with_table(text: str) -> str:
    """The page with the table as it is now."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
