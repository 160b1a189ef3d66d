"""What the file itself says its labels are worth, learned beside the make-up of the electorate.

METHODS: P(label | group) of places of birth, languages and parties is re-estimated from a sample of the voters,
leaning on what ``models/ethnicity.toml`` expects; a vendor's or self-reported label has one number, its reliability.
Each round fits the make-up with the labels as they stand (:mod:`~turnout.ethnicity.composition`), then re-counts the
labels by the posteriors, as EM does.
"""

from dataclasses import dataclass, replace

import numpy as np

from turnout.ethnicity import composition, evidence, names
from turnout.ethnicity.composition import Composition, Layout
from turnout.ethnicity.evidence import Evidence
from turnout.ethnicity.specification import Specification
from turnout.vocabulary import GROUPS

#: Voters whose likelihoods are multiplied at a time: the working arrays stay in the processor's cache.
_BLOCK = 4096


@dataclass(frozen=True)
class Codes:
    """Voters as rows of the likelihood tables, in one order; each array (voters,).

    ``surname, first, middle`` may be ``names.MISSING`` or ``names.ON_NO_LIST``; ``labels`` by column of labels.
    """

    surname: np.ndarray
    first: np.ndarray
    middle: np.ndarray
    labels: dict[str, np.ndarray]

    def take(self, chosen: np.ndarray) -> "Codes":
        """Return the chosen voters, in that order."""
        labels = {kind: code[chosen] for kind, code in self.labels.items()}
        return Codes(self.surname[chosen], self.first[chosen], self.middle[chosen], labels)


@dataclass(frozen=True)
class Tables:
    """P(evidence | group) up to a factor by row; each (rows, groups). Codes index the rows.

    Attributes
    ----------
    surname, first, middle : float32, as :func:`turnout.ethnicity.names.likelihoods` gives them
    labels : by column of labels, row 0 being silence
    reliability : chance that a vendor's or self-reported label names the voter's own group
    """

    surname: np.ndarray
    first: np.ndarray
    middle: np.ndarray
    labels: dict[str, np.ndarray]
    reliability: float

    def likelihood(self, codes: Codes) -> np.ndarray:
        """Product of the evidence: float32 (voters, groups)."""
        labels = {kind: table.astype(np.float32) for kind, table in self.labels.items() if len(table) > 1}
        product = np.empty((len(codes.surname), len(GROUPS)), dtype=np.float32)
        for begin in range(0, len(product), _BLOCK):
            rows = slice(begin, begin + _BLOCK)
            block = product[rows]
            np.copyto(block, self.surname.take(codes.surname[rows], axis=0))
            block *= self.first.take(codes.first[rows], axis=0)
            block *= self.middle.take(codes.middle[rows], axis=0)
            for kind, table in labels.items():
                block *= table.take(codes.labels[kind][rows], axis=0)
        return product


