import hashlib
from pathlib import Path

import polars as pl
import pytest

from turnout import example
from turnout.contest import Contest
from turnout.errors import UsageError
from turnout.example import counties
from turnout.running import demo

VOTER_LEVEL = ("voters", "vote_history", "ballots")


@pytest.fixture
def small_counties(monkeypatch):
    monkeypatch.setattr(counties, "COUNTY", 8_000)


def digests(directory):
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in directory.iterdir() if path.is_file()
    }


def test_a_single_county_is_the_founding_case_at_its_size(tmp_path):
    example.generate(tmp_path / "one", 7, example.CA34.scaled(8_000, 5))
    truth = example.generate_counties(tmp_path / "counties", 8_000, 7)
    assert digests(tmp_path / "one") == digests(tmp_path / "counties")
    assert len(truth.truths) == 1


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_same_seed_same_bytes(tmp_path, small_counties, form):
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        example.generate_counties(tmp_path / name, 20_000, seed, form)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    again, another = digests(tmp_path / "a"), digests(tmp_path / "c")
    assert all(again[f"{name}.{form}"] != another[f"{name}.{form}"] for name in VOTER_LEVEL)


def test_both_forms_hold_the_same(tmp_path, small_counties):
    for form in ("csv", "parquet"):
        example.generate_counties(tmp_path / form, 20_000, 7, form)
    for name in VOTER_LEVEL:
        columns = pl.read_parquet(tmp_path / "parquet" / f"{name}.parquet").select(pl.all().cast(pl.String))
        assert columns.equals(pl.read_csv(tmp_path / "csv" / f"{name}.csv", infer_schema=False))


def test_counties_add_up(tmp_path, small_counties):
    told = []
    truth = example.generate_counties(tmp_path, 20_500, 7, "parquet", lambda *at: told.append(at))
    voters = pl.read_parquet(tmp_path / "voters.parquet")
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert voters.height == 20_500
    assert voters["voter_id"].is_unique().all()
    assert voters["county"].n_unique() == 3
    assert voters.group_by("zip").agg(pl.col("county").n_unique())["county"].max() == 1
    for name in ("vote_history", "ballots"):
        assert pl.read_parquet(tmp_path / f"{name}.parquet")["voter_id"].is_in(voters["voter_id"].implode()).all()
    returns = pl.read_csv(tmp_path / "returns.csv", infer_schema=False)
    own = {(county, precinct) for county, precinct in voters.select("county", "precinct").unique().iter_rows()}
    assert own == set(returns.select("county", "precinct").unique().iter_rows())
    early = sum(one.votes.filter(tranche="early")["votes"].sum() for one in truth.truths)
    assert returns["mail"].cast(int).sum() == early
    assert 0 < truth.share() < 1
    assert sum(truth.share(candidate=one.name) for one in example.CA34.candidates) == pytest.approx(1)


def test_a_county_does_not_depend_on_how_many_follow(tmp_path, small_counties):
    for voters in (20_000, 30_000):
        example.generate_counties(tmp_path / str(voters), voters, 7, "parquet")
    few, many = (pl.read_parquet(tmp_path / str(voters) / "voters.parquet") for voters in (20_000, 30_000))
    assert few.head(16_000).equals(many.head(16_000))


def test_counties_differ_in_who_lives_there(small_counties):
    scenarios = counties.plan(counties.divided(40_000), 7)
    assert len({scenario.registered["korean"] for scenario in scenarios}) == 5
    for scenario in scenarios:
        rate = {
            group: scenario.turnout["early"] * share / scenario.registered[group]
            for group, share in scenario.composition["early"].items()
        }
        base = example.CA34.turnout["early"] * example.CA34.composition["early"]["korean"]
        assert rate["korean"] == pytest.approx(base / example.CA34.registered["korean"])


def test_too_few_are_refused(tmp_path):
    with pytest.raises(ValueError, match="at least 2,000"):
        example.generate_counties(tmp_path, 1_999)


