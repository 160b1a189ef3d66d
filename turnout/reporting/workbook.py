"""``report.xlsx``: the run's tables as a consultant wants them, a sheet each, made to be sorted, filtered and copied.

Text is written as text, never as a formula or a link, and what a spreadsheet would take for a formula once edited
keeps the mark that prevents it. Nothing in the file says when it was made: the same run gives the same bytes.
"""

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from turnout.reporting import sections, story, summary, tables, words
from turnout.reporting.run import Run

#: The date a workbook says it was made on: it must say one, and the run's own would change its bytes.
_MADE: Final = dt.datetime(2000, 1, 1)
#: A cell's longest text.
_LONGEST: Final = 32_000
_WIDEST: Final = 48
#: Columns of sentences, which are wrapped, and their width.
_LONG: Final = ("message", "reason", "meaning", "note")
_LONG_WIDTH: Final = 80
#: Rows that column widths are taken from.
_MEASURED: Final = 200
#: Contests up to which runs are told one by one.
_IN_FULL: Final = 5

#: Number formats, by the kind of a column.
_NUMBERS: Final = {"share": "0.0%", "sd": "0.0%", "chance": "0.0%", "count": "#,##0", "ratio": "0.00", "whole": "0"}
_COUNTED: Final = ("votes", "expected", "lines_in", "loaded", "rejected", "ignored", "rows")


@dataclass(frozen=True)
class Sheet:
    """One table of the workbook.

    ``kinds`` names the number format of each column that is not text; ``frozen`` is how many columns stay in view.
    """

    name: str
    table: pl.DataFrame
    kinds: Mapping[str, str]
    frozen: int = 1


