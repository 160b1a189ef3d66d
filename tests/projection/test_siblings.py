"""Contests that ask the same thing are found, whichever side leads in which county."""

import numpy as np

from turnout.projection import positions, siblings


def question(county: str, yes: int, no: int, title: str = "Amendment 1") -> list[dict]:
    return [
        {"contest": f"{title}||{county}", "county": county, "precinct": "1", "candidate": name, "mail": votes}
        for name, votes in (("YES", yes), ("NO", no))
    ]


def found(ballot):
    kin = siblings.find(ballot, positions.place(ballot))
    return {
        name: (kin.question[n, 1], kin.question_side[n, 1], kin.yes_side[n, 1])
        for n, name in enumerate(ballot.contests)
    }


def test_one_question_in_two_counties_points_one_way(ballot_of):
    kin = found(ballot_of([*question("ONE", 60, 40), *question("TWO", 45, 55), *question("ONE", 80, 20, "Bonds")]))
    one, two, bonds = kin["Amendment 1||ONE"], kin["Amendment 1||TWO"], kin["Bonds||ONE"]
    assert one[0] == two[0] != bonds[0]
    assert one[1] == -two[1] != 0
    assert bonds[1] == 0
    assert (one[2], two[2], bonds[2]) == (-1.0, 1.0, -1.0)


def test_other_candidates_make_another_question(ballot_of):
    sheriff = [
        {"contest": f"Sheriff||{county}", "county": county, "precinct": "1", "candidate": name, "mail": 50}
        for county, names in {"ONE": "AB", "TWO": "CD"}.items()
        for name in names
    ]
    kin = found(ballot_of(sheriff))
    np.testing.assert_array_equal([side for _, side, _ in kin.values()], 0.0)


def test_polls_of_one_county_tell_about_the_same_question_in_another(projected):
    """All of county ONE moved 20 points towards NO at its polls; TWO has reported none."""
    counties = {"ONE": True, "TWO": False}
    lines = [
        {
            "contest": f"Amendment 1||{county}",
            "county": county,
            "precinct": str(precinct),
            "candidate": name,
            "mail": 120 if name == "YES" else 80,
            "election_day": (80 if name == "YES" else 120) if counted else None,
        }
        for county, counted in counties.items()
        for precinct in range(12)
        for name in ("YES", "NO")
    ]
    table = projected(lines).table
    alone = projected([line for line in lines if line["county"] == "TWO"]).table
    share = [
        frame.filter(contest="Amendment 1||TWO", candidate="YES")["projected_share"].item()
        for frame in (table, alone)
    ]
    assert share[0] < share[1] - 0.01
