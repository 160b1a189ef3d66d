import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.electorate.conftest import DATE, FIRST_ROUND, KOREAN, LATINO, PAST, draw, poll_returns
from turnout import electorate
from turnout.contest import Contest
from turnout.errors import UsageError
from turnout.vocabulary import COHORTS, GROUPS, TRANCHES

CONTEST = Contest(date=DATE, kind="special", state="CA")


def build(workspace, contest=CONTEST, seed=7):
    return electorate.build(workspace, contest, np.random.default_rng(seed))


def total(cells, tranche):
    return cells.filter(pl.col("tranche") == tranche)["expected"].sum()


def findings(workspace):
    return " | ".join(workspace.table("findings")["message"].to_list())


def test_totals_and_composition_are_recovered(fill):
    people = draw(20_000, seed=3, drive=0.0)
    with fill(people) as workspace:
        built = build(workspace)
    for tranche, code in (("poll", 2), ("late", 3)):
        truth = (people.way == code).sum()
        assert abs(np.log(total(built.cells, tranche) / truth)) < 1.645 * built.total_sd[tranche]
    expected = built.expected()
    for index, code, sampling in ((2, 2, 0.035), (3, 3, 0.06)):  # about three sds of 2,200 and 530 voters
        share = expected[:, index] / expected[:, index].sum()
        for group in (0, LATINO, KOREAN):
            truth = (people.group[people.way == code] == group).mean()
            assert share[group] == pytest.approx(truth, abs=sampling)


def test_early_cohort_is_what_was_accepted(fill, people):
    with fill(people) as workspace:
        built = build(workspace)
        propensity = workspace.table("propensity")
    accepted = people.ballots.height
    assert total(built.cells, "early") == pytest.approx(accepted, rel=1e-6)
    assert built.total_sd["early"] == 0
    assert propensity.height == people.voters.height - accepted
    assert propensity["p_early_remaining"].max() == 0
    assert propensity.select(pl.sum_horizontal(pl.exclude("voter_id"))).to_series().to_numpy() == pytest.approx(
        1, abs=1e-5
    )


def test_cells_add_up_to_the_voters_and_their_chances(fill, people):
    with fill(people) as workspace:
        built = build(workspace)
        propensity = workspace.table("propensity")
    assert total(built.cells, "registered") == pytest.approx(people.voters.height, rel=1e-6)
    assert total(built.cells, "poll") == pytest.approx(propensity["p_poll"].sum(), rel=1e-4)
    assert total(built.cells, "late") == pytest.approx(propensity["p_late"].sum(), rel=1e-4)
    assert (built.cells["variance"] >= 0).all()
    assert (built.cells["variance"] <= built.cells["expected"] + 1e-9).all()
    key = ["county", "precinct", "group_name", "tranche"]
    assert built.cells.select(key).equals(built.cells.select(key).sort(key))
    assert built.cells.height == 10 * len(GROUPS) * len(COHORTS)


def test_the_group_driven_to_vote_early_is_found_there_and_not_at_the_polls(fill, people):
    with fill(people) as workspace:
        table = electorate.cohorts(build(workspace), 500, np.random.default_rng(0))
    index = {(row["cohort"], row["group"]): row["index"] for row in table.iter_rows(named=True)}
    assert index["early", "korean"] > 1.5
    assert index["early", "korean"] > index["late", "korean"] > index["poll", "korean"]
    assert index["poll", "latino"] > index["early", "latino"]


@pytest.mark.parametrize(("shuffle", "threads"), [(5, 2), (11, 1)])
def test_same_bytes_whatever_the_row_order_and_threads(fill, people, shuffle, threads):
    with fill(people) as workspace:
        first, voters = build(workspace), workspace.table("propensity").sort("voter_id")
    with fill(people, shuffle=shuffle, threads=threads) as workspace:
        second, others = build(workspace), workspace.table("propensity").sort("voter_id")
    assert first.cells.equals(second.cells)
    assert voters.equals(others)
    assert first.total_sd == second.total_sd
    draws = [built.factors(100, np.random.default_rng(3)) for built in (first, second)]
    assert np.array_equal(*draws)


