import datetime as dt

import numpy as np
import polars as pl
import pytest

from tests.ethnicity.simulated import electorate
from turnout.contest import Contest
from turnout.ethnicity import BIFSG, early_composition, estimate, posterior, specification, summary, tables
from turnout.vocabulary import GROUPS
from turnout.workspace import Workspace


def estimates(workspace: Workspace, **margins: float) -> pl.DataFrame:
    estimate(workspace, Contest.model_validate({"ethnicity": {"margins": margins}}))
    frame = workspace.table("ethnicity")
    shares = frame.select(GROUPS).to_numpy()
    assert np.isfinite(shares).all()
    if len(shares):
        assert shares.min() > 0
        np.testing.assert_allclose(shares.sum(axis=1), 1.0, atol=2e-6)
    return frame


def accepted(workspace: Workspace, voter_ids: pl.Series) -> None:
    ballots = pl.DataFrame({"voter_id": voter_ids}).with_columns(
        pl.lit("accepted").alias("status"), pl.lit("mail").alias("mode")
    )
    workspace.append("ballots", ballots)


def test_no_voters(workspace):
    assert estimates(workspace).is_empty()
    assert early_composition(workspace).is_empty()


def test_one_voter(workspace, enrol):
    enrol(last_name=["Kim"], first_name=["Ji-Young"])
    frame = estimates(workspace)
    assert frame["korean"].item() > 0.98
    assert frame["basis"].item() == "surname+first+precinct"


def test_rows_out_are_rows_in_in_the_files_order(workspace, enrol):
    ids = [f"X{i}" for i in (5, 3, 9, 1, 7, 2)]
    enrol(
        voter_id=ids,
        last_name=["Kim", None, "Null", "Garcia", "Zqxxqv", ""],
        first_name=["Grace", "Ana", None, "Zqxxqv", "J", ""],
        precinct=["2", "1", "2", "", "1", "1"],
    )
    frame = estimates(workspace)
    assert frame["voter_id"].to_list() == ids
    assert frame["basis"].to_list() == [
        "surname+first+precinct",
        "first+precinct",
        "surname+precinct",
        "surname+county",
        "precinct",
        "precinct",
    ]


@pytest.mark.parametrize("learn", [True, False])
def test_a_file_that_two_threads_share_comes_out_in_its_order_too(workspace, monkeypatch, learn):
    model = specification.load()
    small = model.model_copy(update={"fit": model.fit.model_copy(update={"voters": 2000})})
    monkeypatch.setattr(specification, "load", lambda: small)
    monkeypatch.setattr(posterior, "SORTED_AT_ONCE", 122_880)
    size = 300_001
    number = np.random.default_rng(4).permutation(size)
    surname = pl.Series(["KIM", "GARCIA", "SMITH", "NGUYEN", "ZQXXQV"]).gather(number % 5)
    ids = pl.Series(number).cast(pl.String)
    voters = pl.DataFrame({"voter_id": ids, "last_name": surname, "county": "", "precinct": ids.str.slice(0, 1)})
    workspace.append("voters", voters)
    estimate(workspace, Contest.model_validate({"ethnicity": {"learn": learn}}))
    frame = workspace.table("ethnicity")
    assert frame["voter_id"].equals(workspace.table("voters")["voter_id"])
    leading = pl.Series(np.array(GROUPS)[frame.select(GROUPS).to_numpy().argmax(axis=1)])
    assert set(leading.filter(surname == "KIM")) == {"korean"}
    assert set(leading.filter(surname == "GARCIA")) == {"latino"}


def test_a_second_estimate_replaces_the_first(workspace, enrol):
    enrol(last_name=["Kim", "Lee"], first_name=["Grace", "Sung"])
    once = estimates(workspace)
    assert estimates(workspace).equals(once)


def test_a_confidential_voters_name_is_not_looked_at(workspace, enrol):
    enrol(
        last_name=["Kim"] * 5, first_name=["Ji-Young"] * 5, confidential=[True] + [False] * 4,
        vendor_ethnicity=["Korean"] * 5,
    )  # fmt: skip
    frame = estimates(workspace)
    assert frame["basis"][0] == "precinct"
    assert frame["korean"][0] < frame["korean"][1]


