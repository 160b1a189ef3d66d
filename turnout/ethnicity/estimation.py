"""Every voter's ethnicity as probabilities: from names, place, way of voting, and what the file says of origin."""

import datetime as dt
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from turnout import resources, reuse
from turnout.contest import Contest, EthnicitySettings
from turnout.ethnicity import composition, evidence, findings, learning, names, own, posterior, raking, specification
from turnout.ethnicity.coding import CODES, STATUSES, Coded, code, rows, run
from turnout.ethnicity.composition import Composition
from turnout.ethnicity.evidence import Evidence
from turnout.ethnicity.learning import Tables
from turnout.ethnicity.specification import Specification
from turnout.ethnicity.spread import standard_errors
from turnout.ethnicity.tables import NameTables
from turnout.vocabulary import GROUPS
from turnout.workspace import Workspace

#: Ballot states that are evidence, by code.
BALLOTS = ("none", "sent", "accepted")
_BY_STATUS = {
    "ballot": pl.String,
    "group_name": pl.String,
    "plain": pl.Float64,
    "estimated": pl.Float64,
    "lo90": pl.Float64,
    "hi90": pl.Float64,
}
_NINETY = 1.645
#: The table of estimates, and that of the votes in past elections, each a unit of :mod:`turnout.reuse`.
_UNIT, _VOTES = "ethnicity", "votes_by_election"


@dataclass(frozen=True)
class Fitted:
    """What was learned from a file.

    Attributes
    ----------
    coded : the sample it was learned from, the likelihood filled in
    tables : what each piece of evidence says
    composition : make-ups and ways of voting
    multipliers : (counties, groups) that make the sample's means equal the margins
    assumed : bool (groups,), whose share of the file rests on the prior: no names tell it, and no margin is given
    """

    coded: Coded
    tables: Tables
    composition: Composition
    multipliers: np.ndarray
    assumed: np.ndarray


def estimate(workspace: Workspace, contest: Contest, *, blind: bool = False, by_ballot: bool = True) -> None:
    """Fill the table ``ethnicity``: one row a voter, in the order of ``voters``.

    Reads ``voters``, ``ballots`` and ``vote_history``. Every probability is above 0 and a row sums to one. Where
    ``contest.ethnicity`` gives shares of the registered, the mean probabilities equal them. Adds findings on
    names not matched and labels not understood, and the table ``ethnicity_by_status`` that
    :func:`early_composition` reads. With ``blind``, a self-reported or vendor label is not looked at. Where files and
    ballots are those of the last run in the workspace, its estimates are taken over. Without ``by_ballot``,
    ``ethnicity_by_status`` stays empty.

    Raises
    ------
    UsageError
        If the margins given cannot be reached, or ``models/ethnicity.toml`` is wrong.
    InputRefused
        If a table of the user's cannot be used.
    """
    model = specification.load().trusting(contest.ethnicity.vendor_reliability)
    past = _past_election(workspace, contest, model) if contest.ethnicity.learn else None
    basis = _basis(workspace, contest, past, blind=blind)
    if basis is None:  # the tables were filled by hand
        _estimate(workspace, contest, model, past, blind=blind, by_ballot=by_ballot)
        return
    key = partial(reuse.key, _UNIT, *basis, by_ballot)
    if reuse.taken(workspace.connection, _UNIT, key):
        for unit in (CODES, findings.SWAPPED):
            reuse.kept(workspace.connection, unit)
    else:
        with reuse.recorded(workspace.connection, _UNIT, key, (_UNIT, "ethnicity_by_status")):
            _estimate(workspace, contest, model, past, blind=blind, by_ballot=by_ballot)


def _basis(workspace: Workspace, contest: Contest, past: dt.date | None, *, blind: bool) -> list[object] | None:
    """Return what the estimates follow from, beside the code; None where what was read has no key."""
    rolls = reuse.standing(workspace.connection, ("voters", "vote_history"))
    if rolls is None:
        return None
    ballots = workspace.query("ethnicity/ballots_digest").rows()
    settings = contest.ethnicity
    given = [reuse.content(path) for path in settings.paths()]
    return [
        rolls,
        ballots,
        settings.margins,
        settings.learn,
        given,
        _counted(settings),
        settings.vendor_reliability,
        past,
        blind,
    ]


def _counted(settings: EthnicitySettings) -> list[int]:
    """Return how many files each setting names, which tells whose the hashes of their contents are."""
    return [len(paths) for paths in (settings.surnames, settings.first_names, settings.geography)]


