from pathlib import Path

import pytest

from turnout import resources
from turnout.errors import UsageError
from turnout.reading import layouts


@pytest.mark.parametrize("path", resources.listing("configs", "layouts/*.toml"), ids=lambda path: path.stem)
def test_every_shipped_layout_is_sound_and_named_as_its_file(path: Path) -> None:
    layout = layouts.read(path)
    assert layout.name == path.stem
    named = [name for column in layout.columns.values() for name in column.names[:1]]
    assert layout.refuse or named


def test_a_layout_with_a_column_no_table_has_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text('name = "wrong"\ntable = "voters"\n[columns]\nshoe_size = { names = ["shoe"] }\n')
    with pytest.raises(UsageError, match="'shoe_size' is no column of voters"):
        layouts.read(path)


def test_codes_are_compared_without_case_dashes_and_outer_spaces() -> None:
    assert layouts.code_key(" Early-Voting_In  Person ") == "early voting in person"
