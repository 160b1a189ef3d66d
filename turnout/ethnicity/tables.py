"""The shipped name tables: expected people by leaf group for every name, and P(name | group) from them.

Sources, licence and limits stand in ``models/ethnicity.md``; ``models/build_ethnicity_tables.py`` builds the files.
"""

from functools import cache
from typing import Final, Literal

import polars as pl

from turnout import resources
from turnout.vocabulary import ASIAN_GROUPS, GROUPS

Kind = Literal["surname", "first"]

#: The row of a table that stands for everyone whose name is not in it.
UNLISTED: Final = "*"

#: Part of an Asian subgroup's registered voters whose first names are those of the whole country, Latinos left out.
#: The Census counts residents, fewer of whom are born in the United States than of the registered; and first name and
#: surname are not as independent as the formula has it (a KIM called ROBERT is hardly the less Korean). Judgement.
NAMED_LIKE_ALL: Final = 0.2

_FILES: Final[dict[Kind, str]] = {"surname": "ethnicity/surnames.parquet", "first": "ethnicity/first_names.parquet"}

#: Smoothing of a name's counts: this many people, and this share of the name's bearers, made up like the whole table.
SMOOTHING_PEOPLE: Final = 2.0
SMOOTHING_SHARE: Final = 0.002


@cache
def people(kind: Kind) -> pl.DataFrame:
    """Return the expected people: ``name``, one whole-number column a leaf group; row ``*`` is all other names."""
    return pl.read_parquet(resources.find("models", _FILES[kind]))


@cache
def likelihoods(kind: Kind) -> pl.DataFrame:
    """P(name | group), row ``*`` included: ``name`` and one column a leaf group, each column summing to one.

    With n people of a group, N of that group in all, m bearers of the name and M in all, the smoothed probability is
    ``n/N + (a + b·m)/M`` over its sum, with a people and a share b of the bearers made up like the whole table. So no
    group is ever excluded by a name. First names of the Asian subgroups are then mixed with the country's
    (:data:`NAMED_LIKE_ALL`).
    """
    table = people(kind)
    total = float(table.select(pl.sum_horizontal(GROUPS).sum()).item())
    added = (SMOOTHING_PEOPLE + SMOOTHING_SHARE * pl.sum_horizontal(GROUPS)) / total
    scale = 1.0 + SMOOTHING_PEOPLE * table.height / total + SMOOTHING_SHARE
    smoothed = table.select("name", *((pl.col(group) / pl.col(group).sum() + added) / scale for group in GROUPS))
    if kind == "surname":
        return smoothed
    american = pl.sum_horizontal([group for group in GROUPS if group != "latino"])
    country = table.select(american / american.sum()).to_series()
    mixed = [((1 - NAMED_LIKE_ALL) * pl.col(group) + NAMED_LIKE_ALL * country).alias(group) for group in ASIAN_GROUPS]
    return smoothed.with_columns(mixed)


def surnames() -> pl.DataFrame:
    """P(surname | group) of listed surnames: ``name``, one column a leaf group, each summing to the share listed."""
    return _listed("surname")


def first_names() -> pl.DataFrame:
    """P(first name | group) of the listed first names, in the form of :func:`surnames`."""
    return _listed("first")


def _listed(kind: Kind) -> pl.DataFrame:
    return likelihoods(kind).filter(pl.col("name") != UNLISTED)


def unlisted(kind: Kind) -> dict[str, float]:
    """P(name on no list | group) by leaf group."""
    return likelihoods(kind).filter(pl.col("name") == UNLISTED).drop("name").row(0, named=True)


_SHARED: Final = (
    *("KIM", "LEE", "PARK", "CHANG", "LIM", "YANG", "HAN", "CHUNG", "SONG", "OH", "KANG", "HONG", "YOUNG"),
    *("CHO", "CHOI", "MIN", "SHIN", "LAM", "SANTOS", "KHAN"),
)


def shared_surnames(names: tuple[str, ...] = _SHARED) -> str:
    """Markdown table of what a surname alone says: the Census's people who bear it, by leaf group, in per cent."""
    short = [group.replace("_", " ") for group in GROUPS]
    lines = ["| surname | " + " | ".join(short) + " |", "|---" * (len(GROUPS) + 1) + "|"]
    for name in names:
        counts = people("surname").filter(pl.col("name") == name).select(GROUPS).row(0)
        shares = [100 * count / sum(counts) for count in counts]
        lines.append(f"| {name} | " + " | ".join(f"{share:.0f}" if share >= 0.5 else "" for share in shares) + " |")
    return "\n".join(lines)
