"""What ``turnout check`` found, for the terminal at eighty columns and as JSON."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.text import Text

from turnout.reading.canonical import CODED
from turnout.reading.codes import MOST_CODES
from turnout.reading.draft import Draft
from turnout.reading.found import Seen, Told, keys
from turnout.reading.snapshots import Change
from turnout.reading.survey import Dates, Report
from turnout.reporting import document, words
from turnout.reporting.terminal import say, show_findings, title

#: Findings that a report on a file says itself.
_SAID = ("lines ignored", "lines rejected", "columns ignored")
_MOST_COLUMNS = 8
#: Signs of a line that are shown, be a name in it as long as it may.
_LONGEST = 1_500
_TABLES = {"voters": "voters", "vote_history": "vote history", "ballots": "ballots", "results": "results"}


def show(reports: list[Report], findings: pl.DataFrame, change: Change | None, console: Console) -> None:
    """Print a paragraph a file, how ballots changed, and what else to know."""
    for report in reports:
        _file(report, console)
    if change is not None:
        _change(change, console)
    show_findings(findings.filter(~pl.col("topic").is_in(_SAID)), console)


def to_json(reports: list[Report], findings: pl.DataFrame, change: Change | None) -> str:
    """Return the same as JSON."""
    document = {
        "files": [dataclasses.asdict(report) for report in reports],
        "findings": findings.to_dicts(),
        "change": None if change is None else change.to_dict(),
    }
    return json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n"


def show_found(target: Path, seen: Seen, told: Told, console: Console) -> None:
    """Print what each file was taken for, the mappings that were suggested, and what is still to be said."""
    for file in seen.found:
        places = " and ".join(key.replace("_", " ") for key in keys(file, told, seen.found))
        title(console, _plain(file.file.name), places)
        say(console, Text(_plain(f"layout {file.layout}: {file.title}")))
        if file.drafted is not None:
            _show_draft(file.drafted, console)
        if file.key == "release" and told.counts is None:
            said = "does not say how its votes were cast: say it under [[inputs.release]], or with --counts"
            say(console, Text(said, "bold yellow"))
    for refused in seen.refused:
        title(console, _plain(refused.name), "left out")
        say(console, Text(_plain(refused.why), "bold red"))
    console.print()
    lacking = [key for key in ("date", "state", "kind") if not getattr(told, key)]
    if lacking:
        options = ", ".join(f"--{key}" for key in lacking)
        said = f"The files do not tell {', '.join(lacking)}. Say it in the contest.toml, or with {options}."
        console.print(Text(said), soft_wrap=True)
    console.print(Text(_plain(f"Written: {target}. Next: turnout check {target}")), soft_wrap=True)


def found_to_json(target: Path, seen: Seen, told: Told) -> str:
    """Return the same as JSON."""
    files = [
        {
            "name": file.file.name,
            "inputs": list(keys(file, told, seen.found)),
            "layout": file.layout,
            "drafted": None if file.drafted is None else _drafted(file.drafted),
        }
        for file in seen.found
    ]
    contest = {key: getattr(told, key) or None for key in ("date", "state", "kind", "counts")}
    refused = [dataclasses.asdict(each) for each in seen.refused]
    return document.lines({"schema": 1, "contest": str(target), **contest, "files": files, "refused": refused})


def _drafted(draft: Draft) -> dict[str, object]:
    """Return a suggested mapping, and what in it is the user's to say."""
    made = draft.made
    return {
        "columns": dict(made.columns),
        "defaults": dict(made.defaults),
        "unused": list(made.unused),
        "votes_unused": list(made.votes_unused),
        "unknown": {column: len(values) for column, values in draft.unknown.items()},
    }


def _show_draft(draft: Draft, console: Console) -> None:
    """Print a suggested mapping, and what in it is the user's to say."""
    made = draft.made
    for column, theirs in made.columns.items():
        say(console, Text(_plain(f"{column} = {theirs}  ({made.why[column]})")))
    for column, (theirs, full, empty) in made.filled.items():
        say(console, Text(_plain(f"{column} = {full} where {theirs} has a value, else {empty}")))
    for column, value in made.defaults.items():
        say(console, Text(f"{column} = {value} in every line: no column was taken for it"))
    if made.unused:
        say(console, Text(_plain(f"not used: {', '.join(made.unused)}")))
    if made.votes_unused:
        names = ", ".join(made.votes_unused)
        said = f"{names}: may be votes, which are then missing. Map them in the layout"
        say(console, Text(_plain(said), "bold yellow"))
    for column, unknown in draft.unknown.items():
        shown = f"{len(unknown):,} values" if len(unknown) > MOST_CODES else ", ".join(map(repr, unknown))
        said = f"{column}: what {shown} mean is yours to say, in layouts/{draft.name}.toml. Till then no run takes it"
        say(console, Text(_plain(said), "bold yellow"))


def _file(report: Report, console: Console) -> None:
    title(console, _plain(report.name), _plain(report.title or report.layout))
    lines = _lines(report)
    left = max(len(label) for label, _, _ in lines) + 4
    for label, text, style in lines:
        for number, part in enumerate(Text(_plain(text)).wrap(console, max(console.width - left, 20))):
            part.rstrip()
            console.print(
                Text.assemble((f"  {label if number == 0 else ''}".ljust(left), "dim"), (part.plain, style)),
                soft_wrap=True,
            )


