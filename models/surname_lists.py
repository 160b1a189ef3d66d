"""How many Asians bear each surname of models/ethnicity/surname_frequencies.csv, by list and spelling.

A row of a list is a surname and its spellings. Its frequency in the homeland comes from a named source: a figure in
the row or, by the row's signs, the weights that the package Faker (MIT) carries after a public one. A row with
neither says only that the name is borne; how many bear it is then *estimated* from the Census 2020 counts:

1. A list's size makes its sourced rows add up to the Asian bearers of the spellings that it claims alone, or nearly.
2. A row without a source has the size that the spellings say which it alone claims. Where there are none, it is taken
   to be as large as the list's other such rows are on average, though no larger than the group's population leaves,
   or as its sign is frequent elsewhere (``only_start``).
3. Some Asian bearers have a name by marriage or adoption: as many as names of no list have, by who else bears them.
4. Where several claim a spelling, each claim is an expectation with an error, and the Census has their sum. What is
   over or short is shared in proportion to the claims' variances, the best linear estimate. The errors are measured
   on the spellings that one list claims alone: how far sourced rows are off, by their size (the larger, the less),
   and how unequal a list's other rows are.

Nothing is drawn by chance: the same wheels give the same figures.
"""

import ast
import functools
import operator
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

#: A row's own spellings must hold this part of its bearers to tell its size. Judgement.
LEAST_OWN = 0.2
#: Claims on fewer people take no part in measuring errors: there chance and rounding count.
LEAST_MEASURED = 300
#: What a claim keeps of its expectation, at the least, where the Census has fewer than all claims expect. Judgement.
LEAST_KEPT = 0.1
#: A spelling tells of the list that has this part of its expected bearers. Judgement.
NEARLY_ALONE = 0.9
MARRIED = "married"
_CLAIM = ("row", "list", "name", "part", "share", "start", "api", "married", "own", "left", "telling")
_OTHERS = ("white", "black", "latino", "native", "other")


@dataclass(frozen=True)
class Estimate:
    """Asian bearers by claim, and what was measured on the way.

    Attributes
    ----------
    claims
        A row a claim: ``row`` (its surname's place in the table), ``list``, ``name``, ``basis`` (*source*, *count*,
        *start*, *typical* or *married*), ``expected`` and ``people``. Those of a name add up to its Asian bearers.
    sizes
        Asians whose surnames a list describes, by list: its sourced rows' expected people are this times their share.
    errors
        Standard deviation of log(counted / expected), by basis; *typical* and *start* by list. That of sourced and
        counted claims depends on their size: its value for 1,000 people, and the power of the size that it goes by.
    married
        Asian bearers for each other bearer, by broad group.
    """

    claims: pl.DataFrame
    sizes: dict[str, float]
    errors: dict[str, float]
    married: dict[str, float]


def rows_of(
    table: Path, faker: zipfile.ZipFile, lists: dict[str, dict], without: frozenset[str] = frozenset()
) -> pl.DataFrame:
    """Read the lists: ``row``, ``list``, ``surname``, ``name``, ``part``, ``share`` and ``start``, a row a spelling.

    ``share`` is the sourced homeland frequency, ``start`` one that an estimate begins with, ``part`` the spelling's
    judged part of the surname's bearers. Lists of ``without`` are read as if they named no source.
    """
    weights = {key: faker_weights(faker, entry) for key, entry in lists.items() if "faker" in entry}
    read = []
    for row, entry in enumerate(pl.read_csv(table, schema_overrides={"percent": pl.Float64}).iter_rows(named=True)):
        key = entry["list"]
        share = None if entry["percent"] is None else entry["percent"] / 100
        if entry["signs"]:
            share = sum(weights[key][sign] for sign in entry["signs"].split())
        start = share if lists[key].get("only_start", False) else None
        if start is not None or key in without:
            share = None
        for pair in entry["spellings"].split():
            name, part = pair.split(":")
            read.append((row, key, entry["surname"], name, float(part), share, start))
    schema = {"row": pl.Int64, "list": pl.String, "surname": pl.String, "name": pl.String}
    schema |= dict.fromkeys(("part", "share", "start"), pl.Float64)
    return pl.DataFrame(read, schema=schema, orient="row")


