"""Who votes and how: every past election, then the contest's three tranches."""

from dataclasses import dataclass

import numpy as np

from turnout.example.people import REGISTRATION_CLOSES, District, People
from turnout.example.sampling import Bools, Floats, Ints, draw_with_totals, logistic, smooth_field, with_total
from turnout.example.scenario import PastElection, Scenario
from turnout.vocabulary import GROUPS, TRANCHES

#: Ways of voting in the contest, and of `draw_with_totals`' columns; -1 is not voting.
EARLY, POLL, LATE_MAIL, PROVISIONAL = range(4)
#: Share of the late tranche that is provisional.
_PROVISIONAL = 0.18
#: Logit that one unit of utility is worth at an even division, as the noise of `preference` makes it.
LOGIT_PER_UTILITY = 1.1
#: Loading of the hidden resolve in a vote; a tilt of k in who votes moves its mean by k.
RESOLVE = 0.7


@dataclass(frozen=True)
class Shift:
    """How the later tranches differ from the early one, like for like, in logits: hidden parameters of the contest.

    ``chosen`` is the part of the difference that comes from who chooses which way to vote, ``swing`` the part that
    comes from opinion moving after the early ballots were filled in; each (poll, late).
    """

    chosen: tuple[float, float]
    swing: tuple[float, float]


@dataclass(frozen=True)
class Behaviour:
    """What everyone did. ``way`` (people,) is EARLY, POLL, LATE_MAIL, PROVISIONAL or -1 in the contest.

    ``history``: for each past election (people,) 0 not, 1 by mail, 2 at the polls, 3 provisionally.
    ``mail_out``: who was sent a ballot; ``applied``: those among them who asked for this election only.
    """

    way: Ints
    history: tuple[Ints, ...]
    mail_out: Bools
    applied: Bools


def draw_shift(scenario: Scenario, rng: np.random.Generator) -> Shift:
    """Draw the mode shifts from their priors; late follows the polls in part."""
    priors = scenario.priors
    common = rng.normal()
    poll = priors.shift[0] + priors.shift[1] * common
    late = priors.late_shift[0] + priors.late_shift[1] * (0.5 * common + 0.75**0.5 * rng.normal())
    part = rng.beta(3, 3)
    return Shift((part * poll, part * late), ((1 - part) * poll, (1 - part) * late))


def behave(
    scenario: Scenario, district: District, people: People, shift: Shift, rng: np.random.Generator
) -> Behaviour:
    """Draw the past elections and the contest's turnout from the same lasting traits."""
    turnout_field = smooth_field(rng, district.xy, 0.22)[people.precinct, 0]
    history = tuple(
        (_special if past.special else _regular)(scenario, district, people, past, turnout_field, rng)
        for past in scenario.past
    )
    applied = ~people.permanent_mail & (rng.random(scenario.voters) < 0.05 * logistic(1.2 * people.habit))
    mail_out = people.permanent_mail | applied
    local = turnout_field + smooth_field(rng, district.xy, 0.12)[people.precinct, 0]
    early, poll, late, provisional = _utilities(district, people, local, rng)
    lean = people.resolve / LOGIT_PER_UTILITY
    utilities = [
        _only(mail_out, early + 0.8 * applied),
        poll + shift.chosen[0] * lean / RESOLVE,
        _only(mail_out, late + shift.chosen[1] * lean / RESOLVE),
        provisional + 0.5 * sum(shift.chosen) * lean / RESOLVE,
    ]
    way = draw_with_totals(rng, utilities, people.group, _totals(scenario, rng))
    return Behaviour(way, history, mail_out, applied)


