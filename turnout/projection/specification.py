"""How the projection's specifications in ``models/`` are read."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from turnout import resources
from turnout.errors import UsageError

Specification = TypeVar("Specification", bound=BaseModel)


def load(kind: type[Specification], name: str, override: Path | None = None) -> Specification:
    """Read ``models/<name>.toml`` as ``kind``, the user's own file if ``override`` holds one.

    Raises
    ------
    UsageError
        If the file is not there, or not of that kind.
    """
    path = resources.find("models", f"{name}.toml", override)
    try:
        found: Specification = _parsed(kind, path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise UsageError(f"models/{name}.toml: not a valid {kind.__name__}: {error}") from None
    return found


@lru_cache
def _parsed(kind: type[Specification], text: str) -> Specification:
    """Return what a text says, which is worked out once; it is not to be written to."""
    return kind.model_validate(tomllib.loads(text))
