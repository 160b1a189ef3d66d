"""Whatever is done to a file, its lines are accounted for, or it is refused in words."""

import contextlib
import gzip
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.reading.inputs import load, rows
from tests.reading.test_result_formats import CLARITY, la_json
from turnout import reading
from turnout.contest import Contest, Inputs
from turnout.errors import TurnoutError
from turnout.reading import lines
from turnout.workspace import Workspace

HEADER = "voter_id,last_name,precinct,birth_year,registration_date"
NAMES = ("NUÑEZ", "O'BRIEN", '"SMITH, JR"', "NULL", "Mc Donald", "", "PEÑA", '"SAY ""HI"""', "ÁLVAREZ-LÓPEZ")
DATES = ("2017-06-06", "06/06/2017", "", "42892", "13/04/2017", "6-Jun-17", "1800-01-01", "0202-01-01")

line = st.builds(
    "{:0>5},{},{:0>4},{},{}".format,
    st.integers(0, 40),
    st.sampled_from(NAMES),
    st.integers(0, 30),
    st.sampled_from(("1974", "1974.0", "", "19x4", "74")),
    st.sampled_from(DATES),
)
Mangle = Callable[[list[bytes], random.Random], list[bytes]]


def _on_one(change: Callable[[bytes, random.Random], bytes]) -> Mangle:
    """Do something to a few lines, the header among them at times."""

    def mangle(body: list[bytes], chance: random.Random) -> list[bytes]:
        return [change(text, chance) if chance.random() < 0.3 else text for text in body]

    return mangle


def _insert(text: bytes) -> Callable[[bytes, random.Random], bytes]:
    def change(old: bytes, chance: random.Random) -> bytes:
        at = chance.randrange(len(old) + 1)
        return old[:at] + text + old[at:]

    return change


def _shuffled(body: list[bytes], chance: random.Random) -> list[bytes]:
    """Put the columns in another order, here and there in one of its own."""
    order = list(range(5))
    chance.shuffle(order)
    parted = [text.split(b",") for text in body]
    return [b",".join(cells[i] for i in order) if len(cells) == 5 else b",".join(cells) for cells in parted]


def _with_headers(body: list[bytes], chance: random.Random) -> list[bytes]:
    return [text for old in body for text in ([old, body[0]] if chance.random() < 0.3 else [old])]


def _excel(text: bytes, _: random.Random) -> bytes:
    """Lose leading zeros and write dates as a spreadsheet does."""
    return b",".join(cell.lstrip(b"0") or b"0" for cell in text.split(b",")).replace(b"2017-06-06", b"42892")


MANGLES: dict[str, Mangle] = {
    "as it is": lambda body, _: body,
    "truncated lines": _on_one(lambda text, chance: text[: chance.randrange(len(text) + 1)]),
    "extra delimiters": _on_one(_insert(b",")),
    "another delimiter": _on_one(lambda text, _: text.replace(b",", b"\t")),
    "embedded newlines": _on_one(_insert(b"\n")),
    "newlines in quotes": _on_one(_insert(b'"\n"')),
    "stray quotes": _on_one(_insert(b'"')),
    "carriage returns": _on_one(_insert(b"\r")),
    "NULs": _on_one(_insert(b"\x00")),
    "mixed encodings": _on_one(lambda text, _: text.decode("utf-8", "replace").encode("cp1252", "replace")),
    "bytes of no encoding": _on_one(_insert(b"\xff\x90\xd1")),
    "marks": _on_one(lambda text, _: b"\xef\xbb\xbf" + text),
    "wrong header": lambda body, _: [b"id,surname,pct,year,date", *body[1:]],
    "no header": lambda body, _: body[1:],
    "duplicated header": lambda body, _: [text + b",precinct" for text in body[:1]] + body[1:],
    "repeated header lines": _with_headers,
    "shuffled columns": _shuffled,
    "spreadsheet": _on_one(_excel),
    "blank lines": _on_one(lambda text, _: b"\n" + text + b"\n   "),
    "empty": lambda body, _: [],
    "header only": lambda body, _: body[:1],
    "long line": _on_one(lambda text, _: text + b"x" * 3000),
    "duplicates": lambda body, _: body + body[1:],
}
ENDS = {"unix": b"\n", "dos": b"\r\n", "mac": b"\r"}
WHOLE: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda content: content,
    "mark": lambda content: b"\xef\xbb\xbf" + content,
    "utf-16": lambda content: content.decode("utf-8", "replace").encode("utf-16"),
    "utf-16 without mark": lambda content: content.decode("utf-8", "replace").encode("utf-16-le"),
    "cp1252": lambda content: content.decode("utf-8", "replace").encode("cp1252", "replace"),
    "cp437": lambda content: content.decode("utf-8", "replace").encode("cp437", "replace"),
    "gzip": gzip.compress,
    "cut": lambda content: content[: -len(content) // 3],
    "cut utf-16": lambda content: content.decode("utf-8", "replace").encode("utf-16")[:-1],
}


