import json

import polars as pl
import pytest

from turnout.example import certified, returns

MODES = ["mail", "early_voting", "election_day", "provisional", "late_mail"]


def reported(frame):
    """Precincts with a poll count."""
    return set(frame.drop_nulls("election_day")["precinct"])


def test_first_count_is_mail_alone(one):
    frame = returns(one.truth)
    assert frame.equals(one.returns)
    assert frame["mail"].null_count() == 0
    assert frame["early_voting"].to_list() == [0] * frame.height
    assert all(frame[mode].is_null().all() for mode in MODES[2:])
    assert frame.height == 2 * 80


def test_stages_grow_and_keep_what_was_there(one):
    before = set()
    for stage in (0.1, 0.25, 0.5, 1.0):
        frame = returns(one.truth, stage)
        now = reported(frame)
        assert len(now) == round(stage * 80)
        assert before <= now
        assert frame["mail"].equals(one.returns["mail"])
        assert frame["late_mail"].is_null().all()
        before = now


def test_orders_differ(one):
    queues = {
        order: frozenset(reported(returns(one.truth, 0.25, order)))
        for order in ("random", "region", "favourite", "small")
    }
    assert len(set(queues.values())) == 4
    favourite = one.truth.scenario.candidates[one.truth.scenario.favourite].name
    early = one.returns.with_columns(share=pl.col("mail") / pl.sum("mail").over("precinct")).filter(
        candidate=favourite
    )
    first = early["precinct"].is_in(list(queues["favourite"]))
    assert early.filter(first)["share"].min() >= early.filter(~first)["share"].max()


def test_certified_is_the_whole_truth(small):
    frame = certified(small.truth)
    assert frame.select(pl.col(MODES).null_count()).sum_horizontal().item() == 0
    by_candidate = dict(small.truth.votes.group_by("candidate").agg(pl.sum("votes")).iter_rows())
    total = frame.with_columns(total=pl.sum_horizontal(MODES)).group_by("candidate").agg(pl.sum("total"))
    assert dict(total.iter_rows()) == by_candidate


def test_district_grain_is_the_sum(one):
    for whole, parts in (
        (certified(one.truth, "district"), certified(one.truth)),
        (returns(one.truth, grain="district"), one.returns),
    ):
        assert whole.height == 2
        assert set(whole["precinct"]) == set(whole["county"]) == {""}
        assert whole["mail"].sum() == parts["mail"].sum()
        assert whole["election_day"].null_count() == (2 if parts["election_day"].is_null().all() else 0)
        assert whole.columns == parts.columns


def test_a_part_of_a_district_is_refused(one):
    with pytest.raises(ValueError, match="district grain"):
        returns(one.truth, 0.5, grain="district")
    with pytest.raises(ValueError, match="between 0 and 1"):
        returns(one.truth, 25)
    with pytest.raises(ValueError, match="one of random"):
        returns(one.truth, 0.5, "alphabetical")


def test_truth_is_written_for_comparison_without_voters(one, tmp_path):
    path = tmp_path / "truth.json"
    one.truth.write(path)
    written = json.loads(path.read_text())
    assert written["synthetic"] is True
    assert sum(written["final_votes"].values()) == one.truth.votes["votes"].sum()
    assert "SYN0" not in path.read_text()
