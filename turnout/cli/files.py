"""Commands about files: what they are, and who the voters in them are."""

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from turnout.cli import options
from turnout.cli.answer import give, written
from turnout.cli.application import app, example
from turnout.cli.asked import allowing, contest_of
from turnout.cli.screen import estimate_of, estimate_of_files, progress_shown
from turnout.errors import InputRefused, UsageError
from turnout.vocabulary import MODES

if TYPE_CHECKING:
    from turnout.reading.found import Told


@app.command(
    epilog=example(
        "turnout ethnicity contest.toml",
        "turnout ethnicity --voters voters.csv --ballots ballots.csv",
        "turnout ethnicity --voters nc.csv --compare --output calibration",
        "turnout ethnicity contest.toml --json",
    )
)
def ethnicity(
    config: options.OptionalConfig = None,
    *,
    voters: options.Voters = None,
    vote_history: options.VoteHistory = None,
    ballots: options.Ballots = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Compare with the self-reported race in the file instead of using it.")
    ] = False,
    output: options.TablesOutput = None,
    quiet: options.Quiet = False,
    as_json: options.TablesJson = False,
) -> None:
    """Estimate who the voters are, and say how good that is.

    Expected voters by group, those who have voted by the plain sum of probabilities and by the estimate that knows
    that voting early depends on the group, and what the estimates rest on. With --compare, and a file in which voters
    report their race, how well the estimates are calibrated, of all and of those who have voted: reliability by
    group, Brier score and log loss beside taking everyone's most probable group, and the most frequent surnames on no
    list. No voter is told, and no surname of fewer than ten.
    """
    from turnout.reporting import ethnicity as reporting  # noqa: PLC0415
    from turnout.running import ethnicity as running  # noqa: PLC0415

    chosen = contest_of(
        config, files={"voters": voters, "vote-history": vote_history, "ballots": ballots}, settings={}
    )
    with progress_shown(quiet, estimate_of(chosen, ("reading", "ethnicity"))) as progress:
        estimated = running.run(chosen, compare=compare, progress=progress)
    give(
        show=lambda screen: reporting.show(estimated, screen),
        document=lambda: reporting.to_json(estimated),
        quiet=quiet,
        as_json=as_json,
    )
    if output is not None:
        written(output, reporting.write(estimated, output), quiet=quiet or as_json)


@app.command(
    epilog=example(
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
    past_crosswalk: options.PastCrosswalk = None,
    layout: options.LayoutName = None,
    against: options.Against = None,
    allow_shrink: options.AllowShrink = False,
    quiet: options.Quiet = False,
    as_json: options.TablesJson = False,
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
        "past-crosswalk": past_crosswalk,
    }
    configs = [path for path in files or [] if path.suffix == ".toml"]
    loose = files and not configs
    if configs and len(files or []) > 1:
        raise UsageError("Give one CONFIG, or files, not both.")
    if loose and any(by_kind.values()):
        raise UsageError("Name files by what they are (--voters …), or leave that to be found out, not both.")
    chosen = None if loose else contest_of(configs[0] if configs else None, files=by_kind, settings={})
    read = files or [] if chosen is None else [*chosen.inputs.paths()]
    with progress_shown(quiet, estimate_of_files(read)) as progress:
        if chosen is None:
            allowed = 1.0 if allow_shrink else 0.02
            result = running.loose(
                files or [], layout=layout, against=against, allow_shrink=allowed, progress=progress
            )
        else:
            if layout is not None:
                chosen = running.read_as(chosen, layout)
            result = running.run(allowing(chosen, allow_shrink), against=against, progress=progress)
    parts = result.reports, result.findings, result.change
    give(
        show=lambda screen: report.show(*parts, screen),
        document=lambda: report.to_json(*parts),
        quiet=quiet,
        as_json=as_json,
    )
    running.refuse(result)


@app.command(
    epilog=example(
        "turnout init voters.txt absentee.csv returns.csv",
        "turnout init voters.txt returns.csv past/*.csv --date 2017-06-06 --state CA --kind runoff --output ca34",
        "turnout init la-2000.json --counts mail",
    )
)
def init(
    files: options.InitFiles,
    output: options.InitOutput = Path(),
    *,
    date: options.Date = None,
    state: options.StateName = None,
    kind: options.Kind = None,
    counts: Annotated[
        str | None,
        typer.Option(
            "--counts", metavar="MODE", help="How votes were cast in files that do not say it: mail, election_day, …"
        ),
    ] = None,
    layout: Annotated[
        list[str] | None,
        typer.Option("--layout", metavar="NAME", help="Layout of a file that may have several. May be repeated."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a contest.toml that is there.")] = False,
    quiet: options.Quiet = False,
    as_json: options.TablesJson = False,
) -> None:
    """Write a contest.toml from files, whatever they are.

    Files of a known layout are listed under what they are; results of earlier days as history. For a header that is
    not known, a layout is suggested from the names of the columns and from what stands in them, and written into
    layouts/ beside the contest.toml, with codes that are plain words mapped and the others listed: look it through.
    What the files do not tell of the election is asked for at a terminal, where no option says it (and not with
    --json or --quiet). A file that cannot
    be used is left out, with the reason, and the exit code is 3. Then `turnout check contest.toml`.
    """
    from turnout.contest import Contest, Release  # noqa: PLC0415
    from turnout.reading import found  # noqa: PLC0415
    from turnout.reporting import check as report  # noqa: PLC0415
    from turnout.running import init as running  # noqa: PLC0415

    given = Contest.of({"date": date and date.date(), "state": state or "", "kind": kind or "other"}, "options")
    told = found.Told(given.date, given.state, kind or "")
    if counts is not None:
        if counts not in MODES:
            raise UsageError(f"--counts {counts}: choose from {', '.join(MODES)}.")
        told = dataclasses.replace(told, counts=Release.model_validate({"file": "x", "counts": counts}).counts)
    with progress_shown(quiet, estimate_of_files(files)) as progress:
        seen = running.look(files, output, layouts=layout or (), force=force, progress=progress)
    told = found.completed(seen, told)
    told = told if quiet or as_json else _asked(told)
    target = running.write(seen, output, told, force=force)
    give(
        show=lambda screen: report.show_found(target, seen, told, screen),
        document=lambda: report.found_to_json(target, seen, told),
        quiet=quiet,
        as_json=as_json,
    )
    if seen.refused:
        raise InputRefused(f"Left out: {', '.join(refused.name for refused in seen.refused)}; see above.")


def _asked(told: "Told") -> "Told":
    """Return what is said of the contest, with answers to what is not, where there is someone to ask."""
    from turnout.contest import Contest  # noqa: PLC0415

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return told
    questions = {
        "date": "Election day (2017-06-06)",
        "state": "State (CA)",
        "kind": "Kind (general, primary, runoff, special, other)",
    }
    for key, question in questions.items():
        while not getattr(told, key):
            answer = typer.prompt(f"{question}, empty if not known", default="", show_default=False).strip()
            if not answer:
                break
            try:
                told = dataclasses.replace(told, **{key: getattr(Contest.of({key: answer}, "answer"), key)})
            except UsageError as error:
                typer.echo(error, err=True)
    return told
