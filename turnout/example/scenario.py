"""What a synthetic electorate is held to, and the priors its hidden parameters are drawn from.

Two families: :data:`CA34`, the founding case, and :meth:`Scenario.founding_like`, electorates in its spirit whose
mobilised group, geography, sizes and direction of the mode shift differ from seed to seed.

Sources of the founding case's figures: California Secretary of State, Statement of Vote, CA-34 special general of
6 June 2017; Los Angeles County Registrar-Recorder (first round of 4 April 2017); Los Angeles Times, 5 and 6 June 2017
(mail ballots by ethnicity, after Political Data Inc.; registration); KPCC, 7 June 2017 (election-night count).
Everything those sources do not give is invented, and nobody in the data exists.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from turnout.contest import Candidate, ElectionKind
from turnout.vocabulary import GROUPS, Tranche


@dataclass(frozen=True)
class Traits:
    """What sets the registered of a group apart, before any contest.

    ``foreign`` share born abroad · ``dem``, ``rep`` shares of registration · ``age`` mean, in years · ``habit`` of
    voting and ``mail`` preference, against the average voter · ``support``, ``support_sd`` the prior of the group's
    logit for the candidate whom the mobilised group opposes, before the contest's intercept.
    """

    foreign: float
    dem: float
    rep: float
    age: float
    habit: float
    mail: float
    support: float
    support_sd: float = 0.4


@dataclass(frozen=True)
class Neighbourhood:
    """A part of the district: centre and spread in the unit square, share of precincts, ZIP, and who lives there.

    ``mix`` multiplies the district's share of a group; groups it leaves out have multiplier 1.
    """

    x: float
    y: float
    spread: float
    weight: float
    zip: str
    mix: Mapping[str, float]


@dataclass(frozen=True)
class PastElection:
    """An election in the vote history.

    ``turnout``, ``mail`` are shares: of those registered by then and still on the file, and of its ballots.
    ``special`` marks one whose turnout by group and mode resembles the contest's own.
    """

    date: dt.date
    turnout: float
    mail: float
    special: bool = False


@dataclass(frozen=True)
class Priors:
    """Priors of the contest's hidden parameters, as (mean, sd); logits unless said otherwise.

    ``first_count`` share of the opposed candidate in the early vote · ``shift``, ``late_shift`` support at the polls
    and late minus support early, like for like but for whom the campaign reached, which adds some 0.2 at the polls ·
    ``contact`` what being reached by it takes from the opponent · ``context`` what living among the mobilised group
    does to the others' support · ``groups_sd`` spread of the log of a group's expected ballots, by tranche ·
    ``totals_sd`` the same of a tranche's total.
    """

    first_count: tuple[float, float]
    shift: tuple[float, float]
    late_shift: tuple[float, float]
    contact: tuple[float, float] = (0.6, 0.25)
    context: tuple[float, float] = (-0.2, 0.5)
    field_sd: float = 0.25
    precinct_sd: float = 0.18
    groups_sd: Mapping[Tranche, float] = field(default_factory=lambda: {"early": 0.0, "poll": 0.12, "late": 0.12})
    totals_sd: Mapping[Tranche, float] = field(default_factory=lambda: {"early": 0.0, "poll": 0.06, "late": 0.08})


@dataclass(frozen=True)
class Scenario:
    """One kind of synthetic electorate.

    Attributes
    ----------
    registered : group -> share of the registered; sums to 1
    turnout : tranche -> ballots over registered voters
    composition : tranche -> group -> share of the tranche's ballots; each sums to 1
    mobilised : the group driven to vote early, by a campaign for ``candidates[favourite]``
    birthplaces, languages : whether the voter file has these columns
    """

    name: str
    title: str
    contest: str
    district: str
    county: str
    date: dt.date
    kind: ElectionKind
    candidates: tuple[Candidate, Candidate]
    voters: int
    precincts: int
    traits: Mapping[str, Traits]
    registered: Mapping[str, float]
    turnout: Mapping[Tranche, float]
    composition: Mapping[Tranche, Mapping[str, float]]
    mobilised: str
    favourite: int
    neighbourhoods: tuple[Neighbourhood, ...]
    past: tuple[PastElection, ...]
    priors: Priors
    permanent_mail: float = 0.43
    birthplaces: bool = True
    languages: bool = True
    state: str = "CA"
    office: str = "U.S. House"

    def scaled(self, voters: int, precincts: int) -> "Scenario":
        """Return the same electorate at another size."""
        return dataclasses.replace(self, voters=voters, precincts=precincts)

    @classmethod
    def founding_like(cls, seed: int, voters: int = 120_000, precincts: int = 150) -> "Scenario":
        """Return an electorate in which a small group is driven hard to vote early, drawn by ``seed``.

        No place of birth, no language. The group, its share, the other groups, the geography, the candidate the
        group is for and the sizes of the tranches are random; the mode shift's mean is zero, so its sign is too.
        """
        from turnout.example._founding_like import draw  # noqa: PLC0415 - it draws a Scenario, so it imports this one

        return draw(seed, voters, precincts)


_CA34_TRAITS = {
    "white": Traits(0.12, 0.57, 0.12, 46, 0.20, 0.10, 0.35),
    "black": Traits(0.06, 0.78, 0.04, 47, 0.05, -0.15, 0.60),
    "latino": Traits(0.38, 0.635, 0.085, 43, -0.15, -0.20, 1.15, 0.35),
    "chinese": Traits(0.62, 0.46, 0.13, 51, -0.05, 0.35, -0.35),
    "filipino": Traits(0.60, 0.55, 0.14, 49, 0.00, 0.15, 0.20),
    "indian": Traits(0.55, 0.55, 0.09, 43, 0.00, 0.05, 0.10),
    "japanese": Traits(0.25, 0.56, 0.15, 54, 0.25, 0.30, 0.00),
    "korean": Traits(0.68, 0.45, 0.20, 50, 0.00, 0.45, -2.20, 0.45),
    "vietnamese": Traits(0.65, 0.42, 0.20, 47, -0.05, 0.20, -0.40),
    "other_asian": Traits(0.55, 0.48, 0.12, 44, -0.10, 0.10, -0.10),
    "native": Traits(0.03, 0.58, 0.11, 44, -0.05, -0.10, 0.50),
    "other": Traits(0.20, 0.52, 0.10, 41, 0.00, 0.00, 0.40),
}

#: LA Times, 6 June 2017: about 300,000 registered, 17,000-18,000 of them Korean American, almost half Latino.
_CA34_REGISTERED = {
    "white": 0.240, "black": 0.055, "latino": 0.4815, "chinese": 0.045, "filipino": 0.040, "indian": 0.006,
    "japanese": 0.012, "korean": 0.0583, "vietnamese": 0.012, "other_asian": 0.012, "native": 0.004, "other": 0.0342,
}  # fmt: skip

#: Early: LA Times, 5 June 2017 (Korean 5,660 and Latino 5,550 of 21,000; all Asian 38 %). Poll and late: invented.
_CA34_COMPOSITION: dict[Tranche, dict[str, float]] = {
    "early": {
        "white": 0.268, "black": 0.046, "latino": 0.2643, "chinese": 0.050, "filipino": 0.027, "indian": 0.005,
        "japanese": 0.015, "korean": 0.2695, "vietnamese": 0.007, "other_asian": 0.0065, "native": 0.003,
        "other": 0.0387,
    },
    "poll": {
        "white": 0.290, "black": 0.055, "latino": 0.470, "chinese": 0.030, "filipino": 0.030, "indian": 0.005,
        "japanese": 0.009, "korean": 0.060, "vietnamese": 0.007, "other_asian": 0.008, "native": 0.003,
        "other": 0.033,
    },
    "late": {
        "white": 0.290, "black": 0.048, "latino": 0.340, "chinese": 0.042, "filipino": 0.037, "indian": 0.006,
        "japanese": 0.012, "korean": 0.170, "vietnamese": 0.009, "other_asian": 0.009, "native": 0.003,
        "other": 0.034,
    },
}  # fmt: skip

# In the spirit of the district's west, centre, east and north; no boundary is meant to be exact.
_CA34_NEIGHBOURHOODS = (
    Neighbourhood(
        0.12,
        0.52,
        0.07,
        0.17,
        "90005",
        {"korean": 9, "other_asian": 2, "filipino": 1.5, "latino": 0.75, "white": 0.6, "black": 0.9},
    ),
    Neighbourhood(0.10, 0.66, 0.06, 0.05, "90020", {"korean": 6, "filipino": 2, "white": 1.3, "latino": 0.6}),
    Neighbourhood(0.27, 0.50, 0.06, 0.09, "90057", {"latino": 1.5, "korean": 0.9, "filipino": 1.5, "white": 0.45}),
    Neighbourhood(0.24, 0.36, 0.06, 0.07, "90006", {"latino": 1.45, "black": 1.4, "white": 0.35, "korean": 1.2}),
    Neighbourhood(0.30, 0.66, 0.06, 0.06, "90026", {"filipino": 4.5, "white": 1.6, "latino": 0.9, "korean": 0.5}),
    Neighbourhood(0.16, 0.82, 0.06, 0.05, "90029", {"other_asian": 4, "other": 2.5, "white": 1.5, "latino": 0.8}),
    Neighbourhood(
        0.43,
        0.40,
        0.05,
        0.10,
        "90014",
        {"white": 2.0, "black": 3.5, "korean": 1.3, "latino": 0.35, "indian": 5, "other": 1.5},
    ),
    Neighbourhood(
        0.51, 0.46, 0.04, 0.03, "90013", {"japanese": 12, "white": 1.4, "black": 1.8, "latino": 0.4, "korean": 1.5}
    ),
    Neighbourhood(0.50, 0.58, 0.04, 0.05, "90012", {"chinese": 8, "vietnamese": 6, "latino": 0.5, "white": 0.7}),
    Neighbourhood(0.64, 0.62, 0.06, 0.06, "90031", {"chinese": 3, "vietnamese": 4, "latino": 1.35, "white": 0.4}),
    Neighbourhood(0.68, 0.40, 0.07, 0.13, "90033", {"latino": 1.9, "white": 0.15, "korean": 0.08, "black": 0.4}),
    Neighbourhood(0.84, 0.46, 0.05, 0.05, "90063", {"latino": 1.9, "white": 0.15, "korean": 0.06, "black": 0.3}),
    Neighbourhood(0.86, 0.70, 0.06, 0.05, "90032", {"latino": 1.5, "chinese": 1.8, "white": 0.6, "korean": 0.15}),
    Neighbourhood(0.66, 0.84, 0.07, 0.10, "90042", {"latino": 1.2, "white": 1.4, "filipino": 1.2, "korean": 0.2}),
    Neighbourhood(0.54, 0.86, 0.05, 0.04, "90065", {"latino": 1.1, "white": 1.3, "filipino": 2.5, "korean": 0.4}),
    Neighbourhood(0.63, 0.97, 0.05, 0.05, "90041", {"white": 2.1, "filipino": 3.0, "latino": 0.55, "korean": 0.6}),
)

CA34 = Scenario(
    name="ca34-2017",
    title="Special runoff, California's 34th congressional district, 6 June 2017 (synthetic)",
    contest="U.S. House, District 34 (synthetic)",
    district="34",
    county="Los Angeles",
    date=dt.date(2017, 6, 6),
    kind="special",
    candidates=(
        Candidate(name="Jimmy Gomez", party="DEM"),
        Candidate(name="Robert Lee Ahn", party="DEM"),
    ),
    voters=300_000,
    precincts=195,
    traits=_CA34_TRAITS,
    registered=_CA34_REGISTERED,
    turnout={"early": 21_000 / 300_000, "poll": 12_100 / 300_000, "late": 10_250 / 300_000},
    composition=_CA34_COMPOSITION,
    mobilised="korean",
    favourite=1,
    neighbourhoods=_CA34_NEIGHBOURHOODS,
    past=(
        PastElection(dt.date(2012, 11, 6), 0.67, 0.31),
        PastElection(dt.date(2014, 6, 3), 0.15, 0.44),
        PastElection(dt.date(2014, 11, 4), 0.28, 0.39),
        PastElection(dt.date(2016, 6, 7), 0.43, 0.36),
        PastElection(dt.date(2016, 11, 8), 0.66, 0.37),
        PastElection(dt.date(2017, 3, 7), 0.13, 0.50),
        # Los Angeles County: 42,914 ballots, 22,376 of them by mail.
        PastElection(dt.date(2017, 4, 4), 42_914 / 300_000, 22_376 / 42_914, special=True),
    ),
    priors=Priors(first_count=(0.505, 0.003), shift=(0.38, 0.40), late_shift=(-0.10, 0.25)),
)


def check(scenario: Scenario) -> None:
    """Raise ``ValueError`` unless every table of ``scenario`` covers the leaf groups and its shares sum to one."""
    tables: dict[str, Mapping[str, float]] = {"registered": scenario.registered}
    tables |= {str(tranche): shares for tranche, shares in scenario.composition.items()}
    for name, shares in tables.items():
        if tuple(shares) != GROUPS or abs(sum(shares.values()) - 1) > 1e-6:
            raise ValueError(f"{scenario.name}, {name}: shares of the groups in their order must sum to 1.")
    if tuple(scenario.traits) != GROUPS:
        raise ValueError(f"{scenario.name}, traits: one entry a group, in the vocabulary's order.")
