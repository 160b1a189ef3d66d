"""Time and memory of a whole run, and of each stage, over electorates of any size, beside the least they could take.

    python benchmarks/scale.py --voters 10000,100000,1000000
    python benchmarks/scale.py --voters 100000000 --form parquet --directory /somewhere/roomy

Electorates are those of `turnout demo --voters`; every run and every floor is a process of its own. A stage is given
in seconds by the clock and of the processor, voters a second of two processors, peak memory, and processor time over
that of its floor (benchmarks/floors.py). The growth exponent is the slope of the log of processor time over that of
voters: 1 where time per voter is flat. On a machine that does other things besides, processor time is the figure to
compare. `--docs` renews docs/benchmarks.json, the chart and the table of docs/benchmarks.md.
"""

import argparse
import itertools
import json
import math
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

DOCS = Path(__file__).resolve().parents[1] / "docs"
STAGES = ("start", "reading", "ethnicity", "propensity", "cohorts", "projection", "reporting")
RESULT = "RESULT "
#: A colour a stage and one for the whole, told apart by the colour-blind too (Okabe & Ito 2008).
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
THREADS = 2


def main() -> None:
    """Measure every size, print, and renew the documentation if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voters", default="10000,100000,1000000,10000000", help="sizes, by commas; '' for none")
    parser.add_argument("--form", choices=("csv", "parquet"), default="csv", help="of the voter-level files")
    parser.add_argument("--directory", type=Path, help="where to work; needs some 600 bytes a voter")
    parser.add_argument("--output", type=Path, default=Path("build/benchmarks.json"))
    parser.add_argument("--docs", action="store_true", help="renew docs/benchmarks.*")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--floor", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run or asked.floor:
        found = run(asked.run) if asked.run else floor(asked.floor, asked.form, int(asked.voters))
        print(RESULT + json.dumps(found))
        return
    sizes = sorted(int(size) for size in asked.voters.split(",") if size)
    results = earlier(asked.output)
    results["machine"] = machine()
    for voters in sizes:
        with tempfile.TemporaryDirectory(dir=asked.directory) as name:
            results["sizes"][str(voters)] = measured(voters, asked.form, Path(name))
        asked.output.parent.mkdir(parents=True, exist_ok=True)
        asked.output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        print(table({str(voters): results["sizes"][str(voters)]}), flush=True)
    print(growth(results["sizes"]))
    if asked.docs:
        renew(results)


def earlier(path: Path) -> dict[str, Any]:
    """Return the results of other sizes that were measured before."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {"sizes": {}}


def machine() -> dict[str, object]:
    """Say where this was measured."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return {
        "processor": model[1] if model else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "python": platform.python_version(),
        "threads": THREADS,
        "date": time.strftime("%Y-%m-%d"),
    }


def measured(voters: int, form: str, directory: Path) -> dict[str, Any]:
    """Generate an electorate, measure its floors and its run, and leave nothing."""
    files = directory / "files"
    made = outside([sys.executable, "-m", "turnout", "demo", str(files), "--voters", str(voters), "--files-only",
                    "--quiet", *(["--parquet"] if form == "parquet" else [])])  # fmt: skip
    size = sum(path.stat().st_size for path in files.glob(f"*.{form}"))
    own = [sys.executable, __file__, "--voters", str(voters), "--form", form]
    floors = outside([*own, "--floor", str(files)])
    for left in files.glob("floor.duckdb*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    whole = outside([*own, "--run", str(files)])
    stages = whole.pop("told")
    whole["mb"] = max(whole["mb"], *(stage["mb"] for stage in stages.values()))  # stages begin its peak anew
    return {
        "form": form, "bytes": size, "busy": os.getloadavg()[0], "generate": made,
        "floors": floors.pop("told"), "stages": stages, "whole": whole,
    }  # fmt: skip


def outside(command: list[str]) -> dict[str, Any]:
    """Run a command; return its seconds, processor seconds, peak memory in MB, and what it told as its result."""
    began = time.monotonic()
    environment = {**os.environ, "POLARS_MAX_THREADS": str(THREADS)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        text = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    told = [line.removeprefix(RESULT) for line in text.splitlines() if line.startswith(RESULT)]
    return {
        "seconds": time.monotonic() - began,
        "cpu": used.ru_utime + used.ru_stime,
        "mb": used.ru_maxrss / 1024,
        **({"told": json.loads(told[-1])} if told else {}),
    }


class Stopwatch:
    """Time, processor time and peak memory between one stage and the next."""

    def __init__(self) -> None:
        self.stages: dict[str, dict[str, float]] = {}
        self._stage = ""
        self._since = (time.monotonic(), 0.0)

    def begin(self, stage: str) -> None:
        """End the stage before, and begin one; a stage that is begun again is added to."""
        now = (time.monotonic(), time.process_time())
        if self._stage:
            own = self.stages.setdefault(self._stage, {"seconds": 0.0, "cpu": 0.0, "mb": 0.0})
            own["seconds"] += now[0] - self._since[0]
            own["cpu"] += now[1] - self._since[1]
            own["mb"] = max(own["mb"], peak())
        Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")  # the peak begins anew
        self._stage, self._since = stage, now

    def within(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function whose time counts as another stage's than that it is called in."""

        def timed(*arguments: object, **options: object) -> object:
            outer = self._stage
            self.begin(stage)
            try:
                return function(*arguments, **options)
            finally:
                self.begin(outer)

        return timed


