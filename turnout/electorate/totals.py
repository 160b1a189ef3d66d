"""How many will vote at the polls and late: the comparable election's totals, moved by the early ballots so far.

Three things differ between the comparable election and this one: turnout, by a factor e^g; the share s voting by
mail, by m in logits; and the share λ of mail counted late, by d in logits. All have normal priors, those of g and m
by how the two elections are related. To first order the logs of this election's totals depart from expectation by

    early, counted first   g + (1 − s) m − λ d
    at the polls           g − s m
    late mail              g + (1 − s) m + (1 − λ) d

The ballots accepted so far observe the first of these, so the three are updated jointly by Gaussian conditioning:
more early ballots than expected mean more turnout in part, and in part people who would have gone to the polls.
Departures are averaged over groups with the weights of the tranche that is asked about: a campaign that drives one
group to vote early says little of the others' polls.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from turnout.contest import Range
from turnout.electorate.comparable import Comparable
from turnout.electorate.specification import Change, Late, Totals

Floats = npt.NDArray[np.float64]
#: Half the width of a 90 % interval, in sds.
_Z90 = 1.6449
#: The least sd of a log total that is not counted yet.
_LEAST_SD = 0.01
#: A stated turnout leaves at least this much of what was expected of any kind.
_LEAST_LEFT = 0.05


@dataclass(frozen=True)
class Known:
    """What bears on this election's totals.

    Attributes
    ----------
    base : (early, poll, late mail, provisional) of the comparable election, scaled to today's eligible; None without
    accepted : early ballots so far
    by_group : accepted so far and expected at the comparable election's rate, (2, groups)
    poll_groups : (groups,) composition of the expected poll vote, any scale
    days : days to go until the first count; 0 once it is out
    late : prior of the late share of mail: mean, sd in logits
    alone : the comparable election is the only past one
    """

    base: Floats | None
    accepted: float
    by_group: Floats
    poll_groups: Floats
    days: int
    late: tuple[float, float]
    alone: bool
    arrived: float = 1.0


@dataclass(frozen=True)
class Total:
    """A log-normal total: its mean, and the sd of its log."""

    mean: float
    sd: float

    @classmethod
    def of_range(cls, stated: Range) -> "Total":
        """Read a stated range as the middle 90 % of a log-normal."""
        sd = max(math.log(stated.high / stated.low) / (2 * _Z90), _LEAST_SD)
        return cls(math.sqrt(stated.low * stated.high) * math.exp(sd**2 / 2), sd)

    @classmethod
    def of_median(cls, median: float, sd: float) -> "Total":
        """Return the log-normal of this median."""
        return cls(median * math.exp(sd**2 / 2), sd)


@dataclass(frozen=True)
class Expected:
    """Totals of what is still to be counted."""

    early: Total
    poll: Total
    late_mail: Total
    provisional: Total

    @property
    def late(self) -> Total:
        """Late mail and provisionals together, their errors taken as one."""
        mean = self.late_mail.mean + self.provisional.mean
        sd = self.late_mail.mean * self.late_mail.sd + self.provisional.mean * self.provisional.sd
        return Total(mean, sd / mean if mean else 0.0)

    def with_late(self, total: Total) -> "Expected":
        """Return the same with another late total, divided as before."""
        share = self.late_mail.mean / self.late.mean if self.late.mean else 1.0
        return Expected(
            self.early, self.poll, Total(total.mean * share, total.sd), Total(total.mean * (1 - share), total.sd)
        )

    def with_turnout(self, counted: float, total: Total) -> "Expected":
        """Return the totals given that of all ballots, ``counted`` of which are in already.

        Gaussian conditioning of the amounts still to come, their errors taken as independent: each takes its part of
        the difference by its variance, so what is known well moves little.
        """
        parts = (self.early, self.poll, self.late_mail, self.provisional)
        mean = np.array([part.mean for part in parts])
        variance = np.array([(part.mean * part.sd) ** 2 for part in parts])
        wanted = total.mean - counted
        whole = float(variance.sum()) + (total.mean * total.sd) ** 2
        gain = variance / whole if whole > 0 else np.zeros(4)
        moved = np.maximum(mean + gain * (wanted - float(mean.sum())), _LEAST_LEFT * mean)
        left = np.sqrt(np.maximum(variance * (1 - gain), 0))
        sd = np.where(moved > 0, left / np.maximum(moved, 1e-9), 0.0)
        return Expected(*(Total(float(m), max(float(s), _LEAST_SD)) for m, s in zip(moved, sd, strict=True)))


def expect(known: Known, comparable: Comparable | None, totals: Totals, late: Late) -> Expected:
    """Expect the totals; see the module's formulas. Without history, ratios to the early vote with a wide sd."""
    arrived = known.arrived
    if known.base is None or comparable is None:
        return _without_history(known, totals, arrived)
    change: Change = getattr(totals, comparable.relation)
    widen = (1 if comparable.like else totals.unlike) * (totals.alone if known.alone else 1)
    if not comparable.modes:
        whole = float(known.base.sum()) * math.exp(change.turnout_mean)
        return _without_modes(known, totals, whole, widen * change.turnout_sd)
    early, poll, late_mail, provisional = known.base
    by_mail = min(max((early + late_mail) / max(early + poll + late_mail, 1e-9), 0.01), 0.99)
    share = known.late[0]
    centre = np.array([change.turnout_mean, change.mode_mean, 0.0])
    prior = np.diag([(widen * change.turnout_sd) ** 2, (widen * change.mode_sd) ** 2, known.late[1] ** 2])
    seen = np.array([1, 1 - by_mail, -share])
    noise = (totals.return_sd * (1 - arrived)) ** 2 if arrived < 1 else 1e-4
    departure = _departures(known, arrived)

    def total(base: float, loading: list[float], weights: Floats) -> tuple[float, float]:
        """Median and sd of the log of one total."""
        vector = np.array(loading)
        mean, variance = float(vector @ centre), float(vector @ prior @ vector)
        if departure is not None:
            gain = float(vector @ prior @ seen) / (float(seen @ prior @ seen) + noise)
            mean += gain * (float(weights @ departure) / max(float(weights.sum()), 1e-12) - float(seen @ centre))
            variance -= gain * float(seen @ prior @ vector)
        return base * math.exp(mean), max(math.sqrt(max(variance, 0)), _LEAST_SD)

    final, final_sd = total(early, [1, 1 - by_mail, -share], known.by_group[1])
    at_polls, poll_sd = total(poll, [1, -by_mail, 0], known.poll_groups)
    mail, mail_sd = total(late_mail, [1, 1 - by_mail, 1 - share], known.by_group[1])
    if early + late_mail <= 0 < known.accepted:
        # nobody did so then, and some do now: this election's own ballots are all there is to go by
        final, final_sd = known.accepted / arrived, 0.0
        mail, mail_sd = _odds(share) * final, math.hypot(known.late[1], totals.return_sd if known.days else 0.0)
    remaining = max(final - known.accepted, 0.05 * known.accepted) if known.days else 0.0
    return Expected(
        Total(remaining, math.hypot(totals.return_sd, final_sd) if remaining else 0.0),
        Total.of_median(at_polls, poll_sd),
        Total.of_median(mail, mail_sd),
        Total.of_median(provisional * at_polls / max(poll, 1e-9), math.hypot(poll_sd, late.known_sd)),
    )


