"""What a number lacks has a word for every metric, and one way of saying it."""

from queries import blanks, needs
from queries.registry import METRICS
from wording import unknown


def test_everything_that_can_be_lacking_has_a_word() -> None:
    for name in blanks.names_of_columns():
        for metric in METRICS.values():
            for lack in needs.lacking(metric, frozenset({name})):
                assert lack in unknown.LACKING, (metric.id, lack)


def test_everything_that_a_split_can_lack_has_a_word() -> None:
    every = blanks.names_of_columns()
    for blank in (frozenset(every), frozenset(name for name in every if "." in name)):
        for metric in METRICS.values():
            for dimension in metric.subject.dimensions:
                lacks = needs.split_lacks(metric, dimension, blank)
                assert set(lacks) <= set(unknown.LACKING), (metric.id, dimension)


def test_reasons() -> None:
    assert unknown.reason("petition.due_at") == "未装入办结期限"
    assert unknown.reason(["petition", "hearing"]) == "未装入信访件、听证"
    assert unknown.placeholder("petition.forwarded_at,petition.closed_at") == "—（未装入转送时间、办结时间）"
    assert unknown.reason("") == ""
    assert unknown.placeholder(()) == "—"
