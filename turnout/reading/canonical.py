"""What the canonical tables ask of a column, and the SQL that casts text to it.

Everything is read as text and cast here by declared type; nothing is sniffed. A Parquet column that already has the
right type is taken as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import TYPE_CHECKING, Final, Literal

from turnout.quoting import literal, quoted
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


def query(
    layout: "Layout",
    source: Mapping[str, Sequence[tuple[str, str]]],
    relation: str,
    *,
    also: Sequence[str] = (),
    is_padded: bool = True,
) -> str:
    """Write the SQL query that makes every canonical column of the layout's table, and ``fault``, of a relation.

    It is made in steps, each a query of the one before, so that no value is parsed twice: texts, values, what is
    wrong with them, rows.

    Parameters
    ----------
    source : canonical column -> (expression, SQL type) of each part of its value, for those the file has
    relation : the SQL of what the expressions are of
    also : columns of it that are passed on
    is_padded : whether a cell may begin or end with a space, or be empty and not NULL; to trim all of them costs as
        much as to parse them

    Returns
    -------
    str
        ``fault`` is NULL for a sound row, else ``<column>: <reason>`` of its first bad value. A soft column comes
        with ``<column>_lost``: why what it held could not be read; NULL where it could.
    """
    steps = _Steps(*(list(also) for _ in range(4)))
    for name, field in FIELDS[layout.table].items():
        if name in source:
            steps.read(name, field, layout, source[name], is_padded=is_padded)
        else:
            steps.default(name, field, layout.columns.get(name))
    joined = ", ".join(steps.faults)
    steps.rows.append(f"coalesce({joined}) AS fault" if joined else "CAST(NULL AS VARCHAR) AS fault")
    made = relation
    for step in (steps.texts, steps.values, steps.tested, steps.rows):
        made = f"(SELECT {', '.join(step)} FROM {made})"  # noqa: S608 - identifiers are quoted, and texts literals
    return made[1:-1]


@dataclass
class _Steps:
    """The select lists of the queries that :func:`query` puts one into another.

    Attributes
    ----------
    texts, values, tested : ``t_<column>``, ``v_<column>``, and ``w_<column>``, why a value is bad
    rows : the canonical columns
    faults : the ``w_<column>`` that make a line one that is refused
    """

    texts: list[str]
    values: list[str]
    tested: list[str]
    rows: list[str]
    faults: list[str] = dataclass_field(default_factory=list)

    def read(
        self, name: str, field: Field, layout: "Layout", parts: Sequence[tuple[str, str]], *, is_padded: bool
    ) -> None:
        """Add a column that the file has."""
        spec, (expression, sql_type) = layout.columns[name], parts[0]
        text, value, why = f"t_{name}", f"v_{name}", f"w_{name}"
        typed = _is_typed(field.kind, sql_type)
        self.texts.append(f"{expression if typed else _text(spec, parts, layout.masked, is_padded)} AS {text}")
        cast, tests = _cast(field, spec, text, value, is_typed=typed)
        self.values += [text, f"{cast} AS {value}"]
        self.tested.append(value)
        if field.needed:
            tests = {**tests, f"{value} IS NULL": "missing"}
        if not tests:
            self._row(name, field, value, "CAST(NULL AS VARCHAR)")
            return
        before = "" if field.soft else f"{name}: "
        whens = " ".join(f"WHEN {test} THEN {literal(before + reason)}" for test, reason in tests.items())
        self.tested.append(f"CASE {whens} END AS {why}")
        if not field.soft:
            self.faults.append(why)
        self._row(name, field, f"CASE WHEN {why} IS NULL THEN {value} END" if field.soft else value, why)

    def default(self, name: str, field: Field, spec: "Column | None") -> None:
        """Add a column that the file lacks."""
        default = "NULL" if spec is None or spec.default is None else literal(spec.default)
        if field.needed and default == "NULL":
            self.faults.append(literal(f"{name}: missing"))
        self._row(name, field, f"CAST({default} AS {_SQL_TYPE[field.kind]})", "CAST(NULL AS VARCHAR)")

    def _row(self, name: str, field: Field, value: str, why: str) -> None:
        filled = value if field.empty is None else f"coalesce({value}, {literal(field.empty)})"
        self.rows.append(f"{filled} AS {quoted(name)}")
        if field.soft:
            self.rows.append(f"{why} AS {quoted(f'{name}_lost')}")


def _is_typed(kind: Kind, sql_type: str) -> bool:
    """Whether a column has its kind in the file already, and need not be read from its text."""
    as_time = kind in ("date", "time") and sql_type.startswith(("TIMESTAMP", "DATE"))
    return as_time or sql_type in _NATIVE.get(kind, ())


def _cast(field: Field, spec: "Column", text: str, value: str, *, is_typed: bool) -> tuple[str, dict[str, str]]:
    """Write the SQL of a column's value, and the tests that find it bad with the reason of each.

    Parameters
    ----------
    text, value : names of what the file has, and of what is made of it, of which the tests are
    """
    if is_typed:
        return f"CAST({text} AS {_SQL_TYPE[field.kind]})", _bounds(field.kind, value)
    lost = f"{text} IS NOT NULL AND {value} IS NULL"
    match field.kind:
        case "text" | "code":
            made, tests = text, {}
        case "date":
            formats = spec.formats or DATE_FORMATS
            made, tests = _date(text, formats), _unread(text, lost, formats)
        case "time":
            made, tests = f"try_cast({text} AS TIMESTAMP)", {lost: "not a time like 2017-06-06 20:15:00"}
        case "flag":
            made, tests = _flag(text, spec), {lost: "neither yes nor no"}
        case "year" if spec.formats:
            year = f"CAST(year({_date(text, spec.formats)}) AS SMALLINT)"
            made = f"CASE WHEN regexp_full_match({text}, '[0-9]{{4}}') THEN CAST({text} AS SMALLINT) ELSE {year} END"
            tests = _unread(text, lost, spec.formats)
        case _:
            whole = f"regexp_full_match({text}, {literal(_WHOLE)})"
            digits, plain = (
                f"try_cast({of} AS {_SQL_TYPE[field.kind]})"
                for of in (f"replace(split_part({text}, '.', 1), ',', '')", text)
            )
            # Most are plain digits, which a cast tells in a third of the pattern's time.
            made = f"CASE WHEN CAST({plain} AS VARCHAR) = {text} THEN {plain} WHEN {whole} THEN {digits} END"
            tests = {f"{lost} AND NOT {whole}": "not a whole number", lost: "too large"}
    return made, {**tests, **_bounds(field.kind, value)}


def _date(text: str, formats: Sequence[str]) -> str:
    """Write a date's SQL."""
    tries = [
        f"CASE WHEN regexp_full_match({text}, '[2-6][0-9]{{4}}')"
        f" THEN CAST(DATE '1899-12-30' + CAST({text} AS INTEGER) AS TIMESTAMP) END"
        if form == "excel"
        else f"try_strptime({text}, {literal(form)})"
        for form in formats
    ]
    return f"CAST(coalesce({', '.join(tries)}) AS DATE)"


def _unread(text: str, lost: str, formats: Sequence[str]) -> dict[str, str]:
    """Write the tests of a date that is none; one with the day first is told apart: it puts the column in doubt."""
    tests = {}
    if "%m/%d/%Y" in formats:
        tests[f"{lost} AND try_strptime({text}, '%d/%m/%Y') IS NOT NULL"] = DAY_FIRST
    return {**tests, lost: NO_DATE}


def _flag(text: str, spec: "Column") -> str:
    """Write the SQL of a yes-or-no column with the layout's own words for them."""
    cases = []
    for words, said in ((spec.yes, "true"), (tuple(word for word in spec.no if word != "*"), "false")):
        if words:
            cases.append(f"WHEN {text} IN ({', '.join(literal(word) for word in words)}) THEN {said}")
    plain = f"coalesce(reading_flag({text}), false)" if "*" in spec.no else f"reading_flag({text})"
    return f"CASE WHEN {text} IS NULL THEN NULL {' '.join(cases)} ELSE {plain} END"


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
