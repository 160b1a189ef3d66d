import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout import resources
from turnout.ethnicity import names, tables

SPELLINGS = {
    "kim": "KIM",
    "O'Neil": "ONEIL",
    "O’Neil": "ONEIL",
    "O Neil": "ONEIL",
    "de la Cruz": "DELACRUZ",
    "Dela Cruz": "DELACRUZ",
    "De Los Reyes": "DELOSREYES",
    "Mc Donald": "MCDONALD",
    "MacDonald": "MACDONALD",
    "van der Berg": "VANDERBERG",
    "St. John": "STJOHN",
    "Nguyễn": "NGUYEN",
    "Đặng": "DANG",
    "Muñoz": "MUNOZ",
    "Łukasz": "LUKASZ",
    "Straße": "STRASSE",
    "Garcia-Lopez": "GARCIALOPEZ",
    "Smith, Jr.": "SMITH",
    "Park III": "PARK",
    "  Lee  ": "LEE",
    "Sr": "SR",
    "NULL": "NULL",
    "김": None,
    "": None,
    "--": None,
    "1234": None,
}


def test_spelling():
    assert dict(zip(SPELLINGS, names.keys(SPELLINGS), strict=True)) == SPELLINGS


def test_missing_stays_missing():
    assert names.keys([None, "Kim"]) == [None, "KIM"]


def test_python_and_sql_spell_alike():
    with duckdb.connect() as connection:
        connection.execute(resources.sql("ethnicity/name_macros"))
        spelled = [connection.execute("SELECT name_key(?)", [raw]).fetchone()[0] for raw in SPELLINGS]
    assert spelled == names.keys(SPELLINGS)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=60))
def test_a_key_is_its_own_key(raw):
    once = names.keys(raw)
    assert names.keys(once) == once
    assert all(key is None or (key.isascii() and key.isupper() and key.isalpha()) for key in once)


def rows(kind: tables.Kind, *raw: str) -> list[str | None]:
    """The listed name each is matched to; None where it is on no list."""
    with duckdb.connect() as connection:
        found = names.matched(connection, pl.DataFrame({"kind": [kind] * len(raw), "raw": raw}))
    listed = tables.people(kind)["name"]
    by_raw = {row["raw"]: row["table_row"] for row in found.iter_rows(named=True)}
    return [None if by_raw[name] is None else listed[by_raw[name]] for name in raw]


def test_ladder_whole_then_first_then_last_part():
    assert rows("surname", "De La Cruz", "Kim-Zqxxqv", "Zqxxqv-Kim", "Zqxxqv Van Nguyen", "Zqxxqv") == [
        "DELACRUZ",
        "KIM",
        "KIM",
        "NGUYEN",
        None,
    ]


def test_korean_given_names_match_whole():
    assert rows("first", "Ji Young", "Sung-Ho") == ["JIYOUNG", "SUNGHO"]


def test_the_row_for_all_other_names_is_matched_by_no_name():
    assert rows("surname", "*") == [None]


def test_surplus_of_unmatched_names_is_put_down_to_the_file():
    prior = np.full(12, 1 / 12)
    few = names.likelihoods("surname", np.array([names.ON_NO_LIST] + [0] * 19), prior, 1.5)[0]
    all_of_them = names.likelihoods("surname", np.full(20, names.ON_NO_LIST), prior, 1.5)[0]
    assert few.min() < 0.2
    assert all_of_them.min() > 0.99


@pytest.mark.parametrize("kind", ["surname", "first"])
def test_a_missing_name_says_nothing(kind):
    likelihood = names.likelihoods(kind, np.array([names.MISSING]), np.full(12, 1 / 12), 1.5)
    assert (likelihood == 1).all()
