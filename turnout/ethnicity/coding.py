"""A voter file as codes: what is known of each voter, looked up by SQL, and a sample of it to learn from."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import duckdb
import numpy as np
import polars as pl

from turnout import resources, reuse
from turnout.ethnicity import names
from turnout.ethnicity.composition import Layout
from turnout.ethnicity.evidence import Evidence
from turnout.ethnicity.learning import Codes
from turnout.ethnicity.tables import NameTables

#: Statuses are 3 × ballot state + vote in the past election (sql/ethnicity/voter_evidence.sql).
STATUSES = 9
#: Tables of what is known of the voters but their ballots, and of their distinct names.
CODES, _MATCHED = "voter_codes", "voter_names_matched"


@dataclass(frozen=True)
class Coded:
    """The sample the fit sees, and every cell of the file.

    Attributes
    ----------
    codes : the sample's voters, sorted by cell
    layout : the sample's cells; the likelihood is still to be filled in
    ballot : (cells of the layout,) 0 none, 1 sent or on its way, 2 accepted
    step : the sample is about every step-th voter
    cells : every cell of the file: ``place_id, status, rung, voters``
    statuses : (n,) the statuses that occur; the layout's are indices into it
    matched : the file's distinct names, see :func:`turnout.ethnicity.names.matched`
    county : (counties,) the counties the layout's areas are in, by number
    """

    codes: Codes
    layout: Layout
    ballot: np.ndarray
    step: int
    cells: pl.DataFrame
    statuses: np.ndarray
    matched: pl.DataFrame
    county: list[str]

    def leaning(self, ratios: np.ndarray) -> "Coded":
        """Return the same with what is known of how places differ, (places, groups)."""
        return replace(self, layout=replace(self.layout, lean=ratios))

    def with_likelihood(self, likelihood: np.ndarray) -> "Coded":
        """Return the same with the likelihood of the sample's voters filled in, float32 (voters, groups)."""
        return replace(self, layout=replace(self.layout, likelihood=likelihood))

    def county_of_cells(self) -> np.ndarray:
        """Return the number of the county each of the file's cells is in."""
        number: np.ndarray = self.layout.county[self.layout.area[self.cells["place_id"].to_numpy()]]
        return number


def run(connection: duckdb.DuckDBPyConnection, name: str, **binds: object) -> None:
    """Run the statement ``sql/<name>.sql``."""
    connection.execute(resources.sql(name), binds or None)


@contextlib.contextmanager
def uncompressed(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Write tables as they are while the block runs.

    Probabilities and codes compress by little, and looking for the best way to takes as long as to compute them.
    """
    before = connection.execute("SELECT current_setting('force_compression')").fetchall()[0][0]
    connection.execute("SET force_compression = 'uncompressed'")
    try:
        yield
    finally:
        connection.execute(f"SET force_compression = '{before}'")


def rows(connection: duckdb.DuckDBPyConnection, name: str, **binds: object) -> pl.DataFrame:
    """Return the rows of ``sql/<name>.sql``."""
    frame: pl.DataFrame = connection.sql(resources.sql(name), params=binds or None).pl()
    return frame


def code(
    connection: duckdb.DuckDBPyConnection,
    tables: NameTables,
    known: Evidence,
    past: dt.date | None,
    most: int,
    basis: object = None,
) -> Coded | None:
    """Look up every voter's names, labels, place and status; None where there are no voters.

    Writes the tables ``voter_codes``, ``voter_evidence`` and ``ethnicity_places``. All but the status is taken over
    from the last run, where it follows from the same.

    Parameters
    ----------
    connection : a database with the canonical tables
    past : the election whose vote history counts as evidence, None for none
    most : voters in the sample, about
    basis : what the tables of names were made of, beside the package's own; None to take nothing over
    """
    run(connection, "ethnicity/places")
    rolls = None if basis is None else reuse.standing(connection, ("voters", "vote_history"))
    if rolls is None:
        _look_up(connection, tables, known, past)
    else:
        key = partial(reuse.key, CODES, rolls, basis, known.rows.rows(), past)
        if not reuse.taken(connection, CODES, key):
            with reuse.recorded(connection, CODES, key, (CODES, _MATCHED)):
                _look_up(connection, tables, known, past)
    matched: pl.DataFrame = connection.table(_MATCHED).pl()
    run(connection, "ethnicity/voter_evidence")
    cells = rows(connection, "ethnicity/cells")
    if cells.is_empty():
        return None
    step = max(1, -(-int(cells["voters"].sum()) // most))
    sample = rows(connection, "ethnicity/sample", step=step)
    statuses = np.unique(cells["status"].to_numpy())
    places: pl.DataFrame = connection.table("ethnicity_places").pl().sort("place_id")
    codes = Codes(
        sample["surname"].to_numpy(),
        sample["first"].to_numpy(),
        sample["middle"].to_numpy(),
        known.parts(sample["labels"].to_numpy()),
    )
    layout, status = _layout(sample, places, statuses)
    return Coded(
        codes, layout, status // 3, step, cells, statuses, matched, places["county"].unique().sort().to_list()
    )


def _look_up(
    connection: duckdb.DuckDBPyConnection, tables: NameTables, known: Evidence, past: dt.date | None
) -> None:
    """Write ``voter_codes``, and the distinct names with their rows."""
    matched = names.matched(connection, rows(connection, "ethnicity/voter_names", kinds=list(names.KINDS)), tables)
    given = {"name_rows": matched, "name_codes": names.coded(matched), "label_rows": known.summands()}
    for name, frame in given.items():
        connection.register(name, frame)
    try:
        connection.execute(f"CREATE OR REPLACE TABLE {_MATCHED} AS FROM name_rows")
        with uncompressed(connection):
            run(connection, "ethnicity/voter_codes", past=past)
    finally:
        for name in given:
            connection.unregister(name)


def _layout(sample: pl.DataFrame, places: pl.DataFrame, statuses: np.ndarray) -> tuple[Layout, np.ndarray]:
    """Return the sample's cells, its likelihood still empty, and the status of each."""
    cells = sample.group_by("place_id", "status", maintain_order=True).agg(pl.len().alias("voters"))
    areas = places.select("county", "area").unique().sort("county", "area").with_row_index("area_id")
    area = places.join(areas, on=["county", "area"], how="left", maintain_order="left")["area_id"]
    status = cells["status"].to_numpy()
    layout = Layout(
        likelihood=np.empty((len(sample), 0), dtype=np.float32),
        starts=np.append(0, np.cumsum(cells["voters"].to_numpy())).astype(np.int64),
        precinct=cells["place_id"].to_numpy().astype(np.int64),
        status=np.searchsorted(statuses, status).astype(np.int64),
        area=area.to_numpy().astype(np.int64),
        county=(areas["county"].rank("dense").to_numpy() - 1).astype(np.int64),
    )
    return layout, status
