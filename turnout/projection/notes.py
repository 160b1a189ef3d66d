"""What a reader of the projection should know about the returns it rests on, as findings of the run."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from turnout.electorate import Electorate
from turnout.projection.ballot import EARLY, POLL, Ballot, Integers
from turnout.projection.baseline import Baseline
from turnout.projection.sites import at_home, pseudo_rows
from turnout.vocabulary import COHORTS
from turnout.workspace import Workspace

#: Share of the early votes that must lie in units found again for a past election to pass without a warning.
_MATCHED_WELL: Final = 0.8
_WAYS: Final = {
    "exact": "by name",
    "named": "by a name nearly alike",
    "numbered": "by number alone",
    "crosswalk": "by the crosswalk",
}
#: Counties or units that a finding names.
_NAMED: Final = 3
#: Early votes of a precinct where nobody at the polls is odd; so many such precincts, and more than this share of
#: all, are rather not in yet.
_SOME_EARLY: Final = 20
_SEVERAL: Final = 5
_TOO_MANY: Final = 0.05


def write(workspace: Workspace, ballot: Ballot, baseline: Baseline, electorate: Electorate | None) -> None:
    """Record what has reported, what it is compared with, and where the inputs contradict each other."""
    _reporting(workspace, ballot)
    _grains(workspace, ballot)
    _spellings(workspace, ballot)
    _past_election(workspace, ballot, baseline, electorate)
    if electorate is None:
        _silent(workspace, ballot, baseline)
    else:
        _contradictions(workspace, ballot, electorate)


def _reporting(workspace: Workspace, ballot: Ballot) -> None:
    polls = ~ballot.outstanding()[:, POLL]
    reported = np.bincount(ballot.row_unit, polls, ballot.units.height) > 0
    workspace.note("reporting", f"Poll votes are in from {reported.sum():,} of {len(reported):,} units.")
    votes = ballot.votes.sum(axis=0)
    if ballot.polls_given and votes[EARLY] > 0 and votes[POLL] == 0:
        workspace.note(
            "polls all zero",
            "The returns give 0 poll votes in every unit of every contest. That is taken as not reported yet; leave "
            "the cells empty to say so.",
            severity="warning",
        )
    elif votes[POLL] > 0:
        _polls_of_none(workspace, ballot)


def _polls_of_none(workspace: Workspace, ballot: Ballot) -> None:
    """Warn where many precincts with early votes say that nobody at all voted at their polls."""
    early = ballot.unit_early()
    poll = np.bincount(ballot.row_unit, ballot.row_votes()[:, POLL], ballot.units.height)
    told = np.bincount(ballot.row_unit, ballot.reported[:, POLL], ballot.units.height) > 0
    at_sites = np.bincount(ballot.row_unit, pseudo_rows(ballot), ballot.units.height) > 0
    asked = (early >= _SOME_EARLY) & ~at_sites
    none = int((asked & told & (poll == 0)).sum())
    if none >= _SEVERAL and none > _TOO_MANY * asked.sum():
        workspace.note(
            "polls of none",
            f"{none:,} of {asked.sum():,} precincts with {_SOME_EARLY} early votes or more say 0 at the polls. That"
            " is taken as reported: nobody voted there. If they are not in yet, leave their cells empty.",
            severity="warning",
        )


def _grains(workspace: Workspace, ballot: Ballot) -> None:
    """Warn where polls are counted for whole counties or districts while all their precincts' are still out."""
    odd = np.unique(ballot.row_contest[ballot.together.group >= 0])
    if len(odd):
        workspace.note(
            "polls at another grain",
            f"In {len(odd):,} contests poll votes are given for a whole county or district, or at vote centers, and"
            " few or none for precincts. They are taken for the first of those precincts' votes and tell how the rest"
            " divide; what more is expected of them is still to come. If the figure is all of them, give the early"
            " votes for the whole too.",
            severity="warning",
        )


def _spellings(workspace: Workspace, ballot: Ballot) -> None:
    """Say how many candidates stand under several spellings, and name some."""
    spelt = (
        ballot.choices.group_by("contest", "person", maintain_order=True)
        .agg(pl.col("candidate"))
        .filter(pl.col("candidate").list.len() > 1)
    )
    if spelt.height:
        some = "; ".join(" = ".join(names) for names in spelt["candidate"].head(3).to_list())
        workspace.note(
            "spellings",
            f"Spelt in more than one way: {spelt.height:,}. Each is projected and told as one candidate; in"
            f" projection.csv the rows stay apart until [[candidates]] names the aliases, and each says the"
            f" candidate's win probability: "
            f"{some}{' and others' if spelt.height > 3 else ''}.",
            severity="warning",
        )


