"""Many contests one after another. What fails in one leaves the others alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from turnout.contest import Contest
from turnout.errors import AbstainedEverywhere, BatchPartlyFailed, TurnoutError
from turnout.running import project
from turnout.running.progress import Progress, silent


@dataclass(frozen=True)
class Outcome:
    """How one contest of a batch ended.

    ``exit_code`` is what projecting it alone would have exited with; ``message`` is empty when it was projected.
    """

    config: Path
    status: Literal["projected", "abstained", "failed"]
    exit_code: int = 0
    message: str = ""


def run(configs: Sequence[Path], *, progress: Progress = silent) -> Iterator[Outcome]:
    """Project each config in turn and yield how it ended, as soon as it has."""
    for config in configs:
        progress(str(config))
        yield _one(config)


def conclude(outcomes: Sequence[Outcome]) -> None:
    """Raise what a finished batch should exit with; return where every contest was published and one projected.

    Raises
    ------
    BatchPartlyFailed
        If one failed, or all did.
    AbstainedEverywhere
        If none failed and none could be projected.
    """
    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    if failed:
        names = ", ".join(str(outcome.config) for outcome in failed)
        raise BatchPartlyFailed(
            f"{len(failed)} of {len(outcomes)} contests failed: {names}. The others are published."
        )
    if all(outcome.status == "abstained" for outcome in outcomes):
        raise AbstainedEverywhere("No contest of the batch could be projected; each output says why.")


def _one(config: Path) -> Outcome:
    try:
        result = project.run(Contest.load(config))
    except AbstainedEverywhere as error:
        return Outcome(config, "abstained", error.exit_code, str(error))
    except TurnoutError as error:
        return Outcome(config, "failed", error.exit_code, str(error))
    except Exception as error:  # a bug in one contest must not stop the others
        return Outcome(config, "failed", 1, f"internal error: {type(error).__name__}. Run it alone to see more.")
    if result.abstained_everywhere:
        return Outcome(config, "abstained", AbstainedEverywhere.exit_code, "no contest could be projected")
    return Outcome(config, "projected")
