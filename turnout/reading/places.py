"""Which precincts of two files are one, by their names: the one place where that is decided."""

import duckdb
import polars as pl

from turnout import resources


def alike(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Pair today's precincts with those of other occasions (past elections, another file), within counties.

    Parameters
    ----------
    ours : ``id, county, precinct``, one row a precinct as its file spells it
    theirs : ``id, occasion, county, precinct``; each occasion is matched for itself

    Returns
    -------
    ``occasion, our, their, how``. ``exact``: alike but for case, punctuation, leading zeros and spaces; one precinct
    may stand in several such pairs. ``named``: by names nearly alike. ``numbered``: by a number alone. The SQL says
    which are so. Each of these two is in no other pair of the occasion.
    """
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")  # a replay is one of many processes
        connection.execute(resources.sql("reading/place_macros"))
        connection.register("ours", ours)
        connection.register("theirs", theirs)
        pairs: pl.DataFrame = connection.sql(resources.sql("reading/places_alike")).pl()
    return pairs
