"""From draws of the final count to the rows of ``projection.csv``: shares, intervals, win probability, abstention."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from turnout.projection.ballot import EARLY, POLL, Ballot, Flags, Floats, Integers, sums_over

#: Levels of the intervals that are published.
LEVELS: Final = (50, 80, 90, 95)
#: Votes that must be counted in a contest before anything is said of it.
FEWEST: Final = 50
#: Share of a contest's rows that may lack early votes before nothing is said of it while polls are out.
MOST_WITHOUT_EARLY: Final = 0.10


def shares(contest: Integers, votes: Floats) -> Floats:
    """Each choice's share of its contest's votes, draw by draw: (choices, draws); 0 where there are no votes.

    ``contest``: (choices,) number of each choice's contest.
    """
    total = sums_over(contest) @ votes
    return np.asarray(votes / np.maximum(total, 1e-12)[contest])


def table(ballot: Ballot, votes: Floats, *, off: Flags | None = None) -> pl.DataFrame:
    """One row a contest × candidate, with the columns of ``projection.csv``.

    ``votes``: (choices, draws) of the final count. Contests stand by name, candidates by projected share.
    ``off``: (contests,) where lines of the returns could not be used or contradict; none of them is final.
    """
    return _rows(ballot.choices, ballot.choice_votes().sum(axis=1), votes, _contests(ballot, off))


def together(ballot: Ballot, votes: Floats, *, off: Flags | None = None) -> pl.DataFrame:
    """Return the rows of :func:`table` with the spellings of a candidate as one, of contests where there are any.

    The candidate goes by the spelling that has most votes.
    """
    contest, person = (ballot.choices[name].to_numpy() for name in ("contest", "person"))
    spelt = np.unique(contest[np.bincount(person)[person] > 1])
    of_them = np.flatnonzero(np.isin(contest, spelt))
    first, person = np.unique(person[of_them], return_inverse=True)
    choices = ballot.choices[first].with_columns(
        contest=pl.Series(np.searchsorted(spelt, contest[first])), person=pl.int_range(pl.len(), dtype=pl.Int64)
    )
    counted = _add(ballot.choice_votes()[of_them].sum(axis=1), person)
    return _rows(choices, counted, _summed(person, votes[of_them]), _contests(ballot, off)[spelt])


def _contests(ballot: Ballot, off: Flags | None) -> pl.DataFrame:
    """Return what is said of each contest: ``contest`` (its name), ``status, reason``, in the order of the ballot."""
    total = _add(ballot.choice_votes().sum(axis=1), ballot.choices["contest"].to_numpy())
    status, reason = _status(ballot, total, np.zeros(len(total), dtype=np.bool_) if off is None else off)
    text = {"contest": ballot.contests, "status": status, "reason": reason}
    return pl.DataFrame(text, schema=dict.fromkeys(text, pl.String))


def _rows(choices: pl.DataFrame, counted: Floats, votes: Floats, contests: pl.DataFrame) -> pl.DataFrame:
    """Tell of each choice what is counted and what is drawn, with the columns of ``projection.csv``.

    Parameters
    ----------
    choices : ``contest`` (its place in ``contests``), ``candidate, party, person``, in the order of contests
    counted, votes : (choices,) votes counted, and (choices, draws) of the final count
    contests : rows of :func:`_contests`
    """
    contest = choices["contest"].to_numpy()
    total = _add(counted, contest)
    ordered = np.sort(shares(contest, votes), axis=1)
    # the middle one of the draws errs least; medians of several candidates need not add up by themselves
    middle = shares(contest, _quantiles(ordered, [0.5]).T)[:, 0]
    expected = (sums_over(contest) @ votes).mean(axis=1)[contest]
    final = (contests["status"] == "final").to_numpy()
    frame = choices.select(contests["contest"][contest], "candidate", "party").with_columns(
        counted_votes=pl.Series(counted).round().cast(pl.Int64),
        counted_share=pl.Series(counted / np.where(total > 0, total, np.nan)[contest], nan_to_null=True),
        projected_votes=pl.Series(middle * expected).round().cast(pl.Int64),
        projected_share=pl.Series(middle),
        **_intervals(ordered),
        win_probability=pl.Series(_win_probability(choices, votes, final)),
        status=contests["status"][contest],
        reason=contests["reason"][contest],
    )
    said = [name for name in frame.columns if name.startswith(("projected", "lo", "hi", "win"))]
    silent = pl.col("status") == "abstained"
    return frame.with_columns(pl.when(~silent).then(pl.col(name)).alias(name) for name in said).sort(
        "contest",
        pl.col("projected_share").fill_null(-1.0),
        "counted_votes",
        "candidate",
        descending=[False, True, True, False],
    )


def totals(ballot: Ballot, votes: Floats, projection: pl.DataFrame) -> pl.DataFrame:
    """All votes of each contest in the end: counted_votes, expected, lo90, hi90, one row a contest, by name.

    ``votes``: (choices, draws) of the final count. ``projection``: the rows of ``projection.csv``; a contest that
    abstained has no expectation here either.
    """
    final = sums_over(ballot.choices["contest"].to_numpy()) @ votes
    low, high = _quantiles(np.sort(final, axis=1), [0.05, 0.95])
    names = list(ballot.contests)
    frame = pl.DataFrame({"contest": names, "expected": final.mean(axis=1), "lo90": low, "hi90": high})
    said = projection.group_by("contest").agg(pl.col("counted_votes").sum(), pl.col("status").first())
    silent = pl.col("status") == "abstained"
    return (
        frame.join(said, on="contest")
        .select("contest", "counted_votes", *(pl.when(~silent).then(pl.col(n)).alias(n) for n in frame.columns[1:]))
        .sort("contest")
    )


def leaders(ballot: Ballot, votes: Floats) -> Floats:
    """Draws of the final share of each contest's expected leader, shape (contests, draws)."""
    contest = ballot.choices["contest"].to_numpy()
    drawn = shares(contest, votes)
    mean = drawn.mean(axis=1)
    order = np.lexsort((-mean, contest))
    first = order[np.searchsorted(contest[order], np.arange(len(ballot.contests)))]
    return np.asarray(drawn[first])


