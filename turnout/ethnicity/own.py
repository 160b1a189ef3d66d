"""A user's own tables: surnames and first names with who bears them, and places with who lives there (CSV).

Names: ``name`` and a column of people for each leaf group; or ``name``, ``people`` and columns of shares. Places:
``county``, and at most one of ``precinct``, ``tract``, ``zip`` filled in a row, and a column of people for each leaf
group. A column ``asian`` in place of the seven is divided as the electorate's prior has it. docs/ethnicity.md has
examples.
"""

from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from turnout.errors import InputRefused, UsageError
from turnout.ethnicity import names, tables
from turnout.ethnicity.tables import NameTables
from turnout.vocabulary import ASIAN_GROUPS, GROUPS

_ASIAN: Final = "asian"
_RUNGS: Final = {"precinct": "precinct", "tract": "tract", "zip": "ZIP"}
#: People by which a place of the user's geography leans on the whole of it: a place of few says little of itself.
PLACE_SMOOTHING: Final = 20.0


def name_tables(surnames: tuple[Path, ...], first_names: tuple[Path, ...], prior: np.ndarray) -> NameTables:
    """Return the shipped tables with the user's rows in place of theirs, or added.

    Raises
    ------
    InputRefused
        If a file is no such table.
    """
    if not surnames and not first_names:
        return tables.shipped()
    return tables.built(
        _with_rows("surname", [_named_people(path, prior) for path in surnames]),
        _with_rows("first", [_named_people(path, prior) for path in first_names]),
    )


def geography(paths: tuple[Path, ...], prior: np.ndarray) -> pl.DataFrame | None:
    """Read the user's places: ``county, rung, place`` and people by leaf group; None without a file.

    Raises
    ------
    InputRefused
        If a file is no such table.
    """
    if not paths:
        return None
    frames = [_places(path, prior) for path in paths]
    found = pl.concat(frames)
    twice = found.filter(pl.struct("county", "rung", "place").is_duplicated())
    if not twice.is_empty():
        row = twice.row(0, named=True)
        raise InputRefused(
            f"{paths[0]}: {row['rung']} {row['place']!r} of county {row['county']!r} stands there twice. Keep one."
        )
    return found


def shares_of_places(found: pl.DataFrame, prior: np.ndarray) -> pl.DataFrame:
    """How each of the user's places differs from the whole of them: ``county, rung, place`` and factors by group.

    A place's shares are smoothed by 20 people made up like the whole. The counts may be of residents, the
    electorate is not: so what is used of a place is how it differs from the
    whole.
    """
    counts = found.select(GROUPS).to_numpy().astype(np.float64)
    level = {rung: counts[(found["rung"] == rung).to_numpy()].sum(axis=0) for rung in found["rung"].unique()}
    whole = np.array([level[rung] for rung in found["rung"]])
    whole = (whole + prior) / (whole + prior).sum(axis=1, keepdims=True)
    smoothed = (counts + PLACE_SMOOTHING * whole) / (counts.sum(axis=1, keepdims=True) + PLACE_SMOOTHING)
    return found.select("county", "rung", "place").hstack(pl.DataFrame(smoothed / whole, schema=list(GROUPS)))


def by_one_key(ratios: pl.DataFrame, rung: str) -> pl.DataFrame:
    """Return the places of one rung by their name alone: ``key`` and the groups.

    Raises
    ------
    InputRefused
        If two counties have a place of the same name.
    """
    column = "county" if rung == "county" else "place"
    found = ratios.filter(pl.col("rung") == rung).select(pl.col(column).alias("key"), *GROUPS)
    if found["key"].is_duplicated().any():
        raise InputRefused(
            f"ethnicity.geography: several counties have a {rung} of the same name, and learn = false looks them up "
            "by name alone. Give ZIPs, or leave learn = false out."
        )
    return found


