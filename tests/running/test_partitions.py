"""Voter files of counties of their own, each modelled by itself, and their cells added up."""

import pickle
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.running import parted
from turnout.contest import Contest
from turnout.errors import UsageError
from turnout.running import partitions, project


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("parted")
    parted.generate(directory)
    return directory


@pytest.fixture
def files(made, tmp_path) -> Path:
    shutil.copytree(made, tmp_path / "files")
    return tmp_path / "files"


@pytest.fixture(scope="module")
def parts(made) -> list[partitions.Part]:
    contest = Contest.load(made / "contest.toml")
    return [partitions.measure(task) for task in partitions.tasks(contest)]


def test_a_partition_has_the_files_of_its_directory(made):
    first, second = partitions.tasks(Contest.load(made / "contest.toml"))
    assert [first.name, second.name] == ["county-1/voters.csv", "county-2/voters.csv"]
    assert first.contest.inputs.ballots == (made / "county-1" / "ballots.csv",)
    assert second.contest.inputs.vote_history == (made / "county-2" / "vote_history.csv",)
    assert not first.shared
    assert not second.shared


def test_files_are_accounted_for_with_their_directories(parts):
    accounted = pl.concat([part.reconciliation for part in parts])
    names = accounted.filter(pl.col("table_name") != "results")["source"].to_list()
    kinds = ("ballots", "vote_history", "voters")
    assert sorted(names) == [f"county-{number}/{kind}.csv" for number in (1, 2) for kind in kinds]
    assert set(accounted.filter(table_name="results")["source"]) == {"returns.csv"}  # read by all, and told once


def test_what_is_found_in_a_file_is_told_of_it_by_its_directory(files):
    path = files / "county-2" / "voters.csv"
    path.write_text(path.read_text() + path.read_text().splitlines()[1] + "\n")
    part = partitions.measure(partitions.tasks(Contest.load(files / "contest.toml"))[1])
    assert [m for m in part.findings["message"] if m.startswith("county-2/voters.csv: 1 of ")]


def test_cells_add_up_and_the_uncertainty_of_totals_is_common(made, parts):
    whole = partitions.add_up([part.electorate for part in parts], Contest.load(made / "contest.toml"))
    np.testing.assert_allclose(whole.expected(), sum(part.electorate.expected() for part in parts), rtol=1e-12)
    assert whole.cells.height == sum(part.electorate.cells.height for part in parts)
    poll = [part.electorate.expected().sum(axis=0)[2] for part in parts]
    sds = [part.electorate.total_sd["poll"] for part in parts]
    assert whole.total_sd["poll"] == pytest.approx(np.average(sds, weights=poll))
    assert min(sds) <= whole.total_sd["poll"] <= max(sds)


def test_what_leaves_a_partition_names_no_voter(made, parts):
    for number, part in enumerate(parts, start=1):
        sent = pickle.dumps(part)
        voters = pl.read_csv(made / f"county-{number}" / "voters.csv", infer_schema=False)
        assert [each for each in voters["voter_id"] if each.encode() in sent] == []
        assert sum(part.electorate.cells.filter(tranche="registered")["expected"]) == pytest.approx(
            len(voters), rel=1e-4
        )


def test_all_voters_are_counted_in_the_output(files):
    project.run(Contest.load(files / "contest.toml"))
    cohorts = pl.read_csv(files / "output" / "cohorts.csv")
    registered = cohorts.filter(cohort="registered")["expected"].sum()
    accepted = sum((files / f"county-{n}" / "ballots.csv").read_text().count(",accepted,") for n in (1, 2))
    assert registered == pytest.approx(2400, abs=30)
    assert cohorts.filter(cohort="early")["expected"].sum() == pytest.approx(accepted, abs=30)


def test_shared_files_of_history_and_ballots_give_the_same(files):
    project.run(Contest.load(files / "contest.toml"))
    before = pl.read_csv(files / "output" / "projection.csv")
    for file in ("vote_history", "ballots"):
        texts = [(files / f"county-{number}" / f"{file}.csv").read_text().splitlines() for number in (1, 2)]
        (files / f"{file}.csv").write_text("\n".join([*texts[0], *texts[1][1:]]) + "\n")
    text = parted.config(files, ["county-1/", "county-2/"]).read_text()
    lines = [
        f'{line.split(" = ")[0]} = ["{line.split(" = ")[0]}.csv"]' if line.startswith(("vote_", "ballots")) else line
        for line in text.splitlines()
    ]
    (files / "contest.toml").write_text("\n".join(lines) + "\n")
    run = project.run(Contest.load(files / "contest.toml"))
    assert pl.read_csv(files / "output" / "projection.csv").equals(before)
    assert not run.findings["topic"].is_in(["unmatched ballots", "vote history"]).any()


def test_a_county_in_two_files_is_refused(files):
    path = files / "county-2" / "voters.csv"
    path.write_text(path.read_text().replace("County 2", "County 1", 1))
    with pytest.raises(UsageError, match=r"county-2/voters.csv: its county 'County 1' is in county-1/voters.csv"):
        project.run(Contest.load(files / "contest.toml"))


def test_votes_of_no_county_of_the_files_are_refused(files):
    path = files / "returns.csv"
    path.write_text(path.read_text().replace("County 2", "County 9"))
    with pytest.raises(UsageError, match=r"votes are of 'County 9', which no voter file holds"):
        project.run(Contest.load(files / "contest.toml"))


def test_a_file_that_is_missing_is_named_before_anything_is_read(files):
    (files / "county-2" / "ballots.csv").unlink()
    with pytest.raises(UsageError, match=r"county-2/ballots.csv: no such file"):
        project.run(Contest.load(files / "contest.toml"))
