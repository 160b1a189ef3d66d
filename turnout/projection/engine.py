"""Draws of the final count: what is counted, and for every row that is not, how many more and how they divide."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from scipy import sparse

from turnout.projection import calibration, mirrored, parallel
from turnout.projection.ballot import LATE, POLL, Ballot, Flags, Floats, Integers
from turnout.projection.calibration import Applied
from turnout.projection.hierarchy import GaussianHierarchy
from turnout.projection.late import LateSpec
from turnout.projection.mirrored import Draws
from turnout.projection.polls import Expectation, Splits
from turnout.projection.positions import Positions

#: Component names of what is drawn here.
SAMPLING: Final = "sampling"
TURNOUT_TOTAL: Final = "turnout total"
MODE_SHIFT: Final = "mode shift"

#: No row's poll vote is expected beyond e^±3 times what its offset says: a guard against a handful of early votes.
_WIDEST: Final = 3.0
#: Logit beyond which a share is 0 or 1.
_SURE: Final = 80.0
#: Rows × draws that are worked on at once: a few arrays of so many fit a processor's cache.
_AT_ONCE: Final = 400_000
#: Rows worked on at once where nothing is drawn: a voter file's expectation has a column a draw all the same.
_ROWS_HELD_STILL: Final = 400
#: A draw of what is held at its mean.
_HELD: Final = np.zeros(1, dtype=np.float32)


@dataclass(frozen=True)
class Model:
    """Everything that is needed to draw the final count of a ballot."""

    ballot: Ballot
    positions: Positions
    expectation: Expectation
    turnout: GaussianHierarchy
    shift: GaussianHierarchy
    splits: Splits
    late: LateSpec
    late_sd: float
    """Sd of the log of the late tranche's total."""
    calibrated: Applied
    """How each contest's draws are calibrated at this point of its count."""
    specs: tuple[str, str]
    """Names of the turnout and the shift hierarchy in ``models/``."""

    def draw(
        self,
        draws: int,
        rng: np.random.Generator,
        components: Collection[str] | None = None,
        contests: Collection[int] | None = None,
    ) -> Floats:
        """Draws of every choice's final votes, shape (choices, draws).

        ``components`` names the parts of the uncertainty that are drawn, all others being held at their mean; None
        draws all. ``contests`` numbers those that are asked for, the others keeping what is counted; None: all.
        """
        blocks = self._blocks(draws, contests)
        common, turnout_rng, shift_rng, *own_rngs = rng.spawn(3 + len(blocks))
        late_total = mirrored.normal(common, (draws,))
        late_shift = mirrored.normal(common, (int(self.first_split[-1]), draws))
        turnout, shift = parallel.each(
            lambda part: part[0].draw_effects(draws, part[1], components),
            [(self.turnout, turnout_rng), (self.shift, shift_rng)],
        )
        drawn = _Shared(
            turnout=turnout,
            shift=shift,
            still_out=self._still_out(turnout),
            late_total=late_total * self.late_sd if _varies(TURNOUT_TOTAL, components) else _HELD,
            late_shift=late_shift * self.late.shift_sd
            if _varies(MODE_SHIFT, components)
            else np.zeros((len(late_shift), 1), dtype=np.float32),
        )
        expectation = self.expectation if components is None else self.expectation.only(components)
        sums = parallel.each(
            lambda part: _Block(self, expectation, part[0], drawn, part[1], components).votes(draws),
            zip(blocks, own_rngs, strict=True),
        )
        to_come = np.zeros((self.seats.many, draws), dtype=np.float32)
        for rows, votes in zip(blocks, sums, strict=True):
            to_come[self.seats_of(rows)] = votes
        return calibration.apply(self.calibrated, self.ballot, self._counted + self._hands_out @ to_come)

    def expected(self) -> Floats:
        """Votes to come by row and position, everything that is not known being held at its mean: (rows, most)."""
        rng = np.random.default_rng(0)  # nothing is drawn from it: no component varies
        turnout = self.turnout.draw_effects(1, rng, ())
        still = _Shared(
            turnout=turnout,
            still_out=self._still_out(turnout),
            shift=self.shift.draw_effects(1, rng, ()),
            late_total=_HELD,
            late_shift=np.zeros((int(self.first_split[-1]), 1), dtype=np.float32),
        )
        block = _Block(self, self.expectation.only(()), np.zeros(0, dtype=np.int64), still, rng, ())
        votes = np.zeros((self.ballot.rows, self.positions.most))
        for start in range(0, len(self.open_rows), _ROWS_HELD_STILL):
            rows = self.open_rows[start : start + _ROWS_HELD_STILL]
            votes[rows] = block.by_row(rows)
        return votes

    def _blocks(self, draws: int, contests: Collection[int] | None) -> list[Integers]:
        """Return the rows still open in runs of whole places, of about as many rows as are worked on at once."""
        rows = self.open_rows
        if contests is not None:
            rows = rows[np.isin(self.ballot.row_contest[rows], list(contests))]
        first = _firsts(self.ballot.county_in_contest[rows])
        run = first // _rows_at_once(draws)
        return np.split(rows, first[1:][np.diff(run) > 0]) if len(rows) else []

    def seats_of(self, rows: Integers) -> slice:
        """Return the seats of the places that rows in their order run over."""
        place = self.ballot.county_in_contest
        return self.seats.of(place[rows[0]], place[rows[-1]])

    def _still_out(self, turnout: Draws) -> Draws:
        """Part of the poll votes expected of a place that its figure for the whole does not hold, (groups, draws)."""
        group, counted = self.ballot.together.group, self.ballot.together.counted
        rows = np.flatnonzero(group >= 0)
        rows = rows[np.argsort(group[rows], kind="stable")]
        expected = np.zeros((len(counted), turnout.shape[1]), dtype=np.float32)
        for start in range(0, len(rows), _rows_at_once(turnout.shape[1])):
            at = rows[start : start + _rows_at_once(turnout.shape[1])]
            deviation = np.clip(self.turnout.shared_rows(at, turnout), -_WIDEST, _WIDEST)
            groups, by_group = _summing(group[at])
            counts = self.expectation.count_draws(at, POLL).astype(np.float32)
            expected[groups] += by_group @ np.exp(counts + deviation)
        return np.asarray(np.maximum(1.0 - counted[:, None] / np.maximum(expected, 1e-9), 0.0), dtype=np.float32)

    @cached_property
    def outstanding(self) -> Flags:
        """Which tranches of which rows are still to be counted, (rows, 3)."""
        return self.ballot.outstanding()

    @cached_property
    def open_rows(self) -> Integers:
        """Rows that are not all counted, by place: contest, and county within it."""
        rows = np.flatnonzero(self.outstanding.any(axis=1))
        return rows[np.argsort(self.ballot.county_in_contest[rows], kind="stable")]

    @cached_property
    def seats(self) -> "Seats":
        """Where votes to come are summed."""
        place = self.ballot.county_in_contest
        counts = np.zeros(int(place.max(initial=-1)) + 1, dtype=np.int64)
        counts[place] = self.positions.counts[self.ballot.row_contest]
        return Seats(counts)

    @cached_property
    def first_split(self) -> Integers:
        """Where the splits of each contest start among those of all: (contests + 1,)."""
        return np.concatenate([[0], np.cumsum(self.positions.counts - 1)])

    @cached_property
    def _counted(self) -> Floats:
        return np.asarray(self.ballot.choice_votes().sum(axis=1)[:, None])

    @cached_property
    def _hands_out(self) -> sparse.csr_array:
        """Matrix that gives the votes of seats to the choices that share them, (choices, seats)."""
        parts = self.positions.parts.tocoo()
        choice, place = parts.coords
        seat = self.seats.first[place] + self.positions.position[choice]
        return sparse.csr_array((parts.data, (choice, seat)), shape=(parts.shape[0], self.seats.many))


