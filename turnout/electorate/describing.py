"""Everyone as of the elections learned from and as of this one, and what the estimator makes of it.

It follows from the voter file, the vote history and what the contest says, and neither from the ballots nor from who
the voters are taken to be. So a run with new ballots or new returns takes it over from the last one
(:mod:`turnout.reuse`). All of it is read back from tables, where it has been made in this run too, so that both are
the same.
"""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from turnout import reuse
from turnout.contest import Contest
from turnout.electorate import comparable as comparing
from turnout.electorate import features, learning, propensity
from turnout.electorate.comparable import Comparable
from turnout.electorate.features import WAYS
from turnout.electorate.propensity import Lesson
from turnout.electorate.situation import Situation
from turnout.electorate.specification import Specification
from turnout.workspace import Workspace

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: The unit of :mod:`turnout.reuse`, and its tables.
UNIT: Final = "described"
_TABLES: Final = ("past_elections", "described_then", "described_now", "rows_then", "rows_now", "described_facts")


@dataclass(frozen=True)
class Learned:
    """What was learned of the comparable elections.

    Attributes
    ----------
    lessons : the voters of each, the first counting most
    totals : (ways,) what those of the first did
    turnout : share of them that voted
    """

    lessons: tuple[Lesson, ...]
    totals: Floats
    turnout: float


@dataclass(frozen=True)
class Described:
    """The voter file by rows of features; the row of each voter stands in the table ``described_now``.

    Attributes
    ----------
    past : the past elections, see :func:`turnout.electorate.comparable.elections`
    comparable : the one learned from, and those beside it; None without
    learned : what was learned from them; None without
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
            facts = _made(workspace, spec, now, comparable, known, rng)
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
    table = workspace.table("rows_then")
    lessons = []
    for day, eligible in then["lessons"]:
        date = dt.date.fromisoformat(day)
        rows = table.filter(pl.col("election") == date)
        lessons.append(Lesson(date, rows["key"].to_numpy(), rows.select(WAYS).to_numpy(), eligible))
    return Learned(tuple(lessons), np.array(then["totals"]), then["turnout"])


def _made(
    workspace: Workspace,
    spec: Specification,
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
        asked += [features.asked_of(spec, one.date, one.earlier) for one in (comparable, *comparable.also)]
    known = known or features.gather(workspace, *asked)
    learned, then = None, None
    if comparable is None:
        learning.say_nothing_learned(workspace, len(past))
    else:
        learned, lessons = propensity.fit(workspace, spec, comparable, rng, known)
        by_lesson = (_rows(one.key, one.chances).with_columns(election=pl.lit(one.date)) for one in lessons)
        workspace.store("rows_then", pl.concat(by_lesson))
        eligible = [(one.date.isoformat(), one.eligible) for one in lessons]
        then = {"lessons": eligible, "totals": learned.totals.tolist(), "turnout": learned.turnout}
        learning.say(workspace, comparable, learned, len(past))
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
