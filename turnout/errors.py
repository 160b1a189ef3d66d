"""Errors a user can act on, each with the exit code the command line promises.

Raise the most specific class with one sentence that names the file, line, column and value, and the remedy.
Anything that is not a :class:`TurnoutError`, and that :func:`in_words` does not know, is a bug (exit code 1).
"""

import errno


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


class Stopped(TurnoutError):  # noqa: N818
    """A signal ended the command, as a shell has it: 128 and the number of the interrupt."""

    exit_code = 130


def in_words(error: Exception) -> TurnoutError | None:
    """Return what the machine refused (room, memory, a permission), or a stop, as an error in words; None for a bug.

    DuckDB and Polars report such things in types of their own, with the system's sentence in the text.
    """
    text = str(error)
    if isinstance(error, RuntimeError) and _INTERRUPTED in text.lower():
        return Stopped("stopped.")
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) or any(sign in text for sign in _FULL):
        return UsageError("the disk is full. Make room, or name another --output. What was published stands.")
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":
        return UsageError("out of memory. Run fewer at once (--jobs), or allow more. What was published stands.")
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return UsageError(f"{place}{error.strerror or error}.")
    return None


#: DuckDB's own word where a signal reaches it before Python.
_INTERRUPTED = "interrupted"
#: How the libraries say that a disk is full, a quota spent, or a file larger than allowed.
_FULL = ("No space left on device", "Disk quota exceeded", "File too large")
