"""How the bearers of the listed surnames are estimated (models/surname_lists.py), on a country of a few names."""

import importlib.util
import sys
import zipfile
from pathlib import Path

import polars as pl
import pytest

from turnout import resources

MODELS = Path(__file__).parents[2] / "models"
spec = importlib.util.spec_from_file_location("surname_lists", MODELS / "surname_lists.py")
assert spec is not None
assert spec.loader is not None
surname_lists = importlib.util.module_from_spec(spec)
sys.modules["surname_lists"] = surname_lists
spec.loader.exec_module(surname_lists)

LISTS = {
    "north": {"group": "korean", "faker": "ko_KR", "unit": 2.0, "exchanged": ["다 라"]},
    "south": {"group": "vietnamese"},
}
ORIGINS = {"far": {"share": {"indian": 0.9, "other_asian": 0.1}, "names": "OWNFAR FARTOO SHARED"}}
PROVIDER = '    last_names = OrderedDict(\n        (\n            ("가", 0.1),\n            ("나", 0.05),\n' + (
    '            ("가", 0.1),\n            ("다", 0.02),\n            ("라", 0.03),\n        )\n    )\n'
)
TABLE = """list,surname,signs,percent,spellings,source
north,Ga,가,,GA:0.9 GAH:0.1,a source
north,Na,나,,NA:1,a source
north,Da,다,,SHARED:1,a source
south,Ba,,10,BA:1,a source
south,Sa,,,SA:1,a list of names
south,Ta,,,TA:1,a list of names
south,Wa,,,SHARED:1,a list of names
"""
#: Asian and white bearers.
CENSUS = {
    "GA": (36_000, 0),
    "GAH": (4_000, 0),
    "NA": (10_000, 0),
    "SHARED": (9_000, 0),
    "BA": (5_000, 0),
    "SA": (1_000, 0),
    "TA": (3_000, 0),
    "OWNFAR": (7_000, 0),
    "FARTOO": (6_000, 0),
    "SMITH": (900, 99_100),
    "JONES": (1_000, 99_000),
}


@pytest.fixture
def faker(tmp_path):
    with zipfile.ZipFile(tmp_path / "faker.whl", "w") as wheel:
        wheel.writestr("faker/providers/person/ko_KR/__init__.py", PROVIDER)
    with zipfile.ZipFile(tmp_path / "faker.whl") as wheel:
        yield wheel


@pytest.fixture
def people():
    rows = {"name": list(CENSUS), "api": [float(asian) for asian, _ in CENSUS.values()]}
    others = dict.fromkeys(("black", "latino", "native", "other"), 0.0)
    frame = pl.DataFrame(rows | {"white": [float(white) for _, white in CENSUS.values()]})
    # A name for each other group, so that there is a rate of marriage to measure.
    extra = [{"name": f"{group.upper()}NAME", "api": 500.0, "white": 0.0, group: 99_500.0} for group in others]
    return pl.concat([frame, pl.DataFrame(extra)], how="diagonal").fill_null(0.0)


def estimated(people, faker, tmp_path, without=frozenset(), table=TABLE, populations=None):
    path = tmp_path / "lists.csv"
    path.write_text(table, encoding="utf-8")
    spellings = surname_lists.rows_of(path, faker, LISTS, without)
    return surname_lists.estimated(people, spellings, LISTS, ORIGINS, populations or {})


def bearers(estimate, name):
    return {row["list"]: row["people"] for row in estimate.claims.filter(pl.col("name") == name).to_dicts()}


def test_faker_frequencies_are_added_up_by_sign_and_exchanged_pairs_put_right(faker):
    assert surname_lists.faker_weights(faker, LISTS["north"]) == pytest.approx(
        {"가": 0.4, "나": 0.1, "다": 0.06, "라": 0.04}
    )


def test_the_bearers_of_a_spelling_add_up_to_the_census(people, faker, tmp_path):
    claims = estimated(people, faker, tmp_path).claims
    totals = dict(claims.group_by("name").agg(pl.col("people").sum()).iter_rows())
    assert totals == pytest.approx({name: CENSUS[name][0] for name in totals})
    assert set(totals) == {"GA", "GAH", "NA", "SHARED", "BA", "SA", "TA"}


