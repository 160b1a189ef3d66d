"""A replay sees what was known at its stage, and nothing else."""

import datetime as dt

import polars as pl
import pytest

from tests.backtest.conftest import DATES, UNITS, past
from turnout import reading
from turnout.backtest import ROWS, Replay, Stage, replay, reported
from turnout.workspace import Workspace

#: What the projection and its rivals say; the rest of a row is outcome.
SAID = [
    "projected_share",
    "lo90",
    "hi90",
    "win_probability",
    "last_shift_share",
    "uniform_swing_share",
    "counted_share",
]


def asked(date: str, share: int, order: str) -> Replay:
    return Replay("ZZ", dt.date.fromisoformat(date), Stage(share, order), seed=3, draws=200)


@pytest.mark.parametrize(("share", "order"), [(0, ""), (25, "random"), (50, "county")])
def test_later_elections_change_nothing(full_count, share, order):
    elections = past()
    alone = replay(asked(DATES[1], share, order), *full_count(elections[:2], DATES[1]))
    doubled = [{**line, "mail": 2 * line["mail"], "election_day": 3 * line["election_day"]} for line in elections[2]]
    followed = replay(asked(DATES[1], share, order), *full_count([*elections[:2], doubled], DATES[1]))
    assert followed.equals(alone)
    assert alone["past_election"].unique().to_list() == [DATES[0]]


@pytest.mark.parametrize(("share", "order"), [(0, ""), (25, "random"), (50, "county")])
def test_polls_that_have_not_reported_change_no_projection(full_count, share, order):
    lines, units = full_count(past(), DATES[2])
    this = asked(DATES[2], share, order)
    before = replay(this, lines, units)
    out = (
        lines.select("county", "precinct")
        .unique()
        .join(reported(lines, this.stage, this.generator("order")), on=["county", "precinct"], how="anti")
    )
    assert 0 < out.height <= len(UNITS)
    more = pl.struct("county", "precinct").is_in(out.to_struct().implode())
    changed = lines.with_columns(
        pl.when(more).then(pl.col("poll") + pl.col("precinct").rank("dense")).otherwise("poll").alias("poll"),
        pl.when(more).then(pl.col("late") + 2).otherwise("late").alias("late"),
    )
    after = replay(this, changed, units)
    assert after.select("contest", "leader", *SAID).equals(before.select("contest", "leader", *SAID))
    assert not after["truth"].equals(before["truth"])


def test_rows_hold_what_is_needed_to_score_them(full_count):
    rows = replay(asked(DATES[2], 25, "random"), *full_count(past(), DATES[2]))
    assert dict(rows.schema) == ROWS
    assert rows["contest"].to_list() == ["Governor", "Mayor"]
    assert rows["kind"].to_list() == ["partisan", "other"]
    assert rows["reported_precincts"].to_list() == [6, 6]
    assert rows.select(pl.all_horizontal(pl.col("lo90") < pl.col("projected_share"))).to_series().all()


def test_the_known_shift_is_learned_from_the_first_precincts(full_count):
    lines, units = full_count(past(), DATES[2])
    errors = {}
    for stage in (Stage(0, ""), Stage(50, "random")):
        row = replay(asked(DATES[2], stage.share, stage.order), lines, units).to_dicts()[0]
        errors[stage.share] = {
            name: abs(row[f"{name}_share"] - row["truth"]) for name in ("projected", "counted", "uniform_swing")
        }
    assert errors[50]["projected"] < 0.5 * errors[50]["counted"]
    assert errors[50]["uniform_swing"] < 0.5 * errors[50]["counted"]
    assert errors[0]["uniform_swing"] == errors[0]["counted"]


def test_last_elections_shift_is_the_one_before(full_count):
    # The shift of every election is the same, so the last one's leaves much less than the count alone.
    row = replay(asked(DATES[1], 0, ""), *full_count(past(), DATES[1])).to_dicts()[0]
    assert abs(row["last_shift_share"] - row["truth"]) < 0.35 * abs(row["counted_share"] - row["truth"])


def test_one_county_cannot_report_before_the_others(full_count):
    elections = [[line for line in lines if line["county"] == "K0"] for lines in past()]
    assert replay(asked(DATES[2], 50, "county"), *full_count(elections, DATES[2])).is_empty()


@pytest.mark.realdata
def test_a_real_runoff(shared_data, tmp_path):
    history = shared_data / "history" / "ga.parquet"
    if not history.is_file():
        pytest.skip("no real returns of Georgia in ../shared/data/history")
    date = dt.date(2018, 12, 4)
    recent = pl.read_parquet(history).filter(pl.col("date").cast(pl.String) >= "2018-11-06")
    recent.write_parquet(tmp_path / "recent.parquet")
    with Workspace.create(tmp_path, threads=2) as workspace:
        reading.load_history(workspace, [tmp_path / "recent.parquet"])
        workspace.execute("projection/macros")
        lines = workspace.query("projection/lines", is_past=True, state="GA", date=date)
        units = workspace.query("projection/past_units", state="GA")
    rows = replay(Replay("GA", date, Stage(25, "random"), 0, 200), lines, units)
    (row,) = rows.filter(pl.col("contest") == "BOE|D3|RICHMOND").to_dicts()
    assert (row["leader"], row["votes"]) == ("W. EUBANKS", 4999)
    assert row["truth"] == pytest.approx(3124 / 4999)
    assert row["past_election"] == "2018-11-06"
    assert row["lo95"] < row["truth"] < row["hi95"]
