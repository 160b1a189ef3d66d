"""Names and places to probabilities: who the voters are, as honestly as names can say.

:func:`estimate` fills the table ``ethnicity``; :class:`BIFSG` is the same model as a scikit-learn classifier.
"""

from typing import TYPE_CHECKING

from turnout.ethnicity.estimation import early_composition, estimate, summary
from turnout.ethnicity.tables import shared_surnames

if TYPE_CHECKING:
    from turnout.ethnicity.bifsg import BIFSG

__all__ = ["BIFSG", "early_composition", "estimate", "shared_surnames", "summary"]


def __getattr__(name: str) -> object:
    """Import the classifier when it is asked for: scikit-learn takes a second to load, and estimating needs none."""
    if name != "BIFSG":
        raise AttributeError(f"module 'turnout.ethnicity' has no attribute {name!r}")
    from turnout.ethnicity.bifsg import BIFSG  # noqa: PLC0415

    return BIFSG
