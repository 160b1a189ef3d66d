import dataclasses
import io

import polars as pl
import pytest
from rich.console import Console

from tests.reporting import examples
from turnout import reporting
from turnout.reporting import words


def shown(run, width=80, **options):
    console = Console(file=io.StringIO(), width=width)
    reporting.show(run, console, **options)
    return console.file.getvalue()


@pytest.mark.parametrize("make", [examples.founding_case, examples.ballot, examples.fully_abstained])
def test_it_fits_eighty_columns(make):
    lines = shown(make()).splitlines()
    assert max(len(line) for line in lines if not line.startswith("Written to")) <= 80


def test_the_founding_case_tells_its_story():
    text = shown(examples.founding_case())
    story = ["Synthetic electorate", "Who has voted", "Korean", "The count alone says: Jimmy Gomez 50.3 %", "58.7 %",
             "52.9 to 64.5", "99 %", "unmatched precincts", "Every line accounted for", "Written to"]  # fmt: skip
    places = [text.index(part) for part in story]
    assert places == sorted(places)


def test_korean_voters_stand_out_against_registration():
    line = next(line for line in shown(examples.founding_case()).splitlines() if line.startswith("Korean"))
    assert line.split() == ["Korean", "6.0", "%", "27.0", "%", "×4.5", "5.0", "%", "15.0", "%"]


def test_groups_under_one_per_cent_of_everything_are_left_out():
    text = shown(examples.founding_case())
    assert "Native American" not in text
    assert "Vietnamese" not in text


def test_totals_have_their_intervals():
    text = shown(examples.founding_case())
    assert "9,000 to 16,000" in text
    assert "21,000 to 21,000" not in text


def test_totals_without_stated_intervals_come_from_the_shares():
    run = examples.founding_case(provenance={})
    line = next(line for line in shown(run).splitlines() if line.startswith("Voters"))
    assert line.split() == ["Voters", "300,000", "21,000", "12,000", "10,000"]


def test_every_file_is_reconciled():
    text = shown(examples.founding_case())
    assert text.count("✓") == 4
    line = next(line for line in text.splitlines() if line.startswith("voters.csv"))
    assert line.split() == ["voters.csv", "300,012", "300,000", "12", "0", "✓"]


def test_lost_lines_are_said():
    run = examples.founding_case()
    run = dataclasses.replace(run, reconciliation=run.reconciliation.with_columns(rejected=pl.col("rejected") + 1))
    assert shown(run).count("LINES LOST") == 4


def test_markup_and_control_characters_in_names_are_only_text():
    run = examples.founding_case()
    name = "[red]Gomez[/red]\x1b[2J"
    run = dataclasses.replace(run, projection=run.projection.with_columns(candidate=pl.lit(name)))
    text = shown(run, width=120)
    assert "[red]Gomez[/red]" in text
    assert "\x1b" not in text


def test_a_large_ballot_shows_the_most_open_and_counts_the_rest():
    text = shown(examples.ballot(300))
    assert "the 15 most open of 300 contests" in text
    assert "294 contests projected, 41 with another leader than the count; 6 abstained." in " ".join(text.split())
    assert "State House District 299" not in text
    assert "Abstained in 6 contests" in text


def test_an_abstention_gives_its_reason():
    text = " ".join(shown(examples.fully_abstained()).split())
    assert "Nothing is counted yet." in text
    assert "No projection. No votes are reported, and there is no past result by vote mode." in text


def test_a_leader_that_the_count_does_not_have_is_said():
    run = examples.founding_case()
    swapped = run.projection.with_columns(pl.col("counted_share").reverse())
    assert "another leader than the count" in shown(dataclasses.replace(run, projection=swapped))
    assert "another leader" not in shown(run)


def test_a_run_that_published_nothing_names_no_files():
    assert "Written to" not in shown(examples.founding_case(), files=False)


def test_a_large_ballot_says_why_its_most_open_contests_are_not_surer():
    lines = shown(examples.ballot(300)).splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("Why not surer"))
    assert lines[at + 1].split() == ["Contest", "Shift", "Who", "Total", "Precincts", "Chance"]
    assert lines[at + 3].split() == ["State", "House", "District", "1", "±1.6", "±0.6", "±0.5", "±0.2", "±0.1"]
    assert len([line for line in lines if "±1.6" in line]) == 5
    assert "Shift: how differently people vote at the polls" in "\n".join(lines)
    run = examples.ballot(300)
    assert "Why not surer" not in shown(dataclasses.replace(run, components=run.components.clear()))


def test_long_names_of_contests_keep_both_ends_and_break_no_word():
    run = examples.ballot(20)
    long = "Statewide Referendum A Provides for a homestead exemption for residents of certain municipal corporations"
    run = dataclasses.replace(run, projection=run.projection.with_columns(contest=pl.lit(long) + pl.col("contest")))
    lines = shown(run).splitlines()
    names = [line.strip() for line in lines if line.startswith("Statewide")]
    assert len(names) == 15
    assert all(len(name) <= 35 and name.split()[0] == "Statewide" and name[-1].isdigit() for name in names)
    assert max(len(line) for line in lines if not line.startswith("Written to")) <= 80


@pytest.mark.parametrize(
    ("text", "room", "said"), [("Mayor", 5, "Mayor"), ("Council District 12", 11, "Counc…ct 12"), ("Mayor", 1, "M")]
)
def test_a_text_is_shortened_in_its_middle(text, room, said):
    assert words.shortened(text, room) == said
    assert len(words.shortened(text, room)) <= room


def test_a_move_since_the_run_before_is_said():
    run = examples.founding_case()
    assert "since the run before" not in shown(run)
    moved = dataclasses.replace(run, ledger=examples.ledger(run))
    assert "Jimmy Gomez moved +3.7 points since the run before." in shown(moved)
    turned = dataclasses.replace(run, ledger=examples.ledger(run, shares=(0.4, 0.45, 0.587)))
    assert "Jimmy Gomez moved +13.7 points since the run before, and leads now." in shown(turned)
