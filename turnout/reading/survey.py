"""What a file is, said before any of it is believed: its layout, codes, dates, voters and places, and what is odd."""

import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from turnout import reading as room
from turnout.addresses import Address
from turnout.contest import Contest
from turnout.errors import InputRefused
from turnout.reading import (
    aggregates,
    ballots,
    codes,
    crosswalk,
    files,
    objects,
    remarks,
    results,
    rolls,
    source,
    voters,
)
from turnout.reading.canonical import CODED, DAY_FIRST, FIELDS, NO_DATE, OUT_OF_RANGE
from turnout.reading.catalogue import AggregateOnly, Catalogue
from turnout.reading.codes import Code
from turnout.reading.results import Asked
from turnout.reading.source import Choose, Reading, Source
from turnout.workspace import Workspace

_SAMPLE = 3
_SAMPLE_WIDTH = 200


@dataclass(frozen=True)
class Dates:
    """The days in one column.

    Attributes
    ----------
    first, last : of those that were read
    future : how many of them lie after today
    early : how many lie before 1900, as placeholders do
    not_read : how many are no date of the formats declared
    out_of_range : how many are of no year from 1800 to 2200
    day_first : how many only read with the day before the month, though others have the month first
    """

    first: dt.date | None
    last: dt.date | None
    future: int
    early: int
    not_read: int
    out_of_range: int
    day_first: int