def _past_election(workspace: Workspace, ballot: Ballot, baseline: Baseline, electorate: Electorate | None) -> None:
    if baseline.date:
        workspace.note(
            "past election",
            f"Compared with {baseline.date}: {baseline.matched.sum():,} of {len(baseline.matched):,} units found in "
            f"it, with {baseline.matched_share:.1%} of the early votes ({_ways(baseline)})."
            f"{_missing(ballot, baseline)}",
            severity="note" if baseline.matched_share >= _MATCHED_WELL else "warning",
        )
        _disagreements(workspace, baseline)
    elif electorate is None:
        workspace.note(
            "past election",
            "No comparable past election by vote mode is known (--history), so how many vote at the polls, and how "
            "differently, rests on what elections elsewhere show.",
            severity="warning",
        )


def _silent(workspace: Workspace, ballot: Ballot, baseline: Baseline) -> None:
    """Warn of precincts without any early vote that voted last time: their early votes are elsewhere, or not in."""
    rows = at_home(ballot, baseline.poll).silent & ballot.outstanding()[:, POLL]
    units = np.unique(ballot.row_unit[rows])
    if len(units):
        workspace.note(
            "early votes missing",
            f"In {len(units):,} precincts no early vote of any contest is given, though on {baseline.date}"
            f" {baseline.poll[units].sum():,.0f} voted at their polls ({_some(_names(ballot, units), len(units))})."
            " They were perhaps counted with another precinct's. What the polls bring there is expected from that"
            " past, with a wide interval.",
            severity="warning",
        )


def _ways(baseline: Baseline) -> str:
    """Return by what names the units were found, with the share of the early votes of each."""
    total = max(baseline.early_votes.sum(), 1.0)
    told = []
    for way, words in _WAYS.items():
        of_way = baseline.found_by == way
        if of_way.any() or way == "exact":
            told.append(f"{words} {of_way.sum():,} with {baseline.early_votes[of_way].sum() / total:.1%}")
    return ", ".join(told)


def _missing(ballot: Ballot, baseline: Baseline) -> str:
    """Return what is known of the units that were not found, and of what is left of the past election."""
    missing = np.flatnonzero(~baseline.matched)
    if not missing.size:
        return ""
    largest = missing[np.argsort(-baseline.early_votes[missing], kind="stable")][:_NAMED]
    past, share = baseline.past_unused
    return (
        f" Not found, and projected without their past: {missing.size:,} with"
        f" {baseline.early_votes[missing].sum() / max(baseline.early_votes.sum(), 1.0):.1%} of the early votes"
        f" ({_some(_names(ballot, largest), missing.size)}). Of the past units of these counties {past:,},"
        f" with {share:.1%} of their early votes, are no unit of today's."
    )


def _disagreements(workspace: Workspace, baseline: Baseline) -> None:
    """Say where names and sizes of precincts tell different stories."""
    for counties, consequence in (
        (baseline.renumbered, "they are taken as not found"),
        (baseline.doubtful, "they are compared all the same, for the names are equal"),
    ):
        if counties:
            workspace.note(
                "precincts renumbered",
                f"In {_some(counties, len(counties))} precincts named as in {baseline.date} have early votes of quite"
                f" other sizes, so their numbers were perhaps given anew; {consequence}. List what became of them in"
                " past_crosswalk.",
                severity="warning",
            )


def _names(ballot: Ballot, units: Integers) -> list[str]:
    places = ballot.units["county", "precinct"][units.tolist()]
    return [f"{county} {precinct}".strip() for county, precinct in places.rows()]


def _some(names: Sequence[str], count: int) -> str:
    """Return the first few of ``count`` names, and how many more there are."""
    shown = [name or "the whole" for name in names[:_NAMED]]
    return ", ".join(shown) + (f" and {count - len(shown):,} more" if count > len(shown) else "")


def covers(electorate: Electorate, ballot: Ballot) -> bool:
    """Whether a voter file can be of those who vote: none of the contests has more early votes than it has voters."""
    return _most_early(ballot) <= float(electorate.expected().sum(axis=0)[COHORTS.index("registered")])


def _most_early(ballot: Ballot) -> float:
    """Early votes of the contest that has most of them."""
    by_contest = np.bincount(ballot.row_contest, ballot.row_votes()[:, EARLY], len(ballot.contests))
    return float(by_contest.max(initial=0.0))


def _contradictions(workspace: Workspace, ballot: Ballot, electorate: Electorate) -> None:
    """Warn where the returns and the voter file cannot both be right."""
    voters = dict(zip(COHORTS, electorate.expected().sum(axis=0).tolist(), strict=True))
    early = _most_early(ballot)
    if early > 1.05 * voters["early"] or 0 < early < 0.5 * voters["early"]:
        workspace.note(
            "ballots and returns",
            f"{early:,.0f} early votes are counted, but {voters['early']:,.0f} ballots are accepted in the ballots "
            "file. Who has voted is then wrong, and so is who is still to vote. Check that both are of one day.",
            severity="warning",
        )
    if early > voters["registered"]:
        workspace.note(
            "voters and returns",
            f"{early:,.0f} early votes are counted, but the voter file holds {voters['registered']:,.0f} voters. It "
            "does not cover the contest, which is projected from the results alone.",
            severity="warning",
        )
