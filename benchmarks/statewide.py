"""Time a whole statewide ballot: one command from Parquet, and one more batch of returns in a running process.

    python benchmarks/statewide.py --history past-results/ --state GA --date 2018-11-06

The history holds the election itself and those before it, by vote mode; it is stopped at each stage as in a backtest.
"""

import argparse
import datetime as dt
import platform
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl

from turnout import reading
from turnout.backtest import Replay, Stage, mask, reported
from turnout.contest import Contest, Inputs
from turnout.projection import ballot as ballots
from turnout.projection import baseline, summary
from turnout.projection.parallel import cores
from turnout.projection.project import fit
from turnout.running import project
from turnout.workspace import Workspace

#: Canonical names of the wide layout's vote columns, by tranche of ``sql/projection/lines.sql``.
COLUMNS = {"early": "mail", "poll": "election_day", "late": "provisional"}


def main() -> None:
    """Print the seconds of each stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--history", type=Path, required=True)
    parser.add_argument("--state", default="GA")
    parser.add_argument("--date", type=dt.date.fromisoformat, default=dt.date(2018, 11, 6))
    parser.add_argument("--draws", type=int, default=400)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        measure(asked, Path(directory))


def measure(asked: argparse.Namespace, directory: Path) -> None:
    """Time both at every stage."""
    with Workspace.create(directory / "reading") as workspace:
        reading.load_history(workspace, [asked.history])
        workspace.execute("projection/macros")
        lines = workspace.query("projection/lines", is_past=True, state=asked.state, date=asked.date)
        past = workspace.query("projection/past_units", state=asked.state).filter(
            pl.col("election_date") < asked.date
        )
    size = lines.select(pl.col("contest").n_unique(), units=pl.struct("county", "precinct").n_unique()).row(0)
    print(f"{asked.state} {asked.date}: {size[0]:,} contests, {size[1]:,} units; {asked.draws} draws")
    print(f"Python {platform.python_version()}, {cores()} cores")
    for share in (0, 10, 25, 50):
        replay = Replay(asked.state, asked.date, Stage(share, "random" if share else ""), 0, asked.draws)
        known = mask(lines, reported(lines, replay.stage, replay.generator("order")))
        returns = directory / f"returns-{share}.parquet"
        known.select(
            *("contest", "county", "precinct", "candidate", "party"),
            pl.lit(asked.state).alias("state"),
            pl.lit(asked.date).alias("date"),
            *(pl.col(tranche).cast(pl.Int64).alias(column) for tranche, column in COLUMNS.items()),
        ).write_parquet(returns)
        with seconds(f"{share:>3} %  from Parquet, history included"):
            inputs = Inputs(returns=(returns,), history=(asked.history,))
            project.run(Contest(inputs=inputs, output=directory / "out", seed=1, draws=asked.draws))
        with seconds(f"{share:>3} %  one more batch in a running process"):
            ballot = ballots.build(known)
            model = fit(ballot, baseline.build(past, ballot), None, asked.draws, np.random.default_rng(1))
            summary.table(ballot, model.draw(asked.draws, np.random.default_rng(1)))


@contextmanager
def seconds(what: str) -> Iterator[None]:
    """Print how long a block took."""
    started = time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - started:.1f} s", flush=True)


if __name__ == "__main__":
    main()
