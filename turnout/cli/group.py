"""Errors as the command line promises them: a line on stderr, no traceback, an exit code that means something."""

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from turnout.cli.screen import harmless
from turnout.errors import TurnoutError, UsageError, in_words

_BUG = 1
_UNHEARD = 141
_DEBUG = "TURNOUT_DEBUG"
#: Signs of a message that are shown, be what it quotes as long as it may.
_LONGEST = 4_000


class Commands(TyperGroup):
    """Commands that may raise: what users can mend, Typer's usage errors, and bugs, each in its own words."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: ARG002
        windows_expand_args: bool = True,
        **extra: Any,  # noqa: ANN401 - Typer's own signature
    ) -> NoReturn:
        """Run and exit; ``standalone_mode`` is Typer's and makes no difference here.

        Whatever is written meanwhile is readable by its owner alone, spilled tables and logs of the database too.
        """
        mask = os.umask(0o077)
        try:
            _require_text(sys.argv[1:] if args is None else args)
            code = super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        except TurnoutError as error:
            code = _report(str(error), error.exit_code)
        except typer.TyperException as error:
            code = _report(_usage(error), error.exit_code)
        except typer.Abort:
            code = _report("stopped.", _BUG)
        except BrokenPipeError:  # whoever reads has heard enough; what Python still holds goes nowhere
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = _UNHEARD
        except Exception as error:
            wanting = in_words(error)
            code = _report_bug(error) if wanting is None else _report(str(wanting), wanting.exit_code)
        finally:
            os.umask(mask)
        sys.exit(code if isinstance(code, int) else 0)


def _require_text(args: Sequence[str]) -> None:
    """Refuse arguments that are not UTF-8, which neither the database nor JSON could name."""
    for each in args:
        try:
            each.encode()
        except UnicodeEncodeError:
            raise UsageError(f"{each!a}: a name that is not UTF-8. Rename the file or directory.") from None


def _report(message: str, code: int) -> int:
    typer.secho("error: ", fg="red", bold=True, nl=False, err=True)
    typer.echo(harmless(message, _LONGEST), err=True)
    return code


def _usage(error: typer.TyperException) -> str:
    """Return Typer's message as a sentence, and where to read more."""
    message = error.format_message().rstrip()
    context = getattr(error, "ctx", None)
    full = message if message.endswith((".", "?", "!")) else f"{message}."
    return full if context is None else f"{full}\nTry `{context.command_path} --help`."


def _report_bug(error: Exception) -> int:
    """Name the kind of error and its place. Its text stays out: it may quote a voter's row."""
    if os.environ.get(_DEBUG):
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    package = Path(__file__).parents[1]
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(package)] or list(frames)
    place = f"{Path(own[-1].filename).name}, line {own[-1].lineno}" if own else "an unknown place"
    typer.secho("internal error: ", fg="red", bold=True, nl=False, err=True)
    typer.echo(
        f"{type(error).__name__} in {place}. This is a bug, please report it; {_DEBUG}=1 shows the traceback.",
        err=True,
    )
    return _BUG
