"""One run, from inputs to published outputs."""

from turnout import reporting
from turnout.contest import Contest
from turnout.running.live import Live
from turnout.running.progress import Progress, silent


def run(contest: Contest, *, progress: Progress = silent, wait: float = 0, cluster: str = "") -> reporting.Run:
    """Read the inputs of a contest, project it, and publish the outputs in ``contest.output``.

    Parameters
    ----------
    contest : what to project, and from which files; a voter file is optional
    progress : called with the name of each stage as it begins
    wait : seconds to wait for another run that holds the output directory
    cluster : address of a Dask scheduler that hands out the voter files of a partitioned contest, or ``local:N``;
        "" to work in this process

    Raises
    ------
    UsageError
        If the contest names no returns, or a file is missing.
    InputRefused
        If an input cannot be used.
    WorkspaceBusy
        If another run holds the output directory.
    """
    if not cluster:
        return Live(contest, wait=wait).update(progress=progress)
    from turnout.running import cluster as clusters  # noqa: PLC0415 - brings in Dask

    with clusters.connected(contest, cluster) as spread:
        return Live(contest, wait=wait, spread=spread).update(progress=progress)
