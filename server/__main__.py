"""Check config.toml before anything is built or served: one sentence and exit code 2 for what is wrong."""

import sys

import typer

from briefings.template import check_templates
from casebase.cli import run_command
from casebase.settings import read_settings
from queries.targets import check_targets
from screen.scenes import check_scenes


def run() -> None:
    """Read the settings as the server does: its targets and scenes must exist, and a bureau's own templates."""
    read_settings(checks=[check_targets, check_scenes, check_templates])


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.command()(run)

if __name__ == "__main__":
    sys.exit(run_command(app, "server"))
