"""An electorate between one run and the next: what it follows from, and how it is kept in the workspace."""

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
    workspace.store("electorate_facts", pl.DataFrame({"facts": [built.facts()]}))


def kept(workspace: Workspace) -> Electorate:
    """Return the electorate that stands in the workspace: what was built in this run, or taken over."""
    cells = workspace.table("cells").sort("county", "precinct", "group_name", "tranche")
    return Electorate.of(cells, workspace.table("electorate_facts").item())
