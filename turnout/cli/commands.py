"""Every command of ``turnout``."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from turnout.cli import options
from turnout.cli.group import Commands
from turnout.errors import AbstainedEverywhere, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from turnout.contest import Contest
    from turnout.reporting import Run

app = typer.Typer(
    cls=Commands,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _example(*lines: str) -> str:
    """Return an epilog that keeps its lines."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415

        typer.echo(f"turnout {version('turnout')}")
        raise typer.Exit


@app.callback(invoke_without_command=True, epilog=_example("turnout demo", "turnout project contest.toml"))
def turnout(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 - handled by its callback
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Voter-file turnout modelling: who has voted, who is still to vote, where it ends, and how sure that is.

    Start with `turnout demo`: it needs no input. Every command explains itself with --help.

    Exit codes: 0 done, 1 a bug, 2 wrong usage or config, 3 an input was refused, 4 an input is stale, 5 abstained
    everywhere, 6 another run holds the directory, 7 a batch in part failed.
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(UsageError.exit_code)


@app.command(epilog=_example("turnout demo", "turnout demo try --seed 7", "turnout demo try --files-only"))
def demo(
    directory: options.DemoDirectory = Path("demo"),
    seed: Annotated[int, typer.Option(min=0, help="Seed of the electorate and of the draws.")] = 2017,
    files_only: Annotated[bool, typer.Option("--files-only", help="Write the files and stop.")] = False,
    quiet: options.Quiet = False,
) -> None:
    """Project a synthetic electorate; no input needed.

    It is modelled on the special election in California's 34th district of 6 June 2017. The early count is near even,
    as it was. What the electorate adds up to is held to published figures; its voters
    and precincts are invented.
    """
    from turnout.running import demo as running  # noqa: PLC0415

    with _progress(quiet) as progress:
        config, truth = running.generate(directory, seed=seed, progress=progress)
        if files_only:
            return
        run = running.run(config, progress=progress)
    _show(run, quiet=quiet)
    if not quiet:
        for sentence in (running.ended(config, truth), running.CERTIFIED):
            _console().print(f"\n{sentence}", markup=False, highlight=False)
    _refuse_abstention(run)


@app.command(
    epilog=_example(
        "turnout project contest.toml",
        "turnout project --returns early.csv --history past/ --output out",
    )
)
def project(
    config: options.OptionalConfig = None,
    *,
    returns: options.Returns = None,
    voters: options.Voters = None,
    vote_history: options.VoteHistory = None,
    ballots: options.Ballots = None,
    history: options.History = None,
    output: options.Output = None,
    seed: options.Seed = None,
    date: options.Date = None,
    contest: options.ContestName = None,
    state: options.StateName = None,
    kind: options.Kind = None,
    allow_shrink: options.AllowShrink = False,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Project final shares from the returns so far.

    Each candidate's final share comes with intervals and a win probability, beside what the count alone says.
    Give either a CONFIG or files. Every file but the returns may be missing; each missing one widens the
    answer.
    Writes projection.csv, projection.json, cohorts.csv (with a voter file) and report.html.
    """
    chosen = _contest(
        config,
        files={
            "returns": returns,
            "voters": voters,
            "vote-history": vote_history,
            "ballots": ballots,
            "history": history,
        },
        settings={
            "output": output,
            "seed": seed,
            "date": date.date() if date else None,
            "state": state,
            "kind": kind,
            "contest": contest,
        },
    )
    if config is None and not returns:
        raise UsageError("Missing --returns. Name a returns file, or give a CONFIG.")
    if config is None and output is None:
        raise UsageError("Missing --output. Name a directory to publish into, or give a CONFIG that does.")
    from turnout.running import project as running  # noqa: PLC0415

    with _progress(quiet) as progress:
        run = running.run(_allowing(chosen, allow_shrink), progress=progress)
    _show(run, quiet=quiet, as_json=as_json)
    _refuse_abstention(run)


@app.command(epilog=_example("turnout cohorts contest.toml"))
def cohorts(config: options.Config, quiet: options.Quiet = False) -> None:
    """Show who has voted and who is still to vote.

    Early, poll and late voters by estimated ethnicity, against registration. Needs a voter file and the ballots
    so far; needs no returns and publishes nothing.
    """
    from turnout import reporting  # noqa: PLC0415
    from turnout.contest import Contest  # noqa: PLC0415
    from turnout.running import cohorts as running  # noqa: PLC0415

    with _progress(quiet) as progress:
        run = running.run(Contest.load(config), progress=progress)
    if not quiet:
        reporting.show(run, _console(), files=False)


@app.command(
    epilog=_example(
        "turnout check voters.txt absentee.csv",
        "turnout check export.txt --layout van-voters",
        "turnout check today.csv --against yesterday.csv",
        "turnout check contest.toml --against 2017-06-04 --json",
    )
)
def check(
    files: options.CheckFiles = None,
    *,
    returns: options.Returns = None,
    voters: options.Voters = None,
    vote_history: options.VoteHistory = None,
    ballots: options.Ballots = None,
    history: options.History = None,
    layout: options.LayoutName = None,
    against: options.Against = None,
    allow_shrink: options.AllowShrink = False,
    as_json: options.CheckJson = False,
) -> None:
    """Say what files are, and account for every line of them.

    Give files (what they are is found out), a contest's CONFIG, or files by what they are. Each is read as a
    projection would read it, before any model: its layout, encoding and separator, the columns found, codes and the
    unknown ones among them, days, voters named twice, precincts, and lines loaded, rejected and ignored. Nothing is
    kept, and no name or number of a voter is shown. Exit code 3 when a run would refuse a file.

    --against says what changed in the ballots since an earlier file, or since a day that a run kept, and refuses
    ballots of which more than 2 % are gone (allow_shrink in the config).
    """
    from turnout.reporting import check as report  # noqa: PLC0415
    from turnout.running import check as running  # noqa: PLC0415

    by_kind = {
        "returns": returns,
        "voters": voters,
        "vote-history": vote_history,
        "ballots": ballots,
        "history": history,
    }
    configs = [path for path in files or [] if path.suffix == ".toml"]
    loose = files and not configs
    if configs and len(files or []) > 1:
        raise UsageError("Give one CONFIG, or files, not both.")
    if loose and any(by_kind.values()):
        raise UsageError("Name files by what they are (--voters …), or leave that to be found out, not both.")
    if layout is not None and not loose:
        raise UsageError("--layout goes with files. In a config, say read_as under [inputs].")
    with _progress(quiet=as_json) as progress:
        if loose:
            allowed = 1.0 if allow_shrink else 0.02
            result = running.loose(
                files or [], layout=layout, against=against, allow_shrink=allowed, progress=progress
            )
        else:
            chosen = _contest(configs[0] if configs else None, files=by_kind, settings={})
            result = running.run(_allowing(chosen, allow_shrink), against=against, progress=progress)
    if as_json:
        typer.echo(report.to_json(result.reports, result.findings, result.change), nl=False)
    else:
        report.show(result.reports, result.findings, result.change, _console())
    running.refuse(result)


@app.command(
    epilog=_example(
        "turnout init voters.txt absentee.csv returns.csv",
        "turnout init voters.txt returns.csv --output ca34",
    )
)
def init(
    files: options.InitFiles,
    output: options.InitOutput = Path(),
    force: Annotated[bool, typer.Option("--force", help="Replace a contest.toml that is there.")] = False,
) -> None:
    """Write a contest.toml from files, whatever they are.

    Files of a known layout are listed under what they are. For a header that is not known, a layout is suggested from
    the names of the columns and from what stands in them, and written into layouts/ beside the contest.toml, with
    codes that are plain words mapped and the others listed: look it through. Then `turnout check contest.toml`.
    """
    from turnout.reporting import check as report  # noqa: PLC0415
    from turnout.running import init as running  # noqa: PLC0415

    target, found = running.run(files, output, force=force)
    report.show_found(target, [dataclasses.asdict(file) for file in found], _console())


@app.command(epilog=_example("turnout report contest.toml"))
def report(config: options.Config) -> None:
    """Rebuild report.html from the last published run."""
    from turnout import reporting  # noqa: PLC0415
    from turnout.contest import Contest  # noqa: PLC0415

    typer.echo(reporting.rebuild(Contest.load(config).output))


@app.command(epilog=_example("turnout batch configs/*/contest.toml"))
def batch(configs: options.Configs) -> None:
    """Project many contests, each by itself.

    One that fails leaves the others alone; the exit code is then 7.
    """
    from turnout.running import batch as running  # noqa: PLC0415

    outcomes = []
    with _progress(quiet=False) as progress:
        for outcome in running.run(configs, progress=progress):
            outcomes.append(outcome)
            typer.echo(f"{outcome.status:<9}  {outcome.config}{outcome.message and f': {outcome.message}'}")
    running.conclude(outcomes)


@app.command(
    epilog=_example(
        "turnout backtest --history past/",
        "turnout backtest --history past/ --state GA --stage 0,25 --order random --output ga",
        "turnout backtest --history past/ --fit --without GA --output learned",
        "turnout backtest --history past/ --state GA --priors learned/priors.json --output ga",
    )
)
def backtest(
    *,
    history: options.RequiredHistory,
    stage: options.Stages = "0,10,25,50",
    order: options.Orders = "random,county",
    state: options.States = None,
    output: options.BacktestOutput = Path("backtest"),
    seed: Annotated[int, typer.Option(min=0, help="Seed of the reporting orders and of the draws.")] = 0,
    draws: Annotated[int, typer.Option(min=100, max=100_000, help="Draws of each projection.")] = 400,
    jobs: options.Jobs = None,
    resume: Annotated[
        bool, typer.Option("--resume/--fresh", help="Keep what an earlier run finished, or replay everything.")
    ] = True,
    fit: Annotated[
        bool, typer.Option("--fit", help="Learn priors from the elections and write priors.json, instead of scoring.")
    ] = False,
    without: options.Without = None,
    priors: options.Priors = None,
    quiet: options.Quiet = False,
) -> None:
    """Replay past elections and score the projections.

    Each election is stopped when a share of its precincts has reported their polls, and projected from what was
    known then: results of earlier dates, its own early votes, and the polls of the precincts that have reported.
    The projection stands beside the count alone, the last election's shift, and a uniform swing.

    A contest counts if its top two have over 2,000 votes, the runner-up over a quarter of the leader's, at least
    8 precincts, and over 300 votes early and at the polls. The headline is the mean over elections of the mean
    absolute error of the leading candidate's final share over that of the count alone: under 1 is better.

    Writes backtest.csv (a row a contest, stage and order), summary.csv, summary.json and backtest.svg. A run that
    was stopped goes on where it was, if files, models, code, seed and draws are the same.

    With --fit it learns instead: how widely the effects of precincts, counties, contests and ballots spread, how far
    to move from the count, and how wide intervals must be to hold nine outcomes in ten. --priors uses such a file.
    Learn --without a state, and score that state with it, to see what a state that nothing was learned from gets.
    """
    from turnout.reporting import backtest as report  # noqa: PLC0415
    from turnout.running import backtest as running  # noqa: PLC0415

    settings = running.Settings(
        history=tuple(history),
        output=output,
        shares=options.whole_numbers("--stage", stage),
        orders=options.words("--order", order, running.ORDERS),
        states=tuple(name.upper() for name in options.words("--state", state or "")),
        seed=seed,
        draws=draws,
        jobs=jobs or running.cores(),
        fresh=not resume,
        priors=priors,
    )
    left_out = tuple(name.upper() for name in options.words("--without", without or ""))
    if left_out and not fit:
        raise UsageError("--without goes with --fit: it leaves states out of what is learned.")
    if fit and priors is not None:
        raise UsageError(
            "--fit learns from the starting values in models/; --priors goes with scoring. Leave one out."
        )
    if fit:
        with _bar(quiet) as advance:
            running.learn(settings, left_out, advance=advance)
        if not quiet:
            typer.echo(f"Written to {output}: {running.PRIORS_JSON}")
        return
    with _bar(quiet) as advance:
        result = running.run(settings, advance=advance)
    if not quiet:
        report.show(result, output, _console())


def _contest(config: Path | None, *, files: dict[str, Any], settings: dict[str, Any]) -> "Contest":
    """Return the contest of a config, or the one that options describe; not both."""
    from turnout.contest import Contest, Inputs  # noqa: PLC0415

    named = [name for name, value in {**files, **settings}.items() if value is not None]
    if config is not None:
        if named:
            raise UsageError(
                f"--{named[0]} and a CONFIG exclude each other. Set it in the config, or leave the config out."
            )
        return Contest.load(config)
    inputs = Inputs(**{name.replace("-", "_"): tuple(paths or ()) for name, paths in files.items()})
    given = {("name" if key == "contest" else key): value for key, value in settings.items() if value is not None}
    return Contest.of({"inputs": inputs, **given}, "options")


def _allowing(contest: "Contest", shrink: bool) -> "Contest":
    """Return the contest with any loss of ballots allowed, where asked for this once."""
    if not shrink:
        return contest
    return contest.model_copy(update={"inputs": contest.inputs.model_copy(update={"allow_shrink": 1.0})})


def _show(run: "Run", *, quiet: bool, as_json: bool = False) -> None:
    from turnout import reporting  # noqa: PLC0415

    if as_json:
        typer.echo(reporting.to_json(run), nl=False)
    elif not quiet:
        reporting.show(run, _console())


def _refuse_abstention(run: "Run") -> None:
    """End with exit code 5 where nothing could be projected; the outputs, already published, say why."""
    if run.abstained_everywhere:
        raise AbstainedEverywhere(f"No contest could be projected. {run.contest.output}/projection.csv says why.")


def _console() -> "Console":
    from rich.console import Console  # noqa: PLC0415

    return Console(highlight=False)


@contextlib.contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Yield a function that shows the stage of a run, on a terminal only."""
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    with console.status("") as status:
        yield lambda stage: status.update(Text(stage, "dim"))


@contextlib.contextmanager
def _bar(quiet: bool) -> Iterator[Callable[[int, int, str], None]]:
    """Yield a function that shows how much is done, on a terminal only."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda *_: None
        return
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("")
        yield lambda done, total, what: progress.update(task, completed=done, total=total, description=what)
