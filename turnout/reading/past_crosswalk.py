"""What precincts of past elections became: the crosswalk between elections that a user may give."""

import hashlib
from pathlib import Path
from typing import Final

import polars as pl

from turnout.addresses import Address
from turnout.errors import InputRefused
from turnout.reading import objects
from turnout.reading.crosswalk import read_csv
from turnout.workspace import Workspace

_COLUMNS: Final = ("county", "precinct", "to_precinct")
_OPTIONAL: Final = ("from_date", "to_date", "weight")
#: The past precinct that lines speak of, and the election that they speak of it to.
_PRECINCT: Final = ("county", "precinct", "from_date", "to_date")
#: By how much weights may miss what they must not exceed: thirds are written 0.333 and 0.334.
_ROUNDING: Final = 0.005


def load(workspace: Workspace, location: Path | Address | None) -> None:
    """Fill ``unit_crosswalk``, and say which of its lines speak of no precinct in the past results.

    Raises
    ------
    UsageError, InputRefused
        If the file is missing, lacks its columns, or holds a line that cannot be followed.
    """
    if location is None:
        return
    with objects.at_hand(location, workspace) as path:
        frame = _shared_out(_read(path), path.name)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    with workspace.registered("incoming", frame):
        workspace.execute("reading/past_crosswalk_fill")
    workspace.connection.execute(
        "INSERT INTO reconciliation VALUES (?, 'past_crosswalk', ?, ?, ?, 0, 0, '')",
        [path.name, sha256, frame.height, frame.height],
    )
    row = workspace.query("reading/past_crosswalk_summary").row(0, named=True)
    if row["without"]:
        workspace.note(
            "past crosswalk",
            f"{path.name}: {row['without']:,} of {row['lines']:,} lines speak of no precinct in the past results, the"
            f" first of them line {row['first_line']:,}. Check how those spell county, precinct and date.",
            severity="warning",
        )


def _read(path: Path) -> pl.DataFrame:
    """Return the file's lines, cast: ``line, county, precinct, to_precinct, from_date, to_date, weight``."""
    frame = read_csv(path, _COLUMNS, _OPTIONAL).with_columns(pl.col("county").fill_null(""))
    _refuse(path.name, frame, pl.col("precinct").is_null(), "precinct", "names no past precinct")
    for column in ("from_date", "to_date"):
        date = pl.col(column).str.to_date("%Y-%m-%d", strict=False)
        _refuse(path.name, frame, pl.col(column).is_not_null() & date.is_null(), column, "is no date like 2018-11-06")
        frame = frame.with_columns(date)
    number = pl.col("weight").cast(pl.Float64, strict=False)
    bad = pl.col("weight").is_not_null() & ~number.is_between(0, 1, closed="right").fill_null(value=False)
    _refuse(path.name, frame, bad, "weight", "is no share above 0 and up to 1")
    return frame.with_columns(number).unique((*_PRECINCT, "to_precinct", "weight"), keep="first", maintain_order=True)


def _shared_out(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Give each line its weight: its own, or equal parts where a precinct's lines have none."""
    lines = pl.len().over(_PRECINCT)
    given = pl.col("weight").is_not_null().sum().over(_PRECINCT)
    _refuse(
        name,
        frame,
        (given > 0) & pl.col("weight").is_null(),
        "weight",
        "is empty where other lines of the precinct give one; give all of them or none",
    )
    _refuse(
        name,
        frame,
        pl.struct(*_PRECINCT, "to_precinct").is_duplicated(),
        "to_precinct",
        "stands twice for one past precinct",
    )
    _refuse(
        name,
        frame,
        pl.col("weight").sum().over(_PRECINCT) > 1 + _ROUNDING,
        "weight",
        "adds up to more than 1 with the precinct's other lines; its past votes can be shared out once",
    )
    return frame.with_columns(pl.col("weight").fill_null(1.0 / lines))


def _refuse(name: str, frame: pl.DataFrame, bad: pl.Expr, column: str, reason: str) -> None:
    """Refuse the file for the first line that is ``bad``, naming its value in ``column``."""
    found = frame.filter(bad)
    if found.height:
        value = found[column][0]
        raise InputRefused(
            f"{name}, line {found['line'][0]:,}, column {column}: {'' if value is None else repr(str(value)) + ' '}"
            f"{reason}. Nothing was loaded."
        )
