"""Work shared among threads."""

import pytest

from turnout.projection import parallel


@pytest.mark.parametrize("told", ["1", "2", "", "many"])
def test_results_come_in_the_order_of_the_pieces(monkeypatch, told):
    monkeypatch.setenv("OMP_NUM_THREADS", told)
    assert parallel.each(lambda number: number * number, range(20)) == [number * number for number in range(20)]


def test_threads_are_as_many_as_numeric_libraries_are_told(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert parallel.threads() == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "1000")
    assert parallel.threads() == parallel.cores()
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert parallel.threads() == parallel.cores()
