"""Precincts of the results under the voter file's names."""

from pathlib import Path

import polars as pl

from turnout.errors import InputRefused, UsageError
from turnout.workspace import Workspace

_COLUMNS = ("county", "precinct", "voter_file_precinct")


def apply(workspace: Workspace, crosswalk: Path | None) -> None:
    """Rename the results' precincts to the voter file's: by the crosswalk, else spelled alike, else nearly alike.

    Records what stays unmatched on either side. Does nothing where there are no voters or no results.

    Raises
    ------
    UsageError, InputRefused
        If the crosswalk is missing or lacks its columns.
    """
    listed = None if crosswalk is None else _read(crosswalk)
    if workspace.connection.execute("SELECT count(*) FROM results").fetchall() == [(0,)]:
        return
    workspace.execute("reading/crosswalk_units")
    if listed is not None:
        with workspace.registered("crosswalk", listed):
            workspace.execute("reading/crosswalk_listed")
    workspace.execute("reading/crosswalk_exact")
    workspace.execute("reading/crosswalk_tolerant")
    workspace.execute("reading/crosswalk_apply")
    _note(workspace)


def _read(path: Path) -> pl.DataFrame:
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or error}). Check `crosswalk`.") from None
    except pl.exceptions.PolarsError as error:
        problem = str(error).splitlines()[0]
        raise InputRefused(f"{path.name}: not a readable CSV ({problem}). Nothing was loaded.") from None
    frame = frame.rename({name: name.strip().lower() for name in frame.columns})
    if missing := [name for name in _COLUMNS if name not in frame.columns]:
        raise InputRefused(
            f"{path.name}, line 1: column {missing[0]} is missing; a crosswalk has {', '.join(_COLUMNS)}."
            " Nothing was loaded."
        )
    trimmed = frame.select(pl.col(name).str.strip_chars().replace("", None) for name in _COLUMNS)
    return trimmed.drop_nulls(["precinct", "voter_file_precinct"]).unique().sort(_COLUMNS)


def _note(workspace: Workspace) -> None:
    row = workspace.query("reading/crosswalk_summary").row(0, named=True)
    if not row["units"] or not row["voter_units"]:
        return
    if row["respelled"]:
        workspace.note(
            "precincts renamed",
            f"{row['respelled']:,} of {row['units']:,} precincts in the returns go by another spelling in the"
            " voter file and were matched.",
        )
    if row["unmatched"]:
        share = row["unmatched_votes"] / max(row["votes"], 1)
        workspace.note(
            "unmatched precincts",
            f"{row['unmatched']:,} of {row['units']:,} precincts in the returns are not in the voter file"
            f" ({share:.1%} of the votes counted in precincts). List them in a crosswalk.",
            severity="warning",
        )
    if row["absent"]:
        share = row["absent_voters"] / max(row["voters"], 1)
        workspace.note(
            "precincts without returns",
            f"{row['absent']:,} of {row['voter_units']:,} precincts of the voter file are not in the returns"
            f" ({share:.1%} of the registered).",
            severity="warning" if share > 0.01 else "note",
        )
