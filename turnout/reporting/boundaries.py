"""Precincts on a map: boundaries from a user's GeoJSON file, found by name, drawn as shapes of a few units."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from turnout.errors import InputRefused, UsageError

#: Units of the map's width.
_WIDTH: Final = 350
#: Least distance, in units, of two points of an outline that both are drawn, and the furthest it may grow.
_LEAST: Final = 0.35
_COARSEST: Final = 12.0
#: Height over width beyond which a map is fitted to its height.
_TALLEST: Final = 1.3
_PARTS: Final = re.compile(r"[a-z]+|[0-9]+")

Ring = tuple[tuple[float, float], ...]
Key = tuple[str, str]


@dataclass(frozen=True)
class Shape:
    """One feature of the file: its properties as text, and its rings of longitude and latitude (or any plane's)."""

    properties: Mapping[str, str]
    rings: tuple[Ring, ...]


@dataclass(frozen=True)
class Outline:
    """One precinct on the map: its county and precinct, as the returns have them, and an SVG path."""

    county: str
    precinct: str
    path: str


@dataclass(frozen=True)
class Map:
    """Outlines of the precincts that were found, in units; ``properties`` of the file for where none was."""

    width: int
    height: int
    outlines: tuple[Outline, ...]
    properties: tuple[str, ...]


def read(path: Path) -> tuple[Shape, ...]:
    """Read the polygons of a GeoJSON file.

    Raises
    ------
    UsageError
        If the file cannot be opened.
    InputRefused
        If it is not GeoJSON, or holds no polygon.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}). It is named under boundaries.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InputRefused(f"{path}, {where}: not JSON ({error.msg}). Export the precincts as GeoJSON.") from None
    except UnicodeDecodeError:
        raise InputRefused(
            f"{path}: not UTF-8 text. Export the precincts as GeoJSON; a shapefile is not one."
        ) from None
    try:
        shapes = tuple(_shapes(document))
    except (TypeError, KeyError, ValueError, IndexError, AttributeError):
        raise InputRefused(
            f"{path}: not GeoJSON with features. Export the precincts as a FeatureCollection."
        ) from None
    if not shapes:
        raise InputRefused(
            f"{path}: holds no Polygon or MultiPolygon. Export the precincts' areas, not points or lines."
        )
    return shapes


def draw(shapes: Sequence[Shape], units: Sequence[Key], *, size: int = 900_000) -> Map:
    """Find units (county, precinct) among the shapes and draw those that are there, in the order of the units.

    Outlines are drawn as finely as ``size`` characters allow.
    """
    found = _found(shapes, units)
    rings = [ring for shape in found.values() for ring in shape.rings]
    names = tuple(sorted({name for shape in shapes for name in shape.properties}))
    if not rings:
        return Map(_WIDTH, 1, (), names)
    place, height = _projection(rings)
    least, outlines = _LEAST, _outlines(found, units, place, _LEAST)
    while sum(len(outline.path) for outline in outlines) > size and least < _COARSEST:
        least *= 2
        outlines = _outlines(found, units, place, least)
    return Map(_WIDTH, height, outlines, names)


def _outlines(
    found: Mapping[Key, Shape], units: Sequence[Key], place: tuple[float, float, float, float], least: float
) -> tuple[Outline, ...]:
    return tuple(
        Outline(county, precinct, "".join(_path(ring, place, least) for ring in found[county, precinct].rings))
        for county, precinct in units
        if (county, precinct) in found
    )


def _shapes(document: Mapping[str, Any]) -> Iterator[Shape]:
    for feature in document["features"]:
        geometry = feature.get("geometry") or {}
        coordinates: list[Any] = geometry.get("coordinates") or []
        polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(str(geometry.get("type")), [])
        rings = tuple(
            tuple((float(x), float(y)) for x, y, *_ in ring)
            for polygon in polygons
            for ring in polygon
            if len(ring) > 3
        )
        if rings and all(math.isfinite(x) and math.isfinite(y) for ring in rings for x, y in ring):
            properties = feature.get("properties") or {}
            yield Shape({str(k): str(v) for k, v in properties.items() if isinstance(v, str | int)}, rings)


def _found(shapes: Sequence[Shape], units: Sequence[Key]) -> dict[Key, Shape]:
    """Return the units that some property, or two, names; by those that name the most of them."""
    names = sorted({name for shape in shapes for name in shape.properties})
    counties = {_plain(county) for county, _ in units}
    alone = {_plain(precinct): (county, precinct) for county, precinct in units}
    asked: dict[tuple[str, ...], Key] = {
        (_plain(county), _plain(precinct)): (county, precinct) for county, precinct in units
    }
    together = {f"{county}{precinct}": unit for (county, precinct), unit in asked.items()}
    best: dict[Key, Shape] = {}
    for name in names:
        told = [(_plain(shape.properties.get(name, "")), shape) for shape in shapes]
        ways = [{together[text]: shape for text, shape in told if text in together}]
        if len(alone) == len(units):
            ways.append({alone[text]: shape for text, shape in told if text in alone})
        for other in names:
            of_county = [_plain(shape.properties.get(other, "")) for shape in shapes]
            if other != name and counties & set(of_county) - {""}:
                pairs = zip(of_county, told, strict=True)
                ways.append({asked[c, text]: shape for c, (text, shape) in pairs if (c, text) in asked})
        best = max([best, *ways], key=len)
    return best


def _plain(text: str) -> str:
    """Return a name without case, marks and leading zeros: ``Precinct 007-A`` is ``precinct7a``."""
    return "".join(part.lstrip("0") or "0" if part.isdigit() else part for part in _PARTS.findall(text.lower()))


def _projection(rings: Sequence[Ring]) -> tuple[tuple[float, float, float, float], int]:
    """Return left, top, and units per degree across and down, for a plane true at its middle; and its height."""
    xs = [x for ring in rings for x, _ in ring]
    ys = [y for ring in rings for _, y in ring]
    degrees = max(map(abs, xs)) <= 180 and max(map(abs, ys)) <= 90
    narrow = math.cos(math.radians((min(ys) + max(ys)) / 2)) if degrees else 1.0
    across, down = max((max(xs) - min(xs)) * narrow, 1e-9), max(max(ys) - min(ys), 1e-9)
    scale = min(_WIDTH / across, _WIDTH * _TALLEST / down)
    left = min(xs) - (_WIDTH / scale - across) / 2 / narrow
    return (left, max(ys), scale * narrow, scale), math.ceil(down * scale)


def _path(ring: Ring, place: tuple[float, float, float, float], least: float) -> str:
    left, top, across, down = place
    points = [((x - left) * across, (top - y) * down) for x, y in ring]
    kept = [points[0]]
    for point in points[1:-1]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= least:
            kept.append(point)
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in kept) + "Z"
