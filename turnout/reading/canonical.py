"""What the canonical tables ask of a column, and the SQL that casts text to it.

Everything is read as text and cast here by declared type; nothing is sniffed. A Parquet column that already has the
right type is taken as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from turnout.vocabulary import BALLOT_STATUSES, MODES, VOTER_STATUSES

if TYPE_CHECKING:
    from turnout.reading.layouts import Column, Layout

Kind = Literal["text", "code", "count", "number", "year", "date", "time", "flag"]


@dataclass(frozen=True)
class Field:
    """A canonical column: its kind, whether a row without it is refused, and whether one that cannot be read is.

    A ``soft`` column that cannot be read is left empty and said: a voter is one, and a ballot counts, whatever day
    was typed, and of a line of results the other figures hold. An ``empty`` cell holds that, where it is not NULL.
    """

    kind: Kind = "text"
    needed: bool = False
    soft: bool = False
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
        "birth_year": Field("year", soft=True),
        "sex": _TEXT,
        "party": _TEXT,
        "registration_date": Field("date", soft=True),
        "county": Field(empty=""),
        "precinct": Field(empty=""),
        "tract": _TEXT,
        "zip": _TEXT,
        "place_of_birth": _TEXT,
        "language": _TEXT,
        "permanent_mail": Field("flag", soft=True),
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
        "event_date": Field("date", soft=True),
        "status": Field("code", needed=True),
        "mode": Field("code", needed=True),
    },
    "results": {
        **_UNIT,
        "mode": Field("code"),
        **dict.fromkeys(("votes", *MODES), Field("count", soft=True)),
    },
}

#: The key under ``[codes.<column>]`` for spellings whose rows say nothing (a voter who did not vote).
IGNORE: Final = "ignore"
#: The mode of a vote cast in a way that the file does not say.
UNKNOWN: Final = "unknown"


@dataclass(frozen=True)
class Codes:
    """What a coded column may say. Without ``values``, anything; a layout may then give what is written a name.

    Of a column with values, a spelling that no one mapped refuses the file if more than ``tolerated`` of the rows
    have it; fewer are kept as the file says, and noted.
    """

    values: tuple[str, ...] = ()
    tolerated: float = 0.0


#: Coded columns of each table.
CODED: Final[dict[str, dict[str, Codes]]] = {
    "voters": {
        "status": Codes(VOTER_STATUSES, tolerated=0.01),
        "party": Codes(),
        "sex": Codes(),
        "county": Codes(),
        "vendor_ethnicity": Codes(),
    },
    "vote_history": {"mode": Codes((*MODES, UNKNOWN))},
    "ballots": {"status": Codes(BALLOT_STATUSES), "mode": Codes(MODES)},
    "results": {"mode": Codes(MODES)},
}

#: Dates as American files write them; never day first. A layout may declare others for a column.
DATE_FORMATS: Final = ("%m/%d/%Y", "%Y-%m-%d", "%Y%m%d", "%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M:%S", "excel")

#: Why a date is refused that only reads with the day first.
DAY_FIRST: Final = "a date with the day first"

#: Why others are refused.
NO_DATE: Final = "not a date of the declared formats"
OUT_OF_RANGE: Final = "not a year of this era"

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


def soft(table: str) -> list[str]:
    """Return the columns of a table that are left empty where they cannot be read."""
    return [name for name, field in FIELDS[table].items() if field.soft]


def quoted(identifier: str) -> str:
    """Return ``identifier`` as an SQL identifier, whatever it holds."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return ``text`` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def select_list(layout: "Layout", source: Mapping[str, Sequence[tuple[str, str]]], *, is_padded: bool = True) -> str:
    """Write the SQL select list that makes every canonical column of the layout's table, and ``fault``.

    Parameters
    ----------
    source : canonical column -> (expression, SQL type) of each part of its value, for those the file has
    is_padded : whether a cell may begin or end with a space, or be empty and not NULL; to trim all of them costs as
        much as to parse them

    Returns
    -------
    str
        ``fault`` is NULL for a sound row, else ``<column>: <reason>`` of its first bad value. A soft column comes
        with ``<column>_lost``: why what it held could not be read; NULL where it could.
    """
    values, faults = [], []
    for name, field in FIELDS[layout.table].items():
        spec = layout.columns.get(name)
        lost = "CAST(NULL AS VARCHAR)"
        if name in source:
            value, fault = _cast(field, layout.columns[name], source[name], layout.masked, is_padded)
            if field.soft and fault:
                lost = f"CASE {' '.join(f'WHEN {test} THEN {literal(reason)}' for test, reason in fault.items())} END"
                value, fault = f"CASE WHEN {lost} IS NULL THEN {value} END", {}
        else:
            default = "NULL" if spec is None or spec.default is None else literal(spec.default)
            value, fault = f"CAST({default} AS {_SQL_TYPE[field.kind]})", {}
        filled = value if field.empty is None else f"coalesce({value}, {literal(field.empty)})"
        values.append(f"{filled} AS {quoted(name)}")
        if field.soft:
            values.append(f"{lost} AS {quoted(f'{name}_lost')}")
        if field.needed:
            fault = {**fault, f"{value} IS NULL": "missing"}
        faults += [f"WHEN {test} THEN {literal(f'{name}: {reason}')}" for test, reason in fault.items()]
    fault_sql = f"CASE {' '.join(faults)} END" if faults else "CAST(NULL AS VARCHAR)"
    return f"{', '.join(values)}, {fault_sql} AS fault"


