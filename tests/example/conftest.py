"""Electorates that several tests look at, each made once."""

import pytest

from turnout.example import CA34, Electorate, Scenario, simulate

SMALL = CA34.scaled(voters=60_000, precincts=80)


@pytest.fixture(scope="session", params=[1, 2, 2017])
def small(request) -> Electorate:
    """The founding case at a fifth of its size, for several seeds."""
    return simulate(request.param, SMALL)


@pytest.fixture(scope="session")
def one() -> Electorate:
    return simulate(5, SMALL)


@pytest.fixture(scope="session")
def full() -> Electorate:
    """The founding case as it is shipped."""
    return simulate()


@pytest.fixture(scope="session")
def other() -> Electorate:
    """An electorate of the second family."""
    return simulate(3, Scenario.founding_like(3, voters=40_000, precincts=60))
