"""Contests whose files are objects: the bytes of a run of copies, fetched once, watched, and handed to workers."""

import datetime as dt
import json
import pickle
import re
from pathlib import Path
from threading import Event

import polars as pl
import pytest

from tests.reading import host as hosts
from tests.running import night, parted
from turnout import example, reuse
from turnout.addresses import located
from turnout.contest import Contest, Inputs
from turnout.errors import InputRefused, InputStale
from turnout.reading import load, source
from turnout.running import batch, partitions, project
from turnout.running.feeds import WAITING, Files
from turnout.running.live import Live
from turnout.running.shelf import Arrival
from turnout.running.watch import Watch
from turnout.workspace import Workspace

ROLLS = ("voters", "vote_history", "ballots")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A small electorate on a disk, projected."""
    directory = tmp_path_factory.mktemp("objects") / "files"
    example.generate(directory, 3, example.CA34.scaled(2000, 8))
    run(directory, directory / "output")
    return directory


@pytest.fixture(scope="module")
def counties(tmp_path_factory) -> Path:
    """An electorate in two partitions on a disk, projected."""
    directory = tmp_path_factory.mktemp("counties")
    parted.generate(directory)
    project.run(Contest.load(directory / "contest.toml"))
    return directory


def run(directory: Path, output: Path) -> list[str]:
    """Project; returns what was taken over."""
    contest = Contest.load(directory / "contest.toml").model_copy(update={"output": output, "draws": 100})
    reused = Live(contest, workbook=False).update().provenance["reused"]
    assert isinstance(reused, list)
    return reused


def far(directory: Path, host: hosts.Host, home: Path) -> Path:
    """Put the files of a contest on the host; returns the directory of a contest that names them there."""
    host.put(directory, "ca/")
    text = (directory / "contest.toml").read_text()
    for quote in "\"'":
        for name in (*ROLLS, "returns"):
            text = re.sub(
                rf"{quote}([\w-]+/)?{name}\.csv{quote}", rf"{quote}s3://bucket/ca/\1{name}.csv{quote}", text
            )
    home.mkdir()
    (home / "contest.toml").write_text(text)
    return home


def published(output: Path) -> dict[str, object]:
    """What was published, but for the objects that it names."""
    document = json.loads((output / "projection.json").read_text())
    document["provenance"].pop("objects", None)
    names = ("projection.csv", "cohorts.csv", "report.html")
    return {"document": document, **{name: (output / name).read_bytes() for name in names}}


def test_a_run_of_objects_publishes_what_a_run_of_copies_does_and_names_them(made, host, tmp_path):
    there = far(made, host, tmp_path / "far")
    run(there, there / "output")
    assert published(there / "output") == published(made / "output")
    provenance = json.loads((there / "output" / "projection.json").read_text())["provenance"]
    hashes = {each["name"]: each["sha256"] for each in provenance["inputs"]}
    told = {each["object"]: each for each in provenance["objects"]}
    assert set(told) == {f"s3://bucket/ca/{name}.csv" for name in (*ROLLS, "returns")}
    for address, each in told.items():
        name = address.rpartition("/")[2]
        assert each["sha256"] == hashes[name]
        assert each["bytes"] == (made / name).stat().st_size
        assert len(each["etag"].strip('"')) == 32


def read(there: Path) -> tuple[list[str], pl.DataFrame]:
    """Read the files into the contest's workspace; returns what was taken over, and what the tables hold."""
    contest = Contest.load(there / "contest.toml")
    with Workspace.create(contest.output) as workspace:
        load(workspace, contest)
        tables = [workspace.table(name).with_columns(table=pl.lit(name)) for name in (*ROLLS, "reconciliation")]
        return reuse.taken_over(workspace.connection), pl.concat(tables, how="diagonal_relaxed")


def test_an_object_that_has_not_changed_is_not_fetched_again(made, host, tmp_path):
    there = far(made, host, tmp_path / "far")
    everything = {f"ca/{name}.csv": 1 for name in (*ROLLS, "returns")}
    _, first = read(there)
    assert host.fetched() == everything
    taken, second = read(there)
    assert taken == ["voters", "vote_history", "ballots", "strangers"]
    assert host.fetched() == {"ca/returns.csv": 1}  # results are read on every run
    assert second.equals(first)

    host.files["ca/ballots.csv"] = b"".join(host.files["ca/ballots.csv"].splitlines(keepends=True)[:-5])
    assert read(there)[0] == ["voters", "vote_history", "strangers"]
    assert host.fetched() == {"ca/returns.csv": 1, "ca/ballots.csv": 1}
    host.weak = True  # tags that need not tell one content from another
    for _ in range(2):
        assert read(there)[0] == ["strangers"]  # it follows from content, which is the same
        assert host.fetched() == everything


def test_a_partition_in_a_bucket_has_the_objects_of_its_directory(counties, host, tmp_path):
    there = far(counties, host, tmp_path / "far")
    first, second = partitions.tasks(source.pinned(Contest.load(there / "contest.toml")))
    assert [first.name, second.name] == ["county-1/voters.csv", "county-2/voters.csv"]
    assert [str(path) for path in first.contest.inputs.ballots] == ["s3://bucket/ca/county-1/ballots.csv"]
    assert [str(path) for path in second.contest.inputs.vote_history] == ["s3://bucket/ca/county-2/vote_history.csv"]
    assert not first.shared
    sent = pickle.loads(pickle.dumps(first))  # noqa: S301 - its own
    assert sent.contest.inputs.voters[0].version is not None
    assert sent == first


