"""Names by group, from the public tables the estimator reads, but not as it reads them.

Were names drawn from the very tables, an estimator that reads them would look better than it can be. So every name's
frequency is reweighted at random within each group, some names are in no table, some people bear a name from another
group, and given names follow generation.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from turnout.ethnicity import tables
from turnout.example.people import People
from turnout.example.sampling import Bools, Floats, Ints, Lottery
from turnout.example.scenario import Scenario
from turnout.vocabulary import ASIAN_GROUPS, GROUPS

#: Standard deviation of the log of a name's reweighting, drawn anew for each seed, group and name.
_REWEIGHTING = 0.4
#: Shares of surnames misspelt, and made up of two others so that no table has them.
_MISSPELT, _RARE = 0.035, 0.035
#: Share who bear a surname from another group, by sex (men, women).
_TAKEN = (0.015, 0.07)
#: Share born abroad who take an American given name, beyond those in the group's own table (Koreans' is not used);
#: of those born here, a quarter more of all do.
_AMERICAN = {
    "korean": 0.48, "chinese": 0.20, "japanese": 0.15, "vietnamese": 0.15, "other_asian": 0.15, "indian": 0.05,
    "filipino": 0.10,
}  # fmt: skip
# Syllables of Korean given names as families spell them in Latin letters; first and last of two.
_FIRST_SYLLABLES = (
    "JI MIN SUNG YOUNG HYUN SOO JUNG EUN SEUNG DONG SANG KYUNG MYUNG IN JAE KI HEE HYE SUN CHUL WON TAE YOON MI JONG "
    "YONG BYUNG CHANG DAE HAN HO JIN JOON KWANG MOON NAM OK SEO SE SOON YOO YEON AH BO DO GEUN"
)
_LAST_SYLLABLES = (
    "HO MIN SOOK HEE JA SOO HYUN YOUNG JIN WOO JUN HWAN KYU IN AH YEON WON HYE MI SUN OK KYUNG CHUL SIK HOON RAN JOO "
    "SUK TAE KEUN HWA NA BIN EUN SANG GYU RYUL SEOK IL SHIK YOON BAE DUK GU JAE RIM SEOB"
)


@dataclass(frozen=True)
class Names:
    """Three columns of the voter file, upper case; null where blank."""

    last: pl.Series
    first: pl.Series
    middle: pl.Series


def draw_names(scenario: Scenario, people: People, rng: np.random.Generator) -> Names:
    """Draw everyone's names."""
    last = _last_names(scenario, people, rng)
    korean = people.group == GROUPS.index("korean")
    american = _american(people, rng)
    pool = _Pool(tables.first_names(), rng)
    source = np.where(american, GROUPS.index("white"), people.group)
    first = _korean_given(pool.draw(source, rng), korean & ~american, rng)
    middle = _korean_given(pool.draw(people.group, rng), korean, rng)
    kind = rng.random(len(korean))
    frame = pl.DataFrame({"first": first, "middle": middle, "kind": kind, "garbled": rng.random(len(korean)) < 0.02})
    frame = frame.select(
        first=pl.when("garbled").then(_misspelt("first", kind)).otherwise("first"),
        middle=pl.when(pl.col("kind") < 0.45)
        .then(None)
        .when(pl.col("kind") < 0.70)
        .then(pl.col("middle").str.slice(0, 1))
        .otherwise("middle"),
    )
    return Names(last, frame["first"], frame["middle"])


class _Pool:
    """A table of names as a lottery by group, its frequencies reweighted at random within each group.

    ``table``: column ``name`` and one a leaf group, P(name | group).
    """

    def __init__(self, table: pl.DataFrame, rng: np.random.Generator) -> None:
        self._names = table["name"].str.to_uppercase()
        weights: Floats = table.select(GROUPS).to_numpy().T.astype(np.float64)
        self._lottery = Lottery(weights * np.exp(_REWEIGHTING * rng.standard_normal(weights.shape)))

    def draw(self, groups: Ints, rng: np.random.Generator) -> pl.Series:
        """Return a name for every entry, of that entry's group."""
        return self._names.gather(self._lottery.draw(rng, groups))


