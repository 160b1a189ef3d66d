"""Which names are one precinct: as counties in Georgia, Texas and Arkansas spell them; and what must stay apart."""

import polars as pl
import pytest

from turnout.reading import places

Pairs = set[tuple[str, str, str]]


def frame(names: list[str], county: str = "K", **columns: object) -> pl.DataFrame:
    ids = pl.Series("id", range(len(names)), dtype=pl.UInt32)
    return pl.DataFrame({"id": ids, "precinct": names}).with_columns(county=pl.lit(county), **columns)


def pairs(ours: list[str], theirs: list[str], our_county: str = "K", their_county: str = "K") -> Pairs:
    found = places.alike(frame(ours, our_county), frame(theirs, their_county, occasion=pl.lit(value=True)))
    return {(ours[our], theirs[their], how) for our, their, how in found.select("our", "their", "how").rows()}


@pytest.mark.parametrize(
    ("ours", "theirs", "how"),
    [
        ("0012-A", "12a", "exact"),
        ("22,24,25,26", "22, 24, 25, 26", "exact"),
        ("PRECINCT 12", "12", "numbered"),
        ("Pct.12", "Precinct 0012", "numbered"),
        ("P0001", "PRECINCT 0001", "numbered"),
        ("101", "101.0", "numbered"),
        ("02A", "Pct 2A", "numbered"),
        ("128", "128 - DALLAS STREET", "numbered"),
        ("1B Gaines School", "1B E. Athens Baptist", "numbered"),
        ("006-TENNIS WEST", "006-COMMUNITY CONNECTIONS", "numbered"),
        ("HARBINS A", "001 Harbins A", "named"),
        ("131 - Queen of Angels", "Queen of Angels", "named"),
        ("05-Roberts", "08-Roberts", "named"),
        ("CALIFORNIA", "CALIFORNIA-006", "named"),
        ("HEBER SPRINGS WARD 1", "HEBER SPRINGS WARD 1-015", "named"),
        ("1-10 St. Thomas Episcopal Church", "1-10 Saint Thomas Episcopal", "named"),
        ("Central Chur of Christ", "Central Church of Christ", "named"),
        ("CLIFTON", "CLIFTON ELEM", "named"),
    ],
)
def test_names_of_one_precinct(ours: str, theirs: str, how: str) -> None:
    assert pairs([ours, "Elsewhere"], [theirs, "Nowhere"]) == {(ours, theirs, how)}
    assert pairs([theirs], [ours]) == {(theirs, ours, how)}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("12", "112"),
        ("12A", "12B"),
        ("1 02", "102"),
        ("WARD 1", "WARD 2"),
        ("WARD 1", "1"),
        ("Fair Oaks 01", "Fair Oaks 05"),
        ("BAYCREEK A", "BAYCREEK B"),
        ("South Jackson", "South Jefferson"),
        ("Dunwoody High", "Dunwoody Elem"),
        ("--", "##"),
        ("", ""),
    ],
)
def test_names_of_two_precincts(ours: str, theirs: str) -> None:
    assert pairs([ours], [theirs]) == set()


def test_what_could_be_two_places_is_neither() -> None:
    assert pairs(["DOGWOOD"], ["DOGWOOD-03", "DOGWOOD-13"]) == set()
    assert pairs(["204 B", "204 C"], ["204"]) == set()
    assert pairs(["Pct 7", "7.0"], ["7"]) == set()


def test_a_name_that_is_found_as_it_is_vouches_for_no_second_one() -> None:
    assert pairs(["DUNWOODY", "DUNWOODY 2"], ["DUNWOODY"]) == {("DUNWOODY", "DUNWOODY", "exact")}


def test_numbers_and_names_that_contradict_each_other_match_nothing() -> None:
    """Hall County, Georgia: a precinct was closed, and those after it moved up by one."""
    then = ["05-Oakwood III", "06-Flowery Branch I", "07-Flowery Branch II"]
    assert pairs(["05-Flowery Branch I", "06-Flowery Branch II"], then) == set()


def test_counties_keep_precincts_apart() -> None:
    assert pairs(["Pct 12"], ["12"], "ADA", "BAY") == set()
    assert pairs(["Pct 12"], ["12"], "De Kalb", "DEKALB COUNTY") == {("Pct 12", "12", "numbered")}


def test_a_file_without_counties_is_matched_where_names_are_the_only_ones() -> None:
    ours = frame(["12", "13"], "")
    theirs = pl.concat([frame(["12"], "ADA"), frame(["13"], "ADA"), frame(["13"], "BAY")])
    theirs = theirs.with_columns(id=pl.int_range(3, dtype=pl.UInt32), occasion=pl.lit(1))
    assert places.alike(ours, theirs).select("our", "their").rows() == [(0, 0)]


def test_occasions_are_matched_each_for_itself() -> None:
    theirs = pl.concat([frame(["PCT 1"], occasion=pl.lit(1)), frame(["PCT 1", "1 A"], occasion=pl.lit(2))])
    theirs = theirs.with_columns(id=pl.int_range(3, dtype=pl.UInt32))
    assert places.alike(frame(["1"]), theirs).select("occasion", "their").rows() == [(1, 0), (2, 1)]


def test_a_word_that_very_many_names_begin_with_pairs_only_equal_names() -> None:
    names = [f"LOS ANGELES {chr(65 + n // 26)}{chr(65 + n % 26)}X" for n in range(60)]
    assert pairs([*names, "LOS ANGELES"], [f"00{n} {name}" for n, name in enumerate(names)]) == {
        (name, f"00{n} {name}", "named") for n, name in enumerate(names)
    }


def test_nothing_to_match() -> None:
    assert places.alike(frame([]).cast({"precinct": pl.String}), frame(["1"], occasion=pl.lit(1))).is_empty()
    empty = frame([]).cast({"precinct": pl.String}).with_columns(occasion=pl.lit(1))
    assert places.alike(frame(["1"]), empty).is_empty()


def test_the_order_of_rows_and_the_name_of_the_county_change_nothing() -> None:
    ours = ["HARBINS A", "Pct 1", "2", "DOGWOOD", "CLIFTON", "3 X"]
    theirs = ["001 Harbins A", "1", "2", "DOGWOOD-03", "DOGWOOD-13", "CLIFTON ELEM", "3 YARD"]
    assert pairs(ours, theirs) == pairs(ours[::-1], theirs[::-1]) == pairs(ours, theirs, "QUX", "Qux County")
