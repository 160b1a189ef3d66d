"""What a reader is told, worked out once for the terminal and for the page."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

from turnout.reporting.run import Run
from turnout.vocabulary import COHORTS, GROUPS

GROUP_LABELS: Final[dict[str, str]] = {
    **{group: group.capitalize() for group in GROUPS},
    "other_asian": "Other Asian",
    "native": "Native American",
    "other": "Other",
}

COHORT_LABELS: Final[dict[str, str]] = {
    "registered": "Registered",
    "early": "Early",
    "poll": "Poll",
    "late": "Late",
}

#: What reading calls the contest of returns that name none.
UNNAMED: Final = "contest"
#: Groups that reach this share of any cohort are shown; smaller ones are in the CSV.
_SHOWN_FROM: Final = 0.01


@dataclass(frozen=True)
class CandidateLine:
    """A candidate's row; shares in [0, 1], None where nothing is known."""

    candidate: str
    party: str
    counted_votes: int | None
    counted_share: float | None
    projected_votes: int | None
    projected_share: float | None
    lo50: float | None
    hi50: float | None
    lo90: float | None
    hi90: float | None
    win_probability: float | None


@dataclass(frozen=True)
class ContestSummary:
    """One contest, its candidates from first to last by projected share (counted share where it abstained)."""

    contest: str
    status: str
    reason: str
    lines: tuple[CandidateLine, ...]

    @property
    def projected(self) -> bool:
        """Whether there is a projection (or a final result) to show."""
        return self.status != "abstained" and self.lines[0].projected_share is not None

    @property
    def leader(self) -> CandidateLine:
        """The candidate projected to lead."""
        return self.lines[0]

    @property
    def margin(self) -> float:
        """Projected lead over the second, in share units; 1 where there is no second."""
        shares = [line.projected_share or 0.0 for line in self.lines[:2]]
        return shares[0] - shares[1] if len(shares) > 1 else 1.0

    @cached_property
    def counted(self) -> tuple[CandidateLine, ...]:
        """Candidates from first to last by votes counted so far; empty before the first count."""
        known = [line for line in self.lines if line.counted_share is not None]
        return tuple(sorted(known, key=lambda line: -(line.counted_share or 0.0)))

    @cached_property
    def overturned(self) -> bool:
        """Whether the projection has another leader than the count."""
        return self.projected and bool(self.counted) and self.counted[0].candidate != self.leader.candidate

    @property
    def openness(self) -> tuple[int, float, float, str]:
        """Sort key, the most open contest first: projected, final, abstained; then by win probability and margin."""
        rank = {"projected": 0, "final": 1}.get(self.status, 2)
        return rank, self.leader.win_probability or 0.0, self.margin, self.contest


@dataclass(frozen=True)
class CohortCell:
    """One group in one cohort; every number None where the cell is suppressed."""

    expected: float | None
    lo90: float | None
    hi90: float | None
    share: float | None
    index: float | None


@dataclass(frozen=True)
class GroupRow:
    """One group across the cohorts, keyed as in ``COHORTS``."""

    group: str
    label: str
    cells: dict[str, CohortCell]

    @property
    def largest_share(self) -> float:
        """The largest share it has of any cohort."""
        return max(cell.share or 0.0 for cell in self.cells.values())


@dataclass(frozen=True)
class CohortTotal:
    """A cohort's expected voters; the interval None where the run does not say."""

    cohort: str
    label: str
    expected: float | None
    lo90: float | None
    hi90: float | None


def title(run: Run) -> str:
    """Return what a run is called: its title or name, else its one contest's name, or how many contests it has."""
    contest = run.contest
    names = run.projection["contest"].unique().to_list()
    if len(names) == 1:
        of_returns = "Projection" if names[0] in ("", UNNAMED) else str(names[0])
    else:
        of_returns = f"Projection of {len(names):,} contests" if names else "Who has voted, and who is still to vote"
    return contest.title or contest.name or of_returns


def contests(run: Run) -> list[ContestSummary]:
    """Summarise every contest, in the order of the projection."""
    found: dict[object, list[dict[str, object]]] = {}
    for row in run.people.iter_rows(named=True):
        found.setdefault(row["contest"], []).append(row)
    return [_contest(rows) for rows in found.values()]


