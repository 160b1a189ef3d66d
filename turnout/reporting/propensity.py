"""A comparison of propensity specifications, in the terminal, as CSV, and as the tables of the model's card."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl
from rich.console import Console
from rich.text import Text

from turnout import storage
from turnout.electorate import Comparison
from turnout.reporting import document, tables, words
from turnout.reporting.summary import GROUP_LABELS
from turnout.reporting.suppression import SMALLEST_CELL
from turnout.reporting.terminal import plain_table, say, title

#: Groups of at least this share of a way's voters are shown; the CSV has all.
_LEAST_SHARE: Final = 0.03


def show(found: Comparison, console: Console) -> None:
    """Print the scores by model and way, and expected over actual voters by group and way."""
    title(console, "How well propensities do", f"trained on {found.trained}, tried on {found.tested}")
    table = plain_table("Model", "Way", "AUC", "Brier", "Log loss", "Slope", text_columns=2)
    for row in found.scores.iter_rows(named=True):
        table.add_row(Text(row["model"]), Text(row["way"]), *_scores(row))
    console.print(table)
    say(console, Text(_verdict(found), "bold"))
    title(console, "By group", "expected over actual voters, the totals given; groups of 3 % or more of a way")
    names = _names(found)
    table = plain_table("Way", "Group", "Voters", *(_short(name) for name in names), text_columns=2)
    for way, group, actual, ratios in _by_group(found):
        table.add_row(Text(way), Text(group), words.count(actual), *ratios)
    console.print(table)


def write(found: Comparison, directory: Path) -> list[str]:
    """Write propensity-scores.csv, propensity-groups.csv and propensity-card.md; return their names."""
    texts = {
        "propensity-scores.csv": tables.to_csv(found.scores),
        "propensity-groups.csv": tables.to_csv(_shared_groups(found)),
        "propensity-card.md": card(found),
    }
    return storage.place_all(directory, {name: text.encode() for name, text in texts.items()})


def to_json(found: Comparison) -> str:
    """Return the same tables as JSON."""
    dates = {"trained": found.trained, "tested": found.tested}
    return document.lines({"schema": 1, **dates, "scores": found.scores, "groups": _shared_groups(found)})


def _shared_groups(found: Comparison) -> pl.DataFrame:
    """Return the groups with small cells blank."""
    small = pl.min_horizontal("expected", "actual") < SMALLEST_CELL
    return found.groups.with_columns(pl.when(~small).then(pl.col("expected", "actual")))


def card(found: Comparison) -> str:
    """Return the comparison as Markdown tables, for a model card."""
    lines = [
        f"Trained on {found.trained}, tried on {found.tested}, the totals of the latter given.",
        "",
        "| model | way | AUC | Brier | log loss | slope |",
        "|---|---|---|---|---|---|",
    ]
    for row in found.scores.iter_rows(named=True):
        lines.append(f"| {row['model']} | {row['way']} | {' | '.join(_scores(row))} |")
    names = _names(found)
    lines += ["", _verdict(found), "", f"| way | group | voters | {' | '.join(names)} |"]
    lines.append("|---|---|---|" + "---|" * len(names))
    for way, group, actual, ratios in _by_group(found):
        lines.append(f"| {way} | {group} | {words.count(actual)} | {' | '.join(ratios)} |")
    return "\n".join(lines) + "\n"


def _short(name: str) -> str:
    return name.removeprefix("propensity-").capitalize()


def _names(found: Comparison) -> list[str]:
    return found.groups["model"].unique(maintain_order=True).to_list()


def _scores(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    auc, slope = row["auc"], row["slope"]
    return (
        "" if auc is None else f"{auc:.3f}",
        f"{row['brier']:.4f}",
        f"{row['log_loss']:.4f}",
        "" if slope is None or row["model"] == "base rate" else f"{slope:.2f}",
    )


def _verdict(found: Comparison) -> str:
    """Say which has the least log loss of all ways, and whether all beat the last election alone."""
    whole = found.scores.filter((pl.col("way") == "all") & (pl.col("model") != "base rate"))
    loss = dict(whole.select("model", "log_loss").iter_rows())
    best = min(loss, key=lambda name: loss[name])
    last = loss["propensity-last"]
    worse = [name for name in loss if name != "propensity-last" and loss[name] >= last]
    beaten = f"not by {', '.join(worse)}" if worse else "by all of the others"
    return f"Least log loss: {best} ({loss[best]:.4f}). The last election alone ({last:.4f}) is beaten {beaten}."


def _by_group(found: Comparison) -> Iterator[tuple[str, str, float, list[str]]]:
    """Yield way, group, actual voters, and expected over actual by model, of groups large enough to say."""
    large = (pl.col("actual") / pl.col("actual").sum().over("model", "way") >= _LEAST_SHARE) & (
        pl.min_horizontal("expected", "actual") >= SMALLEST_CELL
    )
    for frame in found.groups.filter(large).partition_by("way", "group", maintain_order=True):
        by_model = dict(frame.select("model", pl.col("expected") / pl.col("actual")).iter_rows())
        ratios = [f"{by_model[name]:.2f}" if name in by_model else "" for name in _names(found)]
        yield frame["way"][0], GROUP_LABELS[frame["group"][0]], frame["actual"][0], ratios
