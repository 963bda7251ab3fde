"""What is wrong with a TOML text or a value in it, in a sentence: the libraries that find it have none for a bureau."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

# Characters of a wrong value that a sentence repeats.
_LONGEST = 40
_SECTION = "this is the name of a section; write it once, alone on a line in square brackets, its keys below"
# What pydantic finds, by the beginnings of its names for it, and what is said of the value.
_REASONS: Mapping[str, str] = {
    "greater_than_equal": "{value} is too small; the least is {ge:.10g}",
    "greater_than": "{value} is too small; it must be more than {gt:g}",
    "less_than_equal": "{value} is too large; the most is {le:.10g}",
    "literal_error": "{value} is no choice; write {expected}",
    "string_too_short": "an empty text; write a name",
    "string_too_long": "{value} is too long; its most letters are {max_length}",
    "string_type": "{value} is no text; write it in quotes",
    "int": "{value} is no whole number; write digits alone, as 30",
    "float": "{value} is no number; write digits alone, as 30 or 2.5",
    "finite_number": "{value} is no number",
    "bool": "{value} is no answer; write true or false",
    "date_": "{value} is no day; write it as 2026-02-01",
    "too_short": "an empty list; name at least one",
    "too_long": "too many; the most is {max_length}",
    "tuple": "{value} is no list; write it in square brackets",
    "missing": "this key is needed and is not there",
    "model": _SECTION,
    "dict": _SECTION,
    "mapping": _SECTION,
}


def reason_of(found: ValidationError, model: type[BaseModel]) -> str:
    """What is wrong first with what should have been this model, a value or a key. Our validators say it themselves."""
    error = found.errors()[0]
    kind, message = error["type"], error["msg"]
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    if kind == "extra_forbidden":
        *sections, name = (str(part) for part in error["loc"])
        alike = get_close_matches(name, _keys_in(model, sections), n=1)
        return f"unknown key; is {alike[0]} meant?" if alike else "unknown key; remove it or correct its name"
    said = next((text for name, text in _REASONS.items() if kind.startswith(name)), message)
    return said.format(**{"value": _as_written(error["input"]), **error.get("ctx", {})})


def not_toml(text: str, error: tomllib.TOMLDecodeError) -> str:
    """Where a text stops to be TOML, and how TOML is written."""
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error))
    what, line, column = found.groups() if found else (str(error), None, None)
    place = f"line {line}, column {column}" if line else f"line {len(text.splitlines()) or 1}"
    return (
        f"{place}: not valid TOML ({what}); write key = value, each key once, texts in straight quotes, "
        "lists and the names of sections in square brackets"
    )


def _keys_in(model: type[BaseModel], sections: Sequence[str]) -> Iterable[str]:
    """The keys of a section within a section; none where it is no model's."""
    here: Any = model
    for name in sections:
        if name.isdigit():
            continue
        field = here.model_fields.get(name)
        wanted = () if field is None else (field.annotation, *get_args(field.annotation))
        here = next((one for one in wanted if isinstance(one, type) and issubclass(one, BaseModel)), None)
        if here is None:
            return ()
    return list(here.model_fields)


def _as_written(value: Any) -> str:
    """A value as the file has it, to be recognised."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "a section" if isinstance(value, dict) else "a list"
    text = str(value) if isinstance(value, int | float | date | time) else f'"{value}"'
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
