"""Writes a synthetic electorate as the files a consultant would hold, in the generic layouts."""

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from turnout.example.behaviour import EARLY, Behaviour
from turnout.example.names import Names
from turnout.example.origin import Origin
from turnout.example.people import PARTIES, District, People
from turnout.example.sampling import Bools, Ints
from turnout.example.scenario import Scenario
from turnout.storage import placed

Form = Literal["csv", "parquet"]
_EPOCH = dt.date(1970, 1, 1)
_HISTORY_MODES = ("mail", "election_day", "provisional")
#: Ballots go out 29 days before the election; the first count holds what was accepted the day before it.
_MAILED = 29


def labels(values: tuple[str, ...] | list[str], index: Ints) -> pl.Series:
    """Text of every index."""
    return pl.Series(list(values), dtype=pl.String).gather(index)


def voter_ids(n: int, first: int = 1, digits: int = 7) -> pl.Series:
    """SYN0000001 and so on: nobody's number."""
    numbers = pl.int_range(first, first + n, eager=True).cast(pl.String).str.zfill(digits)
    return pl.select(pl.lit("SYN") + numbers).to_series().alias("voter_id")


def voters(
    scenario: Scenario, district: District, people: People, names: Names, origin: Origin, ids: pl.Series
) -> pl.DataFrame:
    """Return the voter file."""
    election = (scenario.date - _EPOCH).days
    birth = scenario.date.year + (scenario.date.timetuple().tm_yday - 1) / 365.25 - people.age
    frame = pl.DataFrame(
        {
            "voter_id": ids,
            "last_name": names.last,
            "first_name": names.first,
            "middle_name": names.middle,
            "birth_year": np.floor(birth).astype(np.int16),
            "sex": labels(("M", "F"), people.female.astype(np.int64)),
            "party": labels(PARTIES, people.party),
            "registration_date": pl.Series((election - people.registered).astype(np.int32)).cast(pl.Date),
            "county": scenario.county,
            "precinct": labels(district.ids, people.precinct),
            "zip": labels(district.zips, people.precinct),
            "place_of_birth": origin.birthplace,
            "language": origin.language,
            "permanent_mail": labels(("N", "Y"), people.permanent_mail.astype(np.int64)),
            "status": "active",
        }
    )
    absent = [
        column
        for column, there in (("place_of_birth", scenario.birthplaces), ("language", scenario.languages))
        if not there
    ]
    return frame.drop(absent)


def vote_history(scenario: Scenario, behaviour: Behaviour, ids: pl.Series) -> pl.DataFrame:
    """Return who voted when and how, by voter and election; as in California, mail that came late is just mail."""
    parts = []
    for past, cast in zip(scenario.past, behaviour.history, strict=True):
        who = np.flatnonzero(cast)
        parts.append(
            pl.DataFrame(
                {"row": who, "election_date": pl.repeat(past.date, len(who), eager=True), "how": cast[who] - 1}
            )
        )
    lines = pl.concat(parts).sort("row", "election_date")
    return pl.DataFrame(
        {
            "voter_id": ids.gather(lines["row"]),
            "election_date": lines["election_date"],
            "mode": labels(_HISTORY_MODES, lines["how"].to_numpy()),
        }
    )


def ballots(
    scenario: Scenario, people: People, behaviour: Behaviour, ids: pl.Series, rng: np.random.Generator
) -> pl.DataFrame:
    """Return the events of every mail ballot up to the day before the election, by date and voter.

    Sent to permanent mail voters on one day and to applicants later. A ballot counted early was returned and
    accepted, by way of rejected and cured for one in 120. Some that come back are rejected and stay so: their voters
    are counted nowhere. Ballots that come late are still only ``sent``.
    """
    n = scenario.voters
    sent = np.where(behaviour.applied, _MAILED - rng.integers(1, 8, n), _MAILED)
    early = behaviour.way == EARLY
    spoiled = behaviour.mail_out & (behaviour.way < 0) & (rng.random(n) < 0.0018)
    who = np.flatnonzero(early | spoiled)
    back = _returned(sent[who], people.contacted[who], rng)
    decided = np.maximum(back - rng.integers(0, 3, len(who)), 1)
    mended = early[who] & (rng.random(len(who)) < 1 / 120) & (decided > 3)
    failed = spoiled[who]
    cured = np.maximum(decided - 2, 1)
    good = ~failed
    lines = [
        _events(np.flatnonzero(behaviour.mail_out), sent[behaviour.mail_out], 0, "sent"),
        _events(who, back, 1, "returned"),
        _events(who[failed | mended], decided[failed | mended], 2, "rejected"),
        _events(who[mended], cured[mended], 3, "cured"),
        _events(who[good], np.where(mended, np.maximum(cured - 1, 1), decided)[good], 4, "accepted"),
    ]
    events = pl.concat(lines).sort(pl.col("before"), pl.col("row"), pl.col("step"), descending=[True, False, False])
    election = (scenario.date - _EPOCH).days
    return pl.DataFrame(
        {
            "voter_id": ids.gather(events["row"]),
            "event_date": (election - events["before"]).cast(pl.Int32).cast(pl.Date),
            "status": events["status"],
            "mode": pl.repeat("mail", events.height, eager=True),
        }
    )


def _returned(sent: Ints, contacted: Bools, rng: np.random.Generator) -> Ints:
    """Draw the days before the election that ballots come back: canvassed voters' soon, none on a Sunday."""
    slow = 1 + (sent - 4) * rng.beta(0.9, 1.3, len(sent))
    quick = 1 + (sent - 4) * rng.beta(2.2, 1.3, len(sent))
    days = np.where(contacted, quick, slow).astype(np.int64)
    on_sunday = days % 7 == 2  # elections are on a Tuesday
    counted: Ints = np.clip(days - on_sunday, 1, None)
    return counted


