"""Time a first run, and the runs after it that find most of their files unchanged.

    python benchmarks/nightly.py --voters 1000000
    python benchmarks/nightly.py --voters 1000000 --elections 20
    python benchmarks/nightly.py --voters 2000000 --partitions 5

Generates an electorate and projects it in a process of its own, Python's start included: from nothing; with nothing
changed; with new returns alone, as on election night; and with a new ballot file, as every night. Each later run is
compared byte for byte with one from nothing. Real vote histories are longer than the generated one: --elections adds
as many past elections, each voter in a third of them. With --partitions the electorate is in as many voter files of
counties of their own, and the new ballot file is that of one of them.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from turnout import example

FILES = ("projection.csv", "projection.json", "cohorts.csv", "report.html")


def main() -> None:
    """Print seconds, processor seconds and peak memory of each run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voters", type=int, default=1_000_000)
    parser.add_argument("--elections", type=int, default=0)
    parser.add_argument("--partitions", type=int, default=1)
    asked = parser.parse_args()
    if asked.elections and asked.partitions > 1:
        parser.error("--elections and --partitions exclude each other")
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        if asked.partitions > 1:
            example.generate_counties(directory, asked.voters, 5, partitions=asked.partitions)
        else:
            example.generate(directory, 5, example.CA34.scaled(asked.voters, max(asked.voters // 1250, 4)))
        lengthen(directory, asked.elections)
        ballots = min(directory.rglob("ballots.csv"))
        history = sum(lines(path) for path in directory.rglob("vote_history.csv"))
        print(f"{asked.voters:,} voters in {asked.partitions:,} files, {history:,} lines of history")
        print(f"{'':<24}{'seconds':>10}{'processor':>10}{'peak MB':>10}{'÷ first':>10}{'same as anew':>14}")
        first = measured(directory)
        print(told("from nothing", first, first, ""), flush=True)
        for what, change in (
            ("nothing new", None),
            ("new returns", "returns.csv"),
            ("a new ballot file", ballots),
        ):
            if change is not None:
                shorten(directory / change)
            again = measured(directory)
            print(told(what, again, first, same_as_anew(directory)), flush=True)


def measured(directory: Path, output: str = "") -> tuple[float, float, float]:
    """Project, and return seconds, processor seconds and peak megabytes."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    config = directory / "contest.toml"
    if output:
        text = config.read_text().replace('output = "output"', f'output = "{output}"')
        config = directory / "anew.toml"
        config.write_text(text)
    subprocess.run([sys.executable, "-m", "turnout", "project", str(config), "--quiet"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, cpu, after.ru_maxrss / 1e3


def told(what: str, run: tuple[float, float, float], first: tuple[float, float, float], same: str) -> str:
    """Return a line of the table."""
    return f"{what:<24}{run[0]:>10.1f}{run[1]:>10.1f}{run[2]:>10,.0f}{run[0] / first[0]:>10.2f}{same:>14}"


def same_as_anew(directory: Path) -> str:
    """Return whether what stands published is what a run from nothing publishes."""
    shutil.rmtree(directory / "anew", ignore_errors=True)
    measured(directory, "anew")
    same = all(
        (directory / "output" / name).read_bytes() == (directory / "anew" / name).read_bytes()
        for name in FILES
        if name != "report.html"  # the page shows the runs before it
    )
    return "yes" if same else "NO"


def shorten(path: Path) -> None:
    """Leave out every hundredth data line."""
    header, *rest = path.read_text().splitlines(keepends=True)
    path.write_text("".join([header, *(line for number, line in enumerate(rest) if number % 100)]))


def lengthen(directory: Path, elections: int) -> None:
    """Add past elections, earlier than any there, in each of which a third of the voters took part."""
    if not elections:
        return
    voters = pl.read_csv(directory / "voters.csv", infer_schema=False)["voter_id"]
    rng = np.random.default_rng(0)
    with (directory / "vote_history.csv").open("ab") as file:
        for number in range(elections):
            chosen = voters.filter(pl.Series(rng.random(len(voters)) < 1 / 3))
            day = f"{2011 - number // 2}-{('06-07', '11-06')[number % 2]}"
            frame = pl.DataFrame({"voter_id": chosen, "election_date": day, "mode": "election_day"})
            frame.write_csv(file, include_header=False)


def lines(path: Path) -> int:
    """Count the data lines of a file."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1


if __name__ == "__main__":
    main()
