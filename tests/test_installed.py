"""The wheel, away from the checkout: it carries sql/, models/ and configs/, and works without the sources."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The wheel, built and unpacked."""
    directory = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = directory.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(directory / "site")
    return directory / "site"


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
