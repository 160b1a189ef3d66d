"""Where people live and who they are: segregated precincts, and the latent traits behind party, habit and taste."""

from dataclasses import dataclass

import numpy as np

from turnout.example.sampling import Bools, Floats, Ints, Lottery, logistic, raked, smooth_field
from turnout.example.scenario import Scenario
from turnout.vocabulary import GROUPS

PARTIES = ("DEM", "REP", "NPP", "GRN", "LIB", "AI")
#: Registration closes fifteen days before an election in California.
REGISTRATION_CLOSES = 15


@dataclass(frozen=True)
class District:
    """The precincts. Arrays have one entry a precinct, in the order of ``ids`` (text, sorted)."""

    ids: tuple[str, ...]
    zips: tuple[str, ...]
    xy: Floats
    composition: Floats
    """(precincts, groups): share of all the registered, summing to 1."""
    region: Ints
    """Index of the nearest neighbourhood."""


@dataclass(frozen=True)
class People:
    """The registered, one entry a person in every array. What no file shows is marked *hidden*.

    ``age`` in years at the election, ``registered`` in days before it; ``resolve`` is a taste for the candidate whom
    the mobilised oppose that party and ideology do not explain; ``habit``, ``interest`` and ``mail_taste`` last from
    election to election.
    """

    group: Ints  # hidden, index into GROUPS
    precinct: Ints  # index into District.ids
    foreign: Bools  # hidden but for the place of birth
    female: Bools
    age: Floats
    party: Ints  # index into PARTIES
    registered: Ints
    ideology: Floats  # hidden, left positive
    habit: Floats  # hidden
    interest: Floats  # hidden, in specials, that only some turn out for
    mail_taste: Floats  # hidden
    resolve: Floats  # hidden
    contacted: Bools  # hidden: canvassed by the campaign for the mobilised group's candidate
    permanent_mail: Bools

    @property
    def age_z(self) -> Floats:
        """Age in units of 17 years around 46."""
        return (self.age - 46) / 17


def trait(scenario: Scenario, name: str) -> Floats:
    """Return one trait of every group, in the vocabulary's order."""
    return np.array([getattr(scenario.traits[group], name) for group in GROUPS])


def build_district(scenario: Scenario, rng: np.random.Generator) -> District:
    """Place precincts around neighbourhoods and give each a composition; district totals hold exactly.

    A precinct's log composition is the kernel-weighted one of the neighbourhoods near it, a smooth field a group and
    heavy-tailed noise; raking then holds it to precinct sizes and to the scenario's registered shares.
    """
    places = scenario.neighbourhoods
    weight = np.array([place.weight for place in places])
    edges = np.concatenate([[0], np.cumsum(weight) / weight.sum()])
    home = np.searchsorted(edges, (np.arange(scenario.precincts) + 0.5) / scenario.precincts, side="right") - 1
    centre = np.array([[place.x, place.y] for place in places])
    spread = np.array([place.spread for place in places])
    xy = np.clip(centre[home] + rng.normal(size=(scenario.precincts, 2)) * spread[home, None], 0, 1)
    distance = ((xy[:, None, :] - centre[None]) ** 2).sum(axis=2)
    kernel = np.exp(-distance / (2 * (0.8 * spread) ** 2)) + 1e-9
    kernel /= kernel.sum(axis=1, keepdims=True)
    mix = np.log([[place.mix.get(group, 1.0) for group in GROUPS] for place in places])
    leaning = (kernel[:, :, None] * mix[None]).sum(axis=1)
    leaning += smooth_field(rng, xy, 0.25, len(GROUPS)) + 0.2 * rng.standard_t(4, leaning.shape)
    base = np.array(list(scenario.registered.values()))
    size = np.exp(rng.normal(0, 0.35, scenario.precincts))
    composition = raked(np.exp(leaning) * base, size / size.sum(), base)
    numbers = np.sort(rng.choice(np.arange(1, 12 * scenario.precincts), scenario.precincts, replace=False))
    return District(
        ids=tuple(f"{number:05d}" for number in rng.permutation(numbers)),
        zips=tuple(places[index].zip for index in home),
        xy=xy,
        composition=composition,
        region=distance.argmin(axis=1),
    )


