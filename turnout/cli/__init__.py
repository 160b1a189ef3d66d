"""The command line: parse, call one function, print. Modelling code is imported when a command runs, not before."""

from turnout.cli import batch, commands, files, privacy, watching
from turnout.cli.application import app

__all__ = ["app", "batch", "commands", "files", "main", "privacy", "watching"]


def main() -> None:
    """Run the command line with the process's arguments, and exit."""
    app(prog_name="turnout")
