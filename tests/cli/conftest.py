"""The command line, run in this process."""

import pytest

from turnout.cli import app


@pytest.fixture
def turn(monkeypatch, capsys):
    """Run the command line and return its exit code, stdout and stderr."""
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            app([str(argument) for argument in arguments], prog_name="turnout")
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run
