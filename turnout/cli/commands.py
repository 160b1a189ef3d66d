"""Commands from inputs to answers: project, and what is done with past runs and past elections."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from turnout.cli import log, options
from turnout.cli.answer import give, written
from turnout.cli.application import app, example
from turnout.cli.asked import allowing, contest_of, settings_of
from turnout.cli.log import LogFormat
from turnout.cli.screen import bar, console, estimate_of, progress_shown
from turnout.errors import AbstainedEverywhere, UsageError

if TYPE_CHECKING:
    from turnout.reporting import Run

#: Stages that commands without a projection go through.
_VOTERS_ONLY: Final = ("reading", "ethnicity", "electorate")
_COMPARED: Final = ("reading", "ethnicity", "comparing")


@app.command(
    epilog=example(
        "turnout demo",
        "turnout demo try --seed 7",
        "turnout demo try --files-only",
        "turnout demo large --voters 10000000 --parquet --files-only",
        "turnout demo apart --voters 2000000 --partitions 5 --files-only",
    )
)
def demo(
    directory: options.DemoDirectory = Path("demo"),
    *,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the electorate and of the draws.")] = 2017,
    files_only: Annotated[bool, typer.Option("--files-only", help="Write the files and stop.")] = False,
    voters: options.DemoVoters = None,
    partitions: options.DemoPartitions = 1,
    parquet: options.DemoParquet = False,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Project a synthetic electorate; no input needed.

    It is modelled on the special election in California's 34th district of 6 June 2017. The early count is near even,
    as it was. What the electorate adds up to is held to published figures; its voters
    and precincts are invented.

    With --voters it is of any size: beyond 300,000 voters one statewide contest in as many counties as it takes,
    which are like that district but differ in who lives there. They are drawn and written one after another, so
    memory does not grow with their number.

    With --partitions the counties are divided among K voter files of one size, the partitions of one contest, which
    `turnout project` models one by one, here or on a cluster.
    """
    from turnout.running import demo as running  # noqa: PLC0415

    with progress_shown(quiet, estimate_of(None, generated=True)) as progress:
        config, truth = running.generate(
            directory,
            seed=seed,
            voters=voters,
            form="parquet" if parquet else "csv",
            partitions=partitions,
            progress=progress,
        )
        run = None if files_only else running.run(config, progress=progress)
    if run is None:
        written(directory, running.files(directory), quiet=quiet or as_json)
        return
    _give(run, quiet=quiet, as_json=as_json)
    if not quiet and not as_json:
        founding = voters is None and partitions == 1
        for sentence in (running.ended(config, truth), *((running.CERTIFIED,) if founding else ())):
            console().print(f"\n{sentence}", markup=False, highlight=False)
    _refuse_abstention(run)