@dataclass
class Report:
    """One file as found. Nothing in it is a voter's name or number; samples are masked.

    Attributes
    ----------
    columns : canonical column -> what the file calls it
    codes : coded column -> its spellings, those without a canonical value unknown
    people : distinct voters, and lines that name one again (voters, ballots and vote history)
    places : distinct counties and precincts, and lines without a precinct
    refused : why a run would refuse the file; empty where it would not
    sample : rejected lines, letters and digits masked
    remarks : what is odd about it though a run would take it, with what to do
    aggregate : of ballots without voters, see :func:`turnout.reading.aggregates.count`
    """

    name: str
    table: str = ""
    layout: str = ""
    title: str = ""
    unconfirmed: str = ""
    form: dict[str, object] = field(default_factory=dict)
    lines: int = 0
    columns: dict[str, str] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    codes: dict[str, list[Code]] = field(default_factory=dict)
    dates: dict[str, Dates] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    account: dict[str, int] = field(default_factory=dict)
    ignored: str = ""
    reasons: list[tuple[str, str, int]] = field(default_factory=list)
    sample: list[str] = field(default_factory=list)
    refused: str = ""
    aggregate: list[dict[str, object]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class Surveyor:
    """Reads files one by one and reports on each; one that is refused does not keep the others from being read.

    Attributes
    ----------
    reports : what was found, file by file
    progress : called with the name of each file as its turn comes
    """

    def __init__(self, today: dt.date, progress: Callable[[str], None], known: frozenset[str] = frozenset()) -> None:
        self.today = today
        self.progress = progress
        self.known = known
        self.reports: list[Report] = []

    def load(
        self,
        workspace: Workspace,
        choose: Choose,
        paths: Iterable[Path | Address | Source],
        fill: Callable[[Workspace, Reading], int],
        *,
        may_be_empty: bool = False,
    ) -> list[Reading]:
        """Read files as :func:`turnout.reading.files.load` does, reporting on each."""
        read: list[Reading] = []
        for path in source.expand(paths, files.members()):
            self.progress(path.path.name)
            before, rejects = len(self.reports), _rejects(workspace)
            observe = partial(self._observe, workspace)
            try:
                read += files.load(workspace, choose, [path], fill, may_be_empty=may_be_empty, observe=observe)
            except InputRefused as error:
                if len(self.reports) == before:
                    self.reports.append(Report(path.name))
                self.reports[-1].refused = str(error)
                if isinstance(error, AggregateOnly):
                    self.reports[-1].aggregate = _aggregate(workspace, path, error)
            for report in self.reports[before:]:
                _close(workspace, report, rejects)
        return read

    def _observe(self, workspace: Workspace, reading: Reading) -> None:
        self.reports.append(_describe(workspace, reading, self.today, self.known))


def _aggregate(workspace: Workspace, source: Source, only: AggregateOnly) -> list[dict[str, object]]:
    """Count ballots that are no voter's; nothing where they cannot be counted."""
    with (
        tempfile.TemporaryDirectory(prefix=objects.STAGING, dir=workspace.directory) as staging,
        objects.at_hand(source.whole, workspace) as path,
    ):
        try:
            return aggregates.count(
                workspace, source.on_disk(path), only.layout, only.header, Path(staging)
            ).to_dicts()
        except InputRefused:
            return []


def contest(workspace: Workspace, chosen: Contest, today: dt.date, progress: Callable[[str], None]) -> list[Report]:
    """Report on every input of a contest, read as a run would read them."""
    known = frozenset(key for key in ("date", "state") if getattr(chosen, key))
    surveyor = Surveyor(today, progress, known)
    with room.filling(workspace):
        room.fill(workspace, chosen, surveyor.load)
        if not any(report.refused for report in surveyor.reports):
            _note_unknown(workspace, room.completed(workspace, chosen))
            _note_lacking(workspace)
    return surveyor.reports


def _note_unknown(workspace: Workspace, told: Contest) -> None:
    """Say where neither a contest nor its files tell its day or state, and what a run would then go by."""
    if told.date is None and workspace.table("findings").filter(topic="no date").is_empty():
        workspace.note(
            "no date",
            "Neither the contest nor its returns say the election's date. Say `date`: past elections, ages and days"
            " to come are told by it.",
            severity="warning",
        )
    if not told.state and told.inputs.history:
        workspace.note(
            "no state",
            "Neither the contest nor its returns say the state, so past results of any are taken. Say `state`.",
            severity="warning",
        )


def _note_lacking(workspace: Workspace) -> None:
    """Say which commands have nothing to go by in the files of a contest, and what they need."""
    held = {
        table: workspace.connection.execute(f"SELECT count(*) > 0 FROM {table} {which}").fetchall()[0][0]  # noqa: S608
        for table, which in (
            ("voters", ""),
            ("vote_history", ""),
            ("ballots", "WHERE status = 'accepted'"),
            ("results", "WHERE NOT is_past"),
        )
    }
    lacking = [] if held["results"] else ["`turnout project` needs `returns`"]
    if held["voters"] and not any(held[table] for table in ("vote_history", "ballots", "results")):
        lacking.append("`turnout cohorts` needs `vote_history` or `ballots`, beside `voters`")
    if lacking:
        workspace.note("still to name", f"{'; '.join(lacking)}. Name them under [inputs].")


def loose(
    workspace: Workspace,
    paths: Sequence[Path | Address],
    catalogue: Catalogue,
    today: dt.date,
    progress: Callable[[str], None],
) -> list[Report]:
    """Report on files of which it is not said what they are."""
    surveyor = Surveyor(today, progress)
    with room.filling(workspace):
        read = surveyor.load(workspace, catalogue.identify, paths, _fill_any, may_be_empty=True)
        fill_history = partial(voters.fill_vote_history, date=None)
        rolls.load_companions(workspace, catalogue, read, fill_history, surveyor.load)
        ballots.rebuild(workspace)
        voters.note_strangers(workspace)
        crosswalk.apply(workspace, None)
    return surveyor.reports


def _fill_any(workspace: Workspace, reading: Reading) -> int:
    """Load a file into the table that its layout is of; results of several dates or states are past ones."""
    match reading.table:
        case "voters":
            return voters.fill_voters(workspace, reading)
        case "vote_history":
            return voters.fill_vote_history(workspace, reading, None)
        case "ballots":
            return ballots.fill(workspace, reading)
    several = workspace.connection.execute(
        "SELECT count(DISTINCT election_date) > 1 OR count(DISTINCT upper(state)) > 1 FROM typed"
    ).fetchall()
    asked = Asked(Contest(), None, None, is_past=bool(several[0][0]), of_any_state=True)
    return results.fill(workspace, reading, asked)


def _describe(workspace: Workspace, reading: Reading, today: dt.date, known: frozenset[str]) -> Report:
    fields = FIELDS[reading.table]
    shown = {column: codes.header_of(reading, column) for column in fields if column in reading.columns}
    return Report(
        name=reading.name,
        table=reading.table,
        layout=reading.layout.name,
        title=reading.layout.title,
        unconfirmed=reading.layout.unconfirmed,
        form=reading.form,
        lines=reading.lines_in,
        columns=shown,
        absent=[column for column in reading.layout.columns if column not in shown],
        codes={
            column: _shown(found)
            for column in CODED[reading.table]
            if (found := codes.present(workspace, reading, column))
            and (codes.is_closed(reading, column) or column in reading.layout.codes)
        },
        dates={
            column: _dates(workspace, column, today, soft=spec.soft)
            for column, spec in fields.items()
            if spec.kind == "date" and (column in shown or reading.fit.slots)
        },
        people=_counts(workspace, "reading/survey_people") if "voter_id" in fields else {},
        places=_counts(workspace, "reading/survey_places") if "precinct" in fields else {},
        remarks=remarks.of(workspace, reading, known=known),
    )


def _shown(found: list[Code]) -> list[Code]:
    """Return the codes as they may be shown; unknown ones as one where they are so many that they may be names."""
    unknown = [code for code in found if code.canonical is None]
    if len(unknown) <= codes.MOST_CODES:
        return [Code(code.shown, code.canonical, code.lines, code.first_line) for code in found]
    lines, first = sum(code.lines for code in unknown), min(code.first_line for code in unknown)
    together = Code(f"{len(unknown):,} values, not shown", None, lines, first)
    return [*(code for code in found if code.canonical is not None), together]


def _dates(workspace: Workspace, column: str, today: dt.date, *, soft: bool) -> Dates:
    why = (
        f"{column}_lost"
        if soft
        else f"CASE WHEN starts_with(fault, '{column}: ') THEN split_part(fault, ': ', 2) END"
    )
    row = workspace.connection.execute(
        f"SELECT min({column}) FILTER (year({column}) BETWEEN 1800 AND 2200),"  # noqa: S608
        f" max({column}) FILTER (year({column}) BETWEEN 1800 AND 2200),"
        f" count(*) FILTER ({column} > $today AND year({column}) <= 2200),"
        f" count(*) FILTER (year({column}) BETWEEN 1800 AND 1899), count(*) FILTER ({why} = $unread),"
        f" count(*) FILTER ({why} = $range), count(*) FILTER ({why} = $turned) FROM typed",
        {"today": today, "unread": NO_DATE, "range": OUT_OF_RANGE, "turned": DAY_FIRST},
    ).fetchall()[0]
    return Dates(*row)


def _counts(workspace: Workspace, query: str) -> dict[str, int]:
    return workspace.query(query).row(0, named=True)


def _rejects(workspace: Workspace) -> int:
    return int(workspace.connection.execute("SELECT count(*) FROM rejects").fetchall()[0][0])


def _close(workspace: Workspace, report: Report, rejects: int) -> None:
    """Add the account of the file's lines, why some were rejected, and a masked sample of those.

    Parameters
    ----------
    rejects : lines that were rejected before this file
    """
    execute = workspace.connection.execute
    found = execute(
        "SELECT lines_in, loaded, rejected, ignored, note FROM reconciliation WHERE source = $1 AND table_name = $2",
        [report.name, report.table],
    ).fetchall()
    if found:
        row = found[-1]
        report.account = dict(zip(("lines_in", "loaded", "rejected", "ignored"), row[:4], strict=True))
        report.ignored = row[4]
        why = workspace.query("reading/survey_rejects", after=rejects, sample=_SAMPLE, width=_SAMPLE_WIDTH)
        report.reasons = [(r["column_name"], r["reason"], r["lines"]) for r in why.iter_rows(named=True)]
        report.sample = [line for lines in why["sample"].to_list() for line in lines][:_SAMPLE]
