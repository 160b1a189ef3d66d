import dataclasses
import hashlib

import polars as pl
import pytest

from turnout.contest import Contest
from turnout.ethnicity import tables
from turnout.example import CA34, Scenario, generate, simulate
from turnout.vocabulary import BALLOT_STATUSES, GROUPS, TRANCHES

TINY = CA34.scaled(voters=12_000, precincts=40)
FILES = {"voters.csv", "vote_history.csv", "ballots.csv", "returns.csv", "contest.toml", "README.txt"}


def digests(directory):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in directory.iterdir()}


def test_same_seed_same_bytes(tmp_path):
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        generate(tmp_path / name, seed, TINY)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    data = FILES - {"README.txt", "contest.toml"}
    again, another = digests(tmp_path / "a"), digests(tmp_path / "c")
    assert all(again[name] != another[name] for name in data)


def test_files_hide_the_truth(tmp_path):
    truth = generate(tmp_path, 7, TINY)
    assert {path.name for path in tmp_path.iterdir()} == FILES
    hidden = {"group", "tranche", "ethnicity", "contacted", "candidate", "vote"}
    for name in ("voters", "vote_history", "ballots"):
        assert not hidden & set(pl.read_csv(tmp_path / f"{name}.csv", n_rows=10).columns)
    returns = pl.read_csv(tmp_path / "returns.csv", infer_schema=False)
    assert returns["election_day"].is_null().all()
    assert returns["provisional"].is_null().all()
    assert returns["mail"].cast(int).sum() == truth.votes.filter(tranche="early")["votes"].sum()


def test_everything_says_it_is_synthetic(tmp_path):
    generate(tmp_path, 7, TINY)
    contest = Contest.load(tmp_path / "contest.toml")
    assert contest.synthetic
    assert "synthetic" in contest.title
    assert "SYNTHETIC" in (tmp_path / "README.txt").read_text()
    ids = pl.read_csv(tmp_path / "voters.csv", columns=["voter_id"])["voter_id"]
    assert ids.str.contains(r"^SYN\d{7}$").all()
    assert ids.is_unique().all()


def test_contest_names_the_files(tmp_path):
    generate(tmp_path, 7, TINY)
    contest = Contest.load(tmp_path / "contest.toml")
    assert all(path.is_file() for path in contest.inputs.paths())
    assert {path.name for path in contest.inputs.paths()} == {name for name in FILES if name.endswith(".csv")}
    assert contest.name in set(pl.read_csv(tmp_path / "returns.csv")["contest"])
    assert [str(date) for date in contest.propensity.comparable] == ["2017-04-04"]


def test_identifiers_are_text(one):
    for column in ("precinct", "zip"):
        assert one.voters[column].dtype == pl.String
    assert one.voters["precinct"].str.starts_with("0").any()
    assert set(one.returns["precinct"]) == set(one.voters["precinct"])
    assert set(one.returns["county"]) == set(one.voters["county"])


def test_only_the_registered_vote(small):
    lines = small.vote_history.join(small.voters.select("voter_id", "registration_date"), on="voter_id", how="left")
    assert lines["registration_date"].null_count() == 0
    assert (lines["election_date"] - lines["registration_date"]).dt.total_days().min() >= 15
    assert not lines.select("voter_id", "election_date").is_duplicated().any()
    assert set(lines["mode"]) == {"mail", "election_day", "provisional"}


def test_nobody_registers_before_eighteen(small):
    at = small.voters.select(age=pl.col("registration_date").dt.year() - pl.col("birth_year"))["age"]
    assert at.min() >= 17  # by year alone, a birthday later in the year looks like 17
    assert (at < 18).mean() < 0.01
    assert small.voters["birth_year"].is_between(1917, 1999).all()


