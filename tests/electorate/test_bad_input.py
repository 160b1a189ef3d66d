"""Inputs that say little or nonsense: a clear message, a wider answer or none; never a silent default."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.electorate.conftest import DATE, FIRST_ROUND, PAST
from turnout import electorate
from turnout.contest import Contest
from turnout.electorate import specification
from turnout.errors import UsageError

CONTEST = Contest(date=DATE, kind="special", state="CA")


def build(workspace, contest=CONTEST):
    return electorate.build(workspace, contest, np.random.default_rng(7))


def said(workspace, severity="warning"):
    return " | ".join(workspace.table("findings").filter(pl.col("severity") == severity)["message"])


def history(people, expression):
    return replace(people, vote_history=people.vote_history.with_columns(expression))


def test_a_history_of_another_state_is_as_none(fill, people):
    strangers = history(people, ("GA" + pl.col("voter_id")).alias("voter_id"))
    with fill(strangers) as workspace:
        built = build(workspace)
        assert "No past election to learn from" in said(workspace)
    assert built.comparable is None
    assert built.total_sd["poll"] >= 0.7


def test_an_election_in_which_all_voted_teaches_little_and_widens(fill, people):
    ids = people.voters["voter_id"]
    everyone = pl.DataFrame({"voter_id": ids, "election_date": [FIRST_ROUND] * len(ids), "mode": "mail"})
    before = people.vote_history.filter(pl.col("election_date") != FIRST_ROUND)
    with fill(replace(people, vote_history=pl.concat([before, everyone]))) as workspace:
        built = build(workspace)
        assert "100% of those in the file voted" in said(workspace)
        assert "Nobody in the file voted at the polls on 2017-04-04" in said(workspace)
    with fill(people) as workspace:
        usual = build(workspace)
        assert "of those in the file voted" not in said(workspace)
    assert built.total_sd["late"] > usual.total_sd["late"]


def test_early_votes_without_an_accepted_ballot_are_a_warning(fill, people):
    sent = people.ballots.with_columns(pl.lit("sent").alias("status"))
    with fill(replace(people, ballots=sent)) as workspace:
        build(workspace)
        found = workspace.table("findings").filter(pl.col("severity") == "warning")["message"].to_list()
    assert any("ballots in the ballots file none is accepted" in message for message in found)


def test_all_counted_is_said(fill, people):
    ids = people.voters["voter_id"]
    everyone = pl.DataFrame({"voter_id": ids, "status": "accepted", "mode": "mail", "event_date": DATE})
    with fill(replace(people, ballots=everyone)) as workspace:
        build(workspace)
        assert "Every voter in the file is counted; nobody is left to vote." in said(workspace)
    before = everyone.with_columns(pl.lit(DATE - dt.timedelta(days=5)).alias("event_date"))
    with fill(replace(people, ballots=before), without=("results",)) as workspace:
        early = build(workspace).totals()["early"]
    assert early["lo90"] == pytest.approx(early["hi90"]) == pytest.approx(len(ids))


def test_voters_of_the_future_are_said_and_a_file_of_them_is_refused(fill, people):
    days = (
        pl.when(pl.int_range(pl.len()) < 300)
        .then(pl.lit(DATE + dt.timedelta(days=90)))
        .otherwise("registration_date")
    )
    some = replace(people, voters=people.voters.with_columns(days.alias("registration_date")))
    with fill(some, without=("vote_history",)) as workspace:
        build(workspace)
        assert "300 of 6,000 voters registered after 2017-06-06" in said(workspace)
    future = people.voters.with_columns(pl.lit(DATE + dt.timedelta(days=900)).alias("registration_date"))
    with (
        fill(replace(people, voters=future), without=("vote_history",)) as workspace,
        pytest.raises(UsageError, match="6,000 of 6,000 registered after the election of 2017-06-06"),
    ):
        build(workspace)


def test_ballots_long_after_the_election_are_said(fill, people):
    late = people.ballots.with_columns(pl.lit(DATE + dt.timedelta(days=400)).alias("event_date"))
    with fill(replace(people, ballots=late)) as workspace:
        build(workspace)
        assert "Ballots are dated up to 2018-07-11, long after the election of 2017-06-06" in said(workspace)


def test_elections_after_this_one_are_no_past(fill, people):
    after = pl.col("election_date") + pl.duration(days=36_500)
    later = pl.when(pl.col("election_date") == FIRST_ROUND).then(after).otherwise("election_date")
    with fill(history(people, later.cast(pl.Date).alias("election_date"))) as workspace:
        built = build(workspace)
    assert built.comparable in PAST[:4]


def test_other_candidates_for_comparison_are_proposed(fill, people):
    with fill(people) as workspace:
        build(workspace)
        notes = said(workspace, "note")
    assert "Next would be 2016-06-07 (of another kind)" in notes or "Next would be" in notes
    assert "[propensity] comparable names another." in notes


def test_of_several_elections_named_all_are_learned_from_and_how_many_vote_from_the_first(fill, people):
    settings = CONTEST.propensity.model_copy(update={"comparable": (PAST[2], PAST[0])})
    with fill(people) as workspace:
        built = build(workspace, CONTEST.model_copy(update={"propensity": settings}))
        notes = said(workspace, "note")
    assert f"learned from {PAST[0]} (weight 0.5) as well" in notes
    assert f"how many vote is taken from {PAST[2]} alone" in notes
    assert built.comparable == PAST[2]


def test_a_history_without_ways_of_voting_tells_who_votes_and_leaves_the_rest_wide(fill, people):
    with fill(history(people, pl.lit(None, dtype=pl.String).alias("mode"))) as workspace:
        built = build(workspace)
        notes = said(workspace, "warning")
        chances = workspace.table("propensity")
    totals = built.totals()
    assert "how they do is not" in notes
    assert "nobody is expected" not in notes
    for tranche in ("poll", "late"):
        assert totals[tranche]["expected"] > 100
        assert totals[tranche]["hi90"] > 2 * totals[tranche]["lo90"] > 0
    # who has the habit is still told: chances differ between voters, late mail's between those who hold a ballot
    assert chances["p_poll"].quantile(0.9) > 3 * chances["p_poll"].quantile(0.1)


def test_where_nobody_voted_by_mail_then_and_some_do_now_late_mail_is_expected(fill, people):
    with fill(history(people, pl.lit("election_day").alias("mode"))) as workspace:
        built = build(workspace)
        assert "Nobody in the file voted early or by mail" in said(workspace, "warning")
    assert built.totals()["late"]["lo90"] > 10


def test_ballots_years_before_the_election_are_doubted(fill, people):
    with fill(people, without=("results",)) as workspace:
        build(workspace, CONTEST.model_copy(update={"date": dt.date(2031, 6, 3)}))
        assert "hardly its ballots" in said(workspace, "warning")


@pytest.mark.parametrize(
    ("line", "wrong", "message"),
    [
        ('estimator = "LogisticRegression"', 'estimator = "MagicForest"', "unknown estimator 'MagicForest'; allowed"),
        ('  "age",\n', '  "shoe_size",\n', "unknown feature 'shoe_size'; allowed are habit"),
        ("C = 1.0", "C = -1.0", "hyper_parameters"),
    ],
)
def test_a_specification_that_does_not_belong_is_refused(fill, people, tmp_path, line, wrong, message):
    shipped = specification.resources.find("models", "propensity.toml").read_text()
    assert line in shipped
    own = tmp_path / "own.toml"
    own.write_text(shipped.replace(line, wrong))
    settings = CONTEST.propensity.model_copy(update={"model": str(own)})
    with fill(people) as workspace, pytest.raises(UsageError, match=message):
        build(workspace, CONTEST.model_copy(update={"propensity": settings}))
