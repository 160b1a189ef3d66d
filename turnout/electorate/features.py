"""Features of voters just before an election, and what they did in it: distinct rows, and how many share each.

Voters stay in the database. What comes out of it are their distinct histories and the distinct combinations of
features, of which a file of any size has some thousands.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from turnout.electorate import habit
from turnout.electorate.comparable import GENERALS, season
from turnout.electorate.specification import Specification
from turnout.errors import UsageError
from turnout.workspace import Workspace

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Ways of voting, in the order of every array over them.
WAYS = ("early", "poll", "late", "none")
#: Index in WAYS of each code of ``outcome`` in described.sql.
WAY_OF_CODE: Final = np.array([3, 0, 1, 2])
#: Elections that ``ways`` of known.sql has room for.
_MOST: Final = 21
#: Where described.sql packs the features that do not follow from the history: lowest bit, and number of bits.
_PACKED: Final = {
    "precinct_mail": (0, 3), "precinct_turnout": (3, 3), "permanent_mail": (6, 2), "registered_for": (8, 3),
    "party": (11, 3), "age": (14, 3),
}  # fmt: skip
_CLASS_FROM: Final = 17
#: Bounds between the five bands of a precinct's rate over the file's; and how many voter-elections, or ballots, of
#: the file's rate it is shrunk by.
_BANDS: Final = (0.75, 0.92, 1.08, 1.25)
_SHRUNK_BY: Final = 200.0


@dataclass(frozen=True)
class Features:
    """The distinct feature rows in a fixed order. The voters of each are those of its key in the table ``described``.

    Attributes
    ----------
    rows : the distinct rows, columns as the specification lists its features
    key : (rows,) the key of each in ``described``
    counts : frame ``row, outcome, eligible, voters``: voters by feature row, what they did (0 none, 1 early, 2 poll,
        3 late), and whether they were eligible
    elections : number of past elections behind them
    turnout : share of the eligible at which habits are expressed
    """

    rows: pl.DataFrame
    key: Ints
    counts: pl.DataFrame
    elections: int
    turnout: float

    @property
    def voters(self) -> int:
        """Return the number of voters."""
        return int(self.counts["voters"].sum())

    @property
    def eligible(self) -> int:
        """Return the number of eligible voters."""
        return int(self.counts.filter("eligible")["voters"].sum())

    def did(self) -> Floats:
        """Return how many of the eligible of each row did what, (rows, ways)."""
        found = np.zeros((len(self.rows), len(WAYS)))
        own = self.counts.filter("eligible")
        way = WAY_OF_CODE[own["outcome"].to_numpy()]
        np.add.at(found, (own["row"].to_numpy(), way), own["voters"].to_numpy().astype(float))
        return found

    def row_of(self, key: pl.Series) -> Ints:
        """Return the rows of keys."""
        return rows_of(self.key, key)


def rows_of(keys: Ints, wanted: pl.Series) -> Ints:
    """Return where each of the keys wanted stands among distinct keys."""
    order = np.argsort(keys)
    rows: Ints = order[np.searchsorted(keys[order], wanted.to_numpy())]
    return rows


@dataclass(frozen=True)
class Known:
    """What the table ``known`` holds: how voters voted in these elections, the latest first.

    ``sound``: these are all there are, every line of the history is of a voter in the file, and none comes twice.
    """

    dates: tuple[dt.date, ...]
    sound: bool = False

    def bits(self, dates: Sequence[dt.date]) -> int:
        """Return the bits of ``ways`` that speak of some of the elections."""
        return sum(0b111 << (3 * self.dates.index(date)) for date in dates)


def gather(workspace: Workspace, *elections: Sequence[dt.date]) -> Known | None:
    """Fill ``known`` with what is to be known for all the lists of elections; None if they are too many at once."""
    dates = tuple(sorted({date for some in elections for date in some}, reverse=True))
    if len(dates) > _MOST:
        return None
    workspace.execute("electorate/places")
    asked = pl.DataFrame(
        {"position": range(len(dates)), "election_date": dates},
        schema={"position": pl.Int64, "election_date": pl.Date},
    )
    with workspace.registered("elections_asked", asked):
        workspace.execute("electorate/known")
    return Known(dates)


def gather_all(workspace: Workspace, target: dt.date) -> Known | None:
    """Fill ``known`` with every election in the history and the one asked about; None if they are too many."""
    found = workspace.query("electorate/election_dates")["election_date"].to_list()
    known = gather(workspace, found, (target,))
    if known is None:
        return None
    return Known(known.dates, sound=bool(workspace.query("electorate/history_sound").item()))


def require_estimates(missing: int) -> None:
    """Refuse to go on where voters are missing from sums by group.

    Raises
    ------
    UsageError
        If there are any.
    """
    if missing:
        raise UsageError(f"ethnicity: {missing:,} voters have no estimate. Run ethnicity.estimate on the file first.")


def asked_of(specification: Specification, target: dt.date, earlier: Sequence[dt.date]) -> tuple[dt.date, ...]:
    """Return the elections to be known to describe voters before ``target``: it, and those ``earlier`` that count."""
    return (target, *earlier[: specification.training.window])


def build(
    workspace: Workspace,
    specification: Specification,
    target: dt.date,
    earlier: tuple[dt.date, ...],
    turnout: float | None = None,
    known: Known | None = None,
) -> Features:
    """Describe every voter as of the day before ``target`` from the elections ``earlier``, latest first.

    Fills the table ``described``. ``turnout`` is the level habits are expressed at, which must be the same in
    training and in scoring; None for the share of the eligible who voted in ``target``. ``known`` is what
    :func:`gather` made of these elections and others; without it they are gathered here.
    """
    asked = asked_of(specification, target, earlier)
    if known is None:
        known = gather(workspace, asked)
        assert known is not None  # noqa: S101 - a window has room, by its bounds
    did, seen = known.bits(asked[:1]), known.bits(asked)
    found = workspace.query("electorate/histories", target=target, did=did, seen=seen)
    histories = _told(found, known, target, asked[1:])
    if turnout is None:
        voted = float(histories.filter(pl.col("outcome") > 0)["eligible"].sum())
        turnout = voted / max(float(histories["eligible"].sum()), 1)
    names = list(specification.features)
    histories, classes = _classed(histories, names, len(asked) - 1, turnout)
    listed = sum(((1 << bits) - 1) << low for name, (low, bits) in _PACKED.items() if name in names)
    listed |= ~((1 << _CLASS_FROM) - 1)
    with workspace.registered("histories", histories):
        bands = _bands(workspace, histories, seen, wanted=bool({"precinct_mail", "precinct_turnout"} & set(names)))
        with workspace.registered("bands", bands):
            workspace.execute("electorate/described", target=target, did=did, seen=seen, listed=listed)
    counts = workspace.query("electorate/described_counts")
    rows = _unpacked(counts["key"].unique(), names, classes)
    numbered = rows.select("key").with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    counts = counts.join(numbered, on="key").select("row", "outcome", "eligible", "voters").sort(pl.all())
    return Features(rows.drop("key"), rows["key"].to_numpy(), counts, len(asked) - 1, turnout)


def _classed(
    histories: pl.DataFrame, names: list[str], elections: int, turnout: float
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Add habits to histories, and a class to those with the same features; return what the classes are, too."""
    patterns = histories.group_by("pattern", "exposure", "votes", "mail_votes").agg(
        pl.col("voters").sum().alias("count"), pl.col("eligible").sum()
    )
    patterns = _habits(patterns.sort("pattern", "exposure", "votes", "mail_votes"), elections, turnout)
    histories = histories.join(
        patterns, on=["pattern", "exposure", "votes", "mail_votes"], how="left", maintain_order="left"
    )
    told = [name for name in names if name not in _PACKED]
    if not told:
        return histories.with_columns(pl.lit(0, dtype=pl.Int64).alias("class")), pl.DataFrame()
    classes = histories.select(told).unique().sort(told).with_row_index("class").cast({"class": pl.Int64})
    return histories.join(classes, on=told, how="left", maintain_order="left"), classes


