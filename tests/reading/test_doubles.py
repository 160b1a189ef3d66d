"""Figures that add up or repeat others, whatever they are called: taken out, counted and said; what is real stays."""

import random
from pathlib import Path

import polars as pl
import pytest

from tests.reading.inputs import account, load, rows, topics
from turnout import reading
from turnout.contest import Contest, Inputs
from turnout.workspace import Workspace

HEADER = "date,contest,county,precinct,candidate,mail,election_day,votes\n"
#: Votes of three candidates in four precincts: no figure is the sum of two others by chance.
FIGURES = {"Ada": (61, 32, 47, 25), "Bob": (40, 71, 22, 38), "Cy": (5, 9, 13, 2)}
Row = tuple[str, str, str, int | None, int | None, int | None]


def county(name: str = "A", contest: str = "Mayor") -> list[Row]:
    """Rows ``contest, county/precinct, candidate, mail, election_day, votes`` of one county, complete."""
    return [
        (contest, f"{name}/{place + 1}", candidate, mail, mail + 7 * place + 3, 2 * mail + 7 * place + 3)
        for candidate, figures in FIGURES.items()
        for place, mail in enumerate(figures)
    ]


def text(lines: list[Row], date: str = "2016-11-08") -> str:
    made = [
        ",".join([date, contest, *place.split("/"), candidate, *("" if n is None else str(n) for n in figures)])
        for contest, place, candidate, *figures in lines
    ]
    return HEADER + "\n".join(made) + "\n"


def add_up(lines: list[Row], contest: str, place: str, candidate: str) -> Row:
    figures = [sum(line[column] or 0 for line in lines) for column in (3, 4, 5)]
    return (contest, place, candidate, *figures)


def unit_totals(lines: list[Row], place: str) -> list[Row]:
    """A row a candidate that adds up the county's precincts."""
    return [add_up([line for line in lines if line[2] == name], lines[0][0], place, name) for name in FIGURES]


def choice_totals(lines: list[Row], name: str) -> list[Row]:
    """A row a precinct that adds up the contest's candidates."""
    places = dict.fromkeys(line[1] for line in lines)
    return [add_up([line for line in lines if line[1] == place], lines[0][0], place, name) for place in places]


