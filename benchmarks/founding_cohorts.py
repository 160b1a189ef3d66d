"""How near the expected poll and late voters come on founding-case electorates, in total and by group.

    python benchmarks/founding_cohorts.py                        # 12 seeds of either kind at 60,000 voters
    python benchmarks/founding_cohorts.py --kind ca34 --seeds 24 --csv cohorts.csv
    python benchmarks/founding_cohorts.py --days 14              # as of two weeks before, the early vote too
    python benchmarks/founding_cohorts.py --decompose            # where the error by group comes from

Each electorate is read and estimated from names, as `turnout cohorts` does at the first count. By tranche it prints
the error of the total (log of expected ÷ true), how often its 90 % interval held, and over groups above 3 % of the
tranche the share whose expected number came within 10 %, the same of their share of the tranche, and how often their
90 % interval held. Beside it stand two yardsticks.

*Known process*: the totals and make-up the generator aimed at, before this electorate's own departures from them. No
model can know those, so nobody can come nearer on average; it is no model's, and used for nothing else.
*Last time*: the comparable election's voters of the same mode, by group.

With ``--decompose`` two more. *True groups*: the same model where everyone's group is known. *Every departure known*:
the share of groups that come within 10 % of an expectation that knows this electorate's departures too, so that
nothing but chance is left; of a count of n that is 2 Φ(0.1 √n) − 1.

The log loss is that of each voter not counted yet, over what he or she then did (poll, late, none), beside that of
the same model knowing only what the voter did in the last election (models/propensity-last.toml), held to the same
totals.
"""

import argparse
import datetime as dt
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from turnout import electorate, ethnicity, example, reading
from turnout.contest import Contest
from turnout.running.cohorts import forget_after
from turnout.vocabulary import COHORTS, GROUPS
from turnout.workspace import Workspace

LEAST_SHARE = 0.03
NEAR = 0.10
#: Probability of all other groups together where a voter's is known.
_DOUBT = 1e-5
TRANCHES = ("early", "poll", "late")
YARDSTICKS = {"expected": "model", "known": "true groups", "aimed": "known process", "last": "last time"}
COLUMNS = ("true", "expected", "aimed", "last", "known")


