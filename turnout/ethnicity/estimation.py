"""Every voter's ethnicity as probabilities: from names, precinct, way of voting, and what the file says of origin."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from turnout.contest import Contest
from turnout.ethnicity import composition, evidence, names, raking, specification
from turnout.ethnicity.composition import Composition, Layout
from turnout.ethnicity.evidence import Evidence
from turnout.ethnicity.specification import Specification
from turnout.vocabulary import GROUPS
from turnout.workspace import Workspace

#: Ballot states that are evidence, by code.
BALLOTS = ("none", "sent", "accepted")
_LEAST = 1e-7
_LABELS_SHOWN = 3
_VOTERS_TO_SHOW = 10


@dataclass(frozen=True)
class Coded:
    """Voters as codes, sorted by precinct and status.

    Attributes
    ----------
    position : where each voter stands in the file
    likelihood : float32 (voters, groups)
    layout : the cells they form
    ballot : (cells,) ballot state of each cell's voters, a code of ``BALLOTS``
    basis : (voters,) text, the evidence used
    unmatched, unnamed : voters whose surname is on no list, and who have none to match
    """

    position: np.ndarray
    layout: Layout
    ballot: np.ndarray
    basis: pl.Series
    unmatched: int
    unnamed: int


def estimate(workspace: Workspace, contest: Contest) -> None:
    """Fill the table ``ethnicity``: one row a voter, in the file's order.

    Reads ``voters``, ``ballots`` and ``vote_history``. Every probability is above 0 and a row sums to one. Where
    ``contest.ethnicity.margins`` gives shares of the registered, the mean probabilities equal them. Adds findings on
    names not matched and labels not understood, and the table ``ethnicity_by_status`` that
    :func:`early_composition` reads.

    Raises
    ------
    UsageError
        If the margins given cannot be reached, or ``models/ethnicity.toml`` is wrong.
    """
    model = specification.load()
    workspace.connection.execute("DELETE FROM ethnicity")
    known = evidence.read(workspace.query("ethnicity/evidence_labels"), model)
    coded = code(workspace, known, model, _past_election(workspace, contest, model))
    if coded is None:
        _keep_by_status(workspace, pl.DataFrame(schema=_BY_STATUS))
        return
    margins = _margins(contest)
    fitted = composition.learn(coded.layout, model.prior_shares(), model.fit, margins)
    posterior = finished(coded.layout, fitted.cell, margins)
    frame = pl.DataFrame(posterior, schema=list(GROUPS)).with_columns(
        pl.Series("position", coded.position), coded.basis.alias("basis")
    )
    with workspace.registered("estimated", frame):
        workspace.execute("ethnicity/estimates")
    _keep_by_status(workspace, _by_status(coded, fitted, posterior))
    _report(workspace, coded, known)


def code(workspace: Workspace, known: Evidence, model: Specification, past: dt.date | None) -> Coded | None:
    """Look up every voter's name, evidence, precinct and status; None where there are no voters.

    ``past`` is the election whose vote history counts as evidence, None for none.
    """
    matched = names.matched(workspace.connection, workspace.query("ethnicity/voter_names"))
    with workspace.registered("name_rows", matched), workspace.registered("evidence_codes", known.codes):
        frame = workspace.query("ethnicity/voter_codes", past=past)
    if frame.is_empty():
        return None
    cells = _cells(frame)
    surname, first, label = (frame[column].to_numpy() for column in ("surname_row", "first_row", "evidence"))
    prior, tolerated = model.prior_shares(), model.unlisted.tolerated
    likelihood = names.likelihoods("surname", surname, prior, tolerated)
    likelihood *= names.likelihoods("first", first, prior, tolerated)
    likelihood *= known.likelihood[label]
    ballot = cells["ballot"].to_numpy()
    status, layout = _statuses(cells), cells["precinct_code"].to_numpy().astype(np.int64)
    county = cells.unique("precinct_code", keep="first", maintain_order=True)["county"].rank("dense").to_numpy() - 1
    starts = np.append(0, np.cumsum(cells["voters"].to_numpy())).astype(np.int64)
    return Coded(
        position=frame["position"].to_numpy(),
        layout=Layout(likelihood, starts, layout, status, county.astype(np.int64)),
        ballot=ballot,
        basis=_basis(frame, known.used[label], by_status=bool(status.max() > 0)),
        unmatched=int((surname == names.ON_NO_LIST).sum()),
        unnamed=int((surname == names.MISSING).sum()),
    )


def _past_election(workspace: Workspace, contest: Contest, model: Specification) -> dt.date | None:
    least = model.status.least_participation
    found = workspace.query("ethnicity/past_election", least=least, election=contest.date)
    return None if found.is_empty() else found.item()


def _cells(frame: pl.DataFrame) -> pl.DataFrame:
    """Cells in the order of the voters: county, precinct, ballot, past, voters, precinct_code from 0."""
    keys = ["county", "precinct", "ballot", "past"]
    cells = frame.group_by(keys, maintain_order=True).agg(pl.len().alias("voters"))
    changed = (pl.struct("county", "precinct") != pl.struct("county", "precinct").shift()).fill_null(value=False)
    return cells.with_columns(changed.cast(pl.Int64).cum_sum().alias("precinct_code"))


def _statuses(cells: pl.DataFrame) -> np.ndarray:
    """Statuses by cell, from 0 without gaps: the combinations of ballot state and past vote that occur."""
    combined = cells["ballot"].to_numpy().astype(np.int64) * 3 + cells["past"].to_numpy()
    return np.unique(combined, return_inverse=True)[1].astype(np.int64)


def _basis(frame: pl.DataFrame, used: np.ndarray, *, by_status: bool) -> pl.Series:
    """Name the evidence: 'surname+first+precinct+status+vendor+birthplace+language', what was used of it."""
    spoken = [
        (pl.col("surname_row") >= 0, "surname"),
        (pl.col("first_row") >= 0, "first"),
        (pl.col("precinct") != "", "precinct"),
        (pl.col("precinct") == "", "district"),
        (pl.lit(by_status), "status"),
        (pl.col("used") & evidence.VENDOR > 0, "vendor"),
        (pl.col("used") & evidence.BIRTHPLACE > 0, "birthplace"),
        (pl.col("used") & evidence.LANGUAGE > 0, "language"),
    ]
    words = [pl.when(condition).then(pl.lit(word)) for condition, word in spoken]
    return (
        frame.with_columns(pl.Series("used", used))
        .select(pl.concat_str(words, separator="+", ignore_nulls=True).alias("basis"))
        .to_series()
    )


def _margins(contest: Contest) -> np.ndarray | None:
    given = contest.ethnicity.margins
    if not given:
        return None
    return raking.feasible(np.array([given.get(group, np.nan) for group in GROUPS]))


def finished(layout: Layout, weight: np.ndarray, margins: np.ndarray | None = None) -> np.ndarray:
    """Posteriors of all voters, float32 (voters, groups): raked to the margins, none 0, rows summing to one."""
    posterior = composition.posteriors(layout.likelihood, weight, layout.voters)
    if margins is not None:
        posterior = raking.rake(posterior.astype(np.float64), margins)
    np.maximum(posterior, _LEAST, out=posterior)
    posterior /= posterior.sum(axis=1, keepdims=True)
    return posterior.astype(np.float32, copy=False)


_BY_STATUS = {"ballot": pl.String, "group_name": pl.String, "plain": pl.Float64, "estimated": pl.Float64}


def _by_status(coded: Coded, fitted: Composition, posterior: np.ndarray) -> pl.DataFrame:
    """Voters by ballot state and group by both estimators; the plain one leaves the status out of the posterior."""
    layout = coded.layout
    plain, _ = composition.counts_by_cell(layout, fitted.precinct[layout.precinct])
    estimated = np.add.reduceat(posterior.astype(np.float64), layout.starts[:-1], axis=0)
    return pl.concat(
        pl.DataFrame(
            {
                "ballot": [name] * len(GROUPS),
                "group_name": GROUPS,
                "plain": plain[coded.ballot == index].sum(axis=0),
                "estimated": estimated[coded.ballot == index].sum(axis=0),
            },
            schema=_BY_STATUS,
        )
        for index, name in enumerate(BALLOTS)
        if (coded.ballot == index).any()
    )


def _keep_by_status(workspace: Workspace, frame: pl.DataFrame) -> None:
    with workspace.registered("by_status", frame):
        workspace.execute("ethnicity/status_table")


def _report(workspace: Workspace, coded: Coded, known: Evidence) -> None:
    for severity, topic, message in _findings(coded, known):
        workspace.note(topic, message, severity=severity)


def _findings(coded: Coded, known: Evidence) -> Iterator[tuple[str, str, str]]:
    """Yield what a reader should know; no name is told, and a label only if ten voters bear it."""
    voters = len(coded.position)
    share = coded.unmatched / voters
    yield (
        "warning" if share > 0.25 else "note",
        "surnames",
        f"{coded.unmatched:,} of {voters:,} voters ({share:.1%}) have a surname on no list, "
        f"{coded.unnamed:,} have none to match; they rest on the other evidence.",
    )
    if known.unknown:
        shown = sorted(label for label, count in known.unknown.items() if count >= _VOTERS_TO_SHOW)[:_LABELS_SHOWN]
        named = f", for example {', '.join(repr(label) for label in shown)}" if shown else ""
        yield (
            "warning",
            "vendor ethnicity",
            f"{len(known.unknown)} labels of {sum(known.unknown.values()):,} voters are not understood{named}. "
            "They count as no evidence; map them under [vendor.labels] in models/ethnicity.toml.",
        )


def summary(workspace: Workspace) -> pl.DataFrame:
    """How many voters' estimates rest on which evidence: ``basis, voters``, most first. No names."""
    return workspace.query("ethnicity/coverage")


def early_composition(workspace: Workspace) -> pl.DataFrame:
    """Voters by ballot state and group, by both estimators: ``ballot, group_name, plain, estimated``.

    ``plain`` sums the probabilities from names and places, which is biased where voting early depends on the group;
    ``estimated`` sums what :func:`estimate` wrote. For ballot 'accepted' they say who has voted.
    """
    return workspace.query("ethnicity/by_status")
