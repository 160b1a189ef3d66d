"""What a result rests on: versions, inputs and models, each by its hash."""

import hashlib
import platform
from importlib import metadata

from turnout import resources, reuse
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


def digest(model: str) -> str:
    """Return the hash of the specification ``models/<model>.toml``."""
    return hashlib.sha256(resources.find("models", f"{model}.toml").read_bytes()).hexdigest()
