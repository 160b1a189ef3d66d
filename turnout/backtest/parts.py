"""Finished replays on disk, so that a backtest that was stopped goes on where it was."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from turnout.backtest.replay import Replay
from turnout.storage import placed

_DIRECTORY: Final = ".parts"


class Parts:
    """A directory with one file a finished replay, all of the same inputs, models, code and options.

    Each file appears in one rename, so that one that is there is whole.

    Parameters
    ----------
    output : the backtest's directory
    identity : what the replays rest on. Parts that rest on something else are removed.
    fresh : whether to forget parts of the same identity too
    """

    def __init__(self, output: Path, identity: Mapping[str, object], *, fresh: bool = False) -> None:
        text = json.dumps(identity, sort_keys=True, default=str)
        self.directory = output / _DIRECTORY / hashlib.sha256(text.encode()).hexdigest()[:16]
        self.directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for other in self.directory.parent.iterdir():
            if fresh or other != self.directory:
                shutil.rmtree(other)
        self.directory.mkdir(mode=0o700, exist_ok=True)
        for unfinished in self.directory.glob(".*"):
            unfinished.unlink()

    def has(self, asked: Replay) -> bool:
        """Whether the replay is finished."""
        return self._path(asked).is_file()

    def write(self, asked: Replay, rows: pl.DataFrame) -> None:
        """Keep the rows of a finished replay."""
        with placed(self._path(asked)) as temporary:
            rows.write_parquet(temporary)

    def read(self, asked: Replay) -> pl.DataFrame:
        """Return the rows of a finished replay."""
        return pl.read_parquet(self._path(asked))

    def _path(self, asked: Replay) -> Path:
        """Name a replay's file; a state may hold anything, so its name is not taken for a path."""
        state = hashlib.sha256(asked.state.encode()).hexdigest()[:8] if not asked.state.isalnum() else asked.state
        return self.directory / f"{state}-{asked.date}-{asked.stage.order or 'none'}-{asked.stage.share}.parquet"
