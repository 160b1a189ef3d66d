"""The options that commands share, and the contest that options without a config describe."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[Path, typer.Argument(metavar="CONFIG", help="The contest's contest.toml.")]
OptionalConfig = Annotated[
    Path | None, typer.Argument(metavar="CONFIG", help="The contest's contest.toml. Without it, name files below.")
]
Configs = Annotated[list[Path], typer.Argument(metavar="CONFIG", help="One contest.toml for each contest.")]
DemoDirectory = Annotated[
    Path, typer.Argument(metavar="DIR", help="Directory to write into; new, or an earlier demo's.")
]

Returns = Annotated[
    list[Path] | None,
    typer.Option("--returns", metavar="FILE", help="Returns so far: one contest or a whole ballot. May be repeated."),
]
Voters = Annotated[
    list[Path] | None, typer.Option("--voters", metavar="FILE", help="The voter file. May be repeated.")
]
VoteHistory = Annotated[
    list[Path] | None,
    typer.Option("--vote-history", metavar="FILE", help="Who voted in past elections, and how. May be repeated."),
]
Ballots = Annotated[
    list[Path] | None,
    typer.Option("--ballots", metavar="FILE", help="Ballots sent, returned and accepted so far. May be repeated."),
]
History = Annotated[
    list[Path] | None,
    typer.Option("--history", metavar="DIR", help="Past results by vote mode: a directory or file. May be repeated."),
]
Output = Annotated[
    Path | None, typer.Option("--output", metavar="DIR", help="Directory to publish into. Required without a CONFIG.")
]
Seed = Annotated[
    int | None,
    typer.Option("--seed", min=0, help="Seed of the draws: same inputs and seed, same bytes. [default: 0]"),
]
Date = Annotated[
    dt.datetime | None,
    typer.Option("--date", metavar="YYYY-MM-DD", formats=["%Y-%m-%d"], help="Date of the election."),
]
ContestName = Annotated[
    str | None,
    typer.Option("--contest", metavar="NAME", help="Only the contest of this name. [default: all in the returns]"),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print projection.json instead of tables.")]
