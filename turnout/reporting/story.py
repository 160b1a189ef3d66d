"""What a run says in plain words: who is ahead, why that may change, and how sure it is.

Each sentence is worked out from the published numbers alone, so that a page built again says the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from turnout.reporting import summary, words
from turnout.reporting.run import Run

#: Win probabilities from which a lead is called what it is.
_CALLED: Final = ((0.95, "is very likely to win"), (0.8, "is likely to win"), (0.65, "is ahead, but not safely"))
#: Move of the leader's share, in share units, under which the votes to come are said to be like those counted.
_ALIKE: Final = 0.005
#: Least share by which a group's part of the early voters must differ from its part of those to come to be told.
_TOLD: Final = 0.03

#: What each component of the uncertainty is, for a reader who has never heard of it.
COMPONENTS: Final[dict[str, str]] = {
    "mode shift": "how differently people vote at the polls than by mail or early",
    "turnout total": "how many will still vote",
    "turnout composition": "which groups and places they come from",
    "ethnicity estimate": "how well ethnicity is known from names and places",
    "support by group": "how each group divides between the candidates",
    "precinct noise": "how single precincts differ from what they have in common",
    "sampling": "chance, when the chances are known",
    "lost lines": "lines of the returns that could not be used",
}


@dataclass(frozen=True)
class Story:
    """Three short answers about one contest; ``why`` and ``sure`` are empty where there is nothing to add."""

    ahead: str
    why: str
    sure: str


@dataclass(frozen=True)
class Gap:
    """The group that is least like itself among those still to come; its shares of the cohorts."""

    group: str
    label: str
    registered: float | None
    early: float
    to_come: float


def tell(run: Run, contest: summary.ContestSummary, gap: Gap | None) -> Story:
    """Return the story of one contest; ``gap`` is that of the run, the same for all its contests."""
    leader = contest.leader
    if not contest.projected:
        return Story(f"No projection. {contest.reason or 'No reason was given.'}", "", "")
    if contest.status == "final":
        return Story(
            f"{leader.candidate} has {words.percent(leader.projected_share)}. {contest.reason}".strip(), "", ""
        )
    return Story(_ahead(contest), " ".join(_why(run, contest, gap)), _sure(run, contest))


def _ahead(contest: summary.ContestSummary) -> str:
    leader, chance = contest.leader, contest.leader.win_probability or 0.0
    projected = words.percent(leader.projected_share)
    if len(contest.lines) == 1:
        return f"{leader.candidate} stands alone, at {projected} of the final vote."
    second = contest.lines[1]
    against = f"{projected} of the final vote to {words.percent(second.projected_share)} for {second.candidate}"
    for least, call in _CALLED:
        if chance >= least:
            return f"{leader.candidate} {call}, with a projected {against}."
    if projected == words.percent(second.projected_share):
        both = f"{leader.candidate} and {second.candidate}"
        return f"Too close to call: {both} are even, each with a projected {projected}."
    return f"Too close to call: {leader.candidate} is a little ahead, with a projected {against}."


def _why(run: Run, contest: summary.ContestSummary, gap: Gap | None) -> list[str]:
    if not contest.counted:
        return ["Nothing is counted yet."]
    leader, first = contest.leader, contest.counted[0]
    counted = sum(line.counted_votes or 0 for line in contest.lines)
    to_come = sum(line.projected_votes or 0 for line in contest.lines) - counted
    said = [f"The count alone, {words.plural(counted, 'vote')} so far, {_count_says(contest)}."]
    move = (leader.projected_share or 0.0) - (leader.counted_share or 0.0)
    if to_come <= 0:
        return said
    of_those = ((leader.projected_votes or 0) - (leader.counted_votes or 0)) / to_come
    more = f"About {words.rounded(to_come)} more {'votes are' if to_come > 1 else 'vote is'} expected"
    if (ends := summary.to_come(run, contest.contest)) is not None:
        more += f" ({' to '.join(words.rounded(max(end, 0.0)) for end in ends)} in nine cases of ten)"
    if abs(move) < _ALIKE:
        said.append(f"{more}, and they look much like those counted.")
    else:
        share = words.percent(min(max(of_those, 0.0), 1.0), 0)
        turn = "That is expected to turn. " if first.candidate != leader.candidate else ""
        said.append(f"{turn}{more}, and some {share} of them for {leader.candidate}.")
    return [*said, _group(run, contest, gap)] if gap is not None else said


def _count_says(contest: summary.ContestSummary) -> str:
    leader, first = contest.leader, contest.counted[0]
    own = words.percent(leader.counted_share)
    if first.candidate != leader.candidate:
        return f"has {first.candidate} ahead, {words.percent(first.counted_share)} to {own}"
    return f"has {leader.candidate} at {own}"


def gap(run: Run) -> Gap | None:
    """Return the group whose share of those to come is furthest from its share of the early; None if none is far."""
    totals = {total.cohort: total.expected or 0.0 for total in summary.totals(run)}
    found = [
        Gap(row.group, row.label, row.cells["registered"].share, early, later)
        for row in summary.groups(run)
        if row.group != "other"
        and (early := row.cells["early"].share) is not None
        and (later := _remaining(row, totals)) is not None
    ]
    widest = max(found, key=lambda one: abs(one.early - one.to_come), default=None)
    return widest if widest is not None and abs(widest.early - widest.to_come) >= _TOLD else None


def _group(run: Run, contest: summary.ContestSummary, told: Gap) -> str:
    """Say how much of the early and of the later vote a group is, and how it seems to vote."""
    said = (
        f"{told.label} voters are an estimated {words.percent(told.early, 0)} of those who voted early,"
        f" {words.percent(told.registered, 0)} of the registered, and {words.percent(told.to_come, 0)} of those still"
        " to come"
    )
    return f"{said}{_leaning(run, contest, told.group)}."


def _remaining(row: summary.GroupRow, totals: Mapping[str, float]) -> float | None:
    """Return a group's share of the poll and late voters together."""
    parts = [(row.cells[cohort].share, totals[cohort]) for cohort in ("poll", "late")]
    known = [(share, weight) for share, weight in parts if share is not None and weight > 0]
    whole = sum(weight for _, weight in known)
    return sum(share * weight for share, weight in known) / whole if whole else None