@dataclass(frozen=True)
class Seats:
    """Every position of every contest in every county of it, numbered county by county (a *place*), then position.

    Attributes
    ----------
    counts : (places,) positions of each place's contest
    """

    counts: Integers

    @cached_property
    def first(self) -> Integers:
        """Number of each place's first seat, and of one beyond the last: (places + 1,)."""
        return np.concatenate([[0], np.cumsum(self.counts)])

    @property
    def many(self) -> int:
        """How many seats there are."""
        return int(self.first[-1])

    def of(self, place: int, last: int) -> slice:
        """Return the seats of a run of places."""
        return slice(int(self.first[place]), int(self.first[last + 1]))


@dataclass(frozen=True)
class _Shared:
    """What all rows share in a draw: effects by hierarchy, the late tranche's total, and late votes' own shift.

    ``still_out`` is what :meth:`Model._still_out` gives. Each has a column a draw, or one where it does not vary.
    """

    turnout: Draws
    shift: Draws
    still_out: Draws
    late_total: Draws
    late_shift: Draws


@dataclass(frozen=True)
class _Block:
    """Draws of the votes still to come in a run of places, from a generator of its own.

    What does not vary has one column for all draws, until it meets what does.
    """

    model: Model
    expectation: Expectation
    rows: Integers
    drawn: _Shared
    rng: np.random.Generator
    components: Collection[str] | None

    def votes(self, draws: int) -> Draws:
        """Votes to come by seat of the places that the rows are of: shape (seats, draws)."""
        seats = self.model.seats_of(self.rows)
        shape = (seats.stop - seats.start, draws)
        added = {tranche: np.zeros(shape, dtype=np.float32) for tranche in (POLL, LATE)}
        for start in range(0, len(self.rows), _rows_at_once(draws)):
            self._add(added, self.rows[start : start + _rows_at_once(draws)], seats.start)
        if _varies(SAMPLING, self.components):
            for votes in added.values():
                self._sample(votes, seats.start)
        return np.asarray(added[POLL] + added[LATE])

    def _add(self, added: dict[int, Draws], rows: Integers, start: int) -> None:
        """Add the votes to come in some rows to their seats, of which ``start`` is the first."""
        place = self.model.ballot.county_in_contest[rows]
        counts, seat = self.model.seats.counts[place], self.model.seats.first[place] - start
        for position, having, votes in self._divided(rows, counts):
            seats, by_seat = _summing(seat[having] + position)
            for tranche, own in votes.items():
                added[tranche][seats] += by_seat @ own

    def _divided(self, rows: Integers, counts: Integers) -> Iterator[tuple[int, Integers | slice, dict[int, Draws]]]:
        """Divide the votes to come in some rows, split by split from the last: first its own position's.

        Yields position, which of the rows have it, and their votes by tranche, (rows having it, draws).
        """
        model, left = self.model, self._tranches(rows)
        for split in range(int(counts.max()) - 1, 0, -1):
            having = _where(counts > split)
            entries = model.splits.entries(split, rows[having])
            shift = model.shift.draw_rows(entries, self.drawn.shift, self.rng, self.components)
            own = {}
            for tranche, votes in left.items():
                share = self._share(rows[having], split, tranche, shift)
                own[tranche], left[tranche] = _parted(votes, having, share)
            yield split, having, own
        yield 0, slice(None), left

    def by_row(self, rows: Integers) -> Floats:
        """Mean over the draws of the votes to come in some rows, by position: (rows given, most)."""
        positions = self.model.positions
        by_position = np.zeros((len(rows), positions.most))
        for position, having, votes in self._divided(rows, positions.counts[self.model.ballot.row_contest[rows]]):
            for own in votes.values():
                by_position[having, position] += own.mean(axis=1)
        return by_position

    def _tranches(self, rows: Integers) -> dict[int, Draws]:
        """Votes to come by tranche, (rows, draws) each; a tranche that is in everywhere is left out."""
        poll, late = (self.model.outstanding[rows, tranche, None] for tranche in (POLL, LATE))
        deviation = self.model.turnout.draw_rows(rows, self.drawn.turnout, self.rng, self.components)
        np.clip(deviation, -_WIDEST, _WIDEST, out=deviation)
        votes = {}
        if poll.any():
            counts = self.expectation.count_draws(rows, POLL).astype(np.float32) + deviation
            votes[POLL] = _times(np.exp(counts, out=counts), poll)
            group = self.model.ballot.together.group[rows]
            votes[POLL][group >= 0] *= self.drawn.still_out[group[group >= 0]]
        if late.any():
            counts = _plus(self._late_counts(rows, deviation), self.drawn.late_total)
            votes[LATE] = _times(np.exp(counts, out=counts), late)
        return votes

    def _late_counts(self, rows: Integers, deviation: Draws) -> Draws:
        if not self.expectation.late_with_poll:
            return self.expectation.count_draws(rows, LATE).astype(np.float32)
        ratio = self.expectation.log_late[rows] - self.expectation.log_poll[rows]
        counts = self.expectation.count_draws(rows, POLL) + ratio[:, None]
        return np.asarray(counts.astype(np.float32) + deviation)

    def _share(self, rows: Integers, split: int, tranche: int, shift: Draws) -> Draws:
        """Share of a split's own position in the votes of it and all before it, (rows, draws).

        Late votes are the last to be asked for, and are worked out in the array of the ``shift``.
        """
        if tranche == LATE:
            contest = self.model.ballot.row_contest[rows]
            shift *= self.model.late.shift_share
            own_shift = _taken(self.drawn.late_shift, self.model.first_split[contest] + split - 1)
            shift = _plus(shift, own_shift)
        logit = self.expectation.logit_draws(rows, split, tranche).astype(np.float32) + shift
        np.negative(logit, out=logit)
        np.clip(logit, -_SURE, _SURE, out=logit)
        np.exp(logit, out=logit)
        logit += 1.0
        return np.asarray(np.reciprocal(logit, out=logit))

    def _sample(self, votes: Draws, start: int) -> None:
        """Binomial noise of one tranche's sums, split by split, as a normal: what remains when chances are known."""
        if not votes.any():
            return
        seats, place = self.model.seats, self.model.ballot.county_in_contest[self.rows]
        places = place[_firsts(place)]
        counts = seats.counts[places]
        for split in range(int(counts.max()) - 1, 0, -1):
            first = seats.first[places[counts > split]] - start
            own = votes[first + split]
            rest = np.sum([votes[first + before] for before in range(split)], axis=0)
            sd = np.sqrt(own * rest / np.maximum(own + rest, 1.0))
            moved = np.clip(sd * mirrored.normal(self.rng, own.shape), -own, rest)
            kept = (rest - moved) / np.maximum(rest, 1e-9)
            for before in range(split):
                votes[first + before] *= kept
            votes[first + split] = own + moved


