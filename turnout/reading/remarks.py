"""What `turnout check` remarks of a file that can be read and yet will not do: with what to do about it."""

from typing import Any, Final

from turnout.reading.codes import header_of
from turnout.reading.source import Reading
from turnout.vocabulary import MODES
from turnout.workspace import Workspace

#: States and days that a remark names.
_NAMED = 5


def of(workspace: Workspace, reading: Reading, *, known: frozenset[str] = frozenset()) -> list[str]:
    """Return the remarks on a file that ``typed`` holds, each with its remedy.

    ``known``: of ``date`` and ``state``, what the contest says itself.
    """
    if not reading.lines_in:
        return []
    if reading.table != "results":
        return _empty_columns(workspace, reading)
    held = workspace.query("reading/survey_results").row(0, named=True)
    return [*_votes(reading, held), *_where_and_when(held, known)]


def _votes(reading: Reading, held: dict[str, Any]) -> list[str]:
    """Remark on figures that are all 0, and on modes of which there is none."""
    columns = ["votes"] if not reading.layout.is_wide else [mode for mode in MODES if mode in reading.columns]
    empty = [header_of(reading, column) for column in columns if not held[column]]
    if len(empty) == len(columns):
        what = "every cell of " + ", ".join(empty) if reading.layout.is_wide else "every vote cell"
        return [
            f"{what} is empty, so nothing is reported yet. Fetch the file again, or map the columns that hold votes"
        ]
    if not held["all_votes"]:
        return [
            "every figure is 0, so there is nothing to project from. Fetch the file again once votes are counted; a"
            " figure that is not reported yet is to be empty, not 0"
        ]
    if empty:
        verb = "is" if len(empty) == 1 else "are"
        return [
            f"{', '.join(empty)} {verb} empty in every line, and so not reported yet. Where no such vote was cast,"
            " write 0"
        ]
    return []


def _where_and_when(held: dict[str, Any], known: frozenset[str]) -> list[str]:
    """Remark on a day or a state that neither the contest nor the file tells, or of which the file has several."""
    said = []
    lacking = [key for key in ("date", "state") if not held[f"{key}s"] and key not in known]
    if lacking:
        said.append(
            f"does not say its {' and '.join(lacking)}, by which past results are chosen. Say"
            f" {' and '.join(f'`{key}`' for key in lacking)} in the contest.toml, or"
            f" {' and '.join(f'--{key}' for key in lacking)}"
        )
    for key in ("date", "state"):
        values = held[f"{key}s"] or []
        if len(values) > 1 and key not in known:
            shown = ", ".join(map(str, values[:_NAMED])) + (", …" if len(values) > _NAMED else "")
            said.append(
                f"holds {len(values)} {key}s ({shown}). As history it will do; as returns it needs `{key}` in the"
                f" contest.toml, or --{key}"
            )
    return said


def _empty_columns(workspace: Workspace, reading: Reading) -> list[str]:
    """Remark on columns of a voter-level file that the rest needs and that hold nothing."""
    asked = [column for column in _MATTER[reading.table] if column in reading.columns]
    if reading.fit.slots or not asked:
        return []
    counts = ", ".join(f"count(nullif({column}::VARCHAR, ''))" for column in asked)
    row = workspace.connection.execute(f"SELECT {counts} FROM typed").fetchall()[0]  # noqa: S608
    return [
        f"{header_of(reading, column)} is empty in every line, {_MATTER[reading.table][column]}"
        for column, count in zip(asked, row, strict=True)
        if not count
    ]


#: Columns of a table that matter, and what follows where nothing is in them.
_MATTER: Final[dict[str, dict[str, str]]] = {
    "voters": {
        "precinct": "so voters cannot be matched with the returns. Map the column that holds the precinct",
        "last_name": "so ethnicity is estimated by place alone. Map the column that holds the surname",
        "birth_year": "so age says nothing. Map the column that holds the year or day of birth",
        "registration_date": "so all are taken for registered before. Map the column that holds the day",
    },
    "ballots": {"event_date": "so no day can be told from another. Map the column that holds the day"},
    "vote_history": {"mode": "so how they voted is not known. Map the column that holds it"},
}
