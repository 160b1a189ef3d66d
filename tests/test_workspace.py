"""The workspace: its lock, what a killed run left, what queries may reach, and encryption."""

import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import duckdb
import polars as pl
import pytest

from turnout import encryption, storage, workspace
from turnout.errors import UsageError, WorkspaceBusy
from turnout.workspace import Workspace

HOLD = """
import sys, time
from pathlib import Path
from turnout.workspace import Workspace
with Workspace.create(Path(sys.argv[1]), threads=1) as held:
    held.connection.execute("INSERT INTO voters (voter_id) VALUES ('V1')")
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path):
    """A process that holds a workspace; killed at the end."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "out")], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_directory_that_is_held_says_by_whom(tmp_path, holder):
    with pytest.raises(WorkspaceBusy, match=rf"another run holds this directory \(process {holder.pid}, since "):
        Workspace.create(tmp_path / "out")


def test_the_lock_of_a_killed_run_is_gone_with_it(tmp_path, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with Workspace.create(tmp_path / "out", threads=1) as opened:
        assert opened.table("voters").height == 0


def test_a_run_can_wait_for_another(tmp_path):
    first = Workspace.create(tmp_path / "out", threads=1)
    with pytest.raises(WorkspaceBusy):
        Workspace.create(tmp_path / "out", wait=0.01)
    threading.Timer(0.3, first.close).start()
    with Workspace.create(tmp_path / "out", threads=1, wait=30) as second:
        assert second.table("voters").height == 0


def test_a_lock_on_a_directory_that_was_removed_is_no_lock(tmp_path):
    with storage.hold(tmp_path / "out"):
        (tmp_path / "out").rename(tmp_path / "elsewhere")
        with storage.hold(tmp_path / "out"), pytest.raises(WorkspaceBusy):
            storage.hold(tmp_path / "out")


def test_what_a_killed_run_left_is_cleared_away(tmp_path):
    out = tmp_path / "out"
    (out / ".kept").mkdir(parents=True)
    (out / "workspace.duckdb.tmp").mkdir()
    for name in ("workspace.duckdb", "workspace.duckdb.wal", "workspace.duckdb.tmp/spilled", ".kept/.half"):
        (out / name).write_text("KIM")
    (out / ".projection.csv.0123abcd").symlink_to("nowhere")
    (out / ".current.0123abcd").symlink_to("nowhere")
    (out / "notes.txt").write_text("mine")
    Workspace.create(out, threads=1).close()
    assert sorted(path.name for path in out.iterdir()) == [".kept", ".lock", "notes.txt", "workspace.duckdb"]
    assert list((out / ".kept").iterdir()) == []


def test_scratch_of_killed_runs_is_removed_and_of_running_ones_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(workspace.tempfile, "tempdir", str(tmp_path))
    dead, alive, foreign = (tmp_path / f"turnout-test-{name}" for name in ("dead", "alive", "foreign"))
    Workspace.create(dead, threads=1).close()
    foreign.mkdir()
    with Workspace.create(alive, threads=1), workspace.scratch("test") as opened:
        assert opened.directory.parent == tmp_path
        assert {path.name for path in tmp_path.iterdir()} == {alive.name, foreign.name, opened.directory.name}
    assert not opened.directory.exists()


def test_scratch_waits_for_another_that_looks_whether_it_was_abandoned(tmp_path, monkeypatch):
    monkeypatch.setattr(workspace.tempfile, "tempdir", str(tmp_path))
    made = tempfile.TemporaryDirectory.__init__

    def looked_at(self, *args, **kwargs):
        made(self, *args, **kwargs)
        lock = storage.hold(Path(self.name))

        def removes():
            shutil.rmtree(self.name)
            lock.close()

        threading.Timer(0.3, removes).start()

    monkeypatch.setattr(tempfile.TemporaryDirectory, "__init__", looked_at)
    with workspace.scratch("test") as opened:
        assert opened.connection.execute("SELECT count(*) FROM voters").fetchone() == (0,)
    assert not opened.directory.exists()


def test_queries_reach_nothing_outside_once_the_inputs_are_read(tmp_path):
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "outside.parquet")
    with Workspace.create(tmp_path / "out", threads=1) as opened:
        (opened.directory / "link.parquet").symlink_to(tmp_path / "outside.parquet")
        opened.seal()
        for query in (
            f"SELECT * FROM read_parquet('{tmp_path}/outside.parquet')",
            f"SELECT * FROM read_parquet('{tmp_path}/out/../outside.parquet')",
            f"SELECT * FROM read_parquet('{tmp_path}/out/link.parquet')",
            f"COPY voters TO '{tmp_path}/voters.csv'",
            f"ATTACH '{tmp_path}/other.duckdb'",
            "LOAD httpfs",
            "INSTALL httpfs",
            "SET enable_external_access = true",
            "SET lock_configuration = false",
            "SET allowed_directories = ['/']",
        ):
            with pytest.raises(duckdb.Error, match=r"disabled|locked|[Pp]ermission|cannot"):
                opened.connection.execute(query)
        opened.keep("ballots", "ballots-2022-11-08")
        with opened.registered("incoming", pl.DataFrame({"a": [1]})):
            assert opened.connection.sql("SELECT * FROM incoming").fetchall() == [(1,)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "outside.parquet"]