def _rows_at_once(draws: int) -> int:
    return max(_AT_ONCE // draws, 1)


def _firsts(number: Integers) -> Integers:
    """Where in a list in order each of its different numbers stands first."""
    return np.flatnonzero(np.diff(number, prepend=-1))


def _where(true: Flags) -> Integers | slice:
    """Which entries are true; all of them as a slice, which copies nothing."""
    return slice(None) if true.all() else np.flatnonzero(true)


def _taken(values: Draws, rows: Integers) -> Draws:
    """Return a copy of some rows: what plain indexing gives, but other threads may work meanwhile."""
    return values.take(rows, axis=0, mode="clip")


def _plus(values: Draws, more: Draws) -> Draws:
    """Add to values, in place unless what is added alone has a column a draw."""
    if values.shape[1] < more.shape[-1]:
        return np.asarray(values + more)
    values += more
    return values


def _times(values: Draws, mask: Flags) -> Draws:
    """Set values to 0 where a mask, (rows, 1), is not true, in place."""
    if not mask.all():
        values *= mask
    return values


def _parted(votes: Draws, rows: Integers | slice, share: Draws) -> tuple[Draws, Draws]:
    """Part a share of the votes of some rows from the others: return it, and the votes by row that are left.

    Both are put in arrays given, as far as these have a column a draw.
    """
    held = votes if isinstance(rows, slice) else _taken(votes, rows)
    own = np.multiply(share, held, out=share) if share.shape[1] >= held.shape[1] else share * held
    rest = np.subtract(held, own, out=held) if held.shape[1] >= own.shape[1] else held - own
    if isinstance(rows, slice):
        return own, rest
    if rest.shape[1] > votes.shape[1]:
        votes = np.repeat(votes, rest.shape[1], axis=1)
    votes[rows] = rest
    return own, votes


def _summing(seat: Integers) -> tuple[Integers, sparse.csr_array]:
    """Return the different seats of rows in their order, and the matrix that sums over the rows of each."""
    first = _firsts(seat)
    # row upon row, as a matrix of ones does it: numpy.add.reduceat goes column by column
    ones, row = np.ones(len(seat), dtype=np.float32), np.arange(len(seat), dtype=np.int32)
    ends = np.append(first, len(seat)).astype(np.int32)
    return seat[first], sparse.csr_array((ones, row, ends), shape=(len(first), len(seat)))


def _varies(component: str, components: Collection[str] | None) -> bool:
    return components is None or component in components
