"""Everyone as of the election learned from and as of this one, and what the estimator makes of it.

It follows from the voter file, the vote history and what the contest says, and neither from the ballots nor from who
the voters are taken to be. So a run with new ballots or new returns takes it over from the last one
(:mod:`turnout.reuse`). All of it is read back from tables, where it has been made in this run too, so that both are
the same.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from turnout import reuse
from turnout.contest import Contest
from turnout.electorate import comparable as comparing
from turnout.electorate import features, propensity
from turnout.electorate.comparable import Comparable
from turnout.electorate.features import WAYS
from turnout.electorate.propensity import Propensity, Trained
from turnout.electorate.situation import TOPIC, Situation
from turnout.electorate.specification import Specification
from turnout.workspace import Workspace

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: The unit of :mod:`turnout.reuse`, and its tables.
UNIT: Final = "described"
_TABLES: Final = ("past_elections", "described_then", "described_now", "rows_then", "rows_now", "described_facts")
#: Turnout above which an election teaches nothing of who does not vote.
ALL: Final = 0.95


@dataclass(frozen=True)
class Learned:
    """What was learned of the comparable election.

    Attributes
    ----------
    trained : the voters it was learned from
    totals : (ways,) what they did
    turnout : share of them that voted
    """

    trained: Trained
    totals: Floats
    turnout: float


@dataclass(frozen=True)
class Described:
    """The voter file by rows of features; the row of each voter stands in the table ``described_now``.

    Attributes
    ----------
    past : the past elections, see :func:`turnout.electorate.comparable.elections`
    comparable : the one learned from; None without
    learned : what was learned from it; None without
    voters, eligible : how many there are, and for this election
    q : (rows, ways) chances by the estimator
    """

    past: pl.DataFrame
    comparable: Comparable | None
    learned: Learned | None
    voters: int
    eligible: int
    q: Floats


def fitted_before(workspace: Workspace) -> bool:
    """Whether the last run left what :func:`describe` may take over."""
    return reuse.left(workspace.connection, UNIT)


def describe(
    workspace: Workspace, spec: Specification, contest: Contest, now: Situation, rng: np.random.Generator
) -> Described:
    """Describe everyone and fit the estimator, or take both over; say in the findings what was learned from.

    Leaves ``places`` and the tables of the unit. ``rng`` is left as fitting leaves it.

    Raises
    ------
    UsageError
        If an election the configuration names is not in the history, or scikit-learn refuses a hyper-parameter.
    """
    rolls = reuse.standing(workspace.connection, ("voters", "vote_history"))
    told = (contest.propensity.comparable, contest.kind, spec.model_dump(), now.date, now.voters)
    key = None if rolls is None else reuse.key(UNIT, rolls, told, rng.bit_generator.state)
    least = max(30, int(spec.training.least_share * now.voters))

    def make() -> None:
        known = features.gather_all(workspace, now.date)
        past = comparing.elections(workspace, now.date, sound=known is not None and known.sound)
        workspace.store("past_elections", past)
        comparable = comparing.choose(contest, now.date, past, least)
        with workspace.uncompressed():
            facts = _made(workspace, spec, contest, now, comparable, known, rng)
        workspace.store("described_facts", pl.DataFrame({"facts": [json.dumps(facts)]}))
        workspace.execute("electorate/forget_known")

    reuse.once(workspace.connection, UNIT, key, _TABLES, make)
    workspace.execute("electorate/places")
    past = workspace.table("past_elections")
    facts = json.loads(workspace.table("described_facts").item())
    rng.bit_generator.state = facts["rng"]
    return Described(
        past=past,
        comparable=comparing.choose(contest, now.date, past, least),
        learned=_learned(workspace, facts),
        voters=facts["voters"],
        eligible=facts["eligible"],
        q=workspace.table("rows_now").select(WAYS).to_numpy(),
    )


def _learned(workspace: Workspace, facts: dict[str, Any]) -> Learned | None:
    then = facts["then"]
    if then is None:
        return None
    rows = workspace.table("rows_then")
    trained = Trained("described_then", rows["key"].to_numpy(), rows.select(WAYS).to_numpy(), then["eligible"])
    return Learned(trained, np.array(then["totals"]), then["turnout"])


def _made(
    workspace: Workspace,
    spec: Specification,
    contest: Contest,
    now: Situation,
    comparable: Comparable | None,
    known: features.Known | None,
    rng: np.random.Generator,
) -> dict[str, object]:
    """Write the tables of the unit; return the figures of :class:`Described`."""
    past = workspace.table("past_elections")["election_date"].to_list()[::-1]
    dates = () if comparable is None else tuple(past)
    asked = [features.asked_of(spec, now.date, dates)]
    if comparable is not None:
        asked.append(features.asked_of(spec, comparable.date, comparable.earlier))
    known = known or features.gather(workspace, *asked)
    learned, then = None, None
    if comparable is None:
        _say_nothing_learned(workspace, len(past))
    else:
        learned, seen = propensity.fit(workspace, spec, comparable, rng, known)
        workspace.execute("electorate/described_then")
        workspace.store("rows_then", _rows(seen.key, learned.chances(seen.rows)))
        then = {"eligible": seen.eligible, "totals": learned.totals.tolist(), "turnout": learned.turnout}
        _say(workspace, contest, comparable, learned, len(past))
    scored = features.build(workspace, spec, now.date, dates, learned.turnout if learned else 0.5, known)
    q = propensity.blend(learned, scored, spec) if learned else np.full((len(scored.rows), len(WAYS)), 0.25)
    rows = _rows(scored.key, q)
    workspace.store("rows_now", rows)
    with workspace.registered("row_numbers", rows.select("key", pl.int_range(pl.len(), dtype=pl.Int32).alias("row"))):
        workspace.execute("electorate/described_now")
    return {
        "voters": scored.voters,
        "eligible": scored.eligible,
        "then": then,
        "rng": rng.bit_generator.state,
    }


def _rows(key: Ints, chances: Floats) -> pl.DataFrame:
    return pl.DataFrame({"key": key}).hstack(pl.DataFrame(chances, schema=list(WAYS)))


def _say_nothing_learned(workspace: Workspace, elections: int) -> None:
    message = (
        f"No past election to learn from ({elections} in the history, none with enough votes): whoever is not "
        "counted is taken as equally likely to vote, and totals are hardly known."
    )
    workspace.note(TOPIC, message, severity="warning")


def _say(workspace: Workspace, contest: Contest, comparable: Comparable, learned: Propensity, elections: int) -> None:
    """Say in the findings what was learned from."""
    next_best = f" Next would be {', '.join(comparable.others)}." if comparable.others else ""
    workspace.note(
        TOPIC,
        f"{propensity.learned_from(comparable.date, learned)} Chosen because it is {comparable.reason}.{next_best} "
        "[propensity] comparable names another.",
    )
    if rest := contest.propensity.comparable[1:]:
        message = f"Of the elections named as comparable the first is learned from; {', '.join(map(str, rest))} not."
        workspace.note(TOPIC, message)
    if learned.turnout > ALL:
        message = (
            f"On {comparable.date} {learned.turnout:.0%} of those in the file voted: it may hold voters only, or the "
            "history be wrong. Who does not vote cannot be learned, and the totals are widened."
        )
        workspace.note(TOPIC, message, severity="warning")
    for way, name in ((0, "early or by mail"), (1, "at the polls")):
        if learned.totals[way] == 0:
            message = (
                f"Nobody in the file voted {name} on {comparable.date}, so nobody is expected to now. If that is not "
                "so, name another election under [propensity] comparable, or a range."
            )
            workspace.note(TOPIC, message, severity="warning")
    if not comparable.modes:
        message = f"The history does not say how people voted on {comparable.date}; all count as poll voters."
        workspace.note(TOPIC, message, severity="warning")
    if elections == 1:
        message = "It is the only past election: how lasting habits are is assumed, not learned."
        workspace.note(TOPIC, message, severity="warning")
