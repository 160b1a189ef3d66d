"""Time the partitions of one electorate in one process and on clusters of this machine's processes.

    python benchmarks/cluster.py --voters 400000 --parts 8

Generates an electorate in voter files of one size and projects it: the files one after another in one process; then
by --cluster local:1, local:2 and so on. Every command runs in a process of its own, Python's start and that of the
workers included, from nothing, and must publish the same bytes.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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
        example.generate_counties(directory, asked.voters, 5, partitions=asked.parts)
        config = directory / "contest.toml"
        print(f"{asked.voters:,} voters in {asked.parts} files")
        print(f"{'':<20}{'seconds':>10}{'processor':>10}{'speed-up':>10}{'same bytes':>12}")
        ways = [("one process", []), *((f"local:{n}", ["--cluster", f"local:{n}"]) for n in asked.workers)]
        first: tuple[float, dict[str, bytes]] | None = None
        for what, options in ways:
            shutil.rmtree(directory / "output", ignore_errors=True)
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


if __name__ == "__main__":
    main()
