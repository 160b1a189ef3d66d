"""Spellings of one candidate are one candidate; two people of one name are not."""

import polars as pl
import pytest

from turnout.projection.candidates import normalised, people


@pytest.mark.parametrize(
    ("spelt", "name"),
    [
        ("Ted Cruz", "ted cruz"),
        ("TED CRUZ (I)", "ted cruz"),
        ('Robert "Beto" O\'Rourke, Jr.', "robert orourke"),
        ("Donald J. Trump / Michael R. Pence", "donald j trump"),
        ("José García-Peña III", "jose garcia pena"),
        ("(write-in)", "(write-in)"),
        ("", ""),
    ],
)
def test_names_are_normalised(spelt, name):
    assert normalised(spelt) == name


def numbers(rows: list[tuple[str, str, str]]) -> list[int]:
    """Numbers of the people in one contest, of rows candidate, party code, county."""
    lines = pl.DataFrame(rows, schema=["candidate", "party_code", "county"], orient="row").with_columns(
        contest=pl.lit("Mayor"), precinct=pl.lit("1"), early=10.0, poll=0.0, late=0.0, counted=10.0
    )
    choices = lines.unique(["candidate"], keep="first", maintain_order=True)
    return people(choices, lines).to_list()


def test_spellings_in_different_counties_are_one():
    rows = [("Ted Cruz", "R", "A"), ("TED CRUZ", "O", "B"), ("T. Cruz", "R", "C"), ("Beto O'Rourke", "D", "A")]
    assert numbers(rows) == [0, 0, 0, 3]


@pytest.mark.parametrize(
    "rows",
    [
        [("Ann Lee", "O", "A"), ("Amy Lee", "O", "A")],  # both stand in county A
        [("Ann Lee", "O", "A"), ("Bob Lee", "O", "B")],  # other initials
        [("Ann Lee", "D", "A"), ("A. Lee", "R", "B")],  # other parties
    ],
)
def test_two_people_of_one_last_name_stay_two(rows):
    assert numbers(rows) == [0, 1]


def test_a_name_in_two_contests_is_two_candidates():
    lines = pl.DataFrame(
        {
            "contest": ["M", "N"],
            "candidate": ["A", "A"],
            "party_code": "O",
            "county": "ONE",
            "precinct": "1",
            **dict.fromkeys(("early", "poll", "late", "counted"), 1.0),
        }
    )
    assert people(lines, lines).to_list() == [0, 1]


@pytest.mark.parametrize(
    "rows",
    [
        [("Judge Roe (Yes)", "O", "A"), ("Judge Roe (No)", "O", "A")],
        [("Bonds / Yes", "O", "A"), ("Bonds / No", "O", "A")],
        [("Write-in (Ann Poe)", "O", "A"), ("Write-in (Tom Fox)", "O", "A")],
        [("John Hall Sr.", "O", "A"), ("John Hall Jr.", "O", "A")],
    ],
)
def test_choices_with_votes_beside_each_other_are_two(rows):
    assert numbers(rows) == [0, 1]