def _events(rows: Ints, before: Ints, step: int, status: str) -> pl.DataFrame:
    return pl.DataFrame({"row": rows, "before": before}).with_columns(step=pl.lit(step), status=pl.lit(status))


def write(directory: Path, tables: dict[str, pl.DataFrame]) -> None:
    """Write each table as ``<name>.csv``, dates as YYYY-MM-DD, empty for null, readable by their owner only."""
    for name, table in tables.items():
        with placed(directory / f"{name}.csv") as path:
            table.write_csv(path, date_format="%Y-%m-%d")


def homes(partitions: int) -> tuple[str, ...]:
    """Return the directory of each voter file, ending with a slash; "" for a single one."""
    if partitions == 1:
        return ("",)
    digits = max(2, len(str(partitions)))
    return tuple(f"part-{number:0{digits}}/" for number in range(1, partitions + 1))


def write_notes(
    directory: Path, scenario: Scenario, seed: int, form: Form = "csv", homes: Sequence[str] = ("",)
) -> None:
    """Write contest.toml and README.txt, which say that the files are synthetic; ``form`` is that of the tables."""
    contest, about = contest_toml(scenario, seed, form=form, homes=homes), readme(scenario, seed, form, homes)
    for name, text in (("contest.toml", contest), ("README.txt", about)):
        with placed(directory / name) as path:
            path.write_text(text, encoding="utf-8")


def readme(scenario: Scenario, seed: int, form: Form = "csv", homes: Sequence[str] = ("",)) -> str:
    """Text of the README.txt that goes with the files."""
    listed = "\n".join(f"{f'{name}.{form}':<21}{what}" for name, what in _WHAT.items())
    if len(homes) > 1:
        listed = (
            f"{homes[0]} to {homes[-1]}: {len(homes):,} voter files of counties of their own, each with\n{listed}\n"
        )
    return f"""SYNTHETIC DATA. NOBODY IN THESE FILES EXISTS.

{scenario.title}
Written by `turnout` (scenario {scenario.name}, seed {seed}). Names, voters, ballots and votes are drawn at random;
any likeness to a person is chance. Voter numbers begin with SYN so that they cannot be taken for real ones.

{listed}
returns.csv          the first count by precinct: mail accepted so far; an empty cell is not reported yet
contest.toml         the contest, for `turnout project contest.toml`
"""


_WHAT = {
    "voters": "the registered, one line each",
    "vote_history": "who voted in which past election, and how",
    "ballots": "mail ballots of this election: sent, returned, accepted, rejected, cured, up to the day before",
}
#: The tables with a line a voter, a vote or a ballot.
VOTER_LEVEL = tuple(_WHAT)


def contest_toml(
    scenario: Scenario, seed: int, data: str = "", form: Form = "csv", homes: Sequence[str] = ("",)
) -> str:
    """Text of a contest.toml for the files in ``data``, a path relative to it that is empty or ends with a slash.

    ``homes`` are the directories below it of voter files that are partitions (:func:`homes`).
    """
    special = [past.date.isoformat() for past in scenario.past if past.special]
    candidates = "\n".join(
        f"[[candidates]]\nname = {json.dumps(one.name)}\nparty = {json.dumps(one.party)}\n"
        for one in scenario.candidates
    )
    return f"""# SYNTHETIC: generated by `turnout`, scenario {scenario.name}, seed {seed}. Nobody in the data exists.
{_ABOUT.get(scenario.name, "")}{_NOT_SHIPPED if data else ""}
name = {json.dumps(scenario.contest)}
date = {scenario.date.isoformat()}
state = {json.dumps(scenario.state)}
kind = {json.dumps(scenario.kind)}
title = {json.dumps(scenario.title)}
synthetic = true
note = "Synthetic electorate. Its first count was built to be near even; where it ends was drawn at random."
seed = {seed}
output = "output"

{candidates}
[inputs]
returns = ["{data}returns.csv"]
{_listed(data, form, homes)}

[propensity]
comparable = [{", ".join(special)}]   # the first round: the same voters, two months before
"""


def _listed(data: str, form: Form, homes: Sequence[str]) -> str:
    """Return the lines of [inputs] that name the voter-level files."""
    if len(homes) == 1:
        return "\n".join(f'{name} = ["{data}{name}.{form}"]' for name in _WHAT)
    lists = [f"{name} = [\n" + "".join(f'  "{data}{home}{name}.{form}",\n' for home in homes) + "]" for name in _WHAT]
    return "\n".join(["partitioned = true   # each voter file is of counties of its own", *lists])


_ABOUT = {
    "ca34-2017": """#
# The founding case: the special runoff of 6 June 2017 in California's 34th congressional district. The files are
# held to what was published: about 300,000 registered, 6 % of them Korean American and almost half Latino; 21,000
# mail ballots in by the day before, 27 % of them from Korean Americans; a first count near even (Los Angeles Times,
# 5 and 6 June 2017); 195 precincts, certified 25,569 to 17,610 (California Secretary of State); 42,914 ballots in the
# first round, 22,376 by mail (Los Angeles County). No precinct file with votes by mode survives in public, so all at
# precinct and voter level is invented, and so is the outcome: drawn around the certified one, not set to it.
#
# What you know can be added:
#   [ethnicity.margins]  korean = 0.058, latino = 0.48           shares of the registered, as published
#   [propensity]         late = { low = 8000, high = 13000 }     ballots you expect to be counted late
"""
}
_NOT_SHIPPED = """#
# The files (50 MB) are not shipped but made: by `make demo`, or `turnout demo --files-only DIR`.
"""
