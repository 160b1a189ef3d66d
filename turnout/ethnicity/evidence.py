"""What a file says of origin besides the name: vendor or self-reported label, place of birth, language."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from turnout.ethnicity.specification import Birthplace, ByGroup, Language, Specification, Vendor
from turnout.vocabulary import GROUPS

#: Bits that say which evidence a likelihood rests on.
VENDOR, BIRTHPLACE, LANGUAGE = 1, 2, 4
_SILENT: Final = np.ones(len(GROUPS))


@dataclass(frozen=True)
class Evidence:
    """Likelihoods of the distinct combinations of labels.

    Attributes
    ----------
    codes : the combinations as ``vendor, birthplace, language, code``; code 0 stands for no evidence
    likelihood : float32 (combinations + 1, groups), the largest of a row being 1, indexed by code
    used : uint8 (combinations + 1,), the bits of what spoke
    unknown : vendor labels that are in no list, with how many voters bear each
    """

    codes: pl.DataFrame
    likelihood: np.ndarray
    used: np.ndarray
    unknown: dict[str, int]


def read(labels: pl.DataFrame, specification: Specification) -> Evidence:
    """Turn distinct label combinations, as ``sql/ethnicity/evidence_labels.sql`` yields them, into likelihoods."""
    reader = _Reader(specification)
    rows = [_SILENT]
    used = [0]
    unknown: dict[str, int] = {}
    for vendor, birthplace, language, voters in labels.iter_rows():
        parts = (reader.vendor(vendor), reader.birthplace(birthplace), reader.language(language))
        spoken = [part if part is not None else _SILENT for part in parts]
        product = spoken[0] * spoken[1] * spoken[2]
        rows.append(product / product.max())
        bits = (VENDOR, BIRTHPLACE, LANGUAGE)
        used.append(sum(bit for bit, part in zip(bits, parts, strict=True) if part is not None))
        if plain(vendor) and plain(vendor) not in reader.meanings:
            unknown[plain(vendor)] = unknown.get(plain(vendor), 0) + voters
    codes = labels.drop("voters").with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int32).alias("code"))
    return Evidence(codes, np.array(rows, dtype=np.float32), np.array(used, dtype=np.uint8), unknown)


def plain(label: str) -> str:
    """Spell a label as the specification lists them: upper case, all but letters and digits one space."""
    return re.sub(r"[^A-Z0-9]+", " ", label.upper()).strip()


class _Reader:
    """The specification's lists as look-ups from a plain label to a likelihood, None where the label says nothing."""

    def __init__(self, specification: Specification) -> None:
        vendor = specification.vendor
        self.meanings = vendor.meanings()
        self._vendor = {label: label_likelihood(groups, vendor) for label, groups in self.meanings.items() if groups}
        self._birthplace = birthplace_likelihoods(specification.birthplace)
        self._language = language_likelihoods(specification.language)

    def vendor(self, label: str) -> np.ndarray | None:
        return self._vendor.get(plain(label))

    def birthplace(self, label: str) -> np.ndarray | None:
        return self._birthplace.get(plain(label))

    def language(self, label: str) -> np.ndarray | None:
        return self._language.get(plain(label))


def label_likelihood(groups: frozenset[str], vendor: Vendor) -> np.ndarray:
    """P(label | group) for a label that names ``groups``.

    A voter is given the own group's label with the reliability r, any of the other eleven with (1 − r)/11 each. One
    that names a set of s groups collects those: r + (1 − r)(s − 1)/11 for a group in it, (1 − r)s/11 for one outside.
    """
    wrong = (1 - vendor.reliability) / (len(GROUPS) - 1)
    inside = vendor.reliability + wrong * (len(groups) - 1)
    return np.array([inside if group in groups else wrong * len(groups) for group in GROUPS])


def birthplace_likelihoods(birthplace: Birthplace) -> dict[str, np.ndarray]:
    """P(place of birth | group) by plain label. A state's name wins over a country's of the same letters."""
    found: dict[str, np.ndarray] = {}
    for country in birthplace.countries:
        found |= dict.fromkeys(country.names, _filled(country.born, birthplace.elsewhere))
    home = _filled(birthplace.united_states, birthplace.elsewhere)
    return found | dict.fromkeys((*birthplace.us_names.names, *birthplace.us_names.states), home)


def language_likelihoods(language: Language) -> dict[str, np.ndarray]:
    """P(asks for material in the language | group) by plain label."""
    found: dict[str, np.ndarray] = {}
    for spoken in language.languages:
        found |= dict.fromkeys(spoken.names, _filled(spoken.asked, language.elsewhere))
    return found


def _filled(by_group: ByGroup, elsewhere: float) -> np.ndarray:
    return np.array([max(by_group.get(group, 0.0), elsewhere) for group in GROUPS])
