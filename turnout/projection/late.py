"""What is counted after the polls: provisional ballots, and mail in transit or dropped off. A tranche of its own."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from turnout.projection import specification


class LateSpec(BaseModel):
    """Priors of the late tranche, as ``models/late.toml`` states them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    log_ratio_mean: float
    """Log of late to poll votes where no past election says."""
    log_ratio_sd: float = Field(ge=0)
    shift_share: float = Field(ge=0, le=1)
    """How much of the polls' shift late votes share."""
    shift_sd: float = Field(ge=0)
    """Sd, in logits of a split, of the late votes' own departure, common to the contest."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str
    provenance: str
    results: LateSpec
    late_mail: LateSpec
    cells: LateSpec


def load(source: Literal["results", "late_mail", "cells"], override: Path | None = None) -> LateSpec:
    """Read a section of ``models/late.toml``: results alone, the same with late mail, or a voter file's cells."""
    file = specification.load(_File, "late", override)
    return {"results": file.results, "late_mail": file.late_mail, "cells": file.cells}[source]
