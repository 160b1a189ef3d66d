"""The command line: parse, call one function, print. Modelling code is imported when a command runs, not before."""

from turnout.cli import batch, commands, files, privacy, watching
from turnout.cli.application import app

__all__ = ["app", "batch", "commands", "files", "privacy", "watching"]
