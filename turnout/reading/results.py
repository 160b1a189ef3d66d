"""Results, long or wide, of this contest or of past ones."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from turnout.contest import Contest, Release
from turnout.errors import InputRefused
from turnout.reading import codes, repeats, returns, totals
from turnout.reading.reconcile import FEW, MOST_REJECTED
from turnout.reading.source import Reading
from turnout.vocabulary import MODES
from turnout.workspace import Workspace


@dataclass(frozen=True)
class Asked:
    """What a results file is read for.

    Attributes
    ----------
    contest : the contest, for its name, candidates and aliases
    date : its date; with ``is_past``, only earlier elections are taken
    state : its state, upper case; others are left out. None: unknown
    is_past : whether the file is history
    of_any_state : whether results of several states may stand together
    release : what the user says of a file that does not say how its votes were cast
    """

    contest: Contest
    date: dt.date | None
    state: str | None
    is_past: bool
    of_any_state: bool = False
    release: Release | None = None


def fill(workspace: Workspace, reading: Reading, asked: Asked) -> int:
    """Load one results file. Returns lines loaded.

    Raises
    ------
    InputRefused
        If a file of returns holds another contest, another date or none of the candidates, if it is not said how its
        votes were cast, or of which of several states the contest is.
    """
    _check_modes(reading, asked)
    _name_candidates(workspace, asked)
    workspace.execute("reading/results_choices")
    if not asked.is_past:
        returns.check_contest(workspace, reading, asked.contest, asked.date)
    name = "" if asked.is_past else asked.contest.name
    workspace.execute(
        "reading/ignored_results",
        is_past=asked.is_past,
        date=asked.date,
        state=asked.state,
        contest=_key(workspace, name),
        release=asked.release and asked.release.number,
    )
    workspace.execute("reading/faults_results")
    if not asked.is_past and not name:
        workspace.execute("reading/faults_unnamed")
    workspace.execute(
        "reading/results_kept",
        is_past=asked.is_past,
        date=asked.date,
        state=asked.state,
        contest=name,
        unnamed=asked.contest.title or "contest",
        counts=asked.release and asked.release.counts,
    )
    if asked.state is None and not asked.of_any_state:
        returns.check_states(workspace, reading, is_past=asked.is_past)
    if not asked.is_past:
        named = not {"contest", "office"}.isdisjoint(reading.columns)
        workspace.execute("reading/losses_lines", contest=name, named=named)
        _respell_contests(workspace, reading)
    _respell(workspace, reading, is_past=asked.is_past)
    _set_lost_aside(workspace, reading, is_past=asked.is_past)
    if not asked.is_past:
        returns.check_candidates(workspace, reading, asked.contest)
    if "contest" not in reading.columns and not name:
        workspace.execute("reading/results_local_contests")
    return _insert(workspace, reading, asked)


def note_lost(workspace: Workspace) -> None:
    """Warn where lines of the returns were rejected, before the past is read: what they count is missing."""
    if workspace.connection.execute("SELECT EXISTS (FROM losses)").fetchall()[0][0]:
        workspace.execute("reading/losses_anywhere")
    lost = workspace.table("reconciliation").filter(pl.col("table_name") == "results")["rejected"].sum()
    if lost:
        contests, lacking = workspace.query("reading/losses_summary").row(0)
        some = f"{lacking:,} of {contests:,} contests may lack them, and are not"
        whose = "No contest is" if lacking == contests else some
        workspace.note(
            repeats.LOST,
            f"{lost:,} {'line' if lost == 1 else 'lines'} of the returns could not be used, and their votes are"
            f" missing from the count. {whose} called final. `turnout check` shows the lines; mend them, and run"
            " again.",
            severity="warning",
        )


def _respell_contests(workspace: Workspace, reading: Reading) -> None:
    """Make one of contests whose names differ by case and spaces alone, and say so."""
    workspace.execute("reading/contests_respelt")
    if pairs := workspace.connection.execute("FROM respelt_contests").fetchall():
        workspace.execute("reading/contests_respelt_apply")
        workspace.note("contests respelled", _respelled(reading, "contests", pairs), severity="warning")


def _respell(workspace: Workspace, reading: Reading, *, is_past: bool) -> None:
    """Make one of places whose names differ by case and spaces alone, and say so; warn of letters that look alike."""
    workspace.execute("reading/results_respelt", is_past=is_past)
    workspace.execute("reading/results_respelt_kept", is_past=is_past)
    if alike := workspace.query("reading/results_look_alikes")["name"].to_list():
        shown = ", ".join(map(ascii, alike[:3])) + (", …" if len(alike) > 3 else "")
        workspace.note(
            "look-alikes",
            f"{reading.name}: names of candidates or places have letters of another script"
            f" that look like Latin ones ({shown}), and stay apart from names in Latin letters.",
            severity="warning",
        )
    found = workspace.connection.execute(
        "SELECT county, precinct, to_county, to_precinct FROM respelt"
        " WHERE county <> to_county OR precinct <> to_precinct ORDER BY ALL"
    ).fetchall()
    if not found:
        return
    workspace.execute("reading/results_respelt_apply", is_past=is_past)
    pairs = list(dict.fromkeys((a, c) if a != c else (b, d) for a, b, c, d in found))
    workspace.note("places respelled", _respelled(reading, "counties or precincts", pairs))


def _respelled(reading: Reading, what: str, pairs: Sequence[tuple[str, str]]) -> str:
    """Say which names are taken for which other ones."""
    shown = ", ".join(f"{theirs!r} is {ours!r}" for theirs, ours in pairs[:3])
    return (
        f"{reading.name}: names of {what} that differ from another by case or spaces alone are taken for it:"
        f" {shown}{', …' if len(pairs) > 3 else ''}."
    )


def _set_lost_aside(workspace: Workspace, reading: Reading, *, is_past: bool) -> None:
    """Set aside what stands beside figures that cannot be read, for the other candidates' alone would mislead.

    Raises
    ------
    InputRefused
        If there are too many of them to go on.
    """
    lost = " OR ".join(f"{column}_lost IS NOT NULL" for column in ("votes", *MODES))
    if not workspace.connection.execute(f"SELECT 1 FROM typed WHERE {lost} LIMIT 1").fetchall():  # noqa: S608
        return
    workspace.execute("reading/results_lost", is_past=is_past)
    workspace.execute("reading/losses_figures")
    found = workspace.connection.execute(
        "SELECT column_name, reason, count(*) AS figures, min(line), count(DISTINCT (contest, county, precinct))"
        " FROM lost_figures GROUP BY ALL ORDER BY figures DESC, column_name, reason"
    ).fetchall()
    workspace.execute("reading/results_lost_aside")
    if not found:
        return
    listed = "; ".join(
        f"column {codes.header_of(reading, column)}: {reason} ({figures:,}, first at line {line:,})"
        for column, reason, figures, line, _ in found[:5]
    )
    figures = sum(row[2] for row in found)
    said = f"{reading.name}: {figures:,} {'figure' if figures == 1 else 'figures'} cannot be read: {listed}."
    if reading.lines_in >= FEW and figures > MOST_REJECTED["results"] * reading.lines_in:
        raise InputRefused(f"{said} That is too many to go on. Mend the file. Nothing was loaded.")
    if all(column == "votes" for column, *_ in found) and reading.layout.is_wide:
        workspace.note("figures not read", f"{said} They are totals, which serve to check the modes, no more.")
        return
    units = sum(row[4] for row in found if row[0] != "votes" or not reading.layout.is_wide)
    counted = "unit of a contest counts" if units == 1 else "units of a contest count"
    done = (
        "left out"
        if is_past
        else "not reported in that mode, for every candidate, and those contests are not called final. Mend the file,"
        " and run again"
    )
    topic = "figures not read" if is_past else repeats.LOST
    workspace.note(topic, f"{said} {units:,} {counted} as {done}.", severity="warning")


def _check_modes(reading: Reading, asked: Asked) -> None:
    """Refuse a file that does not say how its votes were cast, unless the user does, and one of which both do."""
    if not reading.layout.says_modes and asked.release is None:
        raise InputRefused(
            f"{reading.name}: says how many votes each candidate has, not how they were cast. A total cannot be told"
            " apart: give votes by mode, in a column a mode (mail, early_voting, election_day, provisional) or in a"
            " column 'mode'; or say under [[inputs.release]] what each release counts (docs/contest.md). Nothing was"
            " loaded."
        )
    if reading.layout.says_modes and asked.release is not None:
        raise InputRefused(
            f"{reading.name}: says itself how its votes were cast. Name it in `returns`, not under inputs.release."
            " Nothing was loaded."
        )


def _insert(workspace: Workspace, reading: Reading, asked: Asked) -> int:
    workspace.execute("reading/results_units")
    workspace.execute("reading/ignored_results_repeated")
    if asked.release is None:  # releases repeat the figures that did not change
        workspace.execute("reading/results_lines")
        workspace.execute("reading/ignored_results_given_before", is_past=asked.is_past)
        workspace.execute("reading/results_lines_given", is_past=asked.is_past, source=reading.name)
    if not asked.is_past:
        workspace.execute("reading/results_repeats")
    if "release" in reading.columns:
        workspace.execute("reading/ignored_results_superseded")
    if reading.layout.is_wide:
        modes: list[str] = [mode for mode in MODES if mode in reading.columns]
        _drop_total_columns(workspace, reading, modes, is_past=asked.is_past)
        workspace.execute("reading/results_wide", modes=modes, is_past=asked.is_past)
        _check_sums(workspace, reading, modes)
    else:
        workspace.execute("reading/results_long", is_past=asked.is_past)
    loaded = "SELECT count(*) FROM kept ANTI JOIN ignored USING (line)"
    return int(workspace.connection.execute(loaded).fetchall()[0][0])


def _name_candidates(workspace: Workspace, asked: Asked) -> None:
    """Make ``candidate_names``: key of each spelling the contest lists -> its own spelling and party."""
    candidates = () if asked.is_past else asked.contest.candidates
    rows = [(spelling, c.name, c.party or None) for c in candidates for spelling in (c.name, *c.aliases)]
    frame = pl.DataFrame(rows, schema={"spelling": pl.String, "name": pl.String, "party": pl.String}, orient="row")
    with workspace.registered("incoming", frame):
        workspace.connection.execute(
            "CREATE OR REPLACE TEMP TABLE candidate_names AS"
            " SELECT name_key(spelling) AS key, any_value(name) AS name, any_value(party) AS party"
            " FROM incoming GROUP BY key"
        )


def _key(workspace: Workspace, name: str) -> str | None:
    key: str = workspace.connection.execute("SELECT name_key($1)", [name]).fetchall()[0][0]
    return key or None


def _drop_total_columns(workspace: Workspace, reading: Reading, modes: list[str], *, is_past: bool) -> None:
    """Take out columns of a mode that hold the total of all modes, county by county, and say so."""
    found = workspace.query("reading/results_total_columns", modes=modes)
    if found.is_empty():
        return
    with workspace.registered("total_columns", found):
        workspace.execute(
            "reading/ignored_results_total_columns" if is_past else "reading/results_total_columns_drop"
        )
    columns = ", ".join(found["mode"].unique().sort())
    workspace.note(
        "totals as modes",
        f"{reading.name}: in {totals.counties(found)} the figures of {columns} are the total of all modes"
        f" ({found['lines'].sum():,} lines). "
        + ("Those counties are left out." if is_past else "They count as not reported there."),
        severity="warning",
    )


def _check_sums(workspace: Workspace, reading: Reading, modes: list[str]) -> None:
    """Record totals that their modes do not add up to, and totals that no mode divides."""
    if "votes" not in reading.columns:
        return
    row = workspace.query("reading/results_checks", modes=modes).row(0, named=True)
    votes = max(int(row["all_votes"]), 1)
    if row["unequal"]:
        workspace.note(
            "modes and totals",
            f"{reading.name}: in {row['unequal']:,} lines the modes do not add up to 'votes'"
            f" ({row['unequal_votes'] / votes:.1%} of the votes). The modes are used.",
            severity="warning",
        )
    if row["undivided"]:
        workspace.note(
            "totals without modes",
            f"{reading.name}: {row['undivided']:,} lines give a total and no mode"
            f" ({row['undivided_votes'] / votes:.1%} of the votes); they count as not reported yet.",
            severity="warning",
        )
