"""What a run is called."""

import dataclasses

import polars as pl

from tests.reporting import examples
from turnout.reporting import summary


def called(run, *, name: str = "", contest: str | None = None) -> str:
    """What the page calls a run of a contest of this name, and returns whose contest is called so."""
    projection = run.projection if contest is None else run.projection.with_columns(contest=pl.lit(contest))
    asked = run.contest.model_copy(update={"title": "", "name": name})
    return summary.title(dataclasses.replace(run, contest=asked, projection=projection))


def test_a_run_is_called_by_its_name_its_one_contest_or_how_many_there_are():
    run = examples.founding_case()
    assert called(run, name="Mayor") == "Mayor"
    assert called(run, contest="Sheriff") == "Sheriff"
    assert called(run, contest=summary.UNNAMED) == "Projection"  # what reading calls it where nobody does
    assert called(examples.ballot(30)) == "Projection of 30 contests"
