"""Who the voters are by estimate, what it rests on, and how good it is, in a workspace that is thrown away."""

from turnout import ethnicity, reading
from turnout.contest import Contest
from turnout.errors import UsageError
from turnout.reporting.ethnicity import Estimated
from turnout.running.progress import Progress, silent
from turnout.workspace import scratch


def run(contest: Contest, *, compare: bool = False, progress: Progress = silent) -> Estimated:
    """Estimate the voters of a contest's file.

    ``compare`` with the self-reported race in the file, which is then not used as evidence.

    Raises
    ------
    UsageError
        If the contest names no voter file, or there is nothing to compare with.
    """
    if not contest.inputs.voters:
        raise UsageError("There is no voter file. Name one with --voters, or `voters` under [inputs] in the config.")
    inputs = contest.inputs.model_copy(update={"returns": (), "history": (), "crosswalk": None})
    contest = contest.model_copy(update={"inputs": inputs})
    with scratch("ethnicity") as workspace:
        progress("reading")
        reading.load(workspace, contest)
        workspace.seal()
        progress("ethnicity")
        if compare:
            calibration = ethnicity.calibrate(workspace, contest)
        else:
            calibration = None
            ethnicity.estimate(workspace, contest)
        return Estimated(
            groups=ethnicity.totals(workspace),
            by_ballot=ethnicity.early_composition(workspace),
            basis=ethnicity.summary(workspace),
            calibration=calibration,
            findings=workspace.table("findings"),
        )
