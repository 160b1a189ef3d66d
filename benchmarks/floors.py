"""What the stages of a run are measured against: the least that any tool on DuckDB would do for the same end.

    scan        read every value of the three voter-level files, keep nothing
    load        the files into tables of text, as a database does it that checks nothing     (floor of reading)
    product     three tables of probabilities looked up for each voter and multiplied        (floor of ethnicity)
    join        each voter with his or her history and ballot, and twelve probabilities      (floor of propensity)
    sums        four times twelve weighted sums by precinct                                  (floor of cohorts)

Each is one statement, on as many threads and in as much memory as a run has.
"""

from pathlib import Path

import duckdb
import numpy as np
import polars as pl

GROUPS = 12
TABLES = ("voters", "vote_history", "ballots")
FLOOR_OF = {"reading": "load", "ethnicity": "product", "propensity": "join", "cohorts": "sums"}


def prepared(directory: Path, form: str, threads: int, memory: int) -> duckdb.DuckDBPyConnection:
    """Open a database of its own, with the tables of probabilities that `product` looks up."""
    connection = duckdb.connect(directory / "floor.duckdb")
    connection.execute(f"SET threads = {threads}")
    connection.execute(f"SET memory_limit = '{memory} B'")
    rng = np.random.default_rng(0)
    for name in ("last_name", "first_name", "precinct"):
        keys = connection.sql(f"SELECT DISTINCT {name} AS k FROM {source(directory, 'voters', form)}").pl()["k"]
        share = rng.dirichlet(np.full(GROUPS, 0.5), len(keys)).astype(np.float32)
        frame = pl.DataFrame({"k": keys, **{f"g{i}": share[:, i] for i in range(GROUPS)}})
        connection.register("incoming", frame)
        connection.execute(f"CREATE TABLE by_{name} AS FROM incoming")
        connection.unregister("incoming")
    return connection


def source(directory: Path, table: str, form: str) -> str:
    """Return the SQL that reads a table's file, every value as text."""
    path = directory / f"{table}.{form}"
    return f"read_parquet('{path}')" if form == "parquet" else f"read_csv('{path}', all_varchar = true)"


def statements(directory: Path, form: str) -> dict[str, list[str]]:
    """Return what each floor runs, in the order in which one needs another."""
    files = {table: source(directory, table, form) for table in TABLES}
    product = ", ".join(f"l.g{i} * f.g{i} * p.g{i} AS g{i}" for i in range(GROUPS))
    total = " + ".join(f"g{i}" for i in range(GROUPS))
    shares = ", ".join(f"(g{i} / ({total}))::FLOAT AS g{i}" for i in range(GROUPS))
    probabilities = ", ".join(f"g{i}" for i in range(GROUPS))
    sums = ", ".join(f"sum(g{i}), sum(g{i} * w), sum(g{i} * (1 - w)), sum(g{i} * g{i} * w)" for i in range(GROUPS))
    return {
        "scan": [f"SELECT count(COLUMNS(*)) FROM {file}" for file in files.values()],
        "load": [f"CREATE TABLE {table} AS FROM {file}" for table, file in files.items()],
        "product": [
            f"""CREATE TABLE estimates AS SELECT voter_id, {shares} FROM (
              SELECT voter_id, {product} FROM voters v LEFT JOIN by_last_name l ON l.k = v.last_name
              LEFT JOIN by_first_name f ON f.k = v.first_name LEFT JOIN by_precinct p ON p.k = v.precinct)"""
        ],
        "join": [
            f"""CREATE TABLE joined AS SELECT v.voter_id, v.precinct, ways, latest, 0.5 AS w, {probabilities}
            FROM voters v JOIN estimates USING (voter_id)
            LEFT JOIN (SELECT voter_id, count(*) AS ways FROM vote_history GROUP BY voter_id) USING (voter_id)
            LEFT JOIN (SELECT voter_id, max(status) AS latest FROM ballots GROUP BY voter_id) USING (voter_id)"""
        ],
        "sums": [f"SELECT precinct, {sums} FROM joined GROUP BY precinct"],
    }
