import dataclasses
import json
import math

import polars as pl
import pytest

from tests.reporting import examples
from turnout import reporting
from turnout.errors import InputRefused, UsageError


def test_json_says_what_the_csv_says_and_more():
    document = json.loads(reporting.to_json(examples.founding_case()))
    assert list(document) == [
        "schema", "contest", "synthetic", "projection", "together", "totals", "components", "support",
        "reconciliation", "findings", "provenance", "precincts",
    ]  # fmt: skip
    assert document["synthetic"] is True
    assert document["contest"]["date"] == "2017-06-06"
    assert document["projection"][0]["candidate"] == "Jimmy Gomez"
    assert document["projection"][0]["projected_share"] == 0.587
    assert {row["component"] for row in document["components"]} >= {"mode shift", "sampling"}


def test_json_never_holds_nan():
    run = dataclasses.replace(examples.fully_abstained(), provenance={"score": math.nan, "parts": [math.inf, 1.5]})
    document = json.loads(reporting.to_json(run), parse_constant=pytest.fail)
    assert document["projection"][0]["projected_share"] is None
    assert document["provenance"] == {"score": None, "parts": [None, 1.5]}


def test_names_are_verbatim_in_json():
    run = examples.founding_case()
    run = dataclasses.replace(run, projection=run.projection.with_columns(candidate=pl.lit("=Núñez")))
    assert json.loads(reporting.to_json(run))["projection"][0]["candidate"] == "=Núñez"


def test_when_and_how_long_it_ran_does_not_change_the_bytes(tmp_path):
    run = examples.founding_case()
    later = dataclasses.replace(run, provenance={**run.provenance, "started": "2030-01-01T00:00:00", "seconds": 99.0})
    for name, which in (("first", run), ("second", later)):
        (tmp_path / name).mkdir()
        reporting.write(tmp_path / name, which)
    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes()


def test_files_are_their_owners_alone(tmp_path):
    reporting.write(tmp_path, examples.founding_case())
    names = {"projection.csv", "projection.json", "cohorts.csv", "report.html", "report.xlsx"}
    assert {path.name for path in tmp_path.iterdir()} == names
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_without_a_voter_file_there_is_no_cohorts_csv(tmp_path):
    reporting.write(tmp_path, examples.ballot(8))
    assert not (tmp_path / "cohorts.csv").exists()
    assert reporting.read(tmp_path).cohorts is None


@pytest.mark.parametrize("make", [examples.founding_case, examples.fully_abstained, lambda: examples.ballot(60)])
def test_a_page_rebuilt_is_the_page_that_was_written(tmp_path, make):
    reporting.write(tmp_path, make())
    reports = [tmp_path / "report.html", tmp_path / "report.xlsx"]
    before = [path.read_bytes() for path in reports]
    for path in reports:
        path.write_text("lost")
    assert reporting.rebuild(tmp_path) == reports
    assert [path.read_bytes() for path in reports] == before
    assert not list(tmp_path.glob(".report*"))


def test_rebuilding_through_published_links_leaves_them(tmp_path):
    home = tmp_path / ".runs" / "one"
    home.mkdir(parents=True)
    reporting.write(home, examples.founding_case())
    (tmp_path / ".current").symlink_to(".runs/one")
    for path in home.iterdir():
        (tmp_path / path.name).symlink_to(f".current/{path.name}")
    reporting.rebuild(tmp_path)
    assert (tmp_path / "report.html").is_symlink()
    assert (home / "report.html").read_text().startswith("<!doctype html>")


def test_rebuilding_from_nothing_says_what_to_do(tmp_path):
    with pytest.raises(UsageError, match="turnout project"):
        reporting.rebuild(tmp_path)


@pytest.mark.parametrize("text", ["{}", "[]", "not json", '{"schema": 99}'])
def test_a_foreign_projection_json_is_refused(tmp_path, text):
    (tmp_path / "projection.json").write_text(text)
    with pytest.raises(InputRefused, match=r"projection\.json"):
        reporting.read(tmp_path)