def _quantiles(ordered: Floats, levels: Sequence[float]) -> Floats:
    """Quantiles of draws in order, (choices, draws), as :func:`numpy.quantile` has them: (levels, choices)."""
    place = (ordered.shape[1] - 1) * np.asarray(levels)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, ordered.shape[1] - 1)
    low, high, part = ordered.T[below], ordered.T[above], (place - below)[:, None]
    return np.asarray(np.where(part < 0.5, low + (high - low) * part, high - (high - low) * (1.0 - part)))


def _intervals(ordered: Floats) -> dict[str, pl.Series]:
    tails = [(1 - level / 100) / 2 for level in LEVELS]
    ends = _quantiles(ordered, [*tails, *(1 - tail for tail in tails)])
    columns = {}
    for number, level in enumerate(LEVELS):
        columns[f"lo{level}"] = pl.Series(ends[number])
        columns[f"hi{level}"] = pl.Series(ends[number + len(LEVELS)])
    return columns


def _win_probability(choices: pl.DataFrame, votes: Floats, final: Flags) -> Floats:
    """Share of draws in which a candidate has the most votes of the contest; a tie is shared.

    Spellings of one candidate have the candidate's chance each. Short of a final count half a draw is added to every
    candidate (Jeffreys), for no number of draws makes a thing certain; one that stands alone is.
    """
    people, person = np.unique(choices["person"].to_numpy(), return_inverse=True)
    contest = choices["contest"].to_numpy()[people]  # a person's number is that of the first spelling
    together = _summed(person, votes)
    starts = np.searchsorted(contest, np.arange(len(final)))
    wins = together >= np.maximum.reduceat(together, starts, axis=0)[contest]
    tied = sums_over(contest) @ wins.astype(np.float64)
    share = (wins / tied[contest]).mean(axis=1)
    candidates = np.bincount(contest)[contest]
    certain = final[contest] | (candidates == 1)
    draws = votes.shape[1]
    return np.asarray(np.where(certain, share, (share * draws + 0.5) / (draws + 0.5 * candidates)))[person]


def _summed(person: Integers, votes: Floats) -> Floats:
    """Sum draws over the spellings of each person, (people, draws)."""
    return votes if len(person) == int(person.max(initial=-1)) + 1 else np.asarray(sums_over(person) @ votes)


def _add(values: Floats, index: Integers) -> Floats:
    return np.bincount(index, values).astype(np.float64)


def _without_early(ballot: Ballot) -> Floats:
    """Share of each contest's rows with nothing early to go by, shape (contests,).

    Rows stand on the early votes of their county where those are given for the whole of it, so a county or contest
    with any such figure counts as covered. A figure for the whole needs none beside precincts that have.
    """
    early = ballot.row_votes()[:, EARLY]
    place = ballot.county_in_contest
    whole = ~ballot.precincts
    covered = np.zeros(int(place.max(initial=0)) + 1, dtype=np.bool_)
    covered[place[whole[ballot.row_unit] & (early > 0)]] = True
    nowhere = np.zeros(len(ballot.contests), dtype=np.bool_)
    district = (ballot.units["county"] == "").to_numpy()[ballot.row_unit] & whole[ballot.row_unit] & (early > 0)
    nowhere[ballot.row_contest[district]] = True
    beside = whole[ballot.row_unit] & (np.bincount(place, early)[place] > 0)
    out = ballot.outstanding()[:, POLL]
    dark = out & ~ballot.reported[:, EARLY] & ~covered[place] & ~nowhere[ballot.row_contest] & ~beside
    share = np.bincount(ballot.row_contest, dark, len(ballot.contests)) / np.bincount(ballot.row_contest)
    none = np.bincount(ballot.row_contest, early, len(ballot.contests)) == 0
    return np.where(none, 1.0, share)


def _status(ballot: Ballot, total: Floats, off: Flags) -> tuple[np.ndarray, np.ndarray]:
    """Say of each contest whether it is final, projected or abstained from, and why."""
    open_rows = np.bincount(ballot.row_contest, ballot.outstanding().any(axis=1).astype(float), len(ballot.contests))
    status = np.where(open_rows == 0, "final", "projected").astype(object)
    reason = np.where(open_rows == 0, "Every vote that the files expect is counted.", "").astype(object)
    status[off & (open_rows == 0)] = "projected"
    reason[off & (open_rows == 0)] = (
        "The count cannot be taken for whole: lines were lost, or figures given twice differ."
    )
    few = (total < FEWEST) & ((open_rows > 0) | (total == 0))
    status[few] = "abstained"
    reason[few] = f"Fewer than {FEWEST} votes are counted."
    blind = (_without_early(ballot) > MOST_WITHOUT_EARLY) & (open_rows > 0) & ~few
    status[blind] = "abstained"
    reason[blind] = "Early votes are not in, or none were cast, where polls are still out: there is nothing to go by."
    untold = (np.bincount(ballot.row_contest, ballot.reported[:, EARLY], len(ballot.contests)) == 0) & (
        open_rows == 0
    )
    status[untold & ~few] = "abstained"
    reason[untold & ~few] = (
        "The returns say nothing of early votes, not even 0, so votes may be missing. Where none"
        " were cast, give 0 in a column mail."
    )
    return status, reason
