"""Whether results are of this contest at all; those of another are refused, saying what they are of."""

import datetime as dt

import polars as pl

from turnout.contest import Contest
from turnout.errors import InputRefused
from turnout.reading.source import Reading
from turnout.workspace import Workspace


def check_contest(workspace: Workspace, reading: Reading, contest: Contest, date: dt.date | None) -> None:
    """Refuse returns that hold another date, several dates where none was asked for, or other contests.

    Raises
    ------
    InputRefused
    """
    execute = workspace.connection.execute
    told = execute("SELECT DISTINCT election_date FROM typed WHERE election_date IS NOT NULL ORDER BY 1").fetchall()
    dates = [day for (day,) in told]
    if date is None and len(dates) > 1:
        raise InputRefused(
            f"{reading.name}: holds {len(dates)} election dates ({_listed(dates)}). Say which: date = in the contest."
        )
    if date is not None and dates and date not in dates:
        contests = [name for name in workspace.query("reading/returns_held")["contest"].to_list() if name]
        what = f" ({_listed(contests)})" if contests else ""
        raise InputRefused(
            f"{reading.name}: holds results of {_listed(dates)}{what}, none of {date}. Give the returns of {date}, or"
            " correct `date` in the contest. Nothing was loaded."
        )
    if not contest.name:
        return
    held = workspace.query("reading/returns_held")
    if held["contest_key"].str.len_chars().max():
        key = execute("SELECT name_key($1)", [contest.name]).fetchall()[0][0]
        if not (held["contest_key"] == key).any():
            names = held.filter(pl.col("contest") != "")["contest"].unique(maintain_order=True).to_list()
            raise InputRefused(
                f"{reading.name}: holds no contest {contest.name!r}; it holds {_listed(names)}. Give the right file,"
                " or correct `name` in the contest. Nothing was loaded."
            )


def check_states(workspace: Workspace, reading: Reading, *, is_past: bool) -> None:
    """Refuse results of several states, where none was asked for: their places go by the same names.

    Raises
    ------
    InputRefused
    """
    held = workspace.query("reading/results_states", is_past=is_past)
    if held.height < 2:
        return
    of_file = held.filter(pl.col("lines") > 0)
    several = of_file.height > 1
    shown = [
        f"{state} in {lines:,} {'line' if lines == 1 else 'lines'}" if several else state
        for state, lines in of_file.rows()
    ]
    before = "" if several else f", while those before it are of {_listed(held.filter(lines=0)['state'].to_list())}"
    raise InputRefused(
        f"{reading.name}: holds results of {_listed(shown)}{before}. A contest is of one state. Say which: `state` in"
        " the contest, or --state. Nothing was loaded."
    )


def check_candidates(workspace: Workspace, reading: Reading, contest: Contest) -> None:
    """Refuse returns without a row to count, or with none of the contest's candidates.

    Raises
    ------
    InputRefused
    """
    names = workspace.connection.execute(
        "SELECT candidate, bool_or(is_known) FROM kept JOIN choices ON name = candidate GROUP BY 1 ORDER BY 1"
    ).fetchall()
    if not names and reading.lines_in:
        rules = workspace.connection.execute(
            "SELECT rule, count(*) FROM ignored GROUP BY 1 ORDER BY 2 DESC"
        ).fetchall()
        faults = workspace.connection.execute(
            "SELECT column_name || ': ' || reason, count(*) FROM faults GROUP BY 1 ORDER BY 2 DESC"
        ).fetchall()
        why = "; ".join(f"{rule} ({lines:,})" for rule, lines in [*rules, *faults][:5])
        raise InputRefused(f"{reading.name}: not one line can be used: {why}. Mend the file. Nothing was loaded.")
    if contest.candidates and names and not any(known for _, known in names):
        asked = _listed([c.name for c in contest.candidates])
        raise InputRefused(
            f"{reading.name}, column candidate: none of the contest's candidates ({asked}) is there; it holds"
            f" {_listed([name for name, _ in names])}. Give the right file, or add the spellings as aliases."
            " Nothing was loaded."
        )


def _listed(values: list[object] | list[str]) -> str:
    shown = ", ".join(str(value)[:60] for value in values[:5])
    return f"{shown} and {len(values) - 5} more" if len(values) > 5 else shown
