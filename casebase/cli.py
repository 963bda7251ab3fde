"""What the three commands share: the database option, and errors as one sentence with an exit code."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from casebase.directory import Directory, read_directory
from casebase.engine import Casebase
from casebase.errors import CasebaseError, UsageError
from casebase.scope import WHOLE, Scope

Scopes = Annotated[
    list[str] | None,
    typer.Option(
        "--scope",
        envvar="COCKPIT_SCOPE",
        help="As whoever may see this alone sees it: area=… or unit=…, by code or name; several times for several.",
    ),
]
Url = Annotated[str | None, typer.Option(help="Database URL; default: config.toml's.")]


def scope_of(texts: Sequence[str] | None, casebase: Casebase) -> Scope:
    """The scope that --scope names by codes or names; without any, everything. Raises UsageError for another text."""
    if not texts:
        return WHOLE
    directory = read_directory(casebase)
    named: dict[str, set[str]] = {"area": set(), "unit": set()}
    for text in texts:
        kind, _, told = text.partition("=")
        if kind not in named or not told:
            raise UsageError(f"--scope {text}: write area=… or unit=…, a code or a name")
        named[kind].add(_code(text, kind, told, directory))
    return Scope(frozenset(named["area"]), frozenset(named["unit"]))


def _code(text: str, kind: str, told: str, directory: Directory) -> str:
    """The one code that is told. Raises UsageError for a name of several, and for what none is called."""
    codes = directory.areas_meant(told) if kind == "area" else directory.units_meant(told)
    if len(codes) == 1:
        return codes[0]
    if codes:
        outer = {code: directory.areas.get(directory.parents.get(code, "")) for code in codes}
        listed = ", ".join(f"{code} ({outer[code]})" if outer[code] else code for code in codes)
        raise UsageError(f"--scope {text}: the name of several {kind}s, write the code: {listed}")
    how = "district, or street," if kind == "area" else "unit"
    raise UsageError(f"--scope {text}: no such {kind}; python -m queries --codes {how} lists them")


def run_command(
    command: typer.Typer,
    module: str,
    arguments: Sequence[str] | None = None,
    *,
    interrupted: str = "interrupted",
) -> int:
    """Run `python -m <module>` with arguments (None: the process's own); returns the exit code.

    Every error is one sentence on stderr: 1 for the data, 2 for the usage. `interrupted` is the sentence of Ctrl+C.
    """
    try:
        given = None if arguments is None else list(arguments)
        return command(args=given, prog_name=f"python -m {module}", standalone_mode=False) or 0
    except typer.TyperException as error:
        # What checks an argument puts the kind of its error before the sentence.
        sentence = " ".join(error.format_message().split()).replace(": Value error, ", ": ")
        return _fail(sentence, error.exit_code)
    except CasebaseError as error:
        return _fail(str(error), 2 if isinstance(error, UsageError) else 1)
    except (typer.Abort, KeyboardInterrupt):
        return _fail(interrupted, 1)
    except BrokenPipeError:
        # The reader has seen enough (… | head); without this the interpreter complains again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _fail(sentence: str, code: int) -> int:
    typer.echo(sentence, err=True)
    return code
