"""The published form of a run's tables: their columns, precision, suppression, and CSV text.

Every output is made from the published form, so a page rebuilt from the files is the page that was written.
"""

import dataclasses
import math
from collections.abc import Mapping
from typing import Final

import polars as pl

from turnout.reporting.run import Run
from turnout.reporting.suppression import suppressed

#: Columns of ``projection.csv``, in their order, with the type each has.
PROJECTION: Final[dict[str, pl.DataType]] = {
    "contest": pl.String(),
    "candidate": pl.String(),
    "party": pl.String(),
    "counted_votes": pl.Int64(),
    "counted_share": pl.Float64(),
    "projected_votes": pl.Int64(),
    "projected_share": pl.Float64(),
    **{f"{end}{level}": pl.Float64() for level in (50, 80, 90, 95) for end in ("lo", "hi")},
    "win_probability": pl.Float64(),
    "status": pl.String(),
    "reason": pl.String(),
}

#: Columns of ``cohorts.csv``.
COHORT: Final[dict[str, pl.DataType]] = {
    "cohort": pl.String(),
    "group": pl.String(),
    "parent": pl.String(),
    "expected": pl.Float64(),
    "lo90": pl.Float64(),
    "hi90": pl.Float64(),
    "share": pl.Float64(),
    "index": pl.Float64(),
}

SUPPORT: Final[dict[str, pl.DataType]] = {
    "contest": pl.String(),
    "group": pl.String(),
    "candidate": pl.String(),
    "share": pl.Float64(),
    "lo90": pl.Float64(),
    "hi90": pl.Float64(),
    "least": pl.Float64(),
    "most": pl.Float64(),
}

TOTALS: Final[dict[str, pl.DataType]] = {
    "contest": pl.String(),
    "counted_votes": pl.Int64(),
    "expected": pl.Float64(),
    "lo90": pl.Float64(),
    "hi90": pl.Float64(),
}

COMPONENTS: Final[dict[str, pl.DataType]] = {
    "contest": pl.String(),
    "component": pl.String(),
    "sd_share": pl.Float64(),
}

RECONCILIATION: Final[dict[str, pl.DataType]] = {
    "source": pl.String(),
    "table_name": pl.String(),
    "sha256": pl.String(),
    "lines_in": pl.Int64(),
    "loaded": pl.Int64(),
    "rejected": pl.Int64(),
    "ignored": pl.Int64(),
    "note": pl.String(),
}

FINDINGS: Final[dict[str, pl.DataType]] = {
    "severity": pl.String(),
    "topic": pl.String(),
    "message": pl.String(),
}

#: Columns of the table of units.
PRECINCTS: Final[dict[str, pl.DataType]] = {
    "contest": pl.String(),
    "county": pl.String(),
    "precinct": pl.String(),
    "candidate": pl.String(),
    "counted_votes": pl.Int64(),
    "projected_votes": pl.Int64(),
    "reported": pl.Boolean(),
}

#: Cells of fewer expected voters than this are blanked in everything that may be shared.
SMALLEST_CELL: Final = 10

#: What a spreadsheet takes a field for a formula by.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

_SHARE_DECIMALS: Final = 6
_COUNT_DECIMALS: Final = 2
_COUNTS: Final = ("expected", "lo90", "hi90")

#: What an abstained contest must not show, whatever the engine left there.
_PROJECTED: Final = tuple(column for column in PROJECTION if column.startswith(("projected_", "lo", "hi", "win_")))

#: Provenance that differs between two runs of the same inputs and seed. It stays out of the files, whose bytes are
#: promised to be the same.
_VOLATILE: Final = ("started", "seconds", "reused")


def published(run: Run) -> Run:
    """Return the run as it is published: columns in order, rounded, NaN as null, small cells and timings removed.

    Idempotent: publishing what was published changes nothing.
    """
    return dataclasses.replace(
        run,
        projection=_projection(run.projection),
        together=None if run.together is None else _projection(run.together),
        cohorts=None if run.cohorts is None else suppress(_cohorts(run.cohorts)),
        support=None if run.support is None else _rounded(run.support, SUPPORT),
        totals=None if run.totals is None else _rounded(run.totals, TOTALS, counts=_COUNTS),
        components=_rounded(run.components, COMPONENTS),
        reconciliation=_rounded(run.reconciliation, RECONCILIATION),
        findings=_rounded(run.findings, FINDINGS),
        provenance={key: value for key, value in run.provenance.items() if key not in _VOLATILE},
        precincts=None if run.precincts is None or run.precincts.is_empty() else _precincts(run.precincts),
    )


