"""What a watch takes for a release, and when: files that stand still, the newest of many, a history's."""

import datetime as dt
import os
import sys
import threading
import time
from pathlib import Path
from threading import Event

import polars as pl
import pytest

from turnout.contest import Contest, Inputs
from turnout.errors import InputRefused, UsageError
from turnout.running.feeds import SETTLED, Files
from turnout.running.history import History
from turnout.running.shelf import Arrival

OLD = (1_600_000_000, 1_600_000_000)


def returns(path: Path, text: str = "candidate,mail\nAda,5\n", at=OLD) -> Path:
    path.write_text(text)
    os.utime(path, at)
    return path


def looks(feed):
    return feed.arrivals(Event())


def content(arrival: Arrival) -> dict[str, str]:
    return {
        name: given.decode() if isinstance(given, bytes) else given.read_text()
        for name, given in arrival.files.items()
    }


def test_a_file_is_a_release_whenever_it_has_changed(tmp_path):
    path = returns(tmp_path / "r.csv")
    found = looks(Files(Inputs(returns=(path,)), interval=0))
    assert content(next(found)) == {"r.csv": "candidate,mail\nAda,5\n"}
    assert next(found) is None
    returns(path, "candidate,mail\nAda,9\n")
    assert content(next(found)) == {"r.csv": "candidate,mail\nAda,9\n"}


def test_a_file_that_is_still_being_written_is_waited_for(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("candidate,mail\n")

    def upload():
        for number in range(4):
            time.sleep(SETTLED / 3)
            with path.open("a") as file:
                file.write(f"C{number},5\n")

    uploading = threading.Thread(target=upload)
    uploading.start()
    found = looks(Files(Inputs(returns=(path,)), interval=0))
    arrival = next(each for each in found if each and each.steady())
    assert not uploading.is_alive()
    assert content(arrival)["r.csv"].count("\n") == 5
    path.write_text("candidate,mail\n")
    assert not arrival.steady()


def test_a_file_written_long_ago_is_whole_at_once(tmp_path):
    arrival = next(looks(Files(Inputs(returns=(returns(tmp_path / "r.csv"),)), interval=0)))
    began = time.monotonic()
    assert arrival.steady()
    assert time.monotonic() - began < SETTLED / 2


def test_a_file_that_is_not_there_yet_is_said_and_waited_for(tmp_path):
    found = looks(Files(Inputs(returns=(tmp_path / "r.csv",)), interval=0))
    assert "r.csv: no such file. Check the path. Waiting for it." in next(found)
    returns(tmp_path / "r.csv")
    assert isinstance(next(found), Arrival)


def test_of_a_pattern_the_newest_file_is_the_release(tmp_path):
    feed = Files(Inputs(returns=(tmp_path / "not-this.csv",)), newest=str(tmp_path / "release-*.csv"), interval=0)
    found = looks(feed)
    assert "no file matches" in next(found)
    returns(tmp_path / "release-2.csv", at=(2e9 - 10, 1_600_000_002))
    returns(tmp_path / "release-1.csv", at=(2e9 - 10, 1_600_000_001))
    arrival = next(found)
    assert list(arrival.files) == ["release-2.csv"]
    assert arrival.inputs(tmp_path / "kept").returns == (tmp_path / "kept" / "release-2.csv",)
    returns(tmp_path / "release-3.csv", at=(2e9 - 10, 1_600_000_003))
    assert list(next(found).files) == ["release-3.csv"]


def test_a_command_is_run_before_each_look(tmp_path):
    script = tmp_path / "fetch.py"
    script.write_text(
        f"import os; p = {str(tmp_path / 'r.csv')!r}; n = os.path.getsize(p) if os.path.exists(p) else 0\n"
        f"open(p, 'w').write('x' * (n + 1)); os.utime(p, {OLD!r})\n"
    )
    feed = Files(Inputs(returns=(tmp_path / "r.csv",)), command=f"{sys.executable} {script}", interval=0)
    found = looks(feed)
    assert content(next(found)) == {"r.csv": "x"}
    assert content(next(found)) == {"r.csv": "xx"}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (f"{sys.executable} -c 'raise SystemExit(\"no net\")'", "ended with code 1 (no net)"),
        ("no-such-program --now", "cannot be run (No such file or directory)"),
        ("unbalanced '", "cannot be run (No closing quotation)"),
    ],
)
def test_a_command_that_fails_is_said_and_the_watch_goes_on(tmp_path, command, said):
    path = returns(tmp_path / "r.csv")
    found = looks(Files(Inputs(returns=(path,)), command=command, interval=0))
    assert said in next(found)
    assert isinstance(next(found), Arrival)


def test_releases_that_are_not_published_yet_are_to_come(tmp_path):
    named = [{"file": tmp_path / f"{n}.csv", "counts": counts} for n, counts in ((1, "mail"), (2, "election_day"))]
    inputs = Inputs.model_validate({"release": named})
    returns(tmp_path / "1.csv")
    found = looks(Files(inputs, interval=0))
    first = next(found).inputs(tmp_path / "kept").release
    assert [(each.file, each.counts) for each in first] == [
        (tmp_path / "kept" / "1.csv", "mail"),
        (None, "election_day"),
    ]
    returns(tmp_path / "2.csv")
    assert [each.file for each in next(found).inputs(tmp_path / "kept").release] == [
        tmp_path / "kept" / "1.csv",
        tmp_path / "kept" / "2.csv",
    ]
    (tmp_path / "1.csv").unlink()
    assert "a later release is there" in next(found)


