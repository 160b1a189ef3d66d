"""From the canonical tables to ``propensity`` and ``cells``, and the :class:`Electorate` of them."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl
from threadpoolctl import threadpool_limits

from turnout import ethnicity, reuse
from turnout.contest import Contest
from turnout.electorate import (
    days,
    describing,
    features,
    keeping,
    learning,
    propensity,
    scoring,
    situation,
    specification,
    writing,
)
from turnout.electorate.comparable import Comparable
from turnout.electorate.describing import Described
from turnout.electorate.features import WAYS
from turnout.electorate.model import Electorate, group_sds
from turnout.electorate.situation import TOPIC, Situation, several
from turnout.electorate.specification import Specification
from turnout.electorate.totals import Expected, Known, Total, expect
from turnout.errors import UsageError
from turnout.vocabulary import GROUPS
from turnout.workspace import Workspace

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
#: Codes of the states of ballots in voter_rows.sql, from 1 on; 0 is none. And how many rows of scores there are
#: for a row of features.
_STATES = ("sent", "accepted", "returned", "cured", "rejected", "cancelled")
_OF_A_ROW = 8
_SENT, _ACCEPTED = 1 + _STATES.index("sent"), 1 + _STATES.index("accepted")
_PENDING = ("returned", "cured", "rejected")
#: Units of :mod:`turnout.reuse` and their tables: rows of scores, which follow from voters and ballots; and what is
#: expected of them, which follows from the returns, too.
_SCORES, _SCORES_TABLES = "row_weights", ("row_weights", "group_tilts")
_UNIT, _TABLES = "electorate", ("row_chances", "cells", "electorate_facts")
#: Voters' worth of "as everyone else" in a group's campaign tilt.
_CAMPAIGN_PRIOR = 30.0


@dataclass(frozen=True)
class File:
    """The voter file scored at the comparable election's level, by rows of scores: feature row × state of the ballot.

    Attributes
    ----------
    eligible, voters : how many there are
    q : (rows of features, ways) chances by the estimator
    tilt : (groups, ways) the groups' odds multipliers
    row : (rows of scores,) index of the feature row
    ballot : (rows of scores,) code of the state of the ballot of this election: 0, or that of _STATES
    number : (rows of scores,) voters
    weight : (rows of scores, groups) expected voters
    base : totals (early, poll, late mail, provisional) of the comparable election at today's eligible; None without
    late : prior of the late share of mail: mean, sd in logits
    comparable : date of the comparable election; None without
    everyone : in the comparable election all but everybody voted, so that it teaches little
    """

    eligible: int
    voters: int
    q: Floats
    tilt: Floats
    row: Ints
    ballot: Ints
    number: Floats
    weight: Floats
    base: Floats | None
    late: tuple[float, float]
    comparable: dt.date | None
    everyone: bool

    def by_feature_row(self) -> Floats:
        """Return the expected voters of each row of features, (rows of features, groups)."""
        sums = np.zeros((len(self.q), self.weight.shape[1]))
        np.add.at(sums, self.row, self.weight)
        return sums


def build(
    workspace: Workspace, contest: Contest, rng: np.random.Generator, as_of: dt.date | None = None
) -> Electorate:
    """Learn propensities, fill ``propensity`` and ``cells``, and return the electorate.

    Needs voters and ethnicity; vote_history, ballots and results add what they know. What was learned from what is in
    the findings. Same tables and generator state, same result, whatever their order and the number of threads. Before
    the first returns the early cohort holds the ballots accepted so far and those expected to come. ``as_of`` is the
    day the ballots stand at; None for the day of the latest.

    Raises
    ------
    UsageError
        If the model's specification is wrong, an election the configuration names is not in the history, a voter has
        no ethnicity estimate, or nothing at all says how many will vote.
    """
    return _built(workspace, contest, rng, as_of, reuse.made)


def build_or_take_over(workspace: Workspace, contest: Contest, rng: np.random.Generator) -> Electorate:
    """As :func:`build`, but where nothing it follows from has changed, what the last run built is taken over.

    ``propensity`` and ``cells`` are filled then, too, but there are no tables for queries over expected voters.
    """
    return _built(workspace, contest, rng, None, reuse.once)


def _built(
    workspace: Workspace,
    contest: Contest,
    rng: np.random.Generator,
    as_of: dt.date | None,
    put_in_place: Callable[..., None],
) -> Electorate:
    connection = workspace.connection
    spec = specification.load(contest.propensity.model)
    with threadpool_limits(limits=1):
        workspace.execute("electorate/forget_scored")
        now = situation.see(workspace, contest, as_of)
        described = describing.describe(workspace, spec, contest, now, rng)
        salt = propensity.draw_salt(rng) if described.learned is not None else 0
        workspace.execute("electorate/voter_rows")
        known = reuse.standing(connection, (describing.UNIT, "ballots", "ethnicity"))
        scores = None if known is None else reuse.key(_SCORES, known, spec.model_dump(), contest.date, salt)
        reuse.once(
            connection, _SCORES, scores, _SCORES_TABLES, lambda: _score(workspace, spec, contest, described, salt)
        )
        key = None if scores is None else reuse.key(_UNIT, scores, keeping.told(contest), as_of, keeping.seen(now))

        def make() -> None:
            _put_in_rows(workspace)
            keeping.keep(workspace, _expected(workspace, spec, contest, described, now))

        put_in_place(connection, _UNIT, key, _TABLES, make)
        workspace.execute("electorate/propensity")
        return keeping.kept(workspace)


def _expected(
    workspace: Workspace, spec: Specification, contest: Contest, described: Described, now: Situation
) -> Electorate:
    """Expect the totals, and hold everyone to them."""
    file = _file(workspace, spec, contest, described)
    comparable = described.comparable
    _refuse_not_eligible(workspace, file, now)
    by_group = _early_by_group(file, now)
    alone = len(described.past) == 1 or file.everyone
    if comparable is not None and file.everyone:
        comparable = replace(comparable, like=False)
    expected = _expect(workspace, spec, contest, file, now, by_group, comparable, alone=alone)
    return _write(workspace, spec, file, now, by_group, expected)


def _refuse_not_eligible(workspace: Workspace, file: File, now: Situation) -> None:
    """Say how many of the file registered after the election, or are not of age at it.

    Raises
    ------
    UsageError
        If most of them are.
    """
    late = file.voters - file.eligible
    if late > 0.5 * file.voters:
        raise UsageError(
            f"voters: {late:,} of {file.voters:,} registered after the election of {now.date} or are under 18 on "
            "that day. Check the contest's date, and the columns registration_date and birth_year."
        )
    if late > 0.01 * file.voters:
        message = f"{late:,} of {file.voters:,} voters registered after {now.date} or are under 18 on that day."
        workspace.note(TOPIC, message, severity="warning")


def _score(workspace: Workspace, spec: Specification, contest: Contest, described: Described, salt: int) -> None:
    """Learn how groups depart from everyone's chances, and put everyone in a row of scores.

    Writes ``group_tilts`` and ``row_weights``.

    Raises
    ------
    UsageError
        If a voter has no ethnicity estimate.
    """
    learned, tilt = described.learned, np.ones((len(GROUPS), 4))
    if learned is not None:
        informed = ethnicity.election_used(workspace, contest)
        tilt = propensity.departures(workspace, spec.training, learned.lessons, salt, informed=informed)
    workspace.store("group_tilts", pl.DataFrame(tilt, schema=list(WAYS)))
    _put_in_rows(workspace)
    workspace.execute("electorate/row_weights")
    features.require_estimates(described.voters - int(workspace.table("row_weights")["voters"].sum()))


def _put_in_rows(workspace: Workspace) -> None:
    """Fill ``scored_voters``, where it is not filled yet."""
    workspace.execute("electorate/scored_voters")


def _file(workspace: Workspace, spec: Specification, contest: Contest, described: Described) -> File:
    """Return the voter file from what :func:`_score` wrote."""
    rows = workspace.table("row_weights").sort("feature_row")
    code = rows["feature_row"].to_numpy().astype(np.int64)
    q, tilt = described.q, workspace.table("group_tilts").to_numpy()
    prior = spec.late.of_state(contest.state)
    base, late = None, (prior.share, prior.share_sd)
    learned, comparable = described.learned, described.comparable
    if comparable is not None and not comparable.modes:
        q, tilt = scoring.of_voting_alone(q, tilt)
    if comparable is not None and learned is not None:
        then = described.past.row(by_predicate=pl.col("election_date") == comparable.date, named=True)
        growth = described.eligible / max(float(learned.totals.sum()), 1)
        base, late = learning.totals_then(then, spec, late, growth)
    return File(
        described.eligible,
        described.voters,
        q,
        tilt,
        code // _OF_A_ROW,
        code % _OF_A_ROW,
        rows["voters"].to_numpy().astype(float),
        rows.select(GROUPS).to_numpy(),
        base,
        late,
        comparable=comparable.date if comparable else None,
        everyone=learned is not None and learned.turnout > learning.ALL,
    )


def _early_by_group(file: File, now: Situation) -> Floats:
    """Early ballots so far and, at the comparable election's rates, expected; (2, groups).

    Where nobody's own ballot is known, the first is the second, scaled to the early returns.
    """
    everyone = file.by_feature_row()
    early = file.q[:, [scoring.EARLY]] * file.tilt[:, scoring.EARLY] / (file.q @ file.tilt.T)
    expected = (everyone * early).sum(axis=0)
    if file.base is not None:
        expected = expected * file.base[0] / max(expected.sum(), 1e-12)
    if now.accepted:
        seen = file.weight[file.ballot == _ACCEPTED].sum(axis=0)
    else:
        seen = expected * now.early / max(expected.sum(), 1e-12)
    return np.array([seen, expected])


def _expect(  # noqa: PLR0913
    workspace: Workspace,
    spec: Specification,
    contest: Contest,
    file: File,
    now: Situation,
    by_group: Floats,
    comparable: Comparable | None,
    *,
    alone: bool,
) -> Expected:
    """Expect the totals; the user's own ranges stand in the place of what history says."""
    stated = contest.propensity
    if file.base is None and now.early == 0 and stated.poll is None:
        raise UsageError(
            "propensity: nothing says how many will vote: there is no vote history, no accepted ballot and no early "
            "return. Give [inputs] vote_history or ballots, or [propensity] poll = { low = …, high = … }."
        )
    everyone = file.by_feature_row()
    polls = (everyone * file.q[:, [scoring.POLL]] * file.tilt[:, scoring.POLL]).sum(axis=0)
    curve = days.curve(contest, spec.totals)
    if now.days and now.accepted:
        message = (
            f"With {several(now.days, 'day')} to go {curve.at(now.days):.0%} of the early ballots are in, by "
            f"{curve.source}."
        )
        workspace.note(TOPIC, message)
    known = Known(file.base, float(now.early), by_group, polls, now.days, file.late, alone, curve.at(now.days))
    expected = expect(known, comparable, spec.totals, spec.late)
    if stated.turnout is not None:
        if stated.turnout.high <= now.early:
            raise UsageError(
                f"propensity.turnout: at most {stated.turnout.high:,.0f} ballots are expected of all kinds, but "
                f"{now.early:,} are counted early already."
            )
        expected = expected.with_turnout(float(now.early), Total.of_range(stated.turnout))
    if stated.poll is not None:
        expected = replace(expected, poll=Total.of_range(stated.poll))
    if stated.late is not None:
        expected = expected.with_late(Total.of_range(stated.late))
    if now.begun and not now.accepted and now.early:
        _note_nobody_accepted(workspace, now)
        expected = replace(expected, early=Total(float(now.early), 0.0))
    return expected


