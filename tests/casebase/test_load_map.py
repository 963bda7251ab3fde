"""A wrong map is named with its line and key."""

import os
from pathlib import Path

import pytest

from casebase.errors import UsageError
from casebase.loading import read_map
from casebase.settings import ROOT

GOOD = """[source]
name = "x"

[columns]
case_no = "no"
registered_at = "opened"
channel = "way"
"""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (GOOD + 'chanel = "way"\n', "line 8: columns.chanel: chanel is not a field of a petition"),
        (GOOD + "[sauce]\n", "line 8: sauce: unknown key; is source meant\\?"),
        (
            GOOD.replace('name = "x"', 'name = "x"\nencodng = "utf-8"'),
            "line 3: source.encodng: .* is encoding meant",
        ),
        (GOOD.replace('registered_at = "opened"\n', ""), "columns must name the column of registered_at"),
        (GOOD + '[constants]\nchannel = "来访"\n', "channel stands under columns and under constants"),
        (GOOD + '[values.title.map]\n"a" = "b"\n', "values.title translates a field that columns does not name"),
        (
            GOOD + '[values.channel]\nunknown = "drop"\n[values.channel.map]\n',
            'line 9: values.channel.unknown: "drop" is no choice; write ',
        ),
        (GOOD + '[place]\nby = "code"\n', 'place: by = "code" needs column'),
        (GOOD + '[place]\nby = "make"\ncolumns = ["d"]\n', "needs the section \\[city\\]"),
        (GOOD + '[place]\nby = "coordinates"\n', "needs lon and lat under columns"),
        (
            GOOD + "[[clean]]\ncolumn = \"way\"\npattern = '('\nreplace = ''\n",
            "line 10: clean.0.pattern: not a regular expression",
        ),
        (GOOD + '[times]\nclosed = "%Y"\n', "closed is not a time of a petition"),
        (GOOD + '[times]\ndefault = "%Q"\n', "line 9: times.default: default is not a time format: '%Q'"),
        (
            GOOD + "[[clean]]\ncolumn = 'way'\npattern = '(.*)'\nreplace = '\\1'\n"
            "[[clean]]\ncolumn = 'way'\npattern = '(.*)'\nreplace = '\\2'\n",
            "line 15: clean.1.replace: cannot be filled in from the pattern: invalid group reference",
        ),
        (
            GOOD + "[[clean]]\ncolumn = 'way'\npattern = '.*'\nreplace = '\\q'\n",
            "line 11: clean.0.replace: cannot be filled in from the pattern: bad escape",
        ),
        (
            GOOD + "[constants]\nextended_days = 99999999999999999\n",
            "line 9: constants.extended_days: extended_days is not a number from 0 to 3650",
        ),
        (GOOD + "[constants]\nextended_days = -3\n", "line 9: constants.extended_days"),
        (GOOD + "[constants]\nlon = nan\n", "line 9: constants.lon"),
        (
            GOOD + "[place]\nby = 'make'\ncolumns = ['d', 's']\nkinds = ['区县']\n[city]\nname = 'x'\n",
            "line 11: place.kinds: needs a kind for each of the 2 columns",
        ),
        (GOOD.replace('name = "x"', "name = 5"), "line 2: source.name: 5 is no text; write it in quotes"),
        (GOOD.replace('name = "x"', 'name = "x"\nheader = "two"'), 'line 3: source.header: "two" is no list'),
        (GOOD.replace('name = "x"', ""), "line 1: source.name: this key is needed and is not there"),
        (
            GOOD.replace('name = "x"', 'name = "x"\ndelimiter = ";;"'),
            'source.delimiter: ";;" is too long; its most letters are 1',
        ),
        ("[source\n", "line 1, column 8: not valid TOML"),
    ],
)
def test_a_wrong_map_is_named_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=sentence) as caught:
        read_map(path)
    assert str(caught.value).startswith(str(path))


def test_a_missing_map_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.toml: cannot be read"):
        read_map(tmp_path / "none.toml")


@pytest.mark.parametrize("path", sorted((ROOT / "maps").glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_map_is_right(path: Path) -> None:
    assert read_map(path).source.name


def test_a_map_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(GOOD, encoding="utf-8-sig")
    assert read_map(path).source.name


def test_a_pipe_is_no_map(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "map.toml")
    with pytest.raises(UsageError, match="this is no file"):
        read_map(tmp_path / "map.toml")