def render(run: Run) -> bytes:
    """Return the workbook of a published run."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    title = summary.title(run)
    book.set_properties(
        {"title": _cut(title)[:255], "created": _MADE, "comments": words.SYNTHETIC if run.contest.synthetic else ""}
    )
    formats = _Formats(book)
    _about(book.add_worksheet("About"), run, title, formats)
    for sheet in sheets(run):
        _write(book.add_worksheet(sheet.name), sheet, formats)
    for printed in book.worksheets():
        printed.set_footer(f"&L{words.SYNTHETIC if run.contest.synthetic else ''}&RPage &P of &N")
    book.close()
    return target.getvalue()


def sheets(run: Run) -> list[Sheet]:
    """Return the tables of a published run that hold anything, in the order of the story."""
    return [sheet for sheet in _all(run) if sheet.table.height]


def _all(run: Run) -> list[Sheet]:
    empty = pl.DataFrame()
    told = run.projection["contest"].n_unique() <= _IN_FULL
    moved = run.ledger is not None and run.ledger["run"].n_unique() > 1 and told
    components = run.components.with_columns(
        meaning=pl.col("component").replace_strict(story.COMPONENTS, default="", return_dtype=pl.String)
    )
    inputs = run.provenance.get("inputs")
    return [
        Sheet("Projection", run.projection, _kinds(run.projection), frozen=2),
        Sheet("Cohorts", empty if run.cohorts is None else run.cohorts, _COHORTS, frozen=2),
        Sheet("Support", empty if run.support is None else run.support, _kinds(run.support), frozen=3),
        Sheet("Precincts", _precincts(run), {**_PRECINCTS}, frozen=4),
        Sheet(
            "Runs",
            run.ledger.drop("basis") if moved and run.ledger is not None else empty,
            _kinds(run.ledger),
            frozen=3,
        ),
        Sheet("Uncertainty", components, {"sd_share": "sd"}, frozen=2),
        Sheet("Findings", run.findings, {}),
        Sheet("Lines", run.reconciliation, _kinds(run.reconciliation)),
        Sheet("Inputs", _frame(inputs, ("name", "rows", "sha256")), {"rows": "count"}),
        Sheet("Provenance", _facts(run), {}),
    ]


_COHORTS: Final = {"expected": "count", "lo90": "count", "hi90": "count", "share": "share", "index": "ratio"}
_PRECINCTS: Final = {
    "counted_votes": "count",
    "counted_share": "share",
    "to_come": "count",
    "projected_votes": "count",
    "projected_share": "share",
}


def _kinds(table: pl.DataFrame | None) -> dict[str, str]:
    """Return the number format of each numeric column of shares and counts."""
    kinds = {}
    for name, kind in ({} if table is None else table.schema).items():
        if kind == pl.Float64():
            kinds[name] = "chance" if name == "win_probability" else "share"
        elif kind == pl.Int64():
            kinds[name] = "count" if name.endswith(_COUNTED) else "whole"
    return kinds


def _precincts(run: Run) -> pl.DataFrame:
    if run.precincts is None:
        return pl.DataFrame()
    unit = ["contest", "county", "precinct"]
    counted, projected = pl.col("counted_votes"), pl.col("projected_votes")
    so_far, final = counted.sum().over(unit), projected.sum().over(unit)
    return run.precincts.with_columns(
        counted_share=pl.when(so_far > 0).then(counted / so_far),
        to_come=projected - counted,
        projected_share=pl.when(projected.is_not_null() & (final > 0)).then(projected / final),
        polls=pl.when("reported").then(pl.lit("in")).otherwise(pl.lit("out")),
    ).select(*unit, "candidate", "polls", *_PRECINCTS)


def _frame(rows: object, columns: Sequence[str]) -> pl.DataFrame:
    known = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list | tuple) else []
    kinds = {column: pl.Int64() if column == "rows" else pl.String() for column in columns}
    return pl.DataFrame([{column: row.get(column) for column in columns} for row in known], schema=kinds)


def _facts(run: Run) -> pl.DataFrame:
    """Versions, seed and models, a row each."""
    rows: list[tuple[str, str]] = []
    for key, value in run.provenance.items():
        if isinstance(value, Mapping) and key != "cohort_totals":
            rows += [(f"{key}: {name}", str(inner)) for name, inner in value.items()]
        elif isinstance(value, str | int | float):
            rows.append((key.replace("_", " "), str(value)))
    return pl.DataFrame(rows, schema={"what": pl.String(), "value": pl.String()}, orient="row")


class _Formats:
    """The formats of a workbook's cells."""

    def __init__(self, book: Workbook) -> None:
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.bold = book.add_format({"bold": True})
        self.warning = book.add_format({"bold": True, "bg_color": "#FFF3D1", "font_color": "#7A4F00"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.header = book.add_format(
            {"bold": True, "bg_color": "#E9E6DF", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        self.text = book.add_format()
        self.quoted = book.add_format({"quote_prefix": True})
        self.numbers = {kind: book.add_format({"num_format": code}) for kind, code in _NUMBERS.items()}

    def of_text(self, text: str, *, long: bool = False) -> Format:
        """Return the format of a text, which keeps one that begins like a formula from ever becoming one."""
        if text.startswith(tables.FORMULA):
            return self.quoted
        return self.wrapped if long else self.text


def _write(sheet: Worksheet, content: Sheet, formats: _Formats) -> None:
    table = content.table
    sheet.freeze_panes(1, content.frozen)
    sheet.autofilter(0, 0, table.height, table.width - 1)
    sheet.set_row(0, 30)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    for at, (name, column) in enumerate(zip(table.columns, table, strict=True)):
        kind = content.kinds.get(name)
        number = formats.numbers[kind] if kind else None
        long = name in _LONG and (column.fill_null("") != "").any()
        sheet.set_column(at, at, _LONG_WIDTH if long else _width(name, column, kind), number)
        sheet.write_string(0, at, _heading(name), formats.header)
        for row, value in enumerate(column.to_list(), start=1):
            if value is None or value == "":
                continue
            if number is not None:
                sheet.write_number(row, at, value, number)
            else:
                text = _cut(str(value))
                sheet.write_string(row, at, text, formats.of_text(text, long=long))


def _about(sheet: Worksheet, run: Run, title: str, formats: _Formats) -> None:
    """Write the first sheet: what this is, what it says in short, and how to read it."""
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, _cut(title), formats.title)
    contest, row = run.contest, 1
    if contest.synthetic:
        sheet.write_string(row, 0, f"{words.SYNTHETIC}. {words.SYNTHETIC_MEANING}", formats.warning)
        row += 1
    when = [f"{contest.date:%-d %B %Y}" if contest.date else "", contest.state, contest.note]
    sheet.write_string(row, 0, _cut(" · ".join(part for part in when if part)), formats.text)
    row += 2
    contests = summary.contests(run)
    if len(contests) <= _IN_FULL:
        told = [(one.contest, story.tell(run, one, story.gap(run))) for one in contests]
    else:
        told = [("All contests", story.of_ballot(contests))]
    lines = [(name, " ".join(part for part in (one.ahead, one.why, one.sure) if part)) for name, one in told]
    lines += [("The data", " ".join(sections.quality(run))), *_HOW]
    for name, text in lines:
        sheet.write_string(row, 0, _cut(name), formats.bold)
        sheet.write_string(row, 1, _cut(text), formats.wrapped)
        row += 1


_HOW: Final = (
    (
        "Shares",
        "Shares lie between 0 and 1 and are shown in per cent. lo90 and hi90 are the ends of a 90 % interval.",
    ),
    ("Count alone", "counted_share is what taking the votes counted so far for the result would say."),
    (
        "Support",
        "Inferred from aggregates, never known of a person; least and most are bounds that rest on no model.",
    ),
    (
        "Blank cells",
        "Cells of under ten expected voters are blank, what would tell of such a one, and what a run could not say.",
    ),
    ("Names", "Estimates are of groups, not of people, and nothing here is at the level of a voter."),
)


def _heading(name: str) -> str:
    return name.replace("_", " ")


def _width(name: str, column: pl.Series, kind: str | None) -> float:
    """Return a width that fits the heading's longest word, and the first values."""
    heading = max(len(word) for word in _heading(name).split()) + 3  # the filter's button
    if kind is not None:
        return max(heading, 11)
    longest = column.head(_MEASURED).cast(pl.String).str.len_chars().max()
    return min(max(heading, int(str(longest or 0)) + 2), _WIDEST)


def _cut(text: str) -> str:
    return text[:_LONGEST]
