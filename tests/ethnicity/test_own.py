"""A user's own tables of names, places and counties."""

import numpy as np
import polars as pl
import pytest

from turnout.contest import Contest
from turnout.errors import InputRefused, UsageError
from turnout.ethnicity import estimate, names, own, specification, tables
from turnout.vocabulary import ASIAN_GROUPS, GROUPS

PRIOR = specification.load().prior_shares()


@pytest.fixture
def csv(tmp_path):
    def write(text, name="table.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def shares(frame, name):
    row = frame.filter(pl.col("name") == name).select(GROUPS).to_numpy()[0]
    return dict(zip(GROUPS, row / row.sum(), strict=True))


def test_without_files_the_tables_are_the_shipped_ones():
    assert own.name_tables((), (), PRIOR) is tables.shipped()


def test_a_row_replaces_the_shipped_one_and_new_names_are_added(csv):
    path = csv("name,korean,white\nLee,9000,1000\nZqxxqv,50,\n")
    surname = own.name_tables((path,), (), PRIOR).surname
    assert shares(surname, "LEE")["korean"] > 0.99
    assert shares(surname, "ZQXXQV")["korean"] > 0.9
    assert surname["name"].is_unique().all()
    np.testing.assert_allclose(surname.select(GROUPS).sum().row(0), 1.0, atol=1e-9)


def test_shares_of_a_number_of_people_are_the_same_as_people(csv):
    people = own.name_tables((csv("name,korean,white\nLee,900,100\n"),), (), PRIOR)
    share = own.name_tables((csv("name,people,korean,white\nLee,1000,0.9,0.1\n", "b.csv"),), (), PRIOR)
    np.testing.assert_allclose(people.surname.select(GROUPS).to_numpy(), share.surname.select(GROUPS).to_numpy())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,martian\nLee,5\n", "column martian: not a column"),
        ("surname,korean\nLee,5\n", "column surname: not a column"),
        ("name\nLee\n", "no column of a group"),
        ("name,korean\nLee,many\n", "line 2, column korean: 'many': not a number"),
        ("name,korean\nKim,5\nLee,-1\n", "line 3, column korean: '-1': not a number"),
        ("name,korean\nLee,inf\n", "not a number"),
        ("name,korean\nLee,0\n", "nobody bears the name"),
        ("name,korean\n--,5\n", "nothing of the name is left"),
        ("name,korean\nLee,5\nLEE,6\n", "twice"),
        ("name,people,korean\nLee,10,0.5\n", "do not add up to 1"),
        ("name,asian,korean\nLee,5,5\n", "column asian"),
    ],
)
def test_a_table_of_names_that_is_wrong_is_refused_with_place_and_remedy(csv, text, said):
    with pytest.raises(InputRefused, match=said):
        own.name_tables((csv(text),), (), PRIOR)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.csv: cannot be read"):
        own.geography((tmp_path / "nowhere.csv",), PRIOR)


def test_places_may_give_asians_as_one(csv):
    found = own.geography((csv("zip,white,asian\n90005,100,300\n"),), PRIOR)
    row = found.row(0, named=True)
    assert row["rung"] == "ZIP"
    assert sum(row[group] for group in ASIAN_GROUPS) == pytest.approx(300)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("county,zip,tract,white\nLA,90005,12,5\n", "more than one of"),
        ("county,zip,white\n,,5\n", "no place"),
        ("zip,white\n90005,0\n", "nobody lives there"),
        ("zip,white\n90005,5\n90005,6\n", "twice"),
    ],
)
def test_places_that_are_wrong_are_refused(csv, text, said):
    with pytest.raises(InputRefused, match=said):
        own.geography((csv(text),), PRIOR)


def test_the_ladder_of_places(csv):
    """A precinct's own row, else its tract's or ZIP's, else its county's, else nothing is known."""
    text = "county,precinct,zip,korean,white\nLA,7,,90,10\n,,90005,50,50\nLA,,,30,70\nOrange,,,5,95\n"
    ratios = own.shares_of_places(own.geography((csv(text),), PRIOR), PRIOR)
    places = pl.DataFrame(
        {
            "county": ["LA", "LA", "LA", "Kern", "LA"],
            "place": ["7", "8", "9", "7", "ZIP 90005"],
            "rung": ["precinct", "precinct", "precinct", "precinct", "ZIP"],
            "area": ["90005", "90005", "90210", "", "90005"],
        }
    )
    korean = own.lean(places, ratios)["korean"].to_list()
    by = {(rung, place): value for rung, place, value in ratios.select("rung", "place", "korean").iter_rows()}
    assert korean == [by["precinct", "7"], by["ZIP", "90005"], ratios["korean"][2], 1.0, by["ZIP", "90005"]]


