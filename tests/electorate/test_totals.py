import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest

from turnout.contest import Range
from turnout.electorate import specification
from turnout.electorate.comparable import Comparable
from turnout.electorate.totals import Known, Total, expect, update_by_counts

SPEC = specification.load("propensity")
LIKE = Comparable(dt.date(2017, 4, 4), "first_round", True, True, (), "")
#: 1,000 by mail, 300 of them late; 900 at the polls; two groups alike.
KNOWN = Known(
    base=np.array([700.0, 900.0, 300.0, 50.0]),
    accepted=700,
    by_group=np.array([[350.0, 350.0], [350.0, 350.0]]),
    poll_groups=np.array([1.0, 1.0]),
    days=0,
    late=(0.3, 0.4),
    alone=False,
)


def outlook(known=KNOWN, comparable=LIKE):
    return expect(known, comparable, SPEC.totals, SPEC.late)


def early(factor_first, factor_second):
    seen = 350 * np.array([factor_first, factor_second])
    return replace(KNOWN, accepted=float(seen.sum()), by_group=np.array([seen, KNOWN.by_group[1]]))


def median(total):
    return total.mean * math.exp(-(total.sd**2) / 2)


def test_the_same_early_vote_leaves_totals_near_the_comparable_ones():
    expected = outlook()
    assert 0.7 < median(expected.poll) / 900 < 1.1
    assert 0.8 < median(expected.late_mail) / 300 < 1.2
    assert expected.early.mean == 0


def test_more_early_ballots_are_part_turnout_and_part_a_change_of_mode():
    low, high = outlook(early(1, 1)), outlook(early(1.5, 1.5))
    growth = math.log(1.5)
    assert median(high.late_mail) > median(low.late_mail)
    assert -0.5 * growth < math.log(median(high.poll) / median(low.poll)) < 0.8 * growth


def test_ballots_of_a_group_that_is_not_at_the_polls_do_not_move_the_polls():
    mail_only = replace(early(1, 2.5), poll_groups=np.array([1.0, 0.0]))
    both = replace(early(1, 1), poll_groups=np.array([1.0, 0.0]))
    assert outlook(mail_only).poll.mean == pytest.approx(outlook(both).poll.mean, rel=0.02)


def test_observing_narrows_and_unlike_or_alone_widens():
    unseen = replace(KNOWN, accepted=0.0, by_group=np.zeros((2, 2)))
    assert outlook().late_mail.sd < outlook(unseen).late_mail.sd
    assert outlook(comparable=replace(LIKE, like=False)).poll.sd > outlook().poll.sd
    assert outlook(replace(KNOWN, alone=True)).poll.sd > outlook().poll.sd


def test_days_to_go_leave_early_ballots_to_come():
    week = outlook(replace(KNOWN, accepted=350.0, by_group=KNOWN.by_group * [[0.5], [1.0]], days=7, arrived=0.5))
    assert 250 < week.early.mean < 450
    assert week.early.sd > 0.4


def test_without_history_the_early_vote_is_the_yardstick():
    expected = expect(replace(KNOWN, base=None), None, SPEC.totals, SPEC.late)
    assert median(expected.poll) == pytest.approx(700)
    assert expected.poll.sd == 0.7
    assert median(expected.late_mail) == pytest.approx(300)


def test_a_range_is_the_middle_nine_tenths():
    total = Total.of_range(Range(low=100, high=400))
    assert median(total) == pytest.approx(200)
    assert math.exp(math.log(200) + 1.6449 * total.sd) == pytest.approx(400, rel=1e-3)
    assert Total.of_range(Range(low=5, high=5)).mean == pytest.approx(5, rel=1e-3)


def test_poll_counts_pull_the_factor_by_their_weight():
    few = update_by_counts(np.full(1, 100.0), np.full(1, 200.0), 0.3, (0.35, 0.08))
    many = update_by_counts(np.full(50, 100.0), np.full(50, 200.0), 0.3, (0.35, 0.08))
    assert 1.1 < few[0] < many[0] < 2.05
    assert many[1] < few[1] < 0.3
    assert update_by_counts(np.empty(0), np.empty(0), 0.3, (0.35, 0.08)) == (1.0, 0.3)


def test_a_stated_turnout_moves_most_what_is_known_least():
    before = outlook()
    counted = 700.0
    to_come = sum(part.mean for part in (before.poll, before.late_mail, before.provisional))
    after = before.with_turnout(
        counted, Total.of_range(Range(low=counted + 0.7 * to_come, high=counted + 0.72 * to_come))
    )
    assert after.poll.mean + after.late.mean == pytest.approx(0.71 * to_come, rel=0.03)
    assert after.poll.sd < before.poll.sd
    assert before.poll.mean - after.poll.mean > before.provisional.mean - after.provisional.mean
    vague = before.with_turnout(counted, Total.of_range(Range(low=10, high=1e7)))
    assert vague.poll.mean == pytest.approx(before.poll.mean, rel=0.35)
