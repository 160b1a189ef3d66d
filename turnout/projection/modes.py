"""What the two early modes say of the polls: who votes in person before the day is nearer to who votes on it.

Mail and early in-person votes are counted together. Over the ballots of 17 past generals the polls stand 0.2 logits
from the early in-person votes, with an sd of 0.2, however far the mail is from both (models/shift.md).
"""

from typing import Final

import numpy as np

from turnout.projection.ballot import EARLY, Ballot, Floats, Integers
from turnout.projection.positions import Positions

#: Sd, in logits, of the modes' difference beyond chance: how far a measured one is believed.
_USUAL_SD: Final = 0.3
#: Logits beyond which a wider difference says no more.
_WIDEST: Final = 1.5
#: Share of the early votes cast in person at which these are believed by half: where all get a ballot by mail, the few
#: who vote in person early are no sample of those who will.
_FEW_IN_PERSON: Final = 0.05


def in_person(ballot: Ballot) -> float:
    """How far the votes cast in person early stand for the polls, from 0 to 1: by their share of the early votes."""
    early = max(float(ballot.votes[:, EARLY].sum()), 1.0)
    share = 1.0 - float(ballot.mail.sum()) / early
    return share / (share + _FEW_IN_PERSON)


def gap(ballot: Ballot, positions: Positions, place: Integers) -> Floats:
    """Logit of each split in the early in-person votes less that in all early votes, as far as it can be believed.

    Parameters
    ----------
    place : (rows,) number of the places over which each row's votes are put together, such as its contest

    Returns
    -------
    Array over rows × positions; 0 where a row has no such split, or there is one mode only.
    """
    mail = np.zeros((ballot.rows, positions.most))
    np.add.at(mail, (ballot.line_row, positions.position[ballot.line_choice]), ballot.mail)
    person = np.maximum(positions.votes[:, :, EARLY] - mail, 0.0)
    result = np.zeros((ballot.rows, positions.most))
    for split in range(1, positions.most):
        rows = positions.rows_with(ballot, split)
        own_person, rest_person, own_mail, rest_mail = (
            np.bincount(place[rows], votes[rows][:, part].sum(axis=1))
            for votes in (person, mail)
            for part in (slice(split, split + 1), slice(0, split))
        )
        variance = sum(1.0 / (side + 0.5) for side in (own_person, rest_person, own_mail, rest_mail))
        difference = _logit(own_person, rest_person) - _logit(own_person + own_mail, rest_person + rest_mail)
        both = (own_person + rest_person > 0) & (own_mail + rest_mail > 0)
        believed = both * np.clip(difference, -_WIDEST, _WIDEST) * _USUAL_SD**2 / (_USUAL_SD**2 + variance)
        result[rows, split] = believed[place[rows]]
    return in_person(ballot) * result


def _logit(own: Floats, rest: Floats) -> Floats:
    return np.asarray(np.log(own + 0.5) - np.log(rest + 0.5))
