"""Who has voted and who is still to vote, in the terminal and as CSV: by cell, by day, and who is new."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

from turnout import storage
from turnout.reporting import document, tables, terminal, words
from turnout.reporting.run import Run
from turnout.reporting.summary import GROUP_LABELS
from turnout.reporting.suppression import SMALLEST_CELL, suppressed

#: Cells shown in the terminal, the largest; the CSV has all.
_MOST = 40
#: Days shown in the terminal, the latest.
_DAYS = 14
#: Groups below this share of the early vote are left out of the terminal's tables.
_LEAST_SHARE = 0.01
_COUNTS: Final = ("expected", "lo90", "hi90", "accepted", "early", "poll", "late", "forecast", "per_1000")
#: How the early voters voted in the comparable election, as columns of the terminal's table.
_ORIGINS: Final = {
    "early": "Early then",
    "poll": "At the polls",
    "did not vote": "Did not vote",
    "not eligible": "New",
}
#: The same where the history does not say how they voted.
_ORIGINS_UNSAID: Final = {"voted": "Voted", "did not vote": "Did not vote", "not eligible": "New"}


@dataclass(frozen=True)
class Cohorts:
    """What ``turnout cohorts`` found.

    Attributes
    ----------
    run : the run, with cohorts by group and no projection
    dimensions : what ``by`` is by; empty where nothing but groups was asked for
    by : see :func:`turnout.electorate.breakdown.by`; by group where nothing was asked for
    origin : the same by group and ``prior``; None without a comparable election
    days : see :func:`turnout.electorate.days.table`
    comparable : date of the comparable election; None without one
    """

    run: Run
    dimensions: tuple[str, ...]
    by: pl.DataFrame
    origin: pl.DataFrame | None
    days: pl.DataFrame
    comparable: dt.date | None


def show(found: Cohorts, console: Console) -> None:
    """Print the cohorts by what was asked for, where the early vote comes from, the days, and findings."""
    terminal.heading(found.run, console)
    _by(found, console)
    _origin(found, console)
    _days(found.days, console)
    terminal.show_findings(found.run.findings, console)
    terminal.show_reconciliation(found.run.reconciliation, console)


def write(found: Cohorts, directory: Path) -> list[str]:
    """Write cohorts.csv, cohorts-by-….csv, cohort-origin.csv and cohort-days.csv; return their names.

    Cells of fewer than ten voters are blank, and with them whatever would give them away.
    """
    names = {
        "cohorts": document.COHORTS_CSV,
        "by": f"cohorts-by-{'-'.join(_keys(found.by))}.csv",
        "origin": "cohort-origin.csv",
        "days": "cohort-days.csv",
    }
    return storage.place_all(
        directory, {names[key]: tables.to_csv(frame).encode() for key, frame in _shared(found).items()}
    )


def to_json(found: Cohorts) -> str:
    """Return the same tables as JSON, with each cohort's total, findings and reconciliation."""
    own = {"schema": _SCHEMA_VERSION, "date": found.run.contest.date, "comparable": found.comparable}
    shared = _shared(found)
    tables_of = {key: shared.get(key) for key in ("cohorts", "by", "origin", "days")}
    rest = {"findings": found.run.findings, "reconciliation": found.run.reconciliation}
    return document.lines({**own, "totals": _totals(found), **tables_of, **rest})


_NUMBERS: Final = ("expected", "lo90", "hi90", "share", "index", "per_1000")
#: Raised when a key changes its meaning or goes away.
_SCHEMA_VERSION: Final = 1


def _shared(found: Cohorts) -> dict[str, pl.DataFrame]:
    """Return the tables there are, as they may be shared: rounded, small cells blank."""
    published = tables.published(found.run).cohorts
    frames = {} if published is None else {"cohorts": published}
    if found.dimensions:
        frames["by"] = _shareable(found.by, _keys(found.by))
    if found.origin is not None:
        frames["origin"] = _shareable(found.origin, ("group", "prior"))
    if found.days.height:
        frames["days"] = _shareable_days(found.days)
    return {name: _rounded(frame) for name, frame in frames.items()}


def _keys(by: pl.DataFrame) -> tuple[str, ...]:
    return tuple(name for name in by.columns if name not in ("cohort", *_NUMBERS))