def suppress(cohorts: pl.DataFrame) -> pl.DataFrame:
    """Blank the numbers of cells with fewer than :data:`SMALLEST_CELL` expected voters, and what gives them away.

    A cohort's total is published, so a cell that is blank alone could be worked out: the smallest other one is
    blanked with it. A cohort that has blanks already was published before, and stays as it is.
    """
    numbers = tuple(column for column, kind in COHORT.items() if kind == pl.Float64())
    parts = [
        suppressed(part, ("group",), "expected", numbers) if part["expected"].null_count() == 0 else _blanked(part)
        for part in cohorts.partition_by("cohort", maintain_order=True)
    ]
    return pl.concat(parts) if parts else cohorts


def _blanked(part: pl.DataFrame) -> pl.DataFrame:
    keep = pl.col("expected") >= SMALLEST_CELL
    numbers = [column for column, kind in COHORT.items() if kind == pl.Float64()]
    return part.with_columns(pl.when(keep).then(pl.col(column)).alias(column) for column in numbers)


def to_csv(frame: pl.DataFrame) -> str:
    """Return a published table as CSV: counts as integers, shares with six decimals, nulls empty.

    Text is written as it is, with one exception: a field that begins with ``=``, ``+``, ``-``, ``@``, a tab or a
    carriage return gets a leading apostrophe, because spreadsheets would run it as a formula. The JSON
    has it as it is.
    """
    counts = _COUNTS if "cohort" in frame.columns else ()
    columns = [_fields(frame[name], decimals(name, counts)) for name in frame.columns]
    lines = [",".join(frame.columns), *map(",".join, zip(*columns, strict=True))]
    return "\n".join(lines) + "\n"


def decimals(column: str, counts: tuple[str, ...]) -> int:
    """Return how many decimals a column is published with."""
    return _COUNT_DECIMALS if column in counts else _SHARE_DECIMALS


def conform(frame: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return exactly the columns of ``schema`` in its order and types, with NaN and infinities as null."""
    floats = [name for name, kind in schema.items() if kind == pl.Float64()]
    integers = [name for name, kind in schema.items() if kind == pl.Int64() and frame.schema[name].is_float()]
    return (
        frame.with_columns(pl.col(integers).fill_nan(None).round())
        .select(pl.col(name).cast(kind) for name, kind in schema.items())
        .with_columns(pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name) for name in floats)
    )


def _projection(frame: pl.DataFrame) -> pl.DataFrame:
    abstained = pl.col("status") == "abstained"
    return _rounded(frame, PROJECTION).with_columns(
        pl.when(~abstained).then(pl.col(column)).alias(column) for column in _PROJECTED
    )


def _precincts(frame: pl.DataFrame) -> pl.DataFrame:
    """Blank the projection of units where fewer than :data:`SMALLEST_CELL` votes are still expected."""
    frame = _rounded(frame, PRECINCTS)
    unit = ["contest", "county", "precinct"]
    to_come = (pl.col("projected_votes") - pl.col("counted_votes")).sum().over(unit)
    some = (to_come == 0) | (to_come >= SMALLEST_CELL)
    return frame.with_columns(pl.when(some).then("projected_votes").alias("projected_votes"))


def _cohorts(frame: pl.DataFrame) -> pl.DataFrame:
    return _rounded(frame, COHORT, counts=_COUNTS)


def _rounded(frame: pl.DataFrame, schema: Mapping[str, pl.DataType], counts: tuple[str, ...] = ()) -> pl.DataFrame:
    floats = [name for name, kind in schema.items() if kind == pl.Float64()]
    return conform(frame, schema).with_columns(
        (pl.col(name).round(decimals(name, counts)) + 0.0).alias(name) for name in floats
    )


def _fields(column: pl.Series, places: int) -> list[str]:
    values = column.to_list()
    if column.dtype.is_float():
        return ["" if value is None or math.isnan(value) else f"{value:.{places}f}" for value in values]
    if column.dtype.is_integer():
        return ["" if value is None else str(value) for value in values]
    fields = {value: _field(value) for value in set(values)}  # of the few different texts that a column has
    return [fields[value] for value in values]


def _field(value: object) -> str:
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, str) and text.startswith(FORMULA):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text
