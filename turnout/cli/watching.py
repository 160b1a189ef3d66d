"""The command that stays: a contest projected whenever its returns change."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from turnout.cli import log, options
from turnout.cli.application import app, example
from turnout.cli.asked import contest_of, settings_of
from turnout.cli.log import LogFormat
from turnout.cli.screen import console, estimate_of, progress_shown
from turnout.errors import InputRefused, UsageError
from turnout.storage import REPLAY
from turnout.vocabulary import MODES, Mode

if TYPE_CHECKING:
    from turnout.contest import Contest
    from turnout.running.feeds import Feed
    from turnout.running.watch import Told, Watch

_OUTPUT = Path("live")

Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="DIR",
        help="Directory to publish into. [default: live, or the CONFIG's; of a replay, replay/ in that]",
    ),
]
Newest = Annotated[
    str | None,
    typer.Option("--releases", metavar="PATTERN", help="Files that are each a whole release; the newest one counts."),
]
Command = Annotated[
    str, typer.Option("--run", metavar="COMMAND", help="Run this before each look; it fetches the returns.")
]
Interval = Annotated[
    float | None,
    typer.Option(
        "--interval", min=0.1, metavar="SECONDS", help="Between looks. [default: 1; with --run or addresses 60]"
    ),
]
ReplayFile = Annotated[
    Path | None,
    typer.Option("--replay", metavar="FILE", help="Replay a history of releases: one file with a column 'release'."),
]
Speed = Annotated[
    float,
    typer.Option("--speed", min=0, metavar="N", help="Replay N times as fast as the night was; 0: without waiting."),
]
Counts = Annotated[
    str | None,
    typer.Option(
        "--counts",
        metavar="LIST",
        help="Of a history without modes: which release completes which mode, as 1=mail,14=election_day."
        " [default: by their times]",
    ),
]
Serve = Annotated[
    int | None,
    typer.Option("--serve", min=0, max=65535, metavar="PORT", help="Serve the page on 127.0.0.1. 0: any free port."),
]
Once = Annotated[bool, typer.Option("--once", help="Project the returns as they are now, and end.")]
MaxUpdates = Annotated[
    int | None, typer.Option("--max-updates", min=1, metavar="N", help="End after N releases were projected.")
]
Confirm = Annotated[
    str | None,
    typer.Option("--confirm", metavar="RELEASE", help="Take the release of this name that was held back, and end."),
]
AcceptRegressions = Annotated[
    bool, typer.Option("--accept-regressions", help="Take releases that say less than the one before.")
]
Keep = Annotated[
    int | None,
    typer.Option(
        "--keep", min=1, metavar="N", help="Keep the files of the newest N releases, and of others what they said."
    ),
]
JsonLines = Annotated[bool, typer.Option("--json", help="Print a line of JSON for each release instead.")]


@app.command(
    epilog=example(
        "turnout watch contest.toml --serve 8000",
        "turnout watch contest.toml --run './fetch.sh' --interval 60",
        "turnout watch contest.toml --releases 'releases/*.csv'",
        "turnout watch --replay demo/night/releases.csv --speed 600",
        "turnout watch contest.toml --confirm 3f2a9c1d04be",
    )
)
def watch(
    config: options.OptionalConfig = None,
    *,
    returns: options.Returns = None,
    history: options.History = None,
    output: Output = None,
    seed: options.Seed = None,
    date: options.Date = None,
    contest: options.ContestName = None,
    state: options.StateName = None,
    kind: options.Kind = None,
    releases: Newest = None,
    command: Command = "",
    interval: Interval = None,
    replay: ReplayFile = None,
    speed: Speed = 0.0,
    counts: Counts = None,
    serve: Serve = None,
    once: Once = False,
    max_updates: MaxUpdates = None,
    confirm: Confirm = None,
    accept_regressions: AcceptRegressions = False,
    keep: Keep = None,
    log_format: log.Option = LogFormat.text,
    quiet: options.Quiet = False,
    as_json: JsonLines = False,
) -> None:
    """Project again whenever the returns change.

    Watches the files of the returns, the newest file of a pattern, or what a command fetches. Each release is kept
    in the output directory by time and hash, and projected; live.html shows the last result and loads itself again.

    A file that is still being written is waited for. A release that says less than the one before it is held back:
    votes fallen by more than ten in a contest, precincts or candidates gone. It is taken if the next release says so
    too, or with --confirm. Ctrl-C ends the watch once the release at hand is projected; a second one ends it at once.
    """
    chosen = contest_of(
        config,
        files={"returns": returns, "history": history},
        settings=settings_of(output=output, seed=seed, date=date, state=state, kind=kind, contest=contest),
    )
    if config is None and output is None:
        chosen = chosen.model_copy(update={"output": _OUTPUT})
    elif replay is not None and output is None:  # a rehearsal is not the contest's own projection
        chosen = chosen.model_copy(update={"output": chosen.output / REPLAY})
    if keep is not None and replay is not None:
        raise UsageError(
            "--keep goes with returns that are watched: a replay's releases are forgotten by the next one."
        )
    if confirm is not None:
        _confirm(chosen, confirm)
        return
    feed = _feed(
        chosen, newest=releases, command=command, interval=interval, replay=replay, speed=speed, counts=counts
    )
    from turnout.running.watch import Watch  # noqa: PLC0415

    refresh = max(2, round(interval or _pause(chosen, command, releases)))
    structured = log_format is LogFormat.json
    quiet = quiet or (structured and not as_json)
    with contextlib.ExitStack() as stack:
        entered = stack.enter_context(log.logged(log_format, output=str(chosen.output)))
        stop = stack.enter_context(_stoppable())
        if serve is not None:
            from turnout.running.serving import served  # noqa: PLC0415

            address = stack.enter_context(served(chosen.output, serve))
            entered("serving", address=address)
            if not (quiet or structured):
                typer.echo(f"Serving {address}", err=True)
        first = stack.enter_context(contextlib.ExitStack())  # past results are read then, and it takes the longest
        watched = Watch(
            chosen,
            refresh=min(refresh, 30),
            accept_regressions=accept_regressions,
            replayed=replay is not None,
            keep=keep,
            progress=first.enter_context(progress_shown(quiet or as_json or structured, estimate_of(chosen))),
        )
        say = _Teller(quiet=quiet, as_json=as_json, entered=entered if structured else None, waited=first.close)
        _follow(watched, feed, stop, say, most=1 if once else max_updates, once=once)
    if not (quiet or as_json):
        _conclude(watched)


def _confirm(chosen: "Contest", name: str) -> None:
    from turnout.running import shelf  # noqa: PLC0415
    from turnout.running.watch import shelf_of  # noqa: PLC0415

    release = shelf.confirm(shelf_of(chosen.output), name)
    typer.echo(f"{release.name} is taken by the watch at its next look, or when it is started.")


def _feed(
    chosen: "Contest",
    *,
    newest: str | None,
    command: str,
    interval: float | None,
    replay: Path | None,
    speed: float,
    counts: str | None,
) -> "Feed":
    """Return where releases come from; not from two places."""
    if replay is not None:
        if newest or command:
            raise UsageError("--replay takes releases from a history; leave --releases and --run out.")
        from turnout.running.history import History  # noqa: PLC0415

        return History(replay, chosen, _counted(counts, chosen), speed)
    if counts or speed:
        raise UsageError("--speed and --counts go with --replay.")
    from turnout.running.feeds import Files  # noqa: PLC0415

    return Files(chosen.inputs, newest, command, interval or _pause(chosen, command, newest))


def _pause(chosen: "Contest", command: str, newest: str | None) -> float:
    """Return the seconds between looks where none are asked for: what others serve is not asked for every second."""
    from turnout.addresses import Address, located  # noqa: PLC0415

    named = [*chosen.inputs.paths(), *([] if newest is None else [located(newest)])]
    return 60.0 if command or any(isinstance(each, Address) for each in named) else 1.0


def _counted(text: str | None, chosen: "Contest") -> dict[int, Mode]:
    """Return which release completes which mode, as --counts or the config's [[inputs.release]] say."""
    if text is None:
        return {each.number: each.counts for each in chosen.inputs.release if each.number is not None}
    found: dict[int, Mode] = {}
    for word in options.words("--counts", text):
        number, _, name = word.partition("=")
        mode = next((mode for mode in MODES if mode == name.strip()), None)
        if not number.strip().isdecimal() or mode is None:
            raise UsageError(f"--counts {word}: give NUMBER=MODE; the modes are {', '.join(MODES)}.")
        found[int(number)] = mode
    return found


