"""A synthetic electorate with known groups, its names drawn from the shipped tables, disturbed."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from turnout.ethnicity import tables
from turnout.vocabulary import GROUPS

MAKE_UP = dict(
    zip(GROUPS, (0.19, 0.055, 0.5, 0.06, 0.045, 0.01, 0.012, 0.06, 0.014, 0.017, 0.004, 0.033), strict=True)
)
EARLY = dict(zip(GROUPS, (0.09, 0.05, 0.035, 0.1, 0.08, 0.05, 0.12, 0.3, 0.07, 0.05, 0.04, 0.06), strict=True))


@dataclass(frozen=True)
class Electorate:
    voters: pl.DataFrame
    group: np.ndarray  # index into GROUPS by voter
    early: np.ndarray  # bool by voter

    def share(self, chosen: np.ndarray) -> np.ndarray:
        counts = np.bincount(self.group[chosen], minlength=len(GROUPS))
        return counts / counts.sum()


def electorate(voters: int, precincts: int, seed: int, disturbance: float = 0.3) -> Electorate:
    rng = np.random.default_rng(seed)
    base = np.array(list(MAKE_UP.values()))
    make_up = rng.dirichlet(base * 12, size=precincts) + 1e-4
    make_up *= base / make_up.mean(axis=0)
    make_up /= make_up.sum(axis=1, keepdims=True)
    precinct = np.sort(rng.integers(0, precincts, voters))
    group = (make_up[precinct].cumsum(axis=1) < rng.random(voters)[:, None]).sum(axis=1).clip(0, len(GROUPS) - 1)
    eager = np.exp(0.3 * rng.standard_normal(precincts))  # precincts differ in early voting beyond their make-up
    chance = np.array(list(EARLY.values()))[group] * (eager / eager.mean())[precinct]
    frame = pl.DataFrame(
        {
            "voter_id": [f"V{i:07d}" for i in range(voters)],
            "last_name": _names("surname", group, disturbance, rng),
            "first_name": _names("first", group, disturbance, rng),
            "county": ["LA"] * voters,
            "precinct": [f"P{i:04d}" for i in precinct],
        }
    )
    return Electorate(frame, group, rng.random(voters) < chance)


def _names(kind: tables.Kind, group: np.ndarray, disturbance: float, rng: np.random.Generator) -> list[str]:
    table = tables.surnames() if kind == "surname" else tables.first_names()
    listed = table["name"].to_numpy()
    drawn = np.empty(len(group), dtype=object)
    for index, name in enumerate(GROUPS):
        members = np.flatnonzero(group == index)
        weight = table[name].to_numpy() * np.exp(disturbance * rng.standard_normal(len(listed)))
        picked = np.searchsorted(weight.cumsum() / weight.sum(), rng.random(len(members))).clip(0, len(listed) - 1)
        names = listed[picked]
        names[rng.random(len(members)) < tables.unlisted(kind)[name]] = "Qzxxqv"
        drawn[members] = names
    return [str(name).title() for name in drawn]
