"""What is served on loopback: the published files by name, and nothing else."""

import http.client
import socket
from pathlib import Path

import pytest

from turnout.errors import UsageError
from turnout.running.serving import served


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """An output directory as a watch leaves it, with what must not be seen."""
    directory = tmp_path / "out"
    for name in (".kept", ".runs/1"):
        (directory / name).mkdir(parents=True)
    (directory / ".current").symlink_to(".runs/1")
    for name in ("report.html", "projection.csv", ".ledger"):
        (directory / ".runs" / "1" / name).write_text(f"this is {name}")
        (directory / name).symlink_to(f".current/{name}")
    for name in ("live.html", "workspace.duckdb", ".kept/voters.csv", "notes.txt"):
        (directory / name).write_text(f"this is {name}")
    (directory / "linked.csv").symlink_to(tmp_path / "secret.csv")
    (tmp_path / "secret.csv").write_text("secret")
    return directory


def ask(address: str, path: str, method: str = "GET", **headers: str) -> tuple[int, str, http.client.HTTPMessage]:
    host, port = address.removeprefix("http://").rstrip("/").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=5)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode(), answer.headers


def test_the_live_page_is_at_the_root(output):
    with served(output, 0) as address:
        assert address.startswith("http://127.0.0.1:")
        status, text, headers = ask(address, "/")
        assert (status, text) == (200, "this is live.html")
        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        assert ask(address, "/projection.csv?again=1")[:2] == (200, "this is projection.csv")
        assert ask(address, "/report.html", "HEAD")[:2] == (200, "")


@pytest.mark.parametrize(
    "path",
    [
        "/workspace.duckdb",
        "/.kept/voters.csv",
        "/.kept/",
        "/.ledger",
        "/.current/report.html",
        "/.runs/1/report.html",
        "/notes.txt",
        "/linked.csv",
        "/../secret.csv",
        "/%2e%2e/secret.csv",
        "/%2Fetc%2Fhostname",
        "/cohorts.csv",
    ],
)
def test_nothing_else_is_served_or_listed(output, path):
    with served(output, 0) as address:
        status, text, _ = ask(address, path)
        assert status == 404
        assert "voters" not in text
        assert "secret" not in text


def test_a_browser_that_was_sent_here_under_another_name_is_refused(output):
    with served(output, 0) as address:
        assert ask(address, "/", Host="evil.example:80")[0] == 403


def test_nothing_can_be_changed(output):
    with served(output, 0) as address:
        assert ask(address, "/", "POST")[0] == 501
        assert ask(address, "/", "DELETE")[0] == 501


def test_only_this_machine_is_answered(output):
    with served(output, 0) as address:
        port = int(address.rstrip("/").rsplit(":", 1)[1])
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.2", port), timeout=1):
            pass


def test_a_port_that_is_taken_is_wrong_usage(output):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"--serve {port}: the port cannot be had"), served(output, port):
            pass


def test_it_serves_what_is_published_meanwhile(output):
    with served(output, 0) as address:
        (output / "new").write_text("newer")
        (output / "new").replace(output / "live.html")
        assert ask(address, "/")[1] == "newer"
