"""What the file's own labels are found to be worth, and what a reader is told."""

import re

import numpy as np
import polars as pl
import pytest

from tests.ethnicity.simulated import electorate
from turnout.contest import Contest
from turnout.ethnicity import early_composition, estimate, specification
from turnout.vocabulary import GROUPS


@pytest.fixture(scope="module")
def people():
    return electorate(6000, 8, seed=21)


def korean(workspace):
    return workspace.table("ethnicity")["korean"].to_numpy().astype(float)


def finding(workspace, topic):
    return " ".join(workspace.table("findings").filter(pl.col("topic") == topic)["message"])


def test_a_party_that_one_group_joins_tells_its_members(workspace, people):
    rng = np.random.default_rng(3)
    own = people.group == GROUPS.index("korean")
    party = np.where(rng.random(len(own)) < np.where(own, 0.8, 0.1), "REP", "DEM")
    workspace.append("voters", people.voters)
    estimate(workspace, Contest())
    without = np.mean((korean(workspace) - own) ** 2)
    workspace.connection.execute("TRUNCATE voters")
    workspace.append("voters", people.voters.with_columns(party=pl.Series(party)))
    estimate(workspace, Contest())
    assert np.mean((korean(workspace) - own) ** 2) < 0.95 * without
    assert workspace.table("ethnicity")["basis"].str.contains("party").all()


def test_a_label_that_contradicts_the_names_is_trusted_less(workspace, people):
    rng = np.random.default_rng(4)
    right = np.array(GROUPS)[people.group]
    wrong = rng.choice(np.array(GROUPS), len(right))
    for part, said in ((0.0, "95%"), (0.5, None)):
        label = np.where(rng.random(len(right)) < part, wrong, right)
        workspace.connection.execute("TRUNCATE voters; TRUNCATE findings")
        workspace.append("voters", people.voters.with_columns(vendor_ethnicity=pl.Series(label)))
        estimate(workspace, Contest())
        if said:
            assert said in finding(workspace, "vendor ethnicity")
        else:
            assert any(f"{share}%" in finding(workspace, "vendor ethnicity") for share in range(45, 75))


def test_a_vendor_is_trusted_as_the_contest_says_and_no_further(workspace, people):
    """Right labels, beside names that tell little, make Koreans Korean the less, the less the user trusts them."""
    own = people.group == GROUPS.index("korean")
    label = pl.Series(np.array(GROUPS)[people.group])
    workspace.append("voters", people.voters.with_columns(vendor_ethnicity=label, last_name=pl.lit("Lee")))
    told = []
    for stated in (None, 0.3):
        workspace.connection.execute("TRUNCATE findings")
        estimate(workspace, Contest.model_validate({"ethnicity": {"vendor_reliability": stated}}))
        told.append(korean(workspace)[own].mean())
    share = int(re.findall(r"(\d+)% of cases", finding(workspace, "vendor ethnicity"))[0])
    assert share <= 30
    assert told[1] < told[0]
    with pytest.raises(ValueError, match="looks at no label"):
        Contest.model_validate({"ethnicity": {"vendor_reliability": 0.5, "learn": False}})


def test_swapped_names_are_a_suspicion_and_nothing_is_changed(workspace, people):
    half = people.voters.head(600)
    swapped = half.rename({"last_name": "first_name", "first_name": "last_name"}).select(half.columns)
    workspace.append("voters", pl.concat([swapped, people.voters.tail(600)]))
    before = workspace.table("voters")
    estimate(workspace, Contest())
    assert workspace.table("voters").equals(before)
    told = finding(workspace, "names")
    assert "look as if first and last name were swapped" in told
    count = int(told.split(" of ")[0].replace(",", ""))
    assert 300 < count <= 620


def test_names_as_they_should_be_raise_no_suspicion(workspace, people):
    workspace.append("voters", people.voters)
    estimate(workspace, Contest())
    assert not finding(workspace, "names")


def test_the_interval_of_the_early_voters_holds_the_truth(workspace, people):
    workspace.append("voters", people.voters)
    early = people.voters.filter(pl.Series(people.early)).select("voter_id")
    workspace.append("ballots", early.with_columns(status=pl.lit("accepted"), mode=pl.lit("mail")))
    estimate(workspace, Contest())
    found = early_composition(workspace).filter(pl.col("ballot") == "accepted")
    truth = dict(zip(GROUPS, np.bincount(people.group[people.early], minlength=len(GROUPS)), strict=True))
    held = [row["lo90"] <= truth[row["group_name"]] <= row["hi90"] for row in found.iter_rows(named=True)]
    assert sum(held) >= 10
    assert (found["lo90"] <= found["estimated"]).all()
    assert (found["estimated"] <= found["hi90"]).all()
    assert (found["hi90"] - found["lo90"]).max() < 0.3 * len(early)


def test_a_file_larger_than_the_sample_is_estimated_whole(workspace, people, monkeypatch):
    model = specification.load()
    small = model.model_copy(update={"fit": model.fit.model_copy(update={"voters": 1500})})
    workspace.append("voters", people.voters)
    estimate(workspace, Contest())
    whole = workspace.table("ethnicity")
    monkeypatch.setattr(specification, "load", lambda: small)
    estimate(workspace, Contest())
    sampled = workspace.table("ethnicity")
    assert sampled["voter_id"].equals(whole["voter_id"])
    difference = sampled.select(GROUPS).to_numpy() - whole.select(GROUPS).to_numpy()
    assert np.abs(difference.mean(axis=0)).max() < 0.02
    assert np.abs(difference).mean() < 0.02
