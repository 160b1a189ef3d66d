import datetime as dt

import polars as pl
import pytest

from turnout.electorate import comparable, features, specification

PAST = (dt.date(2016, 11, 8), dt.date(2016, 6, 7), dt.date(2014, 11, 4))
TARGET = dt.date(2017, 4, 4)


def voter(voter_id, registered=dt.date(2000, 1, 1), born=1960, **more):
    row = {"voter_id": voter_id, "registration_date": registered, "birth_year": born, "precinct": "1", "county": "H"}
    return {**row, "permanent_mail": None, "party": "DEM", **more}


@pytest.fixture
def rows(workspace):
    voters = [
        voter("long"),
        voter("new", registered=dt.date(2016, 7, 1)),
        voter("young", born=1998),
        voter("undated", registered=None, born=None),
        voter("moved", registered=dt.date(2017, 1, 5)),
        voter("after", registered=dt.date(2017, 4, 20)),
    ]
    workspace.append("voters", pl.DataFrame(voters).with_columns(pl.col("birth_year").cast(pl.Int16)))
    votes = [
        ("long", PAST[0], "mail"), ("long", TARGET, "election_day"), ("new", PAST[0], "election_day"),
        ("moved", PAST[1], "mail"), ("moved", TARGET, "provisional"), ("after", dt.date(2017, 6, 6), "mail"),
    ]  # fmt: skip
    history = pl.DataFrame(votes, schema=["voter_id", "election_date", "mode"], orient="row")
    workspace.append("vote_history", history)
    return described(workspace, specification.CODES, PAST)


def described(workspace, names, earlier):
    """Features of every voter, what they did and whether they were eligible, by voter."""
    spec = specification.load("propensity").model_copy(update={"features": names})
    built = features.build(workspace, spec, TARGET, earlier)
    voters = workspace.table("described").sort("voter_id")
    frame = pl.concat([voters, built.rows[built.row_of(voters["key"])]], how="horizontal")
    return {row["voter_id"]: row for row in frame.iter_rows(named=True)}


def test_exposure_counts_only_elections_open_to_the_voter(rows):
    assert {name: row["exposure"] for name, row in rows.items()} == {
        "long": 3, "new": 1, "young": 2, "undated": 3,
        "moved": 2,  # registered anew in 2017, but seen voting two elections ago
        "after": 0,
    }  # fmt: skip


def test_history_after_the_target_is_not_seen(rows):
    assert rows["after"]["recency"] == 0
    assert rows["after"]["outcome"] == 0
    assert not rows["after"]["eligible"]


def test_outcomes_and_ways(rows):
    assert {name: row["outcome"] for name, row in rows.items() if row["outcome"]} == {"long": 2, "moved": 3}
    assert rows["long"]["last_way"] == 1
    assert rows["new"]["last_way"] == 2
    assert rows["undated"]["last_way"] == 0
    # the last election and the one before: 0 not eligible, 1 did not vote, 2 and up the way
    assert [rows[name]["latest"] for name in ("long", "new", "moved", "after")] == [2, 3, 1, 0]
    assert [rows[name]["previous"] for name in ("long", "new", "moved", "after")] == [1, 0, 2, 0]
    assert rows["moved"]["eligible"]


def test_missing_values_have_their_own_code(rows):
    assert rows["undated"]["age"] == 0
    assert rows["undated"]["registered_for"] == 0
    assert rows["long"]["permanent_mail"] == 2


def test_rows_are_distinct_and_no_more_than_the_voters(workspace, rows):
    spec = specification.load("propensity")
    built = features.build(workspace, spec, TARGET, PAST)
    assert built.rows.n_unique() == len(built.rows) <= built.voters == 6
    assert built.eligible == 5
    assert built.did().sum(axis=0).tolist() == [0, 1, 1, 3]  # early, at the polls, late, not at all
    assert built.elections == 3
    assert built.turnout == pytest.approx(2 / 5)


def test_recency_and_the_general_elections_are_told_apart(rows):
    # latest vote so many elections ago; of the general elections the voter was eligible for, all, some, none
    assert [rows[name]["recency"] for name in ("long", "new", "moved", "young")] == [1, 1, 2, 0]
    assert rows["long"]["general_habit"] == 2  # voted in 2016, not in 2014
    assert rows["new"]["general_habit"] == 3  # eligible for 2016 only
    assert rows["moved"]["general_habit"] == 1  # voted in a primary only
    assert rows["after"]["general_habit"] == 0


def test_a_precinct_that_votes_by_mail_is_told_from_one_that_does_not(workspace):
    ids = [f"v{i:04d}" for i in range(1200)]
    voters = [voter(name, precinct="mail" if i % 2 else "polls") for i, name in enumerate(ids)]
    workspace.append("voters", pl.DataFrame(voters).with_columns(pl.col("birth_year").cast(pl.Int16)))
    mode = ["mail" if i % 2 else "election_day" for i in range(len(ids))]
    history = pl.DataFrame({"voter_id": ids, "election_date": [PAST[0]] * len(ids), "mode": mode})
    workspace.append("vote_history", history)
    found = described(workspace, ("precinct_mail", "precinct_turnout"), PAST[:1])
    assert found["v0001"]["precinct_mail"] == 5
    assert found["v0000"]["precinct_mail"] == 1
    assert len({row["precinct_turnout"] for row in found.values()}) == 1


def test_what_is_gathered_once_says_the_same_of_an_election_and_of_one_before_it(workspace, rows):
    spec = specification.load("propensity").model_copy(update={"features": specification.CODES})
    for target, earlier in ((TARGET, PAST), (PAST[0], PAST[1:])):
        alone = features.build(workspace, spec, target, earlier)
        known = features.gather(workspace, (TARGET, *PAST), PAST)
        together = features.build(workspace, spec, target, earlier, known=known)
        assert together.rows.equals(alone.rows)
        assert together.counts.equals(alone.counts)
        assert together.turnout == alone.turnout


def test_more_elections_than_there_is_room_for_are_gathered_one_by_one(workspace, rows):
    many = tuple(dt.date(2016, 1, 1) - dt.timedelta(days=100 * i) for i in range(25))
    assert features.gather(workspace, many) is None
    spec = specification.load("propensity")
    assert features.build(workspace, spec, TARGET, many).elections == spec.training.window


@pytest.mark.parametrize(
    ("line", "sound"),
    [(None, True), (("stranger", PAST[0], "mail"), False), (("long", PAST[0], "election_day"), False)],
)
def test_elections_are_counted_the_same_whether_or_not_each_line_is_one_vote(workspace, rows, line, sound):
    if line is not None:
        workspace.append("vote_history", pl.DataFrame([line], ["voter_id", "election_date", "mode"], orient="row"))
    known = features.gather_all(workspace, TARGET)
    assert known.sound is sound
    counted = comparable.elections(workspace, TARGET, sound=known.sound)
    assert counted.equals(comparable.elections(workspace, TARGET))
    assert counted["votes"].sum() == 3