def lean(places: pl.DataFrame, ratios: pl.DataFrame) -> pl.DataFrame:
    """How each place of the file differs, as factors by group.

    By its own row, else its tract's, its ZIP's, its county's; 1 where there is none. ``places``: ``county, place,
    rung, area`` by place_id. ``ratios``: as :func:`shares_of_places` gives them; a row
    without a county holds for every county.
    """
    bare = pl.col("place").str.strip_prefix("tract ").str.strip_prefix("ZIP ")
    asked = places.select("county", own=bare, own_rung="rung", area="area")
    found = [
        _looked_up(asked, ratios, "own", pl.col("own_rung")),
        _looked_up(asked, ratios, "area", pl.lit("tract")),
        _looked_up(asked, ratios, "area", pl.lit("ZIP")),
        _looked_up(asked, ratios, None, pl.lit("county")),
    ]
    return pl.DataFrame(
        {
            group: pl.select(pl.coalesce(*(frame[group] for frame in found), pl.lit(1.0))).to_series()
            for group in GROUPS
        }
    )


def statistics(path: Path | None, counties: list[str]) -> np.ndarray | None:
    """Known shares of the registered by county: (counties, groups), NaN where unknown; None without a file.

    The file: ``county``, ``registered``, and a column of registered voters for each group known.

    Raises
    ------
    InputRefused
        If it is no such table, or has a county that the voter file lacks.
    """
    if path is None:
        return None
    frame = _csv(path, {"county", "registered", *GROUPS})
    for column in ("county", "registered"):
        if column not in frame.columns:
            raise InputRefused(f"{path}: there is no column {column}. Add it.")
    known = [group for group in GROUPS if group in frame.columns]
    everyone = _numbers(frame, "registered", path)
    _refuse(path, frame, everyone <= 0, "registered", "no registered voters. Remove the row")
    _refuse(
        path,
        frame,
        frame["county"].is_duplicated().to_numpy(),
        "county",
        "the county stands there twice. Keep one row",
    )
    strange = ~frame["county"].is_in(counties)
    _refuse(path, frame, strange.to_numpy(), "county", "not a county of the voter file. Spell it as there")
    shares = np.full((len(counties), len(GROUPS)), np.nan)
    row = [counties.index(county) for county in frame["county"]]
    for group in known:
        empty = frame[group].str.strip_chars().replace("", None).is_null().to_numpy()
        shares[row, GROUPS.index(group)] = np.where(empty, np.nan, _numbers(frame, group, path) / everyone)
    over = np.nansum(shares, axis=1)[row] > 1 + 1e-6
    _refuse(path, frame, over, "registered", "the groups add up to more than all registered. Correct the row")
    return shares


def _looked_up(asked: pl.DataFrame, ratios: pl.DataFrame, column: str | None, rung: pl.Expr) -> pl.DataFrame:
    place = pl.lit("") if column is None else pl.col(column)
    keys = asked.select("county", rung=rung, place=place)
    exact = keys.join(ratios, on=["county", "rung", "place"], how="left", maintain_order="left")
    anywhere = ratios.filter((pl.col("county") == "") & (pl.col("rung") != "county")).drop("county")
    loose = keys.join(anywhere, on=["rung", "place"], how="left", maintain_order="left")
    return pl.DataFrame({g: pl.select(pl.coalesce(exact[g], loose[g])).to_series() for g in GROUPS})


def _with_rows(kind: tables.Kind, own: list[pl.DataFrame]) -> pl.DataFrame:
    people = tables.people(kind).with_columns(pl.col(GROUPS).cast(pl.Float64))
    if not own:
        return people
    added = pl.concat(own).unique("name", keep="last", maintain_order=True)
    return pl.concat([people.join(added, on="name", how="anti"), added]).sort("name")


def _named_people(path: Path, prior: np.ndarray) -> pl.DataFrame:
    """People by name: ``name`` as it is matched, and the groups."""
    frame, people = _read(path, ("name", "people"), prior)
    if "people" in frame.columns:
        people = people * _numbers(frame, "people", path)[:, None]
        total = people.sum(axis=1)
        wrong = np.abs(total / np.maximum(_numbers(frame, "people", path), 1e-9) - 1) > 0.02
        _refuse(
            path, frame, wrong, "name", "its shares do not add up to 1. Give shares beside `people`, or people alone"
        )
    spelled = pl.Series("name", names.keys(frame["name"]), dtype=pl.String)
    _refuse(path, frame, spelled.is_null().to_numpy(), "name", "nothing of the name is left to match. Remove the row")
    _refuse(path, frame, spelled.is_duplicated().to_numpy(), "name", "the name stands there twice. Keep one row")
    _refuse(path, frame, people.sum(axis=1) <= 0, "name", "nobody bears the name. Give at least one person")
    return pl.DataFrame({"name": spelled}).hstack(pl.DataFrame(people, schema=list(GROUPS)))


