"""Charts as SVG that stands in the page: drawn by pygal, coloured by the page's own style sheet.

Nothing in them runs, so they are there in a mail client's preview and on paper as they are in a browser, and they
follow the page into the dark. What pygal brings of its own is taken out: styles, scripts, and the day it ran. Each
mark keeps its value as a title, which browsers show where one points; each chart says in words what it shows.
"""

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.etree.ElementTree import Element

import pygal
from markupsafe import Markup
from pygal.etree import etree
from pygal.style import Style

from turnout.reporting import words

# pygal looks for plug-ins of its own at every import of any module that is not there, in a way that Python warns of.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]
# It would build drawings with lxml where that is installed, and they would not be the same bytes.
etree.to_etree()

#: Units of a chart's width: about a phone's screen, so that its letters can be read there.
_WIDTH: Final = 350
#: Mean width of a letter of a label, in units, and the part of the width that labels may take.
_LETTER: Final = 6.0
_LABELS: Final = 0.36
#: End of a scale over the largest value, where figures stand after the bars.
_ROOM: Final = 1.2
#: What pygal takes the letters for when it leaves room for them; their looks are the page's.
_ROOM_FOR_LABELS: Final = Style(label_font_size=11.5, major_label_font_size=11.5, value_font_size=10.5)
_SERIES: Final = re.compile(r"series serie-(\d+) ")
_NUMBER: Final = re.compile(r"-?\d+\.\d+")
#: Attributes that place what is drawn, and need no more than a tenth of a unit.
_PLACES: Final = frozenset({"d", "x", "y", "width", "height", "cx", "cy", "r", "transform"})


@dataclass(frozen=True)
class Series:
    """One series of a chart: its name, the class that colours it, and values; None where there is none.

    ``low`` and ``high`` are the ends of an interval about each value; empty for none.
    """

    name: str
    colour: str
    values: Sequence[float | None]
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()


def shares(labels: Sequence[str], series: Sequence[Series], alt: str, *, whole: bool = False) -> Markup:
    """Draw shares as horizontal bars, a group of them for each label, from top to bottom.

    Parameters
    ----------
    labels : what each group of bars is of
    series : shares in [0, 1], as many as labels; they stand in this order within a group
    alt : what the chart shows, in words
    whole : whether the scale goes from 0 to 1, with ticks, and not as far as the values do, with their figures
    """
    thick = 11 if len(series) > 1 else 18
    scale = {"range": (0, 1), "y_labels": (0, 0.25, 0.5, 0.75, 1)} if whole else {"show_x_labels": False}
    return _bars(labels, series, alt, _whole_per_cent if whole else words.percent, thick, **scale)


def spreads(labels: Sequence[str], values: Sequence[float], alt: str) -> Markup:
    """Draw standard deviations of shares as horizontal bars, in points."""
    series = [Series("", "main", values)]
    return _bars(labels, series, alt, words.points, 16, show_x_labels=False)


def counts(labels: Sequence[str], values: Sequence[int], alt: str) -> Markup:
    """Draw how many there are of each as horizontal bars."""
    return _bars(labels, [Series("", "main", values)], alt, words.count, 16, show_x_labels=False)


def lines(labels: Sequence[str], series: Sequence[Series], alt: str) -> Markup:
    """Draw shares as lines over an ordered axis, as of runs; parameters as of :func:`shares`."""
    known = [value for one in series for value in one.values if value is not None]
    chart = pygal.Line(
        **_bare(_whole_per_cent, 230),
        range=(max(min(known) - 0.02, 0.0), min(max(known) + 0.02, 1.0)),
        max_scale=6,
        show_minor_x_labels=False,
        dots_size=2.5 if len(labels) <= 40 else 1,
    )
    chart.x_labels = list(labels)
    chart.x_labels_major = list(labels) if len(labels) <= 5 else [labels[0], labels[-1]]
    for one in series:
        chart.add(one.name, list(one.values), show_dots=one.colour.startswith("candidate"))
    return _inline(chart, "lines", alt, series)


def _bars(
    labels: Sequence[str],
    series: Sequence[Series],
    alt: str,
    say: Callable[[float], str],
    thick: int,
    **options: Any,  # noqa: ANN401 - pygal's own
) -> Markup:
    longest = max((len(label) for label in labels), default=0)
    most = max((value for one in series for value in one.values if value is not None), default=0.0)
    if "range" not in options:
        options["range"] = (0, (most or 1.0) * _ROOM)  # the figure stands after the bar
    chart = pygal.HorizontalBar(
        **_bare(say, len(labels) * (len(series) * thick + 9) + (24 if "y_labels" in options else 6)),
        truncate_label=int(_WIDTH * _LABELS / _LETTER) if longest * _LETTER > _WIDTH * _LABELS else -1,
        print_values="y_labels" not in options,
        print_values_position="top",
        **options,
    )
    chart.x_labels = list(reversed(labels))
    for one in series:
        chart.add(one.name, [_value(one, number) for number in reversed(range(len(labels)))])
    return _inline(chart, "bars", alt, series)


def _bare(say: Callable[[float], str], height: int) -> dict[str, Any]:
    """Return what all charts share: no style, script or legend of pygal's own."""
    return {
        "css": (),
        "js": (),
        "no_prefix": True,
        "show_legend": False,
        "width": _WIDTH,
        "height": height,
        "margin": 0,
        "margin_right": 4,
        "spacing": 5,
        "style": _ROOM_FOR_LABELS,
        "value_formatter": lambda value: "" if value is None else say(value),
    }


def _value(series: Series, number: int) -> dict[str, Any] | float | None:
    value = series.values[number]
    if value is None or not series.low or series.low[number] is None:
        return value
    return {"value": value, "ci": {"low": series.low[number], "high": series.high[number]}}


def _whole_per_cent(share: float) -> str:
    return words.percent(share, 0)


def _inline(chart: Any, kind: str, alt: str, series: Sequence[Series]) -> Markup:  # noqa: ANN401
    """Return a chart as it stands in the page."""
    root = chart.render_tree()
    graph = root.find("g")
    _clean(graph, series, "")
    drawing = etree.Element(
        "svg",
        {"class": f"drawn {kind}", "viewBox": root.get("viewBox"), "role": "img", "aria-label": alt},
    )
    drawing.append(graph)
    return Markup(etree.tostring(drawing, encoding="unicode"))  # noqa: S704 - the tree has escaped every text in it


def _clean(node: Element, series: Sequence[Series], name: str) -> None:
    """Take out what only pygal's scripts would use, name the marks, and round what is drawn to a tenth of a unit."""
    for child in list(node):
        kind = child.get("class", "")
        if child.tag == "desc" and kind == "value":
            child.tag, child.text = "title", f"{name}{child.text}"
            child.attrib.clear()
        elif child.tag in ("desc", "title") or kind in ("titles", "background") or "tooltip-overlay" in kind:
            node.remove(child)
            continue
        inner = name
        if found := _SERIES.match(kind):
            one = series[int(found[1])]
            child.set("class", f"series {one.colour}")
            inner = f"{one.name}: " if one.name else ""
        child.attrib.pop("style", None)
        for place in _PLACES & child.attrib.keys():
            child.set(
                place, _NUMBER.sub(lambda match: f"{float(match[0]):.1f}".removesuffix(".0"), child.get(place, ""))
            )
        _clean(child, series, inner)
