"""Today's units in past elections: what matches, what merges and splits carry over, what votes speak against."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.projection.conftest import MODES, Lines, write_returns
from turnout import reading
from turnout.contest import Contest, Inputs
from turnout.projection import ballot as ballots
from turnout.projection import baseline, matching, notes
from turnout.projection.ballot import Ballot
from turnout.reading import places
from turnout.workspace import Workspace

PAST, TODAY = "2020-11-03", "2022-11-08"
Read = Callable[..., tuple[pl.DataFrame, Ballot]]


def lines(votes: dict[str, int], date: str = TODAY, county: str = "ONE") -> Lines:
    """Two candidates; early votes by precinct, and half as many at the polls of a past election."""
    return [
        {
            "date": date,
            "county": county,
            "precinct": precinct,
            "candidate": name,
            "party": party,
            "mail": int(early * share),
            "election_day": int(early * share / 2) if date == PAST else None,
        }
        for precinct, early in votes.items()
        for name, party, share in (("Ada", "DEM", 0.6), ("Bob", "REP", 0.4))
    ]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read returns, past returns and a crosswalk into the past's units and today's ballot."""

    def run(now: Lines, then: Lines, crosswalk: str | None = None) -> tuple[pl.DataFrame, Ballot]:
        path = None
        if crosswalk is not None:
            path = tmp_path / "crosswalk.csv"
            path.write_text("county,precinct,to_precinct,from_date,to_date,weight\n" + crosswalk)
        inputs = Inputs(
            returns=(write_returns(tmp_path / "returns.csv", now, MODES),),
            history=(write_returns(tmp_path / "history.csv", then, MODES),),
            past_crosswalk=path,
        )
        with Workspace.create(tmp_path / "matching", threads=2) as workspace:
            reading.load(workspace, Contest(inputs=inputs))
            ballot = ballots.load(workspace)
            return workspace.query("projection/past_units", state="ZZ"), ballot

    return run


def early(past: pl.DataFrame, ballot: Ballot) -> dict[str, tuple[str, float]]:
    """How each of today's precincts is found, and the past early votes it is given."""
    found = matching.find(past, ballot).units
    names = ballot.units["precinct"]
    return {names[unit]: (how, round(votes, 6)) for unit, how, votes in found.select("unit", "how", "early").rows()}


def test_what_is_kept_of_names_holds_for_other_votes_and_is_found_anew_for_other_names(read, monkeypatch) -> None:
    found: list[int] = []
    alike = places.alike
    monkeypatch.setattr(places, "alike", lambda *sides: found.append(1) or alike(*sides))
    then = lines({"12": 50, "13": 60, "CLIFTON ELEM": 40, "OLD": 30}, PAST)
    kept = matching.Namesakes()
    for now, times in (
        ({"0012": 100, "Pct 13": 120, "CLIFTON": 90}, 1),
        ({"0012": 300, "Pct 13": 120, "CLIFTON": 190}, 1),  # in another order by their votes
        ({"0012": 300, "Pct 13": 120, "OLD": 190}, 2),
    ):
        past, ballot = read(lines(now), then)
        units = matching.find(past, ballot, kept).units
        assert len(found) == times
        assert units.equals(matching.find(past, ballot).units)
        found.pop()


def test_equal_names_then_names_nearly_alike_and_the_rest_is_not_found(read) -> None:
    now = lines({"0012": 100, "Pct 13": 120, "CLIFTON": 90, "NEW": 80})
    then = lines({"12": 50, "13": 60, "CLIFTON ELEM": 40, "OLD": 30}, PAST)
    assert early(*read(now, then)) == {
        "0012": ("exact", 50),
        "Pct 13": ("numbered", 60),
        "CLIFTON": ("named", 40),
    }


def test_a_split_precincts_votes_are_shared_out(read) -> None:
    past, ballot = read(lines({"1A": 70, "1B": 30}), lines({"1": 100}, PAST), "ONE,1,1A,,,0.7\nONE,1,1B,,,0.3\n")
    assert early(past, ballot) == {"1A": ("crosswalk", 70), "1B": ("crosswalk", 30)}