def test_findings_say_which_election_was_used_and_why(fill, people):
    with fill(people) as workspace:
        build(workspace)
        assert f"Learned from {FIRST_ROUND}" in findings(workspace)
        assert "the first round" in findings(workspace)


def test_a_named_comparable_election_is_used(fill, people):
    contest = CONTEST.model_copy(
        update={"propensity": CONTEST.propensity.model_copy(update={"comparable": (PAST[2],)})}
    )
    with fill(people) as workspace:
        build(workspace, contest)
        assert f"Learned from {PAST[2]}" in findings(workspace)


def test_a_comparable_election_nobody_voted_in_is_refused(fill, people):
    wrong = CONTEST.propensity.model_copy(update={"comparable": (dt.date(2015, 1, 1),)})
    with (
        fill(people) as workspace,
        pytest.raises(UsageError, match=r"propensity.comparable = 2015-01-01.*2017-04-04"),
    ):
        build(workspace, CONTEST.model_copy(update={"propensity": wrong}))


def test_stated_ranges_set_the_totals(fill, people):
    settings = Contest.model_validate(
        {
            "date": DATE,
            "kind": "special",
            "propensity": {"poll": {"low": 300, "high": 500}, "late": {"low": 90, "high": 110}},
        }
    )
    with fill(people) as workspace:
        built = build(workspace, settings)
    sd = np.log(500 / 300) / (2 * 1.6449)
    assert built.total_sd["poll"] == pytest.approx(sd, rel=1e-3)
    assert total(built.cells, "poll") == pytest.approx(np.sqrt(300 * 500) * np.exp(sd**2 / 2), rel=1e-3)
    assert total(built.cells, "late") == pytest.approx(100, rel=0.02)


def test_a_stated_turnout_holds_all_ballots_together(fill, people):
    counted = people.ballots.height
    settings = Contest.model_validate(
        {"date": DATE, "kind": "special", "propensity": {"turnout": {"low": counted + 400, "high": counted + 420}}}
    )
    with fill(people) as workspace:
        built = build(workspace, settings)
    assert total(built.cells, "poll") + total(built.cells, "late") == pytest.approx(410, rel=0.05)


def test_a_turnout_below_the_ballots_in_is_refused(fill, people):
    settings = Contest.model_validate({"date": DATE, "propensity": {"turnout": {"low": 10, "high": 20}}})
    with fill(people) as workspace, pytest.raises(UsageError, match=r"propensity.turnout: at most 20 ballots"):
        build(workspace, settings)


def test_poll_counts_move_the_rest_and_narrow_the_total(fill, people):
    with fill(people) as workspace:
        before = build(workspace)
    by_precinct = {
        precinct: frame.filter(pl.col("tranche") == "poll")["expected"].sum()
        for (precinct,), frame in before.cells.group_by("precinct")
    }
    reported = {name: round(2 * by_precinct[name]) for name in sorted(by_precinct)[:6]}
    counted = replace(people, results=pl.concat([people.results, poll_returns(reported)]))
    with fill(counted) as workspace:
        after = build(workspace)
    polls = after.cells.filter(pl.col("tranche") == "poll").group_by("precinct").agg(pl.col("expected").sum())
    found = dict(polls.iter_rows())
    for name, votes in reported.items():
        assert found[name] == pytest.approx(votes, rel=1e-3)
    for name in set(found) - set(reported):
        assert 1.2 < found[name] / by_precinct[name] < 2.0
    assert after.total_sd["poll"] < before.total_sd["poll"] / 2


def test_poll_counts_of_unknown_precincts_are_noted_and_change_nothing(fill, people):
    with fill(people) as workspace:
        before = build(workspace)
    odd = replace(people, results=pl.concat([people.results, poll_returns({"999": 50})]))
    with fill(odd) as workspace:
        after = build(workspace)
        assert "1 units with poll votes" in findings(workspace)
    assert after.cells.equals(before.cells)


