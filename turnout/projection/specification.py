"""How the projection's specifications in ``models/`` are read."""

import tomllib
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
        return kind.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise UsageError(f"models/{name}.toml: not a valid {kind.__name__}: {error}") from None