def test_merged_precincts_add_up_with_one_that_kept_its_name(read) -> None:
    past, ballot = read(lines({"1": 150}), lines({"1": 100, "2": 50, "3": 10}, PAST), "ONE,2,1,,,\nONE,3,,,,\n")
    assert early(past, ballot) == {"1": ("crosswalk", 150)}
    assert matching.find(past, ballot).used.rows() == [(dt.date(2020, 11, 3), 2, 150.0)]


def test_a_name_given_to_another_place_goes_where_the_crosswalk_says(read) -> None:
    past, ballot = read(lines({"1": 50, "2": 100}), lines({"1": 100, "2": 50}, PAST), "ONE,1,2,,,\nONE,2,1,,,\n")
    assert early(past, ballot) == {"1": ("crosswalk", 50), "2": ("crosswalk", 100)}


def test_a_precinct_the_crosswalk_calls_gone_is_not_found_again(read) -> None:
    past, ballot = read(lines({"1": 50}), lines({"1": 100}, PAST), "ONE,1,,,,\n")
    assert early(past, ballot) == {}


@pytest.mark.parametrize(
    ("line", "how"),
    [
        ("ONE,1,2,2020-11-03,,\n", "crosswalk"),
        ("ONE,1,2,2018-11-06,,\n", None),
        ("ONE,1,2,,2022-11-08,\n", "crosswalk"),
        ("ONE,1,2,,2024-11-05,\n", None),
        (",1,2,,,\n", "crosswalk"),
        ("TWO,1,2,,,\n", None),
    ],
)
def test_a_line_holds_for_its_county_and_its_elections(read, line: str, how: str | None) -> None:
    found = early(*read(lines({"2": 50}), lines({"1": 100}, PAST), line))
    assert found.get("2", (None,))[0] == how


def test_a_line_to_a_place_that_is_not_on_the_ballot_leaves_the_name_alone(read) -> None:
    assert early(*read(lines({"1": 50}), lines({"1": 100}, PAST), "ONE,1,9,,,\n")) == {"1": ("exact", 100)}


def test_numbers_given_anew_are_told_by_the_votes(read) -> None:
    """Ten precincts in reverse order of size: the number is that of another place."""
    sizes = [100 * n for n in range(1, 11)]
    now = lines({f"PCT {n}": size for n, size in enumerate(sizes)}) + lines({"A": 300}, county="TWO")
    anew = lines({f"{n}": size for n, size in enumerate(sizes[::-1])}, PAST) + lines({"A": 300}, PAST, "TWO")
    past, ballot = read(now, anew)
    found = matching.find(past, ballot)
    assert early(past, ballot) == {"A": ("exact", 300)}
    assert found.renumbered["county"].to_list() == ["ONE"]
    same = lines({f"{n}": size for n, size in enumerate(sizes)}, PAST)
    assert len(early(*read(now, same))) == 10


def test_equal_names_of_other_sizes_stay_and_are_spoken_of(read) -> None:
    sizes = [100 * n for n in range(1, 13)]
    past, ballot = read(
        lines({f"{n}": size for n, size in enumerate(sizes)}),
        lines({f"{n}": size for n, size in enumerate(sizes[::-1])}, PAST),
    )
    found = matching.find(past, ballot)
    assert found.units.height == 12
    assert found.doubtful["county"].to_list() == ["ONE"]


def test_a_part_that_bears_the_name_of_the_whole_is_not_taken_for_it(read) -> None:
    names = {f"{name} PARK": 200 for name in ("ALDER", "BEECH", "CEDAR")}
    then = lines({**names, "STOCKBRIDGE EAST": 100}, PAST)
    found = early(*read(lines({**names, "STOCKBRIDGE EAST-WEST": 800}), then))
    assert "STOCKBRIDGE EAST-WEST" not in found


