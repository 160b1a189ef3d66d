"""Splits and positions: where each choice stands, and who gets the votes still to come."""

import numpy as np
import pytest

from turnout.projection import positions


def test_minor_choices_share_the_last_position(ballot_of) -> None:
    votes = {f"C{number:02d}": 1000 - 80 * number for number in range(12)} | {"write-in": 1}
    ballot = ballot_of([{"precinct": "1", "candidate": name, "mail": count} for name, count in votes.items()])
    placed = positions.place(ballot)
    assert placed.counts[0] == positions.MOST
    assert placed.position.max() == positions.MOST - 1
    minor = placed.position == positions.MOST - 1
    assert minor.sum() == 4
    parts = placed.parts.toarray()[:, 0]
    assert parts[minor].sum() == pytest.approx(1.0)
    np.testing.assert_array_equal(parts[~minor], 1.0)
    assert placed.votes.sum() == sum(votes.values())


PARTIES = {"A": ("DEM", "REP"), "B": ("Republican", "D"), "C": ("DEM", "DEM"), "D": ("", "REP")}


def test_sign_points_to_the_democrat(ballot_of) -> None:
    lines = [
        {"contest": contest, "precinct": "1", "candidate": f"{contest}{party}", "party": party, "mail": votes}
        for contest, parties in PARTIES.items()
        for party, votes in zip(parties, (60, 40), strict=True)
    ]
    for number, line in enumerate(lines):
        line["candidate"] += str(number)
    ballot = ballot_of(lines)
    signs = dict(zip(ballot.contests, positions.signs(ballot), strict=True))
    assert signs == {"A": -1.0, "B": 1.0, "C": 0.0, "D": 0.0}


def test_votes_to_come_go_to_the_spelling_of_their_county(ballot_of) -> None:
    lines = [
        {"county": county, "precinct": "1", "candidate": name, "party": party, "mail": votes}
        for county, names in {"ONE": ("Ted Cruz", "B. Orr"), "TWO": ("TED CRUZ", "B ORR")}.items()
        for name, party, votes in zip(names, ("REP", "DEM"), (70, 50), strict=True)
    ]
    ballot = ballot_of(lines)
    placed = positions.place(ballot)
    assert placed.counts[0] == 2
    spelt = ballot.choices["candidate"].to_list()
    county = {name: number for number, name in enumerate(ballot.units["county"])}
    parts = placed.parts.toarray()
    for name, home, other in (("Ted Cruz", "ONE", "TWO"), ("TED CRUZ", "TWO", "ONE"), ("B ORR", "TWO", "ONE")):
        assert parts[spelt.index(name), county[home]] == 1.0
        assert parts[spelt.index(name), county[other]] == 0.0
    assert positions.signs(ballot)[0] == 1.0
