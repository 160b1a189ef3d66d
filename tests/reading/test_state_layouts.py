"""Every shipped layout end to end: a small file of its shape, found by itself, to canonical rows, codes and days."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.reading.inputs import DATE, account, load, rows, topics
from turnout import resources
from turnout.contest import Contest
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


NC = (
    "county_id,county_desc,voter_reg_num,ncid,last_name,first_name,middle_name,name_suffix_lbl,status_cd,zip_code,"
    "confidential_ind,registr_dt,race_code,ethnic_code,party_cd,gender_code,birth_year,age_at_year_end,birth_state,"
    "precinct_abbrv"
)
NC_OLD = (
    "county_id,county_desc,voter_reg_num,status_cd,last_name,first_name,midl_name,name_sufx_cd,zip_code,race_code,"
    "ethnic_code,party_cd,gender_code,birth_age,birth_place,registr_dt,precinct_abbrv,Confidential_ind,birth_year,ncid"
)
NC_LINES = (
    "ncid=AA1;last_name=DIAZ;status_cd=A;county_desc=WAKE;precinct_abbrv=01-06;zip_code=27601;registr_dt=03/04/1998"
    ";race_code=W;ethnic_code=HL;party_cd=UNA;birth_year=1970",
    "ncid=AA2;last_name=KIM;status_cd=I;county_desc=WAKE;precinct_abbrv=01-07;registr_dt=##/##/####;race_code=A"
    ";ethnic_code=NL;party_cd=DEM",
    "ncid=AA3;last_name=GONE;status_cd=R;county_desc=WAKE;precinct_abbrv=01-07;race_code=U;ethnic_code=UN",
)
NC_VOTERS = [
    ("AA1", "DIAZ", 1970, "UNA", day("1998-03-04"), "WAKE", "01-06", "27601", "active", "HL"),
    ("AA2", "KIM", None, "DEM", None, "WAKE", "01-07", None, "inactive", "A"),
]
GA_NEW = (
    "County,Voter Registration Number,Status,Status Reason,Last Name,First Name,Birth Year,Registration Date,Race,"
    "Gender,Land District,County Precinct,Residence Zipcode"
)
GA_INTERIM = GA_NEW.replace("Registration Number", "Registration").replace("Residence Zipcode", "Zip Code")
OH = (
    "SOS_VOTERID,COUNTY_NUMBER,LAST_NAME,FIRST_NAME,DATE_OF_BIRTH,REGISTRATION_DATE,VOTER_STATUS,PARTY_AFFILIATION,"
    "RESIDENTIAL_ZIP,PRECINCT_NAME,PRECINCT_CODE,PRIMARY-03/15/2016,GENERAL-11/08/2016"
)
WA = "StateVoterID,FName,LName,Birthyear,RegStName,RegZipCode,CountyCode,PrecinctCode,Registrationdate,StatusCode"
CO = (
    "VOTER_ID,COUNTY,LAST_NAME,FIRST_NAME,RESIDENTIAL_ADDRESS,RESIDENTIAL_ZIP_CODE,REGISTRATION_DATE,STATUS,BIRTH_YEAR,"
    "GENDER,PRECINCT,SPLIT,VOTER_STATUS_ID,PARTY,SPL_ID,PERMANENT_MAIL_IN_VOTER"
)
CA = (
    "CountyCode,RegistrantID,LastName,FirstName,Zip,Language,DOB,PartyCode,Status,RegistrationDate,Precinct,"
    "PlaceOfBirth,VbmVoterType,PrecinctId"
)
DFM = (
    "lVoterUniqueID,szNameLast,szNameFirst,sSitusZip,dtBirthDate,sBirthPlace,dtRegDate,sStatusCode,szLanguageName,"
    "szPartyName,szAVStatusAbbr,sPrecinctID"
)
COCO = (
    "RegistrationNumber,VoterID,LastName,FirstName,BirthDate,BirthPlace,Language,PartyAbbr,VBMProgramStatus,PrecinctID,"
    "PrecinctPortion,ElectionDate_1,BallotCounted_1,VotingMethodDesc_1,ElectionDate_2,BallotCounted_2,VotingMethodDesc_2"
)
TX = "county_code,precinct,vuid,last_name,first_name,dob,cd_status,dt_effective_registration,hispanic_surname"
TX_FIXED = (
    "VUID=1234567890;Last_Name=GARZA;Precinct=12;County_Code=227;Date_of_Birth=19700131;Status_Code=V"
    ";Hispanic_Surname_Flag=Y;Permanent_Zipcode=787010000;Effective_Date_of_Registration=20000102"
)
TX_VOTER = [
    ("1234567890", "GARZA", 1970, None, day("2000-01-02"), "Travis", "12", "78701", "active", "Hispanic"),
]
NY_LINES = (
    "SBOEID=NY1;LASTNAME=ROSSI;DOB=19700131;ENROLLMENT=DEM;COUNTYCODE=24;ED=7;AD=43;RZIP5=11201;REGDATE=20000102"
    ";STATUS=A",
    "SBOEID=NY2;LASTNAME=GONE;COUNTYCODE=24;ED=7;AD=43;STATUS=P",
)
NY_VOTER = [("NY1", "ROSSI", 1970, "DEM", day("2000-01-02"), "Kings", "7/43", "11201", "active", None)]
NJ = "displayId,leg_id,party,status,last,first,dob_year,zip,county,municipality,ward,district,reg_date"
MI = (
    "LAST_NAME,FIRST_NAME,YEAR_OF_BIRTH,REGISTRATION_DATE,ZIP_CODE,VOTER_IDENTIFICATION_NUMBER,COUNTY_NAME,"
    "JURISDICTION_CODE,PRECINCT,WARD,IS_PERMANENT_ABSENTEE_VOTER,VOTER_STATUS_TYPE_CODE"
)
DE = "COUNTY,UNIQUE-ID,LAST-NAME,FIRST-NAME,YEAR-OF-BIRTH,DATE-REG,ED,RD,HOME-ZIPCODE,STATUS,PARTY"
OK = (
    "Precinct,LastName,FirstName,VoterID,PolitalAff,Status,Zip,DateOfBirth,OriginalRegistration,VoterHist1,HistMethod1,"
    "VoterHist2,HistMethod2"
)
L2 = (
    "LALVOTERID,Voters_Active,Voters_FirstName,Voters_LastName,Residence_Addresses_Zip,Voters_BirthDate,"
    "Parties_Description,Ethnic_Description,EthnicGroups_EthnicGroup1Desc,Voters_OfficialRegDate,Precinct,County"
)
TS = (
    "vb.voterbase_id,vb.tsmart_first_name,vb.tsmart_last_name,vb.vf_voter_status,vb.vf_party,vb.voterbase_race,"
    "vb.voterbase_dob,vb.vf_registration_date,vb.vf_precinct_name,vb.vf_g2020,vb.vf_p2020,vb.vf_g2020_party"
)
VAN = "Voter File VANID,LastName,FirstName,Sex,DOB,Party,DateReg,CountyName,PrecinctName,Zip5,General20"

VOTER_FILES: list[tuple[str, str, list[tuple[object, ...]]]] = [
    ("nc-voters", named(NC, *NC_LINES, sep="\t"), NC_VOTERS),
    ("nc-voters", named(NC_OLD, *NC_LINES, sep="\t"), NC_VOTERS),
    (
        "fl-voters",
        bare(
            "fl-voters",
            'County Code=DAD;Voter ID=0101;Name Last=O"BRIEN;Birth Date=01/31/1970;Party Affiliation=NPA;Race=4'
            ";Registration Date=01/02/2000;Precinct=007;Voter Status=ACT;Residence Zipcode=33101"
            ";Requested public records exemption=N",
            "County Code=DAD;Voter ID=0102;Name Last=*****;Birth Date=*;Precinct=007;Voter Status=INA;Race=9"
            ";Requested public records exemption=Y",
            sep="\t",
        ),
        [
            ("0101", 'O"BRIEN', 1970, "NPA", day("2000-01-02"), "Miami-Dade", "007", "33101", "active", "Hispanic"),
            ("0102", None, None, None, None, "Miami-Dade", "007", None, "inactive", None),
        ],
    ),
    *(
        (
            "ga-voters",
            named(
                header,
                f"County=FULTON;{number}=12345;Status=Active;Last Name=LEE;Birth Year=1970;Race=WH"
                f";County Precinct=01A;Registration Date=01/02/2000;{zip_code}=30301",
            ),
            [
                (
                    "00012345",
                    "LEE",
                    1970,
                    None,
                    day("2000-01-02"),
                    "FULTON",
                    "01A",
                    "30301",
                    "active",
                    "White not Hispanic",
                )
            ],
        )
        for header, number, zip_code in (
            (GA_NEW, "Voter Registration Number", "Residence Zipcode"),
            (GA_INTERIM, "Voter Registration", "Zip Code"),
        )
    ),
    *(
        (
            "ga-voters-2013",
            make(
                "County_code=60;Registration_Number=01234567;Voter_status=I;Last_name=LEE;Year_of_Birth=1970;Race=AP"
                ";Registration_date=20000102;County_precinct_id=01A;Residence_zipcode=30301"
            ),
            [
                (
                    "01234567",
                    "LEE",
                    1970,
                    None,
                    day("2000-01-02"),
                    "Fulton",
                    "01A",
                    "30301",
                    "inactive",
                    "Asian or Pacific Islander",
                )
            ],
        )
        for make in (
            partial(bare, "ga-voters-2013", sep="|"),
            partial(
                named,
                ",".join(layouts.read(resources.find("configs", "layouts/ga-voters-2013.toml")).header),
                sep="|",
            ),
        )
    ),
    (
        "oh-voters",
        named(
            OH,
            "SOS_VOTERID=OH0001;COUNTY_NUMBER=18;LAST_NAME=NOVAK;DATE_OF_BIRTH=1970-01-31;REGISTRATION_DATE=2000-01-02"
            ";VOTER_STATUS=CONFIRMATION;PARTY_AFFILIATION=D;RESIDENTIAL_ZIP=44101;PRECINCT_NAME=CLEVELAND-01-A",
        ),
        [("OH0001", "NOVAK", 1970, "D", day("2000-01-02"), "Cuyahoga", "CLEVELAND-01-A", "44101", "inactive", None)],
    ),
    *(
        (
            "wa-voters",
            text,
            [("1234567", "LARSEN", 1970, None, day("2000-01-02"), "King", "0123", "98101", "active", None)],
        )
        for text in (
            named(
                WA,
                "StateVoterID=1234567;LName=LARSEN;Birthyear=1970;CountyCode=KI;PrecinctCode=0123;RegZipCode=98101"
                ";Registrationdate=01/02/2000;StatusCode=PDETH",
                "StateVoterID=1234568;LName=GONE;CountyCode=KI;PrecinctCode=0123;StatusCode=CS",
                sep="|",
            ),
            named(
                WA.replace("Birthyear", "Birthdate"),
                "StateVoterID=1234567;LName=LARSEN;Birthdate=01/31/1970;CountyCode=KI;PrecinctCode=0123;StatusCode=A"
                ";RegZipCode=98101;Registrationdate=01/02/2000",
                sep="\t",
            ),
            "\N{ZERO WIDTH NO-BREAK SPACE}"
            + bare(
                "wa-voters",
                "StateVoterID=1234567;LName=LARSEN;Birthyear=1970;CountyCode=KI;PrecinctCode=0123;RegZipCode=98101"
                ";Registrationdate=01/02/2000;StatusCode=Active",
                sep="|",
            ),
        )
    ),
    (
        "co-voters",
        named(
            CO,
            "VOTER_ID=99;COUNTY=Denver;LAST_NAME=Ortiz;RESIDENTIAL_ZIP_CODE=80201;REGISTRATION_DATE=01/02/2000"
            ";STATUS=Active;BIRTH_YEAR=1970;PRECINCT=1234516001;PARTY=UAF;PERMANENT_MAIL_IN_VOTER=YES",
        ),
        [("99", "Ortiz", 1970, "UAF", day("2000-01-02"), "Denver", "1234516001", "80201", "active", None)],
    ),
    (
        "ca-voters",
        named(
            CA,
            "CountyCode=19;RegistrantID=77;LastName=Kim;Zip=90005-1234;Language=kor;DOB=1970-01-31;PartyCode=NPP"
            ";Status=A;RegistrationDate=2000-01-02;PrecinctId=123;Precinct=9000123A;PlaceOfBirth=KOREA;VbmVoterType=?",
            sep="\t",
        ),
        [("77", "Kim", 1970, "NPP", day("2000-01-02"), "Los Angeles", "123", "90005", "active", None)],
    ),
    (
        "ca-dfm-voters",
        named(
            DFM,
            "lVoterUniqueID=5;szNameLast=Tran;sSitusZip=927011234;dtBirthDate=01/31/1970;dtRegDate=01/02/2000"
            ";sStatusCode=A;szPartyName=Republican;szAVStatusAbbr=Perm VBM;sPrecinctID=00123",
            sep="\t",
        ),
        [("5", "Tran", 1970, "Republican", day("2000-01-02"), "", "00123", "92701", "A", None)],
    ),
    (
        "ca-contra-costa-voters",
        named(
            COCO,
            "VoterID=8;LastName=Chan;BirthDate=01/31/1970;PartyAbbr=DEM;PrecinctID=123",
            sep="\t",
        ),
        [("8", "Chan", 1970, "DEM", None, "Contra Costa", "123", None, None, None)],
    ),
    (
        "pa-voters",
        bare(
            "pa-voters",
            "voter_id=009-1;last_name=STOLTZ;dob=01/31/1970;registration_date=01/02/2000;status=A;party=R;county=BERKS"
            ";precinct_code=1010;zip=19601",
            sep="\t",
        ),
        [("009-1", "STOLTZ", 1970, "R", day("2000-01-02"), "BERKS", "1010", "19601", "active", None)],
    ),
    (
        "tx-voters",
        named(
            TX,
            "vuid=1234567890;last_name=GARZA;precinct=12;county_code=227;dob=1970-01-31;cd_status=V;hispanic_surname=Y"
            ";dt_effective_registration=2000-01-02",
        ),
        [tuple(None if value == "78701" else value for value in TX_VOTER[0])],
    ),
    ("tx-voters-685", fixed("tx-voters-685", TX_FIXED), TX_VOTER),
    ("tx-voters-679", fixed("tx-voters-679", TX_FIXED), TX_VOTER),
    ("ny-voters", bare("ny-voters", *NY_LINES, sep=","), NY_VOTER),
    ("ny-voters-2021", bare("ny-voters-2021", *NY_LINES, sep=","), NY_VOTER),
    (
        "nj-voters",
        named(
            NJ,
            "displayId=A1;leg_id=1;party=Unaffiliated;status=Active;last=RUSSO;dob_year=1970;zip=7001;county=Union"
            ";municipality=Linden;ward=2;district=3;reg_date=2000-01-02",
        ),
        [("A1", "RUSSO", 1970, "UNA", day("2000-01-02"), "Union", "Linden 2 3", "07001", "active", None)],
    ),
    (
        "nj-voters-2017",
        bare(
            "nj-voters-2017",
            "COUNTY=UNION;VOTER ID=172;LAST NAME=Russo;MUNICIPALITY=Linden;ZIP=07036;DOB=01/31/1970;PARTY CODE=UNA"
            ";WARD=02;DISTRICT=03;STATUS=A",
            sep="|",
        ),
        [("172", "Russo", 1970, "UNA", None, "UNION", "Linden 02 03", "07036", "A", None)],
    ),
    (
        "mi-voters",
        named(
            MI,
            "LAST_NAME=NAGY;YEAR_OF_BIRTH=1970;REGISTRATION_DATE=01/02/2000;ZIP_CODE=48101;COUNTY_NAME=WAYNE"
            ";VOTER_IDENTIFICATION_NUMBER=5506;JURISDICTION_CODE=22000;WARD=01;PRECINCT=003"
            ";IS_PERMANENT_ABSENTEE_VOTER=Y;VOTER_STATUS_TYPE_CODE=V",
            "LAST_NAME=GONE;VOTER_IDENTIFICATION_NUMBER=5507;JURISDICTION_CODE=22000;VOTER_STATUS_TYPE_CODE=C",
        ),
        [("5506", "NAGY", 1970, None, day("2000-01-02"), "WAYNE", "22000 01 003", "48101", "inactive", None)],
    ),
    (
        "de-voters",
        named(
            DE,
            "COUNTY=N;UNIQUE-ID=94;LAST-NAME=Myers;YEAR-OF-BIRTH=1970;DATE-REG=20000100;ED=09;RD=63;STATUS=A;PARTY=D"
            ";HOME-ZIPCODE=19801",
        ),
        [("94", "Myers", 1970, "DEM", day("2000-01-01"), "New Castle", "63-09", "19801", "active", None)],
    ),
    (
        "ok-voters",
        named(
            OK,
            "Precinct=550102;LastName=REED;VoterID=700000000;PolitalAff=IND;Status=A;Zip=73101;DateOfBirth=1/31/1970"
            ";OriginalRegistration=1/2/2000",
        ),
        [("700000000", "REED", 1970, "IND", day("2000-01-02"), "Oklahoma", "550102", "73101", "active", None)],
    ),
    (
        "l2-voters",
        named(
            L2,
            "LALVOTERID=LALCA1;Voters_Active=A;Voters_LastName=Kim;Residence_Addresses_Zip=90005;County=LOS ANGELES"
            ";Voters_BirthDate=01/31/1970;Parties_Description=Democratic;Ethnic_Description=Korean;Precinct=9000123A"
            ";EthnicGroups_EthnicGroup1Desc=East and South Asian;Voters_OfficialRegDate=01/02/2000",
            "LALVOTERID=LALCA2;Voters_Active=I;Voters_LastName=Cole;Precinct=9000123A;County=LOS ANGELES"
            ";EthnicGroups_EthnicGroup1Desc=European",
            sep="\t",
        ),
        [
            (
                "LALCA1",
                "Kim",
                1970,
                "Democratic",
                day("2000-01-02"),
                "LOS ANGELES",
                "9000123A",
                "90005",
                "active",
                "Korean",
            ),
            ("LALCA2", "Cole", None, None, None, "LOS ANGELES", "9000123A", None, "inactive", "European"),
        ],
    ),
    *(
        (
            "targetsmart-voters",
            named(
                TS,
                "vb.voterbase_id=T1;vb.tsmart_last_name=Kim;vb.voterbase_dob=19700100;vb.vf_precinct_name=P1"
                ";vb.vf_registration_date=20000102;vb.vf_party=Democrat;vb.vf_voter_status=Active",
                sep="\t",
            ).replace("vb.", prefix),
            [("T1", "Kim", 1970, "Democrat", day("2000-01-02"), "", "P1", None, "active", None)],
        )
        for prefix in ("vb.", "vb_")
    ),
    (
        "van-voters",
        named(
            VAN,
            "Voter File VANID=12;LastName=Kim;DOB=01/31/1970;Party=D;DateReg=01/02/2000;CountyName=King"
            ";PrecinctName=S1;Zip5=98101",
            sep="\t",
        ),
        [("12", "Kim", 1970, "D", day("2000-01-02"), "King", "S1", "98101", None, None)],
    ),
]


@pytest.mark.parametrize(("layout", "text", "expected"), VOTER_FILES, ids=[case[0] for case in VOTER_FILES])
def test_a_voter_file_is_known_and_read(
    workspace: Workspace, tmp_path: Path, layout: str, text: str, expected: list[tuple[object, ...]]
) -> None:
    path = tmp_path / "voters.txt"
    path.write_text(text)
    assert chosen(workspace, path) == layout
    load(workspace, tmp_path, voters=path)
    assert rows(workspace, VOTER) == expected
    lines_in, loaded, rejected, ignored = account(workspace)[0]
    assert (lines_in, rejected) == (loaded + ignored, 0)


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
    from turnout import reading  # noqa: PLC0415

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
    assert "1 ballots have a date that is none" in topics(workspace)["dates not read"]


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
