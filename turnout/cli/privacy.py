"""The command that removes voters from a workspace."""

from pathlib import Path
from typing import Annotated

import typer

from turnout.cli import options
from turnout.cli.application import app, example


@app.command(epilog=example("turnout forget contest.toml", "turnout forget output/"))
def forget(
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG", help="The contest's contest.toml, or its output directory.")
    ],
    wait: options.Wait = False,
) -> None:
    """Remove the voters from a workspace; keep its totals.

    Removes every table with a row a voter, the lines that were rejected, and the ballots kept by day. What stays are
    results, the account of what was read, and expected voters by precinct and group, where a precinct has at least
    ten. Published outputs stay as they are. The input files are yours to remove.
    """
    from turnout.contest import Contest  # noqa: PLC0415
    from turnout.running import forget as running  # noqa: PLC0415

    directory = config if config.is_dir() else Contest.load(config).output
    told = running.run(directory, wait=options.seconds(wait))
    removed = ", ".join(f"{rows:,} of {name}" for name, rows in told.tables.items() if rows) or "no rows"
    kept = ", ".join(f"{rows:,} of {name}" for name, rows in told.rows.items() if rows) or "none"
    typer.echo(
        f"{directory}: removed {removed}, and {told.kept_files} files of ballots by day. Rows that stay: {kept}."
    )
