"""Which layout a file has."""

import datetime as dt

import pytest

from turnout.errors import InputRefused, UsageError
from turnout.reading import elections
from turnout.reading.catalogue import Catalogue
from turnout.reading.layouts import Elections, Layout

GENERIC = ["voter_id", "last_name", "precinct", "county", "party", "zip"]


def layout(name: str, **fields: object) -> Layout:
    columns = {c: {"names": [c], "required": True} for c in ("voter_id", "last_name")}
    return Layout.model_validate({"name": name, "table": "voters", "columns": columns, **fields})


def test_ones_own_layout_wins_then_the_one_that_knows_most_then_a_states() -> None:
    assert Catalogue().choose("voters", "f", GENERIC).layout.name == "generic-voters"
    assert Catalogue(own=(layout("mine"),)).choose("voters", "f", GENERIC).layout.name == "mine"
    state = [*GENERIC, "VOTER_ID", "SPL_ID", "RESIDENTIAL_ADDRESS"][1:]
    assert Catalogue().choose("voters", "f", state).layout.name == "co-voters"


def test_the_layout_that_reads_most_is_taken_be_it_a_generic_one() -> None:
    oe = ["county", "precinct", "office", "district", "party", "candidate", "election_day", "mail", "votes"]
    assert Catalogue().choose("results", "f", oe).layout.name == "openelections"
    fit = Catalogue().choose("results", "f", [*oe, "late_mail", "release", "as_of"])
    assert fit.layout.name == "generic-results-wide"
    assert {"late_mail", "release", "as_of"} <= fit.found.keys()


def test_a_layout_of_ones_own_stands_in_for_the_shipped_one_of_its_name() -> None:
    catalogue = Catalogue(own=(layout("co-voters"),))
    assert sum(each.name == "co-voters" for each in catalogue.layouts) == 1
    assert catalogue.named("co-voters").columns.keys() == {"voter_id", "last_name"}


def test_a_layout_with_its_signs_and_a_column_less_is_what_the_refusal_is_about() -> None:
    with pytest.raises(InputRefused, match=r"column precinct_abbrv is missing"):
        Catalogue().choose("voters", "f", ["ncid", "registr_dt", "party_cd", "last_name", "status_cd"])


def test_two_files_without_header_that_look_alike_are_asked_about() -> None:
    bare = {"header": ["voter_id", "last_name"]}
    catalogue = Catalogue(own=(layout("one", **bare), layout("two", **bare)))
    with pytest.raises(InputRefused, match="may be one or two"):
        catalogue.choose("voters", "f", ["17", "KIM"], "17,KIM")
    assert catalogue.only("two").choose("voters", "f", ["17", "KIM"], "17,KIM").layout.name == "two"


def test_a_layout_named_for_another_table_is_a_mistake() -> None:
    with pytest.raises(UsageError, match="is of voters"):
        Catalogue.load((), {"ballots": "nc-voters"})


def test_a_header_in_full_is_known_though_the_layout_is_of_files_without() -> None:
    header = ["County Code", "Voter ID", "Election Date", "Election Type", "History Code"]
    fit = Catalogue().choose("vote_history", "f", header, "\t".join(header))
    assert (fit.layout.name, fit.has_header) == ("fl-history", True)


@pytest.mark.parametrize(
    ("year", "day"), [(2016, 8), (2017, 7), (2020, 3), (2022, 8), (2024, 5), (2010, 2), (2011, 8), (2015, 3)]
)
def test_general_elections_are_on_the_tuesday_after_the_first_monday_of_november(year: int, day: int) -> None:
    assert elections.november(year) == dt.date(year, 11, day)


def test_a_day_that_is_declared_wins_over_what_the_label_says() -> None:
    spec = Elections.model_validate(
        {"joined": ["h"], "patterns": ["(?P<date>\\d{8})"], "dates": {"GE 20161108": dt.date(2016, 11, 9)}}
    )
    assert elections.day_of("ge-20161108", spec) == dt.date(2016, 11, 9)
    assert elections.day_of("PP 20160607", spec) == dt.date(2016, 6, 7)
    assert elections.day_of("PP 20161399", spec) is None
