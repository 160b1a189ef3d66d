"""Where the early votes that are counted at sites go, and how a site is told."""

import numpy as np

from turnout.projection.ballot import EARLY, Ballot
from turnout.projection.sites import at_home, pseudo_rows


def _county(precincts: int, *, early: int = 0, county: str = "ONE") -> list[dict]:
    names = [f"{county[0]}{number:02}" for number in range(precincts)]
    return [
        line for number, name in enumerate(names) for line in _unit(name, early and early + number, county=county)
    ]


def _unit(name: str, votes: int, *, county: str = "ONE") -> list[dict]:
    ada = votes * 2 // 5
    parts = {"Ada": ada, "Ben": votes - ada}
    return [{"county": county, "precinct": name, "candidate": who, "mail": mail} for who, mail in parts.items()]


def _by_precinct(ballot: Ballot, values: np.ndarray) -> dict[str, float]:
    return dict(zip(ballot.units["precinct"].gather(ballot.row_unit), values.tolist(), strict=True))


def test_units_that_alone_hold_their_countys_early_votes_are_sites(ballot_of) -> None:
    lines = _county(10) + _unit("TOWN HALL", 1200) + _unit("CHAPEL", 800) + _county(10, early=180, county="TWO")
    ballot = ballot_of(lines)
    sites = _by_precinct(ballot, pseudo_rows(ballot))
    assert [name for name, site in sites.items() if site] == ["TOWN HALL", "CHAPEL"]
    expected = _by_precinct(ballot, at_home(ballot, np.zeros(ballot.units.height)).votes)
    np.testing.assert_allclose([expected[f"O{number:02}"] for number in range(10)], 200.0)
    assert expected["TOWN HALL"] == expected["CHAPEL"] == 0.0


def test_precincts_that_have_not_reported_early_votes_make_no_site_of_those_that_have(ballot_of) -> None:
    waiting = [{**line, "mail": None} for line in _county(10)]
    ballot = ballot_of(waiting + _unit("P1", 120) + _unit("P2", 100) + _county(10, early=180, county="TWO"))
    assert not pseudo_rows(ballot).any()


def test_precincts_among_many_without_voters_are_no_sites(ballot_of) -> None:
    ballot = ballot_of(_county(30) + _unit("P1", 60) + _unit("P2", 71) + _county(30, early=600, county="TWO"))
    assert not pseudo_rows(ballot).any()


def test_one_precinct_found_in_the_past_does_not_get_all_votes_of_a_site(ballot_of) -> None:
    ballot = ballot_of(_county(10) + _unit("ABSENTEE", 1000))
    past = np.where((ballot.units["precinct"] == "O03").to_numpy(), 600.0, 0.0)
    expected = _by_precinct(ballot, at_home(ballot, past).votes)
    np.testing.assert_allclose([expected[f"O{number:02}"] for number in range(10)], 100.0)


def test_where_precincts_have_early_votes_of_their_own_those_tell_the_size_of_one_not_found(ballot_of) -> None:
    lines = [line for number, votes in enumerate((103, 211, 298, 407)) for line in _unit(f"P{number}", votes)]
    ballot = ballot_of([*lines, *_unit("ABSENTEE", 10)])
    past = np.where((ballot.units["precinct"] == "P1").to_numpy(), 400.0, 0.0)
    expected = _by_precinct(ballot, at_home(ballot, past).votes)
    np.testing.assert_allclose(sum(expected.values()), ballot.row_votes()[:, EARLY].sum())
    own = np.array([103, 211, 298, 407])
    handed = np.array([expected[f"P{number}"] for number in range(4)]) - own
    assert handed[0] < handed[1] < handed[2] < handed[3]
    np.testing.assert_allclose(handed.sum(), 10.0)


def test_a_town_among_townships_with_a_vote_or_two_is_no_site(ballot_of) -> None:
    few = (2, 1, 2, 1, 2, 0, 1, 2, 2, 1, 3, 1)
    townships = [line for number, votes in enumerate(few) for line in _unit(f"T{number}", votes)]
    assert not pseudo_rows(ballot_of(_unit("TOWN", 400) + townships)).any()


def _merged(polls: int = 400) -> tuple[list[dict], dict[str, float]]:
    """A county whose first precinct holds the early votes of four others too, and past polls of all ten."""
    lines = _county(10, early=100)
    lines = [{**line, "mail": 0} if line["precinct"] in {"O01", "O02", "O03", "O04"} else line for line in lines]
    lines = [line for line in lines if line["precinct"] != "O00"] + _unit("O00", 500)
    return lines, {f"O{number:02}": float(polls) for number in range(10)}


def _past(ballot: Ballot, polls: dict[str, float]) -> np.ndarray:
    return np.array([polls.get(name, 0.0) for name in ballot.units["precinct"]])


def test_early_votes_counted_with_another_precincts_go_back_where_people_vote(ballot_of) -> None:
    lines, polls = _merged()
    ballot = ballot_of(lines)
    expected = _by_precinct(ballot, at_home(ballot, _past(ballot, polls)).votes)
    np.testing.assert_allclose(sum(expected.values()), ballot.row_votes()[:, EARLY].sum(), rtol=0.01)
    np.testing.assert_allclose([expected[f"O{number:02}"] for number in range(5)], 100.0, rtol=0.06)


def test_a_precinct_without_early_votes_that_none_other_holds_is_expected_in_part(ballot_of) -> None:
    lines, polls = _merged()
    ballot = ballot_of([line for line in lines if line["precinct"] != "O00"])
    past = _past(ballot, polls)
    expected = _by_precinct(ballot, at_home(ballot, past).votes)
    assert 10 < expected["O01"] < 60
    silent = _by_precinct(ballot, at_home(ballot, past).silent)
    assert {name for name, is_silent in silent.items() if is_silent} == {"O01", "O02", "O03", "O04"}


def test_precincts_whose_early_votes_a_site_holds_are_not_silent(ballot_of) -> None:
    lines = _county(10) + _unit("TOWN HALL", 2000) + _county(10, early=180, county="TWO")
    ballot = ballot_of(lines)
    past = _past(ballot, {f"O{number:02}": 400.0 for number in range(10)})
    home = at_home(ballot, past)
    assert _by_precinct(ballot, home.pseudo)["TOWN HALL"]
    assert not home.silent.any()
    np.testing.assert_allclose(_by_precinct(ballot, home.votes)["O03"], 200.0)


def test_a_precinct_without_votes_early_or_in_the_past_is_expected_to_have_none(ballot_of) -> None:
    lines, polls = _merged()
    ballot = ballot_of([*lines, *_unit("EMPTY", 0)])
    past = _past(ballot, polls)
    assert _by_precinct(ballot, at_home(ballot, past).votes)["EMPTY"] == 0.0
    assert not _by_precinct(ballot, at_home(ballot, past).silent)["EMPTY"]


def test_a_vote_or_none_in_a_small_contest_says_little_of_a_large_precinct(ballot_of) -> None:
    mayor = _county(10, early=100)
    few = [{**line, "contest": "Dogcatcher", "mail": int(line["precinct"] == "O01")} for line in mayor]
    ballot = ballot_of(mayor + few)
    expected = at_home(ballot, np.zeros(ballot.units.height)).votes
    small = ballot.row_contest == ballot.contests.index("Dogcatcher")
    np.testing.assert_allclose(expected[small].sum(), 2.0)
    assert expected[small].max() < 4 * expected[small].min()
    np.testing.assert_allclose(expected[~small], ballot.row_votes()[~small, EARLY], rtol=0.01)
