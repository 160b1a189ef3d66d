"""Vote histories of states and vendors, in files of their own or side by side in the voter file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.reading.inputs import account, load, rows, topics
from tests.reading.shapes import COCO, HISTORY, OH, OK, TS, VAN, bare, chosen, day, fixed, named
from turnout import reading
from turnout.contest import Contest
from turnout.errors import InputRefused
from turnout.workspace import Workspace

GENERAL, PRIMARY = day("2016-11-08"), day("2016-06-07")
HISTORY_FILES: list[tuple[str, str, list[tuple[object, ...]]]] = [
    (
        "nc-history",
        named(
            "county_id,ncid,election_lbl,election_desc,voting_method",
            *(
                f"ncid=A{n};election_lbl=11/08/2016;voting_method={method}"
                for n, method in enumerate(
                    (
                        "ABSENTEE BY MAIL",
                        "ABSENTEE ONESTOP",
                        "EARLY VOTING CURBSIDE",
                        "IN-PERSON",
                        "ELECTION DAY CURBSIDE",
                        "PROVISIONAL",
                        "LEGACY",
                        "ELIGIBLE DID NOT VOTE",
                    )
                )
            ),
            sep="\t",
        ),
        [
            ("A0", GENERAL, "mail"),
            ("A1", GENERAL, "early_in_person"),
            ("A2", GENERAL, "early_in_person"),
            ("A3", GENERAL, "election_day"),
            ("A4", GENERAL, "election_day"),
            ("A5", GENERAL, "provisional"),
            ("A6", GENERAL, None),
        ],
    ),
    (
        "fl-history",
        "".join(f"DAD\t10{n}\t11/08/2016\tGEN\t{code}\n" for n, code in enumerate("AEYFZBNP")),
        [
            ("100", GENERAL, "mail"),
            ("101", GENERAL, "early_in_person"),
            ("102", GENERAL, "election_day"),
            ("103", GENERAL, "provisional"),
            ("104", GENERAL, "provisional"),
        ],
    ),
    (
        "ga-history",
        "County Name,Voter Registration Number,Election Date,Election Type,Party,Ballot Style,Absentee,Provisional,"
        "Supplemental\nFULTON,1,11/08/2016,GENERAL,,,Y,N,N\nFULTON,2,11/08/2016,GENERAL,,,N,N,N\n"
        "FULTON,3,11/08/2016,GENERAL,,,,Y,N\n",
        [
            ("00000001", GENERAL, "early_in_person"),
            ("00000002", GENERAL, "election_day"),
            ("00000003", GENERAL, "provisional"),
        ],
    ),
    (
        "ga-history-fixed",
        "0600000000120161108003  YNN\n0600000000211062012003  NNN\n",
        [("00000001", GENERAL, "early_in_person"), ("00000002", day("2012-11-06"), "election_day")],
    ),
    (
        "wa-history",
        "VoterHistoryID|CountyCode|StateVoterID|ElectionDate\n1|KI|1234567|11/08/2016\n",
        [("1234567", GENERAL, "mail")],
    ),
    (
        "co-history",
        "VOTER_ID,ELECTION_TYPE,ELECTION_DATE,ELECTION_DESCRIPTION,VOTING_METHOD,PARTY,COUNTY_NAME\n"
        "1,General,11/08/2016,G,Mail Ballot,,Denver\n2,General,11/08/2016,G,Vote Center,,Denver\n",
        [("1", GENERAL, "mail"), ("2", GENERAL, "election_day")],
    ),
    (
        "ca-history",
        "CountyCode\tRegistrantID\tExtractDate\tElectionType\tElectionDate\tElectionName\tMethod\n"
        "19\t77\t2020-01-01\tG\t2016-11-08\tG\tVBM\n19\t78\t2020-01-01\tG\t2016-11-08\tG\tCVR\n",
        [("77", GENERAL, "mail"), ("78", GENERAL, None)],
    ),
    (
        "ca-dfm-history",
        "lVoterUniqueID\tszElectionDesc\tdtElectionDate\tszVotingMethod\tszCountedFlag\n"
        "5\tG\t11/08/2016\tVote By Mail\tY\n6\tG\t11/08/2016\tPolls\t1\n",
        [("5", GENERAL, "mail"), ("6", GENERAL, "election_day")],
    ),
    (
        "nj-history",
        "voter_id,election_name,election_date,ballot_type\n"
        "A1,General,2016-11-08,Machine\nA2,General,2016-11-08,Mail In\n",
        [("A1", GENERAL, "election_day"), ("A2", GENERAL, "mail")],
    ),
    (
        "mi-history",
        "VOTER_IDENTIFICATION_NUMBER,COUNTY_CODE,ELECTION_DATE,IS_ABSENTEE_VOTER\n1,82,11/08/2016,Y\n2,82,11/08/2016,N\n",
        [("1", GENERAL, "mail"), ("2", GENERAL, "election_day")],
    ),
    (
        "ok-history",
        "VoterID,ElectionDate,VotingMethod\n1,11/08/2016,IP\n2,11/08/2016,AI\n3,11/08/2016,NH\n",
        [("1", GENERAL, "election_day"), ("2", GENERAL, "early_in_person"), ("3", GENERAL, "mail")],
    ),
    (
        "l2-history",
        "LALVOTERID\tGeneral_2016_11_08\tPrimary_2016_06_07\tGeneral_2020\nL1\tY\t\tY\nL2\t\tY\t\nL3\t\t\t\n",
        [("L1", GENERAL, None), ("L1", day("2020-11-03"), None), ("L2", PRIMARY, None)],
    ),
]


@pytest.mark.parametrize(("layout", "text", "expected"), HISTORY_FILES, ids=[case[0] for case in HISTORY_FILES])
def test_a_vote_history_is_known_and_read(
    workspace: Workspace, tmp_path: Path, layout: str, text: str, expected: list[tuple[object, ...]]
) -> None:
    path = tmp_path / "history.txt"
    path.write_text(text)
    if layout != "l2-history":  # which reads a voter file too, and is found as its companion
        assert chosen(workspace, path) == layout
    load(workspace, tmp_path, vote_history=path)
    assert rows(workspace, HISTORY) == expected
    lines_in, loaded, rejected, ignored = account(workspace)[0]
    assert (lines_in, rejected) == (loaded + ignored, 0)


def history_of(layout: str, text: str) -> Callable[[Workspace, Path], list[tuple[object, ...]]]:
    def read(workspace: Workspace, tmp_path: Path) -> list[tuple[object, ...]]:
        load(workspace, tmp_path, Contest(date=day("2024-01-01")), voters=text)
        assert {name for _, name in rows(workspace, "SELECT source, table_name FROM reconciliation")} == {
            "voters",
            "vote_history",
        }
        return rows(workspace, HISTORY)

    return read


TURNED: list[tuple[str, str, list[tuple[object, ...]]]] = [
    (
        "oh-history",
        named(
            OH,
            "SOS_VOTERID=O1;LAST_NAME=A;PRECINCT_NAME=P;GENERAL-11/08/2016=X;PRIMARY-03/15/2016=D",
            "SOS_VOTERID=O2;LAST_NAME=B;PRECINCT_NAME=P;GENERAL-11/08/2016=X",
            "SOS_VOTERID=O3;LAST_NAME=C;PRECINCT_NAME=P",
        ),
        [("O1", day("2016-03-15"), None), ("O1", GENERAL, None), ("O2", GENERAL, None)],
    ),
    (
        "ca-contra-costa-history",
        named(
            COCO,
            "VoterID=8;LastName=Chan;PrecinctID=1;ElectionDate_1=11/08/2016;BallotCounted_1=1"
            ";VotingMethodDesc_1=Vote By Mail;ElectionDate_2=06/07/2016;BallotCounted_2=0;VotingMethodDesc_2=Polls",
            sep="\t",
        ),
        [("8", GENERAL, "mail")],
    ),
    (
        "ok-history-columns",
        named(
            OK,
            "Precinct=550102;LastName=R;VoterID=1;PolitalAff=IND;VoterHist1=11/08/2016;HistMethod1=IP"
            ";VoterHist2=06/07/2016;HistMethod2=AB",
        ),
        [("1", PRIMARY, "mail"), ("1", GENERAL, "election_day")],
    ),
    *(
        (
            f"ny-history{era}",
            bare(
                f"ny-voters{era}",
                'SBOEID=NY1;LASTNAME=A;ED=1;STATUS=A;VoterHistory="20161108 GE|General Election, 2012|'
                'PP 20160607|GE 2008"',
                'SBOEID=NY2;LASTNAME=B;ED=1;STATUS=A;VoterHistory="2016 General Election|Village 2015"',
                sep=",",
            ).replace("|", ";"),
            [
                ("NY1", day("2008-11-04"), None),
                ("NY1", day("2012-11-06"), None),
                ("NY1", PRIMARY, None),
                ("NY1", GENERAL, None),
                ("NY2", GENERAL, None),
            ],
        )
        for era in ("", "-2021")
    ),
]


@pytest.mark.parametrize(("layout", "text", "expected"), TURNED, ids=[case[0] for case in TURNED])
def test_elections_side_by_side_in_the_voter_file_become_history(
    workspace: Workspace, tmp_path: Path, layout: str, text: str, expected: list[tuple[object, ...]]
) -> None:
    assert history_of(layout, text)(workspace, tmp_path) == expected


def test_elections_without_a_day_are_counted_and_said(workspace: Workspace, tmp_path: Path) -> None:
    text = "LALVOTERID\tLastName\tPrecinct\tGeneral_2020\tPrimary_2020\nL1\tA\tP\tY\tY\nL2\tB\tP\t\tY\n"
    load(workspace, tmp_path, voters=text)
    assert rows(workspace, HISTORY) == [("L1", day("2020-11-03"), None)]
    assert "2 votes in 1 elections" in topics(workspace)["elections without a day"]
    assert "'Primary_2020' (2)" in topics(workspace)["elections without a day"]
    assert account(workspace)[1] == (2, 1, 0, 1)


def own(tmp_path: Path, **layouts_: str) -> Contest:
    (tmp_path / "layouts").mkdir()
    for name, text in layouts_.items():
        (tmp_path / "layouts" / f"{name}.toml").write_text(text)
    config = tmp_path / "contest.toml"
    config.write_text("")
    return Contest.load(config)


def load_own(workspace: Workspace, directory: Path, contest: Contest, **files_: str) -> None:
    paths = {}
    for kind, text in files_.items():
        paths[kind] = (directory / f"{kind}.txt",)
        paths[kind][0].write_text(text)
    reading.load(workspace, contest.model_copy(update={"inputs": contest.inputs.model_copy(update=paths)}))


@pytest.mark.parametrize(
    ("vendor", "text"),
    [
        (
            "targetsmart",
            named(
                TS,
                "vb.voterbase_id=T1;vb.tsmart_last_name=K;vb.vf_precinct_name=P;vb.vf_g2020=Q;vb.vf_p2020=A",
                sep="\t",
            ),
        ),
        (
            "van",
            named(
                VAN + ",Primary20", "Voter File VANID=T1;LastName=K;PrecinctName=P;General20=Q;Primary20=A", sep="\t"
            ),
        ),
    ],
)
def test_codes_of_a_vendor_are_asked_for_and_never_guessed(
    workspace: Workspace, tmp_path: Path, vendor: str, text: str
) -> None:
    load(workspace, tmp_path, voters=text)
    assert rows(workspace, HISTORY) == []
    assert "not the same in every file" in topics(workspace)["vote history not read"]
    with pytest.raises(InputRefused, match=r"unknown code 'Q'.*\[codes.mode\]"):
        load(workspace, tmp_path, vote_history=text)
    name = "vb.vf_p2020" if vendor == "targetsmart" else "Primary20"
    contest = own(
        tmp_path,
        mine=f'name = "{vendor}-history"\nextends = "{vendor}-history"\n[codes.mode]\nmail = ["A"]\n'
        f'election_day = ["Q"]\n[elections.dates]\n"{name}" = 2020-03-03\n',
    )
    workspace.connection.execute("TRUNCATE voters; TRUNCATE reconciliation")
    load_own(workspace, tmp_path, contest, voters=text)
    assert rows(workspace, HISTORY) == [("T1", day("2020-03-03"), "mail"), ("T1", day("2020-11-03"), "election_day")]


def test_pennsylvanias_elections_need_the_countys_map(workspace: Workspace, tmp_path: Path) -> None:
    text = bare(
        "pa-voters",
        "voter_id=1;last_name=A;precinct_code=1;status=A;election_1_vote_method=AP;election_2_vote_method=MB",
        sep="\t",
    )
    load(workspace, tmp_path, voters=text)
    assert "'1' (1), '2' (1)" in topics(workspace)["elections without a day"]
    contest = own(
        tmp_path,
        pa='name = "pa-history"\nextends = "pa-history"\n[elections.dates]\n1 = 2016-11-08\n2 = 2016-06-07\n',
    )
    workspace.connection.execute("TRUNCATE voters; TRUNCATE reconciliation")
    load_own(workspace, tmp_path, contest, voters=text)
    assert rows(workspace, HISTORY) == [("1", PRIMARY, "mail"), ("1", GENERAL, "election_day")]


@pytest.mark.parametrize("width", ["685", "679"])
def test_methods_of_texas_are_yours_to_declare(workspace: Workspace, tmp_path: Path, width: str) -> None:
    path = tmp_path / "history.txt"
    path.write_text(fixed(f"tx-history-{width}", "VUID=1234567890;Election_Date=20161108;Election_Voting_Method=EV"))
    assert chosen(workspace, path) == f"tx-history-{width}"
    with pytest.raises(InputRefused, match="unknown code 'EV'"):
        load(workspace, tmp_path, vote_history=path)
    contest = own(
        tmp_path,
        tx=f'name = "tx-history-{width}"\nextends = "tx-history-{width}"\n[codes.mode]\nearly_in_person = ["EV"]\n',
    )
    load_own(workspace, tmp_path, contest, vote_history=path.read_text())
    assert rows(workspace, HISTORY) == [("1234567890", GENERAL, "early_in_person")]
