"""What the canonical tables ask of a column, and the SQL that casts text to it.

Everything is read as text and cast here by declared type; nothing is sniffed. A Parquet column that already has the
right type is taken as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from turnout.vocabulary import BALLOT_STATUSES, MODES

if TYPE_CHECKING:
    from turnout.reading.layouts import Column

Kind = Literal["text", "code", "count", "number", "year", "date", "time", "flag"]


@dataclass(frozen=True)
class Field:
    """A canonical column: its kind, whether a row without it is refused, and what an empty cell holds."""

    kind: Kind = "text"
    needed: bool = False
    empty: str | None = None


_TEXT = Field()
_UNIT = {
    "state": _TEXT,
    "election_date": Field("date"),
    "contest": _TEXT,
    "office": _TEXT,
    "district": _TEXT,
    "county": _TEXT,
    "precinct": _TEXT,
    "is_real_unit": Field("flag"),
    "candidate": Field(needed=True),
    "party": _TEXT,
    "release": Field("number"),
    "as_of": Field("time"),
}

#: What each layout fills. ``results`` has the columns of both its shapes.
FIELDS: Final[dict[str, dict[str, Field]]] = {
    "voters": {
        "voter_id": Field(needed=True),
        "last_name": _TEXT,
        "first_name": _TEXT,
        "middle_name": _TEXT,
        "name_suffix": _TEXT,
        "birth_year": Field("year"),
        "sex": _TEXT,
        "party": _TEXT,
        "registration_date": Field("date"),
        "county": Field(empty=""),
        "precinct": Field(empty=""),
        "tract": _TEXT,
        "zip": _TEXT,
        "place_of_birth": _TEXT,
        "language": _TEXT,
        "permanent_mail": Field("flag"),
        "status": _TEXT,
        "confidential": Field("flag", empty="false"),
        "vendor_ethnicity": _TEXT,
    },
    "vote_history": {
        "voter_id": Field(needed=True),
        "election_date": Field("date", needed=True),
        "mode": Field("code"),
    },
    "ballots": {
        "voter_id": Field(needed=True),
        "event_date": Field("date"),
        "status": Field("code", needed=True),
        "mode": Field("code", needed=True),
    },
    "results": {**_UNIT, "mode": Field("code"), "votes": Field("count"), **dict.fromkeys(MODES, Field("count"))},
}

#: Coded columns and their canonical values.
CODES: Final[dict[str, tuple[str, ...]]] = {"mode": MODES, "status": BALLOT_STATUSES}

#: More votes than anyone can have, or a telephone number in the wrong column.
MAX_VOTES: Final = 1_000_000_000

_SQL_TYPE: Final[dict[Kind, str]] = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "count": "BIGINT",
    "number": "INTEGER",
    "year": "SMALLINT",
    "date": "DATE",
    "time": "TIMESTAMP",
    "flag": "BOOLEAN",
}
_NATIVE: Final[dict[Kind, frozenset[str]]] = {
    "count": frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}),
    "date": frozenset({"DATE"}),
    "flag": frozenset({"BOOLEAN"}),
}
#: 1234, 1,234 and a spreadsheet's 1234.0; not 12.5, not 1e3.
_WHOLE: Final = r"[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.0*)?"


def quoted(identifier: str) -> str:
    """Return ``identifier`` as an SQL identifier, whatever it holds."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return ``text`` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def select_list(
    table: str, columns: "Mapping[str, Column]", source: Mapping[str, tuple[str, str]], *, is_padded: bool = True
) -> str:
    """Write the SQL select list that makes every canonical column of ``table``, and ``fault``.

    Parameters
    ----------
    table : key of :data:`FIELDS`
    columns : the layout's columns
    source : canonical column -> (identifier, SQL type) in the file, for those it has
    is_padded : whether a cell may begin or end with a space, or be empty and not NULL; to trim all of them costs as
        much as to parse them

    Returns
    -------
    str
        ``fault`` is NULL for a sound row, else ``<column>: <reason>`` of its first bad value.
    """
    values, faults = [], []
    for name, field in FIELDS[table].items():
        spec = columns.get(name)
        if name in source and spec is not None:
            identifier, sql_type = source[name]
            value, fault = _cast(field, spec, quoted(identifier), sql_type, is_padded)
        else:
            default = "NULL" if spec is None or spec.default is None else literal(spec.default)
            value, fault = f"CAST({default} AS {_SQL_TYPE[field.kind]})", {}
        filled = value if field.empty is None else f"coalesce({value}, {literal(field.empty)})"
        values.append(f"{filled} AS {quoted(name)}")
        if field.needed:
            fault = {**fault, f"{value} IS NULL": "missing"}
        faults += [f"WHEN {test} THEN {literal(f'{name}: {reason}')}" for test, reason in fault.items()]
    fault_sql = f"CASE {' '.join(faults)} END" if faults else "CAST(NULL AS VARCHAR)"
    return f"{', '.join(values)}, {fault_sql} AS fault"


