"""Small files in the shape of states' and vendors', and the layout each is taken for."""

import datetime as dt
from pathlib import Path

import pytest

from turnout import resources
from turnout.errors import InputRefused
from turnout.reading import files, layouts
from turnout.reading.catalogue import Catalogue
from turnout.reading.source import Reading
from turnout.workspace import Workspace

VOTER = (
    "SELECT voter_id, last_name, birth_year, party, registration_date, county, precinct, zip, status,"
    " vendor_ethnicity FROM voters ORDER BY voter_id"
)
HISTORY = "SELECT voter_id, election_date, mode FROM vote_history ORDER BY ALL"
BALLOT = "SELECT voter_id, status, mode, event_date FROM ballots ORDER BY voter_id"


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def named(header: str, *lines: str, sep: str = ",") -> str:
    """A file with a header line; a line is ``column=value`` pairs by semicolons, the other columns being empty."""
    names = header.split(",")
    made = []
    for line in lines:
        values = dict(pair.split("=", 1) for pair in line.split(";"))
        assert set(values) <= set(names), set(values) - set(names)
        made.append(sep.join(values.get(name, "") for name in names))
    return "\n".join([sep.join(names), *made]) + "\n"


def bare(layout: str, *lines: str, sep: str) -> str:
    """A file without header line, in the order of the layout's columns."""
    header = ",".join(layouts.read(resources.find("configs", f"layouts/{layout}.toml")).header)
    return named(header, *lines, sep=sep).split("\n", 1)[1]


def fixed(layout: str, *lines: str) -> str:
    """A file of fixed width."""
    widths = layouts.read(resources.find("configs", f"layouts/{layout}.toml")).fixed
    pairs = [dict(pair.split("=", 1) for pair in line.split(";")) for line in lines]
    return "".join("".join(line.get(name, "").ljust(width) for name, width in widths) + "\n" for line in pairs)


def chosen(workspace: Workspace, path: Path) -> str:
    """Name of the layout that a file is taken for, when it is not said what it is."""
    found: list[Reading] = []

    def stop(reading: Reading) -> None:
        found.append(reading)
        raise InputRefused("seen enough")

    workspace.execute("reading/prepare")
    with pytest.raises(InputRefused, match="seen enough"):
        files.load(workspace, Catalogue().identify, [path], lambda *_: 0, observe=stop, may_be_empty=True)
    return found[0].layout.name


#: Headers of files that hold voters and history alike.
OH = (
    "SOS_VOTERID,COUNTY_NUMBER,LAST_NAME,FIRST_NAME,DATE_OF_BIRTH,REGISTRATION_DATE,VOTER_STATUS,PARTY_AFFILIATION,"
    "RESIDENTIAL_ZIP,PRECINCT_NAME,PRECINCT_CODE,PRIMARY-03/15/2016,GENERAL-11/08/2016"
)
COCO = (
    "RegistrationNumber,VoterID,LastName,FirstName,BirthDate,BirthPlace,Language,PartyAbbr,VBMProgramStatus,PrecinctID,"
    "PrecinctPortion,ElectionDate_1,BallotCounted_1,VotingMethodDesc_1,ElectionDate_2,BallotCounted_2,VotingMethodDesc_2"
)
OK = (
    "Precinct,LastName,FirstName,VoterID,PolitalAff,Status,Zip,DateOfBirth,OriginalRegistration,VoterHist1,HistMethod1,"
    "VoterHist2,HistMethod2"
)
TS = (
    "vb.voterbase_id,vb.tsmart_first_name,vb.tsmart_last_name,vb.vf_voter_status,vb.vf_party,vb.voterbase_race,"
    "vb.voterbase_dob,vb.vf_registration_date,vb.vf_precinct_name,vb.vf_g2020,vb.vf_p2020,vb.vf_g2020_party"
)
VAN = "Voter File VANID,LastName,FirstName,Sex,DOB,Party,DateReg,CountyName,PrecinctName,Zip5,General20"
