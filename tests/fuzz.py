"""Coverage-guided fuzzing, by atheris: python -m tests.fuzz config|layout|returns [libFuzzer options].

Whatever the bytes, a config or a layout is taken or refused in words, and every line of returns is accounted for.
"""

import atexit
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["turnout", "tomllib"]):
    from turnout import reading
    from turnout.contest import Contest, Inputs
    from turnout.errors import TurnoutError
    from turnout.reading import layouts
    from turnout.workspace import Workspace

SEEDS = {
    "config": [b'name = "x"\ndate = 2017-06-06\n[inputs]\nreturns = ["r.csv"]\n'],
    "layout": [b'name = "x"\ntable = "results"\n[columns.mail]\nnames = ["m"]\n'],
    "returns": [
        b"precinct,candidate,mail\n1,Ada,6\n1,Bob,4\n",
        b'<?xml version="1.0"?><ElectionResult/>',
        b"PK\x03\x04",
    ],
}


def config(path: Path) -> None:
    Contest.load(path)


def layout(path: Path) -> None:
    layouts.read(path)


def returns(path: Path) -> None:
    with Workspace.create(path.parent / "workspace", threads=1) as workspace:
        reading.load(workspace, Contest(inputs=Inputs(returns=(path,))))
        account = workspace.connection.execute("SELECT lines_in - loaded - rejected - ignored FROM reconciliation")
        assert account.fetchall() == [(0,)]


def once(target: Callable[[Path], None], directory: Path) -> Callable[[bytes], None]:
    path = directory / "input.csv"

    def run(data: bytes) -> None:
        path.write_bytes(data)
        try:
            target(path)
        except TurnoutError:
            return

    return run


def main() -> None:
    name, options = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as made:
        directory = Path(made)
        (directory / "seeds").mkdir()
        for number, seed in enumerate(SEEDS[name]):
            (directory / "seeds" / str(number)).write_bytes(seed)
        atheris.Setup([sys.argv[0], *options, str(directory / "seeds")], once(globals()[name], directory))
        atexit.register(signal.signal, signal.SIGALRM, signal.SIG_IGN)  # the timer outlives the fuzzing
        atheris.Fuzz()


if __name__ == "__main__":
    main()