def test_an_american_first_name_keeps_a_korean_surname_korean(workspace, enrol):
    """In an electorate with 6 % Koreans; the neighbours keep 39 % of these names."""
    names = (
        *(
            "James",
            "John",
            "Robert",
            "Michael",
            "William",
            "David",
            "Richard",
            "Joseph",
            "Thomas",
            "Charles",
            "Daniel",
        ),
        *("Matthew", "Mark", "Paul", "Steven", "Andrew", "Kenneth", "Joshua", "Kevin", "Brian", "George", "Edward"),
        *("Timothy", "Jason", "Jeffrey", "Mary", "Patricia", "Jennifer", "Linda", "Elizabeth", "Barbara", "Susan"),
        *("Jessica", "Sarah", "Karen", "Lisa", "Nancy", "Betty", "Margaret", "Sandra", "Ashley", "Kimberly", "Emily"),
        *("Donna", "Michelle", "Carol", "Amanda", "Melissa", "Deborah", "Stephanie"),
    )
    assert len(names) == 50
    others = electorate(4000, 1, seed=9).voters.drop("voter_id", "county", "precinct")
    enrol(
        last_name=["Kim"] * 50 + others["last_name"].to_list(), first_name=[*names, *others["first_name"].to_list()]
    )
    kept = estimates(workspace)["korean"][:50]
    assert kept.min() > 0.9
    assert kept.mean() > 0.95


def test_even_where_few_are_korean_an_american_first_name_leaves_a_kim_korean():
    """At the prior of the United States, 0.4 % Korean."""
    american = (
        tables.people("first")
        .with_columns(pl.sum_horizontal(GROUPS).alias("bearers"))
        .filter((pl.col("latino") < 0.3 * pl.col("bearers")) & (pl.col("name") != tables.UNLISTED))
        .top_k(50, by="bearers")
    )
    kims = pl.DataFrame({"last_name": ["Kim"] * 50, "first_name": american["name"]})
    kept = BIFSG(learn_prior=False).fit(kims).predict_proba(kims)[:, GROUPS.index("korean")]
    assert kept.min() > 0.8
    assert kept.mean() > 0.88


@pytest.mark.parametrize(
    ("column", "label", "word"),
    [
        ("vendor_ethnicity", "Korean", "vendor"),
        ("place_of_birth", "SOUTH KOREA", "birthplace"),
        ("language", "kor", "language"),
    ],
)
def test_other_evidence_moves_a_shared_surname(workspace, enrol, column, label, word):
    others = electorate(1000, 1, seed=9).voters.drop("voter_id", "county", "precinct")
    enrol(
        last_name=["Lee", "Lee", *others["last_name"]],
        first_name=["Anna", "Anna", *others["first_name"]],
        **{column: [label, *[None] * 1001]},
    )
    frame = estimates(workspace).head(2)
    assert frame["korean"][0] > 0.95
    assert frame["korean"][1] < 0.9
    assert frame["basis"].to_list() == [f"surname+first+precinct+{word}", "surname+first+precinct"]


def test_how_people_voted_before_is_evidence_but_not_this_election(workspace):
    people = electorate(2000, 4, seed=5)
    workspace.append("voters", people.voters)
    ids = people.voters.filter(pl.Series(people.early)).select("voter_id")
    day = dt.date(2017, 6, 6)
    workspace.append("vote_history", ids.with_columns(pl.lit(day).alias("election_date")))
    estimate(workspace, Contest(date=day))
    assert not workspace.table("ethnicity")["basis"].str.contains("status").any()
    estimate(workspace, Contest(date=day + dt.timedelta(days=1)))
    assert workspace.table("ethnicity")["basis"].str.contains("status").all()


def test_unknown_labels_are_a_finding_and_rare_ones_are_not_printed(workspace, enrol):
    enrol(last_name=["Lee"] * 13, vendor_ethnicity=["Martian"] * 12 + ["Ann Jones"])
    estimates(workspace)
    found = workspace.table("findings").filter(pl.col("topic") == "vendor ethnicity")["message"].item()
    assert "2 labels of 13 voters" in found
    assert "MARTIAN" in found
    assert "JONES" not in found


