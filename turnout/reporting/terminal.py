"""A run in the terminal, at eighty columns. Everything that came from a file is shown as text, never as markup."""

import dataclasses
from collections.abc import Sequence

import polars as pl
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from turnout.reporting import document, ledger, story, summary, tables, words
from turnout.reporting.run import Run

#: Up to this many contests are shown in full; of larger ballots, this many of the most open.
_IN_FULL = 5
_MOST_OPEN = 15
#: Contests of a ballot whose uncertainty is taken apart, the most open, and short names of its components.
_TAKEN_APART = 5
_HEADS = {
    "mode shift": "Shift",
    "turnout total": "Total",
    "turnout composition": "Who",
    "ethnicity estimate": "Ethnicity",
    "support by group": "Support",
    "precinct noise": "Precincts",
    "sampling": "Chance",
    "lost lines": "Lost",
}
#: Columns that the numbers of a ballot's table take.
_NUMBERS = 49
#: Columns that the figures of the table of files take.
_FIGURES = 50
#: Signs of a name, and of a sentence, that are shown.
_LONGEST_NAME = 120
_LONGEST_MESSAGE = 1_500


def show(run: Run, console: Console, *, files: bool = True) -> None:
    """Print who has voted, who is still to vote, where it ends, how sure that is, and what to know about the data.

    ``files`` says where the outputs are; turn it off for a run that published none.
    """
    reused = run.provenance.get("reused")
    run = _printable(tables.published(run))
    contests = summary.contests(run)
    heading(run, console)
    show_cohorts(run, console)
    if len(contests) <= _IN_FULL:
        for contest in contests:
            _contest(run, contest, console)
    else:
        _ballot(contests, console)
        _uncertainty(run, contests, console)
    show_findings(run.findings, console)
    show_reconciliation(run.reconciliation, console)
    if isinstance(reused, list) and reused:
        console.print()
        say(console, Text(f"As the last run made it, for its files are the same: {'; '.join(reused)}.", "dim"))
    if files:
        _files(run, console)


def show_cohorts(run: Run, console: Console) -> None:
    """Print the cohorts by group against registration, and their totals. Prints nothing without a voter file."""
    rows = summary.groups(run)
    if not rows:
        return
    table = plain_table("Group", "Registered", "Early", "Index", "Poll, expected", "Late, expected")
    for row in rows:
        cells = row.cells
        table.add_row(
            Text(row.label),
            words.percent(cells["registered"].share),
            words.percent(cells["early"].share),
            words.index(cells["early"].index),
            words.percent(cells["poll"].share),
            words.percent(cells["late"].share),
        )
    table.add_section()
    totals = {total.cohort: total for total in summary.totals(run)}
    table.add_row(
        "Voters",
        words.count(totals["registered"].expected),
        words.count(totals["early"].expected),
        "",
        *(words.count(totals[cohort].expected) for cohort in ("poll", "late")),
        style="bold",
    )
    if any(total.lo90 is not None for total in totals.values()):
        registered, early, poll, late = (
            "" if total.lo90 is None or total.lo90 == total.hi90 else words.count_interval(total.lo90, total.hi90)
            for total in totals.values()
        )
        table.add_row("  90 %", registered, early, "", poll, late, style="dim")
    title(console, "Who has voted, and who is still to vote", "shares of each cohort, by estimated ethnicity")
    console.print(table)


def show_findings(findings: pl.DataFrame, console: Console) -> None:
    """Print what a reader should know about the data, warnings first."""
    if findings.is_empty():
        return
    title(console, "What to know about the data")
    ordered = _shown(findings, _LONGEST_MESSAGE).sort(pl.col("severity") != "warning", maintain_order=True)
    for severity, topic, message in ordered.select("severity", "topic", "message").iter_rows():
        label, style = ("warning", "bold yellow") if severity == "warning" else ("note", "dim")
        say(console, Text.assemble((f"{label} ", style), (f"{topic}: ", "bold"), message))


