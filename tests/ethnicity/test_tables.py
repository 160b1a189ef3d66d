import numpy as np
import polars as pl
import pytest

from turnout import resources
from turnout.ethnicity import BIFSG, shared_surnames, tables
from turnout.vocabulary import ASIAN_GROUPS, GROUPS


def people(name: str, kind: tables.Kind = "surname") -> dict[str, float]:
    row = tables.people(kind).filter(pl.col("name") == name).select(GROUPS).row(0, named=True)
    total = sum(row.values())
    return {group: count / total for group, count in row.items()}


@pytest.mark.parametrize("kind", ["surname", "first"])
def test_likelihoods_are_distributions_without_zeros(kind):
    table = tables.likelihoods(kind).select(GROUPS).to_numpy()
    np.testing.assert_allclose(table.sum(axis=0), 1.0, atol=1e-9)
    assert table.min() > 0
    assert np.isfinite(table).all()


@pytest.mark.parametrize("kind", ["surname", "first"])
def test_names_are_unique_keys(kind):
    names = tables.people(kind)["name"]
    assert names.is_unique().all()
    assert names.filter(names != tables.UNLISTED).str.contains("^[A-Z]+$").all()


def test_the_generators_view_leaves_out_the_row_for_all_other_names():
    for listed, kind in ((tables.surnames(), "surname"), (tables.first_names(), "first")):
        assert listed.columns == ["name", *GROUPS]
        assert tables.UNLISTED not in listed["name"]
        for group in GROUPS:
            assert listed[group].sum() + tables.unlisted(kind)[group] == pytest.approx(1.0, abs=1e-9)


def test_the_surname_null_is_a_surname():
    assert "NULL" in tables.surnames()["name"]


def test_lee_is_shared():
    shares = people("LEE")
    assert shares["white"] > 0.2
    assert shares["black"] > 0.1
    assert shares["korean"] > 0.15
    assert shares["chinese"] > 0.08


@pytest.mark.parametrize(
    ("name", "group", "least"),
    [
        ("KIM", "korean", 0.9),
        ("PARK", "korean", 0.7),
        ("NGUYEN", "vietnamese", 0.9),
        ("PATEL", "indian", 0.85),
        ("WANG", "chinese", 0.9),
        ("TANAKA", "japanese", 0.7),
        ("MACARAEG", "filipino", 0.8),
        ("VANG", "other_asian", 0.9),
        ("GARCIA", "latino", 0.9),
        ("WASHINGTON", "black", 0.8),
        ("BEGAY", "native", 0.8),
    ],
)
def test_what_a_telling_surname_says(name, group, least):
    assert people(name)[group] > least


def test_a_spanish_surnames_asian_bearers_are_filipino():
    shares = people("SANTOS")
    assert shares["latino"] > 0.5
    assert shares["filipino"] / sum(shares[group] for group in ASIAN_GROUPS) > 0.9


def test_subgroups_add_up_to_the_census():
    """Census 2020 Detailed DHC-A, alone, times the part whose name was usable (0.915)."""
    census = {"chinese": 4392490, "filipino": 3076108, "indian": 4397737, "japanese": 741544, "korean": 1508575}
    totals = tables.people("surname").select(GROUPS).sum().row(0, named=True)
    for group, population in census.items():
        assert totals[group] == pytest.approx(0.915 * population, rel=0.04), group


def test_kims_times_their_share_give_the_koreans():
    """The 0.22 rule (Shin and Yu 1984): Koreans are Kims over 0.22; married and adopted Koreans make it less."""
    table = tables.people("surname")
    kims = table.filter(pl.col("name") == "KIM")["korean"].item()
    assert 0.17 < kims / table["korean"].sum() < 0.22


def test_korean_first_names_are_koreans_and_american_ones_everyones():
    assert people("JIYOUNG", "first")["korean"] > 0.85
    assert people("SEUNG", "first")["korean"] > 0.85
    assert people("LINH", "first")["vietnamese"] > 0.8
    assert people("MICHAEL", "first")["korean"] < 0.01
    american = tables.first_names().join(
        tables.people("first").filter(pl.col("white") > 0.5 * pl.sum_horizontal(GROUPS)), on="name", how="semi"
    )
    assert 0.5 < american["korean"].sum() < 0.65


def likeliest(**columns: list[str | None]) -> list[str]:
    frame = pl.DataFrame(columns, schema_overrides=dict.fromkeys(columns, pl.String))
    shares = BIFSG(learn_prior=False).fit(frame).predict_proba(frame)
    return [GROUPS[index] for index in shares.argmax(axis=1)]


def test_japanese_first_names_are_told_by_their_endings():
    first = ["YOSHIHIRO", "KENICHIRO", "SATOMI", "YUMIKO", "HIROAKI", "NAOYUKI"]
    assert likeliest(last_name=[None] * 6, first_name=first) == ["japanese"] * 6


def test_a_vietnamese_middle_name_tells_a_surname_that_chinese_bear_too():
    names = {"last_name": ["LAM", "LAM"], "first_name": ["ANH", "KEVIN"], "middle_name": ["VAN", "THI"]}
    assert likeliest(**names) == ["vietnamese", "vietnamese"]
    assert likeliest(last_name=["LAM"], first_name=["KEVIN"]) == ["chinese"]


def test_files_are_small():
    for name in ("surnames", "first_names"):
        assert resources.find("models", f"ethnicity/{name}.parquet").stat().st_size < 4_000_000


def test_the_cards_table_has_a_row_a_name():
    table = shared_surnames(("KIM", "LEE"))
    assert table.count("\n") == 3
    assert "| KIM |" in table


def test_a_row_adds_up_to_the_same_however_many_threads_there_are():
    values = np.random.default_rng(1).random((50_000, len(GROUPS)))
    frame = pl.DataFrame(values, schema=list(GROUPS))
    in_order = values[:, 0]
    for column in range(1, len(GROUPS)):
        in_order = in_order + values[:, column]
    assert frame.select(tables.across(GROUPS)).to_series().to_numpy().tolist() == in_order.tolist()


def test_a_middle_name_is_a_first_name_or_a_surname():
    shipped = tables.shipped()
    both = {*tables.surnames()["name"], *tables.first_names()["name"]}
    assert shipped.middle["name"].to_list() == sorted(both)
    assert shipped.middle.null_count().sum_horizontal().item() == 0
