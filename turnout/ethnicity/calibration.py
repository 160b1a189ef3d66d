"""How good the estimates are where the file says what voters call themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from turnout.contest import Contest
from turnout.errors import UsageError
from turnout.ethnicity import estimation, evidence, names, own, specification
from turnout.ethnicity.coding import rows
from turnout.ethnicity.findings import VOTERS_TO_SHOW
from turnout.vocabulary import ASIAN_GROUPS, GROUPS
from turnout.workspace import Workspace

_SURNAMES_SHOWN: Final = 20
_BINS: Final = {
    "group": pl.String, "from": pl.Float64, "to": pl.Float64, "voters": pl.Int64, "estimated": pl.Float64,
    "observed": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True)
class Calibration:
    """What the self-reported labels say of the estimates.

    Attributes
    ----------
    labelled : voters with a label that names a group
    scores : a row a group that ten labels tell of: ``group, voters, observed, estimated, thresholded`` (shares of the
        labelled), ``brier, log_loss, brier_thresholded``. *Thresholded* takes every voter's most probable group for
        the voter's own
    voted : the same over those whose ballot is accepted; no row where under ten of them have a label that tells
    reliability : a row a group and tenth of the probability: ``group, from, to, voters, estimated, observed``; those
        of under ten voters are left out
    voters, unmatched : with a surname to match, and those of them on no list
    surnames : the most frequent surnames on no list with ten voters or more: ``surname, voters``
    """

    labelled: int
    scores: pl.DataFrame
    voted: pl.DataFrame
    reliability: pl.DataFrame
    voters: int
    unmatched: int
    surnames: pl.DataFrame


def calibrate(workspace: Workspace, contest: Contest) -> Calibration:
    """Estimate without looking at the label in ``vendor_ethnicity``, and compare with it.

    A label may name a leaf group ('Korean') or several ('Asian'). A group is compared over the voters whose label
    says whether they are of it: those labelled 'Asian' say nothing of 'korean'.

    Raises
    ------
    UsageError
        If no label of the file names a group, or too few voters have one that does to be told.
    """
    model = specification.load()
    estimation.estimate(workspace, contest, blind=True)
    labels = workspace.query("ethnicity/voter_labels").filter(pl.col("kind") == "vendor")
    meanings = model.vendor.meanings()
    labels = labels.with_columns(
        named=pl.Series(
            [sorted(meanings.get(evidence.plain(raw), ())) for raw in labels["raw"]], dtype=pl.List(pl.String)
        )
    ).filter(pl.col("named").list.len() > 0)
    if labels.is_empty():
        raise UsageError(
            "No label in the column vendor_ethnicity names a group, so there is nothing to compare with. Map the "
            "column with self-reported race to it in the file's layout, and map its codes to words there."
        )
    labelled = int(labels["voters"].sum())
    if labelled < VOTERS_TO_SHOW:
        raise UsageError(
            f"Fewer than {VOTERS_TO_SHOW} voters have a label that names a group: too few to compare with. Give a "
            "file in which more voters report their race."
        )
    sets = {frozenset(found) for found in labels["named"]}
    parts = [(_called(found), _bins(workspace, labels, found)) for found in sorted(sets, key=_order)]
    matched = _matched(workspace, contest)
    named = matched.filter((pl.col("kind") == "surname") & ~pl.col("is_missing"))
    with workspace.registered("matched", matched):
        surnames = workspace.query("ethnicity/unmatched_surnames", least=VOTERS_TO_SHOW, most=_SURNAMES_SHOWN)
    return Calibration(
        labelled=labelled,
        scores=_told(_score(group, bins) for group, bins in parts),
        voted=_told(_score(group, bins.filter("accepted")) for group, bins in parts),
        reliability=pl.concat(_reliability(group, bins) for group, bins in parts),
        voters=int(named["voters"].sum()),
        unmatched=int(named.filter(pl.col("table_row").is_null())["voters"].sum()),
        surnames=surnames,
    )


def _told(scores: Iterable[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(scores).filter(pl.col("voters") >= VOTERS_TO_SHOW)


def _bins(workspace: Workspace, labels: pl.DataFrame, group: frozenset[str]) -> pl.DataFrame:
    """Sum up by tenth of the probability, over the voters whose label says whether they are of the group."""
    truth = [1 if set(found) <= group else 0 if not group & set(found) else None for found in labels["named"]]
    told = labels.select("raw", truth=pl.Series(truth, dtype=pl.Int8)).drop_nulls("truth")
    inside = np.isin(GROUPS, list(group)).astype(float).tolist()
    with workspace.registered("label_truth", told):
        return workspace.query("ethnicity/calibration_bins", inside=inside)


def _score(group: str, bins: pl.DataFrame) -> pl.DataFrame:
    total = bins.drop("accepted", "bin").sum().row(0, named=True)
    voters = max(total["voters"], 1)
    return pl.DataFrame(
        {
            "group": [group],
            "voters": [total["voters"]],
            "observed": [total["observed"] / voters],
            "estimated": [total["expected"] / voters],
            "thresholded": [total["called"] / voters],
            "brier": [total["brier"] / voters],
            "log_loss": [total["log_loss"] / voters],
            "brier_thresholded": [total["called_wrong"] / voters],
        }
    )


def _reliability(group: str, bins: pl.DataFrame) -> pl.DataFrame:
    return (
        bins.group_by("bin", maintain_order=True)
        .agg(pl.col("voters", "expected", "observed").sum())
        .filter(pl.col("voters") >= VOTERS_TO_SHOW)
        .sort("bin")
        .select(
            pl.lit(group).alias("group"),
            (pl.col("bin") / 10).alias("from"),
            ((pl.col("bin") + 1) / 10).alias("to"),
            "voters",
            (pl.col("expected") / pl.col("voters")).alias("estimated"),
            (pl.col("observed") / pl.col("voters")).alias("observed"),
        )
        .cast(_BINS)  # type: ignore[arg-type]
    )


def _called(group: frozenset[str]) -> str:
    """Name a set of leaf groups: 'asian' for the seven, else the leaves."""
    return "asian" if group == frozenset(ASIAN_GROUPS) else "+".join(sorted(group, key=GROUPS.index))


def _order(group: frozenset[str]) -> tuple[int, int]:
    return min(GROUPS.index(leaf) for leaf in group), len(group)


def _matched(workspace: Workspace, contest: Contest) -> pl.DataFrame:
    settings = contest.ethnicity
    tables = own.name_tables(settings.surnames, settings.first_names, specification.load().prior_shares())
    inputs = rows(workspace.connection, "ethnicity/voter_names", kinds=["surname"])
    return names.matched(workspace.connection, inputs, tables)
