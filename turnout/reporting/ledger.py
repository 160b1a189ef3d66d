"""The ledger: each published projection's headline, run by run, kept beside the outputs it was published with.

It is published with the outputs, in the same rename, so that a killed run leaves neither an entry without its outputs
nor outputs without their entry.

It is a timeline of what a reader was told, and its last entry is what stands published. So a run is entered if it
says something else than the one before it. Projecting the same inputs again, with the same seed and version, adds
nothing; coming back to what an earlier run said, after others, is an entry of its own, that names the run it repeats.
"""

import contextlib
import datetime as dt
import hashlib
import io
import json
import os
from pathlib import Path
from typing import Final

import polars as pl

from turnout.reporting.run import Run

#: Its name among the published files. Hidden: what a reader should see of it is in the page and the workbook.
FILE: Final = ".ledger.parquet"

#: Columns of the ledger; grain: run × contest × candidate.
LEDGER: Final[dict[str, pl.DataType]] = {
    "run": pl.Int64(),
    "published": pl.String(),
    "as_of": pl.String(),
    "basis": pl.String(),
    "contest": pl.String(),
    "candidate": pl.String(),
    "counted_votes": pl.Int64(),
    "counted_share": pl.Float64(),
    "projected_share": pl.Float64(),
    "lo90": pl.Float64(),
    "hi90": pl.Float64(),
    "win_probability": pl.Float64(),
}

#: Provenance that decides what a projection says. When and how long it ran does not.
_BASIS: Final = ("turnout", "libraries", "seed", "draws", "inputs", "models")


def read(directory: Path) -> pl.DataFrame | None:
    """Return the ledger last published in a directory; None where there is none that this version can use."""
    with contextlib.suppress(OSError, pl.exceptions.PolarsError):
        frame = pl.read_parquet(directory / FILE)
        if dict(frame.schema) == LEDGER and frame.height:
            return frame
    return None


def extended(before: pl.DataFrame | None, run: Run) -> pl.DataFrame:
    """Return the ledger with a run's entry added, unless the run just before it rested on the very same.

    Parameters
    ----------
    before : the ledger so far; None to begin one
    run : in its published form
    """
    basis = _basis(run)
    if before is not None and before["basis"][-1] == basis:
        return before
    number = 1 if before is None else int(before["run"][-1]) + 1
    entry = run.projection.select(
        pl.lit(number, dtype=pl.Int64).alias("run"),
        pl.lit(now().strftime("%Y-%m-%d %H:%M")).alias("published"),
        pl.lit(str(run.provenance.get("as_of") or "")).alias("as_of"),
        pl.lit(basis).alias("basis"),
        *[column for column in LEDGER if column in run.projection.columns],
    )
    return entry if before is None else pl.concat([before, entry])


def to_parquet(ledger: pl.DataFrame) -> bytes:
    """Return the ledger as the file that holds it."""
    buffer = io.BytesIO()
    ledger.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def moved(ledger: pl.DataFrame | None, contest: str) -> pl.DataFrame:
    """Return a contest's entries, one row a run × candidate, if there are at least two runs of it; else none."""
    if ledger is None:
        return pl.DataFrame(schema=LEDGER)
    own = ledger.filter(pl.col("contest") == contest)
    return own if own["run"].n_unique() > 1 else own.clear()


def last_moves(ledger: pl.DataFrame | None) -> pl.DataFrame:
    """Return what moved between the last two runs, of each contest's leader now; none before the second run.

    One row a contest: contest, candidate, before, now, move (share units), turned (whether another led before), from
    the widest move to the least.
    """
    schema = {"contest": pl.String, "candidate": pl.String, "before": pl.Float64, "now": pl.Float64}
    if ledger is None or ledger["run"][-1] == ledger["run"][0]:
        return pl.DataFrame(schema={**schema, "move": pl.Float64, "turned": pl.Boolean})
    runs = ledger["run"].unique().sort()
    now, before = (
        ledger.filter((pl.col("run") == number) & pl.col("projected_share").is_not_null())
        for number in (runs[-1], runs[-2])
    )
    leads = pl.col("projected_share") == pl.col("projected_share").max().over("contest")
    return (
        now.filter(leads)
        .unique("contest", keep="first", maintain_order=True)
        .join(before.with_columns(led=leads), on=["contest", "candidate"], suffix="_before")
        .select(
            "contest",
            "candidate",
            before="projected_share_before",
            now="projected_share",
            move=pl.col("projected_share") - pl.col("projected_share_before"),
            turned=~pl.col("led"),
        )
        .sort(pl.col("move").abs(), "contest", descending=[True, False])
    )


def by_day(entries: pl.DataFrame) -> pl.DataFrame:
    """Return the entries of each day's last run, day after day, where they are of more than one day."""
    days = entries.with_columns(day=day())
    last = days.filter(pl.col("run") == pl.col("run").max().over("day")).sort("day", maintain_order=True).drop("day")
    return last if days["day"].n_unique() > 1 else last.clear()


def repeats(entries: pl.DataFrame) -> dict[int, int]:
    """Return the runs that say what an earlier one did, and the first that did: run -> earlier run."""
    first = pl.col("run").min().over("basis")
    again = entries.select("run", first.alias("first")).unique().filter(pl.col("run") > pl.col("first"))
    return dict(again.sort("run").iter_rows())


def day() -> pl.Expr:
    """Return the day of an entry: that of its data where this tells it, else the day it was published (UTC)."""
    return pl.when(pl.col("as_of") != "").then("as_of").otherwise("published").str.head(10)


def now() -> dt.datetime:
    """Return the time that entries are stamped with: UTC, or SOURCE_DATE_EPOCH where a build fixes it."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    if fixed.isascii() and fixed.isdigit():
        return dt.datetime.fromtimestamp(int(fixed), dt.UTC)
    return dt.datetime.now(dt.UTC)


def _basis(run: Run) -> str:
    told = {key: run.provenance.get(key) for key in _BASIS}
    said = run.projection.select(column for column in LEDGER if column in run.projection.columns).rows()
    text = json.dumps([told, said], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