def _cast(
    field: Field, spec: "Column", parts: Sequence[tuple[str, str]], masked: str, is_padded: bool
) -> tuple[str, dict[str, str]]:
    """Write the SQL of a column's value, and the tests that find it bad with the reason of each."""
    identifier, sql_type = parts[0]
    if sql_type in _NATIVE.get(field.kind, ()):
        value = f"CAST({identifier} AS {_SQL_TYPE[field.kind]})"
        return value, _bounds(field.kind, value)
    text = _text(spec, parts, masked, is_padded)
    match field.kind:
        case "text" | "code":
            return text, {}
        case "date" | "time" if sql_type.startswith(("TIMESTAMP", "DATE")):
            value = f"CAST({identifier} AS {_SQL_TYPE[field.kind]})"
            return value, _bounds(field.kind, value)
        case "date":
            value, tests = _date(text, spec.formats or DATE_FORMATS)
            return value, tests | _bounds(field.kind, value)
        case "time":
            value, reason = f"try_cast({text} AS TIMESTAMP)", "not a time like 2017-06-06 20:15:00"
        case "flag":
            value, reason = _flag(text, spec), "neither yes nor no"
        case _:
            return _number(field.kind, text, spec)
    return value, {f"{text} IS NOT NULL AND {value} IS NULL": reason, **_bounds(field.kind, value)}