def _check(content: bytes) -> tuple[int, ...] | None:
    """Load a voter file; its account, or None where it is refused. Anything but a TurnoutError is a bug."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with Workspace.create(directory / "workspace", threads=1) as workspace:
            try:
                load(workspace, directory, voters=content)
            except TurnoutError:
                return None
            (account,) = rows(workspace, "SELECT lines_in, loaded, rejected, ignored FROM reconciliation")
            lines_in, loaded, rejected, ignored = account
            assert lines_in == loaded + rejected + ignored
            assert rows(workspace, "SELECT count(*) FROM voters") == [(loaded,)]
            assert rows(workspace, "SELECT count(*), count(DISTINCT line) FROM rejects") == [(rejected, rejected)]
            return account


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(line, max_size=12),
    st.sampled_from(sorted(MANGLES)),
    st.sampled_from(sorted(MANGLES)),
    st.sampled_from(sorted(ENDS)),
    st.sampled_from(sorted(WHOLE)),
    st.randoms(use_true_random=False),
    st.sampled_from([64, 1 << 22]),
)
def test_lines_in_are_loaded_rejected_or_ignored(
    made: list[str], first: str, then: str, end: str, whole: str, chance: random.Random, block: int
) -> None:
    body = [text.encode() for text in (HEADER, *made)]
    body = MANGLES[then](MANGLES[first](body, chance), chance)
    content = b"".join(text + ENDS[end] for text in body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "BLOCK", block)
        patch.setattr(lines, "LONGEST_STRETCH", 1 << 15)
        account = _check(WHOLE[whole](content))
    if account is not None and whole in {"as it is", "mark", "gzip"} and end != "mac":
        physical = content.count(b"\n") + (not content.endswith(b"\n"))
        blank = next((i for i, text in enumerate(content.split(b"\n")) if text.strip(b" \r\xef\xbb\xbf")), 0)
        assert account[0] == physical - 1 - blank


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([CLARITY, la_json(7, 9)]),
    st.integers(0, 2000),
    st.integers(0, 40),
    st.sampled_from([b"", b"<", b"]", b"\xff", b"\x00", b"9" * 5000, b"&x;", b'"', b"-1", b"\n", b"{}", b"null"]),
)
def test_xml_and_json_are_no_exception(sound: str, at: int, gone: int, put: bytes) -> None:
    content = sound.encode()
    at %= len(content)
    release = {"file": "", "counts": "mail"} if sound.startswith("{") else None
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "returns"
        path.write_bytes(content[:at] + put + content[at + gone :])
        given_as = {"release": [release | {"file": path}]} if release else {"returns": (path,)}
        with Workspace.create(Path(name) / "workspace", threads=1) as workspace, contextlib.suppress(TurnoutError):
            reading.load(workspace, Contest(inputs=Inputs.model_validate(given_as)))
            ((lines_in, accounted),) = rows(
                workspace, "SELECT lines_in, loaded + rejected + ignored FROM reconciliation"
            )
            assert lines_in == accounted


_PIECES = ["a", "1", "NUÑEZ", '"', '""', ",", ",,", "\n", "\r\n", "\r", " ", "\t", "|", "'", "é", "\x00", "0"]
_ODD = [piece.encode() for piece in _PIECES] + [b"\xd1", b"\x90", b"\xff"]
anything = st.lists(st.sampled_from(_ODD), max_size=12).map(b"".join)
sound = st.sampled_from([b"1,GOMEZ,7", b'2,"O""BRIEN",7', b'3,"A, B",8', b'"4",C,9', b'5,"D\nE",9', b"6,F,", b""])
files = st.lists(st.tuples(st.one_of(sound, anything), st.sampled_from([b"\n", b"\r\n", b"\n\n"])), max_size=8).map(
    lambda parts: b"".join(body + end for body, end in parts)
)


@settings(max_examples=40, deadline=None)
@given(files, st.booleans())
@example(b'1,"A,7\n2,B,7\n3,C",7\n', False)
@example(b"1,A,7\r2,B,7\n\n", False)
def test_so_are_those_of_lines_put_together_from_pieces(body: bytes, cut: bool) -> None:
    content = b"voter_id,last_name,precinct\n" + (body[:-1] if cut else body)
    account = _check(content)
    if account is not None:
        assert account[0] == content.count(b"\n") - 1 + (not content.endswith(b"\n"))
