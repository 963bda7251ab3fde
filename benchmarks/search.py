"""How long 案件查询 takes: python -m benchmarks.search --cases 1000000.

Asks the questions that people ask (a number, a word, two words, a flag, a clock, a district, a deep page), each a few
times in a shuffled order, on the database that benchmarks.cities builds, and prints the median and the 95th percentile.
"""

import random
import statistics
import time
from datetime import date, datetime
from typing import Annotated, Any

import typer

from benchmarks.cities import city
from casebase.engine import Casebase, open_casebase
from casebase.settings import Settings
from queries.model import Slice
from queries.periods import Period
from queries.search import Search, search

PAGE = 200
AT = datetime(2026, 11, 22, 18)


def questions(casebase: Casebase) -> list[tuple[str, Search, dict[str, Any]]]:
    """What is asked, with a case number and a place of this database."""
    first = search(casebase.whole, Search(), as_of=AT, limit=1, columns=["case_no", "street"]).rows.iloc[0]
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    return [
        ("everything", Search(), {}),
        ("a number", Search(first["case_no"]), {}),
        ("part of a number", Search(first["case_no"][:12]), {}),
        ("a word", Search("物业"), {}),
        ("a rare word", Search("井盖"), {}),
        ("a word and a place", Search(f"噪声 {first['street']}"), {}),
        ("a unit", Search("城市管理局"), {}),
        ("a word in a district this year", Search("供暖", registered=year), {"within": Slice(area="410105")}),
        ("overdue", Search(clock="overdue"), {"order": "due_at", "descending": False}),
        ("five days end", Search(clock="five_day_due_in_3"), {"order": "five_day_due", "descending": False}),
        ("repeats that were heard", Search(flags=("重件", "听证")), {}),
        ("closed, not resolved", Search(flags=("办结未化解",)), {"order": "closed_at"}),
        ("supervised in a street's words", Search("街道", flags=("督办",)), {}),
        ("deep page", Search("反映"), {"offset": 50_000}),
    ]


def main(
    cases: Annotated[int, typer.Option(min=1000)] = 1_000_000,
    rounds: Annotated[int, typer.Option(min=3)] = 10,
) -> None:
    """Measure at one size."""
    casebase = open_casebase(Settings(), city(cases)[0])
    asked = [question for question in questions(casebase) for _ in range(rounds)]
    random.Random(1).shuffle(asked)
    taken: dict[str, list[float]] = {}
    for name, wanted, more in asked:
        start = time.perf_counter()
        search(casebase.whole, wanted, as_of=AT, limit=PAGE, **more)
        taken.setdefault(name, []).append((time.perf_counter() - start) * 1000)
    casebase.engine.dispose()
    for name, times in sorted(taken.items()):
        print(f"{name:32} median {statistics.median(times):6.0f} ms   slowest {max(times):6.0f} ms")
    every = [time for times in taken.values() for time in times]
    print(f"{'all':32} median {statistics.median(every):6.0f} ms   p95 {statistics.quantiles(every, n=20)[-1]:6.0f} ms")


if __name__ == "__main__":
    typer.run(main)