def _places(path: Path, prior: np.ndarray) -> pl.DataFrame:
    frame, people = _read(path, ("county", *_RUNGS), prior)
    empty = pl.lit("")
    keys = frame.select(
        *(
            pl.col(name).fill_null("").str.strip_chars() if name in frame.columns else empty.alias(name)
            for name in ("county", *_RUNGS)
        )
    )
    filled = keys.select(pl.sum_horizontal([(pl.col(name) != "").cast(pl.Int8) for name in _RUNGS])).to_series()
    _refuse(path, frame, (filled > 1).to_numpy(), None, "more than one of precinct, tract and zip. Fill one")
    nowhere = (filled == 0).to_numpy() & (keys["county"] == "").to_numpy()
    _refuse(path, frame, nowhere, None, "no place: county, precinct, tract and zip are all empty. Fill one")
    _refuse(path, frame, people.sum(axis=1) <= 0, None, "nobody lives there. Remove the row")
    rung = pl.coalesce(
        *(pl.when(pl.col(name) != "").then(pl.lit(rung)) for name, rung in _RUNGS.items()), pl.lit("county")
    )
    place = pl.concat_str([pl.col(name) for name in _RUNGS])
    return keys.select("county", rung.alias("rung"), place.alias("place")).hstack(
        pl.DataFrame(people, schema=list(GROUPS))
    )


def _read(path: Path, keys: tuple[str, ...], prior: np.ndarray) -> tuple[pl.DataFrame, np.ndarray]:
    """Read the text of a CSV and its columns of groups as numbers: (rows, groups)."""
    frame = _csv(path, {*keys, *GROUPS, _ASIAN})
    if keys[0] == "name" and "name" not in frame.columns:
        raise InputRefused(f"{path}: there is no column name. Add it.")
    if _ASIAN in frame.columns and set(ASIAN_GROUPS) & set(frame.columns):
        raise InputRefused(
            f"{path}, column asian: some of the seven Asian groups stand beside it. Keep one or the other."
        )
    if not {*GROUPS, _ASIAN} & set(frame.columns):
        raise InputRefused(f"{path}: there is no column of a group. Add some of {', '.join([*GROUPS, _ASIAN])}.")
    people = np.zeros((frame.height, len(GROUPS)))
    for index, group in enumerate(GROUPS):
        if group in frame.columns:
            people[:, index] = _numbers(frame, group, path)
    if _ASIAN in frame.columns:
        asian = np.isin(GROUPS, ASIAN_GROUPS)
        people[:, asian] = _numbers(frame, _ASIAN, path)[:, None] * (prior[asian] / prior[asian].sum())
    return frame, people


def _csv(path: Path, known: set[str]) -> pl.DataFrame:
    """Read the text of a CSV none of whose columns is unknown."""
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}). Check the path.") from None
    except pl.exceptions.PolarsError as error:
        raise InputRefused(f"{path}: not a CSV: {str(error).splitlines()[0]}.") from None
    frame = frame.rename({name: name.strip().lower() for name in frame.columns})
    if unknown := [name for name in frame.columns if name not in known]:
        raise InputRefused(
            f"{path}, column {unknown[0]}: not a column of such a table. There are {', '.join(sorted(known))}."
        )
    return frame


def _numbers(frame: pl.DataFrame, column: str, path: Path) -> np.ndarray:
    """Return a column as numbers of at least 0; an empty cell is 0."""
    numbers = frame[column].str.strip_chars().replace("", "0").fill_null("0").cast(pl.Float64, strict=False)
    bad = (numbers.is_null() | numbers.is_nan() | numbers.is_infinite() | (numbers < 0)).fill_null(value=True)
    _refuse(path, frame, bad.to_numpy(), column, "not a number of at least 0. Correct it")
    return numbers.to_numpy()


def _refuse(path: Path, frame: pl.DataFrame, wrong: np.ndarray, column: str | None, why: str) -> None:
    """Refuse a table for its first wrong row, naming file, line, column and value."""
    if not wrong.any():
        return
    row = int(np.flatnonzero(wrong)[0])
    where = f"{path}, line {row + 2}" + (f", column {column}: {frame[column][row]!r}" if column else "")
    raise InputRefused(f"{where}: {why}.")
