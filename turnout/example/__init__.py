"""Synthetic electorates: the founding case, and what tests and benchmarks run on.

>>> from pathlib import Path
>>> from turnout.example import certified, generate, returns
>>> truth = generate(Path("demo"))            # the files of the first count; the truth is not among them
>>> later = returns(truth, stage=0.25)        # a quarter of the precincts' poll counts in
>>> whole = certified(truth)                  # where it ended
>>> releases = night(truth)                   # the count as a history of releases, for turnout watch --replay
>>> truth.write(Path("truth.json"))
>>> counties = generate_counties(Path("large"), 10_000_000, form="parquet")   # any size, in the memory of one county
>>> apart = generate_counties(Path("apart"), 10_000_000, partitions=5)   # in five files of their own counties
"""

from turnout.example.counties import FEWEST, Counties
from turnout.example.counties import generate as generate_counties
from turnout.example.files import contest_toml
from turnout.example.night import night, write_night
from turnout.example.scenario import CA34, Neighbourhood, PastElection, Priors, Scenario, Traits
from turnout.example.simulate import Electorate, generate, simulate
from turnout.example.truth import Truth, certified, returns

__all__ = [
    "CA34",
    "FEWEST",
    "Counties",
    "Electorate",
    "Neighbourhood",
    "PastElection",
    "Priors",
    "Scenario",
    "Traits",
    "Truth",
    "certified",
    "contest_toml",
    "generate",
    "generate_counties",
    "night",
    "returns",
    "simulate",
    "write_night",
]
