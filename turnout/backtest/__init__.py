"""Past elections replayed, each seeing only what was known then, and scored.

An election is stopped at a stage of its count (:mod:`~turnout.backtest.stages`), projected from what was known by
then (:mod:`~turnout.backtest.replay`) and set beside simpler answers (:mod:`~turnout.backtest.baselines`). The scores
(:mod:`~turnout.backtest.scores`) are tables of the rows that this yields. What the elections teach about the next one
is learned in :mod:`~turnout.backtest.learning`.
"""

from turnout.backtest.contests import counting
from turnout.backtest.learning import Evidence, calibrate, evidence, maximise
from turnout.backtest.parts import Parts
from turnout.backtest.replay import ROWS, Replay, replay
from turnout.backtest.result import Backtest
from turnout.backtest.scores import SUMMARY, summarise
from turnout.backtest.stages import ORDERS, Stage, mask, reported, stages

__all__ = [
    "ORDERS",
    "ROWS",
    "SUMMARY",
    "Backtest",
    "Evidence",
    "Parts",
    "Replay",
    "Stage",
    "calibrate",
    "counting",
    "evidence",
    "mask",
    "maximise",
    "replay",
    "reported",
    "stages",
    "summarise",
]