def _note_nobody_accepted(workspace: Workspace, now: Situation) -> None:
    """Say that early votes are counted and no voter's ballot is known to be among them: a warning if ballots are."""
    if now.sent:
        message = (
            f"{now.early:,} early votes are counted, but of the {now.sent:,} ballots in the ballots file none is"
            " accepted. Who has voted early is then an expectation. Check that both are of one day."
        )
        workspace.note(TOPIC, message, severity="warning")
    else:
        workspace.note(TOPIC, "Who has voted early is not known voter by voter; the early cohort is an expectation.")


def _write(
    workspace: Workspace,
    spec: Specification,
    file: File,
    now: Situation,
    by_group: Floats,
    expected: Expected,
) -> Electorate:
    """Hold the open voters to the totals and write the tables."""
    people, standing = _standing(file, by_group, now, spec)
    waiting = float(file.number @ standing.pending)
    multipliers, cut = scoring.hold_to(people, _targets(expected, waiting, now), spec.late)
    if not (standing.is_open | (standing.pending > 0)).any():
        workspace.note(TOPIC, "Every voter in the file is counted; nobody is left to vote.", severity="warning")
    elif cut < 1:
        message = f"Fewer voters are left than ballots were expected; the expectations are cut to {cut:.0%}."
        workspace.note(TOPIC, message, severity="warning")
    writing.chances(workspace, _OF_A_ROW * file.row + file.ballot, people, multipliers, standing, now.begun)
    factors, poll = writing.poll_counts(workspace, now, expected.poll, spec.totals)
    writing.cells(workspace, factors)
    cells = workspace.table("cells").sort("county", "precinct", "group_name", "tranche")
    totals = dict(cells.group_by("tranche", maintain_order=True).agg(pl.col("expected").sum()).iter_rows())
    late = expected.late.sd * (1 - min(waiting / totals["late"], 1) if now.begun and totals["late"] else 1)
    to_come = max(totals["early"] - now.accepted - (0.0 if now.begun else waiting), 0.0)
    early = expected.early.sd * to_come / totals["early"] if totals["early"] else 0.0
    sd = {"registered": 0.0, "early": float(early), "poll": float(poll.sd), "late": float(late)}
    sd = {name: value if totals[name] > 0 else 0.0 for name, value in sd.items()}
    ranges = [f"{totals[name]:,.0f} ± {100 * sd[name]:.0f} %" for name in ("poll", "late")]
    message = f"Expected {ranges[0]} at the polls and {ranges[1]} late (one sd), beside {now.early:,} early so far."
    workspace.note(TOPIC, message)
    group_sd = group_sds(cells, spec.composition)
    seen = by_group[0] if now.accepted else np.zeros(len(GROUPS))
    return Electorate(cells, sd, group_sd, now.date, file.comparable, now.days, seen)


