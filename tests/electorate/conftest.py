"""Small electorates with a known process, put straight into the canonical tables."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from turnout.vocabulary import GROUPS
from turnout.workspace import Workspace

DATE = dt.date(2017, 6, 6)
FIRST_ROUND = dt.date(2017, 4, 4)
PAST = (dt.date(2012, 11, 6), dt.date(2014, 11, 4), dt.date(2016, 6, 7), dt.date(2016, 11, 8), FIRST_ROUND)
TURNOUT = dict(zip(PAST, (0.62, 0.30, 0.42, 0.66, 0.20), strict=True))
LATINO, KOREAN = GROUPS.index("latino"), GROUPS.index("korean")


@dataclass
class People:
    """Tables of a synthetic electorate and what everyone does in the end (0 none, 1 early, 2 poll, 3 late)."""

    voters: pl.DataFrame
    vote_history: pl.DataFrame
    ballots: pl.DataFrame
    ethnicity: pl.DataFrame
    results: pl.DataFrame
    group: np.ndarray
    way: np.ndarray
    tables: tuple[str, ...] = field(default=("voters", "vote_history", "ballots", "ethnicity", "results"))


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _level(utility, total):
    """Chances σ(utility − b) that sum to ``total``."""
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _sigmoid(utility - middle).sum() > total else (low, middle)
    return _sigmoid(utility - low)


def _posterior(group, early, before, rng):
    """P(group | a name that tells it right four times in five, counted early or not, way in the first round).

    By counting. As the estimator's, it knows how the voter stands now and voted in the latest election.
    """
    n, groups = len(group), len(GROUPS)
    name = np.where(rng.random(n) < 0.8, group, rng.choice([0, LATINO, KOREAN], n))
    known = 3 * early.astype(int) + before
    count = np.zeros((6, groups, groups))
    np.add.at(count, (known, name, group), 1)
    count[:, :, [0, LATINO, KOREAN]] += 0.5
    count += 1e-4
    table = count / count.sum(axis=2, keepdims=True)
    return table[known, name]


def draw(n: int = 6000, seed: int = 1, precincts: int = 10, drive: float = 1.0) -> People:
    """Habit and taste for mail last; Koreans are driven to vote by ``drive`` logits, Latinos like the polls."""
    rng = np.random.default_rng(seed)
    group = rng.choice([0, LATINO, KOREAN], n, p=[0.4, 0.5, 0.1])
    precinct = rng.integers(precincts, size=n)
    habit, taste = rng.normal(0, 1.5, n), rng.normal(0, 1.5, n) + 1.0 * (group == KOREAN) - 0.5 * (group == LATINO)
    permanent = taste + rng.normal(0, 0.5, n) > 0.3
    taste = taste + 2.0 * permanent
    days = np.where(rng.random(n) < 0.2, 100, 4000) + rng.integers(0, 900, n)
    registered = np.datetime64(DATE, "D") - days
    ids = np.array([f"v{index:06d}" for index in rng.permutation(n)])
    history = []
    for date in PAST:
        eligible = registered < np.datetime64(date)
        voted = np.zeros(n, dtype=bool)
        chance = _level(habit[eligible], TURNOUT[date] * eligible.sum())
        voted[eligible] = rng.random(len(chance)) < chance
        by_mail = rng.random(n) < _sigmoid(taste - 1.0)
        before = np.where(voted, np.where(by_mail, 2, 1), 0)
        history.append(
            pl.DataFrame(
                {
                    "voter_id": ids[voted],
                    "election_date": [date] * int(voted.sum()),
                    "mode": np.where(by_mail[voted], "mail", "election_day"),
                }
            )
        )
    voted = rng.random(n) < _level(habit + drive * (group == KOREAN), 0.20 * n)
    by_mail = rng.random(n) < _sigmoid(taste - 1.0)
    late = by_mail & (rng.random(n) < 0.3)
    way = np.where(voted, np.where(by_mail, np.where(late, 3, 1), 2), 0)
    probability = _posterior(group, way == 1, before, rng)
    early = ids[way == 1]
    votes = np.bincount(precinct[way == 1], minlength=precincts)
    return People(
        voters=pl.DataFrame(
            {
                "voter_id": ids,
                "birth_year": rng.integers(1930, 1995, n).astype(np.int16),
                "party": rng.choice(["DEM", "REP", "NPP"], n),
                "registration_date": registered,
                "county": ["Here"] * n,
                "precinct": [f"{number:03d}" for number in precinct],
                "permanent_mail": permanent,
            }
        ),
        vote_history=pl.concat(history),
        ballots=pl.DataFrame(
            {
                "voter_id": early,
                "status": ["accepted"] * len(early),
                "mode": ["mail"] * len(early),
                "event_date": [DATE - dt.timedelta(days=2)] * len(early),
            }
        ),
        ethnicity=pl.DataFrame(
            {
                "voter_id": ids,
                **{name: probability[:, index] for index, name in enumerate(GROUPS)},
                "basis": ["test"] * n,
            }
        ),
        results=early_returns(votes),
        group=group,
        way=way,
    )


def early_returns(votes: np.ndarray) -> pl.DataFrame:
    """Early returns of one candidate by precinct."""
    return pl.DataFrame(
        {
            "contest": ["C"] * len(votes),
            "election_date": [DATE] * len(votes),
            "county": ["Here"] * len(votes),
            "precinct": [f"{number:03d}" for number in range(len(votes))],
            "mode": ["mail"] * len(votes),
            "candidate": ["A"] * len(votes),
            "votes": votes,
        }
    )


def poll_returns(votes: dict[str, int]) -> pl.DataFrame:
    """Poll returns of one candidate for the precincts named."""
    frame = early_returns(np.array(list(votes.values())))
    return frame.with_columns(pl.Series("precinct", list(votes)), pl.lit("election_day").alias("mode"))


Fill = Callable[..., AbstractContextManager[Workspace]]


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    """Open a workspace holding the tables of some people; ``shuffle`` puts their rows in another order."""

    @contextmanager
    def _fill(people: People, *, threads: int = 2, shuffle: int | None = None, without=()) -> Iterator[Workspace]:
        name = f"w{len(list(tmp_path.iterdir()))}"
        with Workspace.create(tmp_path / name, threads=threads) as workspace:
            for table in people.tables:
                if table not in without and len(frame := getattr(people, table)):
                    workspace.append(
                        table, frame if shuffle is None else frame.sample(fraction=1, shuffle=True, seed=shuffle)
                    )
            yield workspace

    return _fill


@pytest.fixture(scope="session")
def people() -> People:
    return draw()
