from itertools import combinations

import numpy as np
import polars as pl
import pytest

from turnout.reporting.suppression import SMALLEST_CELL, suppressed


def blanked(counts: dict[tuple[str, str], float]) -> dict[tuple[str, str], float | None]:
    table = pl.DataFrame(
        {
            "party": [party for party, _ in counts],
            "age": [age for _, age in counts],
            "expected": list(counts.values()),
        }
    )
    found = suppressed(table, ("party", "age"), "expected", ("expected",))
    return {(party, age): value for party, age, value in found.iter_rows()}


def test_small_cells_are_blank_and_large_tables_untouched() -> None:
    whole = {(p, a): 50.0 for p in "AB" for a in "xy"}
    assert blanked(whole) == whole
    assert blanked({**whole, ("A", "x"): 3.0})["A", "x"] is None


def test_a_single_blank_takes_the_smallest_of_its_line_along() -> None:
    counts = {
        ("A", "x"): 3.0,
        ("A", "y"): 40.0,
        ("A", "z"): 60.0,
        ("B", "x"): 70.0,
        ("B", "y"): 20.0,
        ("B", "z"): 80.0,
    }
    found = blanked(counts)
    assert found["A", "x"] is None
    assert found["A", "y"] is None  # else A's total less y and z gave x away
    assert found["A", "z"] == 60.0
    assert found["B", "x"] is None or found["B", "y"] is None


@pytest.mark.parametrize("seed", range(6))
def test_no_line_gives_a_small_sum_away(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = {(p, a): float(np.round(np.exp(rng.normal(3, 1.5)), 2)) for p in "ABCD" for a in "wxyz"}
    found = blanked(counts)
    lines = [[key for key in counts if all(key[i] == fixed[i] for i in dims)]
             for size in (0, 1) for dims in combinations((0, 1), size)
             for fixed in counts]  # fmt: skip
    for line in lines:
        hidden = [key for key in line if found[key] is None]
        shown = [key for key in line if found[key] is not None]
        if hidden and shown:
            assert len(hidden) > 1
            assert sum(counts[key] for key in hidden) >= SMALLEST_CELL
    assert all(found[key] in (None, counts[key]) for key in counts)
