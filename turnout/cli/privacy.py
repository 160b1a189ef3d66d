"""The command that removes voters from a workspace."""

import json

import typer

from turnout.cli import options
from turnout.cli.answer import give
from turnout.cli.application import app, example
from turnout.cli.screen import progress_shown


@app.command(epilog=example("turnout forget contest.toml", "turnout forget output/"))
def forget(
    config: options.ConfigOrOutput,
    *,
    wait: options.Wait = False,
    quiet: options.Quiet = False,
    as_json: options.TablesJson = False,
) -> None:
    """Remove the voters from a workspace; keep its totals.

    Removes every table with a row a voter, the lines that were rejected, and the ballots kept by day. What stays are
    results, the account of what was read, and expected voters by precinct and group, where a precinct has at least
    ten. So it is with the workspace of a replay, in replay/ below. Published outputs stay as they are. The input
    files are yours to remove.
    """
    from turnout.contest import Contest  # noqa: PLC0415
    from turnout.running import forget as running  # noqa: PLC0415

    directory = config if config.is_dir() else Contest.load(config).output
    with progress_shown(quiet) as progress:
        progress("writing the workspace anew")
        told = running.run(directory, wait=options.seconds(wait))
    document = {"removed": told.tables, "files_of_ballots": told.kept_files, "kept": told.rows}
    removed = ", ".join(f"{rows:,} of {name}" for name, rows in told.tables.items() if rows) or "no rows"
    kept = ", ".join(f"{rows:,} of {name}" for name, rows in told.rows.items() if rows) or "none"
    said = f"{directory}: removed {removed}, and {told.kept_files} files of ballots by day. Rows that stay: {kept}."
    give(
        show=lambda _: typer.echo(said),
        document=lambda: f"{json.dumps(document)}\n",
        quiet=quiet,
        as_json=as_json,
    )
