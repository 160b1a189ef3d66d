"""An ethnicity estimate in the terminal and as CSV: sums and scores, never a voter."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl
from rich.console import Console
from rich.text import Text

from turnout import storage
from turnout.ethnicity.calibration import Calibration
from turnout.reporting import document, tables, words
from turnout.reporting.terminal import plain_table, say, show_findings, title
from turnout.vocabulary import GROUPS

_FEWEST: Final = 10
#: Raised when a key changes its meaning or goes away.
_SCHEMA_VERSION: Final = 1


@dataclass(frozen=True)
class Estimated:
    """The estimate of one voter file, in sums.

    Attributes
    ----------
    groups : ``group, voters, share``
    by_ballot : see :func:`turnout.ethnicity.early_composition`
    basis : see :func:`turnout.ethnicity.summary`
    calibration : None where the file was not compared with itself
    findings : the table of that name
    """

    groups: pl.DataFrame
    by_ballot: pl.DataFrame
    basis: pl.DataFrame
    calibration: Calibration | None
    findings: pl.DataFrame


def show(estimated: Estimated, console: Console) -> None:
    """Print who the voters are, who has voted, what it rests on, and how good it is."""
    title(console, "Who the voters are", "expected voters by estimated ethnicity")
    table = plain_table("Group", "Voters", "Share")
    few = []
    for group, voters, share in estimated.groups.iter_rows():
        if voters >= _FEWEST:
            table.add_row(Text(_named(group)), words.count(voters), words.percent(share))
        else:
            few.append(group)
    if table.row_count:
        console.print(table)
    _not_shown(few, console)
    _voted(estimated.by_ballot, console)
    _basis(estimated.basis, console)
    if estimated.calibration is not None:
        _calibration(estimated.calibration, console)
    show_findings(estimated.findings, console)


def write(estimated: Estimated, directory: Path) -> list[str]:
    """Write each table as CSV: groups, by_ballot, basis; compared, also calibration, voted, reliability, surnames.

    Returns their names. Cells of fewer than ten voters are blank.
    """
    return storage.place_all(
        directory, {f"{name}.csv": tables.to_csv(frame).encode() for name, frame in _shared(estimated).items()}
    )


def to_json(estimated: Estimated) -> str:
    """Return the same tables as JSON, with how many voters have a label and a surname on a list, and findings."""
    found = estimated.calibration
    compared = found and {"labelled": found.labelled, "surnames": found.voters, "unmatched": found.unmatched}
    return document.lines(
        {
            "schema": _SCHEMA_VERSION,
            **_shared(estimated),
            "compared": compared,
            "findings": estimated.findings,
        }
    )


def _shared(estimated: Estimated) -> dict[str, pl.DataFrame]:
    """Tables by name as they may be shared: what counts under ten voters left blank or out."""
    count = pl.col("voters")
    frames = {
        "groups": estimated.groups.with_columns(pl.when(count >= _FEWEST).then(pl.col("voters", "share"))),
        "by_ballot": estimated.by_ballot.with_columns(
            pl.when(pl.col("estimated") >= _FEWEST).then(pl.col("plain", "estimated", "lo90", "hi90"))
        ),
        "basis": estimated.basis.filter(count >= _FEWEST),
    }
    if (found := estimated.calibration) is not None:
        frames |= {
            "calibration": found.scores,
            "voted": found.voted,
            "reliability": found.reliability,
            "surnames": found.surnames,
        }
    return frames


def _named(group: str) -> str:
    """Spell a group: 'Other Asian'; of several, 'Chinese, Japanese'."""
    return ", ".join(part.replace("_", " ") for part in group.split("+")).title()


def _voted(by_ballot: pl.DataFrame, console: Console) -> None:
    accepted = by_ballot.filter(pl.col("ballot") == "accepted")
    total = accepted["estimated"].sum()
    if total < _FEWEST:
        return
    title(console, "Who has voted", "ballots accepted, by the plain sum of probabilities and by EM")
    table = plain_table("Group", "Plain sum", "Estimate", "Share", "90 % interval")
    rows = {row["group_name"]: row for row in accepted.iter_rows(named=True)}
    few = [group for group in GROUPS if rows[group]["estimated"] < _FEWEST]
    for group in GROUPS:
        row = rows[group]
        if row["estimated"] >= _FEWEST:
            table.add_row(
                Text(_named(group)),
                words.count(row["plain"]),
                words.count(row["estimated"]),
                words.percent(row["estimated"] / total),
                words.count_interval(row["lo90"], row["hi90"]),
            )
    console.print(table)
    _not_shown(few, console)


def _not_shown(groups: list[str], console: Console) -> None:
    """Say which groups are too small to be told."""
    if groups:
        names = ", ".join(_named(group) for group in groups)
        say(console, Text(f"Not shown, for fewer than {_FEWEST} voters: {names}.", "dim"))


def _basis(basis: pl.DataFrame, console: Console) -> None:
    if basis.filter(pl.col("voters") >= _FEWEST).is_empty():
        return
    title(console, "What it rests on", "evidence by voters")
    table = plain_table("Evidence", "Voters")
    for name, voters in basis.filter(pl.col("voters") >= _FEWEST).head(10).iter_rows():
        table.add_row(Text(name), words.count(voters))
    console.print(table)


def _calibration(found: Calibration, console: Console) -> None:
    title(console, "How good it is", f"against the label of {words.count(found.labelled)} voters, which was not used")
    _scores(found.scores, console)
    if not found.voted.is_empty():
        voted = words.count(max(found.voted["voters"].to_list()))
        title(console, "The same of those who have voted", f"{voted} labelled voters with a ballot accepted")
        _scores(found.voted, console)
    _reliability(found.reliability, console)
    share = found.unmatched / max(found.voters, 1)
    title(console, "Surnames on no list", f"{words.percent(share)} of the voters; the most frequent")
    if found.surnames.is_empty():
        say(console, Text(f"None of {_FEWEST} voters or more.", "dim"))
        return
    table = plain_table("Surname", "Voters")
    for surname, voters in found.surnames.iter_rows():
        table.add_row(Text(surname), words.count(voters))
    console.print(table)


def _scores(scores: pl.DataFrame, console: Console) -> None:
    """Print shares reported, estimated and by everyone's most probable group, and the scores of the two."""
    table = plain_table("Group", "Reported", "Estimate", "Most probable", "Brier", "of that", "Log loss")
    for row in scores.iter_rows(named=True):
        table.add_row(
            Text(_named(row["group"])),
            words.percent(row["observed"]),
            words.percent(row["estimated"]),
            words.percent(row["thresholded"]),
            f"{row['brier']:.4f}",
            f"{row['brier_thresholded']:.4f}",
            f"{row['log_loss']:.4f}",
        )
    console.print(table)


def _reliability(reliability: pl.DataFrame, console: Console) -> None:
    if reliability.is_empty():
        return
    title(console, "Reliability", "of voters given a probability between, how many report the group")
    table = plain_table("Group", "Between", "Voters", "Estimate", "Reported")
    for row in reliability.iter_rows(named=True):
        between = f"{100 * row['from']:.0f} and {100 * row['to']:.0f} %"
        cells = (words.count(row["voters"]), words.percent(row["estimated"]), words.percent(row["observed"]))
        table.add_row(Text(_named(row["group"])), between, *cells)
    console.print(table)
