"""An electorate between one run and the next: what it follows from, and how it is kept in the workspace."""

import datetime as dt
import json

import numpy as np
import polars as pl

from turnout import reuse
from turnout.contest import Contest
from turnout.electorate.model import Electorate
from turnout.electorate.situation import Situation
from turnout.workspace import Workspace


def told(contest: Contest) -> tuple[object, ...]:
    """Return what the contest says, but of its files; and what the table of days holds, if there is one."""
    past_days = contest.propensity.past_days
    given = contest.model_dump(exclude={"inputs", "output", "draws"})
    return given, "" if past_days is None or not past_days.is_file() else reuse.content(past_days)


def seen(now: Situation) -> tuple[object, ...]:
    """Return the state of the election as what a key is made of."""
    return {**vars(now), "polls": now.polls.sort("county", "precinct").rows()}, now.polls.columns


def keep(workspace: Workspace, built: Electorate) -> None:
    """Write what :func:`kept` reads beside ``cells``."""
    facts = {
        "total_sd": built.total_sd,
        "group_sd": {name: sd.tolist() for name, sd in built.group_sd.items()},
        "date": built.date.isoformat(),
        "comparable": None if built.comparable is None else built.comparable.isoformat(),
        "days": built.days,
        "accepted": built.accepted.tolist(),
    }
    workspace.store("electorate_facts", pl.DataFrame({"facts": [json.dumps(facts)]}))


def kept(workspace: Workspace) -> Electorate:
    """Return the electorate that stands in the workspace: what was built in this run, or taken over."""
    facts = json.loads(workspace.table("electorate_facts").item())
    comparable = facts["comparable"]
    return Electorate(
        workspace.table("cells").sort("county", "precinct", "group_name", "tranche"),
        facts["total_sd"],
        {name: np.array(sd) for name, sd in facts["group_sd"].items()},
        dt.date.fromisoformat(facts["date"]),
        None if comparable is None else dt.date.fromisoformat(comparable),
        facts["days"],
        np.array(facts["accepted"]),
    )