def test_before_the_first_count_early_ballots_are_still_to_come(fill, people):
    with fill(people, without=("results",)) as workspace:
        built = build(workspace)
        propensity = workspace.table("propensity")
    assert propensity["p_early_remaining"].min() > 0
    assert total(built.cells, "early") > people.ballots.height
    assert built.total_sd["early"] > 0


def test_pending_ballots_are_late_once_returns_are_out(fill, people):
    waiting = people.ballots.with_columns(
        pl.when(pl.int_range(pl.len()) < 40).then(pl.lit("returned")).otherwise("status").alias("status")
    )
    with fill(replace(people, ballots=waiting)) as workspace:
        build(workspace)
        ids = waiting.filter(pl.col("status") == "returned")["voter_id"]
        rows = workspace.table("propensity").filter(pl.col("voter_id").is_in(ids.implode()))
    assert rows["p_late"].to_list() == pytest.approx([0.97] * 40)
    assert rows["p_poll"].max() == 0


def test_only_those_sent_a_ballot_can_still_mail_one(fill, people):
    rest = people.voters.filter(~pl.col("voter_id").is_in(people.ballots["voter_id"].implode()))
    ids = rest["voter_id"].head(2000)
    sent = pl.DataFrame(
        {"voter_id": ids, "status": "sent", "mode": "mail", "event_date": DATE - dt.timedelta(days=29)}
    )
    with fill(replace(people, ballots=pl.concat([people.ballots, sent], how="vertical_relaxed"))) as workspace:
        build(workspace)
        rows = workspace.table("propensity").with_columns(pl.col("voter_id").is_in(ids.implode()).alias("sent"))
    assert rows.filter("sent")["p_late"].min() > 0
    assert rows.filter(~pl.col("sent"))["p_late"].max() < 1e-5


def test_without_history_totals_are_hardly_known_and_it_is_said(fill, people):
    with fill(people, without=("vote_history",)) as workspace:
        built = build(workspace)
        assert "No past election to learn from" in findings(workspace)
    assert built.total_sd["poll"] >= 0.7
    poll, registered = built.expected()[:, 2], built.expected()[:, 0]
    # Everyone not counted alike: the composition of the polls is near that of the registered.
    assert np.abs(poll / poll.sum() - registered / registered.sum()).max() < 0.05


def test_one_past_election_counts_with_a_warning(fill, people):
    only = people.vote_history.filter(pl.col("election_date") == FIRST_ROUND)
    with fill(replace(people, vote_history=only)) as workspace:
        built = build(workspace)
        assert "the only past election" in findings(workspace)
        rows = workspace.table("propensity").join(only, on="voter_id", how="left")
    with fill(people) as workspace:
        more = build(workspace)
    chance = rows.group_by("mode").agg(pl.col("p_poll").mean()).filter(pl.col("mode").is_not_null() | True)
    by_mode = dict(chance.iter_rows())
    assert by_mode["election_day"] > 3 * by_mode[None]
    assert built.total_sd["poll"] > more.total_sd["poll"]


def test_unknown_modes_are_said(fill, people):
    vague = people.vote_history.with_columns(pl.lit(None, dtype=pl.String).alias("mode"))
    with fill(replace(people, vote_history=vague)) as workspace:
        built = build(workspace)
        assert "does not say how people voted" in findings(workspace)
    assert total(built.cells, "poll") > 0


def test_nothing_to_go_by_is_refused(fill, people):
    with (
        fill(people, without=("vote_history", "ballots", "results")) as workspace,
        pytest.raises(UsageError, match="nothing says how many will vote"),
    ):
        build(workspace)


def test_everyone_counted_leaves_nobody(fill, people):
    ids = people.voters["voter_id"]
    everyone = pl.DataFrame({"voter_id": ids, "status": "accepted", "mode": "mail", "event_date": DATE})
    with fill(replace(people, ballots=everyone)) as workspace:
        built = build(workspace)
        assert workspace.table("propensity").is_empty()
    assert total(built.cells, "poll") == total(built.cells, "late") == 0
    assert total(built.cells, "early") == pytest.approx(len(ids), rel=1e-6)
    assert (built.factors(100, np.random.default_rng(0))[:, :, 1:] == 1).all()


