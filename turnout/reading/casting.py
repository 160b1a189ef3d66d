"""The rows of the file being read, cast, in a table whose row ids are the lines' numbers."""

from turnout.workspace import Workspace


def keep(workspace: Workspace, query: str, first_line: int, *, view: str = "typed", **binds: object) -> None:
    """Keep the rows of a query in the table ``cast_rows``, and show them with their line numbers.

    Parameters
    ----------
    query : of one file's lines, in their order, all of them and without a join
    first_line : number of the first
    view : what they are called then: ``line`` and the query's columns
    """
    execute = workspace.connection.execute
    execute(f"DROP VIEW IF EXISTS {view}")
    # A row's id is its number in the file: DuckDB keeps the order of a query without a join, and would make one of a
    # long IN (https://github.com/duckdb/duckdb/issues/24398).
    execute("SET disabled_optimizers = 'in_clause'")
    try:
        execute(f"CREATE OR REPLACE TABLE cast_rows AS {query}", binds or None)
    finally:
        execute("RESET disabled_optimizers")
    execute(f"CREATE TEMP VIEW {view} AS SELECT rowid + {first_line} AS line, * FROM cast_rows")  # noqa: S608
