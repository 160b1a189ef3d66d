"""Whatever a run holds, its page and its workbook can be made: a figure that is missing must not cost the answer."""

import dataclasses
import math

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reporting import examples
from turnout.reporting import page, tables, workbook

VOTES = st.one_of(st.none(), st.integers(0, 30), st.integers(0, 10**8))
SHARES = st.one_of(st.none(), st.just(math.nan), st.sampled_from([0.0, 0.5, 1.0]), st.floats(0, 1))
NAMES = st.text(max_size=30).filter(lambda text: "\ud800" not in text)
STATUS = st.sampled_from(["projected", "final", "abstained"])

PROJECTION = st.fixed_dictionaries(
    {
        "candidate": NAMES, "party": NAMES, "counted_votes": VOTES, "counted_share": SHARES, "projected_votes": VOTES,
        "projected_share": SHARES, "lo90": SHARES, "hi90": SHARES, "win_probability": SHARES,
    }
)  # fmt: skip
PRECINCT = st.fixed_dictionaries(
    {
        "candidate": NAMES,
        "precinct": NAMES,
        "counted_votes": VOTES,
        "projected_votes": VOTES,
        "reported": st.booleans(),
    }
)


@st.composite
def runs(draw):
    run = examples.founding_case()
    status = draw(STATUS)
    rows = draw(st.lists(PROJECTION, min_size=1, max_size=4, unique_by=lambda row: row["candidate"]))
    base = {**dict.fromkeys(tables.PROJECTION), "contest": run.contest.name, "status": status, "reason": draw(NAMES)}
    units = draw(st.lists(PRECINCT, max_size=4, unique_by=lambda row: (row["candidate"], row["precinct"])))
    where = {"contest": run.contest.name, "county": ""}
    cells = draw(st.lists(SHARES, min_size=48, max_size=48))
    return dataclasses.replace(
        run,
        projection=pl.DataFrame([{**base, **row} for row in rows], schema=tables.PROJECTION),
        precincts=pl.DataFrame([{**where, **row} for row in units], schema=tables.PRECINCTS),
        cohorts=run.cohorts.with_columns(share=pl.Series(cells, dtype=pl.Float64), index=pl.Series(cells)),
        support=run.support.with_columns(pl.lit(draw(SHARES), dtype=pl.Float64).alias("share")),
        components=run.components.with_columns(pl.lit(draw(SHARES), dtype=pl.Float64).alias("sd_share")),
    )


@given(runs())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_page_and_the_workbook_can_always_be_made(run):
    published = tables.published(run)
    text = page.render(published)
    assert text.startswith("<!doctype html>")
    assert text.count("<script") == 1
    assert "nan %" not in text
    assert workbook.render(published).startswith(b"PK")