def _estimate(
    workspace: Workspace,
    contest: Contest,
    model: Specification,
    past: dt.date | None,
    *,
    blind: bool,
    by_ballot: bool,
) -> None:
    prior = model.prior_shares()
    settings = contest.ethnicity
    tables = own.name_tables(settings.surnames, settings.first_names, prior)
    places = own.geography(settings.geography, prior)
    workspace.connection.execute("DROP TABLE ethnicity")
    workspace.connection.execute(resources.sql("schema"))  # empty, and with words of any kind again
    _keep_by_status(workspace, pl.DataFrame(schema=_BY_STATUS))
    if not settings.learn:
        look_up(workspace, tables, places, model)
        return
    known = evidence.read(workspace.query("ethnicity/voter_labels"), model, blind=blind)
    basis = [reuse.content(path) for path in (*settings.surnames, *settings.first_names)]
    coded = code(workspace.connection, tables, known, past, model.fit.voters, basis)
    if coded is None:
        return
    margins = own.statistics(settings.statistics, coded.county)
    if margins is None:
        margins = _margins(settings.margins, len(coded.county))
    if places is not None:
        found = workspace.connection.table("ethnicity_places").pl().sort("place_id")
        coded = coded.leaning(own.lean(found, own.shares_of_places(places, prior)).to_numpy())
    middle = "middle" in coded.matched["kind"]
    fitted = fit(coded, tables, known, model, margins=margins, middle=middle)
    write(workspace, fitted, known)
    if by_ballot:
        _keep_by_status(workspace, by_status(fitted))
    findings.report(workspace, fitted.coded, fitted.tables, known, tables)


def fit(
    coded: Coded,
    tables: NameTables,
    known: Evidence,
    model: Specification,
    *,
    margins: np.ndarray | None = None,
    learn_prior: bool = True,
    middle: bool = True,
) -> Fitted:
    """Learn make-ups, ways of voting and what labels are worth from the sample of a coded file.

    Parameters
    ----------
    margins : (counties, groups) known shares of the registered, NaN where unknown
    learn_prior : if false, every cell has the prior's make-up, and labels say what is expected of them
    middle : if false, no voter of the file has a middle name, and their table, the largest, is not made
    """
    prior = model.prior_shares()
    expected = Tables(
        names.likelihoods(tables.surname),
        names.likelihoods(tables.first),
        names.likelihoods(tables.middle if middle else tables.surname.head(0)),
        known.expected,
        model.vendor.reliability,
    )
    none = np.ones((len(coded.county), len(GROUPS)))
    if not learn_prior:
        coded = coded.with_likelihood(expected.likelihood(coded.codes))
        return Fitted(coded, expected, composition.alike(coded.layout, prior), none, composition.HELD)
    whole = None if margins is None else _of_the_file(margins, coded)
    learned, start = learning.learn(coded.layout, coded.codes, expected, known, model, whole)
    coded = coded.with_likelihood(learned.likelihood(coded.codes))
    fitted = composition.learn(coded.layout, prior, model.fit, whole, start)
    assumed = composition.HELD if margins is None else composition.HELD & np.isnan(margins).any(axis=0)
    return Fitted(coded, learned, fitted, _multipliers(coded, fitted, prior, margins), assumed)


def _of_the_file(margins: np.ndarray, coded: Coded) -> np.ndarray | None:
    """Shares of the whole file that its counties' make: (groups,), NaN for a group that some county leaves open."""
    voters = np.bincount(coded.county_of_cells(), coded.cells["voters"].to_numpy(), minlength=len(coded.county))
    whole = (margins * voters[:, None]).sum(axis=0) / voters.sum()
    return None if np.isnan(whole).all() else raking.feasible(whole)


def _multipliers(coded: Coded, fitted: Composition, prior: np.ndarray, margins: np.ndarray | None) -> np.ndarray:
    """Factors by county and group that make the means of the posteriors equal to the margins, or to what is held."""
    layout = coded.layout
    shares = composition.posteriors(layout.likelihood, fitted.cell, layout.voters).astype(np.float64)
    found = np.ones((len(coded.county), len(GROUPS)))
    whole = shares.sum(axis=0)
    if margins is None or np.array_equal(margins, np.tile(margins[0], (len(margins), 1)), equal_nan=True):
        found[:] = raking.multipliers(shares, composition.held(whole, prior, None if margins is None else margins[0]))
        return found
    county = np.repeat(layout.county[layout.area[layout.precinct]], layout.voters)
    for number in range(len(coded.county)):
        chosen = shares[county == number]
        if len(chosen):
            known = raking.feasible(margins[number])
            found[number] = raking.multipliers(chosen, composition.held(chosen.sum(axis=0), prior, known))
    return found


