"""What the three commands share: the database option, and errors as one sentence with an exit code."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from casebase.errors import CasebaseError, UsageError
from casebase.scope import WHOLE, Scope

Scopes = Annotated[
    list[str] | None,
    typer.Option(
        "--scope",
        envvar="COCKPIT_SCOPE",
        help="As whoever may see this alone sees it: area=CODE or unit=ID; several times for several.",
    ),
]
Url = Annotated[str | None, typer.Option(help="Database URL; default: config.toml's.")]


def scope_of(texts: Sequence[str] | None) -> Scope:
    """The scope that --scope names; without any, everything. Raises UsageError for another text."""
    if not texts:
        return WHOLE
    named: dict[str, set[str]] = {"area": set(), "unit": set()}
    for text in texts:
        kind, _, code = text.partition("=")
        if kind not in named or not code:
            raise UsageError(f"--scope {text}: write area=CODE or unit=ID")
        named[kind].add(code)
    return Scope(frozenset(named["area"]), frozenset(named["unit"]))


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
        return _fail(" ".join(error.format_message().split()), error.exit_code)
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
