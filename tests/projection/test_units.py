"""What is told unit by unit adds up to what is told of the contest."""

import polars as pl
import pytest

from tests.projection.test_project import election, precincts, with_polls


def sums(units: pl.DataFrame) -> dict[str, tuple[float, float]]:
    rows = units.group_by("candidate").agg(pl.col("counted_votes", "projected_votes").sum())
    return {name: (counted, final) for name, counted, final in rows.iter_rows()}


@pytest.mark.parametrize("third", [False, True])
def test_units_add_up_to_the_contest(projected, third):
    lines = election(third=third)
    result = projected(with_polls(lines, precincts(lines)[:10]))
    whole = {row["candidate"]: row for row in result.table.to_dicts()}
    assert set(sums(result.precincts)) == set(whole)
    for name, (counted, final) in sums(result.precincts).items():
        assert counted == whole[name]["counted_votes"]
        assert final == pytest.approx(whole[name]["projected_votes"], abs=1)


def test_a_unit_whose_polls_are_in_is_as_counted_and_the_others_grow(projected):
    lines = election()
    known = precincts(lines)[:10]
    units = projected(with_polls(lines, known)).precincts
    done, out = units.filter(pl.col("reported")), units.filter(~pl.col("reported"))
    assert set(done["precinct"]) == set(known)
    assert (done["counted_votes"] - done["projected_votes"]).abs().max() < 1e-6
    assert (out["projected_votes"] > out["counted_votes"]).all()


def test_a_unit_keeps_its_lean(projected):
    lines = election(precincts=60)
    units = projected(with_polls(lines, precincts(lines)[:20])).precincts.filter(~pl.col("reported"))
    polls = {(line["precinct"], line["candidate"]): line["election_day"] for line in lines}
    to_come = units.with_columns(
        votes=pl.col("projected_votes") - pl.col("counted_votes"),
        polls=pl.Series([polls[key] for key in units.select("precinct", "candidate").iter_rows()]),
    )
    shares = to_come.select(
        "candidate", *(pl.col(name) / pl.col(name).sum().over("precinct") for name in ("votes", "polls"))
    ).filter(pl.col("candidate") == "Ada")
    assert shares.select(pl.corr("votes", "polls")).item() > 0.9
    assert (shares["votes"] - shares["polls"]).abs().mean() < 0.05


def test_one_unit_or_a_whole_ballot_is_not_told_by_unit(projected):
    one = [
        {"precinct": "", "county": "", "candidate": name, "mail": votes}
        for name, votes in (("Ada", 900), ("Bob", 800))
    ]
    assert projected(one).precincts.is_empty()
    lines = election(precincts=3)
    many = [{**line, "contest": f"Seat {number}"} for number in range(6) for line in lines]
    assert projected(many).precincts.is_empty()


def test_a_contest_that_abstains_has_no_projection_by_unit(projected):
    lines = [
        {"precinct": precinct, "candidate": name, "mail": 3} for precinct in ("A", "B") for name in ("Ada", "Bob")
    ]
    units = projected(lines).precincts
    assert units["counted_votes"].sum() == 12
    assert units["projected_votes"].is_nan().all()
