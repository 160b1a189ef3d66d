"""What the two early modes say of the polls: who votes in person before the day is nearer to who votes on it.

Mail and early in-person votes are counted together. Over the ballots of 17 past generals the polls stand 0.2 logits
from the early in-person votes, with an sd of 0.2, however far the mail is from both (models/shift.md).
"""

from typing import Final

import numpy as np
import polars as pl

from turnout.projection.ballot import EARLY, Ballot, Floats, Integers
from turnout.projection.positions import Positions

#: Sd, in logits, of the modes' difference beyond chance: how far a measured one is believed.
_USUAL_SD: Final = 0.3
#: Logits beyond which a wider difference says no more.
_WIDEST: Final = 1.5
#: Share of the early votes cast in person at which these are believed by half: where all get a ballot by mail, the
#: few who vote in person early are no sample of those who will.
_FEW_IN_PERSON: Final = 0.05


def in_person(ballot: Ballot) -> float:
    """How far the votes cast in person early stand for the polls, from 0 to 1: by their share of the early votes."""
    return _believed(1.0 - float(ballot.mail.sum()) / max(float(ballot.votes[:, EARLY].sum()), 1.0))


def past_gap(past: pl.DataFrame) -> tuple[float, float]:
    """Return a past ballot's logit of the Democrats early in person less that in all early votes, as far as believed.

    Beside it stands how far it is: 0 to 1.

    ``past``: rows of ``sql/projection/past_units.sql``.
    """
    sums = past.select(pl.col("person_dem", "person_rep", "early_dem", "early_rep").sum())
    person_dem, person_rep, early_dem, early_rep = (np.array([value]) for value in sums.row(0))
    believed = _believed(float(((person_dem + person_rep) / np.maximum(early_dem + early_rep, 1.0))[0]))
    gap = (_logit(person_dem, person_rep) - _logit(early_dem, early_rep))[0]
    return believed * float(np.clip(gap, -_WIDEST, _WIDEST)), believed


def between_parties(ballot: Ballot, positions: Positions, signs: Floats) -> float:
    """Return today's the same, over all contests between a Democrat and a Republican.

    ``signs``: (contests,) of :func:`turnout.projection.positions.signs`.
    """
    rows = np.flatnonzero(signs[ballot.row_contest] != 0)
    if not len(rows):
        return 0.0
    toward = np.where(signs[ballot.row_contest[rows]] > 0, 1, 0)
    mail = _mail(ballot, positions)
    early = positions.votes[:, :, EARLY]
    dem, rep, mail_dem, mail_rep = (
        np.array([votes[rows, side].sum()]) for votes in (early, mail) for side in (toward, 1 - toward)
    )
    gap = (_logit(dem - mail_dem, rep - mail_rep) - _logit(dem, rep))[0]
    both = dem[0] + rep[0] > mail_dem[0] + mail_rep[0] > 0
    return in_person(ballot) * float(both * np.clip(gap, -_WIDEST, _WIDEST))


def gap(ballot: Ballot, positions: Positions, place: Integers) -> Floats:
    """Logit of each split in the early in-person votes less that in all early votes, as far as it can be believed.

    Parameters
    ----------
    place : (rows,) number of the places over which each row's votes are put together, such as its contest

    Returns
    -------
    Array over rows × positions; 0 where a row has no such split, or there is one mode only.
    """
    mail = _mail(ballot, positions)
    person = np.maximum(positions.votes[:, :, EARLY] - mail, 0.0)
    result = np.zeros((ballot.rows, positions.most))
    for split in range(1, positions.most):
        rows = positions.rows_with(ballot, split)
        own_person, rest_person, own_mail, rest_mail = (
            np.bincount(place[rows], votes[rows][:, part].sum(axis=1)).astype(np.float64)
            for votes in (person, mail)
            for part in (slice(split, split + 1), slice(0, split))
        )
        variance = sum(1.0 / (side + 0.5) for side in (own_person, rest_person, own_mail, rest_mail))
        difference = _logit(own_person, rest_person) - _logit(own_person + own_mail, rest_person + rest_mail)
        both = (own_person + rest_person > 0) & (own_mail + rest_mail > 0)
        believed = both * np.clip(difference, -_WIDEST, _WIDEST) * _USUAL_SD**2 / (_USUAL_SD**2 + variance)
        result[rows, split] = believed[place[rows]]
    return in_person(ballot) * result


def _mail(ballot: Ballot, positions: Positions) -> Floats:
    """Early votes that came by mail, (rows, positions)."""
    seat = ballot.line_row * positions.most + positions.position[ballot.line_choice]
    mail = np.bincount(seat, ballot.mail, ballot.rows * positions.most)
    return mail.astype(np.float64).reshape(ballot.rows, positions.most)


def _believed(share: float) -> float:
    return share / (share + _FEW_IN_PERSON)


def _logit(own: Floats, rest: Floats) -> Floats:
    return np.asarray(np.log(own + 0.5) - np.log(rest + 0.5))
