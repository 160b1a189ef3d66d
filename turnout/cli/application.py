"""The application that commands are added to, and what it says of itself."""

from typing import Annotated

import typer

from turnout.cli.group import Commands
from turnout.errors import UsageError

app = typer.Typer(
    cls=Commands,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def example(*lines: str) -> str:
    """Return an epilog that keeps its lines."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415

        typer.echo(f"turnout {version('turnout')}")
        raise typer.Exit


@app.callback(invoke_without_command=True, epilog=example("turnout demo", "turnout project contest.toml"))
def turnout(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 - handled by its callback
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Voter-file turnout modelling: who has voted, who is still to vote, where it ends, and how sure that is.

    Start with `turnout demo`: it needs no input. Every command explains itself with --help.

    Exit codes: 0 done, 1 a bug, 2 wrong usage or config, 3 an input was refused, 4 an input is stale, 5 abstained
    everywhere, 6 another run holds the directory, 7 a batch in part failed.
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(UsageError.exit_code)