def show_reconciliation(reconciliation: pl.DataFrame, console: Console) -> None:
    """Print, for every file, that no line was lost."""
    if reconciliation.is_empty():
        return
    title(console, "Every line accounted for")
    table = plain_table("File", "Lines in", "= loaded", "+ rejected", "+ ignored", "")
    for row in reconciliation.iter_rows(named=True):
        parts = [row[name] for name in ("loaded", "rejected", "ignored")]
        kept = row["lines_in"] == sum(parts)
        source = words.shortened(row["source"], max(console.width - _FIGURES, 20))
        name = f"{source} ({row['note']})" if row["note"] else source
        mark = Text("✓", "green") if kept else Text("LINES LOST", "bold red")
        table.add_row(Text(name, overflow="fold"), *(f"{number:,}" for number in (row["lines_in"], *parts)), mark)
    console.print(table)


def heading(run: Run, console: Console) -> None:
    """Print what the run is of, and that it is synthetic where it is."""
    contest = run.contest
    console.print()
    name = summary.title(run)
    when = f" · {contest.date:%-d %B %Y}" if contest.date else ""
    console.print(Text.assemble((name, "bold"), (when, "dim")))
    if contest.synthetic:
        console.print(Text(f"{words.SYNTHETIC}. {words.SYNTHETIC_MEANING}", "black on yellow"))
    if contest.note:
        console.print(Text(contest.note, "dim"))


def _contest(run: Run, contest: summary.ContestSummary, console: Console) -> None:
    title(console, f"Where it ends: {contest.contest}")
    say(console, Text(_count_alone(contest)))
    if not contest.projected:
        reason = contest.reason or "No reason was given."
        say(console, Text.assemble(("No projection. ", "bold yellow"), reason))
        return
    table = plain_table("Candidate", "Counted", "Projected", "90 % interval", "Wins in", "Votes")
    final = contest.status == "final"
    for line in contest.lines:
        table.add_row(
            Text(_name(line)),
            words.percent(line.counted_share),
            Text(words.percent(line.projected_share), "bold"),
            words.interval(line.lo90, line.hi90),
            words.chance(line.win_probability, final=final),
            words.count(line.projected_votes),
        )
    console.print(table)
    if contest.overturned:
        say(console, Text("The projection has another leader than the count.", "bold"))
    for move in ledger.last_moves(run.ledger).filter(pl.col("contest") == contest.contest).iter_rows(named=True):
        moved = f"{contest.leader.candidate} moved {words.signed_points(move['move'])} since the run before"
        say(console, Text(f"{moved}{', and leads now' if move['turned'] else ''}."))
    if contest.reason:
        say(console, Text(contest.reason, "dim"))
    parts = [f"{name} {words.points(sd)}" for name, sd in summary.components(run, contest.contest)]
    if parts:
        say(console, Text(f"Uncertainty, points of share (1 sd): {', '.join(parts)}", "dim"))


def _ballot(contests: Sequence[summary.ContestSummary], console: Console) -> None:
    shown = [contest for contest in summary.by_openness(contests) if contest.projected][:_MOST_OPEN]
    settled = [contest for contest in contests if contest.projected]
    abstained = [contest for contest in contests if not contest.projected]
    overturned = sum(contest.overturned for contest in settled)
    title(console, "Where it ends", f"the {len(shown)} most open of {words.plural(len(contests), 'contest')}")
    table = plain_table("Contest, projected leader", "Projected", "90 % interval", "Wins in", "Counted")
    room = max(console.width - _NUMBERS, 20)
    for contest in shown:
        leader = contest.leader
        table.add_row(Text(words.shortened(contest.contest, room)))
        table.add_row(
            Text(f"  {words.shortened(leader.candidate, room - 2)}"),
            Text(words.percent(leader.projected_share), "bold"),
            words.interval(leader.lo90, leader.hi90),
            words.chance(leader.win_probability, final=contest.status == "final"),
            words.percent(leader.counted_share),
        )
    if shown:
        console.print(table)
        said = "All shares are the leader's: of the final vote, and (counted) of the votes counted so far."
        say(console, Text(said, "dim"))
    projected = (
        f"{words.plural(len(settled), 'contest')} projected, {overturned:,} with another leader than the count"
    )
    say(console, Text(f"{projected}; {len(abstained):,} abstained."))
    reasons = pl.Series([contest.reason for contest in abstained], dtype=pl.String).value_counts(sort=True)
    for reason, number in sorted(reasons.iter_rows(), key=lambda row: (-row[1], row[0])):
        say(console, Text(f"Abstained in {words.plural(number, 'contest')}: {reason}", "dim"))


