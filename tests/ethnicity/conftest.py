"""Small electorates in a workspace."""

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from turnout.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "work", threads=2) as opened:
        yield opened


@pytest.fixture
def enrol(workspace: Workspace) -> Callable[..., None]:
    """Append voters given by columns; IDs, precinct and county are made where they are not given."""

    def append(**columns: list[object]) -> None:
        size = len(next(iter(columns.values())))
        made = {"voter_id": [f"V{i:05d}" for i in range(size)], "county": ["LA"] * size, "precinct": ["1"] * size}
        workspace.append("voters", pl.DataFrame({**made, **columns}))

    return append