@pytest.fixture(params=[False, True], ids=["returns", "history"])
def is_past(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def read(workspace: Workspace, tmp_path: Path, *files: list[Row], is_past: bool) -> dict[str, str]:
    """Read files as returns, or as the past of other returns; return the findings."""
    paths = []
    for number, lines in enumerate(files):
        paths.append(tmp_path / f"{number}.csv")
        paths[-1].write_text(text(lines))
    (tmp_path / "now.csv").write_text("date,contest,county,precinct,candidate,mail\n2020-11-03,Now,A,1,Zoe,1\n")
    inputs = (
        Inputs(returns=(tmp_path / "now.csv",), history=tuple(paths)) if is_past else Inputs(returns=tuple(paths))
    )
    reading.load(workspace, Contest(inputs=inputs))
    return topics(workspace)


def votes(workspace: Workspace, *, is_past: bool) -> list[tuple[object, ...]]:
    query = "SELECT contest, county, precinct, candidate, mode, votes FROM results WHERE is_past = {} ORDER BY ALL"
    return rows(workspace, query.format(is_past))


def expected(tmp_path: Path, lines: list[Row], *, is_past: bool) -> list[tuple[object, ...]]:
    with Workspace.create(tmp_path / "clean", threads=2) as clean:
        (tmp_path / "clean").mkdir(exist_ok=True)
        read(clean, tmp_path, lines, is_past=is_past)
        return votes(clean, is_past=is_past)


CLEAN = [*county("A"), *county("B")]


def test_clean_results_are_left_as_they_are(workspace, tmp_path, is_past) -> None:
    found = read(workspace, tmp_path, CLEAN, is_past=is_past)
    assert len(votes(workspace, is_past=is_past)) == 2 * len(CLEAN)
    assert not {topic for topic in found if topic.startswith(("totals", "modes", "figures"))}


@pytest.mark.parametrize("name", ["Sum of all", "A CA", "County Total", "ALL"])
def test_a_precinct_that_adds_up_the_others_is_left_out(workspace, tmp_path, is_past, name) -> None:
    found = read(workspace, tmp_path, CLEAN + unit_totals(county("A"), f"A/{name}"), is_past=is_past)
    assert votes(workspace, is_past=is_past) == expected(tmp_path, CLEAN, is_past=is_past)
    if name not in {"County Total"}:  # known by its name already
        assert f"A '{name}' adds up the other precincts of its county in 1 contests" in found["totals as precincts"]


def test_a_total_that_misses_a_few_votes_in_one_contest_is_a_total_there_too(workspace, tmp_path, is_past) -> None:
    council = county("A", "Council")
    short = [(*line[:3], line[3] - 1, *line[4:]) for line in unit_totals(council, "A/SUM")]
    mangled = CLEAN + council + unit_totals(county("A"), "A/SUM") + short
    read(workspace, tmp_path, mangled, is_past=is_past)
    assert votes(workspace, is_past=is_past) == expected(tmp_path, CLEAN + council, is_past=is_past)


def test_a_precinct_as_large_as_all_the_others_is_a_precinct(workspace, tmp_path, is_past) -> None:
    """As many votes in all, but not candidate by candidate."""
    total = unit_totals(county("A"), "A/Big")
    swapped = [(*line[:3], *other[3:]) for line, other in zip(total, [total[1], total[0], total[2]], strict=True)]
    read(workspace, tmp_path, CLEAN + swapped, is_past=is_past)
    assert len(votes(workspace, is_past=is_past)) == 2 * (len(CLEAN) + 3)


def test_whole_county_rows_that_precincts_add_up_to_are_left_out(workspace, tmp_path, is_past) -> None:
    found = read(workspace, tmp_path, CLEAN + unit_totals(county("A"), "A/"), is_past=is_past)
    assert votes(workspace, is_past=is_past) == expected(tmp_path, CLEAN, is_past=is_past)
    assert "2 whole-county or whole-district figures" in found["totals"]


@pytest.mark.parametrize("name", ["Sum", "All candidates", "Contest Total", "TOTAL VOTES CAST", "Ballots Cast"])
def test_a_candidate_that_adds_up_the_others_is_left_out(workspace, tmp_path, is_past, name) -> None:
    found = read(workspace, tmp_path, CLEAN + choice_totals(county("A"), name), is_past=is_past)
    assert votes(workspace, is_past=is_past) == expected(tmp_path, CLEAN, is_past=is_past)
    known = name in {"Contest Total", "TOTAL VOTES CAST", "Ballots Cast"}
    assert ("totals as candidates" in found) != known
    if known:
        assert "lines of no candidate (over and under votes, ballots cast, totals): 4" in found["lines ignored"]


def test_a_total_of_write_ins_beside_each_of_them_is_left_out_and_alone_it_stays(
    workspace, tmp_path, is_past
) -> None:
    write_ins = [("Mayor", "A/1", "Write-in: Eve", 3, 1, 4), ("Mayor", "A/1", "Flo (write-in)", 2, 0, 2)]
    total = [("Mayor", "A/1", "Write-In Totals", 5, 1, 6)]
    read(workspace, tmp_path, CLEAN + write_ins + total, is_past=is_past)
    assert votes(workspace, is_past=is_past) == expected(tmp_path, CLEAN + write_ins, is_past=is_past)
    with Workspace.create(tmp_path / "alone", threads=2) as alone:
        read(alone, tmp_path, CLEAN + total, is_past=is_past)
        assert ("Mayor", "A", "1", "Write-In Totals", "mail", 5) in votes(alone, is_past=is_past)


def test_one_figure_that_is_the_sum_of_two_is_chance(workspace, tmp_path, is_past) -> None:
    lines: list[Row] = [("Mayor", "A/1", name, n, n, 2 * n) for name, n in (("Ada", 100), ("Bob", 60), ("Cy", 40))]
    read(workspace, tmp_path, lines, is_past=is_past)
    assert len(votes(workspace, is_past=is_past)) == 6


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Over Votes",
            "UNDERVOTES",
            "Number of Under Votes",
            "Over/Under Votes",
            "Times Counted",
            "Blanks",
            "BLANK VOTES",
        ),
        *(
            "Ballots Cast",
            "BALLOTS CAST - DEMOCRATIC",
            "Cards Cast",
            "Registered Voters",
            "Registered",
            "Voter Turnout",
        ),
        *(
            "Total",
            "Total Votes",
            "Contest Totals",
            "Residual Votes",
            "Spoiled Ballots",
            "Void",
            "Rejected write-ins",
        ),
        *("NO CANDIDATE FILED", "Precincts Reporting"),
    ],
)
def test_rows_that_are_no_candidate_are_ignored(workspace, tmp_path, name) -> None:
    read(workspace, tmp_path, [*CLEAN, ("Mayor", "A/1", name, 1000, 2, 1002)], is_past=False)
    assert account(workspace) == [(25, 24, 0, 1)]


@pytest.mark.parametrize(
    "name",
    [
        *("Write-in", "WRITE-IN VOTES", "Scattering", "None of these candidates", "Yes", "No Votes", "Against", "No"),
        *(
            "Don Underwood",
            "Kathy Castor",
            "Jen Crownover",
            "Totalee Cast",
            "Don Blank",
            "Uncommitted",
            "No Preference",
        ),
    ],
)
def test_names_that_only_sound_like_it_are_candidates(workspace, tmp_path, name) -> None:
    read(workspace, tmp_path, [*CLEAN, ("Mayor", "A/1", name, 1000, 2, 1002)], is_past=False)
    assert account(workspace) == [(25, 25, 0, 0)]


