"""Time a whole statewide ballot: one command from Parquet, and one more batch of returns in a running process.

    python benchmarks/statewide.py --history past-results/ga.parquet --state GA --date 2018-11-06

The history holds the election itself and those before it, by vote mode; it is stopped at each stage as in a backtest.
Every command runs in a process of its own, Python's start included. An update is timed from the new file of returns
to the projected table, and to published outputs. Seconds of processor time say what is needed on a machine shared
with others.
"""

import argparse
import datetime as dt
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from turnout import reading
from turnout.backtest import Replay, Stage, mask, reported
from turnout.contest import Contest, Inputs
from turnout.projection.parallel import cores
from turnout.running.live import Live
from turnout.workspace import Workspace

STAGES = (0, 10, 25, 50)
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
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        releases = stopped(asked, directory)
        print(f"Python {platform.python_version()}, {cores()} cores, {asked.draws} draws")
        print(f"{'':<10}{'one command':>30}{'one more batch in a running process':>56}")
        print(
            f"{'reported':<10}{'seconds':>10}{'processor':>10}{'peak MB':>10}{'to the table':>16}{'published':>14}",
            end="",
        )
        print(f"{'processor':>14}{'peak MB':>12}")
        updates = updated(asked, directory, releases)
        for share, returns in releases.items():
            alone = command(asked, directory, returns)
            print(f"{share:>3} %     {alone}{updates[share]}", flush=True)


def stopped(asked: argparse.Namespace, directory: Path) -> dict[int, Path]:
    """Write the returns as they stood at each stage."""
    with Workspace.create(directory / "reading") as workspace:
        reading.load_history(workspace, [asked.history])
        workspace.execute("projection/macros")
        lines = workspace.query("projection/lines", is_past=True, state=asked.state, date=asked.date)
    size = lines.select(pl.col("contest").n_unique(), units=pl.struct("county", "precinct").n_unique()).row(0)
    print(f"{asked.state} {asked.date}: {size[0]:,} contests, {size[1]:,} units, {lines.height:,} lines")
    releases = {}
    for share in STAGES:
        replay = Replay(asked.state, asked.date, Stage(share, "random" if share else ""), 0, asked.draws)
        known = mask(lines, reported(lines, replay.stage, replay.generator("order")))
        releases[share] = directory / f"returns-{share}.parquet"
        known.select(
            *("contest", "county", "precinct", "candidate", "party"),
            pl.lit(asked.state).alias("state"),
            pl.lit(asked.date).alias("date"),
            *(pl.col(tranche).cast(pl.Int64).alias(column) for tranche, column in COLUMNS.items()),
        ).write_parquet(releases[share])
    return releases


def command(asked: argparse.Namespace, directory: Path, returns: Path) -> str:
    """Project one release in a process of its own."""
    config = directory / "contest.toml"
    config.write_text(
        f'draws = {asked.draws}\nseed = 1\noutput = "{directory / "out"}"\n'
        f'[inputs]\nreturns = ["{returns}"]\nhistory = ["{asked.history.resolve()}"]\n',
        encoding="utf-8",
    )
    program = "import sys; from turnout.cli import app; app(['project', sys.argv[1]])"
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    measured = (
        "import resource, sys, subprocess; code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode;"
        " print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(code)"
    )
    argv = [sys.executable, "-c", measured, sys.executable, "-c", program, str(config)]
    peak = int(subprocess.run(argv, check=True, capture_output=True, text=True).stdout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return f"{time.perf_counter() - started:>9.1f}{_processor(before, after):>10.1f}{peak / 1024:>10,.0f}"


def updated(asked: argparse.Namespace, directory: Path, releases: dict[int, Path]) -> dict[int, str]:
    """Project one release after another in this process, which has projected the one before."""
    returns = directory / "returns.parquet"
    inputs = Inputs(returns=(returns,), history=(asked.history,))
    live = Live(Contest(inputs=inputs, output=directory / "live", seed=1, draws=asked.draws), workbook=False)
    told = {}
    for share in (max(STAGES), *STAGES):
        returns.write_bytes(releases[share].read_bytes())
        at: dict[str, float] = {}
        started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        live.update(progress=lambda stage, at=at: at.update({stage: time.perf_counter()}))
        ended, after = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        told[share] = (
            f"{at['reporting'] - started:>16.1f}{ended - started:>14.1f}{_processor(before, after):>14.1f}"
            f"{after.ru_maxrss / 1024:>12,.0f}"
        )
    return told


def _processor(before: resource.struct_rusage, after: resource.struct_rusage) -> float:
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
