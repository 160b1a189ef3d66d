"""Small files to read, and reading them in one call."""

import datetime as dt
from pathlib import Path

from turnout import reading
from turnout.contest import Contest, Inputs
from turnout.workspace import Workspace

DATE = dt.date(2017, 6, 6)
VOTERS = "voter_id,last_name,precinct,county,birth_year,registration_date\n"
WIDE = (
    "state,date,contest,office,district,county,precinct,candidate,party,"
    "mail,early_voting,election_day,provisional,votes\n"
)


def load(workspace: Workspace, directory: Path, contest: Contest | None = None, **files: str | bytes | Path) -> None:
    """Write each input (``voters="..."``) as a file of its name and load them all."""
    contest = contest or Contest()
    paths = {}
    for kind, content in files.items():
        path = content if isinstance(content, Path) else directory / f"{kind}.csv"
        if isinstance(content, str):
            path.write_bytes(content.encode())
        elif isinstance(content, bytes):
            path.write_bytes(content)
        paths[kind] = path if kind.endswith("crosswalk") else (path,)
    reading.load(workspace, contest.model_copy(update={"inputs": Inputs.model_validate(paths)}))


def rows(workspace: Workspace, query: str) -> list[tuple[object, ...]]:
    return workspace.connection.execute(query).fetchall()


def account(workspace: Workspace) -> list[tuple[object, ...]]:
    """``lines_in, loaded, rejected, ignored`` of each file."""
    return rows(workspace, "SELECT lines_in, loaded, rejected, ignored FROM reconciliation")


def topics(workspace: Workspace) -> dict[str, str]:
    return dict(workspace.connection.execute("SELECT topic, message FROM findings").fetchall())


def wide(*lines: str) -> str:
    """A wide results file; a line is ``county,precinct,candidate,mail,early,day,provisional,votes``."""
    made = []
    for line in lines:
        county, precinct, candidate, *votes = line.split(",")
        made.append(f"CA,2017-06-06,House 34,U.S. House,34,{county},{precinct},{candidate},DEM,{','.join(votes)}\n")
    return WIDE + "".join(made)
