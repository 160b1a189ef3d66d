"""Results that come as XML or JSON, flattened to a CSV with a row a figure, which a layout then reads like any other.

Clarity's ``detail.xml`` is read as a stream; a document type or entity refuses it, for a results file needs neither.
"""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from turnout.errors import InputRefused
from turnout.reading import archives, lines
from turnout.reading.source import Source

#: A county's whole ballot is a megabyte of JSON.
_LONGEST_JSON = 256 << 20
_BEFORE = b"\xef\xbb\xbf \t\r\n"
_CLARITY = ("election_date", "contest", "choice", "party", "mode", "county", "precinct", "votes")
_LA_COUNTY = ("election_date", "contest_group", "contest", "candidate", "party", "votes")


def is_structured(source: Source) -> bool:
    """Whether a file is XML or JSON by its first sign."""
    with archives.opened(source.file, source.member, source.name, hashlib.sha256(), drain=False) as stream:
        head = stream.read(400).lstrip(_BEFORE)
    return head.startswith((b"<?xml", b"<ElectionResult", b"<!DOCTYPE", b"{", b"["))


def flatten(source: Source, staging: Path) -> tuple[Source, str]:
    """Write the figures of an XML or JSON file as CSV; return it, and the digest of the original.

    Raises
    ------
    InputRefused
        If it is damaged, unsafe, or of no known shape.
    """
    digest = hashlib.sha256()
    target = staging / "flat.csv"
    with (
        archives.opened(source.file, source.member, source.name, digest) as stream,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out, lineterminator="\n")
        head = stream.read(lines.BLOCK)
        if head.lstrip(_BEFORE).startswith(b"<"):
            writer.writerow(_CLARITY)
            rows = _clarity(lines.pieces(stream, head), source.name)
        else:
            writer.writerow(_LA_COUNTY)
            rows = _la_county(lines.pieces(stream, head), source.name)
        writer.writerows([" ".join(value.split()) for value in row] for row in rows)
    return Source(target, name=source.name), digest.hexdigest()


Row = tuple[str, ...]


def _clarity(pieces: Iterator[bytes], name: str) -> Iterator[Row]:
    """Rows of a Clarity detail.xml: contest × choice × way of voting × county or precinct."""
    reader = _Clarity()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse_doctype(name)
    try:
        for piece in pieces:
            parser.Parse(piece, False)
            yield from reader.taken()
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise InputRefused(
            f"{name}, line {error.lineno}: damaged XML ({expat.ErrorString(error.code)}). Fetch it again."
            " Nothing was loaded."
        ) from None
    if reader.root != "ElectionResult":
        raise InputRefused(
            f"{name}: XML of an unknown kind (its root is {reader.root!r}). Of XML, Clarity's detail.xml is read."
            " Save it as CSV. Nothing was loaded."
        )
    yield from reader.taken()


def _refuse_doctype(name: str) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise InputRefused(
            f"{name}: declares a document type, as no results file needs to. Do not trust it. Nothing was loaded."
        )

    return refuse


@dataclass
class _Clarity:
    """What has been seen of a detail.xml so far; rows are held until their contest ends."""

    root: str = ""
    _path: list[str] = field(default_factory=list)
    _words: dict[str, str] = field(default_factory=dict)
    _contest: dict[str, str] = field(default_factory=dict)
    _choice: dict[str, str] = field(default_factory=dict)
    _mode: str = ""
    _silent: set[str] = field(default_factory=set)
    _figures: list[tuple[str, Row, str]] = field(default_factory=list)
    _cast: Counter[tuple[str, str]] = field(default_factory=Counter)
    _rows: list[Row] = field(default_factory=list)

    def start(self, tag: str, found: dict[str, str]) -> None:
        self.root = self.root or tag
        self._path.append(tag)
        match tag:
            case "Contest":
                self._contest = found
            case "Choice":
                self._choice = found
            case "VoteType":
                self._mode = found.get("name", "")
            case "Precinct" | "County":
                if self._path[-2:-1] != ["VoteType"]:
                    self._note_status(found)
                elif "Choice" in self._path:
                    self._take(tag, found)

    def end(self, tag: str) -> None:
        self._path.pop()
        if tag == "Contest":
            self._release()
        elif tag == "Choice":
            self._choice = {}

    def text(self, data: str) -> None:
        if len(self._path) == 2:
            self._words[self._path[-1]] = self._words.get(self._path[-1], "") + data

    def taken(self) -> list[Row]:
        """Return the rows that are complete, and forget them."""
        rows, self._rows = self._rows, []
        return rows

    def _note_status(self, found: dict[str, str]) -> None:
        if found.get("percentReporting", "").strip() in {"0", "0.0", "0.00"}:
            self._silent.add(found.get("name", ""))

    def _take(self, tag: str, found: dict[str, str]) -> None:
        unit, votes = found.get("name", ""), found.get("votes", "")
        region = self._words.get("Region", "")
        place = (region, unit) if tag == "Precinct" else (unit, "")
        row = (
            *(self._words.get("ElectionDate", ""), self._contest.get("text", ""), self._choice.get("text", "")),
            *(self._choice.get("party", ""), self._mode, *place, votes),
        )
        self._figures.append((unit, row, self._mode))
        self._cast[unit, self._mode] += votes.strip(" 0") != ""

    def _release(self) -> None:
        """Complete a contest. A zero in a unit that has not reported is no figure yet, not a count of none."""
        for unit, row, mode in self._figures:
            is_open = unit in self._silent and not self._cast[unit, mode]
            self._rows.append((*row[:-1], "") if is_open else row)
        self._figures, self._cast = [], Counter()


def _la_county(pieces: Iterator[bytes], name: str) -> Iterator[Row]:
    """Rows of Los Angeles County's results as JSON: contest × candidate, votes so far of whatever mode."""
    data = b""
    for piece in pieces:
        data += piece
        if len(data) > _LONGEST_JSON:
            raise InputRefused(
                f"{name}: JSON of more than {_LONGEST_JSON >> 20} MB. Save it as CSV. Nothing was loaded."
            )
    try:
        election = json.loads(data)["Election"]
        groups = [
            (group.get("Name", ""), contest) for group in election["ContestGroups"] for contest in group["Contests"]
        ]
        titles = Counter(str(contest["Title"]) for _, contest in groups)
        for group, contest in groups:
            title = str(contest["Title"])
            shared = f"{group}: {title}" if titles[title] > 1 else title
            for choice in contest["Candidates"]:
                yield tuple(
                    _word(value)
                    for value in (
                        *(election.get("Date"), group, shared, choice["Name"]),
                        *(choice.get("Party"), choice.get("Votes")),
                    )
                )
    except (ValueError, RecursionError) as error:
        problem = str(error).splitlines()[0][:80]
        raise InputRefused(f"{name}: damaged JSON ({problem}). Fetch it again. Nothing was loaded.") from None
    except (KeyError, TypeError, AttributeError):
        raise InputRefused(
            f"{name}: JSON of an unknown kind. Of JSON, Los Angeles County's results are read. Save it as CSV."
            " Nothing was loaded."
        ) from None


def _word(value: object) -> str:
    """Return a JSON value as a cell."""
    return "" if value is None else str(value)
