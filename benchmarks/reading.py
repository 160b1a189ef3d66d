"""Read a voter file from CSV to the canonical table, beside DuckDB's own CSV to Parquet on the same file.

    python benchmarks/reading.py --voters 1000000

Each is a process of its own, in turns; the figures are medians. The rate of reading counts decoding, hashing, casts,
duplicates, cells set aside (a thousandth of the lines have a date that is none) and the account of every line.
``cp1252`` is the same file in Windows-1252, which DuckDB can read only because it holds no byte from 0x80 to 0x9F;
``broken`` has a thousandth of its lines cut short, which are rejected, and which DuckDB is spared: its rate is that
of the sound file.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

_VARIANTS = ("utf8", "cp1252", "broken")
_FILE = """
COPY (
  SELECT printf('%09d', i) AS voter_id,
    ['SMITH', 'GARCIA', 'NGUYEN', 'KIM', 'NUÑEZ', 'O''BRIEN', 'PEÑA', 'LEE', 'JOHNSON', 'MARTINEZ', 'PARK', 'CHEN',
     'LOPEZ', 'BROWN', 'WILLIAMS', 'JONES', 'DAVIS', 'MILLER', 'WILSON', 'MOORE', 'TAYLOR', 'THOMAS', 'HARRIS',
     'CLARK', 'LEWIS', 'HALL', 'YOUNG', 'KING', 'WRIGHT'][1 + (hash(i) % 29)::INT]
      || chr((65 + hash(i, 1) % 26)::INT)                                                AS last_name,
    ['MARIA', 'JOSE', 'ANA', 'JOHN', 'MIN-JI', 'LUIS', 'KATE', 'DAVID'][1 + (hash(i, 2) % 8)::INT] AS first_name,
    chr((65 + hash(i, 3) % 26)::INT)                                                     AS middle_name,
    CASE WHEN hash(i, 4) % 50 = 0 THEN 'JR' END                                          AS name_suffix,
    1930 + (hash(i, 5) % 75)::INT                                                        AS birth_year,
    ['F', 'M', 'U'][1 + (hash(i, 6) % 3)::INT]                                           AS sex,
    ['DEM', 'REP', 'NPP', 'GRN'][1 + (hash(i, 7) % 4)::INT]                              AS party,
    CASE WHEN hash(i, 8) % 1000 = 0 THEN '13/45/2012'
         ELSE strftime(DATE '1980-01-01' + (hash(i, 9) % 13000)::INT, '%m/%d/%Y') END    AS registration_date,
    'COUNTY ' || (hash(i, 11) % 20000 % 58)                                              AS county,
    printf('%07d%s', hash(i, 11) % 20000, chr((65 + hash(i, 11) % 3)::INT))              AS precinct,
    printf('06037%06d', hash(i, 13) % 3000)                                              AS tract,
    printf('%05d', 90000 + hash(i, 14) % 2000)                                           AS zip,
    ['CA', 'MX', 'KR', 'US', 'PH'][1 + (hash(i, 15) % 5)::INT]                           AS place_of_birth,
    ['eng', 'spa', 'kor', 'chn'][1 + (hash(i, 16) % 4)::INT]                             AS language,
    ['Y', 'N'][1 + (hash(i, 17) % 2)::INT]                                               AS permanent_mail,
    'active'                                                                             AS status
  FROM range($voters) t(i)
) TO '{path}' (HEADER, DELIMITER ',')
"""


def main() -> None:
    """Print rate, processor time and peak memory of both, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voters", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--variants", nargs="+", choices=_VARIANTS, default=_VARIANTS)
    parser.add_argument("--directory", type=Path, help="where to put the files, with room for three times their size")
    parser.add_argument("--one", nargs=2, metavar=("WHO", "FILE"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        one(asked.one[0], Path(asked.one[1]))
        return
    with tempfile.TemporaryDirectory(dir=asked.directory) as directory:
        os.environ["TMPDIR"] = directory
        sound = Path(directory) / "voters.csv"
        duckdb.execute(_FILE.format(path=sound), {"voters": asked.voters})
        print(f"{asked.voters:,} voters, {sound.stat().st_size / 1e6:,.0f} MB, {os.cpu_count()} cores")
        for variant in asked.variants:
            compare(variant, made(variant, sound), sound, asked)


def made(variant: str, sound: Path) -> Path:
    """Write a variant of the file beside it."""
    if variant == "utf8":
        return sound
    path = sound.with_name(f"{variant}.csv")
    with sound.open("rb") as source, path.open("wb") as target:
        for number, line in enumerate(source):
            if variant == "cp1252":
                target.write(line if line.isascii() else line.decode().encode("cp1252"))
            else:
                target.write(line[: line.rindex(b",")] + b"\n" if number % 1000 == 999 else line)
    return path


def compare(variant: str, path: Path, sound: Path, asked: argparse.Namespace) -> None:
    """Run both in turns and print their medians."""
    theirs = {"utf8": ("duckdb", path), "cp1252": ("duckdb-latin1", path), "broken": ("duckdb", sound)}[variant]
    found: dict[str, list[tuple[float, ...]]] = {"DuckDB": [], "turnout": []}
    for _ in range(asked.runs):
        for who, command in (("DuckDB", theirs), ("turnout", ("turnout", path))):
            out = subprocess.run(
                [sys.executable, __file__, "--one", *map(str, command)], capture_output=True, text=True, check=True
            ).stdout
            found[who].append(tuple(map(float, out.split())))
    medians = {who: [statistics.median(column) for column in zip(*runs, strict=True)] for who, runs in found.items()}
    for who, (wall, cpu, peak) in medians.items():
        rate = asked.voters / wall
        print(
            f"{variant:>7}  {who:8} {wall:6.1f} s  {cpu:6.1f} s of processor  {rate:11,.0f} voters/s  {peak:6,.0f} MB"
        )
    ratios = [medians["DuckDB"][i] / medians["turnout"][i] for i in (0, 1)]
    print(
        f"{variant:>7}  rate of turnout ÷ rate of DuckDB: {ratios[0]:.2f} by the clock, {ratios[1]:.2f} by processor"
    )


def one(who: str, path: Path) -> None:
    """Print seconds, processor seconds (imports not counted) and peak megabytes of one reading."""
    with tempfile.TemporaryDirectory() as directory:
        if who == "turnout":
            from turnout import reading  # noqa: PLC0415
            from turnout.contest import Contest, Inputs  # noqa: PLC0415
            from turnout.workspace import Workspace  # noqa: PLC0415

            contest = Contest(inputs=Inputs(voters=(path,)))
            started, before = time.perf_counter(), processor()
            with Workspace.create(Path(directory) / "workspace") as workspace:
                reading.load(workspace, contest)
        else:
            options = "all_varchar = true, header = true, delim = ','"
            options += ", encoding = 'latin-1'" if who == "duckdb-latin1" else ""
            started, before = time.perf_counter(), processor()
            duckdb.execute(
                f"COPY (FROM read_csv($file, {options})) TO '{directory}/voters.parquet'",
                {"file": str(path)},
            )
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(time.perf_counter() - started, processor() - before, used.ru_maxrss / 1024)


def processor() -> float:
    """Processor seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
