"""``projection.json``: everything a run says, for machines, and the way back from the published files to a run."""

import datetime as dt
import decimal
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl

from turnout.contest import Contest
from turnout.errors import InputRefused, UsageError
from turnout.reporting import ledger, tables
from turnout.reporting.run import Run

PROJECTION_CSV: Final = "projection.csv"
PROJECTION_JSON: Final = "projection.json"
COHORTS_CSV: Final = "cohorts.csv"
REPORT_HTML: Final = "report.html"
REPORT_XLSX: Final = "report.xlsx"

#: Raised when a key changes its meaning or goes away; new keys may come without it.
_SCHEMA_VERSION: Final = 1
_CONTEST_KEYS: Final = ("name", "title", "date", "state", "kind", "note", "seed", "draws")


def to_json(run: Run) -> str:
    """Return a published run as JSON text. Keys keep one order, missing numbers are null, text is verbatim."""
    document = {
        "schema": _SCHEMA_VERSION,
        "contest": run.contest.model_dump(mode="json", include=set(_CONTEST_KEYS)),
        "synthetic": run.contest.synthetic,
        "projection": run.projection,
        "together": run.together,
        "totals": run.totals,
        "components": run.components,
        "support": run.support,
        "reconciliation": run.reconciliation,
        "findings": run.findings,
        "provenance": _plain(run.provenance),
        "precincts": None if run.precincts is None else _columns(run.precincts),
    }
    document["contest"] = {key: document["contest"][key] for key in _CONTEST_KEYS}  # type: ignore[index]
    return lines(document)


def lines(document: Mapping[str, object]) -> str:
    """Return a document as JSON text, a line a row of its tables, which may be frames; dates as text, NaN as null."""
    parts = (f" {_dumped(key)}: {_by_row(value)}" for key, value in document.items())
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _by_row(value: object) -> str:
    """Write a table's rows, or a mapping's entries, a line each: to indent all of it takes ten times as long."""
    if isinstance(value, pl.DataFrame):
        rows = zip(*(_fields(value[name]) for name in value.columns), strict=True)
        return "[\n" + ",\n".join(f"  {{{', '.join(row)}}}" for row in rows) + "\n ]" if value.height else "[]"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"  {_dumped(row)}" for row in value) + "\n ]"
    if isinstance(value, dict) and value:
        return "{\n" + ",\n".join(f"  {_dumped(key)}: {_dumped(inner)}" for key, inner in value.items()) + "\n }"
    return _dumped(value)


def _fields(column: pl.Series) -> list[str]:
    """Return a column's entries as they stand in their rows, each with its name: of many rows that is faster."""
    name = _dumped(column.name)
    if column.dtype.is_float():
        said = repr if column.is_infinite().sum() == 0 else _dumped  # which refuses what JSON has no form of
        return [f"{name}: {'null' if value is None else said(value)}" for value in column.fill_nan(None).to_list()]
    values = column.to_list()
    if column.dtype.is_nested():
        return [f"{name}: {_dumped(value)}" for value in values]
    fields = {value: f"{name}: {_dumped(value)}" for value in set(values)}
    return [fields[value] for value in values]


def _dumped(value: object) -> str:
    return _ENCODER.encode(value)


def _other(value: object) -> str | float:
    """Return what JSON has no form of: decimals as numbers, dates and paths as text."""
    return float(value) if isinstance(value, decimal.Decimal) else str(value)


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_other)


def read(directory: Path) -> Run:
    """Return the run last published in ``directory``, from ``projection.json`` and ``cohorts.csv``.

    Raises
    ------
    UsageError
        If nothing is published there.
    InputRefused
        If ``projection.json`` is not one that this version writes.
    """
    path = directory / PROJECTION_JSON
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return _run(document, directory)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}). Run `turnout project` first.") from None
    except (ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        raise InputRefused(
            f"{path}: not a projection that this version writes. Run `turnout project` again."
        ) from None


def _run(document: Mapping[str, Any], directory: Path) -> Run:
    if document["schema"] != _SCHEMA_VERSION:
        raise ValueError
    fields = document["contest"]
    contest = Contest.model_validate({**fields, "synthetic": document["synthetic"], "output": directory})
    support = document["support"]
    return Run(
        contest=contest,
        projection=_frame(document["projection"], tables.PROJECTION),
        cohorts=_read_cohorts(directory / COHORTS_CSV),
        support=None if support is None else _frame(support, tables.SUPPORT),
        together=None if document.get("together") is None else _frame(document["together"], tables.PROJECTION),
        totals=None if document.get("totals") is None else _frame(document["totals"], tables.TOTALS),
        components=_frame(document["components"], tables.COMPONENTS),
        reconciliation=_frame(document["reconciliation"], tables.RECONCILIATION),
        findings=_frame(document["findings"], tables.FINDINGS),
        provenance=document["provenance"],
        precincts=_read_precincts(document.get("precincts")),
        ledger=ledger.read(directory),
    )


def _frame(rows: list[dict[str, object]], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema)


def _read_cohorts(path: Path) -> pl.DataFrame | None:
    if not path.exists():
        return None
    frame = pl.read_csv(path, schema=tables.COHORT)
    return frame if frame.height else None


def _columns(frame: pl.DataFrame) -> dict[str, list[object]]:
    """Return a long table by column, which says every name of a column but once."""
    return frame.to_dict(as_series=False)


def _read_precincts(columns: dict[str, list[object]] | None) -> pl.DataFrame | None:
    return None if columns is None else pl.DataFrame(columns, schema=tables.PRECINCTS)


def _plain(value: object) -> object:
    """Return a value as JSON can hold it: mappings in their order, dates as text, NaN as null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return value if value - value == 0 else None
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat() if isinstance(value, dt.date) else str(value)
