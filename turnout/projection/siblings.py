"""Contests that ask the same thing: a statewide question that is reported county by county, or Yes against No.

Files often key such contests by county, so that they look unrelated.
"""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from turnout.projection.ballot import Ballot, Floats, Integers
from turnout.projection.candidates import normalised
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
    names = _names(ballot, positions)
    shape = (len(ballot.contests), positions.most)
    questions: list[tuple[str, ...]] = []
    pairs: list[tuple[str, ...]] = []
    sides, yes = np.zeros(shape), np.zeros(shape)
    for contest, title in enumerate(titles):
        held = names[contest]
        for split in range(1, positions.most):
            if split >= len(held):
                questions.append(())
                pairs.append(())
                continue
            own, rest = held[split], sorted(held[:split])
            # a split of two looks the same from both sides; which of them leads may differ between counties
            sides[contest, split] = -1.0 if split == 1 and own < rest[0] else 1.0
            yes[contest, split] = _towards_yes(own, rest)
            sort = sorted([own, *rest]) if split == 1 else [*rest, own]
            pairs.append(("\x1f".join(sort),))
            questions.append((title, "\x1f".join(sort)))
    question, asked = _numbers(questions, shape)
    candidates, stood = _numbers(pairs, shape)
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
    county = ballot.units["county"].to_numpy()[ballot.row_unit]
    places = (
        pl.DataFrame({"contest": ballot.row_contest, "county": county})
        .group_by("contest")
        .agg(pl.col("county").n_unique().alias("many"), pl.col("county").first())
        .sort("contest")
    )
    titles = []
    for name, many, county_name in zip(ballot.contests, places["many"], places["county"], strict=True):
        title = f" {_words(name)} "
        own = _words(county_name)
        titles.append(title.replace(f" {own} ", " ") if many == 1 and own else title)
    return titles


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


def _numbers(keys: list[tuple[str, ...]], shape: tuple[int, int]) -> tuple[Integers, Integers]:
    """Return numbers of equal keys, and how many share each: (contests, positions), nothing in column 0."""
    known = {key: number for number, key in enumerate(sorted(set(keys)))}
    number = np.array([known[key] for key in keys], dtype=np.int64)
    inner = (shape[0], shape[1] - 1)
    full = np.zeros(shape, dtype=np.int64)
    many = np.zeros(shape, dtype=np.int64)
    full[:, 1:] = number.reshape(inner)
    many[:, 1:] = np.bincount(number)[number].reshape(inner) if len(number) else 0
    return full, many


def _distinct(group: Integers, member: Integers) -> Integers:
    """How many different members each entry's group has, shape as given."""
    pairs = np.unique(np.stack([group.ravel(), member.ravel()], axis=1), axis=0)
    return np.bincount(pairs[:, 0], minlength=int(group.max(initial=0)) + 1)[group]