def faker_weights(wheel: zipfile.ZipFile, settings: dict) -> dict[str, float]:
    """Shares of a country's people by the sign of the surname, as one of Faker's providers has them.

    A sign that stands twice is added up. Figures of ``exchanged`` pairs of signs stand there one for the other.
    """
    source = wheel.read(f"faker/providers/person/{settings['faker']}/__init__.py").decode()
    body = source[source.index("last_names = OrderedDict(") :]
    pairs = [
        ast.literal_eval(pair) for pair in re.findall(r"\(\"[^\"]+\", [0-9.]+\)", body[: body.index("\n    )\n")])
    ]
    signs, figures = [sign for sign, _ in pairs], [figure for _, figure in pairs]
    for exchanged in settings.get("exchanged", []):
        one, two = (signs.index(sign) for sign in exchanged.split())
        figures[one], figures[two] = figures[two], figures[one]
    found: dict[str, float] = {}
    for sign, figure in zip(signs, figures, strict=True):
        found[sign] = found.get(sign, 0.0) + figure * settings["unit"]
    return found


def estimated(
    people: pl.DataFrame,
    spellings: pl.DataFrame,
    lists: dict[str, dict],
    origins: dict[str, dict],
    populations: dict[str, float],
) -> Estimate:
    """Share the Asian bearers of every spelling of the lists among those that claim it; see the module's docstring.

    Parameters
    ----------
    people
        The Census's names with people by broad group; ``api`` are the Asians and Pacific Islanders.
    spellings
        Yielded by `rows_of`.
    lists
        By list, the ``group`` its bearers are counted in.
    origins
        Lists of name_origins.toml: ``share`` by group and ``names``. Such a list claims a spelling when none of the
        other lists that do is of its main group.
    populations
        Named people by group, where known: surnames without a source or a spelling of their own are no more together
        than these leave, in a group that has one list.
    """
    rates, married_error = marriage(people, set(spellings["name"]) | named(origins))
    by_marriage = pl.min_horizontal(0.5 * pl.col("api"), sum(pl.col(group) * rate for group, rate in rates.items()))
    claims = (
        pl.concat([spellings.drop("surname"), origin_claims(spellings, lists, origins)])
        .join(people.select("name", "api", by_marriage.alias("married")), on="name", maintain_order="left")
        .with_columns((pl.len().over("name") == 1).alias("own"), (pl.col("api") - pl.col("married")).alias("left"))
        .with_columns(pl.col("own").alias("telling"))
    )
    sizes = list_sizes(claims)
    alone = Counter(entry["group"] for entry in lists.values())
    most = {
        key: populations[entry["group"]]
        for key, entry in lists.items()
        if alone[entry["group"]] == 1 and entry["group"] in populations
    }
    sizes = list_sizes(telling(expectations(claims, sizes, most)))
    claims = telling(expectations(claims, sizes, most))
    errors = measured_errors(claims) | {MARRIED: married_error}
    last = spellings["row"].max()
    kept = claims.filter(pl.col("name").is_in(spellings["name"].unique().to_list())).with_columns(
        pl.when(pl.col("row") <= last).then("row").alias("row")
    )
    bearers = kept.unique("name", maintain_order=True).select(
        pl.lit(None, pl.Int64).alias("row"), pl.lit(MARRIED).alias("list"), "name", pl.lit(MARRIED).alias("basis"),
        pl.col("married").alias("expected"), "api",
    )  # fmt: skip
    kept = pl.concat([kept.select(bearers.columns), bearers])
    size = pl.col("expected").clip(LEAST_MEASURED) / 1000
    error = pl.coalesce(
        (pl.col("basis") + " " + pl.col("list")).replace_strict(errors, default=None, return_dtype=pl.Float64),
        pl.when(pl.col("basis") == MARRIED).then(pl.lit(errors[MARRIED])),
        errors["source, of 1,000"] * size ** errors["source, by size"],
    )
    return Estimate(shared_out(kept.with_columns(error.alias("error"))), sizes, errors, rates)