def _standing(
    file: File, by_group: Floats, now: Situation, spec: Specification
) -> tuple[scoring.Open, scoring.Standing]:
    """Divide rows of scores into counted, pending and open; return the open ones, and which are which."""
    counted, pending = file.ballot == _ACCEPTED, np.zeros(len(file.ballot))
    is_open = ~counted
    for name in _PENDING:
        own = file.ballot == 1 + _STATES.index(name)
        pending[own] = getattr(spec.pending, name)
        is_open &= ~own
    # Where the file says who was sent a ballot, nobody else can still mail one.
    holds = (file.ballot == _SENT) if now.sent > now.accepted else np.ones(len(file.ballot), dtype=bool)
    ratio = by_group[0].sum() / max(by_group[1].sum(), 1e-12)
    campaign = np.ones(len(GROUPS))
    if ratio > 0:
        campaign = (by_group[0] / ratio + _CAMPAIGN_PRIOR) / (by_group[1] + _CAMPAIGN_PRIOR)
    people = scoring.Open(
        file.q[file.row[is_open]], file.tilt, campaign, holds[is_open].astype(float), file.weight[is_open]
    )
    return people, scoring.Standing(counted, is_open, pending)


def _targets(expected: Expected, waiting: float, now: Situation) -> tuple[float, float, float, float]:
    """Return the open voters' totals: pending ballots come off the early one or, once returns are out, the late."""
    early, late_mail = expected.early.mean, expected.late_mail.mean
    if now.begun:
        late_mail = max(late_mail - waiting, 0.0)
    else:
        early = max(early - waiting, 0.0)
    return early, expected.poll.mean, late_mail, expected.provisional.mean
