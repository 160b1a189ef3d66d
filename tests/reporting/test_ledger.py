"""The ledger of published projections."""

import dataclasses

import polars as pl
import pytest

from tests.reporting import examples
from turnout import reporting
from turnout.reporting import ledger, page, tables
from turnout.workspace import Workspace


@pytest.fixture
def run():
    return examples.founding_case()


def with_seed(run, seed):
    return dataclasses.replace(run, provenance={**run.provenance, "seed": seed})


def published(run, directory):
    entered = reporting.entered(run, directory)
    with Workspace.create(directory, threads=1) as workspace, workspace.publication() as staging:
        reporting.write(staging, entered)
    return entered


def test_each_published_projection_has_an_entry(run, tmp_path):
    for seed in (1, 2, 3):
        published(with_seed(run, seed), tmp_path)
    entries = ledger.read(tmp_path)
    assert entries["run"].to_list() == [1, 1, 2, 2, 3, 3]
    assert entries["candidate"].to_list()[:2] == ["Jimmy Gomez", "Robert Lee Ahn"]
    assert (tmp_path / ledger.FILE).resolve().stat().st_mode & 0o777 == 0o600


def test_the_same_inputs_and_seed_add_nothing_and_give_the_same_page(run, tmp_path):
    first = published(run, tmp_path)
    page_before = (tmp_path / "report.html").read_bytes()
    later = dataclasses.replace(run, provenance={**run.provenance, "started": "2030-01-01", "seconds": 1.0})
    assert published(later, tmp_path).ledger.equals(first.ledger)
    assert (tmp_path / "report.html").read_bytes() == page_before


def test_coming_back_to_what_an_earlier_run_said_is_an_entry_that_names_it(run, tmp_path, monkeypatch):
    for hour, seed in enumerate((1, 2, 1, 1, 1, 2)):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1_496_700_000 + 3_600 * hour))
        entered = published(with_seed(run, seed), tmp_path)
    entries = ledger.read(tmp_path)
    assert entries["run"].unique().to_list() == [1, 2, 3, 4]
    assert entries["published"].unique(maintain_order=True).str.tail(5).to_list() == [
        "22:00",
        "23:00",
        "00:00",
        "03:00",
    ]
    assert ledger.repeats(entries) == {3: 1, 4: 2}
    assert ledger.repeats(entries.filter(pl.col("run") < 3)) == {}
    text = page.render(tables.published(entered))
    assert '<th scope="row">3 <span class="dim">as 1</span></th>' in text
    assert '<th scope="row">2</th>' in text


def test_days_stand_in_their_order_though_an_old_one_was_projected_again(run):
    entries = examples.ledger(run, shares=(0.52, 0.55, 0.587), days=(5, 6, 5))
    days = ledger.by_day(entries).filter(pl.col("candidate") == "Jimmy Gomez")
    assert days["run"].to_list() == [3, 2]


def test_a_run_killed_while_it_publishes_leaves_the_ledger_as_it_was(run, tmp_path):
    published(run, tmp_path)
    before = ledger.read(tmp_path)
    entered = reporting.entered(with_seed(run, 9), tmp_path)

    def killed():
        with Workspace.create(tmp_path, threads=1) as workspace, workspace.publication() as staging:
            reporting.write(staging, entered)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed()
    assert ledger.read(tmp_path).equals(before)


def test_a_page_built_again_still_says_how_the_projection_moved(run, tmp_path, monkeypatch):
    for seed, moment in ((1, "1496700000"), (2, "1496800000")):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", moment)
        published(with_seed(run, seed), tmp_path)
    written = (tmp_path / "report.html").read_text(encoding="utf-8")
    reporting.rebuild(tmp_path)
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == written
    assert "How the projection moved" in written
    assert "2017-06-05 22:00" in written


def test_a_ledger_that_cannot_be_read_is_begun_anew(run, tmp_path):
    (tmp_path / ledger.FILE).write_bytes(b"torn")
    assert reporting.entered(run, tmp_path).ledger["run"].to_list() == [1, 1]


def test_one_run_has_not_moved(run):
    entries = ledger.extended(None, tables.published(run))
    assert ledger.moved(entries, run.contest.name).is_empty()
    assert ledger.moved(None, run.contest.name).is_empty()
    assert "How the projection moved" not in page.render(tables.published(dataclasses.replace(run, ledger=entries)))


def test_days_are_those_of_the_data_and_the_last_run_of_each_is_told(run):
    entries = examples.ledger(run)
    days = ledger.by_day(ledger.moved(entries, run.contest.name)).filter(pl.col("candidate") == "Jimmy Gomez")
    assert days["run"].to_list() == [2, 3]
    assert days["projected_share"].to_list() == pytest.approx([0.55, 0.587])


def test_runs_of_one_day_have_no_days_to_tell(run):
    assert ledger.by_day(examples.ledger(run, days=(5, 5, 5))).is_empty()


def test_the_page_says_how_far_it_moved(run):
    text = page.render(tables.published(dataclasses.replace(run, ledger=examples.ledger(run))))
    assert "was at 52.0 % in the first of 3 runs and is at 58.7 % now, +6.7 points since." in text


def test_a_ballot_tells_which_contests_moved_since_the_run_before():
    run = examples.ballot(40)
    first, second, last = (f"State House District {number}" for number in (5, 9, 13))
    share, contest = pl.col("projected_share"), pl.col("contest")
    is_first = pl.col("candidate") == "Alvarez"
    before = run.projection.with_columns(
        projected_share=pl.when(contest == first)
        .then(share + pl.when(is_first).then(-0.06).otherwise(0.06))  # another led
        .when(contest == second)
        .then(share - pl.when(is_first).then(0.02).otherwise(-0.02))
        .when(contest == last)
        .then(share - pl.when(is_first).then(0.001).otherwise(-0.001))
        .otherwise(share)
    )
    entries = ledger.extended(None, tables.published(with_seed(dataclasses.replace(run, projection=before), 1)))
    entries = ledger.extended(entries, tables.published(with_seed(run, 2)))
    moves = ledger.last_moves(entries)
    assert moves["contest"].to_list()[:3] == [first, second, last]
    assert moves["move"].to_list()[:3] == pytest.approx([0.06, 0.02, 0.001])
    assert moves["turned"].to_list()[:3] == [True, False, False]
    text = page.render(tables.published(dataclasses.replace(run, ledger=entries)))
    assert "Since the run before, 2 contests moved by a point or more, and 1 contest got another leader." in text
    assert ledger.last_moves(entries.filter(pl.col("run") == 1)).is_empty()
