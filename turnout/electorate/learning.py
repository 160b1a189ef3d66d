"""What is said of what was learned of the comparable elections, and what they say of the totals."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from turnout.electorate import propensity, scoring
from turnout.electorate.comparable import Comparable
from turnout.electorate.situation import TOPIC
from turnout.electorate.specification import Specification
from turnout.workspace import Workspace

Floats = npt.NDArray[np.float64]
#: Turnout above which an election teaches nothing of who does not vote.
ALL = 0.95


def say_nothing_learned(workspace: Workspace, elections: int) -> None:
    """Say in the findings that none of so many past elections can be learned from."""
    message = (
        f"No past election to learn from ({elections} in the history, none with enough votes): whoever is not "
        "counted is taken as equally likely to vote, and totals are hardly known."
    )
    workspace.note(TOPIC, message, severity="warning")


def say(workspace: Workspace, comparable: Comparable, learned: propensity.Propensity, elections: int) -> None:
    """Say in the findings what was learned from, of so many past elections."""
    next_best = f" Next would be {', '.join(comparable.others)}." if comparable.others else ""
    workspace.note(
        TOPIC,
        f"{propensity.learned_from(comparable, learned)} Chosen because it is {comparable.reason}.{next_best} "
        "[propensity] comparable names another.",
    )
    if comparable.also:
        weighed = zip(comparable.also, propensity.WEIGHTS[1:], strict=False)
        parts = ", ".join(f"{one.date} (weight {weight:g})" for one, weight in weighed)
        message = (
            f"Who votes and how is learned from {parts} as well, against a weight of 1; how many vote is taken from "
            f"{comparable.date} alone."
        )
        workspace.note(TOPIC, message)
    if learned.turnout > ALL:
        message = (
            f"On {comparable.date} {learned.turnout:.0%} of those in the file voted: it may hold voters only, or the "
            "history be wrong. Who does not vote cannot be learned, and the totals are widened."
        )
        workspace.note(TOPIC, message, severity="warning")
    for message in _ways_not_told(comparable, learned):
        workspace.note(TOPIC, message, severity="warning")
    if elections == 1:
        message = "It is the only past election: how lasting habits are is assumed, not learned."
        workspace.note(TOPIC, message, severity="warning")


def _ways_not_told(comparable: Comparable, learned: propensity.Propensity) -> Iterator[str]:
    """Say which ways of voting the comparable election does not tell of, and what is expected instead."""
    if not comparable.modes:
        yield (
            f"The history does not say how people voted on {comparable.date}: who votes is learned, how they do is "
            "not. Late ballots are expected from the early ones, at the usual late share of mail, and at the polls "
            "what is left of that election's turnout; both ranges are wide. A history with modes narrows them."
        )
        return
    if learned.totals[scoring.EARLY] == 0:
        yield (
            f"Nobody in the file voted early or by mail on {comparable.date}. Early and late ballots are expected "
            "from the early ones so far, and none while none are in. If people did, name another election under "
            "[propensity] comparable, or a range."
        )
    if learned.totals[scoring.POLL] == 0:
        yield (
            f"Nobody in the file voted at the polls on {comparable.date}, so nobody is expected to now. If that is "
            "not so, name another election under [propensity] comparable, or a range."
        )


def totals_then(
    then: dict[str, int], spec: Specification, late: tuple[float, float], growth: float
) -> tuple[Floats, tuple[float, float]]:
    """Return the comparable election's totals at today's eligible, and the prior of the late share of mail.

    A history that tells late mail apart says what that share was.
    """
    if then["late_mail"] > 0.01 * then["mail"]:
        late = then["late_mail"] / (then["mail"] + then["late_mail"]), spec.late.known_sd
    mail = then["mail"] + then["late_mail"]
    counts = (
        mail * (1 - late[0]) + then["early_in_person"], then["poll"] + then["unknown"], mail * late[0],
        then["provisional"],
    )  # fmt: skip
    return growth * np.array(counts), late