def _date(text: str, formats: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Write a date's SQL and its tests; one with the day first is told apart, for it puts the column in doubt."""
    tries = [
        f"CASE WHEN regexp_full_match({text}, '[2-6][0-9]{{4}}')"
        f" THEN CAST(DATE '1899-12-30' + CAST({text} AS INTEGER) AS TIMESTAMP) END"
        if form == "excel"
        else f"try_strptime({text}, {literal(form)})"
        for form in formats
    ]
    value = f"CAST(coalesce({', '.join(tries)}) AS DATE)"
    lost = f"{text} IS NOT NULL AND {value} IS NULL"
    tests = {}
    if "%m/%d/%Y" in formats:
        tests[f"{lost} AND try_strptime({text}, '%d/%m/%Y') IS NOT NULL"] = DAY_FIRST
    return value, {**tests, lost: NO_DATE}


def _flag(text: str, spec: "Column") -> str:
    """Write the SQL of a yes-or-no column with the layout's own words for them."""
    cases = []
    for words, said in ((spec.yes, "true"), (tuple(word for word in spec.no if word != "*"), "false")):
        if words:
            cases.append(f"WHEN {text} IN ({', '.join(literal(word) for word in words)}) THEN {said}")
    plain = f"coalesce(reading_flag({text}), false)" if "*" in spec.no else f"reading_flag({text})"
    return f"CASE WHEN {text} IS NULL THEN NULL {' '.join(cases)} ELSE {plain} END"


def _number(kind: Kind, text: str, spec: "Column") -> tuple[str, dict[str, str]]:
    """Write the SQL of a whole number, or of the year of a date, and the tests that find it bad."""
    whole = f"regexp_full_match({text}, {literal(_WHOLE)})"
    digits = f"replace(split_part({text}, '.', 1), ',', '')"
    given = f"{text} IS NOT NULL"
    if kind == "year" and spec.formats:
        date, tests = _date(text, spec.formats)
        value = (
            f"CASE WHEN regexp_full_match({text}, '[0-9]{{4}}') THEN CAST({text} AS SMALLINT)"
            f" ELSE CAST(year({date}) AS SMALLINT) END"
        )
        tests = {f"NOT regexp_full_match({text}, '[0-9]{{4}}') AND {test}": reason for test, reason in tests.items()}
        return value, tests | _bounds(kind, value)
    value = f"CASE WHEN {whole} THEN try_cast({digits} AS {_SQL_TYPE[kind]}) END"
    tests = {f"{given} AND NOT {whole}": "not a whole number", f"{given} AND {value} IS NULL": "too large"}
    return value, tests | _bounds(kind, value)


def _text(spec: "Column", parts: Sequence[tuple[str, str]], masked: str, is_padded: bool) -> str:
    pieces = [_piece(spec, expression, sql_type, masked, is_padded) for expression, sql_type in parts]
    for i, word in enumerate(spec.filled[: len(pieces)]):
        if word:
            pieces[i] = f"CASE WHEN {pieces[i]} IS NOT NULL THEN {literal(word)} END"
    listed = ", ".join(pieces)
    if len(pieces) == 1:
        text = listed
    elif spec.alternatives:
        text = f"coalesce({listed})"
    else:
        text = f"nullif(concat_ws({literal(spec.joiner)}, {listed}), '')"
    if spec.start > 1 or spec.length is not None:
        length = "" if spec.length is None else f", {spec.length}"
        text = f"nullif(trim(substr({text}, {spec.start}{length})), '')"
    if spec.pad:
        text = f"CASE WHEN length({text}) < {spec.pad} THEN lpad({text}, {spec.pad}, '0') ELSE {text} END"
    return text if spec.default is None else f"coalesce({text}, {literal(spec.default)})"


def _piece(spec: "Column", expression: str, sql_type: str, masked: str, is_padded: bool) -> str:
    """Write the SQL of one column's text: trimmed, and NULL where it is empty or stands for nothing."""
    text = expression if sql_type == "VARCHAR" else f"CAST({expression} AS VARCHAR)"
    if is_padded:
        text = f"nullif(trim({text}), '')"
    if spec.missing:
        listed = ", ".join(literal(value) for value in spec.missing)
        text = f"CASE WHEN {text} NOT IN ({listed}) THEN {text} END"
    if masked:
        text = f"CASE WHEN NOT regexp_full_match({text}, {literal(masked)}) THEN {text} END"
    return text


def _bounds(kind: Kind, value: str) -> dict[str, str]:
    match kind:
        case "count":
            return {f"{value} < 0": "negative", f"{value} > {MAX_VOTES}": "too large"}
        case "date":
            return {f"year({value}) NOT BETWEEN 1800 AND 2200": OUT_OF_RANGE}
        case "year":
            return {f"{value} NOT BETWEEN 1800 AND 2200": OUT_OF_RANGE}
        case _:
            return {}
