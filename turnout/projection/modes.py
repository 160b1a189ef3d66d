"""What the two early modes say of the polls: who votes in person before the day is nearer to who votes on it.

Mail and early in-person votes are counted together, but where they differ, the polls go further the same way: in a
contest, and over the whole ballot. Where mail is a small and excused part of the early vote it says little.
"""

from typing import Final

import numpy as np

from turnout.projection.ballot import EARLY, Ballot, Floats, Integers
from turnout.projection.positions import Positions

#: Sd, in logits, of the modes' difference beyond chance: how far a measured one is believed.
_USUAL_SD: Final = 0.3
#: Logits beyond which a wider difference says no more.
_WIDEST: Final = 1.5


def gap(ballot: Ballot, positions: Positions, place: Integers) -> Floats:
    """Logit of each split in person less that by mail, by how much of the early vote either is.

    The factor, 2w(1 - w) with w the share of mail, is nought where there is one mode only.

    Parameters
    ----------
    place : (rows,) number of the places over which each row's votes are put together, such as its contest

    Returns
    -------
    Array over rows × positions; 0 where a row has no such split.
    """
    mail = np.zeros((ballot.rows, positions.most))
    np.add.at(mail, (ballot.line_row, positions.position[ballot.line_choice]), ballot.mail)
    person = np.maximum(positions.votes[:, :, EARLY] - mail, 0.0)
    result = np.zeros((ballot.rows, positions.most))
    for split in range(1, positions.most):
        rows = positions.rows_with(ballot, split)
        sides = [
            np.bincount(place[rows], votes[rows][:, part].sum(axis=1))
            for votes in (person, mail)
            for part in (slice(split, split + 1), slice(0, split))
        ]
        own_person, rest_person, own_mail, rest_mail = sides
        total = np.maximum(sum(sides), 1.0)
        share = (own_mail + rest_mail) / total
        variance = sum(1.0 / (side + 0.5) for side in sides)
        difference = np.log((own_person + 0.5) / (rest_person + 0.5)) - np.log((own_mail + 0.5) / (rest_mail + 0.5))
        believed = np.clip(difference, -_WIDEST, _WIDEST) * _USUAL_SD**2 / (_USUAL_SD**2 + variance)
        result[rows, split] = (2.0 * share * (1.0 - share) * believed)[place[rows]]
    return result
