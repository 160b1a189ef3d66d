"""Priors learned from past elections: they find the shift there is, and say so in a file that can be used."""

import datetime as dt

import polars as pl
import pytest
from typer.testing import CliRunner

from tests.backtest.conftest import DATES, SHIFT, election, past, write_history
from turnout import backtest
from turnout.cli import app
from turnout.errors import InputRefused, UsageError
from turnout.projection.priors import EffectPrior, Priors
from turnout.projection.terms import HierarchySpec
from turnout.running import backtest as running


def offices() -> list[list[dict]]:
    """Three elections of eight contests between the parties, whose polls all shift alike."""
    return [
        [
            {**line, "contest": f"Office {office}"}
            for office in range(8)
            for line in election(date, 10 * office + number)
            if line["contest"] == "Governor"
        ]
        for number, date in enumerate(DATES)
    ]


def test_the_shift_that_all_ballots_had_is_learned(full_count):
    elections = [full_count(offices(), date) for date in DATES]
    learned = Priors()
    for _ in range(4):
        told = [
            backtest.evidence(lines, units, dt.date.fromisoformat(date), learned, 1)
            for (lines, units), date in zip(elections, DATES, strict=True)
        ]
        learned = backtest.maximise(told * 5, learned)  # as if many more had been like them
    spec = {term.name: term for term in learned.apply("shift", HierarchySpec.load("shift")).term}
    seen = told[0].told["shift", "ballot"]  # the first ballot, of which no past is known
    assert seen.told > 0.7
    # counties and contests have a part in it
    assert abs(seen.mean - SHIFT) < abs(spec["ballot"].mean - SHIFT) / 2
    assert spec["contest"].sd < 0.1  # the contests of a ballot shift alike
    assert all(prior.sd > 0 for terms in learned.terms.values() for prior in terms.values())


def test_what_one_ballot_cannot_tell_apart_is_not_learned(full_count):
    lines, units = full_count(offices()[:1], DATES[0])
    learned = backtest.maximise([backtest.evidence(lines, units, dt.date(2018, 11, 6), Priors(), 1)], Priors())
    judged = {term.name for term in HierarchySpec.load("shift").term if not term.learned}
    assert {"ballot", "early modes apart"} <= judged
    assert not judged & set(learned.terms["shift"])


def test_terms_that_no_election_tells_of_stay(full_count):
    lines, units = full_count(past(), DATES[0])
    learned = backtest.maximise([backtest.evidence(lines, units, dt.date(2018, 11, 6), Priors(), 1)], Priors())
    assert "past gap" not in learned.terms["shift"]  # there was no past election
    before, after = HierarchySpec.load("shift"), learned.apply("shift", HierarchySpec.load("shift"))
    assert [term for term in after.term if term.name == "past gap"] == [
        term for term in before.term if term.name == "past gap"
    ]


def replayed(state: str, truth: float) -> dict:
    shared = {"state": state, "date": "2020-11-03", "stage": 25, "order": "random", "status": "projected"}
    shared |= {"past_election": "", "reported_precincts": 3}
    said = {"counted_share": 0.5, "projected_share": 0.5, "lo90": 0.4, "hi90": 0.6}
    return {**shared, **said, "kind": "other", "truth": truth}


def test_spread_counts_elections_not_contests():
    # a hundred contests of one election, all at half the interval's reach; one of each of nine others, twice as far
    rows = [replayed("AA", 0.55)] * 100 + [replayed(f"B{number}", 0.7) for number in range(9)]
    learned = backtest.calibrate(pl.DataFrame(rows))
    assert learned.during_polls.spread_other == pytest.approx(2.0)
    assert learned.during_polls.spread_partisan == 1.0
    assert learned.before_polls.move == 1.0


def test_a_projection_that_moves_too_far_is_held_back():
    rows = [
        {**replayed(state, truth), "stage": stage, "projected_share": 0.6, "lo90": 0.55, "hi90": 0.65}
        for state in ("AA", "BB")
        for truth in (0.54, 0.56) * 6
        for stage in (0, 25)
    ]
    learned = backtest.calibrate(pl.DataFrame(rows))
    assert 0.4 <= learned.before_polls.move <= 0.6
    assert learned.before_polls_past_known.move == 1.0  # of which nothing was seen
    # moved to the middle of the truths, they are 0.01 off where the interval reaches 0.05
    assert learned.before_polls.spread_other < 0.5
    # once polls report they say how far to go; what is wrong then shows in the interval
    assert learned.during_polls.move == 1.0
    assert learned.during_polls.spread_other == pytest.approx(0.06 / 0.05)


def test_contests_without_polls_of_their_own_are_calibrated_apart():
    rows = [{**replayed(state, 0.52), "reported_precincts": own} for state in ("AA", "BB") for own in (0, 3) * 6]
    far = [{**row, "truth": 0.7} if row["reported_precincts"] else row for row in rows]
    learned = backtest.calibrate(pl.DataFrame(far))
    assert learned.polls_elsewhere.spread_other == pytest.approx(0.2)
    assert learned.during_polls.spread_other == pytest.approx(2.0)


def test_fit_writes_priors_that_a_backtest_can_use(tmp_path):
    history = write_history(tmp_path / "history", past())
    shared = ["backtest", "--history", str(history), "--stage", "0,25", "--draws", "100", "--jobs", "1"]
    runner = CliRunner()
    fitted = runner.invoke(app, [*shared, "--fit", "--output", str(tmp_path / "fit")])
    assert fitted.exit_code == 0, fitted.output
    path = tmp_path / "fit" / running.PRIORS_JSON
    learned = Priors.load(path)
    assert 0 < learned.calibration.during_polls.move <= 1
    assert learned.provenance["elections"] == 3
    used = [*shared, "--priors", str(path), "--output", str(tmp_path / "scored"), "--quiet"]
    assert runner.invoke(app, used).exit_code == 0


def test_states_can_be_left_out(tmp_path):
    history = write_history(tmp_path / "history", past())
    with pytest.raises(InputRefused, match="No past election has a contest that counts"):
        running.learn(running.Settings(history=(history,), output=tmp_path / "fit"), ("ZZ",))


def test_without_goes_with_fit(tmp_path):
    history = write_history(tmp_path / "history", past())
    result = CliRunner().invoke(app, ["backtest", "--history", str(history), "--without", "GA"])
    assert isinstance(result.exception, UsageError | SystemExit)


def test_a_file_that_holds_no_priors_is_refused(tmp_path):
    path = tmp_path / "priors.json"
    path.write_text('{"terms": {"shift": {"ballot": {"mean": 0, "sd": -1}}}}')
    with pytest.raises(UsageError, match="not a file of priors"):
        Priors.load(path)
    with pytest.raises(UsageError, match="not a file of priors"):
        Priors.load(tmp_path / "nowhere.json")


def test_priors_of_a_model_with_other_noises_are_refused():
    with pytest.raises(UsageError, match=r"1 noises of shift were learned, models/shift\.toml has \d"):
        Priors(noise={"shift": (0.1,)}).apply("shift", HierarchySpec.load("shift"))


def test_priors_replace_means_and_spreads_by_name():
    spec = HierarchySpec.load("shift")
    learned = Priors(terms={"shift": {"ballot": EffectPrior(mean=0.5, sd=0.1)}})
    applied = {term.name: term for term in learned.apply("shift", spec).term}
    assert (applied["ballot"].mean, applied["ballot"].sd) == (0.5, 0.1)
    assert learned.apply("turnout", HierarchySpec.load("turnout")) == HierarchySpec.load("turnout")
