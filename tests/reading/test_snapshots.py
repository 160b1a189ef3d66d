"""Each day's ballots against the day before."""

import datetime as dt
import os
from pathlib import Path

import pytest

from turnout import reading
from turnout.contest import Contest, Inputs
from turnout.errors import InputRefused, UsageError
from turnout.reading import snapshots
from turnout.reading.snapshots import Change
from turnout.workspace import Workspace

HEADER = "voter_id,event_date,status,mode\n"
MONDAY, TUESDAY = dt.date(2017, 6, 5), dt.date(2017, 6, 6)


def one_day(directory: Path, day: dt.date, lines: list[str], **inputs: float) -> tuple[Change | None, dict[str, str]]:
    """Read a day's ballot file as a run would, and keep it."""
    path = directory / "ballots.csv"
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines))
    noon = dt.datetime.combine(day, dt.time(12)).timestamp()
    os.utime(path, (noon, noon))
    contest = Contest(inputs=Inputs.model_validate({"ballots": (path,), **inputs}))
    with Workspace.create(directory / "out", threads=1) as workspace:
        reading.load(workspace, contest)
        change = snapshots.follow(workspace, contest)
        snapshots.keep(workspace, contest)
        return change, dict(workspace.connection.execute("SELECT topic, message FROM findings").fetchall())


FIRST = [f"{n},2017-06-04,accepted,mail" for n in range(100)]


def test_the_first_day_has_nothing_to_compare_with(tmp_path: Path) -> None:
    change, _ = one_day(tmp_path, MONDAY, FIRST)
    assert change is None
    assert (tmp_path / "out" / ".kept" / f"ballots-{MONDAY}.parquet").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "out" / ".kept").stat().st_mode & 0o777 == 0o700


def test_a_later_day_says_what_appeared_vanished_and_changed(tmp_path: Path) -> None:
    one_day(tmp_path, MONDAY, FIRST)
    today = ["0,2017-06-05,rejected,mail", *FIRST[:98], "x,2017-06-05,returned,mail"]
    change, topics = one_day(tmp_path, TUESDAY, today)
    assert change is not None
    assert (change.appeared, change.vanished, change.changed, change.revoked) == (1, 2, 1, 1)
    assert (change.accepted_before, change.accepted_now, change.accepted_vanished) == (100, 97, 2)
    assert change.moves == (("accepted", "rejected", 1),)
    assert f"Since {MONDAY}" in topics["ballots since"]


def test_the_same_day_again_is_compared_with_the_same_day_before(tmp_path: Path) -> None:
    one_day(tmp_path, MONDAY, FIRST)
    first, _ = one_day(tmp_path, TUESDAY, [*FIRST, "x,,sent,mail"])
    second, _ = one_day(tmp_path, TUESDAY, [*FIRST, "x,,sent,mail"])
    assert first == second
    assert first is not None
    assert first.appeared == 1


def test_a_file_that_shrank_is_refused_unless_told(tmp_path: Path) -> None:
    one_day(tmp_path, MONDAY, FIRST)
    with pytest.raises(InputRefused, match=r"3 of the 100 voters .*3.0%; 2.0% is allowed"):
        one_day(tmp_path, TUESDAY, FIRST[:97])
    assert not (tmp_path / "out" / ".kept" / f"ballots-{TUESDAY}.parquet").exists()
    change, _ = one_day(tmp_path, TUESDAY, FIRST[:97], allow_shrink=0.05)
    assert change is not None
    assert change.vanished == 3


def test_an_empty_file_after_a_full_one_is_refused(tmp_path: Path) -> None:
    one_day(tmp_path, MONDAY, FIRST)
    with pytest.raises(InputRefused, match=r"100 of the 100 voters"):
        one_day(tmp_path, TUESDAY, [])


def test_days_that_were_kept_can_be_named(tmp_path: Path) -> None:
    one_day(tmp_path, MONDAY, FIRST)
    assert snapshots.find(tmp_path / "out", MONDAY).exists()
    with pytest.raises(UsageError, match=f"Kept: {MONDAY}"):
        snapshots.find(tmp_path / "out", TUESDAY)
