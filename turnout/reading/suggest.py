"""A mapping for a file whose header no layout knows, from the names of its columns and from what stands in them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from turnout.reading.canonical import DATE_FORMATS, FIELDS
from turnout.reading.layouts import code_key
from turnout.vocabulary import MODES

#: Patterns of a column's name in plain words ("szNameLast" is "sz name last"), by canonical column; best first.
_NAMES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "voters": {
        "voter_id": (
            r"\bvoter ?(unique ?)?(id|num|no|nbr|key)\w*",
            r"\b(regist\w*|reg|affidavit|aff|sos|state|county|person) ?(file )?(id|num|no|nbr)\w*",
            r"\b(vuid|ncid|vanid|registrant|voter)\b( ?(id|num\w*|no|nbr|key))?$",
            r"\bid$",
        ),
        "last_name": (r"\b(last|sur|family) ?name\b|\bname last\b|\bl ?name\b|^(last|surname)$",),
        "first_name": (r"\b(first|given|fore) ?name\b|\bname first\b|\bf ?name\b|^(first|given)$",),
        "middle_name": (r"\bmid(dle)? ?(name|init\w*)\b|\bname mid\w*\b|\bm ?name\b",),
        "name_suffix": (r"\bname ?suff\w*|\bsuff\w* ?name\b|^suffix$",),
        "birth_year": (r"\b(birth|dob|yob)\b|birth ?(date|year)|date of birth|\bbirth\w*",),
        "sex": (r"\b(sex|gender)\b",),
        "party": (r"\bparty\b|\baffil\w*\b|\benrollment\b",),
        "registration_date": (r"\b(orig\w* )?reg\w* ?(date|dt)\b|\b(date|dt) (of )?reg\w*|\bregistered( on)?$",),
        "county": (r"^(county|cnty|cty)( name| desc\w*)?$", r"\b(county|cnty)\b"),
        "precinct": (r"\b(precinct\w*|pct|prct|prec)\b( ?(id|code|no|num\w*|name))?", r"\b(vtd|election district)\b"),
        "zip": (r"\b(res\w*|situs) ?zip\w*", r"^zip\w*"),
        "place_of_birth": (r"\bbirth ?(place|country|state)\b|\bplace of birth\b",),
        "language": (r"\blang\w*\b",),
        "permanent_mail": (r"\bperm\w* ?(vbm|pav|av|mail|abs\w*)|\b(pav|pvbm)\b",),
        "status": (r"\b(voter |reg\w* )?status\b",),
        "vendor_ethnicity": (r"\bethnic\w*|\brace\b",),
    },
    "vote_history": {
        "voter_id": (),
        "election_date": (r"\belection ?(date|dt|day)\b", r"\bdate\b"),
        "mode": (r"\b(vot\w* )?(method|mode)\b|\bhow voted\b", r"\b(vote|ballot) ?type\b"),
    },
    "ballots": {
        "voter_id": (),
        "event_date": (r"\b(return\w*|receiv\w*|rcvd|rtn|recd)\b", r"\bdate\b"),
        "status": (r"\b(ballot|return|rtn|vbm|av) ?(status|disposition)\b", r"\b(status|disposition)\b"),
        "mode": (r"\b(ballot|vote|voting) ?(type|method|style|mode)\b", r"\b(method|mode|channel)\b"),
    },
    "results": {
        "candidate": (r"\b(candidate|choice|cand)\b( name)?",),
        "contest": (r"\b(contest|race)\b( (name|title))?",),
        "office": (r"\boffice\b",),
        "district": (r"\bdistrict\b",),
        "county": (r"\b(county|cnty|cty)\b",),
        "precinct": (r"\b(precinct|pct|prct|prec)\b( name)?",),
        "party": (r"\bparty\b",),
        "election_date": (r"\belection ?date\b|^date$",),
        "mode": (r"\b(vote ?type|mode|counting ?group|vote ?method)\b",),
        "mail": (r"\b(mail\w*|absentee\w*|abs|vbm|av)\b",),
        "early_in_person": (r"\b(early\w*|advance\w*|one ?stop|ev)\b",),
        "election_day": (r"\b(election ?day|polls?|polling|eday|ed)\b",),
        "provisional": (r"\bprov(isional\w*)?\b",),
        "votes": (r"\b(total ?votes|votes|total|vote ?count)\b",),
    },
}  # fmt: skip
for _kind in ("vote_history", "ballots"):
    _NAMES[_kind]["voter_id"] = _NAMES["voters"]["voter_id"]
#: Names that are of something else, whatever else they say.
_OTHER: Final = (
    r"\b(mail(ing)? ?(addr\w*|city|zip\w*|state)|phone|house|street|unit|apt|email|district|split|portion|cell)\b"
)
_FORMATS: Final = (
    *DATE_FORMATS[:-1],
    "%m-%d-%Y",
    "%d-%b-%y",
    "%d-%b-%Y",
    "%b %d %Y",
    "%m/%d/%y",
    "%m%d%Y",
    "%d/%m/%Y",
)
_FORMATS_WITH_TIME: Final = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M", "%Y-%m-%dT%H:%M:%S")
_WORDS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "mode": (
        (r"prov", "provisional"),
        (r"early|advance|one stop", "early_in_person"),
        (r"mail|vbm|absentee|\bav\b|drop ?box|drop ?off", "mail"),
        (r"poll|election day|precinct|in person", "election_day"),
        (r"did not vote|no vote|not voted", "ignore"),
    ),
    "status": (
        (r"cured", "cured"),
        (r"not (accepted|counted)|reject|challeng|invalid|no sig|unsigned|mismatch|late", "rejected"),
        (r"accept|counted|good|valid|verified", "accepted"),
        (r"cancel|spoil|void|undeliver|surrender|replac", "cancelled"),
        (r"return|receiv|pending|review", "returned"),
        (r"sent|issued|mailed|out", "sent"),
    ),
}


#: Ways of voting as counties and vendors shorten them, where they are hardly anything else.
_ABBREVIATED: Final[dict[str, str]] = {
    **dict.fromkeys(("ab", "abs", "av", "vbm", "pav", "avm", "mb"), "mail"),
    **dict.fromkeys(("ev", "eip", "evip", "os"), "early_in_person"),
    **dict.fromkeys(("ed", "eday", "pp"), "election_day"),
    **dict.fromkeys(("prv", "pv"), "provisional"),
}


@dataclass
class Suggestion:
    """A mapping as suggested.

    Attributes
    ----------
    columns : canonical column -> the file's column, with what speaks for it
    formats : canonical date column -> formats, where they are not the usual ones
    defaults : canonical column -> value of every row
    filled : canonical column -> (the file's column, what it says when it is not empty, and when it is)
    unused : columns of the file that are mapped to nothing
    votes_unused : those of them that may hold votes
    missing : canonical columns that the table needs and no column was found for; it cannot be used then
    """

    table: str
    columns: dict[str, str]
    why: dict[str, str] = field(default_factory=dict)
    formats: dict[str, tuple[str, ...]] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    filled: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    votes_unused: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def suggest(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Suggestion | None:
    """Suggest what a file is and which of its columns is which; None where it cannot be told what it is.

    Parameters
    ----------
    rows : some of the file's data lines, parted
    """
    columns = {
        name: [row[i].strip() for row in rows if i < len(row)] for i, name in enumerate(header) if name.strip()
    }
    words = {name: plain(name) for name in columns}
    table = _table(words)
    if table is None:
        return None
    made = Suggestion(table, *_assign(table, columns, words))
    if "voter_id" in FIELDS[table] and "voter_id" not in made.columns and (theirs := _only_unique(columns, made)):
        made.columns, made.why["voter_id"] = {"voter_id": theirs, **made.columns}, "content"
    for column, theirs in made.columns.items():
        kind = FIELDS[table][column].kind
        formats = date_formats(columns[theirs]) if kind in ("date", "year") else ()
        if formats and (kind == "year" or not set(formats) <= set(DATE_FORMATS)):
            made.formats[column] = formats
    if table == "ballots" and "status" not in made.columns:
        if "event_date" in made.columns:
            made.filled["status"] = (made.columns["event_date"], "returned", "sent")
        else:
            made.defaults["status"] = "returned"
    if table == "ballots" and "mode" not in made.columns:
        made.defaults["mode"] = "mail"
    used = {*made.columns.values(), *(theirs for theirs, _, _ in made.filled.values())}
    made.unused = tuple(name for name in columns if name not in used)
    if table == "results":
        made.votes_unused = tuple(name for name in made.unused if _share(columns[name], str.isdigit) == 1.0)
    needed = {"voters": ("voter_id", "last_name", "precinct"), "vote_history": ("voter_id", "election_date"),
              "ballots": ("voter_id",), "results": ("candidate",)}[table]  # fmt: skip
    made.missing = tuple(column for column in needed if column not in made.columns)
    if table == "results" and not {"votes", *MODES} & set(made.columns):
        made.missing += ("votes",)
    return made


def meaning(column: str, spelling: str) -> str | None:
    """Return what a code plainly says, None where it is no plain word."""
    text = code_key(spelling)
    if column == "mode" and text in _ABBREVIATED:
        return _ABBREVIATED[text]
    if len(text) < 3:
        return None
    return next((value for pattern, value in _WORDS[column] if re.search(pattern, text)), None)


def plain(name: str) -> str:
    """Return a column's name in lower-case words: ``szNameLast`` is ``sz name last``."""
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return " ".join(re.sub(r"[^A-Za-z0-9#]+", " ", parted).lower().split())


def date_formats(values: Sequence[str]) -> tuple[str, ...]:
    """Return the one date format that fits all values that are not empty, the month first where both orders fit."""
    given = [value for value in values if value]
    for form in (*_FORMATS, *_FORMATS_WITH_TIME):
        if given and all(_parses(value, form) for value in given):
            return (form,)
    return ()


def is_data(header: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> bool:
    """Whether what should be the header line is one of data.

    It holds dates or long numbers; or in each column it has letters, digits or both where half of the lines below
    have them, and digits in one at least.
    """
    numbers = sum(bool(re.fullmatch(r"[\d/.:-]{4,}", name.strip())) for name in header)
    if numbers >= 2 or (numbers == 1 and len(header) < 6):
        return True
    kinds = [_made_of(name) for name in header]
    below = [[_made_of(row[i]) for row in rows if i < len(row) and row[i].strip()] for i in range(len(header))]
    alike = [
        not kind or not those or 2 * those.count(kind) >= len(those) for kind, those in zip(kinds, below, strict=True)
    ]
    return bool(rows) and all(alike) and any("9" in kind for kind in kinds)


def _made_of(value: str) -> str:
    """Return of letters (A) and digits (9) which a value has, in this order."""
    return ("A" if re.search(r"[^\W\d_]", value) else "") + ("9" if re.search(r"\d", value) else "")


def _table(words: Mapping[str, str]) -> str | None:
    """Guess what a file fills, from the words in its header."""
    said = set(words.values())

    def has(table: str, column: str) -> bool:
        return any(re.search(pattern, text) for pattern in _NAMES[table][column] for text in said)

    if has("results", "candidate") and any(
        has("results", c) for c in ("votes", "mail", "early_in_person", "election_day")
    ):
        return "results"
    if not has("voters", "voter_id"):
        return "voters" if has("voters", "last_name") and has("voters", "precinct") else None
    if re.search(r"ballot|return|receiv|rtn|\bvbm (date|status)", " | ".join(said)) and (
        has("ballots", "event_date") or has("ballots", "status")
    ):
        return "ballots"
    if any(re.search(r"\belection ?(date|dt|day)\b", text) for text in said) and not has(
        "voters", "registration_date"
    ):
        return "vote_history"
    if has("voters", "last_name"):
        return "voters"
    return "ballots" if has("ballots", "status") else None


def _assign(
    table: str, columns: Mapping[str, Sequence[str]], words: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Give each canonical column the file's column that speaks most for it, and say why; none is given twice."""
    scored = []
    for place, (theirs, text) in enumerate(words.items()):
        for ours, patterns in _NAMES[table].items():
            rank = next((i for i, pattern in enumerate(patterns) if re.search(pattern, text)), None)
            if rank is None or (re.search(_OTHER, text) and ours not in ("district", "mail")):
                continue
            fits = _FITS.get(ours, _anything)(columns[theirs])
            if fits >= 0:
                scored.append((rank - fits, place, ours, theirs, fits))
    found: dict[str, str] = {}
    why: dict[str, str] = {}
    for _, _, ours, theirs, fits in sorted(scored):
        if ours not in found and theirs not in found.values():
            found[ours], why[ours] = theirs, "name and content" if fits > 0 else "name"
    ordered = [column for column in FIELDS[table] if column in found]
    return {column: found[column] for column in ordered}, {column: why[column] for column in ordered}


def _only_unique(columns: Mapping[str, Sequence[str]], made: Suggestion) -> str | None:
    """Return the one column that is mapped to nothing and may be a voter's number by what stands in it."""
    taken = set(made.columns.values())
    found = [name for name, values in columns.items() if name not in taken and is_voter_number(values)]
    return found[0] if len(found) == 1 else None


def is_voter_number(values: Sequence[str]) -> bool:
    """Whether a column may be the voters' numbers by what stands in it."""
    return bool(values) and _unique(values) > 0 and _share(values, _is_number) == 1 and _dates(values) < 1


def _is_number(value: str) -> bool:
    return bool(re.fullmatch(r"[A-Z]{0,3}\d{4,}", value)) and not re.fullmatch(r"\d{10}", value)  # a telephone's


def _share(values: Sequence[str], test: Callable[[str], object]) -> float:
    given = [value for value in values if value]
    return sum(bool(test(value)) for value in given) / len(given) if given else 0.0


def _unique(values: Sequence[str]) -> int:
    """Fit of a voter's number: always there, mostly different, no words."""
    given = [value for value in values if value]
    if not values:
        return 0
    if not given or len(given) < len(values) or _share(given, lambda v: re.search(r"\d", v)) < 0.9:
        return -1
    return 1 if len(set(given)) > 0.9 * len(given) else 0


def _dates(values: Sequence[str]) -> int:
    given = [value for value in values if value]
    return 0 if not given else 1 if date_formats(given) else -1


def _birth(values: Sequence[str]) -> int:
    return 1 if _share(values, lambda v: re.fullmatch(r"(19|20)\d\d", v)) > 0.9 else _dates(values)


def _letters(values: Sequence[str]) -> int:
    return 1 if _share(values, lambda v: re.search(r"[^\W\d]", v)) > 0.8 else 0 if not any(values) else -1


def _zip(values: Sequence[str]) -> int:
    return (
        1 if _share(values, lambda v: re.fullmatch(r"\d{4,5}(-?\d{4})?", v)) > 0.8 else 0 if not any(values) else -1
    )


def _flag(values: Sequence[str]) -> int:
    words = ("y", "n", "yes", "no", "0", "1", "true", "false", "t", "f", "x")
    return 1 if _share(values, lambda v: v.lower() in words) == 1 else 0 if not any(values) else -1


def _votes(values: Sequence[str]) -> int:
    return 1 if _share(values, lambda v: re.fullmatch(r"[\d,]+", v)) > 0.8 else 0 if not any(values) else -1


def _few(values: Sequence[str]) -> int:
    """Fit of a code: few values, not dates or numbers that differ from line to line."""
    given = [value for value in values if value]
    return 1 if len(set(given)) <= 30 and not _dates(given) > 0 else -1


def _anything(_: Sequence[str]) -> int:
    return 0


_FITS: Final[dict[str, Callable[[Sequence[str]], int]]] = {
    "voter_id": _unique,
    "last_name": _letters,
    "first_name": _letters,
    "birth_year": _birth,
    "registration_date": _dates,
    "election_date": _dates,
    "event_date": _dates,
    "zip": _zip,
    "permanent_mail": _flag,
    "sex": _few,
    "status": _few,
    "mode": _few,
    **dict.fromkeys(("mail", "early_in_person", "election_day", "provisional", "votes"), _votes),
}


def _parses(value: str, form: str) -> bool:
    try:
        return 1800 <= datetime.strptime(value, form).year <= 2200
    except ValueError:
        return False
