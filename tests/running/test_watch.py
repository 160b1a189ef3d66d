"""A watch projects each release as a run of its own would, holds back what regressed, and leaves the last whole."""

import datetime as dt
import json
import stat
import zipfile
from threading import Event

import pytest

from tests.projection.conftest import MODES, write_returns
from tests.running.night import Night, contest, publish, releases, watched
from turnout import example
from turnout.contest import Contest, Inputs
from turnout.errors import UsageError, WorkspaceBusy
from turnout.running import project, regressions, shelf
from turnout.running.feeds import Files
from turnout.running.history import History
from turnout.running.watch import Watch, shelf_of
from turnout.workspace import Workspace


def kinds(told) -> list[str]:
    return [each.kind for each in told]


def without(lines, *, precinct=None, candidate=None):
    return [line for line in lines if line["precinct"] != precinct and line["candidate"] != candidate]


def fallen(lines, by: int):
    """The same with one figure lower by so many votes."""
    first, *rest = lines
    return [{**first, "mail": first["mail"] - by}, *rest]


def test_every_release_is_projected_as_a_run_of_its_own_would(tmp_path):
    asked = contest(tmp_path)
    told = watched(asked, releases())
    assert kinds(told) == ["taken"] * 4
    run = project.run(contest(tmp_path, output=tmp_path / "fresh"))
    for name in ("projection.csv", "projection.json"):  # the page says how it moved from release to release
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "fresh" / name).read_bytes()
    assert told[-1].projection.equals(run.projection.select(told[-1].projection.columns))
    assert zipfile.is_zipfile(tmp_path / "out" / "report.xlsx")  # made once the watch has ended


def test_a_look_that_finds_nothing_new_tells_nothing(tmp_path):
    first, second, *_ = releases()
    assert kinds(watched(contest(tmp_path), [first, None, first, None, second])) == ["taken", "taken"]


@pytest.mark.parametrize(
    ("worse", "said"),
    [
        (lambda lines: without(lines, precinct="P003"), "1 precinct has un-reported"),
        (lambda lines: without(lines, candidate="Bob"), "1 candidate is gone"),
        (lambda lines: fallen(lines, 11), "1 figure has fallen (by 11 votes; most in Mayor, K0, P000, Ada"),
        (lambda lines: releases()[0], "8 precincts have un-reported"),
        (lambda lines: [{**line, "contest": "Sheriff"} for line in lines], "1 contest is gone"),
    ],
)
def test_a_release_that_says_less_is_held_back(tmp_path, worse, said):
    asked = contest(tmp_path)
    _, second, *_ = releases()
    taken, held = watched(asked, [second, worse(second)])
    assert (taken.kind, held.kind) == ("taken", "held")
    assert said in held.said
    assert (tmp_path / "out" / "projection.csv").read_text().count("Mayor") == 2
    page = (tmp_path / "out" / "live.html").read_text()
    assert "held back" in page
    assert held.release in page


def test_a_small_correction_is_taken(tmp_path):
    _, second, *_ = releases()
    assert kinds(watched(contest(tmp_path), [second, fallen(second, 10)])) == ["taken", "taken"]


def test_what_a_second_release_confirms_is_taken(tmp_path):
    _, second, third, _ = releases()
    worse = without(second, precinct="P003")
    told = watched(contest(tmp_path), [second, worse, without(third, precinct="P003")])
    assert kinds(told) == ["taken", "held", "taken"]


def test_another_regression_does_not_confirm_the_first(tmp_path):
    _, second, *_ = releases()
    told = watched(
        contest(tmp_path), [second, without(second, precinct="P003"), without(second, precinct="P004"), second]
    )
    assert kinds(told) == ["taken", "held", "held", "taken"]


def test_regressions_are_taken_where_asked_for(tmp_path):
    first, second, *_ = releases()
    assert kinds(watched(contest(tmp_path), [second, first], accept_regressions=True)) == ["taken", "taken"]


def test_the_user_confirms_by_the_first_digits_of_the_hash(tmp_path):
    asked = contest(tmp_path)
    first, second, *_ = releases()
    watch = Watch(asked)
    told = []
    for each in watch.run(Night(asked, [second, first, None, None]), Event()):
        told.append(each)
        if each.kind == "held":
            shelf.confirm(shelf_of(asked.output), each.release[:6])
    assert kinds(told) == ["taken", "held", "taken"]
    assert told[1].release == told[2].release
    with pytest.raises(UsageError, match="Held back: none"):
        shelf.confirm(shelf_of(asked.output), told[1].release)


def test_a_confirmation_of_nothing_held_back_is_refused(tmp_path):
    watched(contest(tmp_path), releases()[:1])
    with pytest.raises(UsageError, match="no release held back has that name"):
        shelf.confirm(shelf_of(tmp_path / "out"), "")