def peak() -> float:
    """Peak memory since it was last begun anew, in MB."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(re.findall(r"VmHWM:\s*(\d+)", status)[0]) / 1024


def run(directory: Path) -> dict[str, dict[str, float]]:
    """Run a contest in this process as `turnout project` does, by stage."""
    watch = Stopwatch()
    watch.begin("start")
    from turnout import electorate  # noqa: PLC0415
    from turnout.contest import Contest  # noqa: PLC0415
    from turnout.electorate import days, writing  # noqa: PLC0415
    from turnout.running.live import Live  # noqa: PLC0415

    contest = Contest.load(directory / "contest.toml")
    cohorts = ((writing, "chances"), (writing, "cells"), (electorate, "cohorts"), (days, "keep_latest"))
    for module, name in cohorts:
        mock.patch.object(module, name, watch.within("cohorts", getattr(module, name))).start()
    names = {"electorate": "propensity"}
    Live(contest).update(progress=lambda stage: watch.begin(names.get(stage, stage)))
    watch.begin("")
    return watch.stages


def floor(directory: Path, form: str, voters: int) -> dict[str, dict[str, float]]:
    """Run the floors in this process."""
    import floors  # noqa: PLC0415

    watch = Stopwatch()
    connection = floors.prepared(directory, form, THREADS, 900_000_000 + 40 * voters)
    for name, statements in floors.statements(directory, form).items():
        watch.begin(name)
        for statement in statements:
            connection.execute(statement).fetchall()
    watch.begin("")
    return watch.stages


def table(sizes: dict[str, Any]) -> str:
    """Return a table in Markdown: a row a size and stage."""
    import floors  # noqa: PLC0415

    lines = [
        "| voters | stage | seconds | processor | voters a second of two processors | peak MB | processor ÷ floor |",
        "|---|---|---|---|---|---|---|",
    ]
    for voters, found in sorted(sizes.items(), key=lambda item: int(item[0])):
        named = f"{int(voters):,} ({found['form'].upper() if found['form'] == 'csv' else 'Parquet'})"
        rows = {**{stage: found["stages"][stage] for stage in STAGES}, "**whole run**": found["whole"]}
        for stage, own in rows.items():
            least = found["floors"].get(floors.FLOOR_OF.get(stage, ""))
            ratio = f"{own['cpu'] / least['cpu']:.1f}" if least and least["cpu"] > 0.05 else ""
            rate = f"{2 * int(voters) / own['cpu']:,.0f}"
            told = (f"{own['seconds']:.1f}", f"{own['cpu']:.1f}", rate, f"{own['mb']:,.0f}", ratio)
            lines.append(f"| {named} | {stage} | {' | '.join(told)} |")
            named = ""
    return "\n".join(lines)


def growth(sizes: dict[str, Any]) -> str:
    """Return the growth exponent of each stage from each size to the next, in Markdown."""
    order = sorted(int(size) for size in sizes)
    pairs = list(itertools.pairwise(order))
    if not pairs:
        return ""
    lines = [
        "| growth exponent | " + " | ".join(f"{a:,} to {b:,}" for a, b in pairs) + " |",
        "|---|" + "---|" * len(pairs),
    ]
    for stage in (*STAGES[1:], "whole run"):
        told = []
        for few, many in pairs:
            a, b = (sizes[str(size)]["whole" if stage == "whole run" else "stages"] for size in (few, many))
            if stage != "whole run":
                a, b = a[stage], b[stage]
            told.append(f"{math.log(b['cpu'] / a['cpu']) / math.log(many / few):.2f}")
        lines.append(f"| {stage} | {' | '.join(told)} |")
    return "\n".join(lines)


def renew(results: dict[str, Any]) -> None:
    """Write what was measured into the documentation: JSON, the chart, and the tables between their marks."""
    (DOCS / "benchmarks.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (DOCS / "benchmarks.svg").write_text(chart(results["sizes"]), encoding="utf-8")
    page = DOCS / "benchmarks.md"
    here = results["machine"]
    busy = [found["busy"] for _, found in sorted(results["sizes"].items(), key=lambda size: int(size[0]))]
    shared = (
        f" The machine did other things besides (load {', '.join(f'{load:.0f}' for load in busy)}): compare processor"
        " time, not seconds by the clock."
    )
    said = (
        f"Measured {here['date']} with `make bench` on {here['cores']} cores ({here['processor']}), "
        f"{here['memory_gb']} GB, Python {here['python']}, {here['threads']} threads."
        f"{shared if max(busy) > here['cores'] else ''}"
    )
    told = f"{said}\n\n{table(results['sizes'])}\n\n{growth(results['sizes'])}"
    marks = r"(<!-- measured -->\n).*?(\n<!-- /measured -->)"
    text = page.read_text(encoding="utf-8")
    page.write_text(re.sub(marks, lambda m: m[1] + told + m[2], text, flags=re.DOTALL), encoding="utf-8")


def chart(sizes: dict[str, Any]) -> str:
    """Draw processor time per voter, by size and stage, on a scale of powers of ten."""
    import pygal  # noqa: PLC0415
    from pygal.style import CleanStyle  # noqa: PLC0415

    order = sorted(sizes, key=int)
    drawn = pygal.Line(
        logarithmic=True, style=CleanStyle(colors=_COLOURS), js=(), width=760, height=420, no_prefix=True,
        legend_at_bottom=True,
        title="Processor time per voter", x_title="voters", y_title="microseconds", disable_xml_declaration=True,
    )  # fmt: skip
    drawn.y_labels = [0.1, 1, 10, 100, 1000]
    drawn.x_labels = [f"{int(size):,}" for size in order]
    for stage in STAGES[1:]:
        drawn.add(stage, [1e6 * sizes[size]["stages"][stage]["cpu"] / int(size) for size in order])
    drawn.add("whole run", [1e6 * sizes[size]["whole"]["cpu"] / int(size) for size in order])
    return re.sub(r"<script.*?</script>", "", str(drawn.render()), flags=re.DOTALL)


if __name__ == "__main__":
    main()
