"""Which phase of its count each contest is in, and what is then done to its draws."""

import numpy as np
import pytest

from turnout.projection.ballot import Ballot
from turnout.projection.calibration import PHASES, Applied, Calibration, Phase, apply


def _lines(contest: str, counties: dict[str, int], polls: set[str]) -> list[dict]:
    """Two candidates in three precincts of each county; polls are in from the precincts named."""
    return [
        {
            "contest": contest,
            "county": county,
            "precinct": f"{county}{number}",
            "candidate": name,
            "party": party,
            "mail": early * more + 3 * number,
            "election_day": 40 + 7 * number if f"{county}{number}" in polls else None,
        }
        for county, early in counties.items()
        for number in range(3)
        for name, party, more in (("Ada", "DEM", 1), ("Bob", "REP", 2))
    ]


def _phases_of(ballot: Ballot, *, past_known: bool = False) -> dict[str, str]:
    """Names of the phases, read from moves that are different in each."""
    moves = {name: (number + 1) / 10 for number, name in enumerate(PHASES)}
    applied = Calibration(**{name: Phase(move=move) for name, move in moves.items()}).of_contests(
        ballot, past_known=past_known
    )
    return {name: PHASES[round(move * 10) - 1] for name, move in zip(ballot.contests, applied.move, strict=True)}


@pytest.mark.parametrize(("past_known", "phase"), [(False, "before_polls"), (True, "before_polls_past_known")])
def test_before_any_poll_the_past_makes_the_phase(ballot_of, past_known, phase) -> None:
    ballot = ballot_of(_lines("Mayor", {"A": 100}, set()) + _lines("Clerk", {"A": 110, "B": 120}, set()))
    assert set(_phases_of(ballot, past_known=past_known).values()) == {phase}


def test_each_contest_is_in_the_phase_its_own_polls_make(ballot_of) -> None:
    ballot = ballot_of(
        _lines("Clerk", {"A": 100, "B": 110}, {"A0", "B1"})
        + _lines("Judge", {"A": 120, "B": 130, "C": 140}, {"A0", "A1"})
        + _lines("Mayor", {"D": 150}, set())
    )
    assert _phases_of(ballot) == {
        "Clerk": "during_polls",
        "Judge": "polls_of_other_counties",
        "Mayor": "polls_elsewhere",
    }


def test_draws_keep_part_of_the_move_and_are_spread_but_never_fall_below_the_count(ballot_of) -> None:
    ballot = ballot_of(_lines("Mayor", {"A": 100}, set()))
    counted = ballot.choice_votes().sum(axis=1)
    votes = counted[:, None] + np.array([[100.0, 140.0, 180.0], [260.0, 220.0, 180.0]])
    moved = apply(Applied(move=np.array([0.5]), spread=np.array([2.0])), ballot, votes)
    mean, kept = votes.mean(axis=1), moved.mean(axis=1)
    np.testing.assert_allclose(kept.sum(), mean.sum())
    start, end = counted[0] / counted.sum(), mean[0] / mean.sum()
    np.testing.assert_allclose(kept[0] / kept.sum(), (start + end) / 2)
    np.testing.assert_allclose(np.ptp(moved[0]), 2 * np.ptp(votes[0]))
    wide = apply(Applied(move=np.array([1.0]), spread=np.array([50.0])), ballot, votes)
    assert (wide >= counted[:, None]).all()


def test_draws_of_few_votes_are_spread_without_running_into_none(ballot_of) -> None:
    ballot = ballot_of(_lines("Mayor", {"A": 100}, set()))
    counted = ballot.choice_votes().sum(axis=1)[:, None]
    to_come = np.array([[300.0], [700.0]]) * np.array([0.05, 0.2, 0.5, 1.0, 3.0, 6.0])
    spread = apply(Applied(move=np.array([1.0]), spread=np.array([1.5])), ballot, counted + to_come) - counted
    total, before = spread.sum(axis=0), to_come.sum(axis=0)
    np.testing.assert_allclose(total.mean(), before.mean())
    assert (spread > 0).all()
    assert (np.diff(total) > 0).all()
    np.testing.assert_allclose(np.ptp(np.log(total)), 1.5 * np.ptp(np.log(before)), rtol=0.02)