def main() -> None:
    """Run every electorate, print its line, and the summary at the end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--first", type=int, default=301, help="first seed")
    parser.add_argument("--voters", type=int, default=60_000)
    parser.add_argument("--precincts", type=int, default=80)
    parser.add_argument("--kind", choices=("ca34", "like", "both"), default="both")
    parser.add_argument("--days", type=int, default=0, help="days before the election; 0 is the first count")
    parser.add_argument("--decompose", action="store_true", help="true groups, and what chance leaves")
    parser.add_argument("--csv", type=Path, help="write every electorate × tranche × group here")
    asked = parser.parse_args()
    tables = []
    for kind in ("ca34", "like") if asked.kind == "both" else (asked.kind,):
        losses = []
        rows = []
        for seed in range(asked.first, asked.first + asked.seeds):
            like = example.Scenario.founding_like(seed, voters=asked.voters, precincts=asked.precincts)
            scenario = example.CA34.scaled(asked.voters, asked.precincts) if kind == "ca34" else like
            table, loss = one(seed, scenario, asked.days, decompose=asked.decompose)
            rows.append(table.with_columns(pl.lit(kind).alias("kind")))
            losses.append(loss)
            print(" ".join((f"{kind} {seed}:", *lines_of(table), f"log loss {loss[0]:.4f}, last {loss[1]:.4f}")))
        print("\n".join(summary(pl.concat(rows))))
        better = sum(own < last for own, last in losses)
        mean = np.mean(losses, axis=0)
        print(f"  log loss {mean[0]:.4f}, last election alone {mean[1]:.4f}; better in {better} of {len(losses)}")
        tables += rows
    if asked.csv:
        pl.concat(tables).write_csv(asked.csv)


def one(
    seed: int, scenario: example.Scenario, ahead: int, *, decompose: bool = False
) -> tuple[pl.DataFrame, tuple[float, float]]:
    """One electorate: a row a tranche × group (and group '' for the total), and both log losses."""
    with tempfile.TemporaryDirectory() as made:
        directory = Path(made)
        truth = example.generate(directory, seed, scenario)
        contest = Contest.load(directory / "contest.toml")
        with Workspace.create(contest.output) as workspace:
            reading.load(workspace, contest)
            contest = reading.completed(workspace, contest)
            as_of = truth.scenario.date - dt.timedelta(days=ahead) if ahead else None
            if as_of is not None:
                forget_after(workspace, contest, as_of)
            ethnicity.estimate(workspace, contest)
            rng = np.random.default_rng(contest.seed)
            built = electorate.build(workspace, contest, rng, as_of)
            cohorts = electorate.cohorts(built, contest.draws, rng)
            own = log_loss(workspace, truth)
            before = last_time(workspace, truth, contest)
            workspace.connection.execute("TRUNCATE cells")
            baseline = contest.propensity.model_copy(update={"model": "propensity-last"})
            stated = {
                name: {"low": total["expected"], "high": total["expected"]}
                for name, total in built.totals().items()
                if name in ("poll", "late")
            }
            baseline = type(baseline).model_validate({**baseline.model_dump(), **stated})
            last = contest.model_copy(update={"propensity": baseline})
            electorate.build(workspace, last, np.random.default_rng(contest.seed), as_of)
            losses = own, log_loss(workspace, truth)
            known = with_true_groups(workspace, contest, truth, as_of) if decompose else {}
    table = pl.DataFrame(list(compared(seed, built, cohorts, truth, before, known)), infer_schema_length=None)
    return table, losses


def with_true_groups(
    workspace: Workspace, contest: Contest, truth: example.Truth, as_of: dt.date | None
) -> dict[tuple[str, str], float]:
    """Voters expected by tranche and group where everyone's group is known."""
    there = workspace.table("ethnicity")
    group = there.select("voter_id").join(truth.voters, on="voter_id", how="left", maintain_order="left")["group"]
    certain = [((group == name) * (1 - _DOUBT) + _DOUBT / len(GROUPS)).cast(there.schema[name]) for name in GROUPS]
    workspace.connection.execute("TRUNCATE cells; TRUNCATE ethnicity")
    workspace.append(
        "ethnicity", there.with_columns(own.alias(name) for own, name in zip(certain, GROUPS, strict=True))
    )
    expected = electorate.build(workspace, contest, np.random.default_rng(contest.seed), as_of).expected()
    return {
        (cohort, name): float(expected[row, column])
        for row, name in enumerate(GROUPS)
        for column, cohort in enumerate(COHORTS)
    }


def compared(
    seed: int,
    built: electorate.Electorate,
    cohorts: pl.DataFrame,
    truth: example.Truth,
    before: pl.DataFrame,
    known: dict[tuple[str, str], float],
) -> Iterator[dict[str, object]]:
    """Rows of expected beside true."""
    true = {(row["tranche"], row["group"]): row["voters"] for row in truth.composition.iter_rows(named=True)}
    totals = built.totals()
    past = {(row["tranche"], row["group"]): row["voters"] for row in before.iter_rows(named=True)}
    scenario = truth.scenario
    for tranche in TRANCHES:
        total = totals[tranche]
        aimed = scenario.voters * scenario.turnout[tranche]
        whole = {"seed": seed, "tranche": tranche, "group": "", "true": sum(true[tranche, g] for g in GROUPS)}
        last = sum(past.get((tranche, g), 0) for g in GROUPS)
        of_known = sum(known[tranche, group] for group in GROUPS) if known else None
        yield {**whole, **total, "aimed": aimed, "last": float(last), "known": of_known}
        for row in cohorts.filter(pl.col("cohort") == tranche).iter_rows(named=True):
            yield {
                "seed": seed, "tranche": tranche, "group": row["group"], "true": true[tranche, row["group"]],
                **{name: row[name] for name in ("expected", "lo90", "hi90")},
                "aimed": aimed * scenario.composition[tranche][row["group"]],
                "last": float(past.get((tranche, row["group"]), 0)),
                "known": known.get((tranche, row["group"])),
            }  # fmt: skip


