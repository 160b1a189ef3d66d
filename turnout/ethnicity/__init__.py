"""Names and places to probabilities: who the voters are, as honestly as names can say.

:func:`estimate` fills the table ``ethnicity``; :class:`BIFSG` is the same model as a scikit-learn classifier.
"""

from turnout.ethnicity.bifsg import BIFSG
from turnout.ethnicity.estimation import early_composition, estimate, summary
from turnout.ethnicity.tables import shared_surnames

__all__ = ["BIFSG", "early_composition", "estimate", "shared_surnames", "summary"]
