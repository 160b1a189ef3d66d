"""What a run says, for people and for machines: terminal tables, CSV, JSON and one self-contained HTML page."""

import os
import secrets
from pathlib import Path

from turnout.reporting import document, tables
from turnout.reporting.document import read
from turnout.reporting.run import Run
from turnout.reporting.terminal import show, show_cohorts, show_findings, show_reconciliation

__all__ = [
    "Run",
    "read",
    "rebuild",
    "show",
    "show_cohorts",
    "show_findings",
    "show_reconciliation",
    "to_json",
    "write",
]


def write(directory: Path, run: Run) -> None:
    """Write ``projection.csv``, ``projection.json``, ``cohorts.csv`` (with a voter file) and ``report.html``.

    Nothing in them is at the voter level: cohort cells of fewer than ten expected voters are blank. The same run
    gives the same bytes; when and how long it ran is left out.
    """
    from turnout.reporting import page  # noqa: PLC0415 - Jinja2 is needed here only

    run = tables.published(run)
    texts = {
        document.PROJECTION_CSV: tables.to_csv(run.projection),
        document.PROJECTION_JSON: document.to_json(run),
        document.REPORT_HTML: page.render(run),
    }
    if run.cohorts is not None:
        texts[document.COHORTS_CSV] = tables.to_csv(run.cohorts)
    for name, text in texts.items():
        _write(directory / name, text)


def to_json(run: Run) -> str:
    """Return what ``projection.json`` holds."""
    return document.to_json(tables.published(run))


def rebuild(directory: Path) -> Path:
    """Write ``report.html`` again from the last published ``projection.json`` and ``cohorts.csv``; return its path.

    The page lands beside the files it was made from, in one rename, even if another run publishes meanwhile.

    Raises
    ------
    UsageError
        If nothing is published there.
    InputRefused
        If what is published is not of this version.
    """
    from turnout.reporting import page  # noqa: PLC0415

    home = (directory / document.PROJECTION_JSON).resolve().parent
    text = page.render(tables.published(read(home)))
    temporary = home / f".{document.REPORT_HTML}.{secrets.token_hex(4)}"
    _write(temporary, text)
    temporary.replace(home / document.REPORT_HTML)
    return directory / document.REPORT_HTML


def _write(path: Path, text: str) -> None:
    """Write a text that its owner alone may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(text)
