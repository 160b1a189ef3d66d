"""A backtest's scores in the terminal and as a chart."""

import io
from xml.etree import ElementTree as ET

import polars as pl
import pytest
from rich.console import Console

from tests.backtest.test_scores import TOY, row, table
from turnout.backtest import Backtest, summarise
from turnout.reporting import backtest as report


@pytest.fixture
def result() -> Backtest:
    many = [row(contest=f"Seat {number}", date="2018-11-06", projected_share=0.57) for number in range(10)]
    early = [{**each, "stage": 0, "order": ""} for each in (*TOY, *many)]
    rows = table(*TOY, *many, *early)
    skipped = rows.select("state", "date", "stage", "order").head(1).with_columns(reason=pl.lit("no contest counts"))
    return Backtest(rows, summarise(rows), skipped.select("state", "date", "stage", "order", "reason"), {"seed": 1})


def shown(result: Backtest, tmp_path, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    report.show(result, tmp_path, console)
    return console.file.getvalue()


def test_scores_fit_eighty_columns(result, tmp_path):
    text = shown(result, tmp_path)
    assert max(map(len, text.splitlines()[:-1])) <= 80
    assert text.count("25 % random") == 2  # not folded in either table
    assert "ZZ 2018-11-06" in text
    assert "no contest counts: 1" in text


def test_the_chart_has_a_point_for_every_stage(result):
    drawing = ET.fromstring(report.chart(result.summary))  # noqa: S314 - our own
    circles = drawing.findall(".//{http://www.w3.org/2000/svg}circle")
    assert len(circles) == 2 * (2 + 1)  # two panels: at random at 0 and 25 %, by county at 0 %


def test_what_is_written_says_no_time(result, tmp_path):
    report.write(tmp_path, result)
    first = (tmp_path / report.SUMMARY_JSON).read_bytes()
    report.write(tmp_path, result)
    assert (tmp_path / report.SUMMARY_JSON).read_bytes() == first
