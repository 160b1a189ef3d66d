"""The projection from results alone: what must hold whatever the numbers are."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from turnout import reading
from turnout.contest import Contest, Inputs
from turnout.projection import ballot as ballots
from turnout.projection import baseline, project, summary
from turnout.projection.project import COMPONENTS, fit
from turnout.workspace import Workspace

#: Past results by unit where there are none.
NO_PAST = pl.DataFrame(
    schema={
        "election_date": pl.Date,
        **dict.fromkeys(("county_key", "precinct_key", "county", "precinct"), pl.String),
        **dict.fromkeys(("early", "poll", "late"), pl.Float64),
        **dict.fromkeys(("early_dem", "early_rep", "person_dem", "person_rep", "poll_dem", "poll_rep"), pl.Float64),
        "listed": pl.List(pl.Struct({"to_date": pl.String, "to_key": pl.String, "weight": pl.Float64})),
    }
)

LEVELS = ["lo95", "lo90", "lo80", "lo50", "projected_share", "hi50", "hi80", "hi90", "hi95"]


def election(precincts: int = 40, seed: int = 3, shift: float = -0.5, parties=("DEM", "REP"), third: bool = False):
    """Lines of one contest, all counted: early votes, and poll votes that lean away by a common shift."""
    rng = np.random.default_rng(seed)
    lines = []
    for number in range(precincts):
        early, poll = rng.integers(150, 600, 2)
        logit = rng.normal(0, 0.6)
        for mode_logit, count, column in ((logit, early, "mail"), (logit + shift, poll, "election_day")):
            share = 1 / (1 + np.exp(-mode_logit - rng.normal(0, 0.1)))
            parts = rng.multinomial(count, [share * 0.9, (1 - share) * 0.9, 0.1] if third else [share, 1 - share, 0])
            for name, party, votes in zip(("Ada", "Bob", "Cy"), (*parties, "IND"), parts, strict=True):
                if name == "Cy" and not third:
                    continue
                key = {"precinct": f"P{number:03d}", "county": f"K{number % 4}", "candidate": name, "party": party}
                found = next((line for line in lines if all(line[k] == v for k, v in key.items())), None)
                if found is None:
                    found = {**key, "provisional": 0}
                    lines.append(found)
                found[column] = int(votes)
    return lines


def with_polls(lines, reported) -> list[dict]:
    """The same with poll and provisional votes of other precincts not reported yet."""
    return [
        line if line["precinct"] in reported else {**line, "election_day": None, "provisional": None}
        for line in lines
    ]


def truth(lines, name="Ada") -> float:
    votes = {
        n: sum(x["mail"] + x["election_day"] for x in lines if x["candidate"] == n) for n in ("Ada", "Bob", "Cy")
    }
    return votes[name] / sum(votes.values())


def precincts(lines) -> list[str]:
    return sorted({line["precinct"] for line in lines})


def row(projection, name="Ada") -> dict:
    return projection.table.filter(pl.col("candidate") == name).to_dicts()[0]


def test_all_reported_is_the_count_with_no_width(projected) -> None:
    lines = election(third=True)
    result = projected(lines).table
    assert set(result["status"]) == {"final"}
    for name in ("Ada", "Bob", "Cy"):
        found = row(projected(lines), name)
        assert [found[level] for level in LEVELS] == pytest.approx([truth(lines, name)] * len(LEVELS), abs=1e-12)
        assert found["counted_votes"] == found["projected_votes"]
    assert sorted(result["win_probability"]) == [0.0, 0.0, 1.0]


@pytest.mark.parametrize("third", [False, True])
def test_shares_sum_to_one_and_intervals_nest(projected, third) -> None:
    result = projected(with_polls(election(third=third), {"P001", "P002"})).table
    assert result["projected_share"].sum() == pytest.approx(1.0)
    assert result["win_probability"].sum() == pytest.approx(1.0)
    for found in result.to_dicts():
        ladder = [found[level] for level in LEVELS]
        assert ladder == sorted(ladder)
        assert 0 <= ladder[0] <= ladder[-1] <= 1


def test_polls_elsewhere_teach_the_shift(projected) -> None:
    lines = election(shift=-0.8, precincts=80)
    names = precincts(lines)
    errors = []
    for count in (0, 20, 40):
        found = row(projected(with_polls(lines, names[:count])))
        errors.append(abs(found["projected_share"] - truth(lines)))
    assert found["lo95"] <= truth(lines) <= found["hi95"]
    counted = row(projected(with_polls(lines, names[:20])))["counted_share"]
    assert errors[1] < 0.4 * abs(counted - truth(lines))
    assert errors[2] < errors[0]


def test_more_reporting_is_narrower_on_average(projected) -> None:
    widths = {0: [], 10: [], 30: []}
    for seed in range(4):
        lines = election(seed=seed)
        names = precincts(lines)
        for count, found in widths.items():
            chosen = np.random.default_rng(seed).choice(names, count, replace=False)
            result = row(projected(with_polls(lines, set(chosen))))
            found.append(result["hi90"] - result["lo90"])
    means = [np.mean(found) for found in widths.values()]
    assert means[0] > means[1] > means[2] > 0


def test_order_of_rows_changes_nothing(projected) -> None:
    lines = with_polls(election(), {"P003", "P007"})
    shuffled = list(np.random.default_rng(0).permutation(np.array(lines, dtype=object)))
    assert projected(lines).table.equals(projected(shuffled).table)


def test_names_of_counties_precincts_and_candidates_change_nothing(projected) -> None:
    lines = with_polls(election(third=True), {"P003", "P007"})
    other = {"Ada": "Zed", "Bob": "Moe", "Cy": "Abe"}
    renamed = [
        {
            **line,
            "candidate": other[line["candidate"]],
            "precinct": f"Q{999 - int(line['precinct'][1:])}",
            "county": f"Z{9 - int(line['county'][1:])}",
        }
        for line in lines
    ]
    before, after = projected(lines).table, projected(renamed).table
    numbers = [name for name in before.columns if before[name].dtype.is_numeric()]
    for name, new in other.items():
        a = before.filter(pl.col("candidate") == name).select(numbers).row(0)
        b = after.filter(pl.col("candidate") == new).select(numbers).row(0)
        assert a == pytest.approx(b, abs=1e-9)


def test_same_seed_same_numbers_and_another_seed_close(projected) -> None:
    lines = with_polls(election(), {"P003"})
    assert projected(lines, seed=4).table.equals(projected(lines, seed=4).table)
    a, b = row(projected(lines, seed=4)), row(projected(lines, seed=5))
    assert a["projected_share"] != b["projected_share"]
    assert a["projected_share"] == pytest.approx(b["projected_share"], abs=0.01)


def counted(tmp_path, lines: list[str], header="contest,precinct,candidate,mail,election_day"):
    """Project returns in which everything is counted."""
    path = tmp_path / "returns.csv"
    path.write_text(header + "\n" + "\n".join(lines) + "\n")
    with Workspace.create(tmp_path / "counted", threads=2) as workspace:
        contest = Contest(inputs=Inputs(returns=(path,)))
        reading.load(workspace, contest)
        return project(workspace, contest, None, np.random.default_rng(1))


CONTESTS = [
    f"{contest},{n},{who},{more + 7 * n},{more + n}"
    for contest, people in (("Mayor", ("Ada", "Bob")), ("Clerk", ("Cy", "Dee")))
    for n in range(9)
    for who, more in zip(people, (300, 210), strict=True)
]


@pytest.mark.parametrize(
    ("lost", "open_ones"),
    [
        ([], set()),
        (["Mayor,3,,5,6"], {"Mayor"}),  # no candidate: the line is rejected
        (["Mayor,9,Ada,*,6", "Mayor,9,Bob,3,6"], {"Mayor"}),  # early votes of a unit are gone, whose polls are in
        (["Mayor,9,Ada,4,*", "Mayor,9,Bob,3,6"], {"Mayor"}),
        (["Mayor,3,Ada,5,6,7,8"], {"Mayor", "Clerk"}),  # no record: of any contest
        (["Mayor,3,Ada,5,9"], {"Mayor"}),  # given twice, with other votes
    ],
)
def test_a_contest_with_lost_lines_is_neither_final_nor_without_width(tmp_path, lost, open_ones) -> None:
    result = counted(tmp_path, CONTESTS + lost)
    for row in result.table.to_dicts():
        is_open = row["contest"] in open_ones
        assert row["status"] == ("projected" if is_open else "final")
        assert (row["hi90"] > row["lo90"]) == is_open
    assert (result.components.filter(component="lost lines")["sd_share"] > 0).any() == (
        bool(open_ones) and "Mayor,9,Ada,4,*" not in lost
    )


def test_figures_given_twice_are_read_both_ways(tmp_path) -> None:
    row = counted(tmp_path, ["Mayor,1,Ada,300,200", "Mayor,1,Bob,100,100", "Mayor,1,Ada,300,150"]).table.to_dicts()[0]
    together, latest = 300 + 200 + 150, 300 + 150
    assert [row["lo90"], row["hi90"]] == pytest.approx([latest / (latest + 200), together / (together + 200)])
    assert row["counted_votes"] == together


def test_more_lost_lines_are_wider(tmp_path) -> None:
    widths = []
    for lost in (1, 2):
        row = counted(tmp_path, CONTESTS * 3 + ["Mayor,3,,5,6"] * lost).table.filter(candidate="Ada").to_dicts()[0]
        widths.append(row["hi90"] - row["lo90"])
    assert 0 < widths[0] < widths[1]


def test_past_election_narrows_the_answer(projected) -> None:
    lines = election(precincts=60)
    past = [{**line, "date": "2018-11-06"} for line in election(precincts=60)]
    now = with_polls(lines, {f"P{number:03d}" for number in range(0, 60, 6)})
    alone, informed = row(projected(now)), row(projected(now, past))
    assert informed["hi90"] - informed["lo90"] < alone["hi90"] - alone["lo90"]


def test_whole_district_is_one_unit(projected) -> None:
    lines = [
        {"county": "", "precinct": "", "candidate": "Ada", "mail": 5200},
        {"county": "", "precinct": "", "candidate": "Bob", "mail": 4800},
    ]
    found = row(projected(lines))
    assert found["status"] == "projected"
    assert found["lo90"] < 0.52 < found["hi90"]
    assert found["hi90"] - found["lo90"] > 0.03


def test_a_column_that_is_missing_is_expected_all_the_same(projected) -> None:
    """Returns with a mail column only are an early count, not a final one."""
    lines = [{k: v for k, v in line.items() if k not in {"election_day", "provisional"}} for line in election()]
    found = row(projected(lines, modes=["mail"]))
    assert found["status"] == "projected"
    assert found["projected_votes"] > found["counted_votes"]


def test_a_candidate_without_votes_and_one_alone(projected) -> None:
    lines = with_polls([*election(), {"precinct": "P000", "county": "K0", "candidate": "Nil", "mail": 0}], set())
    lines += [{"contest": "Clerk", "precinct": "P000", "county": "K0", "candidate": "Sole", "mail": 300}]
    table = projected(lines).table
    nil = table.filter(pl.col("candidate") == "Nil").to_dicts()[0]
    assert nil["projected_share"] < 0.01
    assert 0 < nil["win_probability"] < 0.01
    sole = table.filter(pl.col("candidate") == "Sole").to_dicts()[0]
    assert (sole["projected_share"], sole["lo95"], sole["win_probability"]) == (1.0, 1.0, 1.0)


def test_too_few_votes_abstains_with_the_reason(projected) -> None:
    lines = [{"precinct": "1", "candidate": name, "mail": votes} for name, votes in (("Ada", 12), ("Bob", 9))]
    found = row(projected(lines))
    assert found["status"] == "abstained"
    assert found["projected_share"] is None
    assert found["win_probability"] is None
    assert found["counted_votes"] == 12
    assert found["reason"] == "Fewer than 50 votes are counted."


def test_votes_counted_at_sites_are_handed_to_precincts(projected) -> None:
    """Early votes of a county-wide site and poll votes in precincts: the site is not expected to report polls."""
    lines = election(precincts=40)
    early = {
        name: sum(line["mail"] for line in lines if line["candidate"] == name and line["county"] == "K0")
        for name in ("Ada", "Bob")
    }
    sited = [{**line, "mail": 0} if line["county"] == "K0" else line for line in lines]
    sited += [
        {"county": "K0", "precinct": "ABSENTEE", "candidate": name, "party": party, "mail": early[name]}
        for name, party in (("Ada", "DEM"), ("Bob", "REP"))
    ]
    names = [name for name in precincts(lines) if int(name[1:]) % 4 == 1]
    plain, moved = row(projected(with_polls(lines, names))), row(projected(with_polls(sited, names)))
    assert moved["counted_votes"] == plain["counted_votes"]
    assert moved["projected_votes"] == pytest.approx(plain["projected_votes"], rel=0.1)
    assert moved["projected_share"] == pytest.approx(plain["projected_share"], abs=0.02)


def test_outstanding_says_what_is_to_come(ballot_of) -> None:
    lines = [
        {"precinct": "1", "candidate": "Ada", "mail": 60, "election_day": 3, "provisional": None},
        {"precinct": "2", "candidate": "Ada", "mail": 50, "election_day": None, "provisional": None},
    ]
    ballot = ballot_of(lines)
    outstanding = ballot.outstanding()
    assert outstanding[:, ballots.EARLY].sum() == 0
    assert outstanding[:, ballots.POLL].tolist() == [False, True]
    assert outstanding[:, ballots.LATE].all()
    without = ballot_of(
        [{"precinct": "1", "candidate": "Ada", "mail": 60, "election_day": 3}], ["mail", "election_day"]
    )
    assert not without.outstanding().any()


@pytest.mark.parametrize("county", ["K0", ""])
def test_early_votes_of_a_whole_county_or_district_belong_to_its_precincts(projected, county) -> None:
    """Early votes given for the whole only, poll votes by precinct: the whole itself reports no polls."""
    lines = election(precincts=24)
    whole = [line for line in lines if county in {"", line["county"]}]
    early = {name: sum(line["mail"] for line in whole if line["candidate"] == name) for name in ("Ada", "Bob")}
    moved = [{**line, "mail": None} if line in whole else line for line in lines]
    moved += [
        {"county": county, "precinct": "", "candidate": name, "party": party, "mail": early[name]}
        for name, party in (("Ada", "DEM"), ("Bob", "REP"))
    ]
    names = precincts(lines)[:12]
    found = row(projected(with_polls(moved, {*names, ""})))
    plain = row(projected(with_polls(lines, set(names))))
    assert found["counted_votes"] == plain["counted_votes"]
    assert found["projected_votes"] == pytest.approx(plain["projected_votes"], rel=0.15)
    assert found["projected_share"] == pytest.approx(plain["projected_share"], abs=0.03)


def test_no_number_of_draws_makes_an_open_contest_certain(projected) -> None:
    lines = [{**line, "mail": line["mail"] * (20 if line["candidate"] == "Ada" else 1)} for line in election()]
    table = projected(with_polls(lines, set())).table
    assert table["status"].unique().to_list() == ["projected"]
    assert table["win_probability"].sum() == pytest.approx(1.0)
    assert table["win_probability"].is_between(0.001, 0.999).all()


def test_polls_that_are_zero_everywhere_have_not_reported(projected) -> None:
    """Many an election-night file writes 0 for what is not in: no winner is declared on it."""
    zeros = [{**line, "election_day": 0} for line in election()]
    found = row(projected(zeros))
    assert found["status"] == "projected"
    assert found["hi90"] > found["lo90"]


def test_a_precinct_whose_polls_are_zero_has_reported(ballot_of) -> None:
    lines = [
        {"precinct": "1", "candidate": "Ada", "mail": 60, "election_day": 0},
        {"precinct": "2", "candidate": "Ada", "mail": 50, "election_day": 9},
    ]
    assert not ballot_of(lines, ["mail", "election_day"]).outstanding().any()


def test_a_voter_file_expects_late_votes_where_none_are_counted(ballot_of) -> None:
    lines = [{"precinct": "1", "candidate": "Ada", "mail": 60, "election_day": 5, "provisional": 0}]
    ballot = ballot_of(lines)
    assert not ballot.outstanding().any()
    assert ballot.expecting_late().outstanding()[:, ballots.LATE].all()
    counted = ballot_of([{**lines[0], "provisional": 3}])
    assert not counted.expecting_late().outstanding().any()


def test_a_row_half_reported_has_not_reported(projected) -> None:
    """Ada's poll cells are in and Bob's are empty: no leader is made of that."""
    lines = [{**line, "election_day": None} if line["candidate"] == "Bob" else line for line in election()]
    found = row(projected(lines))
    assert found["status"] == "projected"
    assert found["counted_votes"] == sum(line["mail"] for line in lines if line["candidate"] == "Ada")


def test_late_mail_that_is_not_in_keeps_the_contest_open(projected) -> None:
    lines = [{**line, "late_mail": None} for line in election()]
    found = row(projected(lines, modes=["mail", "election_day", "provisional", "late_mail"]))
    assert found["status"] == "projected"
    assert found["hi90"] - found["lo90"] > 0.01


@pytest.mark.parametrize("part", [1.0, 0.3])
def test_polls_without_early_votes_abstain(projected, part) -> None:
    lines = with_polls(election(), {"P001", "P002", "P003"})
    dark = set(precincts(lines)[: int(len(precincts(lines)) * part)])
    found = row(projected([{**line, "mail": None} if line["precinct"] in dark else line for line in lines]))
    assert found["status"] == "abstained"
    assert "Early votes are not in" in found["reason"]


def test_no_votes_at_all_is_no_result(projected) -> None:
    lines = [{**line, "mail": 0, "election_day": 0} for line in election()]
    assert row(projected(lines))["status"] == "abstained"


def test_a_party_that_some_counties_leave_empty_is_still_the_party(ballot_of) -> None:
    lines = [
        {"county": county, "precinct": "1", "candidate": name, "party": party if county == "K1" else "", "mail": 50}
        for county in ("K0", "K1")
        for name, party in (("Ada", "DEM"), ("Bob", "REP"))
    ]
    choices = ballot_of(lines).choices.sort("candidate")
    assert choices["party_code"].to_list() == ["D", "R"]
    assert choices["party"].to_list() == ["DEM", "REP"]


def test_the_number_of_threads_changes_nothing(projected, monkeypatch) -> None:
    lines = [
        {**line, "contest": contest}
        for seed, contest in enumerate(("Mayor", "Clerk", "Judge"))
        for line in with_polls(election(seed=seed, third=True), {"P003", "P007", "P011"})
    ]
    monkeypatch.setattr("turnout.projection.engine._AT_ONCE", 400 * 16)  # a few places at a time
    tables = []
    for threads in ("1", "2"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        monkeypatch.setattr("turnout.projection.parallel.cores", lambda: 2)
        tables.append(projected(lines).table)
    assert tables[0].equals(tables[1])


def test_contests_not_asked_for_keep_what_is_counted(ballot_of) -> None:
    names = ("Mayor", "Clerk", "Judge")
    lines = [
        {**line, "contest": contest}
        for seed, contest in enumerate(names)
        for line in with_polls(election(seed=seed), {"P003", "P007", "P011"})
    ]
    ballot = ballot_of(lines)
    model = fit(ballot, baseline.build(NO_PAST, ballot), None, 100, np.random.default_rng(1))
    drawn = model.draw(100, np.random.default_rng(1), contests={0, 2})
    contest = ballot.choices["contest"].to_numpy()
    counted = ballot.choice_votes().sum(axis=1)
    np.testing.assert_array_equal(drawn[contest == 1], np.repeat(counted[contest == 1][:, None], 100, axis=1))
    assert (drawn[contest != 1].std(axis=1) > 0).all()


def test_a_contest_of_fifty_thousand_precincts() -> None:
    """As many units as the largest states have, all in one county: effects of precincts cost a division each."""
    rng = np.random.default_rng(6)
    size = rng.integers(50, 500, 50_000)
    lean = rng.normal(0, 0.6, len(size))
    early = rng.binomial(size, 1 / (1 + np.exp(-lean)))
    poll = rng.binomial(size, 1 / (1 + np.exp(-lean + 0.4)))
    lines = pl.DataFrame(
        {
            "precinct": [f"P{number}" for number in range(len(size))],
            "early": early.astype(float),
            "poll": poll.astype(float),
        }
    )
    out = pl.int_range(pl.len()) % 3 > 0
    both = [
        lines.with_columns(
            pl.lit(name).alias("candidate"),
            pl.lit(party).alias("party"),
            pl.lit(party[0]).alias("party_code"),
            early=of(pl.col("early")),
            poll=pl.when(~out).then(of(pl.col("poll"))),
        )
        for name, party, of in (("Ada", "DEM", lambda own: own), ("Bob", "REP", lambda own: pl.Series(size) - own))
    ]
    ballot = ballots.build(
        pl.concat(both).with_columns(
            precinct_key="precinct",
            contest=pl.lit("Governor"),
            state=pl.lit("ZZ"),
            election_date=pl.lit(dt.date(2022, 11, 8)),
            county=pl.lit("ONE"),
            county_key=pl.lit("ONE"),
            mail=pl.lit(None, pl.Float64),
            late=pl.lit(None, pl.Float64),
            is_real_unit=pl.lit(True),
            has_late=pl.lit(False),
            has_late_mail=pl.lit(False),
        )
    )
    model = fit(ballot, baseline.build(NO_PAST, ballot), None, 100, np.random.default_rng(1))
    table = summary.table(ballot, model.draw(100, np.random.default_rng(1)))
    found = table.filter(pl.col("candidate") == "Ada").to_dicts()[0]
    drawn = model.draw(100, np.random.default_rng(1))
    of_ada = (drawn / drawn.sum(axis=0))[ballot.choices["candidate"].to_list().index("Ada")]
    ends = ("lo95", 0.025), ("lo90", 0.05), ("lo50", 0.25), ("hi50", 0.75), ("hi90", 0.95), ("hi95", 0.975)
    assert [found[name] for name, _ in ends] == pytest.approx(np.quantile(of_ada, [level for _, level in ends]))
    share = (early.sum() + poll.sum()) / (2 * size.sum())
    assert found["lo95"] < share < found["hi95"]
    # what the precincts still out have in common, on the ballot and in the contest: a third of the votes
    shared = np.hypot(0.022, 0.03) * model.calibrated.spread[0] * share * (1 - share) / 3 * 2 * 1.96
    assert found["hi95"] - found["lo95"] < shared + 0.005


def test_spellings_of_one_candidate_each_say_the_candidates_chance(projected) -> None:
    lines = with_polls(election(shift=0.0), {"P003", "P007"})
    spelt = [
        {**line, "candidate": "ADA"} if line["candidate"] == "Ada" and line["county"] == "K1" else line
        for line in lines
    ]
    apart = projected(spelt).table
    chance = dict(apart.select("candidate", "win_probability").iter_rows())
    assert chance["Ada"] == chance["ADA"]
    assert chance["Ada"] + chance["Bob"] == pytest.approx(1.0)


def test_every_contest_of_a_long_ballot_has_its_components(projected) -> None:
    lines = with_polls(election(precincts=12), {"P003", "P007"})
    ballot = [{**line, "contest": f"Seat {seat:02}"} for seat in range(24) for line in lines]
    components = projected(ballot).components
    assert components.group_by("contest").agg(pl.len())["len"].to_list() == [len(COMPONENTS)] * 24
    alone = projected(lines).components["sd_share"].to_numpy()
    together = components.filter(pl.col("contest") == "Seat 00")["sd_share"].to_numpy()
    assert (together > 0).all()
    np.testing.assert_array_less(together, 3 * alone)  # other contests of the ballot only teach


def test_all_votes_of_a_contest_have_an_interval_that_holds_them(projected) -> None:
    lines = election(precincts=60)
    counted = sum(line["mail"] for line in lines)
    found = projected(with_polls(lines, {f"P{number:03d}" for number in range(0, 60, 4)})).totals.to_dicts()
    whole = sum(line["mail"] + line["election_day"] for line in lines)
    assert len(found) == 1
    assert counted < found[0]["counted_votes"] < found[0]["lo90"] <= whole <= found[0]["hi90"]
    assert found[0]["lo90"] < found[0]["expected"] < found[0]["hi90"]
    done = projected(lines).totals.to_dicts()[0]
    assert done["lo90"] == done["hi90"] == done["expected"] == done["counted_votes"] == whole


def test_a_candidate_in_two_spellings_is_told_as_one_with_one_interval(projected) -> None:
    lines = with_polls(election(shift=0.0), {"P003", "P007", "P011"})
    spelt = [
        {**line, "candidate": "Robert Bobson" if line["county"] in ("K0", "K1") else "Robert B. Bobson"}
        if line["candidate"] == "Bob"
        else line
        for line in lines
    ]
    found, plain = projected(spelt), projected(lines)
    assert found.table.height == 3
    together = found.together.sort("candidate")
    assert together.height == 2
    assert together["projected_share"].sum() == pytest.approx(1.0)
    assert together["win_probability"].sum() == pytest.approx(1.0)
    one = together.filter(pl.col("candidate") != "Ada").to_dicts()[0]
    for level in ("lo90", "projected_share", "hi90"):
        assert one[level] == pytest.approx(row(plain, "Bob")[level], abs=0.01)
    assert plain.together.is_empty()


def test_empty_cells_of_write_ins_keep_no_precinct_from_having_reported(projected) -> None:
    lines = with_polls(election(precincts=12), {f"P{number:03d}" for number in range(6)})
    blank = {"candidate": "Write-in", "party": "", "election_day": None, "provisional": None, "mail": None}
    written = [{**line, **blank} for line in lines if line["candidate"] == "Ada"]
    written[0] |= {"mail": 1, "election_day": 2, "provisional": 0}
    with_blanks, without = projected(lines + written), projected(lines)
    assert row(with_blanks)["counted_votes"] == row(without)["counted_votes"]
    assert row(with_blanks)["projected_share"] == pytest.approx(row(without)["projected_share"], abs=0.01)


def test_early_votes_missing_where_the_polls_are_in_keep_nobody_from_projecting(projected) -> None:
    lines = with_polls(election(precincts=16), {f"P{number:03d}" for number in range(5)})
    dark = [{**line, "mail": None} if line["precinct"] in ("P000", "P001", "P002") else line for line in lines]
    assert set(projected(dark).table["status"]) == {"projected"}


def test_a_question_that_shifts_with_the_size_of_precincts_is_followed(projected) -> None:
    rng = np.random.default_rng(7)
    lines = []
    for number in range(240):
        early = int(np.exp(rng.normal(5.6, 0.8)))
        logit = rng.normal(0.1, 0.3)
        for name, side in (("Yes", 1.0), ("No", -1.0)):
            parts = {"precinct": f"P{number:03d}", "candidate": name, "contest": "Measure A", "provisional": 0}
            share = 1 / (1 + np.exp(-side * logit))
            moved = 1 / (1 + np.exp(-side * (logit + 0.12 * (np.log(early) - 5.6))))
            lines.append({**parts, "mail": round(early * share), "election_day": round(0.8 * early * moved)})
    votes = pl.DataFrame(lines).group_by("candidate").agg(pl.col("mail").sum() + pl.col("election_day").sum())
    counted = dict(votes.rows())
    share = counted["Yes"] / sum(counted.values())
    reported = set(rng.choice(precincts(lines), 60, replace=False))
    told = projected(with_polls(lines, reported)).table.filter(candidate="Yes")
    assert abs(told["projected_share"].item() - share) < 0.25 * abs(told["counted_share"].item() - share)
