"""Seconds and memory to score a voter file of any size: features, chances of each voter, cells.

    python benchmarks/propensity_speed.py                      # 1 million voters, logistic
    python benchmarks/propensity_speed.py --voters 10_000_000 --model propensity-boosted

The tables (voters, vote_history of seven elections, accepted ballots, ethnicity) are drawn in SQL, with as many
precincts as one for 1,500 voters; nothing is read from files. Printed are the seconds of each step of
`turnout.electorate.build` by the clock and of CPU, those of them that score (everyone's chances from the features,
and the cells), and the peak memory of the process. Rows, scored one by one by the same estimator, stand beside it on
a sample, scaled up. On a machine that does other things besides, CPU ÷ threads is nearer to the truth than the clock.
"""

import argparse
import datetime as dt
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import polars as pl

from turnout import electorate
from turnout.contest import Contest
from turnout.electorate import features, propensity, scoring, specification, writing
from turnout.vocabulary import GROUPS
from turnout.workspace import Workspace

DATE = dt.date(2024, 11, 5)
PAST = {
    dt.date(2016, 11, 8): 0.66, dt.date(2018, 6, 5): 0.33, dt.date(2018, 11, 6): 0.58, dt.date(2020, 11, 3): 0.75,
    dt.date(2022, 6, 7): 0.30, dt.date(2022, 11, 8): 0.52, dt.date(2024, 3, 5): 0.35,
}  # fmt: skip
SAMPLE = 200_000


def main() -> None:
    """Draw the tables, build, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voters", type=int, default=1_000_000)
    parser.add_argument("--model", default="propensity")
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    contest = Contest.model_validate(
        {"date": DATE, "kind": "general", "state": "CA", "propensity": {"model": asked.model}}
    )
    with (
        tempfile.TemporaryDirectory() as directory,
        Workspace.create(Path(directory) / "workspace", threads=asked.threads) as workspace,
    ):
        started = time.perf_counter()
        draw(workspace, asked.voters)
        workspace.bound_memory()
        print(f"{asked.voters:,} voters drawn in {time.perf_counter() - started:.0f} s", flush=True)
        drawn = _peak()
        started, cpu = time.perf_counter(), time.process_time()
        with Clock() as clock:
            built = electorate.build(workspace, contest, np.random.default_rng(0))
        whole, spent = time.perf_counter() - started, time.process_time() - cpu
        rows = workspace.table("row_chances")["feature_row"].n_unique()
        print(clock.lines(), flush=True)
        print(f"build {whole:.1f} s, CPU {spent:.1f} s; {rows:,} rows of scores, {len(built.cells):,} cells")
        print(f"peak memory {_peak():,.0f} MB ({drawn:,.0f} MB when drawn)")
        print(f"the same estimator over rows: CPU {by_rows(asked.model, asked.voters):.0f} s")


def draw(workspace: Workspace, voters: int) -> None:
    """Fill the canonical tables."""
    run = workspace.connection.execute
    run("SELECT setseed(0.5)")
    precincts = voters // 1500 + 1
    run(
        f"""INSERT INTO voters (voter_id, birth_year, party, registration_date, county, precinct, sex, permanent_mail)
        SELECT 'V' || lpad(i::VARCHAR, 9, '0'), (1930 + 75 * random())::SMALLINT,
               ['DEM', 'REP', 'NPP', 'LIB', 'GRN'][1 + floor(4.2 * random())::INTEGER],
               DATE '2024-10-01' - (30 + 9000 * random() ^ 2)::INTEGER,
               'C' || (hash(i) % {precincts} % 58), 'P' || (hash(i) % {precincts}), 'F', random() < 0.5
        FROM range({voters}) t(i)"""
    )
    for date, turnout in PAST.items():
        run(
            f"""INSERT INTO vote_history SELECT voter_id, DATE '{date}',
                   CASE WHEN permanent_mail AND random() < 0.9 OR random() < 0.1 THEN 'mail'
                        WHEN random() < 0.05 THEN 'provisional' ELSE 'election_day' END
            FROM voters
            WHERE registration_date < DATE '{date}'
              AND (hash(voter_id) % 1000) / 1000.0 * 0.7 + 0.3 * random() < {turnout}"""
        )
    run(
        """INSERT INTO ballots SELECT voter_id, 'accepted', 'mail', DATE '2024-10-30' FROM voters
        WHERE permanent_mail AND (hash(voter_id) % 1000) / 1000.0 < 0.3"""
    )
    shares = ", ".join(
        f"1e-4 + -ln(random()) * {weight} AS {name}" for name, weight in zip(GROUPS, WEIGHTS, strict=True)
    )
    total = " + ".join(GROUPS)
    run(
        f"""INSERT INTO ethnicity BY NAME
        SELECT voter_id, {", ".join(f"({name} / ({total}))::FLOAT AS {name}" for name in GROUPS)}, 'drawn' AS basis
        FROM (SELECT voter_id, {shares} FROM voters)"""
    )


WEIGHTS = (4.0, 0.6, 3.0, 0.4, 0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.05, 0.3)


class Clock:
    """Times the steps of a build."""

    STEPS = (
        (features, "gather", "what is known of voters"),
        (features, "build", "feature rows"),
        (propensity, "fit", "fit (with feature rows then)"),
        (propensity, "departures", "departures of groups"),
        (propensity, "blend", "chances of rows"),
        (sys.modules[electorate.build.__module__], "_put_in_rows", "voters by row"),
        (scoring, "hold_to", "hold to totals"),
        (writing, "propensity", "chances of voters, sums"),
        (writing, "cells", "cells"),
    )
    SCORING = ("chances of rows", "voters by row", "hold to totals", "chances of voters, sums", "cells")

    def __init__(self) -> None:
        self.seconds: dict[str, tuple[float, float]] = {}
        self._patches: list[Any] = []

    def __enter__(self) -> "Clock":
        for module, name, label in self.STEPS:
            timed = self._timed(getattr(module, name), label)
            self._patches.append(mock.patch.object(module, name, timed))
            self._patches[-1].start()
        return self

    def __exit__(self, *_: object) -> None:
        for patch in self._patches:
            patch.stop()

    def _timed(self, original: Callable[..., Any], label: str) -> Callable[..., Any]:
        def timed(*args: object, **kwargs: object) -> object:
            started, cpu = time.perf_counter(), time.process_time()
            try:
                return original(*args, **kwargs)
            finally:
                clock, spent = self.seconds.get(label, (0.0, 0.0))
                self.seconds[label] = (clock + time.perf_counter() - started, spent + time.process_time() - cpu)

        return timed

    def lines(self) -> str:
        """One line a step, and one for scoring."""
        own = [self.seconds.get(name, (0.0, 0.0)) for name in self.SCORING]
        steps = {**self.seconds, "scoring in all": (sum(c for c, _ in own), sum(s for _, s in own))}
        return "\n".join(f"  {name:<32}{clock:7.1f} s, CPU {cpu:7.1f} s" for name, (clock, cpu) in steps.items())


def by_rows(model: str, voters: int) -> float:
    """CPU seconds that the fitted kind of estimator takes over as many rows, from a sample."""
    spec = specification.load(model)
    rng = np.random.default_rng(0)
    table = pl.DataFrame(
        {
            name: rng.normal(size=SAMPLE) if name in specification.NUMBERS else rng.integers(0, 6, SAMPLE)
            for name in spec.features
        }
    )
    fitted = spec.pipeline(0).fit(table.head(40_000), rng.integers(0, 4, 40_000))
    started = time.process_time()
    fitted.predict_proba(table)
    return (time.process_time() - started) * voters / SAMPLE


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