def build_people(scenario: Scenario, district: District, rng: np.random.Generator) -> People:
    """Draw the registered: groups in their exact shares, in no order, each with latent and visible traits."""
    n = scenario.voters
    group = rng.permutation(_groups(scenario))
    precinct = Lottery(district.composition.T).draw(rng, group)
    foreign = rng.random(n) < trait(scenario, "foreign")[group]
    age = _ages(scenario, group, foreign, rng)
    party = _parties(scenario, group, foreign, age, rng)
    ideology = np.array([0.45, -1.1, -0.1, 1.0, -0.9, -0.4])[party]
    ideology = ideology - 0.012 * (age - 46) + smooth_field(rng, district.xy, 0.3)[precinct, 0]
    ideology = ideology + 0.6 * rng.standard_t(5, n)
    habit = trait(scenario, "habit")[group] + rng.normal(size=n) - 0.15 * foreign
    contacted = _contacted(scenario, district, group, precinct, foreign & (age > 50), habit, rng)
    taste = trait(scenario, "mail")[group] + rng.normal(size=n) + 0.25 * (age - 46) / 17 + 0.8 * contacted
    taste = taste + smooth_field(rng, district.xy, 0.2)[precinct, 0]
    signed_up = taste + 0.15 * habit + 0.4 * rng.normal(size=n)
    return People(
        group=group,
        precinct=precinct,
        foreign=foreign,
        female=rng.random(n) < 0.53,
        age=age,
        party=party,
        registered=_registered(age, contacted, rng),
        ideology=ideology,
        habit=habit,
        interest=rng.normal(size=n),
        mail_taste=taste,
        resolve=rng.standard_t(6, n) / np.sqrt(1.5),
        contacted=contacted,
        permanent_mail=signed_up > np.quantile(signed_up, 1 - scenario.permanent_mail),
    )


def _groups(scenario: Scenario) -> Ints:
    """Group index of every registered person, by largest remainder of the shares."""
    exact = np.array(list(scenario.registered.values())) * scenario.voters
    counts = np.floor(exact).astype(np.int64)
    short = scenario.voters - int(counts.sum())
    counts[np.argsort(counts - exact, kind="stable")[:short]] += 1
    return np.repeat(np.arange(len(GROUPS)), counts)


def _ages(scenario: Scenario, group: Ints, foreign: Bools, rng: np.random.Generator) -> Floats:
    """Ages in years, 18 to 99: a gamma above 18, those born abroad some years older."""
    mean = trait(scenario, "age")[group] + np.where(foreign, 5.0, -3.0) - 18
    age: Floats = np.clip(18.02 + rng.gamma(2.2, mean / 2.2), 18.02, 99)
    return age


def _parties(scenario: Scenario, group: Ints, foreign: Bools, age: Floats, rng: np.random.Generator) -> Ints:
    """Draw parties: the group's shares, the young more often without one, immigrants and the old Republican."""
    old = (age - 46) / 17
    dem = trait(scenario, "dem")[group] * (1 + 0.06 * np.tanh(old))
    rep = trait(scenario, "rep")[group] * (1 + 0.35 * np.tanh(old) + 0.1 * foreign)
    minor = np.array([0.012, 0.007, 0.024])
    edges = np.cumsum(np.column_stack([dem, rep, *(np.full(len(group), share) for share in minor)]), axis=1)
    found = (rng.random(len(group))[:, None] >= edges).sum(axis=1)
    parties: Ints = np.array([0, 1, 3, 4, 5, 2])[found]
    return parties


def _contacted(
    scenario: Scenario,
    district: District,
    group: Ints,
    precinct: Ints,
    settled: Bools,
    habit: Floats,
    rng: np.random.Generator,
) -> Bools:
    """Whom the campaign for early voting reached: its own group where it lives together, hardly anyone else."""
    own = GROUPS.index(scenario.mobilised)
    density = np.log(district.composition[:, own] / district.composition.sum(axis=1))
    density = (density - density.mean()) / density.std()
    target = group == own
    reach = np.where(target, -0.3, -3.6) + np.where(target, 0.7, 0.3) * density[precinct]
    reach = reach + smooth_field(rng, district.xy, 0.4)[precinct, 0] + np.where(settled & target, 0.6, 0.0)
    return rng.random(len(group)) < logistic(reach + 0.4 * habit * target)


def _registered(age: Floats, contacted: Bools, rng: np.random.Generator) -> Ints:
    """Days since registering, never before the 18th birthday: a surge before the last general, then a long tail."""
    n = len(age)
    recent = rng.random(n) < 0.26 + 0.10 * contacted
    years = np.where(recent, rng.uniform(0.05, 1.6, n), 0.8 + rng.exponential(9.0, n))
    return np.maximum((np.minimum(years, age - 18) * 365.25).astype(np.int64), REGISTRATION_CLOSES)
