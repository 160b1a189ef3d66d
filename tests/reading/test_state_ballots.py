"""Ballot files of states: from lines to where each voter's ballot stands."""

from pathlib import Path

import pytest

from tests.reading.inputs import DATE, account, load, rows, topics
from tests.reading.shapes import BALLOT, chosen, day, named
from tests.reading.test_state_history import HISTORY_FILES, TURNED
from tests.reading.test_state_voters import VOTER_FILES
from turnout.contest import Contest
from turnout.errors import InputRefused
from turnout.reading import layouts
from turnout.running import check
from turnout.workspace import Workspace

NC_BALLOTS = (
    "ncid,voter_last_name,precinct_desc,ballot_req_type,ballot_req_dt,ballot_send_dt,ballot_rtn_dt,ballot_rtn_status"
)


def nc(*lines: str) -> str:
    names = ("ncid", "ballot_req_type", "ballot_send_dt", "ballot_rtn_dt", "ballot_rtn_status")
    return named(
        NC_BALLOTS, *(";".join(f"{n}={v}" for n, v in zip(names, line.split(","), strict=True)) for line in lines)
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["A,MAIL,05/01/2017,,"], ("sent", "mail", day("2017-05-01"))),
        (["A,MAIL,05/01/2017,05/09/2017,PENDING CURE"], ("returned", "mail", day("2017-05-09"))),
        (["A,MAIL,05/01/2017,05/09/2017,ACCEPTED - CURED"], ("accepted", "mail", day("2017-05-09"))),
        (["A,ONE-STOP,05/20/2017,05/20/2017,ACCEPTED"], ("accepted", "early_in_person", day("2017-05-20"))),
        (["A,EARLY VOTING,05/20/2017,05/20/2017,ACCEPTED"], ("accepted", "early_in_person", day("2017-05-20"))),
        # Two ballots: the spoiled or duplicate one does not undo the accepted one, whatever its day.
        (["A,MAIL,05/01/2017,05/09/2017,ACCEPTED", "A,MAIL,05/10/2017,05/12/2017,SPOILED"],
         ("accepted", "mail", day("2017-05-09"))),
        (["A,MAIL,05/01/2017,05/09/2017,ACCEPTED", "A,MAIL,05/02/2017,05/20/2017,DUPLICATE"],
         ("accepted", "mail", day("2017-05-09"))),
        (["A,MAIL,05/01/2017,05/09/2017,SPOILED-EV", "A,ONE-STOP,05/20/2017,05/20/2017,ACCEPTED"],
         ("accepted", "early_in_person", day("2017-05-20"))),
        (["A,MAIL,05/01/2017,05/09/2017,WITNESS INFO INCOMPLETE"], ("rejected", "mail", day("2017-05-09"))),
    ],
)  # fmt: skip
def test_north_carolinas_ballots(
    workspace: Workspace, tmp_path: Path, lines: list[str], expected: tuple[object, ...]
) -> None:
    path = tmp_path / "absentee.csv"
    path.write_text(nc(*lines))
    assert chosen(workspace, path) == "nc-absentee"
    load(workspace, tmp_path, ballots=path)
    assert rows(workspace, BALLOT) == [("A", *expected)]


GA_BALLOTS = (
    "County,Voter Registration #,Last Name,Application Status,Ballot Status,Application Date,Ballot Issued Date,"
    "Ballot Return Date,Ballot Style"
)


