"""What the intervals of a large ballot are made of."""

from pathlib import Path

import pytest

from tests.projection.conftest import MODES, write_returns
from tests.projection.test_project import election, precincts, with_polls
from turnout.contest import Contest, Inputs
from turnout.projection.project import COMPONENTS
from turnout.running import project
from turnout.running.live import Live

CONTESTS = 21  # one more than the projection takes apart itself


def contest(directory: Path, contests: int) -> Contest:
    lines = [{**line, "contest": f"Seat {number:02}"} for number in range(contests) for line in election(precincts=6)]
    lines = with_polls(lines, set(precincts(lines)[:3]))
    path = write_returns(directory / "returns.csv", lines, MODES)
    return Contest(inputs=Inputs(returns=(path,)), output=directory / "out", draws=100, seed=3)


@pytest.fixture(scope="module")
def asked(tmp_path_factory) -> Contest:
    return contest(tmp_path_factory.mktemp("ballot"), CONTESTS)


def test_every_contest_of_a_large_ballot_has_every_component(asked):
    parts = project.run(asked).components
    assert parts.height == CONTESTS * len(COMPONENTS)
    assert parts["contest"].n_unique() == CONTESTS
    assert set(parts["component"]) == set(COMPONENTS)
    assert parts["sd_share"].is_between(0.0, 0.2).all()
    shift = parts.filter(parts["component"] == "mode shift")["sd_share"]
    assert shift.min() > 0.005
    assert project.run(asked).components.equals(parts)


def test_a_process_that_follows_a_count_can_leave_them_out(asked):
    assert Live(asked, apart=False, workbook=False).update().components.is_empty()
