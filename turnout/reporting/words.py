"""How numbers are said: shares, intervals, counts and chances, for the terminal and for the page alike."""

import unicodedata
from typing import Final

UNKNOWN: Final = "–"
SYNTHETIC: Final = "Synthetic electorate"
SYNTHETIC_MEANING: Final = (
    "Voters, precincts and returns are generated and held to published totals. They describe no real person or place."
)

#: Controls, formats (of direction, of no width), surrogates, and signs that end a line or paragraph.
_UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS: Final = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_LOST: Final = "\N{REPLACEMENT CHARACTER}"

#: Draws cannot tell a chance beyond these from certainty.
_ALMOST: Final = 0.005


def percent(share: float | None, places: int = 1) -> str:
    """Return ``59.2 %``."""
    return UNKNOWN if share is None else f"{share * 100:.{places}f} %"


def interval(low: float | None, high: float | None, places: int = 1) -> str:
    """Return an interval of shares in per cent, without the sign: ``53.1 to 64.2``."""
    return UNKNOWN if low is None or high is None else f"{low * 100:.{places}f} to {high * 100:.{places}f}"


def count(value: float | None) -> str:
    """Return ``12,345``."""
    return UNKNOWN if value is None else f"{value:,.0f}"


def rounded(value: float) -> str:
    """Return a count to two figures, ``28,000``: what is expected is not known to the last vote."""
    return f"{float(f'{value:.2g}'):,.0f}"


def count_interval(low: float | None, high: float | None) -> str:
    """Return ``1,234 to 2,345``."""
    return UNKNOWN if low is None or high is None else f"{low:,.0f} to {high:,.0f}"


def index(value: float | None) -> str:
    """Return a ratio to registration, ``×4.5``."""
    return UNKNOWN if value is None else f"×{value:.1f}" if value >= 0.1 else f"×{value:.2f}"


def chance(probability: float | None, *, final: bool = False) -> str:
    """Return a win probability in whole per cent; short of a final result it is never said to be 0 or 100."""
    if probability is None:
        return UNKNOWN
    if final:
        return "won" if probability >= 0.5 else "lost"
    if probability > 1 - _ALMOST:
        return "> 99 %"
    if 0 <= probability < _ALMOST:
        return "< 1 %"
    return f"{probability * 100:.0f} %"


def points(standard_deviation: float) -> str:
    """Return a standard deviation of a share in percentage points, ``±1.2``."""
    return f"±{standard_deviation * 100:.1f}"


def signed_points(move: float) -> str:
    """Return a move of a share in percentage points, ``+1.2 points``."""
    return f"{move * 100:+.1f} points"


def shortened(text: str, room: int) -> str:
    """Return a text that fits, without its middle where it must: names of contests differ at both ends."""
    if len(text) <= room:
        return text
    tail = (room - 1) // 2
    return f"{text[: room - 1 - tail]}…{text[-tail:]}" if tail else text[:room]


def plural(number: int, noun: str, several: str = "") -> str:
    """Return ``1 contest``, ``2 contests``; ``several`` where the plural is another word, ``2 counties``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {several or f'{noun}s'}"


def printable(text: str, most: int = 0) -> str:
    """Return a text from a file as a terminal may show it, signs that it would obey replaced.

    They are controls, marks of direction (U+202E), signs of no width (joiners aside, which scripts need) and lone
    surrogates. Longer than ``most``, where that is given, it is cut.
    """
    if not text.isprintable():
        text = "".join(_LOST if _is_obeyed(sign) else sign for sign in text)
    return f"{text[: most - 1]}…" if most and len(text) > most else text


def _is_obeyed(sign: str) -> bool:
    return unicodedata.category(sign) in _UNPRINTABLE and sign not in _JOINERS