def learn(
    layout: Layout, codes: Codes, tables: Tables, known: Evidence, model: Specification, margins: np.ndarray | None
) -> tuple[Tables, Composition]:
    """Learn what the labels are worth, and the make-up of the file, from at most ``fit.pooled_voters`` voters.

    Parameters
    ----------
    layout : the voters' cells; its likelihood is not read
    tables : as expected before the file is looked at

    Returns the tables, with the file's rate of names on no list and surnames borne by others, and what was learned of
    the district and the ways of voting.
    """
    prior, fit = model.prior_shares(), model.fit
    census, counted = tables, (names.counted(codes.surname), names.counted(codes.first))
    tables = _at_the_files_rate(census, counted, prior, model)
    pooled, chosen = Layout(
        tables.likelihood(codes), layout.starts, layout.precinct, layout.status, layout.area, layout.county
    ).pooled(fit.pooled_voters)
    sample = codes.take(chosen)
    statuses = int(layout.status.max()) + 1
    pooled_fit = fit.model_copy(update={"iterations": max(1, fit.pooled_iterations // fit.pooled_rounds)})
    fitted = composition.learn(pooled, prior, pooled_fit, margins, _starting(pooled, prior, statuses))
    for _ in range(fit.pooled_rounds - 1):
        posterior = composition.posteriors(pooled.likelihood, fitted.cell, pooled.voters)
        tables = _at_the_files_rate(census, counted, fitted.district, model)
        surname = names.borne_by_others(tables.surname, fitted.district, model.married.part)
        labels, reliability = _relearned(posterior, sample, known, model, fitted.certainty)
        tables = Tables(surname, tables.first, tables.middle, labels, reliability)
        pooled = Layout(
            tables.likelihood(sample), pooled.starts, pooled.precinct, pooled.status, pooled.area, pooled.county
        )
        fitted = composition.learn(pooled, prior, pooled_fit, margins, fitted)
    return tables, fitted


def _at_the_files_rate(
    tables: Tables, counted: tuple[tuple[int, int], tuple[int, int]], shares: np.ndarray, model: Specification
) -> Tables:
    """Surnames and first names with as many on no list as the file has: ``counted`` of each."""
    surname, first = (
        names.at_the_rate_of(found, matrix, shares, model.learned.strength)
        for found, matrix in zip(counted, (tables.surname, tables.first), strict=True)
    )
    return replace(tables, surname=surname, first=first)


def _starting(pooled: Layout, prior: np.ndarray, statuses: int) -> Composition:
    """Everyone votes alike to begin with, statuses that the sample misses included."""
    share = np.bincount(pooled.status, weights=pooled.voters, minlength=statuses) + 1.0
    status = np.tile((share / share.sum())[:, None], (1, len(prior)))
    return Composition(prior, prior[None, :], status, prior[None, :], 0, np.ones(len(prior)))


def _relearned(
    posterior: np.ndarray, sample: Codes, known: Evidence, model: Specification, certainty: np.ndarray
) -> tuple[dict[str, np.ndarray], float]:
    """M-step of the labels: P(label | group) by column, and the reliability of the vendor's."""
    labels = {
        kind: _counted(posterior, sample.labels[kind], known.expected[kind], certainty, model.learned.strength)
        for kind in evidence.LABELS
        if kind != "vendor"
    }
    reliability = _reliability(posterior, sample.labels["vendor"], known.named, model)
    labels["vendor"] = evidence.set_likelihoods(known.named, reliability)
    return labels, reliability


def _counted(
    posterior: np.ndarray, code: np.ndarray, expected: np.ndarray, certainty: np.ndarray, strength: float
) -> np.ndarray:
    """P(label | group), (codes, groups): counts, weighted by certainty squared, and ``strength`` expected voters.

    Where nothing is expected (a party), every group is expected to bear the labels as everyone does.
    """
    if len(expected) < 2:
        return expected
    counts = np.stack([np.bincount(code, posterior[:, g], minlength=len(expected)) for g in range(len(GROUPS))], 1)
    everyone = counts[1:].sum(axis=1, keepdims=True) + 1e-3
    lean = expected[1:]
    if (lean == 1).all():
        lean = np.tile(everyone / everyone.sum(), (1, len(GROUPS)))
    weighted = counts[1:] * certainty**2
    table = (weighted + strength * lean) / (weighted.sum(axis=0) + strength)
    return np.vstack([np.ones(len(GROUPS)), table])


def _reliability(posterior: np.ndarray, code: np.ndarray, named: np.ndarray, model: Specification) -> float:
    """Share of labels that name the own group, by the posteriors and ``learned.strength`` labels as expected.

    Never above what the specification says: a label that was made from the name agrees with it, which proves nothing.
    """
    stated = model.vendor.reliability
    sets = named[code]
    size = sets.sum(axis=1)
    inside = stated + (1 - stated) * (size - 1) / (len(GROUPS) - 1)
    own = (posterior * sets).sum(axis=1) * stated / inside
    labelled = size > 0
    strength = model.learned.strength
    return min(stated, (float(own[labelled].sum()) + strength * stated) / (int(labelled.sum()) + strength))
