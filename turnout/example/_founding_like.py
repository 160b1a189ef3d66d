"""Draws a scenario in the spirit of the founding case: another group, another place, another direction."""

import datetime as dt

import numpy as np

from turnout.contest import Candidate
from turnout.example.sampling import Floats
from turnout.example.scenario import CA34, Neighbourhood, PastElection, Priors, Scenario, Traits
from turnout.vocabulary import GROUPS, Tranche

_MOBILISED = ("vietnamese", "filipino", "korean", "chinese", "indian")
_SMALL = {"chinese": 0.03, "filipino": 0.025, "indian": 0.02, "japanese": 0.01, "korean": 0.02, "vietnamese": 0.02,
          "other_asian": 0.012, "native": 0.006, "other": 0.03}  # fmt: skip
#: Ballots per registered voter against the average, before the campaign: white, black, latino, Asian groups, rest.
_EARLY_INDEX = {"white": 1.20, "black": 0.85, "latino": 0.65, "native": 0.8, "other": 0.95}
_POLL_INDEX = {"white": 1.15, "black": 1.05, "latino": 0.95, "native": 0.8, "other": 0.95}
_LATE_INDEX = {"white": 1.10, "black": 0.95, "latino": 0.85, "native": 0.8, "other": 1.0}

_PAST = (
    PastElection(dt.date(2014, 11, 4), 0.40, 0.38),
    PastElection(dt.date(2016, 6, 7), 0.40, 0.38),
    PastElection(dt.date(2016, 11, 8), 0.68, 0.38),
    PastElection(dt.date(2018, 6, 5), 0.33, 0.45),
    PastElection(dt.date(2018, 11, 6), 0.60, 0.42),
    PastElection(dt.date(2019, 3, 5), 0.12, 0.50),
)


def draw(seed: int, voters: int, precincts: int) -> Scenario:
    """Return the scenario of ``seed``; see :meth:`Scenario.founding_like`."""
    rng = np.random.default_rng([seed, 34])
    mobilised = str(rng.choice(_MOBILISED))
    registered = _registered(rng, mobilised)
    turnout: dict[Tranche, float] = {
        "early": float(rng.uniform(0.06, 0.08)),
        "poll": float(rng.uniform(0.035, 0.055)),
        "late": float(rng.uniform(0.022, 0.036)),
    }
    composition = _composition(rng, registered, mobilised, turnout)
    ballots = sum(turnout.values()) * float(np.exp(rng.normal(0, 0.15)))
    first_round = PastElection(dt.date(2019, 4, 2), ballots, float(rng.uniform(0.5, 0.65)), special=True)
    return Scenario(
        name=f"founding-like-{seed}",
        title=f"Special runoff in a district that does not exist, number {seed} (synthetic)",
        contest="U.S. House, District 99 (synthetic)",
        district="99",
        county="Example",
        date=dt.date(2019, 6, 4),
        kind="special",
        candidates=(Candidate(name="Robin Alder", party="DEM"), Candidate(name="Dana Birch", party="DEM")),
        voters=voters,
        precincts=precincts,
        traits=_traits(rng, mobilised),
        registered=registered,
        turnout=turnout,
        composition=composition,
        mobilised=mobilised,
        favourite=int(rng.integers(2)),
        neighbourhoods=_neighbourhoods(rng, mobilised),
        past=(*_PAST, first_round),
        priors=Priors(
            first_count=(0.5, 0.04),
            shift=(-0.18, 0.36),
            late_shift=(-0.08, 0.25),
            groups_sd={"early": 0.08, "poll": 0.15, "late": 0.15},
            totals_sd={"early": 0.02, "poll": 0.12, "late": 0.12},
        ),
        birthplaces=False,
        languages=False,
    )


def _registered(rng: np.random.Generator, mobilised: str) -> dict[str, float]:
    """Draw shares of the registered: a few per cent mobilised, small groups by ``_SMALL``, then the large."""
    shares = {group: share * float(np.exp(rng.normal(0, 0.5))) for group, share in _SMALL.items()}
    shares[mobilised] = float(rng.uniform(0.04, 0.065))
    rest = 1 - sum(shares.values())
    white, latino, black = rest * rng.dirichlet((8.0, 7.0, 2.5))
    shares |= {"white": float(white), "latino": float(latino), "black": float(black)}
    return {group: shares[group] for group in GROUPS}


def _composition(
    rng: np.random.Generator, registered: dict[str, float], mobilised: str, turnout: dict[Tranche, float]
) -> dict[Tranche, dict[str, float]]:
    """Draw shares of each tranche's ballots; 25-35 % of the mobilised vote early, and many late."""
    wanted: dict[Tranche, dict[str, float]] = {}
    indices: dict[Tranche, dict[str, float]] = {"early": _EARLY_INDEX, "poll": _POLL_INDEX, "late": _LATE_INDEX}
    drive: dict[Tranche, float] = {
        "early": float(rng.uniform(0.25, 0.35)) / turnout["early"],
        "poll": float(rng.uniform(0.7, 1.3)),
        "late": float(rng.uniform(1.4, 2.8)),
    }
    for tranche, index in indices.items():
        ballots = {
            group: share * index.get(group, 0.9) * float(np.exp(rng.normal(0, 0.12)))
            for group, share in registered.items()
        }
        total = sum(ballots.values()) - ballots[mobilised]
        own = registered[mobilised] * drive[tranche]
        wanted[tranche] = {group: (1 - own) * count / total for group, count in ballots.items()}
        wanted[tranche][mobilised] = own
    return wanted


def _traits(rng: np.random.Generator, mobilised: str) -> dict[str, Traits]:
    """Draw traits around those of CA-34, with new politics: only the mobilised group's direction is given."""
    traits = {}
    for group, known in CA34.traits.items():
        support = float(rng.normal(-1.5, 0.4) if group == mobilised else rng.normal(0.3, 0.45))
        traits[group] = Traits(
            foreign=known.foreign,
            dem=float(np.clip(known.dem + rng.normal(0, 0.05), 0.2, 0.8)),
            rep=float(np.clip(known.rep + rng.normal(0.05, 0.03), 0.03, 0.3)),
            age=known.age + float(rng.normal(0, 1.5)),
            habit=known.habit + float(rng.normal(0, 0.1)),
            mail=(0.4 if group == mobilised else min(known.mail, 0.3)) + float(rng.normal(0, 0.1)),
            support=support,
            support_sd=0.2,
        )
    return traits


def _neighbourhoods(rng: np.random.Generator, mobilised: str) -> tuple[Neighbourhood, ...]:
    """Draw twelve neighbourhoods; the first two or three are the mobilised group's, each leans to a group or two."""
    enclaves = int(rng.integers(2, 4))
    places = []
    for number in range(12):
        groups = rng.choice(GROUPS, size=2, replace=False, p=_pull())
        mix = {str(group): float(np.exp(rng.normal(0.7, 0.3))) for group in groups}
        mix[mobilised] = float(np.exp(rng.normal(2.0, 0.25))) if number < enclaves else float(rng.uniform(0.2, 0.9))
        x, y = rng.uniform(0.05, 0.95, size=2)
        weight = float(rng.uniform(0.5, 1.5))
        places.append(
            Neighbourhood(float(x), float(y), float(rng.uniform(0.04, 0.065)), weight, f"00{number:03d}", mix)
        )
    return tuple(places)


def _pull() -> Floats:
    """Return the chance of a neighbourhood leaning to each group: the large ones half of the time."""
    weight: Floats = np.array([3.0 if group in ("white", "black", "latino") else 1.0 for group in GROUPS])
    weight /= weight.sum()
    return weight
