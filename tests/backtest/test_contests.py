"""Which contests count, and how they ended."""

import polars as pl
import pytest

from turnout.backtest.contests import counting


def lines(first=(100.0, 80.0, 5.0), second=(90.0, 60.0, 5.0), precincts=10, parties=("R", "D")) -> pl.DataFrame:
    """A contest of two: votes of each a precinct, early, poll and late."""
    return pl.DataFrame(
        [
            {
                "contest": "Mayor",
                "county": "K",
                "precinct": f"P{number}",
                "candidate": name,
                "party": party,
                "party_code": party,
                "early": votes[0],
                "poll": votes[1],
                "late": votes[2],
            }
            for number in range(precincts)
            for name, votes, party in (("Ada", first, parties[0]), ("Bob", second, parties[1]))
        ]
    )


def test_the_truth_is_the_leaders_share_of_all_votes():
    (row,) = counting(lines()).to_dicts()
    assert row["leader"] == "Ada"
    assert row["truth"] == pytest.approx(185 / (185 + 155))
    assert (row["votes"], row["precincts"], row["candidates"], row["kind"]) == (3400, 10, 2, "partisan")


def test_kind_is_other_without_both_parties():
    assert counting(lines(parties=("D", "D")))["kind"].to_list() == ["other"]


def test_a_party_named_in_some_precincts_only_is_the_candidates():
    half = pl.col("precinct") < "P5"
    unnamed = lines().with_columns(
        pl.when(half).then("party").otherwise(pl.lit("")).alias("party"),
        pl.when(half).then("party_code").otherwise(pl.lit("O")).alias("party_code"),
    )
    assert counting(unnamed).equals(counting(lines()))


@pytest.mark.parametrize(
    "small",
    [
        {"first": (60.0, 40.0, 0.0), "second": (55.0, 45.0, 0.0)},  # 2,000 votes for the top two, not more
        {"second": (26.0, 20.0, 0.25)},  # runner-up with a quarter of the leader's
        {"precincts": 7},
        {"first": (20.0, 200.0, 0.0), "second": (10.0, 200.0, 0.0)},  # 300 votes early, not more
        {"first": (200.0, 20.0, 0.0), "second": (200.0, 10.0, 0.0)},  # 300 at the polls
    ],
)
def test_small_contests_do_not_count(small):
    assert counting(lines(**small)).is_empty()
