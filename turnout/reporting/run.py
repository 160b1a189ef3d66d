"""What a finished run holds: everything the reports are made of, and nothing at the voter level."""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from turnout.contest import Contest
from turnout.reporting.boundaries import Shape


@dataclass(frozen=True)
class Run:
    """A finished run of one contest or one ballot.

    Attributes
    ----------
    contest : what was asked for
    projection : one row a contest × candidate, exactly the columns of ``projection.csv``; shares in [0, 1]
    cohorts : one row a cohort × leaf group, exactly the columns of ``cohorts.csv``; None without a voter file
    support : contest, group, candidate, share, lo90, hi90, inferred from aggregates, and the bounds least and most
        that the early count sets whatever the model; None without a voter file
    together : the same columns, with the spellings of a candidate as one: contests where one is spelt in several ways
    totals : contest, counted_votes, expected, lo90, hi90: all votes of each contest in the end; None where not known
    components : contest, component, sd_share: standard deviation of the leading candidate's final share that the
        component brings by itself, in share units
    reconciliation : the table of that name
    findings : the table of that name
    provenance : turnout, python and library versions, seed, ``inputs`` (name, sha256, rows), ``models``
        (name to sha256), ``started``, ``seconds``; and, where known, ``cohort_totals``, a mapping of cohort to
        ``{"expected", "lo90", "hi90"}``, because the interval of a total does not follow from those of its groups;
        and ``as_of``, how far the data itself says it reaches
    precincts : contest, county, precinct, candidate, counted_votes, projected_votes, reported; None or empty where
        units are not told one by one
    ledger : every projection published so far, this one the last (:mod:`turnout.reporting.ledger`); None where
        nothing is published
    shapes : boundaries of the precincts for the map (:func:`turnout.reporting.boundaries.read`); empty for none
    """

    contest: Contest
    projection: pl.DataFrame
    cohorts: pl.DataFrame | None
    support: pl.DataFrame | None
    components: pl.DataFrame
    reconciliation: pl.DataFrame
    findings: pl.DataFrame
    provenance: dict[str, object]
    together: pl.DataFrame | None = None
    totals: pl.DataFrame | None = None
    precincts: pl.DataFrame | None = None
    ledger: pl.DataFrame | None = None
    shapes: tuple[Shape, ...] = ()

    @cached_property
    def components_of(self) -> dict[str, list[tuple[str, float]]]:
        """The known components of each contest's uncertainty and their sd in share units, the largest first."""
        found: dict[str, list[tuple[str, float]]] = {}
        known = self.components.drop_nulls("sd_share").sort("sd_share", "component", descending=[True, False])
        for contest, component, sd in known.select("contest", "component", "sd_share").iter_rows():
            found.setdefault(contest, []).append((component, sd))
        return found

    @cached_property
    def to_come_of(self) -> dict[str, tuple[float, float]]:
        """Ends of the 90 % interval of the votes still to come in each contest where they are known."""
        if self.totals is None:
            return {}
        known = self.totals.drop_nulls("lo90").select("contest", pl.col("lo90", "hi90") - pl.col("counted_votes"))
        return {contest: (low, high) for contest, low, high in known.iter_rows()}

    @property
    def people(self) -> pl.DataFrame:
        """The projection as a reader is told it: a row a candidate, however he or she is spelt."""
        if self.together is None or self.together.is_empty():
            return self.projection
        kept = self.projection.join(self.together, on="contest", how="anti", maintain_order="left")
        return pl.concat([kept, self.together.select(kept.columns)]).sort("contest", maintain_order=True)

    @property
    def abstained_everywhere(self) -> bool:
        """Whether not one contest could be projected."""
        return not self.projection["status"].ne_missing("abstained").any()
