"""What a run says, for people and for machines: terminal tables, CSV, JSON, a workbook and one HTML page."""

import dataclasses
from pathlib import Path

from turnout import storage
from turnout.addresses import Address
from turnout.reading import objects
from turnout.reporting import document, ledger, tables
from turnout.reporting.boundaries import Shape
from turnout.reporting.boundaries import read as read_boundaries
from turnout.reporting.document import read
from turnout.reporting.run import Run
from turnout.reporting.terminal import show, show_cohorts, show_findings, show_reconciliation
from turnout.workspace import name_published

__all__ = [
    "Run",
    "entered",
    "prepare",
    "read",
    "rebuild",
    "shapes",
    "show",
    "show_cohorts",
    "show_findings",
    "show_reconciliation",
    "to_json",
    "write",
]


def write(directory: Path, run: Run, *, workbook: bool = True) -> None:
    """Write every output of a run but what its cohorts and ledger are not there for.

    These are ``projection.csv``, ``projection.json``, ``cohorts.csv`` (with a voter file), ``report.html`` and
    ``report.xlsx``, and, hidden, the ledger of the projections published so far.
    Nothing in them is at the voter level: cells of fewer than ten expected voters are blank. The same run
    gives the same bytes; when and how long it ran is left out. Without ``workbook`` that is left out too.
    """
    run = tables.published(run)
    texts = {
        document.PROJECTION_CSV: tables.to_csv(run.projection),
        document.PROJECTION_JSON: document.to_json(run),
    }
    if run.cohorts is not None:
        texts[document.COHORTS_CSV] = tables.to_csv(run.cohorts)
    for name, text in texts.items():
        storage.write(directory / name, text.encode())
    if run.ledger is not None:
        storage.write(directory / ledger.FILE, ledger.to_parquet(run.ledger))
    for name, content in _reports(run, with_workbook=workbook).items():
        storage.write(directory / name, content)


def shapes(boundaries: Path | Address | None) -> tuple[Shape, ...]:
    """Return the shapes in a GeoJSON file of precincts; none without one.

    Raises
    ------
    UsageError
        If the file cannot be opened.
    InputRefused
        If it holds no polygons.
    """
    with objects.at_hand(boundaries) as path:
        return () if boundaries is None else read_boundaries(path)


def entered(run: Run, directory: Path) -> Run:
    """Return the run with the ledger of what was published in ``directory`` before, and itself as the last entry."""
    return dataclasses.replace(run, ledger=ledger.extended(ledger.read(directory), tables.published(run)))


def prepare() -> None:
    """Import what reports are made with and compile the page's templates: a run does it while files are read."""
    from turnout.reporting import page, workbook  # noqa: F401, PLC0415 - as in _reports

    page.compile_templates()


def _reports(run: Run, *, with_workbook: bool = True) -> dict[str, bytes]:
    """Return what is made for people to read, by name."""
    from turnout.reporting import page, workbook  # noqa: PLC0415 - Jinja2, pygal and XlsxWriter are needed here only

    reports = {document.REPORT_HTML: page.render(run).encode()}
    return {**reports, document.REPORT_XLSX: workbook.render(run)} if with_workbook else reports


def to_json(run: Run) -> str:
    """Return what ``projection.json`` holds."""
    return document.to_json(tables.published(run))


def rebuild(directory: Path, boundaries: Path | Address | None = None) -> list[Path]:
    """Write ``report.html`` and ``report.xlsx`` again from what was last published; return their paths.

    They land beside the files they were made from, each in one rename, even if another run publishes meanwhile.

    Parameters
    ----------
    directory : where the contest publishes
    boundaries : GeoJSON of the precincts, for the map; None for none

    Raises
    ------
    UsageError
        If nothing is published there.
    InputRefused
        If what is published is not of this version, or the boundaries cannot be used.
    """
    home = (directory / document.PROJECTION_JSON).resolve().parent
    run = dataclasses.replace(tables.published(read(home)), shapes=shapes(boundaries))
    for name, content in _reports(run).items():
        storage.place(home / name, content)
        name_published(directory, name)
    return [directory / document.REPORT_HTML, directory / document.REPORT_XLSX]