def _cast(
    field: Field, spec: "Column", identifier: str, sql_type: str, is_padded: bool
) -> tuple[str, dict[str, str]]:
    """Write the SQL of a column's value, and the tests that find it bad with the reason of each."""
    if sql_type in _NATIVE.get(field.kind, ()):
        value = f"CAST({identifier} AS {_SQL_TYPE[field.kind]})"
        return value, _bounds(field.kind, value)
    text = _text(spec, identifier, sql_type, is_padded)
    match field.kind:
        case "text" | "code":
            return text, {}
        case "date" | "time" if sql_type.startswith(("TIMESTAMP", "DATE")):
            value = f"CAST({identifier} AS {_SQL_TYPE[field.kind]})"
            return value, _bounds(field.kind, value)
        case "date":
            tries = ", ".join(f"try_strptime({text}, {literal(form)})" for form in spec.formats)
            value = f"CAST(coalesce({tries}) AS DATE)"
            reason = "not a date of the declared formats"
        case "time":
            value, reason = f"try_cast({text} AS TIMESTAMP)", "not a time like 2017-06-06 20:15:00"
        case "flag":
            value, reason = f"reading_flag({text})", "neither yes nor no"
        case _:
            whole = f"regexp_full_match({text}, {literal(_WHOLE)})"
            digits = f"replace(split_part({text}, '.', 1), ',', '')"
            value = f"CASE WHEN {whole} THEN try_cast({digits} AS {_SQL_TYPE[field.kind]}) END"
            given = f"{text} IS NOT NULL"
            tests = {f"{given} AND NOT {whole}": "not a whole number", f"{given} AND {value} IS NULL": "too large"}
            return value, tests | _bounds(field.kind, value)
    return value, {f"{text} IS NOT NULL AND {value} IS NULL": reason, **_bounds(field.kind, value)}


def _text(spec: "Column", identifier: str, sql_type: str, is_padded: bool) -> str:
    text = identifier if sql_type == "VARCHAR" else f"CAST({identifier} AS VARCHAR)"
    if is_padded:
        text = f"nullif(trim({text}), '')"
    if spec.missing:
        listed = ", ".join(literal(value) for value in spec.missing)
        text = f"CASE WHEN {text} NOT IN ({listed}) THEN {text} END"
    if spec.pad:
        text = f"CASE WHEN length({text}) < {spec.pad} THEN lpad({text}, {spec.pad}, '0') ELSE {text} END"
    return text if spec.default is None else f"coalesce({text}, {literal(spec.default)})"


def _bounds(kind: Kind, value: str) -> dict[str, str]:
    match kind:
        case "count":
            return {f"{value} < 0": "negative", f"{value} > {MAX_VOTES}": "too large"}
        case "date":
            return {f"year({value}) NOT BETWEEN 1800 AND 2200": "not a year of this era"}
        case "year":
            return {f"{value} NOT BETWEEN 1800 AND 2200": "not a year of this era"}
        case _:
            return {}