def _unpacked(key: pl.Series, names: list[str], classes: pl.DataFrame) -> pl.DataFrame:
    """Return the feature rows of keys, and the ``key`` of each, in the order of the features."""
    code = key.to_numpy()
    columns = {
        name: pl.Series((code >> _PACKED[name][0]) & ((1 << _PACKED[name][1]) - 1))
        if name in _PACKED
        else classes[name].gather(code >> _CLASS_FROM)
        for name in names
    }
    return pl.DataFrame({**columns, "key": key}).sort(names)


def _told(found: pl.DataFrame, known: Known, target: dt.date, past: tuple[dt.date, ...]) -> pl.DataFrame:
    """Add to histories (``ways, open_to, voters, eligible``) what they tell, and ``outcome`` in the target.

    Exposure is the number of past elections open to the voter, reaching back to the oldest he or she did vote in: a
    file shows the latest registration only. ``general_habit``: 0 eligible in no general election, 1 voted in none of
    them, 2 in some, 3 in all. ``latest``, ``previous``: 0 not eligible then, 1 did not vote, 2 and up the way.
    """
    ways, open_to = found["ways"].to_numpy(), found["open_to"].to_numpy().astype(np.int64)
    position = np.array([known.dates.index(date) for date in past], dtype=np.int64)
    way = _way(ways[:, None] >> (3 * position)[None, :])
    voted = way > 0
    rank = np.arange(1, len(past) + 1)
    oldest = np.max(np.where(voted, rank, 0), axis=1, initial=0)
    first = np.min(np.where(voted, rank, len(past) + 1), axis=1, initial=len(past) + 1)
    exposure = np.maximum((position[None, :] < open_to[:, None]).sum(axis=1), oldest)
    general = np.array([season(date) in GENERALS for date in past], dtype=bool)
    generals = (voted & general).sum(axis=1)
    general_exposure = np.concatenate([[0], np.cumsum(general)])[exposure]
    habit_of_generals = np.where(generals == 0, 1, np.where(generals < general_exposure, 2, 3))
    padded = np.column_stack([way, np.zeros((len(ways), 2), dtype=np.int64)])
    any_vote = first <= len(past)
    return found.with_columns(
        pl.Series("outcome", _way(ways >> (3 * known.dates.index(target)))),
        pl.Series("pattern", (voted << (rank - 1)).sum(axis=1)),
        pl.Series("exposure", exposure),
        pl.Series("votes", voted.sum(axis=1)),
        pl.Series("mail_votes", (way == 1).sum(axis=1)),
        pl.Series("last_way", np.where(any_vote, padded[np.arange(len(ways)), np.where(any_vote, first - 1, 0)], 0)),
        pl.Series("recency", np.where(any_vote, np.minimum(first, 6), 0)),
        pl.Series("general_habit", np.where(general_exposure == 0, 0, habit_of_generals)),
        pl.Series("latest", np.where(exposure < 1, 0, 1 + padded[:, 0])),
        pl.Series("previous", np.where(exposure < 2, 0, 1 + padded[:, 1])),
    )


