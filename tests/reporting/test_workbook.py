"""The workbook, read back with another library than it was written with."""

import dataclasses
import io
import zipfile

import openpyxl
import polars as pl
import pytest

from tests.reporting import examples
from turnout.reporting import tables, workbook


def written(run):
    return workbook.render(tables.published(run))


def opened(run):
    return openpyxl.load_workbook(io.BytesIO(written(run)))


def rows(sheet):
    header, *rest = sheet.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rest]


@pytest.fixture(scope="module")
def book():
    run = examples.founding_case()
    return opened(dataclasses.replace(run, ledger=examples.ledger(run)))


def test_there_is_a_sheet_for_each_table_in_the_order_of_the_story(book):
    assert book.sheetnames == [
        "About", "Projection", "Cohorts", "Support", "Precincts", "Runs", "Uncertainty", "Findings", "Lines",
        "Inputs", "Provenance",
    ]  # fmt: skip


def test_a_table_that_holds_nothing_has_no_sheet():
    names = opened(examples.ballot(8)).sheetnames
    assert not {"Cohorts", "Support", "Precincts", "Runs"} & set(names)
    assert opened(examples.fully_abstained()).sheetnames[:2] == ["About", "Projection"]


def test_what_is_published_stands_in_it_with_its_types(book):
    first = rows(book["Projection"])[0]
    assert (first["candidate"], first["counted votes"], first["projected share"]) == ("Jimmy Gomez", 10_558, 0.587)
    cells = {cell.value: book["Projection"].cell(2, cell.column) for cell in book["Projection"][1]}
    assert cells["projected share"].number_format == "0.0%"
    assert cells["counted votes"].number_format == "#,##0"
    assert cells["candidate"].data_type == "s"
    korean = next(row for row in rows(book["Cohorts"]) if row["group"] == "korean" and row["cohort"] == "early")
    assert korean["expected"] == pytest.approx(5_670)


def test_heads_stay_in_view_and_columns_can_be_filtered_and_read(book):
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes is not None
        assert sheet.freeze_panes[1:] == "2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet.cell(1, 1).font.bold
    assert book["Projection"].column_dimensions["A"].width >= len("US House 34, special runoff")


def test_cells_under_ten_voters_are_blank(book):
    native = [row for row in rows(book["Cohorts"]) if row["group"] == "native"]
    assert [row["expected"] for row in native if row["cohort"] != "registered"] == [None, None, None]
    last = rows(book["Precincts"])[-1]
    assert (last["precinct"], last["to come"], last["projected share"]) == ("0014A", None, None)
    assert last["counted votes"] > 0


def test_precincts_add_up_and_say_whether_their_polls_are_in(book):
    found = rows(book["Precincts"])
    assert [row["polls"] for row in found[:5]] == ["in", "in", "in", "in", "out"]
    assert found[0]["counted share"] + found[1]["counted share"] == pytest.approx(1)


def test_runs_say_when_and_what(book):
    found = [row for row in rows(book["Runs"]) if row["candidate"] == "Jimmy Gomez"]
    assert [row["run"] for row in found] == [1, 2, 3]
    assert [row["as of"] for row in found] == ["2017-06-05 10:00", "2017-06-05 11:00", "2017-06-06 12:00"]
    assert found[-1]["projected share"] == 0.587


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "http://example.org", "{=1}"])
def test_no_text_becomes_a_formula_or_a_link(name):
    run = examples.founding_case()
    run = dataclasses.replace(run, projection=run.projection.with_columns(candidate=pl.lit(name)))
    cell = opened(run)["Projection"].cell(2, 2)
    assert (cell.value, cell.data_type, cell.hyperlink) == (name, "s", None)
    assert cell.quotePrefix == (name[0] in "=+-@\t")  # else it would be run once someone edits the cell


def test_control_characters_and_endless_texts_do_not_break_it():
    run = examples.founding_case()
    run = dataclasses.replace(run, findings=run.findings.with_columns(message=pl.lit("\x00\x1b" + "x" * 50_000)))
    text = opened(run)["Findings"].cell(2, 3).value
    assert len(text) < 32_767


def test_the_same_run_gives_the_same_bytes():
    run = examples.founding_case()
    once = written(run)
    assert written(dataclasses.replace(run, provenance={**run.provenance, "started": "later", "seconds": 1})) == once
    with zipfile.ZipFile(io.BytesIO(once)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_it_says_on_its_first_sheet_what_it_is(book):
    said = " ".join(str(value) for row in book["About"].iter_rows(values_only=True) for value in row if value)
    assert "California's 34th district" in said
    assert "Synthetic electorate" in said
    assert "Jimmy Gomez is very likely to win" in said
    assert "Inferred from aggregates" in said


def test_a_precinct_without_a_vote_has_no_share():
    run = examples.founding_case()
    none = run.precincts.with_columns(counted_votes=pl.lit(0), projected_votes=pl.lit(0))
    found = rows(opened(dataclasses.replace(run, precincts=none))["Precincts"])[0]
    assert (found["counted votes"], found["counted share"], found["projected share"]) == (0, None, None)
