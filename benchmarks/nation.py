"""Time, memory and disk of an electorate in many voter files: the nation's, or a smaller one.

    python benchmarks/nation.py --directory /somewhere/roomy
    python benchmarks/nation.py --voters 2000000 --partitions 5 --cluster local:2

Generates the files, as Parquet, and projects them by the command, in a process of its own, Python's start included.
Several times a second the resident memory of that process and all that it started is added up, pages that they share
counted in each; every second, the disk that its scratch directory takes. What one partition leaves to the next shows
in the peaks of each stage of the run, which the JSON has. The run must have read every voter, and the registered of
its cells must add up to them.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import duckdb
from scale import machine

#: Seconds from one look at memory to the next, and looks at memory to one at the disk.
EVERY, DISK_EVERY = 0.2, 5
_PAGE = os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Measure, print, and write what was found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voters", type=int, default=200_000_000)
    parser.add_argument("--partitions", type=int, default=50)
    parser.add_argument("--cluster", default="", help="as of turnout project, such as local:2")
    parser.add_argument("--files", type=Path, help="where the files lie, or are to be left; else they are removed")
    parser.add_argument("--directory", type=Path, help="where to work; a nation takes some 10 GB")
    parser.add_argument("--output", type=Path, default=Path("build/nation.json"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.directory) as name:
        files = asked.files or Path(name) / "files"
        made = None if (files / "contest.toml").exists() else generated(files, asked.voters, asked.partitions)
        size = sum(path.stat().st_size for path in files.glob("part-*/*.parquet"))
        scratch, output = Path(name) / "scratch", files / "output"
        scratch.mkdir()
        shutil.rmtree(output, ignore_errors=True)
        options = ["--cluster", asked.cluster] if asked.cluster else []
        found = measured(["project", str(files / "contest.toml"), "--log-format", "json", *options], scratch)
        result = {
            "machine": machine(), "voters": asked.voters, "partitions": asked.partitions, "cluster": asked.cluster,
            "busy": os.getloadavg()[0], "input_bytes": size, "generate": made,
            "output_bytes": on_disk(output), "voters_a_second": asked.voters / found["seconds"],
            **counted(output, asked.voters), **found,
        }  # fmt: skip
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    asked.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(told(result))


def generated(files: Path, voters: int, partitions: int) -> dict[str, Any]:
    """Write the files; returns what that took."""
    options = ["--voters", str(voters), "--partitions", str(partitions), "--parquet", "--files-only", "--quiet"]
    return measured(["demo", str(files), *options], None)


def measured(arguments: list[str], scratch: Path | None) -> dict[str, Any]:
    """Run a command of turnout; returns seconds, and peaks in MB, of all and of each stage that it tells."""
    environment = {**os.environ, **({"TMPDIR": str(scratch)} if scratch else {})}
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    stages = [{"stage": "start", "at": 0.0, "together_mb": 0.0, "scratch_mb": 0.0}]
    command = [sys.executable, "-m", "turnout", *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment) as process:
        watching = threading.Thread(target=watch, args=(process, scratch, stages))
        watching.start()
        for line in process.stderr or ():
            event = json.loads(line) if line.startswith(b"{") else {}
            if event.get("event") == "stage":
                at = time.monotonic() - began
                stages.append({"stage": event["stage"], "at": at, "together_mb": 0.0, "scratch_mb": 0.0})
            elif event.get("level") == "error" or not event:
                print(line.decode().rstrip(), file=sys.stderr)
        process.wait()
        watching.join()
    if process.returncode:
        raise SystemExit(f"turnout {' '.join(arguments)} ended with {process.returncode}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": time.monotonic() - began,
        "cpu": used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime,
        "largest_process_mb": used.ru_maxrss / 1024,
        "together_mb": max(stage["together_mb"] for stage in stages),
        "scratch_mb": max(stage["scratch_mb"] for stage in stages),
        "stages": stages,
    }


def watch(process: subprocess.Popen[bytes], scratch: Path | None, stages: list[dict[str, Any]]) -> None:
    """Add up memory and disk while a process runs, into the stage that it is in."""
    looks = 0
    while process.poll() is None:
        now = stages[-1]
        now["together_mb"] = max(now["together_mb"], resident(process.pid) / 2**20)
        if scratch and looks % DISK_EVERY == 0:
            now["scratch_mb"] = max(now["scratch_mb"], on_disk(scratch) / 2**20)
        looks += 1
        time.sleep(EVERY)


def resident(pid: int) -> int:
    """Return the bytes in memory of a process and all below it; those that end meanwhile count nothing."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        children = [
            child.read_text(encoding="ascii").split() for child in Path(f"/proc/{pid}/task").glob("*/children")
        ]
    except (OSError, IndexError):
        return 0
    return pages * _PAGE + sum(resident(int(child)) for own in children for child in own)


def on_disk(directory: Path) -> int:
    """Return the bytes that a directory takes on disk; files that vanish meanwhile count nothing."""
    total = 0
    for path, _, names in os.walk(directory):
        for name in names:
            try:
                total += (Path(path) / name).lstat().st_blocks * 512
            except FileNotFoundError:
                continue
    return total


def counted(output: Path, voters: int) -> dict[str, Any]:
    """Return the voters that were read and the registered of the cells; ends where they are not those generated."""
    with duckdb.connect(output / "workspace.duckdb", read_only=True) as opened:
        read = opened.sql("SELECT sum(loaded)::BIGINT FROM reconciliation WHERE table_name = 'voters'").fetchall()
        cells = opened.sql("SELECT count(*), sum(expected) FROM cells WHERE tranche = 'registered'").fetchall()
    if read[0][0] != voters or abs(cells[0][1] / voters - 1) > 1e-5:
        raise SystemExit(f"{voters:,} voters were generated, {read[0][0]:,} read; the cells hold {cells[0][1]:,.1f}")
    return {"voters_read": read[0][0], "registered_in_cells": cells[0][1], "cells_of_the_registered": cells[0][0]}


def told(result: dict[str, Any]) -> str:
    """Return the result in lines."""
    parts = [stage for stage in result["stages"] if stage["stage"].startswith("partition")]
    first, last = ({**parts[place], "file": parts[place]["stage"].removeprefix("partition ")} for place in (0, -1))
    made, rate = result["generate"], f"{result['voters_a_second']:,.0f} voters a second"
    return f"""{result["voters"]:,} voters in {result["partitions"]:,} files, {result["input_bytes"] / 1e9:.2f} GB
generated in {made["seconds"] if made else 0:,.0f} s, {made["largest_process_mb"] if made else 0:,.0f} MB
projected in {result["seconds"]:,.0f} s, {result["cpu"]:,.0f} of the processor, {rate}
memory: {result["largest_process_mb"]:,.0f} MB the largest process, {result["together_mb"]:,.0f} MB together
scratch: {result["scratch_mb"]:,.0f} MB, output: {result["output_bytes"] / 1e6:,.0f} MB
at {first["file"]}: {first["together_mb"]:,.0f} MB together, scratch {first["scratch_mb"]:,.0f} MB
at {last["file"]}: {last["together_mb"]:,.0f} MB together, scratch {last["scratch_mb"]:,.0f} MB
registered in cells: {result["registered_in_cells"]:,.1f}"""


if __name__ == "__main__":
    main()
