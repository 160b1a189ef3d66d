"""How far a count by group may be off."""

import numpy as np
import pytest

from turnout.ethnicity.spread import ASSUMED_SD, standard_errors
from turnout.vocabulary import GROUPS

NONE = np.zeros(len(GROUPS), dtype=bool)
OTHER, WHITE, KOREAN = (GROUPS.index(group) for group in ("other", "white", "korean"))


def errors(posterior, names, assumed=NONE):
    rows = np.asarray(names)
    return standard_errors(posterior, rows, np.full(len(rows), -1), np.ones(len(GROUPS)), assumed)


def sure_or_torn(torn, sure):
    """Return posteriors of ``torn`` voters half white, half other, and ``sure`` Koreans."""
    q = np.zeros((torn + sure, len(GROUPS)))
    q[:torn, [WHITE, OTHER]] = 0.5
    q[torn:, KOREAN] = 1.0
    return q


def test_chance_is_that_of_coins():
    alone = errors(sure_or_torn(400, 0), np.arange(400))[WHITE]
    shared = 0.02 * np.sqrt(0.25) * 400
    names = 0.4 * np.sqrt(400 * 2 * 0.25**2)
    assert alone == pytest.approx(np.sqrt(400 * 0.25 + names**2 + shared**2), rel=1e-6)


def test_a_name_that_many_bear_is_wrong_for_all_of_them_at_once():
    q = sure_or_torn(400, 0)
    assert errors(q, np.zeros(400, dtype=int))[WHITE] > 3 * errors(q, np.arange(400))[WHITE]


def test_an_assumed_share_may_be_off_and_those_who_share_its_names_by_as_much():
    q, names = sure_or_torn(400, 600), np.full(1000, -1)
    assumed = NONE.copy()
    assumed[OTHER] = True
    more = errors(q, names, assumed) ** 2 - errors(q, names) ** 2
    assert np.sqrt(more[[OTHER, WHITE]]) == pytest.approx([ASSUMED_SD * 200] * 2)
    assert more[KOREAN] == 0