def test_a_file_that_cannot_be_read_leaves_the_last_result(tmp_path):
    asked = contest(tmp_path)
    first, second, *_ = releases()
    before = None

    def night():
        nonlocal before
        watch = Watch(asked)
        for told in watch.run(Night(asked, [first, [{"candidate": None}], second]), Event()):
            if told.kind == "taken" and before is None:
                before = (tmp_path / "out" / "projection.csv").read_bytes()
            if told.kind == "refused":
                assert (tmp_path / "out" / "projection.csv").read_bytes() == before
            yield told

    told = list(night())
    assert kinds(told) == ["taken", "refused", "taken"]
    assert "not one line can be used" in told[1].said


def test_a_directory_that_another_run_holds_is_tried_again(tmp_path):
    asked = contest(tmp_path)
    watch = Watch(asked)
    events = watch.run(Night(asked, [releases()[0], None, None]), Event())
    with Workspace.create(asked.output, threads=1):
        assert next(events).kind == "note"
    assert kinds(events) == ["taken"]


def test_only_the_newest_releases_files_are_kept_where_that_is_asked_for(tmp_path):
    asked = contest(tmp_path)
    first, second, third, last = releases()
    told = watched(asked, [first, second, without(second, precinct="P003"), third, last], keep=2)
    assert kinds(told) == ["taken", "taken", "held", "taken", "taken"]
    again = Watch(asked)
    kept = [(release.status, release.files.exists()) for release in again._shelf.releases()]
    assert kept == [("taken", False), ("taken", False), ("held", True), ("taken", True), ("taken", True)]
    assert len(again.steps) == 4  # what was projected of each stays
    again._shelf.close()


