"""The options that commands share, and the contest that options without a config describe."""

import datetime as dt
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

import typer

from turnout.errors import UsageError


def located(text: str) -> Any:  # noqa: ANN401 - typer knows no union
    """Return where an input lies: a path, or the address of an object, of which a path would lose a slash."""
    from turnout import addresses  # noqa: PLC0415

    return addresses.located(text)


Config = Annotated[Path, typer.Argument(metavar="CONFIG", help="The contest's contest.toml.")]
OptionalConfig = Annotated[
    Path | None, typer.Argument(metavar="CONFIG", help="The contest's contest.toml. Without it, name files below.")
]
Configs = Annotated[
    list[Path],
    typer.Argument(metavar="CONFIG", help="A contest.toml, a directory of them, or a pattern. May be repeated."),
]
ConfigOrOutput = Annotated[
    Path, typer.Argument(metavar="CONFIG", help="The contest's contest.toml, or its output directory.")
]
Wait = Annotated[
    bool, typer.Option("--wait", help="Wait for another run that holds the directory, for up to an hour.")
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Measure the voter files of a partitioned contest on a Dask cluster: tcp://host:8786, or local:N for N"
        " processes here.",
        show_default=False,
    ),
]
DemoDirectory = Annotated[
    Path, typer.Argument(metavar="DIR", help="Directory to write into; new, or an earlier demo's.")
]
DemoParquet = Annotated[
    bool, typer.Option("--parquet", help="Write voters, vote history and ballots as Parquet, not CSV.")
]
DemoPartitions = Annotated[
    int,
    typer.Option(
        "--partitions",
        min=1,
        max=10_000,
        metavar="K",
        help="Write K voter files of counties of their own, each in a directory with its history and ballots.",
        show_default=False,
    ),
]
DemoVoters = Annotated[
    int | None,
    typer.Option(
        min=2_000,
        max=1_000_000_000,
        metavar="N",
        help="Size of the electorate; 300,000 if not given.",
        show_default=False,
    ),
]

CheckFiles = Annotated[
    list[Path] | None,
    typer.Argument(
        parser=located, metavar="FILE", help="Files, whatever they are, or one contest.toml.", show_default=False
    ),
]
InitFiles = Annotated[list[Path], typer.Argument(metavar="FILE", help="The files of one contest, whatever they are.")]
InitOutput = Annotated[
    Path, typer.Option("--output", metavar="DIR", help="Directory to write contest.toml and layouts/ into.")
]
LayoutName = Annotated[
    str | None,
    typer.Option("--layout", metavar="NAME", help="Layout of the files: its name, or a layout file of your own."),
]
Against = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="EARLIER",
        help="An earlier ballot file, or a day (2017-06-04) of ballots that a run kept.",
    ),
]
AllowShrink = Annotated[
    bool, typer.Option("--allow-shrink", help="Take ballots although many of an earlier day's are gone.")
]