def named(origins: dict[str, dict]) -> set[str]:
    """Every name of the lists of names."""
    return {name for entry in origins.values() for name in entry["names"].split()}


def across(columns: Sequence[str]) -> pl.Expr:
    """Add columns up from left to right: the same bits however many threads there are."""
    return functools.reduce(operator.add, map(pl.col, columns))


def marriage(people: pl.DataFrame, claimed: set[str]) -> tuple[dict[str, float], float]:
    """Asian bearers for each other bearer, by broad group, and the error; from unlisted names one group bears."""
    others = people.filter(~pl.col("name").is_in(sorted(claimed)) & (pl.col("name") != "*")).with_columns(
        across(_OTHERS).alias("others")
    )
    rates, ratios = {}, []
    for group in ("white", "black", "latino"):
        mostly = others.filter(pl.col(group) > 0.8 * across(("others", "api")))
        rates[group] = mostly["api"].sum() / mostly["others"].sum()
        counted = mostly.filter(pl.col("others") * rates[group] > LEAST_MEASURED)
        ratios.append((counted["api"] / counted["others"] / rates[group]).log())
    return rates, float(np.sqrt(np.mean(np.concatenate([ratio.to_numpy() for ratio in ratios]) ** 2)))


def origin_claims(spellings: pl.DataFrame, lists: dict[str, dict], origins: dict[str, dict]) -> pl.DataFrame:
    """Claims of the lists of names, each name a row of its own; not where a list of the same main group claims it."""
    groups: dict[str, set[str]] = {}
    for key, name in spellings.select("list", "name").iter_rows():
        groups.setdefault(name, set()).add(lists[key]["group"])
    row = spellings["row"].max() + 1
    found = []
    for key, entry in origins.items():
        main = max(entry["share"], key=entry["share"].get)
        for name in dict.fromkeys(entry["names"].split()):
            if main not in groups.get(name, set()):
                found.append((row, key, name, 1.0, None, None))
                row += 1
    return pl.DataFrame(found, schema=spellings.drop("surname").schema, orient="row")


def telling(claims: pl.DataFrame) -> pl.DataFrame:
    """Mark the claims that tell of their list, nearly alone on a spelling; what others expect of it is taken off."""
    others = pl.col("expected").sum().over("name") - pl.col("expected")
    return claims.with_columns(
        (pl.col("expected") >= NEARLY_ALONE * (others + pl.col("expected"))).alias("telling"),
        (pl.col("api") - pl.col("married") - others).alias("left"),
    )


def list_sizes(claims: pl.DataFrame) -> dict[str, float]:
    """People that a list's shares are shares of, from the spellings that it alone, or nearly, claims."""
    share = pl.coalesce("share", "start")
    own = claims.filter(pl.col("telling") & share.is_not_null())
    sizes = own.group_by("list", maintain_order=True).agg(pl.col("left").sum() / (share * pl.col("part")).sum())
    return dict(sizes.iter_rows())