def test_geography_moves_a_shared_surname(workspace, enrol, csv):
    others = ["Smith", "Smith", "Miller", "Miller"] * 100
    enrol(
        last_name=["Lee", "Lee", *others], first_name=["Anna", "Anna", *["John"] * 400], precinct=[""] * 402,
        zip=["90005", "90210"] * 201,
    )  # fmt: skip
    path = csv("zip,korean,white,black\n90005,5000,2000,500\n90210,100,9000,900\n")
    estimate(workspace, Contest.model_validate({"ethnicity": {"geography": [path]}}))
    near, far = workspace.table("ethnicity")["korean"].head(2)
    assert near > 5 * far


def said(kind, name, counted):
    matrix = names.likelihoods(tables.likelihoods(kind))
    strength = specification.load().learned.strength
    row = tables.likelihoods(kind)["name"].index_of(name)
    return names.at_the_rate_of(counted, matrix, PRIOR, strength)[row].astype(float)


def test_nothing_learned_is_bayes_rule_on_the_tables(workspace, enrol, csv):
    """Surname × first name × place, as the tables and the user's geography have them; the basis says so.

    With the file's rate of names on no list: one of three surnames, none of two first names.
    """
    enrol(
        last_name=["Lee", "Kim", None, "Zqxxqv"], first_name=["Anna", None, "Linh", "J"], zip=["1", "2", "9", None],
        precinct=["a"] * 4, middle_name=["Sung"] * 4, party=["DEM"] * 4,
    )  # fmt: skip
    path = csv("zip,korean,white,black\n1,500,200,50\n2,10,900,90\n")
    estimate(workspace, Contest.model_validate({"ethnicity": {"geography": [path], "learn": False}}))
    frame = workspace.table("ethnicity")
    assert frame["voter_id"].to_list() == workspace.table("voters")["voter_id"].to_list()
    assert frame["basis"].to_list() == ["surname+first+ZIP", "surname+ZIP", "first+district", "district"]
    ratios = own.shares_of_places(own.geography((path,), PRIOR), PRIOR)
    place = PRIOR * ratios.filter(pl.col("place") == "1").select(GROUPS).to_numpy()[0]
    expected = place * said("surname", "LEE", (3, 1)) * said("first", "ANNA", (2, 0))
    np.testing.assert_allclose(frame.select(GROUPS).to_numpy()[0], expected / expected.sum(), atol=1e-5)
    np.testing.assert_allclose(frame.select(GROUPS).to_numpy().sum(axis=1), 1.0, atol=2e-6)


def test_nothing_learned_needs_places_with_names_of_their_own(workspace, enrol, csv):
    enrol(last_name=["Lee"])
    path = csv("county,precinct,korean,white\nLA,1,5,5\nOrange,1,1,9\n")
    with pytest.raises(InputRefused, match="several counties have a precinct of the same name"):
        estimate(workspace, Contest.model_validate({"ethnicity": {"geography": [path], "learn": False}}))


def test_county_statistics_hold_for_each_county(workspace, enrol, csv):
    enrol(
        last_name=["Kim", "Garcia", "Smith", "Nguyen"] * 100, first_name=["Grace", "Ana", "John", "Linh"] * 100,
        county=["LA"] * 200 + ["Orange"] * 200,
    )  # fmt: skip
    path = csv("county,registered,latino,korean\nLA,1000,400,200\nOrange,1000,200,\n")
    estimate(workspace, Contest.model_validate({"ethnicity": {"statistics": path}}))
    found = workspace.table("ethnicity").with_columns(county=pl.Series(["LA"] * 200 + ["Orange"] * 200))
    mean = found.group_by("county").agg(pl.col("latino", "korean").cast(pl.Float64).mean()).sort("county")
    assert mean["latino"].to_list() == pytest.approx([0.4, 0.2], abs=1e-5)
    assert mean["korean"][0] == pytest.approx(0.2, abs=1e-5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("county,latino\nLA,5\n", "no column registered"),
        ("county,registered,latino\nKern,10,5\n", "column county: 'Kern': not a county of the voter file"),
        ("county,registered,latino,white\nLA,10,5,6\n", "add up to more than all registered"),
    ],
)
def test_county_statistics_that_are_wrong_are_refused(csv, text, said):
    with pytest.raises(InputRefused, match=said):
        own.statistics(csv(text), ["LA", "Orange"])