def test_findings_tell_how_many_surnames_match_and_no_name(workspace, enrol):
    enrol(last_name=["Kim", "Zqxxqv", None])
    estimates(workspace)
    message = workspace.table("findings")["message"].item()
    assert "1 of 3 voters (33.3%)" in message
    assert "1 have none" in message
    assert "zqxxqv" not in message.lower()
    assert summary(workspace)["voters"].sum() == 3


def test_margins_are_met(workspace):
    people = electorate(6000, 12, seed=3)
    workspace.append("voters", people.voters)
    accepted(workspace, people.voters.filter(pl.Series(people.early))["voter_id"])
    margins = {"korean": 0.08, "latino": 0.45, "other": 0.01}
    frame = estimates(workspace, **margins)
    for group, share in margins.items():
        assert frame[group].cast(pl.Float64).mean() == pytest.approx(share, abs=1e-6)


def test_the_order_of_the_file_and_the_threads_do_not_matter(tmp_path):
    people = electorate(5000, 10, seed=6)
    results = []
    for threads, seed in ((1, None), (2, 8)):
        with Workspace.create(tmp_path / str(threads), threads=threads) as workspace:
            voters = people.voters if seed is None else people.voters.sample(fraction=1, shuffle=True, seed=seed)
            workspace.append("voters", voters)
            accepted(workspace, people.voters.filter(pl.Series(people.early))["voter_id"])
            results.append(estimates(workspace).sort("voter_id"))
    assert results[0].equals(results[1])


@pytest.fixture(scope="module")
def founding_like(tmp_path_factory):
    """120,000 voters of whom Koreans vote early at 30 % and Latinos at 3.5 %: who they are, and what is estimated."""
    people = electorate(120_000, 120, seed=11)
    with Workspace.create(tmp_path_factory.mktemp("founding"), threads=2) as workspace:
        workspace.append("voters", people.voters)
        accepted(workspace, people.voters.filter(pl.Series(people.early))["voter_id"])
        return people, estimates(workspace), early_composition(workspace)


def test_the_registered_are_found(founding_like):
    people, frame, _ = founding_like
    truth = people.share(np.ones(len(people.group), dtype=bool))
    estimated = np.array(frame.select(GROUPS).mean().row(0))
    assert np.abs(estimated - truth).max() < 0.01


def test_the_early_cohort_is_found_though_groups_vote_early_differently(founding_like):
    people, frame, _ = founding_like
    truth = people.share(people.early)
    sums = frame.filter(pl.Series(people.early)).select(pl.col(GROUPS).cast(pl.Float64).sum()).row(0)
    off = np.abs(np.array(sums) / sum(sums) - truth)
    assert off[truth > 0.03].max() < 0.015
    assert off[GROUPS.index("korean")] < 0.01


def test_plain_sums_are_kept_beside_and_are_worse(founding_like):
    people, _, both = founding_like
    truth = people.share(people.early)
    early = both.filter(pl.col("ballot") == "accepted").sort(pl.col("group_name").replace_strict(_order()))
    errors = {name: np.abs((early[name] / early[name].sum()).to_numpy() - truth) for name in ("plain", "estimated")}
    korean = GROUPS.index("korean")
    assert errors["plain"][korean] > 2 * errors["estimated"][korean]
    assert errors["plain"].sum() > 2 * errors["estimated"].sum()
    assert both["plain"].sum() == pytest.approx(len(people.group), rel=1e-4)
    assert both["estimated"].sum() == pytest.approx(len(people.group), rel=1e-4)


def _order() -> dict[str, int]:
    return {group: index for index, group in enumerate(GROUPS)}


def test_probabilities_mean_what_they_say(founding_like):
    """Of voters given some 60 % Korean, some 60 % are."""
    people, frame, _ = founding_like
    for group in ("korean", "latino", "white", "chinese"):
        p = frame[group].to_numpy().astype(float)
        own = people.group == GROUPS.index(group)
        for low in (0.2, 0.4, 0.6, 0.8):
            chosen = (p >= low) & (p < low + 0.2)
            if chosen.sum() > 400:
                assert own[chosen].mean() == pytest.approx(p[chosen].mean(), abs=0.1), (group, low)
