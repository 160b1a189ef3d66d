"""What a watch says: the live page, a line a release, and how the projection moved.

The live page is the published report with a banner on top that loads the page again; the report itself never does.
"""

import base64
import datetime as dt
import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import polars as pl
from jinja2 import Template
from rich import box
from rich.table import Table
from rich.text import Text

from turnout.reporting import document, templating, words
from turnout.storage import place

LIVE_HTML: Final = "live.html"
#: Contests whose movement is shown: of a larger ballot, the most open ones.
_SHOWN: Final = 3
#: Releases of which the movement is shown on the page.
_LATEST: Final = 40

#: Columns of a projection that are followed from release to release.
FOLLOWED: Final = (
    "contest", "candidate", "counted_votes", "counted_share", "projected_share", "lo90", "hi90", "win_probability",
    "status",
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """A release and what was projected from it.

    Attributes
    ----------
    at : when it was published or found
    release : the first digits of its hash
    projection : the columns :data:`FOLLOWED`, one row a contest × candidate
    """

    at: dt.datetime
    release: str
    projection: pl.DataFrame


@dataclass(frozen=True)
class Row:
    """The followed candidate of a contest at one step; shares in [0, 1], None where nothing is known."""

    at: dt.datetime
    counted_votes: int | None
    counted_share: float | None
    projected_share: float | None
    lo90: float | None
    hi90: float | None
    win_probability: float | None
    status: str


@dataclass(frozen=True)
class Movement:
    """How one contest moved: the candidate who leads now, at every step; ``counted_votes`` are all candidates'."""

    contest: str
    candidate: str
    rows: tuple[Row, ...]


def movements(steps: Sequence[Step]) -> list[Movement]:
    """Follow today's leaders of up to three contests, those that were the most open, through all steps."""
    if not steps:
        return []
    sure = _surest(steps)
    leaders = sorted(
        _leaders(steps[-1].projection), key=lambda row: (sure.get(row["contest"], 2.0), str(row["contest"]))
    )
    found = []
    for leader in leaders[:_SHOWN]:
        name, candidate = str(leader["contest"]), str(leader["candidate"])
        rows = [_row(step, name, candidate) for step in steps]
        found.append(Movement(name, candidate, tuple(row for row in rows if row is not None)))
    return found


def _surest(steps: Sequence[Step]) -> dict[str, float]:
    """Return how sure the winner of each contest was at the most open of its steps."""
    each = pl.concat(step.projection.with_columns(step=pl.lit(place)) for place, step in enumerate(steps))
    surest = each.group_by("contest", "step").agg(pl.max("win_probability")).drop_nulls()
    return dict(surest.group_by("contest").agg(pl.min("win_probability")).iter_rows())


def _leaders(projection: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the row of each contest's leader, by projected share, or by what is counted where it abstained."""
    ordered = projection.sort(
        pl.col("projected_share").fill_null(-1.0), "counted_votes", descending=True, maintain_order=True
    )
    return ordered.unique("contest", keep="first", maintain_order=True).to_dicts()


def _row(step: Step, contest: str, candidate: str) -> Row | None:
    of_contest = step.projection.filter(pl.col("contest") == contest)
    of_candidate = of_contest.filter(pl.col("candidate") == candidate)
    if of_candidate.is_empty():
        return None
    told = of_candidate.row(0, named=True)
    return Row(
        at=step.at,
        counted_votes=int(of_contest["counted_votes"].sum()),
        **{name: told[name] for name in FOLLOWED[3:]},
    )


@dataclass(frozen=True)
class State:
    """What the live page shows above the report.

    Attributes
    ----------
    steps : the releases projected so far
    refresh : seconds after which the page loads itself again; None once the watch has ended
    held : name of the release that is held back, and why; None where none is
    later : name of a later release that there is nothing to project from yet, and what it says; None where none is
    """

    steps: tuple[Step, ...]
    refresh: int | None
    held: tuple[str, str] | None = None
    later: tuple[str, str] | None = None


def write(directory: Path, state: State) -> None:
    """Write ``live.html`` beside the report published in ``directory``, in one rename; nothing without a report."""
    try:
        report = (directory / document.REPORT_HTML).read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    place(directory / LIVE_HTML, render(report, state).encode())


def render(report: str, state: State) -> str:
    """Return the page of a published report with the banner of a watch. Every text from a file is escaped by Jinja2.

    Raises
    ------
    ValueError
        If the report is no page with a head and a body.
    """
    head, body = re.search(r"<head[^>]*>", report), re.search(r"<body[^>]*>", report)
    if head is None or body is None:
        raise ValueError("The report has no <head> and <body> to put the banner into.")
    shown = [Movement(each.contest, each.candidate, each.rows[-_LATEST:]) for each in movements(state.steps)]
    style = _template("live.css").render()
    said = {"state": state, "last": state.steps[-1] if state.steps else None, "moved": shown, "words": words}
    # the report says its encoding first of all, as a page must within its first bytes
    meta = re.compile(r"<meta[^>]*charset[^>]*>", re.IGNORECASE).search(report, head.end(), body.start())
    top = meta.end() if meta else head.end()
    refresh = "" if state.refresh is None else f'<meta http-equiv="refresh" content="{state.refresh}">'
    return "".join(
        (
            report[:top],
            f"\n{refresh}<style>{style}</style>",
            _allowed(report[top : body.end()], style),
            _template("live.html.j2").render(said),
            report[body.end() :],
        )
    )


def _allowed(head: str, style: str) -> str:
    """Let the banner's style through, where the report allows none but those it names by their hash."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return re.sub(r"(style-src )(?=[^;]*'sha256-)", rf"\1'sha256-{digest}' ", head, count=1)


@cache
def _template(name: str) -> Template:
    environment = templating.environment()
    environment.filters["clock"] = clock
    return environment.get_template(name)


def clock(at: dt.datetime) -> str:
    """Return a moment as ``8 Nov 20:24:13``."""
    return f"{at.day} {at:%b %H:%M:%S}"


def line(kind: str, at: dt.datetime, release: str, said: str, projection: pl.DataFrame | None) -> str:
    """Return what became of a release in a line: its leader where it was projected, or why it was not."""
    told = said if projection is None else _outcome(_leaders(projection))
    return f"{clock(at):<15}  {kind:<7}  {release[:8]:<8}  {words.printable(told)}"


def _outcome(leaders: Sequence[dict[str, Any]]) -> str:
    """Say how a contest stands, or how many of several are projected."""
    if len(leaders) == 1:
        return "no projection" if leaders[0]["status"] == "abstained" else _leading(leaders[0])
    found = Counter(row["status"] for row in leaders)
    parts = [f"{found[status]:,} {status}" for status in ("projected", "final", "abstained") if found[status]]
    return f"{words.plural(len(leaders), 'contest')}: {', '.join(parts)}"


def _leading(row: dict[str, Any]) -> str:
    share, low, high, chance = (row[name] for name in ("projected_share", "lo90", "hi90", "win_probability"))
    final = row["status"] == "final"
    return (
        f"{row['candidate']} {words.percent(share)}"
        + ("" if final else f" ({words.interval(low, high)}), wins in {words.chance(chance)}")
        + (", final" if final else f"; count alone {words.percent(row['counted_share'])}")
    )


def to_json(kind: str, at: dt.datetime, release: str, said: str, projection: pl.DataFrame | None) -> str:
    """Return the same as a line of JSON, with every contest's leader."""
    leaders = None if projection is None else _leaders(projection)
    told = {"event": kind, "at": at.isoformat(), "release": release or None, "said": said or None, "leaders": leaders}
    return json.dumps(told, ensure_ascii=False, allow_nan=False)


def table(movement: Movement) -> Table:
    """Return how one contest moved, at eighty columns."""
    caption = Text.assemble((words.printable(movement.contest), "bold"), ": ", words.printable(movement.candidate))
    drawn = Table(box=box.SIMPLE_HEAD, title=caption, title_justify="left", title_style="", pad_edge=False)
    for name in ("Published", "Votes", "Counted", "Projected", "90 % interval", "Wins in"):
        drawn.add_column(name, justify="left" if name == "Published" else "right", no_wrap=True)
    for row in movement.rows:
        drawn.add_row(
            clock(row.at),
            words.count(row.counted_votes),
            words.percent(row.counted_share),
            words.percent(row.projected_share),
            words.interval(row.lo90, row.hi90),
            words.chance(row.win_probability, final=row.status == "final"),
        )
    return drawn
