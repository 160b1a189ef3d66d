"""Simpler answers to set beside the projection. Each gives every choice's final share, shape (choices,).

naive
    The count so far taken as the result.
last shift
    Poll votes still to come divide as the early votes of the same places did, moved by what the whole comparable past
    ballot moved between its early and its poll votes (Democrat against Republican, in logits; nothing elsewhere),
    and are as many for each early vote as then.
uniform swing
    The same with the move and the ratio seen in the contest's own reported precincts. With none it is naive.

Where early votes are counted at sites or county-wide they are not those of the precinct that reports: like the
projection, both look for a place's early votes in real precincts, and hand those of sites to them.
"""

from typing import Final

import numpy as np
import polars as pl

from turnout.projection.ballot import EARLY, POLL, Ballot, Flags, Floats, Integers
from turnout.projection.baseline import Baseline, ballot_shift
from turnout.projection.positions import signs
from turnout.projection.sites import at_home, pseudo_rows

#: Votes of reported precincts, early and at the polls, below which a contest's own swing is not used.
_FEWEST: Final = 50.0


def naive(ballot: Ballot) -> Floats:
    """Return each choice's share of what is counted."""
    return _shares(ballot, ballot.choice_votes().sum(axis=1))


def last_shift(ballot: Ballot, baseline: Baseline, past: pl.DataFrame) -> Floats:
    """Apply the comparable election's shift and turnout ratio to where the polls are still out.

    ``past``: rows of ``sql/projection/past_units.sql`` that ``baseline`` was found in.
    """
    contest = ballot.choices["contest"].to_numpy()
    shift = ballot_shift(past.filter(pl.col("election_date").cast(pl.String) == baseline.date))
    party = ballot.choices["party_code"].to_numpy()
    towards = (party == "D").astype(float) - (party == "R")
    move = np.where(signs(ballot)[contest] != 0, shift * towards, 0.0)
    ratio = np.exp(np.nan_to_num(baseline.log_ratio))
    return _finish(ballot, move, ratio * _stands_for(ballot, baseline, ~ballot.reported[:, POLL]))


def uniform_swing(ballot: Ballot, baseline: Baseline) -> Floats:
    """Apply the shift and turnout ratio of the contest's reported precincts to the others."""
    contest = ballot.choices["contest"].to_numpy()
    seen = ballot.reported[:, POLL] & _own_early(ballot)
    early, poll = _votes_in(ballot, seen, EARLY), _votes_in(ballot, seen, POLL)
    move = _logit(_shares(ballot, poll + 0.5)) - _logit(_shares(ballot, early + 0.5))
    early_total, poll_total = _by_contest(ballot, early), _by_contest(ballot, poll)
    enough = np.minimum(early_total, poll_total) >= _FEWEST
    ratio = poll_total / np.maximum(_stands_for(ballot, baseline, seen), 1.0)
    expected = np.where(enough, ratio * _stands_for(ballot, baseline, ~ballot.reported[:, POLL]), 0.0)
    return _finish(ballot, np.where(enough[contest], move, 0.0), expected)


def _finish(ballot: Ballot, move: Floats, expected: Floats) -> Floats:
    """Add ``expected`` (contests,) poll votes, divided as early ones moved by ``move`` (choices,) logits."""
    contest = ballot.choices["contest"].to_numpy()
    out = _votes_in(ballot, ~ballot.reported[:, POLL] & _own_early(ballot), EARLY)
    everywhere = ballot.choice_votes()[:, EARLY]
    start = _shares(ballot, np.where((_by_contest(ballot, out) > 0)[contest], out, everywhere))
    moved = start * np.exp(move) / (1 - start + start * np.exp(move))
    to_come = _shares(ballot, moved) * expected[contest]
    return _shares(ballot, ballot.choice_votes().sum(axis=1) + to_come)


def _own_early(ballot: Ballot) -> Flags:
    """Return the rows whose early votes are those of the voters who vote at their polls, shape (rows,)."""
    return ~pseudo_rows(ballot) & (ballot.row_votes()[:, EARLY] > 0)


def _stands_for(ballot: Ballot, baseline: Baseline, rows: Flags) -> Floats:
    """Early votes that some rows stand for, by contest: shape (contests,)."""
    early = at_home(ballot, baseline.poll).votes
    return _sum(ballot.row_contest, early * rows, len(ballot.contests))


def _votes_in(ballot: Ballot, rows: Flags, tranche: int) -> Floats:
    """Votes of each choice in some rows, shape (choices,)."""
    return _sum(ballot.line_choice, ballot.votes[:, tranche] * rows[ballot.line_row], ballot.choices.height)


def _by_contest(ballot: Ballot, votes: Floats) -> Floats:
    return _sum(ballot.choices["contest"].to_numpy(), votes, len(ballot.contests))


def _sum(index: Integers, values: Floats, size: int) -> Floats:
    return np.bincount(index, values, size).astype(np.float64)


def _shares(ballot: Ballot, votes: Floats) -> Floats:
    total = _by_contest(ballot, votes)[ballot.choices["contest"].to_numpy()]
    return np.asarray(np.divide(votes, total, out=np.zeros_like(votes), where=total > 0))


def _logit(share: Floats) -> Floats:
    clipped = np.clip(share, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))
