"""Which choices of a contest are one candidate: counties that type names themselves spell them in their own ways."""

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

import polars as pl

from turnout.vocabulary import TRANCHES

#: What stands beside a name: an incumbency mark or party in brackets, a nickname in quotes.
_BESIDE: Final = re.compile(r"\([^)]*\)?|[\"“][^\"”]*[\"”]")
#: What joins a running mate to the head of a ticket.
_TICKET: Final = re.compile(r"\s*(?:/|&|\band\b)\s*")
#: Names of which it is kept how they read once normalised: those of a large ballot, which come again with each batch.
MOST_NAMES: Final = 20_000
_SUFFIXES: Final = frozenset({"jr", "sr", "ii", "iii", "iv"})


@lru_cache(maxsize=MOST_NAMES)
def normalised(name: str) -> str:
    """Return a name without case, accents, punctuation, suffix, nickname, running mate or what is in brackets.

    A name of which nothing would be left is only made lower case.
    """
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    head = _TICKET.split(_BESIDE.sub(" ", ascii_name))[0]
    words = re.sub(r"[^a-z0-9 ]", "", head.replace("-", " ")).split()
    kept = [word for word in words if word not in _SUFFIXES]
    return " ".join(kept) or name.lower()


def people(choices: pl.DataFrame, lines: pl.DataFrame) -> pl.Series:
    """Return numbers of the candidates that the choices of a ballot stand for; those of one share a number.

    Two choices of a contest are one candidate if their names are the same once normalised, unless both have votes of
    one tranche in one precinct: *Judge Roe (Yes)* and *Judge Roe (No)* do. So are two that share a last name, have no
    different initials and no different party, and never both have votes in one county.

    Parameters
    ----------
    choices : ``contest, candidate, party_code``, one row a choice
    lines : ``contest, candidate, county, precinct, early, poll, late, counted``, votes by place in any order

    Returns
    -------
    Number of each choice's candidate within the ballot, in the order of ``choices``: the place of its first spelling.
    """
    frame = choices.select("contest", "candidate", "party_code").with_row_index("choice")
    names = frame["candidate"].unique()
    spelt = pl.DataFrame(
        {"candidate": names, "name": pl.Series([normalised(name) for name in names], dtype=pl.String)},
        schema_overrides={"candidate": pl.String},
    )
    frame = frame.join(spelt, on="candidate", maintain_order="left").with_columns(
        person=pl.col("choice").min().over("contest", "name"), last=pl.col("name").str.split(" ").list.last()
    )
    apart = _beside_each_other(frame, lines)
    frame = frame.join(apart.with_columns(apart=pl.lit(value=True)), on=["contest", "name"], how="left")
    frame = frame.sort("choice").with_columns(person=pl.when("apart").then("choice").otherwise("person"))
    alike = frame.filter(pl.col("person").n_unique().over("contest", "last") > 1)
    return frame["person"].replace(_never_together(alike, lines)).cast(pl.Int64)


def _beside_each_other(frame: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Return ``contest, name`` of which several choices have votes of one tranche in one precinct."""
    several = frame.filter(pl.len().over("contest", "name") > 1).select("contest", "candidate", "name")
    voted = lines.join(several, on=["contest", "candidate"]).select(
        "contest", "name", "county", "precinct", *((pl.col(tranche) > 0).alias(tranche) for tranche in TRANCHES)
    )
    beside = voted.group_by("contest", "name", "county", "precinct").agg(pl.col(TRANCHES).sum())
    return beside.filter(pl.max_horizontal(TRANCHES) > 1).select("contest", "name").unique()


class _Person(NamedTuple):
    number: int
    counties: set[str]
    name: str
    party: str | None


def _never_together(alike: pl.DataFrame, lines: pl.DataFrame) -> dict[int, int]:
    """Return, of people who share a last name and stand in different counties, the first one for each later one."""
    counties = (
        alike.join(lines.filter(pl.col("counted") > 0), on=["contest", "candidate"])
        .group_by("contest", "last", "person")
        .agg(
            pl.col("county").unique(),
            pl.col("name").min(),
            party=pl.col("party_code").filter(pl.col("party_code") != "O").min(),
        )
        .sort("contest", "last", "person")
    )
    same = {}
    for _, group in counties.group_by("contest", "last", maintain_order=True):
        known: list[_Person] = []
        for number, places, name, party in group.select("person", "county", "name", "party").iter_rows():
            person = _Person(number, set(places), name, party)
            match = next((other for other in known if _may_be_one(other, person)), None)
            if match is None:
                known.append(person)
            else:
                match.counties.update(person.counties)
                same[number] = match.number
    return same


def _may_be_one(one: _Person, other: _Person) -> bool:
    given = [person.name.split()[:-1] for person in (one, other)]
    same_initial = not all(given) or given[0][0][0] == given[1][0][0]
    same_party = None in {one.party, other.party} or one.party == other.party
    return same_initial and same_party and not one.counties & other.counties
