"""The name tables: expected people by leaf group for every name, and P(name | group) from them.

Sources, licence and limits of the shipped ones stand in ``models/ethnicity.md``; ``models/build_ethnicity_tables.py``
builds them. A user's own tables (:mod:`turnout.ethnicity.own`) replace or add rows.
"""

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, reduce
from typing import Final, Literal

import numpy as np
import polars as pl

from turnout import resources
from turnout.vocabulary import ASIAN_GROUPS, GROUPS

#: Of the shipped tables.
Kind = Literal["surname", "first"]

#: The row of a table that stands for everyone whose name is not in it.
UNLISTED: Final = "*"

#: Part of an Asian subgroup's registered voters whose first names are those of the whole country, Latinos left out.
#: The Census counts residents, fewer of whom are born in the United States than of the registered; and first name and
#: surname are not as independent as the formula has it (a KIM called ROBERT is hardly the less Korean). Judgement.
NAMED_LIKE_ALL: Final = 0.2

#: A middle name is a first name or a surname of the voter's group (a mother's or a maiden name: the rule among
#: Filipinos, common among women), in these parts; the rest is anyone's. Judgement; the last holds back evidence that
#: is not independent of the first name.
MIDDLE_FIRST, MIDDLE_SURNAME, MIDDLE_ANYONE = 0.55, 0.15, 0.3

_FILES: Final[dict[Kind, str]] = {"surname": "ethnicity/surnames.parquet", "first": "ethnicity/first_names.parquet"}

#: Smoothing of a name's counts: this many people, and this share of the name's bearers, made up like the whole table.
SMOOTHING_PEOPLE: Final = 2.0
SMOOTHING_SHARE: Final = 0.002


@dataclass(frozen=True)
class NameTables:
    """P(name | group) of every listed name, by kind of name.

    Each frame: ``name`` and one column a leaf group. ``surname`` and ``first`` hold the row ``*`` for all other
    names, with which each column sums to one; ``middle`` has none, for a middle name on no list says nothing.
    """

    surname: pl.DataFrame
    first: pl.DataFrame

    @cached_property
    def middle(self) -> pl.DataFrame:
        """P(middle name | group), made of the other two."""
        return _middle(self.surname, self.first)

    def of(self, kind: str) -> pl.DataFrame:
        """Return the table of a kind of name: 'surname', 'first' or 'middle'."""
        return self.middle if kind == "middle" else {"surname": self.surname, "first": self.first}[kind]


@cache
def people(kind: Kind) -> pl.DataFrame:
    """Return the expected people: ``name``, one whole-number column a leaf group; row ``*`` is all other names."""
    return pl.read_parquet(resources.find("models", _FILES[kind]))


@cache
def shipped() -> NameTables:
    """Return the shipped tables."""
    return built(people("surname"), people("first"))


def built(surnames: pl.DataFrame, first_names: pl.DataFrame) -> NameTables:
    """P(name | group) from people by name and group, row ``*`` included.

    With n people of a group, N of that group in all, m bearers of the name and M in all, the smoothed probability is
    ``n/N + (a + b·m)/M`` over its sum, with a people and a share b of the bearers made up like the whole table. So no
    group is ever excluded by a name. First names of the Asian subgroups are then mixed with the country's
    (:data:`NAMED_LIKE_ALL`).
    """
    surname = _smoothed(surnames)
    first = _american(_smoothed(first_names), first_names)
    return NameTables(surname, first)


@cache
def likelihoods(kind: Kind) -> pl.DataFrame:
    """P(name | group) of the shipped table, row ``*`` included."""
    return shipped().of(kind)


def _smoothed(table: pl.DataFrame) -> pl.DataFrame:
    total = float(table.select(across(GROUPS).sum()).item())
    added = (SMOOTHING_PEOPLE + SMOOTHING_SHARE * across(GROUPS)) / total
    scale = 1.0 + SMOOTHING_PEOPLE * table.height / total + SMOOTHING_SHARE
    return table.select("name", *((pl.col(group) / pl.col(group).sum() + added) / scale for group in GROUPS))


