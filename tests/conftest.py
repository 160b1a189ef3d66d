"""Fixtures that several rooms use."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.reading import host as hosts
from turnout.workspace import Workspace

# A commit passes or fails by itself: the examples are drawn from the test's own text, not anew on every run.
# `--hypothesis-profile soak` looks further, from another seed each time.
settings.register_profile("steady", derandomize=True)
settings.register_profile("soak", derandomize=False)
settings.load_profile("steady")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """An empty workspace on two threads."""
    with Workspace.create(tmp_path / "workspace", threads=2) as opened:
        yield opened


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[hosts.Host]:
    """A host of objects on this machine, which the real library takes for Amazon's."""
    with hosts.serving() as found:
        for name, value in hosts.environment(found).items():
            monkeypatch.setenv(name, value)
        yield found


@pytest.fixture
def shared_data() -> Path:
    """The real returns beside the checkout; skips the test where they are absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("no real returns in ../shared/data")
    return SHARED_DATA
