"""What a finished run holds: everything the reports are made of, and nothing at the voter level."""

from dataclasses import dataclass

import polars as pl

from turnout.contest import Contest


@dataclass(frozen=True)
class Run:
    """A finished run of one contest or one ballot.

    Attributes
    ----------
    contest : what was asked for
    projection : one row a contest × candidate, exactly the columns of ``projection.csv``; shares in [0, 1]
    cohorts : one row a cohort × leaf group, exactly the columns of ``cohorts.csv``; None without a voter file
    support : contest, group, candidate, share, lo90, hi90, inferred from aggregates; None without a voter file
    components : contest, component, sd_share: standard deviation of the leading candidate's final share that the
        component brings by itself, in share units
    reconciliation : the table of that name
    findings : the table of that name
    provenance : turnout, python and library versions, seed, ``inputs`` (name, sha256, rows), ``models``
        (name to sha256), ``started``, ``seconds``; and, where known, ``cohort_totals``, a mapping of cohort to
        ``{"expected", "lo90", "hi90"}``, because the interval of a total does not follow from those of its groups
    """

    contest: Contest
    projection: pl.DataFrame
    cohorts: pl.DataFrame | None
    support: pl.DataFrame | None
    components: pl.DataFrame
    reconciliation: pl.DataFrame
    findings: pl.DataFrame
    provenance: dict[str, object]

    @property
    def abstained_everywhere(self) -> bool:
        """Whether not one contest could be projected."""
        return not self.projection["status"].ne_missing("abstained").any()
