"""A backtest as it is run: published files, going on where it was stopped, any number of processes."""

import json

import polars as pl
import pytest

from tests.backtest.conftest import DATES, past, write_history
from turnout import backtest
from turnout.errors import InputRefused, UsageError
from turnout.running import backtest as running

FILES = ("backtest.csv", "summary.csv", "summary.json", "backtest.svg")


def settings(tmp_path, output="out", **given) -> running.Settings:
    history = tmp_path / "history"
    if not history.is_dir():
        write_history(history, past())
    defaults = {"shares": (0, 25), "draws": 100, "seed": 5}
    return running.Settings(history=(history,), output=tmp_path / output, **{**defaults, **given})


def published(asked: running.Settings) -> dict[str, bytes]:
    return {name: (asked.output / name).read_bytes() for name in FILES}


def test_what_is_published(tmp_path):
    asked = settings(tmp_path)
    result = running.run(asked)
    assert result.rows.height == 3 * 3 * 2  # elections × (stage 0, random, county) × contests
    rows = pl.read_csv(asked.output / "backtest.csv")
    assert rows.height == result.rows.height
    assert rows["projected_share"].to_list() == pytest.approx(result.rows["projected_share"].to_list(), abs=1e-6)
    document = json.loads((asked.output / "summary.json").read_text())
    assert document["provenance"]["seed"] == 5
    assert set(document["provenance"]) >= {"turnout", "python", "libraries", "inputs", "models", "code", "stages"}
    assert (asked.output / "backtest.svg").read_text().startswith("<svg")
    assert (asked.output / "backtest.csv").stat().st_mode & 0o077 == 0


def test_any_number_of_processes_gives_the_same_bytes(tmp_path):
    alone, together = settings(tmp_path, "one"), settings(tmp_path, "two", jobs=2)
    running.run(alone)
    running.run(together)
    assert published(alone) == published(together)


def test_a_stopped_run_goes_on_where_it_was(tmp_path, monkeypatch):
    whole, stopped = settings(tmp_path, "whole"), settings(tmp_path, "stopped")
    running.run(whole)
    replayed = []

    def counted(asked, *frames):
        replayed.append(asked)
        if len(replayed) == 5:
            raise KeyboardInterrupt
        return real(asked, *frames)

    real = backtest.replay
    monkeypatch.setattr(backtest, "replay", counted)
    with pytest.raises(KeyboardInterrupt):
        running.run(stopped)
    assert not (stopped.output / "summary.csv").exists()
    running.run(stopped)
    assert len(replayed) == 5 + (9 - 4)  # four were finished
    assert published(stopped) == published(whole)


def test_another_seed_or_past_replays_everything(tmp_path, monkeypatch):
    replayed = []
    real = backtest.replay
    monkeypatch.setattr(backtest, "replay", lambda asked, *frames: (replayed.append(asked), real(asked, *frames))[1])
    running.run(settings(tmp_path))
    running.run(settings(tmp_path))
    assert len(replayed) == 9
    running.run(settings(tmp_path, seed=6))
    assert len(replayed) == 18
    running.run(settings(tmp_path, seed=6, fresh=True))
    assert len(replayed) == 27
    write_history(tmp_path / "history", past()[:2])
    running.run(settings(tmp_path, seed=6))
    assert len(replayed) == 33


def test_a_crosswalk_finds_precincts_again_and_replays_everything(tmp_path, monkeypatch):
    """The first election's precincts go by names that nothing else tells."""
    first = [{**line, "precinct": f"OLD {chr(65 + int(line['precinct'][2:]))}"} for line in past()[0]]
    write_history(tmp_path / "history", [first, *past()[1:]])
    replayed = []
    real = backtest.replay
    monkeypatch.setattr(backtest, "replay", lambda asked, *frames: (replayed.append(asked), real(asked, *frames))[1])
    second = pl.col("date") == DATES[1]
    without = running.run(settings(tmp_path)).rows.filter(second)
    pairs = sorted(
        {(new["county"], old["precinct"], new["precinct"]) for old, new in zip(first, past()[0], strict=True)}
    )
    crosswalk = tmp_path / "then-and-now.csv"
    crosswalk.write_text("county,precinct,to_precinct\n" + "".join(f"{','.join(pair)}\n" for pair in pairs))
    found = running.run(settings(tmp_path, past_crosswalk=crosswalk))
    # without it the past ballot is known as a whole only, with it precinct by precinct
    assert set(without["past_election"]) == set(found.rows.filter(second)["past_election"]) == {DATES[0]}
    assert (without["projected_share"] - found.rows.filter(second)["projected_share"]).abs().min() > 0
    assert len(replayed) == 18
    assert "then-and-now.csv" in {entry["name"] for entry in found.provenance["inputs"]}


def test_more_stages_keep_what_is_finished(tmp_path, monkeypatch):
    running.run(settings(tmp_path, shares=(0,)))
    replayed = []
    real = backtest.replay
    monkeypatch.setattr(backtest, "replay", lambda asked, *frames: (replayed.append(asked), real(asked, *frames))[1])
    both = running.run(settings(tmp_path, shares=(0, 25), orders=("random",)))
    assert {asked.stage.share for asked in replayed} == {25}
    assert both.rows["stage"].unique().sort().to_list() == [0, 25]


def test_what_is_left_out_is_said(tmp_path):
    elections = past()
    elections[0] = elections[0][:20]  # a few precincts: no contest counts
    elections[1] = [line for line in elections[1] if line["county"] == "K0"]
    write_history(tmp_path / "history", elections)
    skipped = running.run(settings(tmp_path)).skipped
    assert skipped.select("date", "stage", "order").rows() == [(DATES[0], None, ""), (DATES[1], 25, "county")]


def test_a_state_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match="the history holds ZZ"):
        running.run(settings(tmp_path, states=("GA",)))


def test_a_past_without_a_contest_that_counts_is_refused(tmp_path):
    write_history(tmp_path / "history", [past()[0][:20]])
    with pytest.raises(InputRefused, match="No past election"):
        running.run(settings(tmp_path))
