"""Boundaries of precincts: read, found by name, drawn."""

import json
import math
import re

import pytest

from turnout.errors import InputRefused, UsageError
from turnout.reporting import boundaries

UNITS = [("Kern", "1"), ("Kern", "2B"), ("Inyo", "1")]


def feature(at=0.0, kind="Polygon", **properties):
    ring = [[at, 40.0], [at + 1, 40.0], [at + 1, 41.0], [at, 41.0], [at, 40.0]]
    coordinates = [ring] if kind == "Polygon" else [[ring]]
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


@pytest.fixture
def read(tmp_path):
    def of(*features):
        path = tmp_path / "precincts.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        return boundaries.read(path)

    return of


def keys(drawn):
    return [(outline.county, outline.precinct) for outline in drawn.outlines]


def test_precincts_are_found_by_county_and_name_whatever_the_properties_are_called(read):
    shapes = read(
        feature(0, CNTY="INYO", PREC="001"), feature(1, CNTY="KERN", PREC="001"), feature(2, CNTY="KERN", PREC="2-b")
    )
    assert keys(boundaries.draw(shapes, UNITS)) == UNITS


def test_one_property_may_name_both(read):
    shapes = read(feature(0, KEY="Inyo-0001"), feature(1, KEY="Kern-0001"), feature(2, KEY="Kern-02B"))
    assert keys(boundaries.draw(shapes, UNITS)) == UNITS


def test_a_number_will_do_where_it_names_one_precinct_only(read):
    shapes = read(feature(0, id=7), feature(1, id=8))
    assert keys(boundaries.draw(shapes, [("", "0007"), ("", "0008"), ("", "0009")])) == [("", "0007"), ("", "0008")]


def test_where_none_is_found_the_properties_there_are_are_told(read):
    drawn = boundaries.draw(read(feature(0, NAME="elsewhere", FID=3)), UNITS)
    assert (drawn.outlines, drawn.properties) == ((), ("FID", "NAME"))


def test_a_square_of_the_north_is_narrower_than_high(read):
    drawn = boundaries.draw(read(feature(0, id="1", kind="MultiPolygon")), [("", "1")])
    points = [tuple(map(float, pair.split())) for pair in re.findall(r"[\d.]+ [\d.]+", drawn.outlines[0].path)]
    width, height = (max(axis) - min(axis) for axis in zip(*points, strict=True))
    assert width / height == pytest.approx(0.76, abs=0.01)  # the cosine of 40.5 degrees
    assert all(0 <= x <= drawn.width and 0 <= y <= drawn.height for x, y in points)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"features": [', "line 1, column"),
        ('{"type": "Topology"}', "not GeoJSON"),
        ("[]", "not GeoJSON"),
        ('{"features": []}', "no Polygon"),
        ('{"features": [{"geometry": {"type": "Point", "coordinates": [1, 2]}}]}', "no Polygon"),
        ('{"features": [{"geometry": {"type": "Polygon", "coordinates": [[["a", 1]]]}}]}', "no Polygon"),
        ('{"features": [{"geometry": {"type": "Polygon", "coordinates": [[[1], [2], [3], [4]]]}}]}', "not GeoJSON"),
    ],
)
def test_another_file_is_refused_with_the_remedy(tmp_path, text, said):
    path = tmp_path / "b.geojson"
    path.write_text(text)
    with pytest.raises(InputRefused, match=said) as refused:
        boundaries.read(path)
    assert "Export the precincts" in str(refused.value)


def test_a_shapefile_is_refused(tmp_path):
    (tmp_path / "b.shp").write_bytes(b"\x00\x00\x27\x0a\xff\xfe")
    with pytest.raises(InputRefused, match="a shapefile is not one"):
        boundaries.read(tmp_path / "b.shp")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"gone\.geojson"):
        boundaries.read(tmp_path / "gone.geojson")


def test_outlines_are_drawn_as_finely_as_there_is_room_for(read):
    circle = [[math.cos(turn / 500 * math.tau), math.sin(turn / 500 * math.tau)] for turn in range(501)]
    shape = feature(0, id="1")
    shape["geometry"]["coordinates"] = [circle]
    sizes = [
        len(boundaries.draw(read(shape), [("", "1")], size=size).outlines[0].path) for size in (9_000, 3_000, 1_000)
    ]
    assert sizes[0] > sizes[1] > sizes[2]
    assert sizes[1] <= 3_000
    assert sizes[2] <= 1_000