def expectations(claims: pl.DataFrame, sizes: dict[str, float], most: dict[str, float]) -> pl.DataFrame:
    """Add ``basis``, ``size`` (the row's people), ``prior`` (the size were nothing counted) and ``expected``.

    ``most`` is the number of people that all rows of a list have at the most.
    """
    claims = claims.select(_CLAIM)
    size = pl.col("list").replace_strict(sizes, default=None, return_dtype=pl.Float64)
    own = claims.filter("own").group_by("row", maintain_order=True).agg(pl.col("left").sum(), pl.col("part").sum())
    own = own.filter(pl.col("part") >= LEAST_OWN).select("row", (pl.col("left") / pl.col("part")).alias("counted"))
    claims = claims.join(own, on="row", how="left", maintain_order="left")
    unsourced = claims.filter(pl.col("share").is_null() & pl.col("start").is_null())
    typical = (
        unsourced.unique("row", maintain_order=True)
        .group_by("list", maintain_order=True)
        .agg(pl.col("counted").mean().alias("typical"))
    )
    claims = claims.join(typical, on="list", how="left", maintain_order="left").with_columns(
        pl.coalesce(size * pl.col("start"), "typical").alias("prior"),
        pl.when(pl.col("share").is_not_null()).then(pl.lit("source"))
        .when(pl.col("counted").is_not_null()).then(pl.lit("count"))
        .when(pl.col("start").is_not_null()).then(pl.lit("start"))
        .otherwise(pl.lit("typical")).alias("basis"),
    )  # fmt: skip
    claims = claims.with_columns(pl.coalesce(size * pl.col("share"), "counted", "prior").alias("size"))
    least = pl.min_horizontal("size", pl.col("list").replace_strict(rooms(claims, most), default=None))
    claims = claims.with_columns(pl.when(pl.col("basis") == "typical").then(least).otherwise("size").alias("size"))
    return claims.with_columns((pl.col("size") * pl.col("part")).alias("expected"))


def rooms(claims: pl.DataFrame, most: dict[str, float]) -> dict[str, float]:
    """People that a list's other rows leave, of ``most``, to each of its rows that are as large as the mean."""
    rows = claims.unique("row", maintain_order=True)
    typical = pl.col("basis") == "typical"
    left = rows.group_by("list", maintain_order=True).agg(
        pl.col("size").filter(~typical).sum().alias("others"), typical.sum().alias("rows")
    )
    return {
        key: max(most[key] - others, 0.0) / count
        for key, others, count in left.iter_rows()
        if key in most and count > 0
    }


def measured_errors(claims: pl.DataFrame) -> dict[str, float]:
    """Measure the standard deviation of log(counted / expected), over what one claim alone, or nearly, explains.

    That of sourced claims is a line in the logarithms of error and size; -0.635 is the mean log of a normal's size.
    """

    def spread(ratios: pl.Series) -> float:
        return float(np.sqrt((ratios.log() ** 2).mean()))

    sourced = claims.filter(
        pl.col("telling")
        & (pl.col("basis") == "source")
        & (pl.col("expected") > LEAST_MEASURED)
        & (pl.col("left") > 0)
    )
    off = (sourced["left"] / sourced["expected"]).log().abs().clip(0.001)
    size = np.log(sourced["expected"].to_numpy() / 1000)
    *power, level = np.polyfit(size, np.log(off.to_numpy()) + 0.635, 1 if len(size) > 2 else 0)
    errors = {"source, of 1,000": float(np.exp(level)), "source, by size": float(sum(power))}
    rows = claims.filter((pl.col("basis") == "count") & (pl.col("counted") > 0)).unique("row", maintain_order=True)
    for (key,), found in rows.group_by("list", maintain_order=True):
        started = found.filter(pl.col("start").is_not_null())
        kind, measured = ("typical", found) if started.is_empty() else ("start", started)
        errors[f"{kind} {key}"] = spread(measured["counted"] / measured["prior"])
    return errors


def shared_out(claims: pl.DataFrame) -> pl.DataFrame:
    """Add ``people``: the claims on a name brought to its Asian bearers, by their variances; none below its least."""
    name = claims["name"].rank("dense").to_numpy() - 1
    expected = claims["expected"].to_numpy()
    variance = (expected * claims["error"].to_numpy()) ** 2 + 1e-9
    bearers = np.zeros(name.max() + 1)
    bearers[name] = claims["api"].to_numpy()
    people = expected.copy()
    for _ in range(20):
        over = bearers - np.bincount(name, people)
        free = variance * ((over[name] > 0) | (people > LEAST_KEPT * expected))
        people = np.maximum(
            people + free * (over / np.maximum(np.bincount(name, free), 1e-12))[name], LEAST_KEPT * expected
        )
    people *= (bearers / np.maximum(np.bincount(name, people), 1e-12))[name]
    return claims.select("row", "list", "name", "basis", "expected", pl.Series("people", people))
