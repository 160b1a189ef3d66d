"""How files get on disk."""

import pytest

from turnout import storage
from turnout.errors import UsageError


def test_files_are_placed_whole_and_for_their_owner_alone(tmp_path):
    directory = tmp_path / "deep" / "out"
    assert storage.place_all(directory, {"a.csv": b"one\n", "b.csv": b"two\n"}) == ["a.csv", "b.csv"]
    assert directory.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == {"a.csv": b"one\n", "b.csv": b"two\n"}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in directory.iterdir())


def test_a_file_that_others_could_read_is_not_written_into_but_replaced(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old")
    path.chmod(0o644)
    storage.place_all(tmp_path, {"a.csv": b"new"})
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_a_killed_run_left_beside_its_files_is_removed(tmp_path):
    left, other = tmp_path / ".a.csv.0123abcd", tmp_path / ".mine.0123abcd"
    left.touch()
    other.touch()
    storage.place_all(tmp_path, {"a.csv": b""})
    assert not left.exists()
    assert other.exists()


def test_a_directory_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"cannot be written .* Name another --output"):
        storage.place_all(tmp_path / "file" / "out", {"a.csv": b""})
