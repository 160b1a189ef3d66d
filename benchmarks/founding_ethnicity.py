"""How near the estimated make-up of the early voters comes on founding-case electorates, and what that costs.

    python benchmarks/founding_ethnicity.py                     # 12 seeds at 60,000 voters
    python benchmarks/founding_ethnicity.py --seeds 1 --voters 300000 --precincts 195 --first 2017
    python benchmarks/founding_ethnicity.py --margins latino=0.4815,korean=0.0583      # with what was published

Every electorate is projected twice: with the estimate, and with everyone's true group in its place. Prints the error
of the early cohort's make-up by EM and by the plain sum of probabilities, in points, over groups above 3 % of it, and
the error of the projection both ways. No name is shared between the generator and the estimator but through the
public tables, which the generator disturbs (turnout/example/names.py).
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from turnout import electorate, ethnicity, example, projection, reading
from turnout.contest import Contest
from turnout.vocabulary import GROUPS
from turnout.workspace import Workspace

LEAST_SHARE = 0.03
#: Probability of a voter's own group where the truth is given; the rest is spread, for none may be 0.
SURE = 0.9999


def main() -> None:
    """Run every electorate and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--first", type=int, default=101, help="first seed")
    parser.add_argument("--voters", type=int, default=60_000)
    parser.add_argument("--precincts", type=int, default=80)
    parser.add_argument("--kind", choices=("ca34", "like"), default="ca34", help="the case itself, or ones like it")
    parser.add_argument("--margins", default="", help="known shares of the registered, by commas")
    parser.add_argument("--no-projection", action="store_true", help="the make-up alone")
    asked = parser.parse_args()
    margins = {name: float(share) for name, share in (pair.split("=") for pair in asked.margins.split(",") if pair)}
    rows = []
    for seed in range(asked.first, asked.first + asked.seeds):
        like = example.Scenario.founding_like(seed, voters=asked.voters, precincts=asked.precincts)
        scenario = example.CA34.scaled(asked.voters, asked.precincts) if asked.kind == "ca34" else like
        rows.append(one(seed, scenario, margins, project=not asked.no_projection))
        print(line(rows[-1]), flush=True)
    mean = {key: float(np.mean([row[key] for row in rows])) for key in rows[0] if key != "seed"}
    print(line({"seed": "mean", **mean}))
    worst, near = max(row["worst"] for row in rows), sum(row["worst"] <= 1.5 for row in rows)
    korean = max(row["korean"] for row in rows)
    held = sum(row["covered"] for row in rows) / len(rows)
    print(
        f"worst group of any electorate {worst:.2f} ({near} of {len(rows)} within 1.5), mobilised group {korean:.2f}"
    )
    print(f"90 % intervals of the groups held {held:.0%}")
    print(f"projection's error, estimated over true groups: {mean['estimated'] / mean['true']:.2f}")


def line(row: dict[str, float]) -> str:
    """One electorate's errors, in points."""
    return (
        f"seed {row['seed']}: early make-up by EM {row['mean']:.2f}, worst {row['worst']:.2f}, mobilised "
        f"{row['korean']:.2f}; plain sums {row['plain']:.2f}, worst {row['plain_worst']:.2f}; "
        f"projection {row['estimated']:.2f}, with true groups {row['true']:.2f}, early count {row['naive']:.2f}"
    )


def one(seed: int, scenario: example.Scenario, margins: dict[str, float], *, project: bool) -> dict[str, float]:
    """Errors of one electorate."""
    with tempfile.TemporaryDirectory() as made:
        directory = Path(made)
        truth = example.generate(directory, seed, scenario)
        contest = Contest.load(directory / "contest.toml")
        contest = contest.model_copy(update={"ethnicity": contest.ethnicity.model_copy(update={"margins": margins})})
        row = projected(contest, truth, None, project=project)
        row["true"] = projected(contest, truth, one_hot(truth), project=True)["estimated"] if project else np.nan
    return {"seed": seed, **row}


def one_hot(truth: example.Truth) -> pl.DataFrame:
    """Everyone's true group as probabilities."""
    wrong = (1 - SURE) / (len(GROUPS) - 1)
    return truth.voters.select(
        "voter_id",
        *(pl.when(pl.col("group") == group).then(SURE).otherwise(wrong).alias(group) for group in GROUPS),
        pl.lit("truth").alias("basis"),
    )


def projected(
    contest: Contest, truth: example.Truth, groups: pl.DataFrame | None, *, project: bool
) -> dict[str, float]:
    """Project with the estimate, or with the groups given; errors in points."""
    rng = np.random.default_rng(contest.seed)
    name = contest.candidates[0].name
    with Workspace.create(contest.output) as workspace:
        reading.load(workspace, contest)
        contest = reading.completed(workspace, contest)
        if groups is None:
            ethnicity.estimate(workspace, contest)
        else:
            workspace.append("ethnicity", groups)
        found = {} if groups is not None else composition_errors(workspace, truth)
        if not project:
            return {**found, "estimated": np.nan, "naive": np.nan}
        voters = electorate.build(workspace, contest, rng)
        row = projection.project(workspace, contest, voters, rng).table.filter(pl.col("candidate") == name)
    final = truth.share(None, name)
    return {
        **found,
        "estimated": 100 * abs(row["projected_share"].item() - final),
        "naive": 100 * abs(row["counted_share"].item() - final),
    }


def composition_errors(workspace: Workspace, truth: example.Truth) -> dict[str, float]:
    """Error of the early cohort's make-up by both estimators, in points."""
    true = truth.composition.filter(pl.col("tranche") == "early").rename({"group": "group_name"})
    accepted = ethnicity.early_composition(workspace).filter(pl.col("ballot") == "accepted")
    table = accepted.join(true, on="group_name")
    held = table.filter(pl.col("voters") / pl.col("voters").sum() > LEAST_SHARE)
    covered = held.select(((pl.col("lo90") <= pl.col("voters")) & (pl.col("voters") <= pl.col("hi90"))).mean()).item()
    table = table.with_columns(pl.col("voters", "plain", "estimated") / pl.col("voters", "plain", "estimated").sum())
    table = table.with_columns(
        em=(pl.col("estimated") - pl.col("voters")).abs() * 100, sums=(pl.col("plain") - pl.col("voters")).abs() * 100
    )
    large = table.filter(pl.col("voters") > LEAST_SHARE)
    own = table.filter(pl.col("group_name") == truth.scenario.mobilised)
    return {
        "mean": large["em"].mean(),
        "worst": large["em"].max(),
        "korean": own["em"].item(),
        "plain": large["sums"].mean(),
        "plain_worst": large["sums"].max(),
        "covered": covered,
    }


if __name__ == "__main__":
    main()
