"""Which contests of a past election are scored, and how they ended."""

from typing import Final

import polars as pl

#: A contest counts if its top two have more votes than this together …
FEWEST_VOTES: Final = 2000
#: … the runner-up more than this share of the leader's …
CLOSEST: Final = 0.25
#: … votes in at least so many precincts …
FEWEST_PRECINCTS: Final = 8
#: … and more votes than this early, and again at the polls.
FEWEST_BY_TRANCHE: Final = 300


def counting(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the contests that count, with their outcome: one row a contest, by name.

    Parameters
    ----------
    lines : full count of one election, the rows of ``sql/projection/lines.sql``

    Returns
    -------
    contest, kind (``partisan`` where the top two are a Democrat and a Republican, else ``other``), candidates,
    precincts, votes (of all tranches), leader, party, truth (the leader's share of all votes).
    """
    lines = lines.with_columns(
        pl.col("early", "poll", "late").fill_null(0.0), votes=pl.sum_horizontal("early", "poll", "late")
    )
    return (
        _outcomes(lines)
        .join(_precincts(lines), on="contest")
        .filter(
            (pl.col("first") + pl.col("second") > FEWEST_VOTES)
            & (pl.col("second") > CLOSEST * pl.col("first"))
            & (pl.col("precincts") >= FEWEST_PRECINCTS)
            & (pl.col("early") > FEWEST_BY_TRANCHE)
            & (pl.col("poll") > FEWEST_BY_TRANCHE)
        )
        .sort("contest")
        .select(
            "contest",
            pl.when("partisan").then(pl.lit("partisan")).otherwise(pl.lit("other")).alias("kind"),
            "candidates",
            "precincts",
            pl.col("votes").cast(pl.Int64),
            "leader",
            "party",
            truth=pl.col("first") / pl.col("votes"),
        )
    )


def _outcomes(lines: pl.DataFrame) -> pl.DataFrame:
    """Votes of each contest and of its top two; of equals, the first by name is the leader."""
    choices = (
        lines.group_by("contest", "candidate")
        .agg(
            pl.col("early", "poll", "votes").sum(),
            # a party named in some counties only is the candidate's in all
            party=pl.col("party").filter(pl.col("party") != "").max().fill_null(""),
            party_code=pl.col("party_code").filter(pl.col("party_code") != "O").max().fill_null("O"),
        )
        .sort("contest", "votes", "candidate", descending=[False, True, False])
    )
    return choices.group_by("contest", maintain_order=True).agg(
        pl.col("early", "poll", "votes").sum(),
        candidates=pl.len().cast(pl.Int64),
        leader=pl.col("candidate").first(),
        party=pl.col("party").first(),
        first=pl.col("votes").first(),
        second=pl.col("votes").slice(1, 1).sum(),
        partisan=pl.col("party_code").head(2).sort().str.join("") == "DR",
    )


def _precincts(lines: pl.DataFrame) -> pl.DataFrame:
    held = lines.filter(pl.col("votes") > 0).select("contest", "county", "precinct").unique()
    return held.group_by("contest").agg(precincts=pl.len().cast(pl.Int64))
