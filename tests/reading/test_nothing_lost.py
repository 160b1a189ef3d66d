"""Whatever is done to a file, its lines are accounted for, or it is refused with a reason."""

import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.reading.inputs import load, rows
from turnout.errors import TurnoutError
from turnout.workspace import Workspace

_PIECES = [
    "a",
    "1",
    "NUÑEZ",
    '"',
    '""',
    ",",
    ",,",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\t",
    "|",
    "'",
    "2017-06-06",
    "é",
    "\x00",
    "0",
]
mangled = st.lists(st.sampled_from([piece.encode() for piece in _PIECES] + [b"\xd1", b"\x90", b"\xff"]), max_size=12)
sound = st.sampled_from([b"1,GOMEZ,7", b'2,"O""BRIEN",7', b'3,"A, B",8', b'"4",C,9', b'5,"D\nE",9', b"6,F,", b""])
line_end = st.sampled_from([b"\n", b"\r\n", b"\n\n"])
files = st.lists(st.tuples(st.one_of(sound, mangled.map(b"".join)), line_end), max_size=8).map(
    lambda lines: b"".join(body + end for body, end in lines)
)


@settings(max_examples=60, deadline=None)
@given(files, st.booleans())
@example(b'1,"A,7\n2,B,7\n3,C",7\n', False)
@example(b"1,A,7\r2,B,7\n\n", False)
def test_lines_in_are_loaded_rejected_or_ignored(body: bytes, cut: bool) -> None:
    content = b"voter_id,last_name,precinct\n" + (body[:-1] if cut else body)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with Workspace.create(directory / "workspace", threads=1) as workspace:
            try:
                load(workspace, directory, voters=content)
            except TurnoutError:
                return
            (account,) = rows(workspace, "SELECT lines_in, loaded, rejected, ignored FROM reconciliation")
            lines_in, loaded, rejected, ignored = account
            assert lines_in == loaded + rejected + ignored
            assert lines_in == content.count(b"\n") - 1 + (not content.endswith(b"\n"))
            assert rows(workspace, "SELECT count(*) FROM voters") == [(loaded,)]
            assert rows(workspace, "SELECT count(*), count(DISTINCT line) FROM rejects") == [(rejected, rejected)]
