"""Parquet into the view ``typed``: columns that have the right type already are taken as they are."""

from pathlib import Path

import duckdb
import polars as pl

from turnout.errors import InputRefused, in_words
from turnout.quoting import literal, quoted
from turnout.reading import canonical, casting, decode, elections
from turnout.reading.source import Choose, Reading, Source
from turnout.workspace import Workspace


def read(workspace: Workspace, source: Source, choose: Choose, staging: Path) -> Reading:
    """Show a Parquet file as ``typed`` (see :func:`turnout.reading.delimited.read`); row n is called line n + 1.

    Raises
    ------
    InputRefused
        If it is damaged, or lacks columns that every layout of the table requires.
    """
    link = staging / "current.parquet"
    link.unlink(missing_ok=True)
    link.symlink_to(source.file.resolve())
    execute = workspace.connection.execute
    try:
        described = execute("DESCRIBE SELECT * FROM read_parquet($file)", {"file": str(link)}).fetchall()
        rows = execute("SELECT count(*) FROM read_parquet($file)", {"file": str(link)}).fetchall()[0][0]
    except duckdb.Error as error:
        if in_words(error) is not None:  # the machine's fault, not the file's
            raise
        problem = str(error).splitlines()[0].replace(str(link), source.name)
        raise InputRefused(f"{source.name}: not a readable Parquet file ({problem}). Nothing was loaded.") from None
    types = {str(row[0]): str(row[1]) for row in described}
    header = list(types)
    fit = choose(source.name, header, "").told_by(source.name)
    layout = fit.layout
    shown = ", ".join(f"{_text(header[i], types, turned=bool(fit.slots))} AS c{i}" for i in fit.used)
    execute(
        f"CREATE OR REPLACE TEMP VIEW source_rows AS SELECT file_row_number + 2 AS line, {shown}"  # noqa: S608
        f" FROM read_parquet({literal(str(link))}, file_row_number = true)"
    )
    reading = Reading(
        name=source.name,
        table=layout.table,
        layout=layout,
        columns=frozenset(fit.found),
        header=header,
        sha256=decode.sha256(source.file),
        lines_in=int(rows),
        first_line=2,
        fit=fit,
        source=source,
        form={"encoding": "Parquet", "delimiter": "", "has_header": True},
    )
    if fit.slots:
        elections.turn(workspace, reading, fit)
    else:
        sources = fit.sources({i: types[header[i]] for i in fit.used})
        try:
            casting.keep(workspace, canonical.query(layout, sources, "source_rows"), reading.first_line)
        except duckdb.Error as error:
            if in_words(error) is not None:
                raise
            problem = str(error).splitlines()[0].replace(str(link), source.name)
            raise InputRefused(f"{source.name}: a damaged Parquet file ({problem}). Nothing was loaded.") from None
    return reading


def peek(source: Source, _: Path, count: int = 2000) -> tuple[list[str], list[list[str]]]:
    """Return the column names of a Parquet file and its first rows as text, for a look at it.

    Raises
    ------
    InputRefused
        If it is damaged.
    """
    try:
        frame = pl.scan_parquet(source.file, glob=False).head(count).collect()
    except (pl.exceptions.PolarsError, OSError):
        raise InputRefused(f"{source.name}: a damaged Parquet file. Fetch it again. Nothing was loaded.") from None
    texts = [["" if value is None else str(value) for value in row] for row in frame.iter_rows()]
    return frame.columns, texts


def _text(column: str, types: dict[str, str], *, turned: bool) -> str:
    """Return a column's SQL; as text where it is one of many that are turned into rows."""
    name = quoted(column)
    return f"CAST({name} AS VARCHAR)" if turned and types[column] != "VARCHAR" else name
