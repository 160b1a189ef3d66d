"""Which precincts have reported at a stage, and what is known then."""

import numpy as np
import polars as pl
import pytest

from turnout.backtest.stages import ORDERS, Stage, generator, mask, reported, stages


def lines(counties: int = 6, precincts: int = 20, sites: int = 0) -> pl.DataFrame:
    """One candidate's votes in every precinct; ``sites`` of each county have early votes only."""
    rows = [
        {"county": f"K{c}", "precinct": f"P{p:02d}", "early": 10.0, "poll": 0.0 if p < sites else 5.0, "late": None}
        for c in range(counties)
        for p in range(precincts)
    ]
    return pl.DataFrame(rows, schema_overrides={"late": pl.Float64})


def chosen(frame, share, order, seed=0) -> set:
    return set(reported(frame, Stage(share, order), np.random.default_rng(seed)).iter_rows())


def test_there_is_no_order_before_any_poll_vote():
    found = stages((0, 25), ORDERS)
    assert found == (Stage(0, ""), Stage(25, "random"), Stage(25, "county"))
    assert chosen(lines(), 0, "") == set()


@pytest.mark.parametrize(("share", "count"), [(10, 12), (25, 30), (50, 60)])
def test_at_random_the_share_of_precincts_has_reported(share, count):
    assert len(chosen(lines(), share, "random")) == count


@pytest.mark.parametrize("order", ORDERS)
def test_a_later_stage_holds_what_an_earlier_one_does(order):
    assert chosen(lines(), 10, order) <= chosen(lines(), 25, order) <= chosen(lines(), 50, order)


def test_counties_report_whole_until_the_share_is_reached():
    found = chosen(lines(), 25, "county")
    counties = {county for county, _ in found}
    assert len(counties) == 2  # one county is a sixth of the precincts
    assert found == {(county, f"P{p:02d}") for county in counties for p in range(20)}


def test_one_county_is_always_left_out():
    assert len({county for county, _ in chosen(lines(counties=2), 99, "county")}) == 1
    assert chosen(lines(counties=1), 50, "county") == set()


def test_sites_without_poll_votes_do_not_count_towards_the_share():
    found = chosen(lines(sites=10), 50, "random")
    assert sum(int(precinct[1:]) >= 10 for _, precinct in found) == 30


def test_the_choice_does_not_depend_on_the_order_of_lines():
    frame = lines()
    assert chosen(frame, 25, "random") == chosen(frame.sample(fraction=1, shuffle=True, seed=3), 25, "random")


def test_generators_of_other_elections_differ_and_the_same_repeat():
    draws = [
        generator(7, *names).integers(0, 2**62) for names in (("GA", "a"), ("GA", "a"), ("GA", "b"), ("G", "Aa"))
    ]
    assert draws[0] == draws[1]
    assert len(set(draws)) == 3


def test_only_the_polls_of_reporting_precincts_are_known():
    frame = lines(counties=1, precincts=3)
    known = mask(frame, pl.DataFrame({"county": ["K0"], "precinct": ["P01"]}))
    assert known["early"].to_list() == [10.0, 10.0, 10.0]
    assert known["poll"].to_list() == [None, 5.0, None]
    assert known["late"].to_list() == [None, 0.0, None]  # no more is to come where a precinct has reported
