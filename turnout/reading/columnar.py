"""Parquet into the view ``typed``: columns that have the right type already are taken as they are."""

from pathlib import Path

import duckdb

from turnout.errors import InputRefused
from turnout.reading import canonical, decode, layouts
from turnout.reading.source import Reading
from turnout.workspace import Workspace


def read(workspace: Workspace, path: Path, name: str, table: str, staging: Path) -> Reading:
    """Show a Parquet file as ``typed`` (see :func:`turnout.reading.delimited.read`); row n is called line n + 1.

    Raises
    ------
    InputRefused
        If it is damaged, or lacks columns that every layout of the table requires.
    """
    link = staging / "current.parquet"
    link.unlink(missing_ok=True)
    link.symlink_to(path.resolve())
    execute = workspace.connection.execute
    try:
        described = execute("DESCRIBE SELECT * FROM read_parquet($file)", {"file": str(link)}).fetchall()
        rows = execute("SELECT count(*) FROM read_parquet($file)", {"file": str(link)}).fetchall()[0][0]
    except duckdb.Error as error:
        problem = str(error).splitlines()[0]
        raise InputRefused(f"{name}: not a readable Parquet file ({problem}). Nothing was loaded.") from None
    types = {str(row[0]): str(row[1]) for row in described}
    header = list(types)
    layout, found = layouts.choose(table, name, header)
    layout = layout.told_by(name)
    used = sorted(set(found.values()))
    shown = ", ".join(f"{canonical.quoted(header[i])} AS c{i}" for i in used)
    execute(
        f"CREATE OR REPLACE TEMP VIEW source_rows AS SELECT file_row_number + 2 AS line, {shown}"  # noqa: S608
        f" FROM read_parquet({canonical.literal(str(link))}, file_row_number = true)"
    )
    source = {column: (f"c{i}", types[header[i]]) for column, i in found.items()}
    typed = canonical.select_list(table, layout.columns, source)
    execute(f"CREATE OR REPLACE TEMP VIEW typed AS SELECT line, {typed} FROM source_rows")  # noqa: S608
    return Reading(
        name=name,
        table=table,
        layout=layout,
        columns=frozenset(found),
        header=header,
        sha256=decode.sha256(path),
        lines_in=int(rows),
        first_line=2,
    )
