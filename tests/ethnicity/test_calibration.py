"""Estimates compared with what voters call themselves."""

import numpy as np
import polars as pl
import pytest

from tests.ethnicity.simulated import electorate
from turnout.contest import Contest
from turnout.errors import UsageError
from turnout.ethnicity import calibrate, estimate
from turnout.vocabulary import ASIAN_GROUPS, GROUPS

#: Self-reported race as North Carolina codes it; a tenth is undesignated, and some Koreans say so.
_NC = {"white": "W", "black": "B", "latino": "HL", "native": "I", "other": "M"}


@pytest.fixture(scope="module")
def people():
    return electorate(20_000, 20, seed=31)


@pytest.fixture
def labelled(workspace, people):
    rng = np.random.default_rng(5)
    own = np.array(GROUPS)[people.group]
    label = np.array([_NC.get(group, "A") for group in own], dtype=object)
    label[(own == "korean") & (rng.random(len(own)) < 0.5)] = "Korean"
    label[rng.random(len(own)) < 0.1] = "U"
    workspace.append("voters", people.voters.with_columns(vendor_ethnicity=pl.Series(label.tolist())))
    return workspace


def test_the_label_is_not_used_where_it_is_compared_with(labelled):
    calibrate(labelled, Contest())
    assert not labelled.table("ethnicity")["basis"].str.contains("vendor").any()
    estimate(labelled, Contest())
    assert labelled.table("ethnicity")["basis"].str.contains("vendor").any()


def test_scores_are_those_of_the_voters_whose_label_tells(labelled, people):
    found = calibrate(labelled, Contest())
    table = labelled.table("ethnicity")
    label = labelled.table("voters")["vendor_ethnicity"].to_numpy()
    by_group = {row["group"]: row for row in found.scores.iter_rows(named=True)}
    assert found.labelled == int((label != "U").sum())
    assert set(by_group) == {"white", "black", "latino", "asian", "korean", "native", "other"}
    told = (label != "U") & (label != "A")  # an 'A' does not say whether it is Korean
    p = table["korean"].to_numpy().astype(float)[told]
    y = label[told] == "Korean"
    assert by_group["korean"]["voters"] == int(told.sum())
    assert by_group["korean"]["brier"] == pytest.approx(np.mean((p - y) ** 2), abs=1e-9)
    expected = -np.log(np.maximum(np.where(y, p, 1 - p), 1e-7)).mean()
    assert by_group["korean"]["log_loss"] == pytest.approx(expected, abs=1e-6)
    asian = table.select(pl.sum_horizontal(ASIAN_GROUPS)).to_series().to_numpy()[label != "U"].mean()
    assert by_group["asian"]["estimated"] == pytest.approx(asian, abs=1e-6)


def test_those_who_have_voted_are_compared_apart(labelled, people):
    assert calibrate(labelled, Contest()).voted.is_empty()
    ids = people.voters.filter(pl.Series(people.early)).select("voter_id")
    labelled.append("ballots", ids.with_columns(status=pl.lit("accepted"), mode=pl.lit("mail")))
    found = calibrate(labelled, Contest())
    label = labelled.table("voters")["vendor_ethnicity"].to_numpy()
    told = people.early & (label != "U") & (label != "A")
    korean = found.voted.row(by_predicate=pl.col("group") == "korean", named=True)
    assert korean["voters"] == int(told.sum())
    assert korean["observed"] == pytest.approx((label[told] == "Korean").mean())
    p = labelled.table("ethnicity")["korean"].to_numpy().astype(float)[told]
    assert korean["estimated"] == pytest.approx(p.mean(), abs=1e-6)
    assert found.scores["voters"].max() > 5 * found.voted["voters"].max()


def test_probabilities_beat_the_most_probable_group(labelled):
    scores = calibrate(labelled, Contest()).scores
    for row in scores.filter(pl.col("group").is_in(["white", "black", "latino", "asian"])).iter_rows(named=True):
        assert row["brier"] < row["brier_thresholded"]
    off = (pl.col("estimated") - pl.col("observed")).abs(), (pl.col("thresholded") - pl.col("observed")).abs()
    estimated, thresholded = scores.select(off[0].sum().alias("a"), off[1].sum().alias("b")).row(0)
    assert estimated < thresholded


def test_reliability_is_near_the_diagonal_and_tells_no_few(labelled):
    found = calibrate(labelled, Contest()).reliability
    assert found["voters"].min() >= 10
    large = found.filter((pl.col("voters") > 400) & (pl.col("group") != "korean"))
    assert (large["estimated"] - large["observed"]).abs().max() < 0.1


def test_surnames_on_no_list_are_told_from_ten_voters_up(labelled):
    rare = pl.DataFrame({"voter_id": [f"R{i}" for i in range(21)], "last_name": ["Xyzzyq"] * 12 + ["Plughz"] * 9})
    labelled.append("voters", rare.with_columns(precinct=pl.lit("P0001"), county=pl.lit("LA")))
    found = calibrate(labelled, Contest())
    assert "XYZZYQ" in found.surnames["surname"].to_list()
    assert "PLUGHZ" not in found.surnames["surname"].to_list()
    assert found.surnames["voters"].min() >= 10
    assert found.unmatched > 21


def test_a_handful_of_labels_is_not_compared_with(workspace, people):
    few = pl.when(pl.int_range(pl.len()) < 9).then(pl.lit("White"))
    workspace.append("voters", people.voters.head(50).with_columns(vendor_ethnicity=few))
    with pytest.raises(UsageError, match="Fewer than 10 voters"):
        calibrate(workspace, Contest())


def test_a_file_without_labels_has_nothing_to_compare_with(workspace, people):
    workspace.append("voters", people.voters.head(50))
    with pytest.raises(UsageError, match="nothing to compare with"):
        calibrate(workspace, Contest())
