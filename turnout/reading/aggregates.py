"""Ballots that are no voter's, as Pennsylvania publishes them: to be counted by place and party, and no more."""

from pathlib import Path

import duckdb
import polars as pl

from turnout.errors import InputRefused
from turnout.quoting import literal
from turnout.reading import decode
from turnout.reading.layouts import Layout, header_key
from turnout.reading.source import Source
from turnout.workspace import Workspace

#: Cells of fewer ballots are not told: they might be a person's.
_FEWEST = 10


def count(workspace: Workspace, source: Source, layout: Layout, header: list[str], staging: Path) -> pl.DataFrame:
    """Count a file's ballots by county and by party.

    Returns
    -------
    polars.DataFrame
        ``counted_by, name, ballots, returned``: ``counted_by`` is ``all``, ``county`` or ``party``; those with the
        most first. Counts under ten are null.

    Raises
    ------
    InputRefused
        If the file cannot be parsed.
    """
    text = decode.to_utf8(source, staging)
    link = staging / "current.csv"  # without the characters DuckDB would take for a pattern
    link.unlink(missing_ok=True)
    link.symlink_to(text.path.resolve())
    keys = [header_key(name) for name in header]
    shown = []
    for what in ("county", "party", "returned"):
        names = {header_key(name) for name in layout.aggregate.get(what, ())}
        at = next((place for place, key in enumerate(keys) if key in names), None)
        shown.append(f"{'NULL' if at is None else f'c{at}'}::VARCHAR AS {what}")
    columns = ", ".join(f"c{place}: 'VARCHAR'" for place in range(len(header)))
    try:
        workspace.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE ballots_of_none AS SELECT {', '.join(shown)}"  # noqa: S608
            f" FROM read_csv({literal(str(link))}, auto_detect = false, header = false,"
            f" skip = {text.first},"
            f" delim = {literal(text.delimiter)}, quote = '\"', escape = '\"', columns = {{{columns}}})"
        )
    except duckdb.Error as error:
        problem = str(error).splitlines()[0].replace(str(link), source.name)
        raise InputRefused(f"{source.name}: cannot be parsed ({problem}). Nothing was loaded.") from None
    return workspace.query("reading/aggregates", fewest=_FEWEST)
