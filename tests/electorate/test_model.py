import numpy as np
import polars as pl
import pytest

from turnout.electorate import Electorate, cohorts
from turnout.vocabulary import ASIAN_GROUPS, COHORTS, GROUPS, TRANCHES

SIZES = dict(zip(GROUPS, (800, 200, 900, 60, 40, 0, 30, 120, 20, 15, 5, 60), strict=True))


@pytest.fixture
def built() -> Electorate:
    rows = [
        ("Here", precinct, group, cohort, size * share / 2, size * share * (1 - share) / 2)
        for precinct in ("001", "002")
        for group, size in SIZES.items()
        for cohort, share in zip(COHORTS, (1.0, 0.2, 0.1, 0.05), strict=True)
    ]
    schema = ["county", "precinct", "group_name", "tranche", "expected", "variance"]
    cells = pl.DataFrame(rows, schema=schema, orient="row").sort(schema[:4])
    wide = np.linspace(0.05, 0.6, len(GROUPS))
    return Electorate(
        cells,
        {"registered": 0.0, "early": 0.0, "poll": 0.3, "late": 0.4},
        {"registered": 0.5 * wide, "early": 0.6 * wide, "poll": wide, "late": 1.2 * wide},
    )


def test_factors_have_mean_one(built):
    factors = built.factors(4000, np.random.default_rng(1))
    assert factors.shape == (4000, len(GROUPS), len(TRANCHES))
    assert (factors > 0).all()
    assert factors[:, :, 0].mean(axis=0) == pytest.approx(1, abs=1e-6)
    assert factors.mean(axis=0) == pytest.approx(1, abs=0.02)


def test_a_known_total_is_kept_in_every_draw(built):
    factors = built.factors(500, np.random.default_rng(1))
    early = built.expected()[:, 1]
    assert factors[:, :, 0] @ early == pytest.approx(early.sum(), rel=1e-9)


def test_totals_spread_as_stated(built):
    factors = built.factors(4000, np.random.default_rng(2))
    for index, tranche in ((1, "poll"), (2, "late")):
        expected = built.expected()[:, index + 1]
        total = factors[:, :, index] @ expected / expected.sum()
        assert total.mean() == pytest.approx(1, abs=1e-6)
        assert np.log(total).std() == pytest.approx(built.total_sd[tranche], rel=0.05)


def test_the_ethnicity_error_is_shared_between_tranches(built):
    factors = np.log(built.factors(3000, np.random.default_rng(3)))
    korean = GROUPS.index("korean")
    assert np.corrcoef(factors[:, korean, 0], factors[:, korean, 1] - factors[:, :, 1].mean(axis=1))[0, 1] > 0.2


def test_factors_are_the_same_for_the_same_generator(built):
    assert np.array_equal(built.factors(50, np.random.default_rng(4)), built.factors(50, np.random.default_rng(4)))


def test_cohorts_table(built):
    table = cohorts(built, 1000, np.random.default_rng(5))
    assert table.columns == ["cohort", "group", "parent", "expected", "lo90", "hi90", "share", "index"]
    assert table["cohort"].to_list() == [cohort for cohort in COHORTS for _ in GROUPS]
    assert table["group"].to_list() == list(GROUPS) * len(COHORTS)
    assert table.filter(pl.col("parent") == "asian")["group"].unique().sort().to_list() == sorted(ASIAN_GROUPS)
    for _, frame in table.group_by("cohort"):
        assert frame["share"].sum() == pytest.approx(1)
    assert (table["lo90"] <= table["expected"]).all()
    assert (table["hi90"] >= table["expected"]).all()
    registered = table.filter(pl.col("cohort") == "registered")
    assert registered["expected"].to_list() == pytest.approx(list(SIZES.values()))


def test_index_is_null_where_nobody_is_registered(built):
    table = cohorts(built, 200, np.random.default_rng(5))
    assert table.filter(pl.col("group") == "indian")["index"].null_count() == len(COHORTS)
    assert table.filter(pl.col("group") == "korean")["index"].to_list() == pytest.approx([1.0] * len(COHORTS))


def test_an_empty_cohort_has_no_shares(built):
    none = built.cells.with_columns(
        pl.when(pl.col("tranche") == "poll").then(0.0).otherwise("expected").alias("expected")
    )
    table = cohorts(Electorate(none, built.total_sd, built.group_sd), 200, np.random.default_rng(5))
    polls = table.filter(pl.col("cohort") == "poll")
    assert polls["share"].null_count() == polls.height
    assert polls["hi90"].max() == 0


def test_totals_are_the_mean_and_quantiles_of_what_is_drawn():
    cells = pl.DataFrame(
        [("A", "1", group, tranche, 400.0, 1.0) for group in ("white", "korean") for tranche in COHORTS],
        schema=["county", "precinct", "group_name", "tranche", "expected", "variance"],
        orient="row",
    )
    sd = {"registered": 0.0, "early": 0.0, "poll": 0.4, "late": 0.2}
    electorate = Electorate(cells, sd, {cohort: np.full(len(GROUPS), 0.1) for cohort in COHORTS})
    drawn = np.einsum(
        "bgt,gt->bt", electorate.factors(40_000, np.random.default_rng(1)), electorate.expected()[:, 1:]
    )
    for index, cohort in enumerate(COHORTS[1:]):
        total = electorate.totals()[cohort]
        assert total["expected"] == 800
        low, high = np.quantile(drawn[:, index], [0.05, 0.95])
        assert total["lo90"] == pytest.approx(low, rel=0.02)
        assert total["hi90"] == pytest.approx(high, rel=0.02)
