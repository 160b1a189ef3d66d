"""From draws of the final count to the rows of ``projection.csv``: shares, intervals, win probability, abstention."""

from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from turnout.projection.ballot import EARLY, POLL, Ballot, Flags, Floats
from turnout.projection.engine import contest_sums

#: Levels of the intervals that are published.
LEVELS: Final = (50, 80, 90, 95)
#: Votes that must be counted in a contest before anything is said of it.
FEWEST: Final = 50
#: Share of a contest's rows that may lack early votes before nothing is said of it while polls are out.
MOST_WITHOUT_EARLY: Final = 0.10


def shares(ballot: Ballot, votes: Floats) -> Floats:
    """Each choice's share of its contest's votes, draw by draw: (choices, draws); 0 where there are no votes."""
    total = contest_sums(ballot) @ votes
    return np.asarray(votes / np.maximum(total, 1e-12)[ballot.choices["contest"].to_numpy()])


def table(ballot: Ballot, votes: Floats, *, off: Flags | None = None) -> pl.DataFrame:
    """One row a contest × candidate, with the columns of ``projection.csv``.

    ``votes``: (choices, draws) of the final count. Contests stand by name, candidates by projected share.
    ``off``: (contests,) where lines of the returns could not be used or contradict; none of them is final.
    """
    contest = ballot.choices["contest"].to_numpy()
    counted = ballot.choice_votes().sum(axis=1)
    total = np.bincount(contest, counted, len(ballot.contests)).astype(np.float64)
    drawn = shares(ballot, votes)
    # the middle one of the draws errs least; medians of several candidates need not add up by themselves
    middle = shares(ballot, np.median(drawn, axis=1)[:, None])[:, 0]
    expected = (contest_sums(ballot) @ votes).mean(axis=1)[contest]
    status, reason = _status(ballot, total, np.zeros(len(total), dtype=np.bool_) if off is None else off)
    frame = ballot.choices.select(
        contest=pl.Series([ballot.contests[number] for number in contest], dtype=pl.String),
        candidate="candidate",
        party="party",
    ).with_columns(
        counted_votes=pl.Series(counted).round().cast(pl.Int64),
        counted_share=pl.Series(counted / np.where(total > 0, total, np.nan)[contest], nan_to_null=True),
        projected_votes=pl.Series(middle * expected).round().cast(pl.Int64),
        projected_share=pl.Series(middle),
        **_intervals(drawn),
        win_probability=pl.Series(_win_probability(ballot, votes, status == "final")),
        status=pl.Series(status[contest]),
        reason=pl.Series(reason[contest]),
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


def together(ballot: Ballot, votes: Floats, *, off: Flags | None = None) -> pl.DataFrame:
    """Return the rows of :func:`table` with the spellings of a candidate as one, of contests where there are any.

    The candidate goes by the spelling that has most votes.
    """
    first, person = np.unique(ballot.choices["person"].to_numpy(), return_inverse=True)
    spelt = np.unique(ballot.choices["contest"].to_numpy()[np.bincount(person)[person] > 1])
    if not len(spelt):
        return table(ballot, votes, off=off).clear()
    choices = ballot.choices[first].with_columns(person=pl.int_range(pl.len(), dtype=pl.Int64))
    of_people = np.zeros((len(first), votes.shape[1]))
    np.add.at(of_people, person, votes)
    merged = replace(ballot, choices=choices, line_choice=person[ballot.line_choice])
    names = [ballot.contests[number] for number in spelt]
    return table(merged, of_people, off=off).filter(pl.col("contest").is_in(names))


def totals(ballot: Ballot, votes: Floats, projection: pl.DataFrame) -> pl.DataFrame:
    """All votes of each contest in the end: counted_votes, expected, lo90, hi90, one row a contest, by name.

    ``votes``: (choices, draws) of the final count. ``projection``: the rows of ``projection.csv``; a contest that
    abstained has no expectation here either.
    """
    final = contest_sums(ballot) @ votes
    low, high = np.quantile(final, [0.05, 0.95], axis=1)
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
    drawn = shares(ballot, votes)
    mean = drawn.mean(axis=1)
    contest = ballot.choices["contest"].to_numpy()
    order = np.lexsort((-mean, contest))
    first = order[np.searchsorted(contest[order], np.arange(len(ballot.contests)))]
    return np.asarray(drawn[first])


def _intervals(drawn: Floats) -> dict[str, pl.Series]:
    tails = [(1 - level / 100) / 2 for level in LEVELS]
    ends = np.quantile(drawn, [*tails, *(1 - tail for tail in tails)], axis=1)
    columns = {}
    for number, level in enumerate(LEVELS):
        columns[f"lo{level}"] = pl.Series(ends[number])
        columns[f"hi{level}"] = pl.Series(ends[number + len(LEVELS)])
    return columns


def _win_probability(ballot: Ballot, votes: Floats, final: Flags) -> Floats:
    """Share of draws in which a candidate has the most votes of the contest; a tie is shared.

    Spellings of one candidate have the candidate's chance each. Short of a final count half a draw is added to every
    candidate (Jeffreys), for no number of draws makes a thing certain; one that stands alone is.
    """
    people, person = np.unique(ballot.choices["person"].to_numpy(), return_inverse=True)
    contest = ballot.choices["contest"].to_numpy()[people]  # a person's number is that of the first spelling
    together = np.zeros((len(people), votes.shape[1]))
    np.add.at(together, person, votes)
    starts = np.searchsorted(contest, np.arange(len(ballot.contests)))
    wins = together >= np.maximum.reduceat(together, starts, axis=0)[contest]
    tied = np.add.reduceat(wins.astype(float), starts, axis=0)
    share = (wins / tied[contest]).mean(axis=1)
    candidates = np.bincount(contest)[contest]
    certain = final[contest] | (candidates == 1)
    draws = votes.shape[1]
    return np.asarray(np.where(certain, share, (share * draws + 0.5) / (draws + 0.5 * candidates)))[person]


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