def _way(bits: Ints) -> Ints:
    """Code of the way that an election's three bits say: 0 none, 1 early, 2 poll, 3 late; of several the first."""
    way: Ints = np.array([0, 1, 2, 1, 3, 1, 2, 1])[bits & 0b111]
    return way


def _bands(workspace: Workspace, histories: pl.DataFrame, seen: int, *, wanted: bool) -> pl.DataFrame:
    """Band every place by its rates of voting and of voting by mail: (place, turnout_band, mail_band).

    Rates are over the file's, shrunk to it first. Where no feature needs them, all are in band 0.
    """
    if not wanted:
        zero = pl.lit(0, dtype=pl.Int64)
        return workspace.table("places").select("place", zero.alias("turnout_band"), zero.alias("mail_band"))
    own = workspace.query("electorate/place_habits", seen=seen)
    votes, by_mail, exposure = (
        float((histories[name] * histories["voters"]).sum()) for name in ("votes", "mail_votes", "exposure")
    )
    rate = votes / exposure if exposure else 0.0
    mail_rate = by_mail / votes if votes else 0.0
    return own.select(
        "place",
        _band(pl.col("votes"), pl.col("exposure"), rate).alias("turnout_band"),
        _band(pl.col("mail_votes"), pl.col("votes"), mail_rate).alias("mail_band"),
    )


def _band(of: pl.Expr, among: pl.Expr, rate: float) -> pl.Expr:
    """Return 1 to 5, by how many of the bounds the ratio of a place's rate to the file's exceeds."""
    if rate == 0:
        return pl.lit(1, dtype=pl.Int64)
    ratio = (of + _SHRUNK_BY * rate) / ((among + _SHRUNK_BY) * rate)
    return 1 + pl.sum_horizontal((ratio > bound).cast(pl.Int64) for bound in _BANDS)


def _habits(patterns: pl.DataFrame, elections: int, turnout: float) -> pl.DataFrame:
    """Add ``habit`` and ``mail_habit`` to the distinct patterns of voting.

    The mail habit is the logit of the share of a voter's ballots cast by mail, shrunk to the file's share by two
    ballots' worth.
    """
    pattern, exposure, votes, by_mail, count, eligible = (
        patterns[name].to_numpy().astype(kind)
        for name, kind in (
            ("pattern", np.int64), ("exposure", np.int64), ("votes", float), ("mail_votes", float),
            ("count", float), ("eligible", float),
        )
    )  # fmt: skip
    if elections:
        fitted = habit.fit(pattern, exposure, count, elections)
        logit = fitted.logit(pattern, exposure, eligible, turnout)
    else:
        logit = np.zeros(len(pattern))
    cast = float(count @ votes)
    base = (float(count @ by_mail) + 1) / (cast + 2)
    share = (by_mail + 2 * base) / (votes + 2)
    mail = np.clip(np.round(np.log(share / (1 - share)) / habit.STEP) * habit.STEP, -5, 5)
    return patterns.drop("count", "eligible").with_columns(
        pl.Series("habit", logit + 0.0), pl.Series("mail_habit", mail + 0.0)
    )
