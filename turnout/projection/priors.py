"""What past elections taught: means and spreads of the hierarchies' effects, and how the draws are calibrated.

``models/priors.json`` holds them with their provenance; ``turnout backtest --fit`` writes such a file. The structure
of a hierarchy, and where its effects start from, stands in its own ``models/<name>.toml``.
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from turnout import resources
from turnout.errors import UsageError
from turnout.projection.calibration import Calibration
from turnout.projection.terms import HierarchySpec


class EffectPrior(BaseModel):
    """Prior mean and standard deviation of one term's effects."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mean: float
    sd: float = Field(gt=0)


class Priors(BaseModel):
    """What ``models/priors.json`` holds.

    Attributes
    ----------
    terms : by hierarchy and name of the term
    noise : by hierarchy, sd of each of its noises in their order
    calibration : of the draws, see :mod:`turnout.projection.calibration`
    provenance : elections, files by hash, rounds of the fit
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str = "Fitted by turnout backtest --fit. See shift.md, turnout.md and calibration.md."
    terms: dict[str, dict[str, EffectPrior]] = {}
    noise: dict[str, tuple[float, ...]] = {}
    calibration: Calibration = Calibration()
    provenance: dict[str, Any] = {}

    @classmethod
    def load(cls, path: Path | None = None) -> "Priors":
        """Read a file of priors, the shipped one without a path.

        Raises
        ------
        UsageError
            If it is not there, or not of that kind.
        """
        path = path or resources.find("models", "priors.json")
        try:
            return cls.model_validate_json(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, ValidationError) as error:
            raise UsageError(f"{path}: not a file of priors, as turnout backtest --fit writes: {error}") from None

    def hierarchy(self, name: str) -> HierarchySpec:
        """Read ``models/<name>.toml`` and put these priors in it."""
        return self.apply(name, HierarchySpec.load(name))

    def apply(self, name: str, spec: HierarchySpec) -> HierarchySpec:
        """Return the hierarchy ``models/<name>.toml`` with these priors; terms that are not in them stay.

        Raises
        ------
        UsageError
            If they were learned for a model with other noises.
        """
        terms = self.terms.get(name, {})
        noise = self.noise.get(name, tuple(part.sd for part in spec.noise))
        if len(noise) != len(spec.noise):
            raise UsageError(
                f"priors: {len(noise)} noises of {name} were learned, models/{name}.toml has {len(spec.noise)}."
                " Learn them again with turnout backtest --fit."
            )
        return spec.model_copy(
            update={
                "term": tuple(
                    term.model_copy(update=terms[term.name].model_dump()) if term.name in terms else term
                    for term in spec.term
                ),
                "noise": tuple(
                    part.model_copy(update={"sd": sd}) for part, sd in zip(spec.noise, noise, strict=True)
                ),
            }
        )