def _leaning(run: Run, contest: summary.ContestSummary, group: str) -> str:
    """Say whom most of a group seem to support, where the interval of it leaves no doubt."""
    rows = [row for row in summary.support_by_group(run, contest.contest) if row["group"] == group]
    most = [row for row in rows if isinstance(row["lo90"], float) and row["lo90"] > 0.5]
    return f"; most of them seem to support {most[0]['candidate']} (inferred, not known)" if most else ""


def _sure(run: Run, contest: summary.ContestSummary) -> str:
    leader = contest.leader
    low, high = words.percent(leader.lo90), words.percent(leader.hi90)
    said = [f"Nine times in ten the final share of {leader.candidate} should lie between {low} and {high}"]
    if len(contest.lines) > 1:
        said[0] += f"; {_in_hundred(leader.win_probability)} simulated counts end with {leader.candidate} first"
    parts = summary.components(run, contest.contest)
    if parts and parts[0][1] > 0:
        said.append(f"The largest unknown is {COMPONENTS.get(parts[0][0], parts[0][0])}")
    return " ".join(f"{sentence}." for sentence in said)


def _in_hundred(chance: float | None) -> str:
    said = words.chance(chance).removesuffix(" %")
    return {"> 99": "over 99 in 100", "< 1": "under 1 in 100"}.get(said, f"{said} in 100")


def of_ballot(contests: Sequence[summary.ContestSummary]) -> Story:
    """Return the story of a whole ballot."""
    projected = [contest for contest in contests if contest.projected]
    open_ones = [contest for contest in projected if contest.status != "final"]
    final, abstained = len(projected) - len(open_ones), len(contests) - len(projected)
    overturned = sum(contest.overturned for contest in projected)
    close = sum((contest.leader.win_probability or 0.0) < _CALLED[0][0] for contest in open_ones)
    parts = [
        f"{len(projected):,} of {words.plural(len(contests), 'contest')} projected",
        f"{final:,} of them fully counted" if final else "",
        f"{abstained:,} abstained, with the reason" if abstained else "",
    ]
    ahead = "; ".join(part for part in parts if part) + "."
    why = f"In {overturned:,} of them the projection has another leader than the count." if overturned else ""
    sure = (
        f"In {close:,} the leader wins in fewer than 95 of 100 simulated counts: those stand first." if close else ""
    )
    return Story(ahead, why, sure)
