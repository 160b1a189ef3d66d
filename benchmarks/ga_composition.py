"""Who voted in Georgia in November 2018, by self-reported race, from November 2016: real composition.

    python benchmarks/ga_composition.py past/ga_precinct_race_turnout_2016_2018.csv

The file gives registered and voted by race in each precinct of both elections, and votes by mode. 2018's voters by
race are expected from 2016's turnout by precinct and race, with 2018's registration, in four ways:

- *last time*: as many as in 2016
- *same rates*: 2016's rates of each precinct and race × 2018's registered
- *before the polls*: those, held (`electorate.scoring`) to the total that the early votes of 2018 lead to expect
  (`electorate.totals`), as before the first poll count
- *precincts in*: those, times each precinct's votes over its expected ones, as on the night

Printed are the error of every race's voters, and the error of its share of the voters in points.
"""

import argparse
import datetime as dt
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from turnout.electorate import scoring, specification
from turnout.electorate.comparable import Comparable
from turnout.electorate.totals import Known, expect

Floats = npt.NDArray[np.float64]
RACES = ("white", "black", "hisp", "asiapi", "native", "other", "unknown")
PAST, NOW = 20161108, 20181106
WAYS = ("last time", "same rates", "before the polls", "precincts in")
#: Voters' worth of the race's rate in the state, in the rate of a precinct.
PRIOR = 10.0


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    table, total = compare(parser.parse_args().file)
    print(
        f"{total['precincts']:,.0f} precincts; voters expected before the polls {total['expected']:,.0f} "
        f"(90 %: {total['lo90']:,.0f} to {total['hi90']:,.0f}), in truth {total['actual']:,.0f}"
    )
    for row in table.iter_rows(named=True):
        errors = ", ".join(f"{way} {row[way] / row['actual'] - 1:+.1%}" for way in WAYS)
        print(f"  {row['race']:<8} {row['actual']:>10,.0f} voted: {errors}")
    share = table.with_columns((pl.col("actual", *WAYS) / pl.col("actual", *WAYS).sum()) * 100)
    for way in WAYS:
        error = (share[way] - share["actual"]).abs()
        print(f"  make-up by {way:<17} mean error {error.mean():.2f} points, worst {error.max():.2f}")


def compare(path: Path) -> tuple[pl.DataFrame, dict[str, float]]:
    """Voters by race, actual and expected in each way; and the total before the polls, with its 90 % interval."""
    table = pl.read_csv(path, infer_schema_length=None)
    joined = table.filter(pl.col("date") == PAST).join(
        table.filter(pl.col("date") == NOW), on=["countyName", "precID"], suffix="_now"
    )
    joined = joined.sort("countyName", "precID")
    registered, voted = _matrix(joined, "reg", ""), _matrix(joined, "voted", "")
    today, actual = _matrix(joined, "reg", "_now"), _matrix(joined, "voted", "_now")
    state = voted.sum(axis=0) / registered.sum(axis=0)
    rate = np.clip((voted + PRIOR * state) / (registered + PRIOR), 1e-3, 1 - 1e-3)
    total = _total(joined, float(today.sum() / registered.sum()))
    held = _held(rate, today, total["expected"])
    precinct = actual.sum(axis=1, keepdims=True) / np.maximum(held.sum(axis=1, keepdims=True), 1e-9)
    expected = (voted, rate * today, held, held * precinct)
    columns = {way: found.sum(axis=0) for way, found in zip(WAYS, expected, strict=True)}
    total |= {"actual": float(actual.sum()), "precincts": float(len(joined))}
    return pl.DataFrame({"race": RACES, "actual": actual.sum(axis=0), **columns}), total


def _matrix(table: pl.DataFrame, what: str, suffix: str) -> Floats:
    return table.select(pl.col(f"{race}_{what}{suffix}").cast(pl.Float64) for race in RACES).to_numpy()


def _total(joined: pl.DataFrame, growth: float) -> dict[str, float]:
    """Expect all voters of 2018 from its early votes and the modes of 2016."""
    spec = specification.load("propensity")
    modes = {name: float(joined[name].sum()) for name in ("mail", "early_voting", "election_day", "provisional")}
    early = float(joined["mail_now"].sum() + joined["early_voting_now"].sum())
    base = growth * np.array([modes["mail"] + modes["early_voting"], modes["election_day"], 0, modes["provisional"]])
    by_group = np.array([[early], [base[0]]])
    late = spec.late.of_state("GA")
    known = Known(base, early, by_group, np.ones(1), 0, (0.001, late.share_sd), alone=True)
    like = Comparable(dt.date(2016, 11, 8), "november", like=True, modes=True, earlier=(), reason="")
    found = expect(known, like, spec.totals, spec.late)
    to_come = found.poll.mean + found.late.mean
    spread = np.exp(1.6449 * found.poll.sd * np.array([-1, 1]) - found.poll.sd**2 / 2)
    lo90, hi90 = early + to_come * spread
    return {"expected": early + to_come, "lo90": float(lo90), "hi90": float(hi90)}


def _held(rate: Floats, today: Floats, total: float) -> Floats:
    """Move every rate by the same odds, so that the voters add up to a total."""
    spec = specification.load("propensity")
    chance = rate.ravel()
    q = np.column_stack([np.zeros_like(chance), chance, np.zeros_like(chance), 1 - chance])
    people = scoring.Open(q, np.ones((1, 4)), np.ones(1), np.ones(len(q)), today.reshape(-1, 1))
    multipliers, _ = scoring.hold_to(people, (0.0, total, 0.0, 0.0), spec.late)
    held: Floats = scoring.chances(people, multipliers)[:, 0, scoring.POLL].reshape(today.shape) * today
    return held


if __name__ == "__main__":
    main()
