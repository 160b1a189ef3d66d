"""Elections that stand side by side in a voter's line become a row each, in SQL.

Ohio has a column an election, Oklahoma numbered pairs of columns, New York one column that joins them all. The labels
are few, so their days are found here; the voters are many, so the turning is DuckDB's.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from turnout.quoting import literal
from turnout.reading import canonical
from turnout.reading.catalogue import Fit, Slot
from turnout.reading.layouts import Column, Elections, code_key
from turnout.reading.source import Reading
from turnout.workspace import Workspace

_SCHEMA = {"label": pl.String, "day": pl.Date}
_SHOWN = 5
_OF_ELECTION = ("election_date", "mode")


def turn(workspace: Workspace, reading: Reading, fit: Fit) -> None:
    """Make ``typed`` from ``source_rows``: a row a line and election whose day is known.

    Votes in elections of an unknown day are counted, and noted with their labels.
    """
    execute = workspace.connection.execute
    elections = fit.layout.elections
    assert elections is not None  # noqa: S101 - only such layouts are turned
    undated = "SELECT line FROM source_rows WHERE false"
    if elections.columns:  # the labels are the columns' names: those without a day need not be turned
        days = {slot.label: day_of(slot.label, elections) for slot in fit.slots}
        unknown = [slot for slot in fit.slots if not days[slot.label]]
        _note_undated(workspace, reading, _votes(workspace, unknown))
        tests = " OR ".join(f"trim(c{slot.columns['mode']}) <> ''" for slot in unknown) or "false"
        undated = f"SELECT line FROM source_rows WHERE {tests}"  # noqa: S608
        fit = replace(fit, slots=tuple(slot for slot in fit.slots if days[slot.label]))
    execute(f"CREATE OR REPLACE TEMP VIEW turned AS {_turned(fit)}")
    if fit.slots and "election_date" in fit.slots[0].columns:
        day, dated = ("election_date", "VARCHAR"), "SELECT * FROM turned WHERE trim(election_date) <> ''"
    else:
        if not elections.columns:
            votes = execute("SELECT label, count(*) FROM turned GROUP BY label ORDER BY 2 DESC, 1").fetchall()
            days = {label: day_of(label, elections) for label, _ in votes}
            _note_undated(workspace, reading, [(label, number) for label, number in votes if not days[label]])
        table = pl.DataFrame([(k, v) for k, v in days.items() if v], schema=_SCHEMA, orient="row")
        with workspace.registered("incoming", table):
            execute("CREATE OR REPLACE TEMP TABLE election_days AS FROM incoming")
        day, dated = ("day", "DATE"), "SELECT * FROM turned JOIN election_days USING (label)"
        if not elections.columns:
            undated = "SELECT line FROM turned ANTI JOIN election_days USING (label)"
    execute(f"CREATE OR REPLACE TEMP VIEW undated_lines AS {undated}")
    columns = {
        **fit.layout.columns,
        "election_date": fit.layout.columns.get("election_date", Column(names=("election",))),
        "mode": fit.layout.columns.get("mode", Column(names=("mode",))),
    }
    sources = {key: value for key, value in fit.sources().items() if key not in _OF_ELECTION}
    sources |= {"election_date": [day], "mode": [("mode", "VARCHAR")]}
    layout = fit.layout.model_copy(update={"columns": columns})
    typed = canonical.query(layout, sources, f"({dated})", also=["line"])
    # A table, for it is read several times, and turning costs more than all that follows.
    execute(f"CREATE OR REPLACE TEMP TABLE turned_rows AS {typed}")
    execute("CREATE OR REPLACE TEMP VIEW typed AS FROM turned_rows")


def _votes(workspace: Workspace, slots: Sequence[Slot]) -> list[tuple[str, int]]:
    """Return the votes in each of some elections that stand in a column each, the most first."""
    if not slots:
        return []
    counts = ", ".join(f"count(nullif(trim(c{slot.columns['mode']}), ''))" for slot in slots)
    row = workspace.connection.execute(f"SELECT {counts} FROM source_rows").fetchall()[0]  # noqa: S608
    found = [(slot.label, votes) for slot, votes in zip(slots, row, strict=True) if votes]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def day_of(label: str, elections: Elections) -> dt.date | None:
    """Election day that a label says, or the layout declares for it; None where neither does."""
    declared = {code_key(name): day for name, day in elections.dates.items()}
    if (day := declared.get(code_key(label))) is not None:
        return day
    for pattern in elections.patterns:
        if (match := re.search(pattern, label, re.IGNORECASE)) is None:
            continue
        found = match.groupdict()
        if found.get("date"):
            for form in elections.formats:
                try:
                    return dt.datetime.strptime(found["date"], form).date()
                except ValueError:
                    continue
        elif found.get("year"):
            year = int(found["year"])
            return november(year if year > 99 else 2000 + year)
    return None


def november(year: int) -> dt.date:
    """Day of a November general election: the Tuesday after the first Monday (2 U.S.C. § 7)."""
    first = dt.date(year, 11, 1)
    return first + dt.timedelta(days=(7 - first.weekday()) % 7 + 1)


def _turned(fit: Fit) -> str:
    """Write the query ``line, <the columns used>, label, mode[, election_date]``, without elections not voted in."""
    elections = fit.layout.elections
    assert elections is not None  # noqa: S101
    voter = {i for column, positions in fit.found.items() if column not in _OF_ELECTION for i in positions}
    kept = ", ".join(f"c{i}" for i in ([0] if fit.layout.fixed else sorted(voter)))
    if elections.joined:
        (slot,) = fit.slots
        pieces = f"unnest(string_split({fit.expression(slot.columns['election'])}, {literal(elections.separator)}))"
        return (
            f"SELECT line, {kept}, trim(piece) AS label, CAST(NULL AS VARCHAR) AS mode"  # noqa: S608
            f" FROM (SELECT line, {kept}, {pieces} AS piece FROM source_rows) WHERE trim(piece) <> ''"
        )
    if not fit.slots:  # none whose day is known
        return f"SELECT line, {kept}, '' AS label, CAST(NULL AS VARCHAR) AS mode FROM source_rows WHERE false"  # noqa: S608
    roles = list(fit.slots[0].columns)
    groups = ", ".join(
        f"({', '.join(f'c{slot.columns[role]}' for role in roles)}) AS {literal(slot.label)}" for slot in fit.slots
    )
    label = "trim(election)" if "election" in roles else "slot"
    tests = [f"trim({role}) <> ''" for role in roles if role != "mode"] or ["trim(mode) <> ''"]
    if "counted" in roles:
        tests.append(f"lower(trim(counted)) NOT IN ({', '.join(literal(word) for word in elections.uncounted)})")
    mode = "mode" if "mode" in roles else "CAST(NULL AS VARCHAR) AS mode"
    date = ", election_date" if "election_date" in roles else ""
    return (
        f"SELECT line, {kept}, {label} AS label, {mode}{date}"  # noqa: S608
        f" FROM source_rows UNPIVOT INCLUDE NULLS (({', '.join(roles)}) FOR slot IN ({groups}))"
        f" WHERE {' AND '.join(tests)}"
    )


def _note_undated(workspace: Workspace, reading: Reading, undated: list[tuple[str, int]]) -> None:
    if not undated:
        return
    shown = ", ".join(f"{label[:40]!r} ({votes:,})" for label, votes in undated[:_SHOWN])
    more = ", …" if len(undated) > _SHOWN else ""
    workspace.note(
        "elections without a day",
        f"{reading.name}: {sum(votes for _, votes in undated):,} votes in {len(undated):,} elections whose day is not"
        f" known are left out: {shown}{more}. Give their days under [elections.dates] in "
        f"{reading.layout.place}.",
        severity="warning",
    )
