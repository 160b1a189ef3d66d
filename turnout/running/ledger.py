"""The ledger of a workspace: a line of JSON for every run of a batch, with what it rested on and how it ended.

Lines are only ever added. One that a killed run left half written is passed over when the ledger is read.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from turnout import reuse
from turnout.addresses import Address
from turnout.contest import Contest
from turnout.reading import files, source
from turnout.running import provenance
from turnout.workspace import published_in

LEDGER: Final = "ledger.jsonl"

Entry = dict[str, Any]


def append(directory: Path, entry: Mapping[str, object]) -> None:
    """Add an entry, flushed to disk; nothing where the run did not get as far as making the directory."""
    if not directory.is_dir():
        return
    line = json.dumps(entry, ensure_ascii=False, allow_nan=False).encode() + b"\n"
    descriptor = os.open(directory / LEDGER, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, b"\n" + line if torn else line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(directory: Path) -> list[Entry]:
    """Return the entries that are whole, the oldest first."""
    try:
        lines = (directory / LEDGER).read_bytes().splitlines()
    except OSError:
        return []
    entries = [_parsed(line) for line in lines]
    return [entry for entry in entries if entry is not None]


def last_published(directory: Path) -> Entry | None:
    """Return the newest entry of a run that published, if what it published still stands, to the last byte."""
    entries = [entry for entry in read(directory) if entry.get("outputs")]
    return entries[-1] if entries and entries[-1]["outputs"] == outputs(directory) else None


def inputs(contest: Contest) -> list[Entry]:
    """Return every file that a contest's run reads, by the key that names it, with its size and hash.

    A file that is not there is left out: the run will say so.

    Raises
    ------
    TurnoutError
        If a path names nothing, or a zip cannot be used.
    """
    given = contest.inputs
    named: dict[str, Iterable[Path | Address]] = {
        "returns": given.returns,
        "release": [release.file for release in given.release if release.file is not None],
        "voters": given.voters,
        "vote_history": given.vote_history,
        "ballots": given.ballots,
        "history": given.history,
        "crosswalk": [path for path in (given.crosswalk, given.past_crosswalk) if path is not None],
        "boundaries": [path for path in (given.boundaries,) if path is not None],
        "layouts": given.layouts,
        "ethnicity": contest.ethnicity.paths(),
    }
    members = files.members()
    named = {key: tuple(paths) for key, paths in named.items()}
    listed = {path for paths in named.values() for path in paths}
    named["other"] = [
        path for path in _paths([value for name, value in contest if name != "output"]) if path not in listed
    ]
    found = {(key, path): None for key, paths in named.items() for path in _whole(source.expand(paths, members))}
    return [{"input": key, **_content(path)} for key, path in found]


def _content(path: Path | Address) -> Entry:
    """Return what tells what is in a file: its size and hash, or what the host of an object calls its version."""
    if isinstance(path, Path):
        return {"file": path.name, "bytes": path.stat().st_size, "sha256": reuse.content(path)}
    version = path.version
    if version is None:
        raise ValueError(f"{path}: was not looked up")
    return {"file": path.identity, "bytes": version.size, "etag": version.etag, "modified": str(version.modified)}


def outputs(directory: Path) -> dict[str, str]:
    """Return the hash of each published file."""
    return {path.name: reuse.content(path) for path in published_in(directory)}


def fingerprint(contest: Contest, read_from: Iterable[Entry]) -> str:
    """Return what a result follows from, as a hash: inputs, settings, the code, its data, and its libraries.

    Where files lie does not matter, nor where the result goes.
    """
    settings = _pathless(contest.model_dump(exclude={"output", "inputs", "ethnicity"}))
    settings["ethnicity"] = contest.ethnicity.model_dump(mode="json", include={"margins", "learn"})
    settings["inputs"] = contest.inputs.model_dump(mode="json", include={"read_as", "allow_shrink", "partitioned"})
    settings["releases"] = [[release.counts, release.number] for release in contest.inputs.release]
    basis = [settings, list(read_from), provenance.versions(), reuse.code()]
    return hashlib.sha256(json.dumps(basis, sort_keys=True, default=str).encode()).hexdigest()


def _whole(sources: Iterable[source.Source]) -> list[Path | Address]:
    return list(dict.fromkeys(each.whole for each in sources))


def _paths(value: object) -> Iterator[Path | Address]:
    """Yield every path in a contest's fields: whichever key names a file, the result follows from it."""
    if isinstance(value, Path | Address):
        yield value
    elif isinstance(value, BaseModel):
        yield from _paths([inner for _, inner in value])
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _paths(inner)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _paths(inner)


def _pathless(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields without paths, which say where files lie and not what is in them."""
    inner = {key: _pathless(value) if isinstance(value, Mapping) else value for key, value in fields.items()}
    return {key: value for key, value in inner.items() if not isinstance(value, Path)}


def _parsed(line: bytes) -> Entry | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None