@pytest.mark.parametrize("is_relative", [False, True])
def test_a_later_demo_leaves_no_table_that_its_contest_does_not_name(
    tmp_path, monkeypatch, small_counties, is_relative
):
    monkeypatch.chdir(tmp_path)
    directory = Path("demo") if is_relative else tmp_path / "demo"
    for form, partitions in (("parquet", 1), ("csv", 1), ("csv", 4), ("parquet", 2), ("parquet", 1)):
        config, _ = demo.generate(directory, seed=7, voters=9_000, form=form, partitions=partitions)
        named = set(Contest.load(config).inputs.paths())
        tables = {path for path in directory.resolve().rglob("*") if path.suffix in {".csv", ".parquet"}}
        assert tables - named == {directory.resolve() / "night" / "releases.csv"}
        assert named <= tables
        assert len(list(directory.glob("part-*"))) == (partitions if partitions > 1 else 0)


def test_a_demo_removes_no_file_that_is_not_its_own(tmp_path, small_counties):
    directory, other = tmp_path / "demo", tmp_path / "other"
    demo.generate(directory, seed=7, voters=9_000, partitions=3)
    mine = [directory / "part-2019" / "voters.csv", directory / "part-03" / "notes.txt", other / "voters.csv"]
    for path in mine:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    (directory / "part-old").symlink_to(other)
    demo.generate(directory, seed=7, voters=9_000, partitions=2)
    assert [path.read_text() for path in mine] == ["mine"] * 3
    assert not (directory / "part-03" / "voters.csv").exists()
    assert not [name for name in demo.files(directory) if "2019" in name or "notes" in name or "old" in name]


@pytest.mark.parametrize(
    ("voters", "partitions", "sizes"),
    [
        (2_000, 1, [[2_000]]),
        (300_001, 1, [[298_000, 2_001]]),
        (700_000, 1, [[300_000, 300_000, 100_000]]),
        (10_001, 4, [[2_501], [2_500], [2_500], [2_500]]),
        (1_400_000, 2, [[300_000, 300_000, 100_000]] * 2),
    ],
)
def test_voter_files_are_of_one_size_and_of_as_few_counties_as_hold_them(voters, partitions, sizes):
    assert counties.divided(voters, partitions) == sizes


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_partitions_hold_counties_of_their_own(tmp_path, small_counties, form):
    for name in ("a", "b"):
        truth = example.generate_counties(tmp_path / name, 30_000, 7, form, partitions=3)
    assert len(truth.truths) == 6
    read = pl.read_csv if form == "csv" else pl.read_parquet
    contest = Contest.load(tmp_path / "a" / "contest.toml")
    inputs = contest.inputs
    assert inputs.partitioned
    assert [path.parent.name for path in inputs.voters] == ["part-01", "part-02", "part-03"]
    counted, ids = [], []
    for paths in zip(inputs.voters, inputs.vote_history, inputs.ballots, strict=True):
        voters, history, ballots = (read(path) for path in paths)
        assert voters.height == 10_000
        for lines in (history, ballots):
            assert lines["voter_id"].is_in(voters["voter_id"].implode()).all()
        counted.append(voters["county"].unique(maintain_order=True).to_list())
        ids += voters["voter_id"].to_list()
        for path in paths:
            assert path.read_bytes() == (tmp_path / "b" / path.parent.name / path.name).read_bytes()
    assert counted == [["County 001", "County 002"], ["County 003", "County 004"], ["County 005", "County 006"]]
    assert len(set(ids)) == 30_000
    returns = pl.read_csv(tmp_path / "a" / "returns.csv", infer_schema=False)
    assert returns["county"].unique(maintain_order=True).to_list() == [name for own in counted for name in own]
    assert "part-01/ to part-03/" in (tmp_path / "a" / "README.txt").read_text()


def test_too_few_voters_for_the_files_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"each of 3 voter files has at least 2,000"):
        example.generate_counties(tmp_path, 5_999, partitions=3)
    with pytest.raises(UsageError, match=r"5,999 voters are too few for 3 files.*lower --partitions"):
        demo.generate(tmp_path, voters=5_999, partitions=3)
