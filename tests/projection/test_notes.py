"""What the reader is told about the returns."""

from types import SimpleNamespace

import numpy as np

from tests.projection.conftest import MODES, write_returns
from turnout import reading
from turnout.contest import Contest, Inputs
from turnout.projection import notes, project
from turnout.workspace import Workspace


def findings(tmp_path, lines) -> dict[str, str]:
    contest = Contest(inputs=Inputs(returns=(write_returns(tmp_path / "returns.csv", lines, MODES),)), draws=100)
    with Workspace.create(tmp_path / "out", threads=2) as workspace:
        reading.load(workspace, contest)
        project(workspace, contest, None, np.random.default_rng(1))
        return dict(workspace.table("findings").select("topic", "message").iter_rows())


def test_spellings_taken_for_one_candidate_are_told(tmp_path):
    spelt = {"ONE": "Ann Lee", "TWO": "ANN LEE (I)"}
    lines = [
        {"county": county, "precinct": "1", "candidate": name, "mail": votes}
        for county, first in spelt.items()
        for name, votes in ((first, 70), ("Bob Orr", 50))
    ]
    told = findings(tmp_path, lines)["spellings"]
    assert told.startswith("Spelt in more than one way: 1.")
    assert "ANN LEE (I) = Ann Lee" in told or "Ann Lee = ANN LEE (I)" in told
    assert "spellings" not in findings(tmp_path, [line for line in lines if line["county"] == "ONE"])


def test_polls_of_a_whole_county_beside_early_votes_by_precinct_are_told(tmp_path) -> None:
    early = [
        {"precinct": str(n), "candidate": name, "mail": 100 + 9 * n + more, "election_day": None}
        for n in range(4)
        for name, more in (("Ada", 0), ("Bob", 31))
    ]
    together = [
        {"precinct": "", "candidate": name, "election_day": polls} for name, polls in (("Ada", 300), ("Bob", 210))
    ]
    assert "In 1 contests poll votes" in findings(tmp_path, early + together)["polls at another grain"]
    assert "polls at another grain" not in findings(tmp_path, early)
    by_precinct = [{**line, "election_day": 50 + line["mail"] // 2} for line in early]
    assert "polls at another grain" not in findings(tmp_path, by_precinct + together)


def test_a_voter_file_with_fewer_voters_than_early_votes_is_of_other_people(ballot_of) -> None:
    ballot = ballot_of([{"precinct": "1", "candidate": name, "mail": 400} for name in ("Ada", "Bob")])
    for voters, covers in ((799.0, False), (800.0, True)):
        cells = np.array([[voters / 2, 0.0, 0.0, 0.0]] * 2)
        assert notes.covers(SimpleNamespace(expected=lambda cells=cells: cells), ballot) == covers


def test_many_precincts_that_say_nobody_voted_at_their_polls_are_told(tmp_path) -> None:
    def lines(of_none: int) -> list[dict]:
        return [
            {
                "precinct": f"P{n}",
                "candidate": name,
                "mail": 60 + 7 * n + more,
                "election_day": 0 if n < of_none else 30 + 5 * n + more,
            }
            for n in range(30)
            for name, more in (("Ada", 0), ("Bob", 31))
        ]

    assert findings(tmp_path, lines(8))["polls of none"].startswith("8 of 30 precincts with 20 early votes or more")
    assert "polls of none" not in findings(tmp_path, lines(2))