@pytest.mark.filterwarnings("ignore")  # Dask's own
def test_workers_fetch_their_own_partitions(counties, host, tmp_path):
    distributed = pytest.importorskip("distributed")
    there = far(counties, host, tmp_path / "far")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        project.run(Contest.load(there / "contest.toml"), cluster=cluster.scheduler_address)
        assert published(there / "output") == published(counties / "output")
        assert {key: count for key, count in host.fetched().items() if "county" in key} == {
            f"ca/county-{number}/{name}.csv": 1 for number in (1, 2) for name in ROLLS
        }
        told = json.loads((there / "output" / "projection.json").read_text())["provenance"]["objects"]
        assert len({each["object"] for each in told}) == len(told) == 7
        project.run(Contest.load(there / "contest.toml"), cluster=cluster.scheduler_address)
        assert not [key for key in host.fetched() if "county" in key]  # kept, by the versions of its objects
        assert published(there / "output") == published(counties / "output")
        again = json.loads((there / "output" / "projection.json").read_text())["provenance"]["objects"]
        assert again == told
        host.files["ca/county-2/ballots.csv"] += b"\n"
        host.cut = {"ca/county-2/ballots.csv"}
        said = r"^county-2/voters\.csv: s3://bucket/ca/county-2/ballots\.csv: was cut off"
        with pytest.raises(InputRefused, match=said):
            project.run(Contest.load(there / "contest.toml"), cluster=cluster.scheduler_address)


def test_a_batch_leaves_a_contest_whose_objects_have_not_changed(made, host, tmp_path):
    config = far(made, host, tmp_path / "far") / "contest.toml"
    config.write_text(re.sub(r"(?m)^(voters|vote_history|ballots) = .*$", "", config.read_text()))
    assert [outcome.status for outcome in batch.run([config])] == ["projected"]
    host.fetched()
    assert [outcome.status for outcome in batch.run([config])] == ["unchanged"]
    assert host.fetched() == {}
    host.files["ca/returns.csv"] += b"\n"
    assert [outcome.status for outcome in batch.run([config])] == ["projected"]
    assert host.fetched() == {"ca/returns.csv": 1}


def test_a_batch_takes_the_same_address_with_another_query_for_another_object(made, host, tmp_path):
    text = (made / "contest.toml").read_text()
    text = re.sub(r"(?m)^(voters|vote_history|ballots) = .*$", "", text)
    host.put(made, "ca/")
    config = tmp_path / "contest.toml"
    for day, status in ((5, "projected"), (5, "unchanged"), (6, "projected")):
        config.write_text(text.replace('"returns.csv"', f'"{host.address}/ca/returns.csv?day={day}"'))
        assert [outcome.status for outcome in batch.run([config])] == [status]


def test_how_old_an_object_is_says_its_host(made, host, tmp_path):
    there = far(made, host, tmp_path / "far")
    host.written = (dt.datetime.now() - dt.timedelta(hours=30)).timestamp()
    settings = batch.Settings(max_age=dt.timedelta(hours=24))
    (outcome,) = batch.run([there / "contest.toml"], settings)
    assert (outcome.status, outcome.exit_code) == ("stale", InputStale.exit_code)
    assert outcome.message.startswith("returns.csv: the newest of the returns was written at ")
    assert host.fetched() == {}


def test_returns_on_the_web_are_watched_by_their_version(host):
    first, second = b"candidate,mail\nAda,5\n", b"candidate,mail\nAda,9\n"
    host.files["r.csv"] = first
    inputs = Inputs.model_validate({"returns": [f"{host.address}/r.csv"]})
    found = Files(inputs, interval=0).arrivals(Event())
    arrival = next(found)
    assert isinstance(arrival, Arrival)
    assert arrival.files == {"r.csv": first}
    assert arrival.inputs(Path("kept")).returns == (Path("kept/r.csv"),)
    assert next(found) is None
    host.status["r.csv"] = 404
    assert next(found) == f"{host.address}/r.csv: there is no such object. Check the address.{WAITING}"
    host.status.clear()
    assert next(found) is None
    host.files["r.csv"] = second
    assert next(found).files == {"r.csv": second}
    assert host.fetched() == {"r.csv": 2}


def test_a_release_in_a_bucket_is_awaited_and_the_newest_of_many_taken(host):
    releases = [{"file": f"s3://bucket/night/{n}.csv", "counts": "mail"} for n in (1, 2)]
    host.files["night/1.csv"] = b"candidate,votes\nAda,5\n"
    found = Files(Inputs.model_validate({"release": releases}), interval=0).arrivals(Event())
    assert set(next(found).files) == {"1.csv"}
    host.files["night/2.csv"] = b"candidate,votes\nAda,7\n"
    arrival = next(found)
    assert set(arrival.files) == {"1.csv", "2.csv"}
    assert [each.file for each in arrival.inputs(Path("kept")).release] == [Path("kept/1.csv"), Path("kept/2.csv")]
    newest = Files(Inputs(), "s3://bucket/night/*.csv", interval=0).arrivals(Event())
    assert set(next(newest).files) == {"2.csv"}


def test_a_watch_asks_a_host_that_fails_again_and_takes_the_release(host, tmp_path):
    asked = night.contest(tmp_path)
    night.publish(tmp_path / "returns.csv", night.releases()[1])
    host.files["c.csv"] = b"county,precinct,voter_file_precinct\n"
    host.status["c.csv"] = 503
    inputs = asked.inputs.model_copy(update={"crosswalk": located("s3://bucket/c.csv")})

    class Feed:
        def arrivals(self, stop):
            looks = Files(inputs, interval=0).arrivals(stop)
            yield next(looks)
            host.status.clear()
            yield next(looks)

    told = list(Watch(asked).run(Feed(), Event()))
    assert [each.kind for each in told] == ["note", "taken"]
    assert told[0].said.startswith("s3://bucket/c.csv: the host answered with status 503.")
    assert told[0].said.endswith("It is tried again at the next look.")