def _uncertainty(run: Run, contests: Sequence[summary.ContestSummary], console: Console) -> None:
    """Print what the intervals of the most open contests are made of."""
    known = [contest for contest in contests if contest.contest in run.components_of]
    shown = [contest for contest in summary.by_openness(known) if contest.status == "projected"][:_TAKEN_APART]
    if not shown:
        return
    wide = {contest.contest: dict(run.components_of[contest.contest]) for contest in shown}
    names = list(dict.fromkeys(name for parts in wide.values() for name in parts))
    table = plain_table("Contest", *(_HEADS.get(name, name) for name in names))
    room = max(console.width - sum(len(_HEADS.get(name, name)) + 2 for name in names) - 2, 12)
    for contest in shown:
        parts = wide[contest.contest]
        cells = (words.points(parts[name]) if name in parts else "" for name in names)
        table.add_row(Text(words.shortened(contest.contest, room)), *cells)
    title(console, "Why not surer", "what each unknown alone does to the leader (1 sd)")
    console.print(table)
    said = "; ".join(f"{_HEADS.get(name, name)}: {story.COMPONENTS.get(name, name)}" for name in names)
    say(console, Text(f"{said}.", "dim"))


def _count_alone(contest: summary.ContestSummary) -> str:
    counted = contest.counted
    if not counted:
        return "Nothing is counted yet."
    votes = sum(line.counted_votes or 0 for line in counted)
    said = ", ".join(f"{line.candidate} {words.percent(line.counted_share)}" for line in counted[:3])
    return f"The count alone says: {said} ({words.plural(votes, 'vote')})."


def _name(line: summary.CandidateLine) -> str:
    return f"{line.candidate} ({line.party})" if line.party else line.candidate


def _files(run: Run, console: Console) -> None:
    names = [
        document.PROJECTION_CSV,
        document.PROJECTION_JSON,
        document.COHORTS_CSV,
        document.REPORT_HTML,
        document.REPORT_XLSX,
    ]
    if run.cohorts is None:
        names.remove(document.COHORTS_CSV)
    console.print()
    console.print(Text(f"Written to {run.contest.output}: {', '.join(names)}"), soft_wrap=True)


def _printable(run: Run) -> Run:
    """Make what came from files safe to show, and short enough: a name of a whole page is no name."""
    return dataclasses.replace(
        run,
        projection=_shown(run.projection, _LONGEST_NAME),
        components=_shown(run.components, _LONGEST_NAME),
        reconciliation=_shown(run.reconciliation, _LONGEST_MESSAGE),
    )


def _shown(frame: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return a frame with every text as the terminal may show it."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    made = [
        pl.Series(
            name, [text and words.shortened(words.printable(text), most) for text in frame[name]], dtype=pl.String
        )
        for name in texts
    ]
    return frame.with_columns(made)


def say(console: Console, text: Text) -> None:
    """Print a paragraph two columns in, without blanks at the ends of its lines."""
    for line in text.wrap(console, max(console.width - 2, 20)):
        line.rstrip()
        console.print(Text("  ") + line, soft_wrap=True)


def title(console: Console, text: str, aside: str = "") -> None:
    """Print a heading after an empty line, and beside it in a low voice what more there is to say of it."""
    console.print()
    console.print(Text.assemble((text, "bold"), (f"  {aside}" if aside else "", "dim")))


def plain_table(*columns: str, text_columns: int = 1) -> Table:
    """Return a plain table: text columns first and to the left, numbers to the right and never wrapped."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for position, column in enumerate(columns):
        text = position < text_columns
        table.add_column(column, justify="left" if text else "right", no_wrap=not text, overflow="fold")
    return table
