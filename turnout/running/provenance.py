"""What a result rests on: versions, inputs and models, each by its hash."""

import hashlib
import platform
from importlib import metadata
from pathlib import Path

from turnout import resources, reuse
from turnout.workspace import Workspace


def versions() -> dict[str, object]:
    """Versions of turnout, Python and the libraries that can change a result."""
    return {
        "turnout": metadata.version("turnout"),
        "python": platform.python_version(),
        "libraries": {name: metadata.version(name) for name in reuse.LIBRARIES},
    }


def inputs(workspace: Workspace) -> list[dict[str, object]]:
    """Return the files that were read, with the lines loaded and the hash of each."""
    return [
        {"name": row["source"], "rows": row["loaded"], "sha256": row["sha256"]}
        for row in workspace.table("reconciliation").iter_rows(named=True)
    ]


def models(names: tuple[str, ...]) -> dict[str, str]:
    """Return the hash of each specification: ``models/<name>.toml``, or a file of the user's own."""
    files = [Path(name) if name.endswith(".toml") else resources.find("models", f"{name}.toml") for name in names]
    return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
