"""The command line: parse, call one function, print. Modelling code is imported when a command runs, not before."""

from turnout.cli import commands, files, watching
from turnout.cli.application import app

__all__ = ["app", "commands", "files", "main", "watching"]


def main() -> None:
    """Run the command line with the process's arguments, and exit."""
    app(prog_name="turnout")
