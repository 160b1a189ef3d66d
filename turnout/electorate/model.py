"""The electorate as cells: how many of each group vote in each tranche, and how uncertain that is."""

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

from turnout.electorate.specification import Composition
from turnout.vocabulary import COHORTS, GROUPS, PARENT

Floats = npt.NDArray[np.float64]
_CENTRING_ROUNDS = 25
#: Tells the draws of cohorts from a run's others of the same seed.
_STREAM = 0xC0
_Z90 = 1.6448536269514722  # the normal quantile that leaves 5 % above


@dataclass(frozen=True)
class Electorate:
    """Expected voters by county × precinct × group × tranche.

    Attributes
    ----------
    cells : county, precinct, group_name, tranche ('registered', 'early', 'poll', 'late'), expected, variance; sorted
    total_sd : tranche -> sd of the log of its total ('registered' and, once counted, 'early': 0)
    group_sd : tranche -> (groups,) sd of the log of a group's count given the total. That of 'registered' is the
        error of the ethnicity estimate, which is common to all tranches.
    date : of the election
    comparable : the past election it was learned from; None without one
    days : to go until the first count; 0 once it is out
    accepted : (groups,) ballots accepted so far; nought where nobody's own ballot is known
    """

    cells: pl.DataFrame
    total_sd: dict[str, float]
    group_sd: dict[str, Floats]
    date: dt.date = dt.date.max
    comparable: dt.date | None = None
    days: int = 0
    accepted: Floats = field(default_factory=lambda: np.zeros(len(GROUPS)))

    def facts(self) -> str:
        """Return all but the cells, as JSON that :meth:`of` reads."""
        return json.dumps(
            {
                "total_sd": self.total_sd,
                "group_sd": {name: sd.tolist() for name, sd in self.group_sd.items()},
                "date": self.date.isoformat(),
                "comparable": None if self.comparable is None else self.comparable.isoformat(),
                "days": self.days,
                "accepted": self.accepted.tolist(),
            }
        )

    @classmethod
    def of(cls, cells: pl.DataFrame, facts: str) -> Self:
        """Return the electorate of cells, in their order, and of what :meth:`facts` told of it."""
        told = json.loads(facts)
        comparable = told["comparable"]
        return cls(
            cells,
            told["total_sd"],
            {name: np.array(sd) for name, sd in told["group_sd"].items()},
            dt.date.fromisoformat(told["date"]),
            None if comparable is None else dt.date.fromisoformat(comparable),
            told["days"],
            np.array(told["accepted"]),
        )

    def expected(self) -> Floats:
        """Sum to expected voters (groups, cohorts), in the order of GROUPS and COHORTS."""
        summed = self.cells.group_by("group_name", "tranche").agg(pl.col("expected").sort().sum())
        found = {(group, tranche): value for group, tranche, value in summed.iter_rows()}
        return np.array([[found.get((group, cohort), 0.0) for cohort in COHORTS] for group in GROUPS])

    def totals(self) -> dict[str, dict[str, float]]:
        """Each cohort's expected total and its 90 % interval, from the log-normal that ``factors`` draws from."""
        expected = dict(zip(COHORTS, self.expected().sum(axis=0).tolist(), strict=True))
        result = {}
        for cohort, total in expected.items():
            sd = self.total_sd[cohort]
            low, high = (total * float(np.exp(side * _Z90 * sd - sd**2 / 2)) for side in (-1, 1))
            result[cohort] = {"expected": total, "lo90": low, "hi90": high}
        return result

    def factors(self, draws: int, rng: np.random.Generator) -> Floats:
        """Draw factors on ``expected``: (draws, groups, tranches), each of mean one over the draws.

        The total's factor is log-normal. A group's is log-normal given the total, renormalised so that the groups add
        up to it: one group's excess is the others' want, and a total that is known stays known in every draw.
        """
        totals, groups = self.drawn(draws, rng)
        return (totals[:, None, :] * groups)[:, :, 1:]

    def drawn(self, draws: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Draw the parts of ``factors`` by cohort: totals (draws, cohorts) and groups (draws, groups, cohorts)."""
        expected = self.expected()
        common = rng.normal(size=(draws, len(GROUPS)))
        shared_sd = self.group_sd["registered"]
        totals = np.empty((draws, len(COHORTS)))
        groups = np.empty((draws, len(GROUPS), len(COHORTS)))
        for index, cohort in enumerate(COHORTS):
            own = np.sqrt(np.maximum(self.group_sd[cohort] ** 2 - shared_sd**2, 0))
            held = np.minimum(shared_sd, self.group_sd[cohort])
            log = common * held + rng.normal(size=(draws, len(GROUPS))) * own
            sd = self.total_sd[cohort]
            total = np.exp(sd * rng.normal(size=draws))
            totals[:, index] = total / total.mean()
            groups[:, :, index] = centred(log, expected[:, index])
        return totals, groups


def stream(seed: int) -> np.random.Generator:
    """Return the generator that cohorts are drawn from, whatever else a run draws.

    Every table and command that starts from it gives one count the same interval.
    """
    return np.random.default_rng([seed, _STREAM])


def centred(log: Floats, expected: Floats) -> Floats:
    """Exponentiate (draws, groups) so that every draw keeps Σ expected and every group's mean is one."""
    total = float(expected.sum())
    if total <= 0:
        return np.ones_like(log)
    shift = -log.mean(axis=0)
    for _ in range(_CENTRING_ROUNDS):
        factor = np.exp(log + shift)
        factor *= total / (factor @ expected)[:, None]
        shift = shift - np.where(expected > 0, np.log(factor.mean(axis=0)), 0)
    factor[:, expected <= 0] = 1.0
    result: Floats = factor
    return result


def group_sds(cells: pl.DataFrame, composition: Composition) -> dict[str, Floats]:
    """Sd of the log of each group's count in each cohort, given the cohort's total.

    Error of the ethnicity estimate and, for a tranche, of its make-up: sd of a share s is scale × sqrt(s (1 − s)), as
    a Dirichlet gives, so small groups are relatively more uncertain; how far a group's turnout departs from the
    comparable election's; and the count's own variance.
    """
    summed = cells.group_by("group_name", "tranche").agg(pl.col("expected", "variance").sort().sum())
    scale = {"registered": 0.0, "early": composition.early, "poll": composition.poll, "late": composition.late}
    change = {"registered": 0.0, "early": 0.0, "poll": composition.poll_change, "late": composition.late_change}
    result = {}
    for cohort in COHORTS:
        rows = {name: (count, variance) for name, tranche, count, variance in summed.iter_rows() if tranche == cohort}
        count, variance = np.array([rows.get(group, (0.0, 0.0)) for group in GROUPS]).T
        share = np.clip(count / max(count.sum(), 1e-12), 1e-5, 1)
        spread = composition.ethnicity**2 + scale[cohort] ** 2
        # of next to no voters, the variance may be a rounding error below nought
        chance = np.where(count > 0, np.maximum(variance, 0) / np.maximum(count, 1e-9) ** 2, 0)
        relative = spread * (1 - share) / share + change[cohort] ** 2 + (0 if cohort == "registered" else chance)
        result[cohort] = np.minimum(np.sqrt(np.log1p(relative)), 1.2)
    return result


def cohorts(electorate: Electorate, draws: int, rng: np.random.Generator) -> pl.DataFrame:
    """Tabulate registered voters and the three cohorts by leaf group, for the whole contest, with 90 % intervals.

    Returns
    -------
    Frame ``cohort, group, parent, expected, lo90, hi90, share, index``, one row a cohort × group in the vocabulary's
    order. ``share`` is of the cohort, null where nobody is in it; ``index`` is the share over the share of the
    registered, null where nobody of the group is registered.
    """
    expected = electorate.expected()
    totals, groups = electorate.drawn(draws, rng)
    counts = expected[None] * groups * totals[:, None, :]
    low, high = np.quantile(counts, [0.05, 0.95], axis=0)
    frame = pl.DataFrame(
        {
            "cohort": np.repeat(COHORTS, len(GROUPS)),
            "group": list(GROUPS) * len(COHORTS),
            "parent": [PARENT.get(group, "") for group in GROUPS] * len(COHORTS),
            "expected": expected.T.ravel(),
            "lo90": np.minimum(low, expected).T.ravel(),
            "hi90": np.maximum(high, expected).T.ravel(),
        }
    )
    total = pl.col("expected").sum().over("cohort")
    frame = frame.with_columns(pl.when(total > 0).then(pl.col("expected") / total).alias("share"))
    registered = frame["share"].head(len(GROUPS))
    base = pl.Series("base", registered.to_list() * len(COHORTS), dtype=pl.Float64)
    return frame.with_columns(base).select(
        *frame.columns, pl.when(pl.col("base") > 0).then(pl.col("share") / pl.col("base")).alias("index")
    )
