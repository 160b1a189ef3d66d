"""What a reader should know of an estimate; no name is told, and a label only if ten voters bear it."""

from collections.abc import Iterator

import polars as pl

from turnout import reuse
from turnout.ethnicity import names
from turnout.ethnicity.coding import CODES, Coded, rows
from turnout.ethnicity.evidence import Evidence
from turnout.ethnicity.learning import Tables
from turnout.ethnicity.tables import UNLISTED, NameTables, across
from turnout.vocabulary import GROUPS
from turnout.workspace import Workspace

#: A label, or a surname on no list, is told only if so many voters bear it.
VOTERS_TO_SHOW = 10
_LABELS_SHOWN = 3
#: The table of how many look as if their names were swapped, a unit of :mod:`turnout.reuse`: no ballot changes it.
SWAPPED = "swapped_names"
#: Shares of the voters: fewer are chance, and more are worth a warning.
_FEW_SWAPPED, _MANY_SWAPPED = 0.002, 0.02


def report(workspace: Workspace, coded: Coded, tables: Tables, known: Evidence, listed: NameTables) -> None:
    """Note what was found."""
    voters = int(coded.cells["voters"].sum())
    for severity, topic, message in (
        _unmatched(coded, voters),
        *_labels(coded, tables, known),
        *_swapped(workspace, coded, listed, voters),
    ):
        workspace.note(topic, message, severity=severity)


def _unmatched(coded: Coded, voters: int) -> tuple[str, str, str]:
    surname = coded.codes.surname
    share = float((surname == names.ON_NO_LIST).mean())
    unmatched, unnamed = (
        round(float((surname == code).mean()) * voters) for code in (names.ON_NO_LIST, names.MISSING)
    )
    return (
        "warning" if share > 0.25 else "note",
        "surnames",
        f"{unmatched:,} of {voters:,} voters ({share:.1%}) have a surname on no list, "
        f"{unnamed:,} have none to match; they rest on the other evidence.",
    )


def _labels(coded: Coded, tables: Tables, known: Evidence) -> Iterator[tuple[str, str, str]]:
    labelled = int((coded.codes.labels["vendor"] > 0).sum()) * coded.step
    if labelled:
        yield (
            "note",
            "vendor ethnicity",
            f"{labelled:,} voters have a self-reported or vendor label that was used as evidence, taken to name the "
            f"voter's own group in {tables.reliability:.0%} of cases.",
        )
    if known.unknown:
        shown = sorted(label for label, count in known.unknown.items() if count >= VOTERS_TO_SHOW)[:_LABELS_SHOWN]
        named = f", for example {', '.join(repr(label) for label in shown)}" if shown else ""
        yield (
            "warning",
            "vendor ethnicity",
            f"{len(known.unknown)} labels of {sum(known.unknown.values()):,} voters are not understood{named}. "
            "They count as no evidence; map them under [vendor.labels] in models/ethnicity.toml.",
        )


def _swapped(workspace: Workspace, coded: Coded, listed: NameTables, voters: int) -> Iterator[tuple[str, str, str]]:
    def count() -> None:
        with workspace.registered("name_rarity", rarity(listed)), workspace.registered("name_rows", coded.matched):
            workspace.store(SWAPPED, rows(workspace.connection, "ethnicity/swapped_names"))

    matched = reuse.standing(workspace.connection, (CODES,))
    key = None if matched is None else reuse.key(SWAPPED, matched)
    reuse.once(workspace.connection, SWAPPED, key, (SWAPPED,), count)
    swapped = int(workspace.table(SWAPPED).item())
    if swapped >= max(VOTERS_TO_SHOW, _FEW_SWAPPED * voters):
        yield (
            "warning" if swapped > _MANY_SWAPPED * voters else "note",
            "names",
            f"{swapped:,} of {voters:,} voters ({swapped / voters:.1%}) look as if first and last name were swapped. "
            "Nothing was changed; if they are, correct the columns in the file's layout.",
        )


def rarity(tables: NameTables) -> pl.DataFrame:
    """Share of people with each name as a surname and as a first name: ``name, as_surname, as_first``."""
    shares = [
        table.filter(pl.col("name") != UNLISTED).select("name", (across(GROUPS) / len(GROUPS)).alias(column))
        for table, column in ((tables.surname, "as_surname"), (tables.first, "as_first"))
    ]
    return shares[0].join(shares[1], on="name", how="full", coalesce=True)
