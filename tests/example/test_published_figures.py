"""The founding case is held to what was published (sources in `turnout/example/scenario.py`)."""

import polars as pl
import pytest

from turnout.example import CA34, simulate
from turnout.vocabulary import ASIAN_GROUPS


def shares(electorate, tranche):
    rows = electorate.truth.composition.filter(pl.col("tranche") == tranche)
    total = rows["voters"].sum()
    return {group: voters / total for group, voters in rows.select("group", "voters").iter_rows()}


def test_registered(full):
    assert full.voters.height == 300_000
    assert full.voters["precinct"].n_unique() == 195
    registered = shares(full, "registered")
    assert 17_000 <= registered["korean"] * 300_000 <= 18_000
    assert 0.47 <= registered["latino"] < 0.5
    assert 0.57 <= (full.voters["party"] == "DEM").mean() <= 0.60


def test_mail_ballots_in_the_day_before(full):
    early = shares(full, "early")
    ballots = full.truth.ballots("early")
    assert ballots == pytest.approx(21_000, rel=0.02)
    assert early["korean"] * ballots == pytest.approx(5_660, rel=0.04)
    assert early["latino"] * ballots == pytest.approx(5_550, rel=0.04)
    assert sum(early[group] for group in ASIAN_GROUPS) == pytest.approx(0.38, abs=0.012)


def test_first_round(full):
    first = full.vote_history.filter(pl.col("election_date") == pl.date(2017, 4, 4))
    assert first.height == pytest.approx(42_914, rel=0.02)
    assert (first["mode"] == "mail").sum() == pytest.approx(22_376, rel=0.03)
    at_polls = first.filter(pl.col("mode") == "election_day").join(full.truth.voters, on="voter_id")
    assert (at_polls["group"] == "latino").mean() > 0.40


def test_outcome_is_near_the_published_one(full):
    truth = full.truth
    assert truth.share("early") == pytest.approx(0.505, abs=0.02)
    assert truth.share("poll") == pytest.approx(0.75, abs=0.07)
    assert truth.share("late") == pytest.approx(0.56, abs=0.08)
    assert truth.share() == pytest.approx(0.5922, abs=0.04)
    assert truth.votes["votes"].sum() == pytest.approx(43_179, rel=0.12)


def test_shares_hold_for_every_seed(small):
    registered, early = shares(small, "registered"), shares(small, "early")
    assert registered["korean"] == pytest.approx(0.058, abs=0.001)
    assert early["korean"] == pytest.approx(0.27, abs=0.025)
    assert early["latino"] == pytest.approx(0.264, abs=0.025)
    assert sum(early[group] for group in ASIAN_GROUPS) == pytest.approx(0.38, abs=0.03)
    returned = early["korean"] * small.truth.ballots("early") / (registered["korean"] * small.voters.height)
    assert returned == pytest.approx(0.32, abs=0.03)
    assert small.truth.share("early") == pytest.approx(0.505, abs=0.03)
    assert shares(small, "poll")["korean"] < 0.11


@pytest.mark.slow
def test_outcome_varies_around_the_certified_one():
    finals, polls = [], []
    for seed in range(100, 112):
        truth = simulate(seed, CA34.scaled(voters=40_000, precincts=60)).truth
        finals.append(truth.share())
        polls.append(truth.share("poll"))
    finals, polls = pl.Series(finals), pl.Series(polls)
    assert finals.mean() == pytest.approx(0.59, abs=0.03)
    assert 0.01 < finals.std() < 0.05
    assert 0.68 < polls.mean() < 0.80


def test_turnout_is_that_of_its_kind(small):
    votes = dict(small.vote_history.group_by("election_date").len().iter_rows())
    for past in CA34.past:
        registered = (small.voters["registration_date"] < past.date).sum()
        if not past.special:
            assert votes[past.date] / registered == pytest.approx(past.turnout, rel=0.06)


def test_habits_last(small):
    """Whoever voted in the first round is far likelier to vote again: a propensity has something to learn."""
    first = small.vote_history.filter(pl.col("election_date") == pl.date(2017, 4, 4)).select("voter_id", "mode")
    people = small.truth.voters.join(first, on="voter_id", how="left").with_columns(again=pl.col("tranche") != "")
    again = people.group_by(pl.col("mode").is_not_null().alias("before")).agg(pl.mean("again"))
    rate = dict(again.iter_rows())
    assert 0.4 < rate[True] < 0.7
    assert rate[True] > 5 * rate[False]
    kept = people.filter((pl.col("tranche") != "") & pl.col("mode").is_not_null())
    by_mail = kept.filter(pl.col("mode") == "mail")
    assert (by_mail["tranche"] != "poll").mean() > 0.9


def test_precincts_are_segregated(full):
    enclave = full.truth.precincts["enclave"]
    assert enclave.max() > 0.25
    assert enclave.median() < 0.04
