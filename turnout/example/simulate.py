"""Puts a synthetic electorate together: who they are, what they do, whom they vote for, and what files show of it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from turnout.example import files
from turnout.example.behaviour import Behaviour, Shift, behave, draw_shift
from turnout.example.names import draw_names
from turnout.example.origin import draw_origin
from turnout.example.people import District, People, build_district, build_people
from turnout.example.preference import Votes, vote
from turnout.example.scenario import CA34, Scenario, check
from turnout.example.truth import Truth, like_for_like, returns
from turnout.vocabulary import COHORTS, GROUPS, TRANCHES

#: Tranche of each way of voting, as an index into TRANCHES; the last entry is not voting.
_TRANCHE = np.array([0, 1, 2, 2, -1])
#: Mode of each way of voting, as the returns call it.
_MODES = ("mail", "election_day", "late_mail", "provisional")


@dataclass(frozen=True)
class Electorate:
    """A synthetic electorate in memory: the four input tables in the generic layouts, and the truth behind them."""

    voters: pl.DataFrame
    vote_history: pl.DataFrame
    ballots: pl.DataFrame
    returns: pl.DataFrame
    truth: Truth

    def write(self, directory: Path) -> None:
        """Write contest.toml, README.txt and the input tables into ``directory``; the truth stays in memory.

        contest.toml comes first: it says whose the directory is, should the writing be cut short.
        """
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.write_notes(directory, self.truth.scenario, self.truth.seed)
        files.write(
            directory,
            {
                "voters": self.voters,
                "vote_history": self.vote_history,
                "ballots": self.ballots,
                "returns": self.returns,
            },
        )


def generate(directory: Path, seed: int = 2017, scenario: Scenario = CA34) -> Truth:
    """Write a synthetic electorate's files into ``directory`` and return the truth they hide.

    Writes voters.csv, vote_history.csv, ballots.csv, returns.csv (generic layouts, first count), contest.toml and
    README.txt. The same seed and scenario give the same bytes.
    """
    electorate = simulate(seed, scenario)
    electorate.write(directory)
    return electorate.truth


def simulate(seed: int = 2017, scenario: Scenario = CA34, ids: pl.Series | None = None) -> Electorate:
    """Draw a synthetic electorate. Each step has its own stream of ``seed``, so one may change without the others.

    ``ids`` are the voters' numbers, where they are not to begin with the first.
    """
    check(scenario)
    ids = files.voter_ids(scenario.voters) if ids is None else ids
    place, who, named, born, shifts, acts, taste, mailed = np.random.default_rng(seed).spawn(8)
    district = build_district(scenario, place)
    people = build_people(scenario, district, who)
    shift = draw_shift(scenario, shifts)
    behaviour = behave(scenario, district, people, shift, acts)
    votes = vote(scenario, district, people, behaviour, shift, taste)
    truth = _truth(scenario, seed, district, people, behaviour, shift, votes, ids=ids)
    names, origin = draw_names(scenario, people, named), draw_origin(people, born)
    return Electorate(
        voters=files.voters(scenario, district, people, names, origin, ids),
        vote_history=files.vote_history(scenario, behaviour, ids),
        ballots=files.ballots(scenario, people, behaviour, ids, mailed),
        returns=returns(truth),
        truth=truth,
    )


def _truth(  # noqa: PLR0913
    scenario: Scenario,
    seed: int,
    district: District,
    people: People,
    behaviour: Behaviour,
    shift: Shift,
    votes: Votes,
    *,
    ids: pl.Series,
) -> Truth:
    """Count everything the files do not show."""
    tranche = _TRANCHE[behaviour.way]
    support = _support(scenario, people, tranche, votes)
    parameters = {
        "first_count_aim": votes.first_count,
        "shift_poll_chosen": shift.chosen[0],
        "shift_poll_swing": shift.swing[0],
        "shift_late_chosen": shift.chosen[1],
        "shift_late_swing": shift.swing[1],
        "shift_poll_realised": like_for_like(support, "poll"),
        "shift_late_realised": like_for_like(support, "late"),
    }
    own = GROUPS.index(scenario.mobilised)
    return Truth(
        scenario=scenario,
        seed=seed,
        votes=_votes(scenario, district, people, behaviour, votes),
        composition=_composition(people, tranche),
        support=support,
        voters=pl.DataFrame(
            {
                "voter_id": ids,
                "group": files.labels(GROUPS, people.group),
                "tranche": files.labels([*TRANCHES, ""], np.where(tranche < 0, len(TRANCHES), tranche)),
            }
        ),
        precincts=pl.DataFrame(
            {
                "precinct": district.ids,
                "region": district.region,
                "x": district.xy[:, 0],
                "y": district.xy[:, 1],
                "enclave": district.composition[:, own] / district.composition.sum(axis=1),
            }
        ).sort("precinct"),
        parameters=parameters,
    )


def _votes(
    scenario: Scenario, district: District, people: People, behaviour: Behaviour, votes: Votes
) -> pl.DataFrame:
    """Votes by precinct, mode and candidate, nothing left out where there are none."""
    names = [candidate.name for candidate in scenario.candidates]
    shape = (scenario.precincts, len(_MODES), len(names))
    cast = votes.choice >= 0
    cell = (people.precinct[cast] * shape[1] + behaviour.way[cast]) * shape[2] + votes.choice[cast]
    counts = np.bincount(cell, minlength=int(np.prod(shape)))
    precinct, way, choice = (index.ravel() for index in np.indices(shape))
    return (
        pl.DataFrame(
            {
                "precinct": files.labels(district.ids, precinct),
                "tranche": files.labels(TRANCHES, _TRANCHE[way]),
                "mode": files.labels(_MODES, way),
                "candidate": files.labels(names, choice),
                "votes": counts,
                "way": way,
                "choice": choice,
            }
        )
        .sort("precinct", "way", "choice")
        .drop("way", "choice")
    )


def _composition(people: People, tranche: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pl.DataFrame:
    """Voters by group of the registered and of each tranche."""
    rows = [np.bincount(people.group, minlength=len(GROUPS))]
    rows += [np.bincount(people.group[tranche == index], minlength=len(GROUPS)) for index in range(len(TRANCHES))]
    return pl.DataFrame(
        {
            "tranche": np.repeat(COHORTS, len(GROUPS)),
            "group": GROUPS * len(COHORTS),
            "voters": np.concatenate(rows),
        }
    )


def _support(
    scenario: Scenario, people: People, tranche: np.ndarray[tuple[int], np.dtype[np.int64]], votes: Votes
) -> pl.DataFrame:
    """Votes of every group in every tranche, by candidate."""
    names = [candidate.name for candidate in scenario.candidates]
    shape = (len(TRANCHES), len(GROUPS), len(names))
    cast = votes.choice >= 0
    cell = (tranche[cast] * shape[1] + people.group[cast]) * shape[2] + votes.choice[cast]
    when, group, choice = (index.ravel() for index in np.indices(shape))
    return pl.DataFrame(
        {
            "tranche": files.labels(TRANCHES, when),
            "group": files.labels(GROUPS, group),
            "candidate": files.labels(names, choice),
            "votes": np.bincount(cell, minlength=int(np.prod(shape))),
        }
    ).with_columns(
        share=pl.when(pl.sum("votes").over("tranche", "group") > 0).then(
            pl.col("votes") / pl.sum("votes").over("tranche", "group")
        )
    )
