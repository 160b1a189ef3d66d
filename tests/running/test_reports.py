"""A real run's page and workbook: the map, the ledger, and the same bytes again."""

import json
from pathlib import Path

import pytest

from tests.projection.conftest import MODES, write_returns
from tests.projection.test_project import election, precincts, with_polls
from turnout import reporting
from turnout.contest import Contest, Inputs
from turnout.errors import InputRefused
from turnout.running import project

REPORTS = ("projection.csv", "projection.json", "report.html", "report.xlsx")


def boundaries(path: Path, lines: list[dict]) -> Path:
    """Write a GeoJSON file of the precincts: squares in a row."""
    keys = sorted({(line["county"], line["precinct"]) for line in lines})
    features = [
        {
            "type": "Feature",
            "properties": {"COUNTY_NAM": county, "PREC": precinct},
            "geometry": {"type": "Polygon", "coordinates": [[[x, 34], [x + 1, 34], [x + 1, 35], [x, 35], [x, 34]]]},
        }
        for x, (county, precinct) in enumerate(keys, start=-120)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.fixture
def lines():
    return election(precincts=12)


def contest(tmp_path: Path, lines: list[dict], count: int, **inputs: Path) -> Contest:
    returns = write_returns(tmp_path / "returns.csv", with_polls(lines, precincts(lines)[:count]), MODES)
    return Contest(inputs=Inputs(returns=(returns,), **inputs), output=tmp_path / "out", draws=200)


def test_the_page_has_a_map_of_the_precincts_and_so_has_one_built_again(tmp_path, lines):
    map_file = boundaries(tmp_path / "b.geojson", lines)
    project.run(contest(tmp_path, lines, 4, boundaries=map_file))
    page = tmp_path / "out" / "report.html"
    assert "12 of 12 precincts are on the map" in page.read_text()
    before = page.read_bytes()
    reporting.rebuild(tmp_path / "out", map_file)
    assert page.read_bytes() == before
    reporting.rebuild(tmp_path / "out")
    assert "on the map" not in page.read_text()


def test_a_boundary_file_that_names_no_precinct_says_what_it_has(tmp_path, lines):
    others = [{**line, "precinct": f"X{line['precinct']}"} for line in lines]
    project.run(contest(tmp_path, lines, 4, boundaries=boundaries(tmp_path / "b.geojson", others)))
    assert "Its properties are COUNTY_NAM, PREC;" in (tmp_path / "out" / "report.html").read_text()


def test_boundaries_that_cannot_be_used_are_refused_before_anything_is_published(tmp_path, lines):
    (tmp_path / "b.geojson").write_text("PK")
    with pytest.raises(InputRefused, match="not JSON"):
        project.run(contest(tmp_path, lines, 4, boundaries=tmp_path / "b.geojson"))
    assert not (tmp_path / "out" / "projection.csv").exists()


def test_the_same_again_gives_the_same_bytes_and_more_returns_an_entry_more(tmp_path, lines):
    project.run(contest(tmp_path, lines, 4))
    before = {name: (tmp_path / "out" / name).read_bytes() for name in REPORTS}
    project.run(contest(tmp_path, lines, 4))
    assert {name: (tmp_path / "out" / name).read_bytes() for name in REPORTS} == before
    run = project.run(contest(tmp_path, lines, 8))
    assert run.ledger["run"].unique().to_list() == [1, 2]
    assert "in the first of 2 runs" in (tmp_path / "out" / "report.html").read_text()