def _utilities(
    district: District, people: People, local: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return utilities of voting early, at the polls, by late mail and provisionally, before intercepts by group."""
    p = people
    noise = rng.standard_t(5, (2, len(district.ids)))[:, p.precinct]
    recent = p.registered < 540
    settled = np.tanh(p.registered / 3000)
    base = 1.8 * p.habit + 2.0 * p.interest + local + 0.25 * settled
    early = base + 0.45 * p.mail_taste + 0.40 * p.age_z + 1.3 * p.contacted + 0.10 * noise[0]
    poll = base - 0.45 * p.mail_taste - 1.7 * p.permanent_mail + 0.25 * p.age_z - 0.15 * p.age_z**2
    poll = poll - 0.7 * p.contacted + 0.10 * p.ideology + 0.10 * noise[1]
    late = 0.85 * base + 0.1 * p.mail_taste - 0.15 * p.age_z + 0.4 * p.contacted
    provisional = 0.5 * base - 0.45 * p.age_z + 0.5 * recent - 0.3 * p.permanent_mail
    return early, poll, late, provisional


def _only(open_to: Bools, utility: Floats) -> Floats:
    return np.where(open_to, utility, -np.inf)


def _totals(scenario: Scenario, rng: np.random.Generator) -> Floats:
    """Return (groups, ways) expected ballots: the scenario's, times this seed's departures of groups and totals."""
    columns = {}
    for tranche in TRANCHES:
        share = np.array(list(scenario.composition[tranche].values()))
        share = share * np.exp(rng.normal(0, 1, len(GROUPS)) * scenario.priors.groups_sd[tranche])
        total = (
            scenario.voters * scenario.turnout[tranche] * np.exp(rng.normal() * scenario.priors.totals_sd[tranche])
        )
        columns[tranche] = total * share / share.sum()
    late = columns["late"]
    return np.column_stack([columns["early"], columns["poll"], (1 - _PROVISIONAL) * late, _PROVISIONAL * late])


def _eligible(people: People, scenario: Scenario, past: PastElection) -> Bools:
    """Whoever was registered when the rolls closed for ``past``."""
    return people.registered >= (scenario.date - past.date).days + REGISTRATION_CLOSES


def _regular(
    scenario: Scenario,
    district: District,
    people: People,
    past: PastElection,
    turnout_field: Floats,
    rng: np.random.Generator,
) -> Ints:
    """Turnout and mode of a past general or primary: habit, age, place, tenure; the busier, the flatter."""
    eligible = _eligible(people, scenario, past)
    ago = (scenario.date - past.date).days / 365.25
    age = people.age_z - ago / 17
    steep = 1.9 - 0.5 * past.turnout
    utility = steep * people.habit + 0.6 * (1 - past.turnout) * people.interest
    utility = utility + turnout_field + 0.55 * age - 0.2 * age**2
    utility = utility + rng.normal(0, 0.15, len(GROUPS))[people.group]
    utility = utility + smooth_field(rng, district.xy, 0.1)[people.precinct, 0] + 0.15 * people.contacted
    voted = np.zeros(len(utility), dtype=bool)
    chance = with_total(utility[eligible], past.turnout * eligible.sum())
    voted[eligible] = rng.random(len(chance)) < chance
    result = np.zeros(len(utility), dtype=np.int64)
    taste = 1.5 * people.mail_taste + 1.6 * people.permanent_mail - 0.12 * ago * people.permanent_mail
    by_mail = rng.random(int(voted.sum())) < with_total(taste[voted], past.mail * voted.sum())
    result[voted] = np.where(by_mail, 1, _at_polls(len(by_mail), rng))
    return result


def _special(
    scenario: Scenario,
    district: District,
    people: People,
    past: PastElection,
    turnout_field: Floats,
    rng: np.random.Generator,
) -> Ints:
    """Turnout and mode of the first round: groups as in the contest give or take, mail early and late in one."""
    eligible = _eligible(people, scenario, past)
    who = np.flatnonzero(eligible)
    local = turnout_field + smooth_field(rng, district.xy, 0.12)[people.precinct, 0]
    early, poll, late, _ = _utilities(district, people, local, rng)
    by_mail = people.permanent_mail | (rng.random(len(eligible)) < 0.04)
    mail = _only(by_mail, 0.7 * early + 0.3 * late)[who]
    ballots = past.turnout * scenario.voters
    shares = {tranche: np.array(list(scenario.composition[tranche].values())) for tranche in TRANCHES}
    weight = scenario.turnout["early"] / (scenario.turnout["early"] + scenario.turnout["late"])
    expected = np.column_stack([weight * shares["early"] + (1 - weight) * shares["late"], shares["poll"]])
    expected = expected * np.exp(rng.normal(0, 0.12, expected.shape))
    expected[GROUPS.index(scenario.mobilised), 0] *= 0.8
    expected = expected / expected.sum(axis=0) * ballots * np.array([past.mail, 1 - past.mail])
    way = draw_with_totals(rng, [mail, poll[who]], people.group[who], expected)
    result = np.zeros(len(eligible), dtype=np.int64)
    result[who] = np.where(way == 0, 1, np.where(way == 1, _at_polls(len(who), rng), 0))
    return result


def _at_polls(n: int, rng: np.random.Generator) -> Ints:
    """2 at the polls, 3 provisionally, for one in sixteen."""
    return np.where(rng.random(n) < 1 / 16, 3, 2).astype(np.int64)
