"""A backtest's files, and its scores in the terminal."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl
from rich.console import Console
from rich.text import Text

from turnout import storage
from turnout.backtest import Backtest
from turnout.backtest.scores import LEVELS, MANY
from turnout.reporting import tables
from turnout.reporting.terminal import plain_table, say, title

ROWS_CSV: Final = "backtest.csv"
SUMMARY_CSV: Final = "summary.csv"
SUMMARY_JSON: Final = "summary.json"
CHART_SVG: Final = "backtest.svg"

#: Raised when a key changes its meaning or goes away.
_SCHEMA_VERSION: Final = 1
_ORDER: Final = {"": "before any poll vote", "random": "precincts at random", "county": "whole counties first"}
_COLOUR: Final = {"random": "#1f5fa8", "county": "#b3541e"}
#: Plot area of each chart panel, and what its axis spans.
_WIDTH: Final = 300.0
_HEIGHT: Final = 200.0


def write(directory: Path, result: Backtest) -> None:
    """Write ``backtest.csv``, ``summary.csv``, ``summary.json``, ``backtest.svg``: same result, same bytes."""
    texts = {
        ROWS_CSV: tables.to_csv(result.rows),
        SUMMARY_CSV: tables.to_csv(result.summary),
        SUMMARY_JSON: to_json(result),
        CHART_SVG: chart(result.summary),
    }
    for name, text in texts.items():
        storage.write(directory / name, text.encode())


def to_json(result: Backtest) -> str:
    """Return the scores, what was left out and what they rest on as JSON text."""
    floats = [name for name, kind in result.summary.schema.items() if kind.is_float()]
    summary = result.summary.with_columns(pl.col(floats).round(6))
    document = {
        "schema": _SCHEMA_VERSION,
        "summary": summary.to_dicts(),
        "skipped": result.skipped.to_dicts(),
        "provenance": result.provenance,
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def show(result: Backtest, output: Path, console: Console) -> None:
    """Print error, honesty and calls by stage, then the elections that did worst."""
    stages = result.summary.filter(pl.col("by") == "all")
    title(console, "Error against the count alone", "1 = as good as counting; points are hundredths of a share")
    table = plain_table(
        "Reported", "n", "Ratio", f"{MANY}+", "Worst", "Last", "Swing", "Error", "Count", text_columns=1
    )
    for row in stages.iter_rows(named=True):
        ratios = [
            row[name]
            for name in ("ratio", "ratio_many", "ratio_worst_many", "last_shift_ratio", "uniform_swing_ratio")
        ]
        points = [row[name] for name in ("mae", "naive_mae")]
        table.add_row(_stage(row), f"{row['contests']:,}", *map(_two, ratios), *map(_points, points))
    console.print(table)
    say(
        console,
        Text(
            f"n: contests. Ratio: mean over elections; {MANY}+: over those with at least {MANY} contests; Worst: of "
            "those. Last: the last election's shift applied. Swing: that of the contest's own reported precincts. "
            "Error: of the projection, Count: of the count alone, in points.",
            "dim",
        ),
    )
    title(console, "Outcomes inside the interval, and wrong leaders")
    table = plain_table("Reported", *(f"{level} %" for level in LEVELS), "Width", "Wrong", "Count", "Brier", "Count")
    for row in stages.iter_rows(named=True):
        table.add_row(
            _stage(row),
            *(_two(row[f"coverage{level}"]) for level in LEVELS),
            _two(row["width90_by_mae"]),
            f"{row['wrong']:,}",
            f"{row['naive_wrong']:,}",
            *(f"{row[name]:.3f}" for name in ("brier", "naive_brier")),
        )
    console.print(table)
    say(
        console,
        Text(
            "Width: of the 90 % interval, over the mean error. Wrong: contests whose leader was; Brier: the score of "
            "the win probability; beside each, the count alone, which is taken to be sure of its leader.",
            "dim",
        ),
    )
    _show_elections(result.summary, console)
    skipped = result.skipped.group_by("reason").len().sort("reason")
    for reason, number in skipped.iter_rows():
        say(console, Text(f"Left out, {reason}: {number}.", "dim"))
    console.print(
        Text(f"\nWritten to {output}: {ROWS_CSV}, {SUMMARY_CSV}, {SUMMARY_JSON}, {CHART_SVG}"), soft_wrap=True
    )


def chart(summary: pl.DataFrame) -> str:
    """Return error ratio and 90 % coverage by stage as one self-contained SVG."""
    from turnout.reporting import templating  # noqa: PLC0415 - Jinja2 is needed here only

    rows = summary.filter(pl.col("by") == "all").to_dicts()
    furthest = max((row["stage"] for row in rows), default=0) or 1
    top = max([1.2, *(row["ratio"] or 0.0 for row in rows)])
    panels = [
        _panel("Error ÷ error of the count alone", rows, "ratio", (0.0, top, 0.25), (1.0, 1.0), furthest),
        _panel("Outcomes inside the 90 % interval", rows, "coverage90", (0.5, 1.0, 0.1), (0.87, 0.94), furthest),
    ]
    environment = templating.environment()
    ticks = [
        {"at": f"{stage / furthest * _WIDTH:.1f}", "label": f"{stage} %"}
        for stage in sorted({r["stage"] for r in rows})
    ]
    legend = [{"label": _ORDER[order], "colour": colour} for order, colour in _COLOUR.items()]
    return environment.get_template("backtest.svg.j2").render(
        panels=panels, ticks=ticks, legend=legend, width=_WIDTH, height=_HEIGHT
    )


def _panel(
    name: str,
    rows: Sequence[dict[str, Any]],
    column: str,
    axis: tuple[float, float, float],
    band: tuple[float, float],
    furthest: float,
) -> dict[str, object]:
    """Return a panel's lines and axis as coordinates; ``axis``: lowest, highest and step of its labels."""
    low, high, step = axis

    def up(value: float) -> float:
        return (high - min(max(value, low), high)) / (high - low) * _HEIGHT

    lines = []
    for order, colour in _COLOUR.items():
        shown = sorted((r["stage"], r[column]) for r in rows if r["order"] in ("", order) and r[column] is not None)
        points = [(f"{stage / furthest * _WIDTH:.1f}", f"{up(value):.1f}") for stage, value in shown]
        lines.append({"colour": colour, "points": points})
    labels = [round(low + step * number, 2) for number in range(int((high - low) / step + 1e-9) + 1)]
    return {
        "name": name,
        "lines": lines,
        "labels": [{"at": f"{up(value):.1f}", "text": f"{value:.2f}"} for value in labels],
        "band": (f"{up(band[1]):.1f}", f"{up(band[0]) - up(band[1]):.1f}"),
    }


