import datetime as dt

import polars as pl
import pytest

from turnout.contest import Contest
from turnout.electorate.comparable import choose, season

DATES = ("2012-11-06", "2014-11-04", "2016-06-07", "2016-11-08", "2017-04-04", "2017-05-30")


def past(*dates, votes=1000, unknown=0):
    days = [dt.date.fromisoformat(date) for date in dates]
    return pl.DataFrame({"election_date": days, "votes": [votes] * len(days), "unknown": [unknown] * len(days)})


@pytest.mark.parametrize(
    ("date", "kind", "chosen", "relation"),
    [
        ("2018-11-06", "general", "2014-11-04", "november"),
        ("2020-11-03", "general", "2016-11-08", "november"),
        ("2018-06-05", "primary", "2016-06-07", "other"),
        ("2017-06-06", "special", "2017-05-30", "first_round"),
        ("2019-03-05", "special", "2017-05-30", "other"),
        ("2016-07-26", "runoff", "2016-06-07", "runoff"),
    ],
)
def test_the_rule(date, kind, chosen, relation):
    day = dt.date.fromisoformat(date)
    table = past(*(one for one in DATES if one < date))
    found = choose(Contest(date=day, kind=kind), day, table, 30)
    assert found.date == dt.date.fromisoformat(chosen)
    assert found.relation == relation
    assert found.earlier == tuple(sorted((d for d in table["election_date"] if d < found.date), reverse=True))


def test_tiny_elections_are_passed_over():
    table = pl.concat([past("2016-11-08"), past("2017-05-30", votes=5)])
    day = dt.date(2017, 6, 6)
    assert choose(Contest(date=day, kind="special"), day, table, 30).date == dt.date(2016, 11, 8)


def test_elections_that_say_how_people_voted_come_first():
    table = pl.concat([past("2016-11-08"), past("2017-05-30", unknown=1000)])
    day = dt.date(2017, 6, 6)
    found = choose(Contest(date=day, kind="special"), day, table, 30)
    assert found.date == dt.date(2016, 11, 8)
    assert found.modes
    assert not found.like


def test_no_history_no_choice():
    assert choose(Contest(), dt.date(2017, 6, 6), past(), 30) is None


def test_seasons():
    assert season(dt.date(2016, 11, 8)) == "presidential"
    assert season(dt.date(2018, 11, 6)) == "midterm"
    assert season(dt.date(2018, 6, 5)) == "primary"
    assert season(dt.date(2017, 6, 6)) == "special"
    assert season(dt.date(2018, 6, 5), "special") == "special"


def test_of_several_named_the_first_leads_and_the_others_keep_their_order():
    named = tuple(dt.date.fromisoformat(day) for day in ("2014-11-04", "2016-06-07", "2012-11-06", "2014-11-04"))
    contest = Contest(kind="general", propensity={"comparable": named})
    found = choose(contest, dt.date(2018, 11, 6), past(*(day for day in DATES if day < "2018-11-06")), 30)
    assert found.date == named[0]
    assert [one.date for one in found.also] == list(named[1:3])
    assert [one.relation for one in (found, *found.also)] == ["november", "other", "other"]
    assert all(day < one.date for one in found.also for day in one.earlier)
    assert not any(str(day) in other for day in named for other in found.others)
