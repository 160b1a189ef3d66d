"""Whom they vote for: a heavy-tailed utility of latent traits and place, its intercept fixed by the first count."""

from dataclasses import dataclass

import numpy as np

from turnout.example.behaviour import EARLY, LOGIT_PER_UTILITY, POLL, RESOLVE, Behaviour, Shift
from turnout.example.people import District, People, trait
from turnout.example.sampling import Bools, Floats, Ints, smooth_field
from turnout.example.scenario import Scenario
from turnout.vocabulary import GROUPS

#: Ballots without a vote in the contest.
_UNDERVOTE = 0.005


@dataclass(frozen=True)
class Votes:
    """Everyone's vote: ``choice`` (people,) indexes the candidates, -1 for no vote. ``first_count`` was aimed at."""

    choice: Ints
    first_count: float


def vote(
    scenario: Scenario,
    district: District,
    people: People,
    behaviour: Behaviour,
    shift: Shift,
    rng: np.random.Generator,
) -> Votes:
    """Draw the votes. Noise is Student's t with 5 degrees of freedom, so the link is neither logit nor probit."""
    utility = _utility(scenario, district, people, rng)
    mean, sd = scenario.priors.first_count
    aim = float(np.clip(rng.normal(mean, sd), 0.05, 0.95))
    early = behaviour.way == EARLY
    trial = np.tile(utility[early], 4) + rng.standard_t(5, 4 * int(early.sum()))
    utility = utility - np.quantile(trial, 1 - aim)
    at_polls = behaviour.way == POLL
    late = behaviour.way > POLL
    utility = utility + (shift.swing[0] * at_polls + shift.swing[1] * late) / LOGIT_PER_UTILITY
    opposed = utility + rng.standard_t(5, len(utility)) > 0
    choice = np.where(opposed, 1 - scenario.favourite, scenario.favourite)
    blank: Bools = rng.random(len(choice)) < _UNDERVOTE
    choice[blank | (behaviour.way < 0)] = -1
    return Votes(choice, aim)


def _utility(scenario: Scenario, district: District, people: People, rng: np.random.Generator) -> Floats:
    """Return the utility of the candidate whom the mobilised oppose, over their own, before intercept and swing."""
    p, priors = people, scenario.priors
    n_groups = len(GROUPS)
    own = GROUPS.index(scenario.mobilised)
    support = rng.normal(trait(scenario, "support"), trait(scenario, "support_sd")) / LOGIT_PER_UTILITY
    by_age = rng.normal(0, 0.12, n_groups)
    by_birth = rng.normal(0, 0.15, n_groups)
    by_birth[own] = rng.normal(-0.4, 0.2)
    utility: Floats = support[p.group] + by_age[p.group] * p.age_z + by_birth[p.group] * p.foreign
    utility = utility + rng.normal(0.25, 0.12) * p.ideology + RESOLVE * p.resolve
    utility = utility - max(rng.normal(*priors.contact), 0.0) * p.contacted
    density = district.composition[:, own] / district.composition.sum(axis=1)
    exposure = np.log(density / scenario.registered[scenario.mobilised]) / 2
    context = rng.normal(*priors.context) * np.clip(exposure, -1, 1)
    place = smooth_field(rng, district.xy, priors.field_sd)[:, 0]
    place = place + priors.precinct_sd * rng.standard_t(4, len(place)) / np.sqrt(2)
    utility += place[p.precinct]
    utility += np.where(p.group == own, 0.0, context[p.precinct])
    return utility
