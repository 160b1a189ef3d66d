import csv
import dataclasses
import io
import math

import polars as pl
import pytest

from tests.reporting import examples
from turnout.reporting import tables


def test_projection_csv_has_the_promised_columns_in_order():
    header = tables.to_csv(tables.published(examples.founding_case()).projection).splitlines()[0]
    assert header == (
        "contest,candidate,party,counted_votes,counted_share,projected_votes,projected_share,lo50,hi50,lo80,hi80,"
        "lo90,hi90,lo95,hi95,win_probability,status,reason"
    )


def test_cohorts_csv_has_the_promised_columns_in_order():
    header = tables.to_csv(tables.published(examples.founding_case()).cohorts).splitlines()[0]
    assert header == "cohort,group,parent,expected,lo90,hi90,share,index"


def test_shares_have_six_decimals_and_votes_are_integers():
    first = _rows(tables.published(examples.founding_case()).projection)[0]
    assert first["projected_share"] == "0.587000"
    assert first["counted_votes"] == "10558"
    assert first["projected_votes"] == "25241"


def test_an_abstained_contest_has_empty_numbers_and_its_reason():
    rows = _rows(tables.published(examples.fully_abstained()).projection)
    assert [row["status"] for row in rows] == ["abstained", "abstained"]
    assert rows[0]["projected_share"] == rows[0]["win_probability"] == rows[0]["counted_votes"] == ""
    assert "no past result" in rows[0]["reason"]


def test_an_abstained_contest_keeps_its_count_but_shows_no_projection():
    run = examples.founding_case()
    rows = _rows(tables.published(_with(run, status="abstained")).projection)
    assert rows[0]["counted_votes"] == "10558"
    assert {rows[0][name] for name in ("projected_votes", "lo50", "hi95", "win_probability")} == {""}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(start):
    name = f"{start}HYPERLINK(1)"
    rows = _rows(tables.published(_with(examples.founding_case(), candidate=name)).projection)
    assert rows[0]["candidate"] == f"'{name}"


@pytest.mark.parametrize("name", ['O\'Neil "Tip", Jr.', "Núñez", "A=B", " =1", "[bold]"])
def test_every_other_name_is_written_as_it_is(name):
    rows = _rows(tables.published(_with(examples.founding_case(), candidate=name)).projection)
    assert rows[0]["candidate"] == name


def test_negative_numbers_are_not_taken_for_formulas():
    frame = pl.DataFrame({"share": [-0.25]})
    assert tables.to_csv(frame) == "share\n-0.250000\n"


def test_cells_under_ten_voters_are_blank():
    rows = _rows(tables.published(examples.founding_case()).cohorts)
    native = {row["cohort"]: row for row in rows if row["group"] == "native"}
    assert native["registered"]["expected"] == "30.00"
    for name in ("expected", "lo90", "hi90", "share", "index"):
        assert native["early"][name] == ""
    assert native["early"]["parent"] == ""


def test_a_blank_cell_cannot_be_worked_out_from_the_total_of_its_cohort():
    """With one blank the others' sum would tell it; so there are two, and together they are no small cell either."""
    before = tables.suppress(examples.cohorts().with_columns(expected=pl.lit(500.0)))
    assert before["expected"].null_count() == 0
    one = examples.cohorts().with_columns(
        expected=pl.when((pl.col("cohort") == "early") & (pl.col("group") == "native")).then(9.0).otherwise(500.0)
    )
    blank = tables.suppress(one).filter(pl.col("expected").is_null())
    assert blank["cohort"].to_list() == ["early", "early"]
    assert "native" in blank["group"].to_list()
    assert one.join(blank, on=("cohort", "group"), how="semi")["expected"].sum() >= 10


def test_ten_voters_are_shown():
    cohorts = examples.cohorts().with_columns(expected=pl.lit(10.0))
    assert tables.suppress(cohorts)["expected"].null_count() == 0


def test_there_is_one_row_a_cohort_and_leaf_group():
    rows = _rows(tables.published(examples.founding_case()).cohorts)
    assert len(rows) == len({(row["cohort"], row["group"]) for row in rows}) == 4 * 12
    assert {row["group"] for row in rows if row["parent"] == "asian"} == {
        "chinese", "filipino", "indian", "japanese", "korean", "vietnamese", "other_asian",
    }  # fmt: skip


def test_nan_and_infinity_become_null():
    frame = pl.DataFrame({"a": [math.nan, math.inf, 1.0], "b": [math.nan, 2.6, 3.0]})
    result = tables.conform(frame, {"a": pl.Float64(), "b": pl.Int64()})
    assert result["a"].to_list() == [None, None, 1.0]
    assert result["b"].to_list() == [None, 3, 3]


def test_publishing_twice_changes_nothing():
    once = tables.published(examples.founding_case())
    twice = tables.published(once)
    assert once.projection.equals(twice.projection)
    assert once.cohorts.equals(twice.cohorts)
    assert once.provenance == twice.provenance


def _with(run, **values):
    return dataclasses.replace(
        run, projection=run.projection.with_columns(**{k: pl.lit(v) for k, v in values.items()})
    )


def _rows(frame):
    return list(csv.DictReader(io.StringIO(tables.to_csv(frame), newline="")))
