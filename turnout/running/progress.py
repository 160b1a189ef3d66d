"""How a run tells its caller which stage it is in."""

from collections.abc import Callable

#: Called with a stage's name ("reading", "ethnicity", …) when the stage begins.
Progress = Callable[[str], None]


def silent(stage: str) -> None:
    """Say nothing."""
