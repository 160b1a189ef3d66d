"""The night of a synthetic election as a history of releases."""

import polars as pl
import pytest

from turnout.example import certified, night, returns, write_night
from turnout.example.night import CUT_SHORT, RELEASES


@pytest.fixture
def truth(one):
    return one.truth


def test_releases_go_from_the_first_count_to_the_certified_one(truth):
    releases = night(truth).partition_by("release", maintain_order=True)
    assert len(releases) == len(RELEASES)
    assert releases[0].drop("release", "as_of").equals(returns(truth))
    assert releases[-1].drop("release", "as_of").equals(certified(truth))
    reported = [release["election_day"].count() for place, release in enumerate(releases) if place != CUT_SHORT]
    assert reported == sorted(reported)
    times = [release["as_of"][0] for release in releases]
    assert times == sorted(times)


def test_one_release_is_cut_short(truth):
    lines = night(truth).group_by("release").agg(pl.len()).sort("release")["len"].to_list()
    assert [place for place, count in enumerate(lines) if count < max(lines)] == [CUT_SHORT]


def test_it_is_written_for_its_owner_alone(truth, tmp_path):
    write_night(tmp_path / "night", truth)
    assert {path.name for path in (tmp_path / "night").iterdir()} == {"releases.csv", "README.txt"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in [tmp_path / "night", *(tmp_path / "night").iterdir()])