def _show_elections(summary: pl.DataFrame, console: Console) -> None:
    """Print the ratio of each election with many contests, stages side by side."""
    elections = summary.filter((pl.col("by") == "election") & (pl.col("contests") >= MANY))
    if elections.is_empty():
        return
    stages = summary.filter(pl.col("by") == "all").to_dicts()
    ratios = {(r["state"], r["date"], r["order"], r["stage"]): r["ratio"] for r in elections.iter_rows(named=True)}
    title(console, f"Ratio by election, those with at least {MANY} contests")
    heads = [f"{row['order'][:1]}{row['stage']}" for row in stages]
    table = plain_table("Election", "n", *heads)
    counted = elections.group_by("state", "date").agg(pl.col("contests").max()).sort("date", "state")
    for state, date, contests in counted.iter_rows():
        found = [ratios.get((state, date, row["order"], row["stage"])) for row in stages]
        table.add_row(Text(f"{state} {date}"), f"{contests:,}", *map(_two, found))
    console.print(table)
    say(console, Text("r: precincts at random, c: whole counties first, and per cent reported.", "dim"))


def _stage(row: dict[str, object]) -> str:
    return f"{row['stage']} % {row['order']}".rstrip()


def _two(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _points(value: float) -> str:
    return f"{value * 100:.2f}"