def by_openness(summaries: Iterable[ContestSummary]) -> list[ContestSummary]:
    """Return contests from the most open to the most settled, the abstained last."""
    return sorted(summaries, key=lambda summary: summary.openness)


def groups(run: Run) -> list[GroupRow]:
    """Return the groups with at least one per cent of any cohort, in their order; none without a voter file.

    The rest, and those the estimate calls other, stand together in the last row, so that shares add up.
    """
    if run.cohorts is None:
        return []
    cells: dict[str, dict[str, CohortCell]] = {}
    for row in run.cohorts.iter_rows(named=True):
        cells.setdefault(row["group"], {})[row["cohort"]] = CohortCell(
            row["expected"], row["lo90"], row["hi90"], row["share"], row["index"]
        )
    blank = CohortCell(None, None, None, None, None)
    rows = [
        GroupRow(group, GROUP_LABELS.get(group, group), {name: found.get(name, blank) for name in COHORTS})
        for group, found in cells.items()
    ]
    small = [row for row in rows if row.group == "other" or row.largest_share < _SHOWN_FROM]
    shown = [row for row in rows if row not in small]
    return [*shown, _together(small)] if small else shown


def _together(rows: list[GroupRow]) -> GroupRow:
    """Add up groups too small to be shown by themselves; what is suppressed among them stays out."""

    def added(cohort: str) -> CohortCell:
        cells = [row.cells[cohort] for row in rows if row.cells[cohort].share is not None]
        expected, share = sum(cell.expected or 0.0 for cell in cells), sum(cell.share or 0.0 for cell in cells)
        base = sum((row.cells["registered"].share or 0.0) for row in rows)
        return CohortCell(expected, None, None, share, share / base if base else None)

    return GroupRow("other", "All other", {cohort: added(cohort) for cohort in COHORTS})


def totals(run: Run) -> list[CohortTotal]:
    """Return the voters of each cohort, worked out from its largest group so that suppression leaves them whole."""
    if run.cohorts is None:
        return []
    known = run.provenance.get("cohort_totals")
    known = known if isinstance(known, dict) else {}
    return [_total(name, run.cohorts, known.get(name)) for name in COHORTS]


def support_by_group(run: Run, contest: str) -> list[dict[str, object]]:
    """Return rows ``label, candidate, share, lo90, hi90`` of one contest, in the order of the support table."""
    if run.support is None:
        return []
    rows = run.support.filter(pl.col("contest") == contest).drop_nulls("share").to_dicts()
    return [{**row, "label": GROUP_LABELS.get(row["group"], row["group"])} for row in rows]


def to_come(run: Run, contest: str) -> tuple[float, float] | None:
    """Return the ends of the 90 % interval of the votes still to come in a contest; None where it is not known."""
    return run.to_come_of.get(contest)


def components(run: Run, contest: str) -> list[tuple[str, float]]:
    """Return the components of one contest's uncertainty and their sd in share units, the largest first."""
    return run.components_of.get(contest, [])


def _contest(rows: list[dict[str, object]]) -> ContestSummary:
    fields = CandidateLine.__dataclass_fields__
    lines = [CandidateLine(**{name: row[name] for name in fields}) for row in rows]  # type: ignore[arg-type]
    lines.sort(key=lambda line: (-(line.projected_share or 0.0), -(line.counted_share or 0.0)))
    first = rows[0]
    reasons = dict.fromkeys(str(row["reason"]) for row in rows if row["reason"])
    return ContestSummary(str(first["contest"]), str(first["status"]), "; ".join(reasons), tuple(lines))


def _total(cohort: str, cohorts: pl.DataFrame, known: object) -> CohortTotal:
    label = COHORT_LABELS[cohort]
    if isinstance(known, dict):
        return CohortTotal(cohort, label, known.get("expected"), known.get("lo90"), known.get("hi90"))
    shown = cohorts.filter((pl.col("cohort") == cohort) & (pl.col("share") > 0)).sort("expected", descending=True)
    expected = shown["expected"][0] / shown["share"][0] if shown.height else None
    return CohortTotal(cohort, label, expected, None, None)