def test_georgias_ballots_count_with_status_a_and_a_day(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "STATEWIDE.csv"
    lines = ["1,A,A,05/09/2017,MAILED", "2,A,A,,MAILED", "3,A,C,05/09/2017,MAILED",
             "3,A,A,05/10/2017,EARLY IN-PERSON",
             "4,A,R,05/09/2017,ABSENTEE BY MAIL", "5,A,I,,ELECTRONIC BALLOT DELIVERY", "6,R,,,"]  # fmt: skip
    names = ("Voter Registration #", "Application Status", "Ballot Status", "Ballot Return Date", "Ballot Style")
    path.write_text(
        named(GA_BALLOTS, *(";".join(f"{n}={v}" for n, v in zip(names, x.split(","), strict=True)) for x in lines))
    )
    assert chosen(workspace, path) == "ga-absentee"
    load(workspace, tmp_path, ballots=path)
    assert [row[:3] for row in rows(workspace, BALLOT)] == [
        ("00000001", "accepted", "mail"),
        ("00000002", "returned", "mail"),
        ("00000003", "accepted", "early_in_person"),
        ("00000004", "rejected", "mail"),
        ("00000005", "sent", "mail"),
    ]
    assert account(workspace) == [(7, 5, 0, 2)]


def test_floridas_early_list_may_repeat_header_and_voters(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "evl.txt"
    path.write_text("FvrsVoterIdNumber\tLocation\n1\tHall\n2\tHall\nFvrsVoterIdNumber\tLocation\n1\tHall\n")
    assert chosen(workspace, path) == "fl-early"
    load(workspace, tmp_path, ballots=path)
    assert [row[:3] for row in rows(workspace, BALLOT)] == [
        ("1", "accepted", "early_in_person"),
        ("2", "accepted", "early_in_person"),
    ]
    assert account(workspace) == [(4, 3, 0, 1)]


def test_floridas_mail_list_goes_by_its_dates(workspace: Workspace, tmp_path: Path) -> None:
    start = "A\tDAD\t10{n}\t10282\t06/06/2017\tSpecial\t05/01/2017\tX\t04/01/2017\t{sent}\t{back}\t{off}" + "\t" * 13
    dates = [("05/01/2017", "", ""), ("05/01/2017", "05/09/2017", ""), ("05/01/2017", "", "05/10/2017"), ("", "", "")]
    text = "".join(start.format(n=n, sent=s, back=b, off=o) + "\n" for n, (s, b, o) in enumerate(dates))
    load(workspace, tmp_path, ballots=text)
    assert [row[:2] for row in rows(workspace, BALLOT)] == [
        ("100", "sent"),
        ("101", "returned"),
        ("102", "cancelled"),
    ]
    assert account(workspace) == [(4, 3, 0, 1)]


def test_colorados_ballots_in_code_page_437_with_days_of_two_forms(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "ce-068.txt"
    header = "VOTER_ID|LAST_NAME|PRECINCT|VOTE_METHOD|MAIL_BALLOT_RECEIVE_DATE|IN_PERSON_VOTE_DATE\n"
    body = "1|NU\N{LATIN CAPITAL LETTER N WITH TILDE}EZ|1||05/30/2017|\n2|B|1|||05-JUN-17\n3|C|1||05/30/0202|\n"
    path.write_bytes((header + body).encode("cp437"))
    assert chosen(workspace, path) == "co-ballots"
    load(workspace, tmp_path, Contest(date=DATE), ballots=path)
    assert rows(workspace, BALLOT) == [
        ("1", "returned", "mail", day("2017-05-30")),
        ("2", "accepted", "early_in_person", day("2017-06-05")),
        ("3", "returned", "mail", None),
    ]
    assert "1 cell that cannot be read is left empty" in topics(workspace)["cells not read"]


def test_pennsylvanias_mail_ballots_are_known_and_refused(workspace: Workspace, tmp_path: Path) -> None:
    text = (
        "County Name,Applicant Party Designation,Date of Birth,Mail Application Type,Application Approved Date,"
        "Application Return Date,Ballot Mailed Date,Ballot Returned Date\nBERKS,D,1970-01-31,A,,,,\n"
    )
    with pytest.raises(InputRefused, match="no voter ID"):
        load(workspace, tmp_path, ballots=text)


def test_every_shipped_layout_is_read_here() -> None:
    read = {case[0] for case in (*VOTER_FILES, *HISTORY_FILES, *TURNED)}
    others = {"targetsmart-history", "van-history", "pa-history", "tx-history-685", "tx-history-679", "nc-absentee",
              "ga-absentee", "fl-early", "fl-vbm", "co-ballots", "pa-mail-ballots"}  # fmt: skip
    shipped = {layout.name for layout in layouts.shipped() if not layout.is_generic and layout.table != "results"}
    assert shipped == read | others


def test_pennsylvanias_ballots_of_no_voter_are_counted_and_used_no_further(tmp_path: Path) -> None:
    path = tmp_path / "pa.csv"
    header = "County Name,Applicant Party Designation,Date of Birth,Application Approved Date,Ballot Returned Date\n"
    lines = ["BUCKS,D,01/01/1970,09/01/2024,10/01/2024\n"] * 12 + ["BUCKS,R,01/01/1970,09/01/2024,\n"] * 11
    path.write_text(header + "".join(lines) + "YORK,GRN,01/01/1800,09/01/2024,10/02/2024\n" * 3)
    (report,) = check.loose([path]).reports
    assert "no voter ID" in report.refused
    told = {(row["counted_by"], row["name"]): (row["ballots"], row["returned"]) for row in report.aggregate}
    assert told == {
        ("all", ""): (26, 15),
        ("county", "BUCKS"): (23, 12),
        ("county", "YORK"): (None, None),
        ("party", "D"): (12, 12),
        ("party", "R"): (11, None),
        ("party", "GRN"): (None, None),
    }
