"""The account of every file: lines in = loaded + rejected + ignored, or the file is refused."""

import polars as pl

from turnout.errors import InputRefused
from turnout.reading import lines
from turnout.reading.source import Reading
from turnout.workspace import Workspace

_BATCH = 20_000


def begin(workspace: Workspace) -> None:
    """Forget the faults, ignored and set-aside lines of the file before."""
    for table in ("faults", "ignored", "set_aside"):
        workspace.connection.execute(f"TRUNCATE {table}")


#: Share of a file's lines that may be rejected. In results a candidate whose cell cannot be read is short of votes
#: that the others have, so few such lines mislead; a voter file stands a duplicated part.
MOST_REJECTED = {"results": 0.05, "voters": 0.5, "vote_history": 0.5, "ballots": 0.5}
#: Lines under which a file is too short to speak of shares.
FEW = 20


def close(workspace: Workspace, reading: Reading, loaded: int) -> None:
    """Write the file's rejects, its line in ``reconciliation``, and findings about what was left out.

    Parameters
    ----------
    loaded : data lines that the canonical table now holds

    Raises
    ------
    InputRefused
        If lines are unaccounted for.
    """
    rejected = _reject(workspace, reading)
    rules = workspace.connection.execute("SELECT rule, count(DISTINCT line) FROM ignored GROUP BY rule").fetchall()
    reading.ignored.update({rule: int(lines) for rule, lines in rules})
    ignored = reading.ignored.total()
    if reading.lines_in != loaded + rejected + ignored:
        raise InputRefused(
            f"{reading.name}: {reading.lines_in:,} data lines, but {loaded:,} loaded, {rejected:,} rejected and"
            f" {ignored:,} ignored do not add up to them. Save the file as Parquet, or quote every value."
        )
    note = "; ".join(f"{rule}: {lines:,}" for rule, lines in sorted(reading.ignored.items()))
    workspace.connection.execute(
        "INSERT INTO reconciliation VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [reading.name, reading.table, reading.sha256, reading.lines_in, loaded, rejected, ignored, note],
    )
    if note:
        workspace.note("lines ignored", f"{reading.name}: {note}.")
    if rejected:
        reasons = workspace.connection.execute(
            "SELECT column_name, reason, count(*) AS lines, min(line) FROM faults"
            " GROUP BY ALL ORDER BY lines DESC, column_name, reason"
        ).fetchall()
        listed = "; ".join(
            f"{f'column {column}: ' if column else ''}{reason} ({lines:,}, first at line {first:,})"
            for column, reason, lines, first in reasons[:5]
        )
        said = f"{reading.name}: {rejected:,} of {reading.lines_in:,} lines were rejected: {listed}."
        if reading.lines_in >= FEW and rejected > MOST_REJECTED[reading.table] * reading.lines_in:
            raise InputRefused(f"{said} That is too many to go on. Mend the file. Nothing was loaded.")
        workspace.note("lines rejected", said, severity="warning")
    _note_extra_columns(workspace, reading)


def _reject(workspace: Workspace, reading: Reading) -> int:
    """Copy the file's faults to ``rejects`` with each line's text; return how many there are."""
    connection = workspace.connection
    count = int(connection.execute("SELECT count(*) FROM faults").fetchall()[0][0])
    if count == 0:
        return 0
    if reading.text is None:
        connection.execute(
            "INSERT INTO rejects SELECT $source, f.line, f.column_name, f.reason, CAST(s AS VARCHAR)"
            " FROM faults f JOIN source_rows s USING (line) ORDER BY f.line",
            {"source": reading.name},
        )
        return count
    faults = connection.sql("SELECT line, column_name, reason FROM faults ORDER BY line").pl()
    sought = [line for line in faults["line"].to_list() if line not in reading.raws]
    found = lines.texts(reading.text, sought, reading.spans)
    for start in range(0, count, _BATCH):
        part = faults.slice(start, _BATCH)
        texts = [reading.raws[line] if line in reading.raws else next(found) for line in part["line"]]
        raw = pl.Series("raw", texts, dtype=pl.String)
        workspace.append("rejects", part.with_columns(raw, source=pl.lit(reading.name)))
    return count


def _note_extra_columns(workspace: Workspace, reading: Reading) -> None:
    if not reading.layout.is_generic:  # of a known kind of file, most columns are not for us
        return
    used = set(reading.fit.used)
    extra = [name for i, name in enumerate(reading.header) if i not in used and name]
    if extra:
        shown = ", ".join(repr(name[:40]) for name in extra[:10]) + (", …" if len(extra) > 10 else "")
        workspace.note(
            "columns ignored",
            f"{reading.name}: {len(extra)} {'column is' if len(extra) == 1 else 'columns are'} not used: {shown}.",
        )
