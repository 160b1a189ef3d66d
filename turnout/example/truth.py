"""The hidden truth of a synthetic electorate, and the returns an election night would publish of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from turnout.example.sampling import Floats
from turnout.example.scenario import Scenario

Order = Literal["random", "region", "favourite", "small"]
Grain = Literal["precinct", "district"]


@dataclass(frozen=True)
class Truth:
    """What no input file says.

    Attributes
    ----------
    votes : precinct, tranche, mode, candidate, votes; every combination, in that order
    composition : tranche ('registered', then the three), group, voters
    support : tranche, group, candidate, votes, share (of the group's votes in the tranche; null without votes)
    voters : voter_id, group, tranche ('' for none); one row a line of voters.csv, in its order
    precincts : precinct, region, x, y, enclave (share of the registered who are of the mobilised group)
    parameters : the hidden parameters as drawn, and the like-for-like shifts that came out, in logits
    """

    scenario: Scenario
    seed: int
    votes: pl.DataFrame
    composition: pl.DataFrame
    support: pl.DataFrame
    voters: pl.DataFrame
    precincts: pl.DataFrame
    parameters: Mapping[str, float]

    def share(self, tranche: str | None = None, candidate: str | None = None) -> float:
        """Share of the votes of a tranche, or of all, for a candidate, or for the first of the contest."""
        name = candidate or self.scenario.candidates[0].name
        votes = self.votes if tranche is None else self.votes.filter(pl.col("tranche") == tranche)
        own = votes.filter(pl.col("candidate") == name)["votes"].sum()
        return float(own) / float(votes["votes"].sum())

    def ballots(self, tranche: str) -> int:
        """Return the number of ballots accepted in a tranche, blank ones included."""
        return int(self.composition.filter(pl.col("tranche") == tranche)["voters"].sum())

    def write(self, path: Path) -> None:
        """Write the truth as JSON, for comparing with a projection; no line is about a single voter.

        Keep it out of the directory of the inputs, where a model might find it.
        """
        summary = {
            "synthetic": True,
            "scenario": self.scenario.name,
            "seed": self.seed,
            "final_votes": dict(
                self.votes.group_by("candidate", maintain_order=True).agg(pl.sum("votes")).iter_rows()
            ),
            "votes": self.votes.to_dicts(),
            "composition": self.composition.to_dicts(),
            "support": self.support.to_dicts(),
            "parameters": dict(self.parameters),
        }
        path.write_text(json.dumps(summary, indent=1), encoding="utf-8")


def returns(truth: Truth, stage: float = 0.0, order: Order = "random", grain: Grain = "precinct") -> pl.DataFrame:
    """Return the returns in the generic wide layout, as they would stand at some moment of election night.

    Parameters
    ----------
    stage : share of the precincts whose poll count is in: 0 is the first count, of early mail only, and 1 the end of
        the night, with late mail and provisionals still out
    order : which precincts report first: ``random``; ``region``, one neighbourhood after another; ``favourite``,
        where the candidate of the mobilised did best early; ``small``, the smallest early count
    grain : ``precinct``, or ``district``: one line a candidate for the whole district, county and precinct empty

    Returns
    -------
    state, date, contest, office, district, county, precinct, candidate, party, mail, early_voting, election_day,
    provisional, late_mail. An empty (null) cell is not reported yet. There is no early voting in person here: 0.

    Raises
    ------
    ValueError
        If ``stage`` is not in [0, 1], or is in part at district grain, where a part of a count cannot be told
        from the whole.
    """
    if not 0 <= stage <= 1:
        raise ValueError(f"stage = {stage}: give a share of precincts between 0 and 1.")
    if grain == "district" and 0 < stage < 1:
        raise ValueError("At district grain only stages 0 and 1 can be told apart; ask for precincts.")
    reported = np.zeros(truth.precincts.height, dtype=bool)
    reported[_queue(truth, order)[: round(stage * truth.precincts.height)]] = True
    polls_in = pl.Series("polls_in", np.repeat(reported, len(truth.scenario.candidates)))
    wide = (
        _wide(truth)
        .with_columns(polls_in)
        .with_columns(
            pl.when("polls_in").then("election_day").alias("election_day"),
            provisional=pl.lit(None, dtype=pl.Int64),
            late_mail=pl.lit(None, dtype=pl.Int64),
        )
    )
    return _laid_out(truth.scenario, wide, grain)


def certified(truth: Truth, grain: Grain = "precinct") -> pl.DataFrame:
    """Return the whole result, late mail and provisionals too, in the layout of :func:`returns`."""
    return _laid_out(truth.scenario, _wide(truth), grain)


def _wide(truth: Truth) -> pl.DataFrame:
    """Votes with a column a mode: one line a precinct and candidate, in the order of ``Truth.votes``."""
    return truth.votes.pivot(on="mode", index=["precinct", "candidate"], values="votes", maintain_order=True)


def _laid_out(scenario: Scenario, wide: pl.DataFrame, grain: Grain) -> pl.DataFrame:
    """Put counts into the generic wide layout; a mode no precinct has reported stays null in the district's sum."""
    modes = ("mail", "election_day", "provisional", "late_mail")
    if grain == "district":
        sums = [pl.when(pl.col(mode).is_not_null().any()).then(pl.sum(mode)).alias(mode) for mode in modes]
        wide = wide.group_by("candidate", maintain_order=True).agg(sums)
        wide = wide.with_columns(county=pl.lit(""), precinct=pl.lit(""))
    else:
        wide = wide.with_columns(county=pl.lit(scenario.county))
    party = {candidate.name: candidate.party for candidate in scenario.candidates}
    return wide.select(
        pl.lit(scenario.state).alias("state"),
        pl.lit(scenario.date).alias("date"),
        pl.lit(scenario.contest).alias("contest"),
        pl.lit(scenario.office).alias("office"),
        pl.lit(scenario.district).alias("district"),
        "county",
        "precinct",
        "candidate",
        pl.col("candidate").replace_strict(party, return_dtype=pl.String).alias("party"),
        "mail",
        pl.lit(0, dtype=pl.Int64).alias("early_voting"),
        "election_day",
        "provisional",
        "late_mail",
    )


def _queue(truth: Truth, order: Order) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Precincts in the order they report; ties fall as the seed has them."""
    rng = np.random.default_rng([truth.seed, 195])
    lottery = rng.random(truth.precincts.height)
    early = truth.votes.filter(pl.col("tranche") == "early").sort("precinct", "candidate", maintain_order=True)
    names = [candidate.name for candidate in truth.scenario.candidates]
    counts = np.stack([early.filter(pl.col("candidate") == name)["votes"].to_numpy() for name in names])
    key: Floats
    if order == "random":
        key = lottery
    elif order == "region":
        regions = truth.precincts["region"].to_numpy()
        key = rng.permutation(regions.max() + 1)[regions].astype(float)
    elif order == "favourite":
        key = -counts[truth.scenario.favourite] / np.maximum(counts.sum(axis=0), 1)
    elif order == "small":
        key = counts.sum(axis=0).astype(float)
    else:
        raise ValueError(f"order = {order!r}: give one of random, region, favourite, small.")
    return np.lexsort((lottery, key))


def like_for_like(support: pl.DataFrame, tranche: str) -> float:
    """Shift of the first candidate from the early tranche to ``tranche`` within groups, in logits.

    Averaged over groups with the smaller of their two vote counts as weight; half a vote is added to every count.
    """
    first = support["candidate"][0]
    own = (
        support.with_columns(own=pl.col("candidate") == first)
        .group_by("tranche", "group", maintain_order=True)
        .agg(
            logit=(
                (pl.col("votes").filter("own").sum() + 0.5) / (pl.col("votes").filter(~pl.col("own")).sum() + 0.5)
            ).log(),
            votes=pl.col("votes").sum(),
        )
    )
    both = own.filter(pl.col("tranche") == "early").join(
        own.filter(pl.col("tranche") == tranche), on="group", suffix="_then", maintain_order="left"
    )
    weight = pl.min_horizontal("votes", "votes_then")
    return float(both.select(((pl.col("logit_then") - pl.col("logit")) * weight).sum() / weight.sum()).item())
