"""Files on object storage and the web are refused before anything is read, with what to do instead."""

import re

import pytest

from turnout import Contest, project
from turnout.errors import UsageError


@pytest.mark.parametrize("scheme", ["s3", "gs", "https"])
@pytest.mark.parametrize("kind", ["returns", "voters", "ballots", "vote_history", "history"])
def test_a_file_elsewhere_is_refused_by_its_whole_address(tmp_path, scheme, kind):
    (tmp_path / "returns.csv").write_text("precinct,candidate,votes\n")
    address = f"{scheme}://files.example/2017/{kind}.parquet"
    given = {"returns": "returns.csv", "voters": "returns.csv"} | {kind: address}
    inputs = "\n".join(f'{name} = ["{path}"]' for name, path in given.items())
    (tmp_path / "contest.toml").write_text(f'output = "out"\n[inputs]\n{inputs}\n')
    with pytest.raises(UsageError, match=rf"^{re.escape(address)}: .* Mount the bucket .*, or copy the file\.$"):
        project(Contest.load(tmp_path / "contest.toml"))