Returns = Annotated[
    list[Path] | None,
    typer.Option(
        "--returns",
        parser=located,
        metavar="FILE",
        help="Returns so far: one contest or a whole ballot. May be repeated.",
    ),
]
Voters = Annotated[
    list[Path] | None,
    typer.Option("--voters", parser=located, metavar="FILE", help="The voter file. May be repeated."),
]
VoteHistory = Annotated[
    list[Path] | None,
    typer.Option(
        "--vote-history",
        parser=located,
        metavar="FILE",
        help="Who voted in past elections, and how. May be repeated.",
    ),
]
Ballots = Annotated[
    list[Path] | None,
    typer.Option(
        "--ballots",
        parser=located,
        metavar="FILE",
        help="Ballots sent, returned and accepted so far. May be repeated.",
    ),
]
History = Annotated[
    list[Path] | None,
    typer.Option(
        "--history",
        parser=located,
        metavar="DIR",
        help="Past results by vote mode: a directory or file. May be repeated.",
    ),
]
PastCrosswalk = Annotated[
    Path | None,
    typer.Option(
        "--past-crosswalk", parser=located, metavar="FILE", help="CSV of what precincts of past elections became."
    ),
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
AsOf = Annotated[
    dt.datetime | None,
    typer.Option(
        "--as-of",
        metavar="YYYY-MM-DD",
        formats=["%Y-%m-%d"],
        help="As of this day: later ballots and returns left out.",
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="LIST",
        help="group, county, precinct, party, age, sex, prior (how they voted last time), new; by commas, together.",
    ),
]
TablesOutput = Annotated[
    Path | None, typer.Option("--output", metavar="DIR", help="Directory to write the tables into, as CSV.")
]
Boundaries = Annotated[
    Path | None,
    typer.Option("--boundaries", parser=located, metavar="FILE", help="GeoJSON of the precincts, for the map."),
]
PropensityOutput = Annotated[
    Path | None,
    typer.Option("--output", metavar="DIR", help="Directory to write the scores into, as CSV, and as a card."),
]
ContestName = Annotated[
    str | None,
    typer.Option(
        "--contest",
        metavar="NAME",
        help="Only the contest of this name; the others then tell nothing of it. [default: all in the returns]",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print projection.json instead of tables.")]
TablesJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON instead.")]
ScoresJson = Annotated[bool, typer.Option("--json", help="Print summary.json instead of tables.")]

RequiredHistory = Annotated[
    list[Path],
    typer.Option(
        "--history",
        parser=located,
        metavar="DIR",
        help="Past results by vote mode: a directory or file. May be repeated.",
    ),
]
Stages = Annotated[
    str, typer.Option("--stage", metavar="LIST", help="Per cent of precincts reported at which to stop, by commas.")
]
Orders = Annotated[
    str,
    typer.Option(
        "--order", metavar="LIST", help="How they report: random (precincts), county (whole counties first)."
    ),
]
StateName = Annotated[
    str | None, typer.Option("--state", metavar="XX", help="The contest's state, where the files do not say.")
]
Kind = Annotated[
    str | None,
    typer.Option("--kind", metavar="KIND", help="Kind of election: general, primary, runoff, special or other."),
]
States = Annotated[
    str | None, typer.Option("--state", metavar="LIST", help="Only elections of these states. [default: all]")
]
Without = Annotated[
    str | None,
    typer.Option("--without", metavar="LIST", help="With --fit: states to leave out, by commas.", show_default=False),
]
Priors = Annotated[
    Path | None,
    typer.Option(
        "--priors", metavar="FILE", exists=True, dir_okay=False, help="Priors in place of the shipped ones."
    ),
]
BacktestOutput = Annotated[Path, typer.Option("--output", metavar="DIR", help="Directory to publish into.")]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", min=1, help="Processes; a large state's ballot takes about 1.5 GB in each. [default: all cores]"
    ),
]


#: How long --wait waits, in seconds: a run that takes longer has more wrong with it.
_LONGEST_WAIT = 3600.0


def seconds(wait: bool) -> float:
    """Return how long to wait for another run."""
    return _LONGEST_WAIT if wait else 0.0


def words(option: str, text: str, known: Collection[str] = ()) -> tuple[str, ...]:
    """Return the words of a comma-separated option, each once.

    Raises
    ------
    UsageError
        If one is not among the ``known``, or there is none of those.
    """
    found = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    wrong = [word for word in found if known and word not in known]
    if wrong or (known and not found):
        raise UsageError(f"{option} {wrong[0] if wrong else text!r}: choose from {', '.join(known)}, by commas.")
    return found


def whole_numbers(option: str, text: str) -> tuple[int, ...]:
    """Return the numbers, 0 to 99, of a comma-separated option, ascending.

    Raises
    ------
    UsageError
        If one is not such a number, or there is none.
    """
    found = words(option, text)
    wrong = [word for word in found if not (word.isascii() and word.isdigit() and int(word) < 100)]
    if wrong or not found:
        raise UsageError(f"{option} {wrong[0] if wrong else text!r}: give whole numbers from 0 to 99, by commas.")
    return tuple(sorted({int(word) for word in found}))
