"""What a result rests on: versions, inputs and models, each by its hash."""

import hashlib
import platform
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from turnout import resources, reuse
from turnout.addresses import Address
from turnout.contest import Contest
from turnout.workspace import Workspace


def versions() -> dict[str, object]:
    """Versions of turnout, Python and the libraries that can change a result."""
    return {
        "turnout": metadata.version("turnout"),
        "python": platform.python_version(),
        "libraries": dict(reuse.versions()),
    }


def inputs(workspace: Workspace) -> list[dict[str, object]]:
    """Return the files that were read, with the lines loaded and the hash of each."""
    return [
        {"name": row["source"], "rows": row["loaded"], "sha256": row["sha256"]}
        for row in workspace.table("reconciliation").iter_rows(named=True)
    ]


def fetched(workspace: Workspace, contest: Contest) -> Iterator[tuple[Address, str]]:
    """Yield the objects that a contest names, in their order and each once, with the hash of what was read."""
    named = dict.fromkeys(path.whole for path in contest.inputs.paths() if isinstance(path, Address))
    for address in named:
        if address.version is not None and (known := reuse.remembered(workspace.connection, address)) is not None:
            yield address, known


def objects(workspace: Workspace, contest: Contest) -> dict[str, object]:
    """Return under ``objects`` the address, version, size and hash of what was fetched; nothing where nothing was."""
    found = [
        {"object": str(address), "etag": version.etag, "bytes": version.size, "sha256": sha256}
        for address, sha256 in fetched(workspace, contest)
        if (version := address.version) is not None
    ]
    return {"objects": found} if found else {}


def models(names: tuple[str, ...]) -> dict[str, str]:
    """Return the hash of each specification: ``models/<name>.toml``, or a file of the user's own."""
    files = [Path(name) if name.endswith(".toml") else resources.find("models", f"{name}.toml") for name in names]
    return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
