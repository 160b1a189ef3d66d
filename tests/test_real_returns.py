"""Real returns: Georgia's general election of 6 November 2018, from its early votes and the elections before."""

import time

import polars as pl
import pytest

from turnout.contest import Contest, Inputs
from turnout.running import project

SCHEMA = [
    *("contest", "candidate", "party", "counted_votes", "counted_share", "projected_votes", "projected_share"),
    *("lo50", "hi50", "lo80", "hi80", "lo90", "hi90", "lo95", "hi95", "win_probability", "status", "reason"),
]


@pytest.mark.realdata
@pytest.mark.slow
def test_georgia_2018_is_projected_whole(shared_data, tmp_path) -> None:
    history = shared_data / "history" / "ga.parquet"
    ballot = pl.read_parquet(history).filter(pl.col("date") == pl.date(2018, 11, 6))
    early = ballot.with_columns(pl.lit(None, dtype=pl.Int32).alias(c) for c in ("election_day", "provisional"))
    early.drop("votes").write_parquet(tmp_path / "early.parquet")
    started = time.perf_counter()
    inputs = Inputs(returns=(tmp_path / "early.parquet",), history=(history,))
    run = project.run(Contest(inputs=inputs, output=tmp_path / "out", seed=1))
    seconds = time.perf_counter() - started
    table = pl.read_csv(tmp_path / "out" / "projection.csv")
    assert table.columns == SCHEMA
    assert table["contest"].n_unique() == ballot["contest"].n_unique()
    sums = run.projection.group_by("contest").agg(pl.col("projected_share").sum(), pl.col("status").first())
    assert sums.filter(pl.col("status") == "projected")["projected_share"].is_between(1 - 1e-9, 1 + 1e-9).all()
    print(f"\n{report(run.projection, ballot)} in {seconds:.0f} s")


def report(projection: pl.DataFrame, ballot: pl.DataFrame) -> str:
    """Error of the projection and of the early count, over contests with a race in them."""
    final = ballot.group_by("contest", "candidate").agg(pl.col("votes").sum())
    final = final.with_columns(share=pl.col("votes") / pl.col("votes").sum().over("contest"))
    ranked = final.sort("votes", descending=True).group_by("contest").agg(pl.col("votes").head(2))
    raced = ranked.filter(
        (pl.col("votes").list.sum() > 2000)
        & (pl.col("votes").list.get(1, null_on_oob=True) * 4 > pl.col("votes").list.get(0))
    )
    leader = final.filter(pl.col("votes") == pl.col("votes").max().over("contest")).join(
        raced, on="contest", how="semi"
    )
    both = projection.join(leader, on=["contest", "candidate"]).filter(pl.col("status") == "projected")
    covered = both.select(pl.col("share").is_between("lo90", "hi90").mean()).item()
    error = both.select((pl.col("projected_share") - pl.col("share")).abs().mean()).item()
    naive = both.select((pl.col("counted_share") - pl.col("share")).abs().mean()).item()
    return (
        f"Georgia 2018, {both.height} contests: error {error * 100:.2f} points, early count {naive * 100:.2f}, "
        f"90 % interval holds {covered:.0%}"
    )
