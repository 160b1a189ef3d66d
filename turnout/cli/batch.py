"""The command that schedulers run: many contests, one summary, one exit code."""

import datetime as dt
import json
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from turnout.cli import log, options
from turnout.cli.application import app, example
from turnout.cli.log import LogFormat
from turnout.cli.screen import harmless, progress_shown
from turnout.errors import TurnoutError, UsageError

if TYPE_CHECKING:
    from turnout.running.batch import Outcome

#: How long a notification may take, in seconds.
_NOTIFYING = 60


@app.command(
    epilog=example(
        "turnout batch contests/",
        "turnout batch 'contests/*/contest.toml' --jobs 2 --max-age 36h",
        "turnout batch contests/ --json --log-format json --notify 'mail -s turnout desk@example.org'",
    )
)
def batch(
    configs: options.Configs,
    *,
    jobs: Annotated[
        int, typer.Option("--jobs", min=0, help="Processes; 0 works in this one, where one crash ends all.")
    ] = 1,
    max_age: Annotated[
        str | None,
        typer.Option(
            "--max-age", metavar="AGE", help="Oldest that the newest returns and ballots may be: 90m, 36h, 2d."
        ),
    ] = None,
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(
            "--as-of",
            metavar="TIME",
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
            help="The moment the batch stands for: ages count from it, files of later are refused. [default: now]",
            show_default=False,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Run contests that have not changed, too.")] = False,
    wait: options.Wait = False,
    log_format: log.Option = LogFormat.text,
    notify: Annotated[
        str | None,
        typer.Option("--notify", metavar="COMMAND", help="Run it at the end, with the summary (JSON) on its input."),
    ] = None,
    quiet: options.Quiet = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Project many contests, each by itself.

    A CONFIG is a contest.toml, a directory (its contest.toml, or those of the directories in it) or a quoted
    pattern. One that fails leaves the others alone. One whose inputs, config and version are those of the
    last run, and whose outputs still stand, is left as it is. Each run is entered in ledger.jsonl beside the outputs.

    Exit codes: 0 all published; 7 some failed; if all failed alike, that failure's code (4 stale, 6 busy); 5 none
    failed, and none could be projected.
    """
    from turnout.running import batch as running  # noqa: PLC0415
    from turnout.running import freshness  # noqa: PLC0415

    settings = running.Settings(
        jobs=jobs,
        max_age=None if max_age is None else freshness.age(max_age),
        as_of=as_of,
        force=force,
        wait=options.seconds(wait),
    )
    found = running.find(configs)
    command = None if notify is None else _command(notify)
    started = dt.datetime.now().astimezone()
    structured = log_format is LogFormat.json
    outcomes: list[Outcome] = []
    if structured:
        log.write("started", contests=len(found), jobs=jobs)
    with progress_shown(quiet or structured) as shown:

        def progress(config: Path, stage: str) -> None:
            shown(f"{config}: {stage}")
            if structured:
                log.write("stage", config=str(config), stage=stage)

        for outcome in running.run(found, settings, progress=progress):
            outcomes.append(outcome)
            _tell(outcome, structured=structured, quiet=quiet or as_json)
    outcomes.sort(key=lambda outcome: found.index(outcome.config))
    failure = _failure(outcomes)
    code = 0 if failure is None else failure.exit_code
    told = running.summary(outcomes, started=started, exit_code=code)
    document = json.dumps(told, ensure_ascii=False, indent=1)
    if as_json or not quiet:
        typer.echo(document if as_json else _sentence(outcomes, told))
    if structured:
        log.write(
            "finished",
            level="info" if code == 0 else "error",
            **{k: told[k] for k in ("counts", "exit_code", "seconds")},
        )
    if command is not None and (problem := _notify(command, document)):
        _warn(problem, structured=structured)
    if failure is not None:
        if structured:
            raise typer.Exit(code)
        raise failure


def _failure(outcomes: "list[Outcome]") -> TurnoutError | None:
    from turnout.running import batch as running  # noqa: PLC0415

    try:
        running.conclude(outcomes)
    except TurnoutError as error:
        return error
    return None


def _tell(outcome: "Outcome", *, structured: bool, quiet: bool) -> None:
    """Say how a contest ended, once it has."""
    if structured:
        level = "error" if outcome.status in ("failed", "stale", "busy") else "info"
        log.write(
            "ended",
            level=level,
            config=str(outcome.config),
            status=outcome.status,
            exit_code=outcome.exit_code,
            seconds=outcome.seconds,
            message=outcome.message,
        )
    if not quiet:
        typer.echo(harmless(f"{outcome.status:<9}  {outcome.config}{outcome.message and f': {outcome.message}'}"))
        for contest, leader in outcome.leaders.items():
            typer.echo(harmless(f"           {contest}: {_led(leader)}"))


def _led(leader: dict[str, Any]) -> str:
    """Return a leader's projected share with its interval."""
    from turnout.reporting import words  # noqa: PLC0415

    ends = words.interval(leader.get("lo90"), leader.get("hi90"))
    return f"{leader['candidate']} {words.percent(leader['projected_share'])} ({ends})"


def _sentence(outcomes: "list[Outcome]", told: dict[str, object]) -> str:
    from turnout.reporting import words  # noqa: PLC0415
    from turnout.running import batch as running  # noqa: PLC0415

    parts = ", ".join(f"{count} {status}" for status, count in running.counts(outcomes).items())
    return f"{words.plural(len(outcomes), 'contest')}: {parts}. {told['seconds']:.0f} s."


def _warn(problem: str, *, structured: bool) -> None:
    if structured:
        log.write("notify", level="warning", message=problem)
    else:
        typer.echo(f"warning: {problem}", err=True)


def _command(text: str) -> list[str]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"--notify {text!r}: {error}.") from None
    if not words:
        raise UsageError("--notify: names no command.")
    return words


def _notify(command: list[str], document: str) -> str:
    """Run the user's command, without a shell and with its output on standard error; return what went wrong."""
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command
            command,
            input=document,
            text=True,
            encoding="utf-8",
            stdout=2,
            timeout=_NOTIFYING,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"--notify {command[0]}: took longer than {_NOTIFYING} seconds and was stopped."
    except OSError as error:
        return f"--notify {command[0]}: cannot be run ({error.strerror})."
    return "" if done.returncode == 0 else f"--notify {command[0]}: ended with code {done.returncode}."
