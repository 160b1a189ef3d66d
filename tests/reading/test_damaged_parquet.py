"""A Parquet file whose bytes were changed is refused in words, wherever the damage lies."""

import contextlib

import polars as pl
import pytest

from turnout import reading
from turnout.contest import Contest, Inputs
from turnout.errors import InputRefused


@pytest.mark.parametrize("at", [60, 100, 400])
def test_flipped_bytes_are_refused_whole_or_accounted_for(workspace, tmp_path, at) -> None:
    path = tmp_path / "returns.parquet"
    names = [f"P{n:03d}" for n in range(200) for _ in (0, 1)]
    pl.DataFrame({"precinct": names, "candidate": ["Ada", "Bob"] * 200, "mail": list(range(400))}).write_parquet(path)
    data = bytearray(path.read_bytes())
    data[at : at + 60] = bytes(255 - byte for byte in data[at : at + 60])
    path.write_bytes(data)
    with contextlib.suppress(InputRefused):
        reading.load(workspace, Contest(inputs=Inputs(returns=(path,))))
    account = workspace.table("reconciliation")
    assert account["loaded"].sum() + account["rejected"].sum() in {
        0,
        400,
    }  # refused whole, or every line accounted for
    if account.height and workspace.table("results").height < account["loaded"].sum():  # names that were made equal
        assert "returns not whole" in workspace.table("findings")["topic"].to_list()