def _last_names(scenario: Scenario, people: People, rng: np.random.Generator) -> pl.Series:
    """Surnames: some taken from another group, some double-barrelled, some misspelt, some in no table."""
    n = len(people.group)
    pool = _Pool(tables.surnames(), rng)
    taken = rng.random(n) < np.where(people.female, _TAKEN[1], _TAKEN[0])
    anyone = Lottery(np.array([list(scenario.registered.values())])).draw(rng, np.zeros(n, dtype=np.int64))
    bearer = np.where(taken, anyone, people.group)
    doubled = rng.random(n) < np.where(people.group == GROUPS.index("latino"), 0.025, 0.006)
    frame = pl.DataFrame(
        {
            "last": pool.draw(bearer, rng),
            "other": pool.draw(bearer, rng),
            "doubled": doubled,
            "space": rng.random(n) < 0.4,
            "fate": rng.random(n),
            "kind": rng.random(n),
        }
    )
    last, other, fate = pl.col("last"), pl.col("other"), pl.col("fate")
    made_up = last.str.slice(0, last.str.len_chars() - last.str.len_chars() // 2)
    made_up = made_up + other.str.slice(other.str.len_chars() // 2)
    return frame.select(
        pl.when("doubled")
        .then(last + pl.when("space").then(pl.lit(" ")).otherwise(pl.lit("-")) + other)
        .when(fate < _MISSPELT)
        .then(_misspelt("last", frame["kind"].to_numpy()))
        .when(fate < _MISSPELT + _RARE)
        .then(made_up)
        .when("space")
        .then(last.str.replace("^DELA", "DE LA ").str.replace("^DELOS", "DE LOS "))
        .otherwise(last)
    ).to_series()


def _misspelt(column: str, kind: Floats) -> pl.Expr:
    """Return the name with a letter left out, doubled or replaced, at a place that ``kind`` in [0, 1) picks."""
    name = pl.col(column)
    where = (pl.lit(pl.Series(kind)) * 997 % 1 * name.str.len_chars()).cast(pl.Int64)
    before, letter, after = name.str.slice(0, where), name.str.slice(where, 1), name.str.slice(where + 1)
    choice = pl.lit(pl.Series(kind))
    return (
        pl.when(choice < 0.4)
        .then(before + after)
        .when(choice < 0.7)
        .then(before + letter + letter + after)
        .otherwise(before + pl.lit("Y") + after)
    )


def _american(people: People, rng: np.random.Generator) -> Bools:
    """Whoever of an Asian group goes by an American given name."""
    share = np.array([_AMERICAN.get(group, 0.0) for group in GROUPS])[people.group]
    asian = np.array([group in ASIAN_GROUPS for group in GROUPS])[people.group]
    share = np.where(asian & ~people.foreign, share + 0.25, share)
    return rng.random(len(share)) < share


def _korean_given(drawn: pl.Series, korean: Bools, rng: np.random.Generator) -> pl.Series:
    """Put Korean given names of two syllables, joined, hyphenated or spaced, where ``korean`` says so."""
    n = int(korean.sum())
    first, last = (_zipf(syllables.split(), n, rng) for syllables in (_FIRST_SYLLABLES, _LAST_SYLLABLES))
    between = pl.Series(["", " ", "-"]).gather(np.searchsorted([0.45, 0.80], rng.random(n)))
    return drawn.scatter(np.flatnonzero(korean), first + between + last)


def _zipf(kinds: list[str], n: int, rng: np.random.Generator) -> pl.Series:
    """Draw ``n`` of some words, the first a few times likelier than the last."""
    weights = 1 / (8.0 + np.arange(len(kinds)))
    return pl.Series(kinds).gather(Lottery(weights[None, :]).draw(rng, np.zeros(n, dtype=np.int64)))