def _departures(known: Known, arrived: float) -> Floats | None:
    """Log of early ballots so far over those expected by now, by group; shrunk to the total's by 50 ballots."""
    seen, expected = known.by_group[0], known.by_group[1] * arrived
    if known.accepted <= 0 or expected.sum() <= 0:
        return None
    ratio = seen.sum() / expected.sum()
    departure: Floats = np.clip(np.log((seen + 50 * ratio) / (expected + 50)), -2, 2)
    return departure


def _without_history(known: Known, totals: Totals, arrived: float) -> Expected:
    early = known.accepted / arrived
    sd = totals.no_history_sd
    odds = _odds(known.late[0])
    return Expected(
        Total(early - known.accepted, totals.return_sd if known.days else 0.0),
        Total.of_median(totals.poll_per_early * early, sd),
        Total.of_median(odds * early, math.hypot(0.5 * sd, known.late[1])),
        Total(0.0, sd),
    )


def _without_modes(known: Known, totals: Totals, whole: float, whole_sd: float) -> Expected:
    """Expect the totals where the history says who voted and not how: ``whole`` ballots, ``whole_sd`` of their log.

    Early ballots are this election's own, late mail its odds to them, and the polls have what is left of the
    turnout. Where nothing is in yet, the ways' usual shares of the turnout stand in.
    """
    odds = _odds(known.late[0])
    usual = 1 / (1 + totals.poll_per_early + odds)
    early = known.accepted / known.arrived if known.accepted else usual * whole
    early_sd = (totals.return_sd if known.accepted else totals.no_history_sd) if known.days else 0.0
    late = Total.of_median(odds * early, math.hypot(known.late[1], early_sd))
    left = max(whole - early - late.mean, _LEAST_LEFT * whole)
    spread = math.hypot(whole * whole_sd, early * early_sd, late.mean * late.sd)
    sd = min(math.sqrt(math.log1p((spread / left) ** 2)), totals.no_history_sd)
    return Expected(Total(early - known.accepted, early_sd), Total(left, sd), late, Total(0.0, sd))


def _odds(share: float) -> float:
    return share / (1 - share)


def update_by_counts(
    expected: Floats, counted: Floats, sd: float, spreads: tuple[float, float]
) -> tuple[float, float]:
    """Learn the factor on the expected poll vote from precincts that have reported.

    ``expected``, ``counted`` (precincts,) poll votes; ``sd`` of the log of the total before; ``spreads`` the sd of
    the log of the ratio between precincts, and that of what has reported not being a random sample. The log of the
    ratio of sums has variance spread²/n + other², n being the effective number of precincts (Kish: (Σw)² / Σw²). It
    is combined with the log-normal prior of mean one. Returns the factor's mean and the sd of its log afterwards.
    """
    if not len(expected) or expected.sum() <= 0 or counted.sum() <= 0:
        return 1.0, sd
    effective = float(expected.sum() ** 2 / (expected**2).sum())
    variance = spreads[0] ** 2 / effective + spreads[1] ** 2 + 1 / float(counted.sum())
    weight = sd**2 / (sd**2 + variance)
    after = sd * math.sqrt(1 - weight)
    centre = (1 - weight) * -(sd**2) / 2 + weight * math.log(counted.sum() / expected.sum())
    return math.exp(centre + after**2 / 2), after
