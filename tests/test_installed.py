"""The wheel and the sdist, away from the checkout: they carry sql/, models/ and configs/, and work without it."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def built(source: Path, kind: str, directory: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(directory)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (made,) = directory.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return made


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The wheel, built and unpacked."""
    directory = tmp_path_factory.mktemp("wheel")
    with zipfile.ZipFile(built(ROOT, "wheel", directory)) as archive:
        archive.extractall(directory / "site")
    return directory / "site"


@pytest.fixture(scope="module")
def sources(tmp_path_factory) -> Path:
    """The sdist, built and unpacked."""
    directory = tmp_path_factory.mktemp("sdist")
    with tarfile.open(built(ROOT, "sdist", directory)) as archive:
        archive.extractall(directory / "sources", filter="data")
    (inside,) = (directory / "sources").iterdir()
    return inside


def run(site: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(site)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_the_wheel_carries_its_data(site) -> None:
    data = site / "turnout" / "_data"
    for kind, pattern in (("sql", "*.sql"), ("models", "*.toml"), ("models", "*.parquet"), ("configs", "*.toml")):
        shipped = {p.relative_to(data) for p in (data / kind).rglob(pattern)}
        assert shipped == {p.relative_to(ROOT) for p in (ROOT / kind).rglob(pattern)}
    assert not list(data.rglob("*.csv.gz"))
    assert not list(data.rglob("data/*"))
    assert sum(p.stat().st_size for p in site.rglob("*") if p.is_file()) < 12_000_000


def test_it_projects_without_the_checkout(site, tmp_path) -> None:
    where = run(site, tmp_path, "-c", "import turnout; print(turnout.__file__)")
    assert where.stdout.startswith(str(site))
    assert run(site, tmp_path, "-m", "turnout", "--version").stdout.startswith("turnout ")
    (tmp_path / "early.csv").write_text("precinct,candidate,mail\n1,Ada,600\n1,Bob,400\n2,Ada,450\n2,Bob,550\n")
    done = run(site, tmp_path, "-m", "turnout", "project", "--returns", "early.csv", "--output", "out", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "out" / "projection.csv").read_text().startswith("contest,candidate,")


def test_the_sdist_carries_what_is_in_the_repository_and_no_data(sources) -> None:
    for name in ("README.md", "SECURITY.md", "LICENSE", "CHANGELOG.md", "requirements.lock", "Makefile"):
        assert (sources / name).read_bytes() == (ROOT / name).read_bytes()
    assert {path.name for path in (sources / "sql").rglob("*.sql")} == {p.name for p in (ROOT / "sql").rglob("*.sql")}
    odd = [path for path in sources.rglob("*") if path.suffix in (".duckdb", ".wal") or path.name == "ledger.jsonl"]
    assert odd == []
    assert not (sources / "demo").exists()


def test_the_wheel_of_the_sdist_is_the_wheel_of_the_checkout(site, sources, tmp_path_factory) -> None:
    directory = tmp_path_factory.mktemp("from-sdist")
    with zipfile.ZipFile(built(sources, "wheel", directory)) as archive:
        archive.extractall(directory / "site")
    files = {path.relative_to(site): path.read_bytes() for path in site.rglob("*") if path.is_file()}
    again = {path.relative_to(directory / "site"): path for path in (directory / "site").rglob("*") if path.is_file()}
    assert set(files) == set(again)
    different = [str(name) for name, content in files.items() if again[name].read_bytes() != content]
    assert [name for name in different if not name.endswith("RECORD")] == []


def test_every_dependency_is_pinned_with_its_hash() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert len(lines) > 20
    for line in lines:
        assert "==" in line, line
        assert "--hash=sha256:" in line, line