def test_nobody_counted_rests_on_history(fill, people):
    with fill(people, without=("ballots", "results")) as workspace:
        built = build(workspace)
    assert total(built.cells, "early") > 100
    assert total(built.cells, "poll") > 100


def test_early_returns_without_ballots_are_met_in_expectation(fill, people):
    with fill(people, without=("ballots",)) as workspace:
        built = build(workspace)
        assert "not known voter by voter" in findings(workspace)
    assert total(built.cells, "early") == pytest.approx(people.results["votes"].sum(), rel=1e-3)


def test_more_ballots_than_voters_are_cut_and_said(fill, people):
    settings = Contest.model_validate({"date": DATE, "propensity": {"poll": {"low": 50_000, "high": 60_000}}})
    with fill(people) as workspace:
        built = build(workspace, settings)
        assert "Fewer voters are left" in findings(workspace)
    assert total(built.cells, "poll") < people.voters.height


def test_a_voter_without_an_estimate_is_refused(fill, people):
    with (
        fill(replace(people, ethnicity=people.ethnicity.tail(-3))) as workspace,
        pytest.raises(UsageError, match="3 voters have no estimate"),
    ):
        build(workspace)


def test_no_finding_names_a_voter(fill, people):
    with fill(people) as workspace:
        build(workspace)
        assert "v00" not in findings(workspace)


def test_the_boosted_variant_agrees_on_who_is_at_the_polls(fill, people):
    boosted = CONTEST.model_copy(
        update={"propensity": CONTEST.propensity.model_copy(update={"model": "propensity-boosted"})}
    )
    with fill(people) as workspace:
        one = build(workspace).expected()
    with fill(people) as workspace:
        other = build(workspace, boosted).expected()
    for index in range(1, 1 + len(TRANCHES)):
        assert np.abs(one[:, index] / one[:, index].sum() - other[:, index] / other[:, index].sum()).max() < 0.03


def test_evaluation_on_an_election_not_seen(fill, people):
    with fill(people) as workspace:
        table = electorate.evaluate(workspace, CONTEST, np.random.default_rng(0))
    rows = {row["way"]: row for row in table.iter_rows(named=True)}
    assert rows["poll"]["auc"] > 0.7
    assert rows["early"]["auc"] > 0.7
    assert 0.6 < rows["poll"]["slope"] < 1.5
    assert rows["all"]["log_loss"] < 0.75


def test_evaluation_needs_two_elections(fill, people):
    only = people.vote_history.filter(pl.col("election_date") == FIRST_ROUND)
    with fill(replace(people, vote_history=only)) as workspace, pytest.raises(UsageError, match="two past elections"):
        electorate.evaluate(workspace, CONTEST, np.random.default_rng(0))


def test_a_comparison_sets_every_model_beside_the_last_election_alone(fill, people):
    with fill(people) as workspace:
        found = electorate.compare(workspace, CONTEST, np.random.default_rng(0))
    assert found.tested == FIRST_ROUND
    assert found.trained < FIRST_ROUND
    loss = dict(found.scores.filter(pl.col("way") == "all").select("model", "log_loss").iter_rows())
    assert list(loss) == ["propensity", "propensity-boosted", "propensity-last", "base rate"]
    assert loss["propensity"] < loss["propensity-last"] < loss["base rate"]
    by_way = found.groups.group_by("model", "way").agg(pl.col("expected", "actual").sum())
    # the totals are given, groups divide them
    assert (by_way["expected"] / by_way["actual"] - 1).abs().max() < 0.01
    poll = found.groups.filter((pl.col("model") == "propensity") & (pl.col("way") == "poll"))
    latino = poll.row(by_predicate=pl.col("group") == "latino", named=True)
    assert 0.85 < latino["expected"] / latino["actual"] < 1.15
