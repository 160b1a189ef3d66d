"""What a terminal shows while a command works."""

import re

import pytest

from turnout.cli import screen
from turnout.contest import Contest, Inputs


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_time_left_follows_the_pace_of_the_stages_that_are_done(clock):
    estimate = screen.Estimate({"reading": 50, "projection": 30, "reporting": 20}, 5.0, clock)
    estimate.begin("reading")
    assert (estimate.done(), estimate.left()) == (0.0, 10.0)
    clock.now = 2.5
    assert (estimate.done(), estimate.left()) == (0.25, 7.5)
    clock.now = 10.0  # twice as slow as thought
    estimate.begin("projection")
    assert estimate.done() == 0.5
    assert estimate.left() == pytest.approx(10.0)
    clock.now = 13.0
    assert estimate.left() == pytest.approx(7.0)


def test_a_stage_that_drags_on_is_never_done_before_it_is(clock):
    estimate = screen.Estimate({"reading": 50, "projection": 50}, 1.0, clock)
    estimate.begin("reading")
    clock.now = 1_000.0
    assert estimate.done() < 0.5
    estimate.begin("something of its own")
    assert estimate.done() < 0.5


def test_nothing_is_told_before_anything_is_known(clock):
    estimate = screen.Estimate({"reading": 50, "projection": 50}, clock=clock)
    estimate.begin("reading")
    clock.now = 4.0
    assert estimate.left() is None
    estimate.begin("projection")
    assert estimate.left() == pytest.approx(4.0)


def test_larger_and_packed_files_take_longer(tmp_path):
    def left(name, size):
        path = tmp_path / name
        path.write_bytes(b"x" * size)
        return screen.estimate_of(Contest(inputs=Inputs(returns=(path,)))).left()

    assert left("small.csv", 1_000) < left("large.csv", 5_000_000) < left("packed.parquet", 5_000_000)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "1 s"), (8.4, "8 s"), (61, "1 min"), (190, "3 min"), (3_900, "1 h 05")]
)
def test_seconds_are_said_as_a_person_says_them(seconds, said):
    assert screen.duration(seconds) == said


def test_where_there_is_no_terminal_nothing_is_shown(capsys):
    for quiet in (False, True):
        with screen.progress_shown(quiet) as begin, screen.bar(quiet) as advance:
            begin("reading")
            advance(1, 2, "one of two")
    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_the_stage_and_the_time_left_are_shown(monkeypatch, capsys, clock):
    monkeypatch.setenv("FORCE_COLOR", "1")  # what rich takes for a terminal
    monkeypatch.setattr(screen.time, "monotonic", clock)
    estimate = screen.Estimate({"reading": 50, "projection": 50}, 8.0, clock)
    with screen.progress_shown(False, estimate) as begin:
        begin("reading")
        clock.now = 4.0
    out, err = capsys.readouterr()
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", err)
    assert out == ""
    assert "reading" in text
    assert re.search(r"\d+ s left", text)