def _american(smoothed: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    american = across([group for group in GROUPS if group != "latino"])
    country = table.select(american / american.sum()).to_series()
    mixed = [((1 - NAMED_LIKE_ALL) * pl.col(group) + NAMED_LIKE_ALL * country).alias(group) for group in ASIAN_GROUPS]
    return smoothed.with_columns(mixed)


def _middle(surname: pl.DataFrame, first: pl.DataFrame) -> pl.DataFrame:
    """P(middle name | group) up to a factor by name: a first name, a surname, or anyone's."""
    anyone = across(GROUPS) / len(GROUPS)
    parts = [
        table.filter(pl.col("name") != UNLISTED).select(
            "name",
            *(
                (part * (pl.col(group) + MIDDLE_ANYONE / (1 - MIDDLE_ANYONE) * anyone)).alias(group)
                for group in GROUPS
            ),
        )
        for table, part in ((first, MIDDLE_FIRST), (surname, MIDDLE_SURNAME))
    ]
    both = parts[0].join(parts[1], on="name", how="full", coalesce=True, suffix=" of surname")
    as_either = (pl.col(group).fill_null(0.0) + pl.col(f"{group} of surname").fill_null(0.0) for group in GROUPS)
    return both.select("name", *as_either).sort("name")


def across(columns: Sequence[str]) -> pl.Expr:
    """Add columns up, the first first. Polars' own sums of a row differ in their last digit from run to run."""
    return reduce(operator.add, (pl.col(name) for name in columns))


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
#: First names that set a shared surname off: Korean, Chinese, Vietnamese, American of each sex, Black American,
#: Spanish.
_WITH_FIRST: Final = ("SUNG HO", "JI YOUNG", "XIAO MING", "THANH", "GRACE", "ROBERT", "JAMAL", "MARIA")


def shared_surnames(names: tuple[str, ...] = _SHARED) -> str:
    """Markdown table of what a surname alone says: the Census's people who bear it, by leaf group, in per cent."""
    short = [group.replace("_", " ") for group in GROUPS]
    lines = ["| surname | " + " | ".join(short) + " |", "|---" * (len(GROUPS) + 1) + "|"]
    for name in names:
        counts = people("surname").filter(pl.col("name") == name).select(GROUPS).row(0)
        shares = [100 * count / sum(counts) for count in counts]
        lines.append(f"| {name} | " + " | ".join(f"{share:.0f}" if share >= 0.5 else "" for share in shares) + " |")
    return "\n".join(lines)


def shared_surnames_with_first_names(
    names: tuple[str, ...] = _SHARED[:13], first: tuple[str, ...] = _WITH_FIRST
) -> str:
    """Markdown table of the most probable groups of a shared surname with first names, at the country's make-up."""
    from turnout.ethnicity.bifsg import BIFSG  # noqa: PLC0415 - it reads the tables, and scikit-learn loads slowly

    pairs = pl.DataFrame({"last_name": names}).join(pl.DataFrame({"first_name": first}), how="cross")
    shares = BIFSG(learn_prior=False).fit(pairs).predict_proba(pairs)
    lines = ["| surname | " + " | ".join(first) + " |", "|---" * (len(first) + 1) + "|"]
    for index, name in enumerate(names):
        rows = shares[index * len(first) : (index + 1) * len(first)]
        lines.append(f"| {name} | " + " | ".join(_leading(row) for row in rows) + " |")
    return "\n".join(lines)


def _leading(shares: np.ndarray) -> str:
    """Name the groups of at least a tenth, the likeliest first: 'korean 93', 'white 51, korean 22'."""
    order = [index for index in np.argsort(-shares) if shares[index] >= 0.1][:3]
    return ", ".join(f"{GROUPS[index].replace('_', ' ')} {100 * shares[index]:.0f}" for index in order)
