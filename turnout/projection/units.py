"""What is counted and what is expected in each unit, candidate by candidate, adding up to the projection."""

from typing import Final

import numpy as np
import polars as pl

from turnout.projection.ballot import POLL, Floats
from turnout.projection.engine import Model

#: Contests above which units are not told one by one.
_MOST_CONTESTS: Final = 5
_SCHEMA: Final = {
    "contest": pl.String(),
    "county": pl.String(),
    "precinct": pl.String(),
    "candidate": pl.String(),
    "counted_votes": pl.Float64(),
    "projected_votes": pl.Float64(),
    "reported": pl.Boolean(),
}


def table(model: Model, projection: pl.DataFrame) -> pl.DataFrame:
    """One row a contest × unit × candidate: counted and projected votes, and whether the polls there are in.

    What is expected with everything unknown held at its mean is scaled, candidate by candidate, so that units add up
    to the contest's projected votes. They have no interval: a unit by itself is far less certain than their sum.
    Empty for ballots of more than five contests and where no contest has two units.

    Parameters
    ----------
    projection : the rows of ``projection.csv``; a contest that abstained has no projected votes here either
    """
    ballot = model.ballot
    units = np.bincount(ballot.row_contest, minlength=len(ballot.contests))
    if len(ballot.contests) > _MOST_CONTESTS or units.max(initial=0) < 2:
        return pl.DataFrame(schema=_SCHEMA)
    contest = ballot.row_contest[ballot.line_row]
    keys = ballot.units[ballot.row_unit[ballot.line_row]]
    choice = ballot.choices[ballot.line_choice]
    counted = ballot.votes.sum(axis=1)
    lines = pl.DataFrame(
        {
            "contest": pl.Series([ballot.contests[number] for number in contest], dtype=pl.String),
            "county": keys["county"],
            "precinct": keys["precinct"],
            "candidate": choice["candidate"],
            "counted_votes": counted,
            "projected_votes": counted + _to_come(model, projection, counted),
            "reported": ~ballot.outstanding()[ballot.line_row, POLL],
        },
        schema=_SCHEMA,
    )
    return lines.filter(pl.Series(units[contest] > 1)).sort("contest", "county", "precinct", "candidate")


def _to_come(model: Model, projection: pl.DataFrame, counted: Floats) -> Floats:
    """Votes to come by line, (lines,); NaN where the contest has no projection."""
    ballot, positions = model.ballot, model.positions
    row, choice = ballot.line_row, ballot.line_choice
    part = np.asarray(positions.parts[choice, ballot.county_in_contest[row]]).ravel()
    expected = model.expected()[row, positions.position[choice]] * part
    names = ballot.choices.with_columns(
        contest=pl.Series([ballot.contests[number] for number in ballot.choices["contest"]], dtype=pl.String)
    )
    projected = names.join(projection, on=["contest", "candidate"], how="left", maintain_order="left")
    final = projected["projected_votes"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    size = ballot.choices.height
    missing = final - np.bincount(choice, counted, size)
    together = np.bincount(choice, expected, size)
    factor = np.divide(np.maximum(missing, 0.0), together, out=np.zeros(size), where=together > 0)
    factor[np.isnan(final)] = np.nan
    return np.asarray(expected * factor[choice])
