"""How far draws are spread about their mean, so that intervals hold as often as they say."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from turnout.projection import specification


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
    file = specification.load(_File, "calibration", override)
    return {"results": file.results, "cells": file.cells}[source]