def last_time(workspace: Workspace, truth: example.Truth, contest: Contest) -> pl.DataFrame:
    """Voters of the first round by true group and mode; its history does not tell late mail from early."""
    groups = truth.voters.select("voter_id", "group")
    history = workspace.table("vote_history").filter(pl.col("election_date") == contest.propensity.comparable[0])
    tranche = {"election_day": "poll", "provisional": "late", "late_mail": "late", "mail": "early"}
    return (
        history.with_columns(pl.col("mode").replace_strict(tranche, default="early").alias("tranche"))
        .join(groups, on="voter_id")
        .group_by("tranche", "group")
        .agg(pl.len().alias("voters"))
    )


def log_loss(workspace: Workspace, truth: example.Truth) -> float:
    """Mean of −log P(what the voter did) over those not counted yet."""
    did = {"early": "p_early_remaining", "poll": "p_poll", "late": "p_late", "": "p_none"}
    joined = workspace.table("propensity").join(truth.voters, on="voter_id")
    chance = pl.coalesce(pl.when(pl.col("tranche") == tranche).then(pl.col(name)) for tranche, name in did.items())
    return float(joined.select(-chance.cast(pl.Float64).clip(1e-9, 1).log().mean()).item())


def lines_of(table: pl.DataFrame) -> Iterator[str]:
    """One electorate in words."""
    for tranche in TRANCHES:
        row = table.filter((pl.col("tranche") == tranche) & (pl.col("group") == "")).row(0, named=True)
        held = "held" if row["lo90"] - 0.5 <= row["true"] <= row["hi90"] + 0.5 else "MISSED"
        yield f"{tranche} {row['expected']:,.0f} for {row['true']:,} ({held});"


def summary(table: pl.DataFrame) -> Iterator[str]:
    """Sum a run up by tranche."""
    # half a voter: what is known is an interval of no width, to rounding
    held = (pl.col("lo90") - 0.5 <= pl.col("true")) & (pl.col("true") <= pl.col("hi90") + 0.5)
    for tranche in TRANCHES:
        own = table.filter(pl.col("tranche") == tranche)
        total = own.filter(pl.col("group") == "").with_columns(held.alias("held"))
        groups = own.filter(pl.col("group") != "").with_columns(
            held.alias("held"), *((pl.col(c) / pl.col(c).sum().over("seed")).alias(f"{c}_share") for c in COLUMNS)
        )
        large = groups.filter(pl.col("true_share") > LEAST_SHARE)
        asked = [name for name in YARDSTICKS if total[name].null_count() == 0]
        error = {c: np.log(total[c] / total["true"]).to_numpy() for c in asked}
        yield f"{tranche}: {len(total)} electorates, {len(large)} groups above {LEAST_SHARE:.0%} of it"
        for name in asked:
            label = YARDSTICKS[name]
            near = (large[name] / large["true"] - 1).abs() <= NEAR
            share = (large[f"{name}_share"] / large["true_share"] - 1).abs() <= NEAR
            rmse = np.sqrt((error[name] ** 2).mean())
            points = 100 * (large[f"{name}_share"] - large["true_share"]).abs().mean()
            off = np.sqrt((np.log(large[f"{name}_share"] / large["true_share"]) ** 2).mean())
            yield (
                f"  {label:<13} total: bias {error[name].mean():+.3f}, RMSE {rmse:.3f}; "
                f"groups within 10 %: {near.mean():.2f} of counts, {share.mean():.2f} of shares; "
                f"{points:.2f} points, RMSE {off:.3f} of the log"
            )
        if "known" in asked:
            left = np.mean([math.erf(NEAR * math.sqrt(count / 2)) for count in large["true"]])
            yield f"  every departure known: groups within 10 %: {left:.2f} of counts"
        yield f"  90 % interval: total {total['held'].sum()} of {len(total)}, groups {large['held'].mean():.2f}"


if __name__ == "__main__":
    main()
