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


PRIOR = np.full(12, 1 / 12)


def of_the_file(counted, strength=0.0):
    matrix = names.likelihoods(tables.likelihoods("surname"))
    return matrix, names.at_the_rate_of(counted, matrix, PRIOR, strength)


def test_surplus_of_unmatched_names_is_put_down_to_the_file():
    census, found = of_the_file((1000, 500))
    assert found[names.ON_NO_LIST] @ PRIOR == pytest.approx(0.5, abs=1e-6)
    written = (found[names.ON_NO_LIST] - census[names.ON_NO_LIST]) / (1 - census[names.ON_NO_LIST])
    np.testing.assert_allclose(written, written[0], rtol=1e-4)  # alike for every group
    np.testing.assert_array_equal(found[:-2], census[:-2])
    assert of_the_file((20, 20))[1][names.ON_NO_LIST].min() > 0.99


def test_fewer_unmatched_names_than_the_census_has_are_no_sign_of_the_groups_whose_names_are_listed():
    census, found = of_the_file((1000, 20))
    assert found[names.ON_NO_LIST] @ PRIOR == pytest.approx(0.02, abs=1e-6)
    fewer = found[names.ON_NO_LIST] / census[names.ON_NO_LIST]
    np.testing.assert_allclose(fewer, fewer[0], rtol=1e-4)
    listed = (1 - found[names.ON_NO_LIST]) / (1 - census[names.ON_NO_LIST])  # both columns still sum to one
    np.testing.assert_allclose(found[:-2], census[:-2] * listed, rtol=1e-4)


def test_a_handful_of_names_hardly_moves_the_censuss_rate():
    census, found = of_the_file((2, 0), strength=200)
    np.testing.assert_allclose(found, census, rtol=0.02)


@pytest.mark.parametrize("kind", names.KINDS)
def test_a_missing_name_says_nothing(kind):
    table = names.likelihoods(tables.shipped().of(kind))
    assert (table[names.MISSING] == 1).all()
    assert (names.at_the_rate_of((10, 0), table, PRIOR, 1.0)[names.MISSING] == 1).all()


def test_a_middle_name_may_be_a_first_name_or_a_surname_and_says_less_than_either():
    assert rows("middle", "Ji Young", "Nguyen", "J", "Zqxxqv") == ["JIYOUNG", "NGUYEN", None, None]
    middle, first = (tables.shipped().of(kind).filter(pl.col("name") == "JIYOUNG") for kind in ("middle", "first"))
    odds = [table["korean"].item() / table["white"].item() for table in (middle, first)]
    assert 3 < odds[0] < odds[1]


def test_surnames_of_other_groups_are_borne_as_the_electorate_is_made_up():
    matrix = names.likelihoods(tables.likelihoods("surname"))
    shares = np.zeros(12)
    shares[2] = 1.0  # all latino
    mixed = names.borne_by_others(matrix, shares, 0.02)
    np.testing.assert_allclose(mixed[:, 2], matrix[:, 2], rtol=1e-6)
    np.testing.assert_allclose(mixed[:, 0], 0.98 * matrix[:, 0] + 0.02 * matrix[:, 2], rtol=1e-5)
    np.testing.assert_allclose(mixed[names.MISSING], 1.0, rtol=1e-6)