def test_contests_that_are_none_are_ignored(workspace, tmp_path) -> None:
    read(workspace, tmp_path, [*CLEAN, ("Registered Voters", "A/1", "DEM", 1000, 2, 1002)], is_past=False)
    assert account(workspace) == [(25, 24, 0, 1)]


def test_a_column_that_is_the_total_of_all_modes_is_not_taken_for_its_own(workspace, tmp_path, is_past) -> None:
    mangled = [(*line[:4], line[5], line[5]) if line[1].startswith("A") else line for line in CLEAN]
    found = read(workspace, tmp_path, mangled, is_past=is_past)
    assert (
        "in 1 county (A) the figures of election_day are the total of all modes (12 lines)"
        in found["totals as modes"]
    )
    left = votes(workspace, is_past=is_past)
    if is_past:
        assert left == expected(tmp_path, county("B"), is_past=True)
        assert account(workspace)[-1] == (24, 12, 0, 12)
    else:
        assert [row for row in left if row[1] == "A" and row[4] == "election_day" and row[5] is not None] == []
        assert sum(row[5] for row in left if row[1] == "A" and row[4] == "mail") == sum(
            line[3] for line in county("A")
        )
        assert [row for row in left if row[1] == "B"] == expected(tmp_path, county("B"), is_past=False)


def test_where_all_vote_one_way_the_total_is_that_modes(workspace, tmp_path, is_past) -> None:
    """All by mail, nobody at the polls; no provisional ballot; an uncontested candidate: all as it should be."""
    by_mail: list[Row] = [(*line[:4], 0, line[3]) for line in county("A")]
    alone: list[Row] = [("Judge", f"A/{n}", "Ida", 40 + n, 60 + n, 100 + 2 * n) for n in range(6)]
    found = read(workspace, tmp_path, by_mail + county("B") + alone, is_past=is_past)
    assert len(votes(workspace, is_past=is_past)) == 2 * 30
    assert not {topic for topic in found if topic.startswith(("totals", "modes", "figures"))}


def test_a_total_copied_to_every_candidate_is_left_out(workspace, tmp_path, is_past) -> None:
    """The mode's figure of the whole precinct stands in each candidate's row; the totals are right."""
    mail = {place: sum(line[3] for line in CLEAN if line[1] == place) for place in {line[1] for line in CLEAN}}
    mangled = [(*line[:3], mail[line[1]], line[4], None) if line[1].startswith("A") else line for line in CLEAN]
    found = read(workspace, tmp_path, mangled, is_past=is_past)
    assert (
        "in 1 contests of a county, in 1 county (A), every candidate has the same figure" in found["totals as votes"]
    )
    left = [row for row in votes(workspace, is_past=is_past) if row[1] == "A"]
    if is_past:
        assert left == []
    else:
        assert {row[5] for row in left if row[4] == "mail"} == {None}
        assert None not in {row[5] for row in left if row[4] == "election_day"}


def test_ties_in_a_few_precincts_are_ties(workspace, tmp_path, is_past) -> None:
    lines: list[Row] = [
        ("Mayor", f"A/{n}", name, 40 + (n > 1) * (name == "Ada"), 50 + n * (name == "Ada"), None)
        for n in range(6)
        for name in ("Ada", "Bob")
    ]
    found = read(workspace, tmp_path, lines, is_past=is_past)
    assert "totals as votes" not in found


def test_a_past_county_whose_total_stands_under_election_day_is_left_out(workspace, tmp_path) -> None:
    def big(name: str) -> list[Row]:
        return [(*line[:3], 9 * line[3], 9 * line[4], 9 * line[5]) for line in county(name)]

    divided = [line for name in "BCDEFG" for line in big(name)]
    undivided: list[Row] = [(*line[:3], 0, line[5], line[5]) for line in big("A")]
    found = read(workspace, tmp_path, divided + undivided, is_past=True)
    assert "in 1 county (A) all" in found["modes not divided"]
    assert votes(workspace, is_past=True) == expected(tmp_path, divided, is_past=True)
    with Workspace.create(tmp_path / "mail", threads=2) as by_mail:
        mailed: list[Row] = [(*line[:3], line[5], 0, line[5]) for line in big("A")]
        assert "modes not divided" not in read(by_mail, tmp_path, divided + mailed, is_past=True)
    with Workspace.create(tmp_path / "now", threads=2) as now:
        assert "modes not divided" not in read(now, tmp_path, divided + undivided, is_past=False)