def _lines(report: Report) -> list[tuple[str, str, str]]:
    """Label, text and style of what there is to say of a file."""
    said: list[tuple[str, str, str]] = []
    if report.layout:
        header = "header line" if report.form.get("has_header") else "no header line"
        form = ", ".join(str(report.form[key]) for key in ("delimiter", "encoding") if report.form.get(key))
        said += [
            ("kind", f"{_TABLES[report.table]} · layout {report.layout}", ""),
            ("form", f"{form}, {header} · {words.plural(report.lines, 'line')}", ""),
            ("columns", _columns(report), ""),
        ]
    for column, found in report.codes.items():
        said += _codes(column, report, found)
    said += [("dates", f"{column}: {_days(days)}", "") for column, days in report.dates.items() if _days(days)]
    if report.people:
        again = report.people["lines"] - report.people["voters"]
        verb = "names" if again == 1 else "name"
        what = f" · {words.plural(again, 'line')} {verb} one again" if again and report.table == "voters" else ""
        said.append(("voters", f"{report.people['voters']:,}{what}", ""))
    if report.places:
        without = report.places["without_precinct"]
        tail = f" · {words.plural(without, 'line')} without a precinct" if without else ""
        counties = words.plural(report.places["counties"], "county", "counties")
        said.append(("places", f"{counties}, {words.plural(report.places['precincts'], 'precinct')}{tail}", ""))
    said += _account(report)
    said += [("remark", remark, "yellow") for remark in report.remarks]
    if report.unconfirmed:
        said.append(("unconfirmed", report.unconfirmed, "dim"))
    said += _aggregate(report.aggregate)
    if report.refused:
        said.append(("REFUSED", report.refused, "bold red"))
    return said


def _aggregate(rows: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Say how many ballots without voters there are, in all and by place and party."""
    said = []
    for by in ("all", "county", "party"):
        those = [row for row in rows if row["counted_by"] == by and row["ballots"] is not None]
        shown = [
            f"{row['name'] or ('ballots' if by == 'all' else 'none named')} {row['ballots']:,}"
            + (f" ({row['returned']:,} returned)" if row["returned"] is not None else "")
            for row in those[:_MOST_COLUMNS]
        ]
        more = f"; and {len(those) - _MOST_COLUMNS} more" if len(those) > _MOST_COLUMNS else ""
        if shown:
            said.append(("counted" if by == "all" else f"by {by}", "; ".join(shown) + more, ""))
    return said


def _columns(report: Report) -> str:
    names = [f"{ours} = {theirs}" if ours != theirs else ours for ours, theirs in report.columns.items()]
    shown = ", ".join(names[:_MOST_COLUMNS]) + (
        f", and {len(names) - _MOST_COLUMNS} more" if len(names) > _MOST_COLUMNS else ""
    )
    return f"{shown}. Not there: {', '.join(report.absent)}" if report.absent else shown


def _codes(column: str, report: Report, found: list) -> list[tuple[str, str, str]]:  # type: ignore[type-arg]
    known: dict[str, list[str]] = {}
    for code in sorted(found, key=lambda code: -code.lines):
        if code.canonical is not None:
            known.setdefault(code.canonical, []).append(f"{code.raw[:30]} {code.lines:,}")
    listed = "; ".join(
        f"{meaning}: {', '.join(raw[:4])}{', …' if len(raw) > 4 else ''}" for meaning, raw in known.items()
    )
    said = [("codes", f"{column} → {listed}", "")] if listed and len(known) <= 12 else []
    if len(known) > 12:
        said = [("codes", f"{column} → {len(known)} values", "")]
    unknown = [code for code in found if code.canonical is None]
    if unknown and CODED[report.table][column].values:
        shown = ", ".join(f"{code.raw[:30]!r} {code.lines:,}" for code in unknown[:6]) + (
            ", …" if len(unknown) > 6 else ""
        )
        said.append(("UNKNOWN", f"{column}: {shown}", "bold yellow"))
    return said


def _days(days: Dates) -> str:
    said = (
        (days.future, "after today"),
        (days.early, "before 1900"),
        (days.out_of_range, "of no year from 1800 to 2200"),
        (days.day_first, "with the day first, in a column with the month first"),
        (days.not_read, "not read"),
    )
    span = [f"{days.first} to {days.last}"] if days.first else []
    return " · ".join([*span, *(f"{number:,} {what}" for number, what in said if number)])


def _account(report: Report) -> list[tuple[str, str, str]]:
    if not report.account:
        return []
    lines_in, loaded, rejected, ignored = (report.account[k] for k in ("lines_in", "loaded", "rejected", "ignored"))
    mark = "✓" if lines_in == loaded + rejected + ignored else "LINES LOST"
    said = [("lines", f"{lines_in:,} = {loaded:,} loaded + {rejected:,} rejected + {ignored:,} ignored {mark}", "")]
    if report.ignored:
        said.append(("ignored", report.ignored, ""))
    for column, reason, lines in report.reasons[:3]:
        said.append(("rejected", f"{f'{column}: ' if column else ''}{reason} ({lines:,})", "yellow"))
    said += [("", line[:160], "dim") for line in report.sample]
    return said


def _change(change: Change, console: Console) -> None:
    title(console, f"Against {change.since}")
    say(console, Text(change.sentence()))
    for before, now, voters in change.moves[:6]:
        say(console, Text(f"{before} → {now}: {voters:,}"))


def _plain(text: str) -> str:
    return words.printable(text, _LONGEST)
