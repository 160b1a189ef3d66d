"""The table of past ballots in shift.md, from which the priors of what moves a whole ballot were judged.

python models/ballot_shifts.py HISTORY
"""

import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from turnout import reading
from turnout.workspace import Workspace


def main(history: Path) -> None:
    """Print, for every past ballot, the shift of the polls from all early votes and from those cast in person."""
    with tempfile.TemporaryDirectory() as directory, Workspace.create(Path(directory)) as workspace:
        reading.load_history(workspace, [history])
        workspace.execute("projection/macros")
        ballots = workspace.query("backtest/ballot_shifts")
    table = Table("ballot", "contests", "mail share", "polls less early", "polls less in person early")
    for state, date, contests, mail, shift, gap in ballots.iter_rows():
        apart = "" if gap is None else f"{shift - gap:+.2f}"
        table.add_row(f"{state} {date}", str(contests), f"{mail:.2f}", f"{shift:+.2f}", apart)
    Console().print(table)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