def _shareable(table: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """Blank small cells, cohort by cohort."""
    parts = table.partition_by("cohort", maintain_order=True)
    return pl.concat(suppressed(part, keys, "expected", _NUMBERS) for part in parts)


def _shareable_days(days: pl.DataFrame) -> pl.DataFrame:
    """Blank small cells, day by day; the total of a day is shown if it is not small itself."""
    parts = []
    own = {
        "accepted": ("accepted", "share", "index", "index_past"),
        "early": ("early", "lo90", "hi90"),
        "poll": ("poll",),
        "late": ("late",),
        "forecast": ("forecast",),
    }
    whole = pl.col("group") == ""
    for day in days.partition_by("day", maintain_order=True):
        total, groups = day.filter(whole), day.filter(~whole)
        for count, numbers in own.items():
            if groups[count].null_count() < groups.height:
                groups = suppressed(groups, ("group",), count, numbers)
                small = pl.col(count) < SMALLEST_CELL
                total = total.with_columns(pl.when(~small).then(pl.col(name)).alias(name) for name in numbers)
        parts.append(pl.concat([total, groups]))
    return pl.concat(parts)


def _rounded(frame: pl.DataFrame) -> pl.DataFrame:
    """Round counts to two decimals, shares and indices to six."""
    floats = [name for name, kind in frame.schema.items() if kind == pl.Float64()]
    return frame.with_columns(
        pl.col(name).round(2).cast(pl.Decimal(18, 2)) if name in _COUNTS else (pl.col(name).round(6) + 0.0)
        for name in floats
    )


def _label(row: dict[str, object], keys: tuple[str, ...]) -> str:
    return " · ".join(GROUP_LABELS.get(str(row[key]), str(row[key])) for key in keys)


def _by(found: Cohorts, console: Console) -> None:
    """Print who has voted and who is still to vote, by cell."""
    keys = _keys(found.by)
    shown = _shareable(found.by, keys)
    rows = {cohort: frame.to_dicts() for (cohort,), frame in shown.partition_by("cohort", as_dict=True).items()}
    order = sorted(range(len(rows["registered"])), key=lambda i: -(rows["registered"][i]["expected"] or 0))[:_MOST]
    kept = sorted(i for i in order if rows["registered"][i]["expected"] is not None)
    name = " · ".join(keys).capitalize()
    voted = terminal.plain_table(name, "Registered", "Early", "Of the early", "Index", "Per 1,000")
    to_come = terminal.plain_table(name, "Poll", "90 %", "Index", "Late", "90 %")
    early_so_far = _early(found.by)
    for i in kept:
        label = Text(words.printable(_label(rows["registered"][i], keys)))
        early, poll, late = (rows[cohort][i] for cohort in (early_so_far, "poll", "late"))
        voted.add_row(
            label,
            words.count(rows["registered"][i]["expected"]),
            words.count(early["expected"]),
            words.percent(early["share"]),
            words.index(early["index"]),
            words.count(early["per_1000"]),
        )
        to_come.add_row(label, *_expected(poll), words.index(poll["index"]), *_expected(late))
    totals = _totals(found)
    _add_totals(
        voted, to_come, totals, float(found.by.filter(pl.col("cohort") == early_so_far)["expected"].to_numpy().sum())
    )
    in_already = (
        "ballots accepted so far" if early_so_far == "accepted" else "expected: nobody's own ballot is known to be in"
    )
    terminal.title(console, "Who has voted", f"{in_already}; index against registration")
    console.print(voted)
    if totals["early"]["lo90"] < totals["early"]["hi90"]:
        said = words.count(totals["early"]["expected"])
        within = words.count_interval(totals["early"]["lo90"], totals["early"]["hi90"])
        terminal.say(console, Text(f"Expected early in the end: {said} (90 %: {within}).", "bold"))
    terminal.title(console, "Who is still to vote", "expected voters, with 90 % intervals")
    console.print(to_come)
    if (left_out := len(rows["registered"]) - len(kept)) > 0:
        said = f"{words.plural(left_out, 'more cell')}, small or beyond the largest {_MOST}; --output writes them."
        terminal.say(console, Text(said, "dim"))


def _early(by: pl.DataFrame) -> str:
    """Name the rows that say who has voted early: those accepted, if any voter's own ballot is known to be."""
    return "accepted" if by.filter(pl.col("cohort") == "accepted")["expected"].sum() > 0 else "early"


def _expected(cell: Mapping[str, float | None]) -> tuple[str, str]:
    """Say an expectation and its interval."""
    return words.count(cell["expected"]), words.count_interval(cell["lo90"], cell["hi90"])


def _totals(found: Cohorts) -> dict[str, dict[str, float]]:
    """Return each cohort's expected total and its 90 % interval."""
    given = found.run.provenance["cohort_totals"]
    return given if isinstance(given, dict) else {}


def _add_totals(voted: Table, to_come: Table, totals: dict[str, dict[str, float]], early: float) -> None:
    """Add everyone."""
    registered = totals["registered"]["expected"]
    per_1000 = 1000 * early / registered if registered else None
    voted.add_section()
    voted.add_row("All", words.count(registered), words.count(early), "", "", words.count(per_1000), style="bold")
    to_come.add_section()
    to_come.add_row("All", *_expected(totals["poll"]), "", *_expected(totals["late"]), style="bold")


def _origin(found: Cohorts, console: Console) -> None:
    """Print how the early voters of each group voted in the comparable election."""
    if found.origin is None:
        return
    early = pl.col("cohort") == _early(found.origin)
    by_prior = found.origin.filter(early).group_by("prior").agg(pl.col("expected").sum())
    everyone = {str(prior): float(count) for prior, count in by_prior.iter_rows()}
    whole = sum(everyone.values())
    if whole < SMALLEST_CELL:
        return
    of_group = found.origin.filter(early).group_by("group").agg(pl.col("expected").sum())
    totals = {str(group): float(count) for group, count in of_group.iter_rows()}
    origins = _ORIGINS_UNSAID if everyone.get("voted", 0.0) > everyone.get("poll", 0.0) else _ORIGINS
    table = terminal.plain_table("Group", "Early", *origins.values())
    shown = _shareable(found.origin, ("group", "prior")).filter(early)
    for (group,), frame in shown.partition_by("group", as_dict=True, maintain_order=True).items():
        total = totals[str(group)]
        if total >= max(_LEAST_SHARE * whole, SMALLEST_CELL):
            cells = dict(frame.select("prior", "expected").iter_rows())
            shares = [None if cells.get(prior) is None else cells[prior] / total for prior in origins]
            table.add_row(Text(GROUP_LABELS[str(group)]), words.count(total), *map(words.percent, shares))
    table.add_section()
    shares = [everyone.get(prior, 0.0) / whole for prior in origins]
    table.add_row("All", words.count(whole), *map(words.percent, shares), style="bold")
    aside = f"how its voters voted in the comparable election, {found.comparable}"
    terminal.title(console, "Where the early vote comes from", aside)
    console.print(table)


def _days(days: pl.DataFrame, console: Console) -> None:
    """Print the latest days and those to come: ballots in, what runs expected, and what is expected to be in."""
    everyone = days.filter(pl.col("group") == "")
    if everyone.height < 2:
        return
    seen = everyone.filter(pl.col("accepted").is_not_null()).tail(_DAYS)
    ahead = everyone.filter(pl.col("forecast").is_not_null())
    table = terminal.plain_table("Day", "To go", "Accepted", "Expected early", "90 %", "Poll", "Late")
    for row in pl.concat([seen, ahead]).iter_rows(named=True):
        forecast = row["accepted"] is None
        table.add_row(
            f"{row['day']:%-d %B}",
            words.count(row["days_to_go"]),
            f"({words.count(row['forecast'])})" if forecast else words.count(row["accepted"]),
            *(
                ["", "", "", ""]
                if row["early"] is None
                else [
                    words.count(row["early"]),
                    words.count_interval(row["lo90"], row["hi90"]),
                    words.count(row["poll"]),
                    words.count(row["late"]),
                ]
            ),
            style="dim" if forecast else None,
        )
    terminal.title(console, "Day by day", "ballots in, and what runs as of the day expected in the end")
    console.print(table)
    _groups_by_day(days, console)


def _groups_by_day(days: pl.DataFrame, console: Console) -> None:
    """Print the largest groups' shares of the ballots in, by day, and against the past election's if there is one."""
    seen = days.filter(pl.col("accepted").is_not_null() & (pl.col("group") != ""))
    latest = seen.filter(pl.col("day") == pl.col("day").max()).sort("accepted", descending=True)
    names = latest.filter(pl.col("accepted") >= SMALLEST_CELL)["group"].head(5).to_list()
    if not names:
        return
    table = terminal.plain_table("Day", *(GROUP_LABELS[name] for name in names))
    for (day,), frame in seen.partition_by("day", as_dict=True, maintain_order=True).items():
        if (latest["day"][0] - day).days % 7 and (latest["day"][0] - day).days > 2:
            continue
        by_group = {row["group"]: row for row in frame.iter_rows(named=True)}
        cells = []
        for name in names:
            row = by_group[name]
            shown = row["share"] if (row["accepted"] or 0) >= SMALLEST_CELL else None
            past = "" if row["index_past"] is None or shown is None else f" ({words.index(row['index_past'])})"
            cells.append(words.percent(shown) + past)
        table.add_row(f"{day:%-d %B}", *cells)
    compared = seen["index_past"].null_count() < seen.height
    aside = "in brackets, against the same day before the past election" if compared else ""
    terminal.title(console, "Shares of the ballots in", aside)
    console.print(table)