def test_without_returns_there_is_nothing_to_watch():
    with pytest.raises(UsageError, match="no returns to watch"):
        Files(Inputs())


WIDE = "release,as_of,candidate,mail,election_day\n2,2022-11-08 21:00,Ada,5,3\n1,2022-11-08 20:00,Ada,5,\n"


def history(tmp_path, text=WIDE, contest=None, **options):
    (tmp_path / "night.csv").write_text(text)
    return History(tmp_path / "night.csv", contest or Contest(), **options)


def test_a_history_gives_its_releases_in_order_each_as_a_file_of_its_own(tmp_path):
    first, second = looks(history(tmp_path))
    assert content(first) == {"night-0001.csv": "as_of,candidate,mail,election_day\n2022-11-08 20:00,Ada,5,\n"}
    assert content(second) == {"night-0002.csv": "as_of,candidate,mail,election_day\n2022-11-08 21:00,Ada,5,3\n"}
    assert [each.at for each in (first, second)] == [
        dt.datetime(2022, 11, 8, hour, tzinfo=dt.UTC) for hour in (20, 21)
    ]
    assert first.inputs(tmp_path / "kept").returns == (tmp_path / "kept" / "night-0001.csv",)


def test_a_history_is_replayed_so_many_times_as_fast(tmp_path, monkeypatch):
    waits = []
    monkeypatch.setattr(Event, "wait", lambda self, timeout=None: waits.append(timeout))
    list(looks(history(tmp_path, speed=600)))
    assert waits == [6.0]


def test_a_history_that_is_stopped_ends(tmp_path):
    stop = Event()
    found = history(tmp_path).arrivals(stop)
    next(found)
    stop.set()
    assert list(found) == []


def test_a_history_without_modes_says_which_release_completes_which(tmp_path):
    text = "release,contest,candidate,votes\n" + "".join(
        f"{n},Mayor,{name},{votes * n}\n" for n in (1, 2, 3) for name, votes in (("Ada", 6), ("Bob", 4))
    )
    counts = {1: "mail", 3: "election_day"}
    found = list(looks(history(tmp_path, text, Contest(name="Mayor"), counts=counts)))
    inputs = [each.inputs(tmp_path / str(n)) for n, each in enumerate(found, start=1)]
    assert inputs[1] is None
    assert found[1].said == ": Ada has 60.0 % of 20 votes"
    assert [(each.file, each.counts) for each in inputs[0].release] == [
        (tmp_path / "1" / "night-0001.csv", "mail"),
        (None, "election_day"),
    ]
    assert [each.file for each in inputs[2].release] == [
        tmp_path / "1" / "night-0001.csv",
        tmp_path / "3" / "night-0003.csv",
    ]


def totals(times) -> str:
    return "release,as_of,candidate,votes\n" + "".join(
        f"{n},{at},{name},{10 * n}\n" for n, at in enumerate(times, start=1) for name in ("Ada", "Bob")
    )


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (["2022-11-08 20:00", "2022-11-08 23:00", "2022-11-09 04:00", "2022-11-10 16:00", "2022-12-01 12:00"],
         "1=mail, 3=election_day, 5=late_mail"),
        (["2022-11-08 20:00", "2022-11-08 23:00", "2022-11-09 04:00"], "1=mail, 3=election_day"),
        (["", "", ""], "1=mail, 3=election_day"),
        (["2022-11-08 20:00", "2022-11-10 16:00"], "1=mail, 2=late_mail"),
        (["2022-11-08 20:00"], "1=mail"),
    ],
)  # fmt: skip
def test_without_a_word_on_modes_a_history_is_taken_for_a_usual_night_and_says_so(tmp_path, times, said):
    first, *rest = looks(history(tmp_path, totals(times)))
    assert f"these complete a mode: {said}. Say otherwise with --counts." in first
    assert len(rest) == len(times)
    assert [each.counts for each in rest[0].inputs(tmp_path).release] == [
        word.partition("=")[2] for word in said.split(", ")
    ]


def test_a_history_may_be_parquet(tmp_path):
    frame = pl.DataFrame({"Release": [1], "candidate": ["Ada"], "mail": [5]})
    frame.write_parquet(tmp_path / "night.parquet")
    (only,) = looks(History(tmp_path / "night.parquet", Contest()))
    assert content(only) == {"night-0001.csv": "candidate,mail\nAda,5\n"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("candidate,mail\nAda,5\n", "has no column 'release'"),
        ("release,candidate\n1,Ada\nlate,Ada\n", "night.csv, line 3, column release: 'late' is no whole number"),
        ("release,candidate\n", "line 2, column release"),
        ("", "not a CSV, TSV or Parquet that can be read"),
    ],
)
def test_a_history_that_cannot_be_used_is_refused(tmp_path, text, said):
    with pytest.raises(InputRefused, match=said.replace("(", r"\(")):
        history(tmp_path, text)


def test_a_history_that_is_not_there_or_lacks_a_release_is_wrong_usage(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        History(tmp_path / "nowhere.csv", Contest())
    with pytest.raises(UsageError, match="holds no release 7; it holds 1 to 2"):
        history(tmp_path, counts={7: "mail"})