def weights(fitted: Fitted) -> pl.DataFrame:
    """Weight of each group in every cell of the file: ``key, bit`` and the groups.

    A cell that the sample missed has its place's make-up times the ways of voting.
    """
    cells, learned = fitted.coded.cells, fitted.composition
    place = cells["place_id"].to_numpy()
    status = np.searchsorted(fitted.coded.statuses, cells["status"].to_numpy())
    weight = learned.precinct[place] * learned.status[status]
    index = {(p, s): i for i, (p, s) in enumerate(zip(place.tolist(), status.tolist(), strict=True))}
    layout = fitted.coded.layout
    seen = [index[pair] for pair in zip(layout.precinct.tolist(), layout.status.tolist(), strict=True)]
    weight[seen] = learned.cell
    weight = weight * fitted.multipliers[fitted.coded.county_of_cells()]
    weight /= weight.max(axis=1, keepdims=True)
    key = (STATUSES * cells["place_id"].cast(pl.Int64) + cells["status"]).alias("key")
    by_status = bool(fitted.coded.statuses.max() > 0)
    return posterior.rows(key, posterior.place_bits(cells["rung"], by_status=by_status), weight)


def write(workspace: Workspace, fitted: Fitted, known: Evidence) -> None:
    """Fill the table ``ethnicity`` from ``voter_evidence`` and what was learned."""
    connection, tables = workspace.connection, fitted.tables
    run(connection, "ethnicity/voter_keys")
    combinations = rows(connection, "ethnicity/label_combinations")["labels"]
    product = np.ones((len(combinations), len(GROUPS)))
    bits = np.zeros(len(combinations), dtype=np.int32)
    for kind, chosen in known.parts(combinations.to_numpy()).items():
        product *= tables.labels[kind][chosen]
        bits += np.where(chosen > 0, evidence.BITS[kind], 0).astype(np.int32)
    posterior.write(
        connection,
        {
            "surname": posterior.named(tables.surname, posterior.SURNAME),
            "first": posterior.named(tables.first, posterior.FIRST),
            "middle": posterior.named(tables.middle, posterior.MIDDLE),
            "labels": posterior.rows(combinations, bits, product),
        },
        weights(fitted),
    )


def look_up(workspace: Workspace, tables: NameTables, places: pl.DataFrame | None, model: Specification) -> None:
    """Fill the table ``ethnicity`` from surname, first name and place as the tables have them; nothing is learned.

    One pass over the file: BIFSG as others do it, for files of whole states. The place is that of the finest rung the
    user's geography has, weighed as its make-up; a place it lacks, or all of them without one, as the prior.
    """
    connection, prior = workspace.connection, model.prior_shares()
    rung = "county" if places is None else min(places["rung"].unique(), key=posterior.RUNGS.index)
    connection.execute("SET VARIABLE ethnicity_rung = $1", [rung])
    run(connection, "ethnicity/direct_keys")
    matched = names.matched(connection, rows(connection, "ethnicity/voter_names", kinds=["surname", "first"]), tables)
    cells = rows(connection, "ethnicity/direct_cells")
    weight = np.tile(prior, (len(cells), 1))
    rungs = pl.Series(["district"] * len(cells), dtype=pl.String)
    if places is not None:
        by_place = own.by_one_key(own.shares_of_places(places, prior), rung)
        found = cells.join(by_place, on="key", how="left", maintain_order="left")
        weight = prior * found.select(pl.col(GROUPS).fill_null(1.0)).to_numpy()
        weight /= weight.sum(axis=1, keepdims=True)
        there = pl.when(pl.col(GROUPS[0]).is_null()).then(pl.lit("district")).otherwise(pl.lit(rung))
        rungs = found.select(there).to_series()
    codes, said = [], {}
    for kind, bit in (("surname", posterior.SURNAME), ("first", posterior.FIRST)):
        table = _at_the_files_rate(kind, matched, tables, model)
        found, table = names.frequent_first(matched.filter(pl.col("kind") == kind, pl.col("raw") != ""), table)
        nothing = pl.DataFrame({"kind": kind, "raw": "", "code": pl.Series([names.MISSING], dtype=pl.Int32)})
        codes += [nothing, found.filter(pl.col("code") != names.ON_NO_LIST)]
        said[kind] = posterior.named(table, bit)
    cell = posterior.rows(cells["key"], posterior.place_bits(rungs, by_status=False), weight)
    posterior.write_direct(connection, pl.concat(codes), said, cell)
    if places is None:
        workspace.note(
            "ethnicity not learned",
            "learn = false, and no geography is given: every place is taken to be made up as the country is. The"
            " file's own make-up may be quite another. Leave `learn` out, or give [ethnicity] geography.",
            severity="warning",
        )


