"""What a file says of origin besides the name: vendor or self-reported label, place of birth, language, party."""

import math
import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from turnout.ethnicity.specification import Birthplace, ByGroup, Language, Specification, Vendor
from turnout.vocabulary import GROUPS

#: Columns of labels, by the bit that says they were used in an estimate.
BITS: Final = {"vendor": 8, "birthplace": 16, "language": 32, "party": 64}
LABELS: Final = tuple(BITS)
_SILENT: Final = np.ones(len(GROUPS))


@dataclass(frozen=True)
class Evidence:
    """Likelihoods of the labels of each column. Code 0 of every column says nothing.

    Attributes
    ----------
    rows : every label that says something: ``kind, raw, code``
    expected : by column, float64 (codes, groups): P(label | group) before the file is looked at; ones where unknown
    named : bool (codes, groups), the groups each vendor label names; its row 0 names none
    unknown : vendor labels that are in no list, with how many voters bear each
    """

    rows: pl.DataFrame
    expected: dict[str, np.ndarray]
    named: np.ndarray
    unknown: dict[str, int]

    def summands(self) -> pl.DataFrame:
        """Return ``rows`` with codes whose sum over a voter's columns tells each of them, by :meth:`parts`."""
        factors = self._factors()
        factor = pl.col("kind").replace_strict(list(factors), list(factors.values()), return_dtype=pl.Int32)
        return self.rows.with_columns(code=pl.col("code") * factor)

    def parts(self, sums: np.ndarray) -> dict[str, np.ndarray]:
        """Return the codes by column that sums of :meth:`summands` stand for; each (voters,)."""
        return {kind: sums // factor % len(self.expected[kind]) for kind, factor in self._factors().items()}

    def _factors(self) -> dict[str, int]:
        """Return how many combinations the columns before each have."""
        sizes = [len(table) for table in self.expected.values()]
        return {kind: math.prod(sizes[:index]) for index, kind in enumerate(self.expected)}


def read(labels: pl.DataFrame, specification: Specification, *, blind: bool = False) -> Evidence:
    """Turn the distinct labels, as ``sql/ethnicity/voter_labels.sql`` yields them, into likelihoods.

    With ``blind`` the vendor or self-reported label is not looked at, so that it can be compared with.
    """
    meanings = {} if blind else specification.vendor.meanings()
    sets = {label: groups for label, groups in meanings.items() if groups}
    looked_up: dict[str, dict[str, np.ndarray]] = {
        "vendor": {label: label_likelihood(groups, specification.vendor) for label, groups in sets.items()},
        "birthplace": birthplace_likelihoods(specification.birthplace),
        "language": language_likelihoods(specification.language),
        "party": _parties(labels.filter(pl.col("kind") == "party"), specification.party.least),
    }
    rows: list[tuple[str, str, int]] = []
    expected: dict[str, np.ndarray] = {}
    unknown: dict[str, int] = {}
    named = [np.zeros(len(GROUPS), dtype=bool)]
    for kind, table in looked_up.items():
        codes: dict[bytes, int] = {}
        found = [_SILENT]
        for raw, voters in labels.filter(pl.col("kind") == kind).select("raw", "voters").iter_rows():
            label = plain(raw)
            likelihood = table.get(label)
            if kind == "vendor" and label and likelihood is None and not blind and label not in meanings:
                unknown[label] = unknown.get(label, 0) + voters
            if likelihood is None:
                continue
            key = label.encode() if kind == "party" else likelihood.tobytes()
            if key not in codes:
                codes[key] = len(found)
                found.append(likelihood)
                if kind == "vendor":
                    named.append(np.isin(GROUPS, list(sets[label])))
            rows.append((kind, raw, codes[key]))
        expected[kind] = np.array(found)
    frame = pl.DataFrame(rows, schema={"kind": pl.String, "raw": pl.String, "code": pl.Int32}, orient="row")
    return Evidence(frame, expected, np.array(named), unknown)


def _parties(labels: pl.DataFrame, least: float) -> dict[str, np.ndarray]:
    """Parties with at least a share of the file's, about whose voters nothing is known beforehand.

    A single party says nothing. The Census knows no parties: what they say is learned from the file.
    """
    voters: dict[str, int] = {}
    for raw, count in labels.select("raw", "voters").iter_rows():
        if label := plain(raw):
            voters[label] = voters.get(label, 0) + count
    common = [label for label, count in voters.items() if count >= least * sum(voters.values())]
    return dict.fromkeys(common, _SILENT) if len(common) > 1 else {}


def plain(label: str) -> str:
    """Spell a label as the specification lists them: upper case, all but letters and digits one space."""
    return re.sub(r"[^A-Z0-9]+", " ", label.upper()).strip()


def label_likelihood(groups: frozenset[str], vendor: Vendor) -> np.ndarray:
    """P(label | group) for a label that names ``groups``.

    A voter is given the own group's label with the reliability r, any of the other eleven with (1 − r)/11 each. One
    that names a set of s groups collects those: r + (1 − r)(s − 1)/11 for a group in it, (1 − r)s/11 for one outside.
    """
    likelihood: np.ndarray = set_likelihoods(np.isin(GROUPS, list(groups))[None, :], vendor.reliability)[0]
    return likelihood


def set_likelihoods(named: np.ndarray, reliability: float) -> np.ndarray:
    """P(label | group) of labels that name sets of groups: (labels, groups); ones for a label that names none."""
    size = named.sum(axis=1, keepdims=True)
    wrong = (1 - reliability) / (len(GROUPS) - 1)
    likelihood = np.where(named, reliability + wrong * (size - 1), wrong * size)
    return np.where(size > 0, likelihood, 1.0)


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