@contextlib.contextmanager
def _stoppable() -> Iterator[Event]:
    """Yield what Ctrl-C, or a service manager's signal, sets; a second one interrupts."""
    stop = Event()

    def ask(signum: int, _: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt(signum)
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass(frozen=True)
class _Teller:
    """Prints what happens: lines for a person or of JSON, and as events of a log where one is written."""

    quiet: bool
    as_json: bool
    entered: log.Log | None
    waited: Callable[[], None]

    def tell(self, told: "Told", *, silent: bool) -> None:
        """Print one thing; ``silent`` where the error that follows says it. What showed that work goes on ends."""
        from turnout.reporting import live  # noqa: PLC0415

        self.waited()
        parts = (told.kind, told.at, told.release, told.said, told.projection)
        amiss = told.kind in ("note", "held", "refused")
        if self.entered is not None:
            level = "warning" if amiss else "info"
            self.entered(told.kind, level=level, at=told.at.isoformat(), release=told.release, message=told.said)
        if self.as_json:
            typer.echo(live.to_json(*parts))
        elif self.entered is None and not silent and (amiss or not self.quiet):
            typer.echo(live.line(*parts), err=amiss)


def _follow(watched: "Watch", feed: "Feed", stop: Event, say: _Teller, *, most: int | None, once: bool) -> None:
    """Tell what happens, until it is enough."""
    from turnout.running.feeds import WAITING  # noqa: PLC0415

    taken = 0
    with contextlib.closing(watched.run(feed, stop)) as events:
        for told in events:
            amiss = told.kind in ("note", "held", "refused")
            say.tell(told, silent=once and amiss)
            if once and amiss:
                if told.kind == "note":
                    raise UsageError(told.said.removesuffix(WAITING))
                held = f"{told.release} is held back, and what was published stands: " if told.kind == "held" else ""
                confirm = " If it is right, run again with --confirm." if held else ""
                raise InputRefused(f"{held}{told.said}{confirm}")
            taken += told.kind == "taken"
            if taken == most:
                return


def _conclude(watched: "Watch") -> None:
    """Print how the projection moved, and where it is."""
    from turnout.reporting import live  # noqa: PLC0415

    for movement in live.movements(watched.steps):
        console().print()
        console().print(live.table(movement))
    if watched.steps:
        typer.echo(f"\nWritten to {watched.contest.output}: {live.LIVE_HTML}, and what `turnout project` writes")
