"""Scores, against numbers worked out by hand."""

import math

import polars as pl
import pytest

from turnout.backtest import ROWS, SUMMARY, summarise


def row(**given) -> dict:
    defaults = {
        "state": "ZZ",
        "date": "2020-11-03",
        "stage": 25,
        "order": "random",
        "contest": "Mayor",
        "kind": "other",
        "status": "projected",
        "leader": "Ada",
        "truth": 0.60,
        "counted_share": 0.56,
        "projected_share": 0.58,
        **{f"lo{level}": 0.50 for level in (50, 80, 90, 95)},
        **{f"hi{level}": 0.59 for level in (50, 80, 90, 95)},
        "win_probability": 0.9,
        "last_shift_share": 0.54,
        "uniform_swing_share": 0.61,
        "count_leader": "Ada",
        "count_leader_chance": 0.9,
        "projected_leader": "Ada",
    }
    return {**dict.fromkeys(ROWS), **defaults, **given}


def table(*rows: dict) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=ROWS)


def overall(*rows: dict) -> dict:
    return summarise(table(*rows)).filter(pl.col("by") == "all").to_dicts()[0]


TOY = (
    row(),  # error −0.02, the count's −0.04
    row(
        contest="Judge",
        hi95=0.62,
        projected_share=0.66,
        projected_leader="Bob",
        count_leader="Bob",
        count_leader_chance=0.2,
    ),
    row(date="2022-11-08", kind="partisan", counted_share=0.59, projected_share=0.595),  # −0.005 and −0.01
)


def test_errors_and_ratios():
    found = overall(*TOY)
    assert (found["elections"], found["contests"]) == (2, 3)
    assert found["mae"] == pytest.approx((0.02 + 0.06 + 0.005) / 3)
    assert found["naive_mae"] == pytest.approx((0.04 + 0.04 + 0.01) / 3)
    assert found["rmse"] == pytest.approx(math.sqrt((0.02**2 + 0.06**2 + 0.005**2) / 3))
    # first election (0.02 + 0.06) / (0.04 + 0.04) = 1, second 0.005 / 0.01 = 0.5: each counts once
    assert found["ratio"] == pytest.approx(0.75)
    assert found["ratio_worst"] == pytest.approx(1.0)
    assert found["ratio_many"] is None  # neither has ten contests
    assert found["uniform_swing_ratio"] == pytest.approx((0.02 / 0.08 + 0.01 / 0.01) / 2)


def test_coverage_and_width():
    found = overall(*TOY)
    assert found["coverage90"] == 0.0
    assert found["coverage95"] == pytest.approx(1 / 3)
    assert found["coverage90_elections"] == 0.0
    assert found["width90"] == pytest.approx(0.09)
    assert found["width90_by_mae"] == pytest.approx(0.09 / (0.085 / 3))


def test_calls_and_chances():
    found = overall(*TOY)
    assert (found["wrong"], found["naive_wrong"]) == (1, 1)
    assert found["brier"] == pytest.approx((0.1**2 + 0.2**2 + 0.1**2) / 3)
    assert found["naive_brier"] == pytest.approx(1 / 3)
    assert found["log_loss"] == pytest.approx(-(math.log(0.9) + math.log(0.8) + math.log(0.9)) / 3)
    assert found["naive_log_loss"] == pytest.approx(-(2 * math.log(0.99) + math.log(0.01)) / 3)


def test_a_chance_of_one_that_fails_costs_much_and_not_everything():
    found = overall(row(count_leader="Bob", count_leader_chance=1.0))
    assert found["log_loss"] == pytest.approx(-math.log(0.001))


def test_contests_with_nothing_left_to_count_are_left_out():
    final = row(contest="Clerk", status="final", projected_share=0.6, counted_share=0.6)
    assert overall(*TOY, final) == overall(*TOY)


def test_elections_with_ten_contests_are_told_apart():
    many = [row(contest=f"Seat {number}", date="2018-11-06", projected_share=0.57) for number in range(10)]
    found = overall(*TOY, *many)
    assert found["ratio_many"] == pytest.approx(0.03 / 0.04)
    assert found["ratio_worst_many"] == pytest.approx(0.75)


def test_views_by_kind_state_and_election():
    found = summarise(table(*TOY))
    assert dict(found.schema) == SUMMARY
    assert found["by"].to_list() == ["all", "kind", "kind", "state", "election", "election"]
    kinds = found.filter(pl.col("by") == "kind")
    assert dict(zip(kinds["kind"], kinds["ratio"], strict=True)) == pytest.approx({"other": 1.0, "partisan": 0.5})


def test_the_order_of_rows_changes_no_byte():
    forward, backward = summarise(table(*TOY)), summarise(table(*reversed(TOY)))
    assert forward.equals(backward)
