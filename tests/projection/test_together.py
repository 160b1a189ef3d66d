"""Poll votes given for a whole county while its precincts report early votes alone."""

import numpy as np
import polars as pl
import pytest

from tests.projection.test_project import election, truth, with_polls


def _county_figures(lines: list[dict], part: float) -> list[dict]:
    """The same election with every county's poll votes in one line a candidate, ``part`` of them counted."""
    early = [{**line, "election_day": None, "provisional": None} for line in lines]
    sums: dict[tuple[str, str, str], int] = {}
    for line in lines:
        key = (line["county"], line["candidate"], line["party"])
        sums[key] = sums.get(key, 0) + line["election_day"]
    together = [
        {"county": county, "precinct": "", "candidate": name, "party": party, "election_day": round(votes * part)}
        for (county, name, party), votes in sums.items()
    ]
    return early + together


def _at_vote_centers(lines: list[dict]) -> list[dict]:
    """The same election with every county's poll votes counted at one vote center, and one precinct's by itself."""
    return [
        {**line, "precinct": "VOTE CENTER 1"} if line["precinct"] == "" else line
        for line in _county_figures([line for line in lines if line["precinct"] != "P000"], 1.0)
    ] + [line for line in lines if line["precinct"] == "P000"]


def _total(projection) -> int:
    return int(projection.table["projected_votes"].sum())


@pytest.fixture
def past() -> list[dict]:
    return [{**line, "date": "2018-11-06"} for line in election(seed=3)]


def test_they_are_not_expected_a_second_time(projected, past) -> None:
    lines = election(seed=3)
    whole = sum(line["mail"] + line["election_day"] for line in lines)
    polls = sum(line["election_day"] for line in lines)
    counted = projected(_county_figures(lines, 1.0), past)
    assert abs(_total(counted) - whole) < 0.15 * polls


def test_polls_at_vote_centers_are_those_of_the_precincts(projected, past) -> None:
    lines = election(seed=3)
    whole = sum(line["mail"] + line["election_day"] for line in lines)
    polls = sum(line["election_day"] for line in lines)
    assert abs(_total(projected(_at_vote_centers(lines), past)) - whole) < 0.15 * polls


def test_what_of_them_is_not_counted_is_still_to_come(projected, past) -> None:
    lines = election(seed=3)
    whole = sum(line["mail"] + line["election_day"] for line in lines)
    half = _total(projected(_county_figures(lines, 0.5), past))
    none = _total(projected(_county_figures(lines, 0.0), past))
    np.testing.assert_allclose([half, none], whole, rtol=0.12)


@pytest.mark.parametrize("seed", range(3))
def test_figures_of_counties_teach_the_shift_as_their_precincts_would(projected, seed) -> None:
    lines = election(seed=seed, shift=-0.8)
    first = [line for line in lines if line["county"] in {"K0", "K1"}]
    waiting = with_polls([line for line in lines if line not in first], set())
    apart = projected(first + waiting).table
    together = projected(_county_figures(first, 1.0) + waiting).table
    ada = pl.col("candidate") == "Ada"
    counted, told, known = (
        table.filter(ada)[column].item()
        for table, column in ((apart, "counted_share"), (together, "projected_share"), (apart, "projected_share"))
    )
    assert abs(told - truth(lines)) < 0.5 * abs(counted - truth(lines))
    assert abs(told - known) < 0.01


def test_a_part_of_a_countys_figure_says_less_than_all_of_it(projected) -> None:
    lines = election(seed=3, shift=-0.8)
    first = [line for line in lines if line["county"] in {"K0", "K1"}]
    waiting = with_polls([line for line in lines if line not in first], set())
    widths = []
    for part in (1.0, 0.2):
        table = projected(_county_figures(first, part) + waiting).table
        widths.append((table["hi90"] - table["lo90"])[0])
    assert widths[0] < widths[1]


def test_figures_beyond_what_is_expected_raise_what_is_expected_elsewhere(projected) -> None:
    lines = election(seed=3)
    third = [{**line, "election_day": line["election_day"] // 3} for line in lines]
    past = [{**line, "date": "2018-11-06"} for line in third]
    first = [line for line in lines if line["county"] in {"K0", "K1"}]
    waiting = with_polls([line for line in lines if line not in first], set())
    none = with_polls(lines, set())
    counted = sum(line["mail"] for line in waiting)
    early = sum(line["mail"] for line in lines)
    half = sum(line["election_day"] for line in first)
    to_come = _total(projected(_county_figures(first, 1.0) + waiting, past)) - early - half
    before = (_total(projected(none, past)) - early) * counted / early
    polls = sum(line["election_day"] for line in lines) - half
    assert before < 0.7 * polls
    assert 0.8 * polls < to_come < 1.6 * polls