@app.command(
    epilog=example(
        "turnout project contest.toml",
        "turnout project --returns early.csv --history past/ --output out",
        "turnout project contest.toml --cluster local:4",
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
    past_crosswalk: options.PastCrosswalk = None,
    output: options.Output = None,
    seed: options.Seed = None,
    date: options.Date = None,
    contest: options.ContestName = None,
    state: options.StateName = None,
    kind: options.Kind = None,
    allow_shrink: options.AllowShrink = False,
    cluster: options.Cluster = None,
    wait: options.Wait = False,
    log_format: log.Option = LogFormat.text,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Project final shares from the returns so far.

    Each candidate's final share comes with intervals and a win probability, beside what the count alone says.
    Give either a CONFIG or files. Every file but the returns may be missing; each missing one widens the
    answer.
    Writes projection.csv, projection.json, cohorts.csv (with a voter file), report.html and report.xlsx.
    """
    chosen = contest_of(
        config,
        files={
            "returns": returns,
            "voters": voters,
            "vote-history": vote_history,
            "ballots": ballots,
            "history": history,
            "past-crosswalk": past_crosswalk,
        },
        settings=settings_of(output=output, seed=seed, date=date, state=state, kind=kind, contest=contest),
    )
    if config is None and not returns:
        raise UsageError("Missing --returns. Name a returns file, or give a CONFIG.")
    if config is None and output is None:
        raise UsageError("Missing --output. Name a directory to publish into, or give a CONFIG that does.")
    from turnout.running import project as running  # noqa: PLC0415

    structured = log_format is LogFormat.json
    with log.logged(log_format, output=str(chosen.output)) as entered:
        with progress_shown(quiet or structured, estimate_of(chosen)) as shown:

            def progress(stage: str) -> None:
                shown(stage)
                entered("stage", stage=stage)

            run = running.run(
                allowing(chosen, allow_shrink), progress=progress, wait=options.seconds(wait), cluster=cluster or ""
            )
        _give(run, quiet=quiet or (structured and not as_json), as_json=as_json)
        _refuse_abstention(run)


@app.command(
    epilog=example(
        "turnout cohorts contest.toml",
        "turnout cohorts contest.toml --by party,age --output cohorts",
        "turnout cohorts contest.toml --as-of 2017-05-30",
    )
)
def cohorts(
    config: options.Config,
    *,
    as_of: options.AsOf = None,
    by: options.By = None,
    output: options.TablesOutput = None,
    wait: options.Wait = False,
    quiet: options.Quiet = False,
    as_json: options.TablesJson = False,
) -> None:
    """Show who has voted and who is still to vote.

    Early, poll and late voters by estimated ethnicity or whatever else --by names, with 90 % intervals, against
    registration; how the early voters voted last time, and how many of them are new; and the days so far, with what
    is expected to come. Needs a voter file and the ballots so far; needs no returns and publishes nothing. What is
    expected is kept in the contest's output directory by day, so that a nightly run shows the trend.
    """
    from turnout.contest import Contest  # noqa: PLC0415
    from turnout.electorate.breakdown import DIMENSIONS  # noqa: PLC0415
    from turnout.reporting import cohorts as report  # noqa: PLC0415
    from turnout.running import cohorts as running  # noqa: PLC0415

    dimensions = () if by is None else options.words("--by", by, DIMENSIONS)
    contest = Contest.load(config)
    with progress_shown(quiet, estimate_of(contest, _VOTERS_ONLY)) as progress:
        found = running.run(
            contest,
            as_of=as_of.date() if as_of else None,
            by=dimensions,
            progress=progress,
            wait=options.seconds(wait),
        )
    give(
        show=lambda screen: report.show(found, screen),
        document=lambda: report.to_json(found),
        quiet=quiet,
        as_json=as_json,
    )
    if output is not None:
        written(output, report.write(found, output), quiet=quiet or as_json)


@app.command(epilog=example("turnout propensity contest.toml", "turnout propensity contest.toml --output compared"))
def propensity(
    config: options.Config,
    *,
    output: options.PropensityOutput = None,
    quiet: options.Quiet = False,
    as_json: options.TablesJson = False,
) -> None:
    """Say how well each voter's chances of voting are told, on your own file.

    The logistic and the boosted specification, and the contest's own, are trained on a past election and tried on
    the comparable one: log loss, Brier score, AUC and calibration by way of voting, and expected over actual voters
    by group. What to beat stands beside them: a model that knows only what each voter did in the last election.
    """
    from turnout.contest import Contest  # noqa: PLC0415
    from turnout.reporting import propensity as report  # noqa: PLC0415
    from turnout.running import propensity as running  # noqa: PLC0415

    contest = Contest.load(config)
    with progress_shown(quiet, estimate_of(contest, _COMPARED)) as progress:
        found = running.run(contest, progress=progress)
    give(
        show=lambda screen: report.show(found, screen),
        document=lambda: report.to_json(found),
        quiet=quiet,
        as_json=as_json,
    )
    if output is not None:
        written(output, report.write(found, output), quiet=quiet or as_json)


@app.command(epilog=example("turnout report contest.toml", "turnout report output/ --boundaries precincts.geojson"))
def report(
    config: options.ConfigOrOutput,
    *,
    boundaries: options.Boundaries = None,
    quiet: options.Quiet = False,
    as_json: options.TablesJson = False,
) -> None:
    """Rebuild report.html and report.xlsx from the last published run.

    Give the contest's CONFIG, or the directory that a run published into, be it a copy of one on another machine.
    The map is drawn anew from the boundaries that CONFIG or --boundaries names. Nothing is projected again.
    """
    from turnout import reporting  # noqa: PLC0415
    from turnout.addresses import located  # noqa: PLC0415
    from turnout.contest import Contest  # noqa: PLC0415

    directory, shapes = config, boundaries and located(boundaries)
    if not config.is_dir():
        contest = Contest.load(config)
        directory, shapes = contest.output, shapes or contest.inputs.boundaries
    with progress_shown(quiet) as progress:
        progress("writing the page and the workbook")
        paths = [str(path) for path in reporting.rebuild(directory, shapes)]
    give(
        show=lambda _: typer.echo("\n".join(paths)),
        document=lambda: f"{json.dumps({'written': paths}, ensure_ascii=False)}\n",
        quiet=quiet,
        as_json=as_json,
    )


@app.command(
    epilog=example(
        "turnout backtest --history past/",
        "turnout backtest --history past/ --state GA --stage 0,25 --order random --output ga",
        "turnout backtest --history past/ --fit --without GA --output learned",
        "turnout backtest --history past/ --state GA --priors learned/priors.json --output ga",
    )
)
def backtest(
    *,
    history: options.RequiredHistory,
    past_crosswalk: options.PastCrosswalk = None,
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
    as_json: options.ScoresJson = False,
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
    from turnout.projection.parallel import cores  # noqa: PLC0415
    from turnout.reporting import backtest as report  # noqa: PLC0415
    from turnout.running import backtest as running  # noqa: PLC0415

    settings = running.Settings(
        history=tuple(history),
        past_crosswalk=past_crosswalk,
        output=output,
        shares=options.whole_numbers("--stage", stage),
        orders=options.words("--order", order, running.ORDERS),
        states=tuple(name.upper() for name in options.words("--state", state or "")),
        seed=seed,
        draws=draws,
        jobs=jobs or cores(),
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
        with bar(quiet) as advance:
            running.learn(settings, left_out, advance=advance)
        if not quiet:
            typer.echo(f"Written to {output}: {running.PRIORS_JSON}")
        return
    with bar(quiet) as advance:
        result = running.run(settings, advance=advance)
    give(
        show=lambda screen: report.show(result, output, screen),
        document=lambda: report.to_json(result),
        quiet=quiet,
        as_json=as_json,
    )


def _give(run: "Run", *, quiet: bool, as_json: bool) -> None:
    from turnout import reporting  # noqa: PLC0415

    give(
        show=lambda screen: reporting.show(run, screen),
        document=lambda: reporting.to_json(run),
        quiet=quiet,
        as_json=as_json,
    )


def _refuse_abstention(run: "Run") -> None:
    """End with exit code 5 where nothing could be projected; the outputs, already published, say why."""
    if run.abstained_everywhere:
        raise AbstainedEverywhere(f"No contest could be projected. {run.contest.output}/projection.csv says why.")
