"""Contests that ask the same thing: a statewide question that is reported county by county, or Yes against No.

Files often key such contests by county, so that they look unrelated.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from turnout.projection.ballot import Ballot, Floats, Integers
from turnout.projection.candidates import MOST_NAMES, normalised
from turnout.projection.positions import Positions

#: What the two sides of a question are called, by their first word.
_YES: Final = frozenset({"yes", "for", "approve", "approved", "retain", "si"})
_NO: Final = frozenset({"no", "against", "reject", "rejected", "not", "opposed"})
_NOT_A_WORD: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Siblings:
    """The groups that each split of each contest belongs to (arrays over contests × positions).

    Attributes
    ----------
    question : number of the split's question: contests of one name but for their county's, with the same candidates
    question_side : +1 or −1, so that the split points the same way in all of them; 0 in a question asked once
    candidates : number of the split's pair of names, whatever the contest is called
    candidates_side : the same for these; 0 for Yes and No too
    yes_side : +1 where a split is Yes against No, −1 where it is No against Yes, else 0
    """

    question: Integers
    question_side: Floats
    candidates: Integers
    candidates_side: Floats
    yes_side: Floats


def find(ballot: Ballot, positions: Positions) -> Siblings:
    """Group the splits of a ballot's contests by what they ask."""
    titles = _titles(ballot)
    shape = (len(ballot.contests), positions.most)
    questions: list[tuple[str, ...]] = []
    pairs: list[tuple[str, ...]] = []
    at: list[tuple[int, int]] = []
    sides, yes = np.zeros(shape), np.zeros(shape)
    for contest, (title, held) in enumerate(zip(titles, _names(ballot, positions), strict=True)):
        for split in range(1, len(held)):
            own, rest = held[split], sorted(held[:split])
            # a split of two looks the same from both sides; which of them leads may differ between counties
            sides[contest, split] = -1.0 if split == 1 and own < rest[0] else 1.0
            yes[contest, split] = _towards_yes(own, rest)
            sort = sorted([own, *rest]) if split == 1 else [*rest, own]
            at.append((contest, split))
            pairs.append(("\x1f".join(sort),))
            questions.append((title, *pairs[-1]))
    question, asked = _numbers(questions, at, shape)
    candidates, stood = _numbers(pairs, at, shape)
    # a pair of names tells more than its question does only if several questions have it and it is not Yes and No
    several = (_distinct(candidates, question) > 1) & (yes == 0)
    return Siblings(question, sides * (asked > 1), candidates, sides * ((stood > 1) & several), yes)


def _towards_yes(own: str, rest: list[str]) -> float:
    if len(rest) != 1:
        return 0.0
    own, other = own.partition(" ")[0], rest[0].partition(" ")[0]
    if own in _YES and other in _NO:
        return 1.0
    return -1.0 if own in _NO and other in _YES else 0.0


def _titles(ballot: Ballot) -> list[str]:
    """Name each contest without its county's name, if it lies in one county."""
    counties = ballot.units["county"].unique().sort()
    county = ballot.units["county"].replace_strict(counties, np.arange(len(counties))).to_numpy()[ballot.row_unit]
    starts = np.flatnonzero(np.diff(ballot.row_contest, prepend=-1))  # rows stand by contest
    first, last = (each.reduceat(county, starts).tolist() for each in (np.minimum, np.maximum))
    words = [_words(name) for name in counties.to_list()]
    titles = []
    for name, one, other in zip(ballot.contests, first, last, strict=True):
        title, own = f" {_words(name)} ", words[one]
        titles.append(title.replace(f" {own} ", " ") if one == other and own else title)
    return titles


@lru_cache(maxsize=MOST_NAMES)
def _words(text: str) -> str:
    return _NOT_A_WORD.sub(" ", text.lower()).strip()


def _names(ballot: Ballot, positions: Positions) -> list[list[str]]:
    """Return the normalised name of each contest's positions; that of minor candidates is the first one's."""
    first = (
        ballot.choices.with_columns(position=pl.Series(positions.position))
        .group_by("contest", "position")
        .agg(pl.col("candidate").first())
        .sort("contest", "position")
        .group_by("contest", maintain_order=True)
        .agg("candidate")
    )
    return [[normalised(name) for name in names] for names in first["candidate"].to_list()]


def _numbers(
    keys: list[tuple[str, ...]], at: list[tuple[int, int]], shape: tuple[int, int]
) -> tuple[Integers, Integers]:
    """Return numbers of equal keys, and how many share each: (contests, positions); 0 where there is no split."""
    number, many = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    if keys:
        known = {key: place for place, key in enumerate(sorted(set(keys)), start=1)}
        own = np.array([known[key] for key in keys], dtype=np.int64)
        places = tuple(np.array(at).T)
        number[places], many[places] = own, np.bincount(own)[own]
    return number, many


def _distinct(group: Integers, member: Integers) -> Integers:
    """How many different members each entry's group has, shape as given."""
    members = int(member.max(initial=0)) + 1
    pairs = np.unique(group * members + member)
    return np.bincount(pairs // members, minlength=int(group.max(initial=0)) + 1)[group]
