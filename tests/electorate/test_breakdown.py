from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.electorate.conftest import DATE, FIRST_ROUND, poll_returns
from turnout import electorate
from turnout.contest import Contest
from turnout.electorate import breakdown, specification
from turnout.errors import UsageError

CONTEST = Contest(date=DATE, kind="special", state="CA")
SPEC = specification.load("propensity")


def tabulated(workspace, *dimensions, draws=400, seed=3):
    built = electorate.build(workspace, CONTEST, np.random.default_rng(7))
    return built, breakdown.by(workspace, built, dimensions, SPEC, draws, np.random.default_rng(seed))


def of(table, cohort):
    return table.filter(pl.col("cohort") == cohort)


def test_cohorts_by_party_count_the_voters_of_each_party(fill, people):
    with fill(people) as workspace:
        built, table = tabulated(workspace, "party")
    party = people.voters.group_by("party").len().sort("party")
    assert of(table, "registered")["party"].to_list() == party["party"].to_list()
    assert of(table, "registered")["expected"].to_list() == pytest.approx(party["len"].to_list(), rel=1e-5)
    voted = people.voters.join(people.ballots, on="voter_id").group_by("party").len().sort("party")["len"].to_list()
    assert of(table, "accepted")["expected"].to_list() == pytest.approx(voted, rel=1e-5)
    # who has voted is known, party and all; who will is not
    assert (of(table, "accepted")["lo90"] - of(table, "accepted")["hi90"]).abs().max() < 1e-6
    assert (of(table, "poll")["lo90"] < 0.8 * of(table, "poll")["expected"]).all()
    assert of(table, "poll")["expected"].sum() == pytest.approx(built.expected()[:, 2].sum(), rel=1e-6)


def test_shares_indices_and_rates_follow_from_the_counts(fill, people):
    with fill(people) as workspace:
        _, table = tabulated(workspace, "age", "sex")
    registered, poll = of(table, "registered"), of(table, "poll")
    assert poll["share"].sum() == pytest.approx(1)
    assert (poll["share"] / registered["share"]).to_list() == pytest.approx(poll["index"].to_list())
    assert (1000 * poll["expected"] / registered["expected"]).to_list() == pytest.approx(poll["per_1000"].to_list())
    assert set(table["sex"]) == {"unknown"}


def test_by_group_it_is_the_cells(fill, people):
    with fill(people) as workspace:
        built, table = tabulated(workspace, "group")
    for index, cohort in enumerate(("registered", "early", "poll", "late")):
        frame = of(table, cohort)
        expected = dict(zip(frame["group"], frame["expected"], strict=True))
        there = built.expected()[:, index]
        assert list(expected.values()) == pytest.approx(there.tolist(), rel=1e-6, abs=1e-6)


def test_by_group_alone_the_intervals_are_those_of_the_cohorts(fill, people):
    with fill(people) as workspace:
        built, table = tabulated(workspace, "group", draws=300, seed=11)
    table = table.filter(pl.col("expected") > 0)
    cohorts = electorate.cohorts(built, 300, np.random.default_rng(11)).filter(pl.col("expected") > 0)
    both = table.join(cohorts, on=["cohort", "group"])
    assert len(both) == len(cohorts)
    for end in ("lo90", "hi90"):
        assert both[end].to_list() == pytest.approx(both[f"{end}_right"].to_list(), rel=1e-6)


def test_where_the_history_does_not_say_how_people_voted_prior_says_that_they_did(fill, people):
    unsaid = people.vote_history.with_columns(pl.lit(None, dtype=pl.String).alias("mode"))
    with fill(replace(people, vote_history=unsaid)) as workspace:
        _, table = tabulated(workspace, "prior")
    voted = people.vote_history.filter(pl.col("election_date") == FIRST_ROUND).height
    registered = dict(of(table, "registered").select("prior", "expected").iter_rows())
    assert set(registered) == {"voted", "did not vote"}  # everyone was registered by then
    assert registered["voted"] == pytest.approx(voted, rel=1e-5)


def test_prior_tells_last_time_and_new_the_registrations_since(fill, people):
    with fill(people) as workspace:
        _, table = tabulated(workspace, "prior", "new")
    first = people.vote_history.filter(pl.col("election_date") == FIRST_ROUND)
    polls = first.filter(pl.col("mode") == "election_day").height
    found = of(table, "registered").group_by("prior").agg(pl.col("expected").sum())
    counts = dict(found.iter_rows())
    assert counts["poll"] == pytest.approx(polls, rel=1e-5)
    assert counts["early"] == pytest.approx(first.height - polls, rel=1e-5)
    since = people.voters.filter(pl.col("registration_date") > FIRST_ROUND).height
    new = of(table, "registered").filter(pl.col("new") == "new")["expected"].sum()
    assert new == pytest.approx(since, rel=1e-5, abs=1e-6)
    # those who went to the polls last time go again, rather than vote early
    rate = {row["prior"]: row["per_1000"] for row in of(table, "poll").iter_rows(named=True)}
    assert rate["poll"] > 2 * rate["did not vote"]


def test_a_precinct_is_within_its_county_and_certain_once_reported(fill, people):
    counted = pl.concat([people.results, poll_returns({"003": 60})])
    people = type(people)(**{**{n: getattr(people, n) for n in people.__dataclass_fields__}, "results": counted})
    with fill(people) as workspace:
        _, table = tabulated(workspace, "precinct")
    assert table.columns[:3] == ["cohort", "county", "precinct"]
    polls = {row["precinct"]: row for row in of(table, "poll").iter_rows(named=True)}
    width = {name: row["hi90"] / row["lo90"] for name, row in polls.items()}
    assert polls["003"]["expected"] == pytest.approx(60, rel=1e-3)
    assert width["003"] < min(value for name, value in width.items() if name != "003")


def test_the_same_seed_gives_the_same_intervals_whatever_the_order_and_threads(fill, people):
    with fill(people) as workspace:
        _, first = tabulated(workspace, "group", "party")
    with fill(people, shuffle=4, threads=1) as workspace:
        _, second = tabulated(workspace, "group", "party")
    assert first.equals(second)


def test_an_unknown_dimension_is_refused(fill, people):
    with pytest.raises(UsageError, match=r"--by income: choose from group, county"):
        breakdown.check(("income",))
