"""The sentences a client reads first."""

import dataclasses
from importlib import import_module

import polars as pl
import pytest

from tests.reporting import examples
from turnout.reporting import story, summary, tables


def told(run):
    run = tables.published(run)
    return story.tell(run, summary.contests(run)[0], story.gap(run))


def leading(win, share=0.52):
    """The founding case with another chance and share of the leader."""
    run = examples.founding_case()
    first = pl.col("candidate") == "Jimmy Gomez"
    return dataclasses.replace(
        run,
        projection=run.projection.with_columns(
            win_probability=pl.when(first).then(win).otherwise(1 - win),
            projected_share=pl.when(first).then(share).otherwise(1 - share),
            projected_votes=pl.when(first).then(share).otherwise(1 - share) * 43_000,
        ),
    )


@pytest.mark.parametrize(
    ("win", "said"),
    [
        (0.99, "Jimmy Gomez is very likely to win, with"),
        (0.9, "Jimmy Gomez is likely to win, with"),
        (0.7, "Jimmy Gomez is ahead, but not safely, with"),
        (0.55, "Too close to call: Jimmy Gomez is a little ahead, with"),
    ],
)
def test_a_lead_is_called_what_it_is(win, said):
    assert told(leading(win)).ahead == f"{said} a projected 52.0 % of the final vote to 48.0 % for Robert Lee Ahn."


def test_two_who_are_alike_to_a_decimal_are_even():
    run = examples.founding_case()
    alike = run.projection.with_columns(projected_share=pl.Series([0.5003, 0.4997]), win_probability=pl.lit(0.5))
    ahead = told(dataclasses.replace(run, projection=alike)).ahead
    assert ahead == "Too close to call: Jimmy Gomez and Robert Lee Ahn are even, each with a projected 50.0 %."


def test_why_says_the_count_what_is_to_come_and_who_is_still_to_vote():
    assert told(examples.founding_case()).why == (
        "The count alone, 21,000 votes so far, has Jimmy Gomez at 50.3 %. About 22,000 more votes are expected"
        " (16,000 to 30,000 in nine cases of ten), and some 67 % of them for Jimmy Gomez."
        " Latino voters are an estimated 26 % of those who voted early, 49 % of"
        " the registered, and 46 % of those still to come; most of them seem to support Jimmy Gomez (inferred, not"
        " known)."
    )


def test_a_count_that_will_turn_is_said_to():
    run = examples.founding_case()
    swapped = run.projection.with_columns(pl.col("counted_share", "counted_votes").reverse())
    why = told(dataclasses.replace(run, projection=swapped)).why
    assert why.startswith("The count alone, 21,000 votes so far, has Robert Lee Ahn ahead, 50.3 % to 49.7 %. That is")
    assert "That is expected to turn. About 22,000 more votes are expected (16,000 to 30,000" in why


def test_votes_to_come_like_those_counted_are_said_to_be():
    assert "and they look much like those counted." in told(leading(0.6, share=0.5035)).why


def test_how_sure_says_the_interval_the_chance_and_the_largest_unknown():
    assert told(examples.founding_case()).sure == (
        "Nine times in ten the final share of Jimmy Gomez should lie between 52.9 % and 64.5 %; 99 in 100 simulated"
        " counts end with Jimmy Gomez first. The largest unknown is how differently people vote at the polls than by"
        " mail or early."
    )


def test_a_group_whose_support_is_in_doubt_is_given_none():
    run = examples.founding_case()
    doubtful = run.support.with_columns(lo90=pl.lit(0.3), hi90=pl.lit(0.7))
    assert "seem to support" not in told(dataclasses.replace(run, support=doubtful)).why


def test_without_a_voter_file_no_group_is_named():
    run = dataclasses.replace(examples.founding_case(), cohorts=None, support=None)
    assert told(run).why.endswith("67 % of them for Jimmy Gomez.")


def test_a_final_count_has_nothing_to_explain():
    run = examples.founding_case()
    final = run.projection.with_columns(status=pl.lit("final"), reason=pl.lit("Every vote is counted."))
    assert told(dataclasses.replace(run, projection=final)) == story.Story(
        "Jimmy Gomez has 58.7 %. Every vote is counted.", "", ""
    )


def test_a_ballot_says_how_many_are_open():
    told = story.of_ballot(summary.contests(tables.published(examples.ballot(300))))
    assert told.ahead == "294 of 300 contests projected; 6 abstained, with the reason."
    assert told.why == "In 41 of them the projection has another leader than the count."
    assert told.sure.startswith("In 45 the leader wins in fewer than 95 of 100 simulated counts")


def test_every_component_of_the_engine_is_explained():
    project = import_module("turnout.projection.project")
    losses = import_module("turnout.projection.losses")
    assert set(story.COMPONENTS) == {*project.COMPONENTS, *project.GROUP_COMPONENTS, losses.LOST_LINES}
