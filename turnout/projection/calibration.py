"""How far draws are spread about their mean, so that intervals hold as often as they say."""

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from turnout import resources
from turnout.errors import UsageError


class Widening(BaseModel):
    """Factors on the spread of the votes still to come."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    before_polls: float = Field(gt=0)
    during_polls: float = Field(gt=0)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str
    provenance: str
    results: Widening
    cells: Widening


def load(source: Literal["results", "cells"], override: Path | None = None) -> Widening:
    """Read the section of ``models/calibration.toml`` for a run from results alone or from a voter file's cells."""
    path = resources.find("models", "calibration.toml", override)
    try:
        file = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise UsageError(f"models/calibration.toml: not a valid specification: {error}") from None
    return {"results": file.results, "cells": file.cells}[source]
