"""Figures of the returns that are given more than once: which of them count, and whether that can be known."""

from typing import Final

import polars as pl

from turnout.workspace import Workspace

#: Topic of the finding that the returns cannot be taken for whole.
LOST: Final = "returns not whole"
_KEY: Final = ("contest", "county", "precinct", "mode", "candidate", "party")
#: So many figures of a county, given twice and none of them lower the second time, are a later count of the same
#: votes: parts of a count would fall half of the time, and so many of them by chance not once in thirty.
_LATER: Final = 5
_NAMED: Final = 3


def settle(workspace: Workspace) -> bool:
    """Leave one figure of those that are given again, and say where they differ. Returns whether any was taken out.

    An empty cell says nothing where another line has the figure. Of figures that name their release or their hour the
    latest holds, and equal ones count once. Of others that differ the later hold if none in the county falls; if some
    do, they add up. Either is a guess, so that no contest with such figures is final then.
    """
    several = workspace.query("reading/results_several")
    if several.is_empty():
        return False
    empty = several.filter(pl.col("votes").is_null())
    several = several.filter(pl.col("votes").is_not_null(), ~pl.col("is_write_in"))
    several = several.filter(pl.len().over(_KEY) > 1).with_columns(
        latest=(pl.col("release") == pl.last("release").over(_KEY))
        & pl.col("as_of").eq_missing(pl.last("as_of").over(_KEY))
    )
    current = several.filter("latest")
    current = current.with_columns(
        differs=pl.col("votes").n_unique().over(_KEY) > 1,
        falls=(pl.col("votes").diff().over(_KEY) < 0).fill_null(value=False),
        is_last=pl.col("place") == pl.last("place").over(_KEY),
    )
    current = current.join(_later_counties(workspace, current), on="county")
    stood_for = ~pl.col("is_last") & (~pl.col("differs") | pl.col("is_later"))
    older = several.filter(~pl.col("latest"))
    gone = pl.concat([empty["place"], older["place"], current.filter(stood_for)["place"]]).to_frame()
    if gone.height:
        with workspace.registered("stood_for", gone):
            workspace.execute("reading/results_several_drop")
    if older.height:
        told = f"returns: figures that gave way to those of a later release or hour: {older.height:,}."
        workspace.note("releases", told)
    for is_later, done in (
        (True, "None of their county falls, so the later are taken for a newer count of the same votes"),
        (False, "They are added up, as parts of one count"),
    ):
        _note_differing(workspace, current.filter("differs", is_later=is_later), done)
    _enter_guesses(workspace, current.filter("differs"))
    return not gone.is_empty()


def _later_counties(workspace: Workspace, current: pl.DataFrame) -> pl.DataFrame:
    """Return ``county, is_later``: whether what is given again there is a newer count of the same votes.

    A county with few such figures goes by all counties together.
    """
    repeats = workspace.connection.sql(
        "SELECT county, sum(lines)::BIGINT AS same FROM line_repeats GROUP BY county"
    ).pl()
    found = (
        current.group_by("county")
        .agg(again=pl.struct(_KEY).filter(pl.col("votes") > 0).n_unique(), falls=pl.col("falls").any())
        .join(repeats, on="county", how="full", coalesce=True)
        .with_columns(again=pl.sum_horizontal("again", "same"), falls=pl.col("falls").fill_null(value=False))
    )
    everywhere = not found["falls"].any() and found["again"].sum() >= _LATER
    return found.select("county", is_later=~pl.col("falls") & ((pl.col("again") >= _LATER) | everywhere))


def _enter_guesses(workspace: Workspace, differing: pl.DataFrame) -> None:
    """Enter by how many votes the count would be another, were figures that differ read the other way."""
    guesses = (
        differing.group_by(_KEY, maintain_order=True)
        .agg(more=(pl.col("votes").sum() - pl.last("votes")).cast(pl.Int64), is_later=pl.first("is_later"))
        .with_columns(other=pl.when("is_later").then("more").otherwise(-pl.col("more")))
        .group_by("contest", "county", "candidate", maintain_order=True)
        .agg(pl.col("other").sum())
        .filter(pl.col("other") != 0)
    )
    workspace.append("losses", guesses)


def _note_differing(workspace: Workspace, differing: pl.DataFrame, done: str) -> None:
    """Warn of figures that differ from one line to the next, with the first of them and their lines."""
    if differing.is_empty():
        return
    keys = differing.select(_KEY).unique(maintain_order=True)
    first = differing.join(keys.head(1), on=_KEY, maintain_order="left")
    asked = pl.concat([first["long_key"], first["wide_key"]]).unique().alias("key").to_frame()
    with workspace.registered("asked_keys", asked):
        places = workspace.query("reading/results_several_lines").rows()
    where = ", ".join(f"{source} line {line:,}" for source, line in places[:_NAMED])
    row = first.row(0, named=True)
    unit = " ".join(filter(None, (row["county"], row["precinct"]))) or "the whole district"
    figures = ", ".join(f"{votes:,}" for votes in first["votes"])
    workspace.note(
        LOST,
        f"{keys.height:,} {'figure' if keys.height == 1 else 'figures'} of one candidate, place and mode, given again"
        f" with other votes ({row['candidate']}, {unit}, {row['mode']}: {figures}; {where}). {done}. Their contests"
        " are not called final. Give the latest alone, or a column `release`.",
        severity="warning",
    )
