"""Chances of the voters not counted yet, held to expected totals.

For a voter with features x in group h, whose ballot is not accepted yet, the chance of each way is proportional to

    early, still to come   S_e · q_early(x) T[h, early] K[h]
    at the polls           S_p · q_poll(x) T[h, poll]
    late mail              S_m · ((1 − ρ) q_early(x) T[h, early] K[h]^φ + ρ c q_poll(x) T[h, poll])
    provisional            S_v · q_late(x) T[h, late]
    none                   q_none(x)

and late mail is open only to those who may hold a ballot. q and T are those of :mod:`turnout.electorate.propensity`.
Leaving the part counted early out of the denominator is conditioning on not having been counted: with f the share of
mail in the first count it is p_mail (1 − f) / (1 − p_mail f). K is this campaign's tilt: how much more of group h has
been accepted than expected, relative to all. φ and ρ are the specification's ``follows_campaign`` and ``poll_like``,
and c levels the two parts. The four scales S make the sums meet the totals.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from turnout.electorate.specification import Late

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EARLY, POLL, LATE, NONE = range(4)
#: The last fraction of the open voters that no total may claim.
_SPARE = 0.02
_ROUNDS = 200


@dataclass(frozen=True)
class Open:
    """Voters whose ballot is neither counted nor pending, by row of scores: feature row × state of the ballot.

    Attributes
    ----------
    q : (rows, ways) chances by the estimator
    tilt : (groups, ways) the groups' odds multipliers
    campaign : (groups,) K
    holds : (rows,) 1 where the voters may hold a mail ballot, else 0
    weight : (rows, groups) expected voters
    """

    q: Floats
    tilt: Floats
    campaign: Floats
    holds: Floats
    weight: Floats


@dataclass(frozen=True)
class Standing:
    """How the ballots of the voters of each row of scores stand.

    Attributes
    ----------
    counted, is_open : (rows,) accepted already; neither accepted nor pending
    pending : (rows,) chance of being counted, 0 unless pending
    """

    counted: npt.NDArray[np.bool_]
    is_open: npt.NDArray[np.bool_]
    pending: Floats


@dataclass(frozen=True)
class Multipliers:
    """What a group multiplies the row's weights by; each (groups,)."""

    early: Floats
    poll: Floats
    late: Floats
    late_from_early: Floats
    late_from_poll: Floats


def of_voting_alone(q: Floats, tilt: Floats) -> tuple[Floats, Floats]:
    """Return q and T that tell who votes but not how: where the history does not say, every way is alike.

    Who is said to have voted at the polls stands for all who voted.
    """
    votes, of_group = 1 - q[:, [NONE]], tilt[:, [POLL]]
    alike = np.hstack([np.repeat(votes / NONE, NONE, axis=1), q[:, [NONE]]])
    return alike, np.hstack([np.repeat(of_group, NONE, axis=1), tilt[:, [NONE]]])


def hold_to(people: Open, targets: tuple[float, float, float, float], late: Late) -> tuple[Multipliers, float]:
    """Find the scales at which expected counts meet ``targets``: early to come, poll, late mail, provisional.

    Returns the multipliers, scales included, and the factor all targets had to be cut by because more were asked for
    than there are voters (1.0 if none). Iterative proportional scaling: a round multiplies a scale by target ÷ sum.
    """
    parts = _parts(people, late)
    wanted = np.array(targets)
    available = float(people.weight.sum()) * (1 - _SPARE)
    cut = min(1.0, available / wanted.sum()) if wanted.sum() > 0 else 1.0
    wanted = wanted * cut
    none = people.q[:, [NONE]]
    raw = np.array([float((people.weight * part).sum()) for part in parts])
    wanted = np.where(raw > 0, wanted, 0)
    scale = np.where(raw > 0, wanted / np.maximum(raw, 1e-300), 0)
    for _ in range(_ROUNDS):
        norm = none + sum(s * part for s, part in zip(scale, parts, strict=True))
        share = people.weight / norm
        now = np.array([s * float((share * part).sum()) for s, part in zip(scale, parts, strict=True)])
        ratio = np.where(now > 0, wanted / np.maximum(now, 1e-300), 1.0)
        scale = scale * ratio
        if np.abs(ratio - 1).max() < 1e-7:
            break
    rho, level = late.poll_like, _level(people)
    tilt, campaign = people.tilt, people.campaign
    return Multipliers(
        scale[0] * tilt[:, EARLY] * campaign,
        scale[1] * tilt[:, POLL],
        scale[3] * tilt[:, LATE],
        scale[2] * (1 - rho) * tilt[:, EARLY] * campaign**late.follows_campaign,
        scale[2] * rho * level * tilt[:, POLL],
    ), cut


def _level(people: Open) -> float:
    """Find the factor c that gives poll-like and mail-like late voters equal weight before ρ divides them."""
    held = people.weight * people.holds[:, None]
    mail = float((held * people.q[:, [EARLY]] * people.tilt[:, EARLY]).sum())
    poll = float((held * people.q[:, [POLL]] * people.tilt[:, POLL]).sum())
    return mail / poll if poll > 0 else 0.0


def _parts(people: Open, late: Late) -> list[Floats]:
    """Unscaled weights (rows, groups) of early, poll, late mail, provisional."""
    q, tilt, campaign = people.q, people.tilt, people.campaign
    mail = q[:, [EARLY]] * tilt[:, EARLY]
    poll = q[:, [POLL]] * tilt[:, POLL]
    rho = late.poll_like
    late_mail = (1 - rho) * mail * campaign**late.follows_campaign + rho * _level(people) * poll
    return [mail * campaign, poll, people.holds[:, None] * late_mail, q[:, [LATE]] * tilt[:, LATE]]


def chances(people: Open, multipliers: Multipliers) -> Floats:
    """Chances (rows, groups, 3) of early to come, poll and late, of the voters of each row and group."""
    q, held = people.q, people.holds[:, None]
    late = held * (q[:, [EARLY]] * multipliers.late_from_early + q[:, [POLL]] * multipliers.late_from_poll)
    late = late + q[:, [LATE]] * multipliers.late
    weights = np.stack([q[:, [EARLY]] * multipliers.early, q[:, [POLL]] * multipliers.poll, late], axis=2)
    result: Floats = weights / (q[:, [NONE]] + weights.sum(axis=2))[:, :, None]
    return result
