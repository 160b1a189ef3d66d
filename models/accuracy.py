"""The tables of accuracy that the card of the calibration shows.

python models/accuracy.py SCORED

SCORED is what `turnout backtest --history past-results/ --output SCORED` published.
"""

import argparse
from pathlib import Path

import polars as pl

STAGES = ((0, ""), (10, "random"), (25, "random"), (50, "random"), (25, "county"))
#: Elections of fewer contests are left out: their ratio is mostly chance.
MANY = 10
#: A contest in more precincts than this is statewide.
STATEWIDE = 1_000


def main() -> None:
    """Print the table by kind, state and election, and what became of statewide contests."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scored", type=Path)
    scored = parser.parse_args().scored
    print(table(pl.read_csv(scored / "summary.csv")))
    print(statewide(pl.read_csv(scored / "backtest.csv")))


def table(summary: pl.DataFrame) -> str:
    """Return rows of Markdown: elections, contests, and by stage the ratio and what the 90 % interval held."""
    rows = []
    keys = ("by", "kind", "state", "date")
    scopes = summary.select(pl.col(keys).cast(pl.String).fill_null("")).unique(maintain_order=True)
    for by, *scope in sorted(
        scopes.iter_rows(), key=lambda row: (("all", "kind", "state", "election").index(row[0]), row)
    ):
        own = summary.filter(
            pl.struct(pl.col(keys).cast(pl.String).fill_null("")) == dict(zip(keys, (by, *scope), strict=True))
        )
        cells = [
            own.filter(pl.col("stage") == stage, pl.col("order").fill_null("") == order) for stage, order in STAGES
        ]
        first = cells[0].row(0, named=True)
        if by == "election" and first["contests"] < MANY:
            continue
        said = ["–" if cell.is_empty() else f"{_ratio(by, cell)}, {cell['coverage90'][0]:.2f}" for cell in cells]
        name = " ".join(filter(None, scope)) or "all"
        rows.append(f"| {name} | {first['elections']} | {first['contests']:,} | {' | '.join(said)} |")
    return "\n".join(rows)


def _ratio(by: str, cell: pl.DataFrame) -> str:
    value = cell["ratio" if by == "election" else "ratio_many"][0]
    return "–" if value is None else f"{value:.2f}"


def statewide(rows: pl.DataFrame) -> str:
    """Return a line a stage on contests between the parties in more than a thousand precincts."""
    rows = rows.filter(pl.col("kind") == "partisan", pl.col("precincts") > STATEWIDE).with_columns(
        order=pl.col("order").fill_null(""),
        error=(pl.col("projected_share") - pl.col("truth")).abs() * 100,
        count=(pl.col("counted_share") - pl.col("truth")).abs() * 100,
        width=(pl.col("hi90") - pl.col("lo90")) * 100,
        held=pl.col("truth").is_between(pl.col("lo90"), pl.col("hi90")).cast(pl.Float64),
    )
    lines = []
    for stage, order in STAGES:
        own = rows.filter(pl.col("stage") == stage, pl.col("order") == order)
        ballots = own.group_by("state", "date").agg(pl.col("error", "held").mean())
        mean = own.select(pl.col("error", "count", "width", "held").mean()).row(0, named=True)
        lines.append(
            f"{stage} % {order}: {own.height} contests of {ballots.height} ballots, error {mean['error']:.2f} points"
            f" (by ballot {ballots['error'].min():.2f} to {ballots['error'].max():.2f}, median"
            f" {ballots['error'].median():.2f}), count {mean['count']:.2f}, width {mean['width']:.2f}, held"
            f" {mean['held']:.0%} (mean over ballots {ballots['held'].mean():.0%})"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
