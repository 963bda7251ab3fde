"""The line that an error names is the one a person has to change."""

import pytest

from casebase.toml_lines import line_of

TEXT = """\
title = "x"

[place]
by = "name"
"full name" = 1

[[clean]]
column = "a"

[[clean]]
column = "b"
into = "c"

[values.channel]
"来访" = "visit"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (["title"], 1),
        (["place"], 3),
        (["place", "by"], 4),
        (["place", "by", "0"], 4),
        (["place", "missing"], 3),
        (["place", "full name"], 5),
        (["clean", "0", "column"], 8),
        (["clean", "1", "column"], 11),
        (["clean", "1", "into"], 12),
        (["clean", "1", "missing"], 10),
        (["values", "channel", "来访"], 15),
        (["nowhere"], None),
    ],
)
def test_line_of_a_key_or_of_what_holds_it(path: list[str], line: int | None) -> None:
    assert line_of(TEXT, path) == line