def test_every_release_is_kept_by_time_and_hash_for_its_owner_alone(tmp_path):
    asked = contest(tmp_path)
    first, second, *_ = releases()
    watched(asked, [second, first, [{"candidate": None}]])
    statuses = []
    for record in (asked.output / ".kept" / "releases").glob("*/release.json"):
        told = json.loads(record.read_text())
        moment = dt.datetime.fromisoformat(told["at"]).astimezone(dt.UTC)
        assert record.parent.name == f"{moment:%Y%m%dT%H%M%S}Z-{told['sha256'][:12]}"
        assert (record.parent / "files" / "returns.csv").stat().st_size > 0
        statuses.append((told["at"], told["status"]))
    assert [status for _, status in sorted(statuses)] == ["taken", "held", "refused"]
    everything = [path for path in asked.output.rglob("*") if not path.is_symlink()]
    assert [path for path in everything if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_a_watch_started_anew_goes_on_where_it_was(tmp_path):
    asked = contest(tmp_path)
    first, second, third, _ = releases()
    watched(asked, [first, second])
    again = Watch(asked)
    told = list(again.run(Night(asked, [second, first, third]), Event()))
    assert kinds(told) == ["taken", "held", "taken"]
    assert len(again.steps) == 3


def test_two_watches_of_one_directory_exclude_each_other(tmp_path):
    asked = contest(tmp_path)
    with_it = Watch(asked)
    with pytest.raises(WorkspaceBusy, match="another watch"):
        Watch(asked)
    list(with_it.run(Night(asked, []), Event()))
    list(Watch(asked).run(Night(asked, []), Event()))


def test_only_the_live_page_loads_itself_again_and_only_while_watched(tmp_path):
    asked = contest(tmp_path)
    watch = Watch(asked, refresh=7)
    events = watch.run(Night(asked, releases()[:2]), Event())
    next(events)
    live = tmp_path / "out" / "live.html"
    assert '<meta http-equiv="refresh" content="7">' in live.read_text()
    assert 'http-equiv="refresh"' not in (tmp_path / "out" / "report.html").read_text()
    list(events)
    assert 'http-equiv="refresh"' not in live.read_text()
    assert "The watch has ended" in live.read_text()


def test_releases_that_say_no_modes_are_projected_once_a_mode_is_in_full(tmp_path):
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("candidate,votes\nAda,500\nBob,600\n")
    named = [{"file": first, "counts": "mail"}, {"file": second, "counts": "election_day"}, {"counts": "late_mail"}]
    asked = Contest(inputs=Inputs.model_validate({"release": named}), output=tmp_path / "out", draws=100)

    class Later:
        def arrivals(self, stop):
            looks = Files(asked.inputs, interval=0.0).arrivals(stop)
            yield next(looks)
            second.write_text("candidate,votes\nAda,800\nBob,900\n")
            yield next(looks)

    told = list(Watch(asked).run(Later(), Event()))
    assert kinds(told) == ["taken", "taken"]
    assert [each.projection["counted_votes"].sum() for each in told] == [1100, 1700]
    assert set(told[1].projection["status"]) == {"projected"}


def test_the_time_of_a_release_is_when_it_was_found(tmp_path):
    before = dt.datetime.now().astimezone()
    (told,) = watched(contest(tmp_path), releases()[:1])
    assert before <= told.at <= dt.datetime.now().astimezone()


def test_returns_of_several_counties_are_one_release(tmp_path):
    lines = releases()[1]
    for county in ("K0", "K1", "K2", "K3"):
        (tmp_path / county).mkdir()
        write_returns(tmp_path / county / "count.csv", [line for line in lines if line["county"] == county], MODES)
    asked = contest(tmp_path, inputs=Inputs(returns=(tmp_path / "K*" / "count.csv",)))

    class Once:
        def arrivals(self, stop):
            yield next(Files(asked.inputs, interval=0.0).arrivals(stop))

    (told,) = Watch(asked).run(Once(), Event())
    assert told.kind == "taken"
    project.run(contest(tmp_path, inputs=asked.inputs, output=tmp_path / "fresh"))
    assert (tmp_path / "out" / "projection.json").read_bytes() == (
        tmp_path / "fresh" / "projection.json"
    ).read_bytes()


def test_a_file_that_grows_while_it_is_read_is_projected_once_it_is_whole(tmp_path):
    asked = contest(tmp_path)
    whole = write_returns(tmp_path / "whole.csv", releases()[1], MODES).read_text()
    half = whole[: whole.index("\n", len(whole) // 2) + 1]

    class Growing:
        def arrivals(self, stop):
            (tmp_path / "returns.csv").write_text(half)
            looks = Files(asked.inputs, interval=0.0).arrivals(stop)
            yield next(looks)
            yield next(looks)

    watch = Watch(asked)
    read = regressions.counted

    rest = [whole]

    def counted(workspace):
        if rest:  # it arrives while the first half is being read
            (tmp_path / "returns.csv").write_text(rest.pop())
        return read(workspace)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(regressions, "counted", counted)
        told = list(watch.run(Growing(), Event()))
    assert kinds(told) == ["taken"]
    assert told[0].projection["counted_votes"].sum() == sum(
        line[mode] or 0 for line in releases()[1] for mode in ("mail", "election_day", "provisional")
    )
    assert len(list((asked.output / ".kept" / "releases").glob("*/release.json"))) == 1


def test_when_the_ballots_change_the_returns_are_projected_anew(tmp_path):
    directory = tmp_path / "demo"
    example.generate(directory, 2017, example.CA34.scaled(voters=3_000, precincts=8))
    asked = Contest.load(directory / "contest.toml")
    looks = Files(asked.inputs, interval=0.0).arrivals(Event())

    class Night:
        def arrivals(self, stop):
            yield next(looks)
            yield next(looks)
            lines = (directory / "ballots.csv").read_text().splitlines(keepends=True)
            (directory / "ballots.csv").write_text("".join(lines[:-5]))
            yield next(looks)

    watch = Watch(asked)
    told = list(watch.run(Night(), Event()))
    assert kinds(told) == ["taken", "taken"]
    assert told[0].release == told[1].release
    assert not told[0].projection.equals(told[1].projection)
    assert len(watch.steps) == 1


@pytest.mark.realdata
def test_the_night_of_los_angeles_goes_as_it_went(tmp_path, shared_data):
    name = "UNITED STATES REPRESENTATIVE, 34th District"
    counts = {1: "mail", 2: "early_in_person", 14: "election_day", 27: "late_mail"}
    asked = Contest(name=name, output=tmp_path / "out", draws=200)
    feed = History(shared_data / "releases_la_county_2022.parquet", asked, counts)
    told = list(Watch(asked, replayed=True).run(feed, Event()))
    assert [place for place, each in enumerate(told, start=1) if each.kind == "taken"] == sorted(counts)
    assert kinds(told).count("kept") == 23
    taken = [each.projection.row(0, named=True) for each in told if each.kind == "taken"]
    assert [row["status"] for row in taken] == ["projected", "projected", "projected", "final"]
    final = taken[-1]["counted_share"]
    assert [row["candidate"] for row in taken] == ["JIMMY GOMEZ"] * 4
    assert all(row["lo90"] <= final <= row["hi90"] for row in taken)
    assert "JIMMY GOMEZ has 53.6 % of 58,778 votes" in told[9].said


def test_a_record_that_cannot_be_read_is_passed_over(tmp_path):
    asked = contest(tmp_path)
    watched(asked, releases()[:2])
    records = sorted(
        (asked.output / ".kept" / "releases").glob("*/release.json"), key=lambda path: path.stat().st_mtime
    )
    records[-1].write_text("{")
    watch = Watch(asked)
    assert len(watch.steps) == 1
    assert kinds(watch.run(Night(asked, releases()[2:3]), Event())) == ["taken"]


def test_a_killed_copy_is_swept_away(tmp_path):
    asked = contest(tmp_path)
    left = shelf_of(asked.output) / ".arriving-0123"
    (left / "files").mkdir(parents=True)
    publish(tmp_path / "returns.csv", releases()[0])
    assert kinds(watched(asked, [None])) == ["taken"]
    assert not left.exists()
