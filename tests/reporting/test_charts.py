"""Charts as SVG in the page."""

from xml.etree import ElementTree as ET

import pytest

from turnout.reporting import charts

GROUPS = ["White", "Korean", "A group of a very long name indeed"]
EARLY = charts.Series("Early", "early", [0.3, 0.27, None])
POLL = charts.Series("Poll", "poll", [0.35, 0.07, 0.01])


def drawn(markup):
    return ET.fromstring(str(markup))  # noqa: S314 - our own


def texts(root, kind):
    return [node.text for node in root.iter("text") if node.get("class") == kind]


def test_bars_stand_in_the_order_of_their_labels_and_series():
    root = drawn(charts.shares(GROUPS, [EARLY, POLL], "who"))
    titles = {title.text: float(bar.find("rect").get("y")) for bar in root.iter("g") if bar.get("class") == "bar"
              for title in bar.iter("title")}  # fmt: skip
    assert sorted(titles, key=titles.get) == [
        "Early: 30.0 %", "Poll: 35.0 %", "Early: 27.0 %", "Poll: 7.0 %", "Poll: 1.0 %",
    ]  # fmt: skip
    assert sorted(texts(root, "value")) == ["1.0 %", "27.0 %", "30.0 %", "35.0 %", "7.0 %"]


def test_an_interval_is_drawn_about_each_bar():
    series = charts.Series("Gomez", "candidate-1", [0.5, 0.2], [0.4, 0.1], [0.6, 0.3])
    root = drawn(charts.shares(["a", "b"], [series], "who", whole=True))
    assert len([group for group in root.iter("g") if group.get("class") == "ci"]) == 2


@pytest.mark.parametrize(
    "chart",
    [
        charts.shares(GROUPS, [EARLY, POLL], 'says "<this>"'),
        charts.spreads(["mode shift", "sampling"], [0.03, 0.001], 'says "<this>"'),
        charts.counts(["over 99 %", "under 65 %"], [12, 0], 'says "<this>"'),
        charts.lines(["1", "2"], [charts.Series("Gomez", "candidate-1", [0.5, None])], 'says "<this>"'),
    ],
)
def test_a_chart_brings_no_style_script_or_date_and_says_what_it_shows(chart):
    root = drawn(chart)
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'says "<this>"'
    assert not {"style", "script", "defs", "desc"} & {node.tag for node in root.iter()}
    assert not any(name in node.attrib for node in root.iter() for name in ("style", "id", "href"))
    assert "pygal" not in chart
    assert "<!--" not in chart


def test_a_name_is_only_text():
    chart = charts.shares(["<b>x</b>"], [charts.Series("<i>", "early", [0.5])], "")
    assert "<b>" not in chart
    assert "<i>" not in chart


def test_the_same_values_give_the_same_drawing():
    assert charts.shares(GROUPS, [EARLY, POLL], "who") == charts.shares(GROUPS, [EARLY, POLL], "who")


def test_nothing_but_noughts_can_be_drawn():
    assert "0.0 %" in charts.shares(["a"], [charts.Series("Early", "early", [0.0])], "none")
