"""Generated people in true state layouts: found by themselves, every line accounted for."""

from pathlib import Path

import pytest

from tests.reading.inputs import account, load, rows
from turnout.workspace import Workspace

pytestmark = pytest.mark.realdata


@pytest.mark.parametrize(
    ("state", "layout", "voters"),
    [
        ("nc", "North Carolina", 100), ("fl", "Florida", 100), ("oh", "Ohio", 100), ("co", "Colorado", 1000),
        ("de", "Delaware", 100), ("ok", "Oklahoma", 1),
    ],
)  # fmt: skip
def test_generated_people_are_read(
    workspace: Workspace, tmp_path: Path, shared_data: Path, state: str, layout: str, voters: int
) -> None:
    load(workspace, tmp_path, voters=shared_data / "layouts" / f"{state}.csv")
    lines_in, loaded, rejected, ignored = account(workspace)[0]
    assert lines_in == loaded + rejected + ignored
    assert (loaded, rejected) == (voters, 1 if state == "ok" else 0)
    assert rows(workspace, "SELECT count(*) FROM voters WHERE last_name IS NULL OR precinct = ''") == [(0,)]
