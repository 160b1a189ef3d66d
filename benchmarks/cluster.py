"""Time the partitions of one electorate in one process and on clusters of this machine's processes.

    python benchmarks/cluster.py --voters 400000 --parts 8

Generates an electorate, divides it into county files of about one size, and projects it: the files one after another
in one process; then by --cluster local:1, local:2 and so on. Every command runs in a process of its own, Python's
start and that of the workers included, and must publish the same bytes.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from turnout import example

FILES = ("projection.csv", "projection.json", "cohorts.csv")


def main() -> None:
    """Print seconds, processor seconds and speed-up of each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voters", type=int, default=400_000)
    parser.add_argument("--parts", type=int, default=8)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        config = generated(directory, asked.voters, asked.parts)
        print(f"{asked.voters:,} voters in {asked.parts} files")
        print(f"{'':<20}{'seconds':>10}{'processor':>10}{'speed-up':>10}{'same bytes':>12}")
        ways = [("one process", []), *((f"local:{n}", ["--cluster", f"local:{n}"]) for n in asked.workers)]
        first: tuple[float, dict[str, bytes]] | None = None
        for what, options in ways:
            seconds, cpu = timed([str(config), "--quiet", *options])
            published = {file: (directory / "output" / file).read_bytes() for file in FILES}
            first = first or (seconds, published)
            same = "yes" if published == first[1] else "NO"
            print(f"{what:<20}{seconds:>10.1f}{cpu:>10.1f}{first[0] / seconds:>10.2f}{same:>12}", flush=True)


def timed(arguments: list[str]) -> tuple[float, float]:
    """Project, and return seconds and processor seconds, of workers too."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-m", "turnout", "project", *arguments], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, cpu


def generated(directory: Path, voters: int, parts: int) -> Path:
    """Write an electorate in county files, each in a directory with its history and ballots."""
    whole = directory / "whole"
    example.generate(whole, 5, example.CA34.scaled(voters, max(voters // 1250, parts)))
    people = pl.read_csv(whole / "voters.csv", infer_schema=False)
    names = people["precinct"].unique().sort().to_list()
    county = {name: f"County {number * parts // len(names)}" for number, name in enumerate(names)}
    people = people.with_columns(county=pl.col("precinct").replace_strict(county))
    returns = pl.read_csv(whole / "returns.csv", infer_schema=False)
    returns.with_columns(county=pl.col("precinct").replace_strict(county)).write_csv(directory / "returns.csv")
    files: dict[str, list[str]] = {"voters": [], "vote_history": [], "ballots": []}
    rest = {name: pl.read_csv(whole / f"{name}.csv", infer_schema=False) for name in ("vote_history", "ballots")}
    for (name,), part in people.group_by("county", maintain_order=True):
        home = directory / str(name).lower().replace(" ", "-")
        home.mkdir()
        part.write_csv(home / "voters.csv")
        for kind, frame in rest.items():
            own = frame.join(part.select("voter_id"), on="voter_id", how="semi", maintain_order="left")
            own.write_csv(home / f"{kind}.csv")
        for kind, paths in files.items():
            paths.append(f"{home.name}/{kind}.csv")
    lines = ["date = 2017-06-06", "[inputs]", 'returns = ["returns.csv"]', "partitioned = true"]
    lines += [f"{kind} = {sorted(paths)!r}" for kind, paths in files.items()]
    (directory / "contest.toml").write_text("\n".join(lines) + "\n")
    return directory / "contest.toml"


if __name__ == "__main__":
    main()
