"""The results as table and picture in benchmarks/README.md, between two marks; what stands around them stays."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from benchmarks.goals import GOALS, TITLES, Goal, growths, over_floor
from benchmarks.pages import SMALL
from benchmarks.results import Result
from views.tokens import DESK

README = Path(__file__).with_name("README.md")
PICTURE = Path(__file__).with_name("goals.svg")
BEGIN, END = "<!-- python -m benchmarks writes what follows -->", "<!-- what python -m benchmarks writes ends here -->"
Results = Mapping[str, Result]
# Ratios to a goal that the picture reaches: all beyond stand at its edge.
_LEAST, _MOST = 0.05, 50.0


def write(results: Results, readme: Path = README, picture: Path = PICTURE) -> None:
    """Write the table and the picture anew. Raises ValueError where the marks are not there, once and in order."""
    readme.write_text(replaced(readme.read_text(encoding="utf-8"), text(results, picture.name)), encoding="utf-8")
    if results:
        picture.write_text(drawing(results), encoding="utf-8")


def replaced(document: str, written: str) -> str:
    """The document with other text between its marks."""
    if document.count(BEGIN) != 1 or document.count(END) != 1 or document.index(BEGIN) > document.index(END):
        raise ValueError(f"the document must have {BEGIN} and then {END}, each once")
    before, _, rest = document.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{written}\n\n{END}{rest.partition(END)[2]}"


def text(results: Results, picture: str) -> str:
    """All that is written: conditions, goals, the picture, the pages."""
    parts = ["\n".join(_goals(results))]
    if results:
        parts = ["\n".join(_conditions(results)), *parts, f"![Figures beside their goals]({picture})"]
    if "pages" in results:
        parts.append("\n".join(_pages(results["pages"])))
    return "\n\n".join(parts)


def _conditions(results: Results) -> Iterator[str]:
    machines = dict.fromkeys(_machine(result) for result in results.values())
    yield (
        "Measured on "
        + "; ".join(machines)
        + ". `load` is what else the machine had to do in the minute before (1: one core)."
    )


def _machine(result: Result) -> str:
    c = result["conditions"]
    return f"{c['cores']} cores, {c['memory_gb']} GB, DuckDB {c['duckdb']}, Python {c['python']}"


def _goals(results: Results) -> Iterator[str]:
    yield "| | goal | measured | | cases, date, load |"
    yield "|---|---|---|---|---|"
    for goal in GOALS:
        result = results.get(goal.measurement)
        if result is None:
            yield f"| {goal.name} | {goal.goal} | not measured | | |"
            continue
        mark = "reached" if is_reached(goal, result) else "**missed**"
        c = result["conditions"]
        when = f"{c['cases']:,}, {c['date']}, {c['load']}"
        yield f"| {goal.name} | {goal.goal} | {goal.text(result['figures'])} | {mark} | {when} |"


def is_reached(goal: Goal, result: Result) -> bool:
    """Whether a result reaches its goal."""
    return goal.ratio(result["figures"]) <= 1


def _pages(result: Result) -> Iterator[str]:
    figures, cases = result["figures"], result["conditions"]["cases"]
    grown = growths(figures)
    yield f"| page ({cases:,} cases) | statements | queries | floor | × | page | × {SMALL:,} | drawn again |"
    yield "|---|---|---|---|---|---|---|---|"
    for file, page in _as_in_menu(figures["pages"]):
        yield (
            f"| {TITLES[file]} | {page['statements']:,} | {page['database_ms']:,} ms | {page['floor_ms']:,} ms | "
            f"{over_floor(page):.1f} | {page['page_ms']:,} ms | {grown[file]:.1f} | {page['again_cpu_ms']} ms |"
        )


def _as_in_menu(pages: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(file, pages[file]) for file in TITLES if file in pages]


def drawing(results: Results) -> str:
    """Each figure over its goal on one scale of ratios, as SVG."""
    rows = [
        {
            "goal": goal.name.replace("`", ""),
            "ratio": min(max(ratio, _LEAST), _MOST),
            "text": _times(ratio),
            "is": _state(ratio),
        }
        for goal in GOALS
        if goal.measurement in results
        for ratio in [goal.ratio(results[goal.measurement]["figures"])]
    ]
    frame = pd.DataFrame(rows)
    frame["beside"] = frame["ratio"].clip(lower=1)
    order = list(frame["goal"])
    base = alt.Chart(frame).encode(
        y=alt.Y("goal:N", sort=order, title=None, axis=alt.Axis(labelLimit=420, ticks=False, domain=False)),
    )
    scale = alt.Scale(type="log", domain=[_LEAST, _MOST * 1.6], nice=False)
    axis = alt.Axis(values=[0.1, 0.25, 0.5, 1, 2, 4, 10, 25], format="~g", grid=False, domain=False)
    x = alt.X("ratio:Q", scale=scale, title="figure ÷ goal: left of the line the goal is reached", axis=axis)
    beside = alt.X("beside:Q", scale=scale, axis=axis)
    colour = alt.Color(
        "is:N",
        scale=alt.Scale(domain=["reached", "missed"], range=[DESK.green, DESK.red]),
        legend=alt.Legend(title=None, orient="top"),
    )
    bars = base.mark_bar(height=11).encode(x=x, x2=alt.datum(1), color=colour)
    texts = base.mark_text(align="left", dx=5, fontSize=11).encode(x=beside, text="text:N")
    line = alt.Chart(pd.DataFrame({"one": [1]})).mark_rule(color=DESK.ink).encode(x=alt.X("one:Q", scale=scale))
    chart = (bars + line + texts).properties(width=460, height=alt.Step(22), background="white")
    chart = chart.configure(font="sans-serif").configure_view(stroke=DESK.line)
    return to_svg(chart)


def to_svg(chart: alt.LayerChart) -> str:
    """A chart as SVG."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(chart.to_dict()))


def _times(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio <= _MOST else f"> {_MOST:.0f}"


def _state(ratio: float) -> str:
    return "reached" if ratio <= 1 else "missed"