def test_where_no_early_vote_is_counted_in_precincts_names_alone_decide(read) -> None:
    now = [{**line, "mail": None} for line in lines({f"PCT {n}": 9 for n in range(10)})]
    then = lines({f"{n}": 90 * (n + 1) for n in range(10)}, PAST)
    assert len(early(*read(now + lines({"ABSENTEE": 500}), then))) == 10


def test_the_order_of_rows_and_the_names_of_counties_change_nothing(read) -> None:
    crosswalk = "ONE,5,6A,,,0.5\nONE,5,6B,,,0.5\n"
    now = lines({"PCT 1": 100, "2": 200, "CLIFTON": 300, "6A": 50, "6B": 60})
    then = lines({"1": 90, "2": 210, "CLIFTON ELEM": 280, "5": 100}, PAST)
    expected = early(*read(now, then, crosswalk))
    assert len(expected) == 5
    assert early(*read(now[::-1], then[::-1], "".join(crosswalk.splitlines(keepends=True)[::-1]))) == expected
    renamed = [[{**line, "county": "Zed"} for line in each] for each in (now, then)]
    assert early(*read(*renamed, crosswalk.replace("ONE", "Zed County"))) == expected


def test_the_finding_says_how_each_share_was_found_and_what_was_not(read, workspace) -> None:
    now = lines({"1": 500, "Pct 2": 300, "6A": 100, "NEW": 100})
    then = lines({"1": 300, "2": 150, "5": 50, "OLD": 70}, PAST)
    past, ballot = read(now, then, "ONE,5,6A,,,\n")
    notes.write(workspace, ballot, baseline.build(past, ballot), None)
    said = dict(workspace.table("findings").select("topic", "message").rows())["past election"]
    assert "3 of 4 units found in it, with 90.0% of the early votes" in said
    assert "by name 1 with 50.0%, by number alone 1 with 30.0%, by the crosswalk 1 with 10.0%" in said
    assert "Not found, and projected without their past: 1 with 10.0% of the early votes (ONE NEW)." in said
    assert "Of the past units of these counties 1, with 12.3% of their early votes" in said


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("state", "then", "now", "exact", "found"),
    [
        ("GA", "2014-11-04", "2016-11-08", 0.828, 0.93),
        ("GA", "2016-11-08", "2018-11-06", 0.897, 0.93),
        ("AR", "2018-11-06", "2022-11-08", 0.517, 0.58),
    ],
)
def test_real_precincts_found_by_likeness_are_as_like_as_those_of_one_name(
    tmp_path, shared_data, state: str, then: str, now: str, exact: float, found: float
) -> None:
    """All votes of the later election, which the matching did not see, bear its pairs out."""
    with Workspace.create(tmp_path / "real", threads=2) as workspace:
        reading.load_history(workspace, [shared_data / "history" / f"{state.lower()}.parquet"])
        workspace.execute("projection/macros")
        units = workspace.query("projection/past_units", state=state)
        full = workspace.query("projection/lines", is_past=True, state=state, date=dt.date.fromisoformat(now))
    ballot = ballots.build(full.with_columns(poll=pl.lit(None, pl.Float64), late=pl.lit(None, pl.Float64)))
    past, today = (units.filter(pl.col("election_date") == dt.date.fromisoformat(date)) for date in (then, now))
    pairs = (
        ballot.units.with_row_index("unit")
        .join(matching.find(past, ballot).units, on="unit")
        .join(today, on=["county_key", "precinct_key"], suffix="_now")
    )
    share = {
        way: pairs.filter((pl.col("how") == "exact") | way)["early_now"].sum() / today["early"].sum()
        for way in (False, True)
    }
    assert share[False] == pytest.approx(exact, abs=0.001)
    assert share[True] > found
    ratio = ((pl.col("early_now") + pl.col("poll_now") + 1) / (pl.col("early") + pl.col("poll") + 1)).log()
    off = pairs.with_columns(off=(ratio - ratio.median()).abs() > np.log(2)).group_by(pl.col("how") == "exact")
    unlike = dict(off.agg(pl.col("off").mean()).rows())
    assert unlike[False] <= unlike[True] < 0.06