def test_a_key_without_crypto_is_refused_and_nothing_is_written(tmp_path, monkeypatch):
    def absent(connection):
        raise encryption._no_crypto()

    monkeypatch.setattr(encryption, "_load_crypto", absent)
    monkeypatch.setenv("TURNOUT_KEY", "0123456789abcdef")
    with pytest.raises(UsageError, match="cannot write encrypted files here"):
        Workspace.create(tmp_path / "out")
    assert not (tmp_path / "out" / "workspace.duckdb").exists()


def test_a_key_that_cannot_be_used_leaves_the_workspace_that_is_there(tmp_path, monkeypatch):
    with Workspace.create(tmp_path / "out", threads=1):
        pass
    before = (tmp_path / "out" / "workspace.duckdb").read_bytes()
    monkeypatch.setattr(encryption, "_load_crypto", lambda _: None)
    monkeypatch.setenv("TURNOUT_KEY", "0123456789abcdef")
    with pytest.raises(UsageError, match="cannot write encrypted files here"):
        Workspace.create(tmp_path / "out")
    assert (tmp_path / "out" / "workspace.duckdb").read_bytes() == before


def test_duckdbs_own_module_refuses_to_write_which_is_said_as_what_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(encryption, "_load_crypto", lambda _: None)  # as if httpfs were loaded and did not help
    monkeypatch.setenv("TURNOUT_KEY", "0123456789abcdef")
    with pytest.raises(UsageError, match=r"cannot write encrypted files here: .* unset the key") as refused:
        Workspace.create(tmp_path / "out")
    assert "0123456789abcdef" not in str(refused.value)
    assert not (tmp_path / "out" / "workspace.duckdb").exists()


def test_the_unsafe_way_to_encrypt_is_never_taken(tmp_path, monkeypatch):
    monkeypatch.setenv("TURNOUT_KEY", "0123456789abcdef")
    installed = duckdb.sql("SELECT installed FROM duckdb_extensions() WHERE extension_name = 'httpfs'").fetchall()
    if installed == [(True,)]:
        with Workspace.create(tmp_path / "out", threads=1) as opened:
            unsafe = "SELECT value FROM duckdb_settings() WHERE name = 'force_mbedtls_unsafe'"
            assert opened.connection.sql(unsafe).fetchall() == [("false",)]
    else:
        with pytest.raises(UsageError, match="httpfs extension is not installed"):
            Workspace.create(tmp_path / "out")


@pytest.fixture
def any_crypto(monkeypatch):
    """Let DuckDB encrypt: as it would for a user where httpfs is installed (`make encryption`), else with its own
    module, for tests of what is encrypted need no sound randomness.
    """
    installed = duckdb.sql("SELECT installed FROM duckdb_extensions() WHERE extension_name = 'httpfs'").fetchall()
    if installed != [(True,)]:
        monkeypatch.setattr(
            encryption, "_load_crypto", lambda connection: connection.execute("SET force_mbedtls_unsafe = 'true'")
        )
    monkeypatch.setenv("TURNOUT_KEY", "correct horse battery staple")


def test_an_encrypted_workspace_holds_no_name_in_the_clear(tmp_path, any_crypto, monkeypatch):
    names = pl.DataFrame({"voter_id": [f"CANARY{n}" for n in range(5000)], "last_name": "CANARY"})
    ballots = names.select("voter_id", status=pl.lit("accepted"), mode=pl.lit("mail"))
    with Workspace.create(tmp_path / "out", threads=1) as opened:
        opened.append("voters", names)
        opened.append("ballots", ballots)
        opened.keep("ballots", "ballots-2022-11-08")
        opened.seal()
        (kept,) = opened.kept("ballots-*")
        assert opened.connection.sql(f"SELECT count(*) FROM {opened.from_kept(kept)}").fetchall() == [(5000,)]
        assert opened.table("voters").height == 5000
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert {path.name for path in written} == {".lock", "workspace.duckdb", "ballots-2022-11-08.parquet"}
    assert not any(b"CANARY" in path.read_bytes() for path in written)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"TURNOUT_KEY": "short"}, "fewer than 16 characters"),
        ({"TURNOUT_KEY": "0123456789abcdef", "TURNOUT_KEY_FILE": "x"}, "exclude each other"),
        ({"TURNOUT_KEY_FILE": "nowhere"}, "cannot be read"),
    ],
)
def test_a_key_that_is_none_is_refused(environment, said):
    with pytest.raises(UsageError, match=said):
        encryption.Key.from_environment(environment)


def test_a_key_file_is_read_and_must_be_private(tmp_path):
    path = tmp_path / "key"
    path.write_text("0123456789abcdef\n")
    path.chmod(0o644)
    with pytest.raises(UsageError, match="can be read by others"):
        encryption.Key.from_environment({"TURNOUT_KEY_FILE": str(path)})
    path.chmod(0o600)
    key = encryption.Key.from_environment({"TURNOUT_KEY_FILE": str(path)})
    assert key.text == "0123456789abcdef"
    assert "0123456789abcdef" not in repr(key)
    assert encryption.Key.from_environment({}) is None


def test_the_database_is_given_memory_by_the_number_of_voters(tmp_path):
    def limit(voters):
        with Workspace.create(tmp_path / str(voters)) as workspace:
            workspace.connection.execute(
                f"INSERT INTO voters (voter_id, precinct) SELECT i::VARCHAR, '1' FROM range({voters}) t(i)"
            )
            workspace.seal()
            return workspace.connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0]

    assert limit(0) == "858.3 MiB"  # 0.9 GB
    assert limit(100_000) == "862.1 MiB"  # and 40 bytes each
