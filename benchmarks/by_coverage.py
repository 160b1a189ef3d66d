"""How often the 90 % intervals of `turnout cohorts --by` hold, on synthetic electorates.

    python benchmarks/by_coverage.py                      # 6 seeds of either kind at 60,000 voters
    python benchmarks/by_coverage.py --seeds 12 --kind like

Each electorate is read and estimated from names, as `turnout cohorts` does at the first count, and tabulated by each
dimension, and by group and party. A cell counts if at least ten voters are expected in it. Beside the share of cells
whose interval held the true number stands the mean of the log of expected over true, and the median width of the
interval over the expected number.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from turnout import electorate, ethnicity, example, reading
from turnout.contest import Contest
from turnout.electorate import breakdown, specification
from turnout.workspace import Workspace

ASKED: tuple[tuple[str, ...], ...] = (
    ("party",),
    ("age",),
    ("sex",),
    ("prior",),
    ("new",),
    ("precinct",),
    ("group",),
    ("group", "party"),
)
LEAST = 10


def main() -> None:
    """Run every electorate and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--first", type=int, default=501, help="first seed")
    parser.add_argument("--voters", type=int, default=60_000)
    parser.add_argument("--precincts", type=int, default=80)
    parser.add_argument("--kind", choices=("ca34", "like", "both"), default="both")
    parser.add_argument("--by", help="one of the tables alone, as 'group,party'")
    asked = parser.parse_args()
    tables = ASKED if asked.by is None else (tuple(asked.by.split(",")),)
    rows = []
    for kind in ("ca34", "like") if asked.kind == "both" else (asked.kind,):
        for seed in range(asked.first, asked.first + asked.seeds):
            like = example.Scenario.founding_like(seed, voters=asked.voters, precincts=asked.precincts)
            scenario = example.CA34.scaled(asked.voters, asked.precincts) if kind == "ca34" else like
            rows += [table.with_columns(pl.lit(kind).alias("kind")) for table in one(seed, scenario, tables)]
    cells = pl.concat(rows)
    found = cells.group_by("kind", "cohort", "by", maintain_order=True).agg(
        pl.len().alias("cells"),
        pl.col("held").mean(),
        (pl.col("expected") / (pl.col("true") + 0.5)).log().mean().alias("bias"),
        ((pl.col("hi90") - pl.col("lo90")) / pl.col("expected")).median().alias("width"),
    )
    print("| kind | cohort | by | cells | held | bias of the log | width ÷ expected |\n|---|---|---|---|---|---|---|")
    for row in found.iter_rows():
        print("| {} | {} | {} | {:,} | {:.2f} | {:+.2f} | {:.2f} |".format(*row))


def one(seed: int, scenario: example.Scenario, tables: tuple[tuple[str, ...], ...]) -> Iterator[pl.DataFrame]:
    """Tables of one electorate: cohort, by, expected, lo90, hi90, true, held."""
    with tempfile.TemporaryDirectory() as made:
        directory = Path(made)
        truth = example.generate(directory, seed, scenario)
        contest = Contest.load(directory / "contest.toml")
        with Workspace.create(contest.output) as workspace:
            reading.load(workspace, contest)
            contest = reading.completed(workspace, contest)
            ethnicity.estimate(workspace, contest)
            built = electorate.build(workspace, contest, np.random.default_rng(contest.seed))
            spec = specification.load(contest.propensity.model)
            for dimensions in tables:
                rng = np.random.default_rng([contest.seed, 1])
                table = breakdown.by(workspace, built, dimensions, spec, contest.draws, rng)
                yield judged(table, workspace, truth)


def judged(table: pl.DataFrame, workspace: Workspace, truth: example.Truth) -> pl.DataFrame:
    """Put the true number beside each cell of the poll and late cohorts."""
    keys = [name for name in breakdown.DIMENSIONS if name in table.columns]
    people = workspace.table("voter_attributes").join(truth.voters, on="voter_id")
    true = people.group_by("tranche", *keys).agg(pl.len().alias("true")).rename({"tranche": "cohort"})
    cells = table.filter(pl.col("cohort").is_in(["poll", "late"]) & (pl.col("expected") >= LEAST))
    cells = cells.join(true, on=["cohort", *keys], how="left").with_columns(pl.col("true").fill_null(0))
    held = (pl.col("lo90") <= pl.col("true")) & (pl.col("true") <= pl.col("hi90"))
    named = ",".join(name for name in keys if name != "county" or keys == ["county"])
    return cells.select("cohort", pl.lit(named).alias("by"), "expected", "lo90", "hi90", "true", held.alias("held"))


if __name__ == "__main__":
    main()
