from pathlib import Path

import pytest

from tests.reading.inputs import VOTERS, account, load, rows, topics
from turnout.errors import InputRefused
from turnout.workspace import Workspace

HEADER = "voter_id,event_date,status,mode\n"


@pytest.mark.parametrize(
    ("events", "status", "mode"),
    [
        (["2017-05-10,sent,mail", "2017-05-20,returned,mail", "2017-05-22,accepted,mail"], "accepted", "mail"),
        (["2017-05-22,accepted,mail", "2017-05-24,rejected,mail"], "rejected", "mail"),
        (["2017-05-22,rejected,mail", "2017-05-22,accepted,mail"], "accepted", "mail"),
        (["2017-05-22,rejected,mail", "2017-05-24,cured,mail"], "accepted", "mail"),
        (["2017-05-22,accepted,mail", "2017-05-24,returned,mail", "2017-05-25,sent,mail"], "accepted", "mail"),
        (["2017-05-22,rejected,mail", "2017-05-24,returned,mail"], "returned", "mail"),
        (["2017-05-20,returned,mail", "2017-05-20,rejected,mail"], "returned", "mail"),
        (["2017-06-01,accepted,early_voting", "2017-06-02,cancelled,mail"], "accepted", "early_in_person"),
        (["2017-06-01,accepted,mail", "2017-05-30,accepted,in person"], "accepted", "election_day"),
        ([",sent,", ",returned,"], "returned", "mail"),
    ],
)
def test_precedence_holds_whatever_the_order_of_events(
    workspace: Workspace, tmp_path: Path, events: list[str], status: str, mode: str
) -> None:
    lines = [f"a,{event}\n" for event in events] + [f"b,{event}\n" for event in reversed(events)]
    load(workspace, tmp_path, ballots=HEADER + "".join(lines))
    assert rows(workspace, "SELECT voter_id, status, mode FROM ballots") == [("a", status, mode), ("b", status, mode)]
    assert rows(workspace, "SELECT count(DISTINCT event_date) <= 1 FROM ballots") == [(True,)]


def test_events_know_their_line(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, ballots=HEADER + "a,2017-05-01,Issued,\nb,2017-05-02,received,absentee\n")
    assert rows(workspace, "SELECT voter_id, status, mode, source, source_line FROM ballot_events") == [
        ("a", "sent", "mail", "ballots.csv", 2),
        ("b", "returned", "mail", "ballots.csv", 3),
    ]


def test_an_unknown_code_refuses_the_file_and_says_where(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        load(workspace, tmp_path, ballots=HEADER + "a,,sent,\nb,,CURED-PEND,\nc,,CURED-PEND,\nd,,what,\n")
    assert str(refused.value) == (
        "ballots.csv, line 3, column status: unknown code 'CURED-PEND' (2 rows). Also 'what' (1). Map it under"
        " [codes.status] in a layout that extends generic-ballots, or list it in ignore. Nothing was loaded."
    )
    assert refused.value.exit_code == 3


def test_ballots_of_voters_the_file_lacks_count_and_are_noted(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=VOTERS + "a,A,1,LA,,\n", ballots=HEADER + "a,,accepted,\nz,,accepted,\n")
    assert rows(workspace, "SELECT count(*) FROM ballots") == [(2,)]
    assert "1 of 2 voters with a ballot" in topics(workspace)["unmatched ballots"]


def test_a_ballot_without_a_status_is_rejected(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, ballots=HEADER + "a,,accepted,\nb,,,\n")
    assert account(workspace) == [(2, 1, 1, 0)]
    assert rows(workspace, "SELECT column_name, reason FROM rejects") == [("status", "missing")]


def test_ballots_dated_with_the_day_first_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    lines = "".join(f"{n},accepted,{13 + n}/05/2017\n" for n in range(4))
    with pytest.raises(InputRefused, match=r"column event_date: 4 dates have the day first"):
        load(workspace, tmp_path, ballots="voter_id,status,event_date\n" + lines + "9,accepted,05/06/2017\n")
