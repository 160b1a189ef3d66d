"""Draws of the final count, against the sums they stand for."""

from dataclasses import replace

import numpy as np
import pytest

from tests.projection.test_project import NO_PAST, election, with_polls
from turnout.projection import baseline
from turnout.projection.ballot import LATE, POLL
from turnout.projection.calibration import Calibration
from turnout.projection.engine import SAMPLING, Model
from turnout.projection.project import fit


@pytest.fixture
def model(ballot_of) -> Model:
    """Three contests, one of three candidates, with some polls in; nothing is done to the draws."""
    lines = [
        {**line, "contest": contest}
        for seed, contest in enumerate(("Mayor", "Clerk", "Judge"))
        for line in with_polls(election(seed=seed, third=contest == "Mayor"), {"P003", "P007", "P011"})
    ]
    ballot = ballot_of(lines)
    fitted = fit(ballot, baseline.build(NO_PAST, ballot), None, 100, np.random.default_rng(1))
    return replace(fitted, calibrated=Calibration().of_contests(ballot, past_known=False))


def expected_votes(model: Model) -> np.ndarray:
    """Final votes of each choice when every effect is at its mean, row by row and candidate by candidate."""
    ballot, positions = model.ballot, model.positions
    votes = ballot.choice_votes().sum(axis=1)
    log_votes = {POLL: model.expectation.log_poll, LATE: model.expectation.log_late}
    shift_mean = model.shift.predict()
    for row, contest in enumerate(ballot.row_contest):
        at = np.array([row])
        for tranche, shared in ((POLL, 1.0), (LATE, model.late.shift_share)):
            if not ballot.outstanding()[row, tranche]:
                continue
            to_come = np.exp(log_votes[tranche][row] + model.turnout.predict()[row])
            logits = [
                model.expectation.logit(at, split)[0] + shared * shift_mean[model.splits.entries(split, at)[0]]
                for split in range(1, positions.counts[contest])
            ]
            odds = np.ones(1)  # of each position against the leader's side, from the splits
            for logit in logits:
                odds = np.append(odds, np.exp(logit) * odds.sum())
            choices = np.flatnonzero(ballot.choices["contest"].to_numpy() == contest)
            votes[choices] += to_come * (odds / odds.sum())[positions.position[choices]]
    return votes


def test_draws_with_nothing_varying_are_what_is_expected(model) -> None:
    drawn = model.draw(100, np.random.default_rng(1), components=set())
    np.testing.assert_allclose(drawn, np.repeat(expected_votes(model)[:, None], 100, axis=1), rtol=1e-5)


def test_sampling_is_binomial_and_takes_from_one_what_it_gives_another(model) -> None:
    drawn = model.draw(20_000, np.random.default_rng(1), components={SAMPLING})
    contest = model.ballot.choices["contest"].to_numpy()
    expected = expected_votes(model)
    np.testing.assert_allclose(drawn.mean(axis=1), expected, rtol=1e-3)
    to_come = expected - model.ballot.choice_votes().sum(axis=1)
    for number in range(3):
        own = np.flatnonzero(contest == number)
        np.testing.assert_allclose(drawn[own].sum(axis=0), expected[own].sum(), rtol=1e-5)
    # counties have their own shares, so that the whole varies a little less than one binomial would
    two = np.flatnonzero(contest == 2)
    total = to_come[two].sum()
    most = np.sqrt(total * np.prod(to_come[two] / total))
    assert 0.9 * most < drawn[two[0]].std() < 1.01 * most


def test_draws_in_small_pieces_are_spread_as_in_large_ones(model, monkeypatch) -> None:
    whole = model.draw(4000, np.random.default_rng(1))
    monkeypatch.setattr("turnout.projection.engine._AT_ONCE", 4000 * 3)  # three rows at a time
    pieces = model.draw(4000, np.random.default_rng(2))
    np.testing.assert_allclose(pieces.mean(axis=1), whole.mean(axis=1), rtol=0.02)
    np.testing.assert_allclose(pieces.std(axis=1), whole.std(axis=1), rtol=0.08)