def test_a_countys_file_beside_the_statewide_one_counts_once(workspace, tmp_path, is_past) -> None:
    upper: list[Row] = [(line[0], line[1], line[2].upper(), *line[3:]) for line in county("B")]
    more = county("B", "Council")
    found = read(workspace, tmp_path, CLEAN, upper + more, is_past=is_past)
    assert votes(workspace, is_past=is_past) == expected(tmp_path, CLEAN + more, is_past=is_past)
    assert "1.csv: lines that an earlier file gave: 12" in found["lines ignored"]


def test_a_file_that_corrects_a_line_of_the_other_does_not_add_to_it(workspace, tmp_path, is_past) -> None:
    corrected: list[Row] = [(*line[:3], line[3] + (n == 0), *line[4:]) for n, line in enumerate(county("B"))]
    read(workspace, tmp_path, CLEAN, corrected, is_past=is_past)
    holds = [line for line in CLEAN if line[0] != "B"] + (
        county("B") if is_past else corrected
    )  # the later, of returns
    assert votes(workspace, is_past=is_past) == expected(tmp_path, holds, is_past=is_past)


def test_files_that_hold_different_modes_of_one_contest_add_up(workspace, tmp_path, is_past) -> None:
    mail: list[Row] = [(*line[:4], None, None) for line in CLEAN]
    polls: list[Row] = [(*line[:3], None, line[4], None) for line in CLEAN]
    read(workspace, tmp_path, mail, polls, is_past=is_past)
    found = [row for row in votes(workspace, is_past=is_past) if row[5] is not None]
    assert found == expected(tmp_path, CLEAN, is_past=is_past)


def test_the_order_of_rows_and_other_names_change_nothing(workspace, tmp_path, is_past) -> None:
    mangled = CLEAN + unit_totals(county("A"), "A/SUM") + choice_totals(county("B"), "Sum")
    shuffled = random.Random(3).sample(mangled, len(mangled))
    read(workspace, tmp_path, shuffled, is_past=is_past)
    clean = expected(tmp_path, CLEAN, is_past=is_past)
    assert votes(workspace, is_past=is_past) == clean
    renamed: list[Row] = [(f"X{line[0]}", f"Q{line[1]}", f"Z{line[2]}", *line[3:]) for line in mangled]
    with Workspace.create(tmp_path / "renamed", threads=2) as other:
        read(other, tmp_path, renamed, is_past=is_past)
        assert [row[5] for row in votes(other, is_past=is_past)] == [row[5] for row in clean]


@pytest.mark.realdata
def test_real_returns_that_are_mangled_give_the_votes_of_clean_ones(workspace, tmp_path, shared_data) -> None:
    """Georgia 2018 with a total a county and contest, a total a contest, and one county's file beside it."""
    clean = pl.read_parquet(shared_data / "history" / "ga.parquet").filter(pl.col("date") == pl.date(2018, 11, 6))
    modes = ["mail", "early_voting", "election_day", "provisional", "votes"]
    keys = ["state", "date", "contest", "office", "district", "county"]
    units = clean.group_by(*keys, "candidate", "party").agg(pl.col(modes).sum(), precinct=pl.lit("GA ALL"))
    choices = (
        pl.concat([clean, units], how="diagonal")
        .group_by(*keys, "precinct")
        .agg(pl.col(modes).sum(), candidate=pl.lit("Sum"), party=pl.lit(""))
    )
    many = pl.col("candidate").n_unique().over("contest", "county") > 1
    choices = choices.join(clean.filter(many), on=["contest", "county"], how="semi")
    mangled = pl.concat([clean, units, choices], how="diagonal_relaxed").sample(fraction=1.0, shuffle=True, seed=1)
    mangled.write_parquet(tmp_path / "state.parquet")
    clean.filter(pl.col("county") == clean["county"][0]).write_parquet(tmp_path / "zcounty.parquet")
    paths = (tmp_path / "state.parquet", tmp_path / "zcounty.parquet")
    reading.load(workspace, Contest(inputs=Inputs(returns=paths)))
    by_contest = "SELECT contest, sum(votes)::BIGINT AS votes FROM results GROUP BY contest"
    found = dict(rows(workspace, by_contest))
    true = dict(clean.group_by("contest").agg(pl.col("votes").sum()).rows())
    assert sum(found.values()) == pytest.approx(sum(true.values()), rel=1e-5)
    assert sum(found[contest] != true[contest] for contest in true) <= 3


def test_georgia_of_old_is_read_the_same(workspace: Workspace, tmp_path: Path) -> None:
    """A wide file without totals has nothing to compare its modes with."""
    load(workspace, tmp_path, returns="county,precinct,candidate,mail,election_day\nA,1,Ada,5,5\nA,1,Bob,3,4\n")
    assert rows(workspace, "SELECT sum(votes) FROM results") == [(17,)]
