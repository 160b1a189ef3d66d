"""Patterns that layouts bring along: refused where they are none, or could take for ever over some line."""

import re
from collections.abc import Iterator
from re import _parser  # type: ignore[attr-defined]
from typing import Any, Final

#: Longest pattern that a layout needs.
_LONGEST: Final = 500


def checked(pattern: str) -> re.Pattern[str]:
    """Return a pattern, compiled.

    Raises
    ------
    ValueError
        If it is none, or repeats without end what itself repeats without end: such a pattern can try a line in more
        ways than there is time for.
    """
    if len(pattern) > _LONGEST:
        raise ValueError(f"{pattern[:40]!r}… is longer than {_LONGEST} characters")
    try:
        compiled = re.compile(pattern)
        tree = _parser.parse(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"{pattern!r} is no pattern: {error}") from None
    if _nests(tree, within=False):
        raise ValueError(f"{pattern!r} repeats what itself repeats, as (a+)+ does, and may take for ever")
    return compiled


def _nests(tree: Any, *, within: bool) -> bool:  # noqa: ANN401 - the parser's own type
    for operation, given in tree:
        endless = str(operation) in ("MAX_REPEAT", "MIN_REPEAT") and given[1] is _parser.MAXREPEAT
        if endless and within:
            return True
        if any(_nests(inner, within=within or endless) for inner in _inner(given)):
            return True
    return False


def _inner(given: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield the patterns within what an operation is given."""
    if isinstance(given, _parser.SubPattern):
        yield given
    elif isinstance(given, tuple | list):
        for part in given:
            yield from _inner(part)
