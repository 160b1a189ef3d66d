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


@pytest.mark.parametrize("path", resources.listing("configs", "layouts/*.toml"), ids=lambda path: path.stem)
def test_every_layout_of_others_says_where_it_was_seen_and_what_of_it_was_confirmed(path: Path) -> None:
    layout = layouts.read(path)
    assert layout.is_generic or (layout.source and (layout.confirmed or layout.unconfirmed))


def test_a_layout_with_a_column_no_table_has_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text('name = "wrong"\ntable = "voters"\n[columns]\nshoe_size = { names = ["shoe"] }\n')
    with pytest.raises(UsageError, match="'shoe_size' is no column of voters"):
        layouts.read(path)


def test_codes_are_compared_without_case_dashes_and_outer_spaces() -> None:
    assert layouts.code_key(" Early-Voting_In  Person ") == "early voting in person"


@pytest.mark.parametrize("path", resources.listing("configs", "layouts/*.toml"), ids=lambda path: path.stem)
def test_every_layout_of_voters_is_in_the_documentation(path: Path) -> None:
    if not path.stem.startswith("generic-") and layouts.read(path).table != "results":
        documentation = Path(__file__).parents[2] / "docs" / "layouts.md"
        assert f"`{path.stem}`" in documentation.read_text()


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return path


def test_a_layout_that_extends_another_changes_only_what_it_says(tmp_path: Path) -> None:
    mine = layouts.read(write(tmp_path, 'name = "mine"\nextends = "nc-voters"\n[codes.status]\nactive = ["A"]\n'))
    shipped = layouts.read(resources.find("configs", "layouts/nc-voters.toml"))
    assert mine.codes["status"] == {**shipped.codes["status"], "active": ("A",)}
    assert mine.columns == shipped.columns


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "m"\nextends = "nowhere"\n', "no such resource"),
        ('name = "m"\nextends = "../../etc"\n', "no layout's name"),
        ('name = "m"\ntable = "voters"\n[columns]\nvoter_id = {}\n', "needs names or a default"),
        ('name = "m"\ntable = "voters"\n[columns]\n[codes.status]\nasleep = ["A"]\n', "the values are active"),
        ('name = "m"\ntable = "voters"\n[columns]\n[elections]\njoined = ["x"]\n', "vote_history only"),
        ('name = "m"\ntable = "vote_history"\n[columns]\n[elections]\ncolumns = ["("]\n', "is no pattern"),
        ('name = "m"\ntable = "vote_history"\n[columns]\n[elections]\n', "name one of the three"),
    ],
)
def test_a_layout_that_cannot_work_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        layouts.read(write(tmp_path, text))
