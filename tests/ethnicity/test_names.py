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
    "García López": "GARCIALOPEZ",
    "Garcia y Lopez": "GARCIAYLOPEZ",
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
        spelled = [connection.execute("SELECT name_spelling(?)", [raw]).fetchone()[0] for raw in SPELLINGS]
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
        inputs = pl.DataFrame({"kind": [kind] * len(raw), "raw": raw, "voters": [1] * len(raw)})
        found = names.matched(connection, inputs, tables.shipped())
    listed = tables.shipped().of(kind)["name"]
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
    table, prior = tables.likelihoods("surname"), np.full(12, 1 / 12)
    few = names.likelihoods(table, np.array([names.ON_NO_LIST] + [0] * 19), prior, 1.5)[names.ON_NO_LIST]
    all_of_them = names.likelihoods(table, np.full(20, names.ON_NO_LIST), prior, 1.5)[names.ON_NO_LIST]
    assert few.min() < 0.2
    assert all_of_them.min() > 0.99


@pytest.mark.parametrize("kind", names.KINDS)
def test_a_missing_name_says_nothing(kind):
    table = names.likelihoods(tables.shipped().of(kind), np.array([names.MISSING]), np.full(12, 1 / 12), 1.5)
    assert (table[names.MISSING] == 1).all()


def test_a_middle_name_may_be_a_first_name_or_a_surname_and_says_less_than_either():
    assert rows("middle", "Ji Young", "Nguyen", "J", "Zqxxqv") == ["JIYOUNG", "NGUYEN", None, None]
    middle, first = (tables.shipped().of(kind).filter(pl.col("name") == "JIYOUNG") for kind in ("middle", "first"))
    odds = [table["korean"].item() / table["white"].item() for table in (middle, first)]
    assert 3 < odds[0] < odds[1]


def test_surnames_of_other_groups_are_borne_as_the_electorate_is_made_up():
    matrix = names.likelihoods(tables.likelihoods("surname"), np.array([0]), np.full(12, 1 / 12), 1.5)
    shares = np.zeros(12)
    shares[2] = 1.0  # all latino
    mixed = names.borne_by_others(matrix, shares, 0.02)
    np.testing.assert_allclose(mixed[:, 2], matrix[:, 2], rtol=1e-6)
    np.testing.assert_allclose(mixed[:, 0], 0.98 * matrix[:, 0] + 0.02 * matrix[:, 2], rtol=1e-5)
    np.testing.assert_allclose(mixed[names.MISSING], 1.0, rtol=1e-6)
