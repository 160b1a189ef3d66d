"""`turnout cohorts` on a small generated electorate: by anything, as of any day, and the trend it leaves."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from turnout import example
from turnout.contest import Contest
from turnout.electorate import days
from turnout.errors import InputRefused, UsageError
from turnout.reporting import cohorts as report
from turnout.running import cohorts, project

SCENARIO = example.CA34.scaled(voters=6_000, precincts=8)
DAY = dt.date(2017, 5, 30)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Contest, example.Truth]:
    directory = tmp_path_factory.mktemp("made")
    truth = example.generate(directory, 11, SCENARIO)
    return Contest.load(directory / "contest.toml").model_copy(update={"draws": 200}), truth


@pytest.fixture(scope="module")
def trend(made) -> list[report.Cohorts]:
    """As of two days, then as the files stand."""
    contest, _ = made
    return [cohorts.run(contest, as_of=day, by=("party",)) for day in (DAY, DAY + dt.timedelta(days=3), None)]


def everyone(found: report.Cohorts) -> pl.DataFrame:
    return found.days.filter(pl.col("group") == "")


def events(contest: Contest) -> pl.DataFrame:
    return pl.read_csv(contest.inputs.ballots[0], try_parse_dates=True)


def test_as_of_a_day_only_what_was_accepted_by_then_is_in(made, trend):
    accepted = events(made[0]).filter((pl.col("status") == "accepted") & (pl.col("event_date") <= DAY)).height
    found = trend[0].by.filter(pl.col("cohort") == "accepted")["expected"].sum()
    assert found == pytest.approx(accepted, abs=3)  # rejected again later, or cured
    early = trend[0].run.provenance["cohort_totals"]["early"]
    assert found < early["lo90"]  # what is in cannot be undone
    assert early["lo90"] < made[1].ballots("early") < early["hi90"]


def test_the_days_count_ballots_and_look_ahead_to_the_election(trend):
    table = everyone(trend[0])
    seen, ahead = table.filter(pl.col("accepted").is_not_null()), table.filter(pl.col("forecast").is_not_null())
    assert seen["day"].max() == DAY
    assert seen["accepted"].is_sorted()
    assert ahead["day"].to_list() == [DAY + dt.timedelta(days=k) for k in range(1, 7)]
    assert ahead["forecast"].is_sorted()
    early = trend[0].run.provenance["cohort_totals"]["early"]["expected"]
    assert seen["accepted"].max() < ahead["forecast"].max() <= early + 1e-6
    by_group = trend[0].days.filter((pl.col("group") != "") & (pl.col("day") == DAY))
    assert by_group["accepted"].sum() == pytest.approx(seen["accepted"].max())
    assert by_group["share"].sum() == pytest.approx(1)


def test_runs_of_earlier_days_are_kept_and_shown(trend):
    kept = everyone(trend[2]).filter(pl.col("early").is_not_null())
    assert kept["day"].to_list() == [DAY, DAY + dt.timedelta(days=3), dt.date(2017, 6, 5)]
    # the interval of the early vote closes as ballots come in
    width = (kept["hi90"] / kept["lo90"]).to_list()
    assert width[0] > width[1] > width[2] == pytest.approx(1)


def test_a_projection_gives_the_same_count_the_same_interval(made, trend, tmp_path):
    projected = project.run(made[0].model_copy(update={"output": tmp_path / "projected"}))
    assert_frame_equal(projected.cohorts, trend[2].run.cohorts)
    assert projected.provenance["cohort_totals"] == trend[2].run.provenance["cohort_totals"]


def test_once_the_count_is_out_nothing_is_to_come(made, trend):
    assert everyone(trend[2])["forecast"].null_count() == everyone(trend[2]).height
    total = trend[2].by.filter(pl.col("cohort") == "early")["expected"].sum()
    assert total == pytest.approx(made[1].ballots("early"), rel=1e-4)


def test_the_origin_of_the_early_vote_adds_up_to_it(made, trend):
    origin = trend[2].origin.filter(pl.col("cohort") == "early")
    assert origin["expected"].sum() == pytest.approx(made[1].ballots("early"), rel=1e-4)
    history = pl.read_csv(made[0].inputs.vote_history[0], try_parse_dates=True)
    polls = history.filter((pl.col("election_date") == dt.date(2017, 4, 4)) & (pl.col("mode") == "election_day"))
    early = made[1].voters.filter(pl.col("tranche") == "early")
    moved = polls.join(early, on="voter_id").height
    found = origin.filter(pl.col("prior") == "poll")["expected"].sum()
    assert found == pytest.approx(moved, abs=0.01)


def test_what_is_written_can_be_the_past_of_another(made, trend, tmp_path):
    contest, _ = made
    names = report.write(trend[2], tmp_path)
    assert names == ["cohorts.csv", "cohorts-by-party.csv", "cohort-origin.csv", "cohort-days.csv"]
    assert all((tmp_path / name).stat().st_mode & 0o777 == 0o600 for name in names)
    past = contest.propensity.model_copy(update={"past_days": tmp_path / "cohort-days.csv"})
    again = cohorts.run(contest.model_copy(update={"propensity": past}), as_of=DAY)
    notes = " ".join(again.run.findings["message"].to_list())
    assert "of the early ballots are in, by cohort-days.csv." in notes
    assert "by an assumed curve" in " ".join(trend[0].run.findings["message"].to_list())
    # compared with itself, every share is that of the same day
    compared = again.days.filter((pl.col("day") == DAY) & pl.col("index_past").is_not_null())
    assert compared.height >= 3
    assert (compared["index_past"] - 1).abs().max() < 0.1
    # and the curve is the one the ballots took
    final = made[1].ballots("early")
    curve = days.Curve.of(days.read_past(tmp_path / "cohort-days.csv"), "cohort-days.csv")
    assert curve.at(7) == pytest.approx(everyone(trend[0])["accepted"].max() / final, abs=0.01)
    assert (curve.at(0), curve.at(1)) == (1.0, 1.0)


def test_no_published_cell_is_small(trend, tmp_path):
    report.write(trend[0], tmp_path)
    for name in ("cohorts-by-party.csv", "cohort-origin.csv"):
        table = pl.read_csv(tmp_path / name)
        assert table["expected"].drop_nulls().min() >= 10
        assert table["expected"].null_count() > 0 or name == "cohorts-by-party.csv"
    table = pl.read_csv(tmp_path / "cohort-days.csv")
    assert table["accepted"].drop_nulls().min() >= 10


def test_nothing_written_holds_a_voter(trend, tmp_path):
    report.write(trend[1], tmp_path)
    assert all("SYN" not in path.read_text() for path in tmp_path.iterdir())


def test_a_day_after_the_last_ballot_is_said(made):
    found = cohorts.run(made[0], as_of=dt.date(2017, 12, 1))
    messages = " ".join(found.run.findings["message"].to_list())
    assert "The ballots end on 2017-06-05" in messages


def test_a_day_before_any_ballot_rests_on_history(made):
    found = cohorts.run(made[0], as_of=dt.date(2017, 1, 1))
    assert found.by.filter(pl.col("cohort") == "accepted")["expected"].sum() == 0
    assert found.by.filter(pl.col("cohort") == "early")["expected"].sum() > 50
    assert found.days.is_empty()


def test_an_unknown_dimension_is_refused_before_anything_is_read(made):
    missing = made[0].inputs.model_copy(update={"voters": (Path("nowhere.csv"),)})
    with pytest.raises(UsageError, match="--by income: choose from"):
        cohorts.run(made[0].model_copy(update={"inputs": missing}), by=("income",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read as a table of days"),
        ("a,b\n1,2\n", "has no column days_to_go"),
        ("day,days_to_go,group,accepted\n2016-05-01,30,,500\n", "ends 30 days before the election"),
        ("day,days_to_go,group,accepted\n2016-05-01,1,,\n", "holds no ballots"),
    ],
)
def test_a_past_that_is_none_is_refused(made, tmp_path, text, message):
    path = tmp_path / "past.csv"
    path.write_text(text)
    with pytest.raises(InputRefused, match=message):
        days.Curve.of(days.read_past(path), path.name)


def test_the_assumed_curve_halves(made):
    curve = days.Curve.halving(7)
    assert [curve.at(d) for d in (0, 7, 14)] == pytest.approx([1, 0.5, 0.25])
    assert curve.at(3650) == 0.01


def test_without_returns_or_history_cohorts_are_said_by_group(made):
    contest, _ = made
    inputs = contest.inputs.model_copy(update={"returns": (), "vote_history": ()})
    settings = contest.propensity.model_copy(update={"comparable": ()})
    found = cohorts.run(contest.model_copy(update={"inputs": inputs, "propensity": settings}))
    assert found.origin is None
    assert found.comparable is None
    assert replace(found, dimensions=()).by.height == 5 * 12
