"""Partitions on a Dask cluster of real processes: the bytes of one process, whoever is killed on the way."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.running import parted
from turnout.contest import Contest
from turnout.errors import InputRefused, UsageError
from turnout.running import project

pytestmark = pytest.mark.filterwarnings("ignore")  # Dask's own


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A partitioned electorate, and what one process publishes of it."""
    directory = tmp_path_factory.mktemp("cluster")
    parted.generate(directory, voters=2400, precincts=12, parts=3)
    project.run(Contest.load(directory / "contest.toml"))
    return directory


@pytest.fixture(scope="module")
def client():
    """A cluster of two processes."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as found,
    ):
        yield found


@pytest.fixture
def files(made, tmp_path) -> Path:
    shutil.copytree(made, tmp_path / "files", symlinks=True, ignore=shutil.ignore_patterns("output"))
    return tmp_path / "files"


def test_a_cluster_publishes_what_one_process_does(made, files, client):
    run = project.run(Contest.load(files / "contest.toml"), cluster=client.scheduler.address)
    assert not run.abstained_everywhere
    assert parted.published(files) == parted.published(made)


def test_a_worker_that_is_killed_costs_a_rerun_and_nothing_else(made, files, client):
    processes = client.run(os.getpid)
    outcome: list[object] = []

    def projected() -> None:
        outcome.append(project.run(Contest.load(files / "contest.toml"), cluster=client.scheduler.address))

    thread = threading.Thread(target=projected)
    thread.start()
    until = time.monotonic() + 120
    while not (busy := [worker for worker, tasks in client.processing().items() if tasks]):
        assert time.monotonic() < until
        time.sleep(0.02)
    os.kill(processes[busy[0]], signal.SIGKILL)
    thread.join()
    assert outcome
    assert parted.published(files) == parted.published(made)
    assert processes[busy[0]] not in client.run(os.getpid).values()


def test_a_refused_file_is_named_with_its_partition(files, client):
    path = files / "county-3" / "ballots.csv"
    path.write_text(path.read_text().replace("accepted", "who knows"))
    with pytest.raises(
        InputRefused, match=r"county-3/voters.csv: ballots.csv, line \d+, column status: unknown code"
    ):
        project.run(Contest.load(files / "contest.toml"), cluster=client.scheduler.address)
    assert not (files / "output" / "projection.csv").exists()


def test_processes_of_this_machine_by_the_command(made, files):
    pytest.importorskip("distributed")
    command = [sys.executable, "-m", "turnout", "project", str(files / "contest.toml"), "--cluster", "local:2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert parted.published(files) == parted.published(made)


def test_without_dask_it_says_what_to_install(made, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install 'turnout\[cluster\]'"):
        project.run(Contest.load(made / "contest.toml"), cluster="local:2")


@pytest.mark.parametrize("address", ["local", "local:0", "somewhere", "http://host:8786"])
def test_an_address_that_is_none_is_refused(made, address):
    with pytest.raises(UsageError, match=r"give tcp://host:port of a Dask scheduler, or local:N"):
        project.run(Contest.load(made / "contest.toml"), cluster=address)


def test_a_contest_that_is_not_partitioned_says_how_it_can_be(made):
    contest = Contest.load(made / "contest.toml")
    whole = contest.model_copy(update={"inputs": contest.inputs.model_copy(update={"partitioned": False})})
    with pytest.raises(UsageError, match=r"`partitioned = true`"):
        project.run(whole, cluster="local:2")


def test_workers_of_another_version_are_refused(made, client, monkeypatch):
    from turnout.running import cluster

    monkeypatch.setattr(cluster.reuse, "code", lambda: "another version")
    with pytest.raises(UsageError, match=r"another version of it"):
        project.run(Contest.load(made / "contest.toml"), cluster=client.scheduler.address)


def test_a_scheduler_that_is_not_there_is_named(made, monkeypatch):
    pytest.importorskip("distributed")
    from turnout.running import cluster

    monkeypatch.setattr(cluster, "_CONNECTING", 0.5)
    with pytest.raises(UsageError, match=r"tcp://127.0.0.1:9: no Dask scheduler answers there"):
        project.run(Contest.load(made / "contest.toml"), cluster="tcp://127.0.0.1:9")