def test_a_lists_size_comes_from_the_spellings_it_alone_claims(people, faker, tmp_path):
    """40,000 of Ga and 10,000 of Na are half of the north: 100,000 people, 6,000 of them Da."""
    estimate = estimated(people, faker, tmp_path)
    assert estimate.sizes["north"] == pytest.approx(100_000)
    shared = estimate.claims.filter((pl.col("name") == "SHARED") & (pl.col("list") == "north"))
    assert shared["expected"].item() == pytest.approx(6_000)


def test_a_name_without_a_source_is_as_large_as_the_lists_others(people, faker, tmp_path):
    """Sa and Ta have 1,000 and 3,000; so Wa is expected to have 2,000, and no more than the population leaves."""
    claims = estimated(people, faker, tmp_path).claims.filter(
        (pl.col("name") == "SHARED") & (pl.col("list") == "south")
    )
    assert claims.select("basis", "expected").row(0) == ("typical", pytest.approx(2_000))
    crowded = estimated(people, faker, tmp_path, populations={"vietnamese": 9_500.0}).claims
    assert crowded.filter((pl.col("name") == "SHARED") & (pl.col("list") == "south"))["expected"].item() == (
        pytest.approx(500)
    )


def test_what_is_over_goes_where_least_is_known(people, faker, tmp_path):
    """Sources fit the names they alone claim to the letter here, so nothing but the names without one can be off."""
    shared = bearers(estimated(people, faker, tmp_path), "SHARED")
    assert shared["north"] == pytest.approx(6_000, rel=0.01)
    assert shared["south"] + shared["far"] == pytest.approx(3_000, rel=0.02)


def test_a_list_of_names_claims_only_what_no_list_of_its_group_does(people, faker, tmp_path):
    own = {**ORIGINS, "near": {"share": {"vietnamese": 1.0}, "names": "SHARED BA"}}
    path = tmp_path / "lists.csv"
    path.write_text(TABLE, encoding="utf-8")
    spellings = surname_lists.rows_of(path, faker, LISTS)
    assert "near" not in surname_lists.estimated(people, spellings, LISTS, own, {}).claims["list"].to_list()


def test_a_list_can_be_estimated_as_if_it_had_no_source(people, faker, tmp_path):
    estimate = estimated(people, faker, tmp_path, without=frozenset(["north"]))
    assert "source" not in estimate.claims.filter(pl.col("list") == "north")["basis"].to_list()
    assert bearers(estimate, "GA")["north"] == pytest.approx(36_000)


def test_every_listed_frequency_has_a_named_source_or_is_estimated():
    """No figure stands in the table that no source gives: a row without one is a name and its spellings."""
    rows = pl.read_csv(
        resources.find("models", "ethnicity/surname_frequencies.csv"), schema_overrides={"percent": pl.Float64}
    )
    estimated = rows["source"].str.contains("estimated")
    assert rows.filter(estimated)["percent"].null_count() == estimated.sum()
    sourced = rows.filter(~estimated)
    assert (sourced["signs"].is_not_null() | sourced["percent"].is_not_null()).all()
    assert set(sourced["source"]) == {
        "Statistics Korea, census 2015: Faker ko_KR",
        "Ministry of the Interior, June 2023: Faker zh_TW",
        "ranking of Chinese surnames, Chinese Wikipedia: Faker zh_CN",
        "Le Trung Hoa, Ho va ten nguoi Viet Nam (2005), as quoted in the press",
    }
    card = resources.find("models", "ethnicity.md").read_text(encoding="utf-8")
    assert f"Of the {len(rows)} surnames of the lists {len(sourced)} have a frequency from a named source" in card
    for key, title in (("korea", "Korea"), ("vietnam", "Viet Nam"), ("china", "China"), ("taiwan", "Taiwan")):
        assert f"| {title} | {rows.filter(pl.col('list') == key).height} |" in card
