"""Precincts of the results under the voter file's names."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from turnout.addresses import Address
from turnout.errors import InputRefused, UsageError
from turnout.reading import objects, places
from turnout.workspace import Workspace

_COLUMNS = ("county", "precinct", "voter_file_precinct")


def apply(workspace: Workspace, crosswalk: Path | Address | None, units: pl.DataFrame | None = None) -> None:
    """Rename the results' precincts to the voter file's: by the crosswalk, else spelled alike, else nearly alike.

    Records what stays unmatched on either side. Does nothing where there are no voters or no results.

    Parameters
    ----------
    units : ``county, precinct, voters`` of the voter file's precincts, where its voters are not here

    Raises
    ------
    UsageError, InputRefused
        If the crosswalk is missing or lacks its columns.
    """
    with objects.at_hand(crosswalk, workspace) as path:
        listed = None if crosswalk is None else read_csv(path, _COLUMNS)
    units = workspace.query("reading/voter_units") if units is None else units
    if units.is_empty() and not workspace.connection.execute("SELECT EXISTS (FROM voters)").fetchall()[0][0]:
        return
    if not workspace.connection.execute("SELECT EXISTS (FROM results)").fetchall()[0][0]:
        return
    workspace.execute("reading/crosswalk_units")
    with workspace.registered("incoming", units.sort("county", "precinct").with_row_index("id", offset=1)):
        workspace.connection.execute("CREATE OR REPLACE TEMP TABLE voter_units AS FROM incoming")
    if listed is not None:
        listed = listed.drop_nulls(["precinct", "voter_file_precinct"])
        with workspace.registered("crosswalk", listed):
            workspace.execute("reading/crosswalk_listed")
    workspace.execute("reading/crosswalk_exact")
    if workspace.query("reading/crosswalk_left").item():
        ours = workspace.table("voter_units").select("id", "county", "precinct")
        theirs = workspace.table("result_units").select("id", "county", "precinct", occasion="is_current")
        with workspace.registered("alike", places.alike(ours, theirs)):
            workspace.execute("reading/crosswalk_alike")
    workspace.execute("reading/crosswalk_apply")
    _note(workspace)


def read_csv(path: Path, columns: Sequence[str], optional: Sequence[str] = ()) -> pl.DataFrame:
    """Read a list the user wrote: ``line`` and the named columns as trimmed text, null where empty or not there.

    Raises
    ------
    UsageError, InputRefused
        If the file cannot be read, is no CSV, or lacks one of ``columns``.
    """
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or error}). Check the path.") from None
    except pl.exceptions.PolarsError as error:
        problem = str(error).splitlines()[0]
        raise InputRefused(f"{path.name}: not a readable CSV ({problem}). Nothing was loaded.") from None
    frame = frame.rename({name: name.strip().lower() for name in frame.columns})
    if missing := [name for name in columns if name not in frame.columns]:
        raise InputRefused(
            f"{path.name}, line 1: column {missing[0]} is missing; a crosswalk has {', '.join(columns)}."
            " Nothing was loaded."
        )
    text = (
        pl.col(name).str.strip_chars().replace("", None)
        if name in frame.columns
        else pl.lit(None, pl.String).alias(name)
        for name in (*columns, *optional)
    )
    return frame.select(pl.int_range(2, pl.len() + 2).alias("line"), *text)


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
