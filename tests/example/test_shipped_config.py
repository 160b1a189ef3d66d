from pathlib import Path

from turnout import resources
from turnout.contest import Contest
from turnout.example import CA34, contest_toml


def test_shipped_config_is_the_generated_one():
    path = resources.find("configs", "ca34-2017/contest.toml")
    assert path.read_text(encoding="utf-8") == contest_toml(CA34, 2017, "../../demo/")


def test_shipped_config_loads_and_points_to_what_make_demo_writes():
    path = resources.find("configs", "ca34-2017/contest.toml")
    contest = Contest.load(path)
    assert contest.synthetic
    assert contest.kind == "special"
    assert [candidate.name for candidate in contest.candidates] == ["Jimmy Gomez", "Robert Lee Ahn"]
    assert {Path(one).resolve().parent for one in contest.inputs.paths()} == {path.resolve().parents[2] / "demo"}