def test_ballot_events_agree_with_the_truth(small):
    events, truth = small.ballots, small.truth
    assert set(events["status"]) <= set(BALLOT_STATUSES)
    assert events["event_date"].is_between(pl.date(2017, 5, 8), pl.date(2017, 6, 5)).all()
    tranche = dict(truth.voters.select("voter_id", "tranche").iter_rows())
    accepted = events.filter(status="accepted")["voter_id"]
    assert accepted.is_unique().all()
    assert set(accepted) == {voter for voter, when in tranche.items() if when == "early"}
    sent = set(events.filter(status="sent")["voter_id"])
    back = set(events.filter(status="returned")["voter_id"])
    assert back <= sent
    late = {voter for voter, when in tranche.items() if when == "late"}
    assert not late & back
    assert 0.6 < len(late & sent) / len(late) <= 1  # the others are provisionals
    failed = set(events.filter(status="rejected")["voter_id"])
    assert failed - set(accepted)
    assert set(events.filter(status="cured")["voter_id"]) <= failed & set(accepted)


def test_events_of_a_ballot_are_in_order(small):
    step = pl.col("status").replace_strict(
        {s: i for i, s in enumerate(("sent", "returned", "rejected", "cured", "accepted"))}
    )
    order = small.ballots.with_columns(step=step).select(pl.col("event_date", "step").diff().over("voter_id"))
    assert (order["event_date"].drop_nulls().dt.total_days() >= 0).all()
    assert (order["step"].drop_nulls() > 0).all()


def test_permanent_mail_voters_were_sent_a_ballot(one):
    sent = set(one.ballots.filter(status="sent")["voter_id"])
    assert set(one.voters.filter(permanent_mail="Y")["voter_id"]) <= sent


def test_names_are_not_the_estimators_own_table(one):
    listed = one.voters["last_name"].str.replace_all("[^A-Z]", "").is_in(tables.surnames()["name"].implode())
    assert 0.03 < 1 - listed.mean() < 0.12
    people = one.voters.with_columns(group=one.truth.voters["group"])
    koreans = people.filter(group="korean")
    assert 0.10 < (koreans["last_name"] == "KIM").mean() < 0.30
    given = koreans["first_name"]
    assert given.str.contains("[ -]").mean() == pytest.approx(0.45 * 0.55, abs=0.06)


def test_place_of_birth_and_language(one):
    people = one.voters.with_columns(group=one.truth.voters["group"])
    assert 0.45 < people["place_of_birth"].is_null().mean() < 0.58
    koreans = people.filter(group="korean")
    assert koreans["place_of_birth"].drop_nulls().str.contains("KOREA").mean() > 0.5
    assert 0.1 < (koreans["language"] == "kor").mean() < 0.35
    assert set(people.filter(language="kor")["group"]) == {"korean"}


def test_second_family_differs(other):
    assert {"place_of_birth", "language"}.isdisjoint(other.voters.columns)
    truth = other.truth
    assert other.voters.height == 40_000
    rows = truth.composition.filter(group=truth.scenario.mobilised)["voters"].to_numpy()
    totals = truth.composition.group_by("tranche", maintain_order=True).agg(pl.sum("voters"))["voters"].to_numpy()
    registered, early, poll, _ = rows / totals
    assert early > 2.5 * registered
    assert poll < 1.6 * registered


def test_second_family_has_no_law():
    scenarios = [Scenario.founding_like(seed, 15_000, 40) for seed in range(10)]
    assert len({scenario.mobilised for scenario in scenarios}) >= 3
    assert {scenario.favourite for scenario in scenarios} == {0, 1}
    shifts = [
        simulate(seed, scenario).truth.parameters["shift_poll_realised"] for seed, scenario in enumerate(scenarios)
    ]
    assert min(shifts) < 0 < max(shifts)


def test_truth_adds_up(small):
    truth = small.truth
    assert set(truth.composition["group"]) == set(GROUPS)
    by_tranche = dict(truth.votes.group_by("tranche").agg(pl.sum("votes")).iter_rows())
    by_group = dict(truth.support.group_by("tranche").agg(pl.sum("votes")).iter_rows())
    assert by_tranche == by_group
    for tranche in TRANCHES:
        ballots = truth.ballots(tranche)
        assert (truth.voters["tranche"] == tranche).sum() == ballots
        assert 0 <= ballots - by_tranche[tranche] < 0.012 * ballots
    assert truth.ballots("registered") == small.voters.height
    assert sum(truth.share(candidate=one.name) for one in truth.scenario.candidates) == pytest.approx(1)


def test_unlawful_scenario_is_refused():
    with pytest.raises(ValueError, match="sum to 1"):
        simulate(1, dataclasses.replace(TINY, registered={**TINY.registered, "white": 0.5}))
