"""Errors a user can act on, each with the exit code the command line promises.

Raise the most specific class with one sentence that names the file, line, column and value, and the remedy.
Anything that is not a :class:`TurnoutError` is a bug (exit code 1).
"""


class TurnoutError(Exception):
    """Base of everything a user can mend. ``exit_code`` is part of the command line's contract."""

    exit_code = 1


class UsageError(TurnoutError):
    """The command or its configuration is wrong."""

    exit_code = 2


class InputRefused(TurnoutError):  # noqa: N818 - named for what happened, as users read it
    """An input cannot be used: schema drift, unknown codes, nothing readable."""

    exit_code = 3


class InputStale(TurnoutError):  # noqa: N818
    """An input is older than the run allows."""

    exit_code = 4


class AbstainedEverywhere(TurnoutError):  # noqa: N818
    """No contest could be projected; the outputs say why, contest by contest."""

    exit_code = 5


class WorkspaceBusy(TurnoutError):  # noqa: N818
    """Another run holds the workspace."""

    exit_code = 6


class BatchPartlyFailed(TurnoutError):  # noqa: N818
    """Some contests of a batch failed; the others were published."""

    exit_code = 7