def _at_the_files_rate(kind: str, matched: pl.DataFrame, tables: NameTables, model: Specification) -> np.ndarray:
    """Return what the names of a kind say, with as many on no list as the file has."""
    named = matched.filter((pl.col("kind") == kind) & ~pl.col("is_missing"))
    unmatched = named.filter(pl.col("table_row").is_null())["voters"].sum()
    counted = int(named["voters"].sum()), int(unmatched)
    census = names.likelihoods(tables.of(kind))
    return names.at_the_rate_of(counted, census, model.prior_shares(), model.learned.strength)


def election_used(workspace: Workspace, contest: Contest) -> dt.date | None:
    """Return the past election whose voters' ways of voting are evidence in :func:`estimate`; None without one."""
    return _past_election(workspace, contest, specification.load()) if contest.ethnicity.learn else None


def _past_election(workspace: Workspace, contest: Contest, model: Specification) -> dt.date | None:
    rolls = reuse.standing(workspace.connection, ("voters", "vote_history"))
    key = None if rolls is None else reuse.key(_VOTES, rolls)
    reuse.once(workspace.connection, _VOTES, key, (_VOTES,), lambda: workspace.execute("ethnicity/votes_by_election"))
    least = model.status.least_participation
    found = workspace.query("ethnicity/past_election", least=least, election=contest.date)
    return None if found.is_empty() else found.item()


def _margins(given: dict[str, float], counties: int) -> np.ndarray | None:
    """Return the contest's margins, alike for every county."""
    if not given:
        return None
    return np.tile(raking.feasible(np.array([given.get(group, np.nan) for group in GROUPS])), (counties, 1))


def by_status(fitted: Fitted) -> pl.DataFrame:
    """Voters by ballot state and group by both estimators; the plain one leaves the status out of the posterior."""
    coded, learned = fitted.coded, fitted.composition
    layout = coded.layout
    plain, _ = composition.counts_by_cell(layout, learned.precinct[layout.precinct])
    multipliers = fitted.multipliers[layout.county[layout.area[layout.precinct]]]
    shares = composition.posteriors(layout.likelihood, learned.cell * multipliers, layout.voters)
    ballot = np.repeat(coded.ballot, layout.voters)
    voters, of_cells = coded.cells["voters"].to_numpy(), coded.cells["status"].to_numpy() // 3
    parts = []
    for index, name in enumerate(BALLOTS):
        chosen = ballot == index
        if not chosen.any():
            continue
        own_shares = shares[chosen]
        estimated = own_shares.sum(axis=0, dtype=np.float64)
        codes = coded.codes
        surname, first = codes.surname[chosen], codes.first[chosen]
        sd = standard_errors(own_shares, surname, first, learned.certainty, fitted.assumed)
        total = float(chosen.sum())
        scale = float(voters[of_cells == index].sum()) / total
        parts.append(
            pl.DataFrame(
                {
                    "ballot": [name] * len(GROUPS),
                    "group_name": GROUPS,
                    "plain": scale * plain[coded.ballot == index].sum(axis=0),
                    "estimated": scale * estimated,
                    "lo90": scale * np.clip(estimated - _NINETY * sd, 0, total),
                    "hi90": scale * np.clip(estimated + _NINETY * sd, 0, total),
                },
                schema=_BY_STATUS,
            )
        )
    return pl.concat(parts)


def _keep_by_status(workspace: Workspace, frame: pl.DataFrame) -> None:
    with workspace.registered("by_status", frame):
        workspace.execute("ethnicity/status_table")


def summary(workspace: Workspace) -> pl.DataFrame:
    """How many voters' estimates rest on which evidence: ``basis, voters``, most first. No names."""
    return workspace.query("ethnicity/coverage")


def early_composition(workspace: Workspace) -> pl.DataFrame:
    """Voters by ballot state and group, by both estimators: ``ballot, group_name, plain, estimated, lo90, hi90``.

    ``plain`` sums the probabilities from names and places, which is biased where voting early depends on the group;
    ``estimated`` sums what :func:`estimate` wrote, with its 90 % interval. For ballot 'accepted' they say who has
    voted.
    """
    return workspace.query("ethnicity/by_status")


def totals(workspace: Workspace) -> pl.DataFrame:
    """Sum the estimates up: ``group, voters, share``, in the order of the vocabulary."""
    order = pl.DataFrame({"group": GROUPS})
    frame = order.join(workspace.query("ethnicity/totals"), on="group", how="left", maintain_order="left")
    voters = pl.col("voters").fill_null(0.0)
    return frame.select("group", voters, share=voters / pl.max_horizontal(voters.sum(), 1e-12))
