"""Where ``sql/``, ``models/`` and ``configs/`` live, and how a user's own copy overrides a shipped one.

They are data the package reads. A wheel carries them under ``turnout/_data``; an editable install reads the
directories beside the package. A directory of the same name in the user's ``override`` directory wins, file by file.
"""

from functools import cache
from pathlib import Path

from turnout.errors import UsageError

_PACKAGE = Path(__file__).resolve().parent


@cache
def _shipped_root() -> Path:
    packed = _PACKAGE / "_data"
    return packed if packed.is_dir() else _PACKAGE.parent


def find(kind: str, name: str, override: Path | None = None) -> Path:
    """Path of the resource ``kind/name``, for example ``find("models", "shift.toml")``.

    Parameters
    ----------
    kind : {"sql", "models", "configs"}
    name : path below that directory, with forward slashes
    override : a directory that may hold ``kind/name`` of the user's own, which then wins

    Raises
    ------
    UsageError
        If neither the user's directory nor the shipped one holds it.
    """
    for root in (override, _shipped_root()):
        if root is not None and (candidate := root / kind / name).is_file():
            return candidate
    own = "" if override is None else f", and none of that name is in {override}"
    raise UsageError(f"{kind}/{name}: no such resource is shipped{own}.")


def listing(kind: str, pattern: str) -> list[Path]:
    """Return the shipped resources of a kind whose path below it matches ``pattern``, sorted by name."""
    return sorted((_shipped_root() / kind).glob(pattern))


@cache
def sql(name: str) -> str:
    """Text of the query ``sql/<name>.sql``."""
    return find("sql", f"{name}.sql").read_text(encoding="utf-8")
