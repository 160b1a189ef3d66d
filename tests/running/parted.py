"""An electorate in voter files of counties of their own."""

from pathlib import Path

import polars as pl

from turnout import example


def generate(directory: Path, voters: int = 2400, precincts: int = 12, parts: int = 2, seed: int = 4) -> Path:
    """Write it, each part in a directory with its history and ballots; returns its contest.toml."""
    whole = directory / "whole"
    example.generate(whole, seed, example.CA34.scaled(voters, precincts))
    people = pl.read_csv(whole / "voters.csv", infer_schema=False)
    names = people["precinct"].unique().sort().to_list()
    county = {name: f"County {1 + number * parts // len(names)}" for number, name in enumerate(names)}
    people = people.with_columns(county=pl.col("precinct").replace_strict(county))
    returns = pl.read_csv(whole / "returns.csv", infer_schema=False)
    returns.with_columns(county=pl.col("precinct").replace_strict(county)).write_csv(directory / "returns.csv")
    for (name,), part in people.group_by("county"):
        home = directory / name.lower().replace(" ", "-")
        home.mkdir()
        part.write_csv(home / "voters.csv")
        for file in ("vote_history.csv", "ballots.csv"):
            lines = pl.read_csv(whole / file, infer_schema=False)
            lines.join(part.select("voter_id"), on="voter_id", how="semi", maintain_order="left").write_csv(
                home / file
            )
    return config(directory, [f"county-{number + 1}/" for number in range(parts)])


def config(directory: Path, homes: list[str], extra: str = "partitioned = true") -> Path:
    """Write a contest.toml of the files in these directories."""
    lines = ['name = "U.S. House, District 34 (synthetic)"', "date = 2017-06-06", "draws = 100", "[inputs]"]
    lines += ['returns = ["returns.csv"]', extra]
    for file in ("voters", "vote_history", "ballots"):
        lines.append(f"{file} = [{', '.join(repr(home + file + '.csv') for home in homes)}]")
    (directory / "contest.toml").write_text("\n".join(lines) + "\n")
    return directory / "contest.toml"


def published(directory: Path) -> dict[str, bytes]:
    """What a run published, as every run of the same writes it."""
    files = ("projection.csv", "projection.json", "cohorts.csv", "report.html")
    return {name: (directory / "output" / name).read_bytes() for name in files}
