"""Figures that add up or repeat others, found by what they are, not by what they are called: no vote counts twice."""

from functools import partial
from typing import Final

import polars as pl

from turnout.reading import repeats
from turnout.workspace import Workspace

#: Places that a finding names.
_NAMED: Final = 5


def settle(workspace: Workspace, *, is_past: bool) -> None:
    """Take totals and copies out of the returns, or of the past results, and record what was found.

    Each step rests on what those before it left: a total over candidates must go before precincts are added up.
    """
    list_figures = partial(workspace.execute, "reading/results_figures", is_past=is_past)
    list_figures()
    if not is_past and repeats.settle(workspace):
        list_figures()
    if _drop_choices(workspace, is_past=is_past):
        list_figures()
    if _drop_wholes(workspace, is_past=is_past):
        list_figures()
    if _drop_units(workspace, is_past=is_past):
        list_figures()
    _drop_copies(workspace, is_past=is_past)
    if is_past:
        _drop_undivided(workspace)
    workspace.connection.execute("DROP TABLE figures")


def counties(found: pl.DataFrame) -> str:
    """Return how many counties the rows are of, and the first of them."""
    names = found["county"].unique().sort().to_list()
    shown = ", ".join(name or "no county" for name in names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
    return f"{len(names):,} {'county' if len(names) == 1 else 'counties'} ({shown})"


def _drop_choices(workspace: Workspace, *, is_past: bool) -> bool:
    """Take out choices that add up the other choices of their contest. Returns whether there were any."""
    found = workspace.query("reading/results_total_choices", is_past=is_past)
    if found.height:
        with workspace.registered("total_choices", found):
            workspace.execute("reading/results_total_choices_drop", is_past=is_past)
        names = ", ".join(f"'{name}'" for name in found["candidate"].unique().sort()[:_NAMED])
        workspace.note(
            "totals as candidates",
            f"{_of(is_past)}: {names} adds up the other candidates in {found.height:,} contests of a county"
            f" ({found['votes'].sum():,} votes), and is left out there.",
            severity="warning",
        )
    return not found.is_empty()


def _drop_wholes(workspace: Workspace, *, is_past: bool) -> bool:
    """Take out whole-county and whole-district figures that finer units add up to. Returns whether there were any.

    A figure that its parts do not add up to stays, as votes of no precinct (a central count, say), with a warning.
    """
    found = workspace.query("reading/results_totals", is_past=is_past)
    sums, others = found.filter("is_sum"), found.filter(~pl.col("is_sum"))
    if sums.height:
        with workspace.registered("sums", sums):
            workspace.execute("reading/results_totals_drop", is_past=is_past)
        workspace.note(
            "totals",
            f"{_of(is_past)}: {sums.height:,} whole-county or whole-district figures ({sums['votes'].sum():,} votes)"
            " are what their precincts add up to. They are left out, so that no vote counts twice.",
        )
    if others.height:
        workspace.note(
            "totals",
            f"{_of(is_past)}: {others.height:,} whole-county or -district figures ({others['votes'].sum():,} votes)"
            f" stand beside precincts that add up to something else ({others['parts'].sum():,}). They are counted as"
            " votes of no precinct; if they are totals, take them out of the file.",
            severity="warning",
        )
    return not sums.is_empty()


def _drop_units(workspace: Workspace, *, is_past: bool) -> bool:
    """Take out precincts that add up the others of their county. Returns whether there were any."""
    found = workspace.query("reading/results_total_units", is_past=is_past)
    if found.height:
        with workspace.registered("total_units", found):
            workspace.execute("reading/results_total_units_drop", is_past=is_past)
        units = found.select("county", "precinct").unique().sort("county", "precinct")
        named = ", ".join(f"{county} '{precinct}'" for county, precinct in units.rows()[:_NAMED])
        workspace.note(
            "totals as precincts",
            f"{_of(is_past)}: {named}{', …' if units.height > _NAMED else ''} adds up the other precincts of its"
            f" county in {found.height:,} contests ({found['votes'].sum():,} votes), and is left out there.",
            severity="warning",
        )
    return not found.is_empty()


def _drop_copies(workspace: Workspace, *, is_past: bool) -> None:
    """Take out figures that are a total copied to every candidate.

    Of past results, all that the contest has in the county goes; of the returns, the mode counts as not reported.
    """
    found = workspace.query("reading/results_copied", is_past=is_past)
    if found.height:
        with workspace.registered("copied", found):
            workspace.execute("reading/results_copied_drop")
        places = found.select("state", "election_date", "contest", "county").unique().height
        workspace.note(
            "totals as votes",
            f"{_of(is_past)}: in {places:,} contests of a county, in {counties(found)}, every candidate has the same"
            " figure of a mode in nearly every precinct, a total copied to each. "
            + ("Those contests are left out there." if is_past else "They count as not reported there."),
            severity="warning",
        )


def _drop_undivided(workspace: Workspace) -> None:
    """Take out past counties whose total stands in the place of the votes at the polls."""
    found = workspace.query("reading/results_undivided")
    if found.height:
        with workspace.registered("undivided", found):
            workspace.execute("reading/results_undivided_drop")
        workspace.note(
            "modes not divided",
            f"{_of(is_past=True)}: in {counties(found)} all {found['votes'].sum():,} votes stand under election day,"
            " while nearly all other counties of the ballot have early ones: a total, not the polls. They are left"
            " out there.",
            severity="warning",
        )


def _of(is_past: bool) -> str:
    return "history" if is_past else "returns"
