"""The model's specification, ``models/ethnicity.toml``, as typed, validated objects."""

import tomllib
from functools import cache
from typing import Annotated, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from turnout import resources
from turnout.errors import UsageError
from turnout.vocabulary import ASIAN_GROUPS, GROUPS

Probability = Annotated[float, Field(ge=0, le=1)]
ByGroup = dict[str, Probability]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fit(_Strict):
    """Strengths of the priors, in voters, and when to stop."""

    district_strength: float = Field(ge=0)
    held_weight: float = Field(ge=0)
    county_strength: float = Field(gt=0)
    area_strength: float = Field(gt=0)
    precinct_strength: float = Field(gt=0)
    status_strength: float = Field(gt=0)
    cell_strength: float = Field(gt=0)
    pooled_iterations: int = Field(ge=1)
    pooled_rounds: int = Field(ge=1)
    pooled_voters: int = Field(ge=1)
    voters: int = Field(ge=1)
    iterations: int = Field(ge=1)
    tolerance: float = Field(gt=0)


class Married(_Strict):
    """How many bear a surname that is not their group's."""

    part: Probability


class Party(_Strict):
    """Which parties count as evidence."""

    least: Probability


class Learned(_Strict):
    """How far the file's own labels move what is expected of them."""

    strength: float = Field(gt=0)


class Status(_Strict):
    """Which way of voting counts as evidence."""

    least_participation: Probability


class LabelSet(_Strict):
    """Labels that name several groups at once."""

    labels: tuple[str, ...]
    groups: tuple[str, ...]


class Silent(_Strict):
    """Labels that say nothing."""

    labels: tuple[str, ...]


class Vendor(_Strict):
    """What a self-reported or vendor label means and how far it is trusted."""

    reliability: float = Field(gt=0, lt=1)
    labels: dict[str, tuple[str, ...]]
    sets: tuple[LabelSet, ...] = ()
    silent: Silent

    def meanings(self) -> dict[str, frozenset[str]]:
        """Label to the groups it names; no group for a label that says nothing."""
        found = {label: frozenset[str]() for label in self.silent.labels}
        for group, labels in self.labels.items():
            leaves = frozenset(ASIAN_GROUPS) if group == "asian" else frozenset({group})
            found |= dict.fromkeys(labels, leaves)
        for entry in self.sets:
            found |= dict.fromkeys(entry.labels, frozenset(entry.groups))
        return found


class Country(_Strict):
    """How a country is spelled, and P(born there | group)."""

    names: tuple[str, ...]
    born: ByGroup


class States(_Strict):
    """How the United States and their states are spelled."""

    names: tuple[str, ...]
    states: tuple[str, ...]


class Birthplace(_Strict):
    """P(place of birth | group)."""

    elsewhere: float = Field(gt=0)
    united_states: ByGroup
    countries: tuple[Country, ...]
    us_names: States


class SpokenLanguage(_Strict):
    """How a language is spelled, and P(asks for material in it | group)."""

    names: tuple[str, ...]
    asked: ByGroup


class Language(_Strict):
    """P(language of election material | group)."""

    elsewhere: float = Field(gt=0)
    languages: tuple[SpokenLanguage, ...]


class Specification(_Strict):
    """Priors, evidence and fitting of the ethnicity estimate."""

    prior: ByGroup
    fit: Fit
    married: Married
    party: Party
    learned: Learned
    status: Status
    vendor: Vendor
    birthplace: Birthplace
    language: Language

    @model_validator(mode="after")
    def _groups(self) -> Self:
        if set(self.prior) != set(GROUPS) or min(self.prior.values()) <= 0:
            raise ValueError(f"[prior] needs a share above 0 for each of {', '.join(GROUPS)}")
        known = {*GROUPS, "asian"}
        named = [*self.vendor.labels, *(group for entry in self.vendor.sets for group in entry.groups)]
        named += [group for country in self.birthplace.countries for group in country.born]
        named += [group for language in self.language.languages for group in language.asked]
        if unknown := sorted(set(named) - known):
            raise ValueError(f"unknown group {unknown[0]!r}; the groups are {', '.join(GROUPS)}")
        return self

    def trusting(self, reliability: float | None) -> Self:
        """Return the same with labels as reliable as the user states; None changes nothing."""
        if reliability is None:
            return self
        return self.model_copy(update={"vendor": self.vendor.model_copy(update={"reliability": reliability})})

    def prior_shares(self) -> np.ndarray:
        """Return the make-up to start from: (groups,), summing to one."""
        shares = np.array([self.prior[group] for group in GROUPS])
        return np.asarray(shares / shares.sum())


@cache
def load() -> Specification:
    """Read ``models/ethnicity.toml``.

    Raises
    ------
    UsageError
        If the file is not TOML or has a key or value that does not belong.
    """
    path = resources.find("models", "ethnicity.toml")
    try:
        return Specification.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path.name}: not valid TOML: {error}.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{path.name}: {key}: {first['msg']}.") from None
